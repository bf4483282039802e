/* Constants are folded in 64 bits and not cut to their type; a shift to the right is logical.  These are quirks of the
 * language that programs may rely on. */
#include "flight/d/fold_constants.h"

#define WORD_BITS 64u

/* The low `bits` of a value; 1 to 64. */
static uint64_t low_bits(uint64_t value, uint64_t bits)
{
    return bits >= WORD_BITS ? value : value & ((UINT64_C(1) << bits) - 1);
}

static uint64_t sign_extend(uint64_t value, uint64_t bits)
{
    uint64_t sign = UINT64_C(1) << (bits - 1);
    return bits >= WORD_BITS ? value : (low_bits(value, bits) ^ sign) - sign;
}

/* --- Unary --- */

static bool is_folded_unary(enum d_token_kind op)
{
    return op == D_TOKEN_ADD || op == D_TOKEN_SUB || op == D_TOKEN_NOT || op == D_TOKEN_LNOT;
}

static uint64_t unary_value(enum d_token_kind op, const struct d_node *operand)
{
    if (op == D_TOKEN_NOT)
        return ~operand->value;
    if (op == D_TOKEN_LNOT)
        return operand->value == 0;
    if (op == D_TOKEN_ADD)
        return operand->value;
    uint64_t negative = 0 - operand->value;
    return d_type_is_signed(operand->type) ? negative
                                           : low_bits(negative, d_type_size(operand->type) * 8);
}

struct d_node *d_fold_unary(struct d_compiler *compiler, struct d_place place, enum d_token_kind op,
                            const struct d_node *operand)
{
    if (op == D_TOKEN_SIZEOF && operand->kind == D_NODE_STRING)
        return d_node_int(compiler, place, operand->length + 1, d_type_of(compiler, D_SIZE));
    if (operand->kind != D_NODE_INT || !is_folded_unary(op))
        return NULL;
    return d_node_int(compiler, place, unary_value(op, operand), operand->type);
}

/* --- Binary --- */

/* A shift by the width or more has no meaning in C: here, as on the machine, the amount counts modulo 64. */
static uint64_t shift(enum d_token_kind op, uint64_t value, uint64_t amount)
{
    amount &= WORD_BITS - 1;
    return op == D_TOKEN_SHL ? value << amount : value >> amount;
}

/* The least value by -1 overflows: it stays what it is, with nothing left over. */
static uint64_t divide(enum d_token_kind op, uint64_t left, uint64_t right, bool is_signed)
{
    bool quotient = op == D_TOKEN_DIV;
    if (!is_signed)
        return quotient ? left / right : left % right;
    if (right == UINT64_MAX)
        return quotient ? 0 - left : 0;
    int64_t over = (int64_t)left;
    int64_t under = (int64_t)right;
    return (uint64_t)(quotient ? over / under : over % under);
}

static bool is_less(uint64_t left, uint64_t right, bool is_signed)
{
    return is_signed ? (int64_t)left < (int64_t)right : left < right;
}

enum result {
    RESULT_NONE, /* not folded */
    RESULT_INT,
    RESULT_LEFT,
    RESULT_CONVERTED,
};

static enum result result_of(enum d_token_kind op)
{
    switch ((int)op) {
    case D_TOKEN_LAND:
    case D_TOKEN_LXOR:
    case D_TOKEN_LOR:
    case D_TOKEN_EQ:
    case D_TOKEN_NE:
    case D_TOKEN_LT:
    case D_TOKEN_LE:
    case D_TOKEN_GT:
    case D_TOKEN_GE:
        return RESULT_INT;
    case D_TOKEN_SHL:
    case D_TOKEN_SHR:
        return RESULT_LEFT;
    case D_TOKEN_OR:
    case D_TOKEN_XOR:
    case D_TOKEN_AND:
    case D_TOKEN_ADD:
    case D_TOKEN_SUB:
    case D_TOKEN_MUL:
    case D_TOKEN_DIV:
    case D_TOKEN_MOD:
        return RESULT_CONVERTED;
    default:
        return RESULT_NONE;
    }
}

