/* The last things that happen: the other CPUs stop, the tables are told, the machine ends. */
#pragma once

#include "kernel/user/system.h"

/* Ends the run; status 0 is success, else `reason` says what went wrong.  Context: thread. */
_Noreturn void power_off(enum system_reboot how, int status, const char *reason);
