/* The order of aggregations: by value, and by key. */
#include "trace/dtrace/consumer_bucket.h"
#include "trace/dtrace/consumer_parts.h"
#include "trace/dtrace/quantize.h"

/* --- Values --- */

static int compare_signed(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static void add_weighted(struct wide *sum, int64_t value, uint64_t weight)
{
    *sum = wide_add(*sum, wide_multiply_signed(value, (int64_t)weight));
}

static struct wide quantize_total(const struct consumer_entry *entry)
{
    struct wide sum = {0, 0};
    for (uint32_t i = 0; i < entry->words; i++)
        add_weighted(&sum, bucket_quantize_value(i), entry->data[i]);
    return sum;
}

/* Below the first bucket counts as one less than it; the last bucket is that of all above. */
static struct wide lquantize_total(const struct consumer_entry *entry)
{
    struct bucket_lquantize quantize = bucket_lquantize_of(entry->data[0]);
    struct wide sum = {0, 0};
    add_weighted(&sum, (int64_t)quantize.base - 1, entry->data[1]);
    for (uint32_t i = 0; i <= quantize.levels; i++)
        add_weighted(&sum,
                     (int64_t)quantize.base + (int64_t)i * quantize.step +
                         (i == quantize.levels ? 1 : 0),
                     entry->data[i + 2]);
    return sum;
}

static struct wide llquantize_total(const struct consumer_entry *entry)
{
    struct bucket_llquantize quantize = bucket_llquantize_of(entry->data[0]);
    struct wide sum = {0, 0};
    add_weighted(&sum, quantize.value - 1, entry->data[1]);
    for (; quantize.bucket + 1 < entry->words; bucket_llquantize_advance(&quantize))
        add_weighted(&sum, quantize.value, entry->data[quantize.bucket + 1]);
    return sum;
}

static struct wide total(const struct consumer_entry *entry)
{
    return entry->kind == DOF_AGGREGATION_QUANTIZE    ? quantize_total(entry)
           : entry->kind == DOF_AGGREGATION_LQUANTIZE ? lquantize_total(entry)
                                                      : llquantize_total(entry);
}

/* How much of a quantize() or lquantize() is the value 0. */
static int64_t weight_of_zero(const struct consumer_entry *entry)
{
    if (entry->kind == DOF_AGGREGATION_QUANTIZE)
        return (int64_t)entry->data[DTRACE_QUANTIZE_ZERO];
    if (entry->kind != DOF_AGGREGATION_LQUANTIZE)
        return 0;
    struct bucket_lquantize quantize = bucket_lquantize_of(entry->data[0]);
    int64_t from_base = -(int64_t)quantize.base;
    bool inside = from_base >= 0 && from_base % quantize.step == 0 &&
                  from_base / quantize.step < quantize.levels;
    return inside ? (int64_t)entry->data[2 + from_base / quantize.step] : 0;
}

int consumer_compare_values(const struct consumer_entry *a, const struct consumer_entry *b)
{
    if (a->kind != b->kind)
        return consumer_compare(a->kind, b->kind);
    switch (a->kind) {
    case DOF_AGGREGATION_AVG:
        return compare_signed(consumer_average(a->data, 1), consumer_average(b->data, 1));
    case DOF_AGGREGATION_STDDEV:
        return consumer_compare(consumer_deviation(a->data, 1), consumer_deviation(b->data, 1));
    case DOF_AGGREGATION_QUANTIZE:
    case DOF_AGGREGATION_LQUANTIZE:
    case DOF_AGGREGATION_LLQUANTIZE: {
        int order = wide_compare(total(a), total(b));
        return order != 0 ? order : compare_signed(weight_of_zero(a), weight_of_zero(b));
    }
    default:
        return compare_signed((int64_t)a->data[0], (int64_t)b->data[0]);
    }
}

/* --- Keys --- */

static int compare_bytes(const uint8_t *a, const uint8_t *b, uint32_t size, bool string)
{
    for (uint32_t i = 0; i < size; i++) {
        if (a[i] != b[i])
            return consumer_compare(a[i], b[i]);
        if (string && a[i] == '\0')
            return 0; /* what lies behind a string is no part of it */
    }
    return 0;
}

static bool is_user_address(uint16_t action)
{
    return action == DOF_ACTION_USYM || action == DOF_ACTION_UMOD || action == DOF_ACTION_UADDR;
}

static int compare_numbers(const uint8_t *a, const uint8_t *b, uint32_t size)
{
    return consumer_compare(dtrace_read_unsigned(a, size), dtrace_read_unsigned(b, size));
}

static int compare_key(const struct consumer_entry *a, const struct consumer_entry *b,
                       uint32_t number)
{
    const struct dtrace_record *left = &a->description->records[number];
    const struct dtrace_record *right = &b->description->records[number];
    const uint8_t *one = a->record + left->offset, *other = b->record + right->offset;
    if (left->size != right->size)
        return consumer_compare(left->size, right->size);
    uint32_t size = left->size;
    if (size == 1 || size == 2 || size == 4 || size == 8)
        return compare_numbers(one, other, size);
    if (size == 16 && is_user_address(left->action)) {
        int order = compare_numbers(one, other, 8);
        return order != 0 ? order : compare_numbers(one + 8, other + 8, 8);
    }
    return compare_bytes(one, other, size, left->string && right->string);
}

int consumer_compare_keys(const struct consumer_entry *a, const struct consumer_entry *b,
                          uint32_t first)
{
    uint32_t records = a->description->record_count, others = b->description->record_count;
    if (records != others)
        return consumer_compare(records, others);
    uint32_t keys = records - 2; /* without the variable's id and the data */
    for (uint32_t i = 0; i < keys; i++) {
        int order = compare_key(a, b, 1 + ((first < keys ? first : 0) + i) % keys);
        if (order != 0)
            return order;
    }
    return 0;
}

/* --- Sorting --- */

struct sorting {
    int (*compare)(const void *context, const void *a, const void *b);
    const void *context;
    void **from, **to;
    uint32_t count;
};

/* Merges [first, middle) and [middle, end). */
static void merge(const struct sorting *sorting, uint32_t first, uint32_t middle, uint32_t end)
{
    uint32_t left = first, right = middle;
    for (uint32_t i = first; i < end; i++) {
        bool take_left = left < middle &&
                         (right == end || sorting->compare(sorting->context, sorting->from[left],
                                                           sorting->from[right]) <= 0);
        sorting->to[i] = sorting->from[take_left ? left++ : right++];
    }
}

static uint32_t at_most(uint64_t value, uint32_t limit)
{
    return value < limit ? (uint32_t)value : limit;
}

bool consumer_sort(struct dtrace_memory *memory, void **items, uint32_t count,
                   int (*compare)(const void *context, const void *a, const void *b),
                   const void *context)
{
    size_t mark = memory->used;
    void **spare = dtrace_memory_array(memory, count, sizeof *spare, _Alignof(void *));
    if (spare == NULL)
        return false;
    struct sorting sorting = {compare, context, items, spare, count};
    for (uint64_t width = 1; width < count; width *= 2) {
        for (uint64_t first = 0; first < count; first += 2 * width)
            merge(&sorting, (uint32_t)first, at_most(first + width, count),
                  at_most(first + 2 * width, count));
        void **sorted = sorting.to;
        sorting.to = sorting.from;
        sorting.from = sorted;
    }
    if (sorting.from != items)
        __builtin_memcpy(items, sorting.from, count * sizeof *items);
    memory->used = mark;
    return true;
}
