/* Operators without assignment: section 4 of the language. */
#include "flight/d/resolve.h"

static const char *operator_text(const struct d_node *node)
{
    return d_token_text(node->op);
}

static void need_scalar(struct d_compiler *compiler, const struct d_node *node,
                        const struct d_node *operand)
{
    if (!d_node_is_dynamic(operand) && d_type_is_scalar(operand->type))
        return;
    if (node->text != NULL)
        d_fail_at(compiler, node->place, "D_OP_SCALAR", "%s must be of scalar type", node->text);
    d_fail_at(compiler, node->place, "D_OP_SCALAR", "operator %s requires operands of scalar type",
              operator_text(node));
}

static void need_integer(struct d_compiler *compiler, const struct d_node *node,
                         const struct d_node *operand)
{
    if (d_node_is_dynamic(operand) || !d_type_is_arithmetic(operand->type))
        d_fail_at(compiler, node->place, "D_OP_INT",
                  "operator %s requires operands of integral type", operator_text(node));
}

static void need_arithmetic(struct d_compiler *compiler, const struct d_node *node,
                            const struct d_node *operand)
{
    if (d_node_is_dynamic(operand) || !d_type_is_arithmetic(operand->type))
        d_fail_at(compiler, node->place, "D_OP_ARITH",
                  "operator %s requires operands of arithmetic type", operator_text(node));
}

static noreturn void incompatible(struct d_compiler *compiler, const struct d_node *node,
                                  const struct d_node *left, const struct d_node *right)
{
    d_fail_at(compiler, node->place, "D_OP_INCOMPAT",
              "operands have incompatible types: \"%s\" %s \"%s\"",
              d_type_text(compiler, left->type), operator_text(node),
              d_type_text(compiler, right->type));
}

static struct d_node *resolve_dereference(struct d_compiler *compiler, struct d_node *node)
{
    const struct d_node *operand = node->first;
    if (d_node_is_dynamic(operand) && operand->kind == D_NODE_XLATE)
        return d_resolve_translated(compiler, node);
    if (d_node_is_dynamic(operand) || !d_type_is_indexable(operand->type))
        d_fail(compiler, "D_DEREF_NONPTR", "cannot dereference non-pointer type");
    const struct d_type *target = d_type_resolve(operand->type)->target;
    if (d_type_is_function(target))
        d_fail(compiler, "D_DEREF_FUNC", "cannot dereference pointer to function");
    if (d_type_is_void(target))
        d_fail(compiler, "D_DEREF_VOID", "cannot dereference pointer to void");
    d_node_set_type(node, target);
    node->lvalue = !d_type_is_array(target) || d_type_is_string(target);
    node->writable = operand->writable;
    node->userland = operand->userland;
    return node;
}

static struct d_node *resolve_address(struct d_compiler *compiler, struct d_node *node)
{
    const struct d_node *operand = node->first;
    if (d_node_is_dynamic(operand) || operand->kind == D_NODE_VARIABLE ||
        operand->kind == D_NODE_INLINE)
        d_fail(compiler, "D_ADDROF_VAR", "cannot take the address of a dynamic object");
    bool array = d_type_is_array(operand->type) &&
                 (operand->kind == D_NODE_MEMBER || operand->kind == D_NODE_SYMBOL ||
                  operand->kind == D_NODE_UNARY);
    if (!operand->lvalue && !array && !d_type_is_function(operand->type))
        d_fail(compiler, "D_ADDROF_LVAL", "unacceptable operand for unary & operator");
    if (operand->member != NULL && operand->member->bits != 0)
        d_fail(compiler, "D_ADDROF_BITFIELD", "cannot take the address of a bit-field");
    d_node_set_type(node, d_type_pointer_to(compiler, operand->type));
    node->userland = operand->userland;
    node->writable = operand->writable;
    return node;
}

static struct d_node *resolve_sizeof(struct d_compiler *compiler, struct d_node *node)
{
    const struct d_node *operand = node->first;
    if (operand->member != NULL && operand->kind == D_NODE_MEMBER && operand->member->bits != 0)
        d_fail(compiler, "D_SIZEOF_BITFIELD", "cannot apply sizeof to a bit-field");
    uint64_t size = d_node_is_dynamic(operand) ? 0 : d_type_size(operand->type);
    if (size == 0)
        d_fail(compiler, "D_SIZEOF_TYPE", "cannot apply sizeof to an operand of unknown size");
    node->value = size;
    d_node_set_type(node, d_type_of(compiler, D_SIZE));
    return node;
}

