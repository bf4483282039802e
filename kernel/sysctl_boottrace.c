/* sysctls: kern.boottrace.*, with FreeBSD's names, kinds and flags (boottrace(4)), and what it lacks:
 * the size of each table, the shutdown table, cursors, and switches that work at run time.  The books of the tables stand
 * in sysctl_trace.c. */
#include "kernel/kern_boottrace.h"
#include "kernel/log_printer.h"
#include "kernel/sysctl.h"
#include "kernel/tracing.h"

#define OID(identifier, leaf, ...)                                                                 \
    SYSCTL_OID(identifier, .name = "kern.boottrace." leaf, __VA_ARGS__)

/* --- Switches --- */

static void read_switch(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    sysctl_print_unsigned(sink,
                          kern_boottrace_is_on((enum kern_boottrace_switch)(uintptr_t)oid->data));
}

static int write_switch(const struct sysctl_oid *oid, struct slice text, uint64_t number)
{
    (void)text;
    kern_boottrace_turn((enum kern_boottrace_switch)(uintptr_t)oid->data, number != 0);
    return SYSTEM_OK;
}

#define SWITCH(identifier, leaf, which, what)                                                      \
    OID(identifier, leaf, .help = (what), .kind = SYSCTL_SWITCH, .flags = SYSTEM_SYSCTL_TUNABLE,   \
        .read = read_switch, .write = write_switch, .data = (void *)(which))

SWITCH(enabled, "enabled", KERN_BOOTTRACE_ENABLED, "Boottrace events are kept");
SWITCH(dotrace_kernel, "dotrace_kernel", KERN_BOOTTRACE_DOTRACE_KERNEL,
       "Boottrace events of the kernel are kept");
SWITCH(dotrace_user, "dotrace_user", KERN_BOOTTRACE_DOTRACE_USER,
       "Boottrace events of processes are kept");
SWITCH(shutdown_trace, "shutdown_trace", KERN_BOOTTRACE_SHUTDOWN_TRACE,
       "The shutdown table is printed while it fills, and at the end");

static void read_threshold(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    (void)oid;
    text_print(sink, "%d", kern_boottrace_threshold_ms());
}

static int write_threshold(const struct sysctl_oid *oid, struct slice text, uint64_t number)
{
    (void)oid;
    (void)text;
    int64_t ms = (int64_t)number;
    if (ms < INT32_MIN || ms > INT32_MAX)
        return SYSTEM_EINVAL;
    kern_boottrace_set_threshold_ms((int32_t)ms);
    return SYSTEM_OK;
}

OID(threshold, "shutdown_trace_threshold",
    .help = "Milliseconds after the event before from which on one is printed; 0 or less: each is",
    .kind = SYSCTL_SIGNED, .flags = SYSTEM_SYSCTL_TUNABLE, .read = read_threshold,
    .write = write_threshold);

/* --- What was recorded --- */

static void read_log(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    bool shutdown = oid->data != NULL;
    const struct tracing_print how = {
        .form = LOG_FREEBSD,
        .first = shutdown ? TRACE_TABLE_SHUTDOWN : TRACE_TABLE_BOOT,
        .last = shutdown ? TRACE_TABLE_SHUTDOWN : TRACE_TABLE_RUN,
        .all = true,
    };
    uint64_t kept = 0;
    for (uint32_t i = (uint32_t)how.first; i <= (uint32_t)how.last; i++)
        kept += tracing_books((enum trace_table_id)i).kept;
    if (kept > 0 || kern_boottrace_is_on(KERN_BOOTTRACE_ENABLED))
        log_printer_print(sink, &how);
}

OID(log, "log", .help = "The boot and the run table", .kind = SYSCTL_STRING,
    .flags = SYSTEM_SYSCTL_SKIP, .read = read_log);
OID(shutdown_log, "shutdown_log", .help = "The shutdown table", .kind = SYSCTL_STRING,
    .flags = SYSTEM_SYSCTL_SKIP, .read = read_log, .data = (void *)1);

/* --- Recording --- */

static int error_of(enum boottrace_status status)
{
    switch (status) {
    case BOOTTRACE_OK:
    case BOOTTRACE_DISABLED:
        return SYSTEM_OK;
    case BOOTTRACE_NOT_TRACED:
        return SYSTEM_ENXIO;
    case BOOTTRACE_BAD_TEXT:
        return SYSTEM_EINVAL;
    case BOOTTRACE_LOST:
        return SYSTEM_ENOSPC;
    }
    return SYSTEM_EINVAL;
}

static bool is_recordable(struct slice text)
{
    size_t length = boottrace_split(text.text, text.length).length;
    return length > 0 && length <= TRACE_NAME_LENGTH_MAX;
}

/* `data` is the phase that begins with the event; 0: none.  A text that cannot be recorded begins
 * nothing. */
static int write_event(const struct sysctl_oid *oid, struct slice text, uint64_t number)
{
    (void)number;
    enum trace_phase phase = (enum trace_phase)(uintptr_t)oid->data;
    if (phase == TRACE_PHASE_MULTI_USER && is_recordable(text))
        tracing_enter_run_time();
    if (phase == TRACE_PHASE_SHUTDOWN && is_recordable(text))
        tracing_enter(phase);
    return error_of(kern_boottrace_user(text));
}

