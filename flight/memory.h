/* Memory for a tool that can do nothing sensible without it: every function here
 * gives memory, or ends the process with the status of a host at fault. */
#pragma once

#include <stddef.h>

/* At least one byte; without memory flight ends. */
void *memory_zeroed(size_t count, size_t size);

/* Room for one more of `count` items of `size` bytes each: `items` itself or its larger copy. */
void *memory_grown(void *items, size_t count, size_t *capacity, size_t size);

/* Room for item `index`: `items` itself or its larger copy, with zeros behind the old ones. */
void *memory_covering(void *items, size_t *count, size_t index, size_t size);

/* printf into memory that the caller frees. */
char *memory_text(const char *format, ...) __attribute__((format(printf, 1, 2)));
