/* Anonymous tracing in the stream: reading it. */
#include "trace/dtrace/dtrace_stream.h"

static uint16_t get_16(struct frame_reader *reader)
{
    uint32_t value = frame_get_unsigned32(reader);
    reader->bad = reader->bad || value > UINT16_MAX;
    return (uint16_t)value;
}

bool stream_piece_next(struct frame_reader *reader, struct stream_piece *piece)
{
    if (reader->bad || reader->at == reader->end)
        return false;
    uint32_t control = frame_get_unsigned32(reader);
    struct frame_string before = piece->format;
    *piece = (struct stream_piece){.record = {.string = (control & STREAM_PIECE_STRING) != 0}};
    piece->record.action = get_16(reader);
    piece->record.alignment = get_16(reader);
    piece->record.size = frame_get_unsigned32(reader);
    piece->record.offset = frame_get_unsigned32(reader);
    piece->record.arg = frame_get_unsigned(reader);
    piece->record.uarg = frame_get_unsigned(reader);
    if (control & STREAM_PIECE_FORMAT)
        piece->format = frame_get_string(reader);
    else if (control & STREAM_PIECE_AGAIN)
        piece->format = before;
    return !reader->bad;
}

bool stream_bytes_read(struct frame_reader *reader, uint8_t *out, uint32_t size)
{
    uint32_t at = 0;
    while (!reader->bad && reader->at != reader->end) {
        uint32_t zeros = frame_get_unsigned32(reader);
        struct frame_string bytes = frame_get_string(reader);
        if (reader->bad || zeros > size - at || bytes.length > size - at - zeros)
            return false;
        __builtin_memset(out + at, 0, zeros);
        __builtin_memcpy(out + at + zeros, bytes.text, bytes.length);
        at += zeros + (uint32_t)bytes.length;
    }
    return !reader->bad && at == size;
}
