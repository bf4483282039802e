/* Going through what a buffer holds, record by record, believing none of it. */
#pragma once

#include "trace/dtrace/consumer.h"
#include "trace/dtrace/dtrace_bytes.h"

/* A place in a snapshot.  `damage` tells why it went no further, once dtrace_walk_next has given false. */
struct dtrace_walk {
    const struct dtrace_source *source;
    const struct dtrace_snapshot *snapshot;
    uint32_t at, end; /* offsets */
    uint64_t records; /* of a principal buffer, found so far */
    bool turned;      /* a ring that wrapped: the part behind its end */
    const char *damage;
    uint32_t damage_at; /* offset */
    uint32_t damage_id; /* EPID or aggregation id */
};

/* From the oldest record on. */
struct dtrace_walk dtrace_walk_of(const struct dtrace_source *source,
                                  const struct dtrace_snapshot *snapshot);

/* A record of a principal buffer: `bytes` has as many as its ECB says. */
struct dtrace_found {
    const struct dtrace_ecb_description *ecb;
    const uint8_t *bytes;
    uint32_t offset; /* in the buffer */
    uint64_t time;   /* ns */
};
bool dtrace_walk_next(struct dtrace_walk *walk, struct dtrace_found *found);

/* A record of an aggregation buffer. */
struct dtrace_found_aggregation {
    const struct dtrace_aggregation_description *description;
    const uint8_t *bytes;
    uint32_t offset;
};
bool dtrace_walk_next_aggregation(struct dtrace_walk *walk, struct dtrace_found_aggregation *found);

/* The bytes of one piece of a record that has `size`; NULL if it lies outside or is empty. */
const uint8_t *dtrace_piece(const struct dtrace_record *record, const uint8_t *bytes,
                            uint32_t size);

/* Whether an aggregation's description, and the data of one of its records, are such as the function can
 * have; its data then has so many words of 64 bits. */
bool dtrace_aggregation_is_sound(const struct dtrace_found_aggregation *found, uint32_t *words);
