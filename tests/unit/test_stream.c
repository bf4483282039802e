/* The stream: what stood in an arena is what a reader of the frames gets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/arena_of.h"
#include "tests/unit/exact_copy.h"
#include "tests/unit/frame_capture.h"
#include "trace/stream.h"

enum {
    FRAMES_MAX = 4096,
};

static const struct trace_arena_config shape = {
    .cpus = 2,
    .capacity = {10000, 64, 64},
    .names = 128,
    .names_text = 4096,
    .tasks = 64,
};

/* --- Captures ---------------------------------------------------------------------------- */

static struct stream stream_into(struct capture *capture)
{
    struct stream stream;
    stream_start(&stream, (struct text_sink){capture_put, capture});
    return stream;
}

/* A capture, taken apart: each payload in memory of exactly its size. */
struct decoded {
    struct frame frames[FRAMES_MAX];
    size_t count;
};

static struct decoded *decode(const struct capture *capture)
{
    struct decoded *decoded = calloc(1, sizeof *decoded);
    uint8_t *copy = exact_copy(capture->bytes, capture->length);
    uint8_t *scratch = malloc(capture->length);
    assert_non_null(decoded);
    assert_non_null(scratch);
    size_t cursor = 0;
    struct frame frame;
    enum frame_found found;
    while ((found = frame_find(copy, capture->length, &cursor, scratch, &frame)) !=
           FRAME_FOUND_NONE) {
        assert_int_equal(found, FRAME_FOUND_GOOD);
        assert_int_equal(frame.sequence, decoded->count);
        assert_true(decoded->count < FRAMES_MAX);
        frame.payload = exact_copy(frame.payload, frame.length);
        decoded->frames[decoded->count++] = frame;
    }
    free(copy);
    free(scratch);
    return decoded;
}

static void release(struct decoded *decoded, struct capture *capture)
{
    for (size_t i = 0; i < decoded->count; i++)
        free((void *)(uintptr_t)decoded->frames[i].payload);
    free(decoded);
    free(capture->bytes);
}

/* The `nth` frame of a kind, from 0, or NULL. */
static const struct frame *frame_of(const struct decoded *decoded, enum stream_kind kind,
                                    size_t nth)
{
    for (size_t i = 0; i < decoded->count; i++)
        if (decoded->frames[i].kind == (char)kind && nth-- == 0)
            return &decoded->frames[i];
    return NULL;
}

static size_t frames_of(const struct decoded *decoded, enum stream_kind kind)
{
    size_t count = 0;
    while (frame_of(decoded, kind, count) != NULL)
        count++;
    return count;
}

static void expect_number(struct frame_reader *reader, uint64_t wanted)
{
    assert_int_equal(frame_get_unsigned(reader), wanted);
    assert_false(reader->bad);
}

static void expect_text(struct frame_reader *reader, const char *wanted)
{
    struct frame_string string = frame_get_string(reader);
    assert_false(reader->bad);
    assert_int_equal(string.length, strlen(wanted));
    assert_memory_equal(string.text, wanted, string.length);
}

/* Compares all events frames of one table with the table itself, both ways.  Gives how many. */
static uint64_t expect_events(const struct decoded *decoded, struct trace_arena *arena,
                              uint32_t cpu, enum trace_table_id id)
{
    const struct trace_table *table = trace_arena_table(arena, cpu, id);
    struct trace_range range = trace_table_range(table);
    uint64_t n = range.first, count = 0;
    const struct frame *frame;
    for (size_t i = 0; (frame = frame_of(decoded, STREAM_EVENTS, i)) != NULL; i++) {
        struct stream_events events = stream_events_of(frame);
        if (events.table != id || events.cpu != cpu)
            continue;
        while (stream_events_next(&events)) {
            struct trace_record record;
            struct trace_usage usage;
            while (trace_table_read(table, n, &record, &usage) != TRACE_READ_OK)
                assert_true(n++ < range.end);
            assert_int_equal(events.number, n);
            assert_int_equal(events.tsc, record.tsc);
            assert_int_equal(events.name, record.name);
            assert_int_equal(events.task, record.task);
            assert_memory_equal(&events.usage, &usage, sizeof usage);
            n++;
            count++;
        }
        assert_true(frame_reader_done(&events.reader));
    }
    struct trace_books books = trace_table_books(table, NULL, range);
    assert_int_equal(count, books.kept);
    return count;
}

