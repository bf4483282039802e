/* Folded stacks: how long each stack of each thread was what it was, as flame graph tools read it.
 *
 * A stack is a phase, the processes from the first ancestor to the thread's own, each within what its parent
 * was about when it started it, and the spans that were open.  Each moment of a thread's life belongs to one stack, so its stacks add up to its life. */
#pragma once

#include "flight/model_spans.h"
#include "trace/text.h"

enum fold_type {
    FOLD_PHASE,   /* `id` is its index */
    FOLD_PROCESS, /* `id` is its task */
    FOLD_CALL,
    FOLD_WAIT,
    FOLD_LOST, /* behind lost events nobody knows what a thread was doing */
};

struct fold_frame {
    enum fold_type type;
    uint32_t id;
    struct trace_name name; /* of calls and waits */
};

struct fold_node {
    struct fold_frame frame;
    uint32_t parent; /* place; 0: the root, which is no frame */
    uint32_t next;   /* in its bucket */
    uint64_t cycles; /* of this stack alone */
};

struct fold {
    const struct capture_model *model;
    struct span_walk walk;
    struct fold_node *nodes; /* in the order in which they appeared; the first is the root */
    size_t count, capacity;
    uint32_t *buckets;
    size_t bucket_count;
    struct fold_thread *threads; /* by task */
    uint64_t *gap_times;         /* TSC, of the gaps so far */
    size_t gap_count, gap_capacity;
};

/* Folds the TSLOG of a capture; the model stays in use until fold_free. */
void fold_read(struct fold *fold, const struct capture_model *model);
void fold_free(struct fold *fold);

/* One line for each stack, frames between ';', a blank, and its time.  A process is "name-pid", a thread
 * of the kernel, which has no pid of its own, "name#task".  Bytes that would end a frame or
 * a line are escaped. */
void fold_print(const struct fold *fold, const struct text_sink *sink, bool in_ns);
