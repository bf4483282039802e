/* The consumer: descriptions and bytes go in, and exactly this text comes out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/dtrace_draft.h"
#include "trace/dtrace/consumer_parts.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define HEADING      "CPU     ID                    FUNCTION:NAME\n"

static struct draft draft;
static enum dtrace_consume_status status;

static const char *printed_within(size_t room)
{
    static char text[1 << 16];
    static _Alignas(16) uint8_t bytes[1 << 20];
    struct text_buffer buffer = {text, sizeof text, 0};
    struct text_sink sink = text_buffer_sink(&buffer);
    struct dtrace_memory memory = {bytes, room, 0};
    status = dtrace_consume(&sink, draft_source(&draft), &memory);
    assert_int_equal(memory.used, 0);
    draft_finish(&draft);
    return text;
}

static const char *printed(void)
{
    return printed_within(1 << 20);
}

static void start(void)
{
    draft_start(&draft);
}

static void set(enum dof_option_id option, int64_t value)
{
    draft.options[option] = value;
}

/* A clause on probe 10, foo:entry, with one piece. */
static struct dtrace_record *one_piece(uint16_t action, uint32_t size, const char *format)
{
    draft_probe(&draft, 10, "fbt", "unix", "foo", "entry");
    draft_ecb(&draft, 1, 10, 0);
    return draft_record(&draft, 1, action, size, format);
}

static void expect(const char *text)
{
    assert_string_equal(printed(), text);
    assert_int_equal(status, DTRACE_CONSUME_OK);
}

static void expect_status(const char *text, enum dtrace_consume_status expected)
{
    assert_string_equal(printed(), text);
    assert_int_equal(status, expected);
}

/* What goes to the second sink. */
static void errors_drops_and_damage_have_a_sink_of_their_own(void **state)
{
    (void)state;
    static const uint64_t arguments[] = {1, 1, 4, 4, 0};
    static char texts[2][1024];
    static _Alignas(16) uint8_t bytes[4096];
    struct text_buffer buffers[] = {{texts[0], 1024, 0}, {texts[1], 1024, 0}};
    const struct text_sink sinks[] = {text_buffer_sink(&buffers[0]), text_buffer_sink(&buffers[1])};
    const struct dtrace_outlet outlet = {&sinks[0], &sinks[1], NULL};
    struct dtrace_memory memory = {bytes, sizeof bytes, 0};
    start();
    set(DOF_OPTION_QUIET, 0);
    draft_put_text(draft_emit(&draft, 0, 1, 0), one_piece(DOF_ACTION_PRINTF, 4, "%s~"), "{\n");
    draft_ecb(&draft, 3, 10, 1);
    for (uint32_t i = 0; i < 5; i++)
        draft_record(&draft, 3, DOF_ACTION_DIFEXPR, 8, NULL);
    uint8_t *record = draft_emit(&draft, 0, 3, 0);
    for (uint32_t i = 0; i < 5; i++)
        draft_put(record, &draft.ecbs[3].records[i], arguments[i]);
    draft.source.status.dynamic_drops = 1;
    draft.principals[0].books.dropped = 2;
    assert_int_equal(dtrace_consume_to(&outlet, draft_source(&draft), &memory), DTRACE_CONSUME_OK);
    draft_finish(&draft);
    assert_string_equal(texts[0], "{\n~\n");
    assert_string_equal(texts[1],
                        "dtrace: 1 dynamic variable drop\n"
                        "dtrace: error on enabled probe ID 1 (ID 10: fbt:unix:foo:entry): "
                        "divide-by-zero in action #1 at DIF offset 4\n"
                        "dtrace: 2 drops on CPU 0\n");
}

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

#define DUMP_HEAD                                                                                  \
    "\n             0  1  2  3  4  5  6  7  8  9  a  b  c  d  e  f  0123456789abcdef\n"

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

/* --- Order of CPUs --- */

static void three_cpus(void)
{
    start();
    draft.source.cpus = 3;
    draft_ecb(&draft, 1, 1, 0);
    draft_ecb(&draft, 2, 2, 0);
    draft_probe(&draft, 10, "fbt", "unix", "foo", "entry");
    draft_ecb(&draft, 3, 10, 0);
    draft_emit(&draft, 1, 1, 100); /* BEGIN on CPU 1 */
    draft_emit(&draft, 0, 3, 300);
    draft_emit(&draft, 1, 3, 200);
    draft_emit(&draft, 2, 3, 150);
}

