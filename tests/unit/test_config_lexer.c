/* Words of configuration, in buffers that end with the text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "boot/config_lexer.h"
#include "tests/unit/exact_copy.h"

/* The text that is read; the words point into it. */
static char *copy;
static struct config_lexer lexer;
static struct config_word word;

static void start_bytes(const char *bytes, size_t length)
{
    free(copy);
    copy = exact_copy(bytes, length);
    lexer = (struct config_lexer){.text = {copy, length}};
}

static void start(const char *text)
{
    start_bytes(text, strlen(text));
}

static int release(void **state)
{
    (void)state;
    free(copy);
    copy = NULL;
    return 0;
}

static void assert_text(const char *expected)
{
    assert_int_equal(word.text.length, strlen(expected));
    assert_memory_equal(word.text.text, expected, word.text.length);
}

static void assert_next(enum config_token token, const char *text)
{
    config_lexer_next(&lexer, &word);
    assert_int_equal(word.token, token);
    assert_text(text);
}

static void assert_end(void)
{
    for (int i = 0; i < 2; i++) {
        config_lexer_next(&lexer, &word);
        assert_int_equal(word.token, CONFIG_END);
        assert_null(word.text.text);
        assert_int_equal(word.offset, lexer.text.length);
    }
}

/* One word, and nothing behind it. */
static void assert_only(enum config_token token, const char *text)
{
    start(text);
    assert_next(token, text);
    assert_end();
}

static void assert_number(const char *text, uint64_t number)
{
    assert_only(CONFIG_NUMBER, text);
    start(text);
    config_lexer_next(&lexer, &word);
    assert_true(word.number == number);
}

static void no_text_is_the_end(void **state)
{
    (void)state;
    start("");
    assert_end();
    lexer = (struct config_lexer){0};
    assert_end();
    start(" \t  \t");
    assert_end();
}

static void every_mark_is_a_word_of_its_own(void **state)
{
    (void)state;
    start("=&|*#:;,/");
    static const char *const marks[] = {"=", "&", "|", "*", "#", ":", ";", ",", "/"};
    for (int token = CONFIG_EQUALS; token <= CONFIG_SLASH; token++)
        assert_next((enum config_token)token, marks[token - CONFIG_EQUALS]);
    assert_end();
}

static void any_other_character_is_unexpected_and_alone(void **state)
{
    (void)state;
    for (int c = 0; c < 256; c++) {
        if (c != 0 && strchr("=&|*#:;,/-\"_ \t\n\r0123456789"
                             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
                             c) != NULL)
            continue;
        const char bytes[] = {(char)c, 'a'};
        start_bytes(bytes, c == '\\' ? 1 : 2);
        config_lexer_next(&lexer, &word);
        assert_int_equal(word.token, CONFIG_UNEXPECTED);
        assert_int_equal(word.text.length, 1);
        assert_ptr_equal(word.text.text, copy);
    }
}

static void a_newline_is_lf_or_cr_or_both_in_that_order(void **state)
{
    (void)state;
    start("\n\r\r\n\n\ra");
    assert_next(CONFIG_NEWLINE, "\n");
    assert_next(CONFIG_NEWLINE, "\r");
    assert_next(CONFIG_NEWLINE, "\r\n");
    assert_next(CONFIG_NEWLINE, "\n");
    assert_next(CONFIG_NEWLINE, "\r");
    assert_next(CONFIG_NAME, "a");
    assert_int_equal(word.line, 6);
    assert_int_equal(word.offset, 6);
    assert_end();
}

static void a_name_goes_on_with_digits_and_three_marks(void **state)
{
    (void)state;
    assert_only(CONFIG_NAME, "a");
    assert_only(CONFIG_NAME, "_");
    assert_only(CONFIG_NAME, "Zz_9-a.b-");
    assert_only(CONFIG_NAME, "dof-data-0");
    start("a+b .c");
    assert_next(CONFIG_NAME, "a");
    assert_next(CONFIG_UNEXPECTED, "+");
    assert_next(CONFIG_NAME, "b");
    assert_next(CONFIG_UNEXPECTED, ".");
    assert_next(CONFIG_NAME, "c");
}

static void a_backslash_takes_the_next_character_into_the_name(void **state)
{
    (void)state;
    assert_only(CONFIG_NAME, "\\/");
    assert_only(CONFIG_NAME, "a\\ b\\\"\\\\c\\\xff");
    start("\\;;");
    assert_next(CONFIG_NAME, "\\;");
    assert_next(CONFIG_SEMICOLON, ";");
}

