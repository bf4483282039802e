/* The line editor, key by key: what the line is, and what the terminal shows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/screen_model.h"

#define LEFT  "\x1b[D"
#define RIGHT "\x1b[C"
#define UP    "\x1b[A"
#define DOWN  "\x1b[B"
#define HOME  "\x1b[H"
#define END   "\x1b[F"

static struct screen screen;
static struct line_editor *editor; /* on the heap, so that the sanitizer sees its end */
static const char *prompt;

static void start_with(const char *text, size_t columns)
{
    free(editor);
    editor = malloc(sizeof *editor);
    assert_non_null(editor);
    screen_init(&screen, columns);
    line_editor_init(editor, &(struct text_sink){screen_put, &screen}, columns);
    prompt = text;
    line_editor_start(editor, prompt);
}

static int start(void **state)
{
    (void)state;
    start_with("$ ", 40);
    return 0;
}

static int release(void **state)
{
    (void)state;
    free(editor);
    editor = NULL;
    return 0;
}

static void check(void)
{
    char heading[100] = "";
    screen_check_editor(editor);
    if (editor->searching)
        snprintf(heading, sizeof heading, "(%ssearch)`%s': ", editor->not_found ? "failed " : "",
                 editor->pattern);
    screen_check(&screen, editor, editor->searching ? heading : prompt);
}

/* Types bytes, all of which must leave the line open. */
static void type_bytes(const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        assert_int_equal(line_editor_take(editor, bytes[i]), LINE_EDITOR_MORE);
        check();
    }
}

static void type(const char *keys)
{
    type_bytes(keys, strlen(keys));
}

/* Types a whole line, and begins the next one. */
static void enter(const char *line)
{
    type(line);
    assert_int_equal(line_editor_take(editor, '\r'), LINE_EDITOR_DONE);
    line_editor_start(editor, prompt);
    check();
}

static void assert_line(const char *line, size_t cursor)
{
    assert_string_equal(editor->line, line);
    assert_int_equal(editor->length, strlen(line));
    assert_int_equal(editor->cursor, cursor);
}

/* A row of the screen without the blanks at its end; ASCII only. */
static const char *row(size_t index)
{
    static char text[LINE_EDITOR_COLUMNS_MAX + 1];
    size_t length = 0;
    for (size_t i = 0; i < screen.columns; i++) {
        assert_in_range(screen.cells[index][i], ' ', '}');
        text[i] = (char)screen.cells[index][i];
        if (text[i] != ' ')
            length = i + 1;
    }
    text[length] = '\0';
    return text;
}

static void assert_screen(const char *text, size_t column)
{
    assert_string_equal(row(screen.row), text);
    assert_int_equal(screen.column, column);
}

/* What has been sent for these keys. */
static void assert_sends(const char *keys, const char *bytes)
{
    screen.received = 0;
    type(keys);
    screen.bytes[screen.received] = '\0';
    assert_string_equal(screen.bytes, bytes);
}

static void a_new_line_shows_the_prompt(void **state)
{
    (void)state;
    assert_screen("$", 2);
    assert_line("", 0);
}

static void a_typed_character_is_inserted_and_the_cursor_follows(void **state)
{
    (void)state;
    type("ac" LEFT "b");
    assert_line("abc", 2);
    assert_screen("$ abc", 4);
}

static void a_character_at_the_end_costs_one_byte(void **state)
{
    (void)state;
    assert_sends("a", "a");
    assert_sends("b", "b");
    assert_sends("\xc3\xa9", "\xc3\xa9");
    assert_sends("\b", "\b\x1b[K");
}

static void elsewhere_only_what_has_changed_is_sent(void **state)
{
    (void)state;
    type("abcdef");
    assert_sends(LEFT LEFT, "\b\b");
    assert_sends("x", "xef\b\b");
    assert_sends("\x7f", "\bef\x1b[K\b\b");
    assert_sends(RIGHT, "e");
    assert_sends(HOME, "\x1b[5D");
    assert_sends(END, "\x1b[6C");
    type(" abcdef" HOME);
    assert_sends("\x14", "");
    type(RIGHT);
    assert_sends("\x14", "\bba");
}

static void a_sequence_is_shown_when_it_is_whole(void **state)
{
    (void)state;
    assert_sends("\xe2", "");
    assert_sends("\x82", "");
    assert_sends("\xac", "\xe2\x82\xac");
    assert_line("\xe2\x82\xac", 3);
    assert_int_equal(screen.column, 3);
}

