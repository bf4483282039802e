/* Distributions, as rows with bars or packed into a line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/consumer_text.h"

static void quantize_shows_one_empty_bucket_on_each_side(void **state)
{
    (void)state;
    uint8_t *record = histogram(DOF_AGGREGATION_QUANTIZE, 127);
    draft_put_word(record, histogram_data(), 66, 3); /* 4 to 7 */
    draft_put_word(record, histogram_data(), 68, 1); /* 16 to 31 */
    expect("\n" HISTOGRAM "               2 |" NO_40 " 0        \n"
           "               4 |" AT_30 NO_10 " 3        \n"
           "               8 |" NO_40 " 0        \n"
           "              16 |" AT_10 NO_30 " 1        \n"
           "              32 |" NO_40 " 0        \n\n");
}

static void quantize_of_nothing_shows_the_middle(void **state)
{
    (void)state;
    histogram(DOF_AGGREGATION_QUANTIZE, 127);
    expect("\n" HISTOGRAM "              -1 |" NO_40 " 0        \n"
           "               0 |" NO_40 " 0        \n"
           "               1 |" NO_40 " 0        \n\n");
}

static void the_ends_of_quantize_are_not_passed(void **state)
{
    (void)state;
    uint8_t *record = histogram(DOF_AGGREGATION_QUANTIZE, 127);
    draft_put_word(record, histogram_data(), 0, 1);
    const char *text = printed();
    assert_non_null(strstr(text, HISTOGRAM "-4611686018427387904 |" AT_40 " 1        \n"
                                           "-2305843009213693952 |" NO_40 " 0        \n\n"));
    record = histogram(DOF_AGGREGATION_QUANTIZE, 127);
    draft_put_word(record, histogram_data(), 126, 1);
    text = printed();
    assert_non_null(strstr(text, HISTOGRAM "2305843009213693952 |" NO_40 " 0        \n"
                                           "4611686018427387904 |" AT_40 " 1        \n\n"));
}

static void negative_counts_grow_from_the_right(void **state)
{
    (void)state;
    uint8_t *record = histogram(DOF_AGGREGATION_QUANTIZE, 127);
    draft_put_word(record, histogram_data(), 64, (uint64_t)-1);
    draft_put_word(record, histogram_data(), 65, (uint64_t)-3);
    expect("\n" HISTOGRAM "               0 " NO_40 "| 0        \n"
           "               1 " NO_30 AT_10 "| -1       \n"
           "               2 " NO_10 AT_30 "| -3       \n"
           "               4 " NO_40 "| 0        \n\n");
}

static void mixed_counts_grow_from_the_middle(void **state)
{
    (void)state;
    uint8_t *record = histogram(DOF_AGGREGATION_QUANTIZE, 127);
    draft_put_word(record, histogram_data(), 64, (uint64_t)-2);
    draft_put_word(record, histogram_data(), 65, 2);
    expect("\n" HISTOGRAM "               0 " NO_20 "|" NO_20 " 0        \n"
           "               1 " NO_10 AT_10 "|" NO_20 " -2       \n"
           "               2 " NO_20 "|" AT_10 NO_10 " 2        \n"
           "               4 " NO_20 "|" NO_20 " 0        \n\n");
}

static void aggzoom_fills_the_width_with_the_largest(void **state)
{
    (void)state;
    uint8_t *record = histogram(DOF_AGGREGATION_QUANTIZE, 127);
    set(DOF_OPTION_AGGZOOM, 0);
    draft_put_word(record, histogram_data(), 63, 5);
    draft_put_word(record, histogram_data(), 64, 5);
    expect("\n" HISTOGRAM "              -1 |" NO_40 " 0        \n"
           "               0 |" AT_30 "@@@@@@@@   5        \n"
           "               1 |" AT_30 "@@@@@@@@   5        \n"
           "               2 |" NO_40 " 0        \n\n");
}

