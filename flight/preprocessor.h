/* The C preprocessor of the system, run over a D program before it is compiled (-C). */
#pragma once

#include "flight/commands.h"
#include "flight/d/compile.h"
#include "flight/file_bytes.h"

/* Replaces `text` by what the preprocessor makes of it; `name` is the file's, for #line and for files beside it.
 * FLIGHT_SUCCESS, or after one line on stderr the status to leave with. */
enum flight_status preprocessor_run(const struct flight_command *command,
                                    const struct d_preprocessor *wanted, enum d_model model,
                                    const char *name, struct file_bytes *text);
