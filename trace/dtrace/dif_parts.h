/* What the parts of the DIF verifier share. */
#pragma once

#include "trace/dtrace/dif.h"

struct dif_check {
    struct dif_object *object;
    struct dif_declarations *declarations;
    struct dif_problem *problem;
    uint32_t pc; /* UINT32_MAX: the object as a whole */
};

/* Always false. */
static inline bool dif_refuse(const struct dif_check *check, const char *text, uint64_t value)
{
    *check->problem = (struct dif_problem){text, check->pc, value};
    return false;
}

/* Checks the table of variables and declares what is in it. */
bool dif_declare_all(const struct dif_check *check);

/* Whether the object's own table has this variable, of this kind. */
bool dif_is_declared(const struct dif_check *check, enum dif_scope scope,
                     enum dif_variable_kind kind, uint32_t id);

/* Follows all paths at once, and refuses calls that one of them reaches with too few arguments.  The
 * instructions have been checked one by one. */
bool dif_check_calls(struct dif_check *check);

/* Bytes of the variable, as all objects have declared it; 0: nobody has. */
uint32_t dif_declared_size(const struct dif_check *check, enum dif_scope scope, uint32_t id);

/* Bytes of the largest dynamic variable that the object stores, with its keys; 0: it stores none. */
uint32_t dif_chunk(const struct dif_check *check);
