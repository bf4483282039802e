/* Interned names and tasks: what the 16-bit ids in a record stand for.
 *
 * Both pools live in the trace arena and only grow.  A name is kept whole or not
 * at all: one that is too long, or that no longer fits, is refused and counted,
 * and its events carry TRACE_NAME_REFUSED instead.
 *
 * Context: adding is for one thread at a time, with readers and recorders
 * running freely beside it; looking up is for any context. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TRACE_NAME_LENGTH_MAX 255u /* bytes, without a terminator */

enum {
    TRACE_NAME_NONE = 0,    /* invalid: zeroed memory names nothing */
    TRACE_NAME_REFUSED = 1, /* every name that the pool refused: "(name refused)", in no pool */
    TRACE_NAME_FIRST = 2,
    TRACE_NAME_LIMIT = 0x7fff, /* ids stay below TRACE_RECORD_USAGE */
};

/* A pool of names, position-independent, followed by its index and its text. */
struct trace_names {
    uint32_t capacity;      /* names */
    uint32_t text_capacity; /* bytes */
    uint32_t count;         /* ids below this are valid */
    uint32_t text_used;     /* bytes */
    uint64_t refused;       /* names that were not taken */
    uint32_t buckets;       /* of the hash index, power of two */
    uint32_t reserved;
};
_Static_assert(sizeof(struct trace_names) == 32, "layout 1 of the arena");

struct trace_name {
    const char *text; /* not terminated; NULL if there is no such name */
    uint32_t length;  /* bytes */
};

/* Bytes for a pool of `capacity` names (2..TRACE_NAME_LIMIT) with `text_capacity` bytes. */
uint32_t trace_names_size(uint32_t capacity, uint32_t text_capacity);

/* Makes an empty pool in zeroed memory, 8-byte aligned. */
void trace_names_format(struct trace_names *names, uint32_t capacity, uint32_t text_capacity);

/* The id of a name, added if it is new; TRACE_NAME_REFUSED, counted, if it is empty, longer than
 * TRACE_NAME_LENGTH_MAX, or does not fit. */
uint16_t trace_names_intern(struct trace_names *names, const char *text, size_t length);

/* The name behind an id; text is NULL for an id that was never given out. */
struct trace_name trace_names_get(const struct trace_names *names, uint32_t id);

/* Copies every name of `from` into the empty pool `to`, under the same ids.  `to` must be at
 * least as large. */
void trace_names_carry(struct trace_names *to, const struct trace_names *from);

/* A task: one process under one name.  Id 0 is "unknown". */
struct trace_task {
    uint32_t pid;
    uint16_t name;   /* id in the names */
    uint16_t parent; /* id of the task that started it; 0: unknown, or nobody */
};
_Static_assert(sizeof(struct trace_task) == 8, "layout 1 of the arena");

struct trace_tasks {
    uint32_t capacity; /* tasks, with the unknown one */
    uint32_t count;    /* ids below this are valid */
    uint64_t refused;  /* tasks that did not fit: their events have task 0 */
    struct trace_task task[];
};

/* Ids of tasks have 16 bits. */
#define TRACE_TASK_LIMIT 0x10000u

/* As of names: bytes for `capacity` tasks, and an empty pool in them. */
uint32_t trace_tasks_size(uint32_t capacity);
void trace_tasks_format(struct trace_tasks *tasks, uint32_t capacity);

/* The id of a new task, or 0, counted, when the pool is full. */
uint16_t trace_tasks_add(struct trace_tasks *tasks, const struct trace_task *task);
void trace_tasks_carry(struct trace_tasks *to, const struct trace_tasks *from);
