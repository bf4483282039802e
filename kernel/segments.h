/* Descriptor tables of the CPU: a flat GDT, and the task that catches a double fault. */
#pragma once

#include <stdint.h>

enum {
    SELECTOR_CODE = 0x08,
    SELECTOR_DATA = 0x10,
    SELECTOR_TASK = 0x18,              /* the task that normally runs */
    SELECTOR_DOUBLE_FAULT_TASK = 0x20, /* entered through a task gate, on a stack of its own */
    SELECTOR_LOCAL = 0x28,             /* what the CPU has for itself: struct percpu */
};

/* Where the interrupted task stood when a double fault switched away from it. */
struct segments_saved_state {
    uint32_t eip, esp, ebp, eflags;
    uint32_t eax, ebx, ecx, edx, esi, edi;
};

/* Gives the CPU tables of its own, and loads them; its double faults are handled on the stack that ends at
 * `double_fault_stack_end`.  Context: on that CPU. */
void segments_init(uint32_t cpu, uint32_t double_fault_stack_end);

/* The double-fault task loads CR3 from its own state: tell it when paging has been set up. */
void segments_set_page_directory(uint32_t cpu, uint32_t cr3);

/* Where this CPU stood when it took the double fault. */
struct segments_saved_state segments_interrupted(void);

/* Guard page below the boot CPU's double-fault stack, and the end of that stack. */
uint32_t segments_double_fault_guard(void);
uint32_t segments_double_fault_stack_end(void);
