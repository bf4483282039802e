/* kern.boottrace.log_long. */
#include "kernel/long_log.h"

#include "kernel/boot_info.h"
#include "kernel/log_printer.h"
#include "kernel/sysctl.h"
#include "kernel/tracing.h"
#include "trace/log_long.h"

enum {
    OPEN_SPANS = 256,
};

static struct spans spans;

void long_log_init(void)
{
    uint32_t tasks = trace_arena_tasks(tracing_tracer.arena)->capacity;
    uint32_t size = OPEN_SPANS * sizeof(struct span_open) + tasks * sizeof(struct span_task);
    uint32_t address = boot_info_take_memory(size);
    if (address == 0)
        return;
    spans.open = (struct span_open *)address;
    spans.capacity = OPEN_SPANS;
    spans.tasks = (struct span_task *)(void *)(spans.open + OPEN_SPANS);
    spans.task_count = tasks;
}

static uint32_t parent_of(void *context, uint32_t task)
{
    (void)context;
    const struct trace_tasks *tasks = trace_arena_tasks(tracing_tracer.arena);
    return task < tasks->count ? tasks->task[task].parent : 0;
}

static void read_long_log(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    (void)oid;
    if (spans.open == NULL) {
        text_print(sink, "(there was no memory for the long log)\n");
        return;
    }
    struct log_cursor *cursors = log_printer_claim(sink);
    if (cursors == NULL)
        return;
    __builtin_memset(spans.tasks, 0, spans.task_count * sizeof *spans.tasks);
    struct log_long log = {
        .sink = sink,
        .tsc_hz = tracing_clock()->tsc_hz,
        .entry_tsc = tracing_entry_tsc(),
        .parent = parent_of,
        .spans = &spans,
    };
    log_long_tables(&log, tracing_tracer.arena, TRACE_TABLE_BOOT, TRACE_TABLE_SHUTDOWN, cursors);
    log_printer_release();
}

SYSCTL_OID(log_long, .name = "kern.boottrace.log_long",
           .help = "All three tables with precise times, nesting, spans and losses",
           .kind = SYSCTL_STRING, .flags = SYSTEM_SYSCTL_SKIP, .read = read_long_log);
