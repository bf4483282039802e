/* Identity paging (SDM volume 3, section 4.3: 32-bit paging). */
#include "kernel/paging.h"

#include "kernel/cpu.h"
#include "kernel/kernel_probes.h"
#include "kernel/segments.h"

enum {
    PRESENT = 1 << 0,
    WRITABLE = 1 << 1,
    UNCACHED = 3 << 3,           /* PCD and PWT */
    LARGE = 1 << 7,              /* in a directory entry: a 4 MiB page */
    DEVICES = 0xfec00000u >> 22, /* the 4 MiB in which the APICs are */
    SPARE_TABLES = 8,

    CPUID_PSE = 1 << 3, /* CPUID.1:EDX */
    CR4_PSE = 1 << 4,
    CR0_PROTECTED = 1 << 0,
    CR0_MONITOR_COPROCESSOR = 1 << 1,
    CR0_EXTENSION_TYPE = 1 << 4,
    CR0_NUMERIC_ERROR = 1 << 5,
    CR0_WRITE_PROTECT = 1 << 16,
};
#define CR0_PAGING (1u << 31)

static uint32_t directory[1024] __attribute__((aligned(4096)));
static uint32_t first_table[1024] __attribute__((aligned(4096))); /* 0 to 4 MiB, in small pages */

static uint32_t spare_tables[SPARE_TABLES][1024] __attribute__((aligned(4096)));
static uint32_t spare_used;
static bool on;

extern const char kernel_start[], kernel_rodata_end[], boot_stack_guard[];

/* The page table of the 4 MiB around the address; NULL if there is none left. */
static uint32_t *table_of(uint32_t address)
{
    uint32_t *entry = &directory[address >> 22];
    if (!(*entry & LARGE))
        return (uint32_t *)(*entry & ~4095u);
    if (spare_used == SPARE_TABLES)
        return NULL;
    uint32_t *table = spare_tables[spare_used++];
    for (uint32_t i = 0; i < 1024; i++)
        table[i] = (address & 0xffc00000u) | i << 12 | WRITABLE | PRESENT;
    *entry = (uint32_t)table | WRITABLE | PRESENT;
    return table;
}

bool paging_unmap(uint32_t address)
{
    uint32_t *table = on ? table_of(address) : NULL;
    if (table == NULL)
        return false;
    table[address >> 12 & 1023] = 0;
    cpu_forget_page(address);
    return true;
}

UNPROBED bool paging_is_there(uint32_t address)
{
    uint32_t entry = directory[address >> 22];
    if (on && !(entry & LARGE))
        entry = ((const uint32_t *)(entry & ~4095u))[address >> 12 & 1023];
    return !on || (entry & PRESENT) != 0;
}

static void protect(uint32_t start, uint32_t end)
{
    for (uint32_t address = start; address < end; address += 4096)
        first_table[address / 4096] &= ~(uint32_t)WRITABLE;
}

static void fill_tables(void)
{
    for (uint32_t i = 0; i < 1024; i++) {
        directory[i] = i << 22 | LARGE | WRITABLE | PRESENT;
        first_table[i] = i << 12 | WRITABLE | PRESENT;
    }
    directory[DEVICES] |= UNCACHED;
    directory[0] = (uint32_t)first_table | WRITABLE | PRESENT;
    protect((uint32_t)kernel_start, (uint32_t)kernel_rodata_end);
}

void paging_enter(uint32_t cpu)
{
    if (!on)
        return;
    segments_set_page_directory(cpu, (uint32_t)directory);
    /* All of CR4 and CR0 is ours: a loader may have left PAE on, or the caches off (CD, NW). */
    cpu_set_cr4(CR4_PSE);
    cpu_set_cr3((uint32_t)directory);
    cpu_set_cr0(CR0_PAGING | CR0_WRITE_PROTECT | CR0_NUMERIC_ERROR | CR0_EXTENSION_TYPE |
                CR0_MONITOR_COPROCESSOR | CR0_PROTECTED);
}

bool paging_init(void)
{
    if (!(cpu_id(1).edx & CPUID_PSE))
        return false;
    fill_tables();
    on = true;
    paging_enter(0);
    (void)paging_unmap(0);
    (void)paging_unmap((uint32_t)boot_stack_guard);
    (void)paging_unmap(segments_double_fault_guard());
    return true;
}
