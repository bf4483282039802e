/* The real-time clock on a model, and the calendar. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "kernel/rtc.h"

#define DAY 86400ull

/* A clock whose registers are given, and which updates itself now and then. */
struct model {
    uint8_t registers[128];
    uint32_t reads;
    uint32_t updating_until; /* reads */
    uint32_t steps_every;    /* reads; 0: never */
};

static uint8_t read_model(void *context, uint8_t index)
{
    struct model *model = context;
    model->reads++;
    if (model->steps_every > 0 && model->reads % model->steps_every == 0)
        model->registers[0] ^= 1;
    if (index == 0x0a)
        return model->reads <= model->updating_until ? 0xa6 : 0x26;
    return model->registers[index];
}

/* 14 November 2023, 22:13:20, in BCD and 24 hours. */
static struct model good_model(void)
{
    return (struct model){.registers = {[0] = 0x20,
                                        [2] = 0x13,
                                        [4] = 0x22,
                                        [7] = 0x14,
                                        [8] = 0x11,
                                        [9] = 0x23,
                                        [0x0b] = 0x02,
                                        [0x32] = 0x20}};
}

static enum rtc_status read(struct model *model, struct calendar *date)
{
    const struct rtc_reader reader = {read_model, model};
    return rtc_read(&reader, date);
}

static void a_clock_in_bcd_is_read(void **state)
{
    (void)state;
    struct model model = good_model();
    struct calendar date;
    assert_int_equal(read(&model, &date), RTC_OK);
    assert_int_equal(calendar_seconds(&date), 1700000000);
}

static void a_clock_in_its_update_is_waited_for(void **state)
{
    (void)state;
    struct model model = good_model();
    model.updating_until = 2000;
    struct calendar date;
    assert_int_equal(read(&model, &date), RTC_OK);
    assert_int_equal(date.second, 20);
}

static void an_update_that_does_not_end_is_given_up(void **state)
{
    (void)state;
    struct model model = good_model();
    model.updating_until = UINT32_MAX;
    struct calendar date = {.year = 7};
    assert_int_equal(read(&model, &date), RTC_STUCK);
    assert_int_equal(date.year, 7);
    assert_true(model.reads < 1000000);
}

static void an_update_between_two_readings_costs_a_third(void **state)
{
    (void)state;
    struct model model = good_model();
    model.steps_every = 11; /* between the seconds of the first and the second reading */
    struct calendar date;
    assert_int_equal(read(&model, &date), RTC_OK);
    assert_int_equal(model.reads, 3 * 9);
}

static void a_clock_that_never_stands_still_is_given_up(void **state)
{
    (void)state;
    struct model model = good_model();
    model.steps_every = 9; /* once in every reading */
    struct calendar date;
    assert_int_equal(read(&model, &date), RTC_UNSTEADY);
    assert_true(model.reads < 1000);
}

static void an_empty_socket_is_no_clock(void **state)
{
    (void)state;
    struct model model = good_model();
    memset(model.registers, 0xff, sizeof model.registers);
    struct calendar date;
    assert_int_equal(read(&model, &date), RTC_NO_DATE);
}

