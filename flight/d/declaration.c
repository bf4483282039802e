/* A declared name takes effect: variables, typedefs, symbols of the kernel (section 2.4 of the language). */
#include "flight/d/declaration.h"

#include <string.h>

/* --- Checks --- */

static void check_scope(struct d_compiler *compiler, const struct d_declarator *declarator)
{
    if (strchr(declarator->name, '`') != NULL)
        d_fail_at(compiler, declarator->place, "D_DECL_SCOPE",
                  "D scoping operator may not be used in a declaration name (%s)",
                  declarator->name);
}

void d_declare_object(struct d_compiler *compiler, const struct d_declarator *declarator)
{
    check_scope(compiler, declarator);
    if (declarator->unsized)
        d_fail_at(compiler, declarator->place, "D_DECL_ARRNULL",
                  "array declaration requires array dimension or tuple signature: %s",
                  declarator->name);
    if (d_type_is_void(declarator->type))
        d_fail_at(compiler, declarator->place, "D_DECL_VOIDOBJ", "cannot declare void object: %s",
                  declarator->name);
    if (d_type_is_incomplete(declarator->type))
        d_fail_at(compiler, declarator->place, "D_DECL_INCOMPLETE",
                  "incomplete struct/union/enum %s: %s", d_type_text(compiler, declarator->type),
                  declarator->name);
}

static void check_parameter(struct d_compiler *compiler, const struct d_parameter *parameter,
                            enum d_prototype form, bool alone)
{
    bool is_void = d_type_is_void(parameter->type);
    if (d_type_is_dynamic(parameter->type) || (is_void && form == D_PROTOTYPE_KEYS))
        d_fail(compiler, "D_DECL_PROTO_TYPE", "a parameter may not be of type %s",
               d_type_text(compiler, parameter->type));
    if (is_void && !alone)
        d_fail(compiler, "D_DECL_PROTO_VOID", "void must be the sole parameter");
    if (is_void && parameter->name != NULL)
        d_fail(compiler, "D_DECL_PROTO_NAME", "a void parameter may not have a name: %s",
               parameter->name);
    if (form == D_PROTOTYPE_KEYS && d_type_is_incomplete(parameter->type))
        d_fail(compiler, "D_DECL_INCOMPLETE", "incomplete struct/union/enum %s as a key",
               d_type_text(compiler, parameter->type));
}

static void check_repeated(struct d_compiler *compiler, const struct d_parameter *parameter)
{
    for (const struct d_parameter *other = parameter->next; other != NULL; other = other->next)
        if (parameter->name != NULL && other->name != NULL &&
            strcmp(parameter->name, other->name) == 0)
            d_fail(compiler, "D_DECL_PROTO_FORM", "parameter name used more than once: %s",
                   parameter->name);
}

struct d_parameter *d_prototype_check(struct d_compiler *compiler, struct d_parameter *parameters,
                                      bool variadic, enum d_prototype form)
{
    bool alone = parameters != NULL && parameters->next == NULL && !variadic;
    for (const struct d_parameter *at = parameters; at != NULL; at = at->next) {
        check_parameter(compiler, at, form, alone);
        if (form != D_PROTOTYPE_TRANSLATED)
            check_repeated(compiler, at);
    }
    if (variadic && form != D_PROTOTYPE_FUNCTION)
        d_fail(compiler, "D_DECL_PROTO_VARARGS",
               "a variable number of parameters is for functions");
    return alone && d_type_is_void(parameters->type) ? NULL : parameters;
}

/* --- Names --- */

static noreturn void refuse_again(struct d_compiler *compiler,
                                  const struct d_declarator *declarator, const char *what)
{
    d_fail_at(compiler, declarator->place, "D_DECL_IDRED", "%s redeclared: %s", what,
              declarator->name);
}

