/* Tunables: names, values, and who wins. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "boot/tunable.h"
#include "tests/unit/exact_copy.h"
#include "tests/unit/phrases.h"

static const char *const colours[] = {"none", "red", "dark red", NULL};

enum {
    STRING_SIZE = 8,
    COUNT = 6,
};

static char string[STRING_SIZE];
static struct tunable table[COUNT];
static const struct tunables tunables = {table, COUNT};

static struct tunable *const number = &table[0];
static struct tunable *const big = &table[1];
static struct tunable *const flag = &table[2];
static struct tunable *const colour = &table[3];
static struct tunable *const text = &table[4];
static struct tunable *const early = &table[5];

static int start(void **state)
{
    (void)state;
    *number = (struct tunable){.name = "trace.boot",
                               .second_name = "kern.boottrace.table_size",
                               .minimum = 10,
                               .maximum = 1000,
                               .default_value = 300};
    *big = (struct tunable){.name = "big", .maximum = UINT64_MAX};
    *flag = (struct tunable){
        .name = "kern.boottrace.enabled", .type = TUNABLE_SWITCH, .default_value = 1};
    *colour = (struct tunable){
        .name = "colour", .type = TUNABLE_CHOICE, .choices = colours, .default_value = 1};
    *text = (struct tunable){
        .name = "text", .type = TUNABLE_STRING, .string = string, .string_size = STRING_SIZE};
    *early = (struct tunable){.name = "early", .early = true, .maximum = 5};
    memset(string, 'x', sizeof string);
    tunables_start(&tunables);
    return 0;
}

static const struct tunable_source by_default = {TUNABLE_DEFAULT, 0};
static const struct tunable_source system_3 = {TUNABLE_ETC_SYSTEM, 3};
static const struct tunable_source system_4 = {TUNABLE_ETC_SYSTEM, 4};
static const struct tunable_source environment_7 = {TUNABLE_ENVIRONMENT, 7};
static const struct tunable_source command_line = {TUNABLE_COMMAND_LINE, 0};

/* Sets from a copy that ends with the text. */
static enum tunable_status set_bytes(struct tunable *tunable, const char *bytes, size_t length,
                                     struct tunable_source source)
{
    char *copy = exact_copy(bytes, length);
    enum tunable_status status = tunable_set_text(tunable, (struct slice){copy, length}, source);
    free(copy);
    return status;
}

static enum tunable_status set(struct tunable *tunable, const char *value,
                               struct tunable_source source)
{
    return set_bytes(tunable, value, strlen(value), source);
}

/* The text sets that value. */
static void assert_sets(struct tunable *tunable, const char *value, uint64_t expected)
{
    start(NULL);
    assert_int_equal(set(tunable, value, command_line), TUNABLE_OK);
    assert_true(tunable->value == expected);
    assert_int_equal(tunable->origin, TUNABLE_COMMAND_LINE);
}

static void assert_untouched(const struct tunable *tunable, const struct tunable *before)
{
    assert_true(tunable->value == before->value);
    assert_int_equal(tunable->origin, before->origin);
    assert_int_equal(tunable->line, before->line);
}

/* The text is refused and changes nothing. */
static void assert_refused(struct tunable *tunable, const char *value, enum tunable_status status)
{
    const struct tunable before = *tunable;
    assert_int_equal(set(tunable, value, command_line), status);
    assert_untouched(tunable, &before);
}

static void assert_number_refused(struct tunable *tunable, char operator, uint64_t value,
                                  struct tunable_source source, enum tunable_status status)
{
    const struct tunable before = *tunable;
    assert_int_equal(tunable_set_number(tunable, operator, value, source), status);
    assert_untouched(tunable, &before);
}

static void assert_prints(const struct tunable *tunable, const char *expected)
{
    char printed[64];
    assert_int_equal(tunable_print(tunable, printed, sizeof printed), strlen(expected));
    assert_string_equal(printed, expected);
}

