/* The provider profile: probes that fire by the clock.
 *
 *     profile:::profile-N[unit]    on every CPU, N times a second (hz, also without a unit) or every N units
 *     profile:::tick-N[unit]       likewise, on the boot CPU alone
 *
 * Units are ns, us, ms, s, m, h, d (nsec, usec, msec, sec, min, hour, day) and hz; nothing fires more often than
 * every 200 us.  arg0 is where the interrupt found the CPU, arg1 (userland's place) is 0.  Such a probe exists
 * once a clause names it without wildcards.  A moment that the CPU misses, as its interrupts are off for
 * longer than a period, is left out. */
#pragma once

#include <stdint.h>

#include "trace/dtrace/framework.h"

enum {
    PROFILE_PROBES = 32
};

/* Adds the provider, which makes its probes when clauses name them. */
void profile_register(struct dtrace *dtrace);

/* When the next one is due on this CPU; UINT64_MAX: none.  Context: interrupts are off. */
uint64_t profile_due(uint32_t cpu);

/* Fires what is due on this CPU.  Context: interrupts are off. */
void profile_ring(uint64_t now);
