/* Text for a reader that may stall. */
#include "flight/outlet.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "flight/interrupt.h"
#include "flight/moment.h"

enum {
    KEPT_MAX = 1 << 20,
    PATIENCE_MS = 250, /* a serial line at full speed fits into the host's buffer as long */
    LOOK_MS = 50,      /* between two looks at signals and clock */
    PIECE = 4096,      /* a pipe that is ready takes PIPE_BUF bytes without blocking */
};

void outlet_start(struct outlet *outlet, int file)
{
    *outlet = (struct outlet){.file = file};
}

static size_t waiting(const struct outlet *outlet)
{
    return outlet->kept.length - outlet->sent;
}

bool outlet_waits(const struct outlet *outlet)
{
    return outlet->file >= 0 && waiting(outlet) > 0;
}

static bool is_ready(const struct outlet *outlet, int timeout_ms)
{
    struct pollfd file = {.fd = outlet->file, .events = POLLOUT};
    return poll(&file, 1, timeout_ms) > 0;
}

/* Nobody misses anything if the reader has gone, or the file was closed from the start. */
static void give_up(struct outlet *outlet, int error)
{
    const bool missed = error != EPIPE && error != EBADF;
    file_bytes_free(&outlet->kept);
    *outlet = (struct outlet){.file = -1, .error = missed ? error : 0};
}

static void forget_sent(struct outlet *outlet)
{
    if (outlet->sent < outlet->kept.length / 2)
        return;
    memmove(outlet->kept.bytes, outlet->kept.bytes + outlet->sent, waiting(outlet));
    outlet->kept.length -= outlet->sent;
    outlet->sent = 0;
}

/* False if nothing more can be written now. */
static bool write_piece(struct outlet *outlet)
{
    size_t length = waiting(outlet) < PIECE ? waiting(outlet) : PIECE;
    ssize_t put = write(outlet->file, outlet->kept.bytes + outlet->sent, length);
    if (put < 0 && errno != EINTR && errno != EAGAIN)
        give_up(outlet, errno);
    if (put <= 0)
        return false;
    outlet->sent += (size_t)put;
    forget_sent(outlet);
    return true;
}

static void append(void *context, const char *bytes, size_t length)
{
    struct outlet *outlet = context;
    file_bytes_append(&outlet->kept, bytes, length);
}

static void append_note(struct outlet *outlet)
{
    const struct text_sink sink = {append, outlet};
    text_print(&sink, "\n... %llu bytes of text were not shown: nobody read them in time ...\n",
               (unsigned long long)outlet->dropped);
    outlet->dropped = 0;
}

void outlet_write(struct outlet *outlet)
{
    while (outlet_waits(outlet) && is_ready(outlet, 0) && write_piece(outlet))
        if (waiting(outlet) == 0 && outlet->dropped > 0)
            append_note(outlet);
}

static void write_until(struct outlet *outlet, size_t rest, int64_t deadline_ms)
{
    outlet_write(outlet);
    while (outlet_waits(outlet) && waiting(outlet) > rest && interrupt_signal() == 0 &&
           moment_now_ms() < deadline_ms) {
        (void)is_ready(outlet, LOOK_MS);
        outlet_write(outlet);
    }
}

static void put(void *context, const char *bytes, size_t length)
{
    struct outlet *outlet = context;
    if (outlet->dropped == 0 && waiting(outlet) >= KEPT_MAX)
        write_until(outlet, KEPT_MAX / 2, moment_now_ms() + PATIENCE_MS);
    if (outlet->file < 0)
        return;
    if (outlet->dropped > 0 || waiting(outlet) >= KEPT_MAX)
        outlet->dropped += length;
    else
        file_bytes_append(&outlet->kept, bytes, length);
}

struct text_sink outlet_sink(struct outlet *outlet)
{
    return (struct text_sink){put, outlet};
}

void outlet_finish(struct outlet *outlet, int64_t deadline_ms)
{
    interrupt_tick(true);
    write_until(outlet, 0, deadline_ms);
    interrupt_tick(false);
    outlet->dropped += waiting(outlet);
    file_bytes_free(&outlet->kept);
    outlet->sent = 0;
}
