/* Aggregations come in: what all CPUs have of a key is put together. */
#include "trace/dtrace/consumer_parts.h"

enum {
    MODULES_MAX = 256 /* that are looked through for each key */
};

/* The first address that was seen of a module: it stands for all of them. */
struct module_start {
    struct module_start *next;
    uint64_t address;
    char name[64];
};

struct loading {
    struct consumer *consumer;
    struct consumer_entry *storage;
    uint32_t count, capacity;
    struct module_start *modules;
    uint32_t module_count, unsound;
};

static uint32_t count_records(struct consumer *consumer)
{
    uint32_t count = 0;
    for (uint32_t cpu = 0; cpu < consumer->cpus; cpu++) {
        struct dtrace_walk walk =
            dtrace_walk_of(consumer->source, &consumer->source->aggregations[cpu]);
        for (struct dtrace_found_aggregation found; dtrace_walk_next_aggregation(&walk, &found);)
            count++;
    }
    return count;
}

/* --- Keys that are addresses --- */

static uint64_t module_start(struct loading *loading, uint64_t address, const char name[64])
{
    for (const struct module_start *start = loading->modules; start != NULL; start = start->next)
        if (__builtin_memcmp(start->name, name, sizeof start->name) == 0)
            return start->address;
    struct module_start *start = NULL;
    if (loading->module_count < MODULES_MAX)
        start = dtrace_memory_take(loading->consumer->memory, sizeof *start,
                                   _Alignof(struct module_start));
    if (start == NULL)
        return address;
    loading->module_count++;
    start->address = address;
    __builtin_memcpy(start->name, name, sizeof start->name);
    start->next = loading->modules;
    loading->modules = start;
    return address;
}

static uint64_t canonical(struct loading *loading, uint64_t address, bool module)
{
    const struct dtrace_source *source = loading->consumer->source;
    struct dtrace_symbol symbol = {.offset = 0};
    if (source->symbol == NULL || !source->symbol(source->context, address, &symbol))
        return address;
    if (!module)
        return address - symbol.offset;
    char name[64] = "";
    for (uint32_t i = 0; i < sizeof name && symbol.module[i] != '\0'; i++)
        name[i] = symbol.module[i];
    return module_start(loading, address, name);
}

/* Where the address of such a key lies in it; false: it is none. */
static bool address_at(const struct dtrace_record *record, uint32_t *at, bool *module)
{
    bool kernel = record->action == DOF_ACTION_SYM || record->action == DOF_ACTION_MOD;
    bool user = record->action == DOF_ACTION_USYM || record->action == DOF_ACTION_UMOD;
    *at = record->offset + (user ? 8 : 0);
    *module = record->action == DOF_ACTION_MOD || record->action == DOF_ACTION_UMOD;
    return (kernel && record->size == 8) || (user && record->size == 16);
}

static bool has_addresses(const struct dtrace_aggregation_description *description)
{
    uint32_t at;
    bool module;
    for (uint32_t i = 1; i + 1 < description->record_count; i++)
        if (address_at(&description->records[i], &at, &module))
            return true;
    return false;
}

/* All addresses in one function, or module, are one key.  Without memory, or beyond so many modules, they stay
 * apart. */
static const uint8_t *with_starts(struct loading *loading,
                                  const struct dtrace_found_aggregation *found)
{
    const struct dtrace_aggregation_description *description = found->description;
    uint8_t *copy = NULL;
    if (has_addresses(description))
        copy = dtrace_memory_take(loading->consumer->memory, description->size, 8);
    if (copy == NULL)
        return found->bytes;
    __builtin_memcpy(copy, found->bytes, description->size);
    for (uint32_t i = 1; i + 1 < description->record_count; i++) {
        uint32_t at;
        bool module;
        if (address_at(&description->records[i], &at, &module))
            dtrace_write_word(copy + at,
                              canonical(loading, dtrace_read_unsigned(copy + at, 8), module));
    }
    return copy;
}

/* --- Records --- */

static const struct dtrace_record *data_of(const struct dtrace_aggregation_description *description)
{
    return &description->records[description->record_count - 1];
}

static uint64_t word(const struct consumer_entry *entry, uint32_t number)
{
    return dtrace_read_unsigned(entry->record + data_of(entry->description)->offset + number * 8,
                                8);
}

static void take_record(struct loading *loading, const struct dtrace_found_aggregation *found)
{
    uint32_t words;
    if (!dtrace_aggregation_is_sound(found, &words)) {
        loading->unsound++;
        return;
    }
    if (loading->count == loading->capacity)
        return;
    loading->storage[loading->count++] = (struct consumer_entry){
        .variable = dtrace_read_unsigned(found->bytes + found->description->records[0].offset, 8),
        .description = found->description,
        .record = with_starts(loading, found),
        .words = words,
        .kind = data_of(found->description)->action,
    };
}

static void take_buffer(struct loading *loading, const struct dtrace_snapshot *snapshot)
{
    struct consumer *consumer = loading->consumer;
    struct dtrace_walk walk = dtrace_walk_of(consumer->source, snapshot);
    for (struct dtrace_found_aggregation found; dtrace_walk_next_aggregation(&walk, &found);)
        take_record(loading, &found);
    if (walk.damage != NULL)
        consumer_complain(
            consumer, DTRACE_CONSUME_DAMAGED,
            "CPU %u: %s %u at byte %u of the aggregation buffer: the rest of it is left out",
            snapshot->cpu, walk.damage, walk.damage_id, walk.damage_at);
    consumer_print_drops(consumer, snapshot, "aggregation drop");
}

