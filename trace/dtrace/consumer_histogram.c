/* Distributions, as rows with bars. */
#include "trace/dtrace/consumer_parts.h"
#include "trace/dtrace/dof.h"
#include "trace/dtrace/consumer_bucket.h"

enum {
    BAR = 40
};

bool consumer_is_histogram(uint16_t kind)
{
    return kind == DOF_AGGREGATION_QUANTIZE || kind == DOF_AGGREGATION_LQUANTIZE ||
           kind == DOF_AGGREGATION_LLQUANTIZE;
}

/* The buckets, and which of them are shown: [first, end). */
struct histogram {
    const uint64_t *counts;
    uint32_t buckets, first, end;
    bool positive, negative; /* counts */
    uint64_t whole;          /* what a full bar stands for */
    bool zoomed;             /* the largest bucket has 95 % of a full bar */
    uint64_t normal;
};

static uint64_t magnitude(uint64_t count)
{
    return (int64_t)count < 0 ? 0 - count : count;
}

/* From the bucket before the first that is not empty, to the one behind the last. */
static void find_rows(struct histogram *histogram, uint32_t if_empty, uint32_t rows_if_empty)
{
    uint32_t first = 0, end = histogram->buckets;
    while (first < end && histogram->counts[first] == 0)
        first++;
    while (end > first && histogram->counts[end - 1] == 0)
        end--;
    if (first == end) {
        histogram->first = if_empty;
        histogram->end = if_empty + rows_if_empty;
    } else {
        histogram->first = first > 0 ? first - 1 : 0;
        histogram->end = end + 1;
    }
    if (histogram->end > histogram->buckets)
        histogram->end = histogram->buckets;
}

static void sum_up(struct histogram *histogram)
{
    uint64_t sum = 0, largest = 0;
    for (uint32_t i = histogram->first; i < histogram->end; i++) {
        uint64_t count = magnitude(histogram->counts[i]);
        histogram->positive = histogram->positive || (int64_t)histogram->counts[i] > 0;
        histogram->negative = histogram->negative || (int64_t)histogram->counts[i] < 0;
        sum = sum + count < sum ? UINT64_MAX : sum + count;
        largest = count > largest ? count : largest;
    }
    histogram->whole = histogram->zoomed ? largest : sum;
}

/* round(width * count / whole), of the zoomed: 95 % of that. */
static uint32_t bar_length(const struct histogram *histogram, uint64_t count, uint32_t width)
{
    uint64_t whole = histogram->whole, part = magnitude(count);
    for (; whole > UINT64_MAX >> 16; whole >>= 1)
        part >>= 1; /* no bar is so long that this could be seen */
    if (whole == 0)
        return 0;
    uint64_t hundredths = histogram->zoomed ? 95 : 100;
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

static void print_bar(struct consumer *consumer, const struct histogram *histogram, uint64_t count)
{
    bool mixed = histogram->positive && histogram->negative;
    uint32_t length = bar_length(histogram, count, mixed ? BAR / 2 : BAR);
    if (mixed) {
        print_two_sided(consumer, (int64_t)count < 0, length);
    } else if (histogram->negative) {
        text_put_blanks(&consumer->sink, BAR - length);
        put_ats(consumer, length);
        text_print(&consumer->sink, "|");
    } else {
        text_print(&consumer->sink, "|");
        put_ats(consumer, length);
        text_put_blanks(&consumer->sink, BAR - length);
    }
}

static void print_row(struct consumer *consumer, const struct histogram *histogram, uint32_t bucket)
{
    uint64_t count = histogram->counts[bucket];
    print_bar(consumer, histogram, count);
    text_print(&consumer->sink, " %-9lld\n", (long long)(count / histogram->normal));
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

static void print_header(struct consumer *consumer)
{
    text_print(&consumer->sink, "\n%16s %41s %-9s\n", "value",
               "------------- Distribution -------------", "count");
}

void consumer_print_histogram(struct consumer *consumer, const struct consumer_entry *entry,
                              uint64_t normal)
{
    bool plain = entry->kind == DOF_AGGREGATION_QUANTIZE;
    struct histogram histogram = {
        .counts = plain ? entry->data : entry->data + 1,
        .buckets = plain ? entry->words : entry->words - 1,
        .zoomed = consumer_has(consumer, DOF_OPTION_AGGZOOM),
        .normal = normal,
    };
    find_rows(&histogram, plain ? BUCKET_QUANTIZE_ZERO - 1 : 0,
              entry->kind == DOF_AGGREGATION_LLQUANTIZE ? 2 : 3);
    sum_up(&histogram);
    print_header(consumer);
    if (plain)
        print_quantize(consumer, &histogram);
    else if (entry->kind == DOF_AGGREGATION_LQUANTIZE)
        print_lquantize(consumer, &histogram, entry->data[0]);
    else
        print_llquantize(consumer, &histogram, entry->data[0]);
}
