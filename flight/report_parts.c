/* Parts of the report for people: slowest spans, losses. */
#include "flight/report_parts.h"

#include <stdlib.h>

#include "flight/losses.h"
#include "flight/model_spans.h"
#include "flight/print.h"
#include "flight/timeline.h"
#include "trace/log_text.h"

#define SLOWEST_SHOWN 5u /* of each phase */

void report_print_span(const struct text_sink *sink, const struct capture_model *model,
                       uint64_t cycles)
{
    uint64_t ns;
    if (timeline_span_ns(model, cycles, &ns))
        log_duration(sink, ns);
    else
        print_count(sink, cycles, "cycle");
}

/* --- Slowest spans --- */

/* "  389 ms, CPU 12.0 ms  boottrace (15): /etc/rc.d/netif start" */
static void print_slow(const struct text_sink *sink, const struct capture_model *model,
                       const struct span *span)
{
    const struct model_task task = capture_model_task(model, span->task);
    text_print(sink, "  ");
    report_print_span(sink, model, span->end - span->begin);
    if (span->cpu_ns > 0) {
        text_print(sink, ", CPU ");
        log_duration(sink, span->cpu_ns);
    }
    text_print(sink, "  ");
    print_string(sink, capture_model_name(model, task.name));
    if (task.known)
        text_print(sink, " (%u)", task.pid);
    text_print(sink, ": ");
    text_print_foreign(sink, span->name.text, span->name.length);
    text_print(sink, span->complete ? "\n" : ", its end was not recorded\n");
}

static void print_slowest_of(const struct text_sink *sink, const struct capture_model *model,
                             const struct span_list *list, uint32_t phase)
{
    uint32_t shown = 0;
    for (size_t i = 0; i < list->count && shown < SLOWEST_SHOWN; i++) {
        if (span_phase_at(model, list->items[i].begin) != phase)
            continue;
        if (shown++ == 0)
            text_print(sink, " %s\n", span_phase_name(phase));
        print_slow(sink, model, &list->items[i]);
    }
}

void report_print_slowest(const struct text_sink *sink, const struct capture_model *model)
{
    struct span_list list = span_list_of(model);
    if (list.count > 0)
        text_print(sink, "\nslowest spans\n");
    for (uint32_t phase = 0; phase <= TRACE_PHASES; phase++)
        print_slowest_of(sink, model, &list, phase);
    free(list.items);
}

/* --- Losses --- */

static const char *words_of(enum loss_kind kind)
{
    switch (kind) {
    case LOSS_OVERWRITTEN:
        return "overwritten";
    case LOSS_DROPPED:
        return "dropped";
    case LOSS_UNFINISHED:
        return "begun but never finished, and counted as dropped";
    case LOSS_FILTERED:
        return "filtered: recorded while they were not wanted";
    case LOSS_MISSING:
        return "kept but not received: frames are missing";
    }
    return "lost";
}

static void print_edge(const struct text_sink *sink, const struct capture_model *model,
                       const char *where, const struct model_event *event)
{
    uint64_t entry = timeline_entry(model).cycles;
    text_print(sink, " %s \"", where);
    print_string(sink, capture_model_name(model, event->name));
    text_print(sink, "\" at ");
    report_print_span(sink, model, event->tsc >= entry ? event->tsc - entry : 0);
}

static void print_loss(const struct text_sink *sink, const struct capture_model *model,
                       const struct loss *loss)
{
    text_print(sink, "%s", trace_table_name(loss->table));
    if (loss->many)
        text_print(sink, ", CPU %u", loss->cpu);
    text_print(sink, ": ");
    print_count(sink, loss->events, "event");
    text_print(sink, loss->events == 1 ? " was %s" : " were %s", words_of(loss->kind));
    if (loss->after != NULL || loss->before != NULL)
        text_print(sink, ",");
    if (loss->after != NULL)
        print_edge(sink, model, loss->before != NULL ? "between" : "behind", loss->after);
    if (loss->before != NULL)
        print_edge(sink, model, loss->after != NULL ? "and" : "before", loss->before);
    text_print(sink, "\n");
}

void report_print_losses(const struct text_sink *sink, const struct capture_model *model)
{
    struct loss losses[LOSSES_MAX];
    size_t count = losses_find(model, losses);
    for (size_t i = 0; i < count; i++)
        print_loss(sink, model, &losses[i]);
}