static void a_character_moves_and_goes_as_a_whole(void **state)
{
    (void)state;
    type("a\xe2\x82\xac\xf0\x9f\x98\x80" LEFT LEFT);
    assert_line("a\xe2\x82\xac\xf0\x9f\x98\x80", 1);
    type(RIGHT);
    assert_int_equal(editor->cursor, 4);
    type("\x7f");
    assert_line("a\xf0\x9f\x98\x80", 1);
    type("\x1b[3~");
    assert_line("a", 1);
}

static void a_byte_that_is_no_utf8_is_one_character_shown_harmlessly(void **state)
{
    (void)state;
    type("a\xff"
         "b\x9b"
         "31mc");
    assert_line("a\xff"
                "b\x9b"
                "31mc",
                8);
    assert_screen("$ a\\xffb\\x9b31mc", 16);
    type(HOME RIGHT "\x1b[3~");
    assert_line("ab\x9b"
                "31mc",
                1);
}

static void wide_characters_take_two_columns(void **state)
{
    (void)state;
    type("a\xe6\xbc\xa2\xf0\x9f\x8e\x89" /* a, U+6F22, U+1F389 */
         "b");
    assert_int_equal(screen.column, 8);
    type(LEFT LEFT);
    assert_int_equal(screen.column, 5);
    type("\x7f");
    assert_line("a\xf0\x9f\x8e\x89"
                "b",
                1);
    assert_int_equal(screen.column, 3);
    type(HOME "\x1b[3~\x1b[3~");
    assert_screen("$ b", 2);
}

static void half_a_wide_character_is_never_shown(void **state)
{
    (void)state;
    for (size_t i = 0; i < 120; i++)
        type(i % 7 == 0 ? "x" : "\xe6\xbc\xa2");
    for (size_t i = 0; i < 120; i++)
        type(LEFT);
    type("\x7fxy");
    for (size_t i = 0; i < 120; i++)
        type(RIGHT);
}

static void the_ranges_of_wide_characters_end_where_they_should(void **state)
{
    (void)state;
    assert_false(character_is_wide('a'));
    assert_false(character_is_wide(0x10ff));
    assert_true(character_is_wide(0x1100));
    assert_true(character_is_wide(0x115f));
    assert_false(character_is_wide(0x1160));
    assert_true(character_is_wide(0x4e00));
    assert_false(character_is_wide(0xff61));
    assert_true(character_is_wide(0x3fffd));
    assert_false(character_is_wide(0x3fffe));
}

static void half_a_sequence_is_kept_as_bytes(void **state)
{
    (void)state;
    type("\xe2\x82"
         "a");
    assert_line("\xe2\x82"
                "a",
                3);
    assert_screen("$ \\xe2\\x82a", 11);
    type("\x7f\xac");
    assert_line("\xe2\x82\xac", 3);
    assert_int_equal(screen.column, 3);
}

static void bytes_that_an_edit_brings_together_become_one_character(void **state)
{
    (void)state;
    type("\xc3"
         "x\xa9" LEFT "\x7f");
    assert_line("\xc3\xa9", 2);
    type(LEFT);
    assert_int_equal(editor->cursor, 0);
}

static void a_tilde_never_reaches_the_line(void **state)
{
    (void)state;
    type("~{\\");
    assert_line("~{\\", 3);
    assert_screen("$ \\x7e{\\", 8);
}

static void every_key_for_home_and_end_works(void **state)
{
    (void)state;
    static const char *const home[] = {"\x1b[H", "\x1bOH", "\x1b[1~", "\x1b[7~", "\x01"};
    static const char *const end[] = {"\x1b[F", "\x1bOF", "\x1b[4~", "\x1b[8~", "\x05"};
    type("abc");
    for (size_t i = 0; i < sizeof home / sizeof home[0]; i++) {
        type(home[i]);
        assert_line("abc", 0);
        type(end[i]);
        assert_line("abc", 3);
    }
}

static void moves_stop_at_the_ends(void **state)
{
    (void)state;
    type(LEFT RIGHT "\x02\x06\x7f\b\x1b[3~"
                    "\x1b"
                    "b\x1b"
                    "f\x1b"
                    "d\x17\x0b\x15\x14");
    assert_line("", 0);
    type("a" RIGHT "\x06" LEFT LEFT "\x02");
    assert_line("a", 0);
}

