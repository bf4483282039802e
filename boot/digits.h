/* Digits as they come in text from outside. */
#pragma once

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
