/* The three policies.  A switch buffer has no second half to be switched with: who reads it while it records takes
 * nothing away, so that it keeps the first records and counts the rest. */
#include "trace/dtrace/buffer.h"

#include "trace/dtrace/at_rest.h"
#include "trace/dtrace/ecb.h"

AT_REST void dtrace_buffer_make(struct dtrace_buffer *buffer, enum dtrace_policy policy,
                                uint8_t *bytes, uint32_t size)
{
    *buffer = (struct dtrace_buffer){.bytes = bytes, .size = size & ~7u, .policy = policy};
    buffer->oldest = buffer->size;
}

void dtrace_buffer_reset(struct dtrace_buffer *buffer)
{
    buffer->offset = 0;
    buffer->oldest = buffer->size;
    buffer->committed = 0;
    buffer->full = false;
    buffer->written = 0;
    buffer->books = (struct dtrace_buffer_books){0};
}

/* The step that a reader sees, behind all that leads to it and before it is counted. */
static void move(uint32_t *place, uint32_t to)
{
    __atomic_store_n(place, to, __ATOMIC_RELEASE);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
}

/* How far a record at an offset reaches; padding is a record of 4 bytes. */
static uint32_t step(const struct dtrace_buffer *buffer, uint32_t offset, bool *is_record)
{
    uint32_t epid;
    __builtin_memcpy(&epid, buffer->bytes + offset, sizeof epid);
    *is_record = epid != 0;
    return epid == 0 ? (uint32_t)sizeof epid : dtrace_ecbs_size(buffer->ecbs, epid);
}

static void forget_oldest(struct dtrace_buffer *buffer)
{
    bool is_record;
    uint32_t length = step(buffer, buffer->oldest, &is_record);
    move(&buffer->oldest, buffer->oldest + length);
    buffer->books.overwritten += is_record;
}

static void forget_until(struct dtrace_buffer *buffer, uint32_t end)
{
    while (buffer->oldest < buffer->size && buffer->oldest < end)
        forget_oldest(buffer);
}

/* What lies before the next record, or behind the last one, reads as padding. */
static void clear(struct dtrace_buffer *buffer, uint32_t from, uint32_t to)
{
    __builtin_memset(buffer->bytes + from, 0, to - from);
}

static void wrap(struct dtrace_buffer *buffer)
{
    forget_until(buffer, buffer->size);
    clear(buffer, buffer->offset, buffer->size);
    move(&buffer->oldest, 0);
    move(&buffer->offset, 0);
}

static uint32_t aligned(uint32_t offset, uint32_t alignment)
{
    return (offset + alignment - 1) & ~(alignment - 1);
}

static void write(struct dtrace_buffer *buffer, uint32_t start, const struct dtrace_piece *piece)
{
    clear(buffer, buffer->offset, start);
    __builtin_memcpy(buffer->bytes + start, piece->bytes, piece->size);
    move(&buffer->offset, start + piece->size);
    buffer->written++;
}

static bool put_in_ring(struct dtrace_buffer *buffer, const struct dtrace_piece *piece)
{
    if (piece->size > buffer->size)
        return false;
    uint32_t start = aligned(buffer->offset, piece->alignment);
    if (start > buffer->size || piece->size > buffer->size - start) {
        wrap(buffer);
        start = 0;
    }
    forget_until(buffer, start + piece->size);
    write(buffer, start, piece);
    return true;
}

static uint32_t limit(const struct dtrace_buffer *buffer)
{
    return buffer->ending ? buffer->size : buffer->size - buffer->reserve;
}

static bool put_once(struct dtrace_buffer *buffer, const struct dtrace_piece *piece)
{
    uint32_t start = aligned(buffer->offset, piece->alignment);
    if (buffer->full && !buffer->ending)
        return false;
    if (start > limit(buffer) || piece->size > limit(buffer) - start) {
        buffer->full = buffer->policy == DTRACE_POLICY_FILL;
        return false;
    }
    write(buffer, start, piece);
    return true;
}

bool dtrace_buffer_put(struct dtrace_buffer *buffer, const struct dtrace_piece *piece)
{
    bool done =
        buffer->policy == DTRACE_POLICY_RING ? put_in_ring(buffer, piece) : put_once(buffer, piece);
    buffer->books.emitted++;
    if (!done)
        buffer->books.dropped++;
    return done;
}

bool dtrace_buffer_has_room(const struct dtrace_buffer *buffer, uint32_t size)
{
    if (buffer->policy == DTRACE_POLICY_RING)
        return size <= buffer->size;
    if (buffer->full && !buffer->ending)
        return false;
    uint32_t start = aligned(buffer->offset, 8);
    return start <= limit(buffer) && size <= limit(buffer) - start;
}

/* --- Reading --- */

static bool has_wrapped(const struct dtrace_buffer *buffer)
{
    return buffer->oldest < buffer->size && buffer->oldest >= buffer->offset;
}

struct dtrace_snapshot dtrace_buffer_snapshot(const struct dtrace_buffer *buffer, uint32_t cpu)
{
    bool wrapped = has_wrapped(buffer);
    struct dtrace_snapshot snapshot = {.cpu = cpu,
                                       .bytes = buffer->bytes,
                                       .size = wrapped ? buffer->size : buffer->offset,
                                       .oldest = wrapped ? buffer->oldest : 0,
                                       .newest = wrapped ? buffer->offset : 0,
                                       .wrapped = wrapped,
                                       .books = buffer->books};
    snapshot.books.kept = buffer->written - buffer->books.overwritten;
    return snapshot;
}

static uint64_t records_in(const struct dtrace_buffer *buffer, uint32_t from, uint32_t to)
{
    uint64_t count = 0;
    bool is_record;
    for (uint32_t length = 1; from < to && length > 0; from += length) {
        length = step(buffer, from, &is_record); /* 0: something has overwritten it */
        count += is_record && length > 0;
    }
    return count;
}

void dtrace_books_close(struct dtrace_buffer_books *books)
{
    books->emitted = books->kept + books->overwritten + books->dropped + books->filtered;
}

/* A record less than was counted: it had been forgotten, which was not counted yet.  One more: it had been written. */
struct dtrace_snapshot dtrace_buffer_snapshot_stopped(const struct dtrace_buffer *buffer,
                                                      uint32_t cpu)
{
    struct dtrace_snapshot snapshot = dtrace_buffer_snapshot(buffer, cpu);
    struct dtrace_buffer_books *books = &snapshot.books;
    uint64_t kept =
        records_in(buffer, snapshot.oldest, snapshot.size) + records_in(buffer, 0, snapshot.newest);
    if (kept < books->kept)
        books->overwritten += books->kept - kept;
    books->kept = kept;
    dtrace_books_close(books);
    return snapshot;
}
