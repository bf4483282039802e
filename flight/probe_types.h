/* The types of a probe's arguments. */
#pragma once

#include "flight/d/kernel_facts.h"
#include "flight/debug_index.h"
#include "flight/probe_list.h"

/* args[index]; type is NULL behind the last, or if it is not known.  `debug` NULL: no debug information. */
struct d_argument probe_types_argument(const struct debug_index *debug, struct d_compiler *compiler,
                                       const struct probe *probe, size_t index);
