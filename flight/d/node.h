/* The tree that the parser makes, the resolver types, and the generator turns into DIF. */
#pragma once

#include "flight/d/ident.h"
#include "flight/d/kernel_facts.h"
#include "flight/d/token.h"

enum d_node_kind {
    D_NODE_INT,    /* value, type */
    D_NODE_STRING, /* text, length; type string */
    D_NODE_NAME, /* text (with backquotes): before it is resolved; afterwards ident, and VARIABLE or so */
    D_NODE_VARIABLE,    /* ident; list: keys, of an associative array */
    D_NODE_SYMBOL,      /* ident (its symbol) */
    D_NODE_CALL,        /* first: what is called (a NAME); list: arguments; resolved: ident */
    D_NODE_AGGREGATION, /* text; list: keys; resolved: ident */
    D_NODE_INDEX,       /* first [list]; resolved: VARIABLE, or UNARY * of BINARY + */
    D_NODE_MEMBER,      /* first . text, or first -> text by `op`; resolved: member */
    D_NODE_UNARY, /* op: ADD SUB NOT LNOT MUL (deref) AND (address) INC DEC SIZEOF STRINGOF; first */
    D_NODE_POSTFIX, /* op: INC DEC; first */
    D_NODE_BINARY, /* op (assignments and COMMA as well); first, second; text: what it is called if nobody wrote it */
    D_NODE_CONDITION, /* first ? second : third */
    D_NODE_CAST,      /* first, to `type` */
    D_NODE_XLATE,     /* first, to `named`; resolved: translator */
    D_NODE_SELF,
    D_NODE_THIS,   /* what stands before -> of self and this */
    D_NODE_SCOPED, /* self->text, this->text by `scope`: made by the parser; resolved: VARIABLE */
    D_NODE_INLINE, /* use of an inline: ident, first (its body, resolved), cast to the ident's type */
};

struct d_node {
    struct d_node *next; /* in an argument list */
    enum d_node_kind kind;
    enum d_token_kind op;
    struct d_place place;
    struct d_node *first, *second, *third, *list;
    uint64_t value;
    const char *text;
    size_t length;
    enum d_scope scope;
    const struct d_type *named; /* the type that the text names */
    uint32_t depth;             /* of the tree below: bounded, since all walk it by recursion */

    /* What the resolver finds. */
    bool resolved;
    bool lvalue, writable, userland;
    bool by_reference; /* its register holds an address of the value */
    bool is_signed;
    const struct d_type *type;
    struct d_ident *ident;
    const struct d_member *member;
    struct d_translator *translator;

    uint32_t reg; /* the generator's */
};

struct d_probe_description {
    struct d_probe_description *next;
    struct d_probe_name name; /* macros replaced; never NULL fields */
    struct d_place place;
    bool checked; /* d_probe_check() has looked at it: clauses made of one share it */
};

/* What stands in a clause's body; after d_conditionals_rewrite expressions alone. */
enum d_statement_kind {
    D_STATEMENT_EXPRESSION,
    D_STATEMENT_IF
};

struct d_statement {
    struct d_statement *next;
    enum d_statement_kind kind;
    struct d_place place;
    struct d_node *expression; /* or the condition */
    struct d_statement *then, *otherwise;
};

struct d_clause {
    struct d_clause *next;
    struct d_place place;
    struct d_probe_description *probes;
    struct d_node *predicate; /* NULL: none */
    struct d_statement *statements;
};

/* A member of a translator's output, and what it becomes. */
struct d_translation {
    struct d_translation *next;
    const char *name;
    const struct d_member *member;
    struct d_node *expression;
    struct d_place place;
};

struct d_translator {
    struct d_translator *next;
    const struct d_type *output, *input;
    struct d_ident *parameter;
    struct d_translation *members; /* in the order of the text */
    struct d_place place;
};

struct d_provider_probe {
    struct d_provider_probe *next;
    const char *name;
    struct d_parameter *native,
        *translated; /* translated == native where there is no second list */
    uint32_t *map;   /* translated argument to native one */
};

