/* What one record becomes: conversions, trace(), dumps, stacks and symbols. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/consumer_text.h"

/* --- Conversions --- */

static const struct {
    const char *format;
    uint32_t size;
    uint64_t value;
    const char *text;
} numbers[] = {
    {"%i", 4, 42, "42"},
    {"%d", 4, (uint64_t)-42, "-42"},
    {"%lli", 8, (uint64_t)INT64_MIN, "-9223372036854775808"},
    {"%llu", 8, UINT64_MAX, "18446744073709551615"},
    {"%u", 1, 255, "255"},
    {"%i", 1, 255, "-1"},
    {"%u", 2, 65535, "65535"},
    {"%i", 2, 65535, "-1"},
    {"%u", 4, 0xffffffff, "4294967295"},
    {"%x", 4, 0xdeadbeef, "deadbeef"},
    {"%X", 4, 0xdeadbeef, "DEADBEEF"},
    {"%llx", 8, 0x123456789abcdef0, "123456789abcdef0"},
    {"%#x", 4, 255, "0xff"},
    {"%#x", 4, 0, "0"},
    {"%#X", 4, 255, "0XFF"},
    {"%o", 4, 8, "10"},
    {"%#o", 4, 8, "010"},
    {"%#o", 4, 0, "0"},
    {"%llo", 8, UINT64_MAX, "1777777777777777777777"},
    {"%5i|", 4, 42, "   42|"},
    {"%-5i|", 4, 42, "42   |"},
    {"%05i|", 4, 42, "00042|"},
    {"%05i|", 4, (uint64_t)-42, "-0042|"},
    {"%#06x|", 4, 255, "0x00ff|"},
    {"%+i", 4, 42, "+42"},
    {"% i", 4, 42, " 42"},
    {"%+i", 4, (uint64_t)-42, "-42"},
    {"%+u", 4, 42, "42"},
    {"%.4i", 4, 42, "0042"},
    {"%7.4i|", 4, (uint64_t)-42, "  -0042|"},
    {"%-07i|", 4, 42, "42     |"},
    {"%'i", 4, 1234567, "1234567"},
    {"%16llx|", 8, 0xabc, "             abc|"},
    {"%?llx|", 8, 0xabc, "             abc|"},
    {"%p", 8, 0xfee1, "fee1"},
    {"%hd", 2, 0xfffe, "-2"},
    {"%c", 4, 'x', "x"},
    {"%c", 1, 'x', "x"},
    {"%3c|", 4, 'x', "  x|"},
    {"%C", 4, '\n', "\\n"},
    {"%C", 4, 0, "\\0"},
    {"%C", 4, 0x1b, "\\033"},
    {"%5C|", 4, '\t', "   \\t|"},
    {"%wc", 4, 'w', "w"},
    {"%a", 8, 0x1010, "unix`f10+0x10"},
    {"%a", 8, 0x1100, "unix`f11"},
    {"%a", 8, 0x99, "0x99"},
    {"%20a|", 8, 0x1010, "       unix`f10+0x10|"},
    {"%A", 8, 0x5001, "genunix`f50+0x1"},
    {"%P", 2, 80, "80"},
    {"%Y", 8, 123787200ull * 1000000000 + 5, "1973 Dec  3 17:20:00"},
    {"%Y", 8, 951782400ull * 1000000000, "2000 Feb 29 00:00:00"},
    {"%T", 8, 0, "Thu, 01 Jan 1970 00:00:00 UTC"},
    {"%T", 8, 1709164799ull * 1000000000, "Wed, 28 Feb 2024 23:59:59 UTC"},
    {"100%%: %i", 4, 1, "100%: 1"},
    {"%f", 8, 0x400921fb54442d18, "3.141593"},
    {"%8.2e|", 4, 0xbfc00000, "-1.50e+00|"},
    {"%g", 2, 1, "(bad format)"},
    {"%.0d|", 4, 0, "|"},
    {"%5.0d|", 4, 0, "     |"},
    {"%+.0d|", 4, 0, "+|"},
    {"%.0x", 4, 255, "ff"},
    {"%#.0o", 4, 0, "0"},
    {"%#.4o", 4, 8, "0010"},
    {"%05.3d|", 4, 42, "  042|"},
    {"%#10.4x|", 4, 255, "    0x00ff|"},
    {"%#-10x|", 4, 255, "0xff      |"},
    {"%+ d", 4, 42, "+42"},
    {"%?p|", 8, 0xabc, "             abc|"},
    {"%#p", 8, 0xfee1, "0xfee1"},
    {"%hhd", 1, 0xff, "-1"},
    {"%ld", 8, (uint64_t)-7, "-7"},
    {"%hx", 2, 0xabcd, "abcd"},
    {"%-3c|", 4, 'x', "x  |"},
    {"%C", 4, '"', "\\\""},
    {"%lc", 4, 0xe9, "\xc3\xa9"},
    {"%wc", 4, 0x20ac, "\xe2\x82\xac"},
    {"%3wc|", 4, 0x1f600, "  \xf0\x9f\x98\x80|"},
    {"%wc", 4, 0x110000, "?"},
    {"%.6a|", 8, 0x1010, "unix`f|"},
    {"%.4Y|", 8, 0, "1970|"},
    {"%-26Y|", 8, 0, "1970 Jan  1 00:00:00      |"},
    {"%y", 4, 1, "(bad format)"},
    {"%i", 12, 1, "(bad format)"},
    {"%@i", 8, 1, "(bad format)"},
    {"%i and %i", 4, 7, "7 and (bad format)"},
    {"%", 4, 7, "(bad format)"},
};

