/* Memory in which firmware has left tables. */
#include "boot/firmware_memory.h"

#include <stddef.h>

enum {
    STEP = 16,
};

bool firmware_sums_to_zero(const uint8_t *bytes, uint32_t length)
{
    uint8_t sum = 0;
    for (uint32_t i = 0; i < length; i++)
        sum = (uint8_t)(sum + bytes[i]);
    return sum == 0;
}

bool firmware_find(const struct physical_memory *memory, uint32_t start, uint32_t end,
                   bool (*is_it)(const struct physical_memory *memory, uint32_t address),
                   uint32_t *address)
{
    /* Addresses in 64 bits, so that rounding up and stepping cannot wrap at 4 GiB. */
    uint64_t first = start > memory->start ? start : memory->start;
    uint64_t limit = (uint64_t)memory->start + memory->length;
    if (end < limit)
        limit = end;
    first = (first + STEP - 1) & ~(uint64_t)(STEP - 1);
    for (uint64_t at = first; at < limit; at += STEP) {
        if (is_it(memory, (uint32_t)at)) {
            *address = (uint32_t)at;
            return true;
        }
    }
    return false;
}
