/* Values of aggregations for programs. */
#include "flight/dtrace_cell_value.h"

#include "flight/dtrace_value.h"
#include "flight/json_value.h"
#include "trace/dtrace/consumer_bucket.h"
#include "trace/dtrace/dof.h"

/* Where a bucket begins and ends, both inclusive. */
struct range {
    int64_t first, last;
    bool open_below, open_above;
};

static void append(json_t *buckets, const struct range *range, uint64_t count, uint64_t normal)
{
    if (count == 0)
        return;
    json_t *first = range->open_below ? json_null() : json_integer(range->first);
    json_t *last = range->open_above ? json_null() : json_integer(range->last);
    (void)json_array_append_new(buckets, json_pack("{s:o, s:o, s:I}", "min", first, "max", last,
                                                   "count", (json_int_t)(count / normal)));
}

/* --- quantize() --- */

static struct range quantize_range(uint32_t bucket)
{
    int64_t value = bucket_quantize_value(bucket);
    if (value == 0)
        return (struct range){0, 0, false, false};
    if (value > 0)
        return (struct range){value, value + (value - 1), false, false};
    return (struct range){bucket == 0 ? INT64_MIN : value + (value + 1), value, false, false};
}

static void append_quantize(json_t *buckets, const struct dtrace_cell *cell)
{
    for (uint32_t i = 0; i < cell->words; i++) {
        const struct range range = quantize_range(i);
        append(buckets, &range, cell->data[i], cell->normal);
    }
}

/* --- lquantize() --- */

static void append_lquantize(json_t *buckets, const struct dtrace_cell *cell)
{
    const struct bucket_lquantize quantize = bucket_lquantize_of(cell->data[0]);
    for (uint32_t i = 0; i + 1 < cell->words; i++) {
        int64_t first = (int64_t)quantize.base + ((int64_t)i - 1) * quantize.step;
        const struct range range = {first, first + quantize.step - 1, i == 0,
                                    i == quantize.levels + 1u};
        append(buckets, &range, cell->data[i + 1], cell->normal);
    }
}

/* --- llquantize() --- */

static void append_llquantize(json_t *buckets, const struct dtrace_cell *cell)
{
    struct bucket_llquantize quantize = bucket_llquantize_of(cell->data[0]);
    const struct range below = {0, quantize.value - 1, true, false};
    append(buckets, &below, cell->data[1], cell->normal);
    while (quantize.bucket + 1 < cell->words) {
        uint32_t bucket = quantize.bucket;
        struct range range = {.first = quantize.value, .open_above = bucket + 2 == cell->words};
        if (!range.open_above) {
            bucket_llquantize_advance(&quantize);
            range.last = quantize.value - 1;
        } else {
            quantize.bucket++;
        }
        append(buckets, &range, cell->data[bucket + 1], cell->normal);
    }
}

static json_t *buckets_value(const struct dtrace_cell *cell)
{
    json_t *buckets = json_array();
    if (cell->kind == DOF_AGGREGATION_QUANTIZE)
        append_quantize(buckets, cell);
    else if (cell->kind == DOF_AGGREGATION_LQUANTIZE)
        append_lquantize(buckets, cell);
    else
        append_llquantize(buckets, cell);
    return buckets;
}

static bool is_distribution(uint16_t kind)
{
    return kind == DOF_AGGREGATION_QUANTIZE || kind == DOF_AGGREGATION_LQUANTIZE ||
           kind == DOF_AGGREGATION_LLQUANTIZE;
}

json_t *dtrace_cell_value(const struct dtrace_cell *cell)
{
    json_t *value = json_pack("{s:o, s:s, s:o}", "variable", json_value_of_unsigned(cell->variable),
                              "function", dtrace_value_function(cell->kind), "normal",
                              json_value_of_unsigned(cell->normal));
    if (is_distribution(cell->kind))
        (void)json_object_set_new(value, "buckets", buckets_value(cell));
    else
        (void)json_object_set_new(value, "value", json_integer(cell->value));
    return value;
}
