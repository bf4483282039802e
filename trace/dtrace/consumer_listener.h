/* What the consumer tells beside its text, for who makes something else of it: records piece by piece, rows of
 * aggregations with their values, errors and losses.
 *
 * Each call comes behind the text that says the same.  What it points to is good until it returns.  A listener may
 * leave any function NULL. */
#pragma once

#include "trace/dtrace/record_walk.h"

enum {
    DTRACE_CELLS_MAX = 32 /* aggregations that one printa() puts side by side */
};

/* What one key of an aggregation has come to, on all CPUs. */
struct dtrace_cell {
    uint64_t variable;
    uint16_t kind;   /* enum dof_action_kind */
    uint64_t normal; /* what normalize() divides by, never 0 */
    int64_t value;   /* as the text has it; 0 of a distribution */
    uint32_t
        words; /* in `data`: the buckets of a distribution, not divided; behind the parameter, if it has one */
    const uint64_t *data;
};

struct dtrace_row {
    const struct dtrace_aggregation_description *description; /* whose keys count */
    const uint8_t *record;
    const struct dtrace_cell *cells;
    uint32_t count; /* at most DTRACE_CELLS_MAX */
};

/* arg1 to arg5 of dtrace:::ERROR; or what the consumer itself found wrong with a clause, of which only `epid` is known. */
struct dtrace_error {
    bool recorded;
    uint32_t epid;    /* of the clause */
    uint32_t action;  /* from 1; 0: the predicate */
    int32_t offset;   /* of the instruction; -1: unknown */
    uint64_t fault;   /* enum dif_fault, or anything */
    const char *text; /* "invalid address" */
    bool has_address;
    uint64_t address;
};

struct dtrace_loss {
    const char *what; /* "drop", "aggregation drop", "dynamic variable drop", ... */
    uint64_t count;
    const struct dtrace_snapshot *buffer; /* NULL: of the state as a whole */
};

struct dtrace_listener {
    void *context;
    void (*begin)(void *context, const struct dtrace_found *found, uint32_t cpu);
    /* Pieces [first, first + count) of the record, which belong to one statement. */
    void (*pieces)(void *context, const struct dtrace_found *found, uint32_t first, uint32_t count);
    void (*end)(void *context, const struct dtrace_found *found);
    void (*row)(void *context,
                const struct dtrace_row *row); /* of a printa(), or of what is printed at the end */
    void (*error)(void *context, const struct dtrace_error *error);
    void (*loss)(void *context, const struct dtrace_loss *loss);
    void (*complaint)(void *context); /* a line about what is damaged, or does not fit */
};
