/* What the shell completes, with a small system made up here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kernel/user/completion.h"
#include "kernel/user/program.h"
#include "tests/unit/screen_model.h"

/* --- The system --- */

PROGRAM(sysctl, "sysctl", "", "");
PROGRAM(sleep, "sleep", "", "");
PROGRAM(cat, "cat", "", "");
PROGRAM(cd, "cd", "", "");

static int sysctl_main(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    return 0;
}

static int sleep_main(int argc, char **argv)
{
    return sysctl_main(argc, argv);
}

static int cat_main(int argc, char **argv)
{
    return sysctl_main(argc, argv);
}

static int cd_main(int argc, char **argv)
{
    return sysctl_main(argc, argv);
}

static const char *const builtins[] = {"exit", "cd", NULL};

static const struct system_sysctl_about sysctls[] = {
    {"hw", "", "node", SYSTEM_SYSCTL_NODE},
    {"hw.ncpu", "", "unsigned", SYSTEM_SYSCTL_READ},
    {"kern.boottrace.boottime", "", "string", SYSTEM_SYSCTL_READ},
    {"kern.boottrace.enabled", "", "switch", SYSTEM_SYSCTL_READ | SYSTEM_SYSCTL_WRITE},
    {"kern.hidden", "", "switch", SYSTEM_SYSCTL_READ | SYSTEM_SYSCTL_SKIP},
    {"kern.ostype", "", "string", SYSTEM_SYSCTL_READ},
};

int system_sysctl_next(const char *after, struct system_sysctl_about *about)
{
    for (size_t i = 0; i < sizeof sysctls / sizeof sysctls[0]; i++)
        if (after == NULL || strcmp(sysctls[i].name, after) > 0) {
            *about = sysctls[i];
            return SYSTEM_OK;
        }
    return SYSTEM_ENOENT;
}

static const struct file {
    const char *directory;
    const char *name;
    enum system_file_kind kind;
} files[] = {
    {"/", ".", SYSTEM_DIRECTORY},         {"/", "..", SYSTEM_DIRECTORY},
    {"/", ".profile", SYSTEM_FILE},       {"/", "etc", SYSTEM_DIRECTORY},
    {"/", "it's", SYSTEM_FILE},           {"/", "kernel", SYSTEM_FILE},
    {"/", "link", SYSTEM_SYMBOLIC_LINK},  {"/", "lost", SYSTEM_SYMBOLIC_LINK},
    {"/", "my dir", SYSTEM_DIRECTORY},    {"/", "new\nline", SYSTEM_FILE},
    {"/etc/", "motd", SYSTEM_FILE},       {"/etc/", "rc.conf", SYSTEM_FILE},
    {"/etc/", "rc.d", SYSTEM_DIRECTORY},  {"etc/", "motd", SYSTEM_FILE},
    {"/my dir/", "a \"b\"", SYSTEM_FILE}, {"/my dir/", "c#", SYSTEM_FILE},
    {"/sh/", "a$b`c", SYSTEM_FILE},       {"/sh/", "d(e)*?[f]", SYSTEM_FILE},
    {"/sh/", "g&h|i<j>k", SYSTEM_FILE},
};

static const char *opened; /* the directory */
static size_t next_file;
static int open_directories;

int system_open(const char *path)
{
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        if (strcmp(files[i].directory, path) == 0) {
            opened = files[i].directory;
            next_file = 0;
            open_directories++;
            return 3;
        }
    return SYSTEM_ENOENT;
}

int system_read_directory(int descriptor, struct system_entry *entry)
{
    assert_int_equal(descriptor, 3);
    for (; next_file < sizeof files / sizeof files[0]; next_file++)
        if (strcmp(files[next_file].directory, opened) == 0) {
            strcpy(entry->name, files[next_file].name);
            entry->kind = files[next_file++].kind;
            return 1;
        }
    return 0;
}

int system_close(int descriptor)
{
    assert_int_equal(descriptor, 3);
    open_directories--;
    return 0;
}

int system_stat(const char *path, struct system_stat *stat)
{
    stat->kind = SYSTEM_DIRECTORY;
    return strcmp(path, "/link") == 0 || strcmp(path, "link") == 0 ? SYSTEM_OK : SYSTEM_ENOENT;
}

/* --- What it is asked --- */

static struct screen screen;
static struct line_editor *editor;
static struct completion *completion;
static struct line_completion asked;

