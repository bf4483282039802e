/* What a type is, how big it is, what it is called, and which types go together (sections 3.1 and 3.2 of the
 * language). */
#include "flight/d/types.h"

#include <string.h>

#include "flight/d/compiler.h"

/* --- Behind names --- */

static bool stands_for_another(const struct d_type *type)
{
    return type->kind == D_TYPE_TYPEDEF || type->kind == D_TYPE_CONST ||
           type->kind == D_TYPE_VOLATILE || type->kind == D_TYPE_RESTRICT ||
           (type->kind == D_TYPE_FORWARD && type->target != NULL);
}

const struct d_type *d_type_resolve(const struct d_type *type)
{
    while (type != NULL && stands_for_another(type))
        type = type->target;
    return type;
}

static enum d_type_kind kind_of(const struct d_type *type)
{
    return type != NULL ? d_type_resolve(type)->kind : 0;
}

static enum d_special special_of(const struct d_type *type)
{
    return type != NULL ? d_type_resolve(type)->special : D_SPECIAL_NONE;
}

/* --- Size --- */

static uint64_t times(uint64_t size, uint64_t count)
{
    return count != 0 && size > UINT64_MAX / count ? UINT64_MAX : size * count;
}

uint64_t d_type_size(const struct d_type *type)
{
    uint64_t count = 1;
    for (type = d_type_resolve(type); type != NULL && type->kind == D_TYPE_ARRAY;
         type = d_type_resolve(type->target))
        count = times(count, type->count);
    if (type == NULL || type->kind == D_TYPE_FORWARD || type->kind == D_TYPE_FUNCTION)
        return 0;
    return times(type->size, count);
}

/* Of a union of the kernel's: D's own know theirs. */
static uint64_t widest(const struct d_type *type)
{
    uint64_t most = 1;
    for (const struct d_member *member = type->members; member != NULL; member = member->next) {
        uint64_t alignment = d_type_alignment(member->type);
        most = alignment > most ? alignment : most;
    }
    return most;
}

uint64_t d_type_alignment(const struct d_type *type)
{
    type = d_type_resolve(type);
    while (type != NULL && type->alignment == 0 &&
           (type->kind == D_TYPE_ARRAY || (type->kind == D_TYPE_STRUCT && type->members != NULL)))
        type = d_type_resolve(type->kind == D_TYPE_ARRAY ? type->target : type->members->type);
    if (type == NULL || type->alignment != 0)
        return type != NULL ? type->alignment : 1;
    if (type->kind == D_TYPE_UNION)
        return widest(type);
    uint64_t size = d_type_size(type);
    return size > 0 ? size : 1;
}

/* --- What it is --- */

bool d_type_is_integer(const struct d_type *type)
{
    return kind_of(type) == D_TYPE_INTEGER && d_type_size(type) > 0;
}

bool d_type_is_arithmetic(const struct d_type *type)
{
    return d_type_is_integer(type) || kind_of(type) == D_TYPE_ENUM;
}

bool d_type_is_float(const struct d_type *type)
{
    return kind_of(type) == D_TYPE_FLOAT;
}

bool d_type_is_pointer(const struct d_type *type)
{
    return kind_of(type) == D_TYPE_POINTER;
}

bool d_type_is_array(const struct d_type *type)
{
    return kind_of(type) == D_TYPE_ARRAY;
}

bool d_type_is_function(const struct d_type *type)
{
    return kind_of(type) == D_TYPE_FUNCTION;
}

bool d_type_is_indexable(const struct d_type *type)
{
    return d_type_is_pointer(type) || d_type_is_array(type);
}

bool d_type_is_void_pointer(const struct d_type *type)
{
    return d_type_is_pointer(type) && d_type_is_void(d_type_resolve(type)->target);
}

bool d_type_is_blunt_pointer(const struct d_type *type)
{
    return d_type_is_void_pointer(type) ||
           (d_type_is_pointer(type) && d_type_is_function(d_type_resolve(type)->target));
}

bool d_type_is_scalar(const struct d_type *type)
{
    return d_type_is_arithmetic(type) || d_type_is_pointer(type);
}

bool d_type_is_void(const struct d_type *type)
{
    return kind_of(type) == D_TYPE_INTEGER && d_type_size(type) == 0 &&
           special_of(type) == D_SPECIAL_NONE;
}

bool d_type_is_string(const struct d_type *type)
{
    return special_of(type) == D_SPECIAL_STRING;
}

bool d_type_is_text(const struct d_type *type)
{
    if (d_type_is_string(type))
        return true;
    if (kind_of(type) != D_TYPE_POINTER && kind_of(type) != D_TYPE_ARRAY)
        return false;
    const struct d_type *element = d_type_resolve(d_type_resolve(type)->target);
    return d_type_is_integer(element) && element->bits == 8 && element->is_signed;
}

bool d_type_is_struct(const struct d_type *type)
{
    return kind_of(type) == D_TYPE_STRUCT || kind_of(type) == D_TYPE_UNION;
}

bool d_type_is_dynamic(const struct d_type *type)
{
    return special_of(type) == D_SPECIAL_DYNAMIC;
}

