/* Fields of probe descriptions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "trace/dtrace/glob.h"

struct glob_case {
    const char *field, *name;
    bool expected;
};

static void check(const struct glob_case *cases, size_t count)
{
    uint64_t steps = 0;
    for (size_t i = 0; i < count; i++)
        if (dtrace_glob_means(cases[i].field, cases[i].name, &steps) != cases[i].expected)
            fail_msg("'%s' and '%s': expected %d", cases[i].field, cases[i].name,
                     cases[i].expected);
}
#define CHECK(cases) check(cases, sizeof(cases) / sizeof(cases[0]))

static void an_empty_field_means_any_name(void **state)
{
    (void)state;
    static const struct glob_case cases[] = {{"", "", true}, {"", "open", true}};
    CHECK(cases);
}

static void without_special_characters_a_field_is_literal(void **state)
{
    (void)state;
    static const struct glob_case cases[] = {{"open", "open", true}, {"open", "Open", false},
                                             {"open", "ope", false}, {"open", "open2", false},
                                             {"open", "", false},    {"o]pen", "o]pen", true},
                                             {"a-b", "a-b", true}};
    CHECK(cases);
}

static void a_star_means_any_piece(void **state)
{
    (void)state;
    static const struct glob_case cases[] = {
        {"*", "", true},        {"*", "open", true},       {"**", "open", true},
        {"o*", "open", true},   {"o*", "", false},         {"*n", "open", true},
        {"*n", "opens", false}, {"o*n", "on", true},       {"o*n", "open", true},
        {"*p*", "open", true},  {"*x*", "open", false},    {"*ab", "aab", true},
        {"*aab", "aaab", true}, {"a*b*c", "axbxbc", true}, {"a*b*c", "axbxb", false},
        {"*?", "", false},      {"*?", "a", true},         {"open*", "open", true}};
    CHECK(cases);
}

static void a_question_mark_means_one_character(void **state)
{
    (void)state;
    static const struct glob_case cases[] = {
        {"?", "a", true}, {"?", "", false}, {"?", "ab", false}, {"o?en", "open", true}};
    CHECK(cases);
}

static void a_set_means_one_of_its_characters(void **state)
{
    (void)state;
    static const struct glob_case cases[] = {
        {"[abc]", "b", true},      {"[abc]", "d", false},    {"[a-c]x", "bx", true},
        {"[a-c]x", "dx", false},   {"[!a-c]", "d", true},    {"[!a-c]", "b", false},
        {"[a-]", "-", true},       {"[]]", "]", true},       {"[a-c0-9]", "7", true},
        {"[!a-c0-9]", "7", false}, {"[\\]]", "]", true},     {"[a\\-c]", "b", false},
        {"[a\\-c]", "-", true},    {"*[0-9]", "cpu0", true}, {"[z-a]", "m", false}};
    CHECK(cases);
}

static void a_set_that_does_not_end_means_nothing(void **state)
{
    (void)state;
    static const struct glob_case cases[] = {{"[", "[", false},    {"[a", "a", false},
                                             {"[a-", "a", false},  {"[!", "a", false},
                                             {"[\\", "\\", false}, {"[a-\\", "a", false}};
    CHECK(cases);
}

static void a_backslash_takes_the_meaning_away(void **state)
{
    (void)state;
    static const struct glob_case cases[] = {{"\\*", "*", true},
                                             {"\\*", "a", false},
                                             {"a\\", "a", false},
                                             {"a\\", "a\\", false},
                                             {"\\a", "a", true}};
    CHECK(cases);
}

static void more_than_eight_stars_mean_nothing(void **state)
{
    (void)state;
    static const struct glob_case cases[] = {{"*a*a*a*a*a*a*a*a", "aaaaaaaa", true},
                                             {"*a*a*a*a*a*a*a*a*", "aaaaaaaa", true},
                                             {"*a*a*a*a*a*a*a*a*a", "aaaaaaaaa", false}};
    CHECK(cases);
}

static void a_hostile_pattern_ends_soon(void **state)
{
    (void)state;
    char name[128];
    memset(name, 'a', 127);
    name[127] = '\0';
    uint64_t steps = 0;
    assert_false(dtrace_glob_means("*a*a*a*a*a*a*a*ab", name, &steps));
    assert_true(steps > 100 && steps < 100000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_field_means_any_name),
        cmocka_unit_test(without_special_characters_a_field_is_literal),
        cmocka_unit_test(a_star_means_any_piece),
        cmocka_unit_test(a_question_mark_means_one_character),
        cmocka_unit_test(a_set_means_one_of_its_characters),
        cmocka_unit_test(a_set_that_does_not_end_means_nothing),
        cmocka_unit_test(a_backslash_takes_the_meaning_away),
        cmocka_unit_test(more_than_eight_stars_mean_nothing),
        cmocka_unit_test(a_hostile_pattern_ends_soon),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
