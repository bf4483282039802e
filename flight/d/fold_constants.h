/* Arithmetic on constants while a program is parsed: section 3.3 of the language.  Each gives the constant that takes
 * the operator's place, or NULL if an operand is none. */
#pragma once

#include "flight/d/node.h"

/* The signs, ~ and ! of a number; sizeof a string. */
struct d_node *d_fold_unary(struct d_compiler *compiler, struct d_place place, enum d_token_kind op,
                            const struct d_node *operand);
/* D_DIV_ZERO leaves, whatever is divided. */
struct d_node *d_fold_binary(struct d_compiler *compiler, struct d_place place,
                             enum d_token_kind op, const struct d_node *left,
                             const struct d_node *right);
struct d_node *d_fold_cast(struct d_compiler *compiler, struct d_place place,
                           const struct d_type *type, const struct d_node *operand);
/* sizeof of a type: D_SIZEOF_TYPE leaves if it has no size. */
struct d_node *d_fold_sizeof(struct d_compiler *compiler, struct d_place place,
                             const struct d_type *type);
/* D_OFFSETOF_TYPE, D_OFFSETOF_BITFIELD and D_UNKNOWN leave. */
struct d_node *d_fold_offsetof(struct d_compiler *compiler, struct d_place place,
                               const struct d_type *type, const char *member);
