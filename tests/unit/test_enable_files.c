/* What 'flight enable' makes of kernel/drv/dtrace.conf and etc/system. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "flight/enable_files.h"

#define DRIVER "name=\"dtrace\" parent=\"pseudo\" instance=0;\n"

static struct file_bytes file_of(const char *text)
{
    struct file_bytes file = {0};
    file_bytes_append_text(&file, text);
    return file;
}

static void assert_file(const struct file_bytes *file, const char *text)
{
    assert_int_equal(file->length, strlen(text));
    if (file->length > 0)
        assert_memory_equal(file->bytes, text, file->length);
}

/* The conf that comes of `from`, to be freed; whether there was an old enabling is `old`. */
static struct file_bytes conf_of(const char *from, size_t objects, bool old)
{
    static const struct d_bytes few[] = {{(const uint8_t *)"\x7f", 1},
                                         {(const uint8_t *)"DO\0", 3}};
    struct file_bytes file = file_of(from), made = {0};
    assert_int_equal(enable_files_conf(&made, &file, few, objects), old);
    file_bytes_free(&file);
    return made;
}

static void assert_conf(const char *from, size_t objects, bool old, const char *expected)
{
    struct file_bytes made = conf_of(from, objects, old);
    assert_file(&made, expected);
    file_bytes_free(&made);
}

/* Reads one line "dof-data-N=0x7f,...;" back into bytes. */
static struct d_bytes object_of(const char *line, uint8_t *bytes)
{
    size_t size = 0;
    char *end;
    for (const char *at = strchr(line, '=') + 1;; at = end + 1) {
        bytes[size++] = (uint8_t)strtoul(at, &end, 16);
        if (*end == ';')
            return (struct d_bytes){bytes, size};
    }
}

static void the_form_is_that_of_dtrace_A(void **state)
{
    (void)state;
    struct file_bytes written = {0}, made = {0}, none = {0};
    assert_int_equal(file_bytes_read(&written, "tests/dof/01b-blog-trace.dtrace.conf"), 0);
    file_bytes_append(&written, "", 1);
    uint8_t *bytes = malloc(written.length);
    struct d_bytes objects[3];
    size_t count = 0;
    for (const char *at = (const char *)written.bytes;
         (at = strstr(at, "\ndof-data-")) != NULL && count < 3; at++, count++)
        objects[count] = object_of(at, count == 0 ? bytes
                                                  : bytes + (objects[count - 1].bytes - bytes) +
                                                        objects[count - 1].size);
    (void)enable_files_conf(&made, &none, objects, count);
    assert_file(&made, (const char *)written.bytes);
    free(bytes);
    file_bytes_free(&written);
    file_bytes_free(&made);
}

static void a_new_file_begins_with_the_driver(void **state)
{
    (void)state;
    assert_conf("", 2, false, DRIVER "dof-data-0=0x7f;\ndof-data-1=0x44,0x4f,0x0;\n");
}

static void an_old_enabling_is_replaced_and_other_lines_stay(void **state)
{
    (void)state;
    assert_conf("# mine\n" DRIVER "dof-data-0=0x1;\nx=1;\ndof-data-1=0x2;\n", 1, true,
                "# mine\n" DRIVER "x=1;\ndof-data-0=0x7f;\n");
    assert_conf(" dof-data-0=0x1;\n", 0, false, " dof-data-0=0x1;\n");
}

static void a_last_line_without_its_end_gets_one(void **state)
{
    (void)state;
    assert_conf(DRIVER "x=1;", 1, false, DRIVER "x=1;\ndof-data-0=0x7f;\n");
    assert_conf(DRIVER "dof-data-0=0x1;", 1, true, DRIVER "dof-data-0=0x7f;\n");
}

static void without_a_program_nothing_is_left_of_an_enabling(void **state)
{
    (void)state;
    assert_conf(DRIVER "dof-data-0=0x1;\n", 0, true, "");
    assert_conf("# mine\n" DRIVER "dof-data-0=0x1;\n", 0, true, "# mine\n" DRIVER);
    assert_conf("", 0, false, "");
}

static void without_an_enabling_nothing_is_changed(void **state)
{
    (void)state;
    assert_conf(DRIVER, 0, false, DRIVER);
    assert_conf("x=1;", 0, false, "x=1;");
}

