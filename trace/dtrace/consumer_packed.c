/* A line for each key: values as bars beside each other (agghist), distributions with a character for each bucket
 * (aggpack). */
#include "trace/dtrace/consumer_bucket.h"
#include "trace/dtrace/consumer_parts.h"
#include "trace/dtrace/quantize.h"

enum {
    EDGE_WIDTH = 8 /* of lquantize() */
};

static bool is_value(uint16_t kind)
{
    return kind == DOF_AGGREGATION_COUNT || kind == DOF_AGGREGATION_SUM ||
           kind == DOF_AGGREGATION_AVG || kind == DOF_AGGREGATION_STDDEV;
}

enum consumer_packing consumer_packing_of(const struct consumer *consumer,
                                          const struct consumer_entry *entry)
{
    if (consumer_has(consumer, DOF_OPTION_AGGHIST) && is_value(entry->kind))
        return CONSUMER_BARS;
    bool narrow =
        entry->kind == DOF_AGGREGATION_QUANTIZE || entry->kind == DOF_AGGREGATION_LQUANTIZE;
    return consumer_has(consumer, DOF_OPTION_AGGPACK) && narrow ? CONSUMER_PACKED
                                                                : CONSUMER_UNPACKED;
}

static uint64_t value_of(const struct consumer_entry *entry)
{
    switch (entry->kind) {
    case DOF_AGGREGATION_AVG:
        return (uint64_t)consumer_average(entry->data, 1);
    case DOF_AGGREGATION_STDDEV:
        return consumer_deviation(entry->data, 1);
    default:
        return entry->data[0];
    }
}

/* --- What all lines have in common --- */

/* From the bucket before the first that any key has, to the one behind the last.  Of keys without any, the middle
 * counts. */
static void add_buckets(struct consumer_packed *packed, const struct consumer_entry *entry)
{
    uint32_t first, end;
    if (!consumer_filled_buckets(entry->data, entry->words, &first, &end)) {
        first = DTRACE_QUANTIZE_ZERO;
        end = first + 1;
    }
    if (packed->end == 0 || first < packed->first)
        packed->first = first;
    if (end > packed->end)
        packed->end = end;
}

void consumer_packed_add(const struct consumer *consumer, struct consumer_packed *packed,
                         const struct consumer_entry *entry)
{
    packed->bars.zoomed = consumer_has(consumer, DOF_OPTION_AGGZOOM);
    if (is_value(entry->kind))
        consumer_bars_add(&packed->bars, value_of(entry));
    else if (entry->kind == DOF_AGGREGATION_QUANTIZE)
        add_buckets(packed, entry);
}

/* dtrace(1M) makes a whole number of the largest value and what is above it, so that 95 % are seen of large values
 * only. */
static struct consumer_bars value_bars(const struct consumer_packed *packed, uint64_t normal)
{
    struct consumer_bars bars = packed->bars;
    bars.normal = normal;
    if (bars.zoomed)
        bars.whole = bars.whole / 19 * 20 + bars.whole % 19 * 20 / 19;
    bars.zoomed = false;
    return bars;
}

/* --- Numbers and characters --- */

/* As many columns as dtrace(1M) leaves for a number: four at least, and for powers of ten one too few. */
static uint32_t columns_of(int64_t value)
{
    uint32_t columns = value < 0 ? 2 : 1;
    uint64_t magnitude = wide_magnitude(value);
    for (uint64_t power = 10; magnitude > power && power <= INT64_MAX; power *= 10)
        columns++;
    return columns < 4 ? 4 : columns;
}

/* `text` in so many columns, at their left or right end. */
static void put_column(struct consumer *consumer, const char *text, uint32_t columns, bool left)
{
    size_t length = __builtin_strlen(text), fill = length < columns ? columns - length : 0;
    text_put_blanks(&consumer->sink, left ? 0 : fill);
    text_print(&consumer->sink, "%s", text);
    text_put_blanks(&consumer->sink, left ? fill : 0);
}

static void put_edge(struct consumer *consumer, const char *relation, int64_t value,
                     uint32_t columns, bool left)
{
    char text[32];
    struct text_buffer buffer = {text, sizeof text, 0};
    const struct text_sink sink = text_buffer_sink(&buffer);
    text_print(&sink, "%s%lld", relation, (long long)value);
    put_column(consumer, text, columns, left);
}

/* The higher, the more of the character is ink. */
static char mark_of(const struct consumer_bars *bars, uint64_t count)
{
    static const char above[] = "__xxxxXX", below[] = "vvvvVV";
    if (count == 0)
        return ' ';
    bool negative = (int64_t)count < 0;
    const char *marks = negative ? below : above;
    uint32_t highest = (uint32_t)(negative ? sizeof below : sizeof above) - 2;
    return marks[consumer_bar_length(bars, count, highest)];
}

