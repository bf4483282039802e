/* Binary floating-point numbers in decimal, to the last digit, with nothing but integers.
 *
 * A number f * 2^e with e below 0 is f * 5^-e / 10^-e: an integer whose lowest -e digits stand behind the point.  All
 * digits are there before any is rounded, so that rounding is exact. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum {
    /* Limbs for every number of an x87: 2^-16445 has 11,514 digits, and a carry may go beyond. */
    DECIMAL_LIMBS = 1290,
};

/* IEEE 754's single and double precision (4 and 8 bytes), and the extended precision of the x87 (10 bytes, in 12 or
 * 16). */
struct decimal_binary {
    bool negative, infinite, nan;
    uint64_t fraction;
    int32_t exponent; /* of 2 */
};

/* False: there is no such size. */
bool decimal_read(const uint8_t *bytes, uint32_t size, struct decimal_binary *binary);

struct decimal {
    uint32_t *limbs; /* DECIMAL_LIMBS of them, nine digits each, the lowest first */
    uint32_t count;  /* that are used, at least one */
    uint32_t digits; /* at least one; the first is 0 only of 0 */
    uint32_t behind; /* the point: positions below this one */
};

/* Takes `limbs` over; infinities and NaN have no digits. */
struct decimal decimal_of(const struct decimal_binary *binary, uint32_t *limbs);

/* Makes all digits below a position 0, after rounding to the nearest, halves to the even one.  There may be one digit
 * more then. */
void decimal_round(struct decimal *decimal, uint32_t position);

/* The digit at a position, counted from the lowest, 0; beyond all digits 0. */
uint32_t decimal_digit(const struct decimal *decimal, uint32_t position);

/* Of the first digit: what 10 is raised to. */
int32_t decimal_exponent(const struct decimal *decimal);