/* --- Merging --- */

/* 0: they are merged. */
static int compare_entries(const void *context, const void *a, const void *b)
{
    (void)context;
    const struct consumer_entry *left = a, *right = b;
    int order = consumer_compare(left->variable, right->variable);
    if (order == 0)
        order = consumer_compare(left->kind, right->kind);
    if (order == 0 && consumer_has_parameter(left->kind))
        order = consumer_compare(word(left, 0), word(right, 0));
    return order != 0 ? order : consumer_compare_keys(left, right, 0);
}

static void add_wide(uint64_t *sum, uint64_t low, uint64_t high)
{
    struct wide added = wide_add((struct wide){sum[0], sum[1]}, (struct wide){low, high});
    sum[0] = added.low;
    sum[1] = added.high;
}

static void add_entry(struct consumer_entry *sum, const struct consumer_entry *entry)
{
    int64_t have = (int64_t)sum->data[0], more = (int64_t)word(entry, 0);
    switch (sum->kind) {
    case DOF_AGGREGATION_MIN:
        sum->data[0] = (uint64_t)(more < have ? more : have);
        return;
    case DOF_AGGREGATION_MAX:
        sum->data[0] = (uint64_t)(more > have ? more : have);
        return;
    case DOF_AGGREGATION_STDDEV:
        sum->data[0] += (uint64_t)more;
        sum->data[1] += word(entry, 1);
        add_wide(sum->data + 2, word(entry, 2), word(entry, 3));
        return;
    default:
        for (uint32_t i = consumer_has_parameter(sum->kind); i < sum->words; i++)
            sum->data[i] += word(entry, i);
    }
}

static bool copy_data(struct dtrace_memory *memory, struct consumer_entry *entry)
{
    entry->data = dtrace_memory_array(memory, entry->words, sizeof *entry->data, 8);
    if (entry->data == NULL)
        return false;
    for (uint32_t i = 0; i < entry->words; i++)
        entry->data[i] = word(entry, i);
    return true;
}

/* The sorted entries, of which equal ones become one. */
static bool merge_entries(struct consumer *consumer)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < consumer->entry_count; i++) {
        struct consumer_entry *entry = consumer->entries[i];
        if (kept > 0 && compare_entries(NULL, consumer->entries[kept - 1], entry) == 0)
            add_entry(consumer->entries[kept - 1], entry);
        else if (copy_data(consumer->memory, entry))
            consumer->entries[kept++] = entry;
        else
            return false;
    }
    consumer->entry_count = kept;
    return true;
}

static bool find_variables(struct consumer *consumer)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < consumer->entry_count; i++)
        count += i == 0 || consumer->entries[i]->variable != consumer->entries[i - 1]->variable;
    consumer->variables = dtrace_memory_array(consumer->memory, count, sizeof *consumer->variables,
                                              _Alignof(struct consumer_variable));
    if (consumer->variables == NULL)
        return false;
    for (uint32_t i = 0; i < consumer->entry_count; i++)
        if (i == 0 || consumer->entries[i]->variable != consumer->entries[i - 1]->variable)
            consumer->variables[consumer->variable_count++] = (struct consumer_variable){
                consumer->entries[i]->variable, 1, false, consumer->entries[i]};
    return true;
}

static bool arrange(struct consumer *consumer, struct loading *loading)
{
    consumer->entries = dtrace_memory_array(consumer->memory, loading->count,
                                            sizeof *consumer->entries, _Alignof(void *));
    if (consumer->entries == NULL)
        return false;
    for (uint32_t i = 0; i < loading->count; i++)
        consumer->entries[i] = &loading->storage[i];
    consumer->entry_count = loading->count;
    return consumer_sort(consumer->memory, (void **)consumer->entries, consumer->entry_count,
                         compare_entries, NULL) &&
           merge_entries(consumer) && find_variables(consumer);
}

void consumer_load_aggregations(struct consumer *consumer)
{
    if (consumer->source->aggregations == NULL)
        return;
    struct loading loading = {.consumer = consumer, .capacity = count_records(consumer)};
    loading.storage = dtrace_memory_array(consumer->memory, loading.capacity,
                                          sizeof *loading.storage, _Alignof(struct consumer_entry));
    if (loading.storage == NULL)
        loading.capacity = 0;
    for (uint32_t cpu = 0; cpu < consumer->cpus; cpu++)
        take_buffer(&loading, &consumer->source->aggregations[cpu]);
    if (loading.unsound > 0)
        consumer_complain(consumer, DTRACE_CONSUME_DAMAGED,
                          "%u aggregation records make no sense: they are left out",
                          loading.unsound);
    if (loading.storage != NULL && arrange(consumer, &loading))
        return;
    consumer->entry_count = consumer->variable_count = 0;
    consumer_complain(consumer, DTRACE_CONSUME_NO_MEMORY,
                      "no memory for the aggregations: they are left out");
}

struct consumer_variable *consumer_variable_of(struct consumer *consumer, uint64_t id)
{
    uint32_t first = 0, end = consumer->variable_count;
    while (first < end) {
        uint32_t middle = first + (end - first) / 2;
        if (consumer->variables[middle].id < id)
            first = middle + 1;
        else
            end = middle;
    }
    bool found = first < consumer->variable_count && consumer->variables[first].id == id;
    return found ? &consumer->variables[first] : NULL;
}

uint64_t consumer_normal_of(struct consumer *consumer, uint64_t id)
{
    const struct consumer_variable *variable = consumer_variable_of(consumer, id);
    return variable != NULL ? variable->normal : 1;
}
