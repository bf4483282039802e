/* The kernel's command line, in buffers that end with it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "boot/command_line.h"
#include "tests/unit/exact_copy.h"
#include "tests/unit/phrases.h"

static char *text;
static char *buffer;
static struct command_line line;
static struct command_line_option option;

/* Starts on a line, with a buffer for one option of `size` bytes. */
static void start_with(const char *content, size_t size)
{
    free(text);
    free(buffer);
    size_t length = strlen(content);
    text = exact_copy(content, length);
    buffer = malloc(size > 0 ? size : 1);
    assert_non_null(buffer);
    line = (struct command_line){
        .text = text, .length = length, .buffer = buffer, .buffer_size = size};
}

static void start(const char *content)
{
    start_with(content, 64);
}

static int release(void **state)
{
    (void)state;
    free(text);
    free(buffer);
    text = buffer = NULL;
    return 0;
}

static void assert_text(const char *actual, size_t length, const char *expected)
{
    if (expected == NULL) {
        assert_null(actual);
        return;
    }
    assert_non_null(actual);
    assert_int_equal(length, strlen(expected));
    assert_memory_equal(actual, expected, length);
}

/* The next option is this one; `value` NULL: a bare word. */
static void assert_next(const char *name, const char *value)
{
    assert_true(command_line_next(&line, &option));
    assert_int_equal(option.status, COMMAND_LINE_OK);
    assert_text(option.name, option.name_length, name);
    assert_text(option.value, option.value_length, value);
}

static void assert_status(enum command_line_status status, const char *name, const char *value)
{
    assert_true(command_line_next(&line, &option));
    assert_int_equal(option.status, status);
    assert_text(option.name, option.name_length, name);
    assert_text(option.value, option.value_length, value);
}

static void assert_end(void)
{
    struct command_line_option zero = {0};
    assert_false(command_line_next(&line, &option));
    assert_memory_equal(&option, &zero, sizeof zero);
    assert_false(command_line_next(&line, &option));
}

static void an_empty_line_has_no_options(void **state)
{
    (void)state;
    start("");
    assert_end();
    start(" \t\f\n\r");
    assert_end();
    line = (struct command_line){0};
    assert_end();
}

static void words_and_pairs_come_in_order(void **state)
{
    (void)state;
    start("k.elf  trace.boot=64\tquiet\nworkload=10000 ");
    assert_next("k.elf", NULL);
    assert_false(option.property);
    assert_next("trace.boot", "64");
    assert_next("quiet", NULL);
    assert_next("workload", "10000");
    assert_end();
}

static void the_first_equals_sign_separates(void **state)
{
    (void)state;
    start("a=b=c d= =e");
    assert_next("a", "b=c");
    assert_next("d", "");
    assert_status(COMMAND_LINE_NO_NAME, "", "e");
    assert_end();
}

static void a_word_without_quotes_needs_no_buffer(void **state)
{
    (void)state;
    start_with("name=value a,b back\\slash", 0);
    assert_next("name", "value");
    assert_ptr_equal(option.name, text);
    assert_next("a,b", NULL);
    assert_next("back\\slash", NULL);
    assert_end();
}

static void quotes_group_and_vanish(void **state)
{
    (void)state;
    start("\"a b\"=c d='e  f' g\"h\"i''j 'it\"s' \"it's\"");
    assert_next("a b", "c");
    assert_next("d", "e  f");
    assert_next("ghij", NULL);
    assert_next("it\"s", NULL);
    assert_next("it's", NULL);
    assert_end();
}

static void a_backslash_takes_the_next_character_in_double_quotes_only(void **state)
{
    (void)state;
    start("\"a\\\"b\\\\c\\d\" 'e\\' f\\g h\\\\i");
    assert_next("a\"b\\cd", NULL);
    assert_next("e\\", NULL);
    assert_next("f\\g", NULL);
    assert_next("h\\i", NULL);
    assert_end();
}

