/* Inside the making of actions: what its parts share. */
#pragma once

#include "flight/d/difo.h"

/* The actions of a clause, as they are added. */
struct d_action_list {
    struct d_compiler *compiler;
    struct d_action *first, *last;
    uint64_t uarg; /* of the statement that is made now */

    const struct d_action *checked; /* up to here combination.c has looked; NULL: nowhere */
    struct {
        bool committed, speculating, recorded;
    } seen;
};

/* Behind the last one of the list; what comes back can be filled in. */
struct d_action *d_action_add(struct d_action_list *list, uint32_t kind, struct d_difo *difo);
/* An expression that records nothing. */
struct d_action *d_action_add_silent(struct d_action_list *list, struct d_node *node);
/* What may stand as a key, too: stack(), sym() and their like.  False: `call` is none of them. */
bool d_action_key(struct d_action_list *list, struct d_node *call);

/* aggregate.c: "@a[keys] = function(value)". */
void d_aggregate(struct d_action_list *list, struct d_node *assignment);

/* print_action.c: printf(), system(), freopen(), printa(). */
void d_action_printf(struct d_action_list *list, struct d_node *call, uint32_t kind);
void d_action_freopen(struct d_action_list *list, struct d_node *call);
void d_action_printa(struct d_action_list *list, struct d_node *call);

/* combination.c: whether what was added since the last call may stand with the rest (section 5.6). */
void d_combination_check(struct d_action_list *list);
