/* The tracer: start, move, phases. */
#include "trace/tracer.h"

/* Points every CPU at the table of the phase.  A pointer store is whole, so a recorder sees
 * the old table or the new one, and either keeps its books. */
static void aim_once(struct trace_tracer *tracer, uint32_t phase, struct trace_switches on)
{
    struct trace_arena *arena = tracer->arena;
    enum trace_table_id table = trace_phase_table((enum trace_phase)phase);
    for (uint32_t i = 0; i < arena->cpus; i++) {
        struct trace_cpu *cpu = &tracer->cpu[i];
        struct trace_table *filter = trace_arena_filter(arena, i, table);
        cpu->table = trace_arena_table(arena, i, table);
        cpu->sites = on.sites ? cpu->table : filter;
        cpu->annotations = on.annotations ? cpu->table : filter;
        cpu->tslog = on.tslog ? trace_arena_table(arena, i, TRACE_TABLE_TSLOG)
                              : trace_arena_filter(arena, i, TRACE_TABLE_TSLOG);
    }
}

static bool same_switches(struct trace_switches a, struct trace_switches b)
{
    return a.sites == b.sites && a.annotations == b.annotations && a.tslog == b.tslog;
}

/* Again, if an NMI or another CPU has changed phase or switches and aimed meanwhile: the last aim must
 * be its.  The fence has the pointers stored before that is looked at. */
static void aim(struct trace_tracer *tracer)
{
    uint32_t phase;
    struct trace_switches on;
    do {
        phase = __atomic_load_n(&tracer->arena->phase, __ATOMIC_SEQ_CST);
        on = tracer->on;
        aim_once(tracer, phase, on);
        __atomic_thread_fence(__ATOMIC_SEQ_CST);
    } while (phase != __atomic_load_n(&tracer->arena->phase, __ATOMIC_SEQ_CST) ||
             !same_switches(on, tracer->on));
}

void trace_tracer_start(struct trace_tracer *tracer, struct trace_arena *arena,
                        struct trace_site *sites, struct trace_site *sites_end)
{
    tracer->arena = arena;
    tracer->on = (struct trace_switches){true, true, true};
    for (uint32_t i = 0; i < TRACE_CPUS_MAX; i++)
        tracer->cpu[i].number = i;
    for (struct trace_site *site = sites; site < sites_end; site++)
        site->id =
            trace_names_intern(trace_arena_names(arena), site->name, __builtin_strlen(site->name));
    aim(tracer);
}

/* What an NMI recorded between the copy and the switch still stands in the old table.  One that
 * cannot be read there is claimed and left open in the new one: it counts as dropped. */
static void bring_late_ones(struct trace_table *to, const struct trace_table *from,
                            uint64_t carried)
{
    for (uint64_t n = carried; n < trace_local_read(&from->written); n++) {
        struct trace_record record;
        struct trace_usage usage;
        if (trace_table_read(from, n, &record, &usage) != TRACE_READ_OK)
            (void)trace_local_fetch_increment(&to->written);
        else if (trace_usage_is_zero(&usage))
            trace_table_record(to, record.tsc, record.name, record.task);
        else
            trace_table_record_usage(to, record.tsc, record.name, record.task, &usage);
    }
}

/* The tables that may hold something in the kernel phase. */
static const enum trace_table_id early[] = {TRACE_TABLE_BOOT, TRACE_TABLE_TSLOG};
#define EARLY (sizeof early / sizeof early[0])

static uint64_t carry(struct trace_arena *to, struct trace_arena *from, uint32_t cpu,
                      enum trace_table_id id)
{
    struct trace_table *table = trace_arena_table(to, cpu, id);
    const struct trace_table *filter = trace_arena_filter(from, cpu, id);
    uint64_t carried = trace_table_carry(table, trace_arena_table(from, cpu, id));
    table->filtered += trace_local_read(&filter->written) - filter->base;
    return carried;
}

