/* A boot archive in one of the tar formats.
 *
 * Input: the archive.  After most mutations the sums of its headers are made right again, or hardly
 * any mutation would come further than to them.
 *
 * Property: that of tests/fuzz/archive_property.h; and an entry without pax records and long names
 * is what the C library reads out of its header. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/archive_property.h"

enum {
    BLOCK = 512
};

static bool field_is(struct slice text, const uint8_t *field, size_t size)
{
    return text.length == strnlen((const char *)field, size) &&
           memcmp(text.text, field, text.length) == 0;
}

static void look_at_own_header(const struct archive_entry *entry, const uint8_t *header)
{
    char size[13] = "", mode[9] = "";
    memcpy(size, header + 124, 12);
    memcpy(mode, header + 100, 8);
    if (entry->prefix.text != NULL)
        require(memcmp(header + 257, "ustar", 6) == 0 &&
                field_is(entry->prefix, header + 345, 155));
    if (header[0] != 0)
        require(field_is(entry->name, header, 100));
    else
        require(field_is(entry->name, header + 345, 155));
    if (entry->target.text != NULL)
        require(field_is(entry->target, header + 157, 100));
    if (mode[0] >= 0)
        require(entry->permissions == (strtoull(mode, NULL, 8) & 07777));
    if (entry->kind == ARCHIVE_FILE && size[0] >= 0)
        require(entry->size == strtoull(size, NULL, 8));
    if (entry->kind == ARCHIVE_FILE)
        require(entry->content == header + BLOCK);
}

static void look(const struct archive *archive, const struct archive_entry *entry)
{
    const uint8_t *header = archive->bytes + entry->offset;
    const struct archive_overrides *global = &archive->overrides;
    require(memcmp(header + 257, "ustar", 5) == 0 && entry->group == 0);
    if (strchr("xgLK", header[156]) != NULL && header[156] != 0)
        return;
    if (global->path.text == NULL && global->target.text == NULL && global->size.text == NULL)
        look_at_own_header(entry, header);
}

static void seal(uint8_t *block)
{
    char digits[9];
    unsigned sum = 0;
    memset(block + 148, ' ', 8);
    for (size_t i = 0; i < BLOCK; i++)
        sum += block[i];
    (void)snprintf(digits, sizeof digits, "%06o", sum);
    memcpy(block + 148, digits, 7);
}

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    size = LLVMFuzzerMutate(data, size, max_size);
    for (size_t at = 0; seed % 16 != 0 && size - at >= BLOCK; at += BLOCK)
        if (memcmp(data + at + 257, "ustar", 5) == 0)
            seal(data + at);
    return size;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct archive archive = {.bytes = data, .length = size};
    if (archive_open(&archive) == ARCHIVE_USTAR)
        require_archive(data, size, look);
    return 0;
}
