/* How variables lie in memory; for variables*.c and run_*.c alone.
 *
 * Globals and clause-locals have a place each: a cell of 8 bytes, or, by reference, a head of 8 bytes (first byte
 * 0xff: the variable is NULL) and the data.  Clause-locals have one for each CPU.
 *
 * Dynamic variables are chunks of one size: header, keys, bytes of keys, data.  A chunk is
 *
 *   FREE     in the list of free ones; nobody reads it
 *   LIVE     in a bucket; filled before it became so
 *   DIRTY    deleted, in no bucket, and perhaps still read in the firing that found it
 *   RINSING  the cleaner has seen it once: a firing that found it has ended when the cleaner comes again
 *
 * Protocol:  1. A bucket's chain is read and changed under its lock alone.
 *            2. The list of free chunks is changed under its own lock, which is taken last.
 *            3. Deleted chunks are pushed on the list of dirty ones without a lock, and taken all together.
 *            4. Every lock is tried so many times and no more: an NMI may have interrupted who holds it. */
#pragma once

#include "trace/dtrace/variables.h"

enum {
    STATIC_HEAD = 8, /* bytes in front of data by reference */
    STATIC_NULL = 0xff,
};

/* Keys and data begin at multiples of 8. */
static inline uint64_t dtrace_round8(uint64_t bytes)
{
    return (bytes + 7) & ~(uint64_t)7;
}

/* A declared variable. */
struct dtrace_slot {
    uint32_t id;
    uint32_t size;  /* bytes of data by reference */
    uint32_t cell;  /* index, if by value */
    uint32_t place; /* bytes, of its head among those by reference */
    uint8_t kind;   /* enum dif_variable_kind */
    bool by_ref, is_string;
};

/* Sorted by id, places in the same order. */
struct dtrace_slots {
    const struct dtrace_slot *list;
    uint32_t count;
};

/* Values by cell, and data by reference. */
struct dtrace_statics {
    uint64_t *cells;
    uint8_t *data;
};

/* The states above. */
enum dtrace_chunk_state {
    CHUNK_FREE,
    CHUNK_LIVE,
    CHUNK_DIRTY,
    CHUNK_RINSING
};

struct dtrace_chunk {
    uint32_t state; /* enum dtrace_chunk_state */
    uint32_t next;  /* number of a chunk, from 1; 0: none */
    uint32_t hash, key_count;
    uint32_t data, data_size; /* bytes, from the header's start */
    uint64_t reserved;
};
_Static_assert(sizeof(struct dtrace_chunk) == 32, "as much as DTrace's, so that as many fit");

/* A lock, and the number of the first chunk; 0: none. */
struct dtrace_bucket {
    uint32_t lock, first;
};

struct dtrace_pool {
    struct dtrace_bucket *buckets; /* a power of two of them */
    uint32_t bucket_mask;
    uint8_t *chunks;
    uint32_t chunk_size, chunk_count;
    uint32_t free_lock, free, dirty, rinsing; /* heads of lists */
    uint32_t in_use;
};

struct dtrace_variable_losses { /* of one CPU, which alone counts */
    uint64_t drops, too_large;
};

struct dtrace_variables {
    struct dtrace_slots globals, threads, locals;
    const struct dtrace_slots *of_program; /* parts of `locals` */
    uint32_t programs, cpus;
    uint64_t global_bytes, local_bytes; /* of data by reference */
    struct dtrace_statics global;
    struct dtrace_statics *local; /* one for each CPU */
    struct dtrace_pool pool;
    struct dtrace_variable_losses *losses;
};

/* NULL: not declared. */
static inline const struct dtrace_slot *dtrace_slot_find(const struct dtrace_slots *slots,
                                                         uint32_t id)
{
    uint32_t low = 0, high = slots->count;
    uint32_t likely = id - DIF_VAR_USER; /* compilers number without gaps */
    if (likely < high && slots->list[likely].id == id)
        return &slots->list[likely];
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (slots->list[middle].id == id)
            return &slots->list[middle];
        if (slots->list[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* A dynamic variable: its keys, the last of which tell which variable and thread. */
struct dtrace_tuple {
    const struct dtrace_key *keys;
    uint32_t count;
};

enum dtrace_dynamic_status {
    DTRACE_DYNAMIC_OK = 0,
    DTRACE_DYNAMIC_DROP, /* no chunk, or a lock that stays taken; counted */
};

/* Whether a chunk can hold it.  The functions below want this to be so. */
bool dtrace_dynamic_fits(const struct dtrace_variables *variables, const struct dtrace_slot *slot,
                         const struct dtrace_tuple *tuple);

/* Gives the value, or the address of the data; 0 if there is no such variable. */
enum dtrace_dynamic_status dtrace_dynamic_load(struct dtrace_variables *variables, uint32_t cpu,
                                               const struct dtrace_slot *slot,
                                               const struct dtrace_tuple *tuple, uint64_t *value);

/* Stores `length` bytes, 8 of a value, at most slot->size by reference, making the variable if there is none. */
enum dtrace_dynamic_status dtrace_dynamic_store(struct dtrace_variables *variables, uint32_t cpu,
                                                const struct dtrace_slot *slot,
                                                const struct dtrace_tuple *tuple, const void *bytes,
                                                uint32_t length);

/* What is not there is deleted already. */
enum dtrace_dynamic_status dtrace_dynamic_delete(struct dtrace_variables *variables, uint32_t cpu,
                                                 const struct dtrace_tuple *tuple);

/* How many bytes from an address on belong to the data of one variable by reference, global, this CPU's own or
 * dynamic; 0: none. */
uint64_t dtrace_variables_extent(const struct dtrace_variables *variables, uint32_t cpu,
                                 uint64_t address);

/* Pool. */
bool dtrace_pool_make(struct dtrace_pool *pool, struct dtrace_memory *memory, uint64_t size,
                      uint32_t chunk);
uint64_t dtrace_pool_least(uint32_t chunk); /* bytes of one that has room for one variable */
uint64_t dtrace_pool_extent(const struct dtrace_pool *pool, uint64_t address);
