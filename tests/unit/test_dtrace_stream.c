/* Anonymous tracing on its way to the host: a source, its frames, and the source that is made of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "flight/capture_model.h"
#include "flight/report_dtrace.h"
#include "flight/verify.h"
#include "tests/unit/dtrace_draft.h"

enum {
    PROBE = 10
};

static struct draft draft;

/* --- A source with something of everything --- */

static void put_records(void)
{
    draft_probe(&draft, PROBE, "fbt", "unix", "foo", "entry");
    draft_ecb(&draft, 1, 1, 0);
    draft_ecb(&draft, 2, PROBE, 0);
    const struct dtrace_record *first = draft_record(&draft, 2, DOF_ACTION_PRINTF, 4, "%i %s %a\n");
    const struct dtrace_record *text =
        draft_record(&draft, 2, DOF_ACTION_PRINTF, 256, "%i %s %a\n");
    const struct dtrace_record *place = draft_record(&draft, 2, DOF_ACTION_PRINTF, 8, "%i %s %a\n");
    const struct dtrace_record *stack = draft_record(&draft, 2, DOF_ACTION_STACK, 32, NULL);
    ((struct dtrace_record *)text)->string = true;
    draft_emit(&draft, 0, 1, 1);
    for (uint32_t i = 0; i < 12; i++) {
        uint8_t *record = draft_emit(&draft, i % 2, 2, 10 + i);
        draft_put(record, first, i);
        draft_put_text(record, text,
                       i == 5 ? "a much longer text that fills a good part of a frame, and "
                                "goes on until two lines have to be made of it, as "
                                "there is a limit to what one of them may carry, which "
                                "is not that large"
                              : "short");
        draft_put(record, place, 0x1000 + i);
        draft_put_word(record, stack, 0, 0x2010 + i);
        draft_put_word(record, stack, 1, 0x5100 + i);
    }
}

static void put_fault(void)
{
    draft_ecb(&draft, 3, 3, 1);
    draft_ecb(&draft, 4, PROBE, 0); /* which has recorded nothing of its own */
    const uint64_t arguments[5] = {4, 1, 8, 1, 0x10};
    const struct dtrace_record *pieces[5];
    draft_ecb(&draft, 3, 3, 1);
    for (uint32_t i = 0; i < 5; i++)
        pieces[i] = draft_record(&draft, 3, DOF_ACTION_DIFEXPR, 8, NULL);
    uint8_t *record = draft_emit(&draft, 0, 3, 30);
    for (uint32_t i = 0; i < 5; i++)
        draft_put(record, pieces[i], arguments[i]);
}

static void put_aggregations(void)
{
    draft_aggregation(&draft, 1);
    const struct dtrace_record *key = draft_key(&draft, 1, DOF_ACTION_SYM, 8);
    const struct dtrace_record *data = draft_key(&draft, 1, DOF_AGGREGATION_QUANTIZE, 127 * 8);
    for (uint32_t i = 0; i < 6; i++) {
        uint8_t *record = draft_count(&draft, i % 2, 1, 1);
        draft_put(record, key, 0x1004 + i * 0x80);
        draft_put_word(record, data, 60 + i, i + 1);
    }
}

static void start(void)
{
    draft_start(&draft);
    draft.source.cpus = 2;
    draft.source.begin_cpu = 0;
    draft.source.status.dynamic_drops = 3;
    draft.source.status.killed = 2;
    draft.options[DOF_OPTION_TEMPORAL] = 1;
    draft.options[DOF_OPTION_CPU] = -1;
    put_records();
    put_fault();
    put_aggregations();
}

/* --- Texts --- */

static char *consumed(const struct dtrace_source *source)
{
    char *text = malloc(1 << 16);
    static _Alignas(16) uint8_t bytes[1 << 20];
    struct text_buffer buffer = {text, 1 << 16, 0};
    const struct text_sink sink = text_buffer_sink(&buffer);
    struct dtrace_memory memory = {bytes, sizeof bytes, 0};
    (void)dtrace_consume(&sink, source, &memory);
    return text;
}

