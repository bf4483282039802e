/* sh: from a word as it was written to what it means.
 *
 * A word becomes a row of cells: bytes that know whether they were quoted, and whether they came
 * out of a variable or a command.  Only those that did and were not quoted are cut at blanks
 * (sh_fields.c), only those that were not quoted have a meaning in patterns (sh_pattern.c). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/user/sh.h"
#include "kernel/user/sh_syntax.h"

/* A byte in the low half, perhaps with one of the first two; or one of the others, and no byte. */
enum sh_cell {
    SH_CELL_QUOTED = 0x100,
    SH_CELL_EXPANDED = 0x200, /* and not quoted */
    SH_CELL_QUOTES = 0x400,   /* here were quotes: there is a word even if it is empty */
    SH_CELL_BREAK = 0x800,    /* a word ends here ("$@") */
    SH_CELL_NONE = 0x1000,    /* "$@" without parameters, which is no word, whatever the quotes */
};

static inline bool sh_cell_is_byte(uint16_t cell)
{
    return (cell & (SH_CELL_QUOTES | SH_CELL_BREAK | SH_CELL_NONE)) == 0;
}

/* Bytes with what is known of each: SH_CELL_.... */
struct sh_cells {
    uint16_t *at;
    size_t length;
};

/* --- sh_expand.c --- */

/* Expands a word onto the stack.  False: it failed, which has been told. */
bool sh_expand_cells(struct sh *sh, const struct sh_word *word, struct sh_cells *cells);

/* The same where there are no fields and no files: assignments, targets, subjects. */
bool sh_expand_text(struct sh *sh, const struct sh_word *word, struct slice *text);

/* The text of a here-document. */
bool sh_expand_here(struct sh *sh, const struct sh_word *word, struct slice *text);

/* The bytes of cells, onto the stack. */
bool sh_push_cells(struct sh *sh, struct sh_cells cells);

/* Bytes of cells, on the stack; a break is a blank. */
bool sh_cells_text(struct sh *sh, struct sh_cells cells, struct slice *text);

/* --- Between sh_expand.c and sh_parameter.c --- */

struct sh_expansion {
    struct sh *sh;
    struct sh_parser source; /* the word: at, line */
    uint32_t start;          /* of the cells on the stack */
    bool quoted;             /* within double quotes */
    bool held;               /* and further quotes do not change that: "${x-"a"}" */
    bool expanded;           /* within ${x-WORD}: what is not quoted counts as expanded */
    bool here;               /* a here-document: quotes are text */
};

/* Behind the cells that are there; a value's bytes count as expanded.  False: memory is
 * full. */
bool sh_put_cell(struct sh_expansion *expansion, unsigned cell);
bool sh_put_value(struct sh_expansion *expansion, struct slice value);

/* What stands between here and `end` of the source, with the present meaning of quotes. */
bool sh_expand_until(struct sh_expansion *expansion, size_t end);

/* `$...` at the place where the source is. */
bool sh_expand_dollar(struct sh_expansion *expansion);
bool sh_expand_backticks(struct sh_expansion *expansion);

/* What stands between two places of the source, as cells of its own behind those that are there. */
bool sh_expand_apart(struct sh_expansion *expansion, size_t from, size_t to,
                     struct sh_cells *cells);

/* --- sh_fields.c --- */

struct sh_fields {
    const char **at; /* on the stack, with a NULL at the end */
    int count;
};

/* Expands words into fields: cut at blanks, patterns replaced by the files that there are. */
bool sh_expand_fields(struct sh *sh, const struct sh_word *first, struct sh_fields *fields);

/* --- sh_pattern.c --- */

/* Whether the whole text matches. */
bool sh_pattern_matches(struct sh_cells pattern, struct slice text);

/* Whether anything in it has a meaning of its own. */
bool sh_is_pattern(struct sh_cells cells);

/* --- sh_glob.c --- */

/* Puts the paths of files that match on the stack, one behind the other with a NUL, in their order;
 * *count may be 0. */
bool sh_glob(struct sh *sh, struct sh_cells pattern, uint32_t *count);

/* --- sh_arithmetic.c --- */

/* What an expression is worth; false: it makes no sense, which has been told. */
bool sh_arithmetic(struct sh *sh, struct slice text, int64_t *value);
