/* An arena in memory of its own, of exactly its size; the test frees it. */
#pragma once

#include <stdlib.h>
#include <string.h>

#include "trace/arena.h"

static inline struct trace_arena *arena_of(const struct trace_arena_config *config)
{
    size_t size = (size_t)trace_arena_size(config); /* a multiple of 64 */
    struct trace_arena *arena = aligned_alloc(64, size);
    if (arena == NULL)
        abort();
    memset(arena, 0, size);
    trace_arena_format(arena, config);
    return arena;
}
