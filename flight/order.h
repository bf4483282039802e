/* The order of two numbers, for qsort and bsearch. */
#pragma once

#include <stdint.h>

static inline int order_of(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}
