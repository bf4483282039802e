/* The tracer and the arena: sites, phases, the switch, moving house, and time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/arena_of.h"
#include "trace/tracer.h"

TRACE_SITE(site_alpha, "alpha");
TRACE_SITE(site_beta, "beta");
TRACE_SITE(site_alpha_again, "alpha");

/* The linker's names for the ends of the section. */
extern struct trace_site __start_trace_sites[];
extern struct trace_site __stop_trace_sites[];

static const struct trace_arena_config small_shape = {
    .cpus = 2,
    .capacity = {4, 3, 2},
    .names = 8,
    .names_text = 64,
    .tasks = 4,
};
static const struct trace_arena_config large_shape = {
    .cpus = 3,
    .capacity = {40, 30, 20},
    .names = 80,
    .names_text = 640,
    .tasks = 40,
};

static void record_site(struct trace_cpu *cpu, const struct trace_site *site, uint64_t tsc)
{
    trace_cpu_record_at(cpu, cpu->sites, site, tsc);
}

static uint16_t add_task(struct trace_arena *arena, uint32_t pid, uint16_t name)
{
    return trace_tasks_add(trace_arena_tasks(arena),
                           &(struct trace_task){.pid = pid, .name = name});
}

/* What was provisional turns out not to be wanted. */
static void switch_off(struct trace_tracer *tracer)
{
    trace_tracer_switch(tracer, (struct trace_switches){false, false, false});
    trace_tracer_reset(tracer, TRACE_TABLE_BOOT, true);
}

static struct trace_tracer *tracer_of(struct trace_arena *arena)
{
    struct trace_tracer *tracer = calloc(1, sizeof *tracer);
    assert_non_null(tracer);
    trace_tracer_start(tracer, arena, __start_trace_sites, __stop_trace_sites);
    return tracer;
}

static struct trace_books books_of(struct trace_arena *arena, uint32_t cpu, enum trace_table_id id)
{
    const struct trace_table *table = trace_arena_table(arena, cpu, id);
    return trace_table_books(table, trace_arena_filter(arena, cpu, id), trace_table_range(table));
}

static void expect_books(struct trace_arena *arena, uint32_t cpu, enum trace_table_id id,
                         struct trace_books wanted)
{
    struct trace_books books = books_of(arena, cpu, id);
    assert_int_equal(books.emitted, wanted.emitted);
    assert_int_equal(books.kept, wanted.kept);
    assert_int_equal(books.overwritten, wanted.overwritten);
    assert_int_equal(books.dropped, wanted.dropped);
    assert_int_equal(books.filtered, wanted.filtered);
}

static void expect_event(struct trace_arena *arena, uint32_t cpu, enum trace_table_id id,
                         uint64_t number, uint64_t tsc, uint32_t name, uint32_t task)
{
    struct trace_record record;
    struct trace_usage usage;
    assert_int_equal(trace_table_read(trace_arena_table(arena, cpu, id), number, &record, &usage),
                     TRACE_READ_OK);
    assert_int_equal(record.tsc, tsc);
    assert_int_equal(record.name, name);
    assert_int_equal(record.task, task);
}

/* --- The arena -------------------------------------------------------------------------- */

static void every_part_of_an_arena_has_its_own_memory(void **state)
{
    (void)state;
    struct trace_arena *arena = arena_of(&small_shape);
    struct trace_usage usage = {1, 2, 3};
    while (trace_names_intern(trace_arena_names(arena),
                              (const char[]){'n', (char)trace_arena_names(arena)->count},
                              2) != TRACE_NAME_REFUSED)
        continue;
    while (add_task(arena, 1, 2) != 0)
        continue;
    for (uint32_t cpu = 0; cpu < arena->cpus; cpu++)
        for (uint32_t t = 0; t < TRACE_TABLES; t++) {
            enum trace_table_id id = (enum trace_table_id)t;
            struct trace_table *table = trace_arena_table(arena, cpu, id);
            assert_int_equal((uintptr_t)table % 64, 0);
            for (uint32_t i = 0; i < table->slots; i++)
                trace_table_record_usage(table, 100 * cpu + 10 * t + i, 2, 1, &usage);
            trace_table_record(trace_arena_filter(arena, cpu, id), 0, 0, 0);
        }
    for (uint32_t cpu = 0; cpu < arena->cpus; cpu++)
        for (uint32_t t = 0; t < TRACE_TABLES; t++) {
            enum trace_table_id id = (enum trace_table_id)t;
            const struct trace_table *table = trace_arena_table(arena, cpu, id);
            struct trace_range range = trace_table_range(table);
            assert_int_equal(range.end - range.first, small_shape.capacity[t]);
            for (uint64_t n = range.first; n < range.end; n++)
                expect_event(arena, cpu, id, n, 100 * cpu + 10 * t + n, 2, 1);
            assert_int_equal(books_of(arena, cpu, id).filtered, 1);
        }
    assert_int_equal(trace_names_get(trace_arena_names(arena), 2).length, 2);
    assert_int_equal(arena->size, trace_arena_size(&small_shape));
    assert_memory_equal(arena->magic, "FLTRACE1", 8);
    free(arena);
}

