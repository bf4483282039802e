/* Binary floating-point numbers in decimal. */
#include "trace/dtrace/decimal.h"

#include "trace/dtrace/dtrace_bytes.h"

enum {
    LIMB = 1000000000, /* 10^9 */
    LIMB_DIGITS = 9,
    TWOS = 29, /* 10^9 * 2^29 fits into 64 bits with its carry, as does 10^9 * 5^13 */
    FIVES = 13,
};

/* --- Taking apart --- */

/* The leading 1 is not written, except of the smallest numbers, which have none. */
static struct decimal_binary binary_of(uint64_t bits, uint32_t fraction_bits, uint32_t bias)
{
    uint64_t fraction = bits & ((1ull << fraction_bits) - 1);
    uint32_t all = 2 * bias + 1, exponent = (uint32_t)(bits >> fraction_bits) & all;
    bool large = exponent == all;
    if (exponent > 0)
        fraction |= 1ull << fraction_bits;
    else
        exponent = 1;
    return (struct decimal_binary){
        .infinite = large && (fraction & ((1ull << fraction_bits) - 1)) == 0,
        .nan = large && (fraction & ((1ull << fraction_bits) - 1)) != 0,
        .fraction = fraction,
        .exponent = (int32_t)exponent - (int32_t)(bias + fraction_bits),
    };
}

/* Here the leading 1 is written. */
static struct decimal_binary extended_of(const uint8_t *bytes)
{
    uint64_t fraction = dtrace_read_unsigned(bytes, 8);
    uint32_t exponent = (uint32_t)dtrace_read_unsigned(bytes + 8, 2) & 0x7fff;
    bool large = exponent == 0x7fff;
    return (struct decimal_binary){
        .negative = (bytes[9] & 0x80) != 0,
        .infinite = large && fraction << 1 == 0,
        .nan = large && fraction << 1 != 0,
        .fraction = fraction,
        .exponent = (int32_t)(exponent > 0 ? exponent : 1) - (16383 + 63),
    };
}

bool decimal_read(const uint8_t *bytes, uint32_t size, struct decimal_binary *binary)
{
    switch (size) {
    case 4:
        *binary = binary_of(dtrace_read_unsigned(bytes, 4), 23, 127);
        binary->negative = (bytes[3] & 0x80) != 0;
        return true;
    case 8:
        *binary = binary_of(dtrace_read_unsigned(bytes, 8), 52, 1023);
        binary->negative = (bytes[7] & 0x80) != 0;
        return true;
    case 10:
    case 12:
    case 16:
        *binary = extended_of(bytes);
        return true;
    default:
        return false;
    }
}

/* --- Limbs --- */

static void multiply(struct decimal *decimal, uint32_t by)
{
    uint64_t carry = 0;
    for (uint32_t i = 0; i < decimal->count; i++) {
        carry += (uint64_t)decimal->limbs[i] * by;
        decimal->limbs[i] = (uint32_t)(carry % LIMB);
        carry /= LIMB;
    }
    for (; carry > 0 && decimal->count < DECIMAL_LIMBS; carry /= LIMB)
        decimal->limbs[decimal->count++] = (uint32_t)(carry % LIMB);
}

static uint32_t power(uint32_t base, uint32_t exponent)
{
    uint32_t value = 1;
    for (; exponent > 0; exponent--)
        value *= base;
    return value;
}

/* `step` is how many of the base's powers one multiplication takes. */
static void multiply_powers(struct decimal *decimal, uint32_t base, uint32_t count, uint32_t step)
{
    uint32_t whole = power(base, step);
    for (; count >= step; count -= step)
        multiply(decimal, whole);
    multiply(decimal, power(base, count));
}

static void count_digits(struct decimal *decimal)
{
    while (decimal->count > 1 && decimal->limbs[decimal->count - 1] == 0)
        decimal->count--;
    decimal->digits = (decimal->count - 1) * LIMB_DIGITS + 1;
    for (uint32_t rest = decimal->limbs[decimal->count - 1]; rest >= 10; rest /= 10)
        decimal->digits++;
}

static void set(struct decimal *decimal, uint64_t value)
{
    decimal->count = 0;
    for (; value > 0 || decimal->count == 0; value /= LIMB)
        decimal->limbs[decimal->count++] = (uint32_t)(value % LIMB);
}

struct decimal decimal_of(const struct decimal_binary *binary, uint32_t *limbs)
{
    struct decimal decimal = {.limbs = limbs};
    uint64_t fraction = binary->fraction;
    int32_t exponent = binary->exponent;
    for (; exponent < 0 && fraction % 2 == 0 && fraction > 0; exponent++)
        fraction /= 2;
    if (fraction == 0)
        exponent = 0;
    set(&decimal, fraction);
    if (exponent < 0) {
        decimal.behind = (uint32_t)-exponent;
        multiply_powers(&decimal, 5, decimal.behind, FIVES);
    } else {
        multiply_powers(&decimal, 2, (uint32_t)exponent, TWOS);
    }
    count_digits(&decimal);
    return decimal;
}

/* --- Digits --- */

uint32_t decimal_digit(const struct decimal *decimal, uint32_t position)
{
    uint32_t limb = position / LIMB_DIGITS;
    if (limb >= decimal->count)
        return 0;
    return decimal->limbs[limb] / power(10, position % LIMB_DIGITS) % 10;
}

int32_t decimal_exponent(const struct decimal *decimal)
{
    return (int32_t)decimal->digits - (int32_t)decimal->behind - 1;
}

static bool is_zero_below(const struct decimal *decimal, uint32_t position)
{
    uint32_t limb = position / LIMB_DIGITS;
    for (uint32_t i = 0; i < limb && i < decimal->count; i++)
        if (decimal->limbs[i] != 0)
            return false;
    return limb >= decimal->count || decimal->limbs[limb] % power(10, position % LIMB_DIGITS) == 0;
}

static bool rounds_up(const struct decimal *decimal, uint32_t position)
{
    uint32_t next = decimal_digit(decimal, position - 1);
    if (next != 5)
        return next > 5;
    return !is_zero_below(decimal, position - 1) || decimal_digit(decimal, position) % 2 != 0;
}

static void clear_below(struct decimal *decimal, uint32_t position)
{
    uint32_t limb = position / LIMB_DIGITS;
    for (uint32_t i = 0; i < limb && i < decimal->count; i++)
        decimal->limbs[i] = 0;
    if (limb < decimal->count)
        decimal->limbs[limb] -= decimal->limbs[limb] % power(10, position % LIMB_DIGITS);
}

/* Adds 1 at the position, which is the first behind all digits at most. */
static void increment(struct decimal *decimal, uint32_t position)
{
    uint32_t add = power(10, position % LIMB_DIGITS);
    for (uint32_t i = position / LIMB_DIGITS; add > 0 && i < DECIMAL_LIMBS; i++) {
        if (i == decimal->count)
            decimal->limbs[decimal->count++] = 0;
        decimal->limbs[i] += add;
        add = decimal->limbs[i] >= LIMB ? 1 : 0;
        decimal->limbs[i] -= add * LIMB;
    }
}

void decimal_round(struct decimal *decimal, uint32_t position)
{
    if (position == 0)
        return;
    bool up = rounds_up(decimal, position);
    clear_below(decimal, position);
    if (up)
        increment(decimal, position);
    count_digits(decimal);
}