static void a_quote_that_grub_escaped_groups_as_a_bare_one(void **state)
{
    (void)state;
    start("x=\\\"a b\\\" y=\\'c d\\' z=\\\"e\\'f\\\\\\\" w=\\\"g h\" v");
    assert_next("x", "a b");
    assert_next("y", "c d");
    assert_next("z", "e'f\\");
    assert_next("w", "g h");
    assert_next("v", NULL);
    assert_end();
}

static void a_word_that_grub_quoted_whole_is_still_a_pair(void **state)
{
    (void)state;
    start("hello \"name=a b\" \"c d\"");
    assert_next("hello", NULL);
    assert_next("name", "a b");
    assert_next("c d", NULL);
    assert_end();
}

static void a_list_of_properties_gives_each_pair(void **state)
{
    (void)state;
    start("-B console=ttya,ttya-mode=\"115200,8,n,1,-\",bare x=1,2");
    assert_next("console", "ttya");
    assert_true(option.property);
    assert_next("ttya-mode", "115200,8,n,1,-");
    assert_true(option.property);
    assert_next("bare", NULL);
    assert_true(option.property);
    assert_next("x", "1,2");
    assert_false(option.property);
    assert_end();
}

static void a_list_reads_the_same_with_grubs_escapes(void **state)
{
    (void)state;
    start("-B ttya-mode=\\\"115200,8,n,1,-\\\",console=ttyb");
    assert_next("ttya-mode", "115200,8,n,1,-");
    assert_next("console", "ttyb");
    assert_end();
}

static void empty_pairs_and_second_lists_are_fine(void **state)
{
    (void)state;
    start("-B ,a=1,,b=2,  c -B   d=4 -Be=5");
    assert_next("a", "1");
    assert_next("b", "2");
    assert_next("c", NULL);
    assert_false(option.property);
    assert_next("d", "4");
    assert_true(option.property);
    assert_next("-Be", "5");
    assert_false(option.property);
    assert_end();
}

static void a_list_that_is_missing_is_told(void **state)
{
    (void)state;
    start("a -B  ");
    assert_next("a", NULL);
    assert_status(COMMAND_LINE_NO_LIST, "-B", NULL);
    assert_false(option.property);
    assert_end();
    start("-B , ");
    assert_status(COMMAND_LINE_NO_LIST, "-B", NULL);
    assert_end();
}

static void only_a_bare_word_outside_a_list_starts_one(void **state)
{
    (void)state;
    start("-B -B,a=1,-B,b=2 -B=2 '-B' c=3,d");
    assert_next("-B", NULL);
    assert_true(option.property);
    assert_next("a", "1");
    assert_next("-B", NULL);
    assert_next("b", "2");
    assert_true(option.property);
    assert_next("-B", "2");
    assert_false(option.property);
    assert_next("-B", NULL);
    assert_false(option.property);
    assert_next("c", "3,d");
    assert_end();
}

static void an_unterminated_quote_is_taken_to_the_end_and_told(void **state)
{
    (void)state;
    start("a=\"b c");
    assert_status(COMMAND_LINE_UNTERMINATED, "a", "b c");
    assert_end();
    start("'");
    assert_status(COMMAND_LINE_UNTERMINATED, "", NULL);
    assert_end();
    start("\"a\\");
    assert_status(COMMAND_LINE_UNTERMINATED, "a\\", NULL);
    assert_end();
    start("-B a=\\\"b,c");
    assert_status(COMMAND_LINE_UNTERMINATED, "a", "b,c");
    assert_end();
}

static void empty_quotes_are_an_option_without_a_name(void **state)
{
    (void)state;
    start("'' a=\"\"");
    assert_status(COMMAND_LINE_NO_NAME, "", NULL);
    assert_next("a", "");
    assert_end();
}

static void a_quoted_word_fits_its_buffer_to_the_byte(void **state)
{
    (void)state;
    start_with("a='bc d' e", 6);
    assert_next("a", "bc d");
    assert_next("e", NULL);
    assert_end();
    start_with("'-B' a=1,b=2", 0);
    assert_status(COMMAND_LINE_TOO_LONG, "'-B'", NULL);
    assert_next("a", "1,b=2");
    assert_end();
    start_with("a='bc d' e", 5);
    assert_status(COMMAND_LINE_TOO_LONG, "a='bc d'", NULL);
    assert_next("e", NULL);
    assert_end();
}

