/* Boottrace's rules: texts, statuses, switches, writers under another name, pools that are full. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/arena_of.h"
#include "tests/unit/exact_copy.h"
#include "tests/unit/phrases.h"
#include "trace/boottrace_rules.h"

TRACE_SITE(site, "a static annotation");

/* The linker's names for the ends of the section. */
extern struct trace_site __start_trace_sites[];
extern struct trace_site __stop_trace_sites[];

static const struct trace_arena_config shape = {
    .cpus = 2,
    .capacity = {4, 3, 2, 1},
    .names = 32,
    .names_text = 2048,
    .tasks = 8,
};

static struct trace_tracer tracer;
static struct boottrace boottrace;
static struct trace_usage usage;
static uint64_t clock_now;

static uint64_t now(void)
{
    return clock_now++;
}

static struct boottrace_source source(void)
{
    return (struct boottrace_source){&tracer.cpu[0], now, &usage};
}

static uint16_t intern(const char *text)
{
    return trace_names_intern(trace_arena_names(tracer.arena), text, strlen(text));
}

static void start_with(const struct trace_arena_config *config)
{
    struct trace_arena *arena = arena_of(config);
    trace_tracer_start(&tracer, arena, __start_trace_sites, __stop_trace_sites);
    boottrace = (struct boottrace){&tracer, true, true, true};
    boottrace_obey(&boottrace);
    tracer.cpu[0].task =
        trace_tasks_add(trace_arena_tasks(arena),
                        &(struct trace_task){.pid = 7, .name = intern("sh"), .parent = 3});
    clock_now = 100;
    usage = (struct trace_usage){1, 2, 3};
}

static int start(void **state)
{
    (void)state;
    start_with(&shape);
    return 0;
}

static int end(void **state)
{
    (void)state;
    free(tracer.arena);
    return 0;
}

static enum boottrace_status user_bytes(const char *text, size_t length)
{
    struct boottrace_source from = source();
    char *exact = exact_copy(text, length);
    enum boottrace_status status = boottrace_user(&boottrace, &from, exact, length);
    free(exact);
    return status;
}

static enum boottrace_status user(const char *text)
{
    return user_bytes(text, strlen(text));
}

static enum boottrace_status kernel(const char *text)
{
    struct boottrace_source from = source();
    return boottrace_kernel(&boottrace, &from, text, strlen(text));
}

static enum boottrace_status program(const char *text)
{
    struct boottrace_source from = source();
    return boottrace_program(&boottrace, &from, text, strlen(text));
}

static struct trace_books books(enum trace_table_id id)
{
    const struct trace_table *table = trace_arena_table(tracer.arena, 0, id);
    return trace_table_books(table, trace_arena_filter(tracer.arena, 0, id),
                             trace_table_range(table));
}

static struct trace_record record_at(enum trace_table_id id, uint64_t number)
{
    struct trace_record record = {0};
    struct trace_usage of_record;
    assert_int_equal(
        trace_table_read(trace_arena_table(tracer.arena, 0, id), number, &record, &of_record),
        TRACE_READ_OK);
    return record;
}

static void expect_name(uint32_t id, const char *text, size_t length)
{
    struct trace_name name = trace_names_get(trace_arena_names(tracer.arena), id);
    assert_non_null(name.text);
    assert_int_equal(name.length, length);
    assert_memory_equal(name.text, text, length);
}

static struct trace_task task_of(const struct trace_record *record)
{
    assert_true(record->task < trace_arena_tasks(tracer.arena)->count);
    return trace_arena_tasks(tracer.arena)->task[record->task];
}

static void expect(uint64_t number, const char *process, const char *event)
{
    struct trace_record record = record_at(TRACE_TABLE_BOOT, number);
    expect_name(record.name, event, strlen(event));
    expect_name(task_of(&record).name, process, strlen(process));
    assert_int_equal(task_of(&record).pid, 7);
}

/* --- Texts --------------------------------------------------------------------------------- */

