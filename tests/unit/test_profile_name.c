/* What names of the provider profile mean. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "trace/dtrace/profile_name.h"

#define SECOND 1000000000ull

static uint64_t period_of(const char *text, bool each_cpu)
{
    struct profile_name name = {.each_cpu = !each_cpu};
    if (!profile_name_parse(text, &name))
        return 0;
    assert_int_equal(name.each_cpu, each_cpu);
    return name.period_ns;
}

static void profile_is_for_each_cpu_and_tick_for_one(void **state)
{
    (void)state;
    assert_int_equal(period_of("profile-1s", true), SECOND);
    assert_int_equal(period_of("tick-1s", false), SECOND);
}

static void every_unit_has_a_short_and_a_long_name(void **state)
{
    static const struct {
        const char *unit, *long_unit;
        uint64_t ns;
    } units[] = {{"us", "usec", 1000},         {"ms", "msec", 1000000},
                 {"s", "sec", SECOND},         {"m", "min", 60 * SECOND},
                 {"h", "hour", 3600 * SECOND}, {"d", "day", 86400 * SECOND}};
    (void)state;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        char text[32];
        snprintf(text, sizeof text, "tick-1000%s", units[i].unit);
        assert_int_equal(period_of(text, false), 1000 * units[i].ns);
        snprintf(text, sizeof text, "profile-1000%s", units[i].long_unit);
        assert_int_equal(period_of(text, true), 1000 * units[i].ns);
    }
    assert_int_equal(period_of("tick-1000000ns", false), 1000000);
    assert_int_equal(period_of("tick-1000000nsec", false), 1000000);
}

static void without_a_unit_it_is_how_often_a_second(void **state)
{
    (void)state;
    assert_int_equal(period_of("profile-997", true), SECOND / 997);
    assert_int_equal(period_of("profile-997hz", true), SECOND / 997);
    assert_int_equal(period_of("tick-1", false), SECOND);
}

static void nothing_is_more_often_than_every_200_us(void **state)
{
    (void)state;
    assert_int_equal(period_of("profile-5000", true), 200000);
    assert_int_equal(period_of("profile-5001", true), 0);
    assert_int_equal(period_of("tick-200us", false), 200000);
    assert_int_equal(period_of("tick-199us", false), 0);
    assert_int_equal(period_of("tick-200000ns", false), 200000);
    assert_int_equal(period_of("tick-199999ns", false), 0);
}

static void nothing_is_less_often_than_every_2_to_the_63_ns(void **state)
{
    (void)state;
    assert_int_equal(period_of("tick-106751d", false), 106751ull * 86400 * SECOND);
    assert_int_equal(period_of("tick-106752d", false), 0);
    assert_int_equal(period_of("tick-4294967295s", false), UINT32_MAX * SECOND);
    assert_int_equal(period_of("tick-99999999999s", false), 0);
    assert_int_equal(period_of("tick-18446744073709551617s", false), 0); /* 2^64 + 1 */
    assert_int_equal(period_of("tick-99999999999999999999999hz", false), 0);
}

static void no_other_name_is_one(void **state)
{
    static const char *const names[] = {"",         "tick",      "tick-",    "tick-s",    "tick-0",
                                        "tick-0s",  "tick--1",   "tick-1 s", "tick-1sx",  "tick-1S",
                                        "tick-1.5", "tick-1hzz", "Tick-1s",  "xtick-1s",  "tock-1s",
                                        "profile",  "profile-",  "profil-1", "profile-h", "BEGIN"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct profile_name name;
        assert_false(profile_name_parse(names[i], &name));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(profile_is_for_each_cpu_and_tick_for_one),
        cmocka_unit_test(every_unit_has_a_short_and_a_long_name),
        cmocka_unit_test(without_a_unit_it_is_how_often_a_second),
        cmocka_unit_test(nothing_is_more_often_than_every_200_us),
        cmocka_unit_test(nothing_is_less_often_than_every_2_to_the_63_ns),
        cmocka_unit_test(no_other_name_is_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
