/* %e %f %g, as printf(3C) writes them, with no floating-point unit. */
#include "trace/dtrace/consumer_parts.h"
#include "trace/dtrace/decimal.h"

enum {
    PRECISION = 6 /* if none is given */
};

/* What is going to be printed. */
struct picture {
    const struct decimal *decimal;
    const char *sign;
    bool scientific, point;
    char letter;        /* of the exponent */
    uint32_t precision; /* digits behind the point */
    int32_t exponent;
};

static const char *sign_of(const struct consumer_conversion *conversion, bool negative)
{
    return negative ? "-" : conversion->plus ? "+" : conversion->blank ? " " : "";
}

/* --- Length --- */

static uint32_t exponent_digits(int32_t exponent)
{
    uint32_t magnitude = (uint32_t)(exponent < 0 ? -exponent : exponent), digits = 2;
    for (; magnitude >= 100; magnitude /= 10)
        digits++;
    return digits;
}

static uint32_t digits_before_point(const struct picture *picture)
{
    const struct decimal *decimal = picture->decimal;
    bool some = !picture->scientific && decimal->digits > decimal->behind;
    return some ? decimal->digits - decimal->behind : 1;
}

static uint32_t length_of(const struct picture *picture)
{
    return (uint32_t)__builtin_strlen(picture->sign) + digits_before_point(picture) +
           picture->point + picture->precision +
           (picture->scientific ? 2 + exponent_digits(picture->exponent) : 0);
}

/* --- Printing --- */

static void put_digit(struct consumer *consumer, uint32_t digit)
{
    consumer->sink.put(consumer->sink.context, &"0123456789"[digit], 1);
}

/* The digits from the one before the point on; below all that there are, 0 goes on. */
static void put_digits(struct consumer *consumer, const struct picture *picture)
{
    const struct decimal *decimal = picture->decimal;
    uint32_t before = digits_before_point(picture);
    int64_t point = picture->scientific ? (int64_t)decimal->digits - 1 : decimal->behind;
    for (int64_t at = point + before - 1; at >= point - (int64_t)picture->precision; at--) {
        if (at == point - 1)
            text_print(&consumer->sink, ".");
        put_digit(consumer, at >= 0 ? decimal_digit(decimal, (uint32_t)at) : 0);
    }
    if (picture->point && picture->precision == 0)
        text_print(&consumer->sink, ".");
}

static void put_exponent(struct consumer *consumer, const struct picture *picture)
{
    int32_t exponent = picture->exponent;
    text_print(&consumer->sink, "%c%c%02d", picture->letter, exponent < 0 ? '-' : '+',
               exponent < 0 ? -exponent : exponent);
}

static void put_picture(struct consumer *consumer, const struct consumer_conversion *conversion,
                        const struct picture *picture)
{
    uint32_t length = length_of(picture);
    bool zeros = conversion->zero && !conversion->left && conversion->width > length;
    if (!zeros)
        consumer_pad_before(consumer, conversion, length);
    text_print(&consumer->sink, "%s", picture->sign);
    consumer_put_zeros(consumer, zeros ? conversion->width - length : 0);
    put_digits(consumer, picture);
    if (picture->scientific)
        put_exponent(consumer, picture);
    consumer_pad_behind(consumer, conversion, length);
}

/* --- The three forms --- */

static uint32_t below(int64_t position)
{
    return position > 0 ? (uint32_t)position : 0;
}

static void round_fixed(struct decimal *decimal, uint32_t precision)
{
    decimal_round(decimal, below((int64_t)decimal->behind - precision));
}

static void round_scientific(struct decimal *decimal, uint32_t precision)
{
    decimal_round(decimal, below((int64_t)decimal->digits - 1 - precision));
}

static bool ends_in_zero(const struct picture *picture)
{
    const struct decimal *decimal = picture->decimal;
    int64_t point = picture->scientific ? (int64_t)decimal->digits - 1 : decimal->behind;
    int64_t last = point - (int64_t)picture->precision;
    return picture->precision > 0 && (last < 0 || decimal_digit(decimal, (uint32_t)last) == 0);
}

/* %g: the shorter form for the size of the number, without zeros at its end. */
static void choose_form(struct picture *picture, struct decimal *decimal, bool alternate)
{
    int32_t digits = picture->precision > 0 ? (int32_t)picture->precision : 1;
    round_scientific(decimal, (uint32_t)digits - 1);
    picture->exponent = decimal_exponent(decimal);
    picture->scientific = picture->exponent < -4 || picture->exponent >= digits;
    picture->precision = (uint32_t)(digits - 1 - (picture->scientific ? 0 : picture->exponent));
    while (!alternate && ends_in_zero(picture))
        picture->precision--;
}

static void draw(struct picture *picture, struct decimal *decimal,
                 const struct consumer_conversion *conversion)
{
    char form = (char)(conversion->letter | 0x20);
    picture->letter = conversion->letter == form ? 'e' : 'E';
    picture->precision = conversion->precise ? conversion->precision : PRECISION;
    if (form == 'g') {
        choose_form(picture, decimal, conversion->alternate);
    } else if (form == 'e') {
        picture->scientific = true;
        round_scientific(decimal, picture->precision);
    } else {
        round_fixed(decimal, picture->precision);
    }
    picture->exponent = decimal_exponent(decimal);
    picture->point = picture->precision > 0 || conversion->alternate;
}

static bool put_word(struct consumer *consumer, const struct consumer_conversion *conversion,
                     const struct decimal_binary *binary)
{
    char text[8];
    bool small = conversion->letter >= 'a';
    struct text_buffer buffer = {text, sizeof text, 0};
    const struct text_sink sink = text_buffer_sink(&buffer);
    text_print(&sink, "%s%s", sign_of(conversion, binary->negative),
               binary->nan ? (small ? "nan" : "NAN") : (small ? "inf" : "INF"));
    consumer_put_padded(consumer, conversion, text, buffer.length);
    return true;
}

bool consumer_put_float(struct consumer *consumer, const struct consumer_conversion *conversion,
                        const uint8_t *bytes, uint32_t size)
{
    struct decimal_binary binary;
    if (!decimal_read(bytes, size, &binary))
        return false;
    if (binary.infinite || binary.nan)
        return put_word(consumer, conversion, &binary);
    size_t mark = consumer->memory->used;
    uint32_t *limbs =
        dtrace_memory_take(consumer->memory, DECIMAL_LIMBS * sizeof *limbs, _Alignof(uint32_t));
    if (limbs == NULL) {
        consumer_complain(consumer, DTRACE_CONSUME_NO_MEMORY,
                          "no memory for the digits of a number");
        return true;
    }
    struct decimal decimal = decimal_of(&binary, limbs);
    struct picture picture = {.decimal = &decimal, .sign = sign_of(conversion, binary.negative)};
    draw(&picture, &decimal, conversion);
    put_picture(consumer, conversion, &picture);
    consumer->memory->used = mark;
    return true;
}
