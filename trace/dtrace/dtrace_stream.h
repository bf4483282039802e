/* Anonymous tracing in the stream: descriptions that were used, the buffers, their books, and the symbols that
 * the data needs, so that the host prints what the kernel would.
 *
 * Bytes of buffers travel in runs of whole records: what is lost on the line costs its run, and what comes behind
 * it can be read. */
#pragma once

#include "trace/dtrace/consumer.h"
#include "trace/stream.h"

/* The buffers of a CPU that travel. */
enum stream_buffer {
    STREAM_BUFFER_PRINCIPAL,
    STREAM_BUFFER_AGGREGATIONS,
    STREAM_BUFFERS
};

/* In the place of an option: the state was killed, by 1 + the CPU that is its value. */
#define STREAM_DTRACE_KILLED 255u

#define STREAM_BYTES_MAX (1u << 16) /* that one frame stands for, zeros included */

/* Sends all of a source, or what an earlier call, which a panic cut off, had not sent. */
void dtrace_send(struct stream *stream, const struct dtrace_source *source);

/* Reading the pieces of an ECB or aggregation, behind the fields before them.  The format is in the payload, not
 * terminated; text NULL: none. */
struct stream_piece {
    struct dtrace_record record; /* without format */
    struct frame_string format;
};
bool stream_piece_next(struct frame_reader *reader,
                       struct stream_piece *piece); /* *piece: the one before */

/* Reading the bytes of a run: `out` has `size` bytes, which are all written.  False: they are malformed. */
bool stream_bytes_read(struct frame_reader *reader, uint8_t *out, uint32_t size);