static void each_conversion_prints_a_number_as_c_would(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(numbers); i++) {
        start();
        set(DOF_OPTION_QUIET, 0);
        const struct dtrace_record *piece =
            one_piece(DOF_ACTION_PRINTF, numbers[i].size, numbers[i].format);
        draft_put(draft_emit(&draft, 0, 1, 0), piece, numbers[i].value);
        char expected[128];
        snprintf(expected, sizeof expected, "%s\n", numbers[i].text);
        expect(expected);
    }
}

static const struct {
    const char *format, *value, *text;
} strings[] = {
    {"%s", "hello", "hello"},
    {"[%s]", "", "[]"},
    {"%8s|", "abc", "     abc|"},
    {"%-8s|", "abc", "abc     |"},
    {"%.2s|", "abc", "ab|"},
    {"%5.2s|", "abc", "   ab|"},
    {"%.0s|", "abc", "|"},
    {"%.s|", "abc", "|"},
    {"%3.0s|", "abc", "   |"},
    {"%-8.4s|", "abcdef", "abcd    |"},
    {"%.3S|", "\n\n", "\\n\\|"},
    {"%.0S|", "abc", "|"},
    {"%s", "a~{b", "a~\\x7bb"},
    {"%s", "~\001{", "~\\x01{"},
    {"%s", "~\xc3\xbc{", "~\xc3\xbc{"},
    {"%s", "\033[2J", "\\x1b[2J"},
    {"%s", "gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f"},
    {"%s", "\xff", "\\xff"},
    {"%S", "a\tb\"c\\d\a\b\f\v\r\n", "a\\tb\\\"c\\\\d\\a\\b\\f\\v\\r\\n"},
    {"%S", "\001\377", "\\001\\377"},
    {"%6S|", "\n", "    \\n|"},
    {"%-6S|", "\n", "\\n    |"},
    {"%I", "10.0.0.1", "10.0.0.1"},
};

static void each_conversion_prints_a_string_as_c_would(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(strings); i++) {
        start();
        set(DOF_OPTION_QUIET, 1);
        const struct dtrace_record *piece = one_piece(DOF_ACTION_PRINTF, 32, strings[i].format);
        draft_put_text(draft_emit(&draft, 0, 1, 0), piece, strings[i].value);
        char expected[128];
        snprintf(expected, sizeof expected, "%s\n", strings[i].text);
        expect(expected);
    }
}

static void a_string_that_fills_its_record_needs_no_terminator(void **state)
{
    (void)state;
    start();
    set(DOF_OPTION_QUIET, 1);
    const struct dtrace_record *piece = one_piece(DOF_ACTION_PRINTF, 4, "%s");
    draft_put_text(draft_emit(&draft, 0, 1, 0), piece, "fourteen");
    expect("four\n");
}