static void every_phase_has_a_table_and_a_name(void **state)
{
    (void)state;
    assert_int_equal(trace_phase_table(TRACE_PHASE_KERNEL), TRACE_TABLE_BOOT);
    assert_int_equal(trace_phase_table(TRACE_PHASE_INIT), TRACE_TABLE_BOOT);
    assert_int_equal(trace_phase_table(TRACE_PHASE_RC), TRACE_TABLE_BOOT);
    assert_int_equal(trace_phase_table(TRACE_PHASE_MULTI_USER), TRACE_TABLE_RUN);
    assert_int_equal(trace_phase_table(TRACE_PHASE_SHUTDOWN), TRACE_TABLE_SHUTDOWN);
    assert_string_equal(trace_phase_name(TRACE_PHASE_MULTI_USER), "multi-user");
    assert_string_equal(trace_phase_name((enum trace_phase)TRACE_PHASES), "unknown");
    assert_string_equal(trace_table_name(TRACE_TABLE_SHUTDOWN), "shutdown");
    assert_string_equal(trace_table_name((enum trace_table_id)TRACE_TABLES), "unknown");
    assert_string_equal(trace_clock_method_name(TRACE_CLOCK_PIT), "PIT");
    assert_string_equal(trace_clock_method_name(TRACE_CLOCK_UNKNOWN), "unknown");
    assert_string_equal(trace_clock_method_name((enum trace_clock_method)5), "unknown");
}

/* --- Sites ------------------------------------------------------------------------------ */

static void a_site_gets_the_id_of_its_name(void **state)
{
    (void)state;
    struct trace_arena *arena = arena_of(&small_shape);
    struct trace_tracer *tracer = tracer_of(arena);
    assert_int_equal(__stop_trace_sites - __start_trace_sites, 3);
    struct trace_name name = trace_names_get(trace_arena_names(arena), site_beta.id);
    assert_int_equal(name.length, 4);
    assert_memory_equal(name.text, "beta", 4);
    assert_int_equal(site_alpha.id, site_alpha_again.id);
    assert_int_not_equal(site_alpha.id, site_beta.id);
    free(tracer);
    free(arena);
}

static void a_site_that_the_pool_refuses_says_so_in_its_events(void **state)
{
    (void)state;
    struct trace_arena_config shape = small_shape;
    shape.names = 3;
    struct trace_arena *arena = arena_of(&shape);
    struct trace_tracer *tracer = tracer_of(arena);
    uint32_t refused = 0;
    for (const struct trace_site *site = __start_trace_sites; site < __stop_trace_sites; site++)
        refused += site->id == TRACE_NAME_REFUSED;
    assert_in_range(refused, 1, 2);
    assert_int_equal(trace_arena_names(arena)->refused, refused);
    free(tracer);
    free(arena);
}

static void an_event_of_a_site_says_when_who_and_where(void **state)
{
    (void)state;
    struct trace_arena *arena = arena_of(&small_shape);
    struct trace_tracer *tracer = tracer_of(arena);
    tracer->cpu[1].task = 3;
    record_site(&tracer->cpu[0], &site_alpha, 1000);
    record_site(&tracer->cpu[1], &site_beta, 2000);
    expect_event(arena, 0, TRACE_TABLE_BOOT, 0, 1000, site_alpha.id, 0);
    expect_event(arena, 1, TRACE_TABLE_BOOT, 0, 2000, site_beta.id, 3);
    assert_int_equal(tracer->cpu[1].number, 1);
    free(tracer);
    free(arena);
}

/* --- Phases ----------------------------------------------------------------------------- */