/* --- Captures --- */

struct sheet {
    char bytes[1 << 16];
    size_t length;
    size_t room; /* characters until the machine panics */
    jmp_buf panic;
};

static struct sheet sheet;

static void put(void *context, const char *bytes, size_t length)
{
    struct sheet *to = context;
    size_t kept = length < to->room ? length : to->room;
    assert_true(length <= sizeof to->bytes - to->length);
    memcpy(to->bytes + to->length, bytes, kept);
    to->length += kept;
    to->room -= kept;
    if (kept < length)
        longjmp(to->panic, 1);
}

/* Sends the draft; after `room` characters it is cut off and, like a panic, called again. */
static void send_cut(size_t room)
{
    static struct stream stream;
    sheet.length = 0;
    sheet.room = room;
    const struct dtrace_source *source = draft_source(&draft);
    stream_start(&stream, (struct text_sink){put, &sheet});
    if (setjmp(sheet.panic) == 0) {
        dtrace_send(&stream, source);
        return;
    }
    sheet.room = SIZE_MAX;
    put(&sheet, "\r\n", 2);
    stream.writer.waits = 0; /* as frame_begin leaves them */
    dtrace_send(&stream, source);
}

static struct capture_model *read_sheet(void)
{
    struct capture_model *model = malloc(sizeof *model);
    uint8_t *exact = malloc(sheet.length + 1);
    memcpy(exact, sheet.bytes, sheet.length);
    assert_true(capture_model_read(model, exact, sheet.length, 0));
    free(exact);
    return model;
}

static void release(struct capture_model *model)
{
    capture_model_free(model);
    free(model);
}

static char *received(void)
{
    struct capture_model *model = read_sheet();
    const struct dtrace_source source = model_dtrace_source(&model->dtrace);
    assert_int_equal(model->malformed, 0);
    char *text = consumed(&source);
    release(model);
    return text;
}

static void expect_same(void)
{
    char *sent = consumed(draft_source(&draft)), *back = received();
    assert_string_equal(back, sent);
    free(sent);
    free(back);
}

/* --- Tests --- */

static void the_host_prints_what_the_kernel_would(void **state)
{
    (void)state;
    start();
    send_cut(SIZE_MAX);
    expect_same();
    char *text = received();
    assert_non_null(strstr(text, "11 short unix`f10+0xb"));
    assert_non_null(strstr(text, "error on enabled probe ID 4 (ID 10: fbt:unix:foo:entry)"));
    assert_non_null(strstr(text, "unix`f10   ")); /* two addresses, one key */
    assert_non_null(strstr(text, "3 dynamic variable drops"));
    free(text);
    draft_finish(&draft);
}

/* printf("x\n"); printa(@): the second has no format, which is not that of the first. */
static void a_piece_without_a_format_does_not_take_the_one_before(void **state)
{
    (void)state;
    start();
    draft_ecb(&draft, 5, PROBE, 0);
    draft_record(&draft, 5, DOF_ACTION_PRINTF, 0, "nothing but text\n");
    const struct dtrace_record *variable = draft_record(&draft, 5, DOF_ACTION_PRINTA, 8, NULL);
    draft_put(draft_emit(&draft, 0, 5, 40), variable, 1);
    send_cut(SIZE_MAX);
    expect_same();
    draft_finish(&draft);
}

static void a_ring_that_wrapped_keeps_its_order(void **state)
{
    (void)state;
    start();
    draft.options[DOF_OPTION_TEMPORAL] = DOF_OPTION_UNSET;
    draft.principals[1].wrapped = true;
    draft.principals[1].oldest = draft.principals[1].newest = draft.ecbs[2].size * 3;
    send_cut(SIZE_MAX);
    expect_same();
    draft_finish(&draft);
}

static void nothing_recorded_is_sent_in_few_frames(void **state)
{
    (void)state;
    draft_start(&draft);
    send_cut(SIZE_MAX);
    expect_same();
    draft_finish(&draft);
}

