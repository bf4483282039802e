/* The spans of a capture. */
#include "flight/model_spans.h"

#include <stdlib.h>

#include "flight/memory.h"
#include "flight/model_books.h"
#include "flight/order.h"
#include "flight/timeline.h"

enum {
    DEPTH_MAX = 128, /* of spans in each other */
};

/* At one time: a gap ends, events, a gap begins. */
enum step_kind {
    STEP_GAP_ENDS,
    STEP_EVENT,
    STEP_GAP_BEGINS,
};

struct step {
    uint64_t tsc;
    enum step_kind kind;
    uint32_t table;
    size_t index;                    /* of a gap */
    const struct model_event *event; /* NULL: a gap */
};

struct steps {
    struct step *items;
    size_t count;
    size_t capacity;
};

static void add_step(struct steps *steps, const struct step *step)
{
    steps->items = memory_grown(steps->items, steps->count, &steps->capacity, sizeof *step);
    steps->items[steps->count++] = *step;
}

static int by_time(const void *a, const void *b)
{
    const struct step *left = a, *right = b;
    int order = order_of(left->tsc, right->tsc);
    order = order != 0 ? order : order_of((uint64_t)left->kind, (uint64_t)right->kind);
    if (order != 0 || left->event == NULL || right->event == NULL)
        return order != 0 ? order : order_of(left->index, right->index);
    order = order_of(left->event->cpu, right->event->cpu);
    order = order != 0 ? order : order_of(left->table, right->table);
    return order != 0 ? order : order_of(left->event->number, right->event->number);
}

/* --- Gaps --- */

static void add_gap(struct span_walk *walk, struct steps *steps, struct span_gap gap)
{
    struct step step = {.index = walk->gap_count};
    walk->gaps = memory_grown(walk->gaps, walk->gap_count, &walk->gap_capacity, sizeof *walk->gaps);
    walk->gaps[walk->gap_count++] = gap;
    if (gap.after != NULL) {
        step.kind = STEP_GAP_BEGINS;
        step.tsc = gap.after->tsc;
        add_step(steps, &step);
    }
    if (gap.before != NULL) {
        step.kind = STEP_GAP_ENDS;
        step.tsc = gap.before->tsc;
        add_step(steps, &step);
    }
}

/* Whether events are missing behind the last one of a CPU, as far as anybody can tell. */
static bool goes_on(const struct capture_model *model, const struct model_event *last)
{
    const struct model_books *books = &model->books[TRACE_TABLE_TSLOG][last->cpu];
    if (!books->known)
        return true;
    const struct trace_range range = model_books_range(books);
    return last->number + 1 < range.written;
}

static void find_gaps(struct span_walk *walk, struct steps *steps)
{
    const struct model_events *events = &walk->model->events[TRACE_TABLE_TSLOG];
    const struct model_event **sorted = capture_model_by_number(events);
    for (size_t i = 0; i < events->count; i++) {
        const struct model_event *event = sorted[i], *before = i == 0 ? NULL : sorted[i - 1];
        if (before != NULL && before->cpu != event->cpu)
            before = NULL;
        if (event->number != (before == NULL ? 0 : before->number + 1))
            add_gap(walk, steps, (struct span_gap){event->cpu, before, event, 0});
        bool is_last = i + 1 == events->count || sorted[i + 1]->cpu != event->cpu;
        if (is_last && goes_on(walk->model, event))
            add_gap(walk, steps, (struct span_gap){event->cpu, event, NULL, 0});
    }
    free(sorted);
}

/* --- Tasks --- */

struct named_task {
    uint32_t pid, id;
    bool born; /* TSLOG has its birth */
};

static int by_pid(const void *a, const void *b)
{
    const struct named_task *left = a, *right = b;
    int order = order_of(left->pid, right->pid);
    return order != 0 ? order : order_of(left->id, right->id);
}

