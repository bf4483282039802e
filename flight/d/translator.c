/* Translators and xlate: section 2.6 of the language. */
#include "flight/d/resolve.h"

#include <string.h>

/* What is asked for: the struct itself, or behind a pointer. */
static const struct d_type *output_of(const struct d_type *named)
{
    const struct d_type *type = d_type_resolve(named);
    return d_type_is_pointer(type) ? d_type_resolve(type->target) : type;
}

/* The kinds of match, the best first: the same type, the same behind typedefs, one that may be assigned. */
static bool fits(const struct d_translator *translator, const struct d_node *input, int pass)
{
    if (pass == 0)
        return translator->input == input->type;
    if (pass == 1)
        return d_type_resolve(translator->input) == d_type_resolve(input->type);
    return d_assignable(translator->input, translator->parameter->userland, input);
}

struct d_translator *d_translator_find(const struct d_compiler *compiler,
                                       const struct d_type *named, const struct d_node *input)
{
    const struct d_type *output = output_of(named);
    for (int pass = 0; pass < 3; pass++)
        for (struct d_translator *at = compiler->translators; at != NULL; at = at->next)
            if (d_type_resolve(at->output) == output && fits(at, input, pass))
                return at;
    return NULL;
}

static void check_output(struct d_compiler *compiler, const struct d_translator *translator)
{
    if (!d_type_is_struct(translator->output))
        d_fail_at(compiler, translator->place, "D_XLATE_SOU",
                  "translator output type must be a struct or union: %s",
                  d_type_text(compiler, translator->output));
}

static void check_new(struct d_compiler *compiler, const struct d_translator *translator)
{
    for (const struct d_translator *at = compiler->translators; at != NULL; at = at->next)
        if (d_types_compatible(at->output, translator->output) &&
            d_types_compatible(at->input, translator->input))
            d_fail_at(compiler, translator->place, "D_XLATE_REDECL",
                      "translator from %s to %s has already been declared",
                      d_type_text(compiler, translator->input),
                      d_type_text(compiler, translator->output));
}

static void check_member(struct d_compiler *compiler, const struct d_translator *translator,
                         struct d_translation *member)
{
    compiler->place = member->place;
    member->member = d_type_member(translator->output, member->name);
    if (member->member == NULL)
        d_fail(compiler, "D_XLATE_MEMB", "translator member %s is not a member of %s", member->name,
               d_type_text(compiler, translator->output));
    member->expression = d_resolve(compiler, member->expression);
    compiler->place = member->place;
    if (!d_assignable(member->member->type, false, member->expression))
        d_fail(compiler, "D_XLATE_INCOMPAT",
               "translator member %s definition uses incompatible types: \"%s\" = \"%s\"",
               member->name, d_type_text(compiler, member->member->type),
               d_type_text(compiler, member->expression->type));
}

void d_translator_check(struct d_compiler *compiler, struct d_translator *translator)
{
    check_output(compiler, translator);
    check_new(compiler, translator);
    for (struct d_translation *at = translator->members; at != NULL; at = at->next)
        check_member(compiler, translator, at);
}

/* The parameter, as each use has one of its own: its register is that use's. */
static struct d_node *fresh_parameter(struct d_compiler *compiler,
                                      const struct d_translator *translator, struct d_place place)
{
    struct d_ident *ident = d_take(compiler, sizeof *ident);
    *ident = *translator->parameter;
    ident->next = NULL;
    ident->bound = true;
    struct d_node *node = d_node_new(compiler, D_NODE_VARIABLE, place);
    node->ident = ident;
    node->resolved = true;
    node->lvalue = true;
    d_node_set_type(node, ident->type);
    return node;
}

static struct d_node *translation(struct d_compiler *compiler,
                                  const struct d_translator *translator,
                                  const struct d_translation *member,
                                  const struct d_node *parameter)
{
    struct d_node *copy = d_node_copy(compiler, member->expression);
    copy = d_substitute(compiler, copy, translator->parameter, parameter);
    struct d_node *cast = d_node_new(compiler, D_NODE_INLINE, copy->place);
    cast->first = copy;
    cast->member = member->member;
    cast->resolved = true;
    d_node_set_type(cast, member->member->type);
    return cast;
}

/* All members, for a whole struct: in the order of the translator. */
static void take_members(struct d_compiler *compiler, struct d_node *node)
{
    const struct d_translator *translator = node->translator;
    struct d_node *parameter = fresh_parameter(compiler, translator, node->place);
    node->second = parameter;
    struct d_node **end = &node->list;
    for (const struct d_translation *at = translator->members; at != NULL; at = at->next) {
        *end = translation(compiler, translator, at, parameter);
        end = &(*end)->next;
    }
}

struct d_node *d_resolve_xlate(struct d_compiler *compiler, struct d_node *node)
{
    node->first = d_resolve(compiler, node->first);
    compiler->place = node->place;
    if (d_node_is_dynamic(node->first) ||
        (node->translator = d_translator_find(compiler, node->named, node->first)) == NULL)
        d_fail(compiler, "D_XLATE_NONE", "cannot translate from \"%s\" to \"%s\"",
               d_type_text(compiler, node->first->type), d_type_text(compiler, node->named));
    if (d_type_is_pointer(node->named)) {
        d_node_set_type(node, d_type_of(compiler, D_DYNAMIC));
    } else {
        d_node_set_type(node, node->named);
        take_members(compiler, node);
    }
    return node;
}

/* `*xlate<T *>(e)` is the struct itself. */
static struct d_node *resolve_whole(struct d_compiler *compiler, struct d_node *node)
{
    struct d_node *whole = node->first;
    d_node_set_type(whole, d_type_resolve(whole->named)->target);
    take_members(compiler, whole);
    return whole;
}

static const struct d_translation *find_member(const struct d_translator *translator,
                                               const char *name)
{
    for (const struct d_translation *at = translator->members; at != NULL; at = at->next)
        if (strcmp(at->name, name) == 0)
            return at;
    return NULL;
}

static void check_base(struct d_compiler *compiler, const struct d_node *node)
{
    bool pointer = d_node_is_dynamic(node->first);
    if (pointer && node->op == D_TOKEN_DOT)
        d_fail(compiler, "D_OP_SOU", "operator . cannot be applied to a pointer");
    if (!pointer && node->op == D_TOKEN_ARROW)
        d_fail(compiler, "D_OP_PTR", "operator -> must be applied to a pointer");
}

struct d_node *d_resolve_translated(struct d_compiler *compiler, struct d_node *node)
{
    struct d_node *xlate = node->first;
    if (node->kind == D_NODE_UNARY)
        return resolve_whole(compiler, node);
    check_base(compiler, node);
    const struct d_translator *translator = xlate->translator;
    const struct d_type *output = d_type_resolve(translator->output);
    if (d_type_member(output, node->text) == NULL)
        d_fail(compiler, "D_TYPE_MEMBER", "%s is not a member of %s", node->text,
               d_type_text(compiler, output));
    const struct d_translation *member = find_member(translator, node->text);
    if (member == NULL)
        d_fail(compiler, "D_XLATE_NOCONV", "translator does not define conversion for member: %s",
               node->text);
    struct d_node *parameter = fresh_parameter(compiler, translator, node->place);
    node->translator = xlate->translator;
    node->ident = parameter->ident;
    node->first = xlate->first;
    node->second = translation(compiler, translator, member, parameter);
    d_node_set_type(node, member->member->type);
    return node;
}
