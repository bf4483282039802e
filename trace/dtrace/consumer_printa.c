/* Aggregations go out: rows of keys and values, in order. */
#include "trace/dtrace/consumer_parts.h"

/* Rows: arrays of pointers to entries, one for each variable side by side. */
struct rows {
    struct consumer *consumer;
    const uint64_t *ids;
    uint32_t columns;
    struct consumer_entry ***row;
    uint32_t count;
};

static uint32_t option_number(const struct consumer *consumer, enum dof_option_id option)
{
    int64_t value = consumer->options[option];
    return value > 0 && value <= UINT32_MAX ? (uint32_t)value : 0;
}

static int compare_columns(const struct rows *rows, struct consumer_entry *const *a,
                           struct consumer_entry *const *b)
{
    uint32_t first = option_number(rows->consumer, DOF_OPTION_AGGSORTPOS);
    int order = 0;
    if (first >= rows->columns)
        first = 0;
    for (uint32_t i = 0; i < rows->columns && order == 0; i++) {
        uint32_t column = (first + i) % rows->columns;
        order = consumer_compare_values(a[column], b[column]);
    }
    return order;
}

/* By value, then key; or by key alone; or all of that backwards. */
static int compare_rows(const void *context, const void *a, const void *b)
{
    const struct rows *rows = context;
    struct consumer_entry *const *left = a, *const *right = b;
    int order = 0;
    if (!consumer_has(rows->consumer, DOF_OPTION_AGGSORTKEY))
        order = compare_columns(rows, left, right);
    if (order == 0)
        order = consumer_compare_keys(left[0], right[0],
                                      option_number(rows->consumer, DOF_OPTION_AGGSORTKEYPOS));
    return consumer_has(rows->consumer, DOF_OPTION_AGGSORTREV) ? -order : order;
}

static bool take_part(const struct rows *rows, const struct consumer_entry *entry)
{
    if (entry->gone)
        return false;
    for (uint32_t i = 0; i < rows->columns; i++)
        if (rows->ids[i] == entry->variable)
            return true;
    return false;
}

/* --- Joining --- */

static int compare_joined(const void *context, const void *a, const void *b)
{
    (void)context;
    return consumer_compare_keys(a, b, 0);
}

/* What stands where a variable does not have a key that another one has. */
static struct consumer_entry *empty_entry(struct consumer *consumer, uint64_t id,
                                          const struct consumer_entry *key)
{
    const struct consumer_variable *variable = consumer_variable_of(consumer, id);
    const struct consumer_entry *model = variable != NULL ? variable->any : NULL;
    struct consumer_entry *entry =
        dtrace_memory_take(consumer->memory, sizeof *entry, _Alignof(struct consumer_entry));
    if (entry == NULL)
        return NULL;
    *entry = *key;
    entry->variable = id;
    entry->words = model != NULL ? model->words : 1;
    entry->kind = model != NULL ? model->kind : DOF_AGGREGATION_SUM;
    entry->data = dtrace_memory_array(consumer->memory, entry->words, sizeof *entry->data, 8);
    if (entry->data == NULL)
        return NULL;
    if (model != NULL && consumer_has_parameter(entry->kind))
        entry->data[0] = model->data[0];
    return entry;
}

/* A row for entries [first, end), whose keys are equal. */
static struct consumer_entry **join(const struct rows *rows, struct consumer_entry **entries,
                                    uint32_t count)
{
    struct consumer *consumer = rows->consumer;
    struct consumer_entry **row =
        dtrace_memory_array(consumer->memory, rows->columns, sizeof *row, _Alignof(void *));
    for (uint32_t column = 0; row != NULL && column < rows->columns; column++) {
        for (uint32_t i = 0; i < count && row[column] == NULL; i++)
            if (entries[i]->variable == rows->ids[column])
                row[column] = entries[i];
        if (row[column] == NULL)
            row[column] = empty_entry(consumer, rows->ids[column], entries[0]);
        if (row[column] == NULL)
            return NULL;
    }
    return row;
}

static bool join_all(struct rows *rows, struct consumer_entry **entries, uint32_t count)
{
    if (!consumer_sort(rows->consumer->memory, (void **)entries, count, compare_joined, NULL))
        return false;
    for (uint32_t first = 0, end; first < count; first = end) {
        for (end = first + 1;
             end < count && consumer_compare_keys(entries[first], entries[end], 0) == 0;)
            end++;
        rows->row[rows->count] = join(rows, entries + first, end - first);
        if (rows->row[rows->count++] == NULL)
            return false;
    }
    return true;
}

/* --- Rows --- */