static void width_and_precision_may_be_arguments(void **state)
{
    (void)state;
    static const struct {
        uint64_t width, precision, value;
        const char *text;
    } cases[] = {
        {6, 3, 42, "[   042]\n"},
        {(uint64_t)-6, 3, 42, "[042   ]\n"},
        {6, (uint64_t)-1, 42, "[    42]\n"},
        {6, 0, 0, "[     0]\n"}, /* as in dtrace(1M), where 0 is no precision */
        {0, 0, 42, "[42]\n"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        start();
        set(DOF_OPTION_QUIET, 1);
        const struct dtrace_record *width = one_piece(DOF_ACTION_PRINTF, 4, "[%*.*i]");
        const struct dtrace_record *precision =
            draft_record(&draft, 1, DOF_ACTION_PRINTF, 4, "[%*.*i]");
        const struct dtrace_record *value =
            draft_record(&draft, 1, DOF_ACTION_PRINTF, 4, "[%*.*i]");
        uint8_t *record = draft_emit(&draft, 0, 1, 0);
        draft_put(record, width, cases[i].width);
        draft_put(record, precision, cases[i].precision);
        draft_put(record, value, cases[i].value);
        expect(cases[i].text);
    }
}

static void a_string_cut_to_an_argument_of_0_is_whole_as_in_dtrace(void **state)
{
    (void)state;
    start();
    set(DOF_OPTION_QUIET, 1);
    const struct dtrace_record *precision = one_piece(DOF_ACTION_PRINTF, 4, "[%.*s]");
    const struct dtrace_record *value = draft_record(&draft, 1, DOF_ACTION_PRINTF, 8, "[%.*s]");
    uint8_t *record = draft_emit(&draft, 0, 1, 0);
    draft_put(record, precision, 0);
    draft_put_text(record, value, "abc");
    expect("[abc]\n");
}

static void wide_strings_are_printed_as_utf_8(void **state)
{
    (void)state;
    static const struct {
        const char *format, *text;
    } wide[] = {
        {"%ws|", "g\xc3\xbc\xe2\x82\xac|\n"},
        {"%ls|", "g\xc3\xbc\xe2\x82\xac|\n"},
        {"%5ws|", "  g\xc3\xbc\xe2\x82\xac|\n"},
        {"%-5ws|", "g\xc3\xbc\xe2\x82\xac  |\n"},
        {"%.2ws|", "g\xc3\xbc|\n"},
    };
    static const uint32_t characters[] = {'g', 0xfc, 0x20ac, 0, 'x', 'y'};
    for (size_t i = 0; i < COUNT(wide); i++) {
        start();
        set(DOF_OPTION_QUIET, 1);
        const struct dtrace_record *piece = one_piece(DOF_ACTION_PRINTF, 24, wide[i].format);
        memcpy(draft_emit(&draft, 0, 1, 0) + piece->offset, characters, sizeof characters);
        expect(wide[i].text);
    }
}

static void each_printf_takes_its_own_arguments(void **state)
{
    (void)state;
    start();
    set(DOF_OPTION_QUIET, 1);
    struct dtrace_record *piece[3] = {one_piece(DOF_ACTION_PRINTF, 4, "%i\n")};
    piece[1] = draft_record(&draft, 1, DOF_ACTION_PRINTF, 4, "%i\n");
    piece[2] = draft_record(&draft, 1, DOF_ACTION_PRINTF, 4, "%i\n");
    piece[2]->uarg = 1;
    uint8_t *record = draft_emit(&draft, 0, 1, 0);
    for (uint32_t i = 0; i < 3; i++)
        draft_put(record, piece[i], i + 5);
    expect("5\n6\n7\n\n");
}

static void a_printf_without_conversions_uses_one_record(void **state)
{
    (void)state;
    start();
    one_piece(DOF_ACTION_PRINTF, 8, "hello");
    draft_record(&draft, 1, DOF_ACTION_PRINTF, 8, " world");
    draft_emit(&draft, 0, 1, 0);
    expect(HEADING "  0     10                        foo:entry hello world\n\n");
}

/* --- trace() --- */

static const struct {
    uint32_t size;
    uint64_t value;
    const char *text, *quiet;
} traced[] = {
    {8, 42, "               42", "42"},
    {8, (uint64_t)-42, "              -42", "-42"},
    {4, 42, "       42", "42"},
    {4, 0xffffffff, "       -1", "-1"},
    {2, 42, "    42", "42"},
    {2, 0xffff, " 65535", "65535"},
    {1, 42, "  42", "42"},
    {1, 0xff, " 255", "255"},
};

static void trace_gives_every_size_its_own_width(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(traced); i++) {
        start();
        const struct dtrace_record *piece = one_piece(DOF_ACTION_DIFEXPR, traced[i].size, NULL);
        draft_put(draft_emit(&draft, 0, 1, 0), piece, traced[i].value);
        char expected[256];
        snprintf(expected, sizeof expected,
                 HEADING "  0     10                        foo:entry %s\n\n", traced[i].text);
        expect(expected);
    }
}

