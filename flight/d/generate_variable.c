/* Code for variables, keys, calls, assignments: section 7.2 of the language. */
#include "flight/d/generate.h"

#include <string.h>

#include "trace/dtrace/dif.h"

enum access {
    LOAD,
    STORE
};

#define READ    1u
#define WRITTEN 2u

static uint32_t opcode_of(const struct d_ident *ident, enum access access)
{
    static const uint8_t opcodes[2][3][2] = {
        {{DIF_OP_LDGS, DIF_OP_STGS}, {DIF_OP_LDTS, DIF_OP_STTS}, {DIF_OP_LDLS, DIF_OP_STLS}},
        {{DIF_OP_LDGAA, DIF_OP_STGAA}, {DIF_OP_LDTAA, DIF_OP_STTAA}, {0, 0}},
    };
    return opcodes[ident->kind == D_IDENT_ARRAY][ident->scope][access];
}

/* All values first, then all of them onto the tuple stack. */
static void gen_values(struct d_making *making, struct d_node *list)
{
    for (struct d_node *at = list; at != NULL; at = at->next)
        d_gen(making, at);
}

static void push(struct d_making *making, const struct d_node *node)
{
    struct d_difo_type type = d_difo_type_of(node->type, node->by_reference, node->userland);
    if (type.flags == 0) {
        d_emit(making, DIF_OP_PUSHTV, type.kind, D_REGISTER_ZERO, node->reg);
    } else {
        uint32_t size = D_REGISTER_ZERO;
        if (type.size != 0) {
            size = d_register_take(making);
            d_emit_setx(making, type.size, size);
        }
        d_emit(making, DIF_OP_PUSHTR, type.kind, size, node->reg);
        if (size != D_REGISTER_ZERO)
            d_register_free(making, size);
    }
    d_register_free(making, node->reg);
}

static void gen_tuple(struct d_making *making, struct d_node *list,
                      const struct d_parameter *parameter)
{
    uint32_t count = 0;
    gen_values(making, list);
    d_emit(making, DIF_OP_FLUSHTS, 0, 0, 0);
    for (struct d_node *at = list; at != NULL; at = at->next) {
        if (++count > making->compiler->options.tuple_registers)
            d_fail(making->compiler, "", "Insufficient tuple registers to generate code");
        if (parameter != NULL) {
            d_gen_convert(making, at->reg, at->type, parameter->type);
            parameter = parameter->next;
        }
        push(making, at);
    }
}

/* Values by reference get their memory at the first use: also where they are only read. */
static void gen_allocate(struct d_making *making, const struct d_node *node)
{
    const struct d_ident *ident = node->ident;
    uint32_t there = d_label_new(making);
    d_emit(making, DIF_OP_TST, node->reg, 0, 0);
    d_emit_branch(making, DIF_OP_BNE, there);
    d_emit_setx(making, d_type_size(ident->type), node->reg);
    d_emit(making, DIF_OP_ALLOCS, node->reg, 0, node->reg);
    d_emit_index(making, opcode_of(ident, STORE), ident->id, node->reg);
    d_emit_index(making, opcode_of(ident, LOAD), ident->id, node->reg);
    d_label_here(making, there);
}

static void gen_keyed(struct d_making *making, struct d_node *node)
{
    struct d_ident *ident = node->ident;
    gen_tuple(making, node->list, ident->parameters);
    node->reg = d_register_take(making);
    d_emit_index(making, opcode_of(ident, LOAD), ident->id, node->reg);
    if (!d_type_is_by_reference(ident->type))
        return;
    d_making_use(making, ident, WRITTEN);
    gen_allocate(making, node);
}

/* args[] are 64 bits wide: what is narrower is cut, and signed values are extended. */
static void gen_builtin_array(struct d_making *making, struct d_node *node)
{
    uint64_t size = d_type_size(node->type);
    d_gen(making, node->list);
    node->reg = node->list->reg;
    d_emit(making, DIF_OP_LDGA, node->ident->id, node->reg, node->reg);
    if (node->ident->id == DIF_ARRAY_ARGS && d_type_is_scalar(node->type) && size < 8)
        d_gen_extend(making, node->reg, 8 * size, node->is_signed);
}

void d_gen_variable(struct d_making *making, struct d_node *node)
{
    struct d_ident *ident = node->ident;
    if (ident->bound) {
        node->reg = d_register_take(making);
        d_emit(making, DIF_OP_MOV, ident->bound_register, 0, node->reg);
        return;
    }
    d_making_use(making, ident, READ);
    if (ident->kind == D_IDENT_ARRAY && ident->builtin) {
        gen_builtin_array(making, node);
    } else if (ident->kind == D_IDENT_ARRAY) {
        gen_keyed(making, node);
    } else {
        node->reg = d_register_take(making);
        d_emit_index(making, opcode_of(ident, LOAD), ident->id, node->reg);
    }
}

void d_gen_call(struct d_making *making, struct d_node *node)
{
    gen_tuple(making, node->list, node->ident->parameters);
    node->reg = d_register_take(making);
    d_emit_index(making, DIF_OP_CALL, node->ident->id, node->reg);
    if (node->ident->id == DIF_SUBR_COPYOUT || node->ident->id == DIF_SUBR_COPYOUTSTR)
        making->difo->destructive = true;
}

/* uregs[i] = e */
static void store_builtin(struct d_making *making, struct d_node *to, uint32_t value)
{
    d_gen(making, to->list);
    d_emit(making, DIF_OP_STGA, to->ident->id, to->list->reg, value);
    d_register_free(making, to->list->reg);
}

static void store_variable(struct d_making *making, struct d_node *to, uint32_t value,
                           bool keys_are_there)
{
    struct d_ident *ident = to->ident;
    d_making_use(making, ident, WRITTEN);
    if (ident->kind == D_IDENT_ARRAY && ident->builtin) {
        store_builtin(making, to, value);
        return;
    }
    if (ident->kind == D_IDENT_ARRAY && !keys_are_there)
        gen_tuple(making, to->list, ident->parameters);
    d_emit_index(making, opcode_of(ident, STORE), ident->id, value);
}

static void store(struct d_making *making, struct d_node *to, uint32_t value, bool keys_are_there)
{
    if (d_in_memory(to))
        d_gen_store(making, to, value);
    else
        store_variable(making, to, value, keys_are_there);
}

void d_gen_assign(struct d_making *making, struct d_node *node)
{
    struct d_node *left = node->first, *right = node->second;
    if (node->op == D_TOKEN_ASSIGN) {
        if (right->kind == D_NODE_XLATE)
            d_gen_xlate(making, right, true);
        else
            d_gen(making, right);
        node->reg = right->reg;
    } else {
        d_gen(making, left);
        uint32_t value = left->reg;
        d_gen_operation(making, node, node->op, left, right);
        node->reg = value;
    }
    store(making, left, node->reg, false);
}

void d_gen_step(struct d_making *making, struct d_node *node)
{
    struct d_node *operand = node->first;
    uint32_t op = node->op == D_TOKEN_INC ? DIF_OP_ADD : DIF_OP_SUB;
    d_gen(making, operand);
    node->reg = operand->reg;
    uint32_t step = d_register_take(making);
    d_emit_setx(making, d_stride(operand->type), step);
    bool post = node->kind == D_NODE_POSTFIX;
    uint32_t stepped = post ? step : node->reg;
    d_emit(making, op, node->reg, step, stepped);
    if (!post)
        d_register_free(making, step);
    store(making, operand, stepped, true);
    if (post)
        d_register_free(making, step);
}