static void each_phase_sends_events_to_its_table_on_every_cpu(void **state)
{
    (void)state;
    struct trace_arena *arena = arena_of(&large_shape);
    struct trace_tracer *tracer = tracer_of(arena);
    for (uint32_t p = TRACE_PHASE_KERNEL; p < TRACE_PHASES; p++) {
        if (p > TRACE_PHASE_KERNEL)
            trace_tracer_enter(tracer, (enum trace_phase)p, 100 + p);
        for (uint32_t cpu = 0; cpu < arena->cpus; cpu++)
            record_site(&tracer->cpu[cpu], &site_alpha, 1000 + p);
    }
    for (uint32_t cpu = 0; cpu < arena->cpus; cpu++) {
        for (uint64_t n = 0; n < 3; n++)
            expect_event(arena, cpu, TRACE_TABLE_BOOT, n, 1000 + n, site_alpha.id, 0);
        expect_event(arena, cpu, TRACE_TABLE_RUN, 0, 1003, site_alpha.id, 0);
        expect_event(arena, cpu, TRACE_TABLE_SHUTDOWN, 0, 1004, site_alpha.id, 0);
    }
    for (uint32_t p = TRACE_PHASE_INIT; p < TRACE_PHASES; p++)
        assert_int_equal(arena->phase_tsc[p], 100 + p);
    free(tracer);
    free(arena);
}

static void a_phase_begins_once_and_never_comes_back(void **state)
{
    (void)state;
    struct trace_arena *arena = arena_of(&small_shape);
    struct trace_tracer *tracer = tracer_of(arena);
    trace_tracer_enter(tracer, TRACE_PHASE_RC, 10);
    trace_tracer_enter(tracer, TRACE_PHASE_RC, 11);
    trace_tracer_enter(tracer, TRACE_PHASE_INIT, 12);
    assert_int_equal(arena->phase, TRACE_PHASE_RC);
    assert_int_equal(arena->phase_tsc[TRACE_PHASE_RC], 10);
    assert_int_equal(arena->phase_tsc[TRACE_PHASE_INIT], 0);
    trace_tracer_enter(tracer, TRACE_PHASE_SHUTDOWN, 20);
    trace_tracer_enter(tracer, TRACE_PHASE_MULTI_USER, 30);
    record_site(&tracer->cpu[0], &site_alpha, 31);
    expect_event(arena, 0, TRACE_TABLE_SHUTDOWN, 0, 31, site_alpha.id, 0);
    assert_int_equal(arena->phase_tsc[TRACE_PHASE_MULTI_USER], 0);
    free(tracer);
    free(arena);
}

static void boot_and_shutdown_keep_the_first_events_and_run_the_last(void **state)
{
    (void)state;
    struct trace_arena *arena = arena_of(&small_shape);
    struct trace_tracer *tracer = tracer_of(arena);
    const enum trace_phase phases[] = {TRACE_PHASE_KERNEL, TRACE_PHASE_MULTI_USER,
                                       TRACE_PHASE_SHUTDOWN};
    for (size_t p = 0; p < 3; p++) {
        trace_tracer_enter(tracer, phases[p], 1);
        for (uint64_t i = 0; i < 10; i++)
            record_site(&tracer->cpu[0], &site_beta, 100 + i);
    }
    expect_books(arena, 0, TRACE_TABLE_BOOT,
                 (struct trace_books){.emitted = 10, .kept = 4, .dropped = 6});
    expect_books(arena, 0, TRACE_TABLE_RUN,
                 (struct trace_books){.emitted = 10, .kept = 3, .overwritten = 7});
    expect_books(arena, 0, TRACE_TABLE_SHUTDOWN,
                 (struct trace_books){.emitted = 10, .kept = 2, .dropped = 8});
    expect_event(arena, 0, TRACE_TABLE_BOOT, 3, 103, site_beta.id, 0);
    expect_event(arena, 0, TRACE_TABLE_RUN, 7, 107, site_beta.id, 0);
    expect_event(arena, 0, TRACE_TABLE_SHUTDOWN, 1, 101, site_beta.id, 0);
    free(tracer);
    free(arena);
}

/* --- Moving ----------------------------------------------------------------------------- */

/* A tracer on the arena, with something of everything. */
static struct trace_tracer *furnished(struct trace_arena *arena)
{
    struct trace_tracer *tracer = tracer_of(arena);
    arena->clock = (struct trace_clock){.tsc_hz = 123, .method = TRACE_CLOCK_PIT};
    memset(arena->build_id, 0xb1, sizeof arena->build_id);
    (void)trace_names_intern(trace_arena_names(arena), "gamma", 5);
    (void)add_task(arena, 77, site_beta.id);
    arena->phase_tsc[TRACE_PHASE_KERNEL] = 5;
    arena->phase = TRACE_PHASE_RC;
    tracer->cpu[0].task = 1;
    for (uint64_t i = 0; i < 6; i++) /* two more than the table keeps */
        record_site(&tracer->cpu[0], &site_alpha, 100 + i);
    struct trace_usage usage = {8, 9, 10};
    trace_table_record_usage(tracer->cpu[1].table, 200, site_beta.id, 1, &usage);
    return tracer;
}

