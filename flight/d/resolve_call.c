/* Calls: subroutines, aggregating functions, actions (section 5.2 and 5.3 of the language).  What an action wants
 * beyond its prototype is action_statement.c's. */
#include "flight/d/resolve.h"

static struct d_ident *called(struct d_compiler *compiler, const struct d_node *node)
{
    if (node->first->kind != D_NODE_NAME)
        d_fail(compiler, "D_FUNC_IDENT", "function designator is not of function type");
    struct d_ident *ident = d_idents_find(compiler->globals, node->first->text);
    if (ident == NULL)
        d_fail(compiler, "D_FUNC_UNDEF", "undefined function name: %s", node->first->text);
    if (ident->kind != D_IDENT_FUNCTION && ident->kind != D_IDENT_ACTION &&
        ident->kind != D_IDENT_AGGREGATING)
        d_fail(compiler, "D_FUNC_IDKIND", "%s '%s' may not be referenced as function",
               d_ident_kind_text(ident->kind), ident->name);
    d_builtin_complete(compiler, ident);
    return ident;
}

static void check_count(struct d_compiler *compiler, const struct d_ident *ident, uint32_t passed)
{
    uint32_t least = 0, most = 0;
    for (const struct d_parameter *at = ident->parameters; at != NULL; at = at->next) {
        most++;
        least += !at->optional;
    }
    if (passed >= least && (passed <= most || ident->variadic))
        return;
    bool open = ident->variadic || least != most;
    d_fail(compiler, "D_PROTO_LEN", "%s( ) prototype mismatch: %u argument%s passed, %s%u expected",
           ident->name, passed, passed == 1 ? "" : "s", open && passed < least ? "at least " : "",
           passed < least ? least : most);
}

static void check_arguments(struct d_compiler *compiler, const struct d_ident *ident,
                            const struct d_node *list)
{
    const struct d_parameter *parameter = ident->parameters;
    for (uint32_t i = 1; list != NULL && parameter != NULL;
         list = list->next, parameter = parameter->next, i++)
        if (parameter->type != NULL && !d_assignable(parameter->type, parameter->userland, list))
            d_fail(compiler, "D_PROTO_ARG",
                   "%s( ) argument #%u is incompatible with prototype: prototype: %s, argument: %s",
                   ident->name, i, d_type_text(compiler, parameter->type),
                   d_type_text(compiler, list->type));
}

struct d_node *d_resolve_call(struct d_compiler *compiler, struct d_node *node)
{
    struct d_ident *ident = called(compiler, node);
    node->list = d_resolve_list(compiler, node->list);
    compiler->place = node->place;
    check_count(compiler, ident, d_node_count(node->list));
    check_arguments(compiler, ident, node->list);
    node->ident = ident;
    d_node_set_type(node,
                    ident->kind == D_IDENT_AGGREGATING ? d_type_of(compiler, D_INT) : ident->type);
    return node;
}
