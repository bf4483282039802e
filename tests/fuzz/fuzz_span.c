/* Spans.
 *
 * Input: how many places there are, then two bytes for each event: what it is and whose, and its name and
 * the time that has passed.
 *
 * Property: with places enough the spans are those of a model that keeps every event
 * (span_model.h); with fewer, each beginning is told once or counted as refused, no span ends before it
 * begins, and no place is lost. */
#include <stdint.h>

#include "tests/fuzz/require.h"
#include "tests/fuzz/span_model.h"

static struct span_model model;
static struct span told[SPAN_MODEL_EVENTS];
static uint32_t told_count;

static void keep(void *context, const struct span *span)
{
    (void)context;
    require(told_count < SPAN_MODEL_EVENTS && span->end >= span->begin);
    told[told_count++] = *span;
}

static struct span_event event_of(const uint8_t *data, uint64_t number, uint64_t tsc)
{
    static const char names[] = "abcdefgh";
    static const enum span_mark marks[] = {SPAN_BEGIN, SPAN_END, SPAN_BEGIN, SPAN_END,
                                           SPAN_BEGIN, SPAN_END, SPAN_OTHER, SPAN_PROCESS_EXIT};
    return (struct span_event){
        .tsc = tsc,
        .tag = number,
        .task = (data[0] >> 3) % (SPAN_MODEL_TASKS + 1),
        .text = {marks[data[0] & 7],
                 data[0] & 0x40 ? SPAN_STARTED : SPAN_CALL,
                 {&names[data[1] & 7], 1}},
    };
}

static void check(const struct spans *spans, uint64_t begins, bool all_fit)
{
    const struct span_counts *counts = &spans->counts;
    require(begins == counts->complete + counts->cut + counts->refused);
    require(told_count == counts->complete + counts->cut && spans->used == 0);
    if (!all_fit)
        return;
    require(counts->refused == 0 && counts->unmatched == model.unmatched);
    require(span_model_agrees(&model, told, told_count));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct span_open open[SPAN_MODEL_EVENTS];
    struct span_task tasks[SPAN_MODEL_TASKS] = {0};
    if (size == 0 || size > 2 * (SPAN_MODEL_EVENTS - 1))
        return 0;
    bool all_fit = (data[0] & 1) == 0;
    struct spans spans = {.open = open,
                          .capacity = all_fit ? SPAN_MODEL_EVENTS : data[0] / 2,
                          .tasks = tasks,
                          .task_count = SPAN_MODEL_TASKS,
                          .ended = keep};
    memset(model.depth, 0, sizeof model.depth);
    model.told_count = told_count = 0;
    model.unmatched = 0;
    spans_start(&spans);
    uint64_t tsc = 0, begins = 0;
    for (size_t i = 1; i + 1 < size; i += 2) {
        tsc += data[i + 1] >> 3;
        struct span_event event = event_of(&data[i], i, tsc);
        bool known = event.task > 0 && event.task < SPAN_MODEL_TASKS;
        begins += known && event.text.mark == SPAN_BEGIN;
        spans_take(&spans, &event);
        span_model_take(&model, &event);
        if (data[i] == 0xff) {
            (void)spans_gap(&spans, tsc);
            span_model_gap(&model, tsc);
        }
    }
    (void)spans_gap(&spans, tsc);
    span_model_gap(&model, tsc);
    check(&spans, begins, all_fit);
    return 0;
}
