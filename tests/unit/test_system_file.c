/* etc/system, in buffers that end with the text.  What is read and told comes out as text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "boot/system_file.h"
#include "tests/unit/exact_copy.h"
#include "tests/unit/told.h"

static char commands[LOG_SIZE];
static char *copy;

static void append_slice(char *log, struct slice slice)
{
    append(log, "%.*s", (int)slice.length, slice.text);
}

static void append_command(const struct system_command *command)
{
    append(commands, "%u: %s", command->line, system_command_str(command->kind));
    if (command->kind != SYSTEM_SET) {
        append(commands, ": ");
        append_slice(commands, command->value);
    } else {
        append(commands, " ");
        append_slice(commands, command->module);
        append(commands, command->module.text != NULL ? ":" : "");
        append_slice(commands, command->variable);
        append(commands, " %c ", command->operator);
        if (command->is_string) {
            append(commands, "\"");
            append_slice(commands, command->string);
            append(commands, "\"");
        } else {
            append(commands, "%llu", (unsigned long long)command->number);
        }
    }
    append(commands, "\n");
}

static struct slice copy_bytes(const char *bytes, size_t length)
{
    free(copy);
    copy = exact_copy(bytes, length);
    told[0] = commands[0] = '\0';
    return (struct slice){copy, length};
}

static void read_bytes(const char *bytes, size_t length)
{
    struct system_file file = {.lexer = {.text = copy_bytes(bytes, length)}, .listener = &listener};
    struct system_command command;
    while (system_file_next(&file, &command))
        append_command(&command);
    assert_false(system_file_next(&file, &command));
}

static int release(void **state)
{
    (void)state;
    free(copy);
    copy = NULL;
    return 0;
}

static void assert_read(const char *text, const char *expected_commands, const char *expected_told)
{
    read_bytes(text, strlen(text));
    assert_string_equal(commands, expected_commands);
    assert_string_equal(told, expected_told);
}

static void assert_repeated(const char *text, const char *expected_told)
{
    system_file_tell_duplicates(copy_bytes(text, strlen(text)), &listener);
    assert_string_equal(told, expected_told);
}

static void blank_lines_and_comments_say_nothing(void **state)
{
    (void)state;
    assert_read("", "", "");
    assert_read("\n\r\n \t \r", "", "");
    assert_read("* a comment; \"with\" \\\n# another\n  * behind blanks", "", "");
    assert_read("*", "", "");
    assert_read("*no blank\n#none", "", "");
}

static void every_command_is_read(void **state)
{
    (void)state;
    assert_read("set maxusers = 40\n"
                "forceload: drv/dtrace\n"
                "exclude: sys/shmsys\n"
                "include: sys/msgsys\n"
                "moddir: /kernel:/usr/kernel\n"
                "rootfs:ufs\n"
                "swapfs: ufs\n"
                "rootdev: /sbus@1,f8000000/esp@0,800000/sd@3,0:a\n"
                "swapdev: /dev/dsk/c0t0d0s1\n",
                "1: set maxusers = 40\n"
                "2: forceload: drv/dtrace\n"
                "3: exclude: sys/shmsys\n"
                "4: include: sys/msgsys\n"
                "5: moddir: /kernel:/usr/kernel\n"
                "6: rootfs: ufs\n"
                "7: swapfs: ufs\n"
                "8: rootdev: /sbus@1,f8000000/esp@0,800000/sd@3,0:a\n"
                "9: swapdev: /dev/dsk/c0t0d0s1\n",
                "");
}

static void command_words_are_all_lower_or_all_upper_case(void **state)
{
    (void)state;
    assert_read("SET a=1\nFORCELOAD: a/b\nSET32 a=1\nset32 a=1",
                "1: set a = 1\n2: forceload: a/b\n3: set a = 1\n4: set a = 1\n", "");
    assert_read("Set a=1\nsEt a=1\nForceload: a/b\nsetx a=1\nse a=1\nSet32 a=1\n", "",
                "1: unknown command 'Set'; the line is ignored\n"
                "2: unknown command 'sEt'; the line is ignored\n"
                "3: unknown command 'Forceload'; the line is ignored\n"
                "4: unknown command 'setx'; the line is ignored\n"
                "5: unknown command 'se'; the line is ignored\n"
                "6: unknown command 'Set32'; the line is ignored\n");
}

static void set64_is_not_for_this_kernel(void **state)
{
    (void)state;
    assert_read("set64 a=1\nSET64 b\n", "",
                "1: only for 64-bit kernels: 'set64'; the line is ignored\n"
                "2: only for 64-bit kernels: 'SET64'; the line is ignored\n");
}

static void a_set_takes_three_operators(void **state)
{
    (void)state;
    assert_read("set a=1\nset b & 0x1\nset c|~0",
                "1: set a = 1\n2: set b & 1\n"
                "3: set c | 18446744073709551615\n",
                "");
}

static void numbers_are_decimal_octal_or_hexadecimal_with_sign(void **state)
{
    (void)state;
    assert_read("set a=10\nset a=010\nset a=0x10\nset a=-1\nset a=~0x1",
                "1: set a = 10\n2: set a = 8\n3: set a = 16\n"
                "4: set a = 18446744073709551615\n5: set a = 18446744073709551614\n",
                "");
    assert_read("set a=08\nset a=10k\nset a=0x\nset a=18446744073709551616\n", "",
                "1: invalid number '08'; the line is ignored\n"
                "2: invalid number '10k'; the line is ignored\n"
                "3: invalid number '0x'; the line is ignored\n"
                "4: invalid number '18446744073709551616'; the line is ignored\n");
}

static void a_variable_may_belong_to_a_module_and_hold_dots(void **state)
{
    (void)state;
    assert_read("set boottrace:enabled=1\nset kern.boottrace.enabled=0\nset a : b-c_d = 2\n",
                "1: set boottrace:enabled = 1\n2: set kern.boottrace.enabled = 0\n"
                "3: set a:b-c_d = 2\n",
                "");
}

static void a_string_is_set_with_equals_only(void **state)
{
    (void)state;
    assert_read("set a=\"b c\"\nset m:a = \"\"\nset a & \"b\"\nset a | \"b\"\n",
                "1: set a = \"b c\"\n2: set m:a = \"\"\n",
                "3: illegal operator '&' used on the string 'b'; the line is ignored\n"
                "4: illegal operator '|' used on the string 'b'; the line is ignored\n");
}

static void a_string_may_go_on_in_the_next_line(void **state)
{
    (void)state;
    assert_read("set a=\"b\\\nc\" # comment\nset d=1\n", "1: set a = \"b\\\nc\"\n3: set d = 1\n",
                "");
}

static void a_broken_string_costs_its_line_only(void **state)
{
    (void)state;
    assert_read("set a=\"b\nset c=1\n", "2: set c = 1\n",
                "1: string without its closing quote: 'b'; the line is ignored\n");
    assert_read("set a=\"b\\\nset c=1\n", "2: set c = 1\n",
                "1: string without its closing quote: 'b\\'; the line is ignored\n");
    assert_read("set a=\"\\400\"\nset c=1\n", "2: set c = 1\n",
                "1: string garbled by an escape above \\377: '\\400'; the line is ignored\n");
}

static void a_set_that_stops_short_says_what_is_missing(void **state)
{
    (void)state;
    assert_read("set\nset # a=1\nset m:\nset a\nset m:a\nset a=\nset a= * 1\nset a", "",
                "1: variable expected behind 'set'; the line is ignored\n"
                "2: variable expected behind 'set'; the line is ignored\n"
                "3: variable expected behind ':'; the line is ignored\n"
                "4: operator expected behind 'a'; the line is ignored\n"
                "5: operator expected behind 'a'; the line is ignored\n"
                "6: value expected behind '='; the line is ignored\n"
                "7: value expected behind '='; the line is ignored\n"
                "8: operator expected behind 'a'; the line is ignored\n");
}

static void a_line_with_many_faults_is_told_once(void **state)
{
    (void)state;
    assert_read("set a+b=c 1\nfrob = 08 \"\\400\nset 1=2 3\nset c=1", "4: set c = 1\n",
                "1: unsupported operator '+'; the line is ignored\n"
                "2: unknown command 'frob'; the line is ignored\n"
                "3: unexpected token '1'; the line is ignored\n");
}

static void what_is_no_value_is_told(void **state)
{
    (void)state;
    assert_read("set a=b\nset a==1\nset a=,\n", "",
                "1: the value is neither a number nor a string: 'b'; the line is ignored\n"
                "2: the value is neither a number nor a string: '='; the line is ignored\n"
                "3: the value is neither a number nor a string: ','; the line is ignored\n");
}

static void a_line_that_begins_with_no_word_is_unexpected(void **state)
{
    (void)state;
    assert_read("= set a=1\n1\n\"x\" *\n%\n:", "",
                "1: unexpected token '='; the line is ignored\n"
                "2: unexpected token '1'; the line is ignored\n"
                "3: unexpected token 'x'; the line is ignored\n"
                "4: unexpected token '%'; the line is ignored\n"
                "5: unexpected token ':'; the line is ignored\n");
}

static void control_characters_are_unexpected(void **state)
{
    (void)state;
    static const char text[] = "\0\nset\x01 a=1\nset a=\x7f\nforceload: a/b\0\nset b=1";
    read_bytes(text, sizeof text - 1);
    assert_string_equal(commands, "5: set b = 1\n");
    assert_string_equal(told, "1: unexpected token ''; the line is ignored\n"
                              "2: unexpected token '\x01'; the line is ignored\n"
                              "3: the value is neither a number nor a string: '\x7f';"
                              " the line is ignored\n"
                              "4: unexpected token ''; the line is ignored\n");
}

static void a_colon_must_follow_a_command(void **state)
{
    (void)state;
    assert_read("forceload drv/x\nmoddir\nROOTFS= /\nexclude : a/b", "4: exclude: a/b\n",
                "1: a colon (:) must follow the command 'forceload'; the line is ignored\n"
                "2: a colon (:) must follow the command 'moddir'; the line is ignored\n"
                "3: a colon (:) must follow the command 'ROOTFS'; the line is ignored\n");
}

static void a_value_must_follow_the_colon(void **state)
{
    (void)state;
    assert_read("forceload:\nforceload: # a/b\nmoddir: * /\nrootfs:", "",
                "1: value expected behind 'forceload'; the line is ignored\n"
                "2: value expected behind 'forceload'; the line is ignored\n"
                "3: value expected behind 'moddir'; the line is ignored\n"
                "4: value expected behind 'rootfs'; the line is ignored\n");
}

static void a_module_is_named_with_its_namespace(void **state)
{
    (void)state;
    assert_read("forceload: sched/TS\nforceload:drv/SUNW,x-y_z.1\nforceload: misc/a/b\n",
                "1: forceload: sched/TS\n2: forceload: drv/SUNW,x-y_z.1\n3: forceload: misc/a/b\n",
                "");
    static const char *const names[] = {"dtrace", "/dtrace",  "drv/",        "drv//a", "a/b/",
                                        "/",      "drv/a;",   "drv/a#b",     "a:b/c",  "\"drv/a\"",
                                        "drv/a*", "drv\\/ab", "drv/\xc3\xa4"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char text[64], expected[128];
        (void)snprintf(text, sizeof text, "exclude: %s", names[i]);
        (void)snprintf(expected, sizeof expected,
                       "1: a module is called namespace/module, not '%s'; the line is ignored\n",
                       names[i]);
        assert_read(text, "", expected);
    }
}

static void the_directories_of_moddir_may_be_separated_by_blanks(void **state)
{
    (void)state;
    assert_read("moddir: a:b c\t d  # e\nmoddir:/a\n", "1: moddir: a:b c\t d\n2: moddir: /a\n", "");
    assert_read("moddir: a:b c\t d  * e", "1: moddir: a:b c\t d\n", "");
    assert_read("moddir: a \"b\x02\nset a=1", "2: set a = 1\n",
                "1: unexpected token '\x02'; the line is ignored\n");
}

static void a_comment_may_follow_a_command(void **state)
{
    (void)state;
    assert_read("set a=1 # b\nset a=2*b\nforceload: a/b * c\nrootfs: /#x #y\n",
                "1: set a = 1\n2: set a = 2\n3: forceload: a/b\n4: rootfs: /#x\n", "");
}

static void input_behind_a_command_is_told_but_the_command_counts(void **state)
{
    (void)state;
    assert_read("set a=1 b\nforceload: a/b c/d e/f\nrootfs: / \"x\nset b=2",
                "1: set a = 1\n2: forceload: a/b\n3: rootfs: /\n4: set b = 2\n",
                "1: extraneous input ignored starting at 'b'; the command before it counts\n"
                "2: extraneous input ignored starting at 'c'; the command before it counts\n"
                "3: extraneous input ignored starting at 'x'; the command before it counts\n");
}

static void lines_may_end_as_they_like_and_the_last_need_not(void **state)
{
    (void)state;
    assert_read("set a=1\r\nset b=2\rset c=3\n\rset d=4\r\n\r\nset e",
                "1: set a = 1\n2: set b = 2\n3: set c = 3\n5: set d = 4\n",
                "7: operator expected behind 'e'; the line is ignored\n");
    assert_read("forceload: a/b\r\nrootfs: /\rset a=1",
                "1: forceload: a/b\n2: rootfs: /\n3: set a = 1\n", "");
}

/* Reads `before`, `count` letters, `after`, and expects that to be a command or not. */
static void assert_length(const char *before, size_t count, const char *after, bool good)
{
    char text[2200];
    size_t length = strlen(before);
    memcpy(text, before, length);
    memset(text + length, 'n', count);
    strcpy(text + length + count, after);
    read_bytes(text, strlen(text));
    assert_int_equal(commands[0] != '\0', good);
    assert_int_equal(told[0] == '\0', good);
    if (!good)
        assert_memory_equal(told, "1: longer than 1023 bytes: '", 28);
}

