/* Inlines: their expression in the place of their name (section 2.5 of the language). */
#include "flight/d/resolve.h"

static struct d_node *substitute_below(struct d_compiler *compiler, struct d_node *tree,
                                       struct d_node *child, const struct d_ident *from,
                                       const struct d_node *to)
{
    struct d_node *next = d_substitute(compiler, child, from, to);
    if (next != NULL)
        d_node_below(compiler, tree, next);
    return next;
}

struct d_node *d_substitute(struct d_compiler *compiler, struct d_node *tree,
                            const struct d_ident *from, const struct d_node *to)
{
    if (tree == NULL)
        return NULL;
    if (tree->kind == D_NODE_VARIABLE && tree->ident == from) {
        struct d_node *copy = d_node_copy(compiler, to);
        copy->next = tree->next;
        return copy;
    }
    tree->first = substitute_below(compiler, tree, tree->first, from, to);
    tree->second = substitute_below(compiler, tree, tree->second, from, to);
    tree->third = substitute_below(compiler, tree, tree->third, from, to);
    for (struct d_node **at = &tree->list; *at != NULL; at = &(*at)->next)
        *at = substitute_below(compiler, tree, *at, from, to);
    return tree;
}

static noreturn void wrong_count(struct d_compiler *compiler, const struct d_ident *ident,
                                 bool many)
{
    d_fail(compiler, "D_PROTO_LEN", "%s[ ] prototype mismatch: too %s keys passed", ident->name,
           many ? "many" : "few");
}

static void check_argument(struct d_compiler *compiler, const struct d_ident *ident,
                           const struct d_parameter *parameter, const struct d_node *argument)
{
    if (parameter->type != NULL && !d_assignable(parameter->type, parameter->userland, argument))
        d_fail_at(compiler, argument->place, "D_PROTO_ARG",
                  "%s[ ] key is incompatible with prototype: prototype: %s, argument: %s",
                  ident->name, d_type_text(compiler, parameter->type),
                  d_type_text(compiler, argument->type));
}

/* The arguments, each in the place of the parameter of its number. */
static struct d_node *put_arguments(struct d_compiler *compiler, struct d_node *body,
                                    const struct d_ident *ident, struct d_node *arguments)
{
    const struct d_parameter *parameter = ident->parameters;
    for (; parameter != NULL; parameter = parameter->next) {
        if (arguments == NULL)
            wrong_count(compiler, ident, false);
        check_argument(compiler, ident, parameter, arguments);
        if (parameter->ident != NULL)
            body = d_substitute(compiler, body, parameter->ident, arguments);
        arguments = arguments->next;
    }
    if (arguments != NULL)
        wrong_count(compiler, ident, true);
    return body;
}

struct d_node *d_resolve_inline(struct d_compiler *compiler, struct d_node *node,
                                struct d_ident *ident, struct d_node *arguments)
{
    compiler->place = node->place;
    if (ident->has_attributes)
        d_check_stability(compiler, ident->attributes, ident->name);
    struct d_node *body = d_resolve(compiler, d_node_copy(compiler, ident->inline_body));
    if (ident->has_parameters)
        body = put_arguments(compiler, body, ident, arguments);
    if (body->kind == D_NODE_XLATE) /* its members are taken one by one */
        return body;
    struct d_node *use = d_node_new(compiler, D_NODE_INLINE, node->place);
    use->ident = ident;
    use->first = body;
    d_node_below(compiler, use, body);
    use->lvalue = true; /* like a variable, one that nobody may write */
    use->userland = ident->userland;
    d_node_set_type(use, ident->type);
    return use;
}
