/* The long form of a log: times, nesting, spans, losses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/arena_of.h"
#include "trace/log_long.h"

enum {
    OPEN = 8,
    TASKS = 8,
};

static char printed[8192];
static struct text_buffer buffer;
static struct text_sink sink;
static struct span_open opens[OPEN];
static struct span_task tasks[TASKS];
static struct spans spans;

/* Task n was started by task n - 1. */
static uint32_t parent_of(void *context, uint32_t task)
{
    (void)context;
    return task - 1;
}

static struct log_long log_at(uint64_t hz)
{
    buffer = (struct text_buffer){.bytes = printed, .size = sizeof printed};
    sink = text_buffer_sink(&buffer);
    memset(tasks, 0, sizeof tasks);
    spans = (struct spans){.open = opens, .capacity = OPEN, .tasks = tasks, .task_count = TASKS};
    return (struct log_long){
        .sink = &sink, .tsc_hz = hz, .entry_tsc = 1000, .parent = parent_of, .spans = &spans};
}

static void give(struct log_long *log, uint64_t tsc, uint32_t task, const char *name,
                 uint64_t cpu_ns)
{
    static const char process[] = "sh";
    log_long_event(log, &(struct log_event){.tsc = tsc,
                                            .task = task,
                                            .pid = task + 10,
                                            .process = {process, 2},
                                            .name = {name, (uint32_t)strlen(name)},
                                            .usage = {.cpu_ns = cpu_ns}});
}

static void times_are_precise_and_deltas_add_up(void **state)
{
    (void)state;
    struct log_long log = log_at(1000000000);
    log_long_start(&log);
    give(&log, 1000, 1, "a", 0);
    give(&log, 1000 + 2000000001, 1, "b", 0);
    assert_string_equal(printed, "     0.000000000    0.000000000   0    11 sh              a\n"
                                 "     2.000000001    2.000000001   0    11 sh              b\n");
}

static void without_a_rate_times_are_cycles(void **state)
{
    (void)state;
    struct log_long log = log_at(0);
    log_long_start(&log);
    log_long_title(&log, TRACE_TABLE_RUN);
    give(&log, 1500, 1, "a start", 0);
    give(&log, 2500, 1, "a done", 0);
    assert_non_null(strstr(printed, "\nrun table\n          cycles          delta CPU"));
    assert_non_null(strstr(printed, "            1500           1000   0    11 sh              "
                                    "a done [1000 cycles]\n"));
}

static void spans_indent_what_their_process_and_its_children_do(void **state)
{
    (void)state;
    struct log_long log = log_at(1000000000);
    log_long_start(&log);
    give(&log, 1000, 1, "/etc/rc starting...", 100);
    give(&log, 2000, 2, "/etc/rc.d/a start", 100);
    give(&log, 3000, 3, "within", 0);
    give(&log, 1002000, 2, "/etc/rc.d/a done", 250100);
    give(&log, 2001000, 1, "/etc/rc finished", 300100);
    assert_non_null(strstr(printed, " sh              /etc/rc starting...\n"));
    assert_non_null(strstr(printed, " sh                /etc/rc.d/a start\n"));
    assert_non_null(strstr(printed, " sh                  within\n"));
    assert_non_null(strstr(printed, " sh                /etc/rc.d/a done [1.00 ms, CPU 250 us]\n"));
    assert_non_null(strstr(printed, " sh              /etc/rc finished [2.00 ms, CPU 300 us]\n"));
}

static void what_init_announces_of_itself_is_no_span(void **state)
{
    (void)state;
    struct log_long log = log_at(1000000000);
    log_long_start(&log);
    log_long_event(&log,
                   &(struct log_event){.task = 1, .pid = 1, .name = {"init(8) starting...", 19}});
    give(&log, 2000, 2, "later", 0);
    assert_non_null(strstr(printed, " sh              later\n"));
}

static void a_loss_is_a_row_and_no_span_reaches_over_it(void **state)
{
    (void)state;
    struct log_long log = log_at(1000000000);
    log_long_start(&log);
    give(&log, 2000, 1, "a start", 0);
    log_long_loss(&log, 3, 0, "dropped");
    log_long_loss(&log, 3, 12, "overwritten");
    give(&log, 3000, 1, "a done", 0);
    assert_non_null(strstr(printed, "     0.000001000                  3       (lost)          "
                                    "12 events overwritten here\n"));
    assert_null(strchr(printed, '['));
    assert_null(strstr(printed, "dropped"));
}

static void a_loss_behind_an_event_from_before_the_entry_stands_at_0(void **state)
{
    (void)state;
    struct log_long log = log_at(1000000000);
    log_long_start(&log);
    give(&log, 900, 1, "a", 0);
    log_long_loss(&log, 3, 12, "dropped");
    assert_non_null(strstr(printed, "     0.000000000                  3       (lost)          "
                                    "12 events dropped here\n"));
}

/* One CPU, with room for 4 events of each table. */
static void tables_tell_what_they_have_lost(void **state)
{
    (void)state;
    static const struct trace_arena_config shape = {
        .cpus = 1, .capacity = {4, 4, 4}, .names = 16, .names_text = 256, .tasks = 8};
    struct trace_arena *arena = arena_of(&shape);
    uint16_t name = trace_names_intern(trace_arena_names(arena), "event", 5);
    for (uint64_t tsc = 2000; tsc < 2010; tsc++)
        for (enum trace_table_id id = TRACE_TABLE_BOOT; id <= TRACE_TABLE_RUN; id++)
            trace_table_record(trace_arena_table(arena, 0, id), tsc, name, 0);
    struct log_long log = log_at(1000000000);
    struct log_cursor cursors[1];
    log_long_tables(&log, arena, TRACE_TABLE_BOOT, TRACE_TABLE_RUN, cursors);
    assert_non_null(strstr(printed, " 6 events dropped here\n"));
    assert_non_null(strstr(printed, " 6 events overwritten here\n"));
    assert_null(strstr(printed, "not finished"));
    free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_are_precise_and_deltas_add_up),
        cmocka_unit_test(without_a_rate_times_are_cycles),
        cmocka_unit_test(spans_indent_what_their_process_and_its_children_do),
        cmocka_unit_test(what_init_announces_of_itself_is_no_span),
        cmocka_unit_test(a_loss_is_a_row_and_no_span_reaches_over_it),
        cmocka_unit_test(a_loss_behind_an_event_from_before_the_entry_stands_at_0),
        cmocka_unit_test(tables_tell_what_they_have_lost),
    };
    return cmocka_run_group_tests_name("log_long", tests, NULL, NULL);
}
