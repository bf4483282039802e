/* The hash of a tuple, one piece after the other, from DTRACE_HASH_START on: for the keys of aggregations and of dynamic
 * variables. */
#pragma once

#include <stdint.h>

enum {
    DTRACE_HASH_START = 0x9e3779b1,
    DTRACE_CHAIN_MAX = 64 /* that meet in one place; two to four, if hashes are spread */
};

static inline uint32_t dtrace_hash_word(uint32_t hash, uint32_t word)
{
    hash = (hash ^ word) * 0x85ebca6bu;
    return hash ^ hash >> 15;
}

/* Goes on from `hash` with so many bytes. */
static inline uint32_t dtrace_hash_bytes(uint32_t hash, const uint8_t *bytes, uint32_t size)
{
    uint32_t word;
    for (; size >= sizeof word; size -= 4, bytes += 4) {
        __builtin_memcpy(&word, bytes, sizeof word);
        hash = dtrace_hash_word(hash, word);
    }
    word = 0;
    for (uint32_t i = 0; i < size; i++)
        word |= (uint32_t)bytes[i] << 8 * i;
    return size == 0 ? hash : dtrace_hash_word(hash, word);
}
