/* Spans: what is paired, what is cut, and what is only counted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/fuzz/span_model.h"

enum {
    PLACES = 4096,
    TASKS = SPAN_MODEL_TASKS,
};

static struct span_open places[PLACES];
static struct span_task tasks[TASKS];
static struct span told[PLACES];
static uint32_t told_count;

static void keep(void *context, const struct span *span)
{
    (void)context;
    assert_true(told_count < PLACES);
    told[told_count++] = *span;
}

static struct spans started(uint32_t capacity, uint64_t skew)
{
    struct spans spans = {.open = places,
                          .capacity = capacity,
                          .tasks = tasks,
                          .task_count = TASKS,
                          .skew = skew,
                          .ended = keep};
    memset(tasks, 0, sizeof tasks);
    told_count = 0;
    spans_start(&spans);
    return spans;
}

static struct trace_name name_of(const char *text)
{
    return (struct trace_name){text, (uint32_t)strlen(text)};
}

static void take_from(struct spans *spans, uint32_t cpu, uint64_t tsc, uint32_t task,
                      const char *text)
{
    spans_take(spans,
               &(struct span_event){
                   .tsc = tsc, .task = task, .cpu = cpu, .text = span_of_tslog(name_of(text))});
}

static void take(struct spans *spans, uint64_t tsc, uint32_t task, const char *text)
{
    take_from(spans, 0, tsc, task, text);
}

static void take_boottrace(struct spans *spans, uint64_t tsc, const char *text)
{
    spans_take(spans, &(struct span_event){
                          .tsc = tsc, .task = 1, .text = span_of_boottrace(name_of(text))});
}

/* The next span that was told. */
static void expect(uint32_t index, const char *name, uint64_t begin, uint64_t end, bool complete)
{
    assert_true(index < told_count);
    const struct span *span = &told[index];
    assert_int_equal(span->name.length, strlen(name));
    assert_memory_equal(span->name.text, name, span->name.length);
    assert_int_equal(span->begin, begin);
    assert_int_equal(span->end, end);
    assert_int_equal(span->complete, complete);
}

static void expect_text(struct span_text text, enum span_mark mark, enum span_kind kind,
                        const char *name)
{
    assert_int_equal(text.mark, mark);
    assert_int_equal(text.kind, kind);
    assert_int_equal(text.name.length, strlen(name));
    assert_memory_equal(text.name.text, name, text.name.length);
}

static void a_tslog_name_says_its_type_and_text(void **state)
{
    (void)state;
    expect_text(span_of_tslog(name_of("ENTER f s")), SPAN_BEGIN, SPAN_CALL, "f s");
    expect_text(span_of_tslog(name_of("EXIT f s")), SPAN_END, SPAN_CALL, "f s");
    expect_text(span_of_tslog(name_of("THREAD sh")), SPAN_THREAD, SPAN_CALL, "sh");
    expect_text(span_of_tslog(name_of("EVENT WAIT child")), SPAN_BEGIN, SPAN_WAIT, "child");
    expect_text(span_of_tslog(name_of("EVENT UNWAIT child")), SPAN_END, SPAN_WAIT, "child");
    expect_text(span_of_tslog(name_of("EVENT EXIT 1")), SPAN_PROCESS_EXIT, SPAN_CALL, "1");
    expect_text(span_of_tslog(name_of("EVENT EXEC /bin/x")), SPAN_PROCESS_EXEC, SPAN_CALL,
                "/bin/x");
    expect_text(span_of_tslog(name_of("EVENT HOLD m")), SPAN_OTHER, SPAN_CALL, "EVENT HOLD m");
}

static void a_boottrace_name_says_where_it_begins_or_ends(void **state)
{
    (void)state;
    expect_text(span_of_boottrace(name_of("/etc/rc.d/x start")), SPAN_BEGIN, SPAN_STARTED,
                "/etc/rc.d/x");
    expect_text(span_of_boottrace(name_of("/etc/rc.d/x done")), SPAN_END, SPAN_STARTED,
                "/etc/rc.d/x");
    expect_text(span_of_boottrace(name_of("/etc/rc starting...")), SPAN_BEGIN, SPAN_ANNOUNCED,
                "/etc/rc");
    expect_text(span_of_boottrace(name_of("/etc/rc finished")), SPAN_END, SPAN_ANNOUNCED,
                "/etc/rc");
    expect_text(span_of_boottrace(name_of("bufshutdown begin")), SPAN_BEGIN, SPAN_BLOCK,
                "bufshutdown");
    expect_text(span_of_boottrace(name_of("bufshutdown end")), SPAN_END, SPAN_BLOCK, "bufshutdown");
}

