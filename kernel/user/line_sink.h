/* Text of the kernel, taken line by line: what tables among the sysctls are read with. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "trace/text.h"

enum {
    LINE_SINK_MAX = 511, /* bytes; the rest of a longer line is left out */
};

struct line_sink {
    void (*take)(void *context, char *line); /* without its end; may be changed */
    void *context;

    /* Private. */
    size_t length;
    char line[LINE_SINK_MAX + 1];
};

/* `take` gets every whole line. */
struct text_sink line_sink_start(struct line_sink *lines, void (*take)(void *context, char *line),
                                 void *context);
/* Takes a last line that has no end. */
void line_sink_end(struct line_sink *lines);

/* Every line of a sysctl; 0 or the error of system_sysctl_print. */
int sysctl_lines(const char *name, void (*take)(void *context, char *line), void *context);

/* Cuts a line at its tabs, into `count` fields of which the last takes the rest; false: there are
 * fewer. */
bool fields_cut(char *line, char **fields, size_t count);
