/* Probe descriptions: which names a field means. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Whether a field of a description means this name: an empty one means any; one with * ? [ \ is a pattern
 * (*, ?, [a-z], [!a-z], \c), of which one with more than 8 stars that have something behind them means nothing,
 * as in DTrace; anything else is meant literally.  Adds to *steps what it takes, about ten instructions each. */
bool dtrace_glob_means(const char *field, const char *name, uint64_t *steps);
bool dtrace_glob_is_pattern(const char *field);
