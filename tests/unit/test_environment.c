/* Environments in both forms, in buffers that end with them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "boot/environment.h"
#include "tests/unit/exact_copy.h"

/* What the listener heard last, and how often. */
static struct {
    size_t count;
    struct diagnosis diagnosis;
    char subject[512];
} heard;

static void hear(void *context, const struct diagnosis *diagnosis)
{
    (void)context;
    heard.count++;
    heard.diagnosis = *diagnosis;
    assert_true(diagnosis->subject.length < sizeof heard.subject);
    if (diagnosis->subject.length > 0)
        memcpy(heard.subject, diagnosis->subject.text, diagnosis->subject.length);
    heard.subject[diagnosis->subject.length] = '\0';
}

static const struct diagnosis_listener listener = {hear, NULL};

/* The environment being read; slices point into its copies. */
static char *copy;
static char *buffer;
static struct environment environment;
static struct environment_pair pair;

static void start_sized(const char *text, size_t length, size_t buffer_size)
{
    free(copy);
    free(buffer);
    copy = exact_copy(text, length);
    buffer = malloc(buffer_size > 0 ? buffer_size : 1);
    assert_non_null(buffer);
    heard.count = 0;
    environment = (struct environment){
        .text = {copy, length},
        .buffer = buffer,
        .buffer_size = buffer_size,
        .listener = &listener,
    };
}

static void start(const char *text)
{
    start_sized(text, strlen(text), 64);
}

/* A literal with NULs in it, without the one that the compiler puts at its end. */
#define START_NULS(literal) start_sized(literal, sizeof(literal) - 1, 64)

static int release(void **state)
{
    (void)state;
    free(copy);
    free(buffer);
    copy = buffer = NULL;
    return 0;
}

static void assert_slice(struct slice slice, const char *expected)
{
    assert_non_null(slice.text);
    assert_int_equal(slice.length, strlen(expected));
    assert_memory_equal(slice.text, expected, slice.length);
}

static void assert_next(const char *name, const char *value)
{
    assert_true(environment_next(&environment, &pair));
    assert_slice(pair.name, name);
    assert_slice(pair.value, value);
    assert_int_equal(pair.offset, pair.name.text - copy);
}

static void assert_end(void)
{
    const struct environment_pair before = pair;
    assert_false(environment_next(&environment, &pair));
    assert_false(environment_next(&environment, &pair));
    assert_memory_equal(&pair, &before, sizeof pair);
}

/* Nothing was told. */
static void assert_silent_end(void)
{
    assert_end();
    assert_int_equal(heard.count, 0);
}

/* Exactly one diagnosis has come, and it says this; `subject` is "" where there is none. */
static void assert_heard(const char *what, const char *subject, uint32_t line, size_t offset)
{
    assert_int_equal(heard.count, 1);
    assert_string_equal(heard.diagnosis.what, what);
    assert_string_equal(heard.subject, subject);
    assert_int_equal(heard.diagnosis.subject.text == NULL, subject[0] == '\0');
    assert_int_equal(heard.diagnosis.line, line);
    assert_int_equal(heard.diagnosis.offset, offset);
    heard.count = 0;
}

/* The line is refused alone: those around it are read. */
static void assert_line_refused(const char *line, const char *what, const char *subject,
                                size_t offset)
{
    char text[1024] = "a=1\n";
    strcat(strcat(text, line), "\nb=2");
    start(text);
    assert_next("a", "1");
    assert_next("b", "2");
    assert_int_equal(pair.line, 3);
    assert_heard(what, subject, 2, 4 + offset);
    assert_string_equal(heard.diagnosis.instead, "the line is ignored");
    assert_silent_end();
}

#define NO_EQUALS   "no '=' behind the name"
#define NO_NAME     "no name before the '='"
#define BAD_NAME    "a character that no name may hold, in"
#define LONG_NAME   "a name longer than 255 bytes, beginning with"
#define OPEN_QUOTE  "a quote that is not closed, in the value of"
#define LONG_VALUE  "too long for a value with backslashes: that of"
#define TEXT_BEHIND "text behind the value, starting at"
#define BEHIND_END  "text behind the end of the environment, starting at"

