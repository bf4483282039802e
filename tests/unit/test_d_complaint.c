/* How a mistake in a D program is shown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "flight/d_complaint.h"

static void assert_shown(const struct d_problem *problem, const char *expected)
{
    char text[1024];
    struct text_buffer buffer = {.bytes = text, .size = sizeof text};
    const struct text_sink sink = text_buffer_sink(&buffer);
    d_complaint_print(&sink, problem);
    assert_string_equal(text, expected);
}

static void a_mistake_shows_its_line_and_a_caret(void **state)
{
    (void)state;
    assert_shown(&(struct d_problem){.tag = "D_SYNTAX",
                                     .text = "no",
                                     .file = "a.d",
                                     .part = "action list",
                                     .line = 3,
                                     .column = 5,
                                     .excerpt = "x = +;"},
                 "a.d:3:5: [D_SYNTAX] no\nx = +;\n    ^\n");
}

static void a_caret_stands_below_its_character_behind_tabs_and_wide_letters(void **state)
{
    (void)state;
    assert_shown(
        &(struct d_problem){
            .text = "no", .file = "a.d", .line = 1, .column = 6, .excerpt = "\t\xc3\xa4\tx+"},
        "a.d:1:6: no\n\t\xc3\xa4\tx+\n\t \t ^\n");
}

static void a_program_of_the_command_line_names_the_part_of_its_clause(void **state)
{
    (void)state;
    assert_shown(&(struct d_problem){.tag = "D_IDENT_UNDEF",
                                     .text = "no",
                                     .file = "-n",
                                     .part = "predicate",
                                     .line = 1,
                                     .column = 1},
                 "-n:1:1: [D_IDENT_UNDEF] in predicate: no\n");
}

static void what_is_not_known_is_not_shown(void **state)
{
    (void)state;
    assert_shown(&(struct d_problem){.text = "no"}, "no\n");
    assert_shown(&(struct d_problem){.text = "no", .file = "a.d"}, "a.d: no\n");
    assert_shown(&(struct d_problem){.text = "no", .file = "a.d", .line = 2, .excerpt = "x"},
                 "a.d:2: no\nx\n");
}

static void a_caret_may_stand_behind_the_line_but_not_farther(void **state)
{
    (void)state;
    struct d_problem problem = {
        .text = "no", .file = "a.d", .line = 1, .column = 2, .excerpt = "x"};
    assert_shown(&problem, "a.d:1:2: no\nx\n ^\n");
    problem.column = 3;
    assert_shown(&problem, "a.d:1:3: no\nx\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mistake_shows_its_line_and_a_caret),
        cmocka_unit_test(a_caret_stands_below_its_character_behind_tabs_and_wide_letters),
        cmocka_unit_test(a_program_of_the_command_line_names_the_part_of_its_clause),
        cmocka_unit_test(what_is_not_known_is_not_shown),
        cmocka_unit_test(a_caret_may_stand_behind_the_line_but_not_farther),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