static void quiet_trace_prints_the_number_alone(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(traced); i++) {
        start();
        set(DOF_OPTION_QUIET, 0);
        const struct dtrace_record *piece = one_piece(DOF_ACTION_DIFEXPR, traced[i].size, NULL);
        draft_put(draft_emit(&draft, 0, 1, 0), piece, traced[i].value);
        char expected[256];
        snprintf(expected, sizeof expected, "%s\n", traced[i].quiet);
        expect(expected);
    }
}

static void a_traced_string_is_33_wide(void **state)
{
    (void)state;
    start();
    const struct dtrace_record *piece = one_piece(DOF_ACTION_DIFEXPR, 256, NULL);
    draft_put_text(draft_emit(&draft, 0, 1, 0), piece, "/etc/motd");
    expect(HEADING
           "  0     10                        foo:entry   /etc/motd                        \n\n");
}

static void a_quiet_string_stands_alone(void **state)
{
    (void)state;
    start();
    set(DOF_OPTION_QUIET, 0);
    const struct dtrace_record *piece = one_piece(DOF_ACTION_DIFEXPR, 256, NULL);
    draft_put_text(draft_emit(&draft, 0, 1, 0), piece, "/etc/motd");
    expect("/etc/motd\n");
}

static void bytes_without_a_terminator_are_a_string_even_when_quiet_is_set(void **state)
{
    (void)state;
    start();
    set(DOF_OPTION_QUIET, 0);
    const struct dtrace_record *piece = one_piece(DOF_ACTION_DIFEXPR, 3, NULL);
    draft_put_text(draft_emit(&draft, 0, 1, 0), piece, "abc");
    expect("  abc                              \n");
}

static void an_empty_string_is_dumped(void **state)
{
    (void)state;
    start();
    set(DOF_OPTION_QUIET, 0);
    one_piece(DOF_ACTION_DIFEXPR, 3, NULL);
    draft_emit(&draft, 0, 1, 0);
    expect(DUMP_HEAD "         0: 00 00 00                                         ...\n\n");
}

static void rawbytes_dumps_strings_too(void **state)
{
    (void)state;
    start();
    set(DOF_OPTION_RAWBYTES, 0);
    set(DOF_OPTION_QUIET, 0);
    const struct dtrace_record *piece = one_piece(DOF_ACTION_DIFEXPR, 18, NULL);
    draft_put_text(draft_emit(&draft, 0, 1, 0), piece, "0123456789abcdefg");
    expect(DUMP_HEAD
           "         0: 30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66  0123456789abcdef\n"
           "        10: 67 00                                            g.\n\n");
}

static void text_behind_a_nul_makes_a_dump(void **state)
{
    (void)state;
    start();
    set(DOF_OPTION_QUIET, 0);
    const struct dtrace_record *piece = one_piece(DOF_ACTION_DIFEXPR, 5, NULL);
    memcpy(draft_emit(&draft, 0, 1, 0) + piece->offset, "ab\0cd", 5);
    expect(DUMP_HEAD "         0: 61 62 00 63 64                                   ab.cd\n\n");
}