static uint64_t truth(enum d_token_kind op, uint64_t left, uint64_t right, bool is_signed)
{
    switch ((int)op) {
    case D_TOKEN_LAND:
        return left != 0 && right != 0;
    case D_TOKEN_LXOR:
        return (left != 0) != (right != 0);
    case D_TOKEN_LOR:
        return left != 0 || right != 0;
    case D_TOKEN_EQ:
        return left == right;
    case D_TOKEN_NE:
        return left != right;
    case D_TOKEN_LT:
        return is_less(left, right, is_signed);
    case D_TOKEN_LE:
        return !is_less(right, left, is_signed);
    case D_TOKEN_GT:
        return is_less(right, left, is_signed);
    default:
        return !is_less(left, right, is_signed);
    }
}

static uint64_t number(enum d_token_kind op, uint64_t left, uint64_t right, bool is_signed)
{
    switch ((int)op) {
    case D_TOKEN_OR:
        return left | right;
    case D_TOKEN_XOR:
        return left ^ right;
    case D_TOKEN_AND:
        return left & right;
    case D_TOKEN_ADD:
        return left + right;
    case D_TOKEN_SUB:
        return left - right;
    case D_TOKEN_MUL:
        return left * right;
    case D_TOKEN_SHL:
    case D_TOKEN_SHR:
        return shift(op, left, right);
    default:
        return divide(op, left, right, is_signed);
    }
}

static void check_divisor(struct d_compiler *compiler, struct d_place place, enum d_token_kind op,
                          const struct d_node *right)
{
    bool divides = op == D_TOKEN_DIV || op == D_TOKEN_MOD || op == D_TOKEN_DIV_ASSIGN ||
                   op == D_TOKEN_MOD_ASSIGN;
    if (divides && right->kind == D_NODE_INT && right->value == 0)
        d_fail_at(compiler, place, "D_DIV_ZERO", "expression contains division by zero");
}

struct d_node *d_fold_binary(struct d_compiler *compiler, struct d_place place,
                             enum d_token_kind op, const struct d_node *left,
                             const struct d_node *right)
{
    check_divisor(compiler, place, op, right);
    enum result result = result_of(op);
    if (left->kind != D_NODE_INT || right->kind != D_NODE_INT || result == RESULT_NONE)
        return NULL;
    const struct d_type *converted = d_types_convert(compiler, left->type, right->type);
    bool is_signed = d_type_is_signed(converted);
    if (result == RESULT_INT)
        return d_node_int(compiler, place, truth(op, left->value, right->value, is_signed),
                          d_type_of(compiler, D_INT));
    return d_node_int(compiler, place, number(op, left->value, right->value, is_signed),
                      result == RESULT_LEFT ? left->type : converted);
}

/* --- Types --- */

/* To a narrower type: the low bits, not extended.  To a wider one: extended by the sign of what it was, up to the
 * width of what it becomes. */
struct d_node *d_fold_cast(struct d_compiler *compiler, struct d_place place,
                           const struct d_type *type, const struct d_node *operand)
{
    if (operand->kind != D_NODE_INT || !d_type_is_arithmetic(type))
        return NULL;
    uint64_t from = d_type_size(operand->type) * 8;
    uint64_t to = d_type_size(type) * 8;
    uint64_t value = operand->value;
    if (to < from)
        value = low_bits(value, to);
    else if (to > from && d_type_is_signed(operand->type))
        value = low_bits(sign_extend(value, from), to);
    else if (to > from)
        value = low_bits(value, from);
    return d_node_int(compiler, place, value, type);
}

struct d_node *d_fold_sizeof(struct d_compiler *compiler, struct d_place place,
                             const struct d_type *type)
{
    uint64_t size = d_type_size(type);
    if (size == 0)
        d_fail_at(compiler, place, "D_SIZEOF_TYPE",
                  "cannot apply sizeof to an operand of unknown size");
    return d_node_int(compiler, place, size, d_type_of(compiler, D_SIZE));
}

struct d_node *d_fold_offsetof(struct d_compiler *compiler, struct d_place place,
                               const struct d_type *type, const char *member)
{
    if (!d_type_is_struct(type))
        d_fail_at(compiler, place, "D_OFFSETOF_TYPE",
                  "offsetof operand must be a struct or union type");
    const struct d_member *found = d_type_member(type, member);
    if (found == NULL)
        d_fail_at(compiler, place, "D_UNKNOWN", "failed to determine offset of %s: no such member",
                  member);
    if (found->bits > 0)
        d_fail_at(compiler, place, "D_OFFSETOF_BITFIELD", "cannot take offset of a bit-field: %s",
                  member);
    return d_node_int(compiler, place, found->offset / 8, d_type_of(compiler, D_INT));
}
