/* Parts of the report for people. */
#pragma once

#include "flight/capture_model.h"
#include "trace/text.h"

/* A time span in the unit that suits it, or in cycles. */
void report_print_span(const struct text_sink *sink, const struct capture_model *model,
                       uint64_t cycles);

/* The slowest spans of each phase. */
void report_print_slowest(const struct text_sink *sink, const struct capture_model *model);

/* One line for each loss: how many events, of which kind, and between which two. */
void report_print_losses(const struct text_sink *sink, const struct capture_model *model);
