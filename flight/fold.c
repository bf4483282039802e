/* Folded stacks. */
#include "flight/fold.h"

#include <stdlib.h>
#include <string.h>

#include "flight/memory.h"
#include "flight/timeline.h"

enum {
    GENERATIONS_MAX = 32, /* of processes that are shown above a thread */
    FRAMES_MAX = 384, /* phase, processes and what they are within, a mark of loss, two stacks of
                           * at most 128 spans */
};

/* The life of a thread, as far as it has been walked. */
struct fold_thread {
    uint64_t since;           /* TSC up to which its time has been given to stacks */
    size_t gaps;              /* of the walk that it has passed */
    struct trace_name within; /* what its parent was about when it started it; NULL: nothing */
    bool alive;
    bool lost; /* events may be missing: its stack is not known until it is empty */
};

/* --- The tree of stacks --- */

static bool same_frame(const struct fold_frame *a, const struct fold_frame *b)
{
    return a->type == b->type && a->id == b->id && a->name.length == b->name.length &&
           (a->name.length == 0 || memcmp(a->name.text, b->name.text, a->name.length) == 0);
}

static uint32_t mix(uint32_t hash, uint32_t value)
{
    return (hash ^ value) * 16777619u;
}

static uint32_t hash_of(uint32_t parent, const struct fold_frame *frame)
{
    uint32_t hash = mix(mix(mix(2166136261u, parent), (uint32_t)frame->type), frame->id);
    for (uint32_t i = 0; i < frame->name.length; i++)
        hash = mix(hash, (uint8_t)frame->name.text[i]);
    return hash ^ hash >> 15;
}

static void put_into_bucket(struct fold *fold, uint32_t place)
{
    struct fold_node *node = &fold->nodes[place];
    uint32_t *bucket =
        &fold->buckets[hash_of(node->parent, &node->frame) & (fold->bucket_count - 1)];
    node->next = *bucket;
    *bucket = place;
}

static void grow_buckets(struct fold *fold)
{
    if (fold->count < fold->bucket_count)
        return;
    fold->bucket_count = fold->bucket_count == 0 ? 256 : fold->bucket_count * 2;
    free(fold->buckets);
    fold->buckets = memory_zeroed(fold->bucket_count, sizeof *fold->buckets);
    for (uint32_t place = 1; place < fold->count; place++)
        put_into_bucket(fold, place);
}

static void add_node(struct fold *fold, uint32_t parent, const struct fold_frame *frame)
{
    fold->nodes = memory_grown(fold->nodes, fold->count, &fold->capacity, sizeof *fold->nodes);
    fold->nodes[fold->count++] = (struct fold_node){.frame = *frame, .parent = parent};
    grow_buckets(fold);
}

/* The node of that frame on that stack. */
static uint32_t child_of(struct fold *fold, uint32_t parent, const struct fold_frame *frame)
{
    uint32_t place = fold->buckets[hash_of(parent, frame) & (fold->bucket_count - 1)];
    for (; place != 0; place = fold->nodes[place].next)
        if (fold->nodes[place].parent == parent && same_frame(&fold->nodes[place].frame, frame))
            return place;
    place = (uint32_t)fold->count;
    add_node(fold, parent, frame);
    if (fold->buckets[hash_of(parent, frame) & (fold->bucket_count - 1)] != place)
        put_into_bucket(fold, place);
    return place;
}

/* --- The stack of a thread --- */

struct stack {
    struct fold_frame frames[FRAMES_MAX]; /* the innermost last */
    uint32_t count;
};

static void push(struct stack *stack, const struct fold_frame *frame)
{
    if (stack->count < FRAMES_MAX)
        stack->frames[stack->count++] = *frame;
}

static void turn(struct fold_frame *frames, uint32_t count)
{
    for (uint32_t i = 0; i < count / 2; i++) {
        struct fold_frame frame = frames[i];
        frames[i] = frames[count - 1 - i];
        frames[count - 1 - i] = frame;
    }
}

static void push_processes(struct stack *stack, const struct fold *fold, uint32_t task)
{
    uint32_t bottom = stack->count;
    for (uint32_t i = 0; task != 0 && i < GENERATIONS_MAX; i++) {
        task = task < fold->walk.tasks ? fold->walk.owner[task] : task;
        push(stack, &(struct fold_frame){.type = FOLD_PROCESS, .id = task});
        if (task < fold->walk.tasks && fold->threads[task].within.text != NULL)
            push(stack,
                 &(struct fold_frame){.type = FOLD_CALL, .name = fold->threads[task].within});
        task = capture_model_task(fold->model, task).parent;
    }
    turn(stack->frames + bottom, stack->count - bottom);
}

