/* The memory that it takes to print a log, lent to one thread at a time. */
#pragma once

#include "kernel/tracing.h"

/* TRACE_CPUS_MAX cursors, or NULL, and one line into the sink, while another thread prints.  The
 * borrower may be stopped while it prints, and one that ends in it leaves the place to the next.
 * Context: thread. */
struct log_cursor *log_printer_claim(const struct text_sink *sink);
void log_printer_release(void);

/* Prints tables with it. */
void log_printer_print(const struct text_sink *sink, const struct tracing_print *how);
