/* What the books of a capture imply.
 *
 * Pure arithmetic; numbers that contradict each other give 0, never a wrap. */
#pragma once

#include "flight/capture_model.h"

/* The books of a table summed over CPUs, its name and capacity those of the first CPU; `known` is
 * false if no CPU's were received.  `cpus`, unless NULL, is how many were. */
struct model_books model_books_sum(const struct capture_model *model, enum trace_table_id table,
                                   uint32_t *cpus);

/* The numbers of the events that the table could hold: [first, end). */
struct trace_range model_books_range(const struct model_books *table);

/* Events in that range whose recording was begun but not finished; they count as dropped. */
uint64_t model_books_unpublished(const struct model_books *table);

/* emitted = kept + overwritten + dropped + filtered */
bool model_books_balance(const struct trace_books *books);
