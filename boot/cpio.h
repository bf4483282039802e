/* The cpio formats of a boot archive: newc (070701), newc with sums (070702) and odc (070707).
 *
 * cpio(5) of FreeBSD describes all three, the Linux kernel's "initramfs buffer format" the first
 * two, which may stand in one archive side by side.  What follows the entry TRAILER!!! is not read.
 *
 * Pure logic: every entry points into the archive.  boot/archive.h is what others call. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boot/archive.h"

/* The format whose header the bytes begin with, ARCHIVE_UNKNOWN if it is none of cpio's. */
enum archive_format cpio_recognise(const uint8_t *bytes, size_t length);

/* Reads the next entry of an archive of one of these formats, as archive_next does, but without a
 * look at the sum of its content. */
enum archive_status cpio_entry_next(struct archive *archive, struct archive_entry *entry);

/* Where the end mark ends of an archive that has come to ARCHIVE_END. */
size_t cpio_end(const struct archive *archive);

/* Whether the content of an entry of this archive has the sum that its header tells.  True if the
 * header tells none, and for all but files. */
bool cpio_entry_sum_matches(const struct archive *archive, const struct archive_entry *entry);