static void every_truncation_is_read_without_an_overread(void **state)
{
    (void)state;
    const char *full = "k \"a=\\\"b\\\\\" -B c='d,e',f=\\\"g,h\\\" i\\";
    char part[64];
    for (size_t length = 0; length <= strlen(full); length++) {
        memcpy(part, full, length);
        part[length] = '\0';
        start(part);
        size_t count = 0;
        while (command_line_next(&line, &option))
            count++;
        assert_true(count <= 5);
        assert_int_equal(line.at, length);
    }
}

static void names_are_compared_whole(void **state)
{
    (void)state;
    start("trace.boot=1");
    assert_next("trace.boot", "1");
    assert_true(command_line_is(&option, "trace.boot"));
    assert_false(command_line_is(&option, "trace.boo"));
    assert_false(command_line_is(&option, "trace.boot1"));
    assert_false(command_line_is(&option, ""));
}

static void assert_number(const char *digits, uint64_t expected)
{
    uint64_t value = 77;
    assert_true(command_line_number(digits, strlen(digits), &value));
    assert_int_equal(value, expected);
}

static void assert_no_number(const char *digits)
{
    uint64_t value = 77;
    assert_false(command_line_number(digits, strlen(digits), &value));
    assert_int_equal(value, 77);
}

static void numbers_are_decimal_or_hexadecimal(void **state)
{
    (void)state;
    assert_number("0", 0);
    assert_number("007", 7);
    assert_number("18446744073709551615", UINT64_MAX);
    assert_number("0x0", 0);
    assert_number("0XaBc", 0xabc);
    assert_number("0xffffffffffffffff", UINT64_MAX);
    assert_number("0x000000000000000000001", 1);
}

static void anything_else_is_no_number(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "x",
        "0x",
        "1 ",
        " 1",
        "+1",
        "-1",
        "1a",
        "0xg",
        "1.0",
        "0x1x",
        "x1",
        "1,2",
        "0b1",
        "18446744073709551616",
        "18446744073709551620",
        "99999999999999999999",
        "0x10000000000000000",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_no_number(bad[i]);
    uint64_t value;
    assert_false(command_line_number(NULL, 0, &value));
}

static void every_status_has_a_phrase_of_its_own(void **state)
{
    (void)state;
    assert_phrases(command_line_status_str, enum command_line_status, COMMAND_LINE_NO_LIST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_line_has_no_options),
        cmocka_unit_test(words_and_pairs_come_in_order),
        cmocka_unit_test(the_first_equals_sign_separates),
        cmocka_unit_test(a_word_without_quotes_needs_no_buffer),
        cmocka_unit_test(quotes_group_and_vanish),
        cmocka_unit_test(a_backslash_takes_the_next_character_in_double_quotes_only),
        cmocka_unit_test(a_quote_that_grub_escaped_groups_as_a_bare_one),
        cmocka_unit_test(a_word_that_grub_quoted_whole_is_still_a_pair),
        cmocka_unit_test(a_list_of_properties_gives_each_pair),
        cmocka_unit_test(a_list_reads_the_same_with_grubs_escapes),
        cmocka_unit_test(empty_pairs_and_second_lists_are_fine),
        cmocka_unit_test(a_list_that_is_missing_is_told),
        cmocka_unit_test(only_a_bare_word_outside_a_list_starts_one),
        cmocka_unit_test(an_unterminated_quote_is_taken_to_the_end_and_told),
        cmocka_unit_test(empty_quotes_are_an_option_without_a_name),
        cmocka_unit_test(a_quoted_word_fits_its_buffer_to_the_byte),
        cmocka_unit_test(every_truncation_is_read_without_an_overread),
        cmocka_unit_test(names_are_compared_whole),
        cmocka_unit_test(numbers_are_decimal_or_hexadecimal),
        cmocka_unit_test(anything_else_is_no_number),
        cmocka_unit_test(every_status_has_a_phrase_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, release);
}
