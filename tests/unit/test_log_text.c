/* How tables, books and durations look to a person. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/arena_of.h"
#include "trace/log_text.h"

static char printed[65536];
static struct text_buffer buffer;
static struct text_sink sink;

static int setup(void **state)
{
    (void)state;
    buffer = (struct text_buffer){.bytes = printed, .size = sizeof printed};
    sink = text_buffer_sink(&buffer);
    return 0;
}

/* Line `number` of what was printed, from 0; without its end. */
static const char *line(unsigned number)
{
    static char copy[512];
    const char *at = printed;
    for (; number > 0; number--) {
        at = strchr(at, '\n');
        assert_non_null(at);
        at++;
    }
    size_t length = strcspn(at, "\n");
    assert_true(length < sizeof copy);
    memcpy(copy, at, length);
    copy[length] = '\0';
    return copy;
}

static unsigned lines(void)
{
    unsigned count = 0;
    for (const char *at = printed; (at = strchr(at, '\n')) != NULL; at++)
        count++;
    return count;
}

static struct trace_name name_of(const char *text)
{
    return (struct trace_name){text, (uint32_t)strlen(text)};
}

static struct log_table log_at(uint64_t tsc_hz, uint64_t entry_tsc)
{
    return (struct log_table){
        .sink = &sink,
        .tsc_hz = tsc_hz,
        .entry_tsc = entry_tsc,
        .elsewhere = " stand in the frames only",
    };
}

/* --- Rows ---------------------------------------------------------------------------------- */

static void a_row_has_the_columns_of_boottrace(void **state)
{
    (void)state;
    struct log_table log = log_at(1000000, 5000000); /* 1 MHz: 1000 cycles are 1 ms */
    log_table_begin(&log, TRACE_TABLE_BOOT, 2);
    log_table_event(&log,
                    &(struct log_event){
                        .cpu = 1,
                        .tsc = 5012345,
                        .pid = 77,
                        .process = name_of("init"),
                        .name = name_of("rc begin"),
                        .usage = {.cpu_ns = 12349999999u, .in_blocks = 8, .out_blocks = 99999}});
    log_table_event(&log, &(struct log_event){.cpu = 31,
                                              .tsc = 5100999,
                                              .pid = 4000000000u,
                                              .process = name_of("sh"),
                                              .name = name_of("x")});
    log_table_end(&log);
    assert_string_equal(line(0), "");
    assert_string_equal(line(1), "boot table");
    assert_string_equal(line(2), "CPU      msecs      delta process                  event"
                                 "                                      PID CPUtime IBlks OBlks");
    assert_string_equal(line(3), "  1         12          0 init                     rc begin"
                                 "                                    77   12.34     8 99999");
    assert_string_equal(line(4), " 31        100         88 sh                       x"
                                 "                                        4000000000    0.00     0"
                                 "     0");
    assert_string_equal(line(5), "Total measured time: 88 msecs");
    assert_int_equal(lines(), 6);
}

static void without_a_known_clock_the_columns_are_cycles(void **state)
{
    (void)state;
    struct log_table log = log_at(0, 1000);
    log_table_begin(&log, TRACE_TABLE_RUN, 2);
    log_table_event(&log, &(struct log_event){.tsc = 1500, .name = name_of("a")});
    log_table_event(&log, &(struct log_event){.tsc = 9876543210u, .name = name_of("b")});
    log_table_end(&log);
    assert_string_equal(line(1), "run table");
    assert_memory_equal(line(2), "CPU     cycles      delta ", 26);
    assert_memory_equal(line(3), "  0        500          0 ", 26);
    assert_memory_equal(line(4), "  0 9876542210 9876541710 ", 26);
    assert_string_equal(line(5), "Total measured time: 9876541710 cycles");
}

static void a_name_that_is_not_known_is_a_question_mark(void **state)
{
    (void)state;
    struct log_table log = log_at(0, 0);
    log_table_begin(&log, TRACE_TABLE_RUN, 1);
    log_table_event(&log, &(struct log_event){.tsc = 1});
    assert_string_equal(line(3),
                        "  0          1          0 ?                        ?"
                        "                                            0    0.00     0     0");
}

