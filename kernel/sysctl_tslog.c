/* sysctls: debug.tslog and debug.tslog_user, in the lines that FreeBSD's tools read (freebsd-boot-profiling),
 * and the switch.  The books of the table stand in sysctl_trace.c.
 *
 * A thread is told by the number of its task, which no other thread ever has, and which says nothing of
 * addresses.  Lives of a pid are lines of their own. */
#include "kernel/kern_boottrace.h"
#include "kernel/log_printer.h"
#include "kernel/scheduler.h"
#include "kernel/sysctl.h"
#include "kernel/tracing.h"
#include "trace/span.h"

static struct trace_arena *arena(void)
{
    return tracing_tracer.arena;
}

/* --- debug.tslog: "0xTHREAD TSC TYPE f[ s]", in the order of time --- */

static void print_line(const struct text_sink *sink, const struct log_event *event)
{
    text_print(sink, "0x%x %llu ", (unsigned)event->task, (unsigned long long)event->tsc);
    if (event->name.text == NULL)
        text_print(sink, "EVENT (name refused)");
    else
        text_print_foreign(sink, event->name.text, event->name.length);
    text_print(sink, "\n");
}

/* Behind the last event of a CPU that has lost some: an event that FreeBSD's tools pass over. */
static void print_loss(const struct text_sink *sink, uint64_t tsc, uint32_t cpu,
                       const struct log_cursor *cursor)
{
    const struct trace_range range = trace_table_range(cursor->table);
    uint64_t lost = range.written - range.end + cursor->unfinished + cursor->lost;
    if (lost > 0)
        text_print(sink, "0x0 %llu EVENT LOST %llu records of CPU %u\n", (unsigned long long)tsc,
                   (unsigned long long)lost, cpu);
}

/* Tables without any room have no last event. */
static void print_losses_without_room(const struct text_sink *sink,
                                      const struct log_cursor *cursors)
{
    uint64_t now = scheduler_now();
    for (uint32_t cpu = 0; cpu < arena()->cpus; cpu++)
        if (cursors[cpu].table->capacity == 0)
            print_loss(sink, now, cpu, &cursors[cpu]);
}

static void read_tslog(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    (void)oid;
    struct log_cursor *cursors = log_printer_claim(sink);
    if (cursors == NULL)
        return;
    struct log_event event;
    for (uint32_t cpu = 0; cpu < arena()->cpus; cpu++)
        log_cursor_start(&cursors[cpu], arena(), cpu, TRACE_TABLE_TSLOG);
    while (log_cursors_next(cursors, arena(), &event)) {
        print_line(sink, &event);
        if (cursors[event.cpu].waiting == 0)
            print_loss(sink, event.tsc, event.cpu, &cursors[event.cpu]);
    }
    print_losses_without_room(sink, cursors);
    log_printer_release();
}

SYSCTL_OID(tslog, .name = "debug.tslog",
           .help = "Entries, exits, threads and events: thread, TSC, type, text",
           .kind = SYSCTL_STRING, .flags = SYSTEM_SYSCTL_SKIP, .read = read_tslog);

/* --- debug.tslog_user: pid ppid fork exit "exec" "namei" --- */

enum {
    LIVES = 32, /* that are looked for at a time: each takes a walk over the table */
};

struct life {
    uint64_t fork, exit; /* TSC; 0: not recorded, or not yet */
    uint16_t exec, namei;
};

static void note(struct life *life, const struct trace_record *record, int64_t offset)
{
    const struct trace_name name = trace_names_get(trace_arena_names(arena()), record->name);
    uint64_t tsc = trace_time_corrected(record->tsc, offset);
    switch (span_of_tslog(name).mark) {
    case SPAN_THREAD:
        life->fork = tsc;
        break;
    case SPAN_PROCESS_EXIT:
        life->exit = tsc;
        break;
    case SPAN_PROCESS_EXEC:
        life->exec = record->name;
        break;
    case SPAN_PROCESS_PATH:
        life->namei = life->namei == TRACE_NAME_NONE ? record->name : life->namei;
        break;
    case SPAN_OTHER:
    case SPAN_BEGIN:
    case SPAN_END:
        break;
    }
}

