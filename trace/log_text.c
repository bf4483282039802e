/* How tables, phases and books look to a person. */
#include "trace/log_text.h"

/* Not by way of nanoseconds: of times that an absurd offset has made there are too many. */
static uint64_t milliseconds(const struct log_table *log, uint64_t cycles)
{
    uint64_t hz = log->tsc_hz;
    return hz == 0 ? cycles : cycles / hz * 1000 + cycles % hz * 1000 / hz;
}

/* An event from before the entry would be a mistake of the clock: it stands at 0. */
static uint64_t since_entry(const struct log_table *log, uint64_t tsc)
{
    return tsc < log->entry_tsc ? 0 : milliseconds(log, tsc - log->entry_tsc);
}

void log_table_begin(struct log_table *log, enum trace_table_id table, uint64_t rows)
{
    log->rows = rows;
    log->row = 0;
    log->first = 0;
    text_print(log->sink, "\n%s table\n", trace_table_name(table));
    text_print(log->sink, "%3s %10s %10s %-24s %-40s %5s %6s %5s %5s\n", "CPU",
               log->tsc_hz == 0 ? "cycles" : "msecs", "delta", "process", "event", "PID", "CPUtime",
               "IBlks", "OBlks");
}

static void print_name(const struct text_sink *sink, const struct trace_name *name, size_t width)
{
    const char *text = name->text == NULL ? "?" : name->text;
    size_t length = name->text == NULL ? 1 : name->length;
    text_print_foreign(sink, text, length);
    for (size_t used = text_foreign_width(text, length); used < width; used++)
        sink->put(sink->context, " ", 1);
}

static bool shown(const struct log_table *log)
{
    return log->all || log->row < LOG_ROWS_SHOWN || log->row + LOG_ROWS_SHOWN >= log->rows;
}

void log_table_event(struct log_table *log, const struct log_event *event)
{
    const struct text_sink *sink = log->sink;
    if (log->row == 0)
        log->first = event->tsc;
    if (shown(log)) {
        uint64_t now = since_entry(log, event->tsc);
        uint64_t before = log->previous == 0 ? now : since_entry(log, log->previous);
        uint64_t cpu_cs = event->usage.cpu_ns / 10000000;
        text_print(sink, "%3u %10llu %10llu ", event->cpu, (unsigned long long)now,
                   (unsigned long long)(now > before ? now - before : 0));
        print_name(sink, &event->process, 24);
        text_print(sink, " ");
        print_name(sink, &event->name, 40);
        if (event->pid == LOG_PID_UNKNOWN)
            text_print(sink, " %5s", "?");
        else
            text_print(sink, " %5u", event->pid);
        text_print(sink, " %4llu.%02u %5u %5u\n", (unsigned long long)(cpu_cs / 100),
                   (unsigned)(cpu_cs % 100), event->usage.in_blocks, event->usage.out_blocks);
    } else if (log->row == LOG_ROWS_SHOWN) {
        text_print(sink, "... %llu more events %s ...\n",
                   (unsigned long long)(log->rows - 2 * LOG_ROWS_SHOWN), log->elsewhere);
    }
    log->previous = event->tsc;
    log->row++;
}

void log_table_end(struct log_table *log)
{
    uint64_t cycles = log->row == 0 ? 0 : log->previous - log->first;
    text_print(log->sink, "Total measured time: %llu %s\n",
               (unsigned long long)milliseconds(log, cycles),
               log->tsc_hz == 0 ? "cycles" : "msecs");
}

void log_books(const struct text_sink *sink, enum trace_table_id table, uint32_t capacity,
               const struct trace_books *books)
{
    text_print(sink,
               "%s: %llu emitted = %llu kept + %llu overwritten + %llu dropped + %llu filtered"
               " (capacity %u per CPU)\n",
               trace_table_name(table), (unsigned long long)books->emitted,
               (unsigned long long)books->kept, (unsigned long long)books->overwritten,
               (unsigned long long)books->dropped, (unsigned long long)books->filtered, capacity);
}

