/* Standard output that remembers why it could not be written.
 *
 * stdio keeps that a write failed, but not with which errno, and what has failed is not written again: at the end, when
 * main asks, any other call may have left its own. */
#pragma once

#include <stdbool.h>

/* Puts a stream that remembers in the place of stdout, before anything is written.  False: with errno. */
bool standard_output_open(void);

/* Writes what is left.  0, or the errno of the first write that failed. */
int standard_output_finish(void);
