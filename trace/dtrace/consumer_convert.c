/* One conversion, applied to one record. */
#include "trace/dtrace/consumer_parts.h"

static bool is_number(uint32_t size)
{
    return size == 1 || size == 2 || size == 4 || size == 8;
}

static bool convert_integer(struct consumer *consumer, const struct consumer_conversion *conversion,
                            const struct consumer_argument *argument)
{
    uint32_t size = argument->record->size;
    if (!is_number(size))
        return false;
    uint64_t value = dtrace_read_unsigned(argument->bytes, size);
    bool negative = false;
    if (conversion->letter == 'd' || conversion->letter == 'i') {
        int64_t with_sign = dtrace_read_signed(argument->bytes, size);
        negative = with_sign < 0;
        value = wide_magnitude(with_sign);
    }
    consumer_put_number(consumer, conversion, value, negative);
    return true;
}

static uint32_t limited(const struct consumer_conversion *conversion, uint32_t length)
{
    return conversion->precise && conversion->precision < length ? conversion->precision : length;
}

static bool put_text(struct consumer *consumer, const struct consumer_conversion *conversion,
                     const char *text)
{
    consumer_put_padded(consumer, conversion, text,
                        limited(conversion, (uint32_t)__builtin_strlen(text)));
    return true;
}

static bool convert_string(struct consumer *consumer, const struct consumer_conversion *conversion,
                           const struct consumer_argument *argument)
{
    if (conversion->wide) {
        consumer_put_wide(consumer, conversion, argument->bytes, argument->record->size / 4);
        return true;
    }
    uint32_t length = dtrace_string_length(argument->bytes, argument->record->size);
    consumer_put_padded(consumer, conversion, (const char *)argument->bytes,
                        limited(conversion, length));
    return true;
}

/* A character as a C program would write it; gives how many bytes it took. */
static uint32_t escape(uint8_t c, char text[5])
{
    static const char plain[] = "\a\b\f\n\r\t\v\"\\";
    static const char names[] = "abfnrtv\"\\";
    struct text_buffer buffer = {text, 5, 0};
    const struct text_sink sink = text_buffer_sink(&buffer);
    uint32_t i = 0;
    while (plain[i] != '\0' && plain[i] != (char)c)
        i++;
    if (plain[i] != '\0')
        text_print(&sink, "\\%c", names[i]);
    else if (c >= 0x20 && c < 0x7f)
        text_print(&sink, "%c", c);
    else if (c == '\0')
        text_print(&sink, "\\0");
    else
        text_print(&sink, "\\%u%u%u", c / 64u, c / 8u % 8, c % 8u);
    return (uint32_t)buffer.length;
}

/* The width counts what is printed, the precision too. */
static bool convert_escaped(struct consumer *consumer, const struct consumer_conversion *conversion,
                            const uint8_t *bytes, uint32_t length)
{
    char text[5];
    uint32_t total = 0;
    for (uint32_t i = 0; i < length; i++)
        total += escape(bytes[i], text);
    total = limited(conversion, total);
    consumer_pad_before(consumer, conversion, total);
    for (uint32_t i = 0, room = total; i < length && room > 0; i++) {
        uint32_t piece = escape(bytes[i], text);
        piece = piece < room ? piece : room;
        consumer->sink.put(consumer->sink.context, text, piece);
        room -= piece;
    }
    consumer_pad_behind(consumer, conversion, total);
    return true;
}

static bool convert_wide_character(struct consumer *consumer,
                                   const struct consumer_conversion *conversion,
                                   const struct consumer_argument *argument)
{
    struct consumer_conversion one = *conversion;
    one.precise = false;
    uint32_t c = (uint32_t)dtrace_read_unsigned(argument->bytes, argument->record->size);
    const uint8_t bytes[4] = {(uint8_t)c, (uint8_t)(c >> 8), (uint8_t)(c >> 16),
                              (uint8_t)(c >> 24)};
    consumer_put_wide(consumer, &one, bytes, 1);
    return true;
}

