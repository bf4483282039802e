/* A piece of text that stands somewhere else; not terminated.  Absent if text is NULL. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct slice {
    const char *text;
    size_t length;
};

/* Text that ends with a NUL. */
static inline struct slice slice_of(const char *text)
{
    return (struct slice){text, __builtin_strlen(text)};
}

static inline bool slice_is(struct slice slice, const char *text)
{
    return slice.length == __builtin_strlen(text) &&
           __builtin_memcmp(slice.text, text, slice.length) == 0;
}

static inline bool slice_equal(struct slice a, struct slice b)
{
    return a.length == b.length &&
           (a.length == 0 || __builtin_memcmp(a.text, b.text, a.length) == 0);
}

static inline bool slice_begins(struct slice slice, const char *text)
{
    size_t length = __builtin_strlen(text);
    return slice.length >= length && __builtin_memcmp(slice.text, text, length) == 0;
}

/* Where the first `c` stands, or the length. */
static inline size_t slice_find(struct slice slice, char c)
{
    size_t at = 0;
    while (at < slice.length && slice.text[at] != c)
        at++;
    return at;
}

/* FNV-1a, 32 bits: begins with SLICE_HASH_START, perhaps mixed with something else, or goes on from what
 * came before. */
#define SLICE_HASH_START 0x811c9dc5u
static inline uint32_t slice_hash(uint32_t hash, struct slice slice)
{
    for (size_t i = 0; i < slice.length; i++)
        hash = (hash ^ (uint8_t)slice.text[i]) * 0x01000193u;
    return hash;
}

/* `slice` without its first `count` bytes, of which it has that many. */
static inline struct slice slice_behind(struct slice slice, size_t count)
{
    return (struct slice){slice.text + count, slice.length - count};
}
