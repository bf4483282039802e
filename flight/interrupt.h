/* Ctrl-C and its kin: noted, so that whoever waits can clean up and leave. */
#pragma once

#include <stdbool.h>

#include "flight/commands.h"

/* From here on SIGINT, SIGTERM, SIGHUP and SIGQUIT are noted, and a closed pipe is an error of write. */
void interrupt_catch(void);

/* Undoes that, for a child that is about to become another program. */
void interrupt_restore(void);

/* While on, a call that blocks is interrupted (EINTR) every few dozen milliseconds, so that its
 * caller can look at the clock.  A short count may be its result. */
void interrupt_tick(bool on);

/* The signal that has come, or 0. */
int interrupt_signal(void);

/* The status to leave with after one. */
enum flight_status interrupt_status(void);
