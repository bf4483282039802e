/* init(8): brings the system up, and down again. */
#pragma once

#include <stdint.h>

/* What init calls between its phases, for tests and benchmarks; never NULL. */
struct init_hooks {
    void (*in_phase)(void);   /* once in each phase that has a table of its own */
    void (*after_init)(void); /* when multi-user operation has begun */
};

/* Runs the system from init's start until the machine may be switched off.  Gives the exit
 * status of /etc/rc, 0 if there is none. */
int init_run(const struct init_hooks *hooks);
