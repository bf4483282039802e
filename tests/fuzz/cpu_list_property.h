/* What holds of every list of processors, whatever firmware told: ids are below 255 and each is
 * there once, all that are known are listed or counted, and the local APICs have a page. */
#pragma once

#include "boot/cpu_list.h"
#include "tests/fuzz/require.h"

static inline bool knows(const struct cpu_list *list, uint32_t id)
{
    return list->known[id / 8] >> id % 8 & 1;
}

static inline void require_list_holds(const struct cpu_list *list)
{
    require(list->local_apic_address != 0 && list->local_apic_address % 4096 == 0);
    require(list->count <= CPU_LIST_MAX && (list->more == 0 || list->count == CPU_LIST_MAX));
    for (uint32_t i = 0; i < list->count; i++) {
        require(knows(list, list->apic_id[i]));
        for (uint32_t other = 0; other < i; other++)
            require(list->apic_id[i] != list->apic_id[other]);
    }
    uint32_t known = 0;
    for (uint32_t id = 0; id < 256; id++)
        known += knows(list, id);
    require(known == list->count + list->more && !knows(list, 255));
}