static void splits(const char *text, const char *process, const char *event)
{
    struct boottrace_text parts = boottrace_split(text, strlen(text));
    assert_int_equal(parts.process_length, strlen(process));
    assert_memory_equal(parts.process_length == 0 ? process : parts.process, process,
                        strlen(process));
    assert_int_equal(parts.length, strlen(event));
    assert_memory_equal(parts.event, event, strlen(event));
}

static void what_stands_before_the_first_colon_is_the_process(void **state)
{
    (void)state;
    splits("init:multi-user start", "init", "multi-user start");
    splits("a:b:c", "a", "b:c");
    splits("a::b", "a", ":b");
    splits("init(8): start rc.shutdown", "init(8)", "start rc.shutdown");
    splits("/etc/rc.d/netif:start", "/etc/rc.d/netif", "start");
    splits("gr\xc3\xbcn:\xe6\x97\xa5", "gr\xc3\xbcn", "\xe6\x97\xa5");
}

static void without_a_colon_all_of_it_is_the_event(void **state)
{
    (void)state;
    splits("multi-user start", "", "multi-user start");
    splits("x", "", "x");
    splits("", "", "");
}

static void an_empty_process_is_one_that_is_not_named(void **state)
{
    (void)state;
    splits(":bar", "", "bar");
    splits("::bar", "", ":bar");
    splits(":", "", "");
    splits("foo:", "foo", "");
}

static void a_process_has_no_blanks_and_no_control_characters(void **state)
{
    (void)state;
    splits("two words:event", "", "two words:event");
    splits(" a:event", "", "a:event");
    splits("a :event", "", "a :event");
    splits("a\tb:event", "", "a\tb:event");
    splits("a\x1b[1m:event", "", "a\x1b[1m:event");
    splits("a\x7f:event", "", "a\x7f:event");
}

static void the_time_of_day_is_no_process(void **state)
{
    (void)state;
    splits("Shutdown at Thu Nov 24 18:22:48 2022\n", "", "Shutdown at Thu Nov 24 18:22:48 2022");
}

static void one_newline_at_the_end_and_blanks_before_the_event_are_no_part_of_it(void **state)
{
    (void)state;
    splits("a:b\n", "a", "b");
    splits("a:b\n\n", "a", "b\n");
    splits("a:\nb", "a", "\nb");
    splits("a:   b ", "a", "b ");
    splits("   b ", "", "b ");
    splits("a:   ", "a", "");
    splits("\n", "", "");
    splits("a:\n", "a", "");
}

static void a_process_has_23_bytes_and_a_longer_one_is_a_part_of_the_event(void **state)
{
    (void)state;
    splits("12345678901234567890123:e", "12345678901234567890123", "e");
    splits("123456789012345678901234:e", "", "123456789012345678901234:e");
    splits("1234567890123456789012:e", "1234567890123456789012", "e");
}

static void an_event_has_1_to_255_bytes(void **state)
{
    (void)state;
    char text[300];
    memset(text, 'e', sizeof text);
    memcpy(text, "sh:", 3);
    assert_int_equal(user_bytes(text, 3 + 1), BOOTTRACE_OK);
    assert_int_equal(user_bytes(text, 3 + 254), BOOTTRACE_OK);
    assert_int_equal(user_bytes(text, 3 + 255), BOOTTRACE_OK);
    assert_int_equal(user_bytes(text, 3 + 256), BOOTTRACE_BAD_TEXT);
    assert_int_equal(user_bytes(text, 3), BOOTTRACE_BAD_TEXT);
    assert_int_equal(user_bytes(text, 0), BOOTTRACE_BAD_TEXT);
    assert_int_equal(user("\n"), BOOTTRACE_BAD_TEXT);
    assert_int_equal(user(":"), BOOTTRACE_BAD_TEXT);
    expect_name(record_at(TRACE_TABLE_BOOT, 2).name, text + 3, 255);
    assert_int_equal(books(TRACE_TABLE_BOOT).emitted, 3); /* a bad text is not counted */
}