static int start(void **state)
{
    (void)state;
    editor = malloc(sizeof *editor);
    completion = malloc(sizeof *completion);
    assert_non_null(editor);
    assert_non_null(completion);
    screen_init(&screen, 80);
    line_editor_init(editor, &(struct text_sink){screen_put, &screen}, 80);
    completion_init(completion, builtins);
    asked = completion_for_editor(completion);
    line_editor_complete_with(editor, &asked);
    return 0;
}

static int finish(void **state)
{
    (void)state;
    free(editor);
    free(completion);
    assert_int_equal(open_directories, 0);
    return 0;
}

static void begin_line(void)
{
    screen_put(&screen, "\n", 1);
    line_editor_start(editor, "");
}

static void type(const char *keys)
{
    for (; *keys != '\0'; keys++)
        assert_int_equal(line_editor_take(editor, *keys), LINE_EDITOR_MORE);
}

/* With a tab, the line becomes this one. */
static void assert_becomes(const char *line, const char *expected)
{
    begin_line();
    type(line);
    type("\t");
    assert_string_equal(editor->line, expected);
    assert_int_equal(editor->cursor, editor->length);
}

/* Two tabs list this. */
static void assert_lists(const char *line, const char *expected)
{
    char text[81];
    begin_line();
    type("\x0c");
    type(line);
    type("\t\t");
    assert_true(screen.row >= 2);
    for (size_t i = 0; i < 80; i++)
        text[i] = (char)screen.cells[1][i];
    text[80] = '\0';
    for (size_t i = 80; i > 0 && text[i - 1] == ' '; i--)
        text[i - 1] = '\0';
    assert_string_equal(text, expected);
}

static void the_first_word_is_a_command(void **state)
{
    (void)state;
    assert_becomes("sy", "sysctl ");
    assert_becomes("  ex", "  exit ");
    assert_becomes("ls; sl", "ls; sleep ");
    assert_becomes("nothing", "nothing");
    assert_lists("c", "cat  cd");
    assert_lists("", "cat     cd      exit    sleep   sysctl");
}

static void a_program_that_is_a_builtin_too_comes_once(void **state)
{
    (void)state;
    assert_becomes("cd", "cd ");
}

static void the_word_before_the_cursor_is_completed(void **state)
{
    (void)state;
    begin_line();
    type("sl 5\x01\x06\x06\t");
    assert_string_equal(editor->line, "sleep  5");
    assert_int_equal(editor->cursor, 6);
}

static void sysctls_come_segment_by_segment(void **state)
{
    (void)state;
    assert_becomes("sysctl ke", "sysctl kern.");
    assert_becomes("sysctl kern.b", "sysctl kern.boottrace.");
    assert_becomes("sysctl kern.boottrace.b", "sysctl kern.boottrace.boottime ");
    assert_becomes("sysctl h", "sysctl hw.");
    assert_becomes("sysctl hw.", "sysctl hw.ncpu ");
    assert_becomes("sysctl -n \"ke", "sysctl -n kern.");
    assert_lists("sysctl kern.", "kern.boottrace.  kern.ostype");
    assert_lists("sysctl ", "hw.    kern.");
}

static void a_sysctl_that_can_be_written_gets_no_blank(void **state)
{
    (void)state;
    assert_becomes("sysctl kern.boottrace.e", "sysctl kern.boottrace.enabled");
    assert_becomes("sysctl kern.boottrace.enabled=", "sysctl kern.boottrace.enabled=");
    assert_becomes("sysctl kern.hid", "sysctl kern.hid");
}

static void only_the_command_sysctl_asks_for_sysctls(void **state)
{
    (void)state;
    assert_becomes("sysctl x; cat ke", "sysctl x; cat kernel ");
    assert_becomes("cat; sysctl ke", "cat; sysctl kern.");
    assert_becomes("cat sysctl ke", "cat sysctl kernel ");
}

static void other_words_are_paths(void **state)
{
    (void)state;
    assert_becomes("cat /ker", "cat /kernel ");
    assert_becomes("cat ker", "cat kernel ");
    assert_becomes("cat /et", "cat /etc/");
    assert_becomes("cat /etc/m", "cat /etc/motd ");
    assert_becomes("cat etc/", "cat etc/motd ");
    assert_becomes("/etc/m", "/etc/motd ");
    assert_becomes("cat /etc/r", "cat /etc/rc.");
    assert_becomes("cat /nowhere/x", "cat /nowhere/x");
    assert_lists("cat /etc/rc", "rc.conf  rc.d/");
}

