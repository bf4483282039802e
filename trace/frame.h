/* Frames: what a program reads on the serial line, between the text for people.
 *
 *     ~{ kind seq[4] payload[...] crc[6] } CR LF
 *
 * Everything between the braces is base64 digits (RFC 4648, section 4, without
 * padding), except kind, a letter.  docs/format.md defines every byte.  A frame is
 * found anywhere in a line, so prefixes, torn text and lost line ends cost nothing
 * but what they hit.
 *
 * Pure logic: the caller passes a sink to write, and memory to read. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trace/text.h"

#define FRAME_SEQUENCE_LIMIT (1u << 24) /* sequence numbers are modulo this */

/* Bytes that a number can take. */
#define FRAME_UNSIGNED_MAX 10u

/* What the payload bytes of a long string may come to; a frame has no other bound. */
#define FRAME_PAYLOAD_MAX (1u << 20)

/* A frame being written.  One at a time: begin, put, end.  Set the sink, and zero the rest before the first. */
struct frame_writer {
    struct text_sink sink;
    uint32_t sequence; /* frames written so far: the next one's number, before the modulo */
    uint32_t crc;
    uint32_t pending;      /* payload bits not yet written */
    uint32_t pending_bits; /* 0, 2 or 4 after each whole byte */
    uint32_t waits;        /* characters that have not been given to the sink */
    char waiting[64];
};

/* Writes one frame to writer->sink: begin, any number of puts, end.  The text of a string
 * has no terminator. */
void frame_begin(struct frame_writer *writer, char kind);
void frame_put_bytes(struct frame_writer *writer, const void *bytes, size_t length);
void frame_put_unsigned(struct frame_writer *writer, uint64_t value); /* LEB128 */
void frame_put_string(struct frame_writer *writer, const char *text, size_t length);
void frame_end(struct frame_writer *writer);

/* A number as frame_put_unsigned writes it; the bytes that it took. */
size_t frame_encode_unsigned(uint8_t *out, uint64_t value);

/* A frame that was read. */
struct frame {
    char kind;
    uint32_t sequence;
    const uint8_t *payload; /* in the caller's scratch memory */
    size_t length;          /* bytes */
    size_t start;           /* offset of its '~' in the capture */
    size_t end;             /* offset behind its '}' */
};

enum frame_found {
    FRAME_FOUND_NONE = 0, /* nothing more in these bytes */
    FRAME_FOUND_GOOD,
    FRAME_FOUND_DAMAGED, /* a start without a matching rest; only start and end are set */
};

/* Finds the next frame in bytes[*cursor, length) and moves the cursor behind it.  `scratch`
 * holds `length` bytes or FRAME_PAYLOAD_MAX, whichever is less. */
enum frame_found frame_find(const uint8_t *bytes, size_t length, size_t *cursor, uint8_t *scratch,
                            struct frame *frame);

/* Reading a payload.  Running off the end or an overlong number sets `bad`, gives 0 or "" and
 * stays that way. */
struct frame_reader {
    const uint8_t *at;
    const uint8_t *end;
    bool bad;
};

struct frame_string {
    const char *text; /* in the payload, not terminated */
    size_t length;
};

/* From the first byte of the payload on; each get takes what it gives. */
struct frame_reader frame_reader_of(const struct frame *frame);
uint64_t frame_get_unsigned(struct frame_reader *reader);
uint32_t frame_get_unsigned32(struct frame_reader *reader); /* larger than 32 bits is bad */
struct frame_string frame_get_string(struct frame_reader *reader);
bool frame_reader_done(const struct frame_reader *reader); /* all read, nothing bad */