static struct d_node *resolve_stringof(struct d_compiler *compiler, struct d_node *node)
{
    const struct d_node *operand = node->first;
    if (d_node_is_dynamic(operand) ||
        (!d_type_is_scalar(operand->type) && !d_type_is_array(operand->type) &&
         !d_type_is_text(operand->type)))
        d_fail(compiler, "D_STRINGOF_TYPE", "cannot apply stringof to a value of type %s",
               d_type_text(compiler, operand->type));
    d_node_set_type(node, d_type_of(compiler, D_STRING));
    node->userland = operand->userland;
    return node;
}

static struct d_node *resolve_step(struct d_compiler *compiler, struct d_node *node)
{
    const struct d_node *operand = node->first;
    need_scalar(compiler, node, operand);
    if (d_type_is_blunt_pointer(operand->type))
        d_fail(compiler, "D_OP_VFPTR", "operator %s requires a pointer to an object of known size",
               operator_text(node));
    if (!operand->lvalue)
        d_fail(compiler, "D_OP_LVAL", "operator %s requires a modifiable lvalue as an operand",
               operator_text(node));
    if (!operand->writable)
        d_fail(compiler, "D_OP_WRITE", "operator %s can only be applied to a writable variable",
               operator_text(node));
    d_node_set_type(node, operand->type);
    return node;
}

static enum d_resolve_mode operand_mode(const struct d_node *node)
{
    return node->op == D_TOKEN_INC || node->op == D_TOKEN_DEC ? D_RESOLVE_CHANGE : D_RESOLVE_UNARY;
}

struct d_node *d_resolve_unary(struct d_compiler *compiler, struct d_node *node)
{
    node->first = d_resolve_in(compiler, node->first, operand_mode(node));
    compiler->place = node->place;
    if (node->op == D_TOKEN_MUL)
        return resolve_dereference(compiler, node);
    if (node->op == D_TOKEN_AND)
        return resolve_address(compiler, node);
    if (node->op == D_TOKEN_SIZEOF)
        return resolve_sizeof(compiler, node);
    if (node->op == D_TOKEN_STRINGOF)
        return resolve_stringof(compiler, node);
    if (node->op == D_TOKEN_INC || node->op == D_TOKEN_DEC)
        return resolve_step(compiler, node);
    if (node->op == D_TOKEN_LNOT) {
        need_scalar(compiler, node, node->first);
        d_node_set_type(node, d_type_of(compiler, D_INT));
        return node;
    }
    if (node->op == D_TOKEN_NOT)
        need_integer(compiler, node, node->first);
    else
        need_arithmetic(compiler, node, node->first);
    d_node_set_type(node, node->first->type);
    return node;
}

static bool may_be_added_to(const struct d_type *type)
{
    return d_type_is_indexable(type) && !d_type_is_blunt_pointer(type);
}

/* An array in a sum is the address of its first element. */
static const struct d_type *sum_type(struct d_compiler *compiler, const struct d_type *type)
{
    if (d_type_is_array(type) && !d_type_is_string(type))
        return d_type_pointer_to(compiler, d_type_resolve(type)->target);
    return type;
}

static struct d_node *pointer_sum(struct d_compiler *compiler, struct d_node *node,
                                  const struct d_node *pointer)
{
    d_node_set_type(node, sum_type(compiler, pointer->type));
    node->userland = pointer->userland;
    node->writable = pointer->writable;
    return node;
}

static bool pointers_compatible(const struct d_type *left, const struct d_type *right)
{
    return d_type_is_indexable(left) && d_type_is_indexable(right) &&
           d_types_compatible(d_type_resolve(left)->target, d_type_resolve(right)->target);
}

