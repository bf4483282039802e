/* Texts of boot archives: bytes counted four at a time, because an archive has many names. */
#pragma once

#include <stdint.h>

#include "boot/bytes.h"
#include "boot/slice.h"

/* Whether there is a NUL in it, which no name may have. */
static inline bool archive_text_has_nul(struct slice text)
{
    const uint8_t *bytes = (const uint8_t *)text.text;
    size_t left = text.length;
    for (; left >= 4; left -= 4, bytes += 4) {
        uint32_t word = read_le32(bytes);
        if (((word - 0x01010101) & ~word & 0x80808080) !=
            0) /* a top bit that was not there before */
            return true;
    }
    for (; left > 0; left--, bytes++)
        if (*bytes == 0)
            return true;
    return false;
}

/* How many of the four bytes of a word are zero.  Adding 0x7f sets the top bit of a byte if one
 * of its other bits is set, and carries nothing into the next byte. */
static inline uint32_t archive_text_zero_bytes(uint32_t word)
{
    uint32_t others = (((word & 0x7f7f7f7f) + 0x7f7f7f7f) | word) >> 7 & 0x01010101;
    return 4 - (others * 0x01010101 >> 24);
}

/* How often `c` stands in the text. */
static inline size_t archive_text_count(struct slice text, char c)
{
    const uint8_t *bytes = (const uint8_t *)text.text;
    const uint32_t pattern = (uint8_t)c * 0x01010101u;
    size_t count = 0, left = text.length;
    for (; left >= 4; left -= 4, bytes += 4)
        count += archive_text_zero_bytes(read_le32(bytes) ^ pattern);
    for (; left > 0; left--, bytes++)
        count += *bytes == (uint8_t)c;
    return count;
}
