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

void consumer_tell_row(struct consumer *consumer, struct consumer_entry *const *row,
                       uint32_t columns)
{
    const struct dtrace_listener *listener = consumer->listener;
    struct dtrace_cell cells[DTRACE_CELLS_MAX];
    if (listener->row == NULL || consumer->muted || consumer->room == 0)
        return;
    for (uint32_t i = 0; i < columns && i < DTRACE_CELLS_MAX; i++) {
        uint64_t normal = consumer_normal_of(consumer, row[i]->variable);
        cells[i] = (struct dtrace_cell){.variable = row[i]->variable,
                                        .kind = row[i]->kind,
                                        .normal = normal,
                                        .value = consumer_value_of(row[i], normal),
                                        .words = row[i]->words,
                                        .data = row[i]->data};
    }
    const struct dtrace_row told = {row[0]->description, row[0]->record, cells,
                                    columns < DTRACE_CELLS_MAX ? columns : DTRACE_CELLS_MAX};
    listener->row(listener->context, &told);
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
