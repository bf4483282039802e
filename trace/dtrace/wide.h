/* Numbers of 128 bits, for what 64 cannot hold: sums of squares, and weighted sums. */
#pragma once

#include <stdint.h>

struct wide {
    uint64_t low, high; /* two's complement, where a sign is meant */
};

/* Of -2^63, too, which has none of 64 bits with a sign. */
static inline uint64_t wide_magnitude(int64_t value)
{
    return value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
}

/* Modulo 2^128; the product of two 64-bit numbers is exact. */
struct wide wide_add(struct wide a, struct wide b);
struct wide wide_subtract(struct wide a, struct wide b);
struct wide wide_multiply_signed(int64_t a, int64_t b);
struct wide wide_divide(struct wide a, uint64_t by); /* unsigned; by 0 gives 0 */

/* The square root, rounded down. */
uint64_t wide_root(struct wide a);

/* Below 0, 0, or above: a < b, a == b, a > b, as signed numbers. */
int wide_compare(struct wide a, struct wide b);