static struct d_node *resolve_sum(struct d_compiler *compiler, struct d_node *node)
{
    struct d_node *left = node->first, *right = node->second;
    if (d_node_is_dynamic(left) || d_node_is_dynamic(right))
        incompatible(compiler, node, left, right);
    bool left_integer = d_type_is_arithmetic(left->type);
    bool right_integer = d_type_is_arithmetic(right->type);
    if (left_integer && right_integer)
        d_node_set_type(node, d_types_convert(compiler, left->type, right->type));
    else if (may_be_added_to(left->type) && right_integer)
        return pointer_sum(compiler, node, left);
    else if (node->op == D_TOKEN_ADD && left_integer && may_be_added_to(right->type))
        return pointer_sum(compiler, node, right);
    else if (node->op == D_TOKEN_SUB && may_be_added_to(left->type) &&
             may_be_added_to(right->type) && pointers_compatible(left->type, right->type))
        d_node_set_type(node, d_type_of(compiler, D_PTRDIFF));
    else
        incompatible(compiler, node, left, right);
    return node;
}

static bool both_text(const struct d_node *left, const struct d_node *right)
{
    bool string = d_type_is_string(left->type) || d_type_is_string(right->type);
    bool left_fits = d_type_is_text(left->type) || d_node_is_zero(left);
    bool right_fits = d_type_is_text(right->type) || d_node_is_zero(right);
    return string && left_fits && right_fits;
}

static bool both_pointers(const struct d_node *left, const struct d_node *right)
{
    if ((d_type_is_indexable(left->type) && d_node_is_zero(right)) ||
        (d_type_is_indexable(right->type) && d_node_is_zero(left)))
        return true;
    if (!d_type_is_indexable(left->type) || !d_type_is_indexable(right->type))
        return false;
    return d_type_is_void_pointer(left->type) || d_type_is_void_pointer(right->type) ||
           pointers_compatible(left->type, right->type);
}

/* An enum on the left lends its tags to a name on the right. */
static void resolve_tag(struct d_compiler *compiler, struct d_node *node)
{
    const struct d_type *type = node->first->type;
    if (type == NULL || d_type_resolve(type)->kind != D_TYPE_ENUM ||
        node->second->kind != D_NODE_NAME)
        return;
    const struct d_enumerator *tag = d_type_enumerator(d_type_resolve(type), node->second->text);
    if (tag == NULL)
        return;
    const struct d_ident *ident = d_idents_find(compiler->globals, node->second->text);
    if (ident != NULL && ident->kind != D_IDENT_ENUMERATOR)
        d_fail_at(compiler, node->second->place, "D_IDENT_AMBIG",
                  "ambiguous use of operator %s: %s is both a variable and an enum tag",
                  operator_text(node), node->second->text);
    node->second = d_node_int(compiler, node->second->place, (uint64_t)(int64_t)tag->value, type);
}

static struct d_node *resolve_comparison(struct d_compiler *compiler, struct d_node *node)
{
    struct d_node *left = node->first, *right = node->second;
    if (d_node_is_dynamic(left) || d_node_is_dynamic(right) ||
        !((d_type_is_arithmetic(left->type) && d_type_is_arithmetic(right->type)) ||
          both_text(left, right) || both_pointers(left, right) ||
          (!d_type_is_void(left->type) && !d_type_is_struct(left->type) &&
           d_types_compatible(left->type, right->type))))
        incompatible(compiler, node, left, right);
    d_node_set_type(node, d_type_of(compiler, D_INT));
    return node;
}

static struct d_node *resolve_comma(struct d_compiler *compiler, struct d_node *node)
{
    if (d_node_is_dynamic(node->first) || d_node_is_dynamic(node->second))
        d_fail(compiler, "D_OP_DYN", "operator , operands cannot be of dynamic type");
    if (d_node_is_action(node->first) || d_node_is_action(node->second))
        d_fail(compiler, "D_OP_ACT", "operator , operands cannot be actions");
    d_node_set_type(node, node->second->type);
    node->userland = node->second->userland;
    return node;
}

static struct d_node *resolve_arithmetic(struct d_compiler *compiler, struct d_node *node,
                                         bool integers)
{
    void (*need)(struct d_compiler *, const struct d_node *, const struct d_node *) =
        integers ? need_integer : need_arithmetic;
    need(compiler, node, node->first);
    need(compiler, node, node->second);
    d_node_set_type(node, d_types_convert(compiler, node->first->type, node->second->type));
    return node;
}

static struct d_node *resolve_shift(struct d_compiler *compiler, struct d_node *node)
{
    need_integer(compiler, node, node->first);
    need_integer(compiler, node, node->second);
    d_node_set_type(node, node->first->type);
    return node;
}

