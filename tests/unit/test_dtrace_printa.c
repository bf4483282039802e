/* Aggregations: merged, ordered, printed, and what library actions do to them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/consumer_text.h"

#define NAME(text) "  " text
#define PAD_45     "                                             "

static void counts_are_printed_at_the_end_by_value_then_key(void **state)
{
    (void)state;
    start();
    counted(1, 32, DOF_AGGREGATION_COUNT, 1);
    add_named(0, 1, "three", 3);
    add_named(0, 1, "two-b", 2);
    add_named(0, 1, "two-a", 2);
    expect("\n" NAME("two-a" PAD_45) "                2\n" NAME(
        "two-b" PAD_45) "                2\n" NAME("three" PAD_45) "                3\n");
}

static void cpus_are_merged_key_by_key(void **state)
{
    (void)state;
    start();
    draft.source.cpus = 3;
    counted(1, 32, DOF_AGGREGATION_SUM, 1);
    add_named(0, 1, "red", 3);
    add_named(1, 1, "blu", 9);
    add_named(2, 1, "red", (uint64_t)-1);
    expect("\n  red                                                               2\n"
           "  blu                                                               9\n");
}

static void what_lies_behind_a_string_is_no_part_of_the_key(void **state)
{
    (void)state;
    start();
    draft.source.cpus = 2;
    counted(1, 32, DOF_AGGREGATION_COUNT, 1);
    ((struct dtrace_record *)key_of(1))->string = true;
    add_named(0, 1, "red", 3);
    uint8_t *record = draft_count(&draft, 1, 1, 1);
    memcpy(record + key_of(1)->offset, "red\0zzz", 7);
    draft_put(record, &draft.aggregations[1].records[2], 4);
    expect("\n  red                                                               7\n");
}

static const struct {
    uint16_t kind;
    uint32_t words;
    uint64_t a[4], b[4];
    const char *text;
} merged[] = {
    {DOF_AGGREGATION_COUNT, 1, {2}, {3}, "\n                5\n"},
    {DOF_AGGREGATION_SUM, 1, {2}, {(uint64_t)-5}, "\n               -3\n"},
    {DOF_AGGREGATION_MIN, 1, {2}, {(uint64_t)-5}, "\n               -5\n"},
    {DOF_AGGREGATION_MAX, 1, {2}, {(uint64_t)-5}, "\n                2\n"},
    {DOF_AGGREGATION_AVG, 2, {2, 10}, {1, 5}, "\n                5\n"},
    {DOF_AGGREGATION_AVG, 2, {2, (uint64_t)-10}, {1, (uint64_t)-6}, "\n               -5\n"},
    {DOF_AGGREGATION_AVG, 2, {0}, {0}, "\n                0\n"},
    /* 1, 3 and 1, 3: mean 2, deviation 1 */
    {DOF_AGGREGATION_STDDEV, 4, {2, 4, 10, 0}, {2, 4, 10, 0}, "\n                1\n"},
    /* -100, 100: mean 0, deviation 100 */
    {DOF_AGGREGATION_STDDEV,
     4,
     {1, (uint64_t)-100, 10000, 0},
     {1, 100, 10000, 0},
     "\n              100\n"},
    /* 0 and 2^63 - 1: squares with a carry into the upper half */
    {DOF_AGGREGATION_STDDEV,
     4,
     {1, 0, 0, 0},
     {1, INT64_MAX, 1, 0x3fffffffffffffff},
     "\n 4611686018427387903\n"},
    {DOF_AGGREGATION_STDDEV, 4, {0}, {0}, "\n                0\n"},
};

static void each_function_merges_in_its_way(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(merged); i++) {
        start();
        draft.source.cpus = 2;
        const struct dtrace_record *data = counted(1, 0, merged[i].kind, merged[i].words);
        uint8_t *one = draft_count(&draft, 0, 1, 1), *other = draft_count(&draft, 1, 1, 1);
        for (uint32_t word = 0; word < merged[i].words; word++) {
            draft_put_word(one, data, word, merged[i].a[word]);
            draft_put_word(other, data, word, merged[i].b[word]);
        }
        expect(merged[i].text);
    }
}

static void numeric_keys_sort_as_unsigned_numbers(void **state)
{
    (void)state;
    start();
    counted(1, 4, DOF_AGGREGATION_COUNT, 1);
    add_numbered(0, 1, (uint64_t)-1, 1);
    add_numbered(0, 1, 7, 1);
    expect("\n        7                1\n       -1                1\n");
}

