/* Boottrace on the host. */
#include "tests/unit/boottrace_host.h"

#include <stdlib.h>
#include <string.h>

#include "tests/unit/arena_of.h"

TRACE_SITE(site, "kernel entry");

/* The linker's names for the ends of the section. */
extern struct trace_site __start_trace_sites[];
extern struct trace_site __stop_trace_sites[];

enum {
    EINVAL_ = 22,
    ENOSPC_ = 28,
    ENXIO_ = 6,
};

uint64_t host_tsc;

static uint64_t now(void)
{
    return host_tsc;
}

void host_start(struct host_boottrace *host, uint64_t entry_tsc)
{
    static const struct trace_arena_config early = {
        .cpus = 1, .capacity = {16, 4, 4, 4}, .names = 256, .names_text = 16384, .tasks = 16};
    *host = (struct host_boottrace){.rules = {&host->tracer, true, true, true}};
    struct trace_arena *arena = arena_of(&early);
    arena->phase_tsc[TRACE_PHASE_KERNEL] = entry_tsc;
    trace_tracer_start(&host->tracer, arena, __start_trace_sites, __stop_trace_sites);
    host_run(host, 0, "kernel");
}

void host_settle(struct host_boottrace *host, const struct host_shape *shape)
{
    const struct trace_arena_config config = {
        .cpus = shape->cpus,
        .capacity = {shape->capacity[0], shape->capacity[1], shape->capacity[2], 4},
        .names = 2048,
        .names_text = 131072,
        .tasks = 2048,
    };
    struct trace_arena *early = host->tracer.arena;
    trace_tracer_move(&host->tracer, arena_of(&config));
    free(early);
    for (uint32_t cpu = 0; cpu < shape->cpus; cpu++)
        trace_arena_set_cpu_clock(host->tracer.arena, cpu,
                                  &(struct trace_cpu_clock){.offset = cpu * shape->offset});
    boottrace_obey(&host->rules);
    if (!host->tracer.on.annotations)
        trace_tracer_reset(&host->tracer, TRACE_TABLE_BOOT, true);
}

void host_end(struct host_boottrace *host)
{
    free(host->tracer.arena);
}

void host_run(struct host_boottrace *host, uint32_t pid, const char *name)
{
    struct trace_names *names = trace_arena_names(host->tracer.arena);
    struct trace_tasks *tasks = trace_arena_tasks(host->tracer.arena);
    uint16_t id = trace_names_intern(names, name, strlen(name));
    for (uint32_t i = 1; i < tasks->count; i++)
        if (tasks->task[i].pid == pid && tasks->task[i].name == id) {
            host->tracer.cpu[host->cpu].task = (uint16_t)i;
            return;
        }
    host->tracer.cpu[host->cpu].task =
        trace_tasks_add(tasks, &(struct trace_task){.pid = pid, .name = id});
}

static struct boottrace_source source(const struct host_boottrace *host)
{
    return (struct boottrace_source){(struct trace_cpu *)(uintptr_t)&host->tracer.cpu[host->cpu],
                                     now, &host->usage};
}

/* As kernel/sysctl_boottrace.c has it. */
static int error_of(enum boottrace_status status)
{
    switch (status) {
    case BOOTTRACE_OK:
    case BOOTTRACE_DISABLED:
        return 0;
    case BOOTTRACE_NOT_TRACED:
        return ENXIO_;
    case BOOTTRACE_BAD_TEXT:
        return EINVAL_;
    case BOOTTRACE_LOST:
        return ENOSPC_;
    }
    return -1;
}

static bool is_recordable(const char *text, size_t length)
{
    size_t event = boottrace_split(text, length).length;
    return event > 0 && event <= TRACE_NAME_LENGTH_MAX;
}

void host_enter(struct host_boottrace *host, enum trace_phase phase)
{
    trace_tracer_enter(&host->tracer, phase, host_tsc);
    if (phase == TRACE_PHASE_MULTI_USER)
        trace_tracer_resume(&host->tracer, host_tsc);
}

int host_write(struct host_boottrace *host, enum host_node node, const char *text, size_t length)
{
    struct boottrace_source from = source(host);
    if (node != HOST_BOOTTRACE && is_recordable(text, length))
        host_enter(host, node == HOST_RUNTRACE ? TRACE_PHASE_MULTI_USER : TRACE_PHASE_SHUTDOWN);
    return error_of(boottrace_user(&host->rules, &from, text, length));
}

void host_kernel(struct host_boottrace *host, const char *text)
{
    struct boottrace_source from = source(host);
    (void)boottrace_kernel(&host->rules, &from, text, strlen(text));
}

void host_switch(struct host_boottrace *host, bool enabled, bool kernel, bool user)
{
    host->rules.enabled = enabled;
    host->rules.dotrace_kernel = kernel;
    host->rules.dotrace_user = user;
    boottrace_obey(&host->rules);
}

void host_print(struct host_boottrace *host, enum trace_table_id first, enum trace_table_id last,
                uint64_t threshold, const struct text_sink *sink, struct log_cursor *cursors)
{
    struct trace_arena *arena = host->tracer.arena;
    struct log_table log = {
        .sink = sink,
        .form = LOG_FREEBSD,
        .threshold = threshold,
        .tsc_hz = HOST_HZ,
        .entry_tsc = arena->phase_tsc[TRACE_PHASE_KERNEL],
        .all = true,
    };
    for (uint32_t i = first; i <= (uint32_t)last; i++)
        log_arena_table(&log, arena, (enum trace_table_id)i, cursors);
}