#define ROW_BEGIN(cpu) "  " #cpu "      1                           :BEGIN \n"
#define ROW_END(cpu)   "  " #cpu "      2                             :END \n"
#define ROW_FOO(cpu)   "  " #cpu "     10                        foo:entry \n"

static void temporal_merges_by_time(void **state)
{
    (void)state;
    three_cpus();
    set(DOF_OPTION_TEMPORAL, 1);
    draft_emit(&draft, 0, 2, 400);
    expect(HEADING ROW_BEGIN(1) ROW_FOO(2) ROW_FOO(1) ROW_FOO(0) ROW_END(0) "\n");
}

static void begin_comes_first_and_end_last(void **state)
{
    (void)state;
    three_cpus();
    draft.source.begin_cpu = 1;
    draft_emit(&draft, 0, 2, 400);
    expect(HEADING ROW_BEGIN(1) ROW_FOO(1) ROW_FOO(2) ROW_FOO(0) ROW_END(0) "\n");
}

static void begin_and_end_on_one_cpu_stand_around_the_others(void **state)
{
    (void)state;
    three_cpus();
    draft.source.begin_cpu = 1;
    draft_emit(&draft, 1, 2, 400);
    expect(HEADING ROW_BEGIN(1) ROW_FOO(0) ROW_FOO(2) ROW_FOO(1) ROW_END(1) "\n");
}

static void without_memory_the_cpus_follow_one_by_one(void **state)
{
    (void)state;
    three_cpus();
    set(DOF_OPTION_TEMPORAL, 1);
    draft.source.begin_cpu = 1;
    assert_string_equal(
        printed_within(64),
        "dtrace: no memory to merge the CPUs by time: they follow one by one\n" HEADING ROW_BEGIN(1)
            ROW_FOO(1) ROW_FOO(0) ROW_FOO(2) "\n");
    assert_int_equal(status, DTRACE_CONSUME_NO_MEMORY);
}

static void a_ring_begins_with_its_oldest_record(void **state)
{
    (void)state;
    start();
    const struct dtrace_record *piece = one_piece(DOF_ACTION_DIFEXPR, 4, NULL);
    set(DOF_OPTION_QUIET, 1);
    for (uint32_t i = 0; i < 3; i++)
        draft_put(draft_emit(&draft, 0, 1, 0), piece, i);
    draft.principals[0].wrapped = true;
    draft.principals[0].oldest = draft.principals[0].newest = 16;
    expect("120\n");
}

/* --- flowindent --- */

static void flowindent_follows_the_calls(void **state)
{
    (void)state;
    start();
    set(DOF_OPTION_FLOWINDENT, 0);
    draft_probe(&draft, 10, "fbt", "unix", "outer", "entry");
    draft_probe(&draft, 11, "syscall", "", "read", "entry");
    draft_probe(&draft, 12, "sdt", "unix", "inner", "here");
    draft_probe(&draft, 13, "syscall", "", "read", "return");
    draft_probe(&draft, 14, "fbt", "unix", "outer", "return");
    for (uint32_t i = 0; i < 5; i++) {
        draft_ecb(&draft, i + 1, 10 + i, 0);
        draft_emit(&draft, 0, i + 1, 0);
    }
    expect("CPU FUNCTION                                 \n"
           "  0  -> outer                                 \n"
           "  0    => read                                \n"
           "  0     | inner:here                          \n"
           "  0    <= read                                \n"
           "  0  <- outer                                 \n"
           "\n");
}

static void two_clauses_on_a_probe_are_one_step(void **state)
{
    (void)state;
    start();
    set(DOF_OPTION_FLOWINDENT, 0);
    draft_probe(&draft, 10, "fbt", "unix", "f", "entry");
    draft_probe(&draft, 11, "fbt", "unix", "f", "return");
    for (uint32_t i = 0; i < 4; i++) {
        draft_ecb(&draft, i + 1, 10 + i / 2, 0);
        draft_emit(&draft, 0, i + 1, 0);
    }
    expect("CPU FUNCTION                                 \n"
           "  0  -> f                                     \n"
           "  0   | f:entry                               \n"
           "  0   | f:return                              \n"
           "  0  <- f                                     \n"
           "\n");
}