static void find_births(const struct capture_model *model, struct named_task *tasks)
{
    const struct model_events *events = &model->events[TRACE_TABLE_TSLOG];
    for (size_t i = 0; i < events->count; i++) {
        const struct model_event *event = &events->items[i];
        if (event->task < model->task_count &&
            span_of_tslog(capture_model_trace_name(model, event->name)).mark == SPAN_THREAD)
            tasks[event->task].born = true;
    }
}

/* Defined, or only used. */
static uint32_t count_tasks(const struct capture_model *model)
{
    size_t count = model->task_count;
    for (uint32_t table = 0; table < TRACE_TABLES; table++)
        for (size_t i = 0; i < model->events[table].count; i++)
            if (model->events[table].items[i].task >= count)
                count = model->events[table].items[i].task + 1u;
    return (uint32_t)count;
}

/* Of the tasks with one pid, the first is the process, and each that was born is another one. */
static void find_owners(struct span_walk *walk)
{
    const struct capture_model *model = walk->model;
    size_t count = model->task_count;
    struct named_task *tasks = memory_zeroed(count + 1, sizeof *tasks);
    walk->tasks = count_tasks(model);
    walk->owner = memory_zeroed(walk->tasks + 1, sizeof *walk->owner);
    for (uint32_t i = 0; i < walk->tasks; i++)
        walk->owner[i] = i;
    for (uint32_t i = 0; i < count; i++)
        tasks[i] = (struct named_task){capture_model_task(model, i).pid, i, false};
    find_births(model, tasks);
    qsort(tasks, count, sizeof *tasks, by_pid);
    for (size_t i = 1; i < count; i++)
        if (tasks[i].pid != 0 && tasks[i].pid == tasks[i - 1].pid && !tasks[i].born)
            walk->owner[tasks[i].id] = walk->owner[tasks[i - 1].id];
    free(tasks);
}

/* --- The walk --- */

/* Clocks of two CPUs are off by no more than both uncertainties together. */
static uint64_t skew_of(const struct capture_model *model)
{
    uint64_t first = 0, second = 0;
    for (uint32_t cpu = 0; cpu < TRACE_CPUS_MAX; cpu++) {
        uint64_t own = capture_model_cpu_events(model, cpu) > 0 ? model->cpu[cpu].uncertainty : 0;
        second = own > first ? first : own > second ? own : second;
        first = own > first ? own : first;
    }
    return first + second;
}

static void start(struct span_walk *walk, struct spans *spans, size_t events)
{
    spans->capacity = (uint32_t)(events < UINT32_MAX / 2 ? events : UINT32_MAX / 2);
    spans->open = memory_zeroed(events + 1, sizeof *spans->open);
    spans->task_count = walk->tasks;
    spans->tasks = memory_zeroed(walk->tasks + 1, sizeof *spans->tasks);
    spans->skew = skew_of(walk->model);
    spans->depth_max = DEPTH_MAX;
    spans->ended = walk->ended;
    spans->context = walk->context;
    spans_start(spans);
}

static void take_event(struct span_walk *walk, const struct step *step)
{
    const struct model_event *event = step->event;
    const struct trace_name name = capture_model_trace_name(walk->model, event->name);
    bool is_call = step->table == TRACE_TABLE_TSLOG;
    const struct span_event taken = {
        .tsc = event->tsc,
        .cpu_ns = event->usage.cpu_ns,
        .tag = step->table,
        .task = walk->owner[event->task],
        .cpu = event->cpu,
        .text = is_call ? span_of_tslog(name) : span_of_boottrace(name),
    };
    spans_settle(&walk->calls, taken.task, taken.tsc);
    spans_settle(&walk->announcements, taken.task, taken.tsc);
    if (walk->event != NULL)
        walk->event(walk->context, &taken);
    spans_take(is_call ? &walk->calls : &walk->announcements, &taken);
    if (taken.text.mark == SPAN_PROCESS_EXIT)
        spans_take(&walk->announcements, &taken);
}

static void take_gap(struct span_walk *walk, const struct step *step)
{
    if (walk->gap != NULL)
        walk->gap(walk->context, step->tsc);
    walk->gaps[step->index].cut += spans_gap(&walk->calls, step->tsc);
}

