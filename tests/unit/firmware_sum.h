/* Checksums of a firmware's tables: their bytes sum up to zero. */
#pragma once

#include <stddef.h>
#include <stdint.h>

static inline uint8_t sum_of(const uint8_t *bytes, size_t length)
{
    uint8_t sum = 0;
    for (size_t i = 0; i < length; i++)
        sum = (uint8_t)(sum + bytes[i]);
    return sum;
}

/* Makes bytes sum up to zero, by means of the one at `where`. */
static inline void seal(uint8_t *bytes, size_t length, size_t where)
{
    bytes[where] = (uint8_t)(bytes[where] - sum_of(bytes, length));
}
