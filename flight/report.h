/* The two forms of a report. */
#pragma once

#include <stdio.h>

#include "flight/capture_model.h"
#include "trace/text.h"

/* For people.  `elsewhere` says where the rows are that are not printed, as log_text.h has it; NULL: every row of
 * every table is printed. */
void report_text(const struct text_sink *sink, const struct capture_model *model,
                 const char *elsewhere);

/* For programs: one JSON object. */
void report_json(FILE *out, const struct capture_model *model);
