/* Running another program on behalf of somebody. */
#pragma once

#include <stdbool.h>

/* Statuses that no program gives itself. */
enum {
    CHILD_TIMED_OUT = 124, /* as timeout(1) has it */
    CHILD_CANNOT_RUN = 126,
    CHILD_NOT_FOUND = 127,
};

/* Whether a command of that name is a script: whether there is a slash in it. */
bool child_is_script(const char *name);

/* Starts argv[0]: a program, or a script if it is the path of a file.  Gives its pid, or an error
 * of system_spawn or system_stat. */
int child_start(int argc, const char *const *argv);

/* CHILD_NOT_FOUND or CHILD_CANNOT_RUN. */
int child_status_of_error(int error);

/* From now on SIGHUP, SIGINT, SIGTERM and SIGTSTP do not end this process but wait for
 * child_wait to pass them on: ^C and ^Z speak to one process, which stands for those it waits for. */
void child_catch_signals(void);

/* Waits for a child, passing signals on.  Gives its status; *signal is the last one of those that
 * end a process, or 0. */
int child_wait(int pid, int *signal);

/* Both for a program: gives the status; what cannot be started is told. */
int child_run(const char *program, int argc, const char *const *argv);

/* Stops this process as ^Z does, although it catches the signal; comes back when it is continued. */
void child_stop_self(void);
