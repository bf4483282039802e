/* The trace arena: layout and lookup. */
#include "trace/arena.h"

static uint64_t align64(uint64_t size)
{
    return (size + 63) & ~(uint64_t)63;
}

static uint64_t table_stride(uint32_t capacity)
{
    return trace_table_size(0) + trace_table_size(capacity);
}

static uint64_t cpu_stride(const uint32_t *capacity)
{
    uint64_t size = 0;
    for (uint32_t i = 0; i < TRACE_TABLES; i++)
        size += table_stride(capacity[i]);
    return size;
}

uint64_t trace_arena_size(const struct trace_arena_config *config)
{
    return align64(sizeof(struct trace_arena)) +
           trace_names_size(config->names, config->names_text) + trace_tasks_size(config->tasks) +
           config->cpus * cpu_stride(config->capacity);
}

static enum trace_keep keep_of(enum trace_table_id table)
{
    return table == TRACE_TABLE_RUN ? TRACE_KEEP_LAST : TRACE_KEEP_FIRST;
}

void trace_arena_format(struct trace_arena *arena, const struct trace_arena_config *config)
{
    __builtin_memcpy(arena->magic, "FLTRACE1", sizeof arena->magic);
    arena->layout = TRACE_ARENA_LAYOUT;
    arena->cpus = config->cpus;
    arena->size = trace_arena_size(config);
    __builtin_memcpy(arena->capacity, config->capacity, sizeof arena->capacity);
    arena->names_offset = (uint32_t)align64(sizeof(struct trace_arena));
    arena->tasks_offset = arena->names_offset + trace_names_size(config->names, config->names_text);
    arena->tables_offset = arena->tasks_offset + trace_tasks_size(config->tasks);
    arena->cpu_stride = cpu_stride(config->capacity);

    trace_names_format(trace_arena_names(arena), config->names, config->names_text);
    trace_tasks_format(trace_arena_tasks(arena), config->tasks);
    for (uint32_t cpu = 0; cpu < config->cpus; cpu++)
        for (uint32_t i = 0; i < TRACE_TABLES; i++) {
            enum trace_table_id id = (enum trace_table_id)i;
            trace_table_format(trace_arena_filter(arena, cpu, id), 0, TRACE_KEEP_FIRST);
            trace_table_format(trace_arena_table(arena, cpu, id), config->capacity[i], keep_of(id));
        }
}

static void *at(struct trace_arena *arena, uint64_t offset)
{
    return (char *)arena + (size_t)offset;
}

struct trace_names *trace_arena_names(struct trace_arena *arena)
{
    return at(arena, arena->names_offset);
}

struct trace_tasks *trace_arena_tasks(struct trace_arena *arena)
{
    return at(arena, arena->tasks_offset);
}

struct trace_table *trace_arena_filter(struct trace_arena *arena, uint32_t cpu,
                                       enum trace_table_id table)
{
    uint64_t offset = arena->tables_offset + cpu * arena->cpu_stride;
    for (uint32_t i = 0; i < (uint32_t)table; i++)
        offset += table_stride(arena->capacity[i]);
    return at(arena, offset);
}

struct trace_table *trace_arena_table(struct trace_arena *arena, uint32_t cpu,
                                      enum trace_table_id table)
{
    return trace_arena_filter(arena, cpu, table) + 1;
}

struct trace_cpu_clock trace_arena_cpu_clock(const struct trace_arena *arena, uint32_t cpu)
{
    const struct trace_cpu_clock *clock = &arena->cpu_clock[cpu];
    if (__atomic_load_n(&clock->known, __ATOMIC_ACQUIRE) == 0)
        return (struct trace_cpu_clock){0};
    return *clock;
}

void trace_arena_set_cpu_clock(struct trace_arena *arena, uint32_t cpu,
                               const struct trace_cpu_clock *clock)
{
    struct trace_cpu_clock *own = &arena->cpu_clock[cpu];
    __atomic_store_n(&own->known, 0, __ATOMIC_RELEASE);
    __atomic_thread_fence(__ATOMIC_RELEASE); /* what follows is written behind it */
    own->offset = clock->offset;
    own->uncertainty = clock->uncertainty;
    own->apic_id = clock->apic_id;
    __atomic_store_n(&own->known, 1, __ATOMIC_RELEASE);
}

enum trace_table_id trace_phase_table(enum trace_phase phase)
{
    switch (phase) {
    case TRACE_PHASE_KERNEL:
    case TRACE_PHASE_INIT:
    case TRACE_PHASE_RC:
        return TRACE_TABLE_BOOT;
    case TRACE_PHASE_MULTI_USER:
        return TRACE_TABLE_RUN;
    case TRACE_PHASE_SHUTDOWN:
        break;
    }
    return TRACE_TABLE_SHUTDOWN;
}

const char *trace_phase_name(enum trace_phase phase)
{
    switch (phase) {
    case TRACE_PHASE_KERNEL:
        return "kernel";
    case TRACE_PHASE_INIT:
        return "init";
    case TRACE_PHASE_RC:
        return "rc";
    case TRACE_PHASE_MULTI_USER:
        return "multi-user";
    case TRACE_PHASE_SHUTDOWN:
        return "shutdown";
    }
    return "unknown";
}

const char *trace_table_name(enum trace_table_id table)
{
    switch (table) {
    case TRACE_TABLE_BOOT:
        return "boot";
    case TRACE_TABLE_RUN:
        return "run";
    case TRACE_TABLE_SHUTDOWN:
        return "shutdown";
    case TRACE_TABLE_TSLOG:
        return "tslog";
    }
    return "unknown";
}

const char *trace_clock_method_name(enum trace_clock_method method)
{
    switch (method) {
    case TRACE_CLOCK_UNKNOWN:
        return "unknown";
    case TRACE_CLOCK_CPUID_15H:
        return "CPUID 0x15";
    case TRACE_CLOCK_CPUID_16H:
        return "CPUID 0x16";
    case TRACE_CLOCK_HYPERVISOR:
        return "hypervisor leaf 0x40000010";
    case TRACE_CLOCK_PIT:
        return "PIT";
    }
    return "unknown";
}

uint64_t trace_cycles_to_ns(uint64_t cycles, uint64_t hz)
{
    return cycles / hz * 1000000000u + cycles % hz * 1000000000u / hz;
}
