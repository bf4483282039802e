/* Tables of trace events: everything but the hot path, which is in table.h. */
#include "trace/table.h"

static uint32_t slots_for(uint32_t capacity)
{
    uint32_t slots = capacity > 0;
    while (slots < capacity)
        slots *= 2;
    return slots;
}

uint64_t trace_table_size(uint32_t capacity)
{
    if (capacity > TRACE_TABLE_CAPACITY_MAX)
        return 0;
    uint64_t slots = slots_for(capacity);
    uint64_t size = sizeof(struct trace_table) +
                    slots * (sizeof(struct trace_record) + sizeof(struct trace_usage));
    return (size + 63) & ~(uint64_t)63;
}

void trace_table_format(struct trace_table *table, uint32_t capacity, enum trace_keep keep)
{
    if (capacity == 0) {
        *table = (struct trace_table){.limit = 0, .keep = TRACE_KEEP_FIRST};
        return;
    }
    uint32_t slots = slots_for(capacity);
    *table = (struct trace_table){
        .limit = keep == TRACE_KEEP_FIRST ? capacity : UINT64_MAX,
        .slot_mask = (slots - 1) * (uint32_t)sizeof(struct trace_record),
        .capacity = capacity,
        .slots = slots,
        .keep = keep,
    };
}

static struct trace_record *records(const struct trace_table *table)
{
    return (struct trace_record *)(uintptr_t)(table + 1);
}

static struct trace_usage *usages(const struct trace_table *table)
{
    return (struct trace_usage *)(void *)(records(table) + table->slots);
}

static void fill_with_usage(struct trace_table *table, const struct trace_slot *slot, uint64_t tsc,
                            uint32_t name, uint32_t task, const struct trace_usage *usage)
{
    trace_record_fill(slot->record, tsc, name | TRACE_RECORD_USAGE, task);
    usages(table)[slot->record - records(table)] = *usage;
    trace_table_publish(table, slot);
}

void trace_table_record_usage(struct trace_table *table, uint64_t tsc, uint32_t name, uint32_t task,
                              const struct trace_usage *usage)
{
    struct trace_slot slot = trace_table_open(table);
    if (slot.record != NULL)
        fill_with_usage(table, &slot, tsc, name, task, usage);
}

bool trace_table_record_usage_now(struct trace_table *table, uint64_t (*now)(void), uint32_t name,
                                  uint32_t task, const struct trace_usage *usage)
{
    struct trace_slot slot = trace_table_open(table);
    if (slot.record != NULL)
        fill_with_usage(table, &slot, now(), name, task, usage);
    return slot.record != NULL;
}

struct trace_range trace_table_range(const struct trace_table *table)
{
    uint64_t base = trace_local_read(&table->base);
    uint64_t written = trace_local_read(&table->written);
    uint64_t given = written > base ? written - base : 0, capacity = table->capacity;
    uint64_t kept = given < capacity ? given : capacity;
    if (table->keep == TRACE_KEEP_FIRST)
        return (struct trace_range){base, base + kept, base + given, base};
    return (struct trace_range){base + given - kept, base + given, base + given, base};
}

/* Whether slot `number` has been claimed anew for a later event, or may have been since a reset. */
static bool is_gone(const struct trace_table *table, uint64_t number)
{
    if (number < trace_local_read(&table->base))
        return true;
    return table->keep == TRACE_KEEP_LAST &&
           trace_local_read(&table->written) - number > table->slots;
}

/* Whether a writer that is suspended may yet spoil slot `number`: it, or one within it, claimed
 * the slot a lap or more ago.  Sequences count by twos, so half their difference is the distance
 * of the events, modulo 2^31. */
static bool in_danger(const struct trace_table *table, uint64_t number)
{
    uint32_t open = __atomic_load_n(&table->open, __ATOMIC_ACQUIRE);
    uint32_t distance = (trace_table_sequence(number) - open) >> 1;
    return open != 0 && distance >= table->slots && distance < 1u << 30;
}

static uint32_t slot_of(const struct trace_table *table, uint64_t number)
{
    return (uint32_t)number & (table->slots - 1);
}

/* Before the record of slot `number` is copied. */
static enum trace_read look(const struct trace_table *table, uint64_t number)
{
    if (number >= trace_local_read(&table->written) || number >= trace_local_read(&table->limit))
        return TRACE_READ_OVERWRITTEN;
    if (is_gone(table, number))
        return TRACE_READ_OVERWRITTEN;
    const struct trace_record *source = &records(table)[slot_of(table, number)];
    return __atomic_load_n(&source->sequence, __ATOMIC_ACQUIRE) == trace_table_sequence(number)
               ? TRACE_READ_OK
               : TRACE_READ_UNPUBLISHED;
}

