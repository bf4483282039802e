/* What time it is outside: the real-time clock, read once, and the TSC from then on. */
#pragma once

#include <stdint.h>

/* Reads the clock; where there is none, or none that can be believed, that is one line on the
 * console.  Call it when the rate of the TSC is known. */
void wall_time_start(void);

/* Seconds since 1970, UTC: now, and at the kernel's entry.  0: unknown.  Context: any. */
uint64_t wall_time_s(void);
uint64_t wall_time_of_boot_s(void);

/* Since the kernel's entry; 0 while the rate of the TSC is unknown.  Context: any. */
uint64_t wall_time_uptime_ns(void);