/* All of them would take three times as long. */
static void a_panic_at_every_third_character_costs_nothing(void **state)
{
    (void)state;
    start();
    draft.principals[1].wrapped = true;
    draft.principals[1].oldest = draft.principals[1].newest = draft.ecbs[2].size * 3;
    send_cut(SIZE_MAX);
    char *whole = received();
    size_t length = sheet.length;
    for (size_t room = 0; room < length; room += 3) {
        send_cut(room);
        char *text = received();
        assert_string_equal(text, whole);
        free(text);
    }
    free(whole);
    draft_finish(&draft);
}

/* The frame that begins at or behind `from`; false: there is none. */
static bool next_frame(size_t from, size_t *first, size_t *end)
{
    const char *found = memmem(sheet.bytes + from, sheet.length - from, "~{", 2);
    if (found == NULL)
        return false;
    *first = (size_t)(found - sheet.bytes);
    const char *line_end = memchr(found, '\n', sheet.length - *first);
    *end = (size_t)(line_end - sheet.bytes) + 1;
    return true;
}

static void ignore(void *context, const char *bytes, size_t length)
{
    (void)context;
    (void)bytes;
    (void)length;
}

/* The text without some frame, and whether verify finds a problem of tracing itself. */
static char *without(size_t first, size_t end, uint64_t *problems)
{
    static char saved[sizeof sheet.bytes];
    size_t length = sheet.length;
    memcpy(saved, sheet.bytes, length);
    memmove(sheet.bytes + first, sheet.bytes + end, length - end);
    sheet.length -= end - first;
    struct capture_model *model = read_sheet();
    const struct text_sink nowhere = {ignore, NULL};
    struct verify verify = {.sink = &nowhere, .model = model};
    verify_dtrace(&verify);
    *problems = verify.problems;
    const struct dtrace_source source = model_dtrace_source(&model->dtrace);
    char *text = consumed(&source);
    release(model);
    memcpy(sheet.bytes, saved, length);
    sheet.length = length;
    return text;
}

static uint32_t lines_of(const char *text, const char *part)
{
    uint32_t count = 0;
    for (const char *at = text; (at = strstr(at, part)) != NULL; at++)
        count++;
    return count;
}

static void a_lost_frame_of_records_costs_only_these(void **state)
{
    (void)state;
    start();
    send_cut(SIZE_MAX);
    char *whole = received();
    uint32_t records = lines_of(whole, "foo:entry "), lost = 0;
    for (size_t at = 0, end; next_frame(at, &at, &end); at = end) {
        if (sheet.bytes[at + 2] != STREAM_BYTES)
            continue;
        uint64_t problems;
        char *text = without(at, end, &problems);
        uint32_t left = lines_of(text, "foo:entry ");
        bool aggregation = left == records;
        assert_true(left + 4 >= records);
        assert_true(aggregation || problems > 0);
        lost += aggregation ? 0 : 1;
        free(text);
    }
    assert_true(lost >= 6);
    free(whole);
    draft_finish(&draft);
}

static void any_lost_frame_can_be_lived_with(void **state)
{
    (void)state;
    start();
    send_cut(SIZE_MAX);
    for (size_t at = 0, end; next_frame(at, &at, &end); at = end) {
        uint64_t problems;
        char *text = without(at, end, &problems);
        assert_true(strlen(text) > 0);
        if (sheet.bytes[at + 2] == STREAM_ECB)
            assert_true(strstr(text, "EPID") != NULL || strstr(text, "(ID unknown)") != NULL);
        if (sheet.bytes[at + 2] == STREAM_DTRACE)
            assert_true(problems > 0);
        free(text);
    }
    draft_finish(&draft);
}

/* A source of one clause, whose ids are as high as those of a large enabling. */
enum {
    HIGH_PROBE = 5129,
    HIGH_EPID = 65535,
    HIGH_RECORDS = 500,
};

