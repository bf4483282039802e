/* The long form of a log: times and deltas to the nanosecond, events indented by the spans around them,
 * and, at the end of each span, how long it took and what CPU time its process used.
 *
 *          time s      delta s CPU   PID process        event
 *     0.048512345  0.000101234   0    12 boottrace        /etc/rc.d/netif start
 *     0.402718112  0.354205767   1    12 boottrace        /etc/rc.d/netif done [354.20 ms, CPU 3.02 ms]
 *
 * Spans are those of trace/span.h; one lies within another if it began later in the same process, or in one
 * that this process started. */
#pragma once

#include "trace/log_text.h"
#include "trace/span.h"

/* Everything before `spans` is the caller's; `spans` has memory, but has not been started. */
struct log_long {
    const struct text_sink *sink;
    uint64_t tsc_hz;                                  /* 0: times are cycles */
    uint64_t entry_tsc;                               /* times count from here */
    uint32_t (*parent)(void *context, uint32_t task); /* the task that started it, 0: unknown */
    void *context;
    struct spans *spans;
    uint64_t previous;
    struct trace_name ending; /* the name of the present event, as a span's */
    struct span ended;        /* by the present event */
    bool has_ended;
};

/* The parts of the log, in this order, for who has tables of its own. */
void log_long_start(struct log_long *log);
void log_long_title(struct log_long *log, enum trace_table_id table);
void log_long_event(struct log_long *log, const struct log_event *event);
void log_long_loss(struct log_long *log, uint32_t cpu, uint64_t events, const char *what);

/* All tables from `first` to `last` of an arena; `cursors` as for log_arena_table. */
void log_long_tables(struct log_long *log, struct trace_arena *arena, enum trace_table_id first,
                     enum trace_table_id last, struct log_cursor *cursors);
