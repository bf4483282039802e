/* The subcommands of flight and the statuses that they leave with. */
#pragma once

#include <stddef.h>

enum flight_status {
    FLIGHT_SUCCESS = 0, /* the guest said success; the capture is whole */
    FLIGHT_FAILURE = 1, /* the guest said failure; the capture is damaged; a program is refused */
    FLIGHT_USAGE = 2,
    FLIGHT_DIED = 3, /* the guest ended in a way that it did not choose */
    FLIGHT_TIMEOUT = 4,
    FLIGHT_HOST = 5,     /* no emulator, no file, no memory, no room */
    FLIGHT_SIGNAL = 128, /* plus the signal that interrupted flight; SIGPIPE: its reader went */
};

struct flight_command {
    const char *name;
    const char *synopsis; /* what follows the name */
    const char *help;     /* whole lines */
    enum flight_status (*run)(const struct flight_command *command, size_t count, char **arguments);
};

/* The subcommands, in the order of `flight help`. */
extern const struct flight_command run_command;
extern const struct flight_command enable_command;
extern const struct flight_command capture_command;
extern const struct flight_command console_command;
extern const struct flight_command report_command;
extern const struct flight_command verify_command;
extern const struct flight_command export_command;
extern const struct flight_command stage_command;
extern const struct flight_command probes_command;
extern const struct flight_command claim_command;
extern const struct flight_command dof_command;

/* One line on stderr, "flight: COMMAND: ...". */
void flight_tell(const struct flight_command *command, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The same, and the status to leave with. */
enum flight_status flight_refuse(const struct flight_command *command, enum flight_status status,
                                 const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Bad usage: a line that ends with "(see 'flight help COMMAND')"; gives FLIGHT_USAGE. */
enum flight_status flight_misuse(const struct flight_command *command, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* What `flight help COMMAND` prints. */
void flight_help(const struct flight_command *command);