/* Both stacks of spans as one: what began earlier stands outside. */
static void push_spans(struct stack *stack, const struct fold *fold, uint32_t task)
{
    const struct spans *calls = &fold->walk.calls, *others = &fold->walk.announcements;
    const struct span_open *call = spans_top(calls, task), *other = spans_top(others, task);
    uint32_t bottom = stack->count;
    while (call != NULL || other != NULL) {
        bool is_call = other == NULL || (call != NULL && call->event.tsc >= other->event.tsc);
        const struct span_open *open = is_call ? call : other;
        push(stack, &(struct fold_frame){.type = open->event.text.kind == SPAN_WAIT ? FOLD_WAIT
                                                                                    : FOLD_CALL,
                                         .name = open->event.text.name});
        if (is_call)
            call = spans_below(calls, open);
        else
            other = spans_below(others, open);
    }
    turn(stack->frames + bottom, stack->count - bottom);
}

static void add_time(struct fold *fold, const struct stack *stack, uint32_t phase, uint64_t cycles)
{
    uint32_t place = child_of(fold, 0, &(struct fold_frame){.type = FOLD_PHASE, .id = phase});
    for (uint32_t i = 0; i < stack->count; i++)
        place = child_of(fold, place, &stack->frames[i]);
    fold->nodes[place].cycles += cycles;
}

/* When the next phase begins, or `end`. */
static uint64_t next_phase(const struct capture_model *model, uint64_t tsc, uint64_t end)
{
    for (uint32_t i = 0; i < TRACE_PHASES; i++) {
        struct timeline_value start = timeline_phase_start(model, i);
        if (start.known && start.cycles > tsc && start.cycles < end)
            end = start.cycles;
    }
    return end;
}

/* Gives a thread's time up to a moment to the stack that it has had since the last one. */
static void give_time(struct fold *fold, uint32_t task, uint64_t tsc)
{
    struct fold_thread *thread = &fold->threads[task];
    if (tsc <= thread->since)
        return;
    static struct stack stack;
    stack.count = 0;
    push_processes(&stack, fold, task);
    if (thread->lost)
        push(&stack, &(struct fold_frame){.type = FOLD_LOST});
    push_spans(&stack, fold, task);
    while (thread->since < tsc) {
        uint64_t end = next_phase(fold->model, thread->since, tsc);
        add_time(fold, &stack, span_phase_at(fold->model, thread->since), end - thread->since);
        thread->since = end;
    }
}

/* The same, past a gap: one that was there before is lost behind it. */
static void account(struct fold *fold, uint32_t task, uint64_t tsc)
{
    struct fold_thread *thread = &fold->threads[task];
    if (!thread->alive)
        return;
    if (thread->gaps < fold->gap_count) {
        give_time(fold, task, fold->gap_times[thread->gaps]);
        thread->lost = true;
        thread->gaps = fold->gap_count;
    }
    give_time(fold, task, tsc);
}

/* --- The walk --- */

/* How many there are is known once the walk has begun. */
static void grow_threads(struct fold *fold)
{
    if (fold->threads == NULL)
        fold->threads = memory_zeroed(fold->walk.tasks + 1, sizeof *fold->threads);
}

/* The innermost span of boottrace that is open in the parent of a task: the script that runs, say. */
static struct trace_name parent_span(const struct fold *fold, uint32_t task)
{
    uint32_t parent = capture_model_task(fold->model, task).parent;
    parent = parent < fold->walk.tasks ? fold->walk.owner[parent] : 0;
    const struct span_open *open = parent == 0 ? NULL : spans_top(&fold->walk.calls, parent);
    while (open != NULL && open->event.text.kind != SPAN_STARTED)
        open = spans_below(&fold->walk.calls, open);
    if (open == NULL && parent != 0)
        open = spans_top(&fold->walk.announcements, parent);
    return open == NULL ? (struct trace_name){NULL, 0} : open->event.text.name;
}

static void see_event(void *context, const struct span_event *event)
{
    struct fold *fold = context;
    bool is_tslog = event->tag == TRACE_TABLE_TSLOG;
    if (event->task == 0)
        return;
    grow_threads(fold);
    struct fold_thread *thread = &fold->threads[event->task];
    if (!thread->alive && is_tslog)
        *thread =
            (struct fold_thread){.since = event->tsc,
                                 .within = parent_span(fold, event->task),
                                 .gaps = fold->gap_count,
                                 .alive = true,
                                 .lost = fold->gap_count > 0 && event->text.mark != SPAN_THREAD};
    if (is_tslog || event->text.mark != SPAN_OTHER)
        account(fold, event->task, event->tsc);
    if (event->text.mark == SPAN_PROCESS_EXIT)
        thread->alive = false;
}

