/* What a boot has lost of its events, and between which two events that was.
 *
 * Pure logic over a capture_model. */
#pragma once

#include "flight/capture_model.h"

enum loss_kind {
    LOSS_OVERWRITTEN = 0, /* older events that gave way */
    LOSS_DROPPED,         /* events that found a full table */
    LOSS_UNFINISHED,      /* begun, and never finished; the books count them as dropped */
    LOSS_FILTERED,        /* recorded while they were not wanted: nobody knows when */
    LOSS_MISSING,         /* kept, but not received */
};

/* Losses of one kind, of one table on one CPU.  `after` and `before` are NULL where there is no such event
 * on this CPU. */
struct loss {
    enum trace_table_id table;
    uint32_t cpu;
    bool many; /* more CPUs than this one have such a table */
    enum loss_kind kind;
    uint64_t events;
    const struct model_event *after;
    const struct model_event *before;
};

#define LOSSES_MAX (TRACE_TABLES * TRACE_CPUS_MAX * 5u)

/* All of them, by table, then CPU, then kind; gives how many. */
size_t losses_find(const struct capture_model *model, struct loss losses[LOSSES_MAX]);

/* "overwritten", ... */
const char *loss_kind_str(enum loss_kind kind);
