/* Anonymous tracing: the enablings that were prepared before the boot.
 *
 * Objects come from kernel/drv/dtrace.conf (dof-data-0, -1, ...) and from modules of type=dof.  All of them
 * share one state, which goes as soon as the files can be read and before it is told what became of the modules,
 * stops at the end of the machine, and what nobody has claimed of it is printed then. */
#pragma once

#include <stdbool.h>

#include "trace/dtrace/framework.h"
#include "trace/text.h"

/* Loads the objects, makes the probes, and starts recording; without any object it does nothing and takes no
 * memory.  A module that cannot be loaded becomes MODULE_REFUSED.  Call it when the files can be read and before
 * modules_tell; on the boot CPU, alone. */
void anonymous_start(void);

/* Has what speculations leave behind cleared away, now that there are threads. */
void anonymous_start_cleaner(void);

/* The framework; NULL: there is none, because nothing was enabled and nobody asked for the probes.  Context:
 * any. */
struct dtrace *anonymous_dtrace(void);

/* At the end of the machine: END fires; what nobody has claimed, or came behind the last claim, is printed, and
 * the host is told in any case.  Again: does nothing.  Context: alone, interrupts off; also a panic. */
void anonymous_end(void);

/* What became of it. */
enum anonymous_state {
    ANONYMOUS_NONE,   /* no object, or all were refused */
    ANONYMOUS_FAILED, /* objects, but it could not go */
    ANONYMOUS_GOING,
    ANONYMOUS_STOPPED, /* the data is kept */
};
enum anonymous_state anonymous_state(void);

/* Whether an enabling records, and has exit() on a probe that there is.  Context: thread. */
bool anonymous_awaits_exit(void);

/* Stops recording (END fires), as the end of the machine would.  Context: thread. */
void anonymous_stop(void);

/* Prints what was recorded up to now, from the start; tracing goes on, unless it has come to its end or there is no
 * memory for that, which is told.  Context: thread, one at a time. */
void anonymous_claim(const struct text_sink *sink);

/* Whether somebody has claimed. */
bool anonymous_is_claimed(void);

/* Forgets what was recorded.  Context: thread. */
void anonymous_discard(void);

/* Makes the framework and its probes for who wants a list.  False: no memory.  Context: thread. */
bool anonymous_need_probes(void);
