/* Serial bytes as they come, without the frames: the text that a person wants to see.
 *
 * A frame is cut out of its line, whether it is sound or not; a line that held
 * nothing else vanishes.  "\r\n" becomes "\n".
 *
 * Pure logic: one byte at a time into a sink. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "trace/text.h"

enum live_filter_state {
    LIVE_FILTER_TEXT = 0,
    LIVE_FILTER_TILDE, /* a '~' is held back: a frame may begin */
    LIVE_FILTER_FRAME,
};

struct live_filter {
    struct text_sink sink;
    enum live_filter_state state;
    bool tilde_shown;     /* that '~' was not held back for longer */
    bool carriage;        /* a '\r' is held back: '\n' may follow */
    bool shown;           /* the line has text */
    bool cut;             /* the line has had a frame */
    uint64_t seen;        /* bytes */
    uint64_t frame_start; /* offset of the '~' of the last frame */
    char kind;            /* of the last frame */
};

/* True if this byte was the closing brace of a frame. */
bool live_filter_step(struct live_filter *filter, uint8_t byte);

/* Shows what is held back, for somebody who types and waits for it: nothing else has come for a
 * while.  A frame is still recognised. */
void live_filter_show_held(struct live_filter *filter);

/* At the end: what was held back, and a line end if the last line lacks one. */
void live_filter_finish(struct live_filter *filter);
