/* The provider fbt: the entry and the returns of the kernel's functions.
 *
 * GCC places a nop at each entry (-fpatchable-function-entry=1); a return is a `ret`.  Both are one byte, which
 * an int3 replaces while somebody wants the probe, so one that nobody wants costs that nop.  Where they are is
 * found in the linked kernel (kernel/probe_sites.awk).
 *
 *     fbt:kernel:NAME:entry     arg0.. the words at the place of the arguments (a uint64_t has two)
 *     fbt:kernel:NAME:return    arg0 offset of the return in the function, arg1 EAX, arg2 EDX
 *
 * Arguments are where the i386 ABI has them, as functions of kernel/, boot/ and drivers/ are compiled so that the
 * compiler changes no signature; static functions of trace/ may have theirs in registers.
 *
 * What runs while a probe fires has no probes: UNPROBED in the Makefile. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "kernel/kernel_probes.h"
#include "kernel/traps.h"

/* Sorted by address; the last one stands for the end of each list. */
struct fbt_function {
    uint32_t address;      /* of the nop; the table of symbols has its name */
    uint16_t first_return; /* in fbt_returns, up to that of the next function */
    uint16_t first_probe;  /* entry, and then return if it has any, counted from fbt's first */
};

struct fbt_return {
    uint16_t offset; /* bytes into the function */
    uint16_t pops;   /* bytes of arguments: 0, or 4 (a structure's address) */
};

/* All functions are probed, on_firing_path, assembly or library; of the probed some never return. */
struct fbt_counts {
    uint32_t functions, probed, never_return, on_firing_path, assembly, library;
};

/* Made by probe_sites.awk out of the linked kernel. */
extern const struct fbt_function fbt_functions[];
extern const struct fbt_return fbt_returns[];
extern const struct fbt_counts fbt_counts;
extern uint8_t fbt_wanted[]; /* for each function: enum fbt_want */

enum fbt_want {
    FBT_ENTRY = 1,
    FBT_RETURN = FBT_ENTRY << 1,
    FBT_CALL_ENTRY = 4, /* by the provider syscall */
    FBT_CALL_RETURN = FBT_CALL_ENTRY << 1,
};

uint32_t fbt_probes(void); /* that fbt_register adds */
/* Adds a probe for each entry, and for all returns of a function together. */
void fbt_register(struct dtrace *dtrace);

/* The function that begins there; UINT32_MAX: none that is probed. */
uint32_t fbt_find(uint32_t address);

/* Whether the function has a return at all. */
bool fbt_returns_ever(uint32_t function);

/* From now on the probe is wanted, or no longer.  Its site is twice the number of its function, and 1 more if it is
 * that of the returns; `entry` is what the probe's provider has for entries. */
void fbt_want(const struct dtrace_probe *probe, enum fbt_want entry);
void fbt_unwant(const struct dtrace_probe *probe, enum fbt_want entry);

/* An int3 was executed.  False: it is none of fbt's.  Else the probes have fired, and the frame says where to go
 * on.  Context: that of trap 3. */
bool fbt_trap(struct trap_frame *frame);