static void words_of_1023_bytes_are_kept_and_of_1024_refused(void **state)
{
    (void)state;
    static const struct {
        const char *before, *after;
        size_t other; /* bytes of the word beside the letters */
    } words[] = {{"set ", "=1", 0},      {"set m:", "=1", 0}, {"set ", ":a=1", 0},
                 {"set a=\"", "\"", 0},  {"rootfs:", "", 0},  {"forceload: a/", "", 2},
                 {"moddir: a ", " #", 2}};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        size_t fitting = SYSTEM_FILE_WORD_MAX - words[i].other;
        assert_length(words[i].before, fitting - 1, words[i].after, true);
        assert_length(words[i].before, fitting, words[i].after, true);
        assert_length(words[i].before, fitting + 1, words[i].after, false);
    }
}

static void a_command_tells_where_it_stands(void **state)
{
    (void)state;
    static const char text[] = "# x\r\n  set a = 1\n";
    struct system_file file = {.lexer = {.text = copy_bytes(text, sizeof text - 1)}};
    struct system_command command;
    assert_true(system_file_next(&file, &command));
    assert_int_equal(command.line, 2);
    assert_int_equal(command.offset, 7);
}

static void every_truncation_is_read_without_an_overread(void **state)
{
    (void)state;
    static const char text[] = "set m:a = \"b\\\nc\\101\" # d\r\nforceload: drv/x\r\n"
                               "moddir: /a:b c\nset x | ~0x1f extra\nrootdev: /z *";
    for (size_t length = 0; length < sizeof text; length++) {
        read_bytes(text, length);
        read_bytes(text + length, sizeof text - 1 - length);
        system_file_tell_duplicates(copy_bytes(text, length), NULL);
    }
}