static void huge_counts_do_not_overflow_the_bar(void **state)
{
    (void)state;
    uint8_t *record = histogram(DOF_AGGREGATION_QUANTIZE, 127);
    draft_put_word(record, histogram_data(), 63, INT64_MAX);
    draft_put_word(record, histogram_data(), 64, INT64_MAX);
    expect("\n" HISTOGRAM "              -1 |" NO_40 " 0        \n"
           "               0 |" AT_20 NO_20 " 9223372036854775807\n"
           "               1 |" AT_20 NO_20 " 9223372036854775807\n"
           "               2 |" NO_40 " 0        \n\n");
}

static void lquantize_names_its_edges(void **state)
{
    (void)state;
    uint64_t parameter = 10ull << 48 | 3ull << 32 | (uint32_t)-10;
    uint8_t *record = histogram(DOF_AGGREGATION_LQUANTIZE, 6);
    draft_put_word(record, histogram_data(), 0, parameter);
    for (uint32_t i = 1; i < 6; i++)
        draft_put_word(record, histogram_data(), i, i == 3 ? 0 : 1);
    expect("\n" HISTOGRAM "           < -10 |" AT_10 NO_30 " 1        \n"
           "             -10 |" AT_10 NO_30 " 1        \n"
           "               0 |" NO_40 " 0        \n"
           "              10 |" AT_10 NO_30 " 1        \n"
           "           >= 20 |" AT_10 NO_30 " 1        \n\n");
}

static void lquantize_of_nothing_shows_its_first_three(void **state)
{
    (void)state;
    uint8_t *record = histogram(DOF_AGGREGATION_LQUANTIZE, 6);
    draft_put_word(record, histogram_data(), 0, 1ull << 48 | 3ull << 32);
    expect("\n" HISTOGRAM "             < 0 |" NO_40 " 0        \n"
           "               0 |" NO_40 " 0        \n"
           "               1 |" NO_40 " 0        \n\n");
}

static void llquantize_steps_grow_with_the_magnitude(void **state)
{
    (void)state;
    /* factor 10, from 10^0 to 10^1, 10 steps: 1 2 ... 9 10 20 ... 90, and 100 and more */
    uint64_t parameter = 10ull << 48 | 0ull << 32 | 1ull << 16 | 10;
    uint8_t *record = histogram(DOF_AGGREGATION_LLQUANTIZE, 21);
    draft_put_word(record, histogram_data(), 0, parameter);
    draft_put_word(record, histogram_data(), 10, 1); /* bucket 9: 9 */
    draft_put_word(record, histogram_data(), 12, 1); /* bucket 11: 20 */
    expect("\n" HISTOGRAM "               8 |" NO_40 " 0        \n"
           "               9 |" AT_20 NO_20 " 1        \n"
           "              10 |" NO_40 " 0        \n"
           "              20 |" AT_20 NO_20 " 1        \n"
           "              30 |" NO_40 " 0        \n\n");
}

static void llquantize_names_its_edges(void **state)
{
    (void)state;
    uint64_t parameter = 10ull << 48 | 0ull << 32 | 6ull << 16 | 20; /* the top bucket is 118 */
    uint8_t *record = histogram(DOF_AGGREGATION_LLQUANTIZE, 120);
    draft_put_word(record, histogram_data(), 0, parameter);
    draft_put_word(record, histogram_data(), 119, 1);
    expect("\n" HISTOGRAM "         9500000 |" NO_40 " 0        \n"
           "     >= 10000000 |" AT_40 " 1        \n\n");
    record = histogram(DOF_AGGREGATION_LLQUANTIZE, 120);
    draft_put_word(record, histogram_data(), 0, parameter);
    expect("\n" HISTOGRAM "             < 1 |" NO_40 " 0        \n"
           "               1 |" NO_40 " 0        \n\n");
}

static void histograms_sort_by_their_weighted_sum(void **state)
{
    (void)state;
    start();
    const struct dtrace_record *data = counted(1, 8, DOF_AGGREGATION_QUANTIZE, 127);
    const struct dtrace_record *key = key_of(1);
    static const uint32_t buckets[3] = {66, 62, 64}; /* 4, -1, 1 */
    for (uint32_t i = 0; i < 3; i++) {
        uint8_t *record = draft_count(&draft, 0, 1, 1);
        draft_put(record, key, i);
        draft_put_word(record, data, buckets[i], 2);
    }
    const char *text = printed();
    const char *first = strstr(text, CELL(" 1") HISTOGRAM);
    const char *second = strstr(text, CELL(" 2") HISTOGRAM);
    const char *third = strstr(text, CELL(" 0") HISTOGRAM);
    assert_non_null(first);
    assert_true(second > first && third > second);
}

