/* How fast the TSC counts: found once, stated with its method and uncertainty. */
#pragma once

#include "trace/arena.h"

/* Numbered as `clock.counts_from_reset=`. */
enum clock_origin {
    CLOCK_ORIGIN_UNKNOWN,
    CLOCK_ORIGIN_RESET, /* somebody who knows says that the TSC counts from reset */
    CLOCK_ORIGIN_GUESS, /* by the rule in clock.c */
};

/* Finds the rate; `entry_tsc` is the stamp of the first instruction.  Says on the console what
 * disagrees. */
struct trace_clock clock_find(uint64_t entry_tsc, enum clock_origin origin);
