/* ECBs, enabling control blocks: a clause, checked and laid out once, and bound to each probe that it means. */
#pragma once

#include "trace/dtrace/framework_layout.h"

enum {
    DTRACE_FRAMES_MAX = 1024,            /* of a stack() or ustack(), whatever it asks for */
    DTRACE_RECORD_MAX = 16 * 1024 * 1024 /* bytes; a buffer bounds it further */
};

/* Checks the rules for actions and lays the record out, as the options are now.  False: *reason says why
 * ("aggregation after speculate()", or "no memory"), and `action` which, from 1. */
struct dtrace_clause_problem {
    const char *reason;
    uint32_t action;
};
bool dtrace_clause_build(struct dtrace *dtrace, const struct dof_clause *source,
                         struct dtrace_clause *clause, struct dtrace_clause_problem *problem);

/* Actions that it repeats count for the clause that had them first, of the same object. */
bool dtrace_clause_is_destructive(const struct dof_clause *source);

/* NULL: no memory or no EPID. */
struct dtrace_ecb *dtrace_ecb_make(struct dtrace *dtrace, const struct dtrace_clause *clause,
                                   uint32_t probe);
