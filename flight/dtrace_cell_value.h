/* An aggregation's value for programs, merged over the CPUs: a number, or buckets with their ranges. */
#pragma once

#include <jansson.h>

#include "trace/dtrace/consumer_listener.h"

/* {variable, function, normal} and `value`, or `buckets`: [{min, max, count}] of those that count something, both ends
 * inclusive, null where there is none. */
json_t *dtrace_cell_value(const struct dtrace_cell *cell);
