/* A format, applied to records. */
#include "trace/dtrace/consumer_parts.h"

static bool next_argument(struct consumer_arguments *arguments, struct consumer_argument *argument)
{
    if (arguments->used >= arguments->count)
        return false;
    const struct dtrace_record *record = &arguments->records[arguments->used];
    const uint8_t *bytes = dtrace_piece(record, arguments->base, arguments->size);
    if (bytes == NULL)
        return false;
    arguments->used++;
    *argument = (struct consumer_argument){record, bytes};
    return true;
}

/* "*": a number of the program's; a negative width is one to the left. */
static bool take_star(struct consumer_arguments *arguments, uint32_t *number, bool *negative)
{
    struct consumer_argument argument;
    if (!next_argument(arguments, &argument))
        return false;
    int64_t value = dtrace_read_signed(argument.bytes, argument.record->size);
    *negative = value < 0;
    uint64_t magnitude = wide_magnitude(value);
    *number = magnitude < CONSUMER_WIDTH_MAX ? (uint32_t)magnitude : CONSUMER_WIDTH_MAX;
    return true;
}

/* As in dtrace(1M), a precision of 0 that is an argument is none, and so is one below 0. */
static bool take_stars(struct consumer_arguments *arguments, struct consumer_conversion *conversion)
{
    bool negative = false;
    if (conversion->star_width) {
        if (!take_star(arguments, &conversion->width, &negative))
            return false;
        conversion->left = conversion->left || negative;
    }
    if (conversion->star_precision) {
        if (!take_star(arguments, &conversion->precision, &negative))
            return false;
        conversion->precise = !negative && conversion->precision > 0;
    }
    return true;
}

/* The k-th "%@" is for the k-th aggregation, and what comes after the last one is for that. */
static bool convert_aggregation(struct consumer *consumer,
                                const struct consumer_conversion *conversion,
                                struct consumer_arguments *arguments)
{
    if (arguments->value_count == 0)
        return false;
    uint32_t number = arguments->values_used;
    if (number + 1 < arguments->value_count)
        arguments->values_used++;
    const struct consumer_entry *entry = arguments->values[number];
    return consumer_convert_value(consumer, conversion, entry,
                                  consumer_normal_of(consumer, entry->variable));
}

static bool convert_next(struct consumer *consumer, struct consumer_conversion *conversion,
                         struct consumer_arguments *arguments)
{
    struct consumer_argument argument;
    if (!take_stars(arguments, conversion))
        return false;
    if (conversion->value)
        return convert_aggregation(consumer, conversion, arguments);
    return next_argument(arguments, &argument) && consumer_convert(consumer, conversion, &argument);
}

void consumer_print_format(struct consumer *consumer, const char *format,
                           struct consumer_arguments *arguments)
{
    for (;;) {
        const char *plain = format;
        while (*format != '\0' && *format != '%')
            format++;
        consumer->sink.put(consumer->sink.context, plain, (size_t)(format - plain));
        if (*format == '\0' || consumer->room == 0)
            return;
        struct consumer_conversion conversion;
        format = consumer_conversion_read(format + 1, &conversion);
        if (conversion.letter == '%')
            text_print(&consumer->sink, "%%");
        else if (!convert_next(consumer, &conversion, arguments))
            text_print(&consumer->sink, "(bad format)");
    }
}
