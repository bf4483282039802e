/* `fault=` on the command line: ways to die on purpose, for tests of what then happens. */
#pragma once

#include "kernel/tunables.h"

/* Dies of a fault that belongs to the time before the console, if it is one. */
void fault_happen_early(enum fault fault);

/* Dies as fault, fault.cpu and fault.context say if fault.phase names this one; else returns. */
void fault_happen_as_asked(enum fault_phase phase);

/* The same where nobody else runs any more, neither thread nor CPU nor interrupt: there fault says how,
 * and nothing else. */
void fault_happen_at_last(void);

/* Dies of fault=nested if it is on its way: called once the panic has begun with the tables. */
void fault_happen_in_panic(void);

/* Dies of any other one; returns only for FAULT_NONE and FAULT_EARLY. */
void fault_happen(enum fault fault);
