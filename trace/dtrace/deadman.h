/* The deadman: ends the tracing when nothing but tracing happens any more. */
#pragma once

#include <stdint.h>

struct dtrace;
struct dtrace_cpu;

/* Behind a firing on a CPU that is still held: how long it has taken since `began` (ns).
 *
 * Context: a firing. */
void dtrace_deadman_count(struct dtrace *dtrace, struct dtrace_cpu *cpu, uint64_t began);
