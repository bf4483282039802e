/* The tar formats of a boot archive: POSIX ustar, with pax records, and GNU tar's flavour.
 *
 * POSIX.1-2017, pax, "ustar Interchange Format" and "pax Header Block" describe the one, the manual
 * of GNU tar, "Basic Tar Format", the other.
 *   - Of pax records, `path`, `linkpath` and `size` count, all others are passed over.  With an
 *     empty value, the header's own field counts again.
 *   - Of GNU tar's, long names ('L' and 'K') and binary sizes are read; the field behind the link's
 *     name holds no prefix there.
 *   - An entry of a type that is not known here is ARCHIVE_OTHER, and its content passed over: so
 *     are sparse files.  Only files of types 0, 7 and NUL have content.
 *   - archive_entry.offset is that of the first header that belongs to the entry, which may be one
 *     of the pax records or of a long name.
 *
 * Pure logic: every entry points into the archive.  boot/archive.h is what others call. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boot/archive.h"

/* The longest name (or size, in digits) that a global pax header may set, in bytes: it is read
 * again with every entry that follows. */
#define USTAR_GLOBAL_VALUE_MAX 1023u

/* Whether the bytes begin with a ustar header, or with the two blocks of zeros that are an empty
 * archive. */
bool ustar_recognise(const uint8_t *bytes, size_t length);

/* Reads the next entry, as archive_next does. */
enum archive_status ustar_entry_next(struct archive *archive, struct archive_entry *entry);

/* Where the end mark begins, which is zeros alone, of an archive that has come to ARCHIVE_END. */
size_t ustar_end(const struct archive *archive);
