/* Spans as trace events, the JSON that Perfetto and chrome://tracing read (Trace Event Format, events
 * "X" and "M"). */
#pragma once

#include <stdio.h>

#include "flight/model_spans.h"

/* Times are microseconds since the entry; cycles if the rate is unknown.  The walk is the caller's to
 * look at and to free. */
void trace_events_write(FILE *out, const struct capture_model *model, struct span_walk *walk);
