/* What trace/dtrace knows of this machine (trace/dtrace/probe_environment.h): time, threads, stacks, and which
 * addresses a program may read.  The `frame` of a firing is a struct probe_frame (kernel/kernel_probes.h), or NULL. */
#pragma once

#include <stdint.h>

#include "trace/dtrace/probe_environment.h"

/* Prepares it: RAM is what the loader's map calls free, page 0 and pages that are not there excepted.  Call it
 * when the rate of the TSC is known. */
const struct dtrace_environment *dtrace_environment_start(void);

/* How often breakpoint() was called: there is no debugger to call. */
uint64_t dtrace_environment_breakpoints(void);
