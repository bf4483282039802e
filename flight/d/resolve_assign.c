/* Assignments: section 2.3, 3.2, 4 and 6.1 of the language. */
#include "flight/d/fold_constants.h"
#include "flight/d/resolve.h"

static noreturn void refuse_target(struct d_compiler *compiler, enum d_token_kind op)
{
    d_fail(compiler, "D_OP_LVAL", "operator %s requires a modifiable lvalue as an operand",
           d_token_text(op));
}

static noreturn void incompatible(struct d_compiler *compiler, const struct d_node *node)
{
    d_fail_at(compiler, node->place, "D_OP_INCOMPAT",
              "operands have incompatible types: \"%s\" %s \"%s\"",
              node->first->type != NULL ? d_type_text(compiler, node->first->type) : "unknown",
              d_token_text(node->op),
              node->second->type != NULL ? d_type_text(compiler, node->second->type) : "unknown");
}

static noreturn void redefined(struct d_compiler *compiler, const struct d_node *node)
{
    const struct d_ident *ident = node->first->ident;
    d_fail(compiler, "D_AGG_REDEF",
           "aggregation redefined: current: @%s = %s( ), previous: @%s = %s( ) : line %u",
           ident->name, node->second->ident->name, ident->name, ident->function->name,
           ident->place.line);
}

static struct d_node *assign_aggregation(struct d_compiler *compiler, struct d_node *node)
{
    if (node->op != D_TOKEN_ASSIGN) {
        bool known = d_idents_find(compiler->aggregations, node->first->text) != NULL;
        d_fail(compiler, known ? "D_UNKNOWN" : "D_VAR_UNDEF",
               "operator %s may not be applied to aggregation @%s", d_token_text(node->op),
               node->first->text);
    }
    node->first = d_resolve_in(compiler, node->first, D_RESOLVE_ASSIGN);
    node->second = d_resolve(compiler, node->second);
    compiler->place = node->place;
    if (node->second->kind != D_NODE_CALL || node->second->ident == NULL ||
        node->second->ident->kind != D_IDENT_AGGREGATING)
        d_fail(compiler, "D_AGG_FUNC", "@%s must be assigned the result of an aggregating function",
               node->first->text);
    struct d_ident *ident = node->first->ident;
    if (ident->function == NULL) {
        ident->function = node->second->ident;
        ident->place = node->place;
    } else if (ident->function != node->second->ident) {
        redefined(compiler, node);
    }
    d_node_set_type(node, d_type_of(compiler, D_DYNAMIC));
    return node;
}

/* The first value of a variable decides its type. */
static void infer(struct d_compiler *compiler, struct d_node *node)
{
    struct d_node *left = node->first, *right = node->second;
    if (left->type != NULL || left->kind != D_NODE_VARIABLE)
        return;
    if (d_node_is_dynamic(right) || right->type == NULL || d_type_is_void(right->type))
        incompatible(compiler, node);
    left->ident->type = right->type;
    left->ident->userland = left->userland = right->userland;
    d_node_set_type(left, right->type);
}

/* A constant is first cast to what it is stored into. */
static void cast_constant(struct d_compiler *compiler, struct d_node *node)
{
    struct d_node *right = node->second;
    if (right->kind == D_NODE_INT && d_type_is_arithmetic(node->first->type))
        right->value = d_fold_cast(compiler, right->place, node->first->type, right)->value;
}

static void check_sum(struct d_compiler *compiler, const struct d_node *node)
{
    const struct d_type *left = node->first->type, *right = node->second->type;
    bool integer = d_type_is_arithmetic(right);
    if (d_type_is_arithmetic(left) && integer)
        return;
    if (d_type_is_string(left) || d_type_is_string(right))
        incompatible(compiler, node);
    if (!d_type_is_pointer(left) || d_type_is_blunt_pointer(left))
        d_fail(compiler, "D_OP_VFPTR", "operator %s requires a pointer to an object of known size",
               d_token_text(node->op));
    if (!integer)
        incompatible(compiler, node);
}

