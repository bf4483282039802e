/* Spans. */
#include "trace/span.h"

#include <stddef.h>

/* --- What a name says --- */

struct form {
    const char *text;
    enum span_mark mark;
    enum span_kind kind;
};

static bool begins(struct trace_name name, const char *text, size_t length)
{
    return name.length > length && __builtin_memcmp(name.text, text, length) == 0;
}

static bool ends(struct trace_name name, const char *text, size_t length)
{
    return name.length > length &&
           __builtin_memcmp(name.text + name.length - length, text, length) == 0;
}

static struct span_text other_of(struct trace_name name)
{
    return (struct span_text){.mark = SPAN_OTHER, .name = name};
}

struct span_text span_of_tslog(struct trace_name name)
{
    static const struct form forms[] = {
        {"ENTER ", SPAN_BEGIN, SPAN_CALL},
        {"EXIT ", SPAN_END, SPAN_CALL},
        {"THREAD ", SPAN_THREAD, SPAN_CALL},
        {"EVENT WAIT ", SPAN_BEGIN, SPAN_WAIT},
        {"EVENT UNWAIT ", SPAN_END, SPAN_WAIT},
        {"EVENT EXEC ", SPAN_PROCESS_EXEC, SPAN_CALL},
        {"EVENT NAMEI ", SPAN_PROCESS_PATH, SPAN_CALL},
        {"EVENT EXIT ", SPAN_PROCESS_EXIT, SPAN_CALL},
    };
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        size_t length = __builtin_strlen(forms[i].text);
        if (begins(name, forms[i].text, length))
            return (struct span_text){
                forms[i].mark, forms[i].kind, {name.text + length, name.length - (uint32_t)length}};
    }
    return other_of(name);
}

struct span_text span_of_boottrace(struct trace_name name)
{
    static const struct form forms[] = {
        {" start", SPAN_BEGIN, SPAN_STARTED},         {" done", SPAN_END, SPAN_STARTED},
        {" starting...", SPAN_BEGIN, SPAN_ANNOUNCED}, {" finished", SPAN_END, SPAN_ANNOUNCED},
        {" begin", SPAN_BEGIN, SPAN_BLOCK},           {" end", SPAN_END, SPAN_BLOCK},
    };
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        size_t length = __builtin_strlen(forms[i].text);
        if (ends(name, forms[i].text, length))
            return (struct span_text){
                forms[i].mark, forms[i].kind, {name.text, name.length - (uint32_t)length}};
    }
    return other_of(name);
}

static bool same(const struct span_text *a, const struct span_text *b)
{
    return a->kind == b->kind && trace_name_equal(&a->name, &b->name);
}

/* Calls and waits stand inside each other; what processes announce may overlap. */
static bool is_nested(enum span_kind kind)
{
    return kind == SPAN_CALL || kind == SPAN_WAIT;
}

/* --- Places --- */

static struct span_open *at(const struct spans *spans, uint32_t place)
{
    return place == 0 ? NULL : &spans->open[place - 1];
}

/* 0: there is none left. */
static uint32_t take_place(struct spans *spans)
{
    uint32_t place = spans->free;
    if (place != 0)
        spans->free = at(spans, place)->below;
    else if (spans->used < spans->capacity)
        place = ++spans->used;
    if (place != 0)
        at(spans, place)->used = true;
    return place;
}

static void give_place(struct spans *spans, uint32_t place)
{
    struct span_open *open = at(spans, place);
    open->used = false;
    open->below = spans->free;
    spans->free = place;
}

/* Puts an event on top of a list; false: there is no place. */
static bool push(struct spans *spans, uint32_t *list, const struct span_event *event)
{
    uint32_t place = take_place(spans);
    if (place == 0)
        return false;
    struct span_open *open = at(spans, place);
    const struct span_open *below = at(spans, *list);
    open->event = *event;
    open->order = spans->pushed++;
    open->depth = below == NULL ? 0 : below->depth + 1;
    open->below = *list;
    *list = place;
    return true;
}

/* Takes the one out that `link` leads to. */
static void take_out(struct spans *spans, uint32_t *link)
{
    uint32_t place = *link;
    *link = at(spans, place)->below;
    give_place(spans, place);
}

/* The link to the first event of that text that came before `order`, or NULL. */
static uint32_t *find(const struct spans *spans, uint32_t *list, const struct span_text *text,
                      uint64_t order)
{
    for (uint32_t looks = 0; *list != 0 && looks < SPAN_SEARCHED; looks++) {
        struct span_open *open = at(spans, *list);
        if (open->order < order && same(&open->event.text, text))
            return list;
        list = &open->below;
    }
    return NULL;
}

/* --- Pairing --- */

static uint64_t cpu_between(uint64_t begin, uint64_t end)
{
    return begin == 0 || end < begin ? 0 : end - begin;
}

