/* A buffer of records: the principal one of a CPU, or its part of a speculation.
 *
 * Records lie at multiples of their alignment; words of 0 before one are padding.
 *
 * A CPU may be stopped for good at any instruction, and what its buffer holds is then read.  So each step is one
 * store, and what it does is counted behind it:
 *  1. A record is written whole, then `offset` moves over it, then `written` counts it.
 *  2. A ring forgets its oldest record: `oldest` moves over it, then `overwritten` counts it.
 *  3. A ring that has forgotten all that is older wraps: `oldest` becomes 0, then `offset`.  In between, `oldest` is
 *     the smaller one, which it never is otherwise: nothing is older yet.
 * Where the counts are behind, the records that are there tell it.
 *
 * Context: one CPU at a time. */
#pragma once

#include "trace/dtrace/record.h"

/* Tells how long a record is, which a ring must know to forget the oldest one. */
struct dtrace_ecb;
enum {
    DTRACE_ECBS_PAGE = 256,
    DTRACE_ECBS_PAGES = 1024
};
struct dtrace_ecbs {
    struct dtrace_ecb **pages[DTRACE_ECBS_PAGES];
    uint32_t count; /* EPIDs are 1 to this */
};

struct dtrace_buffer {
    uint8_t *bytes; /* 8-byte aligned */
    uint32_t size;  /* bytes, a multiple of 8; 0: nothing is recorded */
    uint32_t offset;
    uint32_t oldest;    /* of a ring: [oldest, size) is older than [0, offset) */
    uint32_t committed; /* of a speculation: what lies before it has been copied */
    uint32_t reserve;   /* bytes that fill and switch leave to the clauses of END */
    enum dtrace_policy policy;
    bool full;   /* fill: for good */
    bool ending; /* END's clauses run: the reserve is theirs */
    const struct dtrace_ecbs *ecbs;
    uint64_t written;                 /* records, also those that were overwritten */
    struct dtrace_buffer_books books; /* but for `kept` */
};

/* One record: its header is written already. */
struct dtrace_piece {
    const uint8_t *bytes;
    uint32_t size;      /* a multiple of 4, at least 12 */
    uint32_t alignment; /* 4 or 8 */
};

/* An empty buffer in `size` bytes, of which a multiple of 8 is used. */
void dtrace_buffer_make(struct dtrace_buffer *buffer, enum dtrace_policy policy, uint8_t *bytes,
                        uint32_t size);

/* Puts a record in and keeps the books.  False: it was dropped. */
bool dtrace_buffer_put(struct dtrace_buffer *buffer, const struct dtrace_piece *piece);

/* Whether so many bytes of records, the first at a multiple of 8, would all be taken now. */
bool dtrace_buffer_has_room(const struct dtrace_buffer *buffer, uint32_t size);

/* Forgets the records and the books. */
void dtrace_buffer_reset(struct dtrace_buffer *buffer);

/* What it holds while nobody writes. */
struct dtrace_snapshot dtrace_buffer_snapshot(const struct dtrace_buffer *buffer, uint32_t cpu);

/* What it holds if its CPU was stopped at any instruction: all that was written whole, and books of just that. */
struct dtrace_snapshot dtrace_buffer_snapshot_stopped(const struct dtrace_buffer *buffer,
                                                      uint32_t cpu);

/* Lets the books tell of what has been decided, if they may have been stopped between two counts. */
void dtrace_books_close(struct dtrace_buffer_books *books);
