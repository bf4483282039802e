/* The long form of a log. */
#include "trace/log_long.h"

enum {
    INIT = 1,            /* pid */
    GENERATIONS = 16,    /* of processes that are looked at */
    SKEW_PER_S = 100000, /* clocks of CPUs are off by less than this part of a second */
};

static void take_ended(void *context, const struct span *span)
{
    struct log_long *log = context;
    if (!span->complete || !trace_name_equal(&span->name, &log->ending))
        return; /* it ended with the one around it */
    log->ended = *span;
    log->has_ended = true;
}

void log_long_start(struct log_long *log)
{
    log->spans->ended = take_ended;
    log->spans->context = log;
    log->spans->skew = log->tsc_hz / SKEW_PER_S;
    log->previous = 0;
    spans_start(log->spans);
}

void log_long_title(struct log_long *log, enum trace_table_id table)
{
    bool cycles = log->tsc_hz == 0;
    text_print(log->sink, "\n%s table\n", trace_table_name(table));
    text_print(log->sink, "%16s %14s %3s %5s %-15s event\n", cycles ? "cycles" : "time s",
               cycles ? "delta" : "delta s", "CPU", "PID", "process");
}

/* To the right end of a column. */
static void print_time(const struct log_long *log, uint64_t cycles, uint32_t width)
{
    char digits[40];
    struct text_buffer buffer = {.bytes = digits, .size = sizeof digits};
    const struct text_sink sink = text_buffer_sink(&buffer);
    if (log->tsc_hz == 0) {
        text_print(&sink, "%llu", (unsigned long long)cycles);
    } else {
        uint64_t ns = trace_cycles_to_ns(cycles % log->tsc_hz, log->tsc_hz);
        text_print(&sink, "%llu.%09u", (unsigned long long)(cycles / log->tsc_hz), (unsigned)ns);
    }
    text_put_blanks(log->sink, buffer.length < width ? width - buffer.length : 0);
    log->sink->put(log->sink->context, digits, buffer.length);
}

/* Spans that are open around what the task does. */
static uint32_t depth_of(const struct log_long *log, uint32_t task)
{
    uint32_t depth = 0;
    for (uint32_t i = 0; i < GENERATIONS && task != 0; i++) {
        const struct span_open *top = spans_top(log->spans, task);
        depth += top == NULL ? 0 : top->depth + 1;
        task = log->parent(log->context, task);
    }
    return depth;
}

/* What init says of itself never ends: nothing lies within it. */
static struct span_text text_of(const struct log_event *event)
{
    struct span_text text = span_of_boottrace(event->name);
    bool is_path = event->name.text != NULL && event->name.length > 0 && event->name.text[0] == '/';
    if (text.mark == SPAN_BEGIN && event->pid == INIT && !is_path)
        text = (struct span_text){.mark = SPAN_OTHER, .name = event->name};
    return text;
}

static uint64_t since_entry(const struct log_long *log, uint64_t tsc)
{
    return tsc > log->entry_tsc ? tsc - log->entry_tsc : 0;
}

static void print_row(struct log_long *log, const struct log_event *event, uint32_t depth)
{
    const struct text_sink *sink = log->sink;
    bool later = log->previous != 0 && event->tsc > log->previous;
    print_time(log, since_entry(log, event->tsc), 16);
    text_print(sink, " ");
    print_time(log, later ? event->tsc - log->previous : 0, 14);
    if (event->pid == LOG_PID_UNKNOWN)
        text_print(sink, " %3u %5s ", event->cpu, "?");
    else
        text_print(sink, " %3u %5u ", event->cpu, event->pid);
    log_name(sink, &event->process, 15);
    text_print(sink, " ");
    text_put_blanks(sink, (size_t)2 * depth);
    log_name(sink, &event->name, 0);
}

static void print_span(const struct log_long *log)
{
    uint64_t cycles = log->ended.end - log->ended.begin;
    text_print(log->sink, " [");
    if (log->tsc_hz == 0)
        text_print(log->sink, "%llu cycles", (unsigned long long)cycles);
    else
        log_duration(log->sink, trace_cycles_to_ns(cycles, log->tsc_hz));
    if (log->ended.cpu_ns > 0) {
        text_print(log->sink, ", CPU ");
        log_duration(log->sink, log->ended.cpu_ns);
    }
    text_print(log->sink, "]");
}

void log_long_event(struct log_long *log, const struct log_event *event)
{
    uint32_t before = depth_of(log, event->task);
    const struct span_text text = text_of(event);
    log->has_ended = false;
    log->ending = text.name;
    spans_take(log->spans, &(struct span_event){
                               .tsc = event->tsc,
                               .cpu_ns = event->usage.cpu_ns,
                               .task = event->task,
                               .cpu = event->cpu,
                               .text = text,
                           });
    uint32_t after = depth_of(log, event->task);
    print_row(log, event, after < before ? after : before);
    if (log->has_ended)
        print_span(log);
    text_print(log->sink, "\n");
    log->previous = event->tsc;
}

void log_long_loss(struct log_long *log, uint32_t cpu, uint64_t events, const char *what)
{
    if (events == 0)
        return;
    uint64_t tsc = log->previous == 0 ? log->entry_tsc : log->previous;
    (void)spans_gap(log->spans, tsc);
    print_time(log, since_entry(log, tsc), 16);
    text_print(log->sink, " %14s %3u %5s %-15s %llu event%s %s here\n", "", cpu, "", "(lost)",
               (unsigned long long)events, events == 1 ? "" : "s", what);
}

static void print_table(struct log_long *log, struct trace_arena *arena, enum trace_table_id table,
                        struct log_cursor *cursors)
{
    struct log_event event;
    log_long_title(log, table);
    for (uint32_t cpu = 0; cpu < arena->cpus; cpu++) {
        struct trace_range range = trace_table_range(trace_arena_table(arena, cpu, table));
        log_cursor_start(&cursors[cpu], arena, cpu, table);
        log_long_loss(log, cpu, range.first - range.base, "overwritten");
    }
    while (log_cursors_next(cursors, arena, &event))
        log_long_event(log, &event);
    for (uint32_t cpu = 0; cpu < arena->cpus; cpu++) {
        struct trace_range range = trace_table_range(trace_arena_table(arena, cpu, table));
        log_long_loss(log, cpu, range.written - range.end, "dropped");
        log_long_loss(log, cpu, cursors[cpu].unfinished, "begun, but not finished");
        log_long_loss(log, cpu, cursors[cpu].lost, "overwritten while this was printed");
    }
}

void log_long_tables(struct log_long *log, struct trace_arena *arena, enum trace_table_id first,
                     enum trace_table_id last, struct log_cursor *cursors)
{
    log_long_start(log);
    for (uint32_t i = (uint32_t)first; i <= (uint32_t)last; i++)
        print_table(log, arena, (enum trace_table_id)i, cursors);
}