static struct tunable *find(const char *name)
{
    size_t length = strlen(name);
    char *copy = exact_copy(name, length);
    struct tunable *found = tunables_find(&tunables, (struct slice){copy, length});
    free(copy);
    return found;
}

static void everything_starts_with_its_default(void **state)
{
    (void)state;
    assert_true(number->value == 300 && flag->value == 1 && colour->value == 1);
    assert_string_equal(text->string, "");
    for (size_t i = 0; i < COUNT; i++) {
        assert_int_equal(table[i].origin, TUNABLE_DEFAULT);
        assert_int_equal(table[i].line, 0);
    }
}

static void starting_again_forgets_what_was_set(void **state)
{
    (void)state;
    assert_int_equal(set(number, "20", system_3), TUNABLE_OK);
    assert_int_equal(set(text, "word", command_line), TUNABLE_OK);
    tunables_start(&tunables);
    everything_starts_with_its_default(NULL);
}

static void a_tunable_is_found_by_each_of_its_names(void **state)
{
    (void)state;
    assert_ptr_equal(find("trace.boot"), number);
    assert_ptr_equal(find("kern.boottrace.table_size"), number);
    assert_ptr_equal(find("big"), big);
    assert_ptr_equal(find("kern.boottrace.enabled"), flag);
}

static void a_colon_is_a_dot(void **state)
{
    (void)state;
    assert_ptr_equal(find("trace:boot"), number);
    assert_ptr_equal(find("kern:boottrace.enabled"), flag);
    assert_ptr_equal(find("kern:boottrace:table_size"), number);
    table[1].name = "a:b";
    assert_ptr_equal(find("a.b"), big);
    assert_ptr_equal(find("a:b"), big);
}

static void a_leading_kern_may_be_left_out_on_either_side(void **state)
{
    (void)state;
    assert_ptr_equal(find("boottrace.enabled"), flag);
    assert_ptr_equal(find("boottrace:enabled"), flag);
    assert_ptr_equal(find("boottrace.table_size"), number);
    assert_ptr_equal(find("kern.trace.boot"), number);
    assert_ptr_equal(find("kern:big"), big);
}

static void no_other_name_finds_anything(void **state)
{
    (void)state;
    static const char *const names[] = {
        "",           "kern.",  "kern.kern.big", "bi",
        "bigg",       "BIG",    "kern",          "kern.kern.boottrace.enabled",
        "trace_boot", "rn.big", "kernbig",       ".big"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_null(find(names[i]));
    assert_null(tunables_find(&tunables, (struct slice){0}));
    assert_null(tunables_find(&(struct tunables){0}, (struct slice){"big", 3}));
}

static void of_two_with_the_same_name_the_first_is_found(void **state)
{
    (void)state;
    table[5].name = "kern.big";
    assert_ptr_equal(find("big"), big);
    assert_ptr_equal(find("kern.big"), big);
}

static void numbers_are_decimal_or_hexadecimal(void **state)
{
    (void)state;
    assert_sets(number, "42", 42);
    assert_sets(number, "0042", 42);
    assert_sets(number, "0x2a", 42);
    assert_sets(number, "0X2A", 42);
    assert_sets(big, "0", 0);
    assert_sets(big, "18446744073709551614", UINT64_MAX - 1);
    assert_sets(big, "18446744073709551615", UINT64_MAX);
    assert_sets(big, "0xffffffffffffffff", UINT64_MAX);
}

static void what_is_no_number_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      " 42",
                                      "42 ",
                                      "+42",
                                      "-42",
                                      "0x",
                                      "x2a",
                                      "4 2",
                                      "42k",
                                      "2a",
                                      "4.2",
                                      "0x2g",
                                      "18446744073709551616",
                                      "0x10000000000000000"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_refused(number, bad[i], TUNABLE_NOT_A_NUMBER);
        assert_refused(big, bad[i], TUNABLE_NOT_A_NUMBER);
    }
    assert_int_equal(tunable_set_text(number, (struct slice){0}, command_line),
                     TUNABLE_NOT_A_NUMBER);
}

