/* The end of a child: a program that was run for its effect. */
#pragma once

#include <sys/types.h>

enum {
    PROCESS_MISSING =
        127, /* what a child leaves with whose program cannot be started, as a shell has it */
};

/* Waits for it.  Its exit status, 128 plus the signal that killed it, or -1 if there is no such child (fork gave -1). */
int process_wait(pid_t child);