static void backspace_and_delete_take_the_character_on_their_side(void **state)
{
    (void)state;
    type("abcdef" LEFT LEFT LEFT "\x7f");
    assert_line("abdef", 2);
    type("\b");
    assert_line("adef", 1);
    type("\x1b[3~");
    assert_line("aef", 1);
    type("\x04");
    assert_line("af", 1);
    assert_screen("$ af", 3);
}

static void kills_are_yanked(void **state)
{
    (void)state;
    type("one two"
         "\x1b"
         "b"
         "\x0b");
    assert_line("one ", 4);
    type(HOME "\x19");
    assert_line("twoone ", 3);
    type(END "\x15");
    assert_line("", 0);
    type("\x19\x19");
    assert_line("twoone twoone ", 14);
}

static void control_w_kills_to_a_blank_and_alt_backspace_a_word(void **state)
{
    (void)state;
    type("cat /etc/rc.d  \x17");
    assert_line("cat ", 4);
    type("\x19"
         "\x1b\x7f");
    assert_line("cat /etc/rc.", 12);
}

static void words_are_letters_and_digits(void **state)
{
    (void)state;
    type("a.b1  c\xc3\xa9"
         "\x1b"
         "b");
    assert_int_equal(editor->cursor, 6);
    type("\x1b"
         "b");
    assert_int_equal(editor->cursor, 2);
    type("\x1b"
         "f");
    assert_int_equal(editor->cursor, 4);
    type("\x1b[1;5C");
    assert_int_equal(editor->cursor, 9);
    type("\x1b[1;3D");
    assert_int_equal(editor->cursor, 6);
    type(HOME "\x1b"
              "d");
    assert_line(".b1  c\xc3\xa9", 0);
    type("\x1b"
         "d");
    assert_line("  c\xc3\xa9", 0);
}

static void control_t_exchanges_two_characters(void **state)
{
    (void)state;
    type("a\xc3\xa9"
         "c\x14");
    assert_line("ac\xc3\xa9", 4);
    type(LEFT "\x14");
    assert_line("a\xc3\xa9"
                "c",
                4);
    type(HOME "\x14");
    assert_line("a\xc3\xa9"
                "c",
                0);
    start(NULL);
    type("a\x14");
    assert_line("a", 1);
}

static void control_l_shows_the_line_on_a_fresh_screen(void **state)
{
    (void)state;
    enter("old");
    type("abc" LEFT "\x0c");
    assert_int_equal(screen.row, 0);
    assert_screen("$ abc", 4);
    assert_string_equal(row(1), "");
}

static void a_line_feed_after_a_carriage_return_is_the_same_end(void **state)
{
    (void)state;
    enter("a");
    assert_int_equal(line_editor_take(editor, '\n'), LINE_EDITOR_MORE);
    assert_int_equal(line_editor_take(editor, '\n'), LINE_EDITOR_DONE);
    line_editor_start(editor, prompt);
    assert_int_equal(line_editor_take(editor, '\r'), LINE_EDITOR_DONE);
    line_editor_start(editor, prompt);
    assert_int_equal(line_editor_take(editor, '\r'), LINE_EDITOR_DONE);
    assert_int_equal(screen.row, 4);
}

static void a_line_that_is_done_can_be_read(void **state)
{
    (void)state;
    type("hello" HOME);
    assert_int_equal(line_editor_take(editor, '\n'), LINE_EDITOR_DONE);
    assert_string_equal(editor->line, "hello");
    assert_int_equal(editor->length, 5);
    assert_int_equal(screen.row, 1);
    assert_int_equal(screen.column, 0);
}

static void control_c_abandons_the_line(void **state)
{
    (void)state;
    type("hello" HOME);
    assert_int_equal(line_editor_take(editor, 3), LINE_EDITOR_INTERRUPTED);
    assert_string_equal(row(0), "$ hello^C");
    assert_string_equal(editor->line, "");
    line_editor_start(editor, prompt);
    assert_screen("$", 2);
    type(UP);
    assert_line("", 0);
}

static void control_c_is_shown_in_a_full_row_too(void **state)
{
    (void)state;
    start_with("$ ", 20);
    type("0123456789abcdef");
    type("ghijkl" HOME);
    assert_int_equal(line_editor_take(editor, 3), LINE_EDITOR_INTERRUPTED);
    assert_string_equal(row(0), "$ 0123456789abcde^C");
}

