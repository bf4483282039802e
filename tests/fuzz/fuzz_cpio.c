/* A boot archive in one of the cpio formats.
 *
 * Input: the archive.
 *
 * Property: that of tests/fuzz/archive_property.h; and each entry is what the C library reads out
 * of its header's digits. */
#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "boot/cpio.h"
#include "tests/fuzz/archive_property.h"

/* Where a header has its numbers, and how long they are. */
struct layout {
    size_t length;
    int base;
    struct {
        uint8_t at, digits;
    } mode, links, size, name_size, check;
};

static const struct layout newc = {110, 16, {14, 8}, {38, 8}, {54, 8}, {94, 8}, {102, 8}};
static const struct layout odc = {76, 8, {18, 6}, {36, 6}, {65, 11}, {59, 6}, {0, 0}};

static uint64_t number(const uint8_t *header, uint8_t at, uint8_t digits, int base)
{
    char text[12] = "";
    char *end;
    memcpy(text, header + at, digits);
    uint64_t value = strtoull(text, &end, base);
    require(isxdigit((unsigned char)text[0]) && *end == '\0');
    return value;
}

static bool sum_is(const struct archive_entry *entry, uint64_t expected)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < entry->size; i++)
        sum += entry->content[i];
    return sum == expected;
}

static void look(const struct archive *archive, const struct archive_entry *entry)
{
    const uint8_t *header = archive->bytes + entry->offset;
    const struct layout *l = archive->format == ARCHIVE_CPIO_ODC ? &odc : &newc;
    uint64_t mode = number(header, l->mode.at, l->mode.digits, l->base);
    uint64_t size = number(header, l->size.at, l->size.digits, l->base);
    uint64_t links = number(header, l->links.at, l->links.digits, l->base);
    require(l == &odc || entry->offset % 4 == 0);
    require(entry->prefix.text == NULL && entry->name.text == (const char *)header + l->length);
    require(entry->name.length + 1 ==
            number(header, l->name_size.at, l->name_size.digits, l->base));
    require(entry->permissions == (mode & 07777));
    require((entry->kind == ARCHIVE_FILE) == ((mode & 0170000) == 0100000));
    require((entry->kind == ARCHIVE_SYMLINK) == ((mode & 0170000) == 0120000));
    require((entry->group != 0) == (entry->kind == ARCHIVE_FILE && links > 1));
    if (entry->kind == ARCHIVE_FILE)
        require(entry->size == size && (const char *)entry->content > entry->name.text);
    bool summed = header[5] == '2' && entry->kind == ARCHIVE_FILE;
    require(cpio_entry_sum_matches(archive, entry) ==
            (!summed || sum_is(entry, number(header, l->check.at, l->check.digits, l->base))));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct archive archive = {.bytes = data, .length = size};
    if (archive_open(&archive) == cpio_recognise(data, size))
        require_archive(data, size, look);
    return 0;
}
