/* Just enough ACPI to find a table, and to switch the machine off: how to enter the sleep state S5.
 *
 * Follows the ACPI Specification 6.4: sections 5.2.5 (RSDP), 5.2.7 (RSDT), 5.2.8 (XSDT), 5.2.9
 * (FADT), 7.4.2 (\_Sx packages) and 20.2 (AML encoding).  Of the FADT the 32-bit fields only; AML
 * is not interpreted, the package \_S5_ is looked for among the DSDT's bytes.
 *
 * Pure logic: what to write to which port comes out, the caller writes it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "boot/firmware_memory.h"

/* A table whose signature, length and checksum are right. */
struct acpi_table {
    const uint8_t *bytes;
    uint32_t address;
    uint32_t length; /* bytes, with the header of 36 */
};

/* If smi_command and acpi_enable are not 0 and bit 0 (SCI_EN) of the port pm1a_control is clear,
 * write acpi_enable to the port smi_command and wait for that bit.  Then write
 * sleep_type_a << 10 | 1 << 13 to pm1a_control, and the same of b where there is one. */
struct acpi_power_off {
    uint16_t smi_command;  /* port, 0: none */
    uint8_t acpi_enable;   /* 0: none */
    uint16_t pm1a_control; /* port, never 0 */
    uint16_t pm1b_control; /* port, 0: none */
    uint8_t sleep_type_a;  /* 0..7 */
    uint8_t sleep_type_b;  /* 0..7 */
};

/* Whether an RSDP is at `address`: signature, checksum of its first 20 bytes and, from revision 2
 * on, of its whole length. */
bool acpi_rsdp_is_valid(const struct physical_memory *memory, uint32_t address);

/* Looks for an RSDP on the 16-byte boundaries of [start, end), as far as that can be read.
 * False if there is none; *address is then untouched. */
bool acpi_find_rsdp(const struct physical_memory *memory, uint32_t start, uint32_t end,
                    uint32_t *address);

/* Looks up the first table of that signature (4 characters) through the RSDT, or through the
 * XSDT if there is no sound RSDT.
 * False if there is none, or it is damaged or out of reach; *table is then untouched. */
bool acpi_find_table(const struct physical_memory *memory, uint32_t rsdp, const char *signature,
                     struct acpi_table *table);

/* Finds out how to switch off.  False if a table is missing, damaged or out of reach, the machine
 * has no such port, or \_S5_ is not a package of plain numbers; *out is then untouched. */
bool acpi_power_off_read(const struct physical_memory *memory, uint32_t rsdp,
                         struct acpi_power_off *out);
