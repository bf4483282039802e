/* Aggregations: one buffer for each CPU, in which each key has one entry that grows in place.
 *
 * Entries lie from the start of the buffer upwards, at multiples of 8, as record.h says; from its end downwards
 * lie the chains of a hash table, which only this CPU reads.
 *
 * Context: one CPU at a time. */
#pragma once

#include "trace/dtrace/record.h"

struct dtrace_aggregation {
    struct dtrace_aggregation_description description;
    uint16_t kind; /* enum dof_action_kind */
    uint64_t arg;
    uint32_t base;        /* of the tuple, from the record's start */
    uint32_t data_offset; /* from the base */
};

struct dtrace_aggregation_buffer {
    uint8_t *bytes; /* 8-byte aligned */
    uint32_t size;  /* bytes; 0: none */
    uint32_t used;  /* bytes of entries */
    uint32_t links; /* entries */
    uint32_t mask;  /* of the hash table, whose size is a power of two */
    uint32_t *heads;
    uint32_t top; /* below it lie the links */
    struct dtrace_buffer_books books;
};

enum dtrace_aggregate_status {
    DTRACE_AGGREGATE_OK = 0,
    DTRACE_AGGREGATE_DROPPED,
    DTRACE_AGGREGATE_OTHER_FUNCTION, /* the key is there with another function */
};

struct dtrace_aggregate {
    const struct dtrace_aggregation *aggregation;
    const uint8_t *
        tuple; /* the base: variable id at 8, then the keys; strings end with a NUL or fill their place */
    uint32_t hash; /* of variable id and keys, by hash.h */
    uint64_t value, increment;
};

/* At least 256 bytes. */
void dtrace_aggregation_make(struct dtrace_aggregation_buffer *buffer, uint8_t *bytes,
                             uint32_t size);
enum dtrace_aggregate_status dtrace_aggregate(struct dtrace_aggregation_buffer *buffer,
                                              const struct dtrace_aggregate *what);
void dtrace_aggregation_reset(struct dtrace_aggregation_buffer *buffer);
struct dtrace_snapshot dtrace_aggregation_snapshot(const struct dtrace_aggregation_buffer *buffer,
                                                   uint32_t cpu);
