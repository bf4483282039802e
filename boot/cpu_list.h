/* The processors that firmware tells of, and how to reach them: what boot/madt.h and
 * boot/mp_table.h both give.
 *
 * Of processors whose APIC id does not fit into eight bits, or is the one that means "all", nothing
 * can be made without x2APIC mode: they are counted only.
 *
 * Pure logic. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define CPU_LIST_MAX    32u
#define CPU_APIC_ID_ALL 255u /* what is sent to this id goes to every CPU */

struct cpu_list {
    uint32_t local_apic_address;   /* physical, of a page; never 0 in a list that was read */
    uint32_t count;                /* 0..CPU_LIST_MAX */
    uint8_t apic_id[CPU_LIST_MAX]; /* of usable processors, in firmware's order; each once */
    uint32_t more;                 /* usable ones that did not fit */
    uint32_t unusable;             /* entries of processors with ids that are out of reach */
    uint8_t known[256 / 8];        /* a bit for each usable id, listed or not */
};

/* Adds a processor that firmware calls usable; one whose id is known already is the same. */
void cpu_list_add(struct cpu_list *list, uint32_t apic_id);

/* Sets where the local APICs are: a page below 4 GiB, and not page 0.
 * False if it is something else; *list is then untouched. */
bool cpu_list_set_apic(struct cpu_list *list, uint64_t address);