static void aggsortkey_sorts_by_key(void **state)
{
    (void)state;
    numbered();
    set(DOF_OPTION_AGGSORTKEY, 0);
    expect("\n" CELL(" 1") CELL("30") "\n" CELL(" 2") CELL("20") "\n" CELL(" 1") CELL(" 5") "\n");
}

static void aggsortrev_turns_everything_round(void **state)
{
    (void)state;
    numbered();
    set(DOF_OPTION_AGGSORTREV, 0);
    expect("\n" CELL(" 1") CELL(" 5") "\n" CELL(" 1") CELL("30") "\n" CELL(" 2") CELL("20") "\n");
}

static void two_keys(void)
{
    start();
    draft_aggregation(&draft, 1);
    draft_key(&draft, 1, DOF_ACTION_DIFEXPR, 8);
    draft_key(&draft, 1, DOF_ACTION_DIFEXPR, 8);
    draft_key(&draft, 1, DOF_AGGREGATION_COUNT, 8);
    const struct dtrace_record *records = draft.aggregations[1].records;
    for (uint32_t i = 1; i <= 2; i++) {
        uint8_t *record = draft_count(&draft, 0, 1, 1);
        draft_put(record, &records[1], i);
        draft_put(record, &records[2], 10 - i);
        draft_put(record, &records[3], 1);
    }
}

static void aggsortkeypos_says_which_key_counts_first(void **state)
{
    (void)state;
    two_keys();
    expect("\n" CELL(" 1") CELL(" 9") CELL(" 1") "\n" CELL(" 2") CELL(" 8") CELL(" 1") "\n");
    two_keys();
    set(DOF_OPTION_AGGSORTKEYPOS, 1);
    expect("\n" CELL(" 2") CELL(" 8") CELL(" 1") "\n" CELL(" 1") CELL(" 9") CELL(" 1") "\n");
}

static void printa_prints_once_and_the_end_prints_the_rest(void **state)
{
    (void)state;
    numbered();
    printing(NULL, 1);
    emit_ids(1);
    expect("\n" CELL(" 2") CELL("20") "\n" CELL(" 1") CELL("30") "\n"
                                                                 "\n" CELL(" 1") CELL(" 5") "\n");
}

#define FIRST_ROWS  CELL(" 2") CELL("20") "\n" CELL(" 1") CELL("30") "\n"
#define SECOND_ROWS CELL(" 1") CELL(" 5") "\n"

static void printing_told(uint64_t told, bool rest_told, const char *expected)
{
    numbered();
    printing(NULL, 1);
    emit_ids(1);
    draft.principals[0].told = told;
    draft.source.rest_told = rest_told;
    expect(expected);
}

static void printa_that_was_told_leaves_the_variable_to_the_end(void **state)
{
    (void)state;
    printing_told(0, false, "\n" FIRST_ROWS "\n" SECOND_ROWS);
    printing_told(1, false, "\n" FIRST_ROWS SECOND_ROWS);
    printing_told(0, true, "\n" FIRST_ROWS "\n");
    printing_told(1, true, "\n");
}

static void printa_of_two_joins_them_by_key(void **state)
{
    (void)state;
    numbered();
    printing(NULL, 2);
    emit_ids(2);
    expect("\n" CELL(" 2") CELL("20") CELL(" 0") "\n" CELL(" 1") CELL("30") CELL(" 5") "\n\n");
}

static void a_key_that_the_first_variable_does_not_have_is_printed_all_the_same(void **state)
{
    (void)state;
    numbered();
    printing("%lld: %@lld %@lld\n", 2);
    add_numbered(0, 2, 3, 6);
    emit_ids(2);
    expect("3: 0 6\n2: 20 0\n1: 30 5\n\n");
}

/* No compiler writes that. */
static void variables_with_more_or_fewer_keys_are_not_joined(void **state)
{
    (void)state;
    start();
    counted(1, 8, DOF_AGGREGATION_COUNT, 1);
    draft_aggregation(&draft, 2);
    draft_key(&draft, 2, DOF_ACTION_DIFEXPR, 8);
    draft_key(&draft, 2, DOF_ACTION_DIFEXPR, 8);
    draft_key(&draft, 2, DOF_AGGREGATION_COUNT, 8);
    add_numbered(0, 1, 7, 20);
    add_numbered(0, 2, 7, 30);
    printing("%lld: %@lld %@lld\n", 2);
    emit_ids(2);
    expect("7: 0 30\n7: 20 0\n\n");
}

