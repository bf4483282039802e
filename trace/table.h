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
 *   1. claim: n = written++ in one instruction, so every claim is unique;
 *   2. give up if n is beyond the limit (the claim is the count of the loss);
 *   3. open: if no writer is open, store this one's sequence, 2n + 1, in `open`;
 *   4. fill slot n: time, name, task;
 *   5. publish: store the sequence in the slot, last;
 *   6. close: put `open` back as it was in step 3.
 *
 * A reader looks at slot n, finds 2n + 1 in its sequence (odd: zeroed memory is never
 * an event) and copies.  Then, in this order, it looks at `open`, at the sequence again, and
 * whether `written` has claimed the slot anew; anything out of order there, and the event is
 * "not published" or "overwritten", never a mixture.
 *
 * What `open` is for: a writer that is suspended in step 4 while interrupts lap the whole
 * table will go on filling a slot that a later event has published meanwhile.  `open` is
 * the outermost suspended writer, so the slots in danger are those of events that are a
 * table's length or more after it.  In the end it publishes an old sequence, which
 * no reader expects; that later event is lost, and counted as dropped.
 *
 * This takes that writers on one CPU nest, as interrupts do, and finish: a kernel must not
 * switch threads inside a recording.  One that never finishes (a panic inside it) costs at most
 * the events that are a table's length or more after it, and they are counted as dropped.
 *
 * A reset makes the table empty for its readers: `base` is the first event that counts from then on,
 * and a table that keeps the first gets room for `capacity` more.  Nothing is moved, and recording
 * goes on meanwhile.
 *
 * Slots are in claim order; time order differs from it at most by the depth of
 * interruption, and readers sort.
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
    uint32_t sequence; /* trace_table_sequence(n), written last */
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

/* Without usage an event is, or might as well be, a plain one. */
static inline bool trace_usage_is_zero(const struct trace_usage *usage)
{
    return usage->cpu_ns == 0 && usage->in_blocks == 0 && usage->out_blocks == 0;
}

/* Which events a full table keeps. */
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
    uint64_t filtered;  /* events that were recorded and then not wanted; one store */
    uint32_t open;      /* sequence of the outermost writer that is filling a slot, 0: none */
    uint32_t reserved;
    uint64_t base; /* events before it do not count any more */
    uint8_t reserved_2[8];
};
_Static_assert(sizeof(struct trace_table) == 64, "records start one cache line behind the table");
_Static_assert(offsetof(struct trace_table, filtered) == 32, "layout 1 of the arena");
_Static_assert(offsetof(struct trace_table, base) == 48, "layout 3 of the arena");

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
 * 0 if capacity is above TRACE_TABLE_CAPACITY_MAX. */
uint64_t trace_table_size(uint32_t capacity);

/* Makes an empty table in zeroed memory of trace_table_size(capacity) bytes at `table`,
 * 16-byte aligned.  With a capacity of 0 it is a filter, whatever `keep` is: a header only, which counts what
 * it is given and stores nothing. */
void trace_table_format(struct trace_table *table, uint32_t capacity, enum trace_keep keep);

/* What the slot of event n holds once the event is whole. */
static inline uint32_t trace_table_sequence(uint64_t n)
{
    return (uint32_t)n * 2 + 1;
}

/* A slot that has been claimed and is being filled. */
struct trace_slot {
    struct trace_record *record; /* NULL: the table does not store this event */
    uint32_t sequence;
    uint32_t open_before;
};

/* Steps 1 to 3. */
static inline struct trace_slot trace_table_open(struct trace_table *table)
{
    uint64_t n = trace_local_fetch_increment(&table->written);
    if (__builtin_expect(n >= table->limit, 0))
        return (struct trace_slot){NULL, 0, 0};
    uint32_t sequence = trace_table_sequence(n); /* the mask takes its odd half of a record away */
    uint32_t offset = (sequence * (uint32_t)(sizeof(struct trace_record) / 2)) & table->slot_mask;
    struct trace_slot slot = {
        .record = (struct trace_record *)(void *)((char *)(table + 1) + offset),
        .sequence = sequence,
        .open_before = __atomic_load_n(&table->open, __ATOMIC_RELAXED),
    };
    if (__builtin_expect(slot.open_before == 0, 1))
        __atomic_store_n(&table->open, slot.sequence, __ATOMIC_RELAXED);
    __atomic_thread_fence(__ATOMIC_RELEASE); /* no instruction on x86: stores stay in order */
    return slot;
}