static void control_characters_are_kept_as_they_are(void **state)
{
    (void)state;
    assert_int_equal(user("sh:a\tb\x1b[2Jc\x01"), BOOTTRACE_OK);
    expect(0, "sh", "a\tb\x1b[2Jc\x01");
    assert_int_equal(user_bytes("n\0l", 3), BOOTTRACE_OK);
    expect_name(record_at(TRACE_TABLE_BOOT, 1).name, "n\0l", 3);
}

/* --- Statuses ------------------------------------------------------------------------------ */

static void every_status_has_a_phrase_of_its_own(void **state)
{
    (void)state;
    assert_phrases(boottrace_status_str, enum boottrace_status, BOOTTRACE_LOST);
}

static void a_full_table_says_that_the_event_is_lost_and_counts_it(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 4; i++)
        assert_int_equal(user("e"), BOOTTRACE_OK);
    uint32_t names = trace_arena_names(tracer.arena)->count;
    uint32_t tasks = trace_arena_tasks(tracer.arena)->count;
    assert_int_equal(user("other:new name"), BOOTTRACE_LOST);
    assert_int_equal(kernel("a newer name"), BOOTTRACE_LOST);
    assert_int_equal(program("the newest name"), BOOTTRACE_LOST);
    assert_int_equal(books(TRACE_TABLE_BOOT).kept, 4);
    assert_int_equal(books(TRACE_TABLE_BOOT).dropped, 3);
    assert_int_equal(trace_arena_names(tracer.arena)->count, names); /* lost events cost none */
    assert_int_equal(trace_arena_tasks(tracer.arena)->count, tasks);
}

static void a_table_that_keeps_the_last_loses_nothing_new(void **state)
{
    (void)state;
    trace_tracer_enter(&tracer, TRACE_PHASE_MULTI_USER, now());
    for (uint32_t i = 0; i < 5; i++)
        assert_int_equal(user("e"), BOOTTRACE_OK);
    assert_int_equal(books(TRACE_TABLE_RUN).kept, 3);
    assert_int_equal(books(TRACE_TABLE_RUN).overwritten, 2);
}

static void the_event_has_the_usage_of_its_source(void **state)
{
    (void)state;
    struct trace_record record;
    struct trace_usage kept;
    assert_int_equal(program("e"), BOOTTRACE_OK);
    assert_int_equal(
        trace_table_read(trace_arena_table(tracer.arena, 0, TRACE_TABLE_BOOT), 0, &record, &kept),
        TRACE_READ_OK);
    assert_memory_equal(&kept, &usage, sizeof usage);
    assert_int_equal(record.tsc, 100);
}

static void nobody_hears_of_a_text_of_the_kernel_so_one_too_long_still_is_an_event(void **state)
{
    (void)state;
    char text[TRACE_NAME_LENGTH_MAX + 2] = {0};
    memset(text, 'k', TRACE_NAME_LENGTH_MAX + 1);
    assert_int_equal(kernel(text), BOOTTRACE_OK);
    assert_int_equal(program(text), BOOTTRACE_OK);
    expect(0, "sh", "(name refused)");
    expect(1, "sh", "(name refused)");
    assert_int_equal(trace_arena_names(tracer.arena)->refused, 2);
}

/* --- Switches ------------------------------------------------------------------------------ */

