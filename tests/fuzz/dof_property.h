/* What must hold of any bytes that are given to the loader of DOF.
 *
 * They are refused, with a text and a place, and memory and declarations are as before; or what comes out of them
 * lies in the memory that was taken, has the properties that running relies on, and runs: each DIFO ends with a
 * result or a fault. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/require.h"
#include "trace/dtrace/dof.h"
#include "trace/dtrace/run.h"

enum {
    DOF_PROPERTY_MEMORY = 1 << 20,
    DOF_PROPERTY_DECLARATIONS = 128,
    DOF_PROPERTY_RUNS = 64, /* of one object */
    DOF_PROPERTY_WORLD = 256,
};

struct dof_property_counts {
    uint64_t loaded, refused, clauses, options, runs, faults;
};

/* --- A machine in which programs can read a few bytes ----------------------------------------- */

static _Alignas(8) uint8_t dof_property_world[DOF_PROPERTY_WORLD];

static uint64_t dof_property_time(void *context)
{
    (void)context;
    return 1234567890123;
}

static void dof_property_current(void *context, struct dtrace_current *current)
{
    (void)context;
    *current = (struct dtrace_current){.curthread = (uintptr_t)dof_property_world,
                                       .pid = 7,
                                       .execname = "sh",
                                       .zonename = "global"};
}

static const uint8_t *dof_property_read(void *context, uint64_t address, uint64_t size)
{
    (void)context;
    uint64_t start = (uintptr_t)dof_property_world;
    if (address < start || address - start > DOF_PROPERTY_WORLD ||
        size > DOF_PROPERTY_WORLD - (address - start))
        return NULL;
    return dof_property_world + (address - start);
}

static uint64_t dof_property_argument(void *context, const void *frame, uint32_t index)
{
    (void)context;
    (void)frame;
    return index;
}

static uint32_t dof_property_stack(void *context, const void *frame, uint64_t *pcs, uint32_t room)
{
    (void)context;
    (void)frame;
    for (uint32_t i = 0; pcs != NULL && i < 3 && i < room; i++)
        pcs[i] = i;
    return pcs != NULL && room < 3 ? room : 3;
}

static bool dof_property_lock(void *context, uint64_t address, struct dtrace_lock *lock)
{
    (void)context;
    *lock = (struct dtrace_lock){.kind = DTRACE_LOCK_ADAPTIVE, .owner = address};
    return address % 2 == 0;
}

static bool dof_property_progeny(void *context, uint32_t pid)
{
    (void)context;
    return pid == 7;
}

static void dof_property_chill(void *context, uint64_t ns)
{
    (void)context;
    (void)ns;
}

static void dof_property_destroy(void *context, enum dtrace_destructive what)
{
    (void)context;
    (void)what;
}

static bool dof_property_raise(void *context, uint64_t signal)
{
    (void)context;
    return signal < 32;
}

static const struct dtrace_environment dof_property_environment = {
    .timestamp = dof_property_time,
    .walltimestamp = dof_property_time,
    .vtimestamp = dof_property_time,
    .current = dof_property_current,
    .memory = dof_property_read,
    .argument = dof_property_argument,
    .stack = dof_property_stack,
    .lock = dof_property_lock,
    .is_progeny = dof_property_progeny,
    .chill = dof_property_chill,
    .destroy = dof_property_destroy,
    .raise = dof_property_raise,
};

/* --- What has been loaded --------------------------------------------------------------------- */

struct dof_property {
    struct dtrace_memory memory;
    struct dif_declarations declarations;
    struct dif_declaration list[DOF_PROPERTY_DECLARATIONS];
    struct dof_object object;
    struct dof_problem problem;
    struct dtrace_variables *variables;
    struct dof_property_counts *counts;
    uint32_t runs;
};

static void dof_property_inside(const struct dof_property *p, const void *start, uint64_t size)
{
    uint64_t offset = (uintptr_t)start - (uintptr_t)p->memory.bytes;
    require(offset <= p->memory.used && size <= p->memory.used - offset);
}

static void dof_property_string(const struct dof_property *p, const char *string, uint64_t most)
{
    dof_property_inside(p, string, 1);
    uint64_t length = strlen(string);
    require(length <= most);
    dof_property_inside(p, string, length + 1);
}

static void dof_property_difo(const struct dof_property *p, const struct dif_object *difo)
{
    if (difo == NULL)
        return;
    dof_property_inside(p, difo, sizeof *difo);
    dof_property_inside(p, difo->text, 4 * (uint64_t)difo->length);
    dof_property_inside(p, difo->integers, 8 * (uint64_t)difo->integer_count);
    dof_property_inside(p, difo->variables,
                        sizeof *difo->variables * (uint64_t)difo->variable_count);
    if (difo->strings_size > 0) {
        dof_property_inside(p, difo->strings, difo->strings_size);
        require(difo->strings[difo->strings_size - 1] == '\0');
    }
    require(difo->length > 0 && dif_op(difo->text[difo->length - 1]) == DIF_OP_RET);
    for (uint32_t i = 0; i < difo->variable_count; i++)
        dof_property_string(p, difo->variables[i].name, DOF_SIZE_MAX);
    for (uint32_t pc = 0; pc < difo->length; pc++) {
        uint32_t op = dif_op(difo->text[pc]), label = dif_label(difo->text[pc]);
        if (op >= DIF_OP_BA && op <= DIF_OP_BLEU)
            require(label > pc && label < difo->length);
    }
}