OID(boottrace, "boottrace", .help = "Records an event, \"process:event\" or \"event\"",
    .kind = SYSCTL_STRING, .write = write_event);
OID(runtrace, "runtrace", .help = "The same; run time begins with it", .kind = SYSCTL_STRING,
    .write = write_event, .data = (void *)TRACE_PHASE_MULTI_USER);
OID(shuttrace, "shuttrace", .help = "The same; the shutdown begins with it", .kind = SYSCTL_STRING,
    .write = write_event, .data = (void *)TRACE_PHASE_SHUTDOWN);

static int write_reset(const struct sysctl_oid *oid, struct slice text, uint64_t number)
{
    (void)oid;
    (void)text;
    (void)number;
    kern_boottrace_reset();
    return SYSTEM_OK;
}

OID(reset, "reset", .help = "Any number empties the tables; their books begin anew",
    .kind = SYSCTL_SIGNED, .write = write_reset);

/* --- Sizes --- */

static void read_size(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    sysctl_print_unsigned(sink, tracing_tracer.arena->capacity[(uintptr_t)oid->data]);
}

#define SIZE(identifier, leaf, table, what)                                                        \
    OID(identifier, leaf, .help = (what), .kind = SYSCTL_UNSIGNED, .flags = SYSTEM_SYSCTL_TUNABLE, \
        .read = read_size, .data = (void *)(table))

SIZE(table_size, "table_size", TRACE_TABLE_BOOT, "Events that the boot table keeps, per CPU");
SIZE(run_table_size, "run_table_size", TRACE_TABLE_RUN, "Events that the run table keeps, per CPU");
SIZE(shutdown_table_size, "shutdown_table_size", TRACE_TABLE_SHUTDOWN,
     "Events that the shutdown table keeps, per CPU");

/* --- Cursors --- */

enum {
    CURSORS = 4,
};

/* How far a reader has come: the number of the next event, by table and CPU.  Who has claimed the printer reads
 * and writes it. */
static struct {
    uint64_t next[TRACE_PHASE_TABLES][TRACE_CPUS_MAX];
    uint64_t previous; /* TSC of the last event that was read */
} places[CURSORS];

/* Those that are to begin anew with the next reading: set by anybody. */
static bool rewound[CURSORS];

static void print_from(uint32_t place, enum trace_table_id table, struct log_table *log,
                       struct log_cursor *cursors)
{
    struct trace_arena *arena = tracing_tracer.arena;
    struct log_event event;
    for (uint32_t cpu = 0; cpu < arena->cpus; cpu++)
        log_cursor_start_at(&cursors[cpu], arena, cpu, table, places[place].next[table][cpu]);
    for (uint32_t cpu = 0; cpu < arena->cpus; cpu++) {
        log_table_loss(log, cpu, cursors[cpu].lost, "overwritten unread");
        cursors[cpu].lost = 0;
    }
    while (log_cursors_next(cursors, arena, &event))
        log_table_event(log, &event);
    for (uint32_t cpu = 0; cpu < arena->cpus; cpu++) {
        log_table_loss(log, cpu, cursors[cpu].unfinished, "begun, but not finished");
        log_table_loss(log, cpu, cursors[cpu].lost, "overwritten while this was printed");
        places[place].next[table][cpu] = cursors[cpu].number;
    }
}

static void read_cursor(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    uint32_t place = (uint32_t)(uintptr_t)oid->data;
    struct log_cursor *cursors = log_printer_claim(sink);
    if (cursors == NULL)
        return;
    if (__atomic_exchange_n(&rewound[place], false, __ATOMIC_ACQUIRE))
        __builtin_memset(&places[place], 0, sizeof places[place]);
    struct log_table log = {
        .sink = sink,
        .form = LOG_ROWS,
        .tsc_hz = tracing_clock()->tsc_hz,
        .entry_tsc = tracing_entry_tsc(),
        .previous = places[place].previous,
        .all = true,
    };
    for (uint32_t i = 0; i < TRACE_PHASE_TABLES; i++)
        print_from(place, (enum trace_table_id)i, &log, cursors);
    places[place].previous = log.previous;
    log_printer_release();
}

#define CURSOR(digit)                                                                              \
    OID(cursor_##digit, "cursor." #digit,                                                          \
        .help = "The events since it was read last; kern.boottrace.rewind rewinds it",             \
        .kind = SYSCTL_STRING, .flags = SYSTEM_SYSCTL_SKIP, .read = read_cursor,                   \
        .data = (void *)(digit))

CURSOR(0);
CURSOR(1);
CURSOR(2);
CURSOR(3);

/* No write to the cursor itself: sysctl(8) reads what it sets, before and after. */
static int write_rewind(const struct sysctl_oid *oid, struct slice text, uint64_t number)
{
    (void)oid;
    (void)text;
    if (number >= CURSORS)
        return SYSTEM_EINVAL;
    __atomic_store_n(&rewound[number], true, __ATOMIC_RELEASE);
    return SYSTEM_OK;
}

OID(rewind, "rewind", .help = "The number of a cursor that is to begin anew",
    .kind = SYSCTL_UNSIGNED, .write = write_rewind);