static void aggsortpos_says_whose_value_counts_first(void **state)
{
    (void)state;
    numbered();
    add_numbered(0, 2, 2, 6);
    set(DOF_OPTION_AGGSORTPOS, 1);
    printing(NULL, 2);
    emit_ids(2);
    expect("\n" CELL(" 1") CELL("30") CELL(" 5") "\n" CELL(" 2") CELL("20") CELL(" 6") "\n\n");
}

static void a_position_that_is_none_is_the_first(void **state)
{
    (void)state;
    numbered();
    set(DOF_OPTION_AGGSORTPOS, 3);
    add_numbered(0, 2, 2, 6);
    printing(NULL, 2);
    emit_ids(2);
    expect("\n" CELL(" 2") CELL("20") CELL(" 6") "\n" CELL(" 1") CELL("30") CELL(" 5") "\n\n");
    two_keys();
    set(DOF_OPTION_AGGSORTKEYPOS, 3);
    expect("\n" CELL(" 1") CELL(" 9") CELL(" 1") "\n" CELL(" 2") CELL(" 8") CELL(" 1") "\n");
}

/* Of equal values at aggsortpos the next variable decides, and the first one comes behind the last. */
static void aggsortpos_turns_the_variables(void **state)
{
    (void)state;
    start();
    for (uint32_t id = 1; id <= 3; id++)
        counted(id, 8, DOF_AGGREGATION_COUNT, 1);
    static const uint64_t values[3][2] = {{1, 2}, {5, 5}, {4, 3}}; /* of keys 1 and 2 */
    for (uint32_t id = 1; id <= 3; id++)
        for (uint32_t key = 1; key <= 2; key++)
            add_numbered(0, id, key, values[id - 1][key - 1]);
    set(DOF_OPTION_AGGSORTPOS, 1);
    printing("%lld: %@lld %@lld %@lld\n", 3);
    emit_ids(3);
    expect("2: 2 5 3\n1: 1 5 4\n\n");
}

static void a_variable_may_be_printed_beside_itself(void **state)
{
    (void)state;
    numbered();
    printing("%lld: %@lld %@lld\n", 2);
    uint8_t *record = draft_emit(&draft, 0, 1, 0);
    draft_put(record, &draft.ecbs[1].records[0], 1);
    draft_put(record, &draft.ecbs[1].records[1], 1);
    expect("2: 20 20\n1: 30 30\n\n" CELL(" 1") CELL(" 5") "\n");
}

static void equal_distributions_are_sorted_by_what_they_have_of_0(void **state)
{
    (void)state;
    start();
    const uint64_t parameter = 10ull << 48 | 2ull << 32 | (uint32_t)-10; /* -10 and 0 */
    counted(1, 8, DOF_AGGREGATION_LQUANTIZE, 5);
    const struct dtrace_record *data = &draft.aggregations[1].records[2];
    for (uint64_t key = 1; key <= 2; key++) {
        uint8_t *record = draft_count(&draft, 0, 1, 1);
        draft_put(record, key_of(1), key);
        draft_put_word(record, data, 0, parameter);
        draft_put_word(record, data, 3, key == 1 ? 5 : 3);
    }
    printing("%lld\n", 1);
    emit_ids(1);
    expect("2\n1\n\n");
}

static void missing_distributions_are_empty_ones_of_their_kind(void **state)
{
    (void)state;
    start();
    counted(1, 8, DOF_AGGREGATION_COUNT, 1);
    counted(2, 8, DOF_AGGREGATION_LQUANTIZE, 6);
    add_numbered(0, 1, 7, 1);
    add_numbered(0, 1, 8, 2);
    uint8_t *record = draft_count(&draft, 0, 2, 2);
    draft_put(record, key_of(2), 8);
    draft_put_word(record, &draft.aggregations[2].records[2], 0, 10ull << 48 | 3ull << 32);
    draft_put_word(record, &draft.aggregations[2].records[2], 2, 4);
    printing("%lld %@lld%@lld", 2);
    emit_ids(2);
    expect("7 1" HISTOGRAM "             < 0 |" NO_40 " 0        \n"
           "               0 |" NO_40 " 0        \n"
           "              10 |" NO_40 " 0        \n"
           "8 2" HISTOGRAM "             < 0 |" NO_40 " 0        \n"
           "               0 |" AT_40 " 4        \n"
           "              10 |" NO_40 " 0        \n\n");
}