static struct dtrace_ecb_description high = {.probe = HIGH_PROBE,
                                             .size = sizeof(struct dtrace_record_header)};

static const struct dtrace_probe_description *high_probe(void *context, uint32_t id)
{
    static const struct dtrace_probe_description probe = {HIGH_PROBE, "proc", "kernel", "f",
                                                          "exit"};
    (void)context;
    return id == HIGH_PROBE ? &probe : NULL;
}

static const struct dtrace_ecb_description *high_ecb(void *context, uint32_t epid)
{
    (void)context;
    return epid == high.epid ? &high : NULL;
}

static void send_high(uint32_t epid)
{
    static struct dtrace_record_header records[HIGH_RECORDS];
    static struct stream stream;
    high.epid = epid;
    for (uint32_t i = 0; i < HIGH_RECORDS; i++)
        records[i] = (struct dtrace_record_header){epid, 0, i};
    draft_start(&draft);
    draft.source.probe = high_probe;
    draft.source.ecb = high_ecb;
    draft.principals[0].bytes = (const uint8_t *)records;
    draft.principals[0].size = sizeof records;
    sheet.length = 0;
    sheet.room = SIZE_MAX;
    stream_start(&stream, (struct text_sink){put, &sheet});
    dtrace_send(&stream, &draft.source);
}

static uint32_t frames_of(enum stream_kind kind)
{
    uint32_t count = 0;
    for (size_t at = 0, end; next_frame(at, &at, &end); at = end)
        count += sheet.bytes[at + 2] == (char)kind;
    return count;
}

static void a_description_is_sent_once_however_high_its_id_is(void **state)
{
    (void)state;
    send_high(HIGH_EPID);
    assert_int_equal(frames_of(STREAM_PROBE), 1);
    assert_int_equal(frames_of(STREAM_ECB), 1);
    assert_true(frames_of(STREAM_BYTES) > 10);
}

static void an_aggregation_is_described_once_for_all_of_its_entries(void **state)
{
    (void)state;
    draft_start(&draft);
    draft_aggregation(&draft, 1);
    const struct dtrace_record *key = draft_key(&draft, 1, DOF_ACTION_DIFEXPR, 8);
    (void)draft_key(&draft, 1, DOF_AGGREGATION_COUNT, 8);
    for (uint32_t i = 0; i < 5; i++)
        draft_put(draft_count(&draft, 0, 1, 1), key, i);
    send_cut(SIZE_MAX);
    assert_int_equal(frames_of(STREAM_AGGREGATION), 1);
    draft_finish(&draft);
}

static void what_is_described_again_is_there_once(void **state)
{
    (void)state;
    send_high(HIGH_EPID + 1);
    assert_true(frames_of(STREAM_ECB) > 1);
    struct capture_model *model = read_sheet();
    assert_int_equal(model->malformed, 0);
    assert_int_equal(model->dtrace.ecb_count, 1);
    assert_int_equal(model->dtrace.buffers[STREAM_BUFFER_PRINCIPAL][0].received, HIGH_RECORDS);
    release(model);
}

/* --- Frames that no kernel sends --- */

struct payload {
    uint8_t bytes[512];
    size_t length;
};

static void put_number(struct payload *payload, uint64_t number)
{
    payload->length += frame_encode_unsigned(payload->bytes + payload->length, number);
}

static void put_numbers(struct payload *payload, const uint64_t *numbers, size_t count)
{
    for (size_t i = 0; i < count; i++)
        put_number(payload, numbers[i]);
}
#define PUT(payload, ...)                                                                          \
    put_numbers(payload, (const uint64_t[]){__VA_ARGS__},                                          \
                sizeof(const uint64_t[]){__VA_ARGS__} / sizeof(uint64_t))

static bool reads(struct model_dtrace *dtrace, enum stream_kind kind, const struct payload *payload)
{
    struct frame_reader reader = {payload->bytes, payload->bytes + payload->length, false};
    return model_dtrace_read(dtrace, (char)kind, &reader);
}

