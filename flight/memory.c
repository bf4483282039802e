/* Memory, or the end. */
#include "flight/memory.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flight/commands.h"

static _Noreturn void give_up(void)
{
    fputs("flight: host: out of memory\n", stderr);
    exit(FLIGHT_HOST);
}

void *memory_zeroed(size_t count, size_t size)
{
    void *memory = calloc(count > 0 ? count : 1, size);
    if (memory == NULL)
        give_up();
    return memory;
}

void *memory_grown(void *items, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity)
        return items;
    size_t wanted = *capacity < 16 ? 16 : *capacity;
    if (wanted > SIZE_MAX / 2)
        give_up();
    void *larger = reallocarray(items, wanted * 2, size);
    if (larger == NULL)
        give_up();
    *capacity = wanted * 2;
    return larger;
}

void *memory_covering(void *items, size_t *count, size_t index, size_t size)
{
    if (index < *count)
        return items;
    size_t wanted = index + 1 > 2 * *count ? index + 1 : 2 * *count;
    char *larger = reallocarray(items, wanted, size);
    if (larger == NULL)
        give_up();
    memset(larger + *count * size, 0, (wanted - *count) * size);
    *count = wanted;
    return larger;
}

char *memory_text(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *text = NULL;
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    if (length < 0)
        give_up();
    return text;
}
