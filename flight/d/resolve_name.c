/* Names: variables, symbols, associative arrays, aggregations (sections 2.3 and 6.2 of the language). */
#include "flight/d/resolve.h"

#include <string.h>

static struct d_ident *find_global(struct d_compiler *compiler, const char *name)
{
    struct d_ident *ident = d_idents_find(compiler->globals, name);
    if (ident != NULL)
        d_builtin_complete(compiler, ident);
    return ident;
}

static noreturn void bad_reference(struct d_compiler *compiler, const struct d_ident *ident,
                                   enum d_ident_kind kind)
{
    d_fail(compiler, "D_IDENT_BADREF", "%s '%s' may not be referenced as %s",
           d_ident_kind_text(ident->kind), ident->name, d_ident_kind_text(kind));
}

static struct d_node *variable(struct d_compiler *compiler, struct d_node *node,
                               struct d_ident *ident)
{
    if (ident->has_attributes)
        d_check_stability(compiler, ident->attributes, ident->name);
    node->kind = D_NODE_VARIABLE;
    node->ident = ident;
    node->lvalue = true;
    node->writable =
        (ident->writable || !ident->builtin) && !ident->passing; /* a parameter is not */
    node->userland = ident->userland;
    if (ident->type != NULL)
        d_node_set_type(node, ident->type);
    if (d_type_is_array(ident->type) && !d_type_is_string(ident->type))
        node->lvalue = false;
    return node;
}

static struct d_ident *create(struct d_compiler *compiler, struct d_idents *idents,
                              const char *name, enum d_ident_kind kind, enum d_scope scope,
                              enum d_resolve_mode mode)
{
    struct d_ident *ident = d_idents_add(compiler, idents, name, kind, true);
    ident->scope = scope;
    ident->writable = true;
    ident->place = compiler->place;
    if (mode != D_RESOLVE_ASSIGN)
        ident->type = d_type_of(compiler, D_INT64);
    return ident;
}

/* "`name", "module`name"; two backquotes are a process' own, which is not to be had. */
static struct d_symbol *find_symbol(struct d_compiler *compiler, const char *text)
{
    const char *quote = strrchr(text, '`');
    const char *module = d_text(compiler, text, (size_t)(quote - text));
    const struct d_kernel *kernel = compiler->setup.kernel;
    const struct d_ident *told = quote == text ? d_idents_find(compiler->externs, text + 1) : NULL;
    struct d_symbol *symbol = d_take(compiler, sizeof *symbol);
    if (kernel == NULL || strchr(module, '`') != NULL ||
        !kernel->find_symbol(kernel->context, compiler, module, quote + 1, symbol))
        d_fail(compiler, told != NULL ? "D_ASRELO" : "D_IDENT_UNDEF",
               "failed to resolve %s: no such symbol", text);
    if (symbol->type == NULL && told != NULL)
        symbol->type = told->type;
    return symbol;
}

static struct d_node *resolve_symbol(struct d_compiler *compiler, struct d_node *node)
{
    struct d_symbol *symbol = find_symbol(compiler, node->text);
    if (symbol->type == NULL)
        d_fail(compiler, "D_SYM_NOTYPES", "no symbolic type information is available for %s",
               node->text);
    struct d_ident *ident = d_take(compiler, sizeof *ident);
    ident->name = node->text;
    ident->kind = D_IDENT_SYMBOL;
    ident->builtin = true;
    ident->type = symbol->type;
    ident->symbol = symbol;
    node = variable(compiler, node, ident);
    node->kind = D_NODE_SYMBOL;
    return node;
}

static noreturn void undefined_variable(struct d_compiler *compiler, const struct d_node *node)
{
    const char *scope = node->kind != D_NODE_SCOPED     ? ""
                        : node->scope == D_SCOPE_THREAD ? "self->"
                                                        : "this->";
    d_fail(compiler, "D_VAR_UNDEF", "%s%s has not yet been declared or assigned", scope,
           node->text);
}

static noreturn void undefined_name(struct d_compiler *compiler, const struct d_node *node)
{
    d_fail(compiler, "D_IDENT_UNDEF", "failed to resolve %s: Unknown variable name", node->text);
}

/* In `x = x + 1` the left side makes an x, but there is no value to read yet. */
static void need_value(struct d_compiler *compiler, const struct d_node *node,
                       const struct d_ident *ident, enum d_resolve_mode mode)
{
    if (ident->type != NULL || mode == D_RESOLVE_ASSIGN)
        return;
    if (node->kind == D_NODE_NAME)
        undefined_name(compiler, node);
    undefined_variable(compiler, node);
}