/* --- agghist and aggpack --- */

static void agghist_draws_values_beside_narrow_keys(void **state)
{
    (void)state;
    start();
    set(DOF_OPTION_AGGHIST, 0);
    counted(1, 32, DOF_AGGREGATION_COUNT, 1);
    add_named(0, 1, "ls", 10);
    add_named(0, 1, "init", 30);
    expect("\n" KEY_HEADER "               ls |" AT_10 NO_30 " 10       \n"
           "             init |" AT_30 NO_10 " 30       \n");
}

static void agghist_of_sums_on_both_sides_of_zero_has_a_middle(void **state)
{
    (void)state;
    start();
    set(DOF_OPTION_AGGHIST, 0);
    counted(1, 4, DOF_AGGREGATION_SUM, 1);
    add_numbered(0, 1, 7, (uint64_t)-2);
    add_numbered(0, 1, 8, 2);
    expect("\n\n      key  ------------- Distribution ------------- count    \n"
           "        7 " NO_10 AT_10 "|" NO_20 " -2       \n"
           "        8 " NO_20 "|" AT_10 NO_10 " 2        \n");
}

static void narrow_keys_take_the_room_of_their_size(void **state)
{
    (void)state;
    static const struct {
        uint32_t size;
        const char *heading, *row;
    } cases[] = {{1, " key", "   7"},
                 {2, "   key", "     7"},
                 {4, "      key", "        7"},
                 {8, "              key", "                7"}};
    for (uint32_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char wanted[256];
        start();
        set(DOF_OPTION_AGGHIST, 0);
        counted(1, cases[i].size, DOF_AGGREGATION_COUNT, 1);
        add_numbered(0, 1, 7, 10);
        add_numbered(0, 1, 8, 30);
        (void)snprintf(wanted, sizeof wanted, "\n\n%s  -", cases[i].heading);
        const char *text = printed();
        assert_memory_equal(text, wanted, strlen(wanted));
        (void)snprintf(wanted, sizeof wanted, "\n%s |" AT_10 NO_30 " 10       \n", cases[i].row);
        assert_non_null(strstr(text, wanted));
    }
}

static void agghist_without_keys_is_a_value(void **state)
{
    (void)state;
    start();
    set(DOF_OPTION_AGGHIST, 0);
    const struct dtrace_record *data = counted(1, 0, DOF_AGGREGATION_COUNT, 1);
    draft_put(draft_count(&draft, 0, 1, 1), data, 3);
    expect("\n" HISTOGRAM " |" AT_40 " 3        \n");
}

static void agghist_leaves_the_smallest_and_the_largest_alone(void **state)
{
    (void)state;
    start();
    set(DOF_OPTION_AGGHIST, 0);
    counted(1, 8, DOF_AGGREGATION_MAX, 1);
    add_numbered(0, 1, 7, 5);
    expect("\n" CELL(" 7") CELL(" 5") "\n");
}

static void each_variable_has_its_own_bars(void **state)
{
    (void)state;
    numbered();
    set(DOF_OPTION_AGGHIST, 0);
    expect("\n" KEY_HEADER CELL(" 2") " |" AT_10 "@@@@@@" NO_20 "     20       \n" CELL(
        " 1") " |" AT_20 "@@@@"
              "                 30       \n" KEY_HEADER CELL(" 1") " |" AT_40 " 5        \n");
}

static void aggzoom_widens_the_bars_of_agghist(void **state)
{
    (void)state;
    static const struct {
        uint64_t value;
        const char *bar;
    } cases[] = {
        {19, "|" AT_30 "@@@@@@@@   19       \n"}, /* of 20 */
        {5, "|" AT_40 " 5        \n"},            /* of 5, as 5 / 0.95 has no whole unit more */
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        start();
        set(DOF_OPTION_AGGHIST, 0);
        set(DOF_OPTION_AGGZOOM, 0);
        counted(1, 8, DOF_AGGREGATION_COUNT, 1);
        add_numbered(0, 1, 1, cases[i].value);
        char expected[256];
        snprintf(expected, sizeof expected, "\n" KEY_HEADER CELL(" 1") " %s", cases[i].bar);
        expect(expected);
    }
}

