/* The emulator as a process: its standard output is the serial line, its messages go to a file,
 * and it does not outlive flight. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct emulator {
    pid_t pid;
    int serial; /* to read from */
    bool ended;
    int wait_status; /* of waitpid, once ended */
};

/* Starts `arguments` in `folder`.  0, or the errno of what failed, and nothing runs. */
int emulator_start(struct emulator *emulator, char **arguments, const char *folder,
                   const char *messages);

/* Waits for its end until a moment of moment_now_ms, or for a signal.  Gives `ended`. */
bool emulator_wait(struct emulator *emulator, int64_t deadline_ms);

/* Ends it if it runs. */
void emulator_kill(struct emulator *emulator);
