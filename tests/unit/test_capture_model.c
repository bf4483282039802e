/* What a capture says about one boot: small captures, each about one thing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
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

/* A phase frame with the fields that a phase has, and `more` bytes behind them. */
static void put_phase(struct sheet *sheet, const char *more, size_t length)
{
    frame_begin(&sheet->writer, STREAM_PHASE);
    frame_put_unsigned(&sheet->writer, TRACE_PHASE_INIT);
    put_text(sheet, "init");
    frame_put_unsigned(&sheet->writer, 300);
    frame_put_bytes(&sheet->writer, more, length);
    frame_end(&sheet->writer);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_without_a_schema_have_the_fields_that_are_known),
        cmocka_unit_test(frames_of_a_longer_schema_are_read_as_far_as_they_are_known),
        cmocka_unit_test(a_payload_that_ends_before_its_own_schema_is_malformed),
        cmocka_unit_test(frames_of_another_schema_are_malformed),
        cmocka_unit_test(a_schema_holds_wherever_it_stands),
        cmocka_unit_test(a_second_schema_of_a_kind_is_malformed_unless_it_says_the_same),
        cmocka_unit_test(a_schema_is_of_one_letter_and_of_a_sensible_length),
    };
    return cmocka_run_group_tests_name("capture model", tests, NULL, NULL);
}
