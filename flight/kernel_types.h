/* What a kernel's file says to the D compiler (flight/d/kernel_facts.h): its probes and symbols, and, out of the debug
 * information beside it, their types. */
#pragma once

#include "flight/d/kernel_facts.h"
#include "flight/debug_index.h"
#include "flight/probe_list.h"

struct kernel_types {
    struct kernel_image image; /* what boots */
    struct kernel_image debug; /* the same with debug information; may be empty */
    struct debug_index index;  /* of it; read when the first type is asked for */
    bool index_was_read;
    struct probe_list probes;
    const char *missed
        [PROBE_FIELDS]; /* the last description of a program that means none of them; NULL: all do */
    struct d_kernel facts; /* for d_open(): must stay as long as the compiler */
};

/* Opens `path` (firstlight.elf) and firstlight.debug beside it.  False: *why says why, and there is nothing to close.
 * Without types, or with those of another build, which are not taken, *why is what to warn of; else NULL. */
bool kernel_types_open(struct kernel_types *kernel, const char *path, const char **why);
void kernel_types_close(struct kernel_types *kernel);

/* args[index] of one probe; type is NULL behind the last, or if it is not known. */
struct d_argument kernel_types_argument(struct kernel_types *kernel, struct d_compiler *compiler,
                                        const struct probe *probe, size_t index);
