/* A serial line being listened to. */
#include "flight/live.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "flight/interrupt.h"
#include "flight/memory.h"
#include "flight/print.h"
#include "trace/stream.h"

enum {
    FLUSH_MS = 50, /* how long shown text may lie in a buffer */
    NAP_US = 1000, /* an emulated UART writes byte by byte: let some gather */
    LINE_MS = 100, /* how long the line end behind a verdict may take */
    CHUNK = 65536,
};

int64_t live_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void show_nothing(void *context, const char *bytes, size_t length)
{
    (void)context;
    (void)bytes;
    (void)length;
}

void live_start(struct live *live, FILE *show, int file)
{
    *live = (struct live){.file = file, .show = show, .flushed_ms = live_now_ms()};
    live->filter.sink = show == NULL ? (struct text_sink){show_nothing, NULL} : print_sink(show);
}

/* Whether the frame that ended with the last byte is an intact verdict. */
static bool is_verdict(const struct live *live)
{
    if (live->filter.kind != STREAM_VERDICT)
        return false;
    size_t start = (size_t)live->filter.frame_start, cursor = 0;
    size_t length = (size_t)live->filter.seen - start;
    uint8_t *scratch = memory_zeroed(length, 1);
    struct frame frame;
    bool good =
        frame_find(live->bytes.bytes + start, length, &cursor, scratch, &frame) == FRAME_FOUND_GOOD;
    free(scratch);
    return good;
}

static void write_file(struct live *live, const uint8_t *bytes, size_t length)
{
    while (length > 0 && live->file >= 0 && live->file_error == 0) {
        ssize_t put = write(live->file, bytes, length);
        if (put < 0 && errno != EINTR)
            live->file_error = errno;
        if (put > 0) {
            bytes += put;
            length -= (size_t)put;
        }
    }
}

void live_take(struct live *live, const uint8_t *bytes, size_t length)
{
    write_file(live, bytes, length);
    file_bytes_append(&live->bytes, bytes, length);
    for (size_t i = 0; i < length; i++)
        if (live_filter_step(&live->filter, bytes[i]))
            live->verdict = live->verdict || is_verdict(live);
}

static void flush(struct live *live, int64_t now)
{
    if (live->show == NULL || now - live->flushed_ms < FLUSH_MS)
        return;
    (void)fflush(live->show); /* a reader that has gone must not end the run */
    live->flushed_ms = now;
}

/* Reads once what is there.  False at the end of input. */
static bool read_some(struct live *live, int source)
{
    static uint8_t chunk[CHUNK];
    ssize_t got = read(source, chunk, sizeof chunk);
    if (got < 0)
        return errno == EINTR || errno == EAGAIN;
    live_take(live, chunk, (size_t)got);
    if (got > 0 && got < CHUNK / 16)
        usleep(NAP_US);
    return got > 0;
}

/* Waits up to FLUSH_MS for input.  False at its end. */
static bool wait_and_read(struct live *live, int source)
{
    struct pollfd poll_source = {.fd = source, .events = POLLIN};
    int ready = poll(&poll_source, 1, FLUSH_MS);
    bool more = ready <= 0 || read_some(live, source);
    flush(live, live_now_ms());
    return more;
}

/* The line end behind the verdict belongs to the capture, but is not waited for long. */
static enum live_end end_verdict_line(struct live *live, int source)
{
    int64_t deadline_ms = live_now_ms() + LINE_MS;
    while (live->bytes.bytes[live->bytes.length - 1] != '\n' && live_now_ms() < deadline_ms)
        if (!wait_and_read(live, source))
            return LIVE_END_INPUT;
    return LIVE_END_VERDICT;
}

enum live_end live_listen(struct live *live, int source, int64_t deadline_ms, bool until_verdict)
{
    while (interrupt_signal() == 0) {
        if (until_verdict && live->verdict)
            return end_verdict_line(live, source);
        if (live_now_ms() >= deadline_ms)
            return LIVE_END_DEADLINE;
        if (!wait_and_read(live, source))
            return LIVE_END_INPUT;
    }
    return LIVE_END_SIGNAL;
}

void live_finish(struct live *live)
{
    live_filter_finish(&live->filter);
    if (live->show == NULL)
        return;
    (void)fflush(live->show);
    clearerr(live->show); /* showing is a courtesy: the status speaks of the guest */
}

void live_free(struct live *live)
{
    file_bytes_free(&live->bytes);
}

static void append_text(void *context, const char *bytes, size_t length)
{
    file_bytes_append(context, bytes, length);
}

static struct file_bytes text_of(const struct file_bytes *raw)
{
    struct file_bytes text = {0};
    struct live_filter filter = {.sink = {append_text, &text}};
    for (size_t i = 0; i < raw->length; i++)
        (void)live_filter_step(&filter, raw->bytes[i]);
    live_filter_finish(&filter);
    return text;
}

/* Where the last `count` lines of a text that ends with a line end begin. */
static size_t tail_start(const struct file_bytes *text, size_t count)
{
    size_t start = text->length;
    for (size_t ends = 0; start > 0; start--)
        if (text->bytes[start - 1] == '\n' && ends++ == count)
            break;
    return start;
}

void live_print_tail(const struct live *live, const struct text_sink *sink, size_t count)
{
    struct file_bytes text = text_of(&live->bytes);
    for (size_t at = tail_start(&text, count); at < text.length;) {
        const char *line = (const char *)text.bytes + at;
        const char *end = memchr(line, '\n', text.length - at);
        size_t length = end == NULL ? text.length - at : (size_t)(end - line);
        text_print(sink, "  | ");
        text_print_foreign(sink, line, length);
        text_print(sink, "\n");
        at += length + 1;
    }
    file_bytes_free(&text);
}