/* --- Events ------------------------------------------------------------------------------- */

static uint32_t random_state = 1;

static uint32_t random_below(uint32_t limit)
{
    random_state = random_state * 1664525u + 1013904223u;
    return (uint32_t)(((uint64_t)random_state * limit) >> 32);
}

/* Names as a kernel has them; gives how many. */
static uint32_t add_names(struct trace_arena *arena)
{
    char text[32];
    for (unsigned i = 0; i < 60; i++) {
        int length = snprintf(text, sizeof text, "device%u probe begin", i);
        (void)trace_names_intern(trace_arena_names(arena), text, (size_t)length);
    }
    for (uint32_t i = 1; i < 20; i++)
        (void)trace_tasks_add(
            trace_arena_tasks(arena),
            &(struct trace_task){.pid = 100 + i, .name = (uint16_t)(TRACE_NAME_FIRST + i)});
    return 60;
}

static void plain_events_cost_at_most_8_bytes_on_the_wire(void **state)
{
    (void)state;
    struct trace_arena *arena = arena_of(&shape);
    uint32_t names = add_names(arena);
    struct trace_table *table = trace_arena_table(arena, 0, TRACE_TABLE_BOOT);
    uint64_t tsc = 5000000000u;
    uint32_t task = 1;
    for (int i = 0; i < 10000; i++) {
        tsc += 150 + random_below(251);
        if (random_below(50) == 0)
            task = 1 + random_below(19);
        trace_table_record(table, tsc, TRACE_NAME_FIRST + random_below(names), task);
    }
    struct capture capture = {0};
    struct stream stream = stream_into(&capture);
    stream_send_header(&stream, arena, "test");
    stream_send_table(&stream, arena, 0, TRACE_TABLE_BOOT);
    struct decoded *decoded = decode(&capture);
    assert_int_equal(expect_events(decoded, arena, 0, TRACE_TABLE_BOOT), 10000);
    print_message("# %.2f bytes per plain event, header and names included\n",
                  (double)capture.length / 10000);
    assert_true(capture.length <= 8 * 10000);
    release(decoded, &capture);
    free(arena);
}

static void events_of_every_kind_come_back_equal(void **state)
{
    (void)state;
    struct trace_arena *arena = arena_of(&shape);
    uint32_t names = add_names(arena);
    uint64_t tsc = 1;
    for (int i = 0; i < 3000; i++) {
        struct trace_table *table =
            trace_arena_table(arena, random_below(2), (enum trace_table_id)random_below(3));
        tsc += random_below(3) == 0 ? 0 : random_below(UINT32_MAX) >> random_below(32);
        uint32_t name = random_below(names), task = random_below(20);
        struct trace_usage usage = {.cpu_ns = (uint64_t)random_below(UINT32_MAX)
                                              << random_below(32),
                                    .in_blocks = random_below(3),
                                    .out_blocks = random_below(UINT32_MAX)};
        if (random_below(2) == 0)
            trace_table_record_usage(table, tsc, name, task, &usage);
        else
            trace_table_record(table, tsc, name, task);
    }
    struct capture capture = {0};
    struct stream stream = stream_into(&capture);
    for (uint32_t cpu = 0; cpu < 2; cpu++)
        for (uint32_t id = 0; id < TRACE_TABLES; id++)
            stream_send_table(&stream, arena, cpu, (enum trace_table_id)id);
    struct decoded *decoded = decode(&capture);
    for (uint32_t cpu = 0; cpu < 2; cpu++)
        for (uint32_t id = 0; id < TRACE_PHASE_TABLES; id++)
            assert_true(expect_events(decoded, arena, cpu, (enum trace_table_id)id) > 32);
    assert_int_equal(stream.writer.sequence, decoded->count);
    release(decoded, &capture);
    free(arena);
}

