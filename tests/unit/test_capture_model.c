/* What a capture says about one boot: small captures, each about one thing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "flight/capture_model.h"

/* --- Captures ---------------------------------------------------------------------------- */

struct sheet {
    struct frame_writer writer;
    char bytes[4096];
    size_t length;
};

static void sheet_put(void *context, const char *bytes, size_t length)
{
    struct sheet *sheet = context;
    assert_true(length <= sizeof sheet->bytes - sheet->length);
    memcpy(sheet->bytes + sheet->length, bytes, length);
    sheet->length += length;
}

static void sheet_start(struct sheet *sheet)
{
    *sheet = (struct sheet){.writer = {.sink = {sheet_put, sheet}}};
}

static void put_text(struct sheet *sheet, const char *text)
{
    frame_put_string(&sheet->writer, text, strlen(text));
}

static void put_schema(struct sheet *sheet, const char *kind, const char *fields)
{
    frame_begin(&sheet->writer, STREAM_SCHEMA);
    put_text(sheet, kind);
    put_text(sheet, fields);
    frame_end(&sheet->writer);
}

/* A phase frame of that time, and `more` bytes behind its fields. */
static void put_phase_at(struct sheet *sheet, uint64_t tsc, const char *more, size_t length)
{
    frame_begin(&sheet->writer, STREAM_PHASE);
    frame_put_unsigned(&sheet->writer, TRACE_PHASE_INIT);
    put_text(sheet, "init");
    frame_put_unsigned(&sheet->writer, tsc);
    frame_put_bytes(&sheet->writer, more, length);
    frame_end(&sheet->writer);
}

static void put_phase(struct sheet *sheet, const char *more, size_t length)
{
    put_phase_at(sheet, 300, more, length);
}

/* Reads the capture from memory of exactly its size. */
static struct capture_model *model_of(const struct sheet *sheet)
{
    struct capture_model *model = malloc(sizeof *model);
    uint8_t *exact = malloc(sheet->length == 0 ? 1 : sheet->length);
    assert_non_null(model);
    assert_non_null(exact);
    memcpy(exact, sheet->bytes, sheet->length);
    assert_true(capture_model_read(model, exact, sheet->length, 0));
    assert_int_equal(model->boots, 1);
    free(exact);
    return model;
}

static void release(struct capture_model *model)
{
    capture_model_free(model);
    free(model);
}

/* --- Schemas ------------------------------------------------------------------------------- */

static void expect_phase(const struct sheet *sheet, bool known, uint64_t malformed)
{
    struct capture_model *model = model_of(sheet);
    assert_int_equal(model->phase[TRACE_PHASE_INIT].known, known);
    if (known)
        assert_int_equal(model->phase[TRACE_PHASE_INIT].tsc, 300);
    assert_int_equal(model->malformed, malformed);
    release(model);
}

static void a_phase_may_be_sent_again_but_not_with_another_time(void **state)
{
    (void)state;
    struct sheet sheet;
    sheet_start(&sheet);
    put_phase(&sheet, NULL, 0);
    put_phase(&sheet, NULL, 0);
    expect_phase(&sheet, true, 0);
    put_phase_at(&sheet, 299, NULL, 0);
    put_phase_at(&sheet, 301, NULL, 0);
    expect_phase(&sheet, true, 2);
}

static void frames_without_a_schema_have_the_fields_that_are_known(void **state)
{
    (void)state;
    struct sheet sheet;
    sheet_start(&sheet);
    put_phase(&sheet, "more", 4);
    expect_phase(&sheet, true, 0);
}

static void frames_of_a_longer_schema_are_read_as_far_as_they_are_known(void **state)
{
    (void)state;
    struct sheet sheet;
    sheet_start(&sheet);
    put_schema(&sheet, "P", "index:u name:s tsc:u cpu:u note:s");
    put_phase(&sheet, "\x01\x02ok", 4);
    expect_phase(&sheet, true, 0);
}

static void a_payload_that_ends_before_its_own_schema_is_malformed(void **state)
{
    (void)state;
    for (size_t length = 0; length < 4; length++) {
        struct sheet sheet;
        sheet_start(&sheet);
        put_schema(&sheet, "P", "index:u name:s tsc:u cpu:u note:s");
        put_phase(&sheet, "\x01\x02ok", length);
        expect_phase(&sheet, false, 1);
    }
}