/* The line of the last of `entries` entries and, if `back`, that many returns and one more entry. */
static const char *last_line_of_flow(uint32_t entries, bool back)
{
    static char line[512];
    start();
    set(DOF_OPTION_FLOWINDENT, 0);
    draft_probe(&draft, 10, "fbt", "unix", "f", "entry");
    draft_probe(&draft, 11, "fbt", "unix", "f", "return");
    draft_ecb(&draft, 1, 10, 0);
    draft_ecb(&draft, 2, 11, 0);
    for (uint32_t i = 0; i < entries; i++)
        draft_emit(&draft, 0, 1, 0);
    for (uint32_t i = 0; back && i < entries; i++)
        draft_emit(&draft, 0, 2, 0);
    if (back)
        draft_emit(&draft, 0, 1, 0);
    const char *text = printed(), *end = text + strlen(text) - 2, *at = end;
    while (at[-1] != '\n')
        at--;
    snprintf(line, sizeof line, "%.*s", (int)(end - at), at);
    return line;
}

static void entries_without_returns_are_indented_up_to_a_bound(void **state)
{
    (void)state;
    char expected[512];
    static const struct {
        uint32_t entries;
        int indent;
    } cases[] = {{1, 0}, {2, 2}, {64, 126}, {65, 128}, {66, 128}, {120, 128}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        int pad = 41 - cases[i].indent - 5;
        snprintf(expected, sizeof expected, "  0 %*s -> f%*s", cases[i].indent, "",
                 pad > 0 ? pad + 1 : 1, "");
        assert_string_equal(last_line_of_flow(cases[i].entries, false), expected);
    }
}

static void returns_meet_entries_beyond_the_bound(void **state)
{
    (void)state;
    assert_string_equal(last_line_of_flow(120, true),
                        "  0  -> f                                     ");
}

/* --- Errors and drops --- */

static void fault(uint64_t action, uint64_t offset, uint64_t code, uint64_t address)
{
    start();
    draft_probe(&draft, 10, "fbt", "unix", "foo", "entry");
    draft_ecb(&draft, 1, 10, 0);
    draft_ecb(&draft, 2, 3, 1);
    const uint64_t arguments[5] = {1, action, offset, code, address};
    const struct dtrace_record *pieces[5];
    for (uint32_t i = 0; i < 5; i++)
        pieces[i] = draft_record(&draft, 2, DOF_ACTION_DIFEXPR, 8, NULL);
    uint8_t *record = draft_emit(&draft, 0, 2, 0);
    for (uint32_t i = 0; i < 5; i++)
        draft_put(record, pieces[i], arguments[i]);
}

static const struct {
    uint64_t action, offset, code, address;
    const char *text;
} faults[] = {
    {1, 8, 1, 0x10, "invalid address (0x10) in action #1 at DIF offset 8"},
    {0, 4, 1, 0, "invalid address (0x0) in predicate at DIF offset 4"},
    {2, 8, 2, 0x11, "invalid alignment (0x11) in action #2 at DIF offset 8"},
    {1, 0, 3, 0x11, "illegal operation in action #1 at DIF offset 0"},
    {1, 12, 4, 0, "divide-by-zero in action #1 at DIF offset 12"},
    {1, 12, 5, 0, "out of scratch space in action #1 at DIF offset 12"},
    {1, 12, 6, 0, "invalid kernel access in action #1 at DIF offset 12"},
    {1, 12, 7, 0, "invalid user access in action #1 at DIF offset 12"},
    {1, 12, 8, 0, "tuple stack overflow in action #1 at DIF offset 12"},
    {3, (uint64_t)-1, 9, 0x77, "bad stack (0x77) in action #3"},
    {3, 0xffffffff, 0, 0, "unknown fault in action #3"},
    {1, 4, 1000, 0, "library-level fault in action #1 at DIF offset 4"},
    {1, 4, 77, 0, "unknown fault in action #1 at DIF offset 4"},
};

