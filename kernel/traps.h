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
    TRAP_NMI = 2,
    TRAP_BREAKPOINT = 3,
    TRAP_DOUBLE_FAULT = 8,
    TRAP_PAGE_FAULT = 14,
    TRAP_FIRST_LINE = 32, /* interrupt line 0 after the controllers are moved */
    TRAP_APIC_TIMER = 48,
    TRAP_NUDGE,              /* from another CPU: there is work */
    TRAP_CALL,               /* from another CPU: run a function */
    TRAP_APIC_SPURIOUS = 63, /* the low four bits must be set (SDM volume 3, section 11.9) */
};

/* Makes the table of the boot CPU, which the other CPUs then load. */
void traps_init(void);
void traps_load(void);

/* Has `handle` called for an interrupt line from now on.  The line stays masked: see pic_enable. */
void traps_set_line_handler(uint32_t line, void (*handle)(void));

/* Called by trap_entry.asm. */
void trap_handle(struct trap_frame *frame);
_Noreturn void double_fault_handle(void);