static void each_switch_turns_its_own_events_away(void **state)
{
    (void)state;
    boottrace.dotrace_user = false;
    boottrace_obey(&boottrace);
    assert_int_equal(user("e"), BOOTTRACE_NOT_TRACED);
    assert_int_equal(program("e"), BOOTTRACE_NOT_TRACED);
    assert_int_equal(kernel("e"), BOOTTRACE_OK);
    boottrace.dotrace_user = true;
    boottrace.dotrace_kernel = false;
    boottrace_obey(&boottrace);
    assert_int_equal(user("e"), BOOTTRACE_OK);
    assert_int_equal(kernel("e"), BOOTTRACE_NOT_TRACED);
    boottrace.enabled = false;
    boottrace_obey(&boottrace);
    assert_int_equal(user("e"), BOOTTRACE_DISABLED);
    assert_int_equal(program("e"), BOOTTRACE_DISABLED);
    assert_int_equal(kernel("e"), BOOTTRACE_DISABLED);
    boottrace.enabled = boottrace.dotrace_kernel = true;
    boottrace_obey(&boottrace);
    assert_int_equal(kernel("e"), BOOTTRACE_OK);
    assert_int_equal(books(TRACE_TABLE_BOOT).kept, 3);
    assert_int_equal(books(TRACE_TABLE_BOOT).filtered, 6);
    assert_int_equal(books(TRACE_TABLE_BOOT).emitted, 9);
}

static void annotate(void)
{
    trace_cpu_record_now(&tracer.cpu[0], tracer.cpu[0].annotations, &site, now);
}

static void static_annotations_of_the_kernel_obey_too(void **state)
{
    (void)state;
    annotate();
    boottrace.dotrace_kernel = false;
    boottrace_obey(&boottrace);
    annotate();
    boottrace.dotrace_kernel = true;
    boottrace.enabled = false;
    boottrace_obey(&boottrace);
    annotate();
    boottrace.enabled = true;
    boottrace_obey(&boottrace);
    annotate();
    assert_int_equal(books(TRACE_TABLE_BOOT).kept, 2);
    assert_int_equal(books(TRACE_TABLE_BOOT).filtered, 2);
}

static void where_static_sites_are_off_the_kernels_annotations_are(void **state)
{
    (void)state;
    trace_tracer_switch(&tracer, (struct trace_switches){.sites = false});
    boottrace_obey(&boottrace);
    assert_int_equal(kernel("e"), BOOTTRACE_NOT_TRACED);
    assert_int_equal(user("e"), BOOTTRACE_OK);
}

static void what_is_turned_away_is_counted_where_it_would_have_stood(void **state)
{
    (void)state;
    boottrace.enabled = false;
    boottrace_obey(&boottrace);
    trace_tracer_enter(&tracer, TRACE_PHASE_SHUTDOWN, now());
    assert_int_equal(user("e"), BOOTTRACE_DISABLED);
    assert_int_equal(books(TRACE_TABLE_BOOT).filtered, 0);
    assert_int_equal(books(TRACE_TABLE_SHUTDOWN).filtered, 1);
}

static void a_bad_text_is_bad_even_while_nothing_is_traced(void **state)
{
    (void)state;
    boottrace.enabled = false;
    boottrace_obey(&boottrace);
    assert_int_equal(user(""), BOOTTRACE_BAD_TEXT);
    assert_int_equal(books(TRACE_TABLE_BOOT).emitted, 0);
}

/* --- Writers under another name ------------------------------------------------------------ */

static void the_process_is_the_writer_unless_it_is_named(void **state)
{
    (void)state;
    assert_int_equal(user("one"), BOOTTRACE_OK);
    assert_int_equal(user(":two"), BOOTTRACE_OK);
    assert_int_equal(user("sh:three"), BOOTTRACE_OK);
    assert_int_equal(user("netif:four"), BOOTTRACE_OK);
    expect(0, "sh", "one");
    expect(1, "sh", "two");
    expect(2, "sh", "three");
    expect(3, "netif", "four");
    assert_int_equal(record_at(TRACE_TABLE_BOOT, 2).task, tracer.cpu[0].task);
}