/* `end` is NULL for a span that is cut. */
static void tell(struct spans *spans, const struct span_open *open, uint64_t tsc,
                 const struct span_event *end)
{
    const struct span_event *begin = &open->event;
    const struct span span = {
        .begin = begin->tsc,
        .end = tsc > begin->tsc ? tsc : begin->tsc,
        .cpu_ns = end == NULL ? 0 : cpu_between(begin->cpu_ns, end->cpu_ns),
        .tag = begin->tag,
        .task = begin->task,
        .depth = open->depth,
        .kind = begin->text.kind,
        .complete = end != NULL,
        .name = begin->text.name,
    };
    spans->counts.complete += span.complete;
    spans->counts.cut += !span.complete;
    if (spans->ended != NULL)
        spans->ended(spans->context, &span);
}

static void cut(struct spans *spans, uint32_t *link, uint64_t tsc)
{
    tell(spans, at(spans, *link), tsc, NULL);
    take_out(spans, link);
}

/* Two events that other clocks might have put the other way round. */
static bool may_be_swapped(const struct spans *spans, const struct span_event *earlier,
                           const struct span_event *later)
{
    uint64_t apart =
        later->tsc > earlier->tsc ? later->tsc - earlier->tsc : earlier->tsc - later->tsc;
    return earlier->cpu != later->cpu && apart <= spans->skew;
}

/* A call above the span from `begin` to `end` that was left without a word, and did not begin after the
 * end or before the beginning, as far as clocks can tell. */
static bool is_left_open(const struct spans *spans, const struct span_event *above,
                         const struct span_event *begin, const struct span_event *end)
{
    return is_nested(above->text.kind) && !may_be_swapped(spans, above, end) &&
           !may_be_swapped(spans, begin, above);
}

static bool is_in_order(const struct spans *spans, uint32_t top, uint32_t place,
                        const struct span_event *end)
{
    const struct span_event *begin = &at(spans, place)->event;
    for (; top != place; top = at(spans, top)->below)
        if (is_left_open(spans, &at(spans, top)->event, begin, end))
            return false;
    return true;
}

static void cut_above(struct spans *spans, struct span_task *task, uint32_t place,
                      const struct span_open *end)
{
    const struct span_event *begin = &at(spans, place)->event;
    for (uint32_t *link = &task->top; *link != place;) {
        const struct span_open *above = at(spans, *link);
        if (above->order < end->order && is_left_open(spans, &above->event, begin, &end->event))
            cut(spans, link, end->event.tsc);
        else
            link = &at(spans, *link)->below;
    }
}

static void complete(struct spans *spans, struct span_task *task, uint32_t place,
                     const struct span_event *end)
{
    uint32_t *link = &task->top;
    while (*link != place)
        link = &at(spans, *link)->below;
    tell(spans, at(spans, place), end->tsc, end);
    take_out(spans, link);
}

/* An end that has waited long enough is what it seems to be. */
static void settle(struct spans *spans, struct span_task *task, uint32_t *link)
{
    const struct span_open end = *at(spans, *link);
    take_out(spans, link);
    const uint32_t *found = find(spans, &task->top, &end.event.text, end.order);
    if (found == NULL) {
        spans->counts.unmatched++;
        return;
    }
    uint32_t place = *found;
    if (is_nested(end.event.text.kind))
        cut_above(spans, task, place, &end);
    complete(spans, task, place, &end.event);
}

/* Those that wait stand in the order of time, the latest first; the earliest is settled first. */
static uint32_t *earliest_end(const struct spans *spans, struct span_task *task)
{
    uint32_t *link = &task->early;
    while (*link != 0 && at(spans, *link)->below != 0)
        link = &at(spans, *link)->below;
    return link;
}

static void settle_until(struct spans *spans, struct span_task *task, uint64_t tsc)
{
    for (uint32_t *link = earliest_end(spans, task);
         *link != 0 && tsc - at(spans, *link)->event.tsc > spans->skew;
         link = earliest_end(spans, task))
        settle(spans, task, link);
}

static void settle_all(struct spans *spans, struct span_task *task)
{
    while (task->early != 0)
        settle(spans, task, earliest_end(spans, task));
}

/* A beginning whose end has come before it, from another CPU. */
static bool has_ended(struct spans *spans, struct span_task *task, const struct span_event *event)
{
    uint32_t *early = find(spans, &task->early, &event->text, UINT64_MAX);
    if (early == NULL || !may_be_swapped(spans, &at(spans, *early)->event, event))
        return false;
    const struct span_event end = at(spans, *early)->event;
    const struct span_open *top = at(spans, task->top);
    const struct span_open open = {.event = *event, .depth = top == NULL ? 0 : top->depth + 1};
    take_out(spans, early);
    tell(spans, &open, event->tsc, &end);
    return true;
}

