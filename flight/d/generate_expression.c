/* Code for values: section 7.2 of the language. */
#include "flight/d/generate.h"
#include "trace/dtrace/dif.h"

uint64_t d_stride(const struct d_type *type)
{
    if (d_type_is_string(type) || !d_type_is_indexable(type))
        return 1;
    return d_type_size(d_type_resolve(type)->target);
}

void d_gen_with_constant(struct d_making *making, uint32_t op, uint32_t reg, uint64_t value)
{
    uint32_t constant = d_register_take(making);
    d_emit_setx(making, value, constant);
    d_emit(making, op, reg, constant, reg);
    d_register_free(making, constant);
}

static void gen_scale(struct d_making *making, uint32_t reg, const struct d_type *pointer)
{
    uint64_t stride = d_stride(pointer);
    if (stride != 1)
        d_gen_with_constant(making, DIF_OP_MUL, reg, stride);
}

void d_gen_extend(struct d_making *making, uint32_t reg, uint64_t bits, bool is_signed)
{
    uint32_t count = d_register_take(making);
    d_emit_setx(making, 64 - bits, count);
    d_emit(making, DIF_OP_SLL, reg, count, reg);
    d_emit(making, is_signed ? DIF_OP_SRA : DIF_OP_SRL, reg, count, reg);
    d_register_free(making, count);
}

/* A smaller signed value into a larger unsigned one of less than 64 bits: its sign goes that far. */
static void widen_to_unsigned(struct d_making *making, uint32_t reg, uint64_t from, uint64_t to)
{
    uint32_t count = d_register_take(making);
    d_emit_setx(making, 64 - 8 * from, count);
    d_emit(making, DIF_OP_SLL, reg, count, reg);
    d_emit_setx(making, 8 * (to - from), count);
    d_emit(making, DIF_OP_SRA, reg, count, reg);
    d_emit_setx(making, 64 - 8 * to, count);
    d_emit(making, DIF_OP_SRL, reg, count, reg);
    d_register_free(making, count);
}

void d_gen_convert(struct d_making *making, uint32_t reg, const struct d_type *from,
                   const struct d_type *to)
{
    if (to == NULL || from == NULL || !d_type_is_scalar(to) || !d_type_is_scalar(from))
        return;
    uint64_t from_size = d_type_size(from), to_size = d_type_size(to);
    bool from_signed = d_type_is_signed(from), to_signed = d_type_is_signed(to);
    if (from_size == to_size && from_signed == to_signed)
        return;
    if (to_size > from_size) {
        if (!from_signed)
            return;
        if (to_signed || to_size == 8)
            d_gen_extend(making, reg, 8 * from_size, true);
        else
            widen_to_unsigned(making, reg, from_size, to_size);
    } else if (to_size < 8) {
        d_gen_extend(making, reg, 8 * to_size, to_signed);
    }
}

static void gen_constant(struct d_making *making, struct d_node *node)
{
    node->reg = d_register_take(making);
    d_emit_setx(making, node->value, node->reg);
}

static void gen_string(struct d_making *making, struct d_node *node)
{
    node->reg = d_register_take(making);
    d_emit_index(making, DIF_OP_SETS, d_making_string(making, node->text), node->reg);
}

/* 0 or 1 in `reg`: 1 if the branch `op` is taken. */
static void gen_truth(struct d_making *making, uint32_t op, uint32_t reg)
{
    uint32_t yes = d_label_new(making), end = d_label_new(making);
    d_emit_branch(making, op, yes);
    d_emit(making, DIF_OP_MOV, D_REGISTER_ZERO, 0, reg);
    d_emit_branch(making, DIF_OP_BA, end);
    d_label_here(making, yes);
    d_emit_setx(making, 1, reg);
    d_label_here(making, end);
}