static void control_d_ends_the_input_only_in_an_empty_line(void **state)
{
    (void)state;
    type("a"
         "\x04");
    assert_line("a", 1);
    type(HOME "\x04");
    assert_int_equal(line_editor_take(editor, 4), LINE_EDITOR_END);
    assert_int_equal(screen.column, 0);
}

static void a_lone_escape_changes_nothing(void **state)
{
    (void)state;
    type("a\x1b");
    assert_line("a", 1);
    type("x");
    assert_line("a", 1);
    type("y\x1b\x1b[Dz\x1b\x01"
         "b");
    assert_line("bazy", 1);
    type("\x1b\xc3\xa9");
    assert_line("b\xc3\xa9"
                "azy",
                3);
    type("\x1b");
    assert_int_equal(line_editor_take(editor, '\r'), LINE_EDITOR_DONE);
}

static void an_unknown_sequence_is_swallowed_whole(void **state)
{
    (void)state;
    type("a\x1b[[A\x1bOP\x1b[15~\x1b[<0;1;2M\x1b[1;2;3;4u\x1b[?62;c\x1b[99999999999999~b");
    assert_line("ab", 2);
    type("\x1b[1\x01"
         "c");
    assert_line("cab", 1);
    type("\x1b[\xc3\xa9");
    assert_line("c\xc3\xa9"
                "ab",
                3);
}

static void other_control_characters_are_swallowed(void **state)
{
    (void)state;
    type("a\x07\x0f\x11\x13\x16\x18\x1a\x1c\x1d\x1e\x1f"
         "b");
    type_bytes("\0", 1);
    assert_line("ab", 2);
}

static void the_brackets_of_a_paste_are_swallowed(void **state)
{
    (void)state;
    type("\x1b[200~echo hello\x1b[201~");
    assert_line("echo hello", 10);
}

static void up_and_down_go_through_the_history(void **state)
{
    (void)state;
    enter("one");
    enter("two");
    type("typ" LEFT UP);
    assert_line("two", 3);
    type("\x10\x10");
    assert_line("one", 3);
    type(DOWN);
    assert_line("two", 3);
    type("\x0e");
    assert_line("typ", 3);
    type(DOWN);
    assert_line("typ", 3);
}

static void a_line_of_the_history_can_be_edited_and_entered(void **state)
{
    (void)state;
    enter("one");
    enter(UP "!");
    type(UP);
    assert_line("one!", 4);
    type(UP);
    assert_line("one", 3);
}

static void blank_lines_and_repeated_ones_are_not_kept(void **state)
{
    (void)state;
    enter("one");
    enter("one");
    enter("");
    enter("   ");
    enter("two");
    enter("one");
    assert_int_equal(editor->history_count, 3);
    assert_string_equal(line_editor_history(editor, 1), "one");
    assert_string_equal(line_editor_history(editor, 2), "two");
    assert_string_equal(line_editor_history(editor, 3), "one");
    assert_null(line_editor_history(editor, 0));
    assert_null(line_editor_history(editor, 4));
}

static void the_history_keeps_the_newest_32_lines(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 33; i++) {
        char line[8];
        snprintf(line, sizeof line, "%u", i);
        enter(line);
        assert_int_equal(editor->history_count, i < 32 ? i + 1 : 32);
    }
    assert_string_equal(line_editor_history(editor, 1), "32");
    assert_string_equal(line_editor_history(editor, 32), "1");
}

static void enter_long(char c, size_t length)
{
    for (size_t i = 0; i < length; i++)
        (void)line_editor_take(editor, c);
    enter("");
}

static void the_history_keeps_as_many_bytes_as_it_has(void **state)
{
    (void)state;
    for (char c = 'a'; c <= 'd'; c++)
        enter_long(c, 1023); /* 4 * 1,024 bytes are 4,096 */
    assert_int_equal(editor->history_count, 4);
    enter("x");
    assert_int_equal(editor->history_count, 4);
    assert_string_equal(line_editor_history(editor, 1), "x");
    assert_int_equal(line_editor_history(editor, 4)[0], 'b');
}

static void a_line_takes_1023_bytes_and_a_bell_tells_of_one_more(void **state)
{
    (void)state;
    for (size_t i = 0; i < 1022; i++)
        type("x");
    type("\xc3\xa9");
    assert_int_equal(editor->length, 1022);
    assert_int_equal(screen.bells, 1);
    type("y");
    assert_int_equal(editor->length, 1023);
    type("zzz");
    assert_int_equal(editor->length, 1023);
    assert_int_equal(screen.bells, 2);
    type("\x15\x19\x19");
    assert_int_equal(editor->length, 1023);
    assert_int_equal(screen.bells, 3);
}

