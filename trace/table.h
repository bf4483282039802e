/* A table of trace events: one producer CPU, fixed memory, exact books.
 *
 * A table keeps either the first or the last `capacity` events that it was
 * given.  Everything else about it follows from one monotonic counter:
 *
 *     slot        = written & (slots - 1), slots = capacity rounded up to 2^k
 *     kept        = min(written, capacity), less what was never published
 *     overwritten = written - capacity  (a table that keeps the last)
 *     dropped     = written - capacity  (a table that keeps the first)
 *
 * The protocol of recording, which an interrupt, exception or NMI on the same
 * CPU may cut at any instruction and then record by itself (table.pml is its
 * model, tests/unit/test_interrupted.c its proof on real instructions):
 *
 *   1. read the time;
 *   2. claim: n = written++ in one instruction, so every claim is unique;
 *   3. give up if n is beyond the limit (the claim is the count of the loss);
 *   4. fill slot n: time, name, task;
 *   5. publish: store the low half of n + 1 in the slot's sequence, last.
 *
 * A reader looks at slot n, finds n + 1 in its sequence, copies, and checks that
 * `written` has not yet claimed the slot anew; anything else is "not published"
 * or "overwritten", never a mixture.  A writer that was suspended inside step 4
 * while interrupts lapped the whole table publishes an old sequence, which no
 * reader expects.  Slots are in claim order; time order differs from it at most
 * by the depth of interruption, and readers sort.
 *
 * Pure logic: no allocation, no clock, no locks. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trace/local.h"

/* One event in memory: 16 bytes, little-endian as the CPU is. */
struct trace_record {
    uint64_t tsc;      /* cycles, raw */
    uint16_t name;     /* id in the arena's names, 0 is invalid; TRACE_RECORD_USAGE may be set */
    uint16_t task;     /* id in the arena's tasks, 0 is unknown */
    uint32_t sequence; /* low 32 bits of n + 1, written last */
};
_Static_assert(sizeof(struct trace_record) == 16, "a plain event costs 16 bytes");

/* Set in `name` of an event that carries a struct trace_usage. */
#define TRACE_RECORD_USAGE 0x8000u

/* What a boottrace event carries beside a plain one: 16 bytes more, in an array
 * of its own behind the records, so that plain events never touch it. */
struct trace_usage {
    uint64_t cpu_ns;     /* CPU time that the process of the event has used */
    uint32_t in_blocks;  /* 512-byte blocks read */
    uint32_t out_blocks; /* 512-byte blocks written */
};
_Static_assert(sizeof(struct trace_usage) == 16, "a boottrace event costs 32 bytes");

enum trace_keep {
    TRACE_KEEP_FIRST = 0,
    TRACE_KEEP_LAST = 1,
};

struct trace_table {
    uint64_t written;   /* events given so far; claims */
    uint64_t limit;     /* claims from this one on are not stored */
    uint32_t slot_mask; /* (slots - 1) * sizeof(struct trace_record): masks byte offsets */
    uint32_t capacity;  /* events that are kept */
    uint32_t slots;     /* power of two, >= capacity */
    uint32_t keep;      /* enum trace_keep */
    uint64_t filtered;  /* events that were recorded and then turned out not to be wanted */
    uint8_t reserved[24];
};
_Static_assert(sizeof(struct trace_table) == 64, "records start one cache line behind the table");
_Static_assert(offsetof(struct trace_table, filtered) == 32, "layout 1 of the arena");

/* The books of one table: emitted = kept + overwritten + dropped + filtered. */
struct trace_books {
    uint64_t emitted;
    uint64_t kept;
    uint64_t overwritten;
    uint64_t dropped;
    uint64_t filtered;
};

enum trace_read {
    TRACE_READ_OK = 0,
    TRACE_READ_UNPUBLISHED, /* claimed, but its writer has not finished (or never will) */
    TRACE_READ_OVERWRITTEN, /* no longer, or never, in the table */
};

/* The largest capacity that a table can have: its byte offsets are 32 bits wide. */
#define TRACE_TABLE_CAPACITY_MAX (1u << 26)

/* Bytes that a table of this capacity takes, its header included; a multiple of 64.
 * 0 if capacity is 0 or above TRACE_TABLE_CAPACITY_MAX. */
uint64_t trace_table_size(uint32_t capacity);

/* Makes an empty table in zeroed memory of trace_table_size(capacity) bytes at `table`,
 * 16-byte aligned. */
void trace_table_format(struct trace_table *table, uint32_t capacity, enum trace_keep keep);

/* Makes a table without slots: it counts what it is given and stores nothing. */
void trace_table_format_filter(struct trace_table *table);

static inline struct trace_record *trace_table_records(struct trace_table *table)
{
    return (struct trace_record *)(void *)(table + 1);
}

/* Claims a slot: gives its record and its number, or NULL when the table does not store it. */
static inline struct trace_record *trace_table_claim(struct trace_table *table, uint64_t *number)
{
    uint64_t n = trace_local_fetch_increment(&table->written);
    if (__builtin_expect(n >= table->limit, 0))
        return NULL;
    *number = n;
    uint32_t offset = ((uint32_t)n * (uint32_t)sizeof(struct trace_record)) & table->slot_mask;
    return (struct trace_record *)(void *)((char *)(table + 1) + offset);
}

/* Records a plain event: `tsc` is the time that the caller has just read.
 * Context: any, including NMI, on the CPU that owns the table; never blocks, never fails. */
static inline void trace_table_record(struct trace_table *table, uint64_t tsc, uint32_t name,
                                      uint32_t task)
{
    uint64_t n;
    struct trace_record *record = trace_table_claim(table, &n);
    if (record == NULL)
        return;
    record->tsc = tsc;
    /* One 32-bit store for both ids, and the sequence strictly after everything else. */
    uint32_t ids = name | task << 16;
    __builtin_memcpy(&record->name, &ids, sizeof ids);
    __atomic_store_n(&record->sequence, (uint32_t)n + 1, __ATOMIC_RELEASE);
}

/* Records an event with the resource usage of its process.  Context: as above. */
void trace_table_record_usage(struct trace_table *table, uint64_t tsc, uint32_t name, uint32_t task,
                              const struct trace_usage *usage);

/* A table at one moment: the oldest event that it can hold, the first that it cannot, and how
 * many it had been given.  Dumps and books of the same moment agree while recording goes on. */
struct trace_range {
    uint64_t first;
    uint64_t end;
    uint64_t written;
};
struct trace_range trace_table_range(const struct trace_table *table);

/* Reads event `number`.  `record` (its name without TRACE_RECORD_USAGE) and `usage` (all zero
 * for a plain event) are written only on TRACE_READ_OK.  Context: any, on any CPU; the table may be in use. */
enum trace_read trace_table_read(const struct trace_table *table, uint64_t number,
                                 struct trace_record *record, struct trace_usage *usage);

/* The books at the moment of `range` (from trace_table_range); `filter` is the counting table that
 * stands beside this one, or NULL.  Records never published count as dropped. */
struct trace_books trace_table_books(const struct trace_table *table,
                                     const struct trace_table *filter, struct trace_range range);

/* Brings what `from` holds into the empty table `to` of the same CPU, as if `to` had been
 * there from the start.  Both keep the first.  With `wanted` false everything is counted as
 * filtered instead.  Gives how many events of `from` it has seen. */
uint64_t trace_table_carry(struct trace_table *to, const struct trace_table *from, bool wanted);