static void a_number_keeps_to_its_range(void **state)
{
    (void)state;
    assert_refused(number, "9", TUNABLE_OUT_OF_RANGE);
    assert_sets(number, "10", 10);
    assert_sets(number, "11", 11);
    assert_sets(number, "999", 999);
    assert_sets(number, "1000", 1000);
    assert_refused(number, "1001", TUNABLE_OUT_OF_RANGE);
    assert_number_refused(number, '=', 9, command_line, TUNABLE_OUT_OF_RANGE);
    assert_number_refused(number, '=', 1001, command_line, TUNABLE_OUT_OF_RANGE);
    assert_int_equal(tunable_set_number(number, '=', 10, command_line), TUNABLE_OK);
    assert_int_equal(tunable_set_number(number, '=', 1000, command_line), TUNABLE_OK);
    assert_true(number->value == 1000);
}

static void a_signed_number_is_negative_in_text_and_as_a_number(void **state)
{
    (void)state;
    struct tunable offset = {
        .name = "offset", .type = TUNABLE_SIGNED, .minimum = (uint64_t)-20, .maximum = 300};
    assert_int_equal(set(&offset, "-20", system_3), TUNABLE_OK);
    assert_prints(&offset, "-20");
    assert_int_equal(tunable_set_number(&offset, '=', (uint64_t)-1, system_3), TUNABLE_OK);
    assert_prints(&offset, "-1");
    assert_int_equal(tunable_set_number(&offset, '=', (uint64_t)-20, system_3), TUNABLE_OK);
    assert_int_equal(tunable_set_number(&offset, '=', 300, system_3), TUNABLE_OK);
    assert_refused(&offset, "-21", TUNABLE_OUT_OF_RANGE);
    assert_number_refused(&offset, '=', (uint64_t)-21, system_3, TUNABLE_OUT_OF_RANGE);
    assert_number_refused(&offset, '=', 301, system_3, TUNABLE_OUT_OF_RANGE);
    assert_number_refused(&offset, '=', (uint64_t)1 << 63, system_3, TUNABLE_OUT_OF_RANGE);
}

static void a_switch_knows_four_words_for_each_position(void **state)
{
    (void)state;
    static const char *const off[] = {"0", "no", "off", "false", "NO", "Off", "fALSE"};
    static const char *const on[] = {"1", "yes", "on", "true", "YES", "oN", "True"};
    for (size_t i = 0; i < sizeof off / sizeof off[0]; i++) {
        assert_sets(flag, off[i], 0);
        assert_sets(flag, on[i], 1);
    }
}