static void pieces_lie_in_their_record_and_not_in_each_other(void **state)
{
    (void)state;
    enum {
        RECORD = 32,
        NO_FORMAT = 0
    };
    static const struct {
        uint32_t size, offset, size_of_next, offset_of_next;
        bool good;
    } pieces[] = {
        {8, 16, 8, 24, true},    {20, 12, 0, 99, true},        {8, 24, 9, 16, true},
        {8, 25, 0, 0, false},    {1, 32, 0, 0, false},         {33, 0, 0, 0, false},
        {20, 12, 20, 12, false}, {1, UINT32_MAX, 0, 0, false}, {UINT32_MAX, 1, 0, 0, false},
    };
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        struct payload clause = {.length = 0}, aggregation = {.length = 0};
        struct payload both = {.length = 0};
        PUT(&clause, 1, PROBE, 0, RECORD);
        PUT(&aggregation, 1, 1, RECORD);
        PUT(&both, NO_FORMAT, DOF_ACTION_DIFEXPR, 1, pieces[i].size, pieces[i].offset, 0, 0);
        PUT(&both, NO_FORMAT, DOF_ACTION_DIFEXPR, 1, pieces[i].size_of_next,
            pieces[i].offset_of_next, 0, 0);
        memcpy(clause.bytes + clause.length, both.bytes, both.length);
        memcpy(aggregation.bytes + aggregation.length, both.bytes, both.length);
        clause.length += both.length;
        aggregation.length += both.length;
        struct model_dtrace *model = calloc(1, sizeof *model);
        assert_int_equal(reads(model, STREAM_ECB, &clause), pieces[i].good);
        assert_int_equal(reads(model, STREAM_AGGREGATION, &aggregation), pieces[i].good);
        model_dtrace_free(model);
        free(model);
    }
}

static void a_format_that_pieces_share_is_there_once(void **state)
{
    (void)state;
    struct payload clause = {.length = 0};
    PUT(&clause, 1, PROBE, 0, 24);
    PUT(&clause, STREAM_PIECE_FORMAT, DOF_ACTION_PRINTF, 4, 4, 12, 0, 0, 2, '%', 'd');
    PUT(&clause, STREAM_PIECE_AGAIN, DOF_ACTION_PRINTF, 4, 4, 16, 0, 0);
    PUT(&clause, STREAM_PIECE_FORMAT, DOF_ACTION_PRINTF, 4, 4, 20, 0, 0, 2, '%', 'x');
    struct model_dtrace *model = calloc(1, sizeof *model);
    assert_true(reads(model, STREAM_ECB, &clause));
    const struct dtrace_record *records = model->ecbs[0].records;
    assert_ptr_equal(records[1].format, records[0].format);
    assert_string_equal(records[1].format, "%d");
    assert_string_equal(records[2].format, "%x");
    model_dtrace_free(model);
    free(model);
}

/* A frame for the first 64 KiB of a run, all zeros. */
static void read_zeros(struct model_dtrace *model, struct payload *payload, uint32_t cpu,
                       uint32_t start, uint32_t length)
{
    PUT(payload, STREAM_BUFFER_PRINCIPAL, cpu, start, length, 0, STREAM_BYTES_MAX, STREAM_BYTES_MAX,
        0);
    assert_true(reads(model, STREAM_BYTES, payload));
}

static uint64_t bytes_of(const struct model_dtrace *model)
{
    uint64_t bytes = 0;
    for (uint32_t cpu = 0; cpu < TRACE_CPUS_MAX; cpu++)
        bytes += model->buffers[STREAM_BUFFER_PRINCIPAL][cpu].capacity;
    return bytes;
}

