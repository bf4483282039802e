/* Numbers with fractions: the text of the host's printf, digit by digit, from integers alone. */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "trace/dtrace/consumer_parts.h"
#include "trace/dtrace/decimal.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

enum {
    TEXT = 1 << 15, /* bytes: 2^-16445 has 16,445 digits behind the point */
};

static _Alignas(16) uint8_t room[DECIMAL_LIMBS * 4];
static char ours[TEXT], theirs[TEXT];

/* `format` begins with its '%'. */
static bool print_ours(const char *format, const void *bytes, uint32_t size)
{
    struct text_buffer buffer = {ours, sizeof ours, 0};
    struct dtrace_memory memory = {room, sizeof room, 0};
    struct consumer consumer = {.sink = text_buffer_sink(&buffer), .memory = &memory};
    struct consumer_conversion conversion;
    (void)consumer_conversion_read(format + 1, &conversion);
    bool printed = consumer_put_float(&consumer, &conversion, bytes, size);
    assert_int_equal(memory.used, 0);
    return printed;
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"

static void check_double(const char *format, double value)
{
    assert_true(print_ours(format, &value, sizeof value));
    snprintf(theirs, sizeof theirs, format, value);
    if (strcmp(ours, theirs) != 0)
        fail_msg("%s of %a: %s, not %s", format, value, ours, theirs);
}

static void check_single(const char *format, float value)
{
    assert_true(print_ours(format, &value, sizeof value));
    snprintf(theirs, sizeof theirs, format, (double)value);
    if (strcmp(ours, theirs) != 0)
        fail_msg("%s of %a: %s, not %s", format, (double)value, ours, theirs);
}

static void check_extended(const char *format, long double value)
{
    assert_true(print_ours(format, &value, sizeof value));
    snprintf(theirs, sizeof theirs, format, value);
    if (strcmp(ours, theirs) != 0)
        fail_msg("%s of %La: %s, not %s", format, value, ours, theirs);
}

#pragma GCC diagnostic pop

/* --- By hand: what printf(3C) says --- */

static const struct {
    const char *format;
    double value;
    const char *text;
} cases[] = {
    {"%f", 0, "0.000000"},
    {"%f", -0.0, "-0.000000"},
    {"%f", 3.25, "3.250000"},
    {"%.1f", 0.25, "0.2"}, /* halves go to the even digit */
    {"%.1f", 0.75, "0.8"},
    {"%.0f", 0.5, "0"},
    {"%.0f", 1.5, "2"},
    {"%.0f", 2.5, "2"},
    {"%.0f", 0.51, "1"},
    {"%.0f", 9.5, "10"},
    {"%.2f", 99.999, "100.00"},
    {"%#.0f", 3, "3."},
    {"%10.2f|", -3.14159, "     -3.14"},
    {"%-10.2f", -3.14159, "-3.14     "},
    {"%010.2f", -3.14159, "-000003.14"},
    {"%+.1f", 2, "+2.0"},
    {"% .1f", 2, " 2.0"},
    {"%.20f", 0.1, "0.10000000000000000555"},
    {"%e", 0, "0.000000e+00"},
    {"%e", 12345.678, "1.234568e+04"},
    {"%.0e", 9.5, "1e+01"},
    {"%.0e", 8.5, "8e+00"},
    {"%#.0E", 8.5, "8.E+00"},
    {"%e", 1e-300, "1.000000e-300"},
    {"%g", 100000, "100000"},
    {"%g", 1000000, "1e+06"},
    {"%g", 999999.5, "1e+06"},
    {"%g", 0.0001, "0.0001"},
    {"%g", 0.00001, "1e-05"},
    {"%G", 0.00001, "1E-05"},
    {"%#g", 1, "1.00000"},
    {"%.0g", 123, "1e+02"},
    {"%.3g", 0.00012345, "0.000123"},
    {"%f", INFINITY, "inf"},
    {"%5E", -INFINITY, " -INF"},
    {"%05g", INFINITY, "  inf"},
    {"%f", NAN, "nan"},
    {"%G", NAN, "NAN"},
    {"%g", 5e-324, "4.94066e-324"},
    {"%.17g", DBL_MAX, "1.7976931348623157e+308"},
};

static void each_form_is_that_of_printf(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_true(print_ours(cases[i].format, &cases[i].value, sizeof cases[i].value));
        assert_string_equal(ours, cases[i].text);
    }
}

static void a_single_is_printed_as_the_double_that_it_is(void **state)
{
    (void)state;
    float value = 0.1f;
    assert_true(print_ours("%.12f", &value, 4));
    assert_string_equal(ours, "0.100000001490");
}

static void other_sizes_are_no_numbers(void **state)
{
    (void)state;
    static const uint32_t sizes[] = {0, 1, 2, 3, 5, 7, 9, 11, 13, 15, 17, 32};
    uint8_t bytes[32] = {0};
    for (size_t i = 0; i < COUNT(sizes); i++)
        assert_false(print_ours("%f", bytes, sizes[i]));
}

static void an_x87_number_has_ten_bytes_whatever_follows(void **state)
{
    (void)state;
    static const uint32_t sizes[] = {10, 12, 16};
    uint8_t bytes[16];
    memset(bytes, 0xee, sizeof bytes);
    memcpy(bytes, "\0\0\0\0\0\0\0\xc0\xff\xbf", 10); /* -1.5 */
    for (size_t i = 0; i < COUNT(sizes); i++) {
        assert_true(print_ours("%Lg", bytes, sizes[i]));
        assert_string_equal(ours, "-1.5");
    }
}