static void take_begin(struct spans *spans, struct span_task *task, const struct span_event *event)
{
    if (has_ended(spans, task, event))
        return;
    const struct span_open *top = at(spans, task->top);
    bool too_deep = spans->depth_max != 0 && top != NULL && top->depth + 1 >= spans->depth_max;
    if (task->refused > 0 || too_deep || !push(spans, &task->top, event)) {
        task->refused++;
        spans->counts.refused++;
    }
}

/* The first of the ends that wait whose span ends now that others have. */
static uint32_t *find_ready(const struct spans *spans, struct span_task *task)
{
    uint32_t *link = &task->early;
    for (; *link != 0; link = &at(spans, *link)->below) {
        const struct span_open *end = at(spans, *link);
        const uint32_t *found = find(spans, &task->top, &end->event.text, end->order);
        if (found != NULL && is_in_order(spans, task->top, *found, &end->event))
            return link;
    }
    return NULL;
}

static void complete_ready(struct spans *spans, struct span_task *task)
{
    uint32_t *ready;
    while (task->early != 0 && (ready = find_ready(spans, task)) != NULL) {
        const struct span_open end = *at(spans, *ready);
        take_out(spans, ready);
        complete(spans, task, *find(spans, &task->top, &end.event.text, end.order), &end.event);
    }
}

static void wait(struct spans *spans, struct span_task *task, const struct span_event *end)
{
    uint32_t *link = earliest_end(spans, task);
    if (task->early != 0 && at(spans, task->early)->depth + 1 >= SPAN_SEARCHED)
        settle(spans, task, link);
    if (!push(spans, &task->early, end))
        spans->counts.unmatched++;
}

static void take_end(struct spans *spans, struct span_task *task, const struct span_event *event)
{
    if (task->refused > 0) {
        task->refused--;
        return;
    }
    const uint32_t *found = find(spans, &task->top, &event->text, UINT64_MAX);
    if (found == NULL ||
        (is_nested(event->text.kind) && !is_in_order(spans, task->top, *found, event))) {
        wait(spans, task, event);
        return;
    }
    complete(spans, task, *found, event);
    complete_ready(spans, task);
}

static void cut_task(struct spans *spans, struct span_task *task, uint64_t tsc)
{
    settle_all(spans, task);
    while (task->top != 0)
        cut(spans, &task->top, tsc);
    task->refused = 0;
}

/* NULL: a task that nobody knows. */
static struct span_task *task_of(struct spans *spans, uint32_t id)
{
    if (id == 0 || id >= spans->task_count)
        return NULL;
    struct span_task *task = &spans->tasks[id];
    if (task->generation != spans->generation)
        *task = (struct span_task){.generation = spans->generation};
    return task;
}

/* Where clocks agree, the next event of the same CPU comes surely behind an end that waits. */
static void settle_before(struct spans *spans, struct span_task *task,
                          const struct span_event *event)
{
    settle_until(spans, task, event->tsc);
    if (spans->skew == 0 && task->early != 0 && at(spans, task->early)->event.cpu == event->cpu)
        settle_all(spans, task);
}

void spans_take(struct spans *spans, const struct span_event *event)
{
    enum span_mark mark = event->text.mark;
    struct span_task *task = task_of(spans, event->task);
    if (task == NULL) {
        spans->counts.unknown += mark == SPAN_BEGIN || mark == SPAN_END;
        return;
    }
    settle_before(spans, task, event);
    if (mark == SPAN_BEGIN)
        take_begin(spans, task, event);
    if (mark == SPAN_END)
        take_end(spans, task, event);
    if (mark == SPAN_PROCESS_EXIT)
        cut_task(spans, task, event->tsc);
}

void spans_settle(struct spans *spans, uint32_t id, uint64_t tsc)
{
    struct span_task *task = task_of(spans, id);
    if (task != NULL)
        settle_until(spans, task, tsc);
}

void spans_start(struct spans *spans)
{
    spans->counts = (struct span_counts){0};
    spans->used = spans->free = 0;
    spans->generation = 1;
}

/* Each place is looked at once for each time that it was taken. */
uint64_t spans_gap(struct spans *spans, uint64_t tsc)
{
    uint64_t before = spans->counts.cut;
    for (uint32_t i = 0; i < spans->used; i++)
        if (spans->open[i].used)
            cut_task(spans, &spans->tasks[spans->open[i].event.task], tsc);
    spans->used = spans->free = 0;
    spans->generation++;
    return spans->counts.cut - before;
}

const struct span_open *spans_top(const struct spans *spans, uint32_t task)
{
    if (task == 0 || task >= spans->task_count ||
        spans->tasks[task].generation != spans->generation)
        return NULL;
    return at(spans, spans->tasks[task].top);
}

const struct span_open *spans_below(const struct spans *spans, const struct span_open *open)
{
    return at(spans, open->below);
}
