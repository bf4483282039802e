/* The last text of the console, in a ring: what dmesg(8) shows.
 *
 * Pure logic.  One writer at a time; readers may run beside it, and each chunk that a writer has
 * overtaken is left out.  The counters are of 32 bits: a text that laps a reader by 4 GiB between
 * two looks is not noticed. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "trace/text.h"

#define MESSAGE_BUFFER_SIZE 32768u /* bytes, a power of two */

/* Zeroed memory is an empty one. */
struct message_buffer {
    uint32_t written; /* bytes, modulo 2^32 */
    uint32_t kept;    /* of them, at most MESSAGE_BUFFER_SIZE */
    char bytes[MESSAGE_BUFFER_SIZE];
};

/* Context: any, under the lock of whoever prints. */
void message_buffer_put(struct message_buffer *buffer, const char *bytes, size_t length);

/* Prints what was in it when the call began, as far as it is still there, from the oldest byte on.
 * The sink may itself put into the buffer.  Context: any. */
void message_buffer_print(const struct message_buffer *buffer, const struct text_sink *sink);
