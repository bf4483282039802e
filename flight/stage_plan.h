/* What is to be put into an image: which file under which name, checked before anything is written.
 *
 * Every refusal is one line on stderr, and counted. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "flight/commands.h"
#include "flight/fat_list.h"

#define STAGE_TOP    "os"         /* what is listed: it has both of the others */
#define STAGE_BOOTFS "os/bootfs"  /* where the boot menu looks */
#define STAGE_NEW    "flight.new" /* in "os", where files are until they are whole */

struct stage_file {
    char *name;                  /* below os/bootfs */
    char *source;                /* on the host */
    uint64_t size;               /* bytes */
    const struct fat_entry *old; /* what it replaces, or NULL */
    size_t group;                /* files of one folder that replace, or that do not */
    bool staged;
};

struct stage_plan {
    const struct flight_command *command;
    struct stage_file *files;
    size_t count;
    size_t capacity;
    char **folders; /* to be made first, below os/bootfs; those above before those below */
    size_t folder_count;
    size_t folder_capacity;
    enum flight_status status; /* FLIGHT_SUCCESS: nothing was refused */
};

/* Takes one argument: FILE, FILE:NAME, or DIR. */
void stage_plan_add(struct stage_plan *plan, const char *argument);

/* Holds the names against each other and against what is staged already, and puts them into order:
 * by groups, and by names within each; groups that replace nothing come first.  `staged` has to
 * stay while the plan does. */
void stage_plan_settle(struct stage_plan *plan, const struct fat_list *staged);

/* The bytes of a name before its last slash, 0 if there is none. */
size_t stage_plan_folder_length(const char *name);

void stage_plan_free(struct stage_plan *plan);
