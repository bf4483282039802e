/* The boot archive: cpio "newc" (magic 070701) and newc with sums (070702), read in place.
 *
 * It lacks, for now: hard links (only the last name of such a file has its content), device
 * numbers, owners and times. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The file type in cpio_entry.mode. */
#define CPIO_MODE_TYPE      0170000u
#define CPIO_MODE_FILE      0100000u
#define CPIO_MODE_DIRECTORY 0040000u
#define CPIO_MODE_LINK      0120000u /* the content is the target */

enum cpio_status {
    CPIO_OK = 0,
    CPIO_END,        /* the entry TRAILER!!! */
    CPIO_TRUNCATED,  /* the archive ends before its trailer */
    CPIO_BAD_MAGIC,  /* neither of the two formats */
    CPIO_BAD_NUMBER, /* not 8 hexadecimal digits */
    CPIO_BAD_NAME,   /* empty, without its NUL, or with a NUL inside */
};

/* One entry, pointing into the archive. */
struct cpio_entry {
    const char *name; /* without leading "/" and "./"; not empty unless it is just that */
    size_t name_length;
    uint32_t mode; /* type and permissions */
    uint32_t size; /* bytes of content */
    const uint8_t *data;
    size_t offset;     /* of the entry in the archive */
    bool has_checksum; /* 070702 */
    uint32_t checksum; /* of the content, unchecked: see cpio_checksum_matches */
};

/* Reads the entry at *offset, which starts at 0, and moves *offset to the next one.  On every
 * status but CPIO_OK, *offset stays at what was not read and *entry is untouched, so that
 * calling again gives the same. */
enum cpio_status cpio_entry_next(const uint8_t *archive, size_t length, size_t *offset,
                                 struct cpio_entry *entry);

/* Whether the sum of the content's bytes is what the entry says.  True if it says nothing. */
bool cpio_checksum_matches(const struct cpio_entry *entry);

/* Finds the last entry of that name, leading "/" and "./" not counted, among those before the
 * trailer or the damage.  Reads all headers.  False if there is none; *entry is then untouched. */
bool cpio_find(const uint8_t *archive, size_t length, const char *path, struct cpio_entry *entry);

const char *cpio_status_str(enum cpio_status status);