enum trace_read trace_table_read(const struct trace_table *table, uint64_t number,
                                 struct trace_record *record, struct trace_usage *usage)
{
    enum trace_read first = look(table, number);
    if (first != TRACE_READ_OK)
        return first;

    uint32_t slot = slot_of(table, number);
    const struct trace_record *source = &records(table)[slot];
    struct trace_record copy = *source;
    struct trace_usage usage_copy = {0};
    if (copy.name & TRACE_RECORD_USAGE)
        usage_copy = usages(table)[slot];
    __atomic_thread_fence(__ATOMIC_ACQUIRE);

    if (in_danger(table, number) ||
        __atomic_load_n(&source->sequence, __ATOMIC_ACQUIRE) != trace_table_sequence(number))
        return TRACE_READ_UNPUBLISHED;
    /* A claim of the slot's next event comes before the first byte of its filling. */
    if (is_gone(table, number))
        return TRACE_READ_OVERWRITTEN;
    copy.name &= (uint16_t)~TRACE_RECORD_USAGE;
    *record = copy;
    *usage = usage_copy;
    return TRACE_READ_OK;
}

struct trace_tally trace_table_tally(const struct trace_table *table, struct trace_range range)
{
    struct trace_tally tally = {0};
    for (uint64_t n = range.first; n < range.end; n++) {
        enum trace_read read = look(table, n);
        bool spoiled = read == TRACE_READ_OK && in_danger(table, n);
        trace_tally_add(&tally, spoiled ? TRACE_READ_UNPUBLISHED : read);
    }
    return tally;
}

void trace_tally_add(struct trace_tally *tally, enum trace_read read)
{
    switch (read) {
    case TRACE_READ_OK:
        tally->read++;
        break;
    case TRACE_READ_UNPUBLISHED:
        tally->unpublished++;
        break;
    case TRACE_READ_OVERWRITTEN:
        tally->overwritten++;
        break;
    }
}

struct trace_books trace_table_books_of(const struct trace_table *table,
                                        const struct trace_table *filter, struct trace_range range,
                                        struct trace_tally tally)
{
    struct trace_books books = {
        .kept = tally.read,
        .overwritten = range.first - range.base + tally.overwritten,
        .dropped = tally.unpublished + (range.written - range.end),
        .filtered = trace_local_read(&table->filtered),
    };
    if (filter != NULL)
        books.filtered += trace_local_read(&filter->written) - trace_local_read(&filter->base);
    books.emitted = books.kept + books.overwritten + books.dropped + books.filtered;
    return books;
}

struct trace_books trace_table_books(const struct trace_table *table,
                                     const struct trace_table *filter, struct trace_range range)
{
    return trace_table_books_of(table, filter, range, trace_table_tally(table, range));
}

/* The limit goes by way of 0, so that no writer sees half of it and more than there is room for. */
static void empty(struct trace_table *table)
{
    bool keeps_first = table->keep == TRACE_KEEP_FIRST;
    if (keeps_first)
        trace_local_write(&table->limit, 0);
    uint64_t base = trace_local_read(&table->written);
    trace_local_write(&table->base, base);
    if (keeps_first && table->slots > 0)
        trace_local_write(&table->limit, base + table->capacity);
}

void trace_table_reset(struct trace_table *table, struct trace_table *filter, bool as_filtered)
{
    uint64_t before = trace_local_read(&table->base);
    uint64_t unwanted = trace_local_read(&filter->base);
    empty(table);
    empty(filter);
    uint64_t counted = trace_local_read(&table->base) - before;
    counted += trace_local_read(&filter->base) - unwanted;
    trace_local_write(&table->filtered,
                      as_filtered ? trace_local_read(&table->filtered) + counted : 0);
}

uint64_t trace_table_carry(struct trace_table *to, const struct trace_table *from)
{
    struct trace_range range = trace_table_range(from);
    to->filtered = trace_local_read(&from->filtered);
    to->base = range.base;
    to->limit = range.base + to->capacity;
    for (uint64_t n = range.first; n < range.end && n < to->limit; n++) {
        struct trace_record record;
        struct trace_usage usage;
        if (trace_table_read(from, n, &record, &usage) != TRACE_READ_OK)
            continue; /* a hole stays a hole, and the books count it */
        if (!trace_usage_is_zero(&usage))
            record.name |= TRACE_RECORD_USAGE;
        uint32_t slot = slot_of(to, n);
        usages(to)[slot] = usage;
        records(to)[slot] = record;
    }
    to->written = range.written;
    return range.written;
}
