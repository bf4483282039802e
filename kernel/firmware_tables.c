/* Where firmware has left its tables. */
#include "kernel/firmware_tables.h"

#include "boot/acpi.h"
#include "boot/mp_table.h"
#include "kernel/bios_data.h"
#include "kernel/boot_info.h"

enum {
    PAGE = 4096,
    KIB = 1024,
};

struct physical_memory firmware_tables_memory(void)
{
    uintptr_t start = PAGE;
    return (struct physical_memory){(const uint8_t *)start, PAGE, 0xffffe000u};
}

/* In the loader's regions of ACPI tables, as far as they are below 4 GiB. */
static bool rsdp_in_map(const struct physical_memory *memory, uint32_t *address)
{
    uint32_t cursor = 0;
    struct multiboot_region region;
    while (boot_info_region_next(MULTIBOOT_REGION_ACPI, &cursor, &region)) {
        uint64_t end = region.start + region.length;
        if (region.start <= UINT32_MAX &&
            acpi_find_rsdp(memory, (uint32_t)region.start,
                           end < UINT32_MAX ? (uint32_t)end : UINT32_MAX, address))
            return true;
    }
    return false;
}

bool firmware_tables_rsdp(const struct physical_memory *memory, uint32_t *address)
{
    uint32_t ebda = bios_data_ebda();
    return (ebda != 0 && acpi_find_rsdp(memory, ebda, ebda + KIB, address)) ||
           acpi_find_rsdp(memory, 0xe0000, 0x100000, address) || rsdp_in_map(memory, address);
}

bool firmware_tables_mp_pointer(const struct physical_memory *memory, uint32_t *address)
{
    uint32_t ebda = bios_data_ebda(), base_end = bios_data_base_memory_end();
    return (ebda != 0 && mp_table_find(memory, ebda, ebda + KIB, address)) ||
           (base_end != 0 && mp_table_find(memory, base_end - KIB, base_end, address)) ||
           mp_table_find(memory, 0xf0000, 0x100000, address);
}
