/* Text for people: a small printf into a sink. */
#include "trace/text.h"

#include <stdbool.h>

static void put_repeated(const struct text_sink *sink, char c, size_t count)
{
    const char *row = c == '0' ? "0000000000000000" : "                ";
    for (size_t piece; count > 0; count -= piece) {
        piece = count < 16 ? count : 16;
        sink->put(sink->context, row, piece);
    }
}

void text_put_blanks(const struct text_sink *sink, size_t count)
{
    put_repeated(sink, ' ', count);
}

struct field {
    size_t width;
    bool left;
    bool zero;
    bool negative;
};

static void put_field(const struct text_sink *sink, const char *bytes, size_t length,
                      const struct field *field)
{
    size_t total = length + field->negative;
    size_t fill = field->width > total ? field->width - total : 0;
    if (!field->left && !field->zero)
        put_repeated(sink, ' ', fill);
    if (field->negative)
        sink->put(sink->context, "-", 1);
    if (!field->left && field->zero)
        put_repeated(sink, '0', fill);
    sink->put(sink->context, bytes, length);
    if (field->left)
        put_repeated(sink, ' ', fill);
}

static void put_number(const struct text_sink *sink, uint64_t value, uint32_t base,
                       const struct field *field)
{
    char digits[20]; /* 2^64 - 1 has 20 decimal digits */
    size_t at = sizeof digits;
    for (; value > UINT32_MAX; value /= base)
        digits[--at] = "0123456789abcdef"[value % base];
    uint32_t rest = (uint32_t)value; /* a machine with 32 bits divides this much faster */
    do {
        digits[--at] = "0123456789abcdef"[rest % base];
        rest /= base;
    } while (rest != 0);
    put_field(sink, digits + at, sizeof digits - at, field);
}

static void put_signed(const struct text_sink *sink, int64_t value, struct field *field)
{
    field->negative = value < 0;
    put_number(sink, value < 0 ? 0 - (uint64_t)value : (uint64_t)value, 10, field);
}

/* Long, because it is one loop, with a case for each conversion. */
void text_print_list(const struct text_sink *sink, const char *format, va_list arguments)
{
    for (;;) {
        const char *plain = format;
        while (*format != '\0' && *format != '%')
            format++;
        if (format > plain)
            sink->put(sink->context, plain, (size_t)(format - plain));
        if (*format == '\0')
            return;
        format++;

        struct field field = {0};
        for (; *format == '-' || *format == '0'; format++)
            *(*format == '-' ? &field.left : &field.zero) = true;
        for (; *format >= '0' && *format <= '9'; format++)
            field.width = field.width * 10 + (size_t)(*format - '0');
        size_t precision = SIZE_MAX;
        if (format[0] == '.' && format[1] == '*') {
            int given = va_arg(arguments, int);
            precision = given < 0 ? SIZE_MAX : (size_t)given;
            format += 2;
        }
        uint32_t longs = 0;
        for (; *format == 'l'; format++)
            longs++;

        switch (*format++) {
        case 's': {
            const char *string = va_arg(arguments, const char *);
            if (string == NULL)
                string = "(null)";
            size_t length = 0;
            while (length < precision && string[length] != '\0')
                length++;
            put_field(sink, string, length, &field);
            break;
        }
        case 'c': {
            char c = (char)va_arg(arguments, int);
            put_field(sink, &c, 1, &field);
            break;
        }
        case 'd':
            put_signed(sink,
                       longs == 0   ? va_arg(arguments, int)
                       : longs == 1 ? va_arg(arguments, long)
                                    : va_arg(arguments, long long),
                       &field);
            break;
        case 'u':
        case 'x':
            put_number(sink,
                       longs == 0   ? va_arg(arguments, unsigned)
                       : longs == 1 ? va_arg(arguments, unsigned long)
                                    : va_arg(arguments, unsigned long long),
                       format[-1] == 'u' ? 10 : 16, &field);
            break;
        case 'p':
            put_number(sink, (uintptr_t)va_arg(arguments, void *), 16, &field);
            break;
        case '%':
            sink->put(sink->context, "%", 1);
            break;
        default:
            sink->put(sink->context, "(bad format)", 12); /* what follows cannot be known */
            return;
        }
    }
}

void text_print(const struct text_sink *sink, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    text_print_list(sink, format, arguments);
    va_end(arguments);
}

/* Length of the UTF-8 sequence at bytes[0], or 0 if it is not one (RFC 3629; C1 controls, too,
 * are not let through). */
static size_t utf8_length(const uint8_t *bytes, size_t length)
{
    size_t need = bytes[0] >= 0xc2 && bytes[0] <= 0xdf   ? 2
                  : bytes[0] >= 0xe0 && bytes[0] <= 0xef ? 3
                  : bytes[0] >= 0xf0 && bytes[0] <= 0xf4 ? 4
                                                         : 0;
    if (need == 0 || need > length)
        return 0;
    for (size_t i = 1; i < need; i++)
        if ((bytes[i] & 0xc0) != 0x80)
            return 0;
    if ((bytes[0] == 0xc2 && bytes[1] < 0xa0) || (bytes[0] == 0xe0 && bytes[1] < 0xa0) ||
        (bytes[0] == 0xed && bytes[1] >= 0xa0) || (bytes[0] == 0xf0 && bytes[1] < 0x90) ||
        (bytes[0] == 0xf4 && bytes[1] >= 0x90))
        return 0;
    return need;
}

/* Bytes that may pass as they are at bytes[0]: 0 if the first must be escaped. */
static size_t harmless(const uint8_t *bytes, size_t length)
{
    if (bytes[0] >= 0x20 && bytes[0] < 0x7e && bytes[0] != '\\')
        return 1;
    return bytes[0] >= 0x80 ? utf8_length(bytes, length) : 0;
}

void text_print_foreign(const struct text_sink *sink, const char *bytes, size_t length)
{
    while (length > 0) {
        size_t run = 0, pass = 1; /* bytes that pass together cost one call */
        while (run < length && (pass = harmless((const uint8_t *)bytes + run, length - run)) > 0)
            run += pass;
        if (run > 0)
            sink->put(sink->context, bytes, run);
        if (pass == 0)
            text_print(sink, "\\x%02x", (unsigned)(uint8_t)bytes[run]);
        bytes += run + (pass == 0);
        length -= run + (pass == 0);
    }
}

size_t text_foreign_width(const char *bytes, size_t length)
{
    size_t width = 0;
    while (length > 0) {
        size_t pass = harmless((const uint8_t *)bytes, length);
        width += pass > 0 ? 1 : 4;
        bytes += pass > 0 ? pass : 1;
        length -= pass > 0 ? pass : 1;
    }
    return width;
}

static void buffer_put(void *context, const char *bytes, size_t length)
{
    struct text_buffer *buffer = context;
    size_t room = buffer->size - 1 - buffer->length;
    if (length > room)
        length = room;
    __builtin_memcpy(buffer->bytes + buffer->length, bytes, length);
    buffer->length += length;
    buffer->bytes[buffer->length] = '\0';
}

struct text_sink text_buffer_sink(struct text_buffer *buffer)
{
    buffer->bytes[buffer->length] = '\0';
    return (struct text_sink){buffer_put, buffer};
}
