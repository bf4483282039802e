/* What a claim tells programs: each line an object, in the order in which the text would be printed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "flight/report_dtrace_lines.h"
#include "tests/unit/dtrace_draft.h"

enum {
    LINES_MAX = 64
};

static struct draft draft;
static json_t *line[LINES_MAX];
static uint32_t lines;

static int start(void **state)
{
    (void)state;
    draft_start(&draft);
    return 0;
}

static int finish(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < lines; i++)
        json_decref(line[i]);
    lines = 0;
    return 0;
}

static void take_lines(char *text)
{
    for (char *at = text, *end; (end = strchr(at, '\n')) != NULL; at = end + 1) {
        json_error_t error;
        assert_true(lines < LINES_MAX);
        line[lines] = json_loadb(at, (size_t)(end - at), JSON_ALLOW_NUL, &error);
        assert_true(json_is_object(line[lines]));
        lines++;
    }
}

static void print_within(size_t room)
{
    static _Alignas(16) uint8_t bytes[1 << 20];
    struct dtrace_memory memory = {bytes, room, 0};
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    (void)report_dtrace_write_lines(out, draft_source(&draft), &memory);
    fclose(out);
    draft_finish(&draft);
    take_lines(text);
    free(text);
}

static void print(void)
{
    print_within(1 << 20);
}

static const char *string(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static json_int_t number(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    assert_true(json_is_integer(value));
    return json_integer_value(value);
}

/* An object's item of a list. */
static const json_t *item(const json_t *object, const char *key, size_t index)
{
    return json_array_get(json_object_get(object, key), index);
}

static void expect_json(const json_t *value, const char *expected)
{
    char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
    assert_string_equal(text, expected);
    free(text);
}

static struct dtrace_record *one_piece(uint16_t action, uint32_t size, const char *format)
{
    draft_probe(&draft, 10, "fbt", "unix", "foo", "entry");
    draft_ecb(&draft, 1, 10, 0);
    return draft_record(&draft, 1, action, size, format);
}

/* --- Records --- */

static void a_record_says_where_it_comes_from(void **state)
{
    (void)state;
    const struct dtrace_record *piece = one_piece(DOF_ACTION_DIFEXPR, 8, NULL);
    draft.source.cpus = 2;
    draft_put(draft_emit(&draft, 1, 1, 77), piece, (uint64_t)-5);
    print();
    assert_int_equal(lines, 1);
    assert_string_equal(string(line[0], "type"), "record");
    assert_int_equal(number(line[0], "cpu"), 1);
    assert_int_equal(number(line[0], "ns"), 77);
    assert_int_equal(number(line[0], "epid"), 1);
    assert_string_equal(string(json_object_get(line[0], "probe"), "function"), "foo");
    expect_json(json_object_get(line[0], "data"), "[{\"action\":\"trace\",\"value\":-5}]");
}

static void numbers_have_the_sign_that_trace_gives_them(void **state)
{
    (void)state;
    static const struct {
        uint32_t size;
        json_int_t value;
    } cases[] = {{1, 255}, {2, 65535}, {4, -1}, {8, -1}};
    one_piece(DOF_ACTION_DIFEXPR, cases[0].size, NULL);
    for (uint32_t i = 1; i < 4; i++)
        draft_record(&draft, 1, DOF_ACTION_DIFEXPR, cases[i].size, NULL);
    uint8_t *record = draft_emit(&draft, 0, 1, 0);
    for (uint32_t i = 0; i < 4; i++)
        draft_put(record, &draft.ecbs[1].records[i], UINT64_MAX);
    print();
    for (uint32_t i = 0; i < 4; i++)
        assert_int_equal(number(item(line[0], "data", i), "value"), cases[i].value);
}