static void zeros_take_no_more_memory_than_a_kernel_has(void **state)
{
    (void)state;
    enum {
        MORE = 100,
        RUNS = MODEL_RUNS_MAX / STREAM_BYTES_MAX + MORE
    };
    static struct payload payloads[RUNS]; /* which the model reads again */
    struct model_dtrace *model = calloc(1, sizeof *model);
    for (uint32_t i = 0; i < RUNS; i++)
        read_zeros(model, &payloads[i], i % TRACE_CPUS_MAX, i / TRACE_CPUS_MAX * STREAM_BYTES_MAX,
                   STREAM_BYTES_MAX);
    model_dtrace_finish(model);
    assert_int_equal(model->incomplete, MORE);
    assert_true(bytes_of(model) <= 2ull * MODEL_RUNS_MAX);
    model_dtrace_free(model);
    free(model);
}

static void a_run_that_did_not_come_whole_takes_no_memory(void **state)
{
    (void)state;
    static struct payload payloads[100];
    struct model_dtrace *model = calloc(1, sizeof *model);
    for (uint32_t i = 0; i < 100; i++)
        read_zeros(model, &payloads[i], 0, i * MODEL_RUN_MAX, MODEL_RUN_MAX);
    model_dtrace_finish(model);
    assert_int_equal(model->incomplete, 100);
    assert_int_equal(bytes_of(model), 0);
    model_dtrace_free(model);
    free(model);
}

static void the_books_are_verified(void **state)
{
    (void)state;
    start();
    draft.principals[0].books.emitted++;
    draft.principals[1].books.kept++;
    send_cut(SIZE_MAX);
    struct capture_model *model = read_sheet();
    char text[2048];
    struct text_buffer buffer = {text, sizeof text, 0};
    const struct text_sink sink = text_buffer_sink(&buffer);
    struct verify verify = {.sink = &sink, .model = model};
    verify_dtrace(&verify);
    assert_string_equal(
        text, "books of the principal buffer, CPU 0 do not balance: 9 emitted, but 8 kept "
              "+ 0 overwritten + 0 dropped + 0 filtered\n"
              "books of the principal buffer, CPU 1 do not balance: 6 emitted, but 7 kept "
              "+ 0 overwritten + 0 dropped + 0 filtered\n"
              "books of the principal buffer, CPU 1: 7 kept, but 6 records were received\n");
    release(model);
    draft_finish(&draft);
}

static void the_report_says_what_did_not_come(void **state)
{
    (void)state;
    start();
    draft.principals[0].books.kept += 2;
    send_cut(SIZE_MAX);
    struct capture_model *model = read_sheet();
    char *text = malloc(1 << 16);
    struct text_buffer buffer = {text, 1 << 16, 0};
    const struct text_sink sink = text_buffer_sink(&buffer);
    report_dtrace_text(&sink, &model->dtrace);
    assert_non_null(strstr(text, "\nanonymous tracing\n"));
    assert_non_null(strstr(text, "CPU 0: 2 records of 10 did not come over the line\n"));
    free(text);
    release(model);
    draft_finish(&draft);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_host_prints_what_the_kernel_would),
        cmocka_unit_test(a_piece_without_a_format_does_not_take_the_one_before),
        cmocka_unit_test(a_ring_that_wrapped_keeps_its_order),
        cmocka_unit_test(nothing_recorded_is_sent_in_few_frames),
        cmocka_unit_test(a_panic_at_every_third_character_costs_nothing),
        cmocka_unit_test(a_lost_frame_of_records_costs_only_these),
        cmocka_unit_test(any_lost_frame_can_be_lived_with),
        cmocka_unit_test(a_description_is_sent_once_however_high_its_id_is),
        cmocka_unit_test(an_aggregation_is_described_once_for_all_of_its_entries),
        cmocka_unit_test(what_is_described_again_is_there_once),
        cmocka_unit_test(pieces_lie_in_their_record_and_not_in_each_other),
        cmocka_unit_test(a_format_that_pieces_share_is_there_once),
        cmocka_unit_test(zeros_take_no_more_memory_than_a_kernel_has),
        cmocka_unit_test(a_run_that_did_not_come_whole_takes_no_memory),
        cmocka_unit_test(the_books_are_verified),
        cmocka_unit_test(the_report_says_what_did_not_come),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
