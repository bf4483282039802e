/* Mutants of captures, read under the sanitizers: frames that are sound, and say what no kernel says.
 *
 * mutate_capture FIRST COUNT CAPTURE...   holds each against its properties (capture_property.h); ends with TAP
 * mutate_capture --write NUMBER CAPTURE...   writes one to standard output
 *
 * Mutants are numbered; of the same captures, each number is the same one everywhere. */
#include <inttypes.h>
#include <stdio.h>

#include "tests/fuzz/capture_property.h"
#include "tests/fuzz/mutant_watch.h"

enum {
    BASES_MAX = 8,
    FRAMES_MAX = 4096,
    PAYLOAD_MAX = 2048, /* bytes; longer frames are left out */
    WIRE_MAX = 1 << 22,
    CHANGES_MAX = 12,
};

struct payload {
    char kind;
    uint8_t bytes[PAYLOAD_MAX];
    size_t length;
};

struct capture {
    struct payload frames[FRAMES_MAX];
    size_t count;
};

static struct capture bases[BASES_MAX], mutant;
static size_t base_count;
static uint64_t state;

static struct {
    char bytes[WIRE_MAX];
    size_t length;
} wire;

/* --- The originals ---------------------------------------------------------------------------- */

static void take_frame(struct capture *base, const struct frame *frame)
{
    if (base->count == FRAMES_MAX || frame->length > PAYLOAD_MAX)
        return;
    struct payload *payload = &base->frames[base->count++];
    payload->kind = frame->kind;
    payload->length = frame->length;
    memcpy(payload->bytes, frame->payload, frame->length);
}

static void read_base(const char *path)
{
    static uint8_t scratch[WIRE_MAX];
    FILE *file = fopen(path, "rb");
    if (file == NULL || base_count == BASES_MAX)
        die("cannot read", path);
    size_t length = fread(wire.bytes, 1, sizeof wire.bytes, file), cursor = 0;
    (void)fclose(file);
    struct frame frame;
    enum frame_found found;
    while ((found = frame_find((const uint8_t *)wire.bytes, length, &cursor, scratch, &frame)) !=
           FRAME_FOUND_NONE)
        if (found == FRAME_FOUND_GOOD)
            take_frame(&bases[base_count], &frame);
    if (bases[base_count++].count == 0)
        die("no frames in", path);
}

/* --- Chance ----------------------------------------------------------------------------------- */