static void a_long_line_scrolls_in_its_row(void **state)
{
    (void)state;
    start_with("$ ", 20);
    type("0123456789abcdefg"); /* 17 columns beside the prompt, the last one stays free */
    assert_screen("$ 0123456789abcdefg", 19);
    type("h");
    assert_screen("$ <bcdefgh", 10);
    type(HOME);
    assert_screen("$ 0123456789abcdef>", 2);
    for (size_t i = 0; i < 15; i++)
        type(RIGHT);
    assert_screen("$ 0123456789abcdef>", 17);
    type(RIGHT);
    assert_screen("$ <9abcdefgh", 10);
}

static void a_short_line_comes_back_whole(void **state)
{
    (void)state;
    start_with("$ ", 20);
    type("0123456789abcdefgh\x7f");
    assert_screen("$ 0123456789abcdefg", 19);
}

static void a_wide_prompt_leaves_half_the_row(void **state)
{
    (void)state;
    start_with("firstlight:/etc/rc.d# ", 30);
    assert_string_equal(row(0), "ght:/etc/rc.d#");
    assert_int_equal(screen.column, 15);
}

static void the_number_of_columns_is_kept_in_its_range(void **state)
{
    (void)state;
    const struct text_sink sink = {screen_put, &screen};
    static const size_t asked[] = {0, 19, 20, 256, 257, SIZE_MAX};
    static const size_t given[] = {20, 20, 20, 256, 256, 256};
    for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++) {
        line_editor_init(editor, &sink, asked[i]);
        assert_int_equal(editor->columns, given[i]);
    }
}

static void a_search_shows_the_newest_match(void **state)
{
    (void)state;
    start_with("$ ", 60);
    enter("echo one");
    enter("ls /etc");
    enter("echo two");
    type("draft\x12");
    assert_screen("(search)`': draft", 17);
    type("ech");
    assert_line("echo two", 0);
    assert_screen("(search)`ech': echo two", 15);
    type("\x12");
    assert_line("echo one", 0);
    type("\x12");
    assert_screen("(failed search)`ech': echo one", 22);
    type("\x7f\x7f\x7f"
         "ls");
    assert_line("ls /etc", 0);
    type(END "!");
    assert_line("ls /etc!", 8);
    assert_screen("$ ls /etc!", 10);
    type(DOWN DOWN DOWN);
    assert_line("draft", 5);
}

static void a_search_that_is_given_up_restores_the_line(void **state)
{
    (void)state;
    start_with("$ ", 60);
    enter("echo one");
    type("draft" LEFT "\x12"
         "one\x07");
    assert_line("draft", 4);
    assert_screen("$ draft", 6);
    type("\x12"
         "nothing\x12\x12\x07");
    assert_line("draft", 4);
    type("\x12"
         "one\x7f\x7f\x7f\x7f");
    assert_line("draft", 4);
}

static void a_line_that_was_found_can_be_entered_or_abandoned(void **state)
{
    (void)state;
    enter("echo one");
    enter("ls");
    type("\x12"
         "one");
    assert_int_equal(line_editor_take(editor, '\r'), LINE_EDITOR_DONE);
    assert_string_equal(editor->line, "echo one");
    assert_string_equal(row(2), "$ echo one");
    line_editor_start(editor, prompt);
    type("\x12"
         "ls");
    assert_int_equal(line_editor_take(editor, 3), LINE_EDITOR_INTERRUPTED);
    assert_string_equal(row(3), "$ ls^C");
    line_editor_start(editor, prompt);
    check();
}

static void a_pattern_has_a_limit_and_a_bell(void **state)
{
    (void)state;
    type("\x12");
    for (size_t i = 0; i < LINE_EDITOR_PATTERN_MAX + 1; i++)
        assert_int_equal(line_editor_take(editor, 'x'), LINE_EDITOR_MORE);
    assert_int_equal(editor->pattern_length, LINE_EDITOR_PATTERN_MAX);
    assert_int_equal(screen.bells, 1);
    assert_screen("xxxxxxxxxxxxxxxxx':", 20);
}

/* --- Completion --- */

static const char *const *words;
static const char *ending;