static void an_empty_environment_has_no_pairs(void **state)
{
    (void)state;
    start("");
    assert_silent_end();
    environment = (struct environment){0};
    assert_silent_end();
    START_NULS("\0");
    assert_silent_end();
    START_NULS("\0\0\0");
    assert_silent_end();
}

static void blank_lines_and_comments_are_nothing(void **state)
{
    (void)state;
    start("\n  \t\r\n# a=1\n \t# \"\n\f\n#");
    assert_silent_end();
}

static void lines_give_pairs_with_their_place(void **state)
{
    (void)state;
    start("# loader.conf\nboot_verbose=\"YES\"\n\n  kern.hz=100\n");
    assert_next("boot_verbose", "YES");
    assert_int_equal(pair.line, 2);
    assert_int_equal(pair.offset, 14);
    assert_next("kern.hz", "100");
    assert_int_equal(pair.line, 4);
    assert_int_equal(pair.offset, 36);
    assert_silent_end();
}

static void blanks_around_name_and_value_are_skipped(void **state)
{
    (void)state;
    start(" \ta \t= \tb \t\n c =\" d \" \n");
    assert_next("a", "b");
    assert_next("c", " d ");
    assert_silent_end();
}

static void quotes_hold_blanks_and_comments_and_equals_signs(void **state)
{
    (void)state;
    start("a=\" b#c = 'd' \"\n");
    assert_next("a", " b#c = 'd' ");
    assert_silent_end();
}

static void without_quotes_a_value_ends_at_a_blank_or_comment(void **state)
{
    (void)state;
    start("a=b#c\nd=e # f\ng=h=\\i'j");
    assert_next("a", "b");
    assert_next("d", "e");
    assert_next("g", "h=\\i'j");
    assert_silent_end();
}

static void an_empty_value_is_a_value_in_lines(void **state)
{
    (void)state;
    start("a=\nb=\"\"\nc= # none\nd=");
    assert_next("a", "");
    assert_next("b", "");
    assert_next("c", "");
    assert_next("d", "");
    assert_silent_end();
}

static void a_comment_may_follow_the_closing_quote(void **state)
{
    (void)state;
    start("a=\"b\"# c\nd=\"e\" #\n");
    assert_next("a", "b");
    assert_next("d", "e");
    assert_silent_end();
}

static void a_backslash_in_quotes_takes_the_next_character(void **state)
{
    (void)state;
    start("a=\"b\\\"c\\\\d\\n\"\nb=\"plain\"");
    assert_next("a", "b\"c\\dn");
    assert_ptr_equal(pair.value.text, buffer);
    assert_next("b", "plain");
    assert_ptr_equal(pair.value.text, copy + 17);
    assert_silent_end();
}

static void lines_may_end_in_cr_lf(void **state)
{
    (void)state;
    start("a=1\r\n\r\nb=\"2\"\r\nc=3\r\r\nd=4\r");
    assert_next("a", "1");
    assert_next("b", "2");
    assert_int_equal(pair.line, 3);
    assert_next("c", "3");
    assert_next("d", "4");
    assert_silent_end();
}

static void values_may_hold_utf8(void **state)
{
    (void)state;
    start("a=\"gr\xc3\xbc\xc3\x9f\"\nb=\xe2\x82\xac\n");
    assert_next("a", "gr\xc3\xbc\xc3\x9f");
    assert_next("b", "\xe2\x82\xac");
    assert_silent_end();
}

static void every_good_character_may_stand_in_a_name(void **state)
{
    (void)state;
    start("AZaz09._-:[1]=x\nexec=\"boot -s\"");
    assert_next("AZaz09._-:[1]", "x");
    assert_next("exec", "boot -s");
    assert_silent_end();
    START_NULS("screen-#rows=25\0");
    assert_next("screen-#rows", "25");
    assert_silent_end();
}