static void frames_of_another_schema_are_malformed(void **state)
{
    (void)state;
    static const char *const others[] = {"index:u tsc:u name:s", "index:u name:s", "", "x:u"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        struct sheet sheet;
        sheet_start(&sheet);
        put_schema(&sheet, "P", others[i]);
        put_phase(&sheet, NULL, 0);
        expect_phase(&sheet, false, 1);
    }
}

static void a_schema_holds_wherever_it_stands(void **state)
{
    (void)state;
    struct sheet sheet;
    sheet_start(&sheet);
    put_phase(&sheet, NULL, 0);
    put_schema(&sheet, "P", "index:u tsc:u name:s");
    expect_phase(&sheet, false, 1);
}

static void a_second_schema_of_a_kind_is_malformed_unless_it_says_the_same(void **state)
{
    (void)state;
    struct sheet sheet;
    sheet_start(&sheet);
    put_schema(&sheet, "P", "index:u name:s tsc:u");
    put_schema(&sheet, "P", "index:u name:s tsc:u");
    put_phase(&sheet, NULL, 0);
    expect_phase(&sheet, true, 0);
    put_schema(&sheet, "P", "index:u name:s");
    expect_phase(&sheet, true, 1);
}

static void a_schema_is_of_one_letter_and_of_a_sensible_length(void **state)
{
    (void)state;
    static const char *const kinds[] = {"", "PP", "\x80", "\xff"};
    char fields[1026] = "";
    struct sheet sheet;
    sheet_start(&sheet);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        put_schema(&sheet, kinds[i], "index:u");
    expect_phase(&sheet, false, 4);
    memset(fields, 'x', 1025);
    put_schema(&sheet, "X", fields);
    expect_phase(&sheet, false, 5);
    put_schema(&sheet, "X", fields + 1);
    expect_phase(&sheet, false, 5);
}

/* --- Modules ------------------------------------------------------------------------------- */

static const char first_fields[] = "index:u command_line:s name:s type:s size:u";

/* What stands in a module frame, `length` bytes of it. */
static void put_module(struct sheet *sheet, size_t length)
{
    static const char payload[] = "\x07"
                                  "\x03"
                                  "a b"
                                  "\x01"
                                  "a"
                                  "\x04"
                                  "file"
                                  "\x80\x01"
                                  "\x06"
                                  "sha1:0"
                                  "\x08"
                                  "mismatch";
    assert_true(length < sizeof payload);
    frame_begin(&sheet->writer, STREAM_MODULE);
    frame_put_bytes(&sheet->writer, payload, length);
    frame_end(&sheet->writer);
}

/* Where the fields of that payload end: the first ones, digest, state. */
enum {
    END_FIRST = 14,
    END_DIGEST = END_FIRST + 7,
    END_STATE = END_DIGEST + 9,
};

static void expect_words(struct frame_string string, const char *wanted)
{
    if (wanted == NULL)
        assert_null(string.text);
    else
        assert_true(frame_string_is(string, wanted));
}

/* Reads the capture, in which there is one module frame. */
static void expect_module(const struct sheet *sheet, bool known, const char *digest,
                          const char *state)
{
    struct capture_model *model = model_of(sheet);
    assert_int_equal(model->malformed, known ? 0 : 1);
    assert_int_equal(model->module_count, known ? 1 : 0);
    if (known) {
        assert_int_equal(model->modules[0].index, 7);
        assert_int_equal(model->modules[0].size, 128);
        expect_words(model->modules[0].command_line, "a b");
        expect_words(model->modules[0].type, "file");
        expect_words(model->modules[0].digest, digest);
        expect_words(model->modules[0].state, state);
    }
    release(model);
}

static void a_module_has_what_the_schema_says_and_is_malformed_if_cut_before_that(void **state)
{
    (void)state;
    static const struct {
        const char *behind;
        size_t end;
        const char *digest;
        const char *state;
    } schemas[] = {
        {"", END_FIRST, NULL, NULL},
        {" digest:s", END_DIGEST, "sha1:0", NULL},
        {" digest:s state:s", END_STATE, "sha1:0", "mismatch"},
    };
    for (size_t i = 0; i < sizeof schemas / sizeof schemas[0]; i++)
        for (size_t length = 0; length <= END_STATE; length++) {
            char fields[128];
            (void)snprintf(fields, sizeof fields, "%s%s", first_fields, schemas[i].behind);
            struct sheet sheet;
            sheet_start(&sheet);
            put_schema(&sheet, "M", fields);
            put_module(&sheet, length);
            expect_module(&sheet, length >= schemas[i].end, schemas[i].digest, schemas[i].state);
        }
}