static void events_with_extreme_values_come_back_equal(void **state)
{
    (void)state;
    struct trace_arena *arena = arena_of(&shape);
    struct trace_table *table = trace_arena_table(arena, 1, TRACE_TABLE_SHUTDOWN);
    const uint64_t steps[] = {0,          0,         (1ull << 60) - 1, 1ull << 60, (1ull << 61) - 1,
                              1ull << 61, 1ull << 63};
    const struct trace_usage most = {UINT64_MAX, UINT32_MAX, UINT32_MAX};
    uint64_t tsc = 0;
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        tsc += steps[i];
        trace_table_record(table, tsc, 0x7fff, 0xffff);
        trace_table_record_usage(table, tsc, 0, 0, &most);
    }
    trace_table_record(table, UINT64_MAX, 1, 1);
    struct capture capture = {0};
    struct stream stream = stream_into(&capture);
    stream_send_table(&stream, arena, 1, TRACE_TABLE_SHUTDOWN);
    struct decoded *decoded = decode(&capture);
    assert_int_equal(expect_events(decoded, arena, 1, TRACE_TABLE_SHUTDOWN), 15);
    release(decoded, &capture);
    free(arena);
}

static void a_hole_in_the_numbering_is_kept(void **state)
{
    (void)state;
    struct trace_arena *arena = arena_of(&shape);
    struct trace_table *table = trace_arena_table(arena, 0, TRACE_TABLE_BOOT);
    for (uint64_t i = 0; i < 40; i++) {
        if (i % 7 == 3 || i == 0 || i == 39)
            (void)trace_local_fetch_increment(&table->written);
        else
            trace_table_record(table, 1000 + i, 2, 0);
    }
    struct capture capture = {0};
    struct stream stream = stream_into(&capture);
    stream_send_table(&stream, arena, 0, TRACE_TABLE_BOOT);
    struct decoded *decoded = decode(&capture);
    assert_int_equal(expect_events(decoded, arena, 0, TRACE_TABLE_BOOT), 40 - 8);
    release(decoded, &capture);
    free(arena);
}

static void time_that_steps_back_is_kept(void **state)
{
    (void)state;
    struct trace_arena *arena = arena_of(&shape);
    struct trace_table *table = trace_arena_table(arena, 0, TRACE_TABLE_BOOT);
    static const uint64_t times[] = {500, 400, 400, 401, 0, UINT64_MAX, 7};
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++)
        trace_table_record(table, times[i], 2, 0);
    struct capture capture = {0};
    struct stream stream = stream_into(&capture);
    stream_send_table(&stream, arena, 0, TRACE_TABLE_BOOT);
    struct decoded *decoded = decode(&capture);
    assert_int_equal(expect_events(decoded, arena, 0, TRACE_TABLE_BOOT), 7);
    release(decoded, &capture);
    free(arena);
}

static void a_wrapped_table_sends_its_last_events_with_their_numbers(void **state)
{
    (void)state;
    struct trace_arena *arena = arena_of(&shape);
    struct trace_table *table = trace_arena_table(arena, 0, TRACE_TABLE_RUN);
    table->written = (1ull << 32) - 70;
    for (uint64_t i = 0; i < 100; i++)
        trace_table_record(table, i, 2, 0);
    struct capture capture = {0};
    struct stream stream = stream_into(&capture);
    stream_send_table(&stream, arena, 0, TRACE_TABLE_RUN);
    struct decoded *decoded = decode(&capture);
    assert_int_equal(expect_events(decoded, arena, 0, TRACE_TABLE_RUN), 64);
    struct stream_events events = stream_events_of(frame_of(decoded, STREAM_EVENTS, 0));
    assert_true(stream_events_next(&events));
    assert_int_equal(events.number, (1ull << 32) + 30 - 64);
    release(decoded, &capture);
    free(arena);
}

/* A table into which is recorded while it is sent. */
struct disturbed {
    struct capture capture;
    struct trace_table *table;
};

static void disturb_and_put(void *context, const char *bytes, size_t length)
{
    static uint64_t tsc;
    static uint32_t divider;
    struct disturbed *disturbed = context;
    if (divider++ % 16 == 0)
        trace_table_record(disturbed->table, 10000 + tsc++, 2, 0);
    capture_put(&disturbed->capture, bytes, length);
}

