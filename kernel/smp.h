/* The other CPUs: how they start, how they are told something, how they stop. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Looks for CPUs in the firmware's tables: percpu_count() is then how many there will be, at most
 * kern.smp.maxcpus, at least 1.  Before the trace tables are settled: each CPU has its own. */
void smp_find(void);

/* Starts them, one after the other; gives how many run now.  Each that does not answer is one line
 * on the console.  Context: thread. */
uint32_t smp_start(void);

/* Has the CPU look for work.  Context: any but NMI. */
void smp_nudge(uint32_t cpu);

/* Runs a function on a CPU, be it this one, in an interrupt, and waits until it has.  False: the CPU
 * did not answer within the bound, or there is no local APIC.  Panics if it answers and does not come back.  Context: thread. */
bool smp_call(uint32_t cpu, void (*function)(void *argument), void *argument);
void smp_handle_call(void); /* Context: interrupt, of TRAP_CALL */

/* Stops all other CPUs wherever they are, by NMI, and waits for that within a bound.  The first
 * one who calls it wins: on any other CPU it never returns.  Context: any. */
void smp_stop_others(void);
bool smp_stop_was_asked(void); /* of this CPU.  Context: an NMI, which is then for smp_stop_here */
_Noreturn void smp_stop_here(void);
