/* The last things that happen: nothing new starts, what waits is sent, the other CPUs stop, the tables
 * are told, the machine ends. */
#pragma once

#include <stdbool.h>

#include "kernel/user/system.h"

/* Ends the run; status 0 is success, else `reason` says what went wrong.  It is a clean end if init
 * asks for it.  Whoever comes second waits for the end of the first.  Context: thread; also before there
 * are others, once there is a console. */
_Noreturn void power_off(enum system_reboot how, int status, const char *reason);

/* Whether somebody has come that far.  Context: any. */
bool power_off_has_begun(void);
