/* ECBs, enabling control blocks: a clause, bound to one of the probes that it means. */
#pragma once

#include "trace/dtrace/framework_layout.h"

/* NULL: no memory or no EPID. */
struct dtrace_ecb *dtrace_ecb_make(struct dtrace *dtrace, const struct dtrace_clause *clause,
                                   uint32_t probe);

struct dtrace_ecb *dtrace_ecbs_find(const struct dtrace_ecbs *ecbs, uint32_t epid); /* NULL: none */
uint32_t dtrace_ecbs_size(const struct dtrace_ecbs *ecbs, uint32_t epid); /* of a record; 0: none */