static void a_name_without_anything_beside_its_type_is_no_span(void **state)
{
    (void)state;
    static const char *const names[] = {"ENTER ", "ENTER", "", "EVENT WAIT ", " start", "start"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_int_equal(span_of_tslog(name_of(names[i])).mark, SPAN_OTHER);
        assert_int_equal(span_of_boottrace(name_of(names[i])).mark, SPAN_OTHER);
    }
    assert_int_equal(span_of_tslog((struct trace_name){NULL, 0}).mark, SPAN_OTHER);
}

static void spans_of_a_task_nest(void **state)
{
    (void)state;
    struct spans spans = started(PLACES, 0);
    take(&spans, 10, 1, "ENTER f");
    take(&spans, 20, 1, "ENTER g 1");
    assert_int_equal(spans_top(&spans, 1)->depth, 1);
    take(&spans, 30, 1, "EXIT g 1");
    take(&spans, 40, 1, "EXIT f");
    assert_null(spans_top(&spans, 1));
    expect(0, "g 1", 20, 30, true);
    expect(1, "f", 10, 40, true);
    assert_int_equal(told[0].depth, 1);
    assert_int_equal(spans_gap(&spans, 50), 0);
}

static void tasks_do_not_mix(void **state)
{
    (void)state;
    struct spans spans = started(PLACES, 0);
    take(&spans, 10, 1, "ENTER f");
    take(&spans, 20, 2, "ENTER f");
    take(&spans, 30, 1, "EXIT f");
    take(&spans, 40, 2, "EXIT f");
    expect(0, "f", 10, 30, true);
    expect(1, "f", 20, 40, true);
}

static void a_recursion_ends_from_the_inside(void **state)
{
    (void)state;
    struct spans spans = started(PLACES, 0);
    take(&spans, 1, 1, "ENTER f");
    take(&spans, 2, 1, "ENTER f");
    take(&spans, 3, 1, "EXIT f");
    take(&spans, 4, 1, "EXIT f");
    expect(0, "f", 2, 3, true);
    expect(1, "f", 1, 4, true);
}

static void a_call_that_was_left_without_a_word_is_cut(void **state)
{
    (void)state;
    struct spans spans = started(PLACES, 0);
    take(&spans, 1, 1, "ENTER f");
    take(&spans, 2, 1, "ENTER g");
    take(&spans, 9, 1, "EXIT f");
    take(&spans, 10, 1, "ENTER h");
    expect(0, "g", 2, 9, false);
    expect(1, "f", 1, 9, true);
    assert_int_equal(spans_top(&spans, 1)->depth, 0);
}

static void an_end_without_a_beginning_is_counted_and_changes_nothing(void **state)
{
    (void)state;
    struct spans spans = started(PLACES, 0);
    take(&spans, 1, 1, "ENTER f");
    take(&spans, 2, 1, "EXIT g");
    take(&spans, 3, 1, "EXIT f");
    (void)spans_gap(&spans, 4);
    assert_int_equal(told_count, 1);
    expect(0, "f", 1, 3, true);
    assert_int_equal(spans.counts.unmatched, 1);
}

static void a_process_that_ends_ends_what_it_had_begun(void **state)
{
    (void)state;
    struct spans spans = started(PLACES, 0);
    take(&spans, 1, 1, "ENTER f");
    take(&spans, 2, 2, "ENTER f");
    take(&spans, 3, 1, "EVENT EXIT 0");
    assert_int_equal(told_count, 1);
    expect(0, "f", 1, 3, false);
    assert_non_null(spans_top(&spans, 2));
}