bool d_type_is_by_reference(const struct d_type *type)
{
    enum d_type_kind kind = kind_of(type);
    return kind == D_TYPE_STRUCT || kind == D_TYPE_UNION || kind == D_TYPE_ARRAY ||
           kind == D_TYPE_FUNCTION || kind == D_TYPE_FORWARD ||
           (kind == D_TYPE_FLOAT && d_type_size(type) > 8);
}

bool d_type_is_signed(const struct d_type *type)
{
    return (kind_of(type) == D_TYPE_INTEGER || kind_of(type) == D_TYPE_FLOAT) &&
           d_type_resolve(type)->is_signed;
}

bool d_type_is_incomplete(const struct d_type *type)
{
    type = d_type_resolve(type);
    while (type != NULL && type->kind == D_TYPE_ARRAY)
        type = d_type_resolve(type->target);
    return type != NULL && type->kind == D_TYPE_FORWARD;
}

/* --- Which go together --- */

static bool same_name(const struct d_type *left, const struct d_type *right)
{
    if (left->name == NULL || right->name == NULL)
        return left->name == right->name;
    return strcmp(left->name, right->name) == 0;
}

/* Both are resolved, of one kind, and neither is a pointer or an array. */
static bool same_end(const struct d_type *left, const struct d_type *right)
{
    if (left->kind == D_TYPE_FUNCTION)
        return true;
    return left->special == right->special && same_name(left, right) && left->size == right->size &&
           left->is_signed == right->is_signed && left->name != NULL;
}

bool d_types_compatible(const struct d_type *left, const struct d_type *right)
{
    left = d_type_resolve(left);
    right = d_type_resolve(right);
    while (left != NULL && right != NULL && left != right) {
        if (left->kind != right->kind || left->special != right->special)
            return false;
        if (left->kind == D_TYPE_ARRAY && left->count != right->count)
            return false;
        if (left->kind != D_TYPE_ARRAY && left->kind != D_TYPE_POINTER)
            return same_end(left, right);
        left = d_type_resolve(left->target);
        right = d_type_resolve(right->target);
    }
    return left != NULL && left == right;
}

static uint32_t rank(const struct d_type *type)
{
    return d_type_resolve(type)->bits + !d_type_is_signed(type);
}

const struct d_type *d_types_convert(const struct d_compiler *compiler, const struct d_type *left,
                                     const struct d_type *right)
{
    if (kind_of(left) == D_TYPE_ENUM)
        left = d_type_of(compiler, D_INT);
    if (kind_of(right) == D_TYPE_ENUM)
        right = d_type_of(compiler, D_INT);
    return rank(left) < rank(right) ? right : left;
}

/* --- Parts --- */

const struct d_member *d_type_member(const struct d_type *type, const char *name)
{
    type = d_type_resolve(type);
    if (type == NULL)
        return NULL;
    for (const struct d_member *member = type->members; member != NULL; member = member->next)
        if (member->name != NULL && strcmp(member->name, name) == 0)
            return member;
    return NULL;
}

const struct d_enumerator *d_type_enumerator(const struct d_type *type, const char *name)
{
    type = d_type_resolve(type);
    if (type == NULL)
        return NULL;
    for (const struct d_enumerator *at = type->enumerators; at != NULL; at = at->next)
        if (strcmp(at->name, name) == 0)
            return at;
    return NULL;
}

/* --- What it is called --- */

static bool is_suffixed(const struct d_type *type)
{
    return type->kind == D_TYPE_ARRAY || type->kind == D_TYPE_FUNCTION;
}

static const char *anonymous(const struct d_type *type)
{
    switch ((int)type->kind) {
    case D_TYPE_STRUCT:
        return "struct";
    case D_TYPE_UNION:
        return "union";
    case D_TYPE_ENUM:
        return "enum";
    default:
        return "?";
    }
}

static const char *qualifier(const struct d_type *type)
{
    switch ((int)type->kind) {
    case D_TYPE_CONST:
        return "const";
    case D_TYPE_VOLATILE:
        return "volatile";
    case D_TYPE_RESTRICT:
        return "restrict";
    default:
        return NULL;
    }
}

/* As in C: what stands around a name grows from the inside, `around`; words before the base grow in `before`. */
const char *d_type_text(struct d_compiler *compiler, const struct d_type *type)
{
    if (type == NULL)
        return "<DYN>";
    const char *around = "";
    const char *before = "";
    for (; type->name == NULL && type->target != NULL; type = type->target) {
        if (type->kind == D_TYPE_POINTER)
            around = d_format(compiler, is_suffixed(type->target) ? "(*%s)" : "*%s", around);
        else if (type->kind == D_TYPE_ARRAY)
            around = d_format(compiler, "%s[%llu]", around, (unsigned long long)type->count);
        else if (type->kind == D_TYPE_FUNCTION)
            around = d_format(compiler, "%s()", around);
        else if (type->target->kind == D_TYPE_POINTER)
            around =
                d_format(compiler, around[0] != '\0' ? "%s %s" : "%s%s", qualifier(type), around);
        else
            before = d_format(compiler, "%s%s ", before, qualifier(type));
    }
    const char *base = type->name != NULL ? type->name : anonymous(type);
    return d_format(compiler, "%s%s%s%s", before, base, around[0] != '\0' ? " " : "", around);
}
