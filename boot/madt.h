/* Which processors there are, by ACPI's Multiple APIC Description Table (signature "APIC").
 *
 * Follows the ACPI Specification 6.4, section 5.2.12: the local APICs' address with its override
 * (type 5), and processors by local APIC (type 0) and local x2APIC (type 9).  Left alone are I/O
 * APICs, interrupt overrides and NMIs.  Usable is a processor that is enabled; "online capable"
 * is one that may be plugged in later.
 *
 * Pure logic. */
#pragma once

#include "boot/acpi.h"
#include "boot/cpu_list.h"

enum madt_status {
    MADT_OK = 0,
    MADT_SHORT,        /* ends before its first entry could begin */
    MADT_APIC_ADDRESS, /* the local APICs' address is 0, no page, or beyond 4 GiB */
    MADT_DAMAGED,      /* an entry is shorter than its type, or runs over the table's end */
};

/* Reads a table that acpi_find_table() found under "APIC".  What lies before damage is in *out;
 * with any other failure *out is untouched. */
enum madt_status madt_read(const struct acpi_table *table, struct cpu_list *out);

/* One phrase, as in "MADT: an entry is damaged". */
const char *madt_status_str(enum madt_status status);
