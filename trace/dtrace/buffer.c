/* The three policies.  A switch buffer has no second half to be switched with: who reads it while it records takes
 * nothing away, so that it keeps the first records and counts the rest. */
#include "trace/dtrace/framework_layout.h"

#include "trace/dtrace/at_rest.h"

AT_REST void dtrace_buffer_make(struct dtrace_buffer *buffer, enum dtrace_policy policy,
                                uint8_t *bytes, uint32_t size)
{
    *buffer = (struct dtrace_buffer){.bytes = bytes, .size = size & ~7u, .policy = policy};
}

void dtrace_buffer_reset(struct dtrace_buffer *buffer)
{
    buffer->offset = buffer->oldest = 0;
    buffer->wrapped = buffer->full = false;
    buffer->books = (struct dtrace_buffer_books){0};
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
    buffer->oldest += step(buffer, buffer->oldest, &is_record);
    if (is_record) {
        buffer->books.kept--;
        buffer->books.overwritten++;
    }
    if (buffer->oldest == buffer->size) { /* all that was older is gone */
        buffer->oldest = 0;
        buffer->wrapped = false;
    }
}

static void forget_until(struct dtrace_buffer *buffer, uint32_t end)
{
    while (buffer->wrapped && buffer->oldest < end)
        forget_oldest(buffer);
}

/* What lies between the newest and the oldest record reads as padding. */
static void clear(struct dtrace_buffer *buffer, uint32_t from, uint32_t to)
{
    __builtin_memset(buffer->bytes + from, 0, to - from);
}

static void wrap(struct dtrace_buffer *buffer)
{
    forget_until(buffer, buffer->size);
    clear(buffer, buffer->offset, buffer->size);
    buffer->offset = buffer->oldest = 0;
    buffer->wrapped = true;
}

static uint32_t aligned(uint32_t offset, uint32_t alignment)
{
    return (offset + alignment - 1) & ~(alignment - 1);
}

static void write(struct dtrace_buffer *buffer, uint32_t start, const struct dtrace_piece *piece)
{
    clear(buffer, buffer->offset, start);
    __builtin_memcpy(buffer->bytes + start, piece->bytes, piece->size);
    __atomic_store_n(&buffer->offset, start + piece->size, __ATOMIC_RELEASE);
    buffer->books.kept++;
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
    if (buffer->wrapped)
        clear(buffer, buffer->offset, buffer->oldest);
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

struct dtrace_snapshot dtrace_buffer_snapshot(const struct dtrace_buffer *buffer, uint32_t cpu)
{
    return (struct dtrace_snapshot){.cpu = cpu,
                                    .bytes = buffer->bytes,
                                    .size = buffer->wrapped ? buffer->size : buffer->offset,
                                    .oldest = buffer->oldest,
                                    .wrapped = buffer->wrapped,
                                    .books = buffer->books};
}
