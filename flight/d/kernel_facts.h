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
    uint64_t address;
    const struct d_type *type; /* NULL: no debug information */
};

/* args[index] of the probes that a description matches. */
struct d_argument {
    const struct d_type *type;       /* NULL: not known */
    const struct d_type *translated; /* what D shows for it; NULL: itself */
    size_t count;                    /* how many arguments they have */
    uint32_t index;                  /* the word that DIF has for it */
    bool halves;                     /* 64 bits: that word, and above it the next one */
};

/* Implemented by flight/kernel_types.c (debug information of firstlight.debug) and by tests.  Types are made with the
 * functions of types.h, in the compiler's memory; kernel_memory of the compiler is for what is remembered of them. */
struct d_kernel {
    void *context;

    /* A type by its name as in C: "struct thread", "pid_t", "uint32_t".  NULL: there is none. */
    const struct d_type *(*find_type)(void *context, struct d_compiler *compiler,
                                      const char *module, const char *name);

    /* A symbol of the kernel; `module` "" is any. */
    bool (*find_symbol)(void *context, struct d_compiler *compiler, const char *module,
                        const char *name, struct d_symbol *symbol);

    /* The names of the probe that has a number: the first one has 1.  False: there is none. */
    bool (*find_probe)(void *context, uint64_t number, struct d_probe_name *name);

    /* How many probes a description matches. */
    size_t (*count_probes)(void *context, const struct d_probe_name *description);

    /* args[index], if it is the same of all probes that match; type is NULL behind the last.  False: they differ,
     * or nothing matches. */
    bool (*probe_argument)(void *context, struct d_compiler *compiler,
                           const struct d_probe_name *description, size_t index,
                           struct d_argument *argument);
};