/* What TSLOG knows of the tasks from `first` on. */
static void collect(struct life *lives, uint32_t first)
{
    for (uint32_t cpu = 0; cpu < arena()->cpus; cpu++) {
        const struct trace_table *table = trace_arena_table(arena(), cpu, TRACE_TABLE_TSLOG);
        const struct trace_range range = trace_table_range(table);
        int64_t offset = trace_arena_cpu_clock(arena(), cpu).offset;
        struct trace_record record;
        struct trace_usage usage;
        for (uint64_t n = range.first; n < range.end; n++)
            if (trace_table_read(table, n, &record, &usage) == TRACE_READ_OK &&
                record.task >= first && record.task < first + LIVES)
                note(&lives[record.task - first], &record, offset);
    }
}

/* The text behind "EVENT EXEC " and the like, in quotes that it cannot end. */
static void print_quoted(const struct text_sink *sink, uint32_t id)
{
    const struct trace_name text =
        span_of_tslog(trace_names_get(trace_arena_names(arena()), id)).name;
    text_print(sink, " \"");
    for (uint32_t at = 0; at < text.length;) {
        uint32_t end = at;
        while (end < text.length && text.text[end] != '"')
            end++;
        text_print_foreign(sink, text.text + at, end - at);
        text_print(sink, end < text.length ? "\\x22" : "");
        at = end + 1;
    }
    text_print(sink, "\"");
}

/* A process that has recorded boottrace events under another name has a task for that, too, behind its
 * own: nothing is born there. */
static bool is_alias(const struct trace_tasks *tasks, uint32_t id)
{
    for (uint32_t earlier = 1; earlier < id; earlier++)
        if (tasks->task[earlier].pid == tasks->task[id].pid)
            return true;
    return false;
}

/* The kernel's own threads have no pid. */
static void print_life(const struct text_sink *sink, uint32_t id, const struct life *life)
{
    const struct trace_tasks *tasks = trace_arena_tasks(arena());
    const struct trace_task *task = &tasks->task[id];
    if (task->pid == 0 || (life->fork == 0 && is_alias(tasks, id)))
        return;
    text_print(sink, "%u %u %llu %llu", task->pid, tasks->task[task->parent].pid,
               (unsigned long long)life->fork, (unsigned long long)life->exit);
    print_quoted(sink, life->exec);
    print_quoted(sink, life->namei);
    text_print(sink, "\n");
}

static void read_user(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    (void)oid;
    uint32_t count = trace_arena_tasks(arena())->count;
    for (uint32_t first = 1; first < count; first += LIVES) {
        struct life lives[LIVES] = {0};
        collect(lives, first);
        for (uint32_t i = 0; i < LIVES && first + i < count; i++)
            print_life(sink, first + i, &lives[i]);
    }
}

SYSCTL_OID(tslog_user, .name = "debug.tslog_user",
           .help = "Processes: pid, parent, fork, exit, \"program\", \"first path\"",
           .kind = SYSCTL_STRING, .flags = SYSTEM_SYSCTL_SKIP, .read = read_user);

/* --- debug.tslog_enabled --- */

static void read_mode(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    (void)oid;
    sysctl_print_unsigned(sink, kern_boottrace_tslog_mode());
}

static int write_mode(const struct sysctl_oid *oid, struct slice text, uint64_t number)
{
    (void)oid;
    (void)text;
    if (number > 2)
        return SYSTEM_EINVAL;
    kern_boottrace_set_tslog_mode(number);
    return SYSTEM_OK;
}

SYSCTL_OID(tslog_enabled, .name = "debug.tslog_enabled",
           .help = "TSLOG records: 0 no, 1 yes, 2 as long as boottrace is enabled",
           .kind = SYSCTL_UNSIGNED, .flags = SYSTEM_SYSCTL_TUNABLE, .read = read_mode,
           .write = write_mode);
