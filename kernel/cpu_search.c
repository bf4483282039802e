/* Which CPUs the machine has, as its firmware tells. */
#include "kernel/cpu_search.h"

#include "boot/madt.h"
#include "boot/mp_table.h"
#include "kernel/console.h"
#include "kernel/firmware_tables.h"

static struct cpu_list list;

static void tell_damage(const char *table, uint32_t address, const char *why, bool is_usable)
{
    log_line("cpus: %s at 0x%x: %s; %s", table, address, why,
             is_usable ? "what lies before holds" : "it is left out");
}

static bool take_madt(const struct physical_memory *memory)
{
    uint32_t rsdp;
    struct acpi_table table;
    if (!firmware_tables_rsdp(memory, &rsdp) || !acpi_find_table(memory, rsdp, "APIC", &table))
        return false;
    enum madt_status status = madt_read(&table, &list);
    if (status != MADT_OK)
        tell_damage("MADT", table.address, madt_status_str(status), status == MADT_DAMAGED);
    return list.count > 0;
}

static bool take_mp_table(const struct physical_memory *memory)
{
    uint32_t pointer;
    if (!firmware_tables_mp_pointer(memory, &pointer))
        return false;
    enum mp_table_status status = mp_table_read(memory, pointer, &list);
    if (status != MP_TABLE_OK)
        tell_damage("MP table", pointer, mp_table_status_str(status), status == MP_TABLE_DAMAGED);
    return list.count > 0;
}

const struct cpu_list *cpu_search(void)
{
    const struct physical_memory memory = firmware_tables_memory();
    if (!take_madt(&memory) && !take_mp_table(&memory))
        list = (struct cpu_list){0};
    return &list;
}
