/* Words: text that ends with a NUL, beside text that does not (boot/slice.h). */
#pragma once

#include "boot/slice.h"

static inline struct slice word_slice(const char *word)
{
    return (struct slice){word, __builtin_strlen(word)};
}

static inline bool word_is(const char *a, const char *b)
{
    return slice_is(word_slice(a), b);
}
