/* Which CPUs the machine has, as its firmware tells. */
#pragma once

#include "boot/cpu_list.h"

/* Asks ACPI's MADT, else the MP table.  To be called where kernel/firmware_tables.h may be asked;
 * what is refused is one line on the console.  The list has this CPU, too; it is empty, without
 * an address of local APICs, if no table tells of any. */
const struct cpu_list *cpu_search(void);
