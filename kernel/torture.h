/* `torture=EVENTS`: threads that are created, wait for each other, sleep, move between CPUs and get
 * signals, while they and interrupts record so many events in all, each with a payload that can be
 * checked, and a reader looks at the tables all the time. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Runs until that many events have been recorded, and checks that nothing was torn, lost
 * uncounted or leaked; what is wrong is one line each on the console.  False if anything was.
 * Context: thread. */
bool torture_run(uint64_t events);