static bool signed_comparison(const struct d_compiler *compiler, const struct d_node *left,
                              const struct d_node *right)
{
    if (d_type_is_string(left->type) || d_type_is_string(right->type))
        return true;
    return d_type_is_arithmetic(left->type) && d_type_is_arithmetic(right->type) &&
           d_type_is_signed(d_types_convert(compiler, left->type, right->type));
}

static uint32_t branch_of(enum d_token_kind op, bool is_signed)
{
    if (op == D_TOKEN_EQ)
        return DIF_OP_BE;
    if (op == D_TOKEN_NE)
        return DIF_OP_BNE;
    if (op == D_TOKEN_LT)
        return is_signed ? DIF_OP_BL : DIF_OP_BLU;
    if (op == D_TOKEN_LE)
        return is_signed ? DIF_OP_BLE : DIF_OP_BLEU;
    if (op == D_TOKEN_GT)
        return is_signed ? DIF_OP_BG : DIF_OP_BGU;
    return is_signed ? DIF_OP_BGE : DIF_OP_BGEU;
}

static void gen_comparison(struct d_making *making, struct d_node *node)
{
    struct d_node *left = node->first, *right = node->second;
    d_gen(making, left);
    d_gen(making, right);
    bool string = d_type_is_string(left->type) || d_type_is_string(right->type);
    d_emit(making, string ? DIF_OP_SCMP : DIF_OP_CMP, left->reg, right->reg, 0);
    d_register_free(making, right->reg);
    gen_truth(making, branch_of(node->op, signed_comparison(making->compiler, left, right)),
              left->reg);
    node->reg = left->reg;
}

static void gen_test(struct d_making *making, const struct d_node *node)
{
    d_emit(making, DIF_OP_TST, node->reg, 0, 0);
}

/* Branches by whether the value is zero; its register is still in use. */
static void gen_branch(struct d_making *making, struct d_node *node, enum dif_opcode op,
                       uint32_t label)
{
    d_gen(making, node);
    gen_test(making, node);
    d_emit_branch(making, op, label);
}

/* 1 where the code comes to this, 0 where it branched to `no`. */
static void gen_one_or_zero(struct d_making *making, struct d_node *node, uint32_t no)
{
    uint32_t end = d_label_new(making);
    d_emit_setx(making, 1, node->reg);
    d_emit_branch(making, DIF_OP_BA, end);
    d_label_here(making, no);
    d_emit(making, DIF_OP_MOV, D_REGISTER_ZERO, 0, node->reg);
    d_label_here(making, end);
}

static void gen_and(struct d_making *making, struct d_node *node)
{
    uint32_t no = d_label_new(making);
    gen_branch(making, node->first, DIF_OP_BE, no);
    d_register_free(making, node->first->reg);
    gen_branch(making, node->second, DIF_OP_BE, no);
    node->reg = node->second->reg;
    gen_one_or_zero(making, node, no);
}

static void gen_or(struct d_making *making, struct d_node *node)
{
    uint32_t yes = d_label_new(making), no = d_label_new(making);
    gen_branch(making, node->first, DIF_OP_BNE, yes);
    d_register_free(making, node->first->reg);
    gen_branch(making, node->second, DIF_OP_BE, no);
    d_label_here(making, yes);
    node->reg = node->second->reg;
    gen_one_or_zero(making, node, no);
}

static void gen_one_if_any(struct d_making *making, struct d_node *node)
{
    uint32_t zero = d_label_new(making);
    d_gen(making, node);
    gen_test(making, node);
    d_emit_branch(making, DIF_OP_BE, zero);
    d_emit_setx(making, 1, node->reg);
    d_label_here(making, zero);
}

static void gen_xor(struct d_making *making, struct d_node *node)
{
    gen_one_if_any(making, node->first);
    gen_one_if_any(making, node->second);
    node->reg = node->first->reg;
    d_emit(making, DIF_OP_XOR, node->reg, node->second->reg, node->reg);
    d_register_free(making, node->second->reg);
}