static void a_process_that_is_not_known_has_no_pid(void **state)
{
    (void)state;
    struct log_table log = log_at(0, 0);
    log_table_begin(&log, TRACE_TABLE_RUN, 1);
    log_table_event(&log, &(struct log_event){.tsc = 1, .pid = LOG_PID_UNKNOWN});
    assert_non_null(strstr(line(3), "     ?    0.00     0     0"));
}

static void foreign_names_are_made_harmless_and_stay_in_their_column(void **state)
{
    (void)state;
    struct log_table log = log_at(0, 0);
    log_table_begin(&log, TRACE_TABLE_RUN, 3);
    log_table_event(&log, &(struct log_event){.tsc = 1,
                                              .process = name_of("a~{\x1b"),
                                              .name = name_of("gr\xc3\xbcn")});
    log_table_event(&log, &(struct log_event){.tsc = 1,
                                              .process = name_of("a process name that is long"),
                                              .name = name_of("b")});
    assert_string_equal(line(3), "  0          1          0 a\\x7e{\\x1b               gr\xc3\xbcn"
                                 "                                         0    0.00     0     0");
    assert_string_equal(line(4),
                        "  0          1          0 a process name that is long b"
                        "                                            0    0.00     0     0");
}

/* --- Long tables ----------------------------------------------------------------------------- */

/* Prints a table of `rows` rows whose times are 1000 + 10 * row. */
static void print_rows(uint64_t rows, bool all)
{
    setup(NULL);
    struct log_table log = log_at(0, 0);
    log.all = all;
    log_table_begin(&log, TRACE_TABLE_BOOT, rows);
    for (uint64_t i = 0; i < rows; i++)
        log_table_event(&log, &(struct log_event){.tsc = 1000 + 10 * i, .name = name_of("e")});
    log_table_end(&log);
}

static void expect_row(unsigned at, uint64_t row)
{
    char wanted[32];
    int length = snprintf(wanted, sizeof wanted, "  0 %10llu %10u ",
                          (unsigned long long)(1000 + 10 * row), row == 0 ? 0 : 10);
    assert_memory_equal(line(at), wanted, (size_t)length);
}

static void only_the_first_and_last_16_rows_are_shown(void **state)
{
    (void)state;
    for (uint64_t rows = 30; rows <= 35; rows++) {
        print_rows(rows, false);
        unsigned shown = rows <= 32 ? (unsigned)rows : 33;
        assert_int_equal(lines(), 3 + shown + 1);
        for (unsigned i = 0; i < 16; i++) {
            expect_row(3 + i, i);
            expect_row(3 + shown - 1 - i, rows - 1 - i);
        }
    }
    print_rows(100, false);
    assert_string_equal(line(3 + 16), "... 68 more events stand in the frames only ...");
    expect_row(3 + 15, 15);
    expect_row(3 + 17, 84);
    expect_row(3 + 32, 99);
    assert_string_equal(line(3 + 33), "Total measured time: 990 cycles");
}

static void all_rows_are_shown_where_all_are_asked_for(void **state)
{
    (void)state;
    print_rows(100, true);
    assert_int_equal(lines(), 3 + 100 + 1);
    expect_row(3 + 50, 50);
}

/* A table of `rows` rows, each for one event more than the one before it. */
static void rows_of_events_that_are_alike_count_them(void **state)
{
    setup(state);
    struct log_table log = log_at(0, 0);
    uint64_t tsc = 1000;
    log_table_begin(&log, TRACE_TABLE_BOOT, 34);
    for (uint64_t alike = 0; alike < 34; alike++) {
        log_table_event(&log,
                        &(struct log_event){.tsc = tsc, .alike = alike, .until = tsc + alike});
        tsc += alike + 10;
    }
    log_table_end(&log);
    assert_int_equal(lines(), 3 + 2 * 32 - 1 + 1 + 1); /* the first is alone */
    assert_string_equal(line(3 + 2), "... 1 more like it ...");
    assert_memory_equal(line(3 + 3), "  0       1021         10 ", 26);
    assert_string_equal(line(3 + 30), "... 15 more like it ...");
    assert_string_equal(line(3 + 31), "... 35 more events stand in the frames only ...");
    assert_memory_equal(line(3 + 32), "  0       1333         10 ", 26);
    assert_string_equal(line(3 + 63), "... 33 more like it ...");
    assert_string_equal(line(3 + 64), "Total measured time: 891 cycles");
}

