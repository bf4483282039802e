/* The processors that firmware tells of. */
#include "boot/cpu_list.h"

enum {
    PAGE = 4096,
};

void cpu_list_add(struct cpu_list *list, uint32_t apic_id)
{
    if (apic_id >= CPU_APIC_ID_ALL) {
        list->unusable++;
        return;
    }
    uint8_t bit = (uint8_t)(1u << apic_id % 8);
    if (list->known[apic_id / 8] & bit)
        return;
    list->known[apic_id / 8] |= bit;
    if (list->count < CPU_LIST_MAX)
        list->apic_id[list->count++] = (uint8_t)apic_id;
    else
        list->more++;
}

bool cpu_list_set_apic(struct cpu_list *list, uint64_t address)
{
    if (address == 0 || address > UINT32_MAX || address % PAGE != 0)
        return false;
    list->local_apic_address = (uint32_t)address;
    return true;
}