static void without_memory_it_is_told(void **state)
{
    (void)state;
    double value = 1;
    struct text_buffer buffer = {ours, sizeof ours, 0};
    struct dtrace_memory memory = {room, sizeof room - 1, 0};
    static const struct dtrace_listener nobody;
    struct consumer consumer = {
        .faults = text_buffer_sink(&buffer), .listener = &nobody, .memory = &memory};
    const struct consumer_conversion conversion = {.letter = 'f'};
    assert_true(consumer_put_float(&consumer, &conversion, (const uint8_t *)&value, 8));
    assert_string_equal(ours, "dtrace: no memory for the digits of a number\n");
    assert_int_equal(consumer.status, DTRACE_CONSUME_NO_MEMORY);
}

/* --- Against the host --- */

static uint64_t seed;

/* xorshift64*. */
static uint64_t next_random(void)
{
    seed ^= seed >> 12;
    seed ^= seed << 25;
    seed ^= seed >> 27;
    return seed * 0x2545f4914f6cdd1dull;
}

static const char *const formats[] = {"%e",    "%g",      "%.17g", "%.0e", "%#.3g",   "%.3f",
                                      "%.16e", "%+25.9g", "%.1g",  "%G",   "%-12.4E", "%f"};

static void random_bits_print_as_on_the_host(void **state)
{
    (void)state;
    seed = 1;
    for (uint32_t i = 0; i < 100000; i++) {
        uint64_t bits = next_random();
        double value;
        memcpy(&value, &bits, sizeof value);
        check_double(formats[i % COUNT(formats)], value);
    }
}

static void random_singles_print_as_on_the_host(void **state)
{
    (void)state;
    seed = 2;
    for (uint32_t i = 0; i < 200000; i++) {
        uint32_t bits = (uint32_t)(next_random() >> 32);
        float value;
        memcpy(&value, &bits, sizeof value);
        check_single(formats[i % COUNT(formats)], value);
    }
}

static double nearer_to_zero(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    bits -= bits << 1 != 0;
    memcpy(&value, &bits, sizeof bits);
    return value;
}

/* Short decimals, halves among them, and their neighbours: where rounding is decided. */
static void numbers_that_people_write_print_as_on_the_host(void **state)
{
    (void)state;
    static const char *const rounding[] = {"%.0f", "%.1f", "%.2f", "%.3f", "%.1e", "%.2g", "%g"};
    seed = 3;
    for (uint32_t i = 0; i < 200000; i++) {
        uint64_t random = next_random();
        double value =
            (double)(int64_t)(random % 2000001 - 1000000) / (double)(1 << (random >> 60));
        if (random & 1ull << 50)
            value = nearer_to_zero(value);
        check_double(rounding[i % COUNT(rounding)], value);
    }
}

static void the_largest_and_smallest_print_as_on_the_host(void **state)
{
    (void)state;
    static const char *const all[] = {"%f", "%.1100f", "%e", "%.800e", "%g", "%.900g", "%#.0f"};
    static const double ends[] = {
        DBL_MAX,  DBL_MIN,  DBL_TRUE_MIN, DBL_EPSILON, 1 - DBL_EPSILON / 2,
        -DBL_MAX, 0x1p1023, 0x1p-1022,    999999999,   1e9,
        1e18,     1e22,     1e23};
    for (size_t i = 0; i < COUNT(all); i++)
        for (size_t j = 0; j < COUNT(ends); j++)
            check_double(all[i], ends[j]);
}

static void extended_numbers_print_as_on_the_host(void **state)
{
    (void)state;
    static const char *const all[] = {"%Lf", "%.50Lf", "%Le", "%.21Lg", "%.4000Le", "%.4000Lf"};
    static const long double ends[] = {LDBL_MAX, LDBL_MIN, LDBL_TRUE_MIN, 0.1L,
                                       1 / 3.0L, 0,        1e4000L};
    for (size_t i = 0; i < COUNT(all); i++)
        for (size_t j = 0; j < COUNT(ends); j++)
            check_extended(all[i], ends[j]);
    seed = 4;
    for (uint32_t i = 0; i < 2000; i++) {
        uint64_t fraction = next_random() | 1ull << 63;
        uint16_t exponent = (uint16_t)(next_random() >> 48);
        long double value = 0;
        if ((exponent & 0x7fff) == 0 || (exponent & 0x7fff) == 0x7fff)
            continue;
        memcpy(&value, &fraction, 8);
        memcpy((uint8_t *)&value + 8, &exponent, 2);
        check_extended("%.25Lg", value);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_form_is_that_of_printf),
        cmocka_unit_test(a_single_is_printed_as_the_double_that_it_is),
        cmocka_unit_test(other_sizes_are_no_numbers),
        cmocka_unit_test(an_x87_number_has_ten_bytes_whatever_follows),
        cmocka_unit_test(without_memory_it_is_told),
        cmocka_unit_test(random_bits_print_as_on_the_host),
        cmocka_unit_test(random_singles_print_as_on_the_host),
        cmocka_unit_test(numbers_that_people_write_print_as_on_the_host),
        cmocka_unit_test(the_largest_and_smallest_print_as_on_the_host),
        cmocka_unit_test(extended_numbers_print_as_on_the_host),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
