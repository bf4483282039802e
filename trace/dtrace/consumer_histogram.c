/* Distributions, as rows with bars. */
#include "trace/dtrace/consumer_bucket.h"
#include "trace/dtrace/consumer_parts.h"
#include "trace/dtrace/quantize.h"

enum {
    BAR = 40
};

bool consumer_has_parameter(uint16_t kind)
{
    return kind == DOF_AGGREGATION_LQUANTIZE || kind == DOF_AGGREGATION_LLQUANTIZE;
}

bool consumer_is_histogram(uint16_t kind)
{
    return kind == DOF_AGGREGATION_QUANTIZE || consumer_has_parameter(kind);
}

/* The buckets, and which of them are shown: [first, end). */
struct histogram {
    const uint64_t *counts;
    uint32_t buckets, first, end;
    struct consumer_bars bars;
};

bool consumer_filled_buckets(const uint64_t *counts, uint32_t buckets, uint32_t *first,
                             uint32_t *end)
{
    *first = 0;
    *end = buckets;
    while (*first < *end && counts[*first] == 0)
        ++*first;
    while (*end > *first && counts[*end - 1] == 0)
        --*end;
    return *first < *end;
}

/* From the bucket before the first that is not empty, to the one behind the last. */
static void find_rows(struct histogram *histogram, uint32_t if_empty, uint32_t rows_if_empty)
{
    uint32_t first, end;
    if (consumer_filled_buckets(histogram->counts, histogram->buckets, &first, &end)) {
        histogram->first = first > 0 ? first - 1 : 0;
        histogram->end = end + 1;
    } else {
        histogram->first = if_empty;
        histogram->end = if_empty + rows_if_empty;
    }
    if (histogram->end > histogram->buckets)
        histogram->end = histogram->buckets;
}

static void sum_up(struct histogram *histogram)
{
    for (uint32_t i = histogram->first; i < histogram->end; i++)
        consumer_bars_add(&histogram->bars, histogram->counts[i]);
}

/* --- Bars --- */

void consumer_bars_add(struct consumer_bars *bars, uint64_t count)
{
    uint64_t part = wide_magnitude((int64_t)count), sum = bars->whole + part;
    bars->positive = bars->positive || (int64_t)count > 0;
    bars->negative = bars->negative || (int64_t)count < 0;
    if (!bars->zoomed)
        bars->whole = sum < part ? UINT64_MAX : sum;
    else if (part > bars->whole)
        bars->whole = part;
}

uint32_t consumer_bar_length(const struct consumer_bars *bars, uint64_t count, uint32_t width)
{
    uint64_t whole = bars->whole, part = wide_magnitude((int64_t)count);
    for (; whole > UINT64_MAX >> 16; whole >>= 1)
        part >>= 1; /* no bar is so long that this could be seen */
    if (whole == 0)
        return 0;
    uint64_t hundredths = bars->zoomed ? 95 : 100;
    uint64_t length = (2 * width * hundredths * part + 100 * whole) / (200 * whole);
    return length < width ? (uint32_t)length : width;
}

static void put_ats(struct consumer *consumer, uint32_t count)
{
    for (; count > 0; count--)
        text_print(&consumer->sink, "@");
}

static void print_two_sided(struct consumer *consumer, bool negative, uint32_t length)
{
    uint32_t half = BAR / 2;
    text_put_blanks(&consumer->sink, negative ? half - length : half);
    put_ats(consumer, negative ? length : 0);
    text_print(&consumer->sink, "|");
    put_ats(consumer, negative ? 0 : length);
    text_put_blanks(&consumer->sink, negative ? half : half - length);
}

static void print_one_sided(struct consumer *consumer, bool negative, uint32_t length)
{
    if (negative)
        text_put_blanks(&consumer->sink, BAR - length);
    else
        text_print(&consumer->sink, "|");
    put_ats(consumer, length);
    if (negative)
        text_print(&consumer->sink, "|");
    else
        text_put_blanks(&consumer->sink, BAR - length);
}