static struct d_node *resolve_logical(struct d_compiler *compiler, struct d_node *node)
{
    need_scalar(compiler, node, node->first);
    need_scalar(compiler, node, node->second);
    d_node_set_type(node, d_type_of(compiler, D_INT));
    return node;
}

struct d_node *d_resolve_binary(struct d_compiler *compiler, struct d_node *node)
{
    enum d_token_kind op = node->op;
    node->first = d_resolve(compiler, node->first);
    if (d_token_is_comparison(op))
        resolve_tag(compiler, node);
    node->second = d_resolve(compiler, node->second);
    compiler->place = node->place;
    if (op == D_TOKEN_ADD || op == D_TOKEN_SUB)
        return resolve_sum(compiler, node);
    if (op == D_TOKEN_MUL || op == D_TOKEN_DIV)
        return resolve_arithmetic(compiler, node, false);
    if (op == D_TOKEN_SHL || op == D_TOKEN_SHR)
        return resolve_shift(compiler, node);
    if (op == D_TOKEN_LAND || op == D_TOKEN_LXOR || op == D_TOKEN_LOR)
        return resolve_logical(compiler, node);
    if (d_token_is_comparison(op))
        return resolve_comparison(compiler, node);
    return op == D_TOKEN_COMMA ? resolve_comma(compiler, node)
                               : resolve_arithmetic(compiler, node, true);
}

/* The type of both branches of ?:, NULL: there is none. */
static const struct d_type *common_type(struct d_compiler *compiler, const struct d_node *yes,
                                        const struct d_node *no)
{
    if (d_type_is_arithmetic(yes->type) && d_type_is_arithmetic(no->type))
        return d_types_convert(compiler, yes->type, no->type);
    if (both_text(yes, no))
        return d_type_of(compiler, D_STRING);
    if (both_pointers(yes, no))
        return d_node_is_zero(yes) || d_type_is_void_pointer(yes->type) ? no->type : yes->type;
    if (d_types_compatible(yes->type, no->type))
        return yes->type;
    return NULL;
}

struct d_node *d_resolve_condition(struct d_compiler *compiler, struct d_node *node)
{
    node->op = D_TOKEN_QUESTION;
    node->first = d_resolve(compiler, node->first);
    node->second = d_resolve(compiler, node->second);
    node->third = d_resolve(compiler, node->third);
    compiler->place = node->place;
    if (d_node_is_dynamic(node->first) || !d_type_is_scalar(node->first->type))
        d_fail(compiler, "D_OP_SCALAR", "operator ?: expression must be of scalar type");
    if (d_node_is_dynamic(node->second) || d_node_is_dynamic(node->third))
        d_fail(compiler, "D_OP_DYN", "operator ?: operands cannot be of dynamic type");
    if (d_node_is_action(node->second) || d_node_is_action(node->third))
        d_fail(compiler, "D_OP_ACT", "operator ?: operands cannot be actions");
    const struct d_type *type = common_type(compiler, node->second, node->third);
    if (type == NULL)
        incompatible(compiler, node, node->second, node->third);
    d_node_set_type(node, type);
    node->userland = node->second->userland || node->third->userland;
    return node;
}

static bool castable(const struct d_type *type, const struct d_node *operand)
{
    const struct d_type *from = operand->type;
    if (d_type_is_void(type))
        return true;
    if (d_type_is_string(type))
        return d_type_is_scalar(from) || d_type_is_text(from);
    if (d_type_is_pointer(type) && d_type_is_array(from))
        return !d_type_is_string(from);
    if (d_type_is_scalar(type))
        return d_type_is_scalar(from) || d_type_is_function(from);
    return d_types_compatible(type, from);
}

struct d_node *d_resolve_cast(struct d_compiler *compiler, struct d_node *node)
{
    const struct d_type *type = node->named != NULL ? node->named : node->type;
    node->first = d_resolve(compiler, node->first);
    compiler->place = node->place;
    if (d_node_is_dynamic(node->first) || !castable(type, node->first))
        d_fail(compiler, "D_CAST_INVAL", "invalid cast expression: (%s) of %s",
               d_type_text(compiler, type), d_type_text(compiler, node->first->type));
    d_node_set_type(node, type);
    node->writable = d_type_is_pointer(type);
    return node;
}