/* A provider that the program declares. */
struct d_provider {
    struct d_provider *next;
    const char *name;
    struct d_provider_probe *probes;
    struct d_place place;
};

struct d_program {
    struct d_clause *clauses; /* after rewriting: no D_STATEMENT_IF is left */
    bool has_external;        /* a clause, inline, translator or provider */
};

/* node.c */
struct d_node *d_node_new(struct d_compiler *compiler, enum d_node_kind kind, struct d_place place);
struct d_node *d_node_int(struct d_compiler *compiler, struct d_place place, uint64_t value,
                          const struct d_type *type);
/* Make a node and fold it if all its operands are INT nodes (section 3.3); D_DIV_ZERO leaves. */
struct d_node *d_node_unary(struct d_compiler *compiler, struct d_place place, enum d_token_kind op,
                            struct d_node *operand);
struct d_node *d_node_binary(struct d_compiler *compiler, struct d_place place,
                             enum d_token_kind op, struct d_node *left, struct d_node *right);
struct d_node *d_node_condition(struct d_compiler *compiler, struct d_place place,
                                struct d_node *condition, struct d_node *yes, struct d_node *no);
struct d_node *d_node_cast(struct d_compiler *compiler, struct d_place place,
                           const struct d_type *type, struct d_node *operand);
/* Must be called for every node that is put below another one by hand: D_SYNTAX if the tree grows too deep. */
void d_node_below(struct d_compiler *compiler, struct d_node *node, const struct d_node *child);
/* A constant above 0. */
bool d_node_is_positive(const struct d_node *node);
/* How many nodes a list has. */
uint32_t d_node_count(const struct d_node *list);
/* A copy that shares nothing that resolving or generating changes. */
struct d_node *d_node_copy(struct d_compiler *compiler, const struct d_node *node);

/* parser.c: the whole text; declarations, inlines, translators and pragmas take effect on the way. */
struct d_program *d_parse(struct d_compiler *compiler, const struct d_source *source);

/* parse_probe.c: "a:b:c" to fields, macros replaced, or the kernel's probe with a number to its names (both
 * D_PDESC_INVAL); and whether the kernel has such a probe (D_PDESC_ZERO: an error or a warning, as the caller of the
 * compiler wants). */
struct d_probe_description *d_probe_description(struct d_compiler *compiler, struct d_place place,
                                                const char *text);
struct d_probe_description *d_probe_numbered(struct d_compiler *compiler, struct d_place place,
                                             uint64_t number);
void d_probe_check(struct d_compiler *compiler, struct d_probe_description *probe);

/* conditional.c: if and else become clauses (section 2.8). */
void d_conditionals_rewrite(struct d_compiler *compiler, struct d_program *program);

/* resolve*.c: types, identifiers, conversions; the node or what replaces it. */
struct d_node *d_resolve(struct d_compiler *compiler, struct d_node *node);
/* A whole clause for one description: actions, then predicate (D_PRED_SCALAR); see section 2.2 for the second
 * try.  The clause's own trees are copied, so it can be done again for the next description. */
struct d_clause *d_resolve_clause(struct d_compiler *compiler, const struct d_clause *clause,
                                  const struct d_probe_description *probe);
/* May `node` be assigned to (passed for, used as a key of) `type`?  Section 3.2. */
bool d_assignable(const struct d_type *type, bool userland, const struct d_node *node);
/* translator.c */
/* What makes `named`, a struct or a pointer to one, of `input`: the first that fits best; NULL: nothing does. */
struct d_translator *d_translator_find(const struct d_compiler *compiler,
                                       const struct d_type *named, const struct d_node *input);
/* One that was read: its members become resolved.  D_XLATE_SOU, _REDECL, _MEMB, _INCOMPAT leave. */
void d_translator_check(struct d_compiler *compiler, struct d_translator *translator);
/* probe_arguments.c: args[index] of compiler->probe (D_ARGS_...): a node of its type, resolved. */
struct d_node *d_resolve_args(struct d_compiler *compiler, struct d_node *node);