void consumer_print_bar(struct consumer *consumer, const struct consumer_bars *bars, uint64_t count)
{
    if (bars->positive && bars->negative)
        print_two_sided(consumer, (int64_t)count < 0, consumer_bar_length(bars, count, BAR / 2));
    else
        print_one_sided(consumer, bars->negative, consumer_bar_length(bars, count, BAR));
    text_print(&consumer->sink, " %-9lld\n", (long long)(count / bars->normal));
}

/* --- Rows --- */

static void print_row(struct consumer *consumer, const struct histogram *histogram, uint32_t bucket)
{
    consumer_print_bar(consumer, &histogram->bars, histogram->counts[bucket]);
}

/* "< 10" and ">= 100", to the right. */
static void print_edge(struct consumer *consumer, const char *relation, int64_t value)
{
    char text[32];
    struct text_buffer buffer = {text, sizeof text, 0};
    const struct text_sink sink = text_buffer_sink(&buffer);
    text_print(&sink, "%s %lld", relation, (long long)value);
    text_print(&consumer->sink, "%16s ", text);
}

static void print_label(struct consumer *consumer, int64_t value)
{
    text_print(&consumer->sink, "%16lld ", (long long)value);
}

static void print_quantize(struct consumer *consumer, const struct histogram *histogram)
{
    for (uint32_t i = histogram->first; i < histogram->end; i++) {
        print_label(consumer, bucket_quantize_value(i));
        print_row(consumer, histogram, i);
    }
}

static void print_lquantize(struct consumer *consumer, const struct histogram *histogram,
                            uint64_t parameter)
{
    struct bucket_lquantize quantize = bucket_lquantize_of(parameter);
    for (uint32_t i = histogram->first; i < histogram->end; i++) {
        int64_t value = (int64_t)quantize.base + ((int64_t)i - 1) * quantize.step;
        if (i == 0)
            print_edge(consumer, "<", quantize.base);
        else if (i == quantize.levels + 1u)
            print_edge(consumer, ">=", value);
        else
            print_label(consumer, value);
        print_row(consumer, histogram, i);
    }
}

static void print_llquantize(struct consumer *consumer, const struct histogram *histogram,
                             uint64_t parameter)
{
    struct bucket_llquantize quantize = bucket_llquantize_of(parameter);
    if (histogram->first == 0) {
        print_edge(consumer, "<", quantize.value);
        print_row(consumer, histogram, 0);
    }
    for (; quantize.bucket < histogram->end; bucket_llquantize_advance(&quantize)) {
        if (quantize.bucket < histogram->first)
            continue;
        if (quantize.bucket + 1 == histogram->buckets)
            print_edge(consumer, ">=", quantize.value);
        else
            print_label(consumer, quantize.value);
        print_row(consumer, histogram, quantize.bucket);
    }
}

void consumer_print_bars_header(struct consumer *consumer, uint32_t width, const char *name)
{
    size_t length = __builtin_strlen(name);
    text_print(&consumer->sink, "\n");
    text_put_blanks(&consumer->sink, length < width ? width - length : 0);
    text_print(&consumer->sink, "%s %41s %-9s\n", name, "------------- Distribution -------------",
               "count");
}

void consumer_print_histogram(struct consumer *consumer, const struct consumer_entry *entry,
                              uint64_t normal)
{
    bool plain = entry->kind == DOF_AGGREGATION_QUANTIZE;
    struct histogram histogram = {
        .counts = plain ? entry->data : entry->data + 1,
        .buckets = plain ? entry->words : entry->words - 1,
        .bars = {.zoomed = consumer_has(consumer, DOF_OPTION_AGGZOOM), .normal = normal},
    };
    find_rows(&histogram, plain ? DTRACE_QUANTIZE_ZERO - 1 : 0,
              entry->kind == DOF_AGGREGATION_LLQUANTIZE ? 2 : 3);
    sum_up(&histogram);
    consumer_print_bars_header(consumer, 16, "value");
    if (plain)
        print_quantize(consumer, &histogram);
    else if (entry->kind == DOF_AGGREGATION_LQUANTIZE)
        print_lquantize(consumer, &histogram, entry->data[0]);
    else
        print_llquantize(consumer, &histogram, entry->data[0]);
}
