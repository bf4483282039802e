/* printf(), system(), freopen(), printa(): sections 5.4 and 6.4 of the language. */
#include <string.h>

#include "flight/d/action_parts.h"

static const char *literal_of(struct d_compiler *compiler, const struct d_node *call)
{
    if (call->list->kind != D_NODE_STRING)
        d_fail_at(compiler, call->list->place, "D_PRINTF_ARG_FMT",
                  "%s( ) argument #1 is incompatible with prototype: a string constant is expected",
                  call->ident->name);
    return call->list->text;
}

static void add_values(struct d_action_list *list, uint32_t kind, const char *format,
                       struct d_node *values)
{
    if (values == NULL)
        d_action_add(list, kind, d_generate_nothing(list->compiler))->format = format;
    for (; values != NULL; values = values->next)
        d_action_add(list, kind, d_generate(list->compiler, values))->format = format;
}

/* The kernel refuses one. */
static void refuse_empty(struct d_compiler *compiler, const struct d_node *call, const char *format)
{
    if (format[0] == '\0')
        d_fail_at(compiler, call->place, "D_PRINTF_FMT_EMPTY",
                  "%s( ) format string may not be empty", call->ident->name);
}

void d_action_printf(struct d_action_list *list, struct d_node *call, uint32_t kind)
{
    struct d_compiler *compiler = list->compiler;
    const char *format = literal_of(compiler, call);
    refuse_empty(compiler, call, format);
    const char *stored =
        d_print_format(compiler, call->place, call->ident->name, format, call->list->next, false);
    add_values(list, kind, stored, call->list->next);
}

/* "" is standard output again, which is stored as ".". */
void d_action_freopen(struct d_action_list *list, struct d_node *call)
{
    struct d_compiler *compiler = list->compiler;
    const char *format = literal_of(compiler, call);
    if (strcmp(format, ".") == 0)
        d_fail_at(compiler, call->place, "D_FREOPEN_INVALID", "%s( ) argument #1 cannot be \".\"",
                  call->ident->name);
    if (format[0] == '\0')
        format = ".";
    const char *stored =
        d_print_format(compiler, call->place, call->ident->name, format, call->list->next, false);
    add_values(list, DOF_ACTION_FREOPEN, stored, call->list->next);
}

static void check_aggregation(struct d_compiler *compiler, const struct d_node *node,
                              uint32_t number)
{
    if (node->kind != D_NODE_AGGREGATION)
        d_fail_at(
            compiler, node->place, "D_PRINTA_AGGARG",
            "printa( ) argument #%u is incompatible with prototype: an aggregation is expected",
            number);
    if (node->ident->function == NULL)
        d_fail_at(compiler, node->place, "D_PRINTA_AGGBAD", "undefined aggregation: @%s",
                  node->ident->name);
}

static void check_keys(struct d_compiler *compiler, const struct d_node *first,
                       const struct d_node *node)
{
    const struct d_parameter *left = first->ident->parameters;
    const struct d_parameter *right = node->ident->parameters;
    for (; left != NULL && right != NULL; left = left->next, right = right->next) {
        struct d_node *key = d_node_new(compiler, D_NODE_VARIABLE, node->place);
        key->type = right->type;
        if (!d_assignable(left->type, right->userland, key))
            d_fail_at(compiler, node->place, "D_PRINTA_AGGPROTO",
                      "printa( ) @%s[ ] key type is incompatible with that of @%s[ ]",
                      node->ident->name, first->ident->name);
    }
    if (left != NULL || right != NULL)
        d_fail_at(compiler, node->place, "D_PRINTA_AGGKEY",
                  "printa( ) @%s[ ] and @%s[ ] have different numbers of keys", first->ident->name,
                  node->ident->name);
}

static void check_aggregations(struct d_compiler *compiler, const struct d_node *first,
                               uint32_t number)
{
    for (const struct d_node *at = first; at != NULL; at = at->next, number++) {
        check_aggregation(compiler, at, number);
        if (at != first)
            check_keys(compiler, first, at);
    }
}

void d_action_printa(struct d_action_list *list, struct d_node *call)
{
    struct d_compiler *compiler = list->compiler;
    bool formatted = call->list->kind == D_NODE_STRING;
    struct d_node *first = formatted ? call->list->next : call->list;
    if (first == NULL)
        d_fail_at(compiler, call->place, "D_PRINTA_PROTO",
                  "printa( ) prototype mismatch: at least one aggregation is expected");
    check_aggregations(compiler, first, formatted ? 2 : 1);
    const char *stored = NULL;
    if (formatted) {
        refuse_empty(compiler, call, call->list->text);
        stored = d_print_format(compiler, call->place, "printa", call->list->text, first, true);
    }
    for (struct d_node *at = first; at != NULL; at = at->next)
        d_action_add(list, DOF_ACTION_PRINTA, d_generate_constant(compiler, at->ident->id))
            ->format = stored;
}