static void an_empty_table_takes_no_time(void **state)
{
    (void)state;
    print_rows(0, false);
    assert_int_equal(lines(), 4);
    assert_string_equal(line(3), "Total measured time: 0 cycles");
}

static void the_first_delta_counts_from_the_table_before(void **state)
{
    (void)state;
    struct log_table log = log_at(1000000, 0);
    log_table_begin(&log, TRACE_TABLE_BOOT, 1);
    log_table_event(&log, &(struct log_event){.tsc = 2000000});
    log_table_end(&log);
    log_table_begin(&log, TRACE_TABLE_RUN, 1);
    log_table_event(&log, &(struct log_event){.tsc = 5000000});
    log_table_end(&log);
    assert_memory_equal(line(3), "  0       2000          0 ", 26);
    assert_string_equal(line(4), "Total measured time: 0 msecs");
    assert_memory_equal(line(8), "  0       5000       3000 ", 26);
}

static void a_landmark_is_shown_once(void **state)
{
    (void)state;
    struct log_table log = log_at(0, 0);
    log.threshold = 100;
    log_table_begin(&log, TRACE_TABLE_SHUTDOWN, 0);
    log_table_landmark(&log); /* of nothing */
    assert_int_equal(lines(), 3);
    log_table_event(&log, &(struct log_event){.tsc = 1000});
    log_table_event(&log, &(struct log_event){.tsc = 1050});
    assert_int_equal(lines(), 3);
    log_table_landmark(&log);
    log_table_landmark(&log);
    assert_int_equal(lines(), 4);
    log_table_event(&log, &(struct log_event){.tsc = 1150});
    assert_int_equal(lines(), 5);
    assert_memory_equal(line(3), "  0       1050         50 ", 26);
    assert_memory_equal(line(4), "  0       1150        100 ", 26);
}

/* --- Tables of an arena ------------------------------------------------------------------------ */

static const struct trace_arena_config shape = {
    .cpus = 3,
    .capacity = {64, 64, 64},
    .names = 16,
    .names_text = 256,
    .tasks = 8,
};

/* Records one event per time, then prints the table; gives the arena's memory back. */
static void print_times(const uint64_t *times, const uint32_t *cpus, size_t count)
{
    struct trace_arena *arena = arena_of(&shape);
    uint16_t name = trace_names_intern(trace_arena_names(arena), "event", 5);
    uint16_t process = trace_names_intern(trace_arena_names(arena), "proc", 4);
    uint16_t task =
        trace_tasks_add(trace_arena_tasks(arena), &(struct trace_task){.pid = 9, .name = process});
    for (size_t i = 0; i < count; i++)
        trace_table_record(trace_arena_table(arena, cpus[i], TRACE_TABLE_RUN), times[i], name,
                           task);
    struct log_table log = log_at(0, 0);
    struct log_cursor cursors[3];
    log_arena_table(&log, arena, TRACE_TABLE_RUN, cursors);
    free(arena);
}

static void expect_times(const uint64_t *times, size_t count)
{
    assert_int_equal(lines(), 3 + count + 1);
    for (unsigned i = 0; i < count; i++) {
        char wanted[32];
        int length = snprintf(wanted, sizeof wanted, " %10llu ", (unsigned long long)times[i]);
        assert_memory_equal(line(3 + i) + 3, wanted, (size_t)length);
    }
}

static void events_of_all_cpus_stand_in_the_order_of_time(void **state)
{
    (void)state;
    print_times((const uint64_t[]){10, 15, 20, 12, 30, 14}, (const uint32_t[]){0, 1, 1, 2, 0, 2},
                6);
    expect_times((const uint64_t[]){10, 12, 14, 15, 20, 30}, 6);
    assert_non_null(strstr(line(3), " proc                     event "));
    assert_memory_equal(line(4), "  2 ", 4);
    assert_string_equal(line(9), "Total measured time: 20 cycles");
}

static void an_interrupt_that_claimed_first_is_still_shown_in_the_order_of_time(void **state)
{
    (void)state;
    /* The writer of 100 had read its time when the writer of 105 came between. */
    print_times((const uint64_t[]){105, 100}, (const uint32_t[]){0, 0}, 2);
    assert_string_equal(line(5), "Total measured time: 5 cycles");
    expect_times((const uint64_t[]){100, 105}, 2);
}

