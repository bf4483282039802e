/* TSLOG with text that is made at run time. */
#include "kernel/tslog.h"

#include "boot/slice.h"

enum {
    CURRENT = UINT32_MAX, /* as a task: whoever runs */
};

/* A full table only counts: its names would be of no use to anybody. */
static bool is_kept(const struct trace_table *table)
{
    return tracing_tracer.on.tslog && trace_local_read(&table->written) < table->limit;
}

static uint32_t intern(const struct tracing_text *text)
{
    return trace_names_intern(trace_arena_names(tracing_tracer.arena), text->bytes, text->length);
}

/* Interrupts are off meanwhile, so that this CPU stays the same. */
static void record(uint32_t task, const struct tracing_text *text)
{
    uint32_t flags = tracing_take_names();
    const struct trace_cpu *cpu = tracing_this_cpu();
    struct trace_table *table = cpu->tslog;
    const struct trace_site site = {.id = is_kept(table) ? (uint16_t)intern(text)
                                                         : TRACE_NAME_REFUSED};
    struct trace_cpu as = *cpu;
    if (task != CURRENT)
        as.task = (uint16_t)task;
    trace_cpu_record_now(&as, table, &site, cpu_tsc);
    tracing_release_names(flags);
}

__attribute__((format(printf, 2, 3))) static void record_text(uint32_t task, const char *format,
                                                              ...)
{
    if (!FIRSTLIGHT_TRACE || tracing_tracer.arena == NULL)
        return;
    struct tracing_text text;
    text.length = 0;
    if (tracing_tracer.on.tslog) {
        va_list arguments;
        va_start(arguments, format);
        tracing_text_print(&text, format, arguments);
        va_end(arguments);
    }
    record(task, &text);
}

static void record_argument(const char *type, const char *what, struct slice argument)
{
    record_text(CURRENT, "%s %s%s%.*s", type, what, argument.length > 0 ? " " : "",
                (int)argument.length, argument.text);
}

void tslog_event(const char *what, struct slice argument)
{
    record_argument("EVENT", what, argument);
}

void tslog_call(const char *function, const char *argument, void (*call)(void))
{
    const struct slice text = slice_of(argument);
    record_argument("ENTER", function, text);
    call();
    record_argument("EXIT", function, text);
}

void tslog_thread(uint16_t task, const char *name)
{
    record_text(task, "THREAD %s", name);
}

void tslog_process_exit(int status)
{
    record_text(CURRENT, "EVENT EXIT %d", status);
}