static void another_name_is_one_task_with_the_writers_pid_and_parent(void **state)
{
    (void)state;
    assert_int_equal(user("netif:a"), BOOTTRACE_OK);
    assert_int_equal(user("sshd:b"), BOOTTRACE_OK);
    assert_int_equal(user("netif:c"), BOOTTRACE_OK);
    struct trace_record first = record_at(TRACE_TABLE_BOOT, 0);
    assert_int_equal(record_at(TRACE_TABLE_BOOT, 2).task, first.task);
    assert_int_not_equal(record_at(TRACE_TABLE_BOOT, 1).task, first.task);
    assert_int_equal(task_of(&first).pid, 7);
    assert_int_equal(task_of(&first).parent, 3);
    assert_int_equal(trace_arena_tasks(tracer.arena)->count, 4);
}

static void the_same_name_of_another_process_is_another_task(void **state)
{
    (void)state;
    assert_int_equal(user("netif:a"), BOOTTRACE_OK);
    tracer.cpu[0].task = trace_tasks_add(trace_arena_tasks(tracer.arena),
                                         &(struct trace_task){.pid = 8, .name = intern("sh")});
    assert_int_equal(user("netif:a"), BOOTTRACE_OK);
    struct trace_record second = record_at(TRACE_TABLE_BOOT, 1);
    assert_int_not_equal(second.task, record_at(TRACE_TABLE_BOOT, 0).task);
    assert_int_equal(task_of(&second).pid, 8);
}

static void where_tasks_are_full_the_event_has_its_writers_name(void **state)
{
    (void)state;
    struct trace_tasks *tasks = trace_arena_tasks(tracer.arena);
    while (trace_tasks_add(tasks, &(struct trace_task){.pid = 1}) != 0)
        continue;
    assert_int_equal(user("netif:a"), BOOTTRACE_OK);
    expect(0, "sh", "a");
    assert_int_equal(tasks->refused, 2);
}

static void nobody_writes_under_no_name(void **state)
{
    (void)state;
    tracer.cpu[0].task = 0;
    assert_int_equal(user("netif:a"), BOOTTRACE_OK);
    assert_int_equal(record_at(TRACE_TABLE_BOOT, 0).task, 0);
}

/* --- Full names ---------------------------------------------------------------------------- */

static void fill_names(void)
{
    char name[] = "n00";
    for (int i = 0; i < 64; i++, name[1] = (char)('0' + i / 10), name[2] = (char)('0' + i % 10))
        (void)intern(name);
    assert_int_equal(intern("no room"), TRACE_NAME_REFUSED);
}

static void where_names_are_full_the_event_stays_with_its_time_and_writer(void **state)
{
    (void)state;
    fill_names();
    uint64_t refused = trace_arena_names(tracer.arena)->refused;
    assert_int_equal(user("sh:a new event"), BOOTTRACE_OK);
    assert_int_equal(user("n05"), BOOTTRACE_OK); /* known */
    expect(0, "sh", "(name refused)");
    expect(1, "sh", "n05");
    assert_int_equal(trace_arena_names(tracer.arena)->refused, refused + 1);
}

static void all_processes_that_names_have_no_room_for_are_one_task(void **state)
{
    (void)state;
    fill_names();
    assert_int_equal(user("netif:n05"), BOOTTRACE_OK);
    assert_int_equal(user("sshd:n05"), BOOTTRACE_OK);
    expect(0, "(name refused)", "n05");
    assert_int_equal(record_at(TRACE_TABLE_BOOT, 1).task, record_at(TRACE_TABLE_BOOT, 0).task);
    assert_int_equal(trace_arena_tasks(tracer.arena)->count, 3);
}

/* --- Reset --------------------------------------------------------------------------------- */

static void fill_all_tables(void)
{
    static const enum trace_phase phases[] = {TRACE_PHASE_KERNEL, TRACE_PHASE_MULTI_USER,
                                              TRACE_PHASE_SHUTDOWN};
    for (uint32_t i = 0; i < TRACE_PHASE_TABLES; i++) {
        trace_tracer_enter(&tracer, phases[i], now());
        for (uint32_t k = 0; k < 6; k++)
            (void)user("e");
        boottrace.dotrace_user = false;
        (void)user("e");
        boottrace.dotrace_user = true;
    }
}