static void a_task_that_there_is_not_has_no_top(void **state)
{
    (void)state;
    struct spans spans = started(PLACES, 0);
    struct span_task *exact = calloc(2, sizeof *exact);
    assert_non_null(exact);
    spans.tasks = exact;
    spans.task_count = 2;
    take(&spans, 1, 1, "ENTER f");
    assert_null(spans_top(&spans, 0));
    assert_non_null(spans_top(&spans, 1));
    assert_null(spans_top(&spans, 2));
    assert_null(spans_top(&spans, UINT32_MAX));
    free(exact);
}

static void a_gap_cuts_everything_and_trusts_nothing_behind_it(void **state)
{
    (void)state;
    struct spans spans = started(PLACES, 0);
    take(&spans, 1, 1, "ENTER f");
    take(&spans, 2, 2, "ENTER g");
    assert_int_equal(spans_gap(&spans, 3), 2);
    assert_null(spans_top(&spans, 1));
    take(&spans, 4, 1, "EXIT f");
    take(&spans, 5, 1, "ENTER h");
    take(&spans, 6, 1, "EXIT h");
    assert_int_equal(spans_gap(&spans, 7), 0);
    assert_int_equal(spans.counts.unmatched, 1);
    expect(2, "h", 5, 6, true);
}

static void announcements_may_overlap(void **state)
{
    (void)state;
    struct spans spans = started(PLACES, 0);
    take_boottrace(&spans, 1, "a start");
    take_boottrace(&spans, 2, "b start");
    take_boottrace(&spans, 3, "a done");
    take_boottrace(&spans, 4, "b done");
    expect(0, "a", 1, 3, true);
    expect(1, "b", 2, 4, true);
    take_boottrace(&spans, 5, "a start");
    take_boottrace(&spans, 6, "a finished"); /* another pair of words */
    assert_int_equal(spans_gap(&spans, 7), 1);
    assert_int_equal(spans.counts.unmatched, 1);
}

static void equal_times_on_two_cpus_are_put_right(void **state)
{
    (void)state;
    struct spans spans = started(PLACES, 0);
    take_from(&spans, 0, 5, 1, "EXIT f"); /* behind the entry, but CPU 0 comes first */
    take_from(&spans, 1, 5, 1, "ENTER f");
    take_from(&spans, 1, 6, 1, "ENTER g");
    take_from(&spans, 1, 7, 1, "EXIT g");
    expect(0, "f", 5, 5, true);
    expect(1, "g", 6, 7, true);
    assert_int_equal(spans.counts.unmatched, 0);
}

static void an_end_before_its_beginning_on_one_cpu_is_none(void **state)
{
    (void)state;
    struct spans spans = started(PLACES, 10);
    take(&spans, 5, 1, "EXIT f");
    take(&spans, 5, 1, "ENTER f");
    assert_int_equal(spans_gap(&spans, 20), 1);
    assert_int_equal(spans.counts.unmatched, 1);
}

static void clocks_excuse_no_more_than_they_are_off(void **state)
{
    (void)state;
    struct spans spans = started(PLACES, 10);
    take_from(&spans, 0, 5, 1, "EXIT f");
    take_from(&spans, 1, 16, 1, "ENTER f");
    assert_int_equal(spans.counts.unmatched, 1);
    assert_non_null(spans_top(&spans, 1));
}

static void without_a_place_beginnings_and_their_ends_are_counted_only(void **state)
{
    (void)state;
    struct spans spans = started(1, 0);
    take(&spans, 1, 1, "ENTER f");
    take(&spans, 2, 1, "ENTER g");
    take(&spans, 3, 1, "EXIT g");
    take(&spans, 4, 1, "EXIT f");
    take(&spans, 5, 1, "ENTER h");
    take(&spans, 6, 1, "EXIT h");
    assert_int_equal(spans.counts.refused, 1);
    assert_int_equal(spans.counts.unmatched, 0);
    expect(0, "f", 1, 4, true);
    expect(1, "h", 5, 6, true);
}