static void averages_and_deviations_have_bars_too(void **state)
{
    (void)state;
    start();
    set(DOF_OPTION_AGGHIST, 0);
    const struct dtrace_record *average = counted(1, 0, DOF_AGGREGATION_AVG, 2);
    const struct dtrace_record *deviation = counted(2, 0, DOF_AGGREGATION_STDDEV, 4);
    uint8_t *record = draft_count(&draft, 0, 1, 1);
    draft_put_word(record, average, 0, 2);
    draft_put_word(record, average, 1, 14);
    record = draft_count(&draft, 0, 2, 2);
    draft_put_word(record, deviation, 0, 2);
    draft_put_word(record, deviation, 1, 4);
    draft_put_word(record, deviation, 2, 10);
    expect("\n" HISTOGRAM " |" AT_40 " 7        \n" HISTOGRAM " |" AT_40 " 1        \n");
}

static void a_printa_of_two_or_with_a_format_has_no_bars(void **state)
{
    (void)state;
    numbered();
    set(DOF_OPTION_AGGHIST, 0);
    printing(NULL, 2);
    emit_ids(2);
    expect("\n" CELL(" 2") CELL("20") CELL(" 0") "\n" CELL(" 1") CELL("30") CELL(" 5") "\n\n");
    numbered();
    set(DOF_OPTION_AGGHIST, 0);
    printing("%@llu\n", 1);
    emit_ids(1);
    expect("20\n30\n\n" KEY_HEADER CELL(" 1") " |" AT_40 " 5        \n");
}

static void put_bucket(const char *key, uint32_t word, uint64_t count)
{
    uint8_t *record = draft_count(&draft, 0, 1, 1);
    draft_put_text(record, key_of(1), key);
    draft_put_word(record, &draft.aggregations[1].records[2], word, count);
}

static void aggpack_gives_each_key_a_line_over_the_same_buckets(void **state)
{
    (void)state;
    start();
    set(DOF_OPTION_AGGPACK, 0);
    counted(1, 32, DOF_AGGREGATION_QUANTIZE, 127);
    put_bucket("ls", 66, 4);   /* 4 */
    put_bucket("cat", 68, 7);  /* 16 */
    put_bucket("cat", 67, 3);  /* 8: three tenths of seven are two */
    put_bucket("init", 77, 1); /* 8192 */
    expect("\n\n              key  min .--------------. max   | count\n"
           "               ls    2 : X            : 16384 | 4\n"
           "              cat    2 :  xx          : 16384 | 10\n"
           "             init    2 :            X : 16384 | 1\n");
}

static void aggpack_shows_counts_below_zero_as_wedges(void **state)
{
    (void)state;
    start();
    set(DOF_OPTION_AGGPACK, 0);
    const struct dtrace_record *data = counted(1, 0, DOF_AGGREGATION_QUANTIZE, 127);
    uint8_t *record = draft_count(&draft, 0, 1, 1);
    draft_put_word(record, data, 63, (uint64_t)-9);
    draft_put_word(record, data, 64, 1);
    expect("\n\n  min .---. max  | count\n"
           "    0 :V_ : 2    | -8\n");
}

static void aggpack_makes_room_for_the_largest_and_smallest(void **state)
{
    (void)state;
    static const struct {
        uint32_t bucket;
        const char *text;
    } ends[] = {{126, "                 min .--. max                 | count\n"
                      " 2305843009213693952 : X: 4611686018427387904 | 1\n"},
                {0, "                  min .--. max                  | count\n"
                    " -4611686018427387904 :X : -2305843009213693952 | 1\n"},
                {76, "  min .---. max  | count\n"
                     " 2048 : X : 8192 | 1\n"}};
    for (size_t i = 0; i < COUNT(ends); i++) {
        start();
        set(DOF_OPTION_AGGPACK, 0);
        const struct dtrace_record *data = counted(1, 0, DOF_AGGREGATION_QUANTIZE, 127);
        draft_put_word(draft_count(&draft, 0, 1, 1), data, ends[i].bucket, 1);
        char expected[256];
        snprintf(expected, sizeof expected, "\n\n%s", ends[i].text);
        expect(expected);
    }
}