void trace_tracer_move(struct trace_tracer *tracer, struct trace_arena *arena)
{
    struct trace_arena *old = tracer->arena;
    trace_names_carry(trace_arena_names(arena), trace_arena_names(old));
    trace_tasks_carry(trace_arena_tasks(arena), trace_arena_tasks(old));
    arena->clock = old->clock;
    arena->phase = old->phase;
    __builtin_memcpy(arena->phase_tsc, old->phase_tsc, sizeof arena->phase_tsc);
    __builtin_memcpy(arena->build_id, old->build_id, sizeof arena->build_id);
    __builtin_memcpy(arena->cpu_clock, old->cpu_clock, sizeof arena->cpu_clock);

    uint64_t carried[EARLY][TRACE_CPUS_MAX];
    for (uint32_t k = 0; k < EARLY; k++)
        for (uint32_t i = 0; i < old->cpus; i++)
            carried[k][i] = carry(arena, old, i, early[k]);
    tracer->arena = arena;
    aim(tracer);
    for (uint32_t k = 0; k < EARLY; k++)
        for (uint32_t i = 0; i < old->cpus; i++)
            bring_late_ones(trace_arena_table(arena, i, early[k]),
                            trace_arena_table(old, i, early[k]), carried[k][i]);
}

/* Whether an event of that name has been claimed; one that is not there may be it. */
static bool is_begun(const struct trace_once *once, uint16_t name)
{
    for (uint64_t n = once->from; n < trace_local_read(&once->table->written); n++) {
        struct trace_record record;
        struct trace_usage usage;
        if (trace_table_read(once->table, n, &record, &usage) != TRACE_READ_OK ||
            record.name == name)
            return true;
    }
    return false;
}

void trace_cpu_record_once(const struct trace_cpu *cpu, struct trace_table *table,
                           const struct trace_site *site, uint64_t (*now)(void),
                           struct trace_once *once)
{
    if (once->table == NULL) {
        once->from = trace_local_read(&table->written);
        __atomic_store_n(&once->table, table, __ATOMIC_RELEASE);
    } else if (is_begun(once, site->id)) {
        return;
    }
    trace_cpu_record_now(cpu, once->table, site, now);
}

void trace_tracer_switch(struct trace_tracer *tracer, struct trace_switches on)
{
    tracer->on = on;
    aim(tracer);
}

void trace_tracer_reset(struct trace_tracer *tracer, enum trace_table_id table, bool as_filtered)
{
    for (uint32_t cpu = 0; cpu < tracer->arena->cpus; cpu++)
        trace_table_reset(trace_arena_table(tracer->arena, cpu, table),
                          trace_arena_filter(tracer->arena, cpu, table), as_filtered);
}

/* Raises the phase; false if it is there or beyond.  An NMI may raise it further at any
 * instruction, so the last word is a compare and exchange. */
static bool raise_phase(struct trace_arena *arena, uint32_t phase)
{
    uint32_t before = __atomic_load_n(&arena->phase, __ATOMIC_RELAXED);
    while (before < phase)
        if (__atomic_compare_exchange_n(&arena->phase, &before, phase, false, __ATOMIC_SEQ_CST,
                                        __ATOMIC_RELAXED))
            return true;
    return false;
}

void trace_tracer_enter(struct trace_tracer *tracer, enum trace_phase phase, uint64_t tsc)
{
    struct trace_arena *arena = tracer->arena;
    if (__atomic_load_n(&arena->phase, __ATOMIC_RELAXED) < (uint32_t)phase)
        arena->phase_tsc[phase] = tsc;
    (void)raise_phase(arena, (uint32_t)phase);
    aim(tracer); /* whoever has raised it may have been cut off here by a panic, which enters the same */
}

void trace_tracer_resume(struct trace_tracer *tracer, uint64_t tsc)
{
    struct trace_arena *arena = tracer->arena;
    uint32_t before = TRACE_PHASE_SHUTDOWN;
    if (__atomic_load_n(&tracer->ended, __ATOMIC_SEQ_CST))
        return;
    if (!__atomic_compare_exchange_n(&arena->phase, &before, TRACE_PHASE_MULTI_USER, false,
                                     __ATOMIC_SEQ_CST, __ATOMIC_RELAXED))
        return;
    if (arena->phase_tsc[TRACE_PHASE_MULTI_USER] == 0)
        arena->phase_tsc[TRACE_PHASE_MULTI_USER] = tsc;
    aim(tracer);
    if (__atomic_load_n(&tracer->ended, __ATOMIC_SEQ_CST) &&
        raise_phase(arena, TRACE_PHASE_SHUTDOWN)) /* the end has come in between */
        aim(tracer);
}

void trace_tracer_end(struct trace_tracer *tracer, uint64_t tsc)
{
    __atomic_store_n(&tracer->ended, true, __ATOMIC_SEQ_CST);
    trace_tracer_enter(tracer, TRACE_PHASE_SHUTDOWN, tsc);
}
