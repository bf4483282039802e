/* The resolver: gives every expression its type and every name its meaning, or says which rule was broken
 * (sections 2.2, 3.2 and 4 of the language). */
#include "flight/d/resolve.h"

#include <string.h>

#include "flight/d/option.h"

void d_node_set_type(struct d_node *node, const struct d_type *type)
{
    node->type = type;
    node->by_reference = type != NULL && d_type_is_by_reference(type);
    node->is_signed = type != NULL && d_type_is_signed(type);
}

bool d_node_is_dynamic(const struct d_node *node)
{
    return node->kind == D_NODE_AGGREGATION || d_type_is_dynamic(node->type);
}

bool d_node_is_action(const struct d_node *node)
{
    return node->kind == D_NODE_CALL && node->ident != NULL &&
           (node->ident->kind == D_IDENT_ACTION || node->ident->kind == D_IDENT_AGGREGATING);
}

bool d_node_is_zero(const struct d_node *node)
{
    return node->kind == D_NODE_INT && node->value == 0;
}

static struct d_node *resolve_constant(struct d_compiler *compiler, struct d_node *node)
{
    if (node->kind == D_NODE_STRING)
        d_node_set_type(node, d_type_of(compiler, D_STRING));
    else
        d_node_set_type(node, node->type);
    return node;
}

static noreturn void refuse_scope(struct d_compiler *compiler, const struct d_node *node)
{
    d_fail_at(compiler, node->place, "D_IDENT_BADREF", "%s may not be used without a member",
              node->kind == D_NODE_SELF ? "self" : "this");
}

static struct d_node *resolve_kind(struct d_compiler *compiler, struct d_node *node,
                                   enum d_resolve_mode mode)
{
    switch (node->kind) {
    case D_NODE_INT:
    case D_NODE_STRING:
        return resolve_constant(compiler, node);
    case D_NODE_NAME:
        return d_resolve_name(compiler, node, mode);
    case D_NODE_SCOPED:
        return d_resolve_scoped(compiler, node, mode);
    case D_NODE_INDEX:
        return d_resolve_index(compiler, node, mode);
    case D_NODE_AGGREGATION:
        return d_resolve_aggregation(compiler, node, mode);
    case D_NODE_CALL:
        return d_resolve_call(compiler, node);
    case D_NODE_MEMBER:
        return d_resolve_member(compiler, node);
    case D_NODE_UNARY:
    case D_NODE_POSTFIX:
        return d_resolve_unary(compiler, node);
    case D_NODE_BINARY:
        return d_token_is_assignment(node->op) ? d_resolve_assign(compiler, node)
                                               : d_resolve_binary(compiler, node);
    case D_NODE_CONDITION:
        return d_resolve_condition(compiler, node);
    case D_NODE_CAST:
        return d_resolve_cast(compiler, node);
    case D_NODE_XLATE:
        return d_resolve_xlate(compiler, node);
    case D_NODE_SELF:
    case D_NODE_THIS:
        refuse_scope(compiler, node);
    case D_NODE_VARIABLE: /* these come only out of here */
    case D_NODE_SYMBOL:
    case D_NODE_INLINE:
        break;
    }
    return node;
}

struct d_node *d_resolve_in(struct d_compiler *compiler, struct d_node *node,
                            enum d_resolve_mode mode)
{
    if (node->resolved)
        return node;
    compiler->place = node->place;
    struct d_node *next = node->next;
    struct d_place place = node->place;
    node = resolve_kind(compiler, node, mode);
    node->resolved = true;
    node->place = place;
    node->next = next;
    compiler->place = place;
    return node;
}

struct d_node *d_resolve(struct d_compiler *compiler, struct d_node *node)
{
    return d_resolve_in(compiler, node, D_RESOLVE_READ);
}

struct d_node *d_resolve_list(struct d_compiler *compiler, struct d_node *list)
{
    for (struct d_node **at = &list; *at != NULL; at = &(*at)->next)
        *at = d_resolve(compiler, *at);
    return list;
}

static bool same_special(const struct d_type *left, const struct d_type *right)
{
    enum d_special special = d_type_resolve(left)->special;
    return (special == D_SPECIAL_STACK || special == D_SPECIAL_SYMADDR ||
            special == D_SPECIAL_USYMADDR) &&
           d_type_resolve(right)->special == special;
}

