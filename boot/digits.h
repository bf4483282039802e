/* Digits as they come in text from outside. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* The value of a digit of bases up to 16, in either case; 16 for anything else. */
static inline uint32_t digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return (uint32_t)(c - '0');
    if (c >= 'a' && c <= 'f')
        return (uint32_t)(c - 'a') + 10;
    if (c >= 'A' && c <= 'F')
        return (uint32_t)(c - 'A') + 10;
    return 16;
}

/* Puts a digit behind a number of that base, up to 16.  False if it is none, or 64 bits do not hold the
 * number; *number is then untouched.  Nothing is divided: for 64 bits that takes a library on i386. */
static inline bool digit_append(uint64_t *number, char c, uint32_t base)
{
    uint32_t digit = digit_value(c);
    uint64_t low = (*number & UINT32_MAX) * base + digit;
    uint64_t high = (*number >> 32) * base + (low >> 32);
    if (digit >= base || high > UINT32_MAX)
        return false;
    *number = high << 32 | (low & UINT32_MAX);
    return true;
}
