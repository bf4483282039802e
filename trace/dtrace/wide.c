/* Numbers of 128 bits, on machines that have none. */
#include "trace/dtrace/wide.h"

#include <stdbool.h>

struct wide wide_add(struct wide a, struct wide b)
{
    uint64_t low = a.low + b.low;
    return (struct wide){low, a.high + b.high + (low < a.low)};
}

struct wide wide_subtract(struct wide a, struct wide b)
{
    return (struct wide){a.low - b.low, a.high - b.high - (a.low < b.low)};
}

static struct wide multiply(uint64_t a, uint64_t b)
{
    uint64_t a_low = a & UINT32_MAX, a_high = a >> 32;
    uint64_t b_low = b & UINT32_MAX, b_high = b >> 32;
    uint64_t low = a_low * b_low, first = a_high * b_low, second = a_low * b_high;
    uint64_t middle = (low >> 32) + (first & UINT32_MAX) + (second & UINT32_MAX);
    return (struct wide){middle << 32 | (low & UINT32_MAX),
                         a_high * b_high + (first >> 32) + (second >> 32) + (middle >> 32)};
}

struct wide wide_multiply_signed(int64_t a, int64_t b)
{
    struct wide product = multiply(wide_magnitude(a), wide_magnitude(b));
    return (a < 0) != (b < 0) ? wide_subtract((struct wide){0, 0}, product) : product;
}

struct wide wide_divide(struct wide a, uint64_t by)
{
    if (by == 0)
        return (struct wide){0, 0};
    struct wide quotient = {0, a.high / by};
    uint64_t rest = a.high % by;
    for (int bit = 63; bit >= 0; bit--) {
        bool carry = rest >> 63 != 0;
        rest = rest << 1 | (a.low >> bit & 1);
        if (carry || rest >= by) {
            rest -= by;
            quotient.low |= 1ull << bit;
        }
    }
    return quotient;
}

static bool at_most(struct wide a, struct wide b)
{
    return a.high != b.high ? a.high < b.high : a.low <= b.low;
}

uint64_t wide_root(struct wide a)
{
    uint64_t root = 0;
    for (int bit = 63; bit >= 0; bit--) {
        uint64_t larger = root | 1ull << bit;
        if (at_most(multiply(larger, larger), a))
            root = larger;
    }
    return root;
}

int wide_compare(struct wide a, struct wide b)
{
    if (a.high != b.high)
        return (int64_t)a.high < (int64_t)b.high ? -1 : 1;
    return (a.low > b.low) - (a.low < b.low);
}