static void behind_the_end_of_a_process_no_end_is_that_of_a_beginning_before_it(void **state)
{
    (void)state;
    struct spans spans = started(1, 0);
    take(&spans, 1, 1, "ENTER f");
    take(&spans, 2, 1, "ENTER g");
    take(&spans, 3, 1, "EVENT EXIT 9");
    take(&spans, 4, 1, "EXIT g");
    take(&spans, 5, 1, "ENTER h");
    assert_int_equal(spans.counts.refused, 1);
    assert_int_equal(spans.counts.unmatched, 1);
}

static void an_unknown_task_has_no_spans(void **state)
{
    (void)state;
    struct spans spans = started(PLACES, 0);
    take(&spans, 1, 0, "ENTER f");
    take(&spans, 2, 0, "EXIT f");
    take(&spans, 3, TASKS, "ENTER f");
    assert_int_equal(told_count, 0);
    assert_int_equal(spans.counts.unknown, 3);
}

/* --- 20,000 random programs on CPUs whose clocks are off --- */

enum {
    PROGRAMS = 20000,
    CPUS = 3,
    EVENTS = 60,
    OFF = 7,        /* cycles, either way */
    SKEW = 2 * OFF, /* between two of them */
};

static uint32_t random_state = 1;

static uint32_t below(uint32_t limit)
{
    random_state = random_state * 1664525 + 1013904223;
    return (uint32_t)(((uint64_t)random_state * limit) >> 32);
}

struct stamped {
    struct span_event event;
    uint32_t number;
    char text[8];
};

struct program {
    struct stamped events[EVENTS];
    uint32_t count;
    uint64_t begin[EVENTS], end[EVENTS]; /* in true time, by span */
    uint32_t spans;
};

static int by_time(const void *a, const void *b)
{
    const struct stamped *left = a, *right = b;
    if (left->event.tsc != right->event.tsc)
        return left->event.tsc < right->event.tsc ? -1 : 1;
    if (left->event.cpu != right->event.cpu)
        return left->event.cpu < right->event.cpu ? -1 : 1;
    return (left->number > right->number) - (left->number < right->number);
}

/* Threads that call and return, and move between CPUs; a move takes longer than the clocks are off, as
 * does all that a scheduler does, or no time at all for the call that is under way. */
static void make(struct program *program, uint32_t thread_count)
{
    struct {
        uint32_t stack[EVENTS], depth, cpu;
    } thread[TASKS] = {0};
    const int64_t off[CPUS] = {0, (int64_t)below(2 * OFF + 1) - OFF,
                               (int64_t)below(2 * OFF + 1) - OFF};
    uint64_t now = 1000;
    program->count = program->spans = 0;
    while (program->count < EVENTS) {
        uint32_t id = 1 + below(thread_count), open = 0;
        for (uint32_t i = 1; i <= thread_count; i++)
            open += thread[i].depth;
        bool enter = open + program->count < EVENTS - 1 && (thread[id].depth == 0 || below(2) == 0);
        if (!enter && thread[id].depth == 0)
            for (id = 1; id <= thread_count && thread[id].depth == 0;)
                id++;
        if (id > thread_count)
            return;
        if (below(4) == 0)
            thread[id].cpu = below(CPUS);
        now += below(SKEW);
        uint32_t span = enter ? program->spans++ : thread[id].stack[--thread[id].depth];
        if (enter)
            thread[id].stack[thread[id].depth++] = span;
        (enter ? program->begin : program->end)[span] = now;
        struct stamped *stamped = &program->events[program->count];
        *stamped = (struct stamped){
            .event = {.tsc = (uint64_t)((int64_t)now + off[thread[id].cpu]),
                      .tag = span,
                      .task = id,
                      .cpu = thread[id].cpu,
                      .text = {.mark = enter ? SPAN_BEGIN : SPAN_END, .kind = SPAN_CALL}},
            .number = program->count++};
        (void)snprintf(stamped->text, sizeof stamped->text, "%u", span);
    }
}

static void run(struct spans *spans, struct program *program)
{
    qsort(program->events, program->count, sizeof program->events[0], by_time);
    for (uint32_t i = 0; i < program->count; i++) {
        program->events[i].event.text.name = name_of(program->events[i].text);
        spans_take(spans, &program->events[i].event);
    }
    assert_int_equal(spans_gap(spans, UINT64_MAX), 0);
}

