/* Speculations: records that wait for a decision, in a buffer for each CPU.
 *
 * The states are DTrace's.  A speculation that more than one CPU wrote to is COMMITTINGMANY or DISCARDING until
 * the cleaner has been to every CPU. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct dtrace;
struct dtrace_buffer;
struct dtrace_cpu;

/* The states of a speculation, as DTrace has them. */
enum dtrace_speculation_state {
    DTRACE_SPECULATION_INACTIVE,
    DTRACE_SPECULATION_ACTIVE,
    DTRACE_SPECULATION_ACTIVEONE,
    DTRACE_SPECULATION_ACTIVEMANY,
    DTRACE_SPECULATION_COMMITTING,
    DTRACE_SPECULATION_COMMITTINGMANY,
    DTRACE_SPECULATION_DISCARDING,
};

struct dtrace_speculations {
    uint32_t *states; /* by id - 1, enum dtrace_speculation_state */
    uint32_t count;
    uint32_t busy, unavailable;
    uint32_t waiting; /* how many the cleaner has to see to */
};

/* speculation(): an id, or 0. */
uint32_t dtrace_speculation_take(struct dtrace_speculations *speculations);

/* speculate(id): where this CPU's records go.  NULL: nowhere, the clause ends. */
struct dtrace_buffer *dtrace_speculation_use(struct dtrace *dtrace, struct dtrace_cpu *cpu,
                                             uint32_t id);

/* False: there was nothing to decide. */
bool dtrace_speculation_commit(struct dtrace *dtrace, struct dtrace_cpu *cpu, uint32_t id,
                               uint64_t timestamp);
bool dtrace_speculation_discard(struct dtrace *dtrace, struct dtrace_cpu *cpu, uint32_t id);

/* Finishes on every CPU what commit and discard began on one. */
void dtrace_speculation_clean(struct dtrace *dtrace);
