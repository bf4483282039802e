/* What the command line can set: one table with name, default, range and value. */
#pragma once

#include <stdint.h>

#include "boot/console_option.h"

enum tunable_id {
    TUNABLE_TRACE_BOOT, /* events that the boot table keeps, per CPU */
    TUNABLE_TRACE_RUN,
    TUNABLE_TRACE_SHUTDOWN,
    TUNABLE_TRACE_ENABLED,     /* static sites record */
    TUNABLE_WORKLOAD,          /* plain events into each table */
    TUNABLE_COUNTS_FROM_RESET, /* 0 or 1: the TSC does, or not; 2: the kernel guesses */
    TUNABLE_COUNT,
};

/* `fault=`: how to die, after init unless the name says otherwise. */
enum fault {
    FAULT_NONE,
    FAULT_PANIC,
    FAULT_INT3,
    FAULT_STACK,
    FAULT_TRIPLE,
    FAULT_LOOP,
    FAULT_NULL,
    FAULT_RESET,
    FAULT_EARLY,  /* a panic before there is a console */
    FAULT_NESTED, /* a trap inside a panic */
};

/* Reads `console=` and illumos' ttya-mode and ttyb-mode from the line, in silence. */
struct console_option tunables_console(const char *line, uint32_t length);

/* Reads everything; what is not understood is one line on the console, if there is one yet, and
 * its default holds.  May be called again. */
void tunables_read(const char *line, uint32_t length);

uint64_t tunable(enum tunable_id id);
enum fault tunables_fault(void);