static bool convert_character(struct consumer *consumer,
                              const struct consumer_conversion *conversion,
                              const struct consumer_argument *argument)
{
    if (!is_number(argument->record->size))
        return false;
    if (conversion->wide)
        return convert_wide_character(consumer, conversion, argument);
    uint8_t c = argument->bytes[0]; /* the lowest byte */
    if (conversion->letter == 'C')
        return convert_escaped(consumer, conversion, &c, 1);
    consumer_put_padded(consumer, conversion, (const char *)&c, 1);
    return true;
}

static bool convert_address(struct consumer *consumer, const struct consumer_conversion *conversion,
                            const struct consumer_argument *argument)
{
    uint32_t size = argument->record->size;
    bool user = size == 16; /* pid and address */
    if (!user && !is_number(size))
        return false;
    uint64_t address = user ? dtrace_read_unsigned(argument->bytes + 8, 8)
                            : dtrace_read_unsigned(argument->bytes, size);
    char text[CONSUMER_SYMBOL_SIZE];
    consumer_symbol_text(consumer, address, consumer_symbol_of(argument->record->action), text);
    return put_text(consumer, conversion, text);
}

static bool convert_date(struct consumer *consumer, const struct consumer_conversion *conversion,
                         const struct consumer_argument *argument)
{
    char text[48];
    if (argument->record->size != 8)
        return false;
    consumer_date_text(dtrace_read_unsigned(argument->bytes, 8), conversion->letter == 'T', text);
    return put_text(consumer, conversion, text);
}

/* "%-10k" indents by 10, "%10k" puts each frame to the right of 10 columns. */
static bool convert_stack(struct consumer *consumer, const struct consumer_conversion *conversion,
                          const struct consumer_argument *argument)
{
    const struct dtrace_record *record = argument->record;
    struct consumer_conversion frame = *conversion;
    uint32_t indent = conversion->left ? conversion->width : 0;
    if (conversion->left)
        frame.width = 0;
    if (record->action == DOF_ACTION_STACK)
        consumer_print_stack(consumer, argument->bytes, record->size, indent, &frame);
    else if (record->action == DOF_ACTION_USTACK || record->action == DOF_ACTION_JSTACK)
        consumer_print_user_stack(consumer, record, argument->bytes, indent, &frame);
    else
        return false;
    return true;
}

static bool convert_port(struct consumer *consumer, const struct consumer_conversion *conversion,
                         const struct consumer_argument *argument)
{
    struct consumer_conversion number = *conversion;
    number.letter = 'u'; /* no list of services is here */
    return convert_integer(consumer, &number, argument);
}

bool consumer_convert(struct consumer *consumer, const struct consumer_conversion *conversion,
                      const struct consumer_argument *argument)
{
    uint32_t size = argument->record->size;
    switch (conversion->letter) {
    case 'd':
    case 'i':
    case 'o':
    case 'u':
    case 'x':
    case 'X':
    case 'p':
        return convert_integer(consumer, conversion, argument);
    case 'c':
    case 'C':
        return convert_character(consumer, conversion, argument);
    case 's':
    case 'I':
        return convert_string(consumer, conversion, argument);
    case 'S':
        return convert_escaped(consumer, conversion, argument->bytes,
                               dtrace_string_length(argument->bytes, size));
    case 'a':
    case 'A':
        return convert_address(consumer, conversion, argument);
    case 'T':
    case 'Y':
        return convert_date(consumer, conversion, argument);
    case 'k':
        return convert_stack(consumer, conversion, argument);
    case 'P':
        return convert_port(consumer, conversion, argument);
    case 'e':
    case 'E':
    case 'f':
    case 'g':
    case 'G':
        return consumer_put_float(consumer, conversion, argument->bytes, size);
    default:
        return false;
    }
}
