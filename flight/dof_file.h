/* The DOF objects of a file: a binary object, or a dtrace.conf with its properties dof-data-0, dof-data-1, ... */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dof_file_object {
    uint32_t number; /* of dof-data-N */
    size_t place;    /* objects before it in the file */
    uint8_t *bytes;
    size_t size;
};

/* What the kernel would leave out of a dtrace.conf. */
struct dof_file_fault {
    uint32_t line;  /* from 1; 0: there is no fault */
    char text[200]; /* as the kernel tells it */
};

struct dof_file {
    bool conf;
    struct dof_file_fault fault;     /* the first one */
    struct dof_file_object *objects; /* by number */
    size_t count, capacity;
};

/* Never fails; a file without an object gives none. */
void dof_file_read(struct dof_file *file, const uint8_t *bytes, size_t size);
void dof_file_free(struct dof_file *file);
