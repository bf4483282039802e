/* `fault=` on the command line: ways to die on purpose, for tests of what then happens. */
#pragma once

#include "kernel/tunables.h"

/* Dies of a fault that belongs to the time before the console, if it is one. */
void fault_happen_early(enum fault fault);

/* Dies as fault, fault.cpu and fault.context say; returns if they say nothing. */
void fault_happen_as_asked(void);

/* Dies of any other one; returns only for FAULT_NONE. */
void fault_happen(enum fault fault);
