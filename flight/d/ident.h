/* Names of D: variables, built-ins, functions, actions, aggregations, inlines, enumerators. */
#pragma once

#include "flight/d/compiler.h"
#include "flight/d/types.h"

enum d_ident_kind {
    D_IDENT_ARRAY, /* associative, or args[], uregs[], vmregs[] */
    D_IDENT_SCALAR,
    D_IDENT_FUNCTION, /* a subroutine of DIF */
    D_IDENT_AGGREGATION,
    D_IDENT_AGGREGATING, /* count(), sum(), ... */
    D_IDENT_ACTION,      /* trace(), printf(), ... */
    D_IDENT_SYMBOL,
    D_IDENT_ENUMERATOR,
};

/* Whose a variable is. */
enum d_scope {
    D_SCOPE_GLOBAL,
    D_SCOPE_THREAD,
    D_SCOPE_LOCAL
};

/* One parameter of a function, key of an array or of an aggregation. */
struct d_parameter {
    struct d_parameter *next;
    const struct d_type *type; /* NULL: any */
    const char *name;          /* of a parametrised inline; NULL: none */
    struct d_ident *ident;     /* of a parametrised inline: what its body refers to; NULL: none */
    bool optional;
    bool userland;
};

struct d_ident {
    struct d_ident *next; /* in order of appearance */
    const char *name;
    enum d_ident_kind kind;
    enum d_scope scope;
    uint32_t id; /* variable, subroutine, action (enum d_action_name) or aggregation */
    const struct d_type *type; /* NULL: not known yet */
    struct d_place place;      /* where it was made */
    bool builtin;
    bool declared; /* by a declaration of the text */
    bool writable;
    bool kept; /* an object may have it: its size stands */
    bool userland;
    bool has_attributes;
    int attributes[3];     /* stability of name, data, class: option.h */
    const char *prototype; /* of a built-in name until it is first used: builtin.h */
    uint32_t min_version;  /* hidden below this option version */

    bool has_parameters; /* of an array or aggregation: known; of a function: always */
    bool variadic;       /* further arguments of any type may follow */
    struct d_parameter *parameters;

    struct d_node *inline_body;  /* NULL: no inline */
    struct d_ident *function;    /* of an aggregation: what it was first assigned */
    bool quantized;              /* of it: the next is known */
    uint64_t quantize_parameter; /* of it: packed, as its action's arg */
    bool passing;                /* a parameter: known while what it belongs to is read */
    bool bound;                  /* a translator's parameter: its value is in bound_register */
    uint32_t bound_register;
    struct d_symbol *symbol; /* of D_IDENT_SYMBOL */
};

/* ident.c */
struct d_idents *d_idents_open(struct d_compiler *compiler, uint32_t first_id);
struct d_ident *d_idents_find(const struct d_idents *idents, const char *name);
/* In the table, with the next id (D_ID_OFLOW if there is none) when `numbered`. */
struct d_ident *d_idents_add(struct d_compiler *compiler, struct d_idents *idents, const char *name,
                             enum d_ident_kind kind, bool numbered);
struct d_ident *d_idents_first(const struct d_idents *idents);
/* The number of what is added next; and a table that begins where that of another compiler ended, so that
 * both one's programs can be loaded side by side. */
uint32_t d_idents_next(const struct d_idents *idents);
void d_idents_go_on(struct d_idents *idents, uint32_t next_id);
/* The newest of the name. */
void d_idents_remove(struct d_idents *idents, const char *name);
/* What a program that was refused left behind it in the middle of an inline or a translator. */
void d_idents_remove_passing(struct d_idents *idents);
/* Of what is there now, objects may tell. */
void d_idents_keep(struct d_idents *idents);
struct d_idents *d_idents_of(struct d_compiler *compiler, enum d_scope scope);
uint32_t d_parameter_count(const struct d_parameter *list);
/* As many, each of a type that is compatible with the other's. */
bool d_parameters_compatible(const struct d_parameter *left, const struct d_parameter *right);
/* "associative array", "scalar", ...: section 2.3. */
const char *d_ident_kind_text(enum d_ident_kind kind);

/* builtin.c: all variables, functions, aggregating functions and actions of section 5 and 6. */
void d_builtins_enter(struct d_compiler *compiler);
