/* Who runs: a process with pid, name, and what it has used.  One at a time, each within the
 * one that started it. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "trace/table.h"

struct process {
    uint32_t pid;
    uint16_t task;       /* in the trace arena */
    uint32_t in_blocks;  /* 512-byte blocks read */
    uint64_t cpu_cycles; /* used up to `since` */
    uint64_t since;      /* TSC at which it last went on, less what it slept since */
    struct process *parent;
};

/* Process 0 is what has run so far; call it once, when tracing has started. */
void process_start_kernel(void);

/* Begins a process within the current one; `process` lives until process_end. */
void process_begin(struct process *process, const char *name, size_t length);
void process_end(struct process *process);

struct process *process_current(void);

/* What the current process has used so far. */
struct trace_usage process_usage(void);