static void a_reset_empties_the_three_tables_and_begins_their_books_anew(void **state)
{
    (void)state;
    fill_all_tables();
    trace_cpu_record_now(&tracer.cpu[0], tracer.cpu[0].tslog, &site, now);
    boottrace_reset(&boottrace);
    for (uint32_t i = 0; i < TRACE_PHASE_TABLES; i++)
        assert_int_equal(books((enum trace_table_id)i).emitted, 0);
    assert_int_equal(books(TRACE_TABLE_TSLOG).kept, 1); /* is none of them */
}

static void a_reset_leaves_the_phase_and_the_switches(void **state)
{
    (void)state;
    boottrace.dotrace_kernel = false;
    boottrace_obey(&boottrace);
    boottrace_reset(&boottrace);
    assert_int_equal(tracer.arena->phase, TRACE_PHASE_KERNEL);
    assert_int_equal(user("e"), BOOTTRACE_OK);
    assert_int_equal(kernel("e"), BOOTTRACE_NOT_TRACED);
    assert_int_equal(books(TRACE_TABLE_BOOT).kept, 1);
    assert_int_equal(books(TRACE_TABLE_BOOT).filtered, 1);
}

static void after_a_reset_a_table_has_all_its_room_again(void **state)
{
    (void)state;
    fill_all_tables();
    for (uint32_t round = 0; round < 5; round++) {
        boottrace_reset(&boottrace);
        assert_int_equal(user("a"), BOOTTRACE_OK);
        assert_int_equal(user("b"), BOOTTRACE_OK);
        assert_int_equal(user("c"), BOOTTRACE_LOST);
        assert_int_equal(books(TRACE_TABLE_SHUTDOWN).kept, 2);
        assert_int_equal(books(TRACE_TABLE_SHUTDOWN).dropped, 1);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_stands_before_the_first_colon_is_the_process),
        TEST(without_a_colon_all_of_it_is_the_event),
        TEST(an_empty_process_is_one_that_is_not_named),
        TEST(a_process_has_no_blanks_and_no_control_characters),
        TEST(the_time_of_day_is_no_process),
        TEST(one_newline_at_the_end_and_blanks_before_the_event_are_no_part_of_it),
        TEST(a_process_has_23_bytes_and_a_longer_one_is_a_part_of_the_event),
        TEST(an_event_has_1_to_255_bytes),
        TEST(control_characters_are_kept_as_they_are),
        TEST(every_status_has_a_phrase_of_its_own),
        TEST(a_full_table_says_that_the_event_is_lost_and_counts_it),
        TEST(a_table_that_keeps_the_last_loses_nothing_new),
        TEST(the_event_has_the_usage_of_its_source),
        TEST(nobody_hears_of_a_text_of_the_kernel_so_one_too_long_still_is_an_event),
        TEST(each_switch_turns_its_own_events_away),
        TEST(static_annotations_of_the_kernel_obey_too),
        TEST(where_static_sites_are_off_the_kernels_annotations_are),
        TEST(what_is_turned_away_is_counted_where_it_would_have_stood),
        TEST(a_bad_text_is_bad_even_while_nothing_is_traced),
        TEST(the_process_is_the_writer_unless_it_is_named),
        TEST(another_name_is_one_task_with_the_writers_pid_and_parent),
        TEST(the_same_name_of_another_process_is_another_task),
        TEST(where_tasks_are_full_the_event_has_its_writers_name),
        TEST(nobody_writes_under_no_name),
        TEST(where_names_are_full_the_event_stays_with_its_time_and_writer),
        TEST(all_processes_that_names_have_no_room_for_are_one_task),
        TEST(a_reset_empties_the_three_tables_and_begins_their_books_anew),
        TEST(a_reset_leaves_the_phase_and_the_switches),
        TEST(after_a_reset_a_table_has_all_its_room_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