static void a_table_that_is_recorded_into_while_it_is_sent_matches_its_books(void **state)
{
    (void)state;
    static const enum trace_table_id ids[] = {TRACE_TABLE_SHUTDOWN, TRACE_TABLE_RUN};
    for (size_t i = 0; i < 2; i++) {
        struct trace_arena *arena = arena_of(&shape);
        struct trace_table *table = trace_arena_table(arena, 0, ids[i]);
        for (uint64_t k = 0; k < 80; k++)
            trace_table_record(table, 1000 + k, 2, 0);
        struct disturbed disturbed = {.table = table};
        struct stream stream;
        stream_start(&stream, (struct text_sink){disturb_and_put, &disturbed});
        stream_send_table(&stream, arena, 0, ids[i]);
        struct decoded *decoded = decode(&disturbed.capture);

        uint64_t sent = 0;
        const struct frame *frame;
        for (size_t k = 0; (frame = frame_of(decoded, STREAM_EVENTS, k)) != NULL; k++)
            for (struct stream_events events = stream_events_of(frame);
                 stream_events_next(&events);)
                sent++;
        struct frame_reader reader = frame_reader_of(frame_of(decoded, STREAM_TABLE, 0));
        expect_number(&reader, ids[i]);
        expect_text(&reader, trace_table_name(ids[i]));
        for (int skip = 0; skip < 3; skip++)
            (void)frame_get_unsigned(&reader);
        expect_number(&reader, 80); /* when it began */
        uint64_t kept = frame_get_unsigned(&reader);
        release(decoded, &disturbed.capture);
        free(arena);
        assert_int_equal(sent, kept);
    }
}

/* --- The other frames ---------------------------------------------------------------------- */

/* A frame of each kind that is no table's, name's or task's; two modules. */
static void send_descriptions(struct stream *stream, const struct trace_arena *arena)
{
    static const struct stream_module modules[] = {{.index = 3,
                                                    .command_line = "a b=c",
                                                    .command_line_length = 5,
                                                    .name = "a",
                                                    .name_length = 1,
                                                    .type = "file",
                                                    .size = 1ull << 33,
                                                    .digest = "sha1:0123",
                                                    .state = "mismatch"},
                                                   {.command_line = "b",
                                                    .command_line_length = 1,
                                                    .name = "b",
                                                    .name_length = 1,
                                                    .type = "file",
                                                    .digest = "",
                                                    .state = "accepted"}};
    stream_send_header(stream, arena, "a test");
    stream_send_config(stream, "trace.boot", "64\0!", 4);
    stream_send_clock(stream, &arena->clock);
    stream_send_module(stream, &modules[0]);
    stream_send_module(stream, &modules[1]);
    stream_send_loss(stream, 1ull << 40, 3);
    stream_send_verdict(stream, "success", "halted", 999);
}

static void expect_header(const struct frame *frame)
{
    struct frame_reader reader = frame_reader_of(frame);
    assert_int_equal(frame->kind, STREAM_HEADER);
    expect_number(&reader, STREAM_VERSION);
    assert_int_equal(frame_get_string(&reader).length, 20);
    expect_text(&reader, "a test");
    expect_number(&reader, 777);
    expect_number(&reader, 2);
    expect_number(&reader, TRACE_ARENA_LAYOUT);
    assert_true(frame_reader_done(&reader));
}

static void expect_schemas(const struct decoded *decoded)
{
    static const char kinds[] = "HSKCUMPNITELV"; /* every kind has its schema */
    assert_int_equal(frames_of(decoded, STREAM_SCHEMA), sizeof kinds - 1);
    for (size_t i = 0; i < sizeof kinds - 1; i++) {
        struct frame_reader reader = frame_reader_of(frame_of(decoded, STREAM_SCHEMA, i));
        expect_text(&reader, (const char[]){kinds[i], '\0'});
        expect_text(&reader, stream_fields(kinds[i]));
        assert_true(frame_reader_done(&reader));
    }
    assert_null(stream_fields('X'));
}

static void expect_config(const struct frame *frame)
{
    struct frame_reader reader = frame_reader_of(frame);
    expect_text(&reader, "trace.boot");
    assert_int_equal(frame_get_string(&reader).length, 4);
    assert_true(frame_reader_done(&reader));
}

static void expect_loss(const struct frame *frame)
{
    struct frame_reader reader = frame_reader_of(frame);
    expect_number(&reader, 1ull << 40);
    expect_number(&reader, 3);
    assert_true(frame_reader_done(&reader));
}

static void expect_clock(const struct frame *frame)
{
    struct frame_reader reader = frame_reader_of(frame);
    expect_number(&reader, 2600000000u);
    expect_text(&reader, "PIT");
    expect_number(&reader, 50000);
    expect_number(&reader, 1);
    assert_true(frame_reader_done(&reader));
}