static void moving_to_a_larger_arena_keeps_everything(void **state)
{
    (void)state;
    struct trace_arena *old = arena_of(&small_shape);
    struct trace_arena *new = arena_of(&large_shape);
    struct trace_tracer *tracer = furnished(old);
    trace_tracer_move(tracer, new);

    assert_ptr_equal(tracer->arena, new);
    assert_int_equal(new->clock.tsc_hz, 123);
    assert_int_equal(new->clock.method, TRACE_CLOCK_PIT);
    assert_memory_equal(new->build_id, old->build_id, sizeof new->build_id);
    assert_int_equal(new->phase_tsc[TRACE_PHASE_KERNEL], 5);
    assert_int_equal(new->phase, TRACE_PHASE_RC);
    struct trace_name name = trace_names_get(trace_arena_names(new), site_beta.id);
    assert_int_equal(name.length, 4);
    assert_memory_equal(name.text, "beta", 4);
    assert_int_equal(trace_arena_names(new)->count, trace_arena_names(old)->count);
    assert_int_equal(trace_arena_tasks(new)->task[1].pid, 77);

    for (uint64_t n = 0; n < 4; n++)
        expect_event(new, 0, TRACE_TABLE_BOOT, n, 100 + n, site_alpha.id, 1);
    expect_books(new, 0, TRACE_TABLE_BOOT,
                 (struct trace_books){.emitted = 6, .kept = 4, .dropped = 2});
    struct trace_record record;
    struct trace_usage usage;
    assert_int_equal(
        trace_table_read(trace_arena_table(new, 1, TRACE_TABLE_BOOT), 0, &record, &usage),
        TRACE_READ_OK);
    assert_int_equal(usage.cpu_ns, 8);
    assert_int_equal(usage.in_blocks, 9);
    assert_int_equal(usage.out_blocks, 10);

    memset(old, 0xee, (size_t)trace_arena_size(&small_shape)); /* nobody looks back */
    for (uint32_t cpu = 0; cpu < new->cpus; cpu++)
        record_site(&tracer->cpu[cpu], &site_beta, 300 + cpu);
    expect_event(new, 0, TRACE_TABLE_BOOT, 6, 300, site_beta.id, 1);
    expect_event(new, 1, TRACE_TABLE_BOOT, 1, 301, site_beta.id, 0);
    expect_event(new, 2, TRACE_TABLE_BOOT, 0, 302, site_beta.id, 0); /* a CPU that is new */
    free(tracer);
    free(old);
    free(new);
}

static void with_sites_switched_off_everything_is_counted_as_filtered(void **state)
{
    (void)state;
    struct trace_arena *old = arena_of(&small_shape);
    struct trace_arena *new = arena_of(&large_shape);
    struct trace_tracer *tracer = furnished(old);
    trace_tracer_move(tracer, new);
    switch_off(tracer);
    expect_books(new, 0, TRACE_TABLE_BOOT, (struct trace_books){.emitted = 6, .filtered = 6});
    record_site(&tracer->cpu[0], &site_alpha, 300);
    expect_books(new, 0, TRACE_TABLE_BOOT, (struct trace_books){.emitted = 7, .filtered = 7});

    trace_tracer_enter(tracer, TRACE_PHASE_MULTI_USER, 400);
    record_site(&tracer->cpu[0], &site_alpha, 401);
    trace_table_record(tracer->cpu[0].table, 402, site_beta.id, 0); /* not a static site */
    expect_books(new, 0, TRACE_TABLE_RUN,
                 (struct trace_books){.emitted = 2, .kept = 1, .filtered = 1});
    expect_event(new, 0, TRACE_TABLE_RUN, 0, 402, site_beta.id, 0);
    free(tracer);
    free(old);
    free(new);
}

static uint64_t now(void)
{
    return 500;
}

static void record_once(const struct trace_cpu *cpu, struct trace_once *once)
{
    trace_cpu_record_once(cpu, cpu->sites, &site_alpha, now, once);
}