static void a_backslash_takes_no_control_character(void **state)
{
    (void)state;
    start("a\\\nb\\");
    assert_next(CONFIG_NAME, "a");
    assert_next(CONFIG_UNEXPECTED, "\\");
    assert_next(CONFIG_NEWLINE, "\n");
    assert_next(CONFIG_NAME, "b");
    assert_next(CONFIG_UNEXPECTED, "\\");
    assert_end();
}

static void a_lone_minus_is_a_name(void **state)
{
    (void)state;
    start("- -a --1");
    assert_next(CONFIG_NAME, "-");
    assert_next(CONFIG_NAME, "-");
    assert_next(CONFIG_NAME, "a");
    assert_next(CONFIG_NAME, "-");
    assert_next(CONFIG_NUMBER, "-1");
    start("~ ~a");
    assert_next(CONFIG_UNEXPECTED, "~");
    assert_next(CONFIG_UNEXPECTED, "~");
    assert_next(CONFIG_NAME, "a");
}

static void numbers_are_decimal_octal_or_hexadecimal(void **state)
{
    (void)state;
    assert_number("0", 0);
    assert_number("9", 9);
    assert_number("1234567890", 1234567890);
    assert_number("0777", 0777);
    assert_number("00", 0);
    assert_number("0x7f", 0x7f);
    assert_number("0XaBcDeF", 0xabcdef);
    assert_number("0x0", 0);
}

static void signs_negate_and_complement(void **state)
{
    (void)state;
    assert_number("-1", UINT64_MAX);
    assert_number("-0x10", 0 - (uint64_t)16);
    assert_number("~0", UINT64_MAX);
    assert_number("~0xff", ~(uint64_t)0xff);
    assert_number("-010", 0 - (uint64_t)8);
    assert_number("-0", 0);
}

static void numbers_reach_up_to_64_bits_and_no_further(void **state)
{
    (void)state;
    assert_number("18446744073709551615", UINT64_MAX);
    assert_only(CONFIG_BAD_NUMBER, "18446744073709551616");
    assert_only(CONFIG_BAD_NUMBER, "18446744073709551620");
    assert_only(CONFIG_BAD_NUMBER, "99999999999999999999");
    assert_number("01777777777777777777777", UINT64_MAX);
    assert_only(CONFIG_BAD_NUMBER, "02000000000000000000000");
    assert_number("0xffffffffffffffff", UINT64_MAX);
    assert_number("0x0000ffffffffffffffff", UINT64_MAX);
    assert_only(CONFIG_BAD_NUMBER, "0x10000000000000000");
    assert_only(CONFIG_BAD_NUMBER, "0x10000000000000000000000000000000001");
    assert_number("-9223372036854775808", (uint64_t)1 << 63);
    assert_only(CONFIG_BAD_NUMBER, "-9223372036854775809");
    assert_number("~18446744073709551615", 0);
    assert_only(CONFIG_BAD_NUMBER, "~18446744073709551616");
}

