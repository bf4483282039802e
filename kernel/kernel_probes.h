/* Probes of the kernel: what all providers share.
 *
 * A site is one byte, a nop or a `ret`, that becomes int3 while somebody wants its probe.  Nothing is registered
 * before probes_register, and nothing fires before the framework goes. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "kernel/traps.h"
#include "trace/dtrace/framework.h"

/* Takes a function's nop away, and with it its probes: for what runs while a probe fires or on a CPU before it
 * takes traps, among others that do not.  Where nearly all functions of a file do, the Makefile has it in UNPROBED, and the
 * others are AT_REST (trace/dtrace/at_rest.h). */
#define UNPROBED __attribute__((patchable_function_entry(0, 0)))

/* Where a probe fired: the `frame` of struct dtrace_event. */
struct probe_frame {
    uint32_t pc; /* the innermost of stack(): of fbt the caller's, else where the probe is */
    uint32_t frame_pointer;    /* of the function that pc lies in */
    const uint32_t *arguments; /* words on the stack: of an fbt entry, else NULL */
    uint32_t argument_count;   /* words that can be read there, at most PROBE_ARGUMENT_WORDS */
};

enum {
    PROBE_ARGUMENT_WORDS = 20, /* ten arguments of 64 bits */
};

/* How many probes probes_register adds, with room for those of the provider profile. */
uint32_t probes_count(void);

/* Adds all probes.  Once, when there is an enabling or somebody asks for the list.  Context: thread, or before
 * there are any. */
void probes_register(struct dtrace *dtrace);

/* Fires the probe with this id, if there is one.  Context: interrupts are off. */
void probes_fire(uint32_t id, const struct probe_frame *frame, const uint64_t *arguments,
                 uint32_t count);

/* errno of the system call whose return fires on this CPU; else 0.  Context: inside a probe. */
int32_t probes_errno(void);
void probes_set_errno(int32_t error);

/* Writes the byte of a site.  Other CPUs may execute it meanwhile: they see the one byte or the other, and an int3
 * that has been taken away is passed over like a probe that nobody wants (SDM volume 3, section 9.1.3, speaks
 * of longer instructions). */
void probes_patch(uint32_t address, uint8_t byte);
enum {
    PROBE_NOP = 0x90,
    PROBE_INT3 = 0xcc,
    PROBE_RET = 0xc3,
    PROBE_RET_POP = 0xc2, /* with 16 bits that say how many bytes */
};

/* Called by trap_entry.asm for every int3, before anything that has probes itself.  False: it is nobody's. */
bool probes_trap(struct trap_frame *frame);
