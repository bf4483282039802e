/* Tables of names: by name, and in order of appearance.  A name may stand twice: the newest hides the other, until
 * it is removed. */
#include "flight/d/ident.h"

#include <string.h>

#define BUCKETS 256u /* a power of two */
#define LAST_ID 0xffffu

struct entry {
    struct entry *next;
    struct d_ident ident;
};

struct d_idents {
    const struct d_compiler *compiler;
    struct entry *buckets[BUCKETS];
    struct d_ident *first;
    struct d_ident **end;
    uint32_t next_id;
};

struct d_idents *d_idents_open(struct d_compiler *compiler, uint32_t first_id)
{
    struct d_idents *idents = d_take(compiler, sizeof *idents);
    idents->compiler = compiler;
    idents->next_id = first_id;
    idents->end = &idents->first;
    return idents;
}

struct d_ident *d_idents_find(const struct d_idents *idents, const char *name)
{
    for (struct entry *entry = idents->buckets[d_name_hash(name) & (BUCKETS - 1)]; entry != NULL;
         entry = entry->next)
        if (strcmp(entry->ident.name, name) == 0 &&
            entry->ident.min_version <= idents->compiler->options.version)
            return &entry->ident;
    return NULL;
}

static void number(struct d_compiler *compiler, struct d_idents *idents, struct d_ident *ident)
{
    if (idents->next_id > LAST_ID)
        d_fail(compiler, "D_ID_OFLOW", "cannot create %s: limit of variables exceeded",
               ident->name);
    ident->id = idents->next_id++;
}

struct d_ident *d_idents_add(struct d_compiler *compiler, struct d_idents *idents, const char *name,
                             enum d_ident_kind kind, bool numbered)
{
    struct entry *entry = d_take(compiler, sizeof *entry);
    struct d_ident *ident = &entry->ident;
    ident->name = name;
    ident->kind = kind;
    ident->place = compiler->place;
    if (numbered)
        number(compiler, idents, ident);
    struct entry **bucket = &idents->buckets[d_name_hash(name) & (BUCKETS - 1)];
    entry->next = *bucket;
    *bucket = entry;
    *idents->end = ident;
    idents->end = &ident->next;
    return ident;
}

struct d_ident *d_idents_first(const struct d_idents *idents)
{
    return idents->first;
}

static void unlink_ident(struct d_idents *idents, const struct d_ident *ident)
{
    struct d_ident **link = &idents->first;
    while (*link != ident)
        link = &(*link)->next;
    *link = ident->next;
    if (idents->end == &ident->next)
        idents->end = link;
}

uint32_t d_idents_next(const struct d_idents *idents)
{
    return idents->next_id;
}

void d_idents_go_on(struct d_idents *idents, uint32_t next_id)
{
    idents->next_id = next_id;
}

void d_idents_remove(struct d_idents *idents, const char *name)
{
    for (struct entry **link = &idents->buckets[d_name_hash(name) & (BUCKETS - 1)]; *link != NULL;
         link = &(*link)->next)
        if (strcmp((*link)->ident.name, name) == 0) {
            unlink_ident(idents, &(*link)->ident);
            *link = (*link)->next;
            return;
        }
}

void d_idents_remove_passing(struct d_idents *idents)
{
    struct d_ident *next;
    for (struct d_ident *at = idents->first; at != NULL; at = next) {
        next = at->next;
        if (at->passing)
            d_idents_remove(idents, at->name);
    }
}

void d_idents_keep(struct d_idents *idents)
{
    for (struct d_ident *ident = idents->first; ident != NULL; ident = ident->next)
        ident->kept = !ident->builtin;
}

struct d_idents *d_idents_of(struct d_compiler *compiler, enum d_scope scope)
{
    switch (scope) {
    case D_SCOPE_GLOBAL:
        return compiler->globals;
    case D_SCOPE_THREAD:
        return compiler->threads;
    case D_SCOPE_LOCAL:
        return compiler->locals;
    }
    return NULL;
}

uint32_t d_parameter_count(const struct d_parameter *list)
{
    uint32_t count = 0;
    for (; list != NULL; list = list->next)
        count++;
    return count;
}

bool d_parameters_compatible(const struct d_parameter *left, const struct d_parameter *right)
{
    while (left != NULL && right != NULL && d_types_compatible(left->type, right->type)) {
        left = left->next;
        right = right->next;
    }
    return left == NULL && right == NULL;
}

const char *d_ident_kind_text(enum d_ident_kind kind)
{
    switch (kind) {
    case D_IDENT_ARRAY:
        return "associative array";
    case D_IDENT_SCALAR:
        return "scalar";
    case D_IDENT_FUNCTION:
        return "function";
    case D_IDENT_AGGREGATION:
        return "aggregation";
    case D_IDENT_AGGREGATING:
        return "aggregating function";
    case D_IDENT_ACTION:
        return "tracing function";
    case D_IDENT_SYMBOL:
        return "external symbol reference";
    case D_IDENT_ENUMERATOR:
        return "enumerator";
    }
    return "";
}
