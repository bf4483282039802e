/* The last lines of a text, in fixed memory.
 *
 * Pure logic: one byte at a time; a line counts once it has ended. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trace/frame.h"
#include "trace/text.h"

enum {
    TAIL_LINES = 10,
    TAIL_COLUMNS = 200,            /* of a line are printed */
    TAIL_BYTES = TAIL_COLUMNS * 4, /* are kept: UTF-8 takes at most four for a column */
};

struct tail_line {
    char bytes[TAIL_BYTES];
    size_t length; /* of what was kept */
    bool cut;      /* there was more */
};

/* Zeroed, it is empty. */
struct tail {
    struct tail_line lines[TAIL_LINES + 1]; /* line i lies at i modulo that, one is not ended */
    uint64_t ended;
};

/* One byte more of the text. */
void tail_put(struct tail *tail, char byte);

/* Prints the lines, each behind "  | " and cut at TAIL_COLUMNS. */
void tail_print(const struct tail *tail, const struct text_sink *sink);

/* The last line, cut likewise; empty if there is none.  Lasts until the next tail_put. */
struct frame_string tail_last(const struct tail *tail);
