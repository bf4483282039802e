/* What the generator makes and the DOF writer takes. */
#pragma once

#include "flight/d/node.h"

struct d_difo_variable {
    const char *name;
    uint32_t id;
    uint8_t kind;   /* as in DOF: 0 array, 1 scalar */
    uint8_t scope;  /* 0 global, 1 thread, 2 local */
    uint16_t flags; /* 1 read, 2 written */
    struct d_difo_type {
        uint8_t kind;  /* 0 CTF, 1 string */
        uint8_t ckind; /* enum d_type_kind */
        uint8_t flags; /* 1 by reference, 2 by user's reference */
        uint32_t size; /* bytes */
    } type;
};

struct d_difo {
    uint32_t *code;
    size_t code_count;
    uint64_t *integers;
    size_t integer_count;
    struct d_buffer strings; /* begins with a NUL if there is any */
    struct d_difo_variable *variables;
    size_t variable_count;
    struct d_difo_type result;
    bool destructive; /* calls copyout() or copyoutstr() */
};

struct d_action {
    struct d_action *next;
    uint32_t kind; /* enum dof_action_kind */
    uint32_t ntuple;
    uint64_t arg;
    const char *format; /* goes into the string table, and its place into arg; NULL: arg as it is */
    uint64_t uarg;
    struct d_difo *difo; /* NULL: none */
};

/* A clause on one description. */
struct d_ecb {
    struct d_ecb *next;
    struct d_probe_name probe;
    struct d_difo *predicate; /* NULL: none */
    struct d_action *actions; /* NULL: the default action */
    uint64_t uarg;
};

/* generate.c: code for a resolved expression; D_NOREG, D_CG_EXPR, D_CG_DYN leave. */
struct d_difo *d_generate(struct d_compiler *compiler, struct d_node *node);
/* "setx value; ret": aggregations' ids, counts. */
struct d_difo *d_generate_constant(struct d_compiler *compiler, uint64_t value);
/* "ret %r0" with the result {integer, 8}: of printf() without arguments. */
struct d_difo *d_generate_nothing(struct d_compiler *compiler);

/* action_statement.c, aggregate.c: the actions of a resolved statement, with their checks (sections 5.3 to 6.5), and after
 * each statement the rules of combination (5.6). */
struct d_ecb *d_clause_actions(struct d_compiler *compiler, struct d_clause *resolved,
                               const struct d_probe_description *probe);

/* print_format.c: section 5.4.  The stored form of a format, with every argument checked; `arguments` are
 * resolved; for printa() they are aggregations. */
const char *d_print_format(struct d_compiler *compiler, struct d_place place, const char *function,
                           const char *format, struct d_node *arguments, bool aggregations);

/* dof_write.c: section 8 of the format. */
struct d_bytes d_dof_write(struct d_compiler *compiler, const struct d_ecb *ecbs);
struct d_bytes d_dof_write_options(struct d_compiler *compiler);