static void a_link_to_a_directory_gets_a_slash(void **state)
{
    (void)state;
    assert_becomes("cat /li", "cat /link/");
    assert_becomes("cat li", "cat link/");
    assert_becomes("cat /lo", "cat /lost ");
}

static void hidden_names_come_when_the_dot_is_typed(void **state)
{
    (void)state;
    assert_becomes("cat /.", "cat /.profile ");
    assert_lists("cat /", "etc/      it\\'s     kernel    link/     lost      my\\ dir/");
}

static void blanks_in_names_are_escaped(void **state)
{
    (void)state;
    assert_becomes("cat /my", "cat /my\\ dir/");
    assert_becomes("cat /my\\ d", "cat /my\\ dir/");
    assert_becomes("cat /my\\", "cat /my\\ dir/");
    assert_becomes("cat /my\\ dir/a", "cat /my\\ dir/a\\ \\\"b\\\" ");
    assert_becomes("cat /my\\ dir/c", "cat /my\\ dir/c\\# ");
    assert_becomes("cat /i", "cat /it\\'s ");
}

static void what_the_shell_gives_a_meaning_is_escaped(void **state)
{
    (void)state;
    assert_becomes("cat /sh/a", "cat /sh/a\\$b\\`c ");
    assert_becomes("cat /sh/d", "cat /sh/d\\(e\\)\\*\\?\\[f] ");
    assert_becomes("cat /sh/g", "cat /sh/g\\&h\\|i\\<j\\>k ");
    assert_becomes("cat \"/sh/a", "cat \"/sh/a\\$b\\`c\" ");
    assert_becomes("cat \"/sh/d", "cat \"/sh/d(e)*?[f]\" ");
}

static void a_quote_that_is_open_is_closed(void **state)
{
    (void)state;
    assert_becomes("cat \"/my", "cat \"/my dir/");
    assert_becomes("cat \"/my dir/a", "cat \"/my dir/a \\\"b\\\"\" ");
    assert_becomes("cat '/my dir/a", "cat '/my dir/a \"b\"' ");
    assert_becomes("cat '/ker", "cat '/kernel' ");
    assert_becomes("cat '/it", "cat '/it");
}

static void quotes_of_the_name_itself_are_written_anew(void **state)
{
    (void)state;
    assert_becomes("cat \"my", "cat my\\ dir/");
    assert_becomes("cat /\"my", "cat /my\\ dir/");
    assert_becomes("cat \"/my\"", "cat \"/my dir/");
    assert_becomes("cat '/my dir'/c", "cat '/my dir'/c\\# ");
}

static void nothing_is_completed_in_a_comment(void **state)
{
    (void)state;
    assert_becomes("# ca", "# ca");
    assert_becomes("cat # ker", "cat # ker");
}

static void the_longest_line_can_be_completed(void **state)
{
    (void)state;
    begin_line();
    for (size_t i = 0; i < LINE_EDITOR_LINE_MAX - 1; i++)
        type(i < 4 ? "x" : i == 4 ? " " : "/");
    type("m\t\t");
    assert_int_equal(editor->length, LINE_EDITOR_LINE_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_first_word_is_a_command, start, finish),
        cmocka_unit_test_setup_teardown(a_program_that_is_a_builtin_too_comes_once, start, finish),
        cmocka_unit_test_setup_teardown(the_word_before_the_cursor_is_completed, start, finish),
        cmocka_unit_test_setup_teardown(sysctls_come_segment_by_segment, start, finish),
        cmocka_unit_test_setup_teardown(a_sysctl_that_can_be_written_gets_no_blank, start, finish),
        cmocka_unit_test_setup_teardown(only_the_command_sysctl_asks_for_sysctls, start, finish),
        cmocka_unit_test_setup_teardown(other_words_are_paths, start, finish),
        cmocka_unit_test_setup_teardown(a_link_to_a_directory_gets_a_slash, start, finish),
        cmocka_unit_test_setup_teardown(hidden_names_come_when_the_dot_is_typed, start, finish),
        cmocka_unit_test_setup_teardown(blanks_in_names_are_escaped, start, finish),
        cmocka_unit_test_setup_teardown(what_the_shell_gives_a_meaning_is_escaped, start, finish),
        cmocka_unit_test_setup_teardown(a_quote_that_is_open_is_closed, start, finish),
        cmocka_unit_test_setup_teardown(quotes_of_the_name_itself_are_written_anew, start, finish),
        cmocka_unit_test_setup_teardown(nothing_is_completed_in_a_comment, start, finish),
        cmocka_unit_test_setup_teardown(the_longest_line_can_be_completed, start, finish),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