static void expect_module(const struct frame *frame, uint64_t index, const char *const texts[3],
                          uint64_t size, const char *digest, const char *module_state)
{
    struct frame_reader reader = frame_reader_of(frame);
    expect_number(&reader, index);
    for (size_t i = 0; i < 3; i++)
        expect_text(&reader, texts[i]);
    expect_number(&reader, size);
    expect_text(&reader, digest);
    expect_text(&reader, module_state);
    assert_true(frame_reader_done(&reader));
}

static void expect_verdict(const struct frame *frame, uint64_t frames)
{
    struct frame_reader reader = frame_reader_of(frame);
    assert_int_equal(frame->kind, STREAM_VERDICT);
    expect_text(&reader, "success");
    expect_text(&reader, "halted");
    expect_number(&reader, 999);
    expect_number(&reader, frames); /* itself included */
    assert_true(frame_reader_done(&reader));
}

static void the_stream_describes_itself(void **state)
{
    (void)state;
    struct trace_arena *arena = arena_of(&shape);
    memset(arena->build_id, 0xab, sizeof arena->build_id);
    arena->phase_tsc[TRACE_PHASE_KERNEL] = 777;
    arena->clock = (struct trace_clock){.tsc_hz = 2600000000u,
                                        .method = TRACE_CLOCK_PIT,
                                        .uncertainty_ppb = 50000,
                                        .counts_from_reset = 1};
    struct capture capture = {0};
    struct stream stream = stream_into(&capture);
    send_descriptions(&stream, arena);
    struct decoded *decoded = decode(&capture);

    expect_header(&decoded->frames[0]);
    expect_schemas(decoded);
    expect_config(frame_of(decoded, STREAM_CONFIG, 0));
    expect_loss(frame_of(decoded, STREAM_LOSS, 0));
    expect_clock(frame_of(decoded, STREAM_CLOCK, 0));
    expect_module(frame_of(decoded, STREAM_MODULE, 0), 3,
                  (const char *const[]){"a b=c", "a", "file"}, 1ull << 33, "sha1:0123", "mismatch");
    expect_module(frame_of(decoded, STREAM_MODULE, 1), 0, (const char *const[]){"b", "b", "file"},
                  0, "", "accepted");
    expect_verdict(&decoded->frames[decoded->count - 1], decoded->count);
    release(decoded, &capture);
    free(arena);
}

static void a_table_frame_tells_the_books(void **state)
{
    (void)state;
    struct trace_arena *arena = arena_of(&shape);
    for (uint64_t i = 0; i < 100; i++) {
        trace_table_record(trace_arena_table(arena, 1, TRACE_TABLE_RUN), i, 2, 0);
        trace_table_record(trace_arena_filter(arena, 1, TRACE_TABLE_RUN), i, 2, 0);
    }
    struct capture capture = {0};
    struct stream stream = stream_into(&capture);
    stream_send_table(&stream, arena, 1, TRACE_TABLE_RUN);
    struct decoded *decoded = decode(&capture);
    struct frame_reader reader = frame_reader_of(frame_of(decoded, STREAM_TABLE, 0));
    expect_number(&reader, TRACE_TABLE_RUN);
    expect_text(&reader, "run");
    expect_number(&reader, 1);
    expect_number(&reader, TRACE_KEEP_LAST);
    expect_number(&reader, 64);
    expect_number(&reader, 200);
    expect_number(&reader, 64);
    expect_number(&reader, 36);
    expect_number(&reader, 0);
    expect_number(&reader, 100);
    assert_true(frame_reader_done(&reader));
    release(decoded, &capture);
    free(arena);
}

/* How many books are sent of an arena of two CPUs, behind a header that tells of `told`. */
static size_t books_behind_header(uint32_t told, struct trace_arena *arena)
{
    struct trace_arena_config first = shape;
    first.cpus = told;
    struct trace_arena *early = arena_of(&first);
    struct capture capture = {0};
    struct stream stream = stream_into(&capture);
    stream_send_header(&stream, early, "test");
    stream_send_tables(&stream, arena);
    struct decoded *decoded = decode(&capture);
    size_t books = frames_of(decoded, STREAM_TABLE);
    release(decoded, &capture);
    free(early);
    return books;
}

