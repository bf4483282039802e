/* What waits for a serial line. */
#include "drivers/serial/output_queue.h"

static const char line_end[] = "\r\n";

enum {
    NOBODY = UINT32_MAX, /* as owner: of a line that nobody may go on with */
    LINE_END = 2,
};

static struct output_entry *entry_at(const struct output_ring *ring, uint32_t number)
{
    return &ring->entries[number & (ring->places - 1)];
}

/* Also before the first one: memory was zeroed. */
static struct output_entry *last_entry(const struct output_ring *ring)
{
    return entry_at(ring, ring->put - 1);
}

static uint64_t end_of(const struct output_ring *ring)
{
    const struct output_entry *last = last_entry(ring);
    return last->start + last->length;
}

/* Where the entry begins, or will begin. */
static uint64_t start_of(const struct output_ring *ring, uint32_t number)
{
    return number == ring->put ? end_of(ring) : entry_at(ring, number)->start;
}

static char *byte_at(const struct output_ring *ring, uint64_t position)
{
    return &ring->bytes[(uint32_t)position & (ring->size - 1)];
}

/* Bytes from here to the end of the ring's memory. */
static uint32_t straight(const struct output_ring *ring, uint64_t position)
{
    return ring->size - ((uint32_t)position & (ring->size - 1));
}

static void copy_in(const struct output_ring *ring, uint64_t position, const char *bytes,
                    uint32_t length)
{
    if (length == 1) { /* as the digits of a frame come */
        *byte_at(ring, position) = *bytes;
        return;
    }
    uint32_t first = straight(ring, position);
    if (first > length)
        first = length;
    __builtin_memcpy(byte_at(ring, position), bytes, first);
    __builtin_memcpy(ring->bytes, bytes + first, length - first);
}

static void copy_out(const struct output_ring *ring, uint64_t position, char *bytes,
                     uint32_t length)
{
    uint32_t first = straight(ring, position);
    if (first > length)
        first = length;
    __builtin_memcpy(bytes, byte_at(ring, position), first);
    __builtin_memcpy(bytes + first, ring->bytes, length - first);
}

/* Steps 3 and 4: what was filled before is there for whoever sees this. */
static void publish(uint32_t *count, uint32_t value)
{
    __atomic_store_n(count, value, __ATOMIC_RELEASE);
}

static struct output_sending *present(const struct output_queue *queue)
{
    return (struct output_sending *)(uintptr_t)&queue->sending[queue->begun & 1];
}

static uint32_t left_to_send(const struct output_sending *sending)
{
    return sending->line_end_first + sending->length - sending->sent;
}

/* The oldest text that waits. */
static uint32_t first_text(const struct output_queue *queue)
{
    uint32_t next = present(queue)->text_next;
    return (int32_t)(queue->dropped_to - next) > 0 ? queue->dropped_to : next;
}

static uint64_t order_of_next(const struct output_queue *queue)
{
    uint64_t text = last_entry(&queue->text)->order, frame = last_entry(&queue->frames)->order;
    return (text > frame ? text : frame) + 1;
}

void output_queue_init(struct output_queue *queue)
{
    queue->sending[0].owner = NOBODY;
    output_queue_frame_begin(queue);
}

static void put_entry(struct output_ring *ring, const struct output_entry *entry)
{
    *entry_at(ring, ring->put) = *entry;
    publish(&ring->put, ring->put + 1);
}

/* Step 1. */
static void make_room(struct output_queue *queue, uint32_t length, bool entry)
{
    struct output_ring *ring = &queue->text;
    uint32_t first = first_text(queue);
    uint64_t end = end_of(ring) + length;
    while (end - start_of(ring, first) > ring->size || ring->put - first + entry > ring->places)
        first++;
    if (first != first_text(queue))
        publish(&queue->dropped_to, first);
}

/* Whether the last entry is the line that this owner's text goes on with. */
static bool goes_on(const struct output_queue *queue, uint32_t owner)
{
    const struct output_ring *ring = &queue->text;
    const struct output_entry *last = last_entry(ring);
    return ring->put != first_text(queue) && last->owner == owner &&
           last->length < OUTPUT_LINE_MAX && last->order + 1 == order_of_next(queue) &&
           *byte_at(ring, end_of(ring) - 1) != '\n';
}

static void lengthen(struct output_queue *queue, const char *bytes, uint32_t length)
{
    struct output_ring *ring = &queue->text;
    make_room(queue, length, false);
    copy_in(ring, end_of(ring), bytes, length);
    publish(&last_entry(ring)->length, last_entry(ring)->length + length);
}

