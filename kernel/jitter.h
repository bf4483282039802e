/* Times that vary as those of real devices do, and the same ones again for the same `seed=`. */
#pragma once

#include <stdint.h>

/* The next number from `minimum` to `maximum`, both included; minimum <= maximum < 2^32 - 1.  Threads that
 * draw at the same moment get different ones.  Context: any. */
struct jitter_range {
    uint32_t minimum, maximum;
};
uint32_t jitter_draw(struct jitter_range range);
