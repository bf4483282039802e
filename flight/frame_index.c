/* All frames of a capture, sorted into boots. */
#include "flight/frame_index.h"

#include <stdlib.h>
#include <string.h>

#include "flight/memory.h"
#include "flight/order.h"
#include "trace/stream.h"

static size_t line_end(const uint8_t *bytes, size_t length, size_t at)
{
    if (at < length && bytes[at] == '\n')
        return at + 1;
    if (length - at >= 2 && bytes[at] == '\r' && bytes[at + 1] == '\n')
        return at + 2;
    return at;
}

static void add_frame(struct frame_index *index, const struct frame *frame, size_t end)
{
    index->frames =
        memory_grown(index->frames, index->count, &index->capacity, sizeof *index->frames);
    index->frames[index->count++] = (struct indexed_frame){
        .payload = frame->payload,
        .length = frame->length,
        .start = frame->start,
        .wire = end - frame->start,
        .sequence = frame->sequence,
        .kind = frame->kind,
    };
}

static void add_damage(struct frame_index *index, const struct frame *frame)
{
    index->damages = memory_grown(index->damages, index->damage_count, &index->damage_capacity,
                                  sizeof *index->damages);
    index->damages[index->damage_count++] = (struct index_damage){frame->start, frame->end};
}

/* Payloads take at most 3/4 of the capture, so behind those that were found the pool always has
 * the room that frame_find asks for. */
static void find_all(struct frame_index *index, const uint8_t *bytes, size_t length)
{
    size_t scratch = length < FRAME_PAYLOAD_MAX ? length : FRAME_PAYLOAD_MAX;
    index->payloads = memory_zeroed(length + scratch, 1);
    size_t cursor = 0, used = 0;
    for (;;) {
        struct frame frame;
        switch (frame_find(bytes, length, &cursor, index->payloads + used, &frame)) {
        case FRAME_FOUND_NONE:
            return;
        case FRAME_FOUND_GOOD:
            add_frame(index, &frame, line_end(bytes, length, frame.end));
            used += frame.length;
            break;
        case FRAME_FOUND_DAMAGED:
            add_damage(index, &frame);
            break;
        }
    }
}

/* The capture being cut into boots. */
struct partition {
    struct frame_index *index;
    uint32_t *seen;    /* by sequence number: 1 + the last frame that had it, of whatever boot */
    uint64_t expected; /* the number after the previous frame's */
    size_t run;        /* where the numbers last stepped back */
};

/* The number nearest to the expected one.  A header always begins a count. */
static uint64_t unwrap(const struct indexed_frame *frame, uint64_t expected)
{
    if (frame->kind == STREAM_HEADER && frame->sequence == 0)
        return 0;
    uint64_t ahead = (frame->sequence - expected) % FRAME_SEQUENCE_LIMIT;
    uint64_t number = expected + ahead;
    if (ahead >= FRAME_SEQUENCE_LIMIT / 2 && number >= FRAME_SEQUENCE_LIMIT)
        number -= FRAME_SEQUENCE_LIMIT;
    return number;
}

/* The frame of this boot that had the number before; one that is enrolled again finds itself. */
static const struct indexed_frame *find_earlier(const struct partition *partition,
                                                const struct indexed_frame *frame)
{
    uint32_t found = partition->seen[frame->sequence];
    if (found == 0 || &partition->index->frames[found - 1] == frame)
        return NULL;
    const struct indexed_frame *earlier = &partition->index->frames[found - 1];
    return earlier->boot == frame->boot && earlier->number == frame->number ? earlier : NULL;
}

static bool same(const struct indexed_frame *a, const struct indexed_frame *b)
{
    return a->kind == b->kind && a->length == b->length &&
           memcmp(a->payload, b->payload, a->length) == 0;
}

/* Counts a frame to the boot that is open.  False if it cannot belong to it. */
static bool enrol(struct partition *partition, size_t at)
{
    struct frame_index *index = partition->index;
    struct indexed_frame *frame = &index->frames[at];
    frame->boot = (uint32_t)(index->boot_count - 1);
    frame->number = unwrap(frame, partition->expected);
    if (frame->number < partition->expected)
        partition->run = at;
    partition->expected = frame->number + 1;

    const struct indexed_frame *earlier = find_earlier(partition, frame);
    if (earlier != NULL && !same(earlier, frame))
        return false;
    frame->duplicate = earlier != NULL;
    if (earlier == NULL)
        partition->seen[frame->sequence] = (uint32_t)at + 1;
    return true;
}

