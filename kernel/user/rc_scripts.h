/* The scripts of a start or a stop: read from files and put into their order (rcorder.h).  What is wrong
 * is told, a line each, in the name of rcorder, whoever asks. */
#pragma once

#include "kernel/user/rcorder.h"

enum {
    RC_KEYWORDS_MAX = 8, /* of each list */
};

struct rc_scripts {
    struct rcorder order;
    bool faulty; /* something was told */

    /* Private. */
    bool full;
    uint32_t keeps, skips;
    const char *keep[RC_KEYWORDS_MAX], *skip[RC_KEYWORDS_MAX];
};

/* The order lies in the heap of the process.  False: there is none, which has been told. */
bool rc_scripts_start(struct rc_scripts *scripts);

/* Takes -k and -s, keywords to keep and to skip, and -D, a directory whose files are added in the order
 * of their names.  False: it is none of them, or there are too many. */
bool rc_scripts_take_option(struct rc_scripts *scripts, char option, const char *value);

/* Directories are passed over, as rcorder(8) does, and empty files: an empty boot module takes a script
 * of the boot archive away. */
void rc_scripts_add(struct rc_scripts *scripts, const char *path);

/* Puts them in order; what is wrong with it has been told. */
void rc_scripts_sort(struct rc_scripts *scripts);

/* It has a keyword of -k, if there are such, and none of -s. */
bool rc_scripts_is_wanted(const struct rc_scripts *scripts, uint32_t script);

/* The path of a script, with a NUL behind it. */
void rc_scripts_path(const struct rc_scripts *scripts, uint32_t script,
                     char path[RCORDER_NAME_MAX + 1]);
