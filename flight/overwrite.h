/* Output that would take the place of what is read. */
#pragma once

#include <stdbool.h>

#include "flight/commands.h"

/* Whether two paths lead to one file, of whatever names; then one line on stderr has said so, and FLIGHT_USAGE is what to
 * leave with.  `input` may be "-", standard input; of NULL for either there is nothing to say.  Devices are not
 * overwritten. */
bool overwrite_refused(const struct flight_command *command, const char *input, const char *output);