static uint32_t opcode_of(enum d_token_kind op, bool is_signed)
{
    if (op == D_TOKEN_ADD || op == D_TOKEN_ADD_ASSIGN)
        return DIF_OP_ADD;
    if (op == D_TOKEN_SUB || op == D_TOKEN_SUB_ASSIGN)
        return DIF_OP_SUB;
    if (op == D_TOKEN_MUL || op == D_TOKEN_MUL_ASSIGN)
        return DIF_OP_MUL;
    if (op == D_TOKEN_DIV || op == D_TOKEN_DIV_ASSIGN)
        return is_signed ? DIF_OP_SDIV : DIF_OP_UDIV;
    if (op == D_TOKEN_MOD || op == D_TOKEN_MOD_ASSIGN)
        return is_signed ? DIF_OP_SREM : DIF_OP_UREM;
    if (op == D_TOKEN_SHL || op == D_TOKEN_SHL_ASSIGN)
        return DIF_OP_SLL;
    if (op == D_TOKEN_SHR || op == D_TOKEN_SHR_ASSIGN)
        return is_signed ? DIF_OP_SRA : DIF_OP_SRL;
    if (op == D_TOKEN_AND || op == D_TOKEN_AND_ASSIGN)
        return DIF_OP_AND;
    if (op == D_TOKEN_OR || op == D_TOKEN_OR_ASSIGN)
        return DIF_OP_OR;
    return DIF_OP_XOR;
}

static bool is_sum(enum d_token_kind op)
{
    return op == D_TOKEN_ADD || op == D_TOKEN_SUB || op == D_TOKEN_ADD_ASSIGN ||
           op == D_TOKEN_SUB_ASSIGN;
}

void d_gen_operation(struct d_making *making, const struct d_node *node, enum d_token_kind op,
                     struct d_node *left, struct d_node *right)
{
    bool sum = is_sum(op);
    if (sum && d_type_is_indexable(right->type) && !d_type_is_indexable(left->type))
        gen_scale(making, left->reg, right->type);
    d_gen(making, right);
    if (sum && d_type_is_indexable(left->type) && !d_type_is_indexable(right->type))
        gen_scale(making, right->reg, left->type);
    d_emit(making, opcode_of(op, node->is_signed), left->reg, right->reg, left->reg);
    d_register_free(making, right->reg);
    if (sum && d_type_is_indexable(left->type) && d_type_is_indexable(right->type) &&
        d_stride(left->type) > 1)
        d_gen_with_constant(making, DIF_OP_UDIV, left->reg, d_stride(left->type));
}

static void gen_comma(struct d_making *making, struct d_node *node)
{
    d_gen(making, node->first);
    d_register_free(making, node->first->reg);
    d_gen(making, node->second);
    node->reg = node->second->reg;
}

static void gen_binary(struct d_making *making, struct d_node *node)
{
    enum d_token_kind op = node->op;
    if (d_token_is_assignment(op)) {
        d_gen_assign(making, node);
    } else if (d_token_is_comparison(op)) {
        gen_comparison(making, node);
    } else if (op == D_TOKEN_LAND) {
        gen_and(making, node);
    } else if (op == D_TOKEN_LOR) {
        gen_or(making, node);
    } else if (op == D_TOKEN_LXOR) {
        gen_xor(making, node);
    } else if (op == D_TOKEN_COMMA) {
        gen_comma(making, node);
    } else {
        d_gen(making, node->first);
        d_gen_operation(making, node, op, node->first, node->second);
        node->reg = node->first->reg;
    }
}

/* The register of the second branch is known only once its code is there: the move is completed then. */
static void gen_condition(struct d_making *making, struct d_node *node)
{
    uint32_t no = d_label_new(making), end = d_label_new(making);
    gen_branch(making, node->first, DIF_OP_BE, no);
    d_register_free(making, node->first->reg);
    d_gen(making, node->second);
    size_t move = making->difo->code_count;
    d_emit(making, DIF_OP_MOV, node->second->reg, 0, 0);
    d_register_free(making, node->second->reg);
    d_emit_branch(making, DIF_OP_BA, end);
    d_label_here(making, no);
    d_gen(making, node->third);
    d_label_here(making, end);
    node->reg = node->third->reg;
    making->difo->code[move] |= node->reg;
}

