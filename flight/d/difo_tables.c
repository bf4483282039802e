/* The tables of a DIFO: integers, strings, variables (section 7.1 of the language). */
#include <string.h>

#include "flight/d/generate.h"
#include "trace/dtrace/dif.h"

#define INTEGERS_MAX 65536u
#define STRINGS_MAX  65536u /* bytes */

uint32_t d_making_integer(struct d_making *making, uint64_t value)
{
    struct d_difo *difo = making->difo;
    for (size_t i = 0; i < difo->integer_count; i++)
        if (difo->integers[i] == value)
            return (uint32_t)i;
    if (difo->integer_count == INTEGERS_MAX)
        d_fail(making->compiler, "", "Integer constant table limit exceeded");
    difo->integers = d_grow(making->compiler, difo->integers, difo->integer_count,
                            &making->integer_capacity, sizeof *difo->integers);
    difo->integers[difo->integer_count] = value;
    return (uint32_t)difo->integer_count++;
}

static bool find_string(const struct d_difo *difo, const char *text, uint32_t *offset)
{
    for (size_t at = 0; at < difo->strings.size; at += strlen(difo->strings.bytes + at) + 1)
        if (strcmp(difo->strings.bytes + at, text) == 0) {
            *offset = (uint32_t)at;
            return true;
        }
    return false;
}

static void append_string(struct d_making *making, const char *text)
{
    struct d_difo *difo = making->difo;
    size_t size = strlen(text) + 1;
    if (difo->strings.size + size > STRINGS_MAX)
        d_fail(making->compiler, "", "String constant table limit exceeded");
    d_buffer_put(making->compiler, &difo->strings, text, size);
}

uint32_t d_making_string(struct d_making *making, const char *text)
{
    uint32_t offset;
    if (making->difo->strings.size == 0)
        append_string(making, "");
    if (find_string(making->difo, text, &offset))
        return offset;
    offset = (uint32_t)making->difo->strings.size;
    append_string(making, text);
    return offset;
}

void d_making_use(struct d_making *making, struct d_ident *ident, uint16_t flag)
{
    for (struct d_used_ident *at = making->idents; at != NULL; at = at->next)
        if (at->ident == ident) {
            at->flags |= flag;
            return;
        }
    struct d_used_ident *used = d_take(making->compiler, sizeof *used);
    used->ident = ident;
    used->flags = flag;
    used->next = making->idents;
    making->idents = used;
}

struct d_difo_type d_difo_type_of(const struct d_type *type, bool by_reference, bool userland)
{
    if (type == NULL)
        return (struct d_difo_type){.ckind = D_TYPE_INTEGER};
    bool string = d_type_is_string(type);
    return (struct d_difo_type){
        .kind = string ? DIF_TYPE_STRING : DIF_TYPE_C,
        .ckind = string ? 0 : (uint8_t)d_type_resolve(type)->kind,
        .flags = !by_reference ? 0
                 : userland    ? DIF_TYPE_BY_USER_REF
                               : DIF_TYPE_BY_REF,
        .size = (uint32_t)d_type_size(type),
    };
}

static void add_variable(struct d_making *making, const struct d_used_ident *used)
{
    struct d_difo *difo = making->difo;
    const struct d_ident *ident = used->ident;
    difo->variables = d_grow(making->compiler, difo->variables, difo->variable_count,
                             &making->variable_capacity, sizeof *difo->variables);
    bool by_reference = ident->type != NULL && d_type_is_by_reference(ident->type);
    difo->variables[difo->variable_count++] = (struct d_difo_variable){
        .name = ident->name,
        .id = ident->id,
        .kind = ident->kind == D_IDENT_ARRAY ? DIF_KIND_ARRAY : DIF_KIND_SCALAR,
        .scope = (uint8_t)ident->scope,
        .flags = used->flags,
        .type = d_difo_type_of(ident->type, by_reference, ident->userland)};
    d_making_string(making, ident->name);
}

static const struct d_used_ident *lowest_above(const struct d_making *making, enum d_scope scope,
                                               int64_t id)
{
    const struct d_used_ident *lowest = NULL;
    for (const struct d_used_ident *at = making->idents; at != NULL; at = at->next)
        if (at->ident->scope == scope && (int64_t)at->ident->id > id &&
            (lowest == NULL || at->ident->id < lowest->ident->id))
            lowest = at;
    return lowest;
}

void d_making_variables(struct d_making *making)
{
    static const enum d_scope order[] = {D_SCOPE_THREAD, D_SCOPE_GLOBAL, D_SCOPE_LOCAL};
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        const struct d_used_ident *at = lowest_above(making, order[i], -1);
        for (; at != NULL; at = lowest_above(making, order[i], at->ident->id))
            add_variable(making, at);
    }
}
