/* Interrupt lines and sleeping: two 8259A controllers, moved behind the exceptions, and
 * channel 0 of the 8254 timer as an alarm.  There is no periodic tick: nothing interrupts
 * unless somebody sleeps. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Sets both up and waits, bounded, for a first alarm.  False: none came; sleeping then polls
 * the TSC. */
bool timer_init(void);

/* Called with each interrupt of a line, 0..15. */
void timer_handle_line(uint32_t line);

/* Halts the CPU until the time has passed; the cycles that this took are added to *slept.
 * Without alarm and TSC rate it returns at once. */
void timer_sleep_ns(uint64_t ns, uint64_t *slept);

/* Lets no interrupt line through any more. */
void timer_stop(void);
