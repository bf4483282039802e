/* flight capture: keeps what arrives on a real serial port, a socket, or standard input. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

#include "flight/ending.h"
#include "flight/interrupt.h"
#include "flight/moment.h"
#include "flight/options.h"

/* Where the bytes come from. */
struct source {
    int file;
    bool terminal; /* `before` is to be restored */
    struct termios before;
};

static const struct {
    uint32_t baud;
    speed_t speed;
} speeds[] = {
    {1200, B1200},     {2400, B2400},     {4800, B4800},     {9600, B9600},
    {19200, B19200},   {38400, B38400},   {57600, B57600},   {115200, B115200},
    {230400, B230400}, {460800, B460800}, {921600, B921600}, {1500000, B1500000},
};

/* B0 for a speed that there is not. */
static speed_t speed_of(uint32_t baud)
{
    for (size_t i = 0; i < sizeof speeds / sizeof speeds[0]; i++)
        if (speeds[i].baud == baud)
            return speeds[i].speed;
    return B0;
}

/* Raw, 8N1, no flow control, modem lines ignored. */
static int set_terminal(struct source *source, speed_t speed)
{
    if (tcgetattr(source->file, &source->before) != 0)
        return errno;
    struct termios raw = source->before;
    cfmakeraw(&raw);
    raw.c_iflag &= ~(tcflag_t)(IXOFF | IXANY);
    raw.c_cflag &= ~(tcflag_t)(CSTOPB | CRTSCTS);
    raw.c_cflag |= CLOCAL | CREAD;
    if (cfsetspeed(&raw, speed) != 0 || tcsetattr(source->file, TCSANOW, &raw) != 0)
        return errno;
    source->terminal = true;
    return 0;
}

static int connect_socket(struct source *source, const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path)
        return ENAMETOOLONG;
    memcpy(address.sun_path, path, strlen(path));
    source->file = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (source->file < 0)
        return errno;
    return connect(source->file, (const struct sockaddr *)&address, sizeof address) == 0 ? 0
                                                                                         : errno;
}

/* Not blocking: a FIFO without a writer and a line without a carrier are waited for by poll. */
static int open_path(struct source *source, const char *path, speed_t speed)
{
    struct stat status;
    if (stat(path, &status) != 0)
        return errno;
    if (S_ISDIR(status.st_mode))
        return EISDIR;
    if (S_ISSOCK(status.st_mode))
        return connect_socket(source, path);
    source->file = open(path, O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (source->file < 0)
        return errno;
    return isatty(source->file) ? set_terminal(source, speed) : 0;
}

static void close_source(const struct source *source)
{
    if (source->terminal)
        (void)tcsetattr(source->file, TCSANOW, &source->before);
    if (source->file > STDIN_FILENO)
        close(source->file);
}

static int keep(const struct flight_command *command, const struct source *source, int output,
                uint32_t timeout_s, bool quiet)
{
    struct live live;
    live_start(&live, quiet ? -1 : STDOUT_FILENO, output);
    int64_t deadline_ms =
        timeout_s == 0 ? MOMENT_NEVER : moment_now_ms() + (int64_t)timeout_s * 1000;
    enum live_end end = live_listen(&live, source->file, deadline_ms, true);
    struct outcome outcome = {
        .carrier = end == LIVE_END_DEADLINE ? OUTCOME_TIMEOUT
                   : end == LIVE_END_FULL   ? OUTCOME_EXCESS
                                            : OUTCOME_LINE,
        .timeout_s = timeout_s,
    };
    live_finish(&live, deadline_ms);
    int status = ending_tell(command, &live, &outcome, NULL);
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

static int capture(const struct flight_command *command, const struct capture_options *wanted)
{
    struct source source = {.file = STDIN_FILENO};
    interrupt_catch();
    int error = strcmp(wanted->path, "-") == 0
                    ? 0
                    : open_path(&source, wanted->path, speed_of(wanted->baud));
    int output = -1;
    int status = FLIGHT_HOST;
    if (error != 0)
        (void)flight_refuse(command, FLIGHT_HOST, "cannot open '%s': %s", wanted->path,
                            strerror(error));
    else if (ending_open_output(command, wanted->output, &output))
        status = keep(command, &source, output, wanted->timeout_s, wanted->quiet);
    close_source(&source);
    if (output >= 0 && close(output) != 0)
        status = flight_refuse(command, FLIGHT_HOST, "cannot write '%s': %s", wanted->output,
                               strerror(errno));
    return status;
}

static int run(const struct flight_command *command, size_t count, char **arguments)
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
    enum options_result parsed = options_parse(&options, count, arguments);
    if (parsed != OPTIONS_OK)
        return parsed == OPTIONS_HELP ? FLIGHT_SUCCESS : FLIGHT_USAGE;
    if (wanted.output == NULL)
        return flight_refuse(command, FLIGHT_USAGE,
                             "-o CAPTURE says where to keep it (see 'flight --help')");
    if (speed_of(wanted.baud) == B0)
        return flight_refuse(command, FLIGHT_USAGE, "there is no speed of %u baud", wanted.baud);
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
