/* Anonymous tracing in the report; nothing, or null, if the boot sent nothing of it. */
#pragma once

#include <stdio.h>

#include "flight/model_dtrace.h"
#include "trace/text.h"

/* What the kernel would print, and what was lost on the line. */
void report_dtrace_text(const struct text_sink *sink, const struct model_dtrace *dtrace);

/* The same without a heading, and nothing if there is nothing: what a claim prints. */
void report_dtrace_claim(const struct text_sink *sink, const struct model_dtrace *dtrace);

void report_dtrace_json(FILE *out, const struct model_dtrace *dtrace);
