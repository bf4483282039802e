/* Where firmware has left its tables.  To be asked while everything is identity mapped and page 0
 * can be read, which is before paging. */
#pragma once

#include "boot/firmware_memory.h"

/* All memory but the first and the last page. */
struct physical_memory firmware_tables_memory(void);

/* Finds ACPI's RSDP: where a BIOS puts it (ACPI Specification 6.4, section 5.2.5.1), else, as under
 * UEFI nobody hands it over to a Multiboot kernel, in the regions that the loader's map calls ACPI.
 * False if there is none; *address is then untouched. */
bool firmware_tables_rsdp(const struct physical_memory *memory, uint32_t *address);

/* Finds the floating pointer structure of boot/mp_table.h, in the places that it lists.
 * False if there is none; *address is then untouched. */
bool firmware_tables_mp_pointer(const struct physical_memory *memory, uint32_t *address);