static void a_switch_knows_nothing_else(void **state)
{
    (void)state;
    static const char *const bad[] = {"",   "2",    "00",    "01", "0x1", "y",  "n",
                                      "of", "yess", "truee", " 1", "1 ",  "N0", "\xeeo"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_refused(flag, bad[i], TUNABLE_NO_SWITCH);
    assert_number_refused(flag, '=', 2, command_line, TUNABLE_NO_SWITCH);
    assert_number_refused(flag, '=', UINT64_MAX, command_line, TUNABLE_NO_SWITCH);
    assert_int_equal(tunable_set_number(flag, '=', 0, command_line), TUNABLE_OK);
    assert_true(flag->value == 0);
    assert_int_equal(tunable_set_number(flag, '=', 1, command_line), TUNABLE_OK);
    assert_true(flag->value == 1);
}

static void a_choice_is_the_index_of_its_word(void **state)
{
    (void)state;
    assert_sets(colour, "none", 0);
    assert_sets(colour, "red", 1);
    assert_sets(colour, "dark red", 2);
    assert_refused(colour, "", TUNABLE_NO_CHOICE);
    assert_refused(colour, "Red", TUNABLE_NO_CHOICE);
    assert_refused(colour, "re", TUNABLE_NO_CHOICE);
    assert_refused(colour, "redd", TUNABLE_NO_CHOICE);
    assert_refused(colour, "1", TUNABLE_NO_CHOICE);
}

static void a_string_is_kept_as_it_is(void **state)
{
    (void)state;
    assert_int_equal(set(text, "\x01\n\xc3\xbc \"", system_3), TUNABLE_OK);
    assert_string_equal(text->string, "\x01\n\xc3\xbc \"");
    assert_int_equal(text->origin, TUNABLE_ETC_SYSTEM);
    assert_int_equal(text->line, 3);
    assert_int_equal(tunable_set_text(text, (struct slice){0}, system_4), TUNABLE_OK);
    assert_string_equal(text->string, "");
    assert_int_equal(text->line, 4);
}

static void a_string_must_leave_room_for_its_terminator(void **state)
{
    (void)state;
    assert_int_equal(set(text, "sixsix", command_line), TUNABLE_OK);
    assert_int_equal(set(text, "seven77", command_line), TUNABLE_OK);
    assert_refused(text, "eight888", TUNABLE_TOO_LONG);
    assert_string_equal(text->string, "seven77");
    text->string_size = 1;
    assert_refused(text, "1", TUNABLE_TOO_LONG);
    assert_int_equal(set(text, "", command_line), TUNABLE_OK);
    assert_string_equal(text->string, "");
}

static void a_string_with_a_nul_is_refused(void **state)
{
    (void)state;
    assert_int_equal(set(text, "old", command_line), TUNABLE_OK);
    assert_int_equal(set_bytes(text, "a\0b", 3, command_line), TUNABLE_HOLDS_NUL);
    assert_int_equal(set_bytes(text, "", 1, command_line), TUNABLE_HOLDS_NUL);
    assert_string_equal(text->string, "old");
}

static void choices_and_strings_take_no_number(void **state)
{
    (void)state;
    assert_number_refused(colour, '=', 0, command_line, TUNABLE_WANTS_TEXT);
    assert_number_refused(text, '=', 0, command_line, TUNABLE_WANTS_TEXT);
    assert_string_equal(text->string, "");
}

static void a_stronger_origin_wins_whatever_the_order(void **state)
{
    (void)state;
    assert_int_equal(set(number, "20", environment_7), TUNABLE_OK);
    assert_int_equal(set(number, "30", system_3), TUNABLE_OVERRULED);
    assert_int_equal(set(number, "40", by_default), TUNABLE_OVERRULED);
    assert_true(number->value == 20);
    assert_int_equal(number->origin, TUNABLE_ENVIRONMENT);
    assert_int_equal(number->line, 7);
    assert_int_equal(set(number, "50", command_line), TUNABLE_OK);
    assert_int_equal(set(number, "60", environment_7), TUNABLE_OVERRULED);
    assert_true(number->value == 50);
    assert_int_equal(number->line, 0);
}

static void of_the_same_origin_the_last_one_wins(void **state)
{
    (void)state;
    assert_int_equal(set(number, "20", system_4), TUNABLE_OK);
    assert_int_equal(set(number, "30", system_3), TUNABLE_OK);
    assert_true(number->value == 30);
    assert_int_equal(number->line, 3);
}

static void who_is_overruled_changes_nothing_of_any_type(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT - 1; i++) {
        static const char *const first[] = {"20", "20", "0", "none", "first"};
        static const char *const second[] = {"30", "30", "1", "red", "second"};
        assert_int_equal(set(&table[i], first[i], environment_7), TUNABLE_OK);
        const struct tunable before = table[i];
        assert_int_equal(set(&table[i], second[i], system_3), TUNABLE_OVERRULED);
        assert_untouched(&table[i], &before);
        assert_prints(&table[i], first[i]);
    }
    assert_number_refused(number, '=', 40, system_3, TUNABLE_OVERRULED);
    assert_number_refused(flag, '=', 1, system_3, TUNABLE_OVERRULED);
}

