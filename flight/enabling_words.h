/* The letters of dtrace(1M) that say what to compile, as several subcommands take them. */
#pragma once

#include <stdbool.h>

#include "flight/d/compile.h"
#include "flight/options.h"

#define ENABLING_SPECS 19

/* Zeroed, nothing was said. */
struct enabling_words {
    struct option_words words;    /* programs, and what is set for them */
    struct option_list arguments; /* $1, $2, ...: what stands behind the options */
    bool strict;                  /* a description that matches no probe is an error */
    bool boots; /* at once: what such a description may mean is said behind that */
};

/* Writes the options that are to be understood; they lead into `words`. */
void enabling_words_specs(struct enabling_words *words, struct option_spec specs[ENABLING_SPECS]);

/* Which kind of program a letter brings; false: it brings none. */
bool enabling_words_is_program(char letter, enum d_source_kind *kind);

/* Whether there is a program. */
bool enabling_words_wanted(const struct enabling_words *words);

void enabling_words_free(struct enabling_words *words);

/* Of a synopsis, and of a help text. */
#define ENABLING_WORDS_SYNOPSIS "[-n CLAUSE]... [-s FILE.d]... [-x OPTION[=VALUE]]..."
#define ENABLING_WORDS_HELP                                                                        \
    "  -n CLAUSE          a program: provider:module:function:name [/predicate/] { actions }\n"    \
    "  -s FILE            a program from a file, '-' for standard input\n"                         \
    "  -P -m -f TEXT      as -n, but the description ends with provider, module or function\n"     \
    "  ARGUMENT...        $1, $2, ... of the programs\n"                                           \
    "  -x OPTION[=VALUE]  an option of D: bufsize=64k, quiet, strsize=32, ...\n"                   \
    "  -b SIZE -q -w -F -Z  bufsize=SIZE, quiet, destructive, flowindent, zdefs\n"                 \
    "  -C                 runs the system's cpp over files; -D NAME[=VALUE], -U NAME, -I DIR "     \
    "and\n"                                                                                        \
    "                     -H are for it\n"                                                         \
    "  -32, -64           data model: the kernel's (default), or that of a 64-bit system\n"        \
    "  --strict           a description without a probe is an error, not a warning\n"
