/* What anonymous tracing says on the console. */
#pragma once

#include "kernel/anonymous_objects.h"
#include "trace/dtrace/framework.h"

/* "dtrace: WHERE: failed to process DOF: TEXT (section 7 at 0x120); the others trace". */
void anonymous_report_refusal(const struct anonymous_object *object,
                              const struct dof_problem *problem);

/* "NOTICE: enabling probe 0 (fbt::bootfs_open:entry)" for every clause, as illumos has it. */
void anonymous_report_clauses(const struct dtrace *dtrace);

/* How many probes each clause has found, and what the options have come to. */
void anonymous_report_go(const struct dtrace *dtrace, enum dtrace_go status);

/* The deadman has ended it. */
void anonymous_report_killed(uint32_t cpu, uint64_t deadman_ns);