static void a_printf_has_its_text_and_its_values(void **state)
{
    (void)state;
    const struct dtrace_record *first = one_piece(DOF_ACTION_PRINTF, 4, "%d is %s\n");
    const struct dtrace_record *second =
        draft_record(&draft, 1, DOF_ACTION_PRINTF, 16, "%d is %s\n");
    const struct dtrace_record *third = draft_record(&draft, 1, DOF_ACTION_DIFEXPR, 4, NULL);
    uint8_t *record = draft_emit(&draft, 0, 1, 0);
    draft_put(record, first, 7);
    draft_put_text(record, second, "seven");
    draft_put(record, third, 8);
    print();
    expect_json(json_object_get(line[0], "data"),
                "[{\"action\":\"printf\",\"format\":\"%d is %s\\n\",\"values\":[7,\"seven\"],"
                "\"text\":\"7 is seven\\n\"},{\"action\":\"trace\",\"value\":8}]");
}

static void a_stack_is_a_list_of_places(void **state)
{
    (void)state;
    const struct dtrace_record *piece = one_piece(DOF_ACTION_STACK, 24, NULL);
    uint8_t *record = draft_emit(&draft, 0, 1, 0);
    draft_put_word(record, piece, 0, 0x1004);
    draft_put_word(record, piece, 1, 0x20);
    print();
    expect_json(item(line[0], "data", 0),
                "{\"action\":\"stack\",\"frames\":[{\"address\":4100,\"module\":\"unix\","
                "\"function\":\"f10\",\"offset\":4},{\"address\":32}]}");
}

static void tracemem_has_as_many_bytes_as_it_was_told(void **state)
{
    (void)state;
    const struct dtrace_record *limit = one_piece(DOF_ACTION_TRACEMEM_DYNSIZE, 8, NULL);
    const struct dtrace_record *piece = draft_record(&draft, 1, DOF_ACTION_TRACEMEM, 4, NULL);
    uint8_t *record = draft_emit(&draft, 0, 1, 0);
    draft_put(record, limit, 2);
    draft_put_text(record, piece, "ABCD");
    print();
    expect_json(json_object_get(line[0], "data"),
                "[{\"action\":\"tracemem\",\"value\":{\"bytes\":[\"4142\"]}}]");
}

static void exit_tells_its_status(void **state)
{
    (void)state;
    const struct dtrace_record *piece = one_piece(DOF_ACTION_EXIT, 4, NULL);
    draft_put(draft_emit(&draft, 0, 1, 0), piece, 3);
    print();
    expect_json(json_object_get(line[0], "data"), "[{\"action\":\"exit\",\"value\":3}]");
}

/* --- Aggregations --- */

static uint8_t *count(uint32_t cpu, uint16_t kind, uint32_t words, const char *key)
{
    draft_aggregation(&draft, 1);
    draft_key(&draft, 1, DOF_ACTION_DIFEXPR, 8);
    draft_key(&draft, 1, kind, words * 8);
    uint8_t *record = draft_count(&draft, cpu, 1, 9);
    draft_put_text(record, &draft.aggregations[1].records[1], key);
    return record;
}

static void put_word(uint8_t *record, uint32_t word, uint64_t value)
{
    draft_put_word(record, &draft.aggregations[1].records[2], word, value);
}

static void an_aggregation_is_merged_and_has_its_keys(void **state)
{
    (void)state;
    draft.source.cpus = 2;
    draft_aggregation(&draft, 1);
    const struct dtrace_record *key = draft_key(&draft, 1, DOF_ACTION_DIFEXPR, 4);
    const struct dtrace_record *data = draft_key(&draft, 1, DOF_AGGREGATION_AVG, 16);
    for (uint32_t cpu = 0; cpu < 2; cpu++) {
        uint8_t *record = draft_count(&draft, cpu, 1, 9);
        draft_put(record, key, 42);
        draft_put_word(record, data, 0, 2);
        draft_put_word(record, data, 1, 10);
    }
    print();
    assert_int_equal(lines, 1);
    expect_json(line[0],
                "{\"type\":\"aggregation\",\"keys\":[42],\"variable\":9,\"function\":\"avg\","
                "\"normal\":1,\"value\":5}");
}

