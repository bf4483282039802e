/* The end of a kernel that cannot go on: works at any moment, also before the console and
 * inside a trap, and ends the run as the protocol says (docs/format.md, verdict). */
#pragma once

#include <stdint.h>

#include "kernel/cpu.h"

#define panic(...) panic_from(cpu_instruction_pointer(), cpu_frame_pointer(), __VA_ARGS__)

/* Turns interrupts off, stops the other CPUs, and makes sure that there is a console, which is then this
 * CPU's.  Panicking does so anyway; a trap has more to say before.  May be called again.  Context: any. */
void panic_prepare(void);

/* Panics on behalf of the code at eip with frame pointer ebp. */
_Noreturn void panic_from(uint32_t eip, uint32_t ebp, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