static void what_is_recorded_once_is_there_once_however_often_it_is_tried(void **state)
{
    (void)state;
    struct trace_arena *arena = arena_of(&large_shape);
    struct trace_tracer *tracer = tracer_of(arena);
    struct trace_cpu *cpu = &tracer->cpu[0];
    struct trace_once once = {0}, other = {0};
    record_site(cpu, &site_alpha, 400); /* another one of that name, before */
    record_once(cpu, &once);
    record_site(cpu, &site_beta, 600);
    record_once(cpu, &once);
    trace_tracer_enter(tracer, TRACE_PHASE_SHUTDOWN, 700);
    record_once(cpu, &once);
    expect_event(arena, 0, TRACE_TABLE_BOOT, 1, 500, site_alpha.id, 0);
    expect_books(arena, 0, TRACE_TABLE_BOOT, (struct trace_books){.emitted = 3, .kept = 3});
    expect_books(arena, 0, TRACE_TABLE_SHUTDOWN, (struct trace_books){0});
    record_once(cpu, &other);
    expect_event(arena, 0, TRACE_TABLE_SHUTDOWN, 0, 500, site_alpha.id, 0);
    free(tracer);
    free(arena);
}

static void what_was_claimed_once_and_cut_off_is_not_recorded_again(void **state)
{
    (void)state;
    struct trace_arena *arena = arena_of(&small_shape);
    struct trace_tracer *tracer = tracer_of(arena);
    struct trace_cpu *cpu = &tracer->cpu[0];
    struct trace_once cut_off = {.table = cpu->sites, .from = 0}, full = {0};
    (void)trace_table_open(cpu->sites);
    record_site(cpu, &site_beta, 600);
    record_once(cpu, &cut_off);
    expect_books(arena, 0, TRACE_TABLE_BOOT,
                 (struct trace_books){.emitted = 2, .kept = 1, .dropped = 1});
    struct trace_once not_begun = {.table = cpu->sites, .from = 1};
    record_once(cpu, &not_begun);
    expect_event(arena, 0, TRACE_TABLE_BOOT, 2, 500, site_alpha.id, 0);
    record_site(cpu, &site_beta, 700);
    for (int i = 0; i < 2; i++)
        record_once(cpu, &full);
    expect_books(arena, 0, TRACE_TABLE_BOOT,
                 (struct trace_books){.emitted = 5, .kept = 3, .dropped = 2});
    free(tracer);
    free(arena);
}

static void a_second_move_forgets_nothing_that_was_filtered(void **state)
{
    (void)state;
    struct trace_arena *first = arena_of(&small_shape);
    struct trace_arena *second = arena_of(&large_shape);
    struct trace_arena *third = arena_of(&large_shape);
    struct trace_tracer *tracer = furnished(first);
    trace_tracer_move(tracer, second);
    switch_off(tracer);
    record_site(&tracer->cpu[0], &site_alpha, 300);
    trace_tracer_move(tracer, third);
    trace_tracer_switch(tracer, (struct trace_switches){true, true, true});
    record_site(&tracer->cpu[0], &site_alpha, 400);
    expect_books(third, 0, TRACE_TABLE_BOOT,
                 (struct trace_books){.emitted = 8, .kept = 1, .filtered = 7});
    free(tracer);
    free(first);
    free(second);
    free(third);
}

/* --- Clocks of CPUs ---------------------------------------------------------------------- */

static void the_clock_of_a_cpu_is_unknown_until_it_is_set_and_moves_along(void **state)
{
    (void)state;
    struct trace_arena *old = arena_of(&small_shape);
    struct trace_arena *new = arena_of(&large_shape);
    struct trace_tracer *tracer = tracer_of(old);
    for (uint32_t cpu = 0; cpu < TRACE_CPUS_MAX; cpu++) {
        struct trace_cpu_clock clock = trace_arena_cpu_clock(old, cpu);
        assert_int_equal(clock.known, 0);
        assert_int_equal(clock.offset, 0);
    }
    static const uint32_t cpus[] = {0, 1, TRACE_CPUS_MAX - 1};
    for (uint32_t i = 0; i < 3; i++)
        trace_arena_set_cpu_clock(old, cpus[i],
                                  &(struct trace_cpu_clock){.offset = INT64_MIN + i,
                                                            .uncertainty = UINT32_MAX - i,
                                                            .apic_id = 7 + i});
    trace_tracer_move(tracer, new);
    for (uint32_t i = 0; i < 3; i++) {
        struct trace_cpu_clock clock = trace_arena_cpu_clock(new, cpus[i]);
        assert_int_equal(clock.known, 1);
        assert_true(clock.offset == INT64_MIN + (int64_t)i);
        assert_int_equal(clock.uncertainty, UINT32_MAX - i);
        assert_int_equal(clock.apic_id, 7 + i);
    }
    assert_int_equal(trace_arena_cpu_clock(new, 2).known, 0);
    free(tracer);
    free(old);
    free(new);
}

