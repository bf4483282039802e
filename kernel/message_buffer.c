/* The last text of the console.
 *
 *   Writer:  1. count up `written`, and `kept` until it is the size;
 *            2. store the bytes.
 *   Reader:  1. copy a chunk;
 *            2. look at `written`: what it has moved over meanwhile is left out.
 *
 * A reader on another CPU can see bytes that are counted and not yet stored; that costs a piece of
 * a text for people, never more. */
#include "kernel/message_buffer.h"

enum {
    CHUNK = 128, /* bytes on the reader's stack */
    MASK = MESSAGE_BUFFER_SIZE - 1,
};

void message_buffer_put(struct message_buffer *buffer, const char *bytes, size_t length)
{
    if (length > MESSAGE_BUFFER_SIZE) {
        bytes += length - MESSAGE_BUFFER_SIZE;
        length = MESSAGE_BUFFER_SIZE;
    }
    uint32_t place = buffer->written & MASK, room = MESSAGE_BUFFER_SIZE - place;
    uint32_t count = (uint32_t)length, first = count < room ? count : room;
    uint32_t kept = buffer->kept + count;
    buffer->kept = kept < MESSAGE_BUFFER_SIZE ? kept : MESSAGE_BUFFER_SIZE;
    __atomic_store_n(&buffer->written, buffer->written + count, __ATOMIC_RELAXED);
    __atomic_thread_fence(__ATOMIC_RELEASE);
    __builtin_memcpy(buffer->bytes + place, bytes, first);
    __builtin_memcpy(buffer->bytes, bytes + first, count - first);
}

/* How many of the bytes from `place` on have been overwritten. */
static uint32_t overtaken(const struct message_buffer *buffer, uint32_t place)
{
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    uint32_t since = __atomic_load_n(&buffer->written, __ATOMIC_RELAXED) - place;
    return since > MESSAGE_BUFFER_SIZE ? since - MESSAGE_BUFFER_SIZE : 0;
}

/* Prints one chunk of the `left` bytes from `place` on; gives how far that led. */
static uint32_t print_chunk(const struct message_buffer *buffer, const struct text_sink *sink,
                            uint32_t place, uint32_t left)
{
    char chunk[CHUNK];
    uint32_t length = left < CHUNK ? left : CHUNK;
    for (uint32_t i = 0; i < length; i++)
        chunk[i] = buffer->bytes[(place + i) & MASK];
    uint32_t lost = overtaken(buffer, place);
    if (lost < length)
        sink->put(sink->context, chunk + lost, length - lost);
    return lost < length ? length : lost;
}

void message_buffer_print(const struct message_buffer *buffer, const struct text_sink *sink)
{
    uint32_t left = buffer->kept;
    uint32_t end = __atomic_load_n(&buffer->written, __ATOMIC_RELAXED);
    while (left > 0) {
        uint32_t done = print_chunk(buffer, sink, end - left, left);
        left -= done < left ? done : left;
    }
}
