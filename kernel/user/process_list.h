/* The processes, as kern.proc lists them. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct process_row {
    uint32_t pid, parent;
    const char *state;
    uint32_t cpu;
    uint64_t cpu_ns;
    bool is_kernel;   /* a thread of the kernel */
    const char *name; /* harmless; the strings last until `take` returns */
};

/* Calls `take` for each; 0 or an error.  A line that is none is left out. */
int process_list(void (*take)(void *context, const struct process_row *row), void *context);

/* CPU time as ps(1) has it: "  1:02.25". */
void process_print_time(uint64_t cpu_ns);