/* Completes the last word of the line out of `words`. */
static void complete(void *context, const char *line, size_t cursor,
                     struct line_candidates *candidates)
{
    (void)context;
    assert_int_equal(line[editor->length], '\0');
    size_t from = cursor;
    while (from > 0 && line[from - 1] != ' ')
        from--;
    candidates->from = from;
    for (const char *const *word = words; *word != NULL; word++)
        if (strncmp(*word, line + from, cursor - from) == 0)
            line_candidates_add(candidates, *word, ending);
}

static void complete_from(const char *const *list)
{
    static const struct line_completion completion = {NULL, complete};
    words = list;
    ending = " ";
    line_editor_complete_with(editor, &completion);
}

static void a_tab_without_completion_does_nothing(void **state)
{
    (void)state;
    type("a\t\tb");
    assert_line("ab", 2);
}

static void the_only_candidate_is_inserted_with_its_ending(void **state)
{
    (void)state;
    complete_from((const char *const[]){"shutdown", "sysctl", "ls", NULL});
    assert_sends("sy\t", "sysctl ");
    assert_line("sysctl ", 7);
    type(HOME "l\t");
    assert_line("ls sysctl ", 3);
    type("nothing\t\t");
    assert_line("ls nothingsysctl ", 10);
}

static void a_tab_inserts_what_is_common_and_the_second_one_lists(void **state)
{
    (void)state;
    complete_from((const char *const[]){"rcorder", "rc.conf", "rc", "rc.local", NULL});
    type("r\t");
    assert_line("rc", 2);
    assert_int_equal(screen.row, 0);
    type(" x" LEFT LEFT "\t");
    assert_int_equal(screen.row, 0);
    type("\t");
    assert_line("rc x", 2);
    assert_string_equal(row(0), "$ rc x");
    assert_string_equal(row(1), "rc        rc.conf   rc.local  rcorder");
    assert_screen("$ rc x", 4);
    assert_int_equal(screen.row, 2);
}

static void a_list_is_sorted_downwards(void **state)
{
    (void)state;
    complete_from((const char *const[]){"g", "f", "e", "d", "c", "b", "aaaaaaaaaaa", NULL});
    type("\t");
    type("\t");
    assert_string_equal(row(1), "aaaaaaaaaaa  d            g");
    assert_string_equal(row(2), "b            e");
    assert_string_equal(row(3), "c            f");
    assert_int_equal(screen.row, 4);
}

static void a_list_has_at_most_a_screenful_and_counts_the_rest(void **state)
{
    (void)state;
    static char names[100][16];
    static const char *list[101];
    for (unsigned i = 0; i < 100; i++) {
        snprintf(names[i], sizeof names[i], "name%08u", i * 37 % 100);
        list[i] = names[i];
    }
    complete_from(list);
    type("na\t\t"); /* two columns of 14 in 40 */
    assert_int_equal(screen.row, 22);
    assert_string_equal(row(1), "name00000000  name00000020");
    assert_string_equal(row(20), "name00000019  name00000039");
    assert_string_equal(row(21), "(60 more)");
}

static void a_list_that_outgrows_its_memory_keeps_the_first(void **state)
{
    (void)state;
    static char names[5][1000];
    static const char *list[6];
    for (size_t i = 0; i < 5; i++) {
        memset(names[i], "caebd"[i], sizeof names[i] - 1);
        list[i] = names[i];
    }
    start_with("$ ", 256);
    complete_from(list);
    screen.may_fill_rows = true;
    type("\t\t");
    assert_int_equal(screen.row, 1 + 4 + 4 + 1);
    assert_int_equal(screen.cells[1][0], 'a');
    assert_int_equal(screen.cells[5][0], 'b');
    assert_string_equal(row(9), "(3 more)");
}

static void a_list_has_no_holes(void **state)
{
    (void)state;
    static char names[3][1000];
    for (size_t i = 0; i < 3; i++)
        memset(names[i], "mya"[i], sizeof names[i] - 1);
    start_with("$ ", 256);
    complete_from((const char *const[]){names[0], names[1], names[2], "z", NULL});
    screen.may_fill_rows = true;
    type("\t\t"); /* y has given way to a, so z must not stand behind m */
    assert_int_equal(screen.cells[5][0], 'm');
    assert_string_equal(row(9), "(2 more)");
}

static void a_candidate_that_comes_twice_counts_once(void **state)
{
    (void)state;
    complete_from((const char *const[]){"ls", "ls", NULL});
    type("l\t");
    assert_line("ls ", 3);
}

