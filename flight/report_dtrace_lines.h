/* What a claim prints, for programs: JSON, an object a line (docs/format.md, section 6). */
#pragma once

#include <jansson.h>
#include <stdio.h>

#include "trace/dtrace/consumer.h"

/* Everything that the consumer would print, as lines. */
enum dtrace_consume_status report_dtrace_write_lines(FILE *out, const struct dtrace_source *source,
                                                     struct dtrace_memory *memory);

/* {"type": "damage", "text": ...}; takes the text. */
void report_dtrace_line_of_damage(FILE *out, json_t *text);