static void buckets_say_where_they_begin_and_end(void **state)
{
    (void)state;
    uint8_t *record = count(0, DOF_AGGREGATION_QUANTIZE, 127, "x");
    static const uint32_t buckets[] = {0, 61, 62, 63, 64, 66, 126};
    for (uint32_t i = 0; i < sizeof buckets / sizeof *buckets; i++)
        put_word(record, buckets[i], i + 1);
    print();
    expect_json(json_object_get(line[0], "buckets"),
                "[{\"min\":-9223372036854775808,\"max\":-4611686018427387904,\"count\":1},"
                "{\"min\":-3,\"max\":-2,\"count\":2},{\"min\":-1,\"max\":-1,\"count\":3},"
                "{\"min\":0,\"max\":0,\"count\":4},{\"min\":1,\"max\":1,\"count\":5},"
                "{\"min\":4,\"max\":7,\"count\":6},"
                "{\"min\":4611686018427387904,\"max\":9223372036854775807,\"count\":7}]");
}

static void linear_buckets_are_open_at_both_ends(void **state)
{
    (void)state;
    uint8_t *record = count(0, DOF_AGGREGATION_LQUANTIZE, 5, "x");
    put_word(record, 0, 5ull << 48 | 2ull << 32 | 10); /* from 10, 2 levels of 5 */
    for (uint32_t i = 1; i < 5; i++)
        put_word(record, i, i);
    print();
    expect_json(json_object_get(line[0], "buckets"),
                "[{\"min\":null,\"max\":9,\"count\":1},{\"min\":10,\"max\":14,\"count\":2},"
                "{\"min\":15,\"max\":19,\"count\":3},{\"min\":20,\"max\":null,\"count\":4}]");
}

static void logarithmic_buckets_follow_their_steps(void **state)
{
    (void)state;
    /* Factor 10, magnitudes 0 to 1, 10 steps: 1 to 9 one by one, then 10 to 90. */
    uint8_t *record = count(0, DOF_AGGREGATION_LLQUANTIZE, 21, "x");
    put_word(record, 0, 10ull << 48 | 0ull << 32 | 1ull << 16 | 10);
    for (uint32_t i = 1; i < 21; i++)
        put_word(record, i, i == 1 || i == 2 || i == 11 || i == 19 || i == 20 ? i : 0);
    print();
    expect_json(json_object_get(line[0], "buckets"),
                "[{\"min\":null,\"max\":0,\"count\":1},{\"min\":1,\"max\":1,\"count\":2},"
                "{\"min\":10,\"max\":19,\"count\":11},{\"min\":90,\"max\":99,\"count\":19},"
                "{\"min\":100,\"max\":null,\"count\":20}]");
}

static void a_printa_has_its_rows_and_is_not_told_again(void **state)
{
    (void)state;
    const struct dtrace_record *piece = one_piece(DOF_ACTION_PRINTA, 8, "%s %@d\n");
    draft_put(draft_emit(&draft, 0, 1, 0), piece, 9);
    uint8_t *record = count(0, DOF_AGGREGATION_COUNT, 1, "abc");
    put_word(record, 0, 12);
    print();
    assert_int_equal(lines, 1);
    const json_t *printa = item(line[0], "data", 0);
    assert_string_equal(string(printa, "text"), "abc 12\n");
    expect_json(json_object_get(printa, "variables"), "[9]");
    expect_json(item(item(printa, "rows", 0), "values", 0),
                "{\"variable\":9,\"function\":\"count\",\"normal\":1,\"value\":12}");
}

/* --- What went wrong --- */

static void an_option_that_cannot_be_set_is_an_error_without_an_instruction(void **state)
{
    (void)state;
    struct dtrace_record *name = one_piece(DOF_ACTION_LIBACT, 32, NULL);
    struct dtrace_record *value = draft_record(&draft, 1, DOF_ACTION_LIBACT, 32, NULL);
    name->arg = value->arg = DOF_LIBACT_SETOPT;
    name->string = value->string = true;
    uint8_t *record = draft_emit(&draft, 0, 1, 30);
    draft_put_text(record, name, "colour");
    draft_put_text(record, value, "red");
    print();
    assert_string_equal(string(line[0], "type"), "error");
    assert_string_equal(string(line[0], "fault"), "Invalid option name");
    assert_true(json_is_null(json_object_get(line[0], "offset")));
}