static void what_nested_interrupts_have_mixed_up_is_shown_in_the_order_of_time(void **state)
{
    (void)state;
    print_times((const uint64_t[]){12, 13, 11, 10, 15, 22, 21, 20},
                (const uint32_t[]){0, 0, 0, 0, 1, 1, 1, 1}, 8);
    expect_times((const uint64_t[]){10, 11, 12, 13, 15, 20, 21, 22}, 8);
}

static void times_of_cpus_are_corrected_and_merged(void **state)
{
    (void)state;
    struct trace_arena_config many = shape;
    many.cpus = TRACE_CPUS_MAX;
    struct trace_arena *arena = arena_of(&many);
    uint16_t name = trace_names_intern(trace_arena_names(arena), "event", 5);
    for (uint32_t cpu = 0; cpu < TRACE_CPUS_MAX; cpu++) {
        int64_t offset = cpu % 2 == 0 ? (int64_t)cpu * 1000000 : -(int64_t)cpu * 1000;
        trace_arena_set_cpu_clock(arena, cpu, &(struct trace_cpu_clock){.offset = offset});
        struct trace_table *table = trace_arena_table(arena, cpu, TRACE_TABLE_RUN);
        for (uint64_t i = 0; i < 16; i++) /* in pairs that have been mixed up */
            trace_table_record(table, 100000000 + (i ^ 1) * TRACE_CPUS_MAX + cpu - (uint64_t)offset,
                               name, 0);
    }
    struct log_table log = log_at(0, 100000000);
    log.all = true;
    struct log_cursor cursors[TRACE_CPUS_MAX];
    log_arena_table(&log, arena, TRACE_TABLE_RUN, cursors);
    assert_int_equal(lines(), 3 + 16 * TRACE_CPUS_MAX + 1);
    for (unsigned i = 0; i < 16 * TRACE_CPUS_MAX; i++) {
        char wanted[32];
        int length =
            snprintf(wanted, sizeof wanted, "%3u %10u %10u ", i % TRACE_CPUS_MAX, i, i > 0 ? 1 : 0);
        assert_memory_equal(line(3 + i), wanted, (size_t)length);
    }
    assert_string_equal(line(3 + 16 * TRACE_CPUS_MAX), "Total measured time: 511 cycles");
    free(arena);
}

static void of_events_at_one_corrected_time_the_lower_cpu_comes_first(void **state)
{
    (void)state;
    struct trace_arena *arena = arena_of(&shape);
    for (uint32_t cpu = 0; cpu < 3; cpu++) {
        trace_arena_set_cpu_clock(arena, cpu, &(struct trace_cpu_clock){.offset = -(int64_t)cpu});
        trace_table_record(trace_arena_table(arena, cpu, TRACE_TABLE_RUN), 500 + cpu, 2, 0);
    }
    struct log_table log = log_at(0, 0);
    struct log_cursor cursors[3];
    log_arena_table(&log, arena, TRACE_TABLE_RUN, cursors);
    for (unsigned i = 0; i < 3; i++) {
        char wanted[32];
        int length = snprintf(wanted, sizeof wanted, "  %u        500          0 ", i);
        assert_memory_equal(line(3 + i), wanted, (size_t)length);
    }
    free(arena);
}

static void an_absurd_offset_ends_at_the_ends_of_time(void **state)
{
    (void)state;
    struct trace_arena *arena = arena_of(&shape);
    trace_arena_set_cpu_clock(arena, 1, &(struct trace_cpu_clock){.offset = INT64_MIN});
    trace_arena_set_cpu_clock(arena, 2, &(struct trace_cpu_clock){.offset = INT64_MAX});
    static const uint64_t times[] = {700, 800, 1ull << 63};
    for (uint32_t cpu = 0; cpu < 3; cpu++)
        trace_table_record(trace_arena_table(arena, cpu, TRACE_TABLE_RUN), times[cpu], 2, 0);
    struct log_table log = log_at(0, 0);
    struct log_cursor cursors[3];
    log_arena_table(&log, arena, TRACE_TABLE_RUN, cursors);
    assert_memory_equal(line(3), "  1          0          0 ", 26);
    assert_memory_equal(line(4), "  0        700          0 ", 26);
    assert_memory_equal(line(5), "  2 18446744073709551615 18446744073709550915 ", 46);
    free(arena);
}

