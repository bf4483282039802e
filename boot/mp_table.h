/* Which processors there are, by the tables that preceded ACPI.
 *
 * Follows the MultiProcessor Specification 1.4 of Intel: section 4.1 (floating pointer structure),
 * 4.2 and 4.3 (configuration table and its entries) and chapter 5 (default configurations).  Read
 * are the local APICs' address and the processors; left alone are buses, I/O APICs, interrupts, the
 * extended entries and the IMCR bit.
 *
 * Pure logic. */
#pragma once

#include "boot/cpu_list.h"
#include "boot/firmware_memory.h"

enum mp_table_status {
    MP_TABLE_OK = 0,
    MP_TABLE_POINTER,      /* no floating pointer structure: signature, length or checksum */
    MP_TABLE_CONFIG,       /* no default configuration that is defined, nor a table */
    MP_TABLE_OUT_OF_REACH, /* the configuration table cannot be read, or not in full */
    MP_TABLE_HEADER,       /* its signature, length or checksum is wrong */
    MP_TABLE_APIC_ADDRESS, /* the local APICs' address is 0 or no page */
    MP_TABLE_DAMAGED,      /* it ends before its last entry, or one is of a type unheard of */
};

/* Whether a floating pointer structure is at `address`: signature, length and checksum. */
bool mp_table_pointer_is_valid(const struct physical_memory *memory, uint32_t address);

/* Looks for a floating pointer structure on the 16-byte boundaries of [start, end), as far as that
 * can be read.  It may be in the first KiB of the EBDA, in the last KiB of base memory, and in
 * 0xf0000..0xfffff.  False if there is none; *address is then untouched. */
bool mp_table_find(const struct physical_memory *memory, uint32_t start, uint32_t end,
                   uint32_t *address);

/* Reads what the floating pointer structure at `pointer` tells.  What lies before damage is in
 * *out; with any other failure *out is untouched. */
enum mp_table_status mp_table_read(const struct physical_memory *memory, uint32_t pointer,
                                   struct cpu_list *out);

/* One phrase, as in "MP table: an entry is damaged". */
const char *mp_table_status_str(enum mp_table_status status);
