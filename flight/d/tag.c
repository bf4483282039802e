/* struct, union and enum: tags, members, enumerators. */
#include <string.h>

#include "flight/d/declaration.h"
#include "flight/d/node.h"

static const char *word_of(enum d_type_kind kind)
{
    return kind == D_TYPE_STRUCT ? "struct" : kind == D_TYPE_UNION ? "union" : "enum";
}

static const char *full_name(struct d_compiler *compiler, enum d_type_kind kind, const char *name)
{
    return name != NULL ? d_format(compiler, "%s %s", word_of(kind), name) : NULL;
}

static struct d_type *enter_forward(struct d_compiler *compiler, const char *name)
{
    struct d_type *type = d_type_new(compiler, D_TYPE_FORWARD, name);
    d_type_enter(compiler, type);
    return type;
}

const struct d_type *d_tag_find(struct d_compiler *compiler, enum d_type_kind kind,
                                const char *name)
{
    const char *full = full_name(compiler, kind, name);
    const struct d_type *known = d_type_find(compiler, full);
    if (known != NULL)
        return known;
    if (strchr(name, '`') != NULL)
        d_fail(compiler, "D_UNKNOWN", "failed to resolve type %s", full);
    return enter_forward(compiler, full);
}

static void check_new(struct d_compiler *compiler, const struct d_type *known)
{
    if (known != NULL && (known->kind != D_TYPE_FORWARD || known->target != NULL))
        d_fail(compiler, "D_DECL_TYPERED", "type redeclared: %s", known->name);
}

struct d_type *d_tag_begin(struct d_compiler *compiler, enum d_type_kind kind, const char *name)
{
    const char *full = full_name(compiler, kind, name);
    if (full != NULL) {
        const struct d_type *known = d_type_find_own(compiler, full);
        check_new(compiler, known);
        if (known == NULL)
            enter_forward(compiler, full);
    }
    struct d_type *type = d_type_new(compiler, kind, full);
    if (kind == D_TYPE_ENUM) {
        type->size = d_type_size(d_type_of(compiler, D_INT));
        type->bits = (uint32_t)type->size * 8;
    }
    return type;
}

void d_tag_end(struct d_compiler *compiler, struct d_type *type)
{
    if (type->kind != D_TYPE_ENUM)
        d_type_lay_out(type);
    if (type->name == NULL)
        return;
    struct d_type *forward = (struct d_type *)d_type_find_own(compiler, type->name);
    check_new(compiler, forward); /* its own body may have defined it */
    forward->target = type;
    d_type_enter(compiler, type);
}

/* --- Members --- */

static void check_member(struct d_compiler *compiler, const struct d_type *type,
                         const struct d_declarator *declarator)
{
    const char *name = declarator->name != NULL ? declarator->name : "(none)";
    if (strchr(name, '`') != NULL)
        d_fail_at(compiler, declarator->place, "D_DECL_SCOPE",
                  "member name may not use the scoping operator: %s", name);
    if (declarator->keys != NULL)
        d_fail_at(compiler, declarator->place, "D_DECL_DYNOBJ",
                  "a member cannot be an associative array: %s", name);
    if (d_type_is_incomplete(declarator->type))
        d_fail_at(compiler, declarator->place, "D_DECL_INCOMPLETE",
                  "incomplete struct/union/enum %s: %s", d_type_text(compiler, declarator->type),
                  name);
    if (d_type_size(declarator->type) == 0)
        d_fail_at(compiler, declarator->place, "D_DECL_VOIDOBJ", "cannot have a void member: %s",
                  name);
    if (d_type_size(declarator->type) > UINT32_MAX)
        d_fail_at(compiler, declarator->place, "D_DECL_ARRBIG", "member is too large: %s", name);
    if (declarator->name != NULL && d_type_member(type, name) != NULL)
        d_fail_at(compiler, declarator->place, "D_UNKNOWN", "Duplicate member name definition: %s",
                  name);
}

