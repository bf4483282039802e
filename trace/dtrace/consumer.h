/* The consumer: what a state has recorded, as text, as dtrace(1M) prints it.
 *
 * Default output with CPU, ID, FUNCTION:NAME; printf() and its like; stacks; errors; aggregations merged over the
 * CPUs, sorted and printed at the end or where printa() says.  Works on descriptions and bytes from anywhere:
 * the kernel's own buffers, or frames that crossed a line and may be damaged, so nothing in them is believed. */
#pragma once

#include "trace/dtrace/dtrace_memory.h"
#include "trace/dtrace/record.h"
#include "trace/text.h"

struct dtrace_symbol {
    char module[64];
    char function[128];
    uint64_t offset; /* bytes from the function's start */
};

/* Where the data comes from.  Descriptions stay until the consumer has returned. */
struct dtrace_source {
    void *context;
    const struct dtrace_probe_description *(*probe)(void *context, uint32_t id); /* NULL: unknown */
    const struct dtrace_ecb_description *(*ecb)(void *context, uint32_t epid);
    const struct dtrace_aggregation_description *(*aggregation)(void *context, uint32_t id);
    /* False: none.  NULL: there are no symbols, as in the sources of a state, until a kernel puts its own function
     * here. */
    bool (*symbol)(void *context, uint64_t address, struct dtrace_symbol *symbol);
    uint32_t cpus;
    uint32_t begin_cpu;                         /* its principal buffer comes first */
    const struct dtrace_snapshot *principal;    /* one for each CPU */
    const struct dtrace_snapshot *aggregations; /* likewise */
    bool
        rest_told; /* the aggregations are those that an earlier claim has printed: only printa() does */
    const int64_t *options; /* DOF_OPTIONS of them, DOF_OPTION_UNSET included */
    struct dtrace_status status;
};

enum dtrace_consume_status {
    DTRACE_CONSUME_OK = 0,
    DTRACE_CONSUME_NO_MEMORY, /* what did not fit is left out, and said in the text */
    DTRACE_CONSUME_DAMAGED,   /* likewise */
};

/* Sets one of DOF_OPTIONS options as setopt() would: "quiet", "aggsortpos=1".  False: there is no such option for
 * what is printed, or it has no such value; they are as before. */
bool dtrace_consumer_set_option(int64_t *options, const char *text, size_t length);

struct dtrace_listener;

/* Where it goes. */
struct dtrace_outlet {
    const struct text_sink *records;        /* what the programs say */
    const struct text_sink *faults;         /* errors, drops, damage; may be the same */
    const struct dtrace_listener *listener; /* consumer_listener.h; NULL: nobody */
};

/* Prints everything; records that were told take effect (setopt(), trunc()) and are not printed.  `memory` is for
 * merging and sorting. */
enum dtrace_consume_status dtrace_consume_to(const struct dtrace_outlet *outlet,
                                             const struct dtrace_source *source,
                                             struct dtrace_memory *memory);

/* The same, all of it into one sink. */
enum dtrace_consume_status dtrace_consume(const struct text_sink *sink,
                                          const struct dtrace_source *source,
                                          struct dtrace_memory *memory);
