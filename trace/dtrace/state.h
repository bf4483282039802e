/* The state's own parts. */
#pragma once

#include "trace/dtrace/framework_layout.h"

/* Whether there is such an option, and it can have that value. */
bool dtrace_option_is_valid(const struct dof_option *option);

/* Makes what each CPU has, as large as the options ask and the memory allows. */
enum dtrace_go dtrace_cpus_make(struct dtrace *dtrace);