static void what_begins_like_a_number_and_is_none_is_one_bad_word(void **state)
{
    (void)state;
    static const char *const words[] = {"08",  "0x",   "0xg", "10k", "1.5",  "1-2",
                                        "0_1", "1e-5", "0b1", "-0x", "0x0x", "078"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        assert_only(CONFIG_BAD_NUMBER, words[i]);
    start("09");
    config_lexer_next(&lexer, &word);
    assert_true(word.number == 0);
}

static void a_number_ends_at_a_mark(void **state)
{
    (void)state;
    start("0x7f,1;2*3");
    assert_next(CONFIG_NUMBER, "0x7f");
    assert_next(CONFIG_COMMA, ",");
    assert_next(CONFIG_NUMBER, "1");
    assert_next(CONFIG_SEMICOLON, ";");
    assert_next(CONFIG_NUMBER, "2");
    assert_next(CONFIG_STAR, "*");
    assert_next(CONFIG_NUMBER, "3");
    assert_end();
}

static void a_string_is_what_stands_between_the_quotes(void **state)
{
    (void)state;
    start("\"\"\"a b\" \"it's #*;\"");
    assert_next(CONFIG_STRING, "");
    assert_next(CONFIG_STRING, "a b");
    assert_int_equal(word.offset, 2);
    assert_next(CONFIG_STRING, "it's #*;");
    assert_end();
}

static void a_string_may_hold_any_byte_but_newlines(void **state)
{
    (void)state;
    char bytes[258] = {'"'};
    size_t length = 1;
    for (int c = 0; c < 256; c++)
        if (strchr("\"\\\r\n", c) == NULL || c == 0)
            bytes[length++] = (char)c;
    bytes[length++] = '"';
    start_bytes(bytes, length);
    config_lexer_next(&lexer, &word);
    assert_int_equal(word.token, CONFIG_STRING);
    assert_int_equal(word.text.length, 252);
    assert_end();
}

static void an_escaped_quote_does_not_end_a_string(void **state)
{
    (void)state;
    start("\"a\\\"b\" \"\\\\\" c");
    assert_next(CONFIG_STRING, "a\\\"b");
    assert_next(CONFIG_STRING, "\\\\");
    assert_next(CONFIG_NAME, "c");
    assert_end();
}

static void a_backslash_carries_a_string_over_the_line(void **state)
{
    (void)state;
    start("\"a\\\nb\\\r\nc\\\rd\" e");
    assert_next(CONFIG_STRING, "a\\\nb\\\r\nc\\\rd");
    assert_int_equal(word.line, 1);
    assert_next(CONFIG_NAME, "e");
    assert_int_equal(word.line, 4);
    assert_end();
}

static void an_open_string_ends_with_its_line(void **state)
{
    (void)state;
    start("\"abc\ndef\"");
    assert_next(CONFIG_OPEN_STRING, "abc");
    assert_next(CONFIG_NEWLINE, "\n");
    assert_next(CONFIG_NAME, "def");
    assert_int_equal(word.line, 2);
    assert_next(CONFIG_OPEN_STRING, "");
    assert_end();
    start("\"abc\\");
    assert_next(CONFIG_OPEN_STRING, "abc\\");
    assert_end();
    start("\"abc\\\"");
    assert_next(CONFIG_OPEN_STRING, "abc\\\"");
    assert_end();
}

static void an_open_string_that_was_carried_over_costs_its_first_line(void **state)
{
    (void)state;
    start("\"abc\\\r\ndef\\\nghi\njkl");
    assert_next(CONFIG_OPEN_STRING, "abc\\");
    assert_next(CONFIG_NEWLINE, "\r\n");
    assert_next(CONFIG_NAME, "def");
    assert_int_equal(word.line, 2);
    assert_next(CONFIG_UNEXPECTED, "\\");
    assert_next(CONFIG_NEWLINE, "\n");
    assert_next(CONFIG_NAME, "ghi");
    assert_next(CONFIG_NEWLINE, "\n");
    assert_next(CONFIG_NAME, "jkl");
    assert_int_equal(word.line, 4);
    assert_end();
}

static void an_octal_escape_above_255_makes_a_bad_string(void **state)
{
    (void)state;
    start("\"\\377\" \"\\400\" \"\\477\" \"a\\777b\\\nc\" d");
    assert_next(CONFIG_STRING, "\\377");
    assert_next(CONFIG_BAD_STRING, "\\400");
    assert_next(CONFIG_BAD_STRING, "\\477");
    assert_next(CONFIG_BAD_STRING, "a\\777b\\\nc");
    assert_next(CONFIG_NAME, "d");
    assert_int_equal(word.line, 2);
    start("\"\\777");
    assert_next(CONFIG_OPEN_STRING, "\\777");
}

static void assert_copy(const char *text, const char *expected, size_t length)
{
    char *buffer = malloc(length + 1);
    assert_non_null(buffer);
    start(text);
    for (size_t size = 0; size <= length + 1; size++) {
        size_t kept = size < length ? size : length;
        memset(buffer, '~', length + 1);
        assert_int_equal(config_string_copy(lexer.text, buffer, size), length);
        assert_memory_equal(buffer, expected, kept);
        for (size_t i = kept; i < length + 1; i++)
            assert_int_equal(buffer[i], '~');
    }
    free(buffer);
}

static void copying_a_string_undoes_its_escapes_within_the_size(void **state)
{
    (void)state;
    assert_copy("", "", 0);
    assert_copy("plain", "plain", 5);
    assert_copy("a\\\"b\\\\c\\n", "a\"b\\cn", 6);
    assert_copy("\\101\\60\\0\\377", "A0\0\377", 4);
    assert_copy("\\1011\\8\\08", "A18\0008", 5);
    assert_copy("a\\\nb\\\r\nc\\\rd", "abcd", 4);
    assert_copy("a\\", "a\\", 2);
    assert_int_equal(config_string_copy((struct slice){0}, NULL, 0), 0);
}

static void assert_value(enum config_token token, const char *text)
{
    config_lexer_next_value(&lexer, &word);
    assert_int_equal(word.token, token);
    assert_text(text);
}

static void a_value_goes_up_to_white_space(void **state)
{
    (void)state;
    start(" /dev/dsk/c0:a \t\"a b\"*#\r\nx");
    assert_value(CONFIG_VALUE, "/dev/dsk/c0:a");
    assert_int_equal(word.offset, 1);
    assert_value(CONFIG_VALUE, "\"a");
    assert_value(CONFIG_VALUE, "b\"*#");
    assert_value(CONFIG_NEWLINE, "\r\n");
    assert_value(CONFIG_VALUE, "x");
    assert_int_equal(word.line, 2);
    config_lexer_next_value(&lexer, &word);
    assert_int_equal(word.token, CONFIG_END);
}

static void where_a_comment_is_next_there_is_no_value(void **state)
{
    (void)state;
    start(" * #x");
    assert_value(CONFIG_STAR, "*");
    assert_value(CONFIG_HASH, "#");
    assert_value(CONFIG_VALUE, "x");
}

static void a_control_character_spoils_a_value(void **state)
{
    (void)state;
    start_bytes("ab\0cd \x7f", 7);
    config_lexer_next_value(&lexer, &word);
    assert_int_equal(word.token, CONFIG_UNEXPECTED);
    assert_int_equal(word.offset, 2);
    assert_int_equal(word.text.length, 1);
    assert_value(CONFIG_VALUE, "cd");
    assert_value(CONFIG_UNEXPECTED, "\x7f");
    assert_end();
}

static void skipping_a_line_leaves_its_newline(void **state)
{
    (void)state;
    start("a \"b\\\nc # d\re");
    assert_next(CONFIG_NAME, "a");
    config_lexer_skip_line(&lexer);
    assert_next(CONFIG_NEWLINE, "\n");
    assert_next(CONFIG_NAME, "c");
    config_lexer_skip_line(&lexer);
    config_lexer_skip_line(&lexer);
    assert_next(CONFIG_NEWLINE, "\r");
    config_lexer_skip_line(&lexer);
    assert_end();
    config_lexer_skip_line(&lexer);
    assert_end();
}

static void every_truncation_ends_without_an_overread(void **state)
{
    (void)state;
    static const char text[] = "set a\\b:c = \"x\\\n\\101\\\r\ny\" -0x7f ~08 # *\r\n\\";
    for (size_t length = 0; length < sizeof text; length++) {
        start_bytes(text, length);
        size_t words = 0;
        do
            config_lexer_next(&lexer, &word);
        while (word.token != CONFIG_END && ++words <= length);
        assert_true(words <= length);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_text_is_the_end),
        cmocka_unit_test(every_mark_is_a_word_of_its_own),
        cmocka_unit_test(any_other_character_is_unexpected_and_alone),
        cmocka_unit_test(a_newline_is_lf_or_cr_or_both_in_that_order),
        cmocka_unit_test(a_name_goes_on_with_digits_and_three_marks),
        cmocka_unit_test(a_backslash_takes_the_next_character_into_the_name),
        cmocka_unit_test(a_backslash_takes_no_control_character),
        cmocka_unit_test(a_lone_minus_is_a_name),
        cmocka_unit_test(numbers_are_decimal_octal_or_hexadecimal),
        cmocka_unit_test(signs_negate_and_complement),
        cmocka_unit_test(numbers_reach_up_to_64_bits_and_no_further),
        cmocka_unit_test(what_begins_like_a_number_and_is_none_is_one_bad_word),
        cmocka_unit_test(a_number_ends_at_a_mark),
        cmocka_unit_test(a_string_is_what_stands_between_the_quotes),
        cmocka_unit_test(a_string_may_hold_any_byte_but_newlines),
        cmocka_unit_test(an_escaped_quote_does_not_end_a_string),
        cmocka_unit_test(a_backslash_carries_a_string_over_the_line),
        cmocka_unit_test(an_open_string_ends_with_its_line),
        cmocka_unit_test(an_open_string_that_was_carried_over_costs_its_first_line),
        cmocka_unit_test(an_octal_escape_above_255_makes_a_bad_string),
        cmocka_unit_test(copying_a_string_undoes_its_escapes_within_the_size),
        cmocka_unit_test(a_value_goes_up_to_white_space),
        cmocka_unit_test(where_a_comment_is_next_there_is_no_value),
        cmocka_unit_test(a_control_character_spoils_a_value),
        cmocka_unit_test(skipping_a_line_leaves_its_newline),
        cmocka_unit_test(every_truncation_ends_without_an_overread),
    };
    return cmocka_run_group_tests(tests, NULL, release);
}
