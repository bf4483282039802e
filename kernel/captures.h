/* Captures: what processes print goes into the memory of another one.
 *
 * A capture has a number that is never used again.  What is written to one that has ended goes
 * nowhere: a process may print longer than the one that listens.
 *
 * Context: any. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    CAPTURES_MAX = 32,
    CAPTURE_FIRST = 16, /* the lowest number */
};

/* Begins one into memory of the process `owner`.  Gives its number, or 0: there is no place. */
int capture_begin(uint32_t owner, char *bytes, size_t size);

/* Gives how many bytes were kept; *whole: those are all. */
size_t capture_end(int number, bool *whole);

/* Ends those that a process has not. */
void captures_leave(uint32_t owner);

/* What does not fit is left out. */
void capture_write(int number, const char *bytes, size_t length);
