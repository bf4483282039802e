/* The variables of a state: globals, clause-locals of each CPU, and dynamic ones (thread-local and associative)
 * in a pool of fixed size.
 *
 * Context: loading and storing in any, inside a probe, on any CPU; the pool has a lock for each bucket that is
 * never waited for longer than another CPU's handful of instructions, and is never taken twice on one CPU. */
#pragma once

#include "trace/dtrace/dif.h"
#include "trace/dtrace/dtrace_memory.h"

struct dtrace_variables; /* in variables_layout.h for its own parts */

struct dtrace_variables_config {
    const struct dif_declarations *declarations;
    uint32_t programs; /* DOF objects */
    uint32_t cpus;
    uint64_t dynvarsize; /* bytes; halved until it fits */
    uint32_t chunk;      /* bytes of a dynamic variable, the largest of all objects'; 0: 256 */
};

/* The bytes that all but dynamic variables take, roughly and rather too many. */
uint64_t dtrace_variables_statics(const struct dif_declarations *declarations, uint32_t cpus);

/* The bytes that one dynamic variable takes: a dynvarsize below that has none. */
uint64_t dtrace_variables_least(uint32_t chunk);

/* NULL: the memory does not suffice. */
struct dtrace_variables *dtrace_variables_make(struct dtrace_memory *memory,
                                               const struct dtrace_variables_config *config);

/* A member of a tuple: size 0 is a value, else so many bytes behind a pointer that has been checked. */
struct dtrace_key {
    uint64_t value; /* or the pointer */
    uint64_t size;
};

struct dtrace_variables_counts {
    uint64_t dynamic_drops; /* stores that found no chunk, and bounded waits that ended */
    uint64_t too_large;     /* keys and data that no chunk can hold */
    uint64_t in_use, chunks;
};
/* What has been lost, and how full the pool is. */
struct dtrace_variables_counts dtrace_variables_counts(const struct dtrace_variables *variables);

/* Gives deleted dynamic variables back to the pool, in two steps.  Between two calls every CPU must have been
 * outside a firing at least once: then nobody reads any more what the first call found.
 * Context: one thread, outside a firing, interrupts of this CPU off. */
void dtrace_variables_clean(struct dtrace_variables *variables);
