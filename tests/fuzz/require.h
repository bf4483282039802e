/* How a fuzz target says that its property does not hold. */
#pragma once

#include <stdbool.h>

static inline void require(bool condition)
{
    if (!condition)
        __builtin_trap();
}
