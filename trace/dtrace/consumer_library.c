/* What acts in the consumer when its record comes by: clear(), normalize(), denormalize(), trunc(), ftruncate(), and
 * setopt(), which consumer_setopt.c has. */
#include "trace/dtrace/consumer_parts.h"

/* --- Aggregations --- */

static void clear(struct consumer *consumer, uint64_t id)
{
    for (uint32_t i = 0; i < consumer->entry_count; i++) {
        struct consumer_entry *entry = consumer->entries[i];
        if (entry->variable != id)
            continue;
        for (uint32_t word = consumer_has_parameter(entry->kind); word < entry->words; word++)
            entry->data[word] = 0;
    }
}

static void normalize(struct consumer *consumer, uint64_t id, uint64_t normal)
{
    struct consumer_variable *variable = consumer_variable_of(consumer, id);
    if (normal == 0)
        consumer_complain(consumer, DTRACE_CONSUME_OK, "normalize() by 0 is refused");
    else if (variable != NULL)
        variable->normal = normal;
}

static int compare_by_value(const void *context, const void *a, const void *b)
{
    const bool *descending = context;
    int order = consumer_compare_values(a, b);
    if (order == 0)
        order = consumer_compare_keys(a, b, 0);
    return *descending ? -order : order;
}

/* Keeps the largest, or, with a negative number, the smallest. */
static void truncate(struct consumer *consumer, uint64_t id, int64_t keep)
{
    size_t mark = consumer->memory->used;
    struct consumer_entry **entries = dtrace_memory_array(consumer->memory, consumer->entry_count,
                                                          sizeof *entries, _Alignof(void *));
    uint32_t count = 0;
    for (uint32_t i = 0; entries != NULL && i < consumer->entry_count; i++)
        if (consumer->entries[i]->variable == id && !consumer->entries[i]->gone)
            entries[count++] = consumer->entries[i];
    bool descending = keep >= 0;
    if (entries == NULL ||
        !consumer_sort(consumer->memory, (void **)entries, count, compare_by_value, &descending))
        consumer_complain(consumer, DTRACE_CONSUME_NO_MEMORY,
                          "no memory to sort aggregation %llu: it is not truncated",
                          (unsigned long long)id);
    else
        for (uint64_t i = wide_magnitude(keep); i < count; i++)
            entries[i]->gone = true;
    consumer->memory->used = mark;
}

/* --- Records --- */

static int64_t number_of(const struct dtrace_found *found, uint32_t record)
{
    const struct dtrace_record *piece = &found->ecb->records[record];
    const uint8_t *bytes = dtrace_piece(piece, found->bytes, found->ecb->size);
    return bytes != NULL ? dtrace_read_signed(bytes, piece->size) : 0;
}

/* The factor of normalize() has no sign, in however few bytes it stands. */
static uint64_t factor_of(const struct dtrace_found *found, uint32_t record)
{
    const struct dtrace_record *piece = &found->ecb->records[record];
    const uint8_t *bytes = dtrace_piece(piece, found->bytes, found->ecb->size);
    return bytes != NULL ? dtrace_read_unsigned(bytes, piece->size) : 0;
}

static bool has_second(uint64_t action)
{
    return action == DOF_LIBACT_NORMALIZE || action == DOF_LIBACT_TRUNC ||
           action == DOF_LIBACT_SETOPT;
}

static void act(struct consumer *consumer, const struct dtrace_found *found, uint32_t record)
{
    uint64_t action = found->ecb->records[record].arg;
    uint64_t id = (uint64_t)number_of(found, record);
    switch (action) {
    case DOF_LIBACT_CLEAR:
        if (consumer_limit_pass(consumer))
            clear(consumer, id);
        return;
    case DOF_LIBACT_NORMALIZE:
        normalize(consumer, id, factor_of(found, record + 1));
        return;
    case DOF_LIBACT_DENORMALIZE:
        normalize(consumer, id, 1);
        return;
    case DOF_LIBACT_TRUNC:
        if (consumer_limit_pass(consumer))
            truncate(consumer, id, number_of(found, record + 1));
        return;
    case DOF_LIBACT_SETOPT:
        consumer_set_option(consumer, found, record);
        return;
    case DOF_LIBACT_FTRUNCATE: /* what is printed here stays printed */
        return;
    default:
        consumer_complain(consumer, DTRACE_CONSUME_DAMAGED, "library action %llu is unknown",
                          (unsigned long long)action);
    }
}

uint32_t consumer_library_action(struct consumer *consumer, const struct dtrace_found *found,
                                 uint32_t record)
{
    const struct dtrace_ecb_description *ecb = found->ecb;
    uint64_t action = ecb->records[record].arg;
    if (!has_second(action)) {
        act(consumer, found, record);
        return 1;
    }
    bool second = record + 1 < ecb->record_count &&
                  ecb->records[record + 1].action == DOF_ACTION_LIBACT &&
                  ecb->records[record + 1].arg == action;
    if (second)
        act(consumer, found, record);
    else
        consumer_complain(consumer, DTRACE_CONSUME_DAMAGED,
                          "library action %llu lacks its second value", (unsigned long long)action);
    return second ? 2 : 1;
}
