/* Firing, for the framework's own parts. */
#pragma once

#include "trace/dtrace/framework_layout.h"

/* Fires one of the framework's own probes: BEGIN and END, in their states alone. */
void dtrace_fire_own(struct dtrace *dtrace, uint32_t id, uint32_t cpu);

/* Keeps a CPU from firing, for a moment; false: it was in a firing for too long.
 * Context: not within a firing; interrupts of this CPU off. */
bool dtrace_cpu_hold(struct dtrace_cpu *cpu);
void dtrace_cpu_release(struct dtrace_cpu *cpu);
