/* A serial line being listened to: every byte is kept, text is shown as it comes, and the
 * verdict is noticed. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "flight/file_bytes.h"
#include "flight/live_filter.h"

struct live {
    struct live_filter filter;
    struct file_bytes bytes; /* all that has come */
    int file;                /* where the raw bytes go, too; -1: nowhere */
    int file_error;          /* the errno of its first failed write, or 0 */
    FILE *show;              /* where the text goes; NULL: nowhere */
    int64_t flushed_ms;      /* when `show` was flushed last */
    bool verdict;            /* an intact verdict frame has come */
};

enum live_end {
    LIVE_END_INPUT = 0, /* there is nothing more to read */
    LIVE_END_VERDICT,
    LIVE_END_DEADLINE,
    LIVE_END_SIGNAL, /* see interrupt_signal */
};

#define LIVE_NO_DEADLINE INT64_MAX

/* Milliseconds of a clock that only goes forward. */
int64_t live_now_ms(void);

void live_start(struct live *live, FILE *show, int file);

/* Takes bytes that have come. */
void live_take(struct live *live, const uint8_t *bytes, size_t length);

/* Listens to `source`.  With `until_verdict`, stops behind the line of an intact verdict. */
enum live_end live_listen(struct live *live, int source, int64_t deadline_ms, bool until_verdict);

/* Shows what was held back. */
void live_finish(struct live *live);

/* Frees the bytes. */
void live_free(struct live *live);

/* Prints the last `count` lines of text that have come, each behind "  | ". */
void live_print_tail(const struct live *live, const struct text_sink *sink, size_t count);
