/* Where the DOF objects of anonymous tracing come from: kernel/drv/dtrace.conf, as `dtrace -A` writes it, then
 * modules of type=dof in the order of their list. */
#pragma once

#include <stdbool.h>

#include "boot/driver_conf.h"
#include "trace/dtrace/dtrace_memory.h"
#include "trace/text.h"

struct boot_module;

/* Whether there may be one.  Fast, and takes no memory. */
bool anonymous_objects_hinted(void);

struct anonymous_object {
    _Alignas(16) uint32_t number; /* of dof-data-N; aligned so that borrowed pieces make an array */
    struct driver_property property; /* of the file */
    struct boot_module *module;      /* NULL: it is one of the file */
};

/* Where the walk stands. */
struct anonymous_objects {
    struct dtrace_memory *memory; /* the list borrows from its end */
    struct anonymous_object *listed;
    uint32_t *place; /* in the list, of each number; PLACE_NONE */
    uint32_t count;  /* of what is listed */
    uint32_t next;   /* number */
    uint32_t next_module;
};

/* Reads the file.  Numbers that are not reached because one before them is missing are one line on the
 * console. */
void anonymous_objects_start(struct anonymous_objects *objects, struct dtrace_memory *memory);

/* The next object; false at the end. */
bool anonymous_objects_next(struct anonymous_objects *objects, struct anonymous_object *object);

/* How many bytes it has, and writes them: into `room` bytes at `bytes`, as far as they go. */
size_t anonymous_object_bytes(const struct anonymous_object *object, uint8_t *bytes, size_t room);

/* "kernel/drv/dtrace.conf: dof-data-1", "module 3 (NAME)". */
void anonymous_object_name(const struct text_sink *sink, const struct anonymous_object *object);

/* Takes memory from the end, which nobody else does; given back by setting `size` as it was. */
void *anonymous_borrow(struct dtrace_memory *memory, size_t size);
