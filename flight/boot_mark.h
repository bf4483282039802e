/* What the beginning of a file must have for a machine to boot it: the mark that its loader looks for, and no more.
 *
 * Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BOOT_MARK_BYTES 32774u /* of a file suffice */

/* A Multiboot header in the first 8 KiB (Multiboot 0.6.96, section 3.1). */
bool boot_mark_is_kernel(const uint8_t *bytes, size_t length);

/* A volume descriptor in sector 16 (ECMA-119, section 8.1). */
bool boot_mark_is_iso(const uint8_t *bytes, size_t length);

/* A boot signature at the end of sector 0; that of a GPT stands before the table. */
bool boot_mark_is_disk(const uint8_t *bytes, size_t length);