static void check_arithmetic(struct d_compiler *compiler, const struct d_node *node)
{
    bool division = node->op == D_TOKEN_DIV_ASSIGN || node->op == D_TOKEN_MOD_ASSIGN;
    bool arithmetic = node->op == D_TOKEN_MUL_ASSIGN || node->op == D_TOKEN_DIV_ASSIGN;
    if (!d_type_is_arithmetic(node->first->type) || !d_type_is_arithmetic(node->second->type))
        d_fail(compiler, arithmetic ? "D_OP_ARITH" : "D_OP_INT",
               "operator %s requires operands of %s type", d_token_text(node->op),
               arithmetic ? "arithmetic" : "integral");
    if (division && d_node_is_zero(node->second))
        d_fail(compiler, "D_DIV_ZERO", "expression contains division by zero");
}

static void check_types(struct d_compiler *compiler, const struct d_node *node)
{
    if (d_node_is_dynamic(node->first) || d_node_is_dynamic(node->second))
        incompatible(compiler, node);
    if (node->op == D_TOKEN_ADD_ASSIGN || node->op == D_TOKEN_SUB_ASSIGN)
        check_sum(compiler, node);
    else if (node->op != D_TOKEN_ASSIGN)
        check_arithmetic(compiler, node);
    else if (!d_assignable(node->first->type, node->first->userland, node->second))
        incompatible(compiler, node);
}

static void check_target(struct d_compiler *compiler, const struct d_node *node)
{
    const struct d_node *left = node->first;
    enum d_type_kind kind = left->type != NULL ? d_type_resolve(left->type)->kind : D_TYPE_INTEGER;
    bool array = kind == D_TYPE_ARRAY && !d_type_is_string(left->type);
    if (array || kind == D_TYPE_FUNCTION)
        d_fail(compiler, "D_OP_ARRFUN", "operator %s may not be applied to an array or function",
               d_token_text(node->op));
    if (!left->lvalue)
        refuse_target(compiler, node->op);
    if (!left->writable)
        d_fail(compiler, "D_OP_WRITE", "operator %s can only be applied to a writable variable",
               d_token_text(node->op));
}

/* `x += 1` needs an x: a plain name is told as other variables are. */
static void need_variable(struct d_compiler *compiler, const struct d_node *left)
{
    if (left->kind == D_NODE_NAME && d_idents_find(compiler->globals, left->text) == NULL)
        d_fail_at(compiler, left->place, "D_VAR_UNDEF", "%s has not yet been declared or assigned",
                  left->text);
}

struct d_node *d_resolve_assign(struct d_compiler *compiler, struct d_node *node)
{
    if (node->first->kind == D_NODE_AGGREGATION)
        return assign_aggregation(compiler, node);
    bool plain = node->op == D_TOKEN_ASSIGN;
    if (!plain)
        need_variable(compiler, node->first);
    node->first = d_resolve_in(compiler, node->first, plain ? D_RESOLVE_ASSIGN : D_RESOLVE_READ);
    node->second = d_resolve(compiler, node->second);
    compiler->place = node->place;
    bool aggregates =
        d_node_is_action(node->second) && node->second->ident->kind == D_IDENT_AGGREGATING;
    if ((aggregates || d_node_is_dynamic(node->first)) && !node->first->lvalue)
        refuse_target(compiler, node->op); /* (@a = count()) = ..., 1 = count() */
    if (aggregates)
        incompatible(compiler, node);
    if (d_node_is_action(node->second)) { /* the generator says that it has no value */
        d_node_set_type(node, d_type_of(compiler, D_INT));
        return node;
    }
    infer(compiler, node);
    check_target(compiler, node);
    check_types(compiler, node);
    cast_constant(compiler, node);
    d_node_set_type(node, node->first->type);
    node->userland = node->first->userland;
    node->writable = node->first->writable;
    return node;
}
