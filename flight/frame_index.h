/* All frames of a capture, sorted into the boots that sent them.
 *
 * A boot counts its frames from 0, modulo FRAME_SEQUENCE_LIMIT.  A frame whose
 * number has already been seen with the same content is a duplicate.  With other
 * content it proves that the machine was started anew, and the new boot began
 * where the numbers last stepped back: so a boot is told from the one before even
 * when its header is lost.
 *
 * Pure logic over bytes in memory; the work grows with their length alone. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trace/frame.h"

struct indexed_frame {
    const uint8_t *payload;
    size_t length;   /* of the payload, bytes */
    size_t start;    /* offset of its '~' in the capture */
    size_t wire;     /* bytes on the line, with the line end if there is one */
    uint64_t number; /* sequence number in its boot, unwrapped */
    uint32_t sequence;
    uint32_t boot; /* counted from 0 */
    char kind;
    bool duplicate; /* an earlier frame of this boot says the same */
};

struct index_damage {
    size_t start; /* offsets in the capture */
    size_t end;
};

struct index_boot {
    size_t first; /* its frames, duplicates among them, are [first, end) */
    size_t end;
    size_t first_damage; /* its damages are [first_damage, end_damage) */
    size_t end_damage;
    uint64_t accepted; /* without duplicates */
    uint64_t duplicates;
    uint64_t missing; /* numbers up to the largest accepted one that never came, or came damaged */
};

struct frame_index {
    struct indexed_frame *frames;
    size_t count;
    size_t capacity;
    struct index_damage *damages;
    size_t damage_count;
    size_t damage_capacity;
    struct index_boot *boots; /* at least one, empty if there are no frames */
    size_t boot_count;
    size_t boot_capacity;
    uint8_t *payloads; /* of all frames */
};

/* Finds all frames, and which boot each belongs to; `bytes` stay in use. */
void frame_index_build(struct frame_index *index, const uint8_t *bytes, size_t length);
void frame_index_free(struct frame_index *index);

/* A row of numbers that are missing, and the frame that showed it. */
struct index_gap {
    uint64_t first;
    uint64_t last;
    size_t offset; /* in the capture */
};

/* The gaps of one boot, in the order of their numbers; the caller frees them. */
struct index_gap *frame_index_gaps(const struct frame_index *index, const struct index_boot *boot,
                                   size_t *count);
