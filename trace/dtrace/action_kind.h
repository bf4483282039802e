/* What kinds of actions there are, what each asks of its code, and how much it records. */
#pragma once

#include "trace/dtrace/framework_layout.h"

enum {
    DTRACE_FRAMES_MAX = 1024 /* of a stack() or ustack(), whatever it asks for */
};

/* Fills all of *action but its place, with sizes as the options are now.  Gives what is wrong with the source
 * ("unknown action"), or NULL. */
const char *dtrace_action_take(struct dtrace *dtrace, const struct dof_action *source,
                               struct dtrace_action *action);

bool dtrace_action_is_key(uint16_t kind);         /* can be */
bool dtrace_action_is_destructive(uint16_t kind); /* changes the system: chill(), panic(), ... */
bool dtrace_action_aggregates(uint16_t kind);     /* count(), sum(), quantize(), ... */

/* Whether it gives a number of 8 bytes, as the id of an aggregation's variable is. */
bool dtrace_action_is_id(const struct dtrace_action *action);
