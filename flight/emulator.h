/* The emulator as a process: its standard input and output are the serial line, its messages go to
 * a file, and it does not outlive flight. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct emulator {
    pid_t pid;
    int serial; /* to read from */
    int input;  /* to write to, without blocking; -1: nothing is to be heard */
    bool ended;
    int wait_status; /* of waitpid, once ended */
};

/* Starts `arguments` in `folder`; `hears` if there is to be an input, `stays` on one CPU of the host if that is
 * possible.  0, or the errno of what failed, and nothing runs. */
int emulator_start(struct emulator *emulator, char **arguments, const char *folder,
                   const char *messages, bool hears, bool stays);

/* Waits for its end until a moment of moment_now_ms, or for a signal.  Gives `ended`. */
bool emulator_wait(struct emulator *emulator, int64_t deadline_ms);

/* Ends it if it runs. */
void emulator_kill(struct emulator *emulator);