void log_duration(const struct text_sink *sink, uint64_t ns)
{
    static const struct {
        uint64_t ns;
        const char *name;
    } unit[] = {{1000000000, "s"}, {1000000, "ms"}, {1000, "us"}};
    for (uint32_t i = 0; i < 3; i++) {
        if (ns < unit[i].ns)
            continue;
        uint64_t hundredths = ns / (unit[i].ns / 100);
        if (hundredths >= 10000) /* 100 and more needs no fraction */
            text_print(sink, "%llu %s", (unsigned long long)(hundredths / 100), unit[i].name);
        else
            text_print(sink, "%llu.%02u %s", (unsigned long long)(hundredths / 100),
                       (unsigned)(hundredths % 100), unit[i].name);
        return;
    }
    text_print(sink, "%llu ns", (unsigned long long)ns);
}

/* The place of the earliest event that waits; of several at one time, the first. */
static uint32_t earliest_of(const struct log_cursor *cursor)
{
    uint32_t best = 0;
    for (uint32_t i = 1; i < cursor->waiting; i++)
        if (cursor->event[i].record.tsc < cursor->event[best].record.tsc)
            best = i;
    return best;
}

static void refill(struct log_cursor *cursor)
{
    while (cursor->waiting < LOG_LOOK_AHEAD && cursor->number < cursor->end) {
        struct log_cursor_event *event = &cursor->event[cursor->waiting];
        if (trace_table_read(cursor->table, cursor->number++, &event->record, &event->usage) !=
            TRACE_READ_OK)
            continue;
        event->record.tsc = trace_time_corrected(event->record.tsc, cursor->offset);
        cursor->waiting++;
    }
    cursor->earliest = earliest_of(cursor);
}

static uint64_t earliest_time(const struct log_cursor *cursor)
{
    return cursor->event[cursor->earliest].record.tsc;
}

/* Takes the earliest event of all CPUs out; false at the end. */
static bool take_earliest(struct log_cursor *cursors, uint32_t count, uint32_t *cpu,
                          struct log_cursor_event *taken)
{
    struct log_cursor *best = NULL;
    for (uint32_t i = 0; i < count; i++)
        if (cursors[i].waiting > 0 &&
            (best == NULL || earliest_time(&cursors[i]) < earliest_time(best)))
            best = &cursors[i];
    if (best == NULL)
        return false;
    *cpu = (uint32_t)(best - cursors);
    *taken = best->event[best->earliest];
    best->waiting--;
    for (uint32_t i = best->earliest; i < best->waiting; i++)
        best->event[i] = best->event[i + 1];
    refill(best);
    return true;
}

/* The process of a task; task 0, and one that does not exist, is unknown. */
static struct trace_task task_of(struct trace_arena *arena, uint32_t id)
{
    const struct trace_tasks *tasks = trace_arena_tasks(arena);
    if (id == 0 || id >= tasks->count)
        return (struct trace_task){.pid = LOG_PID_UNKNOWN};
    return tasks->task[id];
}

void log_arena_table(struct log_table *log, struct trace_arena *arena, enum trace_table_id table,
                     struct log_cursor *cursors)
{
    uint64_t rows = 0;
    for (uint32_t i = 0; i < arena->cpus; i++) {
        const struct trace_table *source = trace_arena_table(arena, i, table);
        struct trace_range range = trace_table_range(source);
        rows += trace_table_tally(source, range).read;
        cursors[i].table = source;
        cursors[i].offset = trace_arena_cpu_clock(arena, i).offset;
        cursors[i].number = range.first;
        cursors[i].end = range.end;
        cursors[i].waiting = 0;
        refill(&cursors[i]);
    }

    log_table_begin(log, table, rows);
    const struct trace_names *names = trace_arena_names(arena);
    uint32_t cpu;
    struct log_cursor_event event;
    while (take_earliest(cursors, arena->cpus, &cpu, &event)) {
        struct trace_task task = task_of(arena, event.record.task);
        log_table_event(log, &(struct log_event){
                                 .cpu = cpu,
                                 .tsc = event.record.tsc,
                                 .pid = task.pid,
                                 .process = trace_names_get(names, task.name),
                                 .name = trace_names_get(names, event.record.name),
                                 .usage = event.usage,
                             });
    }
    log_table_end(log);
}
