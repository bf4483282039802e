/* What is suggested for a description that means no probe. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "flight/probe_closest.h"

static struct probe probes[] = {
    {.field = {"dtrace", "", "", "BEGIN"}},
    {.field = {"fbt", "kernel", "rts_new_rtsmsg", "entry"}},
    {.field = {"fbt", "kernel", "rts_new_rtsmsg", "return"}},
    {.field = {"fbt", "kernel", "thread_create", "entry"}},
    {.field = {"syscall", "kernel", "open", "entry"}},
    {.field = {"syscall", "kernel", "openat", "entry"}},
    {.field = {"proc", "kernel", "exec", "exec-success"}},
    {.field = {"a", "kernel", "lock_a", "x"}},
    {.field = {"a", "kernel", "lock_b", "x"}},
    {.field = {"a", "kernel", "lock_c", "x"}},
    {.field = {"a", "kernel", "lock_d", "x"}},
};
static const struct probe_list list = {.items = probes, .count = sizeof probes / sizeof probes[0]};

static void check(char *closest, const char *expected)
{
    if (expected == NULL) {
        assert_null(closest);
    } else {
        assert_non_null(closest);
        assert_string_equal(closest, expected);
    }
    free(closest);
}

static void assert_closest(const char *provider, const char *module, const char *function,
                           const char *name, const char *expected)
{
    const char *const description[PROBE_FIELDS] = {provider, module, function, name};
    check(probe_closest(&list, description), expected);
}

static void a_letter_too_few_is_put_right(void **state)
{
    (void)state;
    assert_closest("fbt", "", "rts_new_rtmsg", "entry", "'fbt::rts_new_rtsmsg:entry'");
    assert_closest("", "", "", "BEGN", "':::BEGIN'");
}

static void letters_that_changed_places_are_one_slip(void **state)
{
    (void)state;
    assert_closest("fbt", "", "thread_craete", "entry", "'fbt::thread_create:entry'");
    assert_closest("ftb", "", "thread_create", "entry", "'fbt::thread_create:entry'");
}

static void each_field_has_slips_of_its_own(void **state)
{
    (void)state;
    assert_closest("syscal", "kernal", "opem", "entri", "'syscall:kernel:open:entry'");
}

static void fields_that_mean_something_stay_as_they_are(void **state)
{
    (void)state;
    assert_closest("fb*", "", "rts_new_*", "entri", "'fb*::rts_new_*:entry'");
    assert_closest("fbt", "", "rts_new_rtmsg", "", "'fbt::rts_new_rtsmsg:'");
}

static void a_pattern_is_no_slip(void **state)
{
    (void)state;
    assert_closest("fbt", "", "rts_new_rtmsg*", "entry", NULL);
}

static void what_differs_much_was_not_meant(void **state)
{
    (void)state;
    assert_closest("nosuch", "", "", "probe", NULL);
    assert_closest("", "", "", "y", NULL);
    assert_closest("fbt", "", "create", "entry", NULL);
}

static void the_limit_is_a_third_of_the_longer_name_and_three(void **state)
{
    (void)state;
    assert_closest("", "", "op", "", "'::open:'");
    assert_closest("", "", "o", "", NULL);
    assert_closest("", "", "thread_cre", "", "'::thread_create:'");
    assert_closest("", "", "thread_cr", "", NULL);
}

static void what_is_equally_close_is_told_thrice_at_most(void **state)
{
    (void)state;
    assert_closest("a", "", "lock_", "x", "'a::lock_a:x', 'a::lock_b:x' or 'a::lock_c:x'");
}

static void the_closer_one_counts(void **state)
{
    (void)state;
    assert_closest("syscall", "", "opena", "entry",
                   "'syscall::open:entry' or 'syscall::openat:entry'");
    assert_closest("syscall", "", "opeat", "entry", "'syscall::openat:entry'");
}

static void a_name_of_any_length_is_compared_with_none_of_its_kind(void **state)
{
    (void)state;
    static char longest[129 + 1], longer[130 + 1];
    struct probe probe = {.field = {"fbt", "kernel", longest, "entry"}};
    const struct probe_list one = {.items = &probe, .count = 1};
    const char *const description[PROBE_FIELDS] = {"", "", longer, ""};
    for (size_t i = 0; i < 129; i++)
        longest[i] = 'a';
    for (size_t i = 0; i < 130; i++)
        longer[i] = 'a';
    check(probe_closest(&one, description), NULL);
    longest[127] = longer[128] = '\0';
    char *closest = probe_closest(&one, description);
    assert_non_null(closest);
    free(closest);
}

static void a_word_may_be_any_field(void **state)
{
    (void)state;
    check(probe_closest_word(&list, "rts_new_rtmsg"), "'rts_new_rtsmsg'");
    check(probe_closest_word(&list, "exec-sucess"), "'exec-success'");
    check(probe_closest_word(&list, "no_such_probe"), NULL);
}

static void a_description_has_four_fields_at_most(void **state)
{
    (void)state;
    const char *field[PROBE_FIELDS];
    char four[] = "a:b::d", two[] = "c:d", none[] = "", five[] = ":a:b:c:d";
    assert_true(probe_description_split(four, field));
    assert_string_equal(field[0], "a");
    assert_string_equal(field[2], "");
    assert_string_equal(field[3], "d");
    assert_true(probe_description_split(two, field));
    assert_string_equal(field[1], "");
    assert_string_equal(field[2], "c");
    assert_true(probe_description_split(none, field));
    assert_string_equal(field[3], "");
    assert_false(probe_description_split(five, field));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_letter_too_few_is_put_right),
        cmocka_unit_test(letters_that_changed_places_are_one_slip),
        cmocka_unit_test(each_field_has_slips_of_its_own),
        cmocka_unit_test(fields_that_mean_something_stay_as_they_are),
        cmocka_unit_test(a_pattern_is_no_slip),
        cmocka_unit_test(what_differs_much_was_not_meant),
        cmocka_unit_test(the_limit_is_a_third_of_the_longer_name_and_three),
        cmocka_unit_test(what_is_equally_close_is_told_thrice_at_most),
        cmocka_unit_test(the_closer_one_counts),
        cmocka_unit_test(a_name_of_any_length_is_compared_with_none_of_its_kind),
        cmocka_unit_test(a_word_may_be_any_field),
        cmocka_unit_test(a_description_has_four_fields_at_most),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
