/* A capture of the serial line.
 *
 * Input: the capture.
 *
 * Property: looking for frames always advances and ends; a frame that is accepted is, from '~' to
 * '}', what the writer makes of its kind, number and payload; any payload can be read to its end
 * or to where it is bad, as events and as a row of fields; and the input taken as a payload
 * survives the way through writer and reader, also behind garbage. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/require.h"
#include "trace/frame.h"
#include "trace/stream.h"

/* What a writer wrote. */
struct sheet {
    uint8_t *bytes;
    size_t size;
    size_t length;
};

static void put(void *context, const char *bytes, size_t length)
{
    struct sheet *sheet = context;
    require(length <= sheet->size - sheet->length);
    memcpy(sheet->bytes + sheet->length, bytes, length);
    sheet->length += length;
}

static struct sheet write_frame(char kind, uint32_t sequence, const uint8_t *payload, size_t length)
{
    size_t size = 2 * length + 32;
    struct sheet sheet = {malloc(size), size, 0};
    require(sheet.bytes != NULL);
    struct frame_writer writer = {.sink = {put, &sheet}, .sequence = sequence};
    frame_begin(&writer, kind);
    frame_put_bytes(&writer, payload, length);
    frame_end(&writer);
    return sheet;
}

/* Reads the payload as events, which take at least a byte each. */
static void read_events(const struct frame *frame)
{
    struct stream_events events = stream_events_of(frame);
    size_t count = 0;
    while (stream_events_next(&events))
        count++;
    require(count <= frame->length);
    require(events.reader.bad || frame_reader_done(&events.reader));
}

/* Reads the payload as numbers and strings in turn. */
static void read_fields(const struct frame *frame)
{
    struct frame_reader reader = frame_reader_of(frame);
    size_t count = 0;
    while (!reader.bad && !frame_reader_done(&reader)) {
        struct frame_string string = {"", 0};
        if (count % 2 == 0)
            (void)frame_get_unsigned(&reader);
        else
            string = frame_get_string(&reader);
        require(string.length <= frame->length);
        require(++count <= frame->length + 1);
    }
    require(!reader.bad || (frame_get_unsigned32(&reader) == 0 && reader.bad));
}

static void check_good(const uint8_t *capture, const struct frame *frame)
{
    struct sheet sheet = write_frame(frame->kind, frame->sequence, frame->payload, frame->length);
    require(sheet.length >= 2 && sheet.length - 2 == frame->end - frame->start);
    require(memcmp(sheet.bytes, capture + frame->start, sheet.length - 2) == 0);
    free(sheet.bytes);
    read_events(frame);
    read_fields(frame);
}

/* Looks for all frames; gives the number of good ones. */
static size_t read_capture(const uint8_t *capture, size_t length)
{
    size_t room = length < FRAME_PAYLOAD_MAX ? length : FRAME_PAYLOAD_MAX;
    uint8_t *scratch = malloc(room > 0 ? room : 1);
    require(scratch != NULL);
    struct frame frame;
    size_t cursor = 0, before = 0, good = 0;
    enum frame_found found;
    while ((found = frame_find(capture, length, &cursor, scratch, &frame)) != FRAME_FOUND_NONE) {
        require(cursor > before && cursor <= length);
        require(frame.start >= before && frame.start < frame.end && frame.end <= cursor);
        before = cursor;
        if (found != FRAME_FOUND_GOOD)
            continue;
        check_good(capture, &frame);
        good++;
    }
    require(cursor == length);
    free(scratch);
    return good;
}

/* Whatever the payload, its frame is the one that is found. */
static void check_payload(const uint8_t *payload, size_t length)
{
    struct sheet sheet = write_frame('E', (uint32_t)length % FRAME_SEQUENCE_LIMIT, payload, length);
    require(read_capture(sheet.bytes, sheet.length) == 1);
    sheet.bytes[sheet.length / 2] ^= 1;
    require(read_capture(sheet.bytes, sheet.length) == 0);
    free(sheet.bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    (void)read_capture(data, size);
    check_payload(data, size);
    return 0;
}