static void no_offset_leads_out_of_what_a_time_can_be(void **state)
{
    (void)state;
    static const struct {
        uint64_t tsc;
        int64_t offset;
        uint64_t wanted;
    } cases[] = {
        {1000, 0, 1000},
        {1000, 24, 1024},
        {1000, -24, 976},
        {1000, -1000, 0},
        {1000, -1001, 0},
        {1000, INT64_MIN, 0},
        {1000, INT64_MAX, 1000 + (1ull << 63) - 1},
        {1ull << 63, INT64_MIN, 0},
        {UINT64_MAX, INT64_MIN, (1ull << 63) - 1},
        {1ull << 63, INT64_MAX, UINT64_MAX},
        {(1ull << 63) + 1, INT64_MAX, UINT64_MAX},
        {UINT64_MAX, INT64_MAX, UINT64_MAX},
        {UINT64_MAX - 24, 24, UINT64_MAX},
        {0, INT64_MIN, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_true(trace_time_corrected(cases[i].tsc, cases[i].offset) == cases[i].wanted);
}

/* --- Time ------------------------------------------------------------------------------- */

static uint64_t exact_ns(uint64_t cycles, uint64_t hz)
{
    __extension__ unsigned __int128 product = (unsigned __int128)cycles * 1000000000u;
    return (uint64_t)(product / hz);
}

static void cycles_become_nanoseconds_exactly(void **state)
{
    (void)state;
    const uint64_t most_hz = 1ull << 34;
    const uint64_t rates[] = {1,          2,          3,          1193182,     999999999,
                              1000000000, 1000000001, 2599999999, most_hz - 1, most_hz};
    for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++) {
        uint64_t hz = rates[i];
        uint64_t cycles[] = {0, 1, hz - 1, hz, hz + 1, 2 * hz - 1, 1000 * hz + 7, 18 * hz};
        for (size_t k = 0; k < sizeof cycles / sizeof cycles[0]; k++)
            assert_int_equal(trace_cycles_to_ns(cycles[k], hz), exact_ns(cycles[k], hz));
    }
    assert_int_equal(trace_cycles_to_ns(UINT64_MAX, most_hz), exact_ns(UINT64_MAX, most_hz));
    assert_int_equal(trace_cycles_to_ns(UINT64_MAX, 1000000000), UINT64_MAX);
    assert_int_equal(trace_cycles_to_ns(UINT64_MAX, 1000000001), exact_ns(UINT64_MAX, 1000000001));
    assert_int_equal(trace_cycles_to_ns(18446744073, 1), 18446744073000000000u);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_part_of_an_arena_has_its_own_memory),
        cmocka_unit_test(every_phase_has_a_table_and_a_name),
        cmocka_unit_test(a_site_gets_the_id_of_its_name),
        cmocka_unit_test(a_site_that_the_pool_refuses_says_so_in_its_events),
        cmocka_unit_test(an_event_of_a_site_says_when_who_and_where),
        cmocka_unit_test(each_phase_sends_events_to_its_table_on_every_cpu),
        cmocka_unit_test(a_phase_begins_once_and_never_comes_back),
        cmocka_unit_test(boot_and_shutdown_keep_the_first_events_and_run_the_last),
        cmocka_unit_test(moving_to_a_larger_arena_keeps_everything),
        cmocka_unit_test(with_sites_switched_off_everything_is_counted_as_filtered),
        cmocka_unit_test(what_is_recorded_once_is_there_once_however_often_it_is_tried),
        cmocka_unit_test(what_was_claimed_once_and_cut_off_is_not_recorded_again),
        cmocka_unit_test(a_second_move_forgets_nothing_that_was_filtered),
        cmocka_unit_test(the_clock_of_a_cpu_is_unknown_until_it_is_set_and_moves_along),
        cmocka_unit_test(no_offset_leads_out_of_what_a_time_can_be),
        cmocka_unit_test(cycles_become_nanoseconds_exactly),
    };
    return cmocka_run_group_tests_name("tracer", tests, NULL, NULL);
}