static uint64_t print_marks(struct consumer *consumer, const uint64_t *counts, uint32_t first,
                            uint32_t end)
{
    struct consumer_bars bars = {.zoomed = consumer_has(consumer, DOF_OPTION_AGGZOOM)};
    uint64_t sum = 0;
    for (uint32_t i = first; i < end; i++) {
        consumer_bars_add(&bars, counts[i]);
        sum += counts[i];
    }
    for (uint32_t i = first; i < end; i++)
        text_print(&consumer->sink, "%c", mark_of(&bars, counts[i]));
    return sum;
}

/* --- Distributions --- */

/* The buckets that are drawn: an empty one stands on each side, but not before 0. */
static uint32_t first_drawn(const struct consumer_packed *packed)
{
    bool at_edge = packed->first == 0 || packed->first == DTRACE_QUANTIZE_ZERO;
    return at_edge ? packed->first : packed->first - 1;
}

static uint32_t end_drawn(const struct consumer_packed *packed)
{
    return packed->end < DTRACE_QUANTIZE_BUCKETS ? packed->end + 1 : packed->end;
}

static void print_quantize(struct consumer *consumer, const struct consumer_packed *packed,
                           const uint64_t *counts)
{
    uint32_t first = first_drawn(packed), end = end_drawn(packed);
    int64_t lowest = bucket_quantize_value(first), highest = bucket_quantize_value(end - 1);
    text_print(&consumer->sink, " ");
    put_edge(consumer, "", lowest, columns_of(lowest), false);
    text_print(&consumer->sink, " :");
    uint64_t sum = print_marks(consumer, counts, first, end);
    text_print(&consumer->sink, ": ");
    put_edge(consumer, "", highest, columns_of(highest), true);
    text_print(&consumer->sink, " | %lld\n", (long long)sum);
}

static void print_lquantize(struct consumer *consumer, const uint64_t *data)
{
    struct bucket_lquantize quantize = bucket_lquantize_of(data[0]);
    int64_t limit = (int64_t)quantize.base + (int64_t)quantize.levels * quantize.step;
    put_edge(consumer, "< ", quantize.base, EDGE_WIDTH, false);
    text_print(&consumer->sink, " :");
    uint64_t sum = print_marks(consumer, data + 1, 0, quantize.levels + 2u);
    text_print(&consumer->sink, ": ");
    put_edge(consumer, ">= ", limit, EDGE_WIDTH, true);
    text_print(&consumer->sink, " | %lld\n", (long long)sum);
}

/* --- Lines --- */

static uint32_t keys_width(const struct dtrace_aggregation_description *description)
{
    uint32_t width = 0;
    for (uint32_t i = 1; i + 1 < description->record_count; i++)
        width += consumer_narrow_width(&description->records[i]);
    return width;
}

static void print_packed_header(struct consumer *consumer, const struct consumer_packed *packed,
                                const struct consumer_entry *entry, uint32_t width)
{
    bool linear = entry->kind == DOF_AGGREGATION_LQUANTIZE;
    uint32_t first = linear ? 0 : first_drawn(packed);
    uint32_t end = linear ? bucket_lquantize_of(entry->data[0]).levels + 2u : end_drawn(packed);
    uint32_t before = linear ? EDGE_WIDTH - 1 : columns_of(bucket_quantize_value(first));
    uint32_t behind = linear ? EDGE_WIDTH : columns_of(bucket_quantize_value(end - 1));
    text_print(&consumer->sink, "\n");
    put_column(consumer, width > 0 ? "key" : "", width, false);
    text_print(&consumer->sink, " ");
    put_column(consumer, "min", before, false);
    text_print(&consumer->sink, " .");
    for (uint32_t i = first; i < end; i++)
        text_print(&consumer->sink, "-");
    text_print(&consumer->sink, ". ");
    put_column(consumer, "max", behind, true);
    text_print(&consumer->sink, " | count\n");
}

static void print_header(struct consumer *consumer, struct consumer_packed *packed,
                         const struct consumer_entry *entry)
{
    uint32_t width = keys_width(entry->description);
    if (packed->headed)
        return;
    packed->headed = true;
    if (!is_value(entry->kind))
        print_packed_header(consumer, packed, entry, width);
    else if (width > 0)
        consumer_print_bars_header(consumer, width, "key");
    else
        consumer_print_bars_header(consumer, 16, "value");
}

void consumer_print_packed(struct consumer *consumer, struct consumer_packed *packed,
                           const struct consumer_entry *entry, uint64_t normal)
{
    const struct dtrace_aggregation_description *description = entry->description;
    print_header(consumer, packed, entry);
    for (uint32_t i = 1; i + 1 < description->record_count; i++)
        consumer_print_key(consumer, &description->records[i],
                           entry->record + description->records[i].offset, true);
    if (is_value(entry->kind)) {
        const struct consumer_bars bars = value_bars(packed, normal);
        text_print(&consumer->sink, " ");
        consumer_print_bar(consumer, &bars, value_of(entry));
    } else if (entry->kind == DOF_AGGREGATION_LQUANTIZE) {
        print_lquantize(consumer, entry->data);
    } else {
        print_quantize(consumer, packed, entry->data);
    }
}