static void gen_not(struct d_making *making, struct d_node *node)
{
    d_gen(making, node->first);
    gen_test(making, node->first);
    node->reg = node->first->reg;
    gen_truth(making, DIF_OP_BE, node->reg);
}

static void gen_unary(struct d_making *making, struct d_node *node)
{
    enum d_token_kind op = node->op;
    if (op == D_TOKEN_INC || op == D_TOKEN_DEC) {
        d_gen_step(making, node);
        return;
    }
    if (op == D_TOKEN_SIZEOF) {
        gen_constant(making, node);
        return;
    }
    if (op == D_TOKEN_AND) {
        d_gen_address(making, node->first);
        node->reg = node->first->reg;
        return;
    }
    if (op == D_TOKEN_LNOT) {
        gen_not(making, node);
        return;
    }
    d_gen(making, node->first);
    node->reg = node->first->reg;
    if (op == D_TOKEN_SUB)
        d_emit(making, DIF_OP_SUB, D_REGISTER_ZERO, node->reg, node->reg);
    else if (op == D_TOKEN_NOT)
        d_emit(making, DIF_OP_NOT, node->reg, 0, node->reg);
    else if (op == D_TOKEN_MUL)
        d_gen_load(making, node->reg, node);
}

static void gen_converted(struct d_making *making, struct d_node *node)
{
    d_gen(making, node->first);
    node->reg = node->first->reg;
    d_gen_convert(making, node->reg, node->first->type, node->type);
}

static void gen_symbol(struct d_making *making, struct d_node *node)
{
    d_gen_address(making, node);
    d_gen_load(making, node->reg, node);
}

static noreturn void no_value(struct d_making *making, const struct d_node *node)
{
    if (node->kind == D_NODE_XLATE)
        d_fail_at(making->compiler, node->place, "D_CG_DYN",
                  "expression cannot be evaluated: it has no type of its own");
    const char *name = node->ident != NULL ? node->ident->name : "this";
    d_fail_at(making->compiler, node->place, "D_CG_EXPR",
              "%s%s may not be called from a D expression (D program context required)", name,
              node->kind == D_NODE_CALL ? "( )" : "");
}

static void gen_call(struct d_making *making, struct d_node *node)
{
    if (node->ident->kind != D_IDENT_FUNCTION)
        no_value(making, node);
    d_gen_call(making, node);
}

static void gen_xlate(struct d_making *making, struct d_node *node)
{
    if (d_type_is_dynamic(node->type))
        no_value(making, node);
    d_gen_xlate(making, node, false);
}

void d_gen(struct d_making *making, struct d_node *node)
{
    static void (*const generators[])(struct d_making * making, struct d_node * node) = {
        [D_NODE_INT] = gen_constant,        [D_NODE_STRING] = gen_string,
        [D_NODE_VARIABLE] = d_gen_variable, [D_NODE_SYMBOL] = gen_symbol,
        [D_NODE_CALL] = gen_call,           [D_NODE_MEMBER] = d_gen_member,
        [D_NODE_UNARY] = gen_unary,         [D_NODE_POSTFIX] = d_gen_step,
        [D_NODE_BINARY] = gen_binary,       [D_NODE_CONDITION] = gen_condition,
        [D_NODE_CAST] = gen_converted,      [D_NODE_XLATE] = gen_xlate,
        [D_NODE_INLINE] = gen_converted, /* the last kind */
    };
    making->compiler->place = node->place;
    if (generators[node->kind] == NULL)
        no_value(making, node);
    generators[node->kind](making, node);
}
