/* The spans of a capture: its events, of all CPUs, taken through trace/span.h.
 *
 * There are two kinds of stacks, each with losses of its own: the calls and waits of TSLOG, and what
 * processes announce in the tables of the phases ("X start", "X done").  A task that is only another name
 * of a process counts as that process.
 *
 * Pure logic; memory grows with the events. */
#pragma once

#include "flight/capture_model.h"
#include "trace/span.h"

/* Where events of TSLOG are missing: what was open is cut there. */
struct span_gap {
    uint32_t cpu;
    const struct model_event *after;  /* the last event before it; NULL: none was received */
    const struct model_event *before; /* the first one behind it; NULL: it never ends */
    uint64_t cut;                     /* spans that were open where it began and ended */
};

struct span_walk {
    const struct capture_model *model;
    struct spans calls;         /* of TSLOG */
    struct spans announcements; /* of boottrace */
    uint64_t end;               /* TSC: the last moment that is known */
    uint32_t tasks;             /* ids below this one are in use */
    uint32_t *owner;            /* of a task: the process that it is a name of, or itself */
    struct span_gap *gaps;
    size_t gap_count, gap_capacity;
    /* To be set by the caller; each may be NULL. */
    void (*event)(void *context, const struct span_event *event); /* before it is taken */
    void (*gap)(void *context, uint64_t tsc);                     /* before it is taken */
    void (*ended)(void *context, const struct span *span);
    void *context;
};

/* Walks through all events in the order of time; to be freed. */
void span_walk_run(struct span_walk *walk, const struct capture_model *model);
void span_walk_free(struct span_walk *walk);

struct span_list {
    struct span *items; /* the longest first */
    size_t count;
    size_t capacity;
};

/* The spans that a person would look for: no waits, and nothing that was only announced. */
struct span_list span_list_of(const struct capture_model *model);

/* The phase in which a moment lies: that which began last; TRACE_PHASES if none had begun, or if another one may have,
 * whose frame was lost. */
uint32_t span_phase_at(const struct capture_model *model, uint64_t tsc);

/* What people read of it. */
const char *span_phase_name(uint32_t phase);