static void a_cpu_that_nothing_tells_of_has_books_once_it_has_recorded(void **state)
{
    (void)state;
    struct trace_arena *arena = arena_of(&shape);
    assert_int_equal(books_behind_header(2, arena), 2 * TRACE_TABLES);
    assert_int_equal(books_behind_header(1, arena), TRACE_TABLES);
    trace_table_record(trace_arena_table(arena, 1, TRACE_TABLE_RUN), 1, 2, 0);
    assert_int_equal(books_behind_header(1, arena), TRACE_TABLES + 1);
    trace_arena_set_cpu_clock(arena, 1, &(struct trace_cpu_clock){.apic_id = 1});
    assert_int_equal(books_behind_header(1, arena), 2 * TRACE_TABLES);
    free(arena);
}

static void expect_name(const struct frame *frame, uint16_t id, const char *text)
{
    struct frame_reader reader = frame_reader_of(frame);
    expect_number(&reader, id);
    expect_text(&reader, text);
    assert_true(frame_reader_done(&reader));
}

static void names_and_tasks_are_sent_once_and_before_their_events(void **state)
{
    (void)state;
    struct trace_arena *arena = arena_of(&shape);
    struct trace_names *names = trace_arena_names(arena);
    struct trace_table *table = trace_arena_table(arena, 0, TRACE_TABLE_BOOT);
    struct capture capture = {0};
    struct stream stream = stream_into(&capture);
    (void)trace_names_intern(names, "of no event", 11);
    uint16_t one = trace_names_intern(names, "one", 3);
    (void)trace_tasks_add(trace_arena_tasks(arena), &(struct trace_task){.pid = 42, .name = one});
    trace_table_record(table, 1, one, 1);
    stream_send_table(&stream, arena, 0, TRACE_TABLE_BOOT);
    size_t before = capture.length;
    uint16_t two = trace_names_intern(names, "two", 3);
    trace_table_record(table, 2, two, 1);
    trace_table_record(table, 3, TRACE_NAME_REFUSED, 1);
    stream_send_table(&stream, arena, 0, TRACE_TABLE_BOOT);

    struct decoded *decoded = decode(&capture);
    assert_int_equal(frames_of(decoded, STREAM_NAME), 3);
    assert_int_equal(frames_of(decoded, STREAM_TASK), 1);
    expect_name(frame_of(decoded, STREAM_NAME, 0), one, "one");
    expect_name(frame_of(decoded, STREAM_NAME, 1), two, "two");
    expect_name(frame_of(decoded, STREAM_NAME, 2), TRACE_NAME_REFUSED, "(name refused)");
    struct frame_reader reader = frame_reader_of(frame_of(decoded, STREAM_TASK, 0));
    expect_number(&reader, 1);
    expect_number(&reader, 42);
    expect_number(&reader, one);
    expect_number(&reader, 0); /* parent */
    assert_true(frame_reader_done(&reader));
    assert_true(frame_of(decoded, STREAM_NAME, 0)->start <
                frame_of(decoded, STREAM_EVENTS, 0)->start);
    assert_true(frame_of(decoded, STREAM_NAME, 1)->start >= before);
    assert_true(frame_of(decoded, STREAM_NAME, 2)->start <
                frame_of(decoded, STREAM_EVENTS, 1)->start);
    release(decoded, &capture);
    free(arena);
}

static void the_tasks_that_led_to_one_are_sent_before_it(void **state)
{
    (void)state;
    struct trace_arena *arena = arena_of(&shape);
    struct trace_names *names = trace_arena_names(arena);
    struct trace_tasks *tasks = trace_arena_tasks(arena);
    struct trace_table *table = trace_arena_table(arena, 0, TRACE_TABLE_BOOT);
    struct capture capture = {0};
    struct stream stream = stream_into(&capture);
    uint16_t name = trace_names_intern(names, "name", 4);
    for (uint16_t parent = 0; parent < 4;
         parent++) /* tasks 1, 2, 3 and 4, each of the one before */
        (void)trace_tasks_add(
            tasks, &(struct trace_task){.pid = 10u + parent, .name = name, .parent = parent});
    (void)trace_tasks_add(tasks, &(struct trace_task){.pid = 99, .name = name, .parent = 1});
    trace_table_record(table, 1, name, 3);
    stream_send_table(&stream, arena, 0, TRACE_TABLE_BOOT);

    struct decoded *decoded = decode(&capture);
    assert_int_equal(frames_of(decoded, STREAM_TASK), 3); /* 4 and 5 did nothing */
    for (uint32_t i = 0; i < 3; i++) {
        struct frame_reader reader = frame_reader_of(frame_of(decoded, STREAM_TASK, i));
        expect_number(&reader, i + 1);
    }
    release(decoded, &capture);
    free(arena);
}