static struct d_node *use_ident(struct d_compiler *compiler, struct d_node *node,
                                struct d_ident *ident, enum d_resolve_mode mode)
{
    if (ident->inline_body != NULL && !ident->has_parameters)
        return d_resolve_inline(compiler, node, ident, NULL);
    if (ident->kind != D_IDENT_SCALAR)
        bad_reference(compiler, ident, D_IDENT_SCALAR);
    need_value(compiler, node, ident, mode);
    return variable(compiler, node, ident);
}

struct d_node *d_resolve_name(struct d_compiler *compiler, struct d_node *node,
                              enum d_resolve_mode mode)
{
    if (strchr(node->text, '`') != NULL)
        return resolve_symbol(compiler, node);
    struct d_ident *ident = find_global(compiler, node->text);
    if (ident != NULL)
        return use_ident(compiler, node, ident, mode);
    if (mode == D_RESOLVE_READ || mode == D_RESOLVE_UNARY)
        undefined_name(compiler, node);
    return variable(
        compiler, node,
        create(compiler, compiler->globals, node->text, D_IDENT_SCALAR, D_SCOPE_GLOBAL, mode));
}

struct d_node *d_resolve_scoped(struct d_compiler *compiler, struct d_node *node,
                                enum d_resolve_mode mode)
{
    struct d_idents *idents = d_idents_of(compiler, node->scope);
    struct d_ident *ident = d_idents_find(idents, node->text);
    if (ident == NULL && mode == D_RESOLVE_READ)
        undefined_variable(compiler, node);
    if (ident == NULL)
        ident = create(compiler, idents, node->text, D_IDENT_SCALAR, node->scope, mode);
    if (ident->kind != D_IDENT_SCALAR)
        bad_reference(compiler, ident, D_IDENT_SCALAR);
    need_value(compiler, node, ident, mode);
    return variable(compiler, node, ident);
}

static void take_keys(struct d_compiler *compiler, struct d_ident *ident, const struct d_node *list)
{
    struct d_parameter **end = &ident->parameters;
    ident->has_parameters = true;
    for (; list != NULL; list = list->next) {
        struct d_parameter *parameter = *end = d_take(compiler, sizeof *parameter);
        parameter->type = list->type;
        parameter->userland = list->userland;
        end = &parameter->next;
    }
}

static void check_key_kinds(struct d_compiler *compiler, const struct d_ident *ident,
                            const struct d_node *list)
{
    uint32_t number = 1;
    for (; list != NULL; list = list->next, number++)
        if (d_node_is_dynamic(list) || d_type_is_void(list->type))
            d_fail_at(compiler, list->place, "D_KEY_TYPE",
                      "%s key #%u: a void or dynamic expression may not be a key", ident->name,
                      number);
}

/* Keys against those of the first use. */
static void check_keys(struct d_compiler *compiler, struct d_ident *ident, struct d_node *list)
{
    struct d_place place = compiler->place;
    check_key_kinds(compiler, ident, list);
    if (!ident->has_parameters) {
        take_keys(compiler, ident, list);
        return;
    }
    uint32_t passed = d_node_count(list), expected = d_parameter_count(ident->parameters);
    if (passed != expected)
        d_fail_at(compiler, place, "D_PROTO_LEN",
                  "%s[ ] prototype mismatch: %u key%s passed, %u expected", ident->name, passed,
                  passed == 1 ? "" : "s", expected);
    const struct d_parameter *parameter = ident->parameters;
    for (uint32_t i = 1; list != NULL; list = list->next, parameter = parameter->next, i++)
        if (!d_assignable(parameter->type, parameter->userland, list))
            d_fail_at(compiler, place, "D_PROTO_ARG",
                      "%s[ ] key #%u is incompatible with prototype: prototype: %s, argument: %s",
                      ident->name, i, d_type_text(compiler, parameter->type),
                      d_type_text(compiler, list->type));
}

/* uregs[i], vmregs[i]: one constant from 0 on. */
static void check_register_index(struct d_compiler *compiler, const struct d_node *node)
{
    uint32_t passed = d_node_count(node->list);
    if (passed != 1)
        d_fail(compiler, "D_PROTO_LEN", "%s[ ] prototype mismatch: %u keys passed, 1 expected",
               node->ident->name, passed);
    if (node->list->kind != D_NODE_INT)
        d_fail(compiler, "D_PROTO_ARG", "%s[ ] needs an integer constant as its index",
               node->ident->name);
    if (node->list->is_signed && (int64_t)node->list->value < 0)
        d_fail(compiler, "D_REGS_IDX", "index %lld is out of range for %s[ ]",
               (long long)node->list->value, node->ident->name);
}

