/* The variables of an object, held against those of the objects before it.
 *
 * A declaration is found by a hash over its scope, id and program; the buckets follow `count` lazily, so that
 * setting it back is all it takes to take declarations back. */
#include "trace/dtrace/dif_parts.h"

#include <stddef.h>

static uint32_t *bucket(struct dif_declarations *declarations, uint32_t scope, uint32_t id,
                        uint32_t program)
{
    uint32_t hash = (id * 3 + scope) * 0x9e3779b1u ^ program * 0x85ebca6bu;
    return &declarations->buckets[hash >> 24];
}

static uint32_t *bucket_of(struct dif_declarations *declarations, uint32_t index)
{
    const struct dif_declaration *declaration = &declarations->list[index];
    return bucket(declarations, declaration->scope, declaration->id, declaration->program);
}

/* Makes the buckets hold exactly the first `count`. */
static void follow_count(struct dif_declarations *declarations)
{
    while (declarations->indexed > declarations->count) {
        uint32_t index = --declarations->indexed;
        *bucket_of(declarations, index) = declarations->list[index].next;
    }
    while (declarations->indexed < declarations->count) {
        uint32_t index = declarations->indexed++;
        uint32_t *first = bucket_of(declarations, index);
        declarations->list[index].next = *first;
        *first = index + 1;
    }
}

/* Clause-local variables are their program's own. */
static uint32_t program_of(const struct dif_check *check, uint32_t scope)
{
    return scope == DIF_SCOPE_LOCAL ? check->object->program : 0;
}

static struct dif_declaration *find(const struct dif_check *check, uint32_t scope, uint32_t id)
{
    struct dif_declarations *declarations = check->declarations;
    uint32_t program = program_of(check, scope);
    uint32_t number = *bucket(declarations, scope, id, program);
    while (number != 0) {
        struct dif_declaration *found = &declarations->list[number - 1];
        if (found->scope == scope && found->id == id && found->program == program)
            return found;
        number = found->next;
    }
    return NULL;
}

bool dif_is_declared(const struct dif_check *check, enum dif_scope scope,
                     enum dif_variable_kind kind, uint32_t id)
{
    const struct dif_declaration *found = find(check, scope, id);
    return found != NULL && found->object == check->declarations->objects && found->kind == kind;
}

uint32_t dif_declared_size(const struct dif_check *check, enum dif_scope scope, uint32_t id)
{
    const struct dif_declaration *found = find(check, scope, id);
    return found == NULL ? 0 : found->type.size;
}

/* --- One variable --- */

static bool check_by_reference(const struct dif_check *check, const struct dif_variable *variable,
                               const struct dif_type *type)
{
    if (type->size == 0)
        return dif_refuse(check, "variable %llu: zero-sized variable", variable->id);
    if (variable->scope != DIF_SCOPE_THREAD && type->size > DIF_STATIC_MAX)
        return dif_refuse(check, "variable %llu: oversized by-ref static", variable->id);
    return type->size <= DIF_DYNAMIC_MAX ||
           dif_refuse(check, "variable %llu: oversized by-ref variable", variable->id);
}

static bool check_type(const struct dif_check *check, const struct dif_variable *variable,
                       const struct dif_type *type)
{
    if (type->kind > DIF_TYPE_STRING)
        return dif_refuse(check, "variable %llu: bad type kind", variable->id);
    if (type->flags & ~(DIF_TYPE_BY_REF | DIF_TYPE_BY_USER_REF))
        return dif_refuse(check, "variable %llu: bad type flags", variable->id);
    if (type->flags & DIF_TYPE_BY_REF)
        return check_by_reference(check, variable, type);
    uint32_t most = type->flags & DIF_TYPE_BY_USER_REF ? DIF_STATIC_MAX : 8;
    return type->size <= most ||
           dif_refuse(check, "variable %llu: oversized by-value variable", variable->id);
}

static bool check_same(const struct dif_check *check, const struct dif_declaration *old,
                       const struct dif_variable *variable, const struct dif_type *type)
{
    if (old->kind != variable->kind)
        return dif_refuse(check, "variable %llu: changed variable kind", variable->id);
    if (old->type.flags != type->flags)
        return dif_refuse(check, "variable %llu: changed variable type flags", variable->id);
    return type->size == 0 || old->type.size == type->size ||
           dif_refuse(check, "variable %llu: changed variable type size", variable->id);
}

static bool add(const struct dif_check *check, const struct dif_variable *variable,
                const struct dif_type *type)
{
    struct dif_declarations *declarations = check->declarations;
    if (declarations->count == declarations->capacity)
        return dif_refuse(check, "variable %llu: too many variables", variable->id);
    declarations->list[declarations->count++] = (struct dif_declaration){
        .id = variable->id,
        .program = program_of(check, variable->scope),
        .scope = variable->scope,
        .kind = variable->kind,
        .type = *type,
        .object = declarations->objects,
    };
    follow_count(declarations);
    return true;
}

static bool declare(const struct dif_check *check, const struct dif_variable *variable)
{
    struct dif_type type = variable->type;
    if (type.kind == DIF_TYPE_STRING && type.size == 0)
        type.size = DIF_STRING_DEFAULT;
    struct dif_declaration *old = find(check, variable->scope, variable->id);
    if (!check_type(check, variable, &type))
        return false;
    if (old == NULL)
        return add(check, variable, &type);
    old->object = check->declarations->objects;
    return check_same(check, old, variable, &type);
}

static bool check_variable(const struct dif_check *check, const struct dif_variable *variable)
{
    if (variable->scope >= DIF_SCOPES)
        return dif_refuse(check, "variable %llu: unknown scope", variable->id);
    if (variable->kind > DIF_KIND_SCALAR)
        return dif_refuse(check, "variable %llu: unknown kind", variable->id);
    if (variable->id > DIF_VAR_MAX)
        return dif_refuse(check, "variable %llu: id out of range", variable->id);
    return variable->id < DIF_VAR_USER || declare(check, variable);
}

bool dif_declare_all(const struct dif_check *check)
{
    follow_count(check->declarations);
    check->declarations->objects++;
    for (uint32_t i = 0; i < check->object->variable_count; i++)
        if (!check_variable(check, &check->object->variables[i]))
            return false;
    return true;
}
