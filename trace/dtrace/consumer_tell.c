/* What the listener is told: nothing of what is not printed. */
#include "trace/dtrace/consumer_parts.h"

void consumer_tell_begin(const struct consumer *consumer, const struct dtrace_found *found,
                         uint32_t cpu)
{
    const struct dtrace_listener *listener = consumer->listener;
    if (listener->begin != NULL && !consumer->muted)
        listener->begin(listener->context, found, cpu);
}

void consumer_tell_pieces(const struct consumer *consumer, const struct dtrace_found *found,
                          uint32_t first, uint32_t count)
{
    const struct dtrace_listener *listener = consumer->listener;
    if (listener->pieces != NULL && !consumer->muted)
        listener->pieces(listener->context, found, first, count);
}

void consumer_tell_end(const struct consumer *consumer, const struct dtrace_found *found)
{
    const struct dtrace_listener *listener = consumer->listener;
    if (listener->end != NULL && !consumer->muted)
        listener->end(listener->context, found);
}

static struct dtrace_cell cell_of(struct consumer *consumer, const struct consumer_entry *entry)
{
    uint64_t normal = consumer_normal_of(consumer, entry->variable);
    return (struct dtrace_cell){.variable = entry->variable,
                                .kind = entry->kind,
                                .normal = normal,
                                .value = consumer_value_of(entry, normal),
                                .words = entry->words,
                                .data = entry->data};
}

/* By itself: where nobody listens, as in the kernel, its cells take no stack. */
__attribute__((noinline)) static void tell_row(struct consumer *consumer,
                                               struct consumer_entry *const *row, uint32_t columns)
{
    struct dtrace_cell cells[DTRACE_CELLS_MAX];
    struct dtrace_row told = {row[0]->description, row[0]->record, cells, 0};
    for (; told.count < columns && told.count < DTRACE_CELLS_MAX; told.count++)
        cells[told.count] = cell_of(consumer, row[told.count]);
    consumer->listener->row(consumer->listener->context, &told);
}

void consumer_tell_row(struct consumer *consumer, struct consumer_entry *const *row,
                       uint32_t columns)
{
    if (consumer->listener->row != NULL && !consumer->muted && consumer->room > 0)
        tell_row(consumer, row, columns);
}

void consumer_tell_error(const struct consumer *consumer, const struct dtrace_error *error)
{
    const struct dtrace_listener *listener = consumer->listener;
    if (listener->error != NULL && !consumer->muted)
        listener->error(listener->context, error);
}

void consumer_tell_loss(const struct consumer *consumer, const struct dtrace_loss *loss)
{
    const struct dtrace_listener *listener = consumer->listener;
    if (listener->loss != NULL && !consumer->muted)
        listener->loss(listener->context, loss);
}

void consumer_tell_complaint(const struct consumer *consumer)
{
    const struct dtrace_listener *listener = consumer->listener;
    if (listener->complaint != NULL && !consumer->muted)
        listener->complaint(listener->context);
}
