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
    log->passed_over = 0;
    log->first = 0;
    log->last_shown = true;
    if (log->form == LOG_ROWS)
        return;
    if (log->form == LOG_FREEBSD)
        text_print(log->sink, "\n\n");
    else if (log->title != NULL)
        text_print(log->sink, "\n%s\n", log->title);
    else
        text_print(log->sink, "\n%s table\n", trace_table_name(table));
    text_print(log->sink, "%3s %10s %10s %-24s %-40s %5s %6s %5s %5s\n", "CPU",
               log->tsc_hz == 0 ? "cycles" : "msecs", "delta", "process", "event", "PID", "CPUtime",
               "IBlks", "OBlks");
}

void log_name(const struct text_sink *sink, const struct trace_name *name, size_t width)
{
    const char *text = name->text == NULL ? "?" : name->text;
    size_t length = name->text == NULL ? 1 : name->length;
    text_print_foreign(sink, text, length);
    size_t used = width == 0 ? 0 : text_foreign_width(text, length);
    if (used < width)
        text_put_blanks(sink, width - used);
}

static bool shown(const struct log_table *log)
{
    return log->all || log->row < LOG_ROWS_SHOWN || log->row + LOG_ROWS_SHOWN >= log->rows;
}

uint64_t log_centiseconds(const struct trace_usage *usage)
{
    return usage->cpu_ns / 10000000;
}

/* `before` is the TSC that the delta counts from, 0: there is none. */
static void print_row(const struct log_table *log, const struct log_event *event, uint64_t before)
{
    const struct text_sink *sink = log->sink;
    uint64_t now = since_entry(log, event->tsc);
    uint64_t then = before == 0 ? now : since_entry(log, before);
    uint64_t cpu_cs = log_centiseconds(&event->usage);
    text_print(sink, "%3u %10llu %10llu ", event->cpu, (unsigned long long)now,
               (unsigned long long)(now > then ? now - then : 0));
    log_name(sink, &event->process, 24);
    text_print(sink, " ");
    log_name(sink, &event->name, 40);
    if (event->pid == LOG_PID_UNKNOWN)
        text_print(sink, " %5s", "?");
    else
        text_print(sink, " %5u", event->pid);
    text_print(sink, " %4llu.%02u %5u %5u\n", (unsigned long long)(cpu_cs / 100),
               (unsigned)(cpu_cs % 100), event->usage.in_blocks, event->usage.out_blocks);
}

void log_table_landmark(struct log_table *log)
{
    if (log->last_shown)
        return;
    print_row(log, &log->last, log->last_before);
    log->last_shown = true;
}

/* A row that comes so late is printed with the one before it; the first row of all has none. */
static void print_late_row(struct log_table *log, const struct log_event *event)
{
    uint64_t delta = event->tsc > log->previous ? event->tsc - log->previous : 0;
    bool late = log->previous != 0 && delta >= log->threshold;
    if (late) {
        log_table_landmark(log);
        print_row(log, event, log->previous);
    }
    log->last = *event;
    log->last_before = log->previous;
    log->last_shown = late;
}

static void print_passed_over(struct log_table *log)
{
    if (log->passed_over > 0)
        text_print(log->sink, "... %llu more events%s ...\n", (unsigned long long)log->passed_over,
                   log->elsewhere);
    log->passed_over = 0;
}

static void print_shown_row(struct log_table *log, const struct log_event *event)
{
    print_passed_over(log);
    print_row(log, event, log->previous);
    if (event->alike > 0)
        text_print(log->sink, "... %llu more like it ...\n", (unsigned long long)event->alike);
}

void log_table_event(struct log_table *log, const struct log_event *event)
{
    if (log->row == 0)
        log->first = event->tsc;
    if (log->threshold > 0)
        print_late_row(log, event);
    else if (shown(log))
        print_shown_row(log, event);
    else
        log->passed_over += 1 + event->alike;
    log->previous = event->alike > 0 ? event->until : event->tsc;
    log->row++;
}

