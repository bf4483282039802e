/* Anonymous tracing in the report; nothing, or null, if the boot sent nothing of it. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "flight/model_dtrace.h"
#include "trace/text.h"

/* What the kernel would print, and what was lost on the line. */
void report_dtrace_text(const struct text_sink *sink, const struct model_dtrace *dtrace);

/* What a claim prints: what programs recorded to `out`, errors, drops and damage to `faults`.  False: there is damage. */
bool report_dtrace_claim(FILE *out, FILE *faults, const struct model_dtrace *dtrace);

/* The same for programs: JSON, an object a line, all of it to `out`. */
bool report_dtrace_lines(FILE *out, const struct model_dtrace *dtrace);

/* The value of the key dtrace; null without an enabling. */
void report_dtrace_json(FILE *out, const struct model_dtrace *dtrace);
