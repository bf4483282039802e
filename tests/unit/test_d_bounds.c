/* The D compiler as a whole on programs that would take it too far: names without a value, trees that grow. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "flight/d/compile.h"

/* The tag with which a program is refused; "" if it has none; NULL: it is accepted.  *problem: all of it. */
static const char *refused(const char *program, struct d_problem *problem)
{
    static char tag[sizeof problem->tag];
    const struct d_setup setup = {.model = D_MODEL_LP64};
    const struct d_source source = {.name = "test.d", .text = program, .length = strlen(program)};
    struct d_compiler *compiler = d_open(&setup);
    assert_non_null(compiler);
    bool compiled = d_compile(compiler, &source, problem);
    memcpy(tag, problem->tag, sizeof tag);
    d_close(compiler);
    return compiled ? NULL : tag;
}

static void a_variable_has_no_value_while_its_first_one_is_computed(void **state)
{
    (void)state;
    static const struct {
        const char *statement, *tag;
    } rows[] = {
        {"a = a + 1", "D_IDENT_UNDEF"},       {"a = sizeof a", "D_IDENT_UNDEF"},
        {"a = *a", "D_IDENT_UNDEF"},          {"a = a->b", "D_IDENT_UNDEF"},
        {"a = (int)a", "D_IDENT_UNDEF"},      {"a = pid ? a : 2", "D_IDENT_UNDEF"},
        {"a = b = a", "D_IDENT_UNDEF"},       {"self->a = -self->a", "D_VAR_UNDEF"},
        {"this->a = this->a", "D_VAR_UNDEF"}, {"a[1] = a[1] + 1", "D_VAR_UNDEF"},
        {"a[a[1]] = 1", "D_VAR_UNDEF"},       {"self->a[1] = self->a[2]", "D_VAR_UNDEF"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct d_problem problem;
        char program[256];
        snprintf(program, sizeof program, "BEGIN { %s; }", rows[i].statement);
        const char *tag = refused(program, &problem);
        if (tag == NULL || strcmp(tag, rows[i].tag) != 0)
            fail_msg("%s gives %s, wanted %s", rows[i].statement, tag != NULL ? tag : "nothing",
                     rows[i].tag);
    }
}

static void a_variable_with_a_value_can_be_told_by_itself(void **state)
{
    (void)state;
    struct d_problem problem;
    assert_null(refused("BEGIN { a = 1; a = a + 1; b[1] = 1; b[2] = b[1] + a; }", &problem));
    assert_null(refused("int a; BEGIN { a = a + 1; self->b++; self->b = -self->b; }", &problem));
}

static void assert_refused(const char *program, const char *text)
{
    struct d_problem problem;
    assert_non_null(refused(program, &problem));
    if (strstr(problem.text, text) == NULL)
        fail_msg("refused with: %s", problem.text);
}

static void inlines_that_double_each_other_are_refused(void **state)
{
    (void)state;
    static char program[8192];
    char *at = stpcpy(program, "inline int a0 = pid;");
    for (int i = 1; i < 40; i++)
        at += sprintf(at, "inline int a%d = a%d + a%d;\n", i, i - 1, i - 1);
    strcpy(at, "BEGIN { trace(a39); }");
    assert_refused(program, "the program is too large");
}

static void arguments_of_inlines_that_nest_too_deeply_are_refused(void **state)
{
    (void)state;
    static char program[32768];
    char *at = stpcpy(program, "inline int f[int x] = x");
    for (int i = 0; i < 2000; i++)
        at = stpcpy(at, " + pid");
    strcpy(at, "; BEGIN { trace(f[f[f[1]]]); }");
    assert_refused(program, "nested too deeply");
}

static void a_tree_of_the_greatest_depth_is_compiled(void **state)
{
    (void)state;
    static char program[32768];
    struct d_problem problem;
    char *at = stpcpy(program, "BEGIN { trace(pid");
    for (int i = 0; i < 2000; i++)
        at = stpcpy(at, " + pid");
    strcpy(at, "); }");
    assert_null(refused(program, &problem));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_variable_has_no_value_while_its_first_one_is_computed),
        cmocka_unit_test(a_variable_with_a_value_can_be_told_by_itself),
        cmocka_unit_test(inlines_that_double_each_other_are_refused),
        cmocka_unit_test(arguments_of_inlines_that_nest_too_deeply_are_refused),
        cmocka_unit_test(a_tree_of_the_greatest_depth_is_compiled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
