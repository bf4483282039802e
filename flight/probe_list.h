/* What can be enabled in a kernel: its probes, read from its file (trace/dtrace/probe_tables.h), in the order in which
 * it registers them itself.  Those of the provider profile exist once a program names them. */
#pragma once

#include "flight/kernel_image.h"

#define PROBE_MODULE "kernel" /* of all of them, and of all symbols */

enum {
    PROBE_FIELDS = 4, /* provider, module, function, name */
};

enum probe_kind {
    PROBE_FRAMEWORK, /* dtrace:::BEGIN, END, ERROR */
    PROBE_ENTRY,     /* fbt */
    PROBE_RETURN,
    PROBE_CALL_ENTRY, /* syscall */
    PROBE_CALL_RETURN,
    PROBE_STATIC,
    PROBE_CLOCK, /* profile; in no list */
};

struct probe {
    enum probe_kind kind;
    const char *field[PROBE_FIELDS]; /* never NULL */
    const char *function;            /* of fbt and syscall: the kernel's own name of it */
    uint32_t address;                /* of fbt and syscall: of the function */
    const char *arguments;           /* of static probes their types, of syscall letters; else "" */
};

struct probe_list {
    struct probe *items;
    size_t count, capacity;
};

/* Texts are the image's, which must stay.  A table that the kernel does not have is empty. */
void probe_list_read(struct probe_list *list, const struct kernel_image *image);
void probe_list_free(struct probe_list *list);

/* Cuts a description at its colons, which become zeros, into its last fields, as dtrace -n does; those before are "".
 * False: there are more. */
bool probe_description_split(char *text, const char *description[PROBE_FIELDS]);

/* Whether a field of a description, as in DOF, means a name: "" is any, and globs. */
bool probe_field_means(const char *field, const char *name);

/* Whether all four do. */
bool probe_is_meant(const struct probe *probe, const char *const description[PROBE_FIELDS]);

/* Whether the kernel makes a probe of the provider profile for a description. */
bool probe_is_clock(const char *const description[PROBE_FIELDS]);