static bool pointers_fit(const struct d_type *type, const struct d_node *node)
{
    bool left = d_type_is_indexable(type);
    bool right = d_type_is_indexable(node->type);
    if (left && d_node_is_zero(node))
        return true;
    if (!left || !right)
        return false;
    return d_type_is_void_pointer(type) || d_type_is_void_pointer(node->type) ||
           d_types_compatible(d_type_resolve(type)->target, d_type_resolve(node->type)->target);
}

bool d_assignable(const struct d_type *type, bool userland, const struct d_node *node)
{
    if (d_node_is_dynamic(node) || node->type == NULL)
        return false;
    if (d_type_is_arithmetic(type) && d_type_is_arithmetic(node->type))
        return true;
    if (d_type_is_indexable(type) && d_type_is_indexable(node->type) && userland != node->userland)
        return false;
    if (d_type_is_text(type) && d_type_is_text(node->type))
        return true;
    if (same_special(type, node->type))
        return true;
    if (d_type_is_struct(type) || d_type_is_float(type))
        return d_types_compatible(type, node->type);
    return pointers_fit(type, node);
}

static struct d_statement *resolve_statements(struct d_compiler *compiler,
                                              const struct d_statement *from)
{
    struct d_statement *first = NULL;
    struct d_statement **end = &first;
    for (; from != NULL; from = from->next) {
        struct d_statement *copy = *end = d_take(compiler, sizeof *copy);
        *copy = *from;
        copy->next = NULL;
        copy->expression = d_resolve(compiler, d_node_copy(compiler, from->expression));
        end = &copy->next;
    }
    return first;
}

static void resolve_actions(struct d_compiler *compiler, struct d_clause *to,
                            const struct d_clause *from)
{
    compiler->part = "action list";
    to->statements = resolve_statements(compiler, from->statements);
}

static void resolve_predicate(struct d_compiler *compiler, struct d_clause *to,
                              const struct d_clause *from)
{
    compiler->part = "predicate";
    to->predicate = d_resolve(compiler, d_node_copy(compiler, from->predicate));
    if (d_node_is_dynamic(to->predicate) || !d_type_is_scalar(to->predicate->type) ||
        d_node_is_action(to->predicate))
        d_fail_at(compiler, from->predicate->place, "D_PRED_SCALAR",
                  "predicate result must be of scalar type");
}

/* The names that actions lack may be those that the predicate makes. */
static bool actions_resolve(struct d_compiler *compiler, struct d_clause *to,
                            const struct d_clause *from)
{
    jmp_buf kept;
    memcpy(&kept, &compiler->leave, sizeof kept);
    if (setjmp(compiler->leave) == 0) {
        resolve_actions(compiler, to, from);
        memcpy(&compiler->leave, &kept, sizeof kept);
        return true;
    }
    memcpy(&compiler->leave, &kept, sizeof kept);
    const char *tag = compiler->problem->tag;
    if (from->predicate == NULL ||
        (strcmp(tag, "D_IDENT_UNDEF") != 0 && strcmp(tag, "D_VAR_UNDEF") != 0))
        longjmp(compiler->leave, 1);
    return false;
}

/* What is less stable than the option amin demands is refused (section 2.7).  All that is known of probes is that
 * dtrace's own are stable. */
void d_check_stability(struct d_compiler *compiler, const int *attributes, const char *what)
{
    for (int i = 0; i < 3; i++)
        if (attributes[i] < compiler->options.amin[i])
            d_fail(compiler, "D_ATTR_MIN",
                   "attributes of %s are less than the predefined minimum of the option amin",
                   what);
}

static void check_probe(struct d_compiler *compiler, const struct d_probe_description *probe)
{
    static const char *const stable[] = {"BEGIN", "END", "ERROR"};
    static const int unknown[3] = {D_STABILITY_UNSTABLE, D_STABILITY_UNSTABLE, D_STABILITY_COMMON};
    for (size_t i = 0; i < sizeof stable / sizeof stable[0]; i++)
        if (strcmp(probe->name.name, stable[i]) == 0)
            return;
    compiler->place = probe->place;
    d_check_stability(compiler, unknown, "the probe description");
}

struct d_clause *d_resolve_clause(struct d_compiler *compiler, const struct d_clause *clause,
                                  const struct d_probe_description *probe)
{
    check_probe(compiler, probe);
    struct d_clause *copy = d_take(compiler, sizeof *copy);
    *copy = *clause;
    bool again = !actions_resolve(compiler, copy, clause);
    if (clause->predicate != NULL)
        resolve_predicate(compiler, copy, clause);
    if (again)
        resolve_actions(compiler, copy, clause);
    compiler->part = "";
    return copy;
}
