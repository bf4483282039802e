/* Identity paging (SDM volume 3, section 4.3: 32-bit paging). */
#include "kernel/paging.h"

#include <stdint.h>

#include "kernel/cpu.h"
#include "kernel/segments.h"

enum {
    PRESENT = 1 << 0,
    WRITABLE = 1 << 1,
    LARGE = 1 << 7, /* in a directory entry: a 4 MiB page */

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

extern const char kernel_start[], kernel_rodata_end[], boot_stack_guard[];

static void unmap(uint32_t address)
{
    first_table[address / 4096] = 0;
}

static void protect(uint32_t start, uint32_t end)
{
    for (uint32_t address = start; address < end; address += 4096)
        first_table[address / 4096] &= ~(uint32_t)WRITABLE;
}

bool paging_init(void)
{
    if (!(cpu_id(1).edx & CPUID_PSE))
        return false;
    for (uint32_t i = 0; i < 1024; i++) {
        directory[i] = i << 22 | LARGE | WRITABLE | PRESENT;
        first_table[i] = i << 12 | WRITABLE | PRESENT;
    }
    directory[0] = (uint32_t)first_table | WRITABLE | PRESENT;
    unmap(0);
    unmap((uint32_t)boot_stack_guard);
    unmap(segments_double_fault_guard());
    protect((uint32_t)kernel_start, (uint32_t)kernel_rodata_end);

    segments_set_page_directory((uint32_t)directory);
    /* All of CR4 and CR0 is ours: a loader may have left PAE on, or the caches off (CD, NW). */
    cpu_set_cr4(CR4_PSE);
    cpu_set_cr3((uint32_t)directory);
    cpu_set_cr0(CR0_PAGING | CR0_WRITE_PROTECT | CR0_NUMERIC_ERROR | CR0_EXTENSION_TYPE |
                CR0_MONITOR_COPROCESSOR | CR0_PROTECTED);
    return true;
}
