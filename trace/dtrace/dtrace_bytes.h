/* Numbers and strings in bytes that may be anything. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* A little-endian number of 1, 2, 4 or 8 bytes; of other sizes, 0. */
uint64_t dtrace_read_unsigned(const uint8_t *bytes, uint32_t size);
int64_t dtrace_read_signed(const uint8_t *bytes, uint32_t size);

/* The same, of 8 bytes. */
void dtrace_write_word(uint8_t *bytes, uint64_t word);

/* Whether two strings, which end, are the same. */
static inline bool dtrace_is_same_text(const char *a, const char *b)
{
    for (; *a == *b; a++, b++)
        if (*a == '\0')
            return true;
    return false;
}

/* Whether one of the word's four bytes is 0: only there does taking one away borrow from a bit that is clear. */
static inline bool dtrace_has_nul(uint32_t word)
{
    return ((word - 0x01010101) & ~word & 0x80808080) != 0;
}

/* Bytes of a string up to its NUL, or `limit`. */
static inline uint32_t dtrace_string_length(const void *string, uint32_t limit)
{
    const uint8_t *bytes = string;
    uint32_t length = 0;
    while (length < limit && bytes[length] != '\0')
        length++;
    return length;
}

/* The same in `size` bytes that may all be read, and are, four at a time. */
static inline uint32_t dtrace_length_within(const uint8_t *bytes, uint32_t size)
{
    uint32_t word, length = 0;
    for (; size - length >= sizeof word; length += (uint32_t)sizeof word) {
        __builtin_memcpy(&word, bytes + length, sizeof word);
        if (dtrace_has_nul(word))
            break;
    }
    return length + dtrace_string_length(bytes + length, size - length);
}