static void add_events(struct steps *steps, const struct capture_model *model, uint32_t table)
{
    for (size_t i = 0; i < model->events[table].count; i++) {
        const struct model_event *event = &model->events[table].items[i];
        add_step(steps, &(struct step){
                            .tsc = event->tsc, .kind = STEP_EVENT, .table = table, .event = event});
    }
}

void span_walk_run(struct span_walk *walk, const struct capture_model *model)
{
    struct steps steps = {0};
    walk->model = model;
    walk->end = timeline_end(model).cycles;
    find_owners(walk);
    for (uint32_t table = 0; table < TRACE_TABLES; table++)
        add_events(&steps, model, table);
    start(walk, &walk->calls, model->events[TRACE_TABLE_TSLOG].count);
    start(walk, &walk->announcements, steps.count - model->events[TRACE_TABLE_TSLOG].count);
    find_gaps(walk, &steps);
    if (steps.count > 0)
        qsort(steps.items, steps.count, sizeof *steps.items, by_time);
    for (size_t i = 0; i < steps.count; i++)
        steps.items[i].event == NULL ? take_gap(walk, &steps.items[i])
                                     : take_event(walk, &steps.items[i]);
    if (steps.count > 0 && walk->end < steps.items[steps.count - 1].tsc)
        walk->end = steps.items[steps.count - 1].tsc;
    free(steps.items);
}

void span_walk_free(struct span_walk *walk)
{
    free(walk->calls.open);
    free(walk->calls.tasks);
    free(walk->announcements.open);
    free(walk->announcements.tasks);
    free(walk->owner);
    free(walk->gaps);
}

/* --- The list --- */

struct list_maker {
    struct span_list list;
    bool orderly; /* the boot came to an end of its own will */
    bool at_end;  /* what is cut now was open when the boot ended */
};

/* What was announced and was still under way when a boot ended in order was never meant to end:
 * "multi-user start". */
static bool is_shown(const struct list_maker *maker, const struct span *span)
{
    bool never_ends = maker->orderly && maker->at_end && span->kind != SPAN_CALL;
    return span->kind != SPAN_WAIT && (span->complete || !never_ends);
}

static void keep(void *context, const struct span *span)
{
    struct list_maker *maker = context;
    struct span_list *list = &maker->list;
    if (!is_shown(maker, span))
        return;
    list->items = memory_grown(list->items, list->count, &list->capacity, sizeof *span);
    list->items[list->count++] = *span;
}

static int by_length(const void *a, const void *b)
{
    const struct span *left = a, *right = b;
    int order = order_of(right->end - right->begin, left->end - left->begin);
    order = order != 0 ? order : order_of(left->begin, right->begin);
    order = order != 0 ? order : order_of(left->depth, right->depth);
    return order != 0 ? order : order_of(left->task, right->task);
}

struct span_list span_list_of(const struct capture_model *model)
{
    struct list_maker maker = {.orderly = model->verdict.known &&
                                          !frame_string_is(model->verdict.status, "panic")};
    struct span_walk walk = {.ended = keep, .context = &maker};
    span_walk_run(&walk, model);
    maker.at_end = true;
    (void)spans_gap(&walk.calls, walk.end);
    (void)spans_gap(&walk.announcements, walk.end);
    span_walk_free(&walk);
    if (maker.list.count > 0)
        qsort(maker.list.items, maker.list.count, sizeof *maker.list.items, by_length);
    return maker.list;
}

uint32_t span_phase_at(const struct capture_model *model, uint64_t tsc)
{
    uint32_t phase = TRACE_PHASES;
    for (uint32_t i = 0; i < TRACE_PHASES; i++)
        if (timeline_phase_start(model, i).known && timeline_phase_start(model, i).cycles <= tsc)
            phase = i;
    return timeline_phase_is_followed(model, phase) ? phase : TRACE_PHASES;
}

const char *span_phase_name(uint32_t phase)
{
    return phase < TRACE_PHASES ? trace_phase_name((enum trace_phase)phase) : "(phase unknown)";
}
