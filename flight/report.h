/* The two forms of a report. */
#pragma once

#include <stdio.h>

#include "flight/capture_model.h"
#include "trace/text.h"

/* For people; with `all`, every row of every table. */
void report_text(const struct text_sink *sink, const struct capture_model *model, bool all);

/* For programs: one JSON object. */
void report_json(FILE *out, const struct capture_model *model);