static void each_fault_has_its_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(faults); i++) {
        fault(faults[i].action, faults[i].offset, faults[i].code, faults[i].address);
        char expected[256];
        snprintf(expected, sizeof expected,
                 "dtrace: error on enabled probe ID 1 (ID 10: fbt:unix:foo:entry): %s\n\n",
                 faults[i].text);
        expect(expected);
    }
}

static void losses_are_told_in_the_words_of_dtrace(void **state)
{
    (void)state;
    start();
    draft.source.cpus = 2;
    draft.principals[0].books.dropped = 1;
    draft.principals[1].books.dropped = 70;
    draft.aggregated[1].books.dropped = 2;
    draft.source.status = (struct dtrace_status){.dynamic_drops = 1,
                                                 .speculation_drops = 2,
                                                 .speculations_busy = 3,
                                                 .speculations_unavailable = 1,
                                                 .errors_in_errors = 1,
                                                 .stack_string_overflows = 2,
                                                 .nested = 4};
    expect("dtrace: 1 dynamic variable drop\n"
           "dtrace: 2 speculative drops\n"
           "dtrace: 3 failed speculations (available buffer(s) still busy)\n"
           "dtrace: 1 failed speculation (no speculative buffer available)\n"
           "dtrace: 1 error in ERROR probe enabling\n"
           "dtrace: 2 jstack()/ustack() string table overflows\n"
           "dtrace: 4 firings inside another one passed over\n"
           "dtrace: 2 aggregation drops on CPU 1\n"
           "dtrace: 1 drop on CPU 0\n"
           "dtrace: 70 drops on CPU 1\n"
           "\n");
}

/* --- Aggregations --- */

/* Variable `id` as aggregation `id`, with one key of `size` bytes (0: none). */
static const struct dtrace_record *counted(uint32_t id, uint32_t size, uint16_t kind,
                                           uint32_t words)
{
    draft_aggregation(&draft, id);
    if (size > 0)
        draft_key(&draft, id, DOF_ACTION_DIFEXPR, size);
    return draft_key(&draft, id, kind, words * 8);
}

static const struct dtrace_record *key_of(uint32_t id)
{
    return &draft.aggregations[id].records[1];
}

static void add_named(uint32_t cpu, uint32_t id, const char *key, uint64_t value)
{
    const struct dtrace_aggregation_description *description = &draft.aggregations[id];
    uint8_t *record = draft_count(&draft, cpu, id, id);
    draft_put_text(record, key_of(id), key);
    draft_put(record, &description->records[description->record_count - 1], value);
}

static void add_numbered(uint32_t cpu, uint32_t id, uint64_t key, uint64_t value)
{
    const struct dtrace_aggregation_description *description = &draft.aggregations[id];
    uint8_t *record = draft_count(&draft, cpu, id, id);
    draft_put(record, key_of(id), key);
    draft_put(record, &description->records[description->record_count - 1], value);
}

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

static void numbered(void)
{
    start();
    counted(1, 8, DOF_AGGREGATION_COUNT, 1);
    counted(2, 8, DOF_AGGREGATION_COUNT, 1);
    add_numbered(0, 1, 1, 30);
    add_numbered(0, 1, 2, 20);
    add_numbered(0, 2, 1, 5);
}

#define CELL(number) "               " number

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

#define KEY_HEADER "\n              key  ------------- Distribution ------------- count    \n"
#define HISTOGRAM  "\n           value  ------------- Distribution ------------- count    \n"
#define AT_40      "@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@"
#define AT_30      "@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@"
#define AT_20      "@@@@@@@@@@@@@@@@@@@@"
#define AT_10      "@@@@@@@@@@"
#define NO_40      "                                        "
#define NO_30      "                              "
#define NO_20      "                    "
#define NO_10      "          "

/* A clause that prints variables, then whatever is added. */
static void printing(const char *format, uint32_t count)
{
    set(DOF_OPTION_QUIET, 1);
    one_piece(DOF_ACTION_PRINTA, 8, format);
    for (uint32_t i = 1; i < count; i++)
        draft_record(&draft, 1, DOF_ACTION_PRINTA, 8, format);
}