static void dof_property_clause(const struct dof_property *p, const struct dof_clause *clause)
{
    dof_property_string(p, clause->provider, 63);
    dof_property_string(p, clause->module, 63);
    dof_property_string(p, clause->function, 127);
    dof_property_string(p, clause->name, 63);
    dof_property_difo(p, clause->predicate);
    require(clause->action_count <= DOF_ACTIONS_MAX);
    for (uint32_t i = 0; i < clause->action_count; i++) {
        dof_property_inside(p, &clause->actions[i], sizeof *clause->actions);
        dof_property_difo(p, clause->actions[i].difo);
        if (clause->actions[i].format != NULL) {
            dof_property_string(p, clause->actions[i].format, DOF_SIZE_MAX);
            require(clause->actions[i].format[0] != '\0');
        }
    }
}

static void dof_property_shape(const struct dof_property *p)
{
    for (uint32_t i = 0; i < p->object.clause_count; i++) {
        dof_property_inside(p, &p->object.clauses[i], sizeof *p->object.clauses);
        dof_property_clause(p, &p->object.clauses[i]);
    }
    for (uint32_t i = 0; i < p->object.option_count; i++) {
        dof_property_inside(p, &p->object.options[i], sizeof *p->object.options);
        require(p->object.options[i].value != DOF_OPTION_UNSET);
    }
}

/* --- Running it ------------------------------------------------------------------------------- */

static void dof_property_run(struct dof_property *p, const struct dif_object *difo)
{
    if (difo == NULL || p->runs == DOF_PROPERTY_RUNS)
        return;
    struct dtrace_firing firing = {
        .environment = &dof_property_environment,
        .probe_id = 4,
        .provider = "fbt",
        .module = "kernel",
        .function = "read",
        .name = "entry",
        .arguments = {(uintptr_t)dof_property_world, 1, UINT64_MAX},
        .argument_count = 5,
        .timestamp = 1234567890123,
    };
    uint8_t *scratch = (uint8_t *)malloc(1024); /* the sanitizer sees one byte too many */
    require(scratch != NULL);
    struct dif_run run = {.firing = &firing,
                          .variables = p->variables,
                          .epid = 1,
                          .strsize = 256,
                          .scratch = scratch,
                          .scratch_size = 1024};
    uint64_t result = dif_run(&run, difo);
    require(run.fault <= DIF_FAULT_WORK && run.scratch_used <= 1024);
    if (run.fault != DIF_FAULT_NONE)
        require(result == 0 && run.fault_offset % 4 == 0 && run.fault_offset / 4 < difo->length);
    free(scratch);
    p->runs++;
    p->counts->runs++;
    p->counts->faults += run.fault != DIF_FAULT_NONE;
}

static void dof_property_run_all(struct dof_property *p)
{
    struct dtrace_variables_config config = {
        .declarations = &p->declarations, .programs = 1, .cpus = 1, .dynvarsize = 16384};
    p->variables = dtrace_variables_make(&p->memory, &config);
    if (p->variables == NULL)
        return;
    for (uint32_t i = 0; i < p->object.clause_count && p->runs < DOF_PROPERTY_RUNS; i++) {
        const struct dof_clause *clause = &p->object.clauses[i];
        dof_property_run(p, clause->predicate);
        for (uint32_t j = 0; j < clause->action_count && p->runs < DOF_PROPERTY_RUNS; j++)
            dof_property_run(p, clause->actions[j].difo);
    }
}

/* --- All of it -------------------------------------------------------------------------------- */

static void dof_property_refused(const struct dof_property *p)
{
    require(p->memory.used == 0 && p->memory.size == DOF_PROPERTY_MEMORY);
    require(p->declarations.count == 0 && p->object.clauses == NULL);
    require(p->problem.text[0] != '\0' &&
            memchr(p->problem.text, '\0', sizeof p->problem.text) != NULL);
}

/* `memory` has DOF_PROPERTY_MEMORY bytes, which need not be zero; the bytes end with their last one.  The caller
 * looks at *p afterwards, as long as the memory is there. */
static inline void dof_property_hold(struct dof_property *p, const uint8_t *bytes, size_t size,
                                     uint8_t *memory, struct dof_property_counts *counts)
{
    memset(p, 0, sizeof *p);
    p->memory = (struct dtrace_memory){memory, DOF_PROPERTY_MEMORY, 0};
    p->declarations.list = p->list;
    p->declarations.capacity = DOF_PROPERTY_DECLARATIONS;
    p->counts = counts;
    if (!dof_load(bytes, size, 0, &p->memory, &p->declarations, &p->object, &p->problem)) {
        counts->refused++;
        dof_property_refused(p);
        return;
    }
    counts->loaded++;
    counts->clauses += p->object.clause_count;
    counts->options += p->object.option_count;
    dof_property_shape(p);
    dof_property_run_all(p);
}
