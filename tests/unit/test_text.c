/* Text for people: the printf subset, foreign bytes, and the fixed buffer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/exact_copy.h"
#include "trace/text.h"

static char printed[512];

/* Prints into `printed` through a buffer sink. */
__attribute__((format(printf, 1, 2))) static const char *print(const char *format, ...)
{
    struct text_buffer buffer = {.bytes = printed, .size = sizeof printed};
    struct text_sink sink = text_buffer_sink(&buffer);
    va_list arguments;
    va_start(arguments, format);
    text_print_list(&sink, format, arguments);
    va_end(arguments);
    assert_int_equal(strlen(printed), buffer.length);
    return printed;
}

static void plain_text_and_percent_signs_pass(void **state)
{
    (void)state;
    assert_string_equal(print("%s", ""), "");
    assert_string_equal(print("a line\n"), "a line\n");
    assert_string_equal(print("100%% of %c%c", 'i', 't'), "100% of it");
}

static void strings_take_a_width_a_side_and_a_length(void **state)
{
    (void)state;
    const char *none = NULL;
    assert_string_equal(print("[%s]", "abc"), "[abc]");
    assert_string_equal(print("[%5s]", "abc"), "[  abc]");
    assert_string_equal(print("[%-5s]", "abc"), "[abc  ]");
    assert_string_equal(print("[%2s]", "abc"), "[abc]");
    assert_string_equal(print("[%.*s]", 2, "abc"), "[ab]");
    assert_string_equal(print("[%.*s]", 0, "abc"), "[]");
    assert_string_equal(print("[%.*s]", 9, "abc"), "[abc]");
    assert_string_equal(print("[%.*s]", -1, "abc"), "[abc]");
    assert_string_equal(print("[%-6.*s]", 2, "abc"), "[ab    ]");
    assert_string_equal(print("[%s]", none), "[(null)]");
}

static void a_string_of_given_length_needs_no_terminator(void **state)
{
    (void)state;
    char *bytes = malloc(3);
    assert_non_null(bytes);
    memcpy(bytes, "abc", 3);
    assert_string_equal(print("[%.*s]", 3, bytes), "[abc]");
    free(bytes);
}

static void numbers_reach_their_limits(void **state)
{
    (void)state;
    assert_string_equal(print("%d", 0), "0");
    assert_string_equal(print("%d", INT32_MAX), "2147483647");
    assert_string_equal(print("%d", INT32_MIN), "-2147483648");
    assert_string_equal(print("%lld", (long long)INT64_MIN), "-9223372036854775808");
    assert_string_equal(print("%lld", (long long)INT64_MAX), "9223372036854775807");
    assert_string_equal(print("%u", UINT32_MAX), "4294967295");
    assert_string_equal(print("%llu", (unsigned long long)UINT64_MAX), "18446744073709551615");
    assert_string_equal(print("%x", UINT32_MAX), "ffffffff");
    assert_string_equal(print("%llx", (unsigned long long)UINT64_MAX), "ffffffffffffffff");
    assert_string_equal(print("%llx", 0x123456789abcdefull), "123456789abcdef");
    assert_string_equal(print("%p", (void *)(uintptr_t)0xb8000), "b8000");
}

static void numbers_take_a_width_zeros_and_a_side(void **state)
{
    (void)state;
    assert_string_equal(print("[%5d]", 42), "[   42]");
    assert_string_equal(print("[%5d]", -42), "[  -42]");
    assert_string_equal(print("[%05d]", 42), "[00042]");
    assert_string_equal(print("[%05d]", -42), "[-0042]");
    assert_string_equal(print("[%-5d]", -42), "[-42  ]");
    assert_string_equal(print("[%02u]", 7u), "[07]");
    assert_string_equal(print("[%08x]", 0xbeefu), "[0000beef]");
    assert_string_equal(print("[%016llx]", 1ull), "[0000000000000001]");
    assert_string_equal(print("[%1u]", 12345u), "[12345]");
    assert_string_equal(print("[%30llu]", (unsigned long long)UINT64_MAX),
                        "[          18446744073709551615]");
    assert_string_equal(print("[%3c][%-3c]", 'x', 'y'), "[  x][y  ]");
}

/* What it would have taken is not known, so nothing behind it is either. */
static void a_letter_that_is_not_known_ends_the_text(void **state)
{
    (void)state;
    static const char *const formats[] = {"a%d%i%d", "a%d%5", "a%d%llf", "a%d%.5s"};
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        struct text_buffer buffer = {.bytes = printed, .size = sizeof printed};
        struct text_sink sink = text_buffer_sink(&buffer);
        text_print(&sink, formats[i], 1, 2, 3);
        assert_string_equal(printed, "a1(bad format)");
    }
}

/* Foreign bytes in memory of exactly their size. */
static const char *foreign(const char *bytes, size_t length)
{
    char *copy = exact_copy(bytes, length);
    struct text_buffer buffer = {.bytes = printed, .size = sizeof printed};
    struct text_sink sink = text_buffer_sink(&buffer);
    text_print_foreign(&sink, copy, length);

    size_t columns = 0; /* all but the continuation bytes of UTF-8 */
    for (size_t i = 0; i < buffer.length; i++)
        columns += ((uint8_t)printed[i] & 0xc0) != 0x80;
    assert_int_equal(text_foreign_width(copy, length), columns);
    free(copy);
    return printed;
}

#define FOREIGN(literal) foreign(literal, sizeof(literal) - 1)

