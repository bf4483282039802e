/* flight capture: keeps what arrives on a real serial port, a socket, or standard input. */
#include <string.h>
#include <unistd.h>

#include "flight/ending.h"
#include "flight/interrupt.h"
#include "flight/moment.h"
#include "flight/options.h"
#include "flight/overwrite.h"
#include "flight/serial_line.h"

static enum flight_status keep(const struct flight_command *command, const struct serial_line *line,
                               int output, uint32_t timeout_s, bool quiet)
{
    struct live live;
    live_start(&live, quiet ? -1 : STDOUT_FILENO, output);
    int64_t deadline_ms =
        timeout_s == 0 ? MOMENT_NEVER : moment_now_ms() + (int64_t)timeout_s * 1000;
    enum live_end end = live_listen(&live, line->file, deadline_ms, true);
    struct outcome outcome = {
        .carrier = end == LIVE_END_DEADLINE ? OUTCOME_TIMEOUT
                   : end == LIVE_END_FULL   ? OUTCOME_EXCESS
                                            : OUTCOME_LINE,
        .timeout_s = timeout_s,
    };
    live_finish(&live, deadline_ms);
    enum flight_status status = ending_tell(command, &live, &outcome, NULL);
    live_free(&live);
    return status;
}

struct capture_options {
    const char *path;
    const char *output;
    uint32_t baud;
    uint32_t timeout_s; /* 0: none */
    bool quiet;
};

static enum flight_status capture(const struct flight_command *command,
                                  const struct capture_options *wanted)
{
    struct serial_line line = {.file = STDIN_FILENO};
    interrupt_catch();
    int error = strcmp(wanted->path, "-") == 0
                    ? 0
                    : serial_line_open(&line, wanted->path, wanted->baud, false);
    int output = -1;
    enum flight_status status = FLIGHT_HOST;
    if (error != 0)
        (void)flight_refuse(command, FLIGHT_HOST, "cannot open '%s': %s", wanted->path,
                            strerror(error));
    else if (ending_open_output(command, wanted->output, &output))
        status = keep(command, &line, output, wanted->timeout_s, wanted->quiet);
    serial_line_close(&line);
    if (!ending_close_output(command, wanted->output, output))
        status = FLIGHT_HOST;
    return status;
}

static enum flight_status run(const struct flight_command *command, size_t count, char **arguments)
{
    struct capture_options wanted = {.baud = 115200};
    const struct option_spec specs[] = {
        {.name = "output", .letter = 'o', .text = &wanted.output},
        {.name = "speed", .number = &wanted.baud, .minimum = 1, .maximum = UINT32_MAX},
        {.name = "timeout", .number = &wanted.timeout_s, .minimum = 1, .maximum = 1u << 30},
        {.name = "quiet", .flag = &wanted.quiet},
    };
    const struct options options = {.command = command,
                                    .specs = specs,
                                    .count = sizeof specs / sizeof specs[0],
                                    .operand = &wanted.path,
                                    .operand_name = "DEVICE|SOCKET|-"};
    enum flight_status status;
    if (!options_parse(&options, count, arguments, &status))
        return status;
    if (wanted.output == NULL)
        return flight_misuse(command, "-o CAPTURE says where to keep it");
    if (!serial_line_has_speed(wanted.baud))
        return flight_misuse(command, "there is no speed of %u baud", wanted.baud);
    if (overwrite_refused(command, wanted.path, wanted.output))
        return FLIGHT_USAGE;
    return capture(command, &wanted);
}

const struct flight_command capture_command = {
    .name = "capture",
    .synopsis = "DEVICE|SOCKET|- -o CAPTURE [--speed BAUD] [--timeout SECONDS] [--quiet]",
    .help = "Shows a serial line without the frames and keeps it raw, until the verdict frame.\n"
            "The source is a serial device, a Unix stream socket, a FIFO, a file, or '-'.\n"
            "\n"
            "  -o CAPTURE         where to keep it\n"
            "  --speed BAUD       of a serial device, 8N1; default 115200\n"
            "  --timeout SECONDS  default: none\n"
            "  --quiet            show only the status line\n"
            "\n"
            "Exit status: 0 success, 1 failure, 2 bad usage, 3 panic or no verdict, 4 timeout,\n"
            "5 the source cannot be opened or the capture not written.\n",
    .run = run,
};