static void each_phase_is_sent_once_and_a_skipped_one_never(void **state)
{
    (void)state;
    struct trace_arena *arena = arena_of(&shape);
    struct capture capture = {0};
    struct stream stream = stream_into(&capture);
    arena->phase_tsc[TRACE_PHASE_KERNEL] = 5;
    arena->phase_tsc[TRACE_PHASE_INIT] = 6;
    arena->phase = TRACE_PHASE_INIT;
    stream_send_phases(&stream, arena);
    stream_send_phases(&stream, arena);
    arena->phase = TRACE_PHASE_SHUTDOWN;
    arena->phase_tsc[TRACE_PHASE_SHUTDOWN] = 9;
    stream_send_phases(&stream, arena);
    stream_send_phases(&stream, arena);
    struct decoded *decoded = decode(&capture);
    static const struct {
        uint32_t index;
        const char *name;
        uint64_t tsc;
    } wanted[] = {{0, "kernel", 5}, {1, "init", 6}, {4, "shutdown", 9}};
    assert_int_equal(decoded->count, 3);
    for (size_t i = 0; i < 3; i++) {
        struct frame_reader reader = frame_reader_of(frame_of(decoded, STREAM_PHASE, i));
        expect_number(&reader, wanted[i].index);
        expect_text(&reader, wanted[i].name);
        expect_number(&reader, wanted[i].tsc);
        assert_true(frame_reader_done(&reader));
    }
    release(decoded, &capture);
    free(arena);
}

/* --- Clocks of CPUs -------------------------------------------------------------------------- */

static void expect_cpu(const struct decoded *decoded, size_t nth, uint32_t cpu, uint32_t apic_id,
                       uint64_t offset_zigzag, uint32_t uncertainty)
{
    struct frame_reader reader = frame_reader_of(frame_of(decoded, STREAM_CPU, nth));
    expect_number(&reader, cpu);
    expect_number(&reader, apic_id);
    expect_number(&reader, offset_zigzag);
    expect_number(&reader, uncertainty);
    assert_true(frame_reader_done(&reader));
}

static void the_clock_of_a_cpu_is_sent_once_it_is_known_and_again_when_it_has_changed(void **state)
{
    (void)state;
    struct trace_arena_config many = shape;
    many.cpus = TRACE_CPUS_MAX;
    struct trace_arena *arena = arena_of(&many);
    struct capture capture = {0};
    struct stream stream = stream_into(&capture);
    stream_send_cpus(&stream, arena); /* none is known */
    trace_arena_set_cpu_clock(arena, 1, &(struct trace_cpu_clock){.apic_id = 2});
    trace_arena_set_cpu_clock(
        arena, 31,
        &(struct trace_cpu_clock){.offset = INT64_MIN, .uncertainty = UINT32_MAX, .apic_id = 300});
    stream_send_cpu(&stream, arena, 1);
    stream_send_cpu(&stream, arena, 1);
    stream_send_cpus(&stream, arena);
    trace_arena_set_cpu_clock(
        arena, 1, &(struct trace_cpu_clock){.offset = -3, .uncertainty = 20, .apic_id = 2});
    stream_send_cpus(&stream, arena);
    stream_send_cpus(&stream, arena);
    struct decoded *decoded = decode(&capture);
    assert_int_equal(decoded->count, 3);
    expect_cpu(decoded, 0, 1, 2, 0, 0);
    expect_cpu(decoded, 1, 31, 300, UINT64_MAX, UINT32_MAX);
    expect_cpu(decoded, 2, 1, 2, 5, 20);
    release(decoded, &capture);
    free(arena);
}

static jmp_buf panic;
static uint32_t puts_left;

static void put_or_panic(void *context, const char *bytes, size_t length)
{
    if (puts_left-- == 0)
        longjmp(panic, 1);
    capture_put(context, bytes, length);
}

