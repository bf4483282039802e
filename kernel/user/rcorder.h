/* The order in which scripts start, from what stands in their headers: rcorder(8) of FreeBSD.
 *
 * A header is the first run of lines that begin with "# PROVIDE:", "# REQUIRE:", "# BEFORE:" or
 * "# KEYWORD:" (also "# PROVIDES:", "# REQUIRES:", "# KEYWORDS:"), each with names behind it,
 * separated by blanks.  Lines before it do not matter; the first other line ends it.  A backslash
 * at the end of a line continues it.
 *
 *   - A script comes behind all scripts that provide what it requires, and behind those that want to
 *     be before what it provides.
 *   - Otherwise the order is that of the scripts as they were added, depth first: just before a script
 *     stand those that it waits for, in the order of its header.
 *   - A requirement that cannot be met is a problem, which is told, and left out; all else holds.
 *     In the order is every script, once.
 *
 * Pure logic.  No I/O, no recursion; the caller owns the memory. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boot/slice.h"
#include "trace/text.h"

enum {
    RCORDER_SCRIPTS_MAX = 512,
    RCORDER_NAME_MAX = 255, /* bytes of a path, and of what is provided or required */
    RCORDER_BUCKETS = 128,
};

/* Why a script cannot be added. */
enum rcorder_status {
    RCORDER_OK = 0,
    RCORDER_TOO_MANY_SCRIPTS,
    RCORDER_NAME_TOO_LONG,
    RCORDER_NO_MEMORY,
};
/* "there are more than 512 scripts" */
const char *rcorder_status_str(enum rcorder_status status);

enum rcorder_problem_kind {
    RCORDER_NO_PROVIDER = 1, /* `script` requires `name`, and nobody provides it */
    RCORDER_BEFORE_NOTHING,  /* `script` is before `name`, and nobody provides it */
    RCORDER_REQUIRES_ITSELF, /* `script` provides `name`, which it requires */
    RCORDER_BEFORE_ITSELF,   /* `script` provides `name`, before which it wants to be */
    RCORDER_CYCLE,           /* `script` does not wait for `other`, which waits for it */
};

struct rcorder_problem {
    enum rcorder_problem_kind kind;
    uint32_t script;
    uint32_t other; /* RCORDER_CYCLE */
    struct slice name;
};

/* What names stand for in a header. */
enum rcorder_kind {
    RCORDER_PROVIDE,
    RCORDER_REQUIRE,
    RCORDER_BEFORE,
    RCORDER_KEYWORD,
};

/* How far a header has been read; private. */
struct rcorder_reading {
    uint32_t state;
    enum rcorder_kind kind; /* of the present line */
    bool in_header, backslash, too_long;
    uint32_t length; /* of what stands in `text`: the beginning of a line, or a name */
    char text[RCORDER_NAME_MAX];
};

/* What the caller's memory holds is private: see rcorder.c. */
struct rcorder {
    char *memory;
    uint32_t scripts_max, count;
    uint32_t mentions;    /* used, the invalid first one included */
    uint32_t words_start; /* offset: words lie from here to the end */
    uint32_t buckets[RCORDER_BUCKETS];

    struct rcorder_reading reading;
    /* Ordering. */
    uint32_t ordered;
    void (*tell)(void *context, const struct rcorder_problem *problem);
    void *context;
};

/* `memory` is aligned for uint32_t and has `size` bytes, of which what lies beyond 256 MiB is not used; 64 KiB
 * are enough for 512 scripts with four names of 10 bytes each. */
void rcorder_start(struct rcorder *order, void *memory, size_t size);

/* Adds a script; its text follows.  If refused, it is not there, and its text must not follow. */
enum rcorder_status rcorder_add_script(struct rcorder *order, struct slice path);

/* Reads the next piece of the last script's text.  *more is false when the rest does not matter.
 * A name that is refused is left out; with RCORDER_NO_MEMORY, so is the rest of the header. */
enum rcorder_status rcorder_add_text(struct rcorder *order, struct slice text, bool *more);

/* The last script's text is at its end. */
enum rcorder_status rcorder_end_text(struct rcorder *order);

/* One step below: adds a name to the last script.  RCORDER_NO_MEMORY: it is not there. */
enum rcorder_status rcorder_add_name(struct rcorder *order, enum rcorder_kind kind,
                                     struct slice name);

/* Orders the scripts, once; tells each problem while it does.  Gives how many there were. */
uint32_t rcorder_sort(struct rcorder *order,
                      void (*tell)(void *context, const struct rcorder_problem *problem),
                      void *context);

/* Scripts are numbered as they were added, from 0 to order->count - 1. */
struct slice rcorder_path(const struct rcorder *order, uint32_t script);
bool rcorder_has_keyword(const struct rcorder *order, uint32_t script, struct slice keyword);

/* --- After rcorder_sort --- */

/* The script at that place of the order, from 0. */
uint32_t rcorder_at(const struct rcorder *order, uint32_t place);

/* Scripts of one group may start together: they wait only for scripts of groups below. */
uint32_t rcorder_group(const struct rcorder *order, uint32_t script);

/* Goes through the scripts that a script waits for; one may come several times.  Start with all of
 * it zero; false at the end. */
struct rcorder_cursor {
    uint32_t mention; /* of the script's own */
    uint32_t link;    /* in the chain of those who mention the same name */
    bool befores;
};
bool rcorder_next_wait(const struct rcorder *order, uint32_t script, struct rcorder_cursor *cursor,
                       uint32_t *waits_for);

/* Only while a cycle is told: the script of it that `script` waits for, from `other` to `script`. */
uint32_t rcorder_cycle_next(const struct rcorder *order, uint32_t script);

/* "/etc/rc.d/a: requires 'x', which no script provides; that is ignored", without an end of line. */
void rcorder_problem_print(const struct text_sink *sink, const struct rcorder *order,
                           const struct rcorder_problem *problem);
