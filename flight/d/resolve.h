/* Inside the resolver: what its parts share. */
#pragma once

#include "flight/d/builtin.h"
#include "flight/d/node.h"

/* What a name that does not exist becomes. */
enum d_resolve_mode {
    D_RESOLVE_READ,   /* a mistake */
    D_RESOLVE_ASSIGN, /* a variable whose type its first value decides */
    D_RESOLVE_CHANGE, /* of ++ and --: an int64_t */
    D_RESOLVE_UNARY,  /* below other unary operators: an int64_t, unless it is a plain name */
};

/* Gives the node that takes this one's place, with its type. */
struct d_node *d_resolve_in(struct d_compiler *compiler, struct d_node *node,
                            enum d_resolve_mode mode);
/* All of an argument list, in order. */
struct d_node *d_resolve_list(struct d_compiler *compiler, struct d_node *list);

/* Type, and what follows from it: sign, by reference. */
void d_node_set_type(struct d_node *node, const struct d_type *type);

/* D_ATTR_MIN, if one of the three attributes of `what` is below the option amin. */
void d_check_stability(struct d_compiler *compiler, const int *attributes, const char *what);

/* resolve_name.c */
struct d_node *d_resolve_name(struct d_compiler *compiler, struct d_node *node,
                              enum d_resolve_mode mode);
struct d_node *d_resolve_scoped(struct d_compiler *compiler, struct d_node *node,
                                enum d_resolve_mode mode);
struct d_node *d_resolve_index(struct d_compiler *compiler, struct d_node *node,
                               enum d_resolve_mode mode);
struct d_node *d_resolve_aggregation(struct d_compiler *compiler, struct d_node *node,
                                     enum d_resolve_mode mode);

/* resolve_inline.c */
struct d_node *d_resolve_inline(struct d_compiler *compiler, struct d_node *node,
                                struct d_ident *ident, struct d_node *arguments);
/* In a resolved tree, every use of `from` becomes a copy of `to`. */
struct d_node *d_substitute(struct d_compiler *compiler, struct d_node *tree,
                            const struct d_ident *from, const struct d_node *to);

/* resolve_operator.c */
struct d_node *d_resolve_unary(struct d_compiler *compiler, struct d_node *node);
struct d_node *d_resolve_binary(struct d_compiler *compiler, struct d_node *node);
struct d_node *d_resolve_condition(struct d_compiler *compiler, struct d_node *node);
struct d_node *d_resolve_cast(struct d_compiler *compiler, struct d_node *node);

/* resolve_assign.c */
struct d_node *d_resolve_assign(struct d_compiler *compiler, struct d_node *node);

/* resolve_member.c */
struct d_node *d_resolve_member(struct d_compiler *compiler, struct d_node *node);

/* resolve_call.c */
struct d_node *d_resolve_call(struct d_compiler *compiler, struct d_node *node);

/* translator.c */
struct d_node *d_resolve_xlate(struct d_compiler *compiler, struct d_node *node);
/* .text or ->text of a translated value. */
struct d_node *d_resolve_translated(struct d_compiler *compiler, struct d_node *node);

/* A translated pointer, an aggregation, a call of an action: no value. */
bool d_node_is_dynamic(const struct d_node *node);
bool d_node_is_action(const struct d_node *node); /* or of an aggregating function */
bool d_node_is_zero(const struct d_node *node);   /* the constant */