static void declare_typedef(struct d_compiler *compiler, const struct d_declarator *declarator)
{
    if (declarator->keys != NULL)
        d_fail_at(compiler, declarator->place, "D_DECL_DYNOBJ",
                  "an associative array is no type: %s", declarator->name);
    if (d_idents_find(compiler->globals, declarator->name) != NULL)
        refuse_again(compiler, declarator, "global variable identifier");
    if (d_type_find_own(compiler, declarator->name) != NULL)
        refuse_again(compiler, declarator, "typedef");
    struct d_type *type = d_type_new(compiler, D_TYPE_TYPEDEF, declarator->name);
    type->target = declarator->type;
    d_type_enter(compiler, type);
}

static bool is_same(const struct d_ident *ident, const struct d_declarator *declarator,
                    enum d_ident_kind kind)
{
    if (ident->builtin || ident->inline_body != NULL || ident->kind != kind)
        return false;
    if (ident->type != NULL && !d_types_compatible(ident->type, declarator->type))
        return false;
    return !ident->has_parameters || d_parameters_compatible(ident->parameters, declarator->keys);
}

/* Declares it, or sees that it is declared as it is known. */
static struct d_ident *enter(struct d_compiler *compiler, struct d_idents *idents,
                             const struct d_declarator *declarator, enum d_ident_kind kind,
                             bool numbered)
{
    struct d_ident *ident = d_idents_find(idents, declarator->name);
    if (ident != NULL && !is_same(ident, declarator, kind))
        refuse_again(compiler, declarator, "identifier");
    if (ident == NULL) {
        ident = d_idents_add(compiler, idents, declarator->name, kind, numbered);
        ident->place = declarator->place;
    }
    ident->type = declarator->type;
    ident->declared = true;
    ident->userland = declarator->userland;
    return ident;
}

static enum d_scope scope_of(enum d_storage storage)
{
    return storage == D_STORAGE_SELF   ? D_SCOPE_THREAD
           : storage == D_STORAGE_THIS ? D_SCOPE_LOCAL
                                       : D_SCOPE_GLOBAL;
}

static void declare_variable(struct d_compiler *compiler, enum d_storage storage,
                             const struct d_declarator *declarator)
{
    bool keyed = declarator->keys != NULL;
    d_declare_object(compiler, declarator);
    if (keyed && storage == D_STORAGE_THIS)
        d_fail_at(compiler, declarator->place, "D_DECL_LOCASSC",
                  "associative arrays may not be declared as local variables: %s",
                  declarator->name);
    if (d_type_find_own(compiler, declarator->name) != NULL)
        refuse_again(compiler, declarator, "typedef");
    struct d_ident *ident = enter(compiler, d_idents_of(compiler, scope_of(storage)), declarator,
                                  keyed ? D_IDENT_ARRAY : D_IDENT_SCALAR, true);
    ident->scope = scope_of(storage);
    ident->writable = true;
    ident->has_parameters = keyed;
    ident->parameters = declarator->keys;
}

/* What the kernel has under this name is of this type: extern, and functions. */
static void declare_symbol(struct d_compiler *compiler, const struct d_declarator *declarator)
{
    check_scope(compiler, declarator);
    if (declarator->keys != NULL)
        d_fail_at(compiler, declarator->place, "D_DECL_DYNOBJ",
                  "an associative array cannot be extern: %s", declarator->name);
    enter(compiler, compiler->externs, declarator, D_IDENT_SYMBOL, false);
}

void d_declare(struct d_compiler *compiler, enum d_storage storage,
               const struct d_declarator *declarator)
{
    bool function = d_type_is_function(declarator->type);
    bool own = storage == D_STORAGE_SELF || storage == D_STORAGE_THIS;
    if (storage == D_STORAGE_REGISTER || storage == D_STORAGE_OTHER || (function && own))
        d_fail_at(compiler, declarator->place, "D_DECL_BADCLASS",
                  "specified storage class not appropriate in D: %s", declarator->name);
    if (storage == D_STORAGE_TYPEDEF) {
        check_scope(compiler, declarator);
        declare_typedef(compiler, declarator);
    } else if (storage == D_STORAGE_EXTERN || function) {
        declare_symbol(compiler, declarator);
    } else {
        declare_variable(compiler, storage, declarator);
    }
}