static struct file_bytes system_of(const char *from, bool enabled, enum enable_files_status status)
{
    struct file_bytes file = file_of(from), made = {0};
    assert_int_equal(enable_files_system(&made, &file, enabled), status);
    file_bytes_free(&file);
    return made;
}

static void the_block_comes_behind_what_was_there(void **state)
{
    (void)state;
    struct file_bytes made = system_of("set x = 1", true, ENABLE_FILES_OK);
    file_bytes_append(&made, "", 1);
    const char *text = (const char *)made.bytes;
    assert_memory_equal(text, "set x = 1\n* vvvv Added by DTrace\n*\n", 35);
    const char *last = strstr(text, "forceload: drv/dtrace\n");
    assert_non_null(last);
    assert_string_equal(last, "forceload: drv/dtrace\n* ^^^^ Added by DTrace\n");
    assert_non_null(strstr(text, "forceload: drv/fbt\n"));
    file_bytes_free(&made);
}

static void the_block_is_replaced_as_often_as_one_likes(void **state)
{
    (void)state;
    struct file_bytes once = system_of("a\n", true, ENABLE_FILES_OK), twice = {0}, gone = {0};
    file_bytes_append_text(&once, "b\n");
    assert_int_equal(enable_files_system(&twice, &once, true), ENABLE_FILES_REPLACED);
    assert_int_equal(twice.length, once.length);
    assert_memory_equal(twice.bytes, "a\nb\n*", 5);
    assert_int_equal(enable_files_system(&gone, &twice, false), ENABLE_FILES_REPLACED);
    assert_file(&gone, "a\nb\n");
    file_bytes_free(&once);
    file_bytes_free(&twice);
    file_bytes_free(&gone);
}

static void what_stood_around_a_block_makes_no_other_one(void **state)
{
    (void)state;
    struct file_bytes file = file_of("* vv"), block = {0}, none = {0}, gone = {0};
    assert_int_equal(enable_files_system(&block, &none, true), ENABLE_FILES_OK);
    file_bytes_append(&file, block.bytes, block.length);
    file_bytes_append_text(&file, "vv Added by DTrace\n");
    assert_int_equal(enable_files_system(&gone, &file, false), ENABLE_FILES_REPLACED);
    assert_file(&gone, "* vv\nvv Added by DTrace\n");
    file_bytes_free(&file);
    file_bytes_free(&block);
    file_bytes_free(&gone);
}

static void a_damaged_block_is_left_alone(void **state)
{
    (void)state;
    static const char start[] = "* vvvv Added by DTrace\n", end[] = "* ^^^^ Added by DTrace\n";
    const struct {
        const char *parts[3];
        enum enable_files_status status;
    } cases[] = {
        {{start, "", ""}, ENABLE_FILES_NO_END},
        {{end, "", ""}, ENABLE_FILES_END_FIRST},
        {{end, start, ""}, ENABLE_FILES_END_FIRST},
        {{start, start, end}, ENABLE_FILES_TWO_STARTS},
        {{start, end, start}, ENABLE_FILES_TWO_STARTS},
        {{start, end, end}, ENABLE_FILES_TWO_ENDS},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct file_bytes file = {0}, made = {0};
        for (size_t j = 0; j < 3; j++)
            file_bytes_append_text(&file, cases[i].parts[j]);
        assert_int_equal(enable_files_system(&made, &file, true), cases[i].status);
        assert_int_equal(made.length, 0);
        assert_string_not_equal(enable_files_status_str(cases[i].status), "?");
        file_bytes_free(&file);
    }
    struct file_bytes file = {0}, made = {0};
    file_bytes_append(&file, "a\0b", 3);
    assert_int_equal(enable_files_system(&made, &file, false), ENABLE_FILES_NUL);
    file_bytes_free(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_form_is_that_of_dtrace_A),
        cmocka_unit_test(a_new_file_begins_with_the_driver),
        cmocka_unit_test(an_old_enabling_is_replaced_and_other_lines_stay),
        cmocka_unit_test(a_last_line_without_its_end_gets_one),
        cmocka_unit_test(without_a_program_nothing_is_left_of_an_enabling),
        cmocka_unit_test(without_an_enabling_nothing_is_changed),
        cmocka_unit_test(the_block_comes_behind_what_was_there),
        cmocka_unit_test(the_block_is_replaced_as_often_as_one_likes),
        cmocka_unit_test(what_stood_around_a_block_makes_no_other_one),
        cmocka_unit_test(a_damaged_block_is_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