static void put_line(struct output_queue *queue, uint32_t owner, const char *bytes, uint32_t length)
{
    struct output_ring *ring = &queue->text;
    make_room(queue, length, true);
    copy_in(ring, end_of(ring), bytes, length);
    const struct output_entry entry = {
        .order = order_of_next(queue), .start = end_of(ring), .length = length, .owner = owner};
    put_entry(ring, &entry);
}

/* Bytes up to the end of the line, but no more than fit. */
static uint32_t piece_of(const char *bytes, size_t length, uint32_t fit)
{
    uint32_t count = 0;
    while (count < length && count < fit)
        if (bytes[count++] == '\n')
            break;
    return count;
}

void output_queue_put_text(struct output_queue *queue, uint32_t owner, const char *bytes,
                           size_t length)
{
    while (length > 0) {
        bool on = goes_on(queue, owner);
        uint32_t fit = OUTPUT_LINE_MAX - (on ? last_entry(&queue->text)->length : 0);
        uint32_t piece = piece_of(bytes, length, fit);
        if (on)
            lengthen(queue, bytes, piece);
        else
            put_line(queue, owner, bytes, piece);
        bytes += piece;
        length -= piece;
    }
}

/* Where the bytes begin that the line may still need. */
static uint64_t frames_start(const struct output_queue *queue)
{
    const struct output_sending *sending = present(queue);
    if (sending->is_frame && left_to_send(sending) > 0)
        return sending->frame_start;
    return start_of(&queue->frames, sending->frame_next);
}

void output_queue_frame_begin(struct output_queue *queue)
{
    queue->frame_length = 0;
    queue->frame_begun = false;
    output_queue_frame_look(queue);
}

void output_queue_frame_look(struct output_queue *queue)
{
    uint64_t used = end_of(&queue->frames) - frames_start(queue) + queue->frame_length;
    queue->frame_room = queue->frames.size - (uint32_t)used;
}

bool output_queue_frame_append(struct output_queue *queue, const char *bytes, size_t length)
{
    if (length > queue->frame_room)
        return false;
    copy_in(&queue->frames, end_of(&queue->frames) + queue->frame_length, bytes, (uint32_t)length);
    queue->frame_length += (uint32_t)length;
    queue->frame_room -= (uint32_t)length;
    return true;
}

bool output_queue_frame_put(struct output_queue *queue, bool more)
{
    struct output_ring *ring = &queue->frames;
    if (ring->put - present(queue)->frame_next >= ring->places)
        return false;
    const struct output_entry entry = {
        .order = order_of_next(queue),
        .start = end_of(ring),
        .length = queue->frame_length,
        .frames = last_entry(ring)->frames + (more ? 0 : 1),
        .more = more,
    };
    put_entry(ring, &entry);
    queue->frame_length = 0;
    queue->frame_begun = more;
    return true;
}

void output_queue_frame_refuse(struct output_queue *queue)
{
    output_queue_frame_begin(queue);
    queue->frames_refused++;
}

uint32_t output_queue_frames_ended(const struct output_queue *queue)
{
    return last_entry(&queue->frames)->frames + queue->frames_refused;
}

static void begin_frame(const struct output_queue *queue, struct output_sending *next)
{
    const struct output_entry *entry = entry_at(&queue->frames, next->frame_next);
    next->is_frame = true;
    next->frame_start = entry->start;
    next->length = entry->length;
    next->frame_next++;
    next->line_end_first = next->open && !next->more ? LINE_END : 0;
    next->more = entry->more;
    next->open = *byte_at(&queue->frames, entry->start + entry->length - 1) != '\n';
    next->owner = NOBODY;
}

static uint32_t append_string(char *text, uint32_t length, const char *string)
{
    while (*string != '\0')
        text[length++] = *string++;
    return length;
}

static uint32_t append_number(char *text, uint32_t length, uint64_t number)
{
    char digits[20]; /* 2^64 - 1 has 20 decimal digits */
    uint32_t count = 0;
    do
        digits[count++] = (char)('0' + number % 10);
    while ((number /= 10) != 0);
    while (count > 0)
        text[length++] = digits[--count];
    return length;
}

_Static_assert((int)OUTPUT_NOTE_MAX <= (int)OUTPUT_LINE_MAX, "a note is shorter than a line");

/* Says what was lost between the last text and the first that waits. */
static void begin_note(struct output_sending *next, uint32_t first, uint64_t start)
{
    next->line_end_first = next->open ? LINE_END : 0;
    next->length = append_string(next->text, 0, "[");
    next->length = append_number(next->text, next->length, start - next->text_end);
    next->length = append_string(next->text, next->length, " bytes of text were lost here]\r\n");
    next->open = false;
    next->text_lost += start - next->text_end;
    next->text_end = start;
    next->text_next = first;
}

