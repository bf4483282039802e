/* A serial line being listened to: every byte is kept, text is shown as it comes, and the
 * verdict is noticed. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "flight/attach.h"
#include "flight/file_bytes.h"
#include "flight/live_filter.h"
#include "flight/outlet.h"
#include "flight/tail.h"

struct live {
    struct live_filter filter;
    struct file_bytes bytes; /* all that has come */
    bool full;               /* more has come than LIVE_BYTES_MAX: `bytes` ends there */
    int file;                /* where the raw bytes go, too; -1: nowhere */
    int file_error;          /* the errno of its first failed write, or 0 */
    int64_t deadline_ms;     /* of listening */
    struct outlet show;      /* where the text goes */
    struct tail tail;        /* the last lines of the text */
    bool verdict;            /* an intact verdict frame has come */
    int64_t heard_ms;        /* when bytes came last */
    struct attach *attach;   /* who else listens, and may type; NULL: nobody */
};

enum live_end {
    LIVE_END_INPUT = 0, /* there is nothing more to read */
    LIVE_END_VERDICT,
    LIVE_END_DEADLINE,
    LIVE_END_FULL,
    LIVE_END_SIGNAL, /* see interrupt_signal */
};

/* What is kept in memory to be decoded. */
#define LIVE_BYTES_MAX ((size_t)256 << 20)

/* `show` is the file for the text, or -1; `live` stays where it is from here on. */
void live_start(struct live *live, int show, int file);

/* Takes bytes that have come. */
void live_take(struct live *live, const uint8_t *bytes, size_t length);

/* Listens to `source` until a moment of moment_now_ms.  With `until_verdict`, stops behind the
 * line of an intact verdict.  No stalled reader of text or capture keeps it longer. */
enum live_end live_listen(struct live *live, int source, int64_t deadline_ms, bool until_verdict);

/* Shows what was held back, until the deadline or a little longer; `show.dropped` then counts
 * the bytes that were not. */
void live_finish(struct live *live, int64_t deadline_ms);

/* Frees the bytes. */
void live_free(struct live *live);