static void nobody_need_listen(void **state)
{
    (void)state;
    static const char text[] = "frob\nset a=1 b\nset a=2";
    struct system_file file = {.lexer = {.text = copy_bytes(text, sizeof text - 1)}};
    struct system_command command;
    assert_true(system_file_next(&file, &command));
    assert_true(system_file_next(&file, &command));
    assert_false(system_file_next(&file, &command));
    system_file_tell_duplicates(file.lexer.text, NULL);
}

static void a_variable_that_is_set_again_is_told_on_its_last_line(void **state)
{
    (void)state;
    assert_repeated("set a=1\nset b=1\nset a=2\nset m:a=3\nset a=4\n",
                    "5: set more than once: 'a'; the last valid one counts\n");
    assert_repeated("set m : a=1\nset n:a=1\nset m : a=\"x\"\nset ma=1\n",
                    "3: set more than once: 'm : a'; the last valid one counts\n");
    assert_repeated("set a=1\nset A=1\nset a.b=1\nset a:b=1\n", "");
}

static void a_variable_that_is_combined_further_is_not_set_again(void **state)
{
    (void)state;
    assert_repeated("set a=1\nset a|2\nset a&3\n", "");
    assert_repeated("set a|1\nset a=2\nset a|2\n",
                    "2: set more than once: 'a'; the last valid one counts\n");
    assert_repeated("set a=1\nset a=1\nset a|2\n",
                    "2: set more than once: 'a'; the last valid one counts\n");
}

