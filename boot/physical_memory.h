/* A window into physical memory, which the loader or firmware has filled.
 *
 * Every address and length that stands there is untrusted: physical_bytes_at() is the only way to a byte. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* What may be read: bytes[0] is address `start`.  start + length is at most 2^32; a window that
 * excludes page 0 makes every null pointer a refusal. */
struct physical_memory {
    const uint8_t *bytes;
    uint32_t start;
    uint32_t length; /* bytes */
};

/* `length` readable bytes at `address`, or NULL. */
static inline const uint8_t *physical_bytes_at(const struct physical_memory *memory,
                                               uint32_t address, uint32_t length)
{
    if (address < memory->start)
        return NULL;
    uint32_t offset = address - memory->start;
    if (offset > memory->length || length > memory->length - offset)
        return NULL;
    return memory->bytes + offset;
}