static struct d_node *resolve_builtin_array(struct d_compiler *compiler, struct d_node *node,
                                            struct d_ident *ident)
{
    node->list = d_resolve_list(compiler, node->list);
    compiler->place = node->place;
    node = variable(compiler, node, ident);
    if (strcmp(ident->name, "args") == 0)
        return d_resolve_args(compiler, node);
    check_register_index(compiler, node);
    return node;
}

/* The table and identifier that an index may turn into an associative array; NULL: it is an expression. */
static struct d_idents *array_table(struct d_compiler *compiler, const struct d_node *first)
{
    if (first->resolved)
        return NULL;
    if (first->kind == D_NODE_NAME && strchr(first->text, '`') == NULL)
        return compiler->globals;
    return first->kind == D_NODE_SCOPED ? d_idents_of(compiler, first->scope) : NULL;
}

static struct d_node *resolve_keyed(struct d_compiler *compiler, struct d_node *node,
                                    struct d_ident *ident, enum d_resolve_mode mode)
{
    if (ident->type == NULL && mode != D_RESOLVE_ASSIGN)
        undefined_variable(compiler, node->first);
    node->list = d_resolve_list(compiler, node->list);
    compiler->place = node->place;
    check_keys(compiler, ident, node->list);
    return variable(compiler, node, ident);
}

static struct d_node *resolve_element(struct d_compiler *compiler, struct d_node *node)
{
    node->first = d_resolve(compiler, node->first);
    compiler->place = node->place;
    if (node->first->kind == D_NODE_AGGREGATION)
        d_fail(compiler, "D_AGG_MDIM", "improper use of a second subscript on an aggregation");
    if (node->list->next != NULL)
        d_fail(compiler, "D_ARR_BADREF", "cannot access a scalar array with more than one index");
    struct d_node *sum = d_node_new(compiler, D_NODE_BINARY, node->place);
    sum->op = D_TOKEN_ADD;
    sum->first = node->first;
    sum->second = node->list;
    struct d_node *element = d_node_new(compiler, D_NODE_UNARY, node->place);
    element->op = D_TOKEN_MUL;
    element->first = sum;
    if (!d_type_is_indexable(node->first->type))
        d_fail(compiler, "D_DEREF_NONPTR", "cannot index a value that is no array and no pointer");
    return d_resolve(compiler, element);
}

struct d_node *d_resolve_index(struct d_compiler *compiler, struct d_node *node,
                               enum d_resolve_mode mode)
{
    struct d_node *first = node->first;
    struct d_idents *table = array_table(compiler, first);
    if (table == NULL)
        return resolve_element(compiler, node);
    node->text = first->text;
    node->scope = first->kind == D_NODE_SCOPED ? first->scope : D_SCOPE_GLOBAL;
    bool global = table == compiler->globals;
    struct d_ident *ident =
        global ? find_global(compiler, first->text) : d_idents_find(table, first->text);
    if (ident == NULL && node->scope == D_SCOPE_LOCAL)
        d_fail(compiler, "D_ARR_LOCAL", "clause-local variables may not be associative arrays");
    if (ident == NULL && mode == D_RESOLVE_READ)
        undefined_variable(compiler, first);
    if (ident == NULL)
        ident = create(compiler, table, first->text, D_IDENT_ARRAY, node->scope, mode);
    if (ident->inline_body != NULL && ident->has_parameters)
        return d_resolve_inline(compiler, node, ident, d_resolve_list(compiler, node->list));
    if (ident->kind == D_IDENT_ARRAY && ident->builtin)
        return resolve_builtin_array(compiler, node, ident);
    return ident->kind == D_IDENT_ARRAY ? resolve_keyed(compiler, node, ident, mode)
                                        : resolve_element(compiler, node);
}

struct d_node *d_resolve_aggregation(struct d_compiler *compiler, struct d_node *node,
                                     enum d_resolve_mode mode)
{
    struct d_ident *ident = d_idents_find(compiler->aggregations, node->text);
    if (ident == NULL && mode != D_RESOLVE_ASSIGN && node->list == NULL)
        d_fail(compiler, "D_IDENT_UNDEF", "failed to resolve @%s: Unknown aggregation name",
               node->text);
    if (ident == NULL) {
        ident =
            d_idents_add(compiler, compiler->aggregations, node->text, D_IDENT_AGGREGATION, true);
        ident->place = node->place;
    }
    node->ident = ident;
    node->list = d_resolve_list(compiler, node->list);
    compiler->place = node->place;
    if (mode == D_RESOLVE_ASSIGN || node->list != NULL)
        check_keys(compiler, ident, node->list);
    d_node_set_type(node, d_type_of(compiler, D_DYNAMIC));
    return node;
}