static uint64_t chance(void)
{
    uint64_t z = state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

static uint64_t below(uint64_t bound)
{
    return bound == 0 ? 0 : chance() % bound;
}

static uint64_t interesting(void)
{
    static const uint64_t values[] = {
        0,          1,          2,          3,          4,          8,         12,
        31,         32,         63,         64,         127,        128,       255,
        256,        4095,       0x7fff,     0xffff,     0x10000,    1u << 20,  (1u << 20) + 1,
        0x7fffffff, 0x80000000, 0xfffffff8, UINT32_MAX, 1ull << 32, INT64_MAX, 1ull << 63,
        UINT64_MAX,
    };
    return below(3) == 0 ? below(80) : values[below(sizeof values / sizeof *values)];
}

/* --- Changes ---------------------------------------------------------------------------------- */

static bool is_of_dtrace(const struct payload *frame)
{
    return strchr("DQRABWF", frame->kind) != NULL;
}

/* One of anonymous tracing mostly, if there is one. */
static struct payload *some_frame(void)
{
    struct payload *frame = NULL;
    for (uint32_t i = 0; i < 64 && (frame == NULL || !is_of_dtrace(frame)); i++)
        frame = &mutant.frames[below(mutant.count)];
    return frame;
}

/* Puts bytes in the place of some. */
static void splice(struct payload *frame, size_t at, size_t away, const uint8_t *bytes,
                   size_t count)
{
    if (at > frame->length || away > frame->length - at ||
        frame->length - away + count > PAYLOAD_MAX)
        return;
    memmove(frame->bytes + at + count, frame->bytes + at + away, frame->length - at - away);
    if (count > 0)
        memcpy(frame->bytes + at, bytes, count);
    frame->length = frame->length - away + count;
}

/* Where a number may begin, and how long it is. */
static size_t some_number(const struct payload *frame, size_t *length)
{
    size_t at = 0;
    for (uint64_t skip = below(12); skip > 0 && at < frame->length; at++)
        skip -= frame->bytes[at] < 128;
    if (below(3) == 0)
        at = below(frame->length);
    for (*length = 0; at + *length < frame->length && frame->bytes[at + *length] >= 128;)
        ++*length;
    *length += at + *length < frame->length;
    return at;
}

static void change_number(struct payload *frame)
{
    uint8_t bytes[FRAME_UNSIGNED_MAX];
    size_t away, count = frame_encode_unsigned(bytes, interesting());
    size_t at = some_number(frame, &away);
    splice(frame, at, below(8) == 0 ? 0 : away, bytes, count);
}

static void change_bytes(struct payload *frame)
{
    size_t at = below(frame->length);
    uint8_t byte = (uint8_t)chance();
    switch (below(4)) {
    case 0:
        splice(frame, at, below(frame->length - at + 1), NULL, 0);
        return;
    case 1:
        splice(frame, at, 0, &byte, 1);
        return;
    default:
        if (frame->length > 0)
            frame->bytes[at] = byte;
    }
}

static void remove_frame(size_t at)
{
    memmove(&mutant.frames[at], &mutant.frames[at + 1],
            (mutant.count - at - 1) * sizeof *mutant.frames);
    mutant.count--;
}

static void insert_frame(size_t at, const struct payload *frame)
{
    static struct payload copy;
    copy = *frame;
    if (mutant.count == FRAMES_MAX)
        return;
    memmove(&mutant.frames[at + 1], &mutant.frames[at], (mutant.count - at) * sizeof copy);
    mutant.frames[at] = copy;
    mutant.count++;
}

/* A frame of this or another capture once more, somewhere else, and perhaps not the same any more. */
static void repeat_frame(void)
{
    const struct capture *from = below(2) == 0 ? &mutant : &bases[below(base_count)];
    size_t at = below(mutant.count + 1);
    insert_frame(at, &from->frames[below(from->count)]);
    if (below(2) == 0)
        change_number(&mutant.frames[at]);
}

static void change(void)
{
    struct payload *frame = some_frame();
    switch (below(12)) {
    case 0:
        if (mutant.count > 2)
            remove_frame((size_t)(frame - mutant.frames));
        return;
    case 1:
    case 2:
        repeat_frame();
        return;
    case 3:
        frame->kind = "DQRABWFHSET"[below(11)];
        return;
    case 4:
    case 5:
        change_bytes(frame);
        return;
    default:
        change_number(frame);
    }
}

/* --- On the line ------------------------------------------------------------------------------ */

static void put(void *context, const char *bytes, size_t length)
{
    (void)context;
    if (length > sizeof wire.bytes - wire.length)
        length = sizeof wire.bytes - wire.length;
    memcpy(wire.bytes + wire.length, bytes, length);
    wire.length += length;
}

static void encode(void)
{
    struct frame_writer writer = {.sink = {put, NULL}};
    wire.length = 0;
    for (size_t i = 0; i < mutant.count; i++) {
        frame_begin(&writer, mutant.frames[i].kind);
        frame_put_bytes(&writer, mutant.frames[i].bytes, mutant.frames[i].length);
        frame_end(&writer);
    }
    for (uint64_t i = below(8) == 0 ? below(20) : 0; i > 0; i--)
        wire.bytes[below(wire.length)] = (char)chance();
}

static void make(uint64_t number)
{
    mutant_watched = number;
    state = number * 0xd1342543de82ef95;
    const struct capture *base = &bases[number % base_count];
    memcpy(mutant.frames, base->frames, base->count * sizeof *base->frames);
    mutant.count = base->count;
    for (uint64_t i = below(CHANGES_MAX) + 1; i > 0; i--)
        change();
    encode();
}

int main(int argc, char **argv)
{
    if (argc < 4)
        die("usage: mutate_capture FIRST COUNT CAPTURE... | --write NUMBER CAPTURE...", "");
    for (int i = 3; i < argc; i++)
        read_base(argv[i]);
    if (strcmp(argv[1], "--write") == 0) {
        make(strtoull(argv[2], NULL, 0));
        return fwrite(wire.bytes, 1, wire.length, stdout) != wire.length;
    }
    uint64_t first = strtoull(argv[1], NULL, 0), count = strtoull(argv[2], NULL, 0);
    mutants_watch();
    for (uint64_t i = 0; i < count; i++) {
        make(first + i);
        capture_property_hold(wire.bytes, wire.length);
    }
    printf("ok 1 - %" PRIu64 " mutants of captures do no harm\n1..1\n", count);
    return 0;
}