static void emit_ids(uint32_t count)
{
    uint8_t *record = draft_emit(&draft, 0, 1, 0);
    for (uint32_t i = 0; i < count; i++)
        draft_put(record, &draft.ecbs[1].records[i], i + 1);
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

static void options_are_set_by_name(void **state)
{
    int64_t options[DOF_OPTIONS] = {0};
    static const char *const wrong[] = {
        "", "=", "quie", "quiets", "bufsize=1", "quiet=perhaps", "aggsortpos=1x"};
    (void)state;
    assert_true(dtrace_consumer_set_option(options, "aggsortpos=12,", 13));
    assert_int_equal(options[DOF_OPTION_AGGSORTPOS], 12);
    options[DOF_OPTION_QUIET] = DOF_OPTION_UNSET;
    assert_true(dtrace_consumer_set_option(options, "quiet", 5));
    assert_int_equal(options[DOF_OPTION_QUIET], 0);
    assert_true(dtrace_consumer_set_option(options, "quiet=off", 9));
    assert_int_equal(options[DOF_OPTION_QUIET], DOF_OPTION_UNSET);
    for (uint32_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_false(dtrace_consumer_set_option(options, wrong[i], strlen(wrong[i])));
    assert_int_equal(options[DOF_OPTION_AGGSORTPOS], 12);
}

/* Rates are taken whatever they are, and change nothing. */
static void each_option_but_the_rates_gets_its_value(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum dof_option_id id;
    } set[] = {
        {"quiet=7", DOF_OPTION_QUIET},           {"flowindent=7", DOF_OPTION_FLOWINDENT},
        {"rawbytes=7", DOF_OPTION_RAWBYTES},     {"stackindent=7", DOF_OPTION_STACKINDENT},
        {"aggsortkey=7", DOF_OPTION_AGGSORTKEY}, {"aggsortrev=7", DOF_OPTION_AGGSORTREV},
        {"aggsortpos=7", DOF_OPTION_AGGSORTPOS}, {"aggsortkeypos=7", DOF_OPTION_AGGSORTKEYPOS},
        {"agghist=7", DOF_OPTION_AGGHIST},       {"aggpack=7", DOF_OPTION_AGGPACK},
        {"aggzoom=7", DOF_OPTION_AGGZOOM}};
    for (uint32_t i = 0; i < COUNT(set); i++) {
        int64_t options[DOF_OPTIONS] = {0};
        assert_true(dtrace_consumer_set_option(options, set[i].text, strlen(set[i].text)));
        for (uint32_t id = 0; id < DOF_OPTIONS; id++)
            assert_int_equal(options[id], id == set[i].id ? 7 : 0);
    }
    int64_t options[DOF_OPTIONS] = {0};
    assert_true(dtrace_consumer_set_option(options, "aggrate=10ms", 12));
    assert_true(dtrace_consumer_set_option(options, "switchrate=1", 12));
    for (uint32_t id = 0; id < DOF_OPTIONS; id++)
        assert_int_equal(options[id], 0);
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

/* --- Histograms --- */

static uint8_t *histogram(uint16_t kind, uint32_t words)
{
    start();
    counted(1, 0, kind, words);
    return draft_count(&draft, 0, 1, 1);
}

static const struct dtrace_record *histogram_data(void)
{
    return &draft.aggregations[1].records[1];
}

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

static void setting(const char *name, const char *value)
{
    start();
    struct dtrace_record *option = one_piece(DOF_ACTION_LIBACT, 32, NULL);
    struct dtrace_record *second = draft_record(&draft, 1, DOF_ACTION_LIBACT, 32, NULL);
    struct dtrace_record *traced_value = draft_record(&draft, 1, DOF_ACTION_DIFEXPR, 4, NULL);
    option->arg = second->arg = DOF_LIBACT_SETOPT;
    option->string = second->string = true;
    uint8_t *record = draft_emit(&draft, 0, 1, 0);
    draft_put_text(record, option, name);
    draft_put_text(record, second, value);
    draft_put(record, traced_value, 42);
}

static void setopt_changes_what_follows(void **state)
{
    (void)state;
    setting("quiet", "yes");
    expect(HEADING "  0     10                        foo:entry 42\n");
}

static void setopt_with_nonsense_is_told(void **state)
{
    (void)state;
    setting("colour", "red");
    expect(HEADING "  0     10                        foo:entry "
                   "dtrace: error on enabled probe ID 1 (ID 10: fbt:unix:foo:entry): couldn't set "
                   "option \"colour\" to \"red\": Invalid option name\n"
                   "       42\n\n");
    setting("quiet", "perhaps");
    expect(HEADING "  0     10                        foo:entry "
                   "dtrace: error on enabled probe ID 1 (ID 10: fbt:unix:foo:entry): couldn't set "
                   "option \"quiet\" to \"perhaps\": Invalid value for specified option\n"
                   "       42\n\n");
}

/* A record that turns quiet on, one that says 42, and one that says 43; the first `told` of them were told. */
static void setting_told(uint64_t told, const char *name, const char *expected)
{
    start();
    struct dtrace_record *option = one_piece(DOF_ACTION_LIBACT, 16, NULL);
    struct dtrace_record *second = draft_record(&draft, 1, DOF_ACTION_LIBACT, 16, NULL);
    option->arg = second->arg = DOF_LIBACT_SETOPT;
    option->string = second->string = true;
    draft_ecb(&draft, 2, 10, 0);
    const struct dtrace_record *piece = draft_record(&draft, 2, DOF_ACTION_PRINTF, 4, "%d\n");
    uint8_t *record = draft_emit(&draft, 0, 1, 0);
    draft_put_text(record, option, name);
    draft_put_text(record, second, "yes");
    draft_put(draft_emit(&draft, 0, 2, 0), piece, 42);
    draft_put(draft_emit(&draft, 0, 2, 0), piece, 43);
    draft.principals[0].told = told;
    expect(expected);
}

static void what_was_told_is_not_printed_and_has_its_effect(void **state)
{
    (void)state;
    setting_told(1, "quiet", "42\n43\n\n");
    setting_told(2, "quiet", "43\n\n");
    setting_told(3, "quiet", "\n");
    setting_told(4, "quiet", "\n");
    setting_told(2, "colour", HEADING "  0     10                        foo:entry 43\n\n\n");
}

static void system_is_told_and_not_done(void **state)
{
    (void)state;
    start();
    set(DOF_OPTION_QUIET, 1);
    const struct dtrace_record *piece = one_piece(DOF_ACTION_SYSTEM, 4, "kill %i");
    draft_put(draft_emit(&draft, 0, 1, 0), piece, 7);
    expect("dtrace: system(\"kill 7\") is not done here\n\n");
}

/* --- Damage --- */

static void an_unknown_epid_costs_the_rest_of_its_buffer(void **state)
{
    (void)state;
    start();
    draft.source.cpus = 2;
    draft_probe(&draft, 10, "fbt", "unix", "foo", "entry");
    draft_ecb(&draft, 3, 10, 0);
    draft_emit(&draft, 0, 3, 0);
    draft_emit(&draft, 0, 3, 0)[0] = 9;
    draft_emit(&draft, 0, 3, 0);
    draft_emit(&draft, 1, 3, 0);
    expect_status(
        HEADING ROW_FOO(
            0) "dtrace: CPU 0: unknown EPID 9 at byte 16 of the buffer: the rest of it is left "
               "out\n" ROW_FOO(1) "\n",
        DTRACE_CONSUME_DAMAGED);
}

static void a_record_that_is_cut_off_is_told(void **state)
{
    (void)state;
    start();
    one_piece(DOF_ACTION_DIFEXPR, 8, NULL);
    draft_emit(&draft, 0, 1, 0);
    draft.principal[0].used -= 4;
    expect_status(
        "dtrace: CPU 0: no room for the record of EPID 1 at byte 0 of the buffer: the rest "
        "of it is left out\n\n",
        DTRACE_CONSUME_DAMAGED);
}

static void a_piece_outside_of_its_record_is_told(void **state)
{
    (void)state;
    start();
    one_piece(DOF_ACTION_DIFEXPR, 8, NULL)->offset = UINT32_MAX - 3;
    draft.ecbs[1].size = 24;
    draft_emit(&draft, 0, 1, 0);
    expect_status(HEADING
                  "  0     10                        foo:entry dtrace: EPID 1: piece 0 lies "
                  "outside of the record\n\n\n",
                  DTRACE_CONSUME_DAMAGED);
}

static void a_probe_without_a_name_is_told(void **state)
{
    (void)state;
    start();
    draft_ecb(&draft, 1, 20, 0);
    draft_emit(&draft, 0, 1, 0);
    expect_status("dtrace: probe 20 of EPID 1 is not described\n" HEADING
                  "  0     20                              ?:? \n\n",
                  DTRACE_CONSUME_DAMAGED);
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

#define LEFT_OUT                                                                                   \
    "\ndtrace: text is left out: a record may have 65536 bytes and 64 for each of its own, and "   \
    "all "                                                                                         \
    "of them 64 MiB beside that\n"

struct counted {
    uint64_t length;
    uint32_t told; /* how often the words were met, at the start of a line's text */
};

static void count(void *context, const char *bytes, size_t length)
{
    struct counted *counted = context;
    counted->length += length;
    counted->told += length >= 16 && memcmp(bytes, "text is left out", 16) == 0;
}

static struct counted counted_text(void)
{
    static _Alignas(16) uint8_t bytes[1 << 20];
    struct counted counted = {0};
    struct text_sink sink = {count, &counted};
    struct dtrace_memory memory = {bytes, sizeof bytes, 0};
    status = dtrace_consume(&sink, draft_source(&draft), &memory);
    draft_finish(&draft);
    return counted;
}

/* "%4096d" thirty times in each of ten records. */
static void a_record_becomes_only_so_much_text_which_is_told_once(void **state)
{
    (void)state;
    static char format[400];
    enum {
        NUMBERS = 30,
        RECORDS = 10
    };
    for (uint32_t i = 0; i < NUMBERS; i++)
        memcpy(format + 6 * i, "%4096d", 7);
    start();
    set(DOF_OPTION_QUIET, 1);
    one_piece(DOF_ACTION_PRINTF, 4, format);
    for (uint32_t i = 1; i < NUMBERS; i++)
        (void)draft_record(&draft, 1, DOF_ACTION_PRINTF, 4, format);
    for (uint32_t i = 0; i < RECORDS; i++)
        (void)draft_emit(&draft, 0, 1, i);
    uint64_t size = draft.ecbs[1].size;
    struct counted counted = counted_text();
    assert_int_equal(counted.length, RECORDS * (65536 + 64 * size) + strlen(LEFT_OUT) + 1);
    assert_int_equal(counted.told, 1);
    assert_int_equal(status, DTRACE_CONSUME_OK);
}

static void what_fits_is_whole(void **state)
{
    (void)state;
    start();
    set(DOF_OPTION_QUIET, 1);
    one_piece(DOF_ACTION_PRINTF, 4, "%4096d");
    (void)draft_emit(&draft, 0, 1, 0);
    struct counted counted = counted_text();
    assert_int_equal(counted.length, 4096 + 1);
    assert_int_equal(counted.told, 0);
}

/* Each printa() prints all entries; what is left out of them is printed at the end. */
static void many_printas_become_only_so_much_text(void **state)
{
    (void)state;
    enum {
        RECORDS = 600,
        KEYS = 100
    };
    start();
    set(DOF_OPTION_QUIET, 1);
    struct dtrace_record *id = one_piece(DOF_ACTION_PRINTA, 8, "%4096d%@4096d");
    draft_aggregation(&draft, 1);
    struct dtrace_record *key = draft_key(&draft, 1, DOF_ACTION_DIFEXPR, 8);
    struct dtrace_record *data = draft_key(&draft, 1, DOF_AGGREGATION_COUNT, 8);
    for (uint32_t i = 0; i < KEYS; i++) {
        uint8_t *entry = draft_count(&draft, 0, 1, 5);
        draft_put(entry, key, i);
        draft_put(entry, data, 1);
    }
    for (uint32_t i = 0; i < RECORDS; i++)
        draft_put(draft_emit(&draft, 0, 1, i), id, 5);
    struct counted counted = counted_text();
    assert_true(counted.length > 64 * 1024 * 1024);
    assert_true(counted.length < 70 * 1024 * 1024);
    assert_int_equal(counted.told, 1);
}

/* A pass through a whole buffer of entries counts; when nothing is left, the entries stay as they are. */
static void clear_is_not_done_over_and_over(void **state)
{
    (void)state;
    static const struct dtrace_snapshot large = {.size = 1 << 30};
    const struct dtrace_source source = {.aggregations = &large};
    struct consumer consumer = {.source = &source, .cpus = 1};
    consumer_limit_start(&consumer);
    uint32_t passes = 0;
    while (consumer_limit_pass(&consumer))
        passes++;
    assert_int_equal(passes, 64 * 64 + 4); /* 64 bytes of text for each of its own, and 64 MiB */
    assert_true(consumer.cut);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_drops_and_damage_have_a_sink_of_their_own),
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
        cmocka_unit_test(temporal_merges_by_time),
        cmocka_unit_test(begin_comes_first_and_end_last),
        cmocka_unit_test(begin_and_end_on_one_cpu_stand_around_the_others),
        cmocka_unit_test(without_memory_the_cpus_follow_one_by_one),
        cmocka_unit_test(a_ring_begins_with_its_oldest_record),
        cmocka_unit_test(flowindent_follows_the_calls),
        cmocka_unit_test(two_clauses_on_a_probe_are_one_step),
        cmocka_unit_test(entries_without_returns_are_indented_up_to_a_bound),
        cmocka_unit_test(returns_meet_entries_beyond_the_bound),
        cmocka_unit_test(each_fault_has_its_line),
        cmocka_unit_test(losses_are_told_in_the_words_of_dtrace),
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
        cmocka_unit_test(options_are_set_by_name),
        cmocka_unit_test(each_option_but_the_rates_gets_its_value),
        cmocka_unit_test(printa_of_two_joins_them_by_key),
        cmocka_unit_test(a_key_that_the_first_variable_does_not_have_is_printed_all_the_same),
        cmocka_unit_test(variables_with_more_or_fewer_keys_are_not_joined),
        cmocka_unit_test(aggsortpos_says_whose_value_counts_first),
        cmocka_unit_test(a_position_that_is_none_is_the_first),
        cmocka_unit_test(aggsortpos_turns_the_variables),
        cmocka_unit_test(a_variable_may_be_printed_beside_itself),
        cmocka_unit_test(missing_distributions_are_empty_ones_of_their_kind),
        cmocka_unit_test(printa_takes_keys_and_values_into_its_format),
        cmocka_unit_test(printa_of_an_unknown_variable_prints_nothing),
        cmocka_unit_test(a_formatted_average_divides_without_sign),
        cmocka_unit_test(a_stack_can_be_a_key),
        cmocka_unit_test(a_formatted_stack_is_indented_by_its_own_width_alone),
        cmocka_unit_test(addresses_of_one_function_are_one_key),
        cmocka_unit_test(each_size_of_a_key_has_its_column),
        cmocka_unit_test(a_key_that_is_no_string_is_dumped),
        cmocka_unit_test(a_key_without_a_terminator_is_as_wide),
        cmocka_unit_test(variables_follow_by_number_with_their_values_sorted),
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
        cmocka_unit_test(setopt_changes_what_follows),
        cmocka_unit_test(setopt_with_nonsense_is_told),
        cmocka_unit_test(what_was_told_is_not_printed_and_has_its_effect),
        cmocka_unit_test(system_is_told_and_not_done),
        cmocka_unit_test(an_unknown_epid_costs_the_rest_of_its_buffer),
        cmocka_unit_test(a_record_that_is_cut_off_is_told),
        cmocka_unit_test(a_piece_outside_of_its_record_is_told),
        cmocka_unit_test(a_probe_without_a_name_is_told),
        cmocka_unit_test(an_aggregation_whose_data_has_another_size_is_left_out),
        cmocka_unit_test(an_unknown_aggregation_costs_the_rest_of_its_buffer),
        cmocka_unit_test(without_memory_the_aggregations_are_left_out),
        cmocka_unit_test(with_any_memory_the_aggregations_are_whole_or_left_out_and_told),
        cmocka_unit_test(a_record_becomes_only_so_much_text_which_is_told_once),
        cmocka_unit_test(what_fits_is_whole),
        cmocka_unit_test(many_printas_become_only_so_much_text),
        cmocka_unit_test(clear_is_not_done_over_and_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