static bool find_rows(struct rows *rows)
{
    struct consumer *consumer = rows->consumer;
    uint32_t count = 0;
    for (uint32_t i = 0; i < consumer->entry_count; i++)
        count += take_part(rows, consumer->entries[i]) ? 1 : 0;
    struct consumer_entry **entries =
        dtrace_memory_array(consumer->memory, count, sizeof *entries, _Alignof(void *));
    rows->row = dtrace_memory_array(consumer->memory, count, sizeof *rows->row, _Alignof(void *));
    if (entries == NULL || rows->row == NULL)
        return false;
    for (uint32_t i = 0, at = 0; i < consumer->entry_count; i++)
        if (take_part(rows, consumer->entries[i]))
            entries[at++] = consumer->entries[i];
    if (rows->columns > 1)
        return join_all(rows, entries, count);
    for (; rows->count < count; rows->count++)
        rows->row[rows->count] = &entries[rows->count];
    return true;
}

static void print_row(struct consumer *consumer, struct consumer_entry *const *row,
                      uint32_t columns)
{
    const struct dtrace_aggregation_description *description = row[0]->description;
    for (uint32_t i = 1; i + 1 < description->record_count; i++)
        consumer_print_key(consumer, &description->records[i],
                           row[0]->record + description->records[i].offset, false);
    for (uint32_t i = 0; i < columns; i++)
        consumer_print_value(consumer, row[i], consumer_normal_of(consumer, row[i]->variable));
    text_print(&consumer->sink, "\n");
}

static void print_formatted_row(struct consumer *consumer, struct consumer_entry *const *row,
                                uint32_t columns, const char *format)
{
    const struct dtrace_aggregation_description *description = row[0]->description;
    struct consumer_arguments arguments = {
        .records = description->records + 1,
        .count = description->record_count - 2,
        .base = row[0]->record,
        .size = description->size,
        .values = row,
        .value_count = columns,
    };
    consumer_print_format(consumer, format, &arguments);
}

/* By the options agghist and aggpack: of one variable only, and without a format. */
static void print_packed_rows(struct consumer *consumer, const struct rows *rows)
{
    struct consumer_packed packed = {.headed = false};
    uint64_t normal = consumer_normal_of(consumer, rows->ids[0]);
    for (uint32_t i = 0; i < rows->count; i++)
        consumer_packed_add(consumer, &packed, rows->row[i][0]);
    for (uint32_t i = 0; i < rows->count; i++) {
        if (consumer_packing_of(consumer, rows->row[i][0]) == CONSUMER_UNPACKED)
            print_row(consumer, rows->row[i], 1);
        else
            consumer_print_packed(consumer, &packed, rows->row[i][0], normal);
        consumer_tell_row(consumer, rows->row[i], 1);
    }
}

static void print_found_rows(struct consumer *consumer, const struct rows *rows, const char *format)
{
    if (rows->columns == 1 && format == NULL) {
        print_packed_rows(consumer, rows);
        return;
    }
    for (uint32_t i = 0; i < rows->count && consumer->room > 0; i++) {
        if (format == NULL)
            print_row(consumer, rows->row[i], rows->columns);
        else
            print_formatted_row(consumer, rows->row[i], rows->columns, format);
        consumer_tell_row(consumer, rows->row[i], rows->columns);
    }
}

static void print_rows(struct consumer *consumer, const uint64_t *ids, uint32_t columns,
                       const char *format)
{
    size_t mark = consumer->memory->used;
    struct rows rows = {consumer, ids, columns, NULL, 0};
    if (find_rows(&rows) &&
        consumer_sort(consumer->memory, (void **)rows.row, rows.count, compare_rows, &rows))
        print_found_rows(consumer, &rows, format);
    else
        consumer_complain(consumer, DTRACE_CONSUME_NO_MEMORY,
                          "no memory to sort aggregation %llu: it is left out",
                          (unsigned long long)ids[0]);
    consumer->memory->used = mark;
}

void consumer_print_aggregations(struct consumer *consumer, const uint64_t *ids, uint32_t count,
                                 const char *format)
{
    if (count == 0)
        return;
    if (consumer->room == 0) {
        consumer->cut = true;
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        struct consumer_variable *variable = consumer_variable_of(consumer, ids[i]);
        if (variable != NULL && !consumer->muted)
            variable->printed = true;
    }
    if (format == NULL)
        text_print(&consumer->sink, "\n");
    print_rows(consumer, ids, count, format);
}

void consumer_print_rest(struct consumer *consumer)
{
    bool backwards = consumer_has(consumer, DOF_OPTION_AGGSORTREV);
    if (consumer->source->rest_told)
        return;
    for (uint32_t i = 0; i < consumer->variable_count; i++) {
        const struct consumer_variable *variable =
            &consumer->variables[backwards ? consumer->variable_count - 1 - i : i];
        if (!variable->printed)
            print_rows(consumer, &variable->id, 1, NULL);
    }
}
