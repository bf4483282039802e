/* Bytes in memory of exactly their size, so that the sanitizer sees one byte too many; the test frees them. */
#pragma once

#include <stdlib.h>
#include <string.h>

static inline void *exact_copy(const void *bytes, size_t length)
{
    void *copy = malloc(length > 0 ? length : 1);
    if (copy == NULL)
        abort();
    if (length > 0)
        memcpy(copy, bytes, length);
    return copy;
}
