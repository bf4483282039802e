/* Options of D: -x, #pragma D option, setopt().  Section 8 of the language. */
#pragma once

#include "flight/d/compiler.h"

/* Where an option stands: some are not for everywhere. */
enum d_option_context {
    D_OPTION_COMMAND,
    D_OPTION_PRAGMA
};

/* Sets `name` to `value` (NULL: nothing behind it).  NULL: done; else why not: "Invalid option name" and so on. */
const char *d_option_set(struct d_compiler *compiler, const char *name, const char *value,
                         enum d_option_context context);

/* "Name/Data/Class", any of the last two left out: the highest.  False: a word is none. */
bool d_stability_parse(const char *text, size_t length, int *attributes /* [3] */);