static void a_module_without_a_schema_has_the_first_fields_or_all(void **state)
{
    (void)state;
    for (size_t length = 0; length <= END_STATE; length++) {
        struct sheet sheet;
        sheet_start(&sheet);
        put_module(&sheet, length);
        if (length == END_STATE)
            expect_module(&sheet, true, "sha1:0", "mismatch");
        else
            expect_module(&sheet, length == END_FIRST, NULL, NULL);
    }
}

static void a_module_without_its_first_fields_is_malformed(void **state)
{
    (void)state;
    static const char *const others[] = {"index:u command_line:s name:s type:s", "index:u",
                                         "index:u command_line:s name:s type:s size:u state:s"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        struct sheet sheet;
        sheet_start(&sheet);
        put_schema(&sheet, "M", others[i]);
        put_module(&sheet, END_STATE);
        expect_module(&sheet, false, NULL, NULL);
    }
}

/* --- Events -------------------------------------------------------------------------------- */

/* Three events of the boot table, from number `first` on, one cycle apart. */
static void put_events(struct sheet *sheet, uint32_t cpu, uint64_t first, uint64_t tsc)
{
    frame_begin(&sheet->writer, STREAM_EVENTS);
    frame_put_unsigned(&sheet->writer, TRACE_TABLE_BOOT);
    frame_put_unsigned(&sheet->writer, cpu);
    frame_put_unsigned(&sheet->writer, first);
    frame_put_unsigned(&sheet->writer, tsc);
    for (uint32_t i = 0; i < 3; i++)
        frame_put_unsigned(&sheet->writer, 1 << 3);
    frame_end(&sheet->writer);
}

static void an_event_that_comes_twice_counts_once_the_first_time(void **state)
{
    (void)state;
    struct sheet sheet;
    sheet_start(&sheet);
    put_events(&sheet, 0, 10, 500);
    put_events(&sheet, 1, 10, 700);
    put_events(&sheet, 0, 12, 100); /* 12 has come, 13 and 14 are new */
    struct capture_model *model = model_of(&sheet);
    const struct model_events *events = &model->events[TRACE_TABLE_BOOT];
    assert_int_equal(events->count, 8);
    assert_int_equal(events->repeated, 1);
    assert_int_equal(model->books[TRACE_TABLE_BOOT][0].received, 5);
    assert_int_equal(model->books[TRACE_TABLE_BOOT][1].received, 3);
    assert_int_equal(model->malformed, 0);
    static const uint64_t wanted[][2] = {{13, 102}, {14, 103}, {10, 501}, {11, 502},
                                         {12, 503}, {10, 701}, {11, 702}, {12, 703}};
    for (size_t i = 0; i < 8; i++) {
        assert_int_equal(events->items[i].number, wanted[i][0]);
        assert_int_equal(events->items[i].tsc, wanted[i][1]);
    }
    assert_int_equal(events->items[8].number, 12); /* set apart */
    assert_int_equal(events->items[8].tsc, 101);
    release(model);
}

/* --- CPUs ---------------------------------------------------------------------------------- */

static void put_cpu(struct sheet *sheet, uint64_t cpu, uint64_t apic_id, int64_t offset,
                    uint64_t uncertainty)
{
    frame_begin(&sheet->writer, STREAM_CPU);
    frame_put_unsigned(&sheet->writer, cpu);
    frame_put_unsigned(&sheet->writer, apic_id);
    frame_put_unsigned(&sheet->writer, stream_zigzag(offset));
    frame_put_unsigned(&sheet->writer, uncertainty);
    frame_end(&sheet->writer);
}

static void the_last_clock_of_a_cpu_corrects_all_of_its_events(void **state)
{
    (void)state;
    struct sheet sheet;
    sheet_start(&sheet);
    put_cpu(&sheet, 2, 4, 77, 9);
    put_events(&sheet, 0, 0, 500);
    put_events(&sheet, 1, 0, 1499); /* 500, 501, 502 of the boot CPU */
    put_events(&sheet, 2, 0, 400);  /* 502, 503, 504 */
    put_cpu(&sheet, 2, 4, 101, 3);
    put_cpu(&sheet, 1, 1, -1000, 5);
    struct capture_model *model = model_of(&sheet);
    const struct model_events *events = &model->events[TRACE_TABLE_BOOT];
    assert_int_equal(model->malformed, 0);
    assert_int_equal(capture_model_cpus(model), 3);
    assert_int_equal(capture_model_cpu_events(model, 1), 3);
    assert_int_equal(model->cpu[2].apic_id, 4);
    assert_int_equal(model->cpu[2].uncertainty, 3);
    assert_false(model->cpu[0].known);
    static const uint64_t wanted[][2] = {{1, 500}, {0, 501}, {1, 501}, {0, 502}, {1, 502},
                                         {2, 502}, {0, 503}, {2, 503}, {2, 504}};
    assert_int_equal(events->count, 9);
    for (size_t i = 0; i < 9; i++) {
        assert_int_equal(events->items[i].cpu, wanted[i][0]);
        assert_int_equal(events->items[i].tsc, wanted[i][1]);
        assert_int_equal(model->cpu[wanted[i][0]].beyond, 0);
    }
    release(model);
}

