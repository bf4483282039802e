/* A window of memory in which a hostile firmware left its tables.
 *
 * Input: options (1 byte), the window's start address (4 bytes, little-endian), then the bytes of
 * the window.  If bit 0 of the options is set, the checksums of what looks like a table are put
 * right first, because no mutation would find them. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "boot/bytes.h"
#include "boot/firmware_memory.h"
#include "tests/fuzz/require.h"
#include "tests/unit/firmware_sum.h"

/* `seal_all` puts right the checksums of a window, `check` holds its property. */
static inline void firmware_window_check(const uint8_t *data, size_t size,
                                         void (*seal_all)(uint8_t *bytes, size_t length),
                                         void (*check)(const struct physical_memory *memory))
{
    if (size < 5)
        return;
    uint32_t start = read_le32(data + 1), length = (uint32_t)(size - 5);
    if (length > 0xffffffff - start)
        start = 0xffffffff - length;
    uint8_t *bytes = malloc(length > 0 ? length : 1);
    require(bytes != NULL);
    memcpy(bytes, data + 5, length);
    if (data[0] & 1)
        seal_all(bytes, length);
    check(&(struct physical_memory){bytes, start, length});
    free(bytes);
}