static void threads_on_cpus_whose_clocks_are_off_get_each_of_their_spans(void **state)
{
    (void)state;
    static struct program program;
    for (uint32_t round = 0; round < PROGRAMS; round++) {
        make(&program, 1 + below(TASKS - 1));
        struct spans spans = started(PLACES, SKEW);
        run(&spans, &program);
        assert_int_equal(spans.counts.unmatched, 0);
        assert_int_equal(told_count, program.spans);
        for (uint32_t i = 0; i < told_count; i++) {
            uint64_t length = program.end[told[i].tag] - program.begin[told[i].tag];
            uint64_t seen = told[i].end - told[i].begin;
            assert_true(told[i].complete);
            assert_true(seen <= length + SKEW && length <= seen + SKEW);
        }
    }
}

/* --- 20,000 random heaps of events on one CPU, against a model that keeps all of them --- */

static struct span_event random_event(uint64_t number, uint64_t tsc)
{
    static const char names[] = "abcd";
    static const enum span_mark marks[] = {SPAN_BEGIN, SPAN_BEGIN, SPAN_BEGIN,       SPAN_END,
                                           SPAN_END,   SPAN_END,   SPAN_PROCESS_EXIT};
    return (struct span_event){
        .tsc = tsc,
        .tag = number,
        .task = 1 + below(TASKS - 1),
        .text = {marks[below(7)], below(4) == 0 ? SPAN_STARTED : SPAN_CALL, {&names[below(4)], 1}},
    };
}

static void any_events_come_to_what_a_model_makes_of_them(void **state)
{
    (void)state;
    static struct span_model model;
    for (uint32_t round = 0; round < PROGRAMS; round++) {
        memset(model.depth, 0, sizeof model.depth);
        model.told_count = 0;
        model.unmatched = 0;
        struct spans spans = started(PLACES, 0);
        uint64_t tsc = 0;
        for (uint32_t i = 0; i < EVENTS; i++) {
            tsc += below(3);
            const struct span_event event = random_event(i, tsc);
            spans_take(&spans, &event);
            span_model_take(&model, &event);
            if (below(40) == 0) {
                (void)spans_gap(&spans, tsc);
                span_model_gap(&model, tsc);
            }
        }
        (void)spans_gap(&spans, tsc);
        span_model_gap(&model, tsc);
        assert_int_equal(spans.counts.unmatched, model.unmatched);
        assert_true(span_model_agrees(&model, told, told_count));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tslog_name_says_its_type_and_text),
        cmocka_unit_test(a_boottrace_name_says_where_it_begins_or_ends),
        cmocka_unit_test(a_name_without_anything_beside_its_type_is_no_span),
        cmocka_unit_test(spans_of_a_task_nest),
        cmocka_unit_test(tasks_do_not_mix),
        cmocka_unit_test(a_recursion_ends_from_the_inside),
        cmocka_unit_test(a_call_that_was_left_without_a_word_is_cut),
        cmocka_unit_test(an_end_without_a_beginning_is_counted_and_changes_nothing),
        cmocka_unit_test(a_process_that_ends_ends_what_it_had_begun),
        cmocka_unit_test(a_task_that_there_is_not_has_no_top),
        cmocka_unit_test(a_gap_cuts_everything_and_trusts_nothing_behind_it),
        cmocka_unit_test(announcements_may_overlap),
        cmocka_unit_test(equal_times_on_two_cpus_are_put_right),
        cmocka_unit_test(an_end_before_its_beginning_on_one_cpu_is_none),
        cmocka_unit_test(clocks_excuse_no_more_than_they_are_off),
        cmocka_unit_test(without_a_place_beginnings_and_their_ends_are_counted_only),
        cmocka_unit_test(behind_the_end_of_a_process_no_end_is_that_of_a_beginning_before_it),
        cmocka_unit_test(an_unknown_task_has_no_spans),
        cmocka_unit_test(threads_on_cpus_whose_clocks_are_off_get_each_of_their_spans),
        cmocka_unit_test(any_events_come_to_what_a_model_makes_of_them),
    };
    return cmocka_run_group_tests_name("span", tests, NULL, NULL);
}
