/* The ways to the tables that firmware has left in memory.
 *
 * Pure logic. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "boot/physical_memory.h"

/* The checksum of every such table: the sum of its bytes, modulo 256, is 0. */
bool firmware_sums_to_zero(const uint8_t *bytes, uint32_t length);

/* Looks on the 16-byte boundaries of [start, end), as far as that can be read, for the first
 * address that `is_it`.  False if there is none; *address is then untouched. */
bool firmware_find(const struct physical_memory *memory, uint32_t start, uint32_t end,
                   bool (*is_it)(const struct physical_memory *memory, uint32_t address),
                   uint32_t *address);
