/* Frames on the serial line: writing, finding, reading. */
#include "trace/frame.h"

#include "trace/crc32.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

enum {
    SEQUENCE_DIGITS = 4,
    CRC_DIGITS = 6,
    DIGITS_AT_ONCE = 64,                         /* that go to the sink together */
    SHORTEST = 1 + SEQUENCE_DIGITS + CRC_DIGITS, /* between the braces */
};

/* Gives the sink what has gathered. */
static void flush(struct frame_writer *writer)
{
    writer->crc = crc32_update(writer->crc, writer->waiting, writer->waits);
    if (writer->waits > 0)
        writer->sink.put(writer->sink.context, writer->waiting, writer->waits);
    writer->waits = 0;
}

/* Room for `count` characters, which the caller fills. */
static char *take_room(struct frame_writer *writer, uint32_t count)
{
    if (writer->waits + count > sizeof writer->waiting)
        flush(writer);
    char *room = writer->waiting + writer->waits;
    writer->waits += count;
    return room;
}

/* `count` digits of 6 bits each, the most significant first. */
static void put_digits(struct frame_writer *writer, uint64_t value, uint32_t count)
{
    char *out = take_room(writer, count);
    for (uint32_t i = 0; i < count; i++)
        out[i] = digits[value >> (6 * (count - 1 - i)) & 63];
}

void frame_begin(struct frame_writer *writer, char kind)
{
    writer->sink.put(writer->sink.context, "~{", 2);
    writer->crc = 0;
    writer->pending = 0;
    writer->pending_bits = 0;
    writer->waits = 0;
    *take_room(writer, 1) = kind;
    put_digits(writer, writer->sequence % FRAME_SEQUENCE_LIMIT, SEQUENCE_DIGITS);
}

static void put_byte(struct frame_writer *writer, uint8_t byte)
{
    writer->pending = writer->pending << 8 | byte;
    writer->pending_bits += 8;
    do {
        writer->pending_bits -= 6;
        *take_room(writer, 1) = digits[writer->pending >> writer->pending_bits & 63];
    } while (writer->pending_bits >= 6);
}