static void begin_boot(struct partition *partition, size_t at)
{
    struct frame_index *index = partition->index;
    index->boots =
        memory_grown(index->boots, index->boot_count, &index->boot_capacity, sizeof *index->boots);
    index->boots[index->boot_count++] = (struct index_boot){.first = at, .end = index->count};
    if (index->boot_count > 1)
        index->boots[index->boot_count - 2].end = at;
    partition->expected = 0;
    partition->run = at;
}

/* Inside a run the numbers only rise, so enrolling one again in a new boot cannot conflict, and
 * no frame is enrolled more than twice. */
static void cut_into_boots(struct partition *partition)
{
    begin_boot(partition, 0);
    for (size_t at = 0; at < partition->index->count; at++) {
        if (enrol(partition, at))
            continue;
        size_t again = partition->run;
        begin_boot(partition, again);
        for (; again <= at; again++)
            (void)enrol(partition, again);
    }
}

static uint32_t sequences_used(const struct frame_index *index)
{
    uint32_t used = 0;
    for (size_t i = 0; i < index->count; i++)
        if (index->frames[i].sequence >= used)
            used = index->frames[i].sequence + 1;
    return used;
}

static void count_frames(const struct frame_index *index, struct index_boot *boot)
{
    uint64_t numbers = 0;
    for (size_t i = boot->first; i < boot->end; i++) {
        const struct indexed_frame *frame = &index->frames[i];
        if (frame->number >= numbers)
            numbers = frame->number + 1;
        *(frame->duplicate ? &boot->duplicates : &boot->accepted) += 1;
    }
    boot->missing = numbers > boot->accepted ? numbers - boot->accepted : 0;
}

/* A damaged frame belongs to the boot in whose bytes it stands. */
static void share_damages(struct frame_index *index)
{
    size_t damage = 0;
    for (size_t i = 0; i < index->boot_count; i++) {
        struct index_boot *boot = &index->boots[i];
        boot->first_damage = damage;
        while (damage < index->damage_count &&
               (i + 1 == index->boot_count ||
                index->damages[damage].start < index->frames[boot->end].start))
            damage++;
        boot->end_damage = damage;
    }
}

void frame_index_build(struct frame_index *index, const uint8_t *bytes, size_t length)
{
    *index = (struct frame_index){0};
    find_all(index, bytes, length);
    struct partition partition = {.index = index};
    partition.seen = memory_zeroed(sequences_used(index), sizeof *partition.seen);
    cut_into_boots(&partition);
    free(partition.seen);
    for (size_t i = 0; i < index->boot_count; i++)
        count_frames(index, &index->boots[i]);
    share_damages(index);
}

void frame_index_free(struct frame_index *index)
{
    free(index->frames);
    free(index->damages);
    free(index->boots);
    free(index->payloads);
    *index = (struct frame_index){0};
}

static int by_number(const void *a, const void *b)
{
    const struct indexed_frame *const *left = a, *const *right = b;
    return order_of((*left)->number, (*right)->number);
}

static const struct indexed_frame **sorted_frames(const struct frame_index *index,
                                                  const struct index_boot *boot)
{
    const struct indexed_frame **sorted = memory_zeroed((size_t)boot->accepted, sizeof *sorted);
    size_t count = 0;
    for (size_t i = boot->first; i < boot->end; i++)
        if (!index->frames[i].duplicate)
            sorted[count++] = &index->frames[i];
    qsort(sorted, count, sizeof(const struct indexed_frame *), by_number);
    return sorted;
}

struct index_gap *frame_index_gaps(const struct frame_index *index, const struct index_boot *boot,
                                   size_t *count)
{
    const struct indexed_frame **sorted = sorted_frames(index, boot);
    struct index_gap *gaps = NULL;
    size_t capacity = 0;
    uint64_t expected = 0;
    *count = 0;
    for (uint64_t i = 0; i < boot->accepted; i++) {
        const struct indexed_frame *frame = sorted[i];
        if (frame->number > expected) {
            gaps = memory_grown(gaps, *count, &capacity, sizeof *gaps);
            gaps[(*count)++] = (struct index_gap){expected, frame->number - 1, frame->start};
        }
        expected = frame->number + 1;
    }
    free(sorted);
    return gaps;
}
