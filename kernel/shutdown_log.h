/* The shutdown log on the console while the system goes down: event by event, so that a hang shows
 * where it hangs.
 *
 * With a threshold, an event is printed when it came so late after the one before, or later, and that
 * one before it as a landmark.  The landmark does not wait for its successor: it is printed as soon as
 * the threshold has passed. */
#pragma once

/* Prints what has been recorded since the last call, if the system is going down and
 * kern.boottrace.shutdown_trace is 1.  Context: thread, without locks. */
void shutdown_log_update(void);
