/* An enabling: D programs compiled for the kernel, and what dtrace -A leaves beside them.
 *
 * The objects, in this order: one for each program, what prints a fault (dtrace:::ERROR), the options. */
#pragma once

#include "flight/commands.h"
#include "flight/enabling_words.h"

struct enabling {
    struct d_compiler *compiler;
    struct d_bytes *objects; /* each is DOF */
    size_t count;
    size_t capacity;
};

/* Compiles what was said, which has at least one program.  FLIGHT_SUCCESS, or after complaints on stderr the
 * status to leave with: FLIGHT_FAILURE for a program that is refused.  To be freed in either case. */
enum flight_status enabling_compile(struct enabling *enabling, const struct flight_command *command,
                                    const struct enabling_words *words);
void enabling_free(struct enabling *enabling);
