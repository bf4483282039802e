/* A boot archive.
 *
 * Input: the archive.
 *
 * Property: reading advances by at least a header and ends; each entry lies in the archive, name
 * before content; at the end or the damage the offset stays and the status is the same again;
 * and every name is found again, as its last entry. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "boot/cpio.h"

static void require(bool condition)
{
    if (!condition)
        __builtin_trap();
}

static void check_entry(const uint8_t *archive, size_t length, const struct cpio_entry *entry)
{
    const uint8_t *name = (const uint8_t *)entry->name;
    require(entry->offset % 4 == 0 && entry->offset < length);
    require(name >= archive + entry->offset + 110 && name + entry->name_length < entry->data);
    require(entry->data <= archive + length);
    require(entry->size <= (size_t)(archive + length - entry->data));
    require(memchr(name, 0, entry->name_length + 1) == name + entry->name_length);
    require(entry->name_length == 0 || entry->name[0] != '/');
    require(entry->has_checksum || cpio_checksum_matches(entry));
    (void)cpio_checksum_matches(entry);
}

static void check_find(const uint8_t *archive, size_t length, const struct cpio_entry *entry)
{
    char *path = calloc(entry->name_length + 1, 1);
    struct cpio_entry found;
    require(path != NULL);
    memcpy(path, entry->name, entry->name_length);
    require(cpio_find(archive, length, path, &found));
    require(found.offset >= entry->offset && found.name_length == entry->name_length);
    require(memcmp(found.name, entry->name, entry->name_length) == 0);
    free(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cpio_entry entry;
    size_t offset = 0, before = 0;
    enum cpio_status status;
    while ((status = cpio_entry_next(data, size, &offset, &entry)) == CPIO_OK) {
        require(offset >= before + 110 && offset <= size && entry.offset == before);
        check_entry(data, size, &entry);
        check_find(data, size, &entry);
        before = offset;
    }
    require(offset == before && cpio_status_str(status)[0] != '\0');
    require(cpio_entry_next(data, size, &offset, &entry) == status && offset == before);
    return 0;
}