static void check_bits(struct d_compiler *compiler, const struct d_declarator *declarator,
                       const struct d_node *bits)
{
    bool named = declarator->name != NULL;
    if (bits->kind != D_NODE_INT || (named && bits->value == 0) ||
        (d_type_is_signed(bits->type) && (int64_t)bits->value < 0))
        d_fail_at(compiler, bits->place, "D_DECL_BFCONST",
                  "positive integral constant expression expected as bit-field size");
    if (!d_type_is_integer(declarator->type))
        d_fail_at(compiler, bits->place, "D_DECL_BFTYPE", "invalid type for a bit-field: %s",
                  d_type_text(compiler, declarator->type));
    if (bits->value > d_type_resolve(declarator->type)->bits)
        d_fail_at(compiler, bits->place, "D_DECL_BFSIZE", "bit-field is too big for type %s",
                  d_type_text(compiler, declarator->type));
}

struct d_member **d_tag_member(struct d_compiler *compiler, struct d_type *type,
                               struct d_member **end, const struct d_declarator *declarator,
                               const struct d_node *bits)
{
    check_member(compiler, type, declarator);
    if (bits != NULL)
        check_bits(compiler, declarator, bits);
    if (bits != NULL && bits->value == 0)
        return end; /* "int : 0": fields are not packed, so there is no unit to end */
    struct d_member *member = d_take(compiler, sizeof *member);
    member->name = declarator->name;
    member->type = declarator->type;
    if (bits != NULL) {
        member->bits = (uint32_t)bits->value;
        member->type = d_type_bitfield(compiler, declarator->type, member->bits);
    }
    *end = member;
    return &member->next;
}

/* --- Enumerators --- */

static int64_t value_of(struct d_compiler *compiler, const struct d_node *node)
{
    if (node->kind != D_NODE_INT)
        d_fail_at(compiler, node->place, "D_DECL_ENCONST",
                  "enumerator must be assigned to an integral constant expression");
    return (int64_t)node->value;
}

static void check_name(struct d_compiler *compiler, const struct d_type *type, const char *name)
{
    const struct d_ident *ident = d_idents_find(compiler->globals, name);
    if (strchr(name, '`') != NULL)
        d_fail(compiler, "D_DECL_SCOPE", "enumerator may not use the scoping operator: %s", name);
    if (ident != NULL && ident->kind == D_IDENT_ENUMERATOR && ident->type == type)
        d_fail(compiler, "D_UNKNOWN", "Duplicate member name definition: %s", name);
    if (ident != NULL)
        d_fail(compiler, "D_DECL_IDRED", "identifier redeclared: %s", name);
}

/* Each is a constant of the whole program, too. */
static void enter_constant(struct d_compiler *compiler, const struct d_type *type,
                           const struct d_enumerator *enumerator)
{
    struct d_ident *ident =
        d_idents_add(compiler, compiler->globals, enumerator->name, D_IDENT_ENUMERATOR, false);
    ident->type = type;
    ident->declared = true;
    ident->inline_body =
        d_node_int(compiler, compiler->place, (uint64_t)(int64_t)enumerator->value, type);
}

struct d_enumerator *d_tag_enumerator(struct d_compiler *compiler, struct d_type *type,
                                      struct d_enumerator *last, const char *name,
                                      const struct d_node *value)
{
    int64_t number = value != NULL  ? value_of(compiler, value)
                     : last != NULL ? (int64_t)last->value + 1
                                    : 0;
    if (number < INT32_MIN || number > INT32_MAX)
        d_fail(compiler, "D_DECL_ENOFLOW", "enumerator value overflows int: %s", name);
    check_name(compiler, type, name);
    struct d_enumerator *enumerator = d_take(compiler, sizeof *enumerator);
    enumerator->name = name;
    enumerator->value = (int32_t)number;
    enter_constant(compiler, type, enumerator);
    *(last != NULL ? &last->next : &type->enumerators) = enumerator;
    return enumerator;
}