static void what_is_common_ends_with_a_whole_character(void **state)
{
    (void)state;
    complete_from((const char *const[]){"x\xc3\xa9", "x\xc3\xa8", NULL});
    type("\t");
    assert_line("x", 1);
    complete_from((const char *const[]){"x\xc3\xa9y", "x\xc3\xa9z", NULL});
    type("\t");
    assert_line("x\xc3\xa9", 3);
}

static void what_is_common_never_ends_behind_half_an_escape(void **state)
{
    (void)state;
    complete_from((const char *const[]){"a\\ b", "a\\#b", NULL});
    type("\t");
    assert_line("a", 1);
    complete_from((const char *const[]){"a\\\\b", "a\\\\c", NULL});
    type("\t");
    assert_line("a\\\\", 3);
}

static void a_candidate_that_does_not_fit_is_refused_with_a_bell(void **state)
{
    (void)state;
    static char longest[1025];
    complete_from((const char *const[]){longest, NULL});
    memset(longest, 'x', 1024);
    type("x\t");
    assert_line("x", 1);
    assert_int_equal(screen.bells, 0);
    longest[1023] = '\0';
    type("\t");
    assert_line("x", 1);
    assert_int_equal(screen.bells, 1);
    ending = "";
    type("\t");
    assert_int_equal(editor->length, 1023);
}

static void a_redraw_shows_the_line_in_another_row(void **state)
{
    (void)state;
    type("abc" LEFT);
    screen_put(&screen, "\nmessage\n", 9);
    line_editor_redraw(editor);
    check();
    assert_screen("$ abc", 4);
    assert_int_equal(screen.row, 2);
}

/* --- At random --- */

static uint32_t seed;

static uint32_t at_random(uint32_t below)
{
    seed = seed * 1664525 + 1013904223;
    return (seed >> 8) % below;
}

static const char *const keys[] = {
    LEFT,
    RIGHT,
    UP,
    DOWN,
    HOME,
    END,
    "\x7f",
    "\x1b[3~",
    "\x0b",
    "\x15",
    "\x17",
    "\x19",
    "\x14",
    "\x1b"
    "b",
    "\x1b"
    "f",
    "\x1b"
    "d",
    "\x12",
    "\x07",
    "\t",
    "\xc3\xa9",
    "\xe2\x82",
    "\xff",
    "~",
    "\\",
    " ",
    "\x0c",
    "\x1b",
};

static void the_screen_always_shows_the_line(void **state)
{
    (void)state;
    for (uint32_t round = 0; round < 60; round++) {
        seed = round;
        start_with("$ ", 60 + at_random(100));
        complete_from((const char *const[]){"name", "names", "nam\\ e", "\xc3\xa9t\xc3\xa9", NULL});
        for (size_t i = 0; i < 500; i++) {
            if (at_random(3) == 0)
                type(keys[at_random(sizeof keys / sizeof keys[0])]);
            else if (at_random(50) == 0)
                enter("");
            else if (!editor->searching || editor->pattern_length < 6)
                type((char[]){(char)('a' + at_random(26)), '\0'});
            else
                type("\x07");
        }
    }
}