static void control_bytes_and_frame_starts_are_escaped(void **state)
{
    (void)state;
    assert_string_equal(FOREIGN(""), "");
    assert_string_equal(FOREIGN("plain !}{ text"), "plain !}{ text");
    assert_string_equal(FOREIGN("~{"), "\\x7e{");
    assert_string_equal(FOREIGN("a\\b"), "a\\x5cb");
    assert_string_equal(FOREIGN("\0\x1b[2J\r\n\x7f"), "\\x00\\x1b[2J\\x0d\\x0a\\x7f");
}

static void valid_utf8_passes(void **state)
{
    (void)state;
    assert_string_equal(FOREIGN("gr\xc3\xbc\xc3\x9f"), "gr\xc3\xbc\xc3\x9f");
    assert_string_equal(FOREIGN("\xc2\xa0"), "\xc2\xa0");                 /* U+00A0 */
    assert_string_equal(FOREIGN("\xdf\xbf"), "\xdf\xbf");                 /* U+07FF */
    assert_string_equal(FOREIGN("\xe0\xa0\x80"), "\xe0\xa0\x80");         /* U+0800 */
    assert_string_equal(FOREIGN("\xed\x9f\xbf"), "\xed\x9f\xbf");         /* U+D7FF */
    assert_string_equal(FOREIGN("\xee\x80\x80"), "\xee\x80\x80");         /* U+E000 */
    assert_string_equal(FOREIGN("\xf0\x90\x80\x80"), "\xf0\x90\x80\x80"); /* U+10000 */
    assert_string_equal(FOREIGN("\xf4\x8f\xbf\xbf"), "\xf4\x8f\xbf\xbf"); /* U+10FFFF */
}

static void bytes_that_are_not_utf8_are_escaped_one_by_one(void **state)
{
    (void)state;
    assert_string_equal(FOREIGN("\x80"), "\\x80");
    assert_string_equal(FOREIGN("\xc3"), "\\xc3");                            /* cut short */
    assert_string_equal(FOREIGN("\xe2\x82"), "\\xe2\\x82");                   /* cut short */
    assert_string_equal(FOREIGN("\xf0\x9f\x98"), "\\xf0\\x9f\\x98");          /* cut short */
    assert_string_equal(FOREIGN("\xc3x"), "\\xc3x");                          /* broken off */
    assert_string_equal(FOREIGN("\xc0\xaf"), "\\xc0\\xaf");                   /* overlong */
    assert_string_equal(FOREIGN("\xc1\xbf"), "\\xc1\\xbf");                   /* overlong */
    assert_string_equal(FOREIGN("\xe0\x9f\xbf"), "\\xe0\\x9f\\xbf");          /* overlong */
    assert_string_equal(FOREIGN("\xf0\x8f\xbf\xbf"), "\\xf0\\x8f\\xbf\\xbf"); /* overlong */
    assert_string_equal(FOREIGN("\xed\xa0\x80"), "\\xed\\xa0\\x80");          /* surrogate */
    assert_string_equal(FOREIGN("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80"); /* too large */
    assert_string_equal(FOREIGN("\xf5\x80\x80\x80"), "\\xf5\\x80\\x80\\x80"); /* too large */
    assert_string_equal(FOREIGN("\xff\xfe"), "\\xff\\xfe");
    assert_string_equal(FOREIGN("\xc2\x9b"), "\\xc2\\x9b"); /* a C1 control: CSI */
    assert_string_equal(FOREIGN("\xe2\x82\xe2\x82\xac"), "\\xe2\\x82\xe2\x82\xac");
}

static void whatever_the_bytes_are_only_harmless_ones_come_out(void **state)
{
    (void)state;
    uint32_t random = 12345;
    for (int round = 0; round < 20000; round++) {
        char bytes[8];
        for (size_t i = 0; i < sizeof bytes; i++) {
            random = random * 1664525u + 1013904223u;
            bytes[i] = (char)(random >> 24);
        }
        const char *text = foreign(bytes, sizeof bytes);
        for (size_t i = 0; text[i] != '\0'; i++)
            assert_true((uint8_t)text[i] >= 0x20 && text[i] != 0x7f && text[i] != '~');
    }
}

static void a_full_buffer_leaves_out_the_rest_and_stays_terminated(void **state)
{
    (void)state;
    for (size_t size = 1; size <= 12; size++) {
        char *bytes = malloc(size);
        assert_non_null(bytes);
        struct text_buffer buffer = {.bytes = bytes, .size = size};
        struct text_sink sink = text_buffer_sink(&buffer);
        assert_string_equal(bytes, "");
        text_print(&sink, "abc%d", 123);
        text_print(&sink, "%5s", "xy");
        size_t kept = size - 1 < 11 ? size - 1 : 11;
        assert_int_equal(buffer.length, kept);
        assert_int_equal(bytes[kept], '\0');
        assert_memory_equal(bytes, "abc123   xy", kept);
        free(bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_text_and_percent_signs_pass),
        cmocka_unit_test(strings_take_a_width_a_side_and_a_length),
        cmocka_unit_test(a_string_of_given_length_needs_no_terminator),
        cmocka_unit_test(numbers_reach_their_limits),
        cmocka_unit_test(numbers_take_a_width_zeros_and_a_side),
        cmocka_unit_test(a_letter_that_is_not_known_ends_the_text),
        cmocka_unit_test(control_bytes_and_frame_starts_are_escaped),
        cmocka_unit_test(valid_utf8_passes),
        cmocka_unit_test(bytes_that_are_not_utf8_are_escaped_one_by_one),
        cmocka_unit_test(whatever_the_bytes_are_only_harmless_ones_come_out),
        cmocka_unit_test(a_full_buffer_leaves_out_the_rest_and_stays_terminated),
    };
    return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
