/* What is shown of a DOF object, for people and for programs.
 *
 * Each DIFO and each list of actions is shown once, where it is referred to first.  Where sections overlap, an object
 * could say more than it has bytes: what is shown ends with `left`. */
#pragma once

#include <jansson.h>

#include "flight/dof_view.h"
#include "trace/dtrace/framework.h"

struct dof_show {
    const char *name; /* "x.dof", "dtrace.conf: dof-data-0" */
    const uint8_t *bytes;
    size_t size;
    bool refused; /* for the reason in `problem` */
    struct dof_problem problem;
    bool opened; /* the rest is valid */
    struct dof_view view;
    bool *seen;    /* section by section */
    uint64_t left; /* things of 4 bytes and more that may yet be shown */
};

/* Has `state`, which is as the kernel's, judge the object, and keep it if it is good. */
void dof_show_open(struct dof_show *show, const char *name, const uint8_t *bytes, size_t size,
                   struct dtrace *state);
void dof_show_close(struct dof_show *show);

/* Whether section `index` has not been shown; it is then taken for shown. */
bool dof_show_first(struct dof_show *show, uint32_t index);

/* Whether one thing more may be shown. */
bool dof_show_one(struct dof_show *show);

/* "lquantize" of its levels, the name of a library action: what an action's number means; false: nothing. */
bool dof_show_argument(const struct text_sink *sink, const struct dof_view_action *action);

/* Everything that is to be shown of it. */
void dof_show_text(const struct text_sink *sink, struct dof_show *show);
json_t *dof_show_json(struct dof_show *show);