static void no_key_costs_more_than_a_row(void **state)
{
    (void)state;
    start_with("$ ", 80);
    for (uint32_t i = 0; i < 5000; i++) {
        screen.received = 0;
        const char *key = at_random(2) == 0 ? "x" : keys[at_random(17)];
        for (; *key != '\0'; key++)
            (void)line_editor_take(editor, *key);
        assert_in_range(screen.received, 0, 79 + 2 * 5 + 3);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_new_line_shows_the_prompt, start),
        cmocka_unit_test_setup(a_typed_character_is_inserted_and_the_cursor_follows, start),
        cmocka_unit_test_setup(a_character_at_the_end_costs_one_byte, start),
        cmocka_unit_test_setup(elsewhere_only_what_has_changed_is_sent, start),
        cmocka_unit_test_setup(a_sequence_is_shown_when_it_is_whole, start),
        cmocka_unit_test_setup(a_character_moves_and_goes_as_a_whole, start),
        cmocka_unit_test_setup(a_byte_that_is_no_utf8_is_one_character_shown_harmlessly, start),
        cmocka_unit_test_setup(wide_characters_take_two_columns, start),
        cmocka_unit_test_setup(half_a_wide_character_is_never_shown, start),
        cmocka_unit_test_setup(the_ranges_of_wide_characters_end_where_they_should, start),
        cmocka_unit_test_setup(half_a_sequence_is_kept_as_bytes, start),
        cmocka_unit_test_setup(bytes_that_an_edit_brings_together_become_one_character, start),
        cmocka_unit_test_setup(a_tilde_never_reaches_the_line, start),
        cmocka_unit_test_setup(every_key_for_home_and_end_works, start),
        cmocka_unit_test_setup(moves_stop_at_the_ends, start),
        cmocka_unit_test_setup(backspace_and_delete_take_the_character_on_their_side, start),
        cmocka_unit_test_setup(kills_are_yanked, start),
        cmocka_unit_test_setup(control_w_kills_to_a_blank_and_alt_backspace_a_word, start),
        cmocka_unit_test_setup(words_are_letters_and_digits, start),
        cmocka_unit_test_setup(control_t_exchanges_two_characters, start),
        cmocka_unit_test_setup(control_l_shows_the_line_on_a_fresh_screen, start),
        cmocka_unit_test_setup(a_line_feed_after_a_carriage_return_is_the_same_end, start),
        cmocka_unit_test_setup(a_line_that_is_done_can_be_read, start),
        cmocka_unit_test_setup(control_c_abandons_the_line, start),
        cmocka_unit_test_setup(control_c_is_shown_in_a_full_row_too, start),
        cmocka_unit_test_setup(control_d_ends_the_input_only_in_an_empty_line, start),
        cmocka_unit_test_setup(a_lone_escape_changes_nothing, start),
        cmocka_unit_test_setup(an_unknown_sequence_is_swallowed_whole, start),
        cmocka_unit_test_setup(other_control_characters_are_swallowed, start),
        cmocka_unit_test_setup(the_brackets_of_a_paste_are_swallowed, start),
        cmocka_unit_test_setup(up_and_down_go_through_the_history, start),
        cmocka_unit_test_setup(a_line_of_the_history_can_be_edited_and_entered, start),
        cmocka_unit_test_setup(blank_lines_and_repeated_ones_are_not_kept, start),
        cmocka_unit_test_setup(the_history_keeps_the_newest_32_lines, start),
        cmocka_unit_test_setup(the_history_keeps_as_many_bytes_as_it_has, start),
        cmocka_unit_test_setup(a_line_takes_1023_bytes_and_a_bell_tells_of_one_more, start),
        cmocka_unit_test_setup(a_long_line_scrolls_in_its_row, start),
        cmocka_unit_test_setup(a_short_line_comes_back_whole, start),
        cmocka_unit_test_setup(a_wide_prompt_leaves_half_the_row, start),
        cmocka_unit_test_setup(the_number_of_columns_is_kept_in_its_range, start),
        cmocka_unit_test_setup(a_search_shows_the_newest_match, start),
        cmocka_unit_test_setup(a_search_that_is_given_up_restores_the_line, start),
        cmocka_unit_test_setup(a_line_that_was_found_can_be_entered_or_abandoned, start),
        cmocka_unit_test_setup(a_pattern_has_a_limit_and_a_bell, start),
        cmocka_unit_test_setup(a_tab_without_completion_does_nothing, start),
        cmocka_unit_test_setup(the_only_candidate_is_inserted_with_its_ending, start),
        cmocka_unit_test_setup(a_tab_inserts_what_is_common_and_the_second_one_lists, start),
        cmocka_unit_test_setup(a_list_is_sorted_downwards, start),
        cmocka_unit_test_setup(a_list_has_at_most_a_screenful_and_counts_the_rest, start),
        cmocka_unit_test_setup(a_list_that_outgrows_its_memory_keeps_the_first, start),
        cmocka_unit_test_setup(a_list_has_no_holes, start),
        cmocka_unit_test_setup(a_candidate_that_comes_twice_counts_once, start),
        cmocka_unit_test_setup(what_is_common_ends_with_a_whole_character, start),
        cmocka_unit_test_setup(what_is_common_never_ends_behind_half_an_escape, start),
        cmocka_unit_test_setup(a_candidate_that_does_not_fit_is_refused_with_a_bell, start),
        cmocka_unit_test_setup(a_redraw_shows_the_line_in_another_row, start),
        cmocka_unit_test_setup(the_screen_always_shows_the_line, start),
        cmocka_unit_test_setup(no_key_costs_more_than_a_row, start),
    };
    return cmocka_run_group_tests(tests, NULL, release);
}
