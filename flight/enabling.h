/* An enabling: D programs compiled for the kernel, and what dtrace -A leaves beside them.
 *
 * The objects, in this order: one for each program, what prints a fault (dtrace:::ERROR), the options. */
#pragma once

#include "flight/commands.h"
#include "flight/enabling_words.h"

struct kernel_types;

struct enabling {
    struct kernel_types *kernel; /* what it is compiled for; NULL: nothing is known of it */
    struct d_compiler *compiler;
    struct d_bytes *objects; /* each is DOF */
    size_t count;
    size_t capacity;
};

/* Compiles what was said, which has at least one program, for a kernel (NULL: the one beside this program, if it is
 * there), with a warning on stderr if its types are not to be had.  FLIGHT_SUCCESS, or after complaints on stderr the
 * status to leave with: FLIGHT_FAILURE for a program that is refused.  To be freed in either case. */
enum flight_status enabling_compile(struct enabling *enabling, const struct flight_command *command,
                                    const char *kernel, const struct enabling_words *words);
void enabling_free(struct enabling *enabling);
