/* A piece of text that stands somewhere else; not terminated.  Absent if text is NULL. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct slice {
    const char *text;
    size_t length;
};

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

/* `slice` without its first `count` bytes, of which it has that many. */
static inline struct slice slice_behind(struct slice slice, size_t count)
{
    return (struct slice){slice.text + count, slice.length - count};
}
