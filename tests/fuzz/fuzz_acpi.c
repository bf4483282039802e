/* ACPI tables from a hostile firmware.
 *
 * Input: tests/fuzz/firmware_window.h.
 *
 * Property: nothing is read outside the window (the sanitizer's part); an RSDP that is found is
 * valid and where it was asked for; a table that is found lies in the window, has its signature
 * and sums to zero; and a way to switch off has a port and sleep types of three bits. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "boot/acpi.h"
#include "boot/bytes.h"
#include "tests/fuzz/firmware_window.h"

static bool is_table(const uint8_t *bytes)
{
    static const char *const known[] = {"RSDT", "XSDT", "FACP", "DSDT", "APIC"};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (memcmp(bytes, known[i], 4) == 0)
            return true;
    return false;
}

/* Puts right the checksums of all that looks like a table, the innermost last. */
static void seal_all(uint8_t *bytes, size_t length)
{
    for (size_t at = 0; at + 36 <= length; at++) {
        uint8_t *here = bytes + at;
        if (memcmp(here, "RSD PTR ", 8) == 0) {
            seal(here, 20, 8);
            seal(here, 36, 32);
        } else if (is_table(here) && read_le32(here + 4) >= 36 &&
                   read_le32(here + 4) <= length - at) {
            seal(here, read_le32(here + 4), 9);
        }
    }
}

static void check_table(const struct physical_memory *memory, uint32_t rsdp, const char *signature)
{
    struct acpi_table table;
    if (!acpi_find_table(memory, rsdp, signature, &table))
        return;
    require(table.address >= memory->start && table.length >= 36);
    require(table.bytes == memory->bytes + (table.address - memory->start));
    require(table.length <= memory->length - (table.address - memory->start));
    require(memcmp(table.bytes, signature, 4) == 0 && sum_of(table.bytes, table.length) == 0);
}

static void check_power_off(const struct physical_memory *memory, uint32_t rsdp)
{
    struct acpi_power_off out;
    struct acpi_table table;
    if (!acpi_power_off_read(memory, rsdp, &out))
        return;
    require(acpi_find_table(memory, rsdp, "FACP", &table));
    require(out.pm1a_control != 0 && out.sleep_type_a <= 7 && out.sleep_type_b <= 7);
}

static void check_window(const struct physical_memory *memory)
{
    uint32_t rsdp;
    uint32_t start = memory->start, end = memory->start + memory->length;
    if (!acpi_find_rsdp(memory, 0, UINT32_MAX, &rsdp))
        return;
    require(rsdp >= start && rsdp < end && rsdp % 16 == 0 && acpi_rsdp_is_valid(memory, rsdp));
    uint32_t again;
    require(acpi_find_rsdp(memory, rsdp, rsdp + 1, &again) && again == rsdp);
    check_table(memory, rsdp, "FACP");
    check_table(memory, rsdp, "APIC");
    check_power_off(memory, rsdp);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    firmware_window_check(data, size, seal_all, check_window);
    return 0;
}
