/* The command line of one subcommand, described by a table.
 *
 * Options may stand before and after the operand: "--name VALUE", "--name=VALUE", "-n VALUE",
 * "-nVALUE"; letters without a value may share a dash: "-qn VALUE"; "--" ends them; "-" alone is an
 * operand. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "flight/commands.h"

/* An option that may be repeated: its values, in order. */
struct option_list {
    const char **items;
    size_t count;
    size_t capacity;
};

/* Options of several kinds in the order in which they were said. */
struct option_word {
    char letter;
    const char *value; /* NULL: it takes none */
    bool apart;        /* the value was an argument of its own */
};

/* Options and other words, in the order in which they stood. */
struct option_words {
    struct option_word *items;
    size_t count;
    size_t capacity;
};

/* One option; the target that is not NULL says what it takes. */
struct option_spec {
    const char *name;           /* without the dashes; NULL: only a letter */
    char letter;                /* 0: only a name */
    bool *flag;                 /* takes no value */
    struct option_words *words; /* by its letter */
    bool plain;                 /* of `words`: takes no value */
    const char **text;
    const char *const *choices; /* what `text` may be, ended by NULL; NULL: anything */
    struct option_list *list;   /* may be repeated */
    uint32_t *number;           /* minimum..maximum */
    uint32_t minimum;
    uint32_t maximum;
};

struct options {
    const struct flight_command *command;
    const struct option_spec *specs;
    size_t count;
    const char **operand;     /* NULL: there is none */
    const char *operand_name; /* NULL: it may be left out */
    struct option_list *more; /* further operands; NULL: there are none */
};

/* The choices of --format, where it has the usual two. */
extern const char *const options_formats[];
bool options_is_json(const char *format);

/* False: *status is what to leave with, after help that was asked for, or one line on stderr that says what is
 * wrong. */
bool options_parse(const struct options *options, size_t count, char **arguments,
                   enum flight_status *status);
