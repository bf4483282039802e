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

static char *text;
static size_t length;
static size_t at;
static struct words *words; /* on the heap, so that the sanitizer sees its end */

static void start_bytes(const char *bytes, size_t count)
{
    free(text);
    text = malloc(count > 0 ? count : 1);
    assert_non_null(text);
    memcpy(text, bytes, count);
    length = count;
    at = 0;
}

static void start(const char *content)
{
    start_bytes(content, strlen(content));
}

static int prepare(void **state)
{
    (void)state;
    words = malloc(sizeof *words);
    return words == NULL;
}

static int release(void **state)
{
    (void)state;
    free(text);
    free(words);
    text = NULL;
    return 0;
}

/* The next command has these words, written with '|' between them. */
static void assert_next(const char *expected)
{
    char joined[2048] = "";
    assert_int_equal(words_next(words, text, length, &at), WORDS_OK);
    assert_true(words->argc > 0);
    for (int i = 0; i < words->argc; i++) {
        if (i > 0)
            strcat(joined, "|");
        strcat(joined, words->argv[i]);
    }
    assert_string_equal(joined, expected);
    assert_null(words->argv[words->argc]);
}

static void assert_refused(enum words_status status, size_t position)
{
    assert_int_equal(words_next(words, text, length, &at), status);
    assert_int_equal(words->argc, 0);
    assert_null(words->argv[0]);
    assert_int_equal(words->position, position);
}

static void assert_end(void)
{
    assert_refused(WORDS_OK, length);
    assert_int_equal(at, length);
    assert_refused(WORDS_OK, length);
}

static void assert_words(const char *content, const char *expected)
{
    start(content);
    assert_next(expected);
    assert_end();
}

static void an_empty_line_has_no_words(void **state)
{
    (void)state;
    static const char *const empty[] = {"", " \t\r", ";;\n ;", "# all of this", " #;x", "\\\n"};
    for (size_t i = 0; i < sizeof empty / sizeof empty[0]; i++) {
        start(empty[i]);
        assert_end();
    }
}

static void blanks_separate_words(void **state)
{
    (void)state;
    assert_words("ls", "ls");
    assert_words("  ls \t -l  /etc\r", "ls|-l|/etc");
}

static void a_nul_is_refused_except_in_a_comment(void **state)
{
    (void)state;
    start_bytes("a\0b;c", 5);
    assert_refused(WORDS_NUL, 1);
    assert_next("c");
    start_bytes("a '\0'", 5);
    assert_refused(WORDS_NUL, 3);
    start_bytes("a \\\0", 4);
    assert_refused(WORDS_NUL, 2);
    start_bytes("a #\0", 4);
    assert_next("a");
    assert_end();
}

static void quotes_keep_what_is_between_them(void **state)
{
    (void)state;
    assert_words("'a  b' \"c ; d\"", "a  b|c ; d");
    assert_words("a'b'\"c\"d", "abcd");
    assert_words("'it\"s' \"it's\"", "it\"s|it's");
    assert_words("'a\\' 'b\nc'", "a\\|b\nc");
    assert_words("x=\"a b\"", "x=a b");
}

static void empty_quotes_are_an_empty_word(void **state)
{
    (void)state;
    assert_words("echo '' \"\" x''", "echo|||x");
}

static void a_backslash_takes_the_next_character(void **state)
{
    (void)state;
    assert_words("a\\ b \\' \\\" \\\\ \\; \\# \\d", "a b|'|\"|\\|;|#|d");
    assert_words("\"a\\\"b\\\\c\\d\"", "a\"b\\cd");
}

static void a_backslash_joins_two_lines(void **state)
{
    (void)state;
    assert_words("a \\\n b\\\nc \\\n", "a|bc");
    assert_words("\"a\\\nb\"", "ab");
    assert_words("'a\\\nb'", "a\\\nb");
    start("# not in a comment \\\nls");
    assert_next("ls");
}

static void a_comment_begins_where_a_word_could(void **state)
{
    (void)state;
    assert_words("echo a#b # c 'd ; e", "echo|a#b");
    assert_words("echo ''#b '#' \\#", "echo|#b|#|#");
    start("#first\nls;#second\npwd");
    assert_next("ls");
    assert_next("pwd");
    assert_end();
}

