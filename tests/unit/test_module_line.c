/* Module lines, word by word, in buffers that end with the line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "boot/module_line.h"
#include "tests/unit/exact_copy.h"
#include "tests/unit/phrases.h"

/* What the listener heard. */
static struct {
    size_t count;
    enum module_line_fault fault;
    char word[2048];
} heard;

static void hear(void *context, enum module_line_fault fault, struct slice word)
{
    (void)context;
    heard.count++;
    heard.fault = fault;
    assert_true(word.length < sizeof heard.word);
    memcpy(heard.word, word.text, word.length);
    heard.word[word.length] = '\0';
}

static const struct module_line_listener listener = {hear, NULL};

/* The line that was parsed last; the slices point into it. */
static char *copy;
static struct module_line line;

static void parse(const char *text)
{
    free(copy);
    size_t length = strlen(text);
    copy = exact_copy(text, length);
    heard.count = 0;
    heard.fault = MODULE_LINE_FAULT_NONE;
    module_line_parse(copy, length, &listener, &line);
}

static int release(void **state)
{
    (void)state;
    free(copy);
    copy = NULL;
    return 0;
}

static void assert_slice(struct slice slice, const char *expected)
{
    if (expected == NULL) {
        assert_null(slice.text);
        assert_int_equal(slice.length, 0);
        return;
    }
    assert_non_null(slice.text);
    assert_int_equal(slice.length, strlen(expected));
    assert_memory_equal(slice.text, expected, slice.length);
}

static void assert_line(const char *text, const char *path, const char *name, enum module_type type,
                        size_t refusals)
{
    parse(text);
    assert_slice(line.path, path);
    assert_slice(line.name, name);
    assert_int_equal(line.type, type);
    assert_int_equal(heard.count, refusals);
}

static void a_line_without_words_is_a_file_without_a_name(void **state)
{
    (void)state;
    assert_line("", NULL, "-", MODULE_TYPE_FILE, 0);
    assert_line(" \t\f\n\r ", NULL, "-", MODULE_TYPE_FILE, 0);
    module_line_parse(NULL, 0, NULL, &line);
    assert_slice(line.name, "-");
    assert_slice(line.hash, NULL);
}

static void the_path_is_the_name_unless_an_option_says_otherwise(void **state)
{
    (void)state;
    assert_line("/boot/f", "/boot/f", "/boot/f", MODULE_TYPE_FILE, 0);
    assert_line("/boot/f name=etc/system", "/boot/f", "etc/system", MODULE_TYPE_FILE, 0);
    assert_line("/boot/f type=rootfs", "/boot/f", "/boot/f", MODULE_TYPE_ROOTFS, 0);
}

static void qemu_with_the_path_and_grub_without_it_mean_the_same(void **state)
{
    (void)state;
    assert_line("README.md type=file name=etc/motd", "README.md", "etc/motd", MODULE_TYPE_FILE, 0);
    assert_line("type=file name=etc/motd", NULL, "etc/motd", MODULE_TYPE_FILE, 0);
    assert_line("name=etc/motd type=file", NULL, "etc/motd", MODULE_TYPE_FILE, 0);
    assert_line("hash=00 type=dof", NULL, "-", MODULE_TYPE_DOF, 0);
}

static void only_known_options_take_the_place_of_the_path(void **state)
{
    (void)state;
    assert_line("colour=red type=dof", "colour=red", "colour=red", MODULE_TYPE_DOF, 0);
    assert_line("type type=dof", "type", "type", MODULE_TYPE_DOF, 0);
}

static void every_blank_separates_and_many_are_one(void **state)
{
    (void)state;
    assert_line("  p\t\ttype=hash\f\fname=n\n\r\n ", "p", "n", MODULE_TYPE_HASH, 0);
}

static void every_type_is_known_by_its_word(void **state)
{
    (void)state;
    assert_line("p type=file", "p", "p", MODULE_TYPE_FILE, 0);
    assert_line("p type=rootfs", "p", "p", MODULE_TYPE_ROOTFS, 0);
    assert_line("p type=hash", "p", "p", MODULE_TYPE_HASH, 0);
    assert_line("p type=environment", "p", "p", MODULE_TYPE_ENVIRONMENT, 0);
    assert_line("p type=console-font", "p", "p", MODULE_TYPE_CONSOLE_FONT, 0);
    assert_line("p type=dof", "p", "p", MODULE_TYPE_DOF, 0);
}

static void an_unknown_type_is_told_and_changes_nothing(void **state)
{
    (void)state;
    assert_line("p type=Rootfs", "p", "p", MODULE_TYPE_FILE, 1);
    assert_int_equal(heard.fault, MODULE_LINE_FAULT_UNKNOWN_TYPE);
    assert_string_equal(heard.word, "type=Rootfs");
    assert_line("p type=dof type=dofs type=do", "p", "p", MODULE_TYPE_DOF, 2);
}

