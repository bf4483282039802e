/* The shutdown rows on the console while the system goes down. */
#include "kernel/shutdown_log.h"

#include "kernel/console.h"
#include "kernel/kern_boottrace.h"
#include "kernel/scheduler.h"
#include "kernel/thread.h"
#include "kernel/tracing.h"
#include "kernel/tslog.h"
#include "kernel/wait_queue.h"

TSLOG_TOPIC(mutex_topic, "shutdown log");
static struct mutex mutex = MUTEX_OF(mutex_topic); /* of all below */
static struct log_cursor cursors[TRACE_CPUS_MAX];
static struct log_table rows;
static bool started;
static bool watched; /* there is a thread for landmarks */

static void put(void *context, const char *bytes, size_t length)
{
    (void)context;
    console_put(CONSOLE_SHUTDOWN_LOG, bytes, length);
}

static const struct text_sink sink = {put, NULL};

static bool wanted(void)
{
    return tracing_phase() == TRACE_PHASE_SHUTDOWN &&
           kern_boottrace_is_on(KERN_BOOTTRACE_SHUTDOWN_TRACE);
}

static void take(void)
{
    if (!tracing_is_alone())
        mutex_take(&mutex);
}

static void release(void)
{
    if (!tracing_is_alone())
        mutex_release(&mutex);
}

static void start(void)
{
    struct trace_arena *arena = tracing_tracer.arena;
    rows = (struct log_table){
        .sink = &sink,
        .title = "shutdown log",
        .tsc_hz = tracing_clock()->tsc_hz,
        .entry_tsc = tracing_entry_tsc(),
        .threshold = kern_boottrace_threshold(),
        .all = true,
        .previous = arena->phase_tsc[TRACE_PHASE_SHUTDOWN],
    };
    log_table_begin(&rows, TRACE_TABLE_SHUTDOWN, 0);
    for (uint32_t cpu = 0; cpu < arena->cpus; cpu++)
        log_cursor_start_at(&cursors[cpu], arena, cpu, TRACE_TABLE_SHUTDOWN, 0);
    started = true;
}

static void print_new_ones(void)
{
    struct trace_arena *arena = tracing_tracer.arena;
    struct log_event event;
    for (uint32_t cpu = 0; cpu < arena->cpus; cpu++)
        log_cursor_extend(&cursors[cpu]);
    while (log_cursors_next(cursors, arena, &event))
        log_table_event(&rows, &event);
}

/* Until the last event must be printed by itself: ns; 0: now. */
static uint64_t time_left(void)
{
    uint64_t now = scheduler_now();
    uint64_t gone = now > rows.previous ? now - rows.previous : 0;
    bool late = rows.last_shown || gone >= rows.threshold;
    uint64_t left = rows.last_shown ? rows.threshold : late ? 0 : rows.threshold - gone;
    return trace_cycles_to_ns(left, rows.tsc_hz);
}

static int watch(void *argument)
{
    (void)argument;
    for (;;) {
        take();
        bool ends = !wanted() || rows.threshold == 0;
        uint64_t ns = ends ? 0 : time_left();
        if (ns == 0 && !ends) {
            log_table_landmark(&rows);
            ns = time_left();
        }
        watched = !ends;
        release();
        if (ends)
            return 0;
        (void)thread_sleep_ns(ns);
    }
}

static void watch_for_landmarks(void)
{
    if (watched || rows.threshold == 0 || rows.tsc_hz == 0 || tracing_is_alone())
        return;
    watched = thread_create("shutdown log", watch, NULL, true) != NULL;
}

/* What an earlier threshold has kept back is shown: nobody looks at it any more. */
static void obey_threshold(void)
{
    uint64_t threshold = kern_boottrace_threshold();
    if (threshold == rows.threshold)
        return;
    log_table_landmark(&rows);
    rows.threshold = threshold;
}

void shutdown_log_update(void)
{
    if (!wanted())
        return;
    take();
    if (!started)
        start();
    obey_threshold();
    print_new_ones();
    watch_for_landmarks();
    release();
}
