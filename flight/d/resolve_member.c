/* Members of structs and unions: section 4 of the language. */
#include "flight/d/resolve.h"

static noreturn void refuse_base(struct d_compiler *compiler, const struct d_node *node,
                                 bool pointer)
{
    d_fail(compiler, "D_OP_SOU", "operator %s cannot be applied to %s of type %s",
           d_token_text(node->op), pointer ? "pointer" : "a value",
           d_type_text(compiler, node->first->type));
}

/* The struct or union on the left. */
static const struct d_type *base_type(struct d_compiler *compiler, const struct d_node *node)
{
    const struct d_type *type = d_type_resolve(node->first->type);
    bool pointer = node->op == D_TOKEN_ARROW;
    if (pointer) {
        if (d_node_is_dynamic(node->first) || !d_type_is_indexable(type))
            d_fail(compiler, "D_OP_PTR", "operator -> must be applied to a pointer");
        type = d_type_resolve(type->target);
    }
    if (type->kind == D_TYPE_FORWARD)
        d_fail(compiler, "D_OP_INCOMPLETE",
               "operator %s cannot be applied to a forward declaration: no definition of %s is "
               "available",
               d_token_text(node->op), d_type_text(compiler, type));
    if (type->kind != D_TYPE_STRUCT && type->kind != D_TYPE_UNION)
        refuse_base(compiler, node, pointer);
    return type;
}

struct d_node *d_resolve_member(struct d_compiler *compiler, struct d_node *node)
{
    node->first = d_resolve(compiler, node->first);
    compiler->place = node->place;
    if (node->first->kind == D_NODE_XLATE)
        return d_resolve_translated(compiler, node);
    const struct d_type *type = base_type(compiler, node);
    node->member = d_type_member(type, node->text);
    if (node->member == NULL)
        d_fail(compiler, "D_TYPE_MEMBER", "%s is not a member of %s", node->text,
               d_type_text(compiler, type));
    d_node_set_type(node, node->member->type);
    node->lvalue = (node->op == D_TOKEN_ARROW || node->first->lvalue) &&
                   (!d_type_is_array(node->type) || d_type_is_string(node->type));
    node->writable = node->first->writable;
    node->userland = node->first->userland;
    return node;
}
