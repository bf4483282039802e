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

/* A whole number from 0 on, of any of C's bases, and what stands behind its digits.  False: there is none, or it is
 * too large. */
bool d_number_parse(const char *text, uint64_t *number, const char **rest);

/* "x.y" or "x.y.z", packed as d_compile_options has it.  False: it is none, or too large. */
bool d_version_parse(const char *text, uint32_t *version);

/* Some of the words below, by their places in their lists. */
enum {
    D_STABILITY_UNSTABLE = 4,
    D_STABILITY_STABLE = 6,
    D_STABILITY_COMMON = 5
};

/* "Name/Data/Class", any of the last two left out: the highest.  False: a word is none. */
bool d_stability_parse(const char *text, size_t length, int *attributes /* [3] */);