static void a_clock_whose_frame_was_cut_off_is_sent_again(void **state)
{
    (void)state;
    struct trace_arena *arena = arena_of(&shape);
    static struct capture capture;
    static struct stream stream;
    stream_start(&stream, (struct text_sink){put_or_panic, &capture});
    trace_arena_set_cpu_clock(arena, 1, &(struct trace_cpu_clock){.offset = 9, .apic_id = 1});
    puts_left = 1;
    if (setjmp(panic) == 0)
        stream_send_cpus(&stream, arena);
    puts_left = UINT32_MAX;
    assert_true(capture.length > 0);
    capture.length = 0; /* the piece */
    stream_send_cpus(&stream, arena);
    struct decoded *decoded = decode(&capture);
    assert_int_equal(decoded->count, 1);
    expect_cpu(decoded, 0, 1, 1, 18, 0);
    release(decoded, &capture);
    free(arena);
}

static void every_signed_number_has_its_zigzag(void **state)
{
    (void)state;
    static const struct {
        int64_t value;
        uint64_t zigzag;
    } cases[] = {{0, 0},
                 {-1, 1},
                 {1, 2},
                 {-2, 3},
                 {-64, 127},
                 {64, 128},
                 {INT64_MAX, UINT64_MAX - 1},
                 {INT64_MIN, UINT64_MAX}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_true(stream_zigzag(cases[i].value) == cases[i].zigzag);
        assert_true(stream_unzigzag(cases[i].zigzag) == cases[i].value);
    }
}

/* --- Payloads that lie ---------------------------------------------------------------------- */

static void a_cut_events_payload_ends_without_overread(void **state)
{
    (void)state;
    struct trace_arena *arena = arena_of(&shape);
    struct trace_table *table = trace_arena_table(arena, 0, TRACE_TABLE_BOOT);
    struct trace_usage usage = {1ull << 40, 300, 70000};
    for (uint64_t i = 0; i < 6; i++) {
        trace_table_record(table, 1000 * i, 200, 1);
        trace_table_record_usage(table, 1000 * i + 300, 300, 2, &usage);
    }
    struct capture capture = {0};
    struct stream stream = stream_into(&capture);
    stream_send_table(&stream, arena, 0, TRACE_TABLE_BOOT);
    struct decoded *decoded = decode(&capture);
    struct frame whole = *frame_of(decoded, STREAM_EVENTS, 0);
    for (size_t length = 0; length <= whole.length; length++) {
        uint8_t *payload = exact_copy(whole.payload, length);
        struct frame cut = whole;
        cut.payload = payload;
        cut.length = length;
        struct stream_events events = stream_events_of(&cut);
        struct stream_events full = stream_events_of(&whole);
        while (stream_events_next(&events)) { /* what comes is what was sent */
            assert_true(stream_events_next(&full));
            assert_int_equal(events.number, full.number);
            assert_int_equal(events.tsc, full.tsc);
            assert_int_equal(events.name, full.name);
            assert_int_equal(events.usage.out_blocks, full.usage.out_blocks);
        }
        assert_false(stream_events_next(&events));
        free(payload);
    }
    release(decoded, &capture);
    free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_events_cost_at_most_8_bytes_on_the_wire),
        cmocka_unit_test(events_of_every_kind_come_back_equal),
        cmocka_unit_test(events_with_extreme_values_come_back_equal),
        cmocka_unit_test(a_hole_in_the_numbering_is_kept),
        cmocka_unit_test(time_that_steps_back_is_kept),
        cmocka_unit_test(a_wrapped_table_sends_its_last_events_with_their_numbers),
        cmocka_unit_test(a_table_that_is_recorded_into_while_it_is_sent_matches_its_books),
        cmocka_unit_test(the_stream_describes_itself),
        cmocka_unit_test(a_table_frame_tells_the_books),
        cmocka_unit_test(a_cpu_that_nothing_tells_of_has_books_once_it_has_recorded),
        cmocka_unit_test(names_and_tasks_are_sent_once_and_before_their_events),
        cmocka_unit_test(the_tasks_that_led_to_one_are_sent_before_it),
        cmocka_unit_test(each_phase_is_sent_once_and_a_skipped_one_never),
        cmocka_unit_test(the_clock_of_a_cpu_is_sent_once_it_is_known_and_again_when_it_has_changed),
        cmocka_unit_test(a_clock_whose_frame_was_cut_off_is_sent_again),
        cmocka_unit_test(every_signed_number_has_its_zigzag),
        cmocka_unit_test(a_cut_events_payload_ends_without_overread),
    };
    return cmocka_run_group_tests_name("stream", tests, NULL, NULL);
}