static void holes_are_passed_over(void **state)
{
    (void)state;
    struct trace_arena *arena = arena_of(&shape);
    struct trace_table *table = trace_arena_table(arena, 0, TRACE_TABLE_BOOT);
    for (uint64_t i = 0; i < 40; i++) {
        if (i % 2 == 0)
            (void)trace_local_fetch_increment(&table->written);
        else
            trace_table_record(table, 100 + i, 2, 0);
    }
    struct log_table log = log_at(0, 0);
    struct log_cursor cursors[3];
    log_arena_table(&log, arena, TRACE_TABLE_BOOT, cursors);
    assert_int_equal(lines(), 3 + 20 + 1 + 1);
    assert_non_null(strstr(line(3 + 20), "20 events begun, but not finished here"));
    assert_string_equal(line(3 + 20 + 1), "Total measured time: 38 cycles");
    free(arena);
}

static void who_reads_on_waits_for_an_event_that_is_being_recorded(void **state)
{
    (void)state;
    struct trace_arena *arena = arena_of(&shape);
    struct trace_table *table = trace_arena_table(arena, 0, TRACE_TABLE_BOOT);
    struct log_cursor cursors[3];
    struct log_event event;
    trace_table_record(table, 100, 2, 0);
    struct trace_slot slot = trace_table_open(table);
    trace_table_record(table, 102, 2, 0);
    for (uint32_t cpu = 0; cpu < 3; cpu++)
        log_cursor_start_at(&cursors[cpu], arena, cpu, TRACE_TABLE_BOOT, 0);
    assert_true(log_cursors_next(cursors, arena, &event));
    assert_int_equal(event.tsc, 100);
    assert_false(log_cursors_next(cursors, arena, &event));

    trace_record_fill(slot.record, 101, 2, 0);
    trace_table_publish(table, &slot);
    log_cursor_extend(&cursors[0]);
    for (uint64_t tsc = 101; tsc <= 102; tsc++) {
        assert_true(log_cursors_next(cursors, arena, &event));
        assert_int_equal(event.tsc, tsc);
    }
    assert_false(log_cursors_next(cursors, arena, &event));
    free(arena);
}

static void who_reads_on_does_not_wait_for_one_with_many_behind_it(void **state)
{
    (void)state;
    struct trace_arena *arena = arena_of(&shape);
    struct trace_table *table = trace_arena_table(arena, 0, TRACE_TABLE_BOOT);
    struct log_cursor cursors[3];
    struct log_event event;
    (void)trace_table_open(table);
    for (uint64_t i = 0; i < LOG_LOOK_AHEAD; i++)
        trace_table_record(table, 100 + i, 2, 0);
    for (uint32_t cpu = 0; cpu < 3; cpu++)
        log_cursor_start_at(&cursors[cpu], arena, cpu, TRACE_TABLE_BOOT, 0);
    for (uint64_t i = 0; i < LOG_LOOK_AHEAD; i++)
        assert_true(log_cursors_next(cursors, arena, &event));
    assert_int_equal(cursors[0].unfinished, 1);
    free(arena);
}

static void record_many(struct trace_table *table, uint32_t events)
{
    for (uint32_t i = 0; i < events; i++)
        trace_table_record(table, 100 + i, 2, 0);
}

static void who_reads_on_loses_what_was_overwritten_since_then(void **state)
{
    (void)state;
    enum {
        HELD = 64,
        READ = 40,
        BEFORE_RESET = 7,
        LOST = 3
    };
    struct trace_arena *arena = arena_of(&shape);
    struct trace_table *table = trace_arena_table(arena, 0, TRACE_TABLE_RUN);
    struct log_cursor cursor;
    record_many(table, READ + HELD + LOST);
    log_cursor_start_at(&cursor, arena, 0, TRACE_TABLE_RUN, READ);
    assert_int_equal(cursor.lost, LOST);
    record_many(table, BEFORE_RESET);
    trace_table_reset(table, trace_arena_filter(arena, 0, TRACE_TABLE_RUN), false);
    record_many(table, HELD + LOST);
    log_cursor_start_at(&cursor, arena, 0, TRACE_TABLE_RUN, READ);
    assert_int_equal(cursor.lost, LOST);
    free(arena);
}

