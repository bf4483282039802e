/* flight, the host tool of Firstlight: boots the kernel, captures the serial line, reports and
 * verifies.  This file only finds the subcommand. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "flight/closest.h"
#include "flight/commands.h"
#include "flight/memory.h"
#include "flight/standard_output.h"
#include "trace/stream.h"

#define FLIGHT_VERSION "0.1"

static const struct flight_command *const commands[] = {
    &run_command,     &enable_command, &claim_command,  &capture_command,
    &console_command, &report_command, &verify_command, &export_command,
    &dof_command,     &probes_command, &stage_command,
};

#define COMMANDS (sizeof commands / sizeof commands[0])

static void tell(const struct flight_command *command, const char *format, va_list arguments)
{
    fflush(stdout);
    fprintf(stderr, "flight: %s: ", command->name);
    vfprintf(stderr, format, arguments);
}

void flight_tell(const struct flight_command *command, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    tell(command, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
}

enum flight_status flight_refuse(const struct flight_command *command, enum flight_status status,
                                 const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    tell(command, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    return status;
}

enum flight_status flight_misuse(const struct flight_command *command, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    tell(command, format, arguments);
    fprintf(stderr, " (see 'flight help %s')\n", command->name);
    va_end(arguments);
    return FLIGHT_USAGE;
}

void flight_help(const struct flight_command *command)
{
    printf("usage: flight %s %s\n\n%s", command->name, command->synopsis, command->help);
}

static const struct flight_command *find(const char *name)
{
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

static void help_all(void)
{
    puts("flight boots Firstlight, compiles what traces it, gives it a terminal, captures its "
         "serial\n"
         "line, reads captures, and stages files.\n");
    for (size_t i = 0; i < COMMANDS; i++)
        printf("  flight %-8s %s\n", commands[i]->name, commands[i]->synopsis);
    puts("  flight help     COMMAND\n"
         "  flight --version\n\n"
         "Exit status: 0 success, 1 failure, a damaged capture or a refused program, 2 bad usage,\n"
         "3 the guest died, 4 timeout, 5 the host is at fault.");
}

static enum flight_status unknown(const char *name)
{
    struct closest closest = {.edits = CLOSEST_FAR};
    for (size_t i = 0; i < COMMANDS; i++)
        closest_take(&closest, closest_edits(name, commands[i]->name),
                     memory_text("'%s'", commands[i]->name));
    closest_take(&closest, closest_edits(name, "help"), memory_text("'help'"));
    char *meant = closest_text(&closest);
    fprintf(stderr, "flight: unknown command '%s'", name);
    if (meant != NULL)
        fprintf(stderr, ": did you mean %s?", meant);
    fputs(" (see 'flight --help')\n", stderr);
    free(meant);
    return FLIGHT_USAGE;
}

static enum flight_status help(size_t count, char **arguments)
{
    if (count == 0) {
        help_all();
        return FLIGHT_SUCCESS;
    }
    const struct flight_command *command = find(arguments[0]);
    if (command == NULL)
        return unknown(arguments[0]);
    flight_help(command);
    return FLIGHT_SUCCESS;
}

static enum flight_status dispatch(size_t count, char **arguments)
{
    if (count == 0) {
        fputs("flight: a command is missing (see 'flight --help')\n", stderr);
        return FLIGHT_USAGE;
    }
    const char *name = arguments[0];
    if (strcmp(name, "help") == 0 || strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
        return help(count - 1, arguments + 1);
    if (strcmp(name, "--version") == 0) {
        printf("flight %s, stream version %u\n", FLIGHT_VERSION, STREAM_VERSION);
        return FLIGHT_SUCCESS;
    }
    const struct flight_command *command = find(name);
    return command == NULL ? unknown(name) : command->run(command, count - 1, arguments + 1);
}

/* So that no file that is opened later takes the place of a standard one that was closed.  Each
 * is opened the wrong way round: its use remains an error. */
static bool open_missing(void)
{
    for (int file = STDIN_FILENO; file <= STDERR_FILENO; file++)
        if (fcntl(file, F_GETFD) < 0 &&
            open("/dev/null", file == STDIN_FILENO ? O_WRONLY : O_RDONLY) != file)
            return false;
    return true;
}

/* Of standard output that could not be written: a reader who has seen enough, as head has, is no fault. */
static enum flight_status lost_output(int error)
{
    struct pollfd output = {.fd = STDOUT_FILENO, .events = POLLOUT};
    if (poll(&output, 1, 0) > 0 && (output.revents & POLLERR) != 0)
        return (enum flight_status)(FLIGHT_SIGNAL + SIGPIPE);
    fprintf(stderr, "flight: host: standard output: %s\n", strerror(error));
    return FLIGHT_HOST;
}

int main(int argc, char **argv)
{
    if (!open_missing() || !standard_output_open())
        return FLIGHT_HOST;
    enum flight_status status = dispatch(argc > 0 ? (size_t)argc - 1 : 0, argv + 1);
    const int error = standard_output_finish();
    if (error != 0) {
        const enum flight_status lost = lost_output(error);
        status = status == FLIGHT_SUCCESS ? lost : status;
    }
    return (int)status;
}
