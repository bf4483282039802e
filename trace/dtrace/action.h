/* One clause in one firing: running its actions. */
#pragma once

#include "trace/dtrace/framework_layout.h"

struct dtrace_execution {
    struct dtrace *dtrace;
    struct dtrace_cpu *cpu;
    const struct dtrace_ecb *ecb;
    struct dif_run run; /* run.fault: the clause has failed; run.drop: it ends, which is no error */
    bool in_code;       /* the fault is that of an instruction */
    struct dtrace_buffer *target; /* of the record; NULL: its speculation has been decided */
    uint32_t hash;                /* of the tuple so far */
    uint64_t increment;           /* that the tuple ends with */
    uint64_t limit;               /* bytes of the next memory by reference */
};

/* Runs one action on cpu->staging. */
void dtrace_action_run(struct dtrace_execution *x, const struct dtrace_action *action);
