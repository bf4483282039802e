/* Clauses, checked and laid out once for all the probes that they mean. */
#pragma once

#include "trace/dtrace/framework_layout.h"

enum {
    DTRACE_RECORD_MAX = 16 * 1024 * 1024 /* bytes; a buffer bounds it further */
};

struct dtrace_clause_problem {
    const char *reason; /* "aggregation after speculate()", or "no memory" */
    uint32_t action;    /* from 1 */
};

/* Checks the rules for actions and lays the record out, as the options are now.  False: *problem says why. */
bool dtrace_clause_build(struct dtrace *dtrace, const struct dof_clause *source,
                         struct dtrace_clause *clause, struct dtrace_clause_problem *problem);

/* Actions that it repeats count for the clause that had them first, of the same object. */
bool dtrace_clause_is_destructive(const struct dof_clause *source);
