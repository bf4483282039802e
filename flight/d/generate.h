/* Inside the generator: a DIFO while it is made.  Section 7 of the language. */
#pragma once

#include "flight/d/difo.h"

/* The register that is always 0. */
#define D_REGISTER_ZERO 0u

struct d_making {
    struct d_compiler *compiler;
    struct d_difo *difo;
    size_t code_capacity, integer_capacity, variable_capacity;
    bool used[8];     /* registers */
    uint32_t *labels; /* where each leads: an instruction's number */
    size_t label_count, label_capacity;
    struct d_used_ident {
        struct d_used_ident *next;
        struct d_ident *ident;
        uint16_t flags;
    } * idents;
};

/* difo_tables.c */
uint32_t d_making_integer(struct d_making *making, uint64_t value);
uint32_t d_making_string(struct d_making *making, const char *text);
void d_making_use(struct d_making *making, struct d_ident *ident, uint16_t flag);
/* Variables into their table, once all code is there. */
void d_making_variables(struct d_making *making);
struct d_difo_type d_difo_type_of(const struct d_type *type, bool by_reference, bool userland);

/* instruction.c: emits; fields as in dif.h. */
void d_emit(struct d_making *making, uint32_t op, uint32_t r1, uint32_t r2, uint32_t rd);
void d_emit_index(struct d_making *making, uint32_t op, uint32_t index, uint32_t rd);
void d_emit_setx(struct d_making *making, uint64_t value, uint32_t rd);
uint32_t d_label_new(struct d_making *making);
void d_label_here(struct d_making *making, uint32_t label);
void d_emit_branch(struct d_making *making, uint32_t op, uint32_t label);
/* The lowest free one; D_NOREG leaves. */
uint32_t d_register_take(struct d_making *making);
void d_register_free(struct d_making *making, uint32_t reg);
/* Branches get their targets. */
void d_making_finish(struct d_making *making);

/* generate_expression.c: code for a node; the register that holds the value is node->reg, taken. */
void d_gen(struct d_making *making, struct d_node *node);
/* Shifts left and right again: what is above the low `bits` becomes copies of their sign, or zero. */
void d_gen_extend(struct d_making *making, uint32_t reg, uint64_t bits, bool is_signed);
/* "op R, value, R". */
void d_gen_with_constant(struct d_making *making, uint32_t op, uint32_t reg, uint64_t value);
/* The value in `reg` from one scalar type to another. */
void d_gen_convert(struct d_making *making, uint32_t reg, const struct d_type *from,
                   const struct d_type *to);
/* left op right for the register of a binary or compound operator; the right one is freed. */
void d_gen_operation(struct d_making *making, const struct d_node *node, enum d_token_kind op,
                     struct d_node *left, struct d_node *right);
/* What a pointer moves by; 1 of what is none. */
uint64_t d_stride(const struct d_type *type);

/* generate_variable.c */
void d_gen_variable(struct d_making *making, struct d_node *node);
void d_gen_call(struct d_making *making, struct d_node *node);
void d_gen_assign(struct d_making *making, struct d_node *node);
void d_gen_step(struct d_making *making, struct d_node *node);

/* generate_memory.c */
void d_gen_load(struct d_making *making, uint32_t reg, const struct d_node *node);
/* The address of an lvalue in memory: a dereference, a member, a symbol. */
void d_gen_address(struct d_making *making, struct d_node *node);
void d_gen_member(struct d_making *making, struct d_node *node);
/* Stores `value` into the lvalue `to`, whose address is generated (again). */
void d_gen_store(struct d_making *making, struct d_node *to, uint32_t value);
bool d_in_memory(const struct d_node *node);
/* "st [address]" by size and kind. */
void d_gen_put(struct d_making *making, const struct d_type *type, uint32_t value,
               uint32_t address);

/* generate_xlate.c */
void d_gen_xlate(struct d_making *making, struct d_node *node, bool assigned);
void d_gen_translated(struct d_making *making, struct d_node *node);
