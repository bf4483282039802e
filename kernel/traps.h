/* Exceptions and interrupts: every one is caught; the unexpected ones end in panic. */
#pragma once

#include <stdint.h>

/* What trap_entry.asm leaves on the stack: PUSHAD, then vector and error code, then what the
 * CPU pushed. */
struct trap_frame {
    uint32_t edi, esi, ebp, esp_at_push, ebx, edx, ecx, eax;
    uint32_t vector, error_code;
    uint32_t eip, cs, eflags;
};

enum {
    TRAP_BREAKPOINT = 3,
    TRAP_DOUBLE_FAULT = 8,
    TRAP_PAGE_FAULT = 14,
    TRAP_FIRST_LINE = 32, /* interrupt line 0 after the controllers are moved */
};

void traps_init(void);

/* Called by trap_entry.asm. */
void trap_handle(struct trap_frame *frame);
_Noreturn void double_fault_handle(void);
