/* flight console: the terminal of a running boot, on its socket or on a real serial port.
 *
 * It judges nothing: flight run and flight capture do. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "flight/ending.h"
#include "flight/interrupt.h"
#include "flight/keyboard.h"
#include "flight/live_filter.h"
#include "flight/moment.h"
#include "flight/options.h"
#include "flight/outlet.h"
#include "flight/overwrite.h"
#include "flight/serial_line.h"

enum {
    LOOK_MS = 50,    /* between two looks at signals; also what is held back is shown then */
    FINISH_MS = 250, /* for a stalled reader of what is shown */
    CHUNK = 65536,
};

struct console {
    const struct flight_command *command;
    const char *path;
    const char *output_path;
    int output; /* raw bytes; -1: nowhere */
    struct serial_line line;
    struct keyboard keyboard;
    struct inlet typed;
    bool half_closed; /* the other side knows that no more is typed */
    struct live_filter filter;
    int64_t heard_ms; /* when bytes came last */
    struct outlet show;
    enum flight_status status;
};

static void fail(struct console *console, const char *what, const char *path, int error)
{
    console->status = flight_refuse(console->command, FLIGHT_HOST, "cannot %s '%s': %s", what, path,
                                    strerror(error));
}

/* All or nothing: a capture with holes is none. */
static void keep(struct console *console, const uint8_t *bytes, size_t length)
{
    while (length > 0 && console->output >= 0) {
        ssize_t put = write(console->output, bytes, length);
        if (put < 0 && (errno != EINTR || interrupt_signal() != 0)) {
            fail(console, "write", console->output_path, errno);
            return;
        }
        bytes += put > 0 ? put : 0;
        length -= put > 0 ? (size_t)put : 0;
    }
}

/* False at the end of the line.  A socket whose other side ends with something unread is reset, and
 * a pseudo-terminal gives an error of input. */
static bool read_line(struct console *console)
{
    static uint8_t chunk[CHUNK];
    ssize_t got = read(console->line.file, chunk, sizeof chunk);
    if (got < 0 && (errno == EINTR || errno == EAGAIN))
        return true;
    if (got < 0 && errno != ECONNRESET && errno != EIO)
        fail(console, "read", console->path, errno);
    if (got <= 0)
        return false;
    console->heard_ms = moment_now_ms();
    keep(console, chunk, (size_t)got);
    for (ssize_t i = 0; i < got; i++)
        (void)live_filter_step(&console->filter, chunk[i]);
    return console->status == FLIGHT_SUCCESS;
}

/* Nothing more will be typed: the other side may know, and goes on sending. */
static void half_close(struct console *console)
{
    if (console->half_closed || console->keyboard.file >= 0 || inlet_waits(&console->typed))
        return;
    console->half_closed = true;
    (void)shutdown(console->line.file, SHUT_WR); /* a device knows nothing of it */
}

static bool serve(struct console *console, const struct pollfd files[3])
{
    if (files[1].revents != 0)
        keyboard_read(&console->keyboard, &console->typed);
    if (!inlet_write(&console->typed, console->line.file))
        inlet_free(&console->typed); /* reading will tell why */
    half_close(console);
    return files[0].revents == 0 || read_line(console);
}

/* One look at everything; false at the end. */
static bool step(struct console *console)
{
    const struct keyboard *keyboard = &console->keyboard;
    const bool room = inlet_room(&console->typed) > 0 || keyboard->terminal;
    const bool typed = inlet_waits(&console->typed);
    struct pollfd files[] = {
        {.fd = console->line.file, .events = (short)(POLLIN | (typed ? POLLOUT : 0))},
        {.fd = room ? keyboard->file : -1, .events = POLLIN},
        {.fd = outlet_waits(&console->show) ? console->show.file : -1, .events = POLLOUT},
    };
    int count = poll(files, 3, LOOK_MS);
    if (count <= 0 && moment_now_ms() - console->heard_ms >= LOOK_MS)
        live_filter_show_held(&console->filter);
    bool more = count <= 0 || serve(console, files);
    outlet_write(&console->show);
    return more;
}

static void converse(struct console *console)
{
    outlet_start(&console->show, STDOUT_FILENO);
    console->filter.sink = outlet_sink(&console->show);
    keyboard_start(&console->keyboard);
    const bool terminal = console->keyboard.terminal;
    if (terminal)
        fprintf(stderr, "flight: attached to '%s'; ^] q leaves\n", console->path);
    interrupt_tick(true);
    bool more = true;
    while (more && !console->keyboard.quit && interrupt_signal() == 0)
        more = step(console);
    interrupt_tick(false);
    keyboard_stop(&console->keyboard);
    live_filter_finish(&console->filter);
    outlet_finish(&console->show, moment_now_ms() + FINISH_MS);
    if (terminal)
        fprintf(stderr, "flight: %s '%s'\n", more ? "left" : "the end of", console->path);
    inlet_free(&console->typed);
}

static enum flight_status attach(struct console *console, uint32_t baud)
{
    interrupt_catch();
    int error = serial_line_open(&console->line, console->path, baud, true);
    if (error != 0)
        fail(console, "open", console->path, error);
    else if (!ending_open_output(console->command, console->output_path, &console->output))
        console->status = FLIGHT_HOST;
    else
        converse(console);
    serial_line_close(&console->line);
    if (!ending_close_output(console->command, console->output_path, console->output))
        console->status = FLIGHT_HOST;
    return interrupt_signal() != 0 ? interrupt_status() : console->status;
}

static enum flight_status run(const struct flight_command *command, size_t count, char **arguments)
{
    struct console console = {
        .command = command, .output = -1, .line = {.file = -1}, .keyboard = {.file = -1}};
    uint32_t baud = 115200;
    const struct option_spec specs[] = {
        {.name = "output", .letter = 'o', .text = &console.output_path},
        {.name = "speed", .number = &baud, .minimum = 1, .maximum = UINT32_MAX},
    };
    const struct options options = {.command = command,
                                    .specs = specs,
                                    .count = sizeof specs / sizeof specs[0],
                                    .operand = &console.path,
                                    .operand_name = "SOCKET|DEVICE"};
    enum flight_status status;
    if (!options_parse(&options, count, arguments, &status))
        return status;
    if (!serial_line_has_speed(baud))
        return flight_misuse(command, "there is no speed of %u baud", baud);
    if (overwrite_refused(command, console.path, console.output_path))
        return FLIGHT_USAGE;
    return attach(&console, baud);
}

const struct flight_command console_command = {
    .name = "console",
    .synopsis = "SOCKET|DEVICE [-o CAPTURE] [--speed BAUD]",
    .help =
        "Gives the terminal to a running boot: every key goes there, also Ctrl-C, and what comes\n"
        "is shown without the frames.  SOCKET is that of 'flight run --socket', DEVICE a serial\n"
        "port.  Several may be attached to one socket.\n"
        "\n"
        "  ^] q (or ^] .)  leaves; the boot goes on\n"
        "  ^] ^]           sends ^]\n"
        "\n"
        "  -o CAPTURE      also keep the raw serial stream\n"
        "  --speed BAUD    of a device, 8N1; default 115200\n"
        "\n"
        "If standard input is no terminal, its bytes are sent as they are; at its end, what "
        "comes is\n"
        "shown until the other side ends.\n"
        "\n"
        "Exit status: 0 left, or the other side has ended; 2 bad usage, 5 it cannot be opened\n"
        "or read, or the capture not written.\n",
    .run = run,
};
