/* Descriptor tables of the CPU (SDM volume 3, sections 3.4.5 and 7.2). */
#include "kernel/segments.h"

#include "kernel/cpu.h"
#include "kernel/percpu.h"

/* 32-bit task state segment (SDM volume 3, figure 7-2). */
struct task_state {
    uint32_t link;
    uint32_t esp0, ss0, esp1, ss1, esp2, ss2;
    uint32_t cr3, eip, eflags;
    uint32_t eax, ecx, edx, ebx, esp, ebp, esi, edi;
    uint32_t es, cs, ss, ds, fs, gs;
    uint32_t ldt;
    uint32_t io_map; /* high half: offset of the I/O permission map */
};
_Static_assert(sizeof(struct task_state) == 104, "size of a 32-bit TSS");

enum {
    ACCESS_CODE = 0x9a, /* present, ring 0, code, readable */
    ACCESS_DATA = 0x92, /* present, ring 0, data, writable */
    ACCESS_TASK = 0x89, /* present, ring 0, available 32-bit TSS */
    FLAT = 0xc0,        /* limit in pages, 32-bit */
};

enum {
    DESCRIPTORS = 6,
};

/* Tables of one CPU. */
static struct tables {
    uint64_t gdt[DESCRIPTORS];
    struct task_state normal, double_fault;
} tables[TRACE_CPUS_MAX];

/* In trap_entry.asm. */
extern const char double_fault_entry[], double_fault_stack_guard[], double_fault_stack_top[];

static uint64_t descriptor(uint32_t base, uint32_t limit, uint8_t access, uint8_t flags)
{
    return (limit & 0xffff) | (uint64_t)(base & 0xffffff) << 16 | (uint64_t)access << 40 |
           (uint64_t)(limit >> 16 & 15) << 48 | (uint64_t)flags << 48 |
           (uint64_t)(base >> 24) << 56;
}

static uint64_t task_descriptor(const struct task_state *task)
{
    return descriptor((uint32_t)task, sizeof *task - 1, ACCESS_TASK, 0);
}

static void fill_gdt(struct tables *own, const struct percpu *local)
{
    own->gdt[SELECTOR_CODE / 8] = descriptor(0, 0xfffff, ACCESS_CODE, FLAT);
    own->gdt[SELECTOR_DATA / 8] = descriptor(0, 0xfffff, ACCESS_DATA, FLAT);
    own->gdt[SELECTOR_TASK / 8] = task_descriptor(&own->normal);
    own->gdt[SELECTOR_DOUBLE_FAULT_TASK / 8] = task_descriptor(&own->double_fault);
    own->gdt[SELECTOR_LOCAL / 8] = descriptor((uint32_t)local, 0xfffff, ACCESS_DATA, FLAT);
}

static struct task_state double_fault_state(uint32_t stack_end)
{
    return (struct task_state){
        .eip = (uint32_t)double_fault_entry,
        .esp = stack_end,
        .eflags = 2, /* bit 1 is always set; interrupts off */
        .cs = SELECTOR_CODE,
        .ss = SELECTOR_DATA,
        .ds = SELECTOR_DATA,
        .es = SELECTOR_DATA,
        .fs = SELECTOR_DATA,
        .gs = SELECTOR_LOCAL,
        .io_map = sizeof(struct task_state) << 16,
    };
}

void segments_init(uint32_t cpu, uint32_t double_fault_stack_end)
{
    struct tables *own = &tables[cpu];
    own->normal.io_map = sizeof own->normal << 16;
    own->double_fault = double_fault_state(double_fault_stack_end);
    fill_gdt(own, percpu_at(cpu));
    const struct cpu_table_pointer pointer = {sizeof own->gdt - 1, (uint32_t)own->gdt};
    cpu_load_gdt(&pointer);
    cpu_load_task_register(SELECTOR_TASK);
}

void segments_set_page_directory(uint32_t cpu, uint32_t cr3)
{
    tables[cpu].double_fault.cr3 = cr3;
    tables[cpu].normal.cr3 = cr3;
}

struct segments_saved_state segments_interrupted(void)
{
    const struct task_state *task = &tables[percpu_this()->number].normal;
    return (struct segments_saved_state){
        .eip = task->eip,
        .esp = task->esp,
        .ebp = task->ebp,
        .eflags = task->eflags,
        .eax = task->eax,
        .ebx = task->ebx,
        .ecx = task->ecx,
        .edx = task->edx,
        .esi = task->esi,
        .edi = task->edi,
    };
}

uint32_t segments_double_fault_guard(void)
{
    return (uint32_t)double_fault_stack_guard;
}

uint32_t segments_double_fault_stack_end(void)
{
    return (uint32_t)double_fault_stack_top;
}