/* --- Books and durations ------------------------------------------------------------------------ */

static void the_books_are_one_line(void **state)
{
    (void)state;
    log_books(&sink, TRACE_TABLE_SHUTDOWN, 64,
              &(struct trace_books){.emitted = UINT64_MAX,
                                    .kept = 64,
                                    .overwritten = 1,
                                    .dropped = 2,
                                    .filtered = 1ull << 40});
    assert_string_equal(printed,
                        "shutdown: 18446744073709551615 emitted = 64 kept + 1 overwritten +"
                        " 2 dropped + 1099511627776 filtered (capacity 64 per CPU)\n");
}

static void a_duration_comes_in_the_unit_that_suits_it(void **state)
{
    (void)state;
    static const struct {
        uint64_t ns;
        const char *text;
    } wanted[] = {
        {0, "0 ns"},
        {1, "1 ns"},
        {999, "999 ns"},
        {1000, "1.00 us"},
        {1009, "1.00 us"},
        {1010, "1.01 us"},
        {99999, "99.99 us"},
        {100000, "100 us"},
        {999999, "999 us"},
        {1000000, "1.00 ms"},
        {8130000, "8.13 ms"},
        {99999999, "99.99 ms"},
        {100000000, "100 ms"},
        {999999999, "999 ms"},
        {1000000000, "1.00 s"},
        {1200000000, "1.20 s"},
        {99990000000, "99.99 s"},
        {100000000000, "100 s"},
        {UINT64_MAX, "18446744073 s"},
    };
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        setup(NULL);
        log_duration(&sink, wanted[i].ns);
        assert_string_equal(printed, wanted[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_row_has_the_columns_of_boottrace, setup),
        cmocka_unit_test_setup(without_a_known_clock_the_columns_are_cycles, setup),
        cmocka_unit_test_setup(a_name_that_is_not_known_is_a_question_mark, setup),
        cmocka_unit_test_setup(a_process_that_is_not_known_has_no_pid, setup),
        cmocka_unit_test_setup(foreign_names_are_made_harmless_and_stay_in_their_column, setup),
        cmocka_unit_test_setup(only_the_first_and_last_16_rows_are_shown, setup),
        cmocka_unit_test_setup(all_rows_are_shown_where_all_are_asked_for, setup),
        cmocka_unit_test_setup(rows_of_events_that_are_alike_count_them, setup),
        cmocka_unit_test_setup(an_empty_table_takes_no_time, setup),
        cmocka_unit_test_setup(the_first_delta_counts_from_the_table_before, setup),
        cmocka_unit_test_setup(a_landmark_is_shown_once, setup),
        cmocka_unit_test_setup(events_of_all_cpus_stand_in_the_order_of_time, setup),
        cmocka_unit_test_setup(an_interrupt_that_claimed_first_is_still_shown_in_the_order_of_time,
                               setup),
        cmocka_unit_test_setup(what_nested_interrupts_have_mixed_up_is_shown_in_the_order_of_time,
                               setup),
        cmocka_unit_test_setup(times_of_cpus_are_corrected_and_merged, setup),
        cmocka_unit_test_setup(of_events_at_one_corrected_time_the_lower_cpu_comes_first, setup),
        cmocka_unit_test_setup(an_absurd_offset_ends_at_the_ends_of_time, setup),
        cmocka_unit_test_setup(holes_are_passed_over, setup),
        cmocka_unit_test_setup(who_reads_on_waits_for_an_event_that_is_being_recorded, setup),
        cmocka_unit_test_setup(who_reads_on_does_not_wait_for_one_with_many_behind_it, setup),
        cmocka_unit_test_setup(who_reads_on_loses_what_was_overwritten_since_then, setup),
        cmocka_unit_test_setup(the_books_are_one_line, setup),
        cmocka_unit_test_setup(a_duration_comes_in_the_unit_that_suits_it, setup),
    };
    return cmocka_run_group_tests_name("log_text", tests, NULL, NULL);
}
