/* Words of a command line, in buffers that end with it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kernel/user/words.h"

static struct words_scan scan;

/* Scans a text in memory that ends with it, and writes words down, each as <WORD>, with '/' where a
 * command ends. */
static const char *written(const char *content, size_t length)
{
    static char text[1024];
    char *copy = malloc(length > 0 ? length : 1), *end = text;
    assert_non_null(copy);
    memcpy(copy, content, length);
    scan = (struct words_scan){0};
    for (bool in_word = false;; in_word = scan.in_word) {
        size_t before = scan.at;
        enum words_kind kind = words_scan_next(&scan, copy, length);
        assert_true(scan.at > before || kind == WORDS_END);
        assert_true(scan.at <= length);
        if (in_word && (!scan.in_word || kind == WORDS_END))
            *end++ = '>';
        if (kind == WORDS_END)
            break;
        if (!in_word && scan.in_word)
            *end++ = '<';
        if (kind == WORDS_LITERAL)
            *end++ = scan.literal;
        if (kind == WORDS_SEPARATOR)
            *end++ = '/';
    }
    *end = '\0';
    free(copy);
    return text;
}

static void assert_words(const char *content, const char *expected)
{
    assert_string_equal(written(content, strlen(content)), expected);
}

static void an_empty_line_has_no_words(void **state)
{
    (void)state;
    assert_words("", "");
    assert_words(" \t\r", "");
    assert_words("# all of this", "");
    assert_words(" #;x", "");
    assert_words("\\\n", "");
}

static void blanks_separate_words(void **state)
{
    (void)state;
    assert_words("ls", "<ls>");
    assert_words("  ls \t -l  /etc\r", "<ls><-l></etc>");
}

static void quotes_keep_what_is_between_them(void **state)
{
    (void)state;
    assert_words("'a  b' \"c ; d\"", "<a  b><c ; d>");
    assert_words("a'b'\"c\"d", "<abcd>");
    assert_words("'it\"s' \"it's\"", "<it\"s><it's>");
    assert_words("'a\\' 'b\nc'", "<a\\><b\nc>");
    assert_words("x=\"a b\"", "<x=a b>");
}

static void empty_quotes_are_an_empty_word(void **state)
{
    (void)state;
    assert_words("echo '' \"\" x''", "<echo><><><x>");
}

static void a_backslash_takes_the_next_character(void **state)
{
    (void)state;
    assert_words("a\\ b \\' \\\" \\\\ \\; \\# \\d", "<a b><'><\"><\\><;><#><d>");
    assert_words("\"a\\\"b\\\\c\\d\"", "<a\"b\\cd>");
}

static void a_backslash_joins_two_lines(void **state)
{
    (void)state;
    assert_words("a \\\n b\\\nc \\\n", "<a><bc>");
    assert_words("\"a\\\nb\"", "<ab>");
    assert_words("'a\\\nb'", "<a\\\nb>");
    assert_words("# not in a comment \\\nls", "/<ls>");
}

static void a_comment_begins_where_a_word_could(void **state)
{
    (void)state;
    assert_words("echo a#b # c 'd ; e", "<echo><a#b>");
    assert_words("echo ''#b '#' \\#", "<echo><#b><#><#>");
    assert_words("#first\nls;#second\npwd", "/<ls>//<pwd>");
}

static void what_separates_commands(void **state)
{
    (void)state;
    assert_words("a b;c\n\n ; d ;", "<a><b>/<c>///<d>/");
    assert_words("a&b|c(d)e", "<a>/<b>/<c>/<d>/<e>");
    assert_words("a && b || $(c)", "<a>//<b>//<$>/<c>/");
    assert_words("'a&b' a\\|b", "<a&b><a|b>");
}

static void an_open_quote_is_known(void **state)
{
    (void)state;
    assert_words("a 'b' c\"d;\ne", "<a><b><cd;\ne>");
    assert_int_equal(scan.quote, '"');
}

static void a_backslash_at_the_end_takes_nothing(void **state)
{
    (void)state;
    assert_words("echo a\\", "<echo><a>");
    assert_int_equal(scan.start, 6);
    assert_words("'\\", "<\\>");
}

static void every_truncation_is_read_without_an_overread(void **state)
{
    (void)state;
    const char *full = "a 'b \\' \"c\\\"d\" e\\ f \\\n # g\n;h\\";
    for (size_t i = 0; i <= strlen(full); i++)
        (void)written(full, i);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_line_has_no_words),
        cmocka_unit_test(blanks_separate_words),
        cmocka_unit_test(quotes_keep_what_is_between_them),
        cmocka_unit_test(empty_quotes_are_an_empty_word),
        cmocka_unit_test(a_backslash_takes_the_next_character),
        cmocka_unit_test(a_backslash_joins_two_lines),
        cmocka_unit_test(a_comment_begins_where_a_word_could),
        cmocka_unit_test(what_separates_commands),
        cmocka_unit_test(an_open_quote_is_known),
        cmocka_unit_test(a_backslash_at_the_end_takes_nothing),
        cmocka_unit_test(every_truncation_is_read_without_an_overread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