static void a_module_that_is_named_again_is_told_on_its_last_line(void **state)
{
    (void)state;
    assert_repeated("forceload: a/b\nexclude: a/b\nforceload: a/c\nforceload: a/b\nforceload: a/b",
                    "5: appears more than once: 'a/b'; it counts once\n");
}

static void any_other_command_given_again_is_told_on_its_last_line(void **state)
{
    (void)state;
    assert_repeated("moddir: /a\nrootfs: /a\n MODDIR: /b\n",
                    "3: command appears more than once: 'MODDIR'; the last valid one counts\n");
}

static void duplicates_are_told_in_the_order_of_their_lines_and_faults_not_again(void **state)
{
    (void)state;
    assert_repeated("frob\nset a=1\nset b=1\nset b=2\nset a=08\nset a=2\n",
                    "4: set more than once: 'b'; the last valid one counts\n"
                    "6: set more than once: 'a'; the last valid one counts\n");
}

/* `count` variables, and the first one again. */
static void repeat_behind(unsigned count)
{
    static char text[16384];
    text[0] = '\0';
    for (unsigned i = 0; i < count; i++)
        append(text, "set v%u=1\n", i);
    append(text, "set v0=2");
    told[0] = '\0';
    system_file_tell_duplicates(copy_bytes(text, strlen(text)), &listener);
}