static void an_absurd_offset_keeps_the_order_and_counts_what_left_time(void **state)
{
    (void)state;
    struct sheet sheet;
    sheet_start(&sheet);
    put_events(&sheet, 1, 0, (1ull << 63) - 2); /* to 2^64 - 2, - 1, and beyond */
    put_events(&sheet, 2, 0, (1ull << 63) - 2); /* to before 0, 0, 1 */
    put_cpu(&sheet, 1, 1, INT64_MAX, 0);
    put_cpu(&sheet, 2, 2, INT64_MIN, 0);
    struct capture_model *model = model_of(&sheet);
    const struct model_events *events = &model->events[TRACE_TABLE_BOOT];
    static const uint64_t wanted[] = {0, 0, 1, UINT64_MAX - 1, UINT64_MAX, UINT64_MAX};
    assert_int_equal(events->count, 6);
    for (size_t i = 0; i < 6; i++) {
        assert_true(events->items[i].tsc == wanted[i]);
        assert_int_equal(events->items[i].number, i % 3);
    }
    assert_int_equal(model->cpu[1].beyond, 1);
    assert_int_equal(model->cpu[2].beyond, 1);
    release(model);
}

static void a_cpu_that_cannot_be_is_malformed(void **state)
{
    (void)state;
    struct sheet sheet;
    sheet_start(&sheet);
    put_cpu(&sheet, TRACE_CPUS_MAX, 0, 0, 0);
    put_cpu(&sheet, (1ull << 32) + 1, 0, 0, 0);
    put_cpu(&sheet, 1, 1ull << 32, 0, 0);
    put_cpu(&sheet, 1, 0, 0, 1ull << 32);
    put_cpu(&sheet, 0, 0, -1, 0); /* the boot CPU's is the clock that counts */
    struct capture_model *model = model_of(&sheet);
    assert_int_equal(model->malformed, 5);
    assert_int_equal(capture_model_cpus(model), 1);
    release(model);

    put_cpu(&sheet, 0, 3, 0, 0);
    put_cpu(&sheet, TRACE_CPUS_MAX - 1, 300, 0, 0);
    model = model_of(&sheet);
    assert_int_equal(model->malformed, 5);
    assert_int_equal(model->cpu[0].apic_id, 3);
    assert_int_equal(capture_model_cpus(model), TRACE_CPUS_MAX);
    release(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_phase_may_be_sent_again_but_not_with_another_time),
        cmocka_unit_test(frames_without_a_schema_have_the_fields_that_are_known),
        cmocka_unit_test(frames_of_a_longer_schema_are_read_as_far_as_they_are_known),
        cmocka_unit_test(a_payload_that_ends_before_its_own_schema_is_malformed),
        cmocka_unit_test(frames_of_another_schema_are_malformed),
        cmocka_unit_test(a_schema_holds_wherever_it_stands),
        cmocka_unit_test(a_second_schema_of_a_kind_is_malformed_unless_it_says_the_same),
        cmocka_unit_test(a_schema_is_of_one_letter_and_of_a_sensible_length),
        cmocka_unit_test(a_module_has_what_the_schema_says_and_is_malformed_if_cut_before_that),
        cmocka_unit_test(a_module_without_a_schema_has_the_first_fields_or_all),
        cmocka_unit_test(a_module_without_its_first_fields_is_malformed),
        cmocka_unit_test(an_event_that_comes_twice_counts_once_the_first_time),
        cmocka_unit_test(the_last_clock_of_a_cpu_corrects_all_of_its_events),
        cmocka_unit_test(an_absurd_offset_keeps_the_order_and_counts_what_left_time),
        cmocka_unit_test(a_cpu_that_cannot_be_is_malformed),
    };
    return cmocka_run_group_tests_name("capture model", tests, NULL, NULL);
}