static void a_bad_value_is_told_even_where_it_would_be_overruled(void **state)
{
    (void)state;
    assert_int_equal(set(number, "20", command_line), TUNABLE_OK);
    assert_int_equal(set(number, "x", system_3), TUNABLE_NOT_A_NUMBER);
    assert_int_equal(set(number, "5", system_3), TUNABLE_OUT_OF_RANGE);
    assert_number_refused(number, '=', 5, system_3, TUNABLE_OUT_OF_RANGE);
}

static void judging_a_text_changes_nothing_and_asks_no_stronger_origin(void **state)
{
    (void)state;
    assert_int_equal(set(number, "20", command_line), TUNABLE_OK);
    const struct tunable before = *number;
    assert_int_equal(tunable_judge_text(number, slice_of("30"), system_3), TUNABLE_OK);
    assert_int_equal(tunable_judge_text(number, slice_of("5"), system_3), TUNABLE_OUT_OF_RANGE);
    assert_untouched(number, &before);
    assert_int_equal(tunable_judge_text(early, slice_of("1"), system_3), TUNABLE_TOO_LATE);
    assert_int_equal(tunable_judge_text(text, slice_of("word"), command_line), TUNABLE_OK);
    assert_string_equal(text->string, "");
}

static void bits_are_combined_with_the_present_value(void **state)
{
    (void)state;
    assert_int_equal(tunable_set_number(big, '=', 0xf0f0f0f0f0f0f0f0, system_3), TUNABLE_OK);
    assert_int_equal(tunable_set_number(big, '|', 0x000000000000000f, system_4), TUNABLE_OK);
    assert_true(big->value == 0xf0f0f0f0f0f0f0ff);
    assert_int_equal(big->line, 4);
    assert_int_equal(tunable_set_number(big, '&', 0xff000000000000ff, environment_7), TUNABLE_OK);
    assert_true(big->value == 0xf0000000000000ff);
    assert_int_equal(big->origin, TUNABLE_ENVIRONMENT);
    assert_int_equal(tunable_set_number(number, '|', 1, system_3), TUNABLE_OK);
    assert_true(number->value == 301);
}

static void combining_keeps_to_range_and_precedence(void **state)
{
    (void)state;
    assert_number_refused(number, '&', 0, system_3, TUNABLE_OUT_OF_RANGE);
    assert_number_refused(number, '|', 0x400, system_3, TUNABLE_OUT_OF_RANGE);
    assert_int_equal(set(number, "20", environment_7), TUNABLE_OK);
    assert_number_refused(number, '|', 1, system_3, TUNABLE_OVERRULED);
    assert_number_refused(number, '&', 16, system_3, TUNABLE_OVERRULED);
    assert_number_refused(number, '&', 0, system_3, TUNABLE_OVERRULED);
}

static void only_numbers_have_bits(void **state)
{
    (void)state;
    assert_number_refused(flag, '&', 1, command_line, TUNABLE_NOT_BITS);
    assert_number_refused(flag, '|', 1, command_line, TUNABLE_NOT_BITS);
    assert_number_refused(colour, '|', 0, command_line, TUNABLE_NOT_BITS);
    assert_number_refused(text, '&', 0, command_line, TUNABLE_NOT_BITS);
}

static void an_early_one_obeys_the_command_line_only(void **state)
{
    (void)state;
    const struct tunable before = *early;
    assert_int_equal(set(early, "1", by_default), TUNABLE_TOO_LATE);
    assert_int_equal(set(early, "1", system_3), TUNABLE_TOO_LATE);
    assert_int_equal(set(early, "x", environment_7), TUNABLE_TOO_LATE);
    assert_untouched(early, &before);
    assert_number_refused(early, '=', 1, system_3, TUNABLE_TOO_LATE);
    assert_number_refused(early, '|', 1, environment_7, TUNABLE_TOO_LATE);
    assert_int_equal(set(early, "1", command_line), TUNABLE_OK);
    assert_int_equal(tunable_set_number(early, '|', 4, command_line), TUNABLE_OK);
    assert_true(early->value == 5);
}

