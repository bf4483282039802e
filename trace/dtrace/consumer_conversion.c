/* Conversions of a format: how they are written, and how numbers and text are put into their width. */
#include "trace/dtrace/consumer_parts.h"

enum {
    POINTER_WIDTH = 16, /* "%?" */
};

static uint32_t read_number(const char **at)
{
    uint32_t number = 0;
    for (; **at >= '0' && **at <= '9'; (*at)++)
        if (number <= CONSUMER_WIDTH_MAX)
            number = number * 10 + (uint32_t)(**at - '0');
    return number < CONSUMER_WIDTH_MAX ? number : CONSUMER_WIDTH_MAX;
}

static void read_precision(const char **at, struct consumer_conversion *conversion)
{
    if (**at == '*') {
        conversion->star_precision = true;
        (*at)++;
    } else {
        conversion->precise = true;
        conversion->precision = read_number(at);
    }
}

/* One flag, width or precision; false: something else stands there. */
static bool read_flag(const char **at, struct consumer_conversion *conversion)
{
    char c = **at;
    if (c >= '1' && c <= '9') {
        conversion->width = read_number(at);
        return true;
    }
    (*at)++;
    switch (c) {
    case '#':
        return conversion->alternate = true;
    case '0':
        return conversion->zero = true;
    case '-':
        return conversion->left = true;
    case '+':
        return conversion->plus = true;
    case ' ':
        return conversion->blank = true;
    case '@':
        return conversion->value = true;
    case '*':
        return conversion->star_width = true;
    case '\'': /* groups thousands where a locale has a character for it: here none has */
        return true;
    case '?':
        conversion->width = POINTER_WIDTH;
        return true;
    case '.':
        read_precision(at, conversion);
        return true;
    default:
        (*at)--;
        return false;
    }
}

const char *consumer_conversion_read(const char *at, struct consumer_conversion *conversion)
{
    *conversion = (struct consumer_conversion){0};
    while (read_flag(&at, conversion))
        ;
    bool wide = false;
    for (; *at == 'h' || *at == 'l' || *at == 'L' || *at == 'w'; at++)
        wide = wide || *at == 'l' || *at == 'w'; /* the size of a number its record tells itself */
    conversion->letter = *at;
    conversion->wide = wide && (*at == 'c' || *at == 's');
    return *at != '\0' ? at + 1 : at;
}

void consumer_put_zeros(struct consumer *consumer, size_t count)
{
    for (; count > 0; count--)
        consumer->sink.put(consumer->sink.context, "0", 1);
}

static void pad(struct consumer *consumer, const struct consumer_conversion *conversion,
                size_t columns)
{
    if (conversion->width > columns)
        text_put_blanks(&consumer->sink, conversion->width - columns);
}

void consumer_pad_before(struct consumer *consumer, const struct consumer_conversion *conversion,
                         size_t columns)
{
    if (!conversion->left)
        pad(consumer, conversion, columns);
}

void consumer_pad_behind(struct consumer *consumer, const struct consumer_conversion *conversion,
                         size_t columns)
{
    if (conversion->left)
        pad(consumer, conversion, columns);
}

void consumer_put_padded(struct consumer *consumer, const struct consumer_conversion *conversion,
                         const char *bytes, size_t length)
{
    consumer_pad_before(consumer, conversion, length);
    consumer->sink.put(consumer->sink.context, bytes, length);
    consumer_pad_behind(consumer, conversion, length);
}

/* The digits at the end of `room`; gives how many: of 0 there is one. */
static uint32_t digits_of(uint64_t value, char letter, char room[24])
{
    const char *digits = letter == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
    uint32_t base = letter == 'o' ? 8 : letter == 'x' || letter == 'X' || letter == 'p' ? 16 : 10;
    uint32_t length = 0;
    for (; value > 0 || length == 0; value /= base)
        room[23 - length++] = digits[value % base];
    return length;
}

static bool is_signed(char letter)
{
    return letter == 'd' || letter == 'i';
}

static const char *prefix_of(const struct consumer_conversion *conversion, uint64_t value,
                             bool negative)
{
    char letter = conversion->letter;
    if (negative)
        return "-";
    if (is_signed(letter) && conversion->plus)
        return "+";
    if (is_signed(letter) && conversion->blank)
        return " ";
    if (!conversion->alternate || value == 0)
        return "";
    return letter == 'x' || letter == 'p' ? "0x" : letter == 'X' ? "0X" : "";
}

void consumer_put_number(struct consumer *consumer, const struct consumer_conversion *conversion,
                         uint64_t magnitude, bool negative)
{
    char room[24]; /* 2^64 - 1 has 22 octal digits */
    bool none = magnitude == 0 && conversion->precise && conversion->precision == 0;
    uint32_t length = none ? 0 : digits_of(magnitude, conversion->letter, room);
    const char *prefix = prefix_of(conversion, magnitude, negative);
    uint32_t before = (uint32_t)__builtin_strlen(prefix);
    uint32_t zeros = conversion->precision > length ? conversion->precision - length : 0;
    if (conversion->letter == 'o' && conversion->alternate && zeros == 0 &&
        (magnitude != 0 || none))
        zeros = 1;
    if (conversion->zero && !conversion->left && !conversion->precise &&
        conversion->width > before + zeros + length)
        zeros = conversion->width - before - length;
    consumer_pad_before(consumer, conversion, before + zeros + length);
    text_print(&consumer->sink, "%s", prefix);
    consumer_put_zeros(consumer, zeros);
    consumer->sink.put(consumer->sink.context, room + 24 - length, length);
    consumer_pad_behind(consumer, conversion, before + zeros + length);
}