/* Steps 5 and 6. */
static inline void trace_table_publish(struct trace_table *table, const struct trace_slot *slot)
{
    __atomic_store_n(&slot->record->sequence, slot->sequence, __ATOMIC_RELEASE);
    __atomic_store_n(&table->open, slot->open_before, __ATOMIC_RELEASE);
}

/* Step 4 for a plain event; `ids` are its name and, in the upper half, its task: one store for both. */
static inline void trace_record_fill_ids(struct trace_record *record, uint64_t tsc, uint32_t ids)
{
    record->tsc = tsc;
    __builtin_memcpy(&record->name, &ids, sizeof ids);
}

static inline void trace_record_fill(struct trace_record *record, uint64_t tsc, uint32_t name,
                                     uint32_t task)
{
    trace_record_fill_ids(record, tsc, name | task << 16);
}

/* Records a plain event of the given time.
 * Context: any, including NMI, on the CPU that owns the table; never blocks, never fails. */
static inline void trace_table_record(struct trace_table *table, uint64_t tsc, uint32_t name,
                                      uint32_t task)
{
    struct trace_slot slot = trace_table_open(table);
    if (slot.record == NULL)
        return;
    trace_record_fill(slot.record, tsc, name, task);
    trace_table_publish(table, &slot);
}

/* Records an event with the resource usage of its process.  Context: as above. */
void trace_table_record_usage(struct trace_table *table, uint64_t tsc, uint32_t name, uint32_t task,
                              const struct trace_usage *usage);

/* The same, now: `now` is called once the slot has been claimed.  Read before, it could be earlier
 * than any number of events that an interrupt has recorded meanwhile, and readers could not put
 * it into its place.  False: the table does not store it.  Context: as above. */
bool trace_table_record_usage_now(struct trace_table *table, uint64_t (*now)(void), uint32_t name,
                                  uint32_t task, const struct trace_usage *usage);

/* A table at one moment: the oldest event that it can hold, the first that it cannot, and how
 * many it had been given, before and after its last reset.  Dumps and books of the same moment agree
 * while recording goes on. */
struct trace_range {
    uint64_t first;
    uint64_t end;
    uint64_t written;
    uint64_t base; /* books and frames count events from here */
};
struct trace_range trace_table_range(const struct trace_table *table);

/* Reads event `number`.  `record` (its name without TRACE_RECORD_USAGE) and `usage` (all zero
 * for a plain event) are written only on TRACE_READ_OK.  Context: any, on any CPU; the table may be in use. */
enum trace_read trace_table_read(const struct trace_table *table, uint64_t number,
                                 struct trace_record *record, struct trace_usage *usage);

/* What became of the events of a range: each is one of these. */
struct trace_tally {
    uint64_t read; /* there, and whole */
    uint64_t unpublished;
    uint64_t overwritten; /* since the range was taken */
};

/* Counts one more event by what became of reading it. */
void trace_tally_add(struct trace_tally *tally, enum trace_read read);

/* Reads all of a range. */
struct trace_tally trace_table_tally(const struct trace_table *table, struct trace_range range);

/* The books at the moment of `range`, as far as `tally` found its events; `filter` is the
 * counting table that stands beside this one, or NULL.  Records never published count as
 * dropped. */
struct trace_books trace_table_books_of(const struct trace_table *table,
                                        const struct trace_table *filter, struct trace_range range,
                                        struct trace_tally tally);

/* The same with the range's own tally. */
struct trace_books trace_table_books(const struct trace_table *table,
                                     const struct trace_table *filter, struct trace_range range);

/* Makes the table, and the filter beside it, empty, with books that begin anew; with `as_filtered`,
 * what they had counted is counted as filtered instead.  Context: one thread at a time; the table may
 * be recorded into and read meanwhile, by any CPU. */
void trace_table_reset(struct trace_table *table, struct trace_table *filter, bool as_filtered);

/* Brings what `from` holds into the empty table `to` of the same CPU, as if `to` had been
 * there from the start.  Both keep the first.  Gives how many events of `from` it has seen. */
uint64_t trace_table_carry(struct trace_table *to, const struct trace_table *from);