static void values_print_as_text_that_sets_them(void **state)
{
    (void)state;
    assert_prints(number, "300");
    assert_prints(big, "0");
    assert_prints(flag, "1");
    assert_prints(colour, "red");
    assert_prints(text, "");
    assert_int_equal(set(big, "0xffffffffffffffff", command_line), TUNABLE_OK);
    assert_prints(big, "18446744073709551615");
    assert_int_equal(set(big, "10000000000000000000", command_line), TUNABLE_OK);
    assert_prints(big, "10000000000000000000");
    assert_int_equal(set(flag, "OFF", command_line), TUNABLE_OK);
    assert_prints(flag, "0");
    assert_int_equal(set(text, "a \"b\"\n", command_line), TUNABLE_OK);
    assert_prints(text, "a \"b\"\n");
}

static void printing_into_every_size_gives_the_whole_length(void **state)
{
    (void)state;
    assert_int_equal(set(number, "1000", command_line), TUNABLE_OK);
    assert_int_equal(tunable_print(number, NULL, 0), 4);
    for (size_t size = 1; size <= 6; size++) {
        char *printed = malloc(size);
        assert_non_null(printed);
        assert_int_equal(tunable_print(number, printed, size), 4);
        size_t kept = size <= 4 ? size - 1 : 4;
        assert_memory_equal(printed, "1000", kept);
        assert_int_equal(printed[kept], '\0');
        free(printed);
    }
}

static void every_type_origin_and_status_has_words_of_its_own(void **state)
{
    (void)state;
    assert_phrases(tunable_type_str, enum tunable_type, TUNABLE_STRING);
    assert_phrases(tunable_origin_str, enum tunable_origin, TUNABLE_COMMAND_LINE);
    assert_phrases(tunable_status_str, enum tunable_status, TUNABLE_WANTS_TEXT);
}

#define TEST(function) cmocka_unit_test_setup(function, start)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(everything_starts_with_its_default),
        TEST(starting_again_forgets_what_was_set),
        TEST(a_tunable_is_found_by_each_of_its_names),
        TEST(a_colon_is_a_dot),
        TEST(a_leading_kern_may_be_left_out_on_either_side),
        TEST(no_other_name_finds_anything),
        TEST(of_two_with_the_same_name_the_first_is_found),
        TEST(numbers_are_decimal_or_hexadecimal),
        TEST(what_is_no_number_is_refused),
        TEST(a_number_keeps_to_its_range),
        TEST(a_signed_number_is_negative_in_text_and_as_a_number),
        TEST(a_switch_knows_four_words_for_each_position),
        TEST(a_switch_knows_nothing_else),
        TEST(a_choice_is_the_index_of_its_word),
        TEST(a_string_is_kept_as_it_is),
        TEST(a_string_must_leave_room_for_its_terminator),
        TEST(a_string_with_a_nul_is_refused),
        TEST(choices_and_strings_take_no_number),
        TEST(a_stronger_origin_wins_whatever_the_order),
        TEST(of_the_same_origin_the_last_one_wins),
        TEST(who_is_overruled_changes_nothing_of_any_type),
        TEST(a_bad_value_is_told_even_where_it_would_be_overruled),
        TEST(judging_a_text_changes_nothing_and_asks_no_stronger_origin),
        TEST(bits_are_combined_with_the_present_value),
        TEST(combining_keeps_to_range_and_precedence),
        TEST(only_numbers_have_bits),
        TEST(an_early_one_obeys_the_command_line_only),
        TEST(values_print_as_text_that_sets_them),
        TEST(printing_into_every_size_gives_the_whole_length),
        TEST(every_type_origin_and_status_has_words_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