static void no_other_character_may_stand_in_a_name(void **state)
{
    (void)state;
    static const char good[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-:[]#";
    for (int c = 1; c < 256; c++) {
        char text[] = {'a', (char)c, '=', '1', '\0'};
        start_sized(text, sizeof text, 0);
        bool expected = c == '=' || strchr(good, c) != NULL;
        assert_int_equal(environment_next(&environment, &pair), expected);
        if (!expected)
            assert_int_equal(heard.diagnosis.offset, 1);
    }
}

static void a_line_without_an_equals_sign_costs_only_itself(void **state)
{
    (void)state;
    assert_line_refused("foo", NO_EQUALS, "foo", 0);
    assert_line_refused("  foo  ", NO_EQUALS, "foo", 2);
    assert_line_refused("foo bar=1", NO_EQUALS, "foo", 0);
    assert_line_refused("foo#=1", NO_EQUALS, "foo", 0);
    assert_line_refused("f!o", NO_EQUALS, "f!o", 0);
}

static void a_line_without_a_name_costs_only_itself(void **state)
{
    (void)state;
    assert_line_refused("=1", NO_NAME, "", 0);
    assert_line_refused(" \t=", NO_NAME, "", 2);
}

static void a_line_with_a_bad_name_costs_only_itself(void **state)
{
    (void)state;
    assert_line_refused("fo!o=1", BAD_NAME, "fo!o", 2);
    assert_line_refused("\"foo\"=1", BAD_NAME, "\"foo\"", 0);
    assert_line_refused("gr\xc3\xbcn=1", BAD_NAME, "gr\xc3\xbcn", 2);
}

static void a_quote_must_be_closed_on_its_line(void **state)
{
    (void)state;
    assert_line_refused("foo=\"", OPEN_QUOTE, "foo", 4);
    assert_line_refused("foo=\"bar", OPEN_QUOTE, "foo", 4);
    assert_line_refused("foo = \"bar\\\"", OPEN_QUOTE, "foo", 6);
    assert_line_refused("foo=\"bar\\", OPEN_QUOTE, "foo", 4);
    assert_line_refused("foo=\"bar\\\r", OPEN_QUOTE, "foo", 4);
}

static void text_behind_the_value_refuses_the_line(void **state)
{
    (void)state;
    assert_line_refused("foo=1 x", TEXT_BEHIND, "x", 6);
    assert_line_refused("foo=\"1\"x y", TEXT_BEHIND, "x y", 7);
    assert_line_refused("foo=\"1\"\"2\"", TEXT_BEHIND, "\"2\"", 7);
    assert_line_refused("foo=1\"", TEXT_BEHIND, "\"", 5);
    assert_line_refused("foo=1\rbar=2", TEXT_BEHIND, "bar=2", 6);
}

static void only_a_value_with_escapes_needs_the_buffer(void **state)
{
    (void)state;
    const char *text = "a=\"\\\\234\"\nb=\"a value without\"\n";
    for (size_t size = 4; size <= 5; size++) {
        start_sized(text, strlen(text), size);
        assert_next("a", "\\234");
        assert_next("b", "a value without");
        assert_silent_end();
    }
    for (size_t size = 0; size < 4; size++) {
        start_sized(text, strlen(text), size);
        assert_next("b", "a value without");
        assert_heard(LONG_VALUE, "a", 1, 2);
        assert_silent_end();
    }
}

/* `count` letters, and what follows. */
static void start_long(size_t count, const char *behind, size_t behind_length)
{
    char text[1024];
    memset(text, 'n', count);
    memcpy(text + count, behind, behind_length);
    start_sized(text, count + behind_length, 0);
}

static void a_name_of_255_bytes_is_read_and_of_256_refused(void **state)
{
    (void)state;
    for (size_t count = 254; count <= 255; count++) {
        start_long(count, "=1\n", 3);
        assert_true(environment_next(&environment, &pair));
        assert_int_equal(pair.name.length, count);
        start_long(count, "=1", 3);
        assert_true(environment_next(&environment, &pair));
        assert_int_equal(pair.name.length, count);
        assert_silent_end();
    }
    start_long(256, "=1\nb=2", 6);
    assert_next("b", "2");
    assert_int_equal(heard.diagnosis.subject.length, 255);
    assert_string_equal(heard.diagnosis.what, LONG_NAME);
    start_long(256, "=1\0b=2", 6);
    assert_next("b", "2");
    assert_int_equal(heard.diagnosis.subject.length, 255);
    assert_string_equal(heard.diagnosis.what, LONG_NAME);
}

static void what_is_told_of_a_long_text_is_its_start(void **state)
{
    (void)state;
    start_long(600, "", 0);
    assert_end();
    assert_string_equal(heard.diagnosis.what, NO_EQUALS);
    assert_int_equal(heard.diagnosis.subject.length, 255);
}

static void entries_with_nuls_give_pairs_with_their_place(void **state)
{
    (void)state;
    START_NULS("console=ttya\0boot_verbose=YES\0\0");
    assert_next("console", "ttya");
    assert_int_equal(pair.line, 0);
    assert_int_equal(pair.offset, 0);
    assert_next("boot_verbose", "YES");
    assert_int_equal(pair.line, 0);
    assert_int_equal(pair.offset, 13);
    assert_silent_end();
}

static void an_entry_takes_everything_behind_the_first_equals_sign(void **state)
{
    (void)state;
    START_NULS("a= \"b\" # c=\\d\ne=f \0");
    assert_next("a", " \"b\" # c=\\d\ne=f ");
    assert_silent_end();
}

static void an_empty_value_is_a_value_in_an_entry(void **state)
{
    (void)state;
    START_NULS("a=\0b=\0");
    assert_next("a", "");
    assert_next("b", "");
    assert_silent_end();
}

static void the_last_entry_needs_no_nul(void **state)
{
    (void)state;
    START_NULS("a=1\0b=2");
    assert_next("a", "1");
    assert_next("b", "2");
    assert_silent_end();
    START_NULS("a=1\0b=");
    assert_next("a", "1");
    assert_next("b", "");
    assert_silent_end();
}

static void one_nul_decides_for_entries(void **state)
{
    (void)state;
    start("a=1\nb=2\n");
    assert_next("a", "1");
    assert_next("b", "2");
    assert_silent_end();
    START_NULS("a=1\nb=2\n\0");
    assert_next("a", "1\nb=2\n");
    assert_silent_end();
}

static void a_bad_entry_costs_only_itself(void **state)
{
    (void)state;
    START_NULS("a=1\0foo\0b=2\0");
    assert_next("a", "1");
    assert_next("b", "2");
    assert_heard(NO_EQUALS, "foo", 0, 4);
    assert_string_equal(heard.diagnosis.instead, "the entry is ignored");
    assert_silent_end();
    START_NULS("=1\0b=2\0");
    assert_next("b", "2");
    assert_heard(NO_NAME, "", 0, 0);
    assert_silent_end();
    START_NULS(" a=1\0b=2\0");
    assert_next("b", "2");
    assert_heard(BAD_NAME, " a", 0, 0);
    assert_silent_end();
    START_NULS("a =1\0b=2\0foo");
    assert_next("b", "2");
    assert_heard(BAD_NAME, "a ", 0, 1);
    assert_end();
    assert_heard(NO_EQUALS, "foo", 0, 9);
}

static void an_empty_entry_ends_the_environment(void **state)
{
    (void)state;
    START_NULS("a=1\0\0\0\0\0");
    assert_next("a", "1");
    assert_silent_end();
    START_NULS("\0a=1\0b=2\0");
    assert_end();
    assert_heard(BEHIND_END, "a=1", 0, 1);
}

static void text_behind_the_end_is_told_once(void **state)
{
    (void)state;
    START_NULS("a=1\0\0\0b=2\0c=3\0\0d=4");
    assert_next("a", "1");
    assert_end();
    assert_heard(BEHIND_END, "b=2", 0, 6);
    assert_string_equal(heard.diagnosis.instead, "all of it is ignored");
    assert_silent_end();
}

static void nobody_need_listen(void **state)
{
    (void)state;
    start("foo\n=\na=1 x\n\"\nb=2");
    environment.listener = NULL;
    assert_next("b", "2");
    assert_end();
    START_NULS("foo\0b=2\0\0c");
    environment.listener = NULL;
    assert_next("b", "2");
    assert_end();
}

/* Reads all of it; gives how many pairs there were. */
static size_t read_all(void)
{
    size_t count = 0;
    while (environment_next(&environment, &pair))
        count++;
    return count;
}

static void every_truncation_reads_what_is_there(void **state)
{
    (void)state;
    static const char lines[] = "a=\"b\\\"c\" # d\ne = f\nbad\n\"=\ng=\"h\"";
    size_t begun = 0;
    for (size_t length = 0; length < sizeof lines; length++) {
        start_sized(lines, length, 3);
        assert_int_equal(read_all() + heard.count, begun);
        begun += length == 0 || lines[length - 1] == '\n';
    }
    static const char entries[] = "a=b\0bad\0c=\0d=e\0\0f=g";
    for (size_t length = 5; length < sizeof entries; length++) {
        start_sized(entries, length, 0);
        assert_int_equal(read_all(), 1 + (length > 9) + (length > 12));
    }
}

static void the_names_of_loaders_are_private(void **state)
{
    (void)state;
    static const char *const names[] = {
        "boot.netif.ip",
        "boot.",
        "currdev",
        "dhcp.host-name",
        "loader_color",
        "loader_",
        "menu_timeout_command",
        "menu_caption[1]",
        "module_path",
        "smbios.system.maker",
        "LINES",
        "COLUMNS",
        "prompt",
        "beastie_disable",
        "password",
        "zfs_be_root",
        "autoboot_delay",
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_true(environment_is_private(slice_of(names[i])));
}

static void the_names_for_kernels_are_not_private(void **state)
{
    (void)state;
    static const char *const names[] = {
        "",        "boot",     "boot_verbose", "boot_single", "bootx",         "console",  "loader",
        "smbios",  "currdevs", "currde",       "module_pat",  "module_path_x", "lines",    "LINESX",
        "xprompt", "kern.hz",  "dhcp",         "passwords",   "screen-#rows",  "kernel.x",
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_false(environment_is_private(slice_of(names[i])));
    assert_false(environment_is_private((struct slice){0}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_environment_has_no_pairs),
        cmocka_unit_test(blank_lines_and_comments_are_nothing),
        cmocka_unit_test(lines_give_pairs_with_their_place),
        cmocka_unit_test(blanks_around_name_and_value_are_skipped),
        cmocka_unit_test(quotes_hold_blanks_and_comments_and_equals_signs),
        cmocka_unit_test(without_quotes_a_value_ends_at_a_blank_or_comment),
        cmocka_unit_test(an_empty_value_is_a_value_in_lines),
        cmocka_unit_test(a_comment_may_follow_the_closing_quote),
        cmocka_unit_test(a_backslash_in_quotes_takes_the_next_character),
        cmocka_unit_test(lines_may_end_in_cr_lf),
        cmocka_unit_test(values_may_hold_utf8),
        cmocka_unit_test(every_good_character_may_stand_in_a_name),
        cmocka_unit_test(no_other_character_may_stand_in_a_name),
        cmocka_unit_test(a_line_without_an_equals_sign_costs_only_itself),
        cmocka_unit_test(a_line_without_a_name_costs_only_itself),
        cmocka_unit_test(a_line_with_a_bad_name_costs_only_itself),
        cmocka_unit_test(a_quote_must_be_closed_on_its_line),
        cmocka_unit_test(text_behind_the_value_refuses_the_line),
        cmocka_unit_test(only_a_value_with_escapes_needs_the_buffer),
        cmocka_unit_test(a_name_of_255_bytes_is_read_and_of_256_refused),
        cmocka_unit_test(what_is_told_of_a_long_text_is_its_start),
        cmocka_unit_test(entries_with_nuls_give_pairs_with_their_place),
        cmocka_unit_test(an_entry_takes_everything_behind_the_first_equals_sign),
        cmocka_unit_test(an_empty_value_is_a_value_in_an_entry),
        cmocka_unit_test(the_last_entry_needs_no_nul),
        cmocka_unit_test(one_nul_decides_for_entries),
        cmocka_unit_test(a_bad_entry_costs_only_itself),
        cmocka_unit_test(an_empty_entry_ends_the_environment),
        cmocka_unit_test(text_behind_the_end_is_told_once),
        cmocka_unit_test(nobody_need_listen),
        cmocka_unit_test(every_truncation_reads_what_is_there),
        cmocka_unit_test(the_names_of_loaders_are_private),
        cmocka_unit_test(the_names_for_kernels_are_not_private),
    };
    return cmocka_run_group_tests(tests, NULL, release);
}