static void tracemem_dumps_as_many_bytes_as_it_was_told(void **state)
{
    (void)state;
    static const struct {
        uint64_t limit;
        const char *row;
    } cases[] = {
        {2, "         0: 41 42                                            AB\n"},
        {0, "         0: 41 42 43                                         ABC\n"},
        {4, "         0: 41 42 43                                         ABC\n"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        start();
        set(DOF_OPTION_QUIET, 0);
        const struct dtrace_record *limit = one_piece(DOF_ACTION_TRACEMEM_DYNSIZE, 8, NULL);
        const struct dtrace_record *piece = draft_record(&draft, 1, DOF_ACTION_TRACEMEM, 3, NULL);
        uint8_t *record = draft_emit(&draft, 0, 1, 0);
        draft_put(record, limit, cases[i].limit);
        draft_put_text(record, piece, "ABC");
        char expected[256];
        snprintf(expected, sizeof expected, DUMP_HEAD "%s\n", cases[i].row);
        expect(expected);
    }
}

/* What print() leaves is a format that names a type of a module: without its types, dtrace(1M) traces. */
static void print_without_types_is_trace(void **state)
{
    (void)state;
    start();
    const struct dtrace_record *piece = one_piece(DOF_ACTION_DIFEXPR, 8, "genunix`1234");
    draft_put(draft_emit(&draft, 0, 1, 0), piece, 42);
    expect(HEADING "  0     10                        foo:entry                42\n\n");
    start();
    set(DOF_OPTION_QUIET, 0);
    piece = one_piece(DOF_ACTION_DIFEXPR, 12, "genunix`1234");
    memcpy(draft_emit(&draft, 0, 1, 0) + piece->offset, "\1\2\3\4struct\0\377", 12);
    expect(DUMP_HEAD
           "         0: 01 02 03 04 73 74 72 75 63 74 00 ff              ....struct..\n\n");
}

static void a_long_dump_counts_its_rows(void **state)
{
    (void)state;
    start();
    set(DOF_OPTION_QUIET, 0);
    one_piece(DOF_ACTION_TRACEMEM, 0x121, NULL);
    draft_emit(&draft, 0, 1, 0);
    const char *text = printed();
    assert_non_null(strstr(
        text, "        f0: 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00  ................\n"
              "       100: 00 00"));
    assert_non_null(
        strstr(text, "       120: 00                                               .\n\n"));
}

static void what_recorded_nothing_prints_nothing(void **state)
{
    (void)state;
    start();
    one_piece(DOF_ACTION_DIFEXPR, 0, NULL);
    draft_record(&draft, 1, DOF_ACTION_EXIT, 4, NULL);
    draft_emit(&draft, 0, 1, 0);
    expect(HEADING "  0     10                        foo:entry \n\n");
}

static void the_default_action_prints_the_probe(void **state)
{
    (void)state;
    start();
    draft_ecb(&draft, 1, 1, 0);
    draft_emit(&draft, 0, 1, 0);
    expect(HEADING "  0      1                           :BEGIN \n\n");
}

static void a_long_name_is_not_cut(void **state)
{
    (void)state;
    start();
    draft_probe(&draft, 7, "fbt", "unix", "a_function_with_a_very_long_name", "return");
    draft_ecb(&draft, 1, 7, 0);
    draft_emit(&draft, 0, 1, 0);
    expect(HEADING "  0      7 a_function_with_a_very_long_name:return \n\n");
}

static void no_record_means_no_heading(void **state)
{
    (void)state;
    start();
    expect("\n");
}

/* --- Stacks and symbols --- */

static void a_stack_has_one_frame_a_line(void **state)
{
    (void)state;
    start();
    const struct dtrace_record *piece = one_piece(DOF_ACTION_STACK, 40, NULL);
    uint8_t *record = draft_emit(&draft, 0, 1, 0);
    draft_put_word(record, piece, 0, 0x1010);
    draft_put_word(record, piece, 1, 0x5200);
    draft_put_word(record, piece, 2, 0xdead0000);
    expect(HEADING "  0     10                        foo:entry \n"
                   "              unix`f10+0x10\n"
                   "              genunix`f52\n"
                   "              0xdead0000\n"
                   "\n\n");
}

static void stackindent_moves_the_frames(void **state)
{
    (void)state;
    start();
    set(DOF_OPTION_STACKINDENT, 2);
    set(DOF_OPTION_QUIET, 1);
    const struct dtrace_record *piece = one_piece(DOF_ACTION_STACK, 8, NULL);
    draft_put_word(draft_emit(&draft, 0, 1, 0), piece, 0, 0x1010);
    expect("\n  unix`f10+0x10\n\n");
}

static void a_user_stack_shows_the_strings_of_helpers(void **state)
{
    (void)state;
    start();
    set(DOF_OPTION_QUIET, 1);
    struct dtrace_record *piece = one_piece(DOF_ACTION_JSTACK, 48, NULL);
    piece->arg = 3;
    uint8_t *record = draft_emit(&draft, 0, 1, 0);
    draft_put_word(record, piece, 0, 100);
    draft_put_word(record, piece, 1, 0x1010);
    draft_put_word(record, piece, 2, 0xaaaa);
    draft_put_word(record, piece, 3, 0xbbbb);
    memcpy(record + piece->offset + 32, "\0main\0@java", 12);
    expect("\n              unix`f10+0x10\n"
           "              main\n"
           "              0xbbbb\n"
           "                [ java ]\n\n");
}

static const struct {
    uint16_t action;
    uint32_t size;
    uint64_t address;
    const char *text;
} symbols[] = {
    {DOF_ACTION_SYM, 8, 0x1010, "unix`f10"},         {DOF_ACTION_SYM, 8, 0x10, "0x10"},
    {DOF_ACTION_MOD, 8, 0x5010, "genunix"},          {DOF_ACTION_MOD, 8, 0xf0000, "0xf0000"},
    {DOF_ACTION_USYM, 16, 0x1010, "unix`f10"},       {DOF_ACTION_UMOD, 16, 0x1010, "unix"},
    {DOF_ACTION_UADDR, 16, 0x1010, "unix`f10+0x10"},
};

static void symbols_are_50_wide(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(symbols); i++) {
        start();
        set(DOF_OPTION_QUIET, 1);
        const struct dtrace_record *piece = one_piece(symbols[i].action, symbols[i].size, NULL);
        draft_put_word(draft_emit(&draft, 0, 1, 0), piece, symbols[i].size / 8 - 1,
                       symbols[i].address);
        char expected[128];
        snprintf(expected, sizeof expected, "  %-50s\n", symbols[i].text);
        expect(expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_conversion_prints_a_number_as_c_would),
        cmocka_unit_test(each_conversion_prints_a_string_as_c_would),
        cmocka_unit_test(a_string_that_fills_its_record_needs_no_terminator),
        cmocka_unit_test(width_and_precision_may_be_arguments),
        cmocka_unit_test(a_string_cut_to_an_argument_of_0_is_whole_as_in_dtrace),
        cmocka_unit_test(wide_strings_are_printed_as_utf_8),
        cmocka_unit_test(each_printf_takes_its_own_arguments),
        cmocka_unit_test(a_printf_without_conversions_uses_one_record),
        cmocka_unit_test(trace_gives_every_size_its_own_width),
        cmocka_unit_test(quiet_trace_prints_the_number_alone),
        cmocka_unit_test(a_traced_string_is_33_wide),
        cmocka_unit_test(a_quiet_string_stands_alone),
        cmocka_unit_test(bytes_without_a_terminator_are_a_string_even_when_quiet_is_set),
        cmocka_unit_test(an_empty_string_is_dumped),
        cmocka_unit_test(rawbytes_dumps_strings_too),
        cmocka_unit_test(text_behind_a_nul_makes_a_dump),
        cmocka_unit_test(tracemem_dumps_as_many_bytes_as_it_was_told),
        cmocka_unit_test(print_without_types_is_trace),
        cmocka_unit_test(a_long_dump_counts_its_rows),
        cmocka_unit_test(what_recorded_nothing_prints_nothing),
        cmocka_unit_test(the_default_action_prints_the_probe),
        cmocka_unit_test(a_long_name_is_not_cut),
        cmocka_unit_test(no_record_means_no_heading),
        cmocka_unit_test(a_stack_has_one_frame_a_line),
        cmocka_unit_test(stackindent_moves_the_frames),
        cmocka_unit_test(a_user_stack_shows_the_strings_of_helpers),
        cmocka_unit_test(symbols_are_50_wide),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
