/* What spans must come to, on one CPU: a model that keeps every event, looks at all of them, and
 * has no bounds but its arrays. */
#pragma once

#include <stdlib.h>
#include <string.h>

#include "trace/span.h"

enum {
    SPAN_MODEL_EVENTS = 4096,
    SPAN_MODEL_TASKS = 5,
};

struct span_model {
    struct span_event open[SPAN_MODEL_TASKS][SPAN_MODEL_EVENTS];
    uint32_t depth[SPAN_MODEL_TASKS];
    struct span told[SPAN_MODEL_EVENTS];
    uint32_t told_count;
    uint64_t unmatched;
};

static inline bool span_model_nests(enum span_kind kind)
{
    return kind == SPAN_CALL || kind == SPAN_WAIT;
}

/* Takes entry `i` of a task out, complete or cut. */
static inline void span_model_end(struct span_model *model, uint32_t task, uint32_t i, uint64_t tsc,
                                  bool complete)
{
    struct span_event *open = model->open[task];
    model->told[model->told_count++] = (struct span){.begin = open[i].tsc,
                                                     .end = tsc,
                                                     .tag = open[i].tag,
                                                     .task = task,
                                                     .kind = open[i].text.kind,
                                                     .complete = complete};
    memmove(&open[i], &open[i + 1], (model->depth[task] - i - 1) * sizeof open[0]);
    model->depth[task]--;
}

static inline void span_model_cut_task(struct span_model *model, uint32_t task, uint64_t tsc)
{
    while (model->depth[task] > 0)
        span_model_end(model, task, model->depth[task] - 1, tsc, false);
}

static inline bool span_model_same(const struct span_text *a, const struct span_text *b)
{
    return a->kind == b->kind && a->name.length == b->name.length &&
           memcmp(a->name.text, b->name.text, a->name.length) == 0;
}

static inline void span_model_take_end(struct span_model *model, const struct span_event *event)
{
    uint32_t task = event->task, i = model->depth[task];
    for (uint32_t looks = 0; i > 0 && looks < SPAN_SEARCHED; looks++, i--)
        if (span_model_same(&model->open[task][i - 1].text, &event->text))
            break;
        else if (looks + 1 == SPAN_SEARCHED)
            i = 1;
    if (i == 0) {
        model->unmatched++;
        return;
    }
    for (uint32_t above = model->depth[task] - 1;
         span_model_nests(event->text.kind) && above > i - 1; above--)
        if (span_model_nests(model->open[task][above].text.kind))
            span_model_end(model, task, above, event->tsc, false);
    span_model_end(model, task, i - 1, event->tsc, true);
}

static inline void span_model_take(struct span_model *model, const struct span_event *event)
{
    if (event->task == 0 || event->task >= SPAN_MODEL_TASKS)
        return;
    if (event->text.mark == SPAN_BEGIN)
        model->open[event->task][model->depth[event->task]++] = *event;
    if (event->text.mark == SPAN_END)
        span_model_take_end(model, event);
    if (event->text.mark == SPAN_PROCESS_EXIT)
        span_model_cut_task(model, event->task, event->tsc);
}

static inline void span_model_gap(struct span_model *model, uint64_t tsc)
{
    for (uint32_t task = 1; task < SPAN_MODEL_TASKS; task++)
        span_model_cut_task(model, task, tsc);
}

static inline int span_model_by_tag(const void *a, const void *b)
{
    const struct span *left = a, *right = b;
    return (left->tag > right->tag) - (left->tag < right->tag);
}

/* The same spans, in whatever order; both lists are put into that of the tags. */
static inline bool span_model_agrees(struct span_model *model, struct span *told, uint32_t count)
{
    if (count != model->told_count)
        return false;
    qsort(told, count, sizeof *told, span_model_by_tag);
    qsort(model->told, count, sizeof *told, span_model_by_tag);
    for (uint32_t i = 0; i < count; i++) {
        const struct span *left = &told[i], *right = &model->told[i];
        if (left->tag != right->tag || left->begin != right->begin || left->end != right->end ||
            left->task != right->task || left->kind != right->kind ||
            left->complete != right->complete)
            return false;
    }
    return true;
}
