/* Memory that is taken in one direction, and given back to a mark. */
#include "trace/dtrace/dtrace_memory.h"

void *dtrace_memory_take(struct dtrace_memory *memory, size_t size, size_t align)
{
    size_t padding = -memory->used & (align - 1);
    size_t room = memory->size - memory->used;
    if (padding > room || size > room - padding)
        return NULL;
    uint8_t *taken = memory->bytes + memory->used + padding;
    memory->used += padding + size;
    return __builtin_memset(taken, 0, size);
}

void *dtrace_memory_array(struct dtrace_memory *memory, size_t count, size_t size, size_t align)
{
    if (size > 0 && count > SIZE_MAX / size)
        return NULL;
    return dtrace_memory_take(memory, count * size, align);
}
