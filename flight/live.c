/* A serial line being listened to. */
#include "flight/live.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "flight/interrupt.h"
#include "flight/memory.h"
#include "flight/moment.h"
#include "trace/stream.h"

enum {
    LOOK_MS = 50,   /* between two looks at signals and clock */
    NAP_US = 1000,  /* an emulated UART writes byte by byte: let some gather */
    LINE_MS = 100,  /* how long the line end behind a verdict may take */
    GRACE_MS = 250, /* for text that is to be shown when there is no time left */
    CHUNK = 65536,
};

static void put_text(void *context, const char *bytes, size_t length)
{
    struct live *live = context;
    for (size_t i = 0; i < length; i++)
        tail_put(&live->tail, bytes[i]);
    const struct text_sink show = outlet_sink(&live->show);
    show.put(show.context, bytes, length);
}

void live_start(struct live *live, int show, int file)
{
    *live = (struct live){.file = file, .deadline_ms = MOMENT_NEVER};
    live->filter.sink = (struct text_sink){put_text, live};
    outlet_start(&live->show, show);
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

static bool must_stop(const struct live *live)
{
    return interrupt_signal() != 0 || moment_now_ms() >= live->deadline_ms;
}

/* Waits for a file that stalls, as the capture is to be complete, but not for ever. */
static void write_file(struct live *live, const uint8_t *bytes, size_t length)
{
    while (length > 0 && live->file >= 0 && live->file_error == 0) {
        ssize_t put = write(live->file, bytes, length);
        if (put < 0 && (errno != EINTR || must_stop(live)))
            live->file_error = errno == EINTR ? EAGAIN : errno;
        if (put > 0) {
            bytes += put;
            length -= (size_t)put;
        }
    }
}

void live_take(struct live *live, const uint8_t *bytes, size_t length)
{
    write_file(live, bytes, length);
    if (live->attach != NULL)
        attach_put(live->attach, bytes, length);
    live->full = live->full || length > LIVE_BYTES_MAX - live->bytes.length;
    if (live->full)
        length = LIVE_BYTES_MAX - live->bytes.length;
    file_bytes_append(&live->bytes, bytes, length);
    for (size_t i = 0; i < length; i++)
        if (live_filter_step(&live->filter, bytes[i]))
            live->verdict = live->verdict || is_verdict(live);
}

/* Reads once what is there.  False at the end of input. */
static bool read_some(struct live *live, int source)
{
    static uint8_t chunk[CHUNK];
    ssize_t got = read(source, chunk, sizeof chunk);
    if (got < 0)
        return errno == EINTR || errno == EAGAIN;
    live->heard_ms = moment_now_ms();
    live_take(live, chunk, (size_t)got);
    if (got > 0 && got < CHUNK / 16)
        usleep(NAP_US);
    return got > 0;
}

/* Waits up to LOOK_MS for input, or for room where text is shown.  False at the end of input. */
static bool wait_and_read(struct live *live, int source)
{
    struct pollfd files[2 + ATTACH_FILES] = {
        {.fd = source, .events = POLLIN},
        {.fd = outlet_waits(&live->show) ? live->show.file : -1, .events = POLLOUT},
    };
    if (live->attach != NULL)
        attach_watch(live->attach, files + 2);
    int count = poll(files, live->attach != NULL ? 2 + ATTACH_FILES : 2, LOOK_MS);
    if (count > 0 && live->attach != NULL)
        attach_serve(live->attach, files + 2);
    else if (live->attach != NULL && moment_now_ms() - live->heard_ms >= LOOK_MS)
        live_filter_show_held(&live->filter);
    bool more = count <= 0 || files[0].revents == 0 || read_some(live, source);
    outlet_write(&live->show);
    return more;
}

/* The line end behind the verdict belongs to the capture, but is not waited for long. */
static enum live_end end_verdict_line(struct live *live, int source)
{
    int64_t deadline_ms = moment_now_ms() + LINE_MS;
    while (live->bytes.bytes[live->bytes.length - 1] != '\n' && !live->full &&
           moment_now_ms() < deadline_ms)
        if (!wait_and_read(live, source))
            return LIVE_END_INPUT;
    return LIVE_END_VERDICT;
}

static enum live_end listen_ticking(struct live *live, int source, bool until_verdict)
{
    while (interrupt_signal() == 0) {
        if (until_verdict && live->verdict)
            return end_verdict_line(live, source);
        if (live->full)
            return LIVE_END_FULL;
        if (moment_now_ms() >= live->deadline_ms)
            return LIVE_END_DEADLINE;
        if (!wait_and_read(live, source))
            return LIVE_END_INPUT;
    }
    return LIVE_END_SIGNAL;
}

enum live_end live_listen(struct live *live, int source, int64_t deadline_ms, bool until_verdict)
{
    live->deadline_ms = deadline_ms;
    interrupt_tick(true);
    enum live_end end = listen_ticking(live, source, until_verdict);
    interrupt_tick(false);
    return end;
}

void live_finish(struct live *live, int64_t deadline_ms)
{
    live_filter_finish(&live->filter);
    int64_t grace_ms = moment_now_ms() + GRACE_MS;
    outlet_finish(&live->show, deadline_ms > grace_ms ? deadline_ms : grace_ms);
}

void live_free(struct live *live)
{
    file_bytes_free(&live->bytes);
}