static void an_unknown_option_is_told_and_ignored(void **state)
{
    (void)state;
    assert_line("p x type=dof", "p", "p", MODULE_TYPE_DOF, 1);
    assert_int_equal(heard.fault, MODULE_LINE_FAULT_UNKNOWN_OPTION);
    assert_string_equal(heard.word, "x");
    assert_line("p NAME=n", "p", "p", MODULE_TYPE_FILE, 1);
}

static void an_option_without_a_value_is_told_and_ignored(void **state)
{
    (void)state;
    assert_line("p name= type= hash=", "p", "p", MODULE_TYPE_FILE, 3);
    assert_int_equal(heard.fault, MODULE_LINE_FAULT_NO_VALUE);
    assert_string_equal(heard.word, "hash=");
    assert_slice(line.hash, NULL);
    assert_line("name=", NULL, "-", MODULE_TYPE_FILE, 1);
}

static void the_last_of_two_options_wins(void **state)
{
    (void)state;
    assert_line("p type=rootfs type=file name=a name=b", "p", "b", MODULE_TYPE_FILE, 0);
    parse("p hash=aa hash=bb");
    assert_slice(line.hash, "bb");
}

static void a_hash_is_cut_out_but_not_judged(void **state)
{
    (void)state;
    parse("p hash=not-hexadecimal");
    assert_slice(line.hash, "not-hexadecimal");
    assert_int_equal(heard.count, 0);
}

static void a_value_may_hold_an_equals_sign(void **state)
{
    (void)state;
    assert_line("p name=a=b", "p", "a=b", MODULE_TYPE_FILE, 0);
}

/* A line of `prefix` and `count` letters. */
static void parse_long(const char *prefix, size_t count)
{
    char text[2048];
    size_t length = strlen(prefix);
    memcpy(text, prefix, length);
    memset(text + length, 'n', count);
    text[length + count] = '\0';
    parse(text);
}

static void a_name_of_1023_bytes_is_kept_and_of_1024_refused(void **state)
{
    (void)state;
    parse_long("p name=", 1023);
    assert_int_equal(line.name.length, 1023);
    assert_int_equal(heard.count, 0);
    parse_long("p name=good name=", 1024);
    assert_slice(line.name, "good");
    assert_int_equal(heard.count, 1);
    assert_int_equal(heard.fault, MODULE_LINE_FAULT_NAME_TOO_LONG);
    parse_long("p name=", 1024);
    assert_slice(line.name, "p");
}

static void a_path_too_long_for_a_name_stays_the_path(void **state)
{
    (void)state;
    parse_long("", 1024);
    assert_int_equal(line.path.length, 1024);
    assert_slice(line.name, "-");
    assert_int_equal(heard.fault, MODULE_LINE_FAULT_NAME_TOO_LONG);
}

static void nobody_need_listen(void **state)
{
    (void)state;
    module_line_parse("p x", 3, NULL, &line);
    assert_slice(line.name, "p");
}

static void every_type_and_fault_has_a_word_of_its_own(void **state)
{
    (void)state;
    assert_phrases(module_type_str, enum module_type, MODULE_TYPE_DOF);
    assert_phrases(module_line_fault_str, enum module_line_fault, MODULE_LINE_FAULT_NAME_TOO_LONG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_without_words_is_a_file_without_a_name),
        cmocka_unit_test(the_path_is_the_name_unless_an_option_says_otherwise),
        cmocka_unit_test(qemu_with_the_path_and_grub_without_it_mean_the_same),
        cmocka_unit_test(only_known_options_take_the_place_of_the_path),
        cmocka_unit_test(every_blank_separates_and_many_are_one),
        cmocka_unit_test(every_type_is_known_by_its_word),
        cmocka_unit_test(an_unknown_type_is_told_and_changes_nothing),
        cmocka_unit_test(an_unknown_option_is_told_and_ignored),
        cmocka_unit_test(an_option_without_a_value_is_told_and_ignored),
        cmocka_unit_test(the_last_of_two_options_wins),
        cmocka_unit_test(a_hash_is_cut_out_but_not_judged),
        cmocka_unit_test(a_value_may_hold_an_equals_sign),
        cmocka_unit_test(a_name_of_1023_bytes_is_kept_and_of_1024_refused),
        cmocka_unit_test(a_path_too_long_for_a_name_stays_the_path),
        cmocka_unit_test(nobody_need_listen),
        cmocka_unit_test(every_type_and_fault_has_a_word_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, release);
}
