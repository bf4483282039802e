/* What a boot has lost. */
#include "flight/losses.h"

#include "flight/model_books.h"

const char *loss_kind_str(enum loss_kind kind)
{
    switch (kind) {
    case LOSS_OVERWRITTEN:
        return "overwritten";
    case LOSS_DROPPED:
        return "dropped";
    case LOSS_UNFINISHED:
        return "unfinished";
    case LOSS_FILTERED:
        return "filtered";
    case LOSS_MISSING:
        return "missing";
    }
    return "unknown";
}

/* The first or last event of a table on a CPU. */
static const struct model_event *edge_of(const struct capture_model *model, uint32_t table,
                                         uint32_t cpu, bool last)
{
    const struct model_events *events = &model->events[table];
    for (size_t i = 0; i < events->count; i++) {
        const struct model_event *event = &events->items[last ? events->count - 1 - i : i];
        if (event->cpu == cpu)
            return event;
    }
    return NULL;
}

static const struct model_event *last_before(const struct capture_model *model, uint32_t table,
                                             uint32_t cpu)
{
    const struct model_event *found = NULL;
    for (uint32_t earlier = 0; earlier < table; earlier++) {
        const struct model_event *edge = edge_of(model, earlier, cpu, true);
        if (edge != NULL && (found == NULL || edge->tsc > found->tsc))
            found = edge;
    }
    return found;
}

/* The first event of a CPU in a table behind a moment. */
static const struct model_event *first_behind(const struct capture_model *model, uint32_t table,
                                              uint32_t cpu, uint64_t tsc)
{
    const struct model_events *events = &model->events[table];
    for (size_t i = 0; i < events->count; i++)
        if (events->items[i].cpu == cpu && events->items[i].tsc >= tsc)
            return &events->items[i];
    return NULL;
}

/* The next event of the phases that come later; TSLOG stands beside all of them. */
static const struct model_event *next_behind(const struct loss *loss,
                                             const struct capture_model *model)
{
    uint32_t first = loss->table == TRACE_TABLE_TSLOG ? 0 : (uint32_t)loss->table + 1;
    uint64_t moment = loss->after == NULL ? 0 : loss->after->tsc;
    const struct model_event *found = NULL;
    for (uint32_t table = first; table < TRACE_PHASE_TABLES; table++) {
        const struct model_event *next = first_behind(model, table, loss->cpu, moment);
        if (next != NULL && (found == NULL || next->tsc < found->tsc))
            found = next;
    }
    return found;
}

/* Around the first number of [first, end) that was not received. */
static void find_hole(struct loss *loss, const struct capture_model *model)
{
    const struct model_events *events = &model->events[loss->table];
    uint64_t expected = model_books_range(&model->books[loss->table][loss->cpu]).first;
    for (size_t i = 0; i < events->count; i++) {
        const struct model_event *event = &events->items[i];
        if (event->cpu != loss->cpu)
            continue;
        if (event->number > expected) {
            loss->before = event;
            return;
        }
        loss->after = event;
        expected = event->number + 1;
    }
    loss->before = next_behind(loss, model);
}

static void find_place(struct loss *loss, const struct capture_model *model)
{
    switch (loss->kind) {
    case LOSS_OVERWRITTEN:
        loss->after = last_before(model, loss->table, loss->cpu);
        loss->before = edge_of(model, loss->table, loss->cpu, false);
        return;
    case LOSS_DROPPED:
        loss->after = edge_of(model, loss->table, loss->cpu, true);
        loss->before = next_behind(loss, model);
        return;
    case LOSS_UNFINISHED:
    case LOSS_MISSING:
        find_hole(loss, model);
        return;
    case LOSS_FILTERED:
        return;
    }
}

static uint64_t difference(uint64_t larger, uint64_t smaller)
{
    return larger > smaller ? larger - smaller : 0;
}

/* How many of a kind. */
static uint64_t count_of(const struct model_books *table, enum loss_kind kind)
{
    const struct trace_books *books = &table->books;
    switch (kind) {
    case LOSS_OVERWRITTEN:
        return books->overwritten;
    case LOSS_DROPPED:
        return books->dropped - model_books_unpublished(table);
    case LOSS_UNFINISHED:
        return model_books_unpublished(table);
    case LOSS_FILTERED:
        return books->filtered;
    case LOSS_MISSING:
        return difference(books->kept, table->received);
    }
    return 0;
}

static size_t find_on(const struct capture_model *model, struct loss template, struct loss *losses)
{
    const struct model_books *books = &model->books[template.table][template.cpu];
    size_t count = 0;
    for (uint32_t kind = 0; books->known && kind <= LOSS_MISSING; kind++) {
        template.kind = (enum loss_kind)kind;
        template.events = count_of(books, template.kind);
        if (template.events == 0)
            continue;
        losses[count] = template;
        find_place(&losses[count++], model);
    }
    return count;
}

size_t losses_find(const struct capture_model *model, struct loss losses[LOSSES_MAX])
{
    size_t count = 0;
    for (uint32_t table = 0; table < TRACE_TABLES; table++) {
        uint32_t cpus = 0;
        (void)model_books_sum(model, (enum trace_table_id)table, &cpus);
        for (uint32_t cpu = 0; cpu < TRACE_CPUS_MAX; cpu++)
            count += find_on(
                model,
                (struct loss){.table = (enum trace_table_id)table, .cpu = cpu, .many = cpus > 1},
                losses + count);
    }
    return count;
}
