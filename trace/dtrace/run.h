/* Running DIF: one verified object, in one firing of a probe.
 *
 * Whatever the code does, it ends (branches lead forward), takes no more work than a firing may, reads nothing but
 * ordinary memory, its own tables, variables and scratch, and writes nothing but variables and scratch.  Anything
 * else is a fault, which ends the run with the result 0. */
#pragma once

#include "trace/dtrace/dif.h"
#include "trace/dtrace/probe_environment.h"
#include "trace/dtrace/variables.h"

/* Numbers as in arg4 of dtrace:::ERROR. */
enum dif_fault {
    DIF_FAULT_NONE = 0, /* also "unknown" */
    DIF_FAULT_BADADDR,
    DIF_FAULT_BADALIGN,
    DIF_FAULT_ILLOP,
    DIF_FAULT_DIVZERO,
    DIF_FAULT_NOSCRATCH,
    DIF_FAULT_KPRIV,
    DIF_FAULT_UPRIV,
    DIF_FAULT_TUPOFLOW,
    DIF_FAULT_BADSTACK,
    DIF_FAULT_WORK, /* of Firstlight: more work than a firing may take */
};
const char *dif_fault_str(enum dif_fault fault); /* dtrace(1M)'s wording: "invalid address" */

enum {
    DTRACE_ARGUMENTS = 10,

    /* What one firing may take: a unit is an instruction, or 16 bytes that a subroutine or an action goes through.
     * Some ten million instructions of the machine, or the same few strings of 64 KiB a hundred times. */
    DTRACE_WORK_MAX = 1 << 20,
    DTRACE_WORK_BYTES = 16 /* that are a unit */
};

/* One firing of a probe: what all clauses on it share. */
struct dtrace_firing {
    const struct dtrace_environment *environment;
    uint32_t cpu;
    uint32_t probe_id;
    const char *provider, *module, *function, *name; /* of the probe, never NULL */
    uint64_t arguments[DTRACE_ARGUMENTS];
    uint32_t argument_count; /* that the firing brought; the rest is asked for */
    const void *frame;       /* for environment->stack and ->argument */
    uint64_t timestamp;      /* ns; set anew after chill */
    uint64_t token;          /* where strtok() goes on; 0: nowhere */
    uint32_t work;           /* that it has taken */
    bool current_known;      /* `current` has been asked for */
    struct dtrace_current current;
};

/* One run.  The caller fills the first part; scratch is shared by the runs of one clause in one firing. */
struct dif_run {
    struct dtrace_firing *firing;
    struct dtrace_variables *variables;
    uint32_t epid;
    uint32_t strsize;
    uint8_t *scratch; /* 8-byte aligned */
    uint32_t scratch_size, scratch_used;
    uint32_t (*speculation)(void *context); /* for speculation(); NULL: gives 0 */
    void *speculation_context;

    enum dif_fault fault;
    uint32_t fault_offset;  /* bytes: 4 x instruction */
    uint64_t fault_address; /* of BADADDR, BADALIGN; illegal value of ILLOP */
    bool drop;              /* no room for a dynamic variable: the whole record is dropped */
};

/* The result, 0 after a fault. */
uint64_t dif_run(struct dif_run *run, const struct dif_object *object);

/* The thread that runs here: asked for once in a firing. */
const struct dtrace_current *dif_current(struct dtrace_firing *firing);

/* For actions: whether the program may read these bytes, and where they are.  NULL: no. */
const uint8_t *dif_run_readable(struct dif_run *run, const struct dif_object *object,
                                uint64_t address, uint64_t size);

/* The same for the string at an address; its length is `limit` at most, and not beyond what may be read.  NULL: not
 * even one byte may be. */
const uint8_t *dif_run_string(struct dif_run *run, const struct dif_object *object,
                              uint64_t address, uint32_t limit, uint32_t *length);