static void begin_text(const struct output_queue *queue, struct output_sending *next)
{
    const struct output_entry *entry = entry_at(&queue->text, next->text_next);
    copy_out(&queue->text, entry->start, next->text, entry->length);
    bool same = next->owner == entry->owner || next->owner == OUTPUT_ANYBODY ||
                entry->owner == OUTPUT_ANYBODY;
    next->line_end_first = next->open && !same ? LINE_END : 0;
    next->length = next->text_length = entry->length;
    next->open = next->text[next->length - 1] != '\n';
    if (!next->open)
        next->length = append_string(next->text, next->length - 1, line_end);
    next->owner = entry->owner;
    next->text_next++;
    next->text_end = entry->start + entry->length;
}

/* What is known of the line goes on; the text does not. */
static struct output_sending *prepare(struct output_queue *queue)
{
    const struct output_sending *now = present(queue);
    struct output_sending *next = &queue->sending[(queue->begun + 1) & 1];
    __builtin_memcpy(next, now, offsetof(struct output_sending, text));
    next->text_length = 0;
    next->is_frame = false;
    next->sent = 0;
    return next;
}

/* Between the pieces of a frame text does not count. */
static bool text_waits(const struct output_queue *queue)
{
    return first_text(queue) != queue->text.put && !present(queue)->more;
}

static bool frame_waits(const struct output_queue *queue)
{
    return present(queue)->frame_next != queue->frames.put;
}

static bool frame_is_first(const struct output_queue *queue)
{
    return frame_waits(queue) &&
           (!text_waits(queue) || entry_at(&queue->frames, present(queue)->frame_next)->order <
                                      entry_at(&queue->text, first_text(queue))->order);
}

/* Step 4. */
static void begin_next(struct output_queue *queue)
{
    uint32_t first = first_text(queue);
    struct output_sending *next = prepare(queue);
    if (frame_is_first(queue))
        begin_frame(queue, next);
    else if (first != next->text_next)
        begin_note(next, first, start_of(&queue->text, first));
    else
        begin_text(queue, next);
    publish(&queue->begun, queue->begun + 1);
}

bool output_queue_waits(const struct output_queue *queue)
{
    return left_to_send(present(queue)) > 0 || text_waits(queue) || frame_waits(queue);
}

const char *output_queue_next(struct output_queue *queue, size_t *length)
{
    if (!output_queue_waits(queue))
        return NULL;
    while (left_to_send(present(queue)) == 0)
        begin_next(queue);
    const struct output_sending *sending = present(queue);
    queue->in_doubt = true;
    if (sending->sent < sending->line_end_first) {
        *length = sending->line_end_first - sending->sent;
        return line_end + sending->sent;
    }
    uint32_t at = sending->sent - sending->line_end_first;
    *length = sending->length - at;
    if (!sending->is_frame)
        return sending->text + at;
    uint32_t in_one_piece = straight(&queue->frames, sending->frame_start + at);
    if (*length > in_one_piece)
        *length = in_one_piece;
    return byte_at(&queue->frames, sending->frame_start + at);
}

void output_queue_sent(struct output_queue *queue, size_t length)
{
    present(queue)->sent += (uint32_t)length;
    queue->in_doubt = false;
}

/* The pieces that are still to come never will. */
static void cut_off(struct output_queue *queue)
{
    struct output_sending *sending = present(queue);
    if (sending->frame_next != queue->frames.put)
        last_entry(&queue->frames)->more = false;
    else
        sending->more = false;
}

void output_queue_take_over(struct output_queue *queue)
{
    struct output_sending *sending = present(queue);
    if (queue->in_doubt) {
        sending->line_end_first = LINE_END;
        sending->sent = 0;
    }
    queue->in_doubt = false;
    cut_off(queue);
    output_queue_frame_begin(queue);
}

struct output_counts output_queue_counts(const struct output_queue *queue)
{
    const struct output_sending *sending = present(queue);
    uint64_t start = start_of(&queue->text, first_text(queue));
    uint64_t unsent = left_to_send(sending) > 0 ? sending->text_length : 0;
    return (struct output_counts){
        .text_put = end_of(&queue->text),
        .text_taken = sending->text_end - sending->text_lost - unsent,
        .text_waiting = end_of(&queue->text) - start + unsent,
        .text_lost = sending->text_lost + (start - sending->text_end),
        .frames_refused = queue->frames_refused,
    };
}
