/* Text that comes in pieces, taken line by line. */
#pragma once

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