static void see_gap(void *context, uint64_t tsc)
{
    struct fold *fold = context;
    const struct spans *calls = &fold->walk.calls;
    for (uint32_t i = 0; i < calls->used; i++)
        if (calls->open[i].used)
            account(fold, calls->open[i].event.task, tsc);
    fold->gap_times = memory_grown(fold->gap_times, fold->gap_count, &fold->gap_capacity,
                                   sizeof *fold->gap_times);
    fold->gap_times[fold->gap_count++] = tsc;
}

/* A thread that has not ended lives on; one of the kernel's with nothing open, an idle one, has nothing
 * to show of that.  What became of one behind a gap, nobody knows. */
static void end_life(struct fold *fold, uint32_t task)
{
    struct fold_thread *thread = &fold->threads[task];
    const struct model_task known = capture_model_task(fold->model, task);
    spans_settle(&fold->walk.calls, task, fold->walk.end);
    bool lives_on = known.pid != 0 || spans_top(&fold->walk.calls, task) != NULL;
    if (thread->lost || !lives_on)
        return;
    give_time(fold, task,
              thread->gaps < fold->gap_count ? fold->gap_times[thread->gaps] : fold->walk.end);
}

void fold_read(struct fold *fold, const struct capture_model *model)
{
    *fold = (struct fold){.model = model};
    add_node(fold, 0, &(struct fold_frame){0});
    fold->walk.event = see_event;
    fold->walk.gap = see_gap;
    fold->walk.context = fold;
    span_walk_run(&fold->walk, model);
    for (uint32_t task = 1; fold->threads != NULL && task < fold->walk.tasks; task++)
        if (fold->threads[task].alive)
            end_life(fold, task);
}

void fold_free(struct fold *fold)
{
    span_walk_free(&fold->walk);
    free(fold->nodes);
    free(fold->buckets);
    free(fold->threads);
    free(fold->gap_times);
}

/* --- The lines --- */

static void print_text(const struct text_sink *sink, const char *text, size_t length)
{
    size_t from = 0;
    for (size_t i = 0; i <= length; i++)
        if (i == length || text[i] == ';') {
            text_print_foreign(sink, text + from, i - from);
            text_print(sink, i < length ? "\\x3b" : "");
            from = i + 1;
        }
}

static void print_process(const struct fold *fold, const struct text_sink *sink, uint32_t id)
{
    const struct model_task task = capture_model_task(fold->model, id);
    struct frame_string name = capture_model_name(fold->model, task.name);
    if (name.text == NULL)
        text_print(sink, "?");
    else
        print_text(sink, name.text, name.length);
    if (task.pid != 0)
        text_print(sink, "-%u", task.pid);
    else
        text_print(sink, "#%u", id);
}

static void print_frame(const struct fold *fold, const struct text_sink *sink,
                        const struct fold_frame *frame)
{
    switch (frame->type) {
    case FOLD_PHASE:
        text_print(sink, "%s", span_phase_name(frame->id));
        return;
    case FOLD_PROCESS:
        print_process(fold, sink, frame->id);
        return;
    case FOLD_WAIT:
        text_print(sink, "WAIT ");
        break;
    case FOLD_LOST:
        text_print(sink, "(lost)");
        return;
    case FOLD_CALL:
        break;
    }
    print_text(sink, frame->name.text, frame->name.length);
}

static void print_line(const struct fold *fold, const struct text_sink *sink, uint32_t place,
                       uint64_t time)
{
    uint32_t places[FRAMES_MAX + 1], count = 0;
    for (; place != 0; place = fold->nodes[place].parent)
        places[count++] = place;
    for (uint32_t i = count; i-- > 0;) {
        print_frame(fold, sink, &fold->nodes[places[i]].frame);
        text_print(sink, i == 0 ? " " : ";");
    }
    text_print(sink, "%llu\n", (unsigned long long)time);
}

void fold_print(const struct fold *fold, const struct text_sink *sink, bool in_ns)
{
    for (uint32_t place = 1; place < fold->count; place++) {
        uint64_t time = fold->nodes[place].cycles;
        if (in_ns && !timeline_span_ns(fold->model, time, &time))
            continue;
        if (time > 0)
            print_line(fold, sink, place, time);
    }
}
