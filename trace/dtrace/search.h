/* Finding a string in another one, from either end, in time that grows with the sum of their lengths. */
#pragma once

#include <stdint.h>

/* Bytes, counted from their first one, or from the last one backwards.  A part that is searched has at least one. */
struct dtrace_bytes {
    const uint8_t *first;
    int32_t step; /* to the next one: 1 or -1 */
    uint32_t length;
};

#define DTRACE_NOT_FOUND UINT32_MAX

/* Where `part` stands first at or behind `from`, which is at most text->length. */
uint32_t dtrace_search(const struct dtrace_bytes *text, const struct dtrace_bytes *part,
                       uint32_t from);