static void aggpack_of_nothing_shows_the_middle(void **state)
{
    (void)state;
    start();
    set(DOF_OPTION_AGGPACK, 0);
    counted(1, 0, DOF_AGGREGATION_QUANTIZE, 127);
    (void)draft_count(&draft, 0, 1, 1);
    expect("\n\n  min .--. max  | count\n"
           "    0 :  : 1    | 0\n");
}

static void aggpack_of_lquantize_shows_all_levels(void **state)
{
    (void)state;
    start();
    set(DOF_OPTION_AGGPACK, 0);
    const struct dtrace_record *data = counted(1, 0, DOF_AGGREGATION_LQUANTIZE, 8);
    uint8_t *record = draft_count(&draft, 0, 1, 1);
    draft_put_word(record, data, 0, 10ull << 48 | 5ull << 32 | 100); /* 100 to 150 by 10 */
    for (uint32_t i = 1; i < 8; i++)
        draft_put_word(record, data, i, i == 4 ? 0 : i); /* 24 in all, in sevenths */
    expect("\n\n     min .-------. max      | count\n"
           "   < 100 :___ _xx: >= 150   | 24\n");
}

static void llquantize_is_never_packed(void **state)
{
    (void)state;
    uint64_t parameter = 10ull << 48 | 0ull << 32 | 6ull << 16 | 20;
    uint8_t *record = histogram(DOF_AGGREGATION_LLQUANTIZE, 120);
    set(DOF_OPTION_AGGPACK, 0);
    draft_put_word(record, histogram_data(), 0, parameter);
    expect("\n" HISTOGRAM "             < 1 |" NO_40 " 0        \n"
           "               1 |" NO_40 " 0        \n\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantize_shows_one_empty_bucket_on_each_side),
        cmocka_unit_test(quantize_of_nothing_shows_the_middle),
        cmocka_unit_test(the_ends_of_quantize_are_not_passed),
        cmocka_unit_test(negative_counts_grow_from_the_right),
        cmocka_unit_test(mixed_counts_grow_from_the_middle),
        cmocka_unit_test(aggzoom_fills_the_width_with_the_largest),
        cmocka_unit_test(huge_counts_do_not_overflow_the_bar),
        cmocka_unit_test(lquantize_names_its_edges),
        cmocka_unit_test(lquantize_of_nothing_shows_its_first_three),
        cmocka_unit_test(llquantize_steps_grow_with_the_magnitude),
        cmocka_unit_test(llquantize_names_its_edges),
        cmocka_unit_test(histograms_sort_by_their_weighted_sum),
        cmocka_unit_test(agghist_draws_values_beside_narrow_keys),
        cmocka_unit_test(agghist_of_sums_on_both_sides_of_zero_has_a_middle),
        cmocka_unit_test(narrow_keys_take_the_room_of_their_size),
        cmocka_unit_test(agghist_without_keys_is_a_value),
        cmocka_unit_test(agghist_leaves_the_smallest_and_the_largest_alone),
        cmocka_unit_test(each_variable_has_its_own_bars),
        cmocka_unit_test(aggzoom_widens_the_bars_of_agghist),
        cmocka_unit_test(averages_and_deviations_have_bars_too),
        cmocka_unit_test(a_printa_of_two_or_with_a_format_has_no_bars),
        cmocka_unit_test(aggpack_gives_each_key_a_line_over_the_same_buckets),
        cmocka_unit_test(aggpack_shows_counts_below_zero_as_wedges),
        cmocka_unit_test(aggpack_makes_room_for_the_largest_and_smallest),
        cmocka_unit_test(aggpack_of_nothing_shows_the_middle),
        cmocka_unit_test(aggpack_of_lquantize_shows_all_levels),
        cmocka_unit_test(llquantize_is_never_packed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