static void put_three_bytes(struct frame_writer *writer, const uint8_t *p)
{
    char *out = take_room(writer, 4);
    uint32_t bits = (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
    out[0] = digits[bits >> 18];
    out[1] = digits[bits >> 12 & 63];
    out[2] = digits[bits >> 6 & 63];
    out[3] = digits[bits & 63];
}

void frame_put_bytes(struct frame_writer *writer, const void *bytes, size_t length)
{
    const uint8_t *p = bytes;
    for (; length > 0 && writer->pending_bits > 0; length--)
        put_byte(writer, *p++);
    for (; length >= 3; length -= 3, p += 3)
        put_three_bytes(writer, p);
    for (; length > 0; length--)
        put_byte(writer, *p++);
}

size_t frame_encode_unsigned(uint8_t *out, uint64_t value)
{
    size_t length = 0;
    for (; value > UINT32_MAX; value >>= 7)
        out[length++] = (uint8_t)value | 128;
    uint32_t rest = (uint32_t)value; /* shifted much faster by a machine with 32 bits */
    for (; rest > 127; rest >>= 7)
        out[length++] = (uint8_t)rest | 128;
    out[length++] = (uint8_t)rest;
    return length;
}

void frame_put_unsigned(struct frame_writer *writer, uint64_t value)
{
    uint8_t out[FRAME_UNSIGNED_MAX];
    frame_put_bytes(writer, out, frame_encode_unsigned(out, value));
}

void frame_put_string(struct frame_writer *writer, const char *text, size_t length)
{
    frame_put_unsigned(writer, length);
    frame_put_bytes(writer, text, length);
}

void frame_end(struct frame_writer *writer)
{
    if (writer->pending_bits > 0)
        put_digits(writer, writer->pending << (6 - writer->pending_bits), 1);
    flush(writer);
    put_digits(writer, writer->crc, CRC_DIGITS);
    __builtin_memcpy(take_room(writer, 3), "}\r\n", 3);
    flush(writer);
    writer->sequence++; /* a frame that a panic cuts off before leaves its number to the next */
}

/* The value of a digit, or -1. */
static int digit_value(uint8_t c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

static uint64_t number_of(const uint8_t *text, size_t count)
{
    uint64_t value = 0;
    for (size_t i = 0; i < count; i++)
        value = value << 6 | (uint64_t)digit_value(text[i]);
    return value;
}

/* Decodes base64 digits that are known to be valid.  False if the bits left over are not zero
 * or cannot be (one digit too many). */
static bool decode(const uint8_t *text, size_t count, uint8_t *out, size_t *length)
{
    uint32_t bits = 0, have = 0;
    *length = 0;
    for (size_t i = 0; i < count; i++) {
        bits = bits << 6 | (uint32_t)digit_value(text[i]);
        have += 6;
        if (have >= 8) {
            have -= 8;
            out[(*length)++] = (uint8_t)(bits >> have);
            bits &= (1u << have) - 1;
        }
    }
    return bits == 0 && have != 6;
}

/* Checks and decodes what stands between "~{" and "}". */
static bool accept(const uint8_t *body, size_t count, uint8_t *scratch, struct frame *frame)
{
    if (count < SHORTEST || (uint64_t)(count - SHORTEST) * 6 / 8 > FRAME_PAYLOAD_MAX)
        return false;
    size_t covered = count - CRC_DIGITS;
    if (number_of(body + covered, CRC_DIGITS) != crc32_update(0, body, covered))
        return false;
    frame->kind = (char)body[0];
    frame->sequence = (uint32_t)number_of(body + 1, SEQUENCE_DIGITS);
    frame->payload = scratch;
    return decode(body + 1 + SEQUENCE_DIGITS, covered - 1 - SEQUENCE_DIGITS, scratch,
                  &frame->length);
}

enum frame_found frame_find(const uint8_t *bytes, size_t length, size_t *cursor, uint8_t *scratch,
                            struct frame *frame)
{
    for (size_t at = *cursor; length - at >= 2; at++) {
        if (bytes[at] != '~' || bytes[at + 1] != '{')
            continue;
        size_t body = at + 2, end = body;
        while (end < length && digit_value(bytes[end]) >= 0)
            end++;
        *frame = (struct frame){.start = at, .end = end};
        *cursor = end; /* what stopped the digits may itself begin a frame */
        if (end == length || bytes[end] != '}')
            return FRAME_FOUND_DAMAGED;
        frame->end = *cursor = end + 1;
        return accept(bytes + body, end - body, scratch, frame) ? FRAME_FOUND_GOOD
                                                                : FRAME_FOUND_DAMAGED;
    }
    *cursor = length;
    return FRAME_FOUND_NONE;
}

struct frame_reader frame_reader_of(const struct frame *frame)
{
    return (struct frame_reader){frame->payload, frame->payload + frame->length, false};
}

uint64_t frame_get_unsigned(struct frame_reader *reader)
{
    uint64_t value = 0;
    for (uint32_t shift = 0; shift < 64 && reader->at < reader->end && !reader->bad; shift += 7) {
        uint8_t byte = *reader->at++;
        if (shift == 63 && byte > 1)
            break;
        value |= (uint64_t)(byte & 127) << shift;
        if (byte < 128)
            return value;
    }
    reader->bad = true;
    return 0;
}

uint32_t frame_get_unsigned32(struct frame_reader *reader)
{
    uint64_t value = frame_get_unsigned(reader);
    if (value > UINT32_MAX)
        reader->bad = true;
    return reader->bad ? 0 : (uint32_t)value;
}

struct frame_string frame_get_string(struct frame_reader *reader)
{
    uint64_t length = frame_get_unsigned(reader);
    if (reader->bad || length > (uint64_t)(reader->end - reader->at)) {
        reader->bad = true;
        return (struct frame_string){"", 0};
    }
    struct frame_string string = {(const char *)reader->at, (size_t)length};
    reader->at += length;
    return string;
}

bool frame_reader_done(const struct frame_reader *reader)
{
    return !reader->bad && reader->at == reader->end;
}