static void semicolons_and_newlines_separate_commands(void **state)
{
    (void)state;
    start("a b;c\n\n ; d ;");
    assert_next("a|b");
    assert_int_equal(words->position, 0);
    assert_int_equal(at, 4);
    assert_next("c");
    assert_int_equal(words->position, 4);
    assert_next("d");
    assert_int_equal(words->position, 10);
    assert_end();
}

static void an_open_quote_is_refused_where_it_begins(void **state)
{
    (void)state;
    start("echo 'a b");
    assert_refused(WORDS_OPEN_QUOTE, 5);
    assert_end();
    start("a 'b' c\"d;\ne");
    assert_refused(WORDS_OPEN_QUOTE, 7);
    assert_end();
}

static void a_backslash_at_the_end_is_refused(void **state)
{
    (void)state;
    start("echo a\\");
    assert_refused(WORDS_OPEN_BACKSLASH, 6);
    assert_end();
    start("\"\\");
    assert_refused(WORDS_OPEN_BACKSLASH, 1);
    start("'\\");
    assert_refused(WORDS_OPEN_QUOTE, 0);
}

static void a_command_has_at_most_64_words(void **state)
{
    (void)state;
    char many[2 * 65 + 4] = "";
    for (size_t i = 0; i < 64; i++)
        strcat(many, "x ");
    start(many);
    assert_int_equal(words_next(words, text, length, &at), WORDS_OK);
    assert_int_equal(words->argc, 64);
    assert_null(words->argv[64]);
    strcat(many, "y;z");
    start(many);
    assert_refused(WORDS_TOO_MANY, 128);
    assert_next("z");
    assert_end();
}

static void words_have_at_most_1000_bytes(void **state)
{
    (void)state;
    char longest[1010] = "a ";
    memset(longest + 2, 'x', 997); /* "a", 997 bytes, two terminators */
    start(longest);
    assert_int_equal(words_next(words, text, length, &at), WORDS_OK);
    assert_int_equal(strlen(words->argv[1]), 997);
    strcat(longest, "x");
    start(longest);
    assert_refused(WORDS_TOO_LONG, 2);
    strcat(longest, " b\nc");
    start(longest);
    assert_refused(WORDS_TOO_LONG, 2);
    assert_next("c");
}

static void the_first_error_is_told(void **state)
{
    (void)state;
    char both[1010];
    memset(both, 'x', sizeof both);
    both[1001] = '\'';
    start_bytes(both, sizeof both);
    assert_refused(WORDS_TOO_LONG, 0);
    assert_end();
}

static void every_truncation_is_read_without_an_overread(void **state)
{
    (void)state;
    const char *full = "a 'b \\' \"c\\\"d\" e\\ f \\\n # g\n;h\\";
    for (size_t i = 0; i <= strlen(full); i++) {
        start_bytes(full, i);
        for (size_t before = SIZE_MAX; at != before;) {
            before = at;
            (void)words_next(words, text, length, &at);
            assert_true(at <= length);
        }
        assert_int_equal(at, length);
    }
}

static void every_status_has_a_phrase_of_its_own(void **state)
{
    (void)state;
    for (int i = 0; i <= WORDS_TOO_LONG; i++)
        for (int j = i + 1; j <= WORDS_TOO_LONG + 1; j++)
            assert_string_not_equal(words_status_str((enum words_status)i),
                                    words_status_str((enum words_status)j));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_line_has_no_words),
        cmocka_unit_test(blanks_separate_words),
        cmocka_unit_test(a_nul_is_refused_except_in_a_comment),
        cmocka_unit_test(quotes_keep_what_is_between_them),
        cmocka_unit_test(empty_quotes_are_an_empty_word),
        cmocka_unit_test(a_backslash_takes_the_next_character),
        cmocka_unit_test(a_backslash_joins_two_lines),
        cmocka_unit_test(a_comment_begins_where_a_word_could),
        cmocka_unit_test(semicolons_and_newlines_separate_commands),
        cmocka_unit_test(an_open_quote_is_refused_where_it_begins),
        cmocka_unit_test(a_backslash_at_the_end_is_refused),
        cmocka_unit_test(a_command_has_at_most_64_words),
        cmocka_unit_test(words_have_at_most_1000_bytes),
        cmocka_unit_test(the_first_error_is_told),
        cmocka_unit_test(every_truncation_is_read_without_an_overread),
        cmocka_unit_test(every_status_has_a_phrase_of_its_own),
    };
    return cmocka_run_group_tests(tests, prepare, release);
}
