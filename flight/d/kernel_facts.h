/* What a compiler may ask of the kernel that will run its programs: types, symbols, probes. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct d_compiler;
struct d_type;

struct d_probe_name {
    const char *provider, *module, *function, *name; /* "" or globs as in a description */
};

struct d_symbol {
    const char *module, *name;
    uint64_t address;
    uint64_t size;             /* bytes */
    const struct d_type *type; /* NULL: no debug information */
};

/* Implemented by kernel_types.c (debug information of firstlight.debug) and by tests. */
struct d_kernel {
    void *context;

    /* A type by its name as in C: "struct thread", "pid_t", "uint32_t"; it is made with the functions of
     * types.h, in the compiler's memory.  NULL: there is none. */
    const struct d_type *(*find_type)(void *context, struct d_compiler *compiler,
                                      const char *module, const char *name);

    /* A symbol of the kernel; `module` "" is any. */
    bool (*find_symbol)(void *context, struct d_compiler *compiler, const char *module,
                        const char *name, struct d_symbol *symbol);

    /* How many probes a description matches. */
    size_t (*count_probes)(void *context, const struct d_probe_name *description);

    /* The type of args[index] if all probes that match have the same; NULL if not, or if there is none.
     * *count: how many arguments they have; SIZE_MAX: they differ, or nothing matches. */
    const struct d_type *(*probe_argument)(void *context, struct d_compiler *compiler,
                                           const struct d_probe_name *description, size_t index,
                                           size_t *count);
};
