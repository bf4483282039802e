/* Memory in which firmware has left tables, and the ways to them.
 *
 * All of it is untrusted, as is every address and length that it tells: firmware_bytes_at() is
 * the only way to a byte.
 *
 * Pure logic. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Physical memory that may be read: bytes[0] is address `start`.  start + length is at most
 * 2^32. */
struct firmware_memory {
    const uint8_t *bytes;
    uint32_t start;
    uint32_t length; /* bytes */
};

/* `length` readable bytes at `address`, or NULL. */
const uint8_t *firmware_bytes_at(const struct firmware_memory *memory, uint32_t address,
                                 uint32_t length);

/* The checksum of every such table: the sum of its bytes, modulo 256, is 0. */
bool firmware_sums_to_zero(const uint8_t *bytes, uint32_t length);

/* Looks on the 16-byte boundaries of [start, end), as far as that can be read, for the first
 * address that `is_it`.  False if there is none; *address is then untouched. */
bool firmware_find(const struct firmware_memory *memory, uint32_t start, uint32_t end,
                   bool (*is_it)(const struct firmware_memory *memory, uint32_t address),
                   uint32_t *address);
