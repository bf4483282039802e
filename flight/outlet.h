/* Text on its way to a file whose reader may stall: a pager, a stopped terminal, a pipe that
 * nobody reads.  What the reader does not take is kept, up to a bound; then text is dropped, and
 * a note says how much.  A reader that has gone loses everything silently; a file that takes no
 * more, as on a full disk, is an error. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "flight/file_bytes.h"
#include "trace/text.h"

struct outlet {
    int file;               /* -1: nowhere, or there was an error or nobody reads */
    int error;              /* an errno, but for a reader that has gone or never was */
    struct file_bytes kept; /* the first `sent` bytes of it have been written */
    size_t sent;
    uint64_t dropped; /* bytes that no note has told of */
};

/* Nothing is kept yet; `file` -1: nowhere. */
void outlet_start(struct outlet *outlet, int file);

/* Keeps text; waits at most a moment for a reader that is only slow. */
struct text_sink outlet_sink(struct outlet *outlet);

/* Whether something is to be written. */
bool outlet_waits(const struct outlet *outlet);

/* Writes what the file takes at once.  Only interrupt_tick guarantees that it returns. */
void outlet_write(struct outlet *outlet);

/* Writes all, until a moment or a signal.  `dropped` then counts what never was. */
void outlet_finish(struct outlet *outlet, int64_t deadline_ms);
