/* A boot archive, read in place, entry by entry: cpio (newc with and without sums, odc) and POSIX
 * ustar, told apart by their first bytes.
 *
 * cpio(5) of FreeBSD and the Linux kernel's "initramfs buffer format" describe the cpio formats;
 * POSIX.1-2017, pax, "ustar Interchange Format" and "pax Header Block" the other one.  GNU tar's
 * long names ('L' and 'K') are read, too.
 *
 * It lacks: owners, times, device numbers, sparse files.  Names come out as they stand; what they
 * mean as paths is decided in boot/bootfs.h.
 *
 * Pure logic: no allocation; every entry points into the archive. */
#pragma once

#include <stdint.h>

#include "boot/slice.h"

enum archive_format {
    ARCHIVE_UNKNOWN = 0,
    ARCHIVE_CPIO_NEWC, /* 070701 */
    ARCHIVE_CPIO_CRC,  /* 070702: newc with a sum of each content */
    ARCHIVE_CPIO_ODC,  /* 070707 */
    ARCHIVE_USTAR,     /* also GNU tar's flavour of it */
    ARCHIVE_GZIP,      /* recognised, not read */
};

enum archive_kind {
    ARCHIVE_FILE = 0,
    ARCHIVE_DIRECTORY,
    ARCHIVE_SYMLINK,
    ARCHIVE_HARD_LINK, /* of ustar: another name of the earlier entry `target` */
    ARCHIVE_OTHER,     /* a device, FIFO or socket: has no content */
};

/* One entry, pointing into the archive. */
struct archive_entry {
    struct slice prefix; /* of ustar: what stands before the name with a '/' between; else absent */
    struct slice name;   /* as it stands: perhaps "./etc//rc" or "/etc/rc", never empty, no NUL */
    struct slice target; /* of both kinds of link, else absent; never empty, no NUL */
    enum archive_kind kind;
    uint32_t permissions; /* 07777 */
    const uint8_t *content;
    size_t size;    /* bytes of content; 0 for all but files */
    size_t offset;  /* of the entry's header in the archive; of several, of the first */
    uint64_t group; /* of cpio: the same for all names of one file with several, of which only one
                       may have the content; else 0 */
};

enum archive_status {
    ARCHIVE_OK = 0,
    ARCHIVE_END,           /* the format's own end mark */
    ARCHIVE_TRUNCATED,     /* ends before its end mark, or inside an entry */
    ARCHIVE_BAD_FORMAT,    /* no header of the archive's format where one has to be */
    ARCHIVE_BAD_NUMBER,    /* digits that are none, or a number too large */
    ARCHIVE_BAD_NAME,      /* empty, not terminated where it should be, or with a NUL inside */
    ARCHIVE_BAD_CHECKSUM,  /* a header's (ustar) or a content's (070702) */
    ARCHIVE_BAD_EXTENSION, /* a pax record or a long name that cannot be read */
    ARCHIVE_IS_GZIP,
};

/* What pax records say instead of a ustar header.  Absent: nothing.  Empty: the header counts,
 * whatever earlier records said. */
struct archive_overrides {
    struct slice path;
    struct slice target;
    struct slice size; /* decimal digits */
};

/* The archive being read.  Zero, then fill in the first two and call archive_open. */
struct archive {
    const uint8_t *bytes;
    size_t length;
    enum archive_format format;
    size_t offset; /* of the entry that is read next; where the damage is, if there is some */
    struct archive_overrides overrides; /* of ustar: for all entries from here on (pax 'g') */
};

/* Recognises the format by the first bytes and goes to the first entry. */
enum archive_format archive_open(struct archive *archive);

/* Reads the next entry.  On ARCHIVE_BAD_CHECKSUM of a content (070702), *entry is filled in and
 * reading may go on behind it: `archive->offset` has moved.  On every other status but
 * ARCHIVE_OK, the offset stays at what was not read and *entry is untouched, so that calling
 * again gives the same: what lies before is usable. */
enum archive_status archive_next(struct archive *archive, struct archive_entry *entry);

/* What stands behind the end mark of an archive that has come to ARCHIVE_END, from the first byte on
 * that is not 0; its length is 0 if there is none.  Takes time in proportion to the zeros. */
struct slice archive_rest(const struct archive *archive);

/* Whether the bytes begin like an archive that can be read: a known format (not gzip), whose first
 * entry is whole or which is properly empty. */
bool archive_readable(const uint8_t *bytes, size_t length);

/* What an index of the archive will take. */
struct archive_count {
    uint32_t entries;
    uint32_t components; /* of all names: pieces between slashes, an upper bound */
    uint32_t grouped;    /* entries with a group */
};

/* Goes through the whole archive; gives how it ends, as archive_next does, but passing over
 * contents with a wrong sum (without looking at the sums). */
enum archive_status archive_count(const uint8_t *bytes, size_t length, struct archive_count *count);

const char *archive_format_str(enum archive_format format); /* "cpio (newc)" and so on */
const char *archive_status_str(enum archive_status status);