static void duplicates_are_looked_for_among_the_first_256_commands(void **state)
{
    (void)state;
    repeat_behind(SYSTEM_FILE_REMEMBERED - 2);
    assert_string_equal(told, "255: set more than once: 'v0'; the last valid one counts\n");
    repeat_behind(SYSTEM_FILE_REMEMBERED - 1);
    assert_string_equal(told, "256: set more than once: 'v0'; the last valid one counts\n");
    repeat_behind(SYSTEM_FILE_REMEMBERED);
    assert_string_equal(told, "");
}

static void the_line_that_is_told_need_not_be_the_one_that_counts(void **state)
{
    (void)state;
    static char text[8192];
    for (unsigned i = 0; i <= SYSTEM_FILE_REMEMBERED; i++)
        append(text, "set a=%u\n", i);
    assert_repeated(text, "256: set more than once: 'a'; the last valid one counts\n");
}

static void names_that_only_hash_alike_are_no_duplicates(void **state)
{
    (void)state;
    /* The sums of these two words, behind that of the kind, are the same. */
    assert_repeated("set vhoczw=1\nset vrfbpa=1\n", "");
    assert_repeated("set vhoczw:a=1\nset vrfbpa:a=1\n", "");
}

static void every_kind_has_a_word_of_its_own(void **state)
{
    (void)state;
    for (int i = SYSTEM_SET; i <= SYSTEM_SWAPDEV; i++)
        for (int j = i + 1; j <= SYSTEM_SWAPDEV + 1; j++)
            assert_string_not_equal(system_command_str((enum system_command_kind)i),
                                    system_command_str((enum system_command_kind)j));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blank_lines_and_comments_say_nothing),
        cmocka_unit_test(every_command_is_read),
        cmocka_unit_test(command_words_are_all_lower_or_all_upper_case),
        cmocka_unit_test(set64_is_not_for_this_kernel),
        cmocka_unit_test(a_set_takes_three_operators),
        cmocka_unit_test(numbers_are_decimal_octal_or_hexadecimal_with_sign),
        cmocka_unit_test(a_variable_may_belong_to_a_module_and_hold_dots),
        cmocka_unit_test(a_string_is_set_with_equals_only),
        cmocka_unit_test(a_string_may_go_on_in_the_next_line),
        cmocka_unit_test(a_broken_string_costs_its_line_only),
        cmocka_unit_test(a_set_that_stops_short_says_what_is_missing),
        cmocka_unit_test(a_line_with_many_faults_is_told_once),
        cmocka_unit_test(what_is_no_value_is_told),
        cmocka_unit_test(a_line_that_begins_with_no_word_is_unexpected),
        cmocka_unit_test(control_characters_are_unexpected),
        cmocka_unit_test(a_colon_must_follow_a_command),
        cmocka_unit_test(a_value_must_follow_the_colon),
        cmocka_unit_test(a_module_is_named_with_its_namespace),
        cmocka_unit_test(the_directories_of_moddir_may_be_separated_by_blanks),
        cmocka_unit_test(a_comment_may_follow_a_command),
        cmocka_unit_test(input_behind_a_command_is_told_but_the_command_counts),
        cmocka_unit_test(lines_may_end_as_they_like_and_the_last_need_not),
        cmocka_unit_test(words_of_1023_bytes_are_kept_and_of_1024_refused),
        cmocka_unit_test(a_command_tells_where_it_stands),
        cmocka_unit_test(every_truncation_is_read_without_an_overread),
        cmocka_unit_test(nobody_need_listen),
        cmocka_unit_test(a_variable_that_is_set_again_is_told_on_its_last_line),
        cmocka_unit_test(a_variable_that_is_combined_further_is_not_set_again),
        cmocka_unit_test(a_module_that_is_named_again_is_told_on_its_last_line),
        cmocka_unit_test(any_other_command_given_again_is_told_on_its_last_line),
        cmocka_unit_test(duplicates_are_told_in_the_order_of_their_lines_and_faults_not_again),
        cmocka_unit_test(duplicates_are_looked_for_among_the_first_256_commands),
        cmocka_unit_test(the_line_that_is_told_need_not_be_the_one_that_counts),
        cmocka_unit_test(names_that_only_hash_alike_are_no_duplicates),
        cmocka_unit_test(every_kind_has_a_word_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, release);
}
