/* Spans: events of one task that say where something begins and where it ends, paired.
 *
 *     TSLOG       "ENTER f[ s]" and "EXIT f[ s]", "EVENT WAIT topic" and "EVENT UNWAIT topic"
 *     boottrace   "X start" and "X done", "X starting..." and "X finished", "X begin" and "X end"
 *
 * Events come in the order of their corrected times.  What the events cannot tell is never made up:
 *
 *   - a span whose end never comes is cut where its process ended, where an outer span ended, where events
 *     were lost (spans_gap), or at the end of all, and says so (`complete` is false);
 *   - an end without a beginning is counted, and changes nothing;
 *   - a thread that moves to another CPU may seem to come there before it left, by no more than the
 *     clocks are off (`skew`).  An end that fits to nothing therefore waits so long for the events that
 *     may belong before it.
 *
 * Pure logic: the caller hands over the memory, and gets each span when it ends. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "trace/names.h"

enum span_mark {
    SPAN_OTHER = 0,
    SPAN_BEGIN,
    SPAN_END,
    SPAN_THREAD,       /* the birth of the record's task */
    SPAN_PROCESS_EXEC, /* the program that it runs */
    SPAN_PROCESS_PATH, /* the first path that it opened */
    SPAN_PROCESS_EXIT, /* its end: nothing of it is open any more */
};

enum span_kind {
    SPAN_CALL = 0,  /* ENTER, EXIT */
    SPAN_WAIT,      /* WAIT, UNWAIT */
    SPAN_STARTED,   /* "X start", "X done" */
    SPAN_ANNOUNCED, /* "X starting...", "X finished"; what never finishes was only an announcement */
    SPAN_BLOCK,     /* "X begin", "X end" */
};

/* What an event's name says; `name` is the rest of it, for SPAN_OTHER all of it. */
struct span_text {
    enum span_mark mark;
    enum span_kind kind;
    struct trace_name name;
};
struct span_text span_of_tslog(struct trace_name name);
struct span_text span_of_boottrace(struct trace_name name);

struct span_event {
    uint64_t tsc;
    uint64_t cpu_ns; /* CPU time of its process, 0: unknown */
    uint64_t tag;    /* the caller's */
    uint32_t task;
    uint32_t cpu;
    struct span_text text;
};

struct span {
    uint64_t begin, end; /* TSC; end >= begin */
    uint64_t cpu_ns;     /* used meanwhile; 0: unknown */
    uint64_t tag;        /* of its beginning */
    uint32_t task;
    uint32_t depth; /* spans of its task around it */
    enum span_kind kind;
    bool complete; /* its end was recorded */
    struct trace_name name;
};

/* How far below the innermost span of a task an end may find its beginning. */
#define SPAN_SEARCHED 64u

/* A span that is open, or an end that waits for its beginning.  Places are index + 1, 0: none. */
struct span_open {
    struct span_event event;
    uint64_t order; /* in which the events came */
    uint32_t below; /* the next one of the task, or of those that are free */
    uint32_t depth;
    bool used;
};

struct span_task {
    uint32_t top;     /* innermost open span */
    uint32_t early;   /* ends that wait, the latest first */
    uint32_t refused; /* beginnings for which there was no place, and that have not ended */
    uint32_t generation;
};

struct span_counts {
    uint64_t complete;
    uint64_t cut;
    uint64_t unmatched; /* ends without a beginning */
    uint64_t refused;   /* beginnings for which there was no place */
    uint64_t unknown;   /* beginnings and ends of unknown tasks */
};

struct spans {
    struct span_open *open;
    uint32_t capacity;
    struct span_task *tasks;
    uint32_t task_count;
    uint64_t skew;      /* cycles by which times of two CPUs may be out of order */
    uint32_t depth_max; /* beginnings deeper than this are refused; 0: no bound but the places */
    void (*ended)(void *context, const struct span *span);
    void *context;
    struct span_counts counts;
    uint32_t used,
        free; /* places that were ever in use since the last gap, and the first free one */
    uint32_t generation;
    uint64_t pushed;
};

/* Starts with nothing open.  Before it: `open` (`capacity` of them), zeroed `tasks` (`task_count`
 * of them, by id), `skew`, `depth_max`, `ended` and `context` are set. */
void spans_start(struct spans *spans);

/* The next event, in the order of time; each span that it ends is given to `ended`. */
void spans_take(struct spans *spans, const struct span_event *event);

/* Decides about the ends that still wait: nothing from before `tsc` will come any more for this task.
 * spans_take does it, too; who looks at what is open calls it before. */
void spans_settle(struct spans *spans, uint32_t task, uint64_t tsc);

/* Events may be missing from here on, of any task: all that is open is cut.  Also the end of all.
 * Gives how many spans that were. */
uint64_t spans_gap(struct spans *spans, uint64_t tsc);

/* The innermost open span of a task, and the one around it; NULL: none. */
const struct span_open *spans_top(const struct spans *spans, uint32_t task);
const struct span_open *spans_below(const struct spans *spans, const struct span_open *open);
