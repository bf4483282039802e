/* A run that traces: programs or an enabling of the command line become boot modules, and what the boot recorded
 * becomes text, as dtrace(1M) would have printed it. */
#pragma once

#include <stdbool.h>

#include "flight/enabling.h"
#include "flight/file_bytes.h"
#include "flight/run_plan.h"

/* Zeroed, nothing is traced. */
struct traced_run {
    struct enabling_words words;
    /* Of an enabling: the folder of 'flight enable', a dtrace.conf or DOF ("-": standard input); NULL: none. */
    const char *path;
    bool demo;          /* boots the demonstration, not the least that makes a system */
    bool real_time;     /* not counted in instructions */
    const char *format; /* "text" or "json" of what was recorded; NULL: text */
    bool console;       /* the kernel's text is shown, too, on stderr */
    struct enabling enabling;
    struct file_bytes file; /* of `path`, if that is no folder */
};

/* Whether anything says what is to be traced. */
bool traced_run_wanted(const struct traced_run *traced);

/* Compiles, and adds modules and defaults to the plan, which then needs both the modules' bytes and `traced`.
 * FLIGHT_SUCCESS, or after complaints on stderr the status to leave with. */
enum flight_status traced_run_prepare(struct traced_run *traced, struct run_plan *plan);

/* Prints on stdout what a boot that ended with `status` recorded, and on stderr what the kernel said of the
 * enabling, last that a program matched nothing.  Gives the status to leave with: the argument of exit(), if all went
 * well, FLIGHT_FAILURE if the kernel refused a program. */
enum flight_status traced_run_tell(const struct traced_run *traced, const struct run_plan *plan,
                                   const struct file_bytes *capture, enum flight_status status);

void traced_run_free(struct traced_run *traced);
