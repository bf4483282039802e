/* What the kernel says of itself: sysctls, which are text, whole, line by line, or as numbers. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Prints a sysctl; gives the exit status.  One that cannot be read is told in the name of the program. */
int sysctl_show(const char *program, const char *name);

/* Every line of a sysctl (line_sink.h); 0 or the error of system_sysctl_print. */
int sysctl_lines(const char *name, void (*take)(void *context, char *line), void *context);

/* Cuts a line at its tabs, into `count` fields of which the last takes the rest; false: there are
 * fewer. */
bool fields_cut(char *line, char **fields, size_t count);

/* False: there is no such sysctl, or it is no number, and *number is untouched. */
bool sysctl_number(const char *name, uint64_t *number);

/* Whether it is there, and a number that is not 0. */
bool sysctl_is_set(const char *name);