void log_table_loss(struct log_table *log, uint32_t cpu, uint64_t events, const char *what)
{
    static const char process[] = "(lost)";
    char text[64];
    struct text_buffer buffer = {.bytes = text, .size = sizeof text};
    const struct text_sink sink = text_buffer_sink(&buffer);
    if (events == 0)
        return;
    text_print(&sink, "%llu event%s %s here", (unsigned long long)events, events == 1 ? "" : "s",
               what);
    const struct log_event row = {
        .cpu = cpu,
        .tsc = log->previous == 0 ? log->entry_tsc : log->previous,
        .process = {process, sizeof process - 1},
        .name = {text, (uint32_t)buffer.length},
    };
    print_row(log, &row, 0);
}

/* Of the times as they are printed, so that the deltas add up to it. */
void log_table_end(struct log_table *log)
{
    print_passed_over(log); /* events that were promised did not come */
    uint64_t first = log->row == 0 ? 0 : since_entry(log, log->first);
    uint64_t last = log->row == 0 ? 0 : since_entry(log, log->previous);
    text_print(log->sink, "Total measured time: %llu %s\n",
               (unsigned long long)(last > first ? last - first : 0),
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

/* --- Tables of an arena --- */

/* The events that wait, the earliest first. */
static struct log_cursor_event *waiting_at(struct log_cursor *cursor, uint32_t place)
{
    return &cursor->event[(cursor->earliest + place) % LOG_LOOK_AHEAD];
}

/* Puts an event where its time is; of several at one time, behind the others. */
static void insert(struct log_cursor *cursor, const struct log_cursor_event *event)
{
    uint32_t place = cursor->waiting++;
    for (; place > 0 && waiting_at(cursor, place - 1)->record.tsc > event->record.tsc; place--)
        *waiting_at(cursor, place) = *waiting_at(cursor, place - 1);
    *waiting_at(cursor, place) = *event;
}

static void refill(struct log_cursor *cursor)
{
    while (cursor->waiting < LOG_LOOK_AHEAD && cursor->number < cursor->end) {
        struct log_cursor_event event;
        enum trace_read read =
            trace_table_read(cursor->table, cursor->number, &event.record, &event.usage);
        if (read == TRACE_READ_UNPUBLISHED && cursor->live &&
            cursor->end - cursor->number <= LOG_LOOK_AHEAD)
            break; /* its writer is at it; one with many events behind it will not finish */
        cursor->number++;
        cursor->unfinished += read == TRACE_READ_UNPUBLISHED;
        cursor->lost += read == TRACE_READ_OVERWRITTEN;
        if (read != TRACE_READ_OK)
            continue;
        event.record.tsc = trace_time_corrected(event.record.tsc, cursor->offset);
        insert(cursor, &event);
    }
}

static void start(struct log_cursor *cursor, struct trace_arena *arena, uint32_t cpu,
                  enum trace_table_id table)
{
    cursor->table = trace_arena_table(arena, cpu, table);
    cursor->offset = trace_arena_cpu_clock(arena, cpu).offset;
    cursor->unfinished = cursor->lost = 0;
    cursor->waiting = cursor->earliest = 0;
}

void log_cursor_start(struct log_cursor *cursor, struct trace_arena *arena, uint32_t cpu,
                      enum trace_table_id table)
{
    start(cursor, arena, cpu, table);
    cursor->number = trace_table_range(cursor->table).first;
    cursor->live = false;
    log_cursor_extend(cursor);
}

void log_cursor_start_at(struct log_cursor *cursor, struct trace_arena *arena, uint32_t cpu,
                         enum trace_table_id table, uint64_t number)
{
    start(cursor, arena, cpu, table);
    cursor->number = number;
    cursor->live = true;
    log_cursor_extend(cursor);
}

/* What the table has lost since then lies before what it holds. */
void log_cursor_extend(struct log_cursor *cursor)
{
    struct trace_range range = trace_table_range(cursor->table);
    if (range.first > cursor->number) {
        uint64_t from = cursor->number > range.base ? cursor->number : range.base;
        cursor->lost += range.first - from;
        cursor->number = range.first;
    }
    cursor->end = range.end;
    refill(cursor);
}

static uint64_t earliest_time(const struct log_cursor *cursor)
{
    return cursor->event[cursor->earliest].record.tsc;
}

static struct log_cursor *earliest_cursor(struct log_cursor *cursors, uint32_t count)
{
    struct log_cursor *best = NULL;
    for (uint32_t i = 0; i < count; i++)
        if (cursors[i].waiting > 0 &&
            (best == NULL || earliest_time(&cursors[i]) < earliest_time(best)))
            best = &cursors[i];
    return best;
}

static struct log_cursor_event take(struct log_cursor *cursor)
{
    struct log_cursor_event taken = cursor->event[cursor->earliest];
    cursor->earliest = (cursor->earliest + 1) % LOG_LOOK_AHEAD;
    cursor->waiting--;
    refill(cursor);
    return taken;
}

/* The process of a task; task 0, and one that does not exist, is unknown. */
static struct trace_task task_of(struct trace_arena *arena, uint32_t id)
{
    const struct trace_tasks *tasks = trace_arena_tasks(arena);
    if (id == 0 || id >= tasks->count)
        return (struct trace_task){.pid = LOG_PID_UNKNOWN};
    return tasks->task[id];
}

bool log_cursors_next(struct log_cursor *cursors, struct trace_arena *arena,
                      struct log_event *event)
{
    struct log_cursor *cursor = earliest_cursor(cursors, arena->cpus);
    if (cursor == NULL)
        return false;
    const struct log_cursor_event taken = take(cursor);
    const struct trace_names *names = trace_arena_names(arena);
    struct trace_task task = task_of(arena, taken.record.task);
    *event = (struct log_event){
        .cpu = (uint32_t)(cursor - cursors),
        .tsc = taken.record.tsc,
        .task = taken.record.task,
        .pid = task.pid,
        .process = trace_names_get(names, task.name),
        .name = trace_names_get(names, taken.record.name),
        .usage = taken.usage,
    };
    return true;
}

/* Where the losses of a table stand: what was overwritten, before its CPU's first event; what was
 * dropped or never finished, behind its last. */
static void print_losses_before(struct log_table *log, struct trace_arena *arena,
                                enum trace_table_id table)
{
    for (uint32_t cpu = 0; cpu < arena->cpus; cpu++) {
        struct trace_range range = trace_table_range(trace_arena_table(arena, cpu, table));
        log_table_loss(log, cpu, range.first - range.base, "overwritten");
    }
}

static void print_losses_behind(struct log_table *log, struct trace_arena *arena,
                                enum trace_table_id table, const struct log_cursor *cursors)
{
    for (uint32_t cpu = 0; cpu < arena->cpus; cpu++) {
        struct trace_range range = trace_table_range(trace_arena_table(arena, cpu, table));
        log_table_loss(log, cpu, range.written - range.end, "dropped");
        log_table_loss(log, cpu, cursors[cpu].unfinished, "begun, but not finished");
        log_table_loss(log, cpu, cursors[cpu].lost, "overwritten while this was printed");
    }
}

void log_arena_table(struct log_table *log, struct trace_arena *arena, enum trace_table_id table,
                     struct log_cursor *cursors)
{
    uint64_t rows = 0;
    for (uint32_t i = 0; i < arena->cpus; i++) {
        const struct trace_table *source = trace_arena_table(arena, i, table);
        rows += trace_table_tally(source, trace_table_range(source)).read;
        log_cursor_start(&cursors[i], arena, i, table);
    }
    log_table_begin(log, table, rows);
    print_losses_before(log, arena, table);
    struct log_event event;
    while (log_cursors_next(cursors, arena, &event))
        log_table_event(log, &event);
    print_losses_behind(log, arena, table, cursors);
    log_table_end(log);
}