static void printa_takes_keys_and_values_into_its_format(void **state)
{
    (void)state;
    numbered();
    printing("%lli: %@llu, %@llu, %@llu\n", 2);
    emit_ids(2);
    expect("2: 20, 0, 0\n1: 30, 5, 5\n\n");
}

static void printa_of_an_unknown_variable_prints_nothing(void **state)
{
    (void)state;
    start();
    printing("%@u\n", 1);
    emit_ids(1);
    expect("\n");
}

static void a_formatted_average_divides_without_sign(void **state)
{
    (void)state;
    start();
    const struct dtrace_record *data = counted(1, 0, DOF_AGGREGATION_AVG, 2);
    uint8_t *record = draft_count(&draft, 0, 1, 1);
    draft_put_word(record, data, 0, 3);
    draft_put_word(record, data, 1, 10);
    printing("%@lli", 1);
    emit_ids(1);
    expect("3\n");
}

static void a_stack_can_be_a_key(void **state)
{
    (void)state;
    start();
    draft_aggregation(&draft, 1);
    const struct dtrace_record *stack = draft_key(&draft, 1, DOF_ACTION_STACK, 16);
    const struct dtrace_record *count = draft_key(&draft, 1, DOF_AGGREGATION_COUNT, 8);
    uint8_t *record = draft_count(&draft, 0, 1, 1);
    draft_put_word(record, stack, 0, 0x1010);
    draft_put(record, count, 3);
    expect("\n\n              unix`f10+0x10\n                3\n");
    start();
    draft_aggregation(&draft, 1);
    stack = draft_key(&draft, 1, DOF_ACTION_STACK, 16);
    count = draft_key(&draft, 1, DOF_AGGREGATION_COUNT, 8);
    record = draft_count(&draft, 0, 1, 1);
    draft_put_word(record, stack, 0, 0x1010);
    draft_put(record, count, 3);
    printing("%-4k%@llu\n", 1);
    emit_ids(1);
    expect("\n    unix`f10+0x10\n3\n\n");
}

static void a_formatted_stack_of_a_user_is_one_of_addresses(void **state)
{
    (void)state;
    start();
    draft_aggregation(&draft, 1);
    struct dtrace_record *key = draft_key(&draft, 1, DOF_ACTION_USTACK, 24);
    key->arg = 2; /* frames */
    (void)draft_key(&draft, 1, DOF_AGGREGATION_COUNT, 8);
    uint8_t *record = draft_count(&draft, 0, 1, 1);
    draft_put_word(record, key, 0, 42); /* the process */
    draft_put_word(record, key, 1, 0x7010);
    printing("%k|", 1);
    emit_ids(1);
    expect("\ngenunix`f70+0x10\n|\n");
}

static void a_formatted_stack_is_indented_by_its_own_width_alone(void **state)
{
    (void)state;
    static const struct {
        const char *format, *text;
    } stacks[] = {
        {"%k|", "\nunix`f10+0x10\n|\n"}, /* not by stackindent */
        {"%16k|", "\n   unix`f10+0x10\n|\n"},
        {"%-3k|", "\n   unix`f10+0x10\n|\n"},
        {"%.8k|", "\nunix`f10\n|\n"},
    };
    for (size_t i = 0; i < COUNT(stacks); i++) {
        start();
        set(DOF_OPTION_STACKINDENT, 7);
        draft_aggregation(&draft, 1);
        const struct dtrace_record *key = draft_key(&draft, 1, DOF_ACTION_STACK, 16);
        (void)draft_key(&draft, 1, DOF_AGGREGATION_COUNT, 8);
        draft_put_word(draft_count(&draft, 0, 1, 1), key, 0, 0x1010);
        printing(stacks[i].format, 1);
        emit_ids(1);
        expect(stacks[i].text);
    }
}

