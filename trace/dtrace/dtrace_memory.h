/* Memory for what is loaded once: pieces are taken from a region of the caller's, and given back only
 * together, from a mark on.
 *
 * Context: one thread at a time; never while a probe fires. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct dtrace_memory {
    uint8_t *bytes; /* 16-byte aligned */
    size_t size;
    size_t used; /* a mark: setting it back gives everything after it back */
};

/* `size` zeroed bytes, aligned to `align`, a power of two of at most 16; NULL if there is no room. */
void *dtrace_memory_take(struct dtrace_memory *memory, size_t size, size_t align);

/* The same for an array, whose size in bytes may be too large for a size_t. */
void *dtrace_memory_array(struct dtrace_memory *memory, size_t count, size_t size, size_t align);
