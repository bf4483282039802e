/* Commands as words of the command line: the kernel's grammar gives them back exactly. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "boot/command_line.h"
#include "flight/exec_words.h"

static const char *const commands[] = {
    "ps",
    "",
    " ",
    "echo hello world",
    "echo \"quoted\" 'and' \\ backslash\\",
    "\"",
    "'",
    "\\",
    "\\\"",
    "\\\\\"'",
    "a,b,,c -B x=y,z",
    "x=y exec=\"no\"",
    "gr\xc3\xbc\xc3\x9f"
    "e \xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\x9a\x80",
    "tab\there\r",
    "\x01\x7f\xff~{V",
};

static struct option_list list_of(size_t count)
{
    return (struct option_list){.items = (const char **)(uintptr_t)commands, .count = count};
}

static void the_kernel_reads_every_command_as_it_was(void **state)
{
    (void)state;
    struct option_list list = list_of(sizeof commands / sizeof commands[0]);
    char *text = exec_words_line(&list), word[256];
    struct command_line line = {
        .text = text, .length = strlen(text), .buffer = word, .buffer_size = sizeof word};
    struct command_line_option option;
    for (size_t i = 0; i < list.count; i++) {
        assert_true(command_line_next(&line, &option));
        assert_int_equal(option.status, COMMAND_LINE_OK);
        assert_true(command_line_is(&option, "exec"));
        assert_int_equal(option.value_length, strlen(commands[i]));
        assert_memory_equal(option.value, commands[i], option.value_length);
        assert_false(option.property);
    }
    assert_false(command_line_next(&line, &option));
    free(text);
}

static void a_file_has_a_line_for_each(void **state)
{
    (void)state;
    struct option_list list = list_of(4);
    char *text = exec_words_file(&list);
    assert_string_equal(text, "ps\n\n \necho hello world\n");
    free(text);
}

static void nothing_gives_nothing(void **state)
{
    (void)state;
    struct option_list list = list_of(0);
    char *line = exec_words_line(&list), *file = exec_words_file(&list);
    assert_string_equal(line, "");
    assert_string_equal(file, "");
    free(line);
    free(file);
}

static void a_command_is_one_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        assert_true(exec_words_usable(commands[i]));
    assert_false(exec_words_usable("\n"));
    assert_false(exec_words_usable("ps\nhalt"));
    assert_false(exec_words_usable("ps\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_kernel_reads_every_command_as_it_was),
        cmocka_unit_test(a_file_has_a_line_for_each),
        cmocka_unit_test(nothing_gives_nothing),
        cmocka_unit_test(a_command_is_one_line),
    };
    return cmocka_run_group_tests_name("exec words", tests, NULL, NULL);
}