static void addresses_of_one_function_are_one_key(void **state)
{
    (void)state;
    start();
    draft_aggregation(&draft, 1);
    draft_key(&draft, 1, DOF_ACTION_SYM, 8);
    draft_key(&draft, 1, DOF_AGGREGATION_COUNT, 8);
    draft_aggregation(&draft, 2);
    draft_key(&draft, 2, DOF_ACTION_MOD, 8);
    draft_key(&draft, 2, DOF_AGGREGATION_COUNT, 8);
    for (uint32_t id = 1; id <= 2; id++) {
        add_numbered(0, id, 0x1010, 1);
        add_numbered(0, id, 0x1020, 2);
        add_numbered(0, id, 0x1100, 4);
    }
    expect("\n  unix`f10                                                          3\n"
           "  unix`f11                                                          4\n"
           "  unix                                                              7\n");
}

static void each_size_of_a_key_has_its_column(void **state)
{
    (void)state;
    static const struct {
        uint32_t size;
        const char *text;
    } keys[] = {{1, " 255"}, {2, " 65535"}, {4, "       -1"}, {8, "               -1"}};
    for (size_t i = 0; i < COUNT(keys); i++) {
        start();
        counted(1, keys[i].size, DOF_AGGREGATION_COUNT, 1);
        add_numbered(0, 1, UINT64_MAX, 3);
        char expected[64];
        snprintf(expected, sizeof expected, "\n%s                3\n", keys[i].text);
        expect(expected);
    }
}

static void a_key_that_is_no_string_is_dumped(void **state)
{
    (void)state;
    start();
    counted(1, 6, DOF_AGGREGATION_COUNT, 1);
    add_named(0, 1, "\001ab", 3);
    expect("\n" DUMP_HEAD "         0: 01 61 62 00 00 00                                .ab...\n"
           "                3\n");
}

static void a_key_without_a_terminator_is_as_wide(void **state)
{
    (void)state;
    start();
    counted(1, 3, DOF_AGGREGATION_COUNT, 1);
    add_named(0, 1, "abc", 3);
    expect("\n  abc                                                               3\n");
    start();
    set(DOF_OPTION_AGGHIST, 0);
    counted(1, 3, DOF_AGGREGATION_COUNT, 1);
    add_named(0, 1, "abc", 3);
    expect("\n" KEY_HEADER "  abc              |" AT_40 " 3        \n");
}

static void variables_follow_by_number_with_their_values_sorted(void **state)
{
    (void)state;
    start();
    counted(3, 8, DOF_AGGREGATION_MAX, 1);
    counted(2, 8, DOF_AGGREGATION_MIN, 1);
    add_numbered(0, 3, 1, 5);
    add_numbered(0, 3, 2, (uint64_t)-5);
    add_numbered(0, 2, 1, 9);
    expect("\n" CELL(" 1") CELL(" 9") "\n" CELL(" 2") CELL("-5") "\n" CELL(" 1") CELL(" 5") "\n");
}

/* --- Library actions --- */

static void act(uint64_t action, uint64_t id, bool second, uint64_t value)
{
    set(DOF_OPTION_QUIET, 1);
    struct dtrace_record *piece = one_piece(DOF_ACTION_LIBACT, 8, NULL);
    piece->arg = action;
    struct dtrace_record *other =
        second ? draft_record(&draft, 1, DOF_ACTION_LIBACT, 8, NULL) : NULL;
    uint8_t *record = draft_emit(&draft, 0, 1, 0);
    draft_put(record, piece, id);
    if (second) {
        other->arg = action;
        draft_put(record, other, value);
    }
}

static void clear_keeps_the_keys(void **state)
{
    (void)state;
    numbered();
    act(DOF_LIBACT_CLEAR, 1, false, 0);
    expect("\n" CELL(" 1") CELL(" 0") "\n" CELL(" 2") CELL(" 0") "\n" CELL(" 1") CELL(" 5") "\n");
}

