/* The value of an aggregation: a number, or a histogram.
 *
 * Where dtrace(1M) divides numbers with a sign as if they had none, so does this: the text must be the same. */
#include "trace/dtrace/consumer_parts.h"

/* The root of the mean square less the square of the mean. */
uint64_t consumer_deviation(const uint64_t *data, uint64_t normal)
{
    int64_t count = (int64_t)data[0], divisor = (int64_t)normal;
    if (count <= 0 || divisor <= 0)
        return 0;
    struct wide squares = {data[2], data[3]};
    squares = wide_divide(wide_divide(wide_divide(squares, normal), normal), data[0]);
    int64_t mean = (int64_t)data[1] / divisor / count;
    return wide_root(wide_subtract(squares, wide_multiply_signed(mean, mean)));
}

int64_t consumer_average(const uint64_t *data, uint64_t normal)
{
    int64_t count = (int64_t)data[0], divisor = (int64_t)normal;
    if (count <= 0 || divisor <= 0)
        return 0;
    return (int64_t)data[1] / divisor / count;
}

int64_t consumer_value_of(const struct consumer_entry *entry, uint64_t normal)
{
    if (consumer_is_histogram(entry->kind))
        return 0;
    if (entry->kind == DOF_AGGREGATION_AVG)
        return consumer_average(entry->data, normal);
    if (entry->kind == DOF_AGGREGATION_STDDEV)
        return (int64_t)consumer_deviation(entry->data, normal); /* a root: below 2^63 */
    return (int64_t)(entry->data[0] / normal);
}

void consumer_print_value(struct consumer *consumer, const struct consumer_entry *entry,
                          uint64_t normal)
{
    if (consumer_is_histogram(entry->kind))
        consumer_print_histogram(consumer, entry, normal);
    else
        text_print(&consumer->sink, " %16lld", (long long)consumer_value_of(entry, normal));
}

static uint64_t signed_quotient(uint64_t value, uint64_t normal)
{
    int64_t divisor = (int64_t)normal;
    if (divisor == -1 || divisor == 0)
        return 0 - value;
    return (uint64_t)((int64_t)value / divisor);
}

static uint64_t number_of(const struct consumer_entry *entry, uint64_t normal, bool with_sign)
{
    const uint64_t *data = entry->data;
    if (entry->kind == DOF_AGGREGATION_AVG)
        return data[0] != 0 ? data[1] / normal / data[0] : 0;
    if (entry->kind == DOF_AGGREGATION_STDDEV)
        return consumer_deviation(data, normal);
    return with_sign ? signed_quotient(data[0], normal) : data[0] / normal;
}

bool consumer_convert_value(struct consumer *consumer, const struct consumer_conversion *conversion,
                            const struct consumer_entry *entry, uint64_t normal)
{
    if (consumer_is_histogram(entry->kind)) {
        consumer_print_histogram(consumer, entry, normal);
        return true;
    }
    bool with_sign = conversion->letter == 'd' || conversion->letter == 'i';
    uint64_t number = number_of(entry, normal, with_sign);
    const struct dtrace_record record = {.action = DOF_ACTION_DIFEXPR, .size = 8};
    uint8_t bytes[8];
    dtrace_write_word(bytes, number);
    return consumer_convert(consumer, conversion, &(struct consumer_argument){&record, bytes});
}