static void an_error_tells_the_clause_and_the_fault(void **state)
{
    (void)state;
    static const uint64_t arguments[] = {1, 2, 8, 1, 0xdead};
    one_piece(DOF_ACTION_DIFEXPR, 8, NULL);
    draft_ecb(&draft, 3, 10, 1);
    for (uint32_t i = 0; i < 5; i++)
        draft_record(&draft, 3, DOF_ACTION_DIFEXPR, 8, NULL);
    uint8_t *record = draft_emit(&draft, 0, 3, 30);
    for (uint32_t i = 0; i < 5; i++)
        draft_put(record, &draft.ecbs[3].records[i], arguments[i]);
    print();
    assert_int_equal(lines, 1);
    assert_string_equal(string(line[0], "type"), "error");
    assert_string_equal(string(line[0], "fault"), "invalid address");
    assert_string_equal(string(json_object_get(line[0], "probe"), "name"), "entry");
    assert_int_equal(number(line[0], "action"), 2);
    assert_int_equal(number(line[0], "offset"), 8);
    assert_int_equal(number(line[0], "address"), 0xdead);
    assert_string_equal(string(line[0], "text"),
                        "dtrace: error on enabled probe ID 1 (ID 10: fbt:unix:foo:entry): invalid "
                        "address (0xdead) in action #2 at DIF offset 8");
}

static void losses_have_their_number_and_their_cpu(void **state)
{
    (void)state;
    draft.source.status.dynamic_drops = 3;
    draft.principals[0].books.dropped = 5;
    draft.aggregated[0].books.dropped = 1;
    print();
    assert_int_equal(lines, 3);
    expect_json(line[0],
                "{\"type\":\"drop\",\"what\":\"dynamic variable drop\",\"cpu\":null,\"count\":3,"
                "\"text\":\"dtrace: 3 dynamic variable drops\"}");
    expect_json(line[1], "{\"type\":\"drop\",\"what\":\"aggregation drop\",\"cpu\":0,\"count\":1,"
                         "\"text\":\"dtrace: 1 aggregation drop on CPU 0\"}");
    expect_json(line[2], "{\"type\":\"drop\",\"what\":\"drop\",\"cpu\":0,\"count\":5,"
                         "\"text\":\"dtrace: 5 drops on CPU 0\"}");
}

static void damage_is_told(void **state)
{
    (void)state;
    const struct dtrace_record *piece = one_piece(DOF_ACTION_DIFEXPR, 8, NULL);
    draft_put(draft_emit(&draft, 0, 1, 0), piece, 1);
    draft.ecbs[1].probe = 20;
    print();
    assert_int_equal(lines, 2);
    expect_json(line[0],
                "{\"type\":\"damage\",\"text\":\"dtrace: probe 20 of EPID 1 is not described\"}");
    assert_true(json_is_null(json_object_get(line[1], "probe")));
}

static void without_memory_the_lines_are_still_whole(void **state)
{
    (void)state;
    uint8_t *record = count(0, DOF_AGGREGATION_COUNT, 1, "abc");
    put_word(record, 0, 12);
    print_within(16);
    assert_int_equal(lines, 1);
    assert_string_equal(string(line[0], "type"), "damage");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, finish)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_record_says_where_it_comes_from),
        TEST(numbers_have_the_sign_that_trace_gives_them),
        TEST(a_printf_has_its_text_and_its_values),
        TEST(a_stack_is_a_list_of_places),
        TEST(tracemem_has_as_many_bytes_as_it_was_told),
        TEST(exit_tells_its_status),
        TEST(an_aggregation_is_merged_and_has_its_keys),
        TEST(buckets_say_where_they_begin_and_end),
        TEST(linear_buckets_are_open_at_both_ends),
        TEST(logarithmic_buckets_follow_their_steps),
        TEST(a_printa_has_its_rows_and_is_not_told_again),
        TEST(an_option_that_cannot_be_set_is_an_error_without_an_instruction),
        TEST(an_error_tells_the_clause_and_the_fault),
        TEST(losses_have_their_number_and_their_cpu),
        TEST(damage_is_told),
        TEST(without_memory_the_lines_are_still_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
