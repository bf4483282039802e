/* The alarm of each CPU: one interrupt at a time to come.  There is no tick: nothing interrupts
 * unless somebody sleeps or waits for a CPU.
 *
 * It is the local APIC's timer; without one, channel 0 of the 8254, and then there is only the boot
 * CPU. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Finds an alarm, waiting, bounded, for a first ring.  False: there is none; who sleeps polls the
 * TSC. */
bool timer_init(void);
bool timer_works(void);
const char *timer_name(void);

/* Whether further CPUs would have an alarm, too: the 8254 is the boot CPU's alone. */
bool timer_is_of_each_cpu(void);

/* Rings in `cycles` of the TSC, or sooner, or not at all (UINT64_MAX).  The last word counts.
 * Context: any but NMI, interrupts off. */
void timer_set(uint64_t cycles);

/* The alarm has rung.  Context: interrupt. */
void timer_handle(void);

/* No alarm any more. */
void timer_stop(void);
