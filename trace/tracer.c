/* The tracer: start, move, phases. */
#include "trace/tracer.h"

/* Points every CPU at the table of the phase.  A pointer store is whole, so a recorder sees
 * the old table or the new one, and either keeps its books. */
static void aim(struct trace_tracer *tracer)
{
    struct trace_arena *arena = tracer->arena;
    enum trace_table_id table = trace_phase_table((enum trace_phase)arena->phase);
    for (uint32_t i = 0; i < arena->cpus; i++) {
        struct trace_cpu *cpu = &tracer->cpu[i];
        cpu->table = trace_arena_table(arena, i, table);
        cpu->sites = tracer->sites_enabled ? cpu->table : trace_arena_filter(arena, i, table);
    }
}

void trace_tracer_start(struct trace_tracer *tracer, struct trace_arena *arena,
                        struct trace_site *sites, struct trace_site *sites_end)
{
    tracer->arena = arena;
    tracer->sites_enabled = true;
    for (uint32_t i = 0; i < TRACE_CPUS_MAX; i++)
        tracer->cpu[i].number = i;
    for (struct trace_site *site = sites; site < sites_end; site++)
        site->id =
            trace_names_intern(trace_arena_names(arena), site->name, __builtin_strlen(site->name));
    aim(tracer);
}

void trace_tracer_move(struct trace_tracer *tracer, struct trace_arena *arena, bool sites_enabled)
{
    struct trace_arena *old = tracer->arena;
    trace_names_carry(trace_arena_names(arena), trace_arena_names(old));
    trace_tasks_carry(trace_arena_tasks(arena), trace_arena_tasks(old));
    arena->clock = old->clock;
    arena->phase = old->phase;
    __builtin_memcpy(arena->phase_tsc, old->phase_tsc, sizeof arena->phase_tsc);
    __builtin_memcpy(arena->build_id, old->build_id, sizeof arena->build_id);

    uint64_t carried[TRACE_CPUS_MAX];
    for (uint32_t i = 0; i < old->cpus; i++) {
        struct trace_table *from = trace_arena_table(old, i, TRACE_TABLE_BOOT);
        struct trace_table *to = trace_arena_table(arena, i, TRACE_TABLE_BOOT);
        carried[i] = trace_table_carry(to, from, sites_enabled);
    }
    tracer->arena = arena;
    tracer->sites_enabled = sites_enabled;
    aim(tracer);

    /* What an NMI recorded between the copy and the switch still stands in the old table. */
    for (uint32_t i = 0; i < old->cpus; i++) {
        struct trace_table *from = trace_arena_table(old, i, TRACE_TABLE_BOOT);
        for (uint64_t n = carried[i]; n < trace_local_read(&from->written); n++) {
            struct trace_record record = {0};
            struct trace_usage usage;
            (void)trace_table_read(from, n, &record, &usage);
            trace_table_record(tracer->cpu[i].sites, record.tsc, record.name, record.task);
        }
    }
}

void trace_tracer_switch_sites(struct trace_tracer *tracer, bool enabled)
{
    tracer->sites_enabled = enabled;
    aim(tracer);
}

void trace_tracer_enter(struct trace_tracer *tracer, enum trace_phase phase, uint64_t tsc)
{
    struct trace_arena *arena = tracer->arena;
    if ((uint32_t)phase < arena->phase)
        return;
    if (arena->phase_tsc[phase] == 0)
        arena->phase_tsc[phase] = tsc;
    arena->phase = (uint32_t)phase;
    aim(tracer);
}
