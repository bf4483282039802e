/* The provider syscall: what programs ask of the system, kernel/user/system.h.
 *
 *     syscall:kernel:NAME:entry     arg0.. the arguments, as declared there
 *     syscall:kernel:NAME:return    arg0 and arg1 the result, -1 if it failed, and errno
 *
 * Names are the field's where it has such a call: the table in syscall_provider.c. */
#pragma once

#include <stdint.h>

#include "kernel/kernel_probes.h"

uint32_t syscall_probes(void); /* that syscall_register adds, at most */
/* Adds the probes of every call that fbt knows; behind fbt_register. */
void syscall_register(struct dtrace *dtrace);

/* The function was entered, or returns.  Context: inside trap 3. */
void syscall_fire_entry(uint32_t function, const struct probe_frame *where);
void syscall_fire_return(uint32_t function, const struct probe_frame *where, uint32_t eax,
                         uint32_t edx);