/* Status B: 0x02 is 24 hours, 0x04 binary. */
static const struct {
    struct rtc_registers registers; /* second minute hour day month year century status_b */
    bool valid;
    struct calendar date;
} rows[] = {
    {{0x59, 0x59, 0x23, 0x31, 0x12, 0x99, 0x19, 2}, true, {1999, 12, 31, 23, 59, 59}},
    {{59, 59, 23, 31, 12, 99, 19, 6}, true, {1999, 12, 31, 23, 59, 59}},
    {{0, 0, 0, 1, 1, 0, 0x20, 2}, true, {2000, 1, 1, 0, 0, 0}},
    {{0, 0, 0x12, 1, 1, 0, 0x20, 0}, true, {2000, 1, 1, 0, 0, 0}},  /* 12 am */
    {{0, 0, 0x92, 1, 1, 0, 0x20, 0}, true, {2000, 1, 1, 12, 0, 0}}, /* 12 pm */
    {{0, 0, 0x11, 1, 1, 0, 0x20, 0}, true, {2000, 1, 1, 11, 0, 0}},
    {{0, 0, 0x91, 1, 1, 0, 0x20, 0}, true, {2000, 1, 1, 23, 0, 0}},
    {{0, 0, 0x8b, 1, 1, 0, 20, 4}, true, {2000, 1, 1, 23, 0, 0}}, /* binary, 11 pm */
    {{0, 0, 0x00, 1, 1, 0, 0x20, 0}, false, {0}},                 /* no 0 of 12 hours */
    {{0, 0, 0x13, 1, 1, 0, 0x20, 0}, false, {0}},
    {{0, 0, 0x24, 1, 1, 0, 0x20, 2}, false, {0}},
    {{0x60, 0, 0, 1, 1, 0, 0x20, 2}, false, {0}},
    {{0, 0x60, 0, 1, 1, 0, 0x20, 2}, false, {0}},
    {{0x0a, 0, 0, 1, 1, 0, 0x20, 2}, false, {0}}, /* no BCD */
    {{0xa0, 0, 0, 1, 1, 0, 0x20, 2}, false, {0}},
    {{0, 0, 0, 0, 1, 0, 0x20, 2}, false, {0}},
    {{0, 0, 0, 1, 0, 0, 0x20, 2}, false, {0}},
    {{0, 0, 0, 1, 0x13, 0, 0x20, 2}, false, {0}},
    {{0, 0, 0, 1, 1, 100, 20, 6}, false, {0}},
    {{0, 0, 0, 0x29, 2, 0x24, 0x20, 2}, true, {2024, 2, 29, 0, 0, 0}},
    {{0, 0, 0, 0x29, 2, 0x23, 0x20, 2}, false, {0}},
    {{0, 0, 0, 0x29, 2, 0x00, 0x21, 2}, false, {0}}, /* 2100 */
    {{0, 0, 0, 1, 1, 0x69, 0x00, 2}, true, {2069, 1, 1, 0, 0, 0}},
    {{0, 0, 0, 1, 1, 0x70, 0x00, 2}, true, {1970, 1, 1, 0, 0, 0}},
    {{0, 0, 0, 1, 1, 0x99, 0x18, 2}, true, {1999, 1, 1, 0, 0, 0}},
    {{0, 0, 0, 1, 1, 0x25, 0x22, 2}, true, {2025, 1, 1, 0, 0, 0}},
    {{0, 0, 0, 1, 1, 0x25, 0xff, 2}, true, {2025, 1, 1, 0, 0, 0}},
    {{0, 0, 0, 1, 1, 0x69, 0x19, 2}, false, {0}}, /* before 1970 */
    {{0, 0, 0, 1, 1, 0x99, 0x21, 2}, true, {2199, 1, 1, 0, 0, 0}},
};

static void registers_are_read_as_status_b_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct calendar date;
        assert_int_equal(rtc_decode(&rows[i].registers, &date), rows[i].valid);
        if (rows[i].valid)
            assert_memory_equal(&date, &rows[i].date, sizeof date);
    }
}

static void every_day_to_the_year_9999_is_what_the_library_says(void **state)
{
    (void)state;
    for (uint64_t seconds = 0; seconds < 253402300800ull; seconds += DAY + 1) {
        time_t when = (time_t)seconds;
        struct tm tm;
        (void)gmtime_r(&when, &tm);
        struct calendar date = calendar_of(seconds);
        assert_int_equal(date.year, tm.tm_year + 1900);
        assert_int_equal(date.month, tm.tm_mon + 1);
        assert_int_equal(date.day, tm.tm_mday);
        assert_int_equal(date.hour * 3600 + date.minute * 60 + date.second, seconds % DAY);
        assert_true(calendar_is_valid(&date));
        assert_true(calendar_seconds(&date) == seconds);
    }
}

static void assert_prints(uint64_t seconds, const char *expected)
{
    char text[40];
    struct text_buffer buffer = {.bytes = text, .size = sizeof text};
    struct text_sink sink = text_buffer_sink(&buffer);
    calendar_print(&sink, seconds);
    assert_string_equal(text, expected);
}

static void a_date_is_printed_as_ctime_does(void **state)
{
    (void)state;
    assert_prints(0, "Thu Jan  1 00:00:00 1970");
    assert_prints(1700000000, "Tue Nov 14 22:13:20 2023");
    assert_prints(951782400, "Tue Feb 29 00:00:00 2000");
    assert_prints(253402300799, "Fri Dec 31 23:59:59 9999");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_clock_in_bcd_is_read),
        cmocka_unit_test(a_clock_in_its_update_is_waited_for),
        cmocka_unit_test(an_update_that_does_not_end_is_given_up),
        cmocka_unit_test(an_update_between_two_readings_costs_a_third),
        cmocka_unit_test(a_clock_that_never_stands_still_is_given_up),
        cmocka_unit_test(an_empty_socket_is_no_clock),
        cmocka_unit_test(registers_are_read_as_status_b_says),
        cmocka_unit_test(every_day_to_the_year_9999_is_what_the_library_says),
        cmocka_unit_test(a_date_is_printed_as_ctime_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