static void trunc_keeps_the_largest_or_the_smallest(void **state)
{
    (void)state;
    static const struct {
        int64_t keep;
        const char *text;
    } cases[] = {
        {1, "\n" CELL(" 1") CELL("30") "\n" CELL(" 1") CELL(" 5") "\n"},
        {-1, "\n" CELL(" 2") CELL("20") "\n" CELL(" 1") CELL(" 5") "\n"},
        {0, "\n" CELL(" 1") CELL(" 5") "\n"},
        {3, "\n" CELL(" 2") CELL("20") "\n" CELL(" 1") CELL("30") "\n" CELL(" 1") CELL(" 5") "\n"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        numbered();
        act(DOF_LIBACT_TRUNC, 1, true, (uint64_t)cases[i].keep);
        expect(cases[i].text);
    }
}

/* A module for each 16 bytes. */
static bool module_of_each(void *context, uint64_t address, struct dtrace_symbol *symbol)
{
    (void)context;
    snprintf(symbol->module, sizeof symbol->module, "m%llu", (unsigned long long)address / 16);
    symbol->function[0] = '\0';
    symbol->offset = address % 16;
    return true;
}

static uint32_t lines_of_modules(uint32_t modules)
{
    uint32_t count = 0;
    draft_start(&draft);
    draft.source.cpus = 2;
    draft.source.symbol = module_of_each;
    draft_aggregation(&draft, 1);
    const struct dtrace_record *key = draft_key(&draft, 1, DOF_ACTION_MOD, 8);
    const struct dtrace_record *data = draft_key(&draft, 1, DOF_AGGREGATION_COUNT, 8);
    for (uint32_t i = 0; i < 2 * modules; i++) {
        uint8_t *record = draft_count(&draft, i % 2, 1, 1);
        draft_put(record, key, 8 * i);
        draft_put(record, data, 1);
    }
    for (const char *at = printed(); (at = strstr(at, "  m")) != NULL; at++)
        count++;
    return count;
}

static void modules_are_put_together_up_to_a_limit(void **state)
{
    (void)state;
    assert_int_equal(lines_of_modules(256), 256);
    assert_int_equal(lines_of_modules(300), 256 + 2 * (300 - 256));
}

static void normalize_divides_what_is_printed(void **state)
{
    (void)state;
    numbered();
    act(DOF_LIBACT_NORMALIZE, 1, true, 10);
    expect("\n" CELL(" 2") CELL(" 2") "\n" CELL(" 1") CELL(" 3") "\n" CELL(" 1") CELL(" 5") "\n");
}

static void a_normalized_sum_below_zero_is_divided_without_sign(void **state)
{
    (void)state;
    start();
    const struct dtrace_record *data = counted(1, 0, DOF_AGGREGATION_SUM, 1);
    draft_put(draft_count(&draft, 0, 1, 1), data, (uint64_t)-10);
    act(DOF_LIBACT_NORMALIZE, 1, true, 5);
    expect("\n 3689348814741910321\n");
}

static void normalize_by_zero_is_refused(void **state)
{
    (void)state;
    numbered();
    act(DOF_LIBACT_NORMALIZE, 2, true, 0);
    expect("dtrace: normalize() by 0 is refused\n\n" CELL(" 2") CELL("20") "\n" CELL(" 1")
               CELL("30") "\n" CELL(" 1") CELL(" 5") "\n");
}

static void denormalize_brings_the_values_back(void **state)
{
    (void)state;
    numbered();
    set(DOF_OPTION_QUIET, 1);
    struct dtrace_record *piece[3] = {one_piece(DOF_ACTION_LIBACT, 8, NULL)};
    piece[1] = draft_record(&draft, 1, DOF_ACTION_LIBACT, 8, NULL);
    piece[2] = draft_record(&draft, 1, DOF_ACTION_LIBACT, 8, NULL);
    piece[0]->arg = piece[1]->arg = DOF_LIBACT_NORMALIZE;
    piece[2]->arg = DOF_LIBACT_DENORMALIZE;
    uint8_t *record = draft_emit(&draft, 0, 1, 0);
    draft_put(record, piece[0], 1);
    draft_put(record, piece[1], 10);
    draft_put(record, piece[2], 1);
    expect("\n" CELL(" 2") CELL("20") "\n" CELL(" 1") CELL("30") "\n" CELL(" 1") CELL(" 5") "\n");
}

static void a_normalized_distribution_keeps_its_bars(void **state)
{
    (void)state;
    uint8_t *record = histogram(DOF_AGGREGATION_QUANTIZE, 127);
    draft_put_word(record, histogram_data(), 64, 30);
    draft_put_word(record, histogram_data(), 65, 10);
    act(DOF_LIBACT_NORMALIZE, 1, true, 10);
    expect("\n" HISTOGRAM "               0 |" NO_40 " 0        \n"
           "               1 |" AT_30 NO_10 " 3        \n"
           "               2 |" AT_10 NO_30 " 1        \n"
           "               4 |" NO_40 " 0        \n\n");
}

static void normalized_averages_and_deviations_are_those_of_divided_values(void **state)
{
    (void)state;
    static const struct {
        uint16_t kind;
        uint32_t words;
        uint64_t data[4];
        const char *text;
    } all[] = {
        {DOF_AGGREGATION_AVG, 2, {2, (uint64_t)-100}, "\n               -5\n"},
        /* 100 and 300: mean 200, deviation 100 */
        {DOF_AGGREGATION_STDDEV, 4, {2, 400, 100000, 0}, "\n               10\n"},
    };
    for (size_t i = 0; i < COUNT(all); i++) {
        start();
        const struct dtrace_record *data = counted(1, 0, all[i].kind, all[i].words);
        uint8_t *record = draft_count(&draft, 0, 1, 1);
        for (uint32_t word = 0; word < all[i].words; word++)
            draft_put_word(record, data, word, all[i].data[word]);
        act(DOF_LIBACT_NORMALIZE, 1, true, 10);
        expect(all[i].text);
    }
}

static void of_equal_values_trunc_keeps_the_larger_key(void **state)
{
    (void)state;
    static const struct {
        int64_t keep;
        const char *text;
    } all[] = {{1, "\n" CELL(" 2") CELL(" 7") "\n"}, {-1, "\n" CELL(" 1") CELL(" 7") "\n"}};
    for (size_t i = 0; i < COUNT(all); i++) {
        start();
        counted(1, 8, DOF_AGGREGATION_COUNT, 1);
        add_numbered(0, 1, 1, 7);
        add_numbered(0, 1, 2, 7);
        act(DOF_LIBACT_TRUNC, 1, true, (uint64_t)all[i].keep);
        expect(all[i].text);
    }
}

static void a_cleared_distribution_is_empty_and_keeps_its_levels(void **state)
{
    (void)state;
    uint8_t *record = histogram(DOF_AGGREGATION_LQUANTIZE, 6);
    draft_put_word(record, histogram_data(), 0, 10ull << 48 | 3ull << 32);
    draft_put_word(record, histogram_data(), 3, 9);
    act(DOF_LIBACT_CLEAR, 1, false, 0);
    expect("\n" HISTOGRAM "             < 0 |" NO_40 " 0        \n"
           "               0 |" NO_40 " 0        \n"
           "              10 |" NO_40 " 0        \n\n");
}

static void a_library_action_needs_its_second_value(void **state)
{
    (void)state;
    start();
    act(DOF_LIBACT_TRUNC, 1, false, 0);
    expect_status("dtrace: library action 67 lacks its second value\n\n", DTRACE_CONSUME_DAMAGED);
}

static void an_aggregation_whose_data_has_another_size_is_left_out(void **state)
{
    (void)state;
    start();
    counted(1, 0, DOF_AGGREGATION_QUANTIZE, 126);
    draft_count(&draft, 0, 1, 1);
    counted(2, 0, DOF_AGGREGATION_COUNT, 1);
    draft_put(draft_count(&draft, 0, 2, 2), &draft.aggregations[2].records[1], 3);
    expect_status("dtrace: 1 aggregation records make no sense: they are left out\n\n"
                  "                3\n",
                  DTRACE_CONSUME_DAMAGED);
}

static void an_unknown_aggregation_costs_the_rest_of_its_buffer(void **state)
{
    (void)state;
    start();
    counted(1, 0, DOF_AGGREGATION_COUNT, 1);
    draft_count(&draft, 0, 1, 1);
    draft_count(&draft, 0, 1, 1)[0] = 7;
    expect_status("dtrace: CPU 0: unknown aggregation 7 at byte 24 of the aggregation buffer: the "
                  "rest of it is left out\n\n                0\n",
                  DTRACE_CONSUME_DAMAGED);
}

static void without_memory_the_aggregations_are_left_out(void **state)
{
    (void)state;
    numbered();
    assert_string_equal(printed_within(16),
                        "dtrace: no memory for the aggregations: they are left out\n\n");
    assert_int_equal(status, DTRACE_CONSUME_NO_MEMORY);
}

static void with_any_memory_the_aggregations_are_whole_or_left_out_and_told(void **state)
{
    (void)state;
    static char whole[1024];
    numbered();
    (void)snprintf(whole, sizeof whole, "%s", printed());
    uint32_t complete = 0;
    for (size_t room = 0; room < 2048; room += 8) {
        numbered();
        const char *text = printed_within(room);
        complete += status == DTRACE_CONSUME_OK;
        if (status == DTRACE_CONSUME_OK)
            assert_string_equal(text, whole);
        else
            assert_non_null(strstr(text, "dtrace: no memory "));
    }
    assert_in_range(complete, 1, 2048 / 8 - 1);
}

static const char *printed_times(uint32_t times, size_t room)
{
    numbered();
    printing(NULL, 1);
    while (times-- > 0)
        emit_ids(1);
    return printed_within(room);
}

static void one_printa_leaves_its_memory_to_the_next(void **state)
{
    (void)state;
    size_t room = 0;
    do
        (void)printed_times(1, room += 8);
    while (status != DTRACE_CONSUME_OK);
    assert_null(strstr(printed_times(20, room), "no memory"));
    assert_int_equal(status, DTRACE_CONSUME_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_are_printed_at_the_end_by_value_then_key),
        cmocka_unit_test(cpus_are_merged_key_by_key),
        cmocka_unit_test(what_lies_behind_a_string_is_no_part_of_the_key),
        cmocka_unit_test(each_function_merges_in_its_way),
        cmocka_unit_test(numeric_keys_sort_as_unsigned_numbers),
        cmocka_unit_test(aggsortkey_sorts_by_key),
        cmocka_unit_test(aggsortrev_turns_everything_round),
        cmocka_unit_test(aggsortkeypos_says_which_key_counts_first),
        cmocka_unit_test(printa_prints_once_and_the_end_prints_the_rest),
        cmocka_unit_test(printa_that_was_told_leaves_the_variable_to_the_end),
        cmocka_unit_test(printa_of_two_joins_them_by_key),
        cmocka_unit_test(a_key_that_the_first_variable_does_not_have_is_printed_all_the_same),
        cmocka_unit_test(variables_with_more_or_fewer_keys_are_not_joined),
        cmocka_unit_test(aggsortpos_says_whose_value_counts_first),
        cmocka_unit_test(a_position_that_is_none_is_the_first),
        cmocka_unit_test(aggsortpos_turns_the_variables),
        cmocka_unit_test(a_variable_may_be_printed_beside_itself),
        cmocka_unit_test(missing_distributions_are_empty_ones_of_their_kind),
        cmocka_unit_test(equal_distributions_are_sorted_by_what_they_have_of_0),
        cmocka_unit_test(printa_takes_keys_and_values_into_its_format),
        cmocka_unit_test(printa_of_an_unknown_variable_prints_nothing),
        cmocka_unit_test(a_formatted_average_divides_without_sign),
        cmocka_unit_test(a_stack_can_be_a_key),
        cmocka_unit_test(a_formatted_stack_is_indented_by_its_own_width_alone),
        cmocka_unit_test(a_formatted_stack_of_a_user_is_one_of_addresses),
        cmocka_unit_test(addresses_of_one_function_are_one_key),
        cmocka_unit_test(each_size_of_a_key_has_its_column),
        cmocka_unit_test(a_key_that_is_no_string_is_dumped),
        cmocka_unit_test(a_key_without_a_terminator_is_as_wide),
        cmocka_unit_test(variables_follow_by_number_with_their_values_sorted),
        cmocka_unit_test(clear_keeps_the_keys),
        cmocka_unit_test(trunc_keeps_the_largest_or_the_smallest),
        cmocka_unit_test(modules_are_put_together_up_to_a_limit),
        cmocka_unit_test(normalize_divides_what_is_printed),
        cmocka_unit_test(a_normalized_sum_below_zero_is_divided_without_sign),
        cmocka_unit_test(normalize_by_zero_is_refused),
        cmocka_unit_test(denormalize_brings_the_values_back),
        cmocka_unit_test(a_normalized_distribution_keeps_its_bars),
        cmocka_unit_test(normalized_averages_and_deviations_are_those_of_divided_values),
        cmocka_unit_test(of_equal_values_trunc_keeps_the_larger_key),
        cmocka_unit_test(a_cleared_distribution_is_empty_and_keeps_its_levels),
        cmocka_unit_test(a_library_action_needs_its_second_value),
        cmocka_unit_test(an_aggregation_whose_data_has_another_size_is_left_out),
        cmocka_unit_test(an_unknown_aggregation_costs_the_rest_of_its_buffer),
        cmocka_unit_test(without_memory_the_aggregations_are_left_out),
        cmocka_unit_test(with_any_memory_the_aggregations_are_whole_or_left_out_and_told),
        cmocka_unit_test(one_printa_leaves_its_memory_to_the_next),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
