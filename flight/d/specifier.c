/* The words of a type, in any order, and what they say together. */
#include "flight/d/declaration.h"

static void combine(struct d_compiler *compiler, bool *seen, const char *word)
{
    if (*seen)
        d_fail(compiler, "D_DECL_COMBO", "the attribute '%s' may only be used once", word);
    *seen = true;
}

static void set_base(struct d_compiler *compiler, struct d_specifiers *specifiers, enum d_base base)
{
    if (specifiers->base != D_BASE_NONE)
        d_fail(compiler, "D_DECL_COMBO", "invalid type combination");
    specifiers->base = base;
}

static void set_storage(struct d_compiler *compiler, struct d_specifiers *specifiers,
                        enum d_storage storage)
{
    if (specifiers->storage != D_STORAGE_NONE)
        d_fail(compiler, "D_DECL_CLASS", "only one storage class allowed in a declaration");
    specifiers->storage = storage;
}

/* Looked at after every word, so that the first one that does not fit is told. */
static void check(struct d_compiler *compiler, const struct d_specifiers *specifiers)
{
    enum d_base base = specifiers->base;
    bool sign = specifiers->is_signed || specifiers->is_unsigned;
    bool length = specifiers->is_short || specifiers->longs > 0;
    bool integer = base == D_BASE_NONE || base == D_BASE_INT || base == D_BASE_CHAR;
    if (base == D_BASE_CHAR && length)
        d_fail(compiler, "D_DECL_CHARATTR", "short and long may not be used with char");
    if (base == D_BASE_VOID && (length || sign))
        d_fail(compiler, "D_DECL_VOIDATTR", "attributes may not be used with void");
    if (!integer && sign)
        d_fail(compiler, "D_DECL_SIGNINT", "signed and unsigned may only be used with integers");
    if (!integer && base != D_BASE_FLOAT && base != D_BASE_DOUBLE && specifiers->longs > 0)
        d_fail(compiler, "D_DECL_LONGINT", "long may only be used with integers and float types");
}

static void add_long(struct d_compiler *compiler, struct d_specifiers *specifiers)
{
    if (specifiers->longs == 2)
        d_fail(compiler, "D_DECL_COMBO", "the attribute 'long' may be used twice at most");
    specifiers->longs++;
}

static void add_storage(struct d_compiler *compiler, struct d_specifiers *specifiers,
                        enum d_token_kind word)
{
    switch ((int)word) {
    case D_TOKEN_SELF:
        set_storage(compiler, specifiers, D_STORAGE_SELF);
        break;
    case D_TOKEN_THIS:
        set_storage(compiler, specifiers, D_STORAGE_THIS);
        break;
    case D_TOKEN_TYPEDEF:
        set_storage(compiler, specifiers, D_STORAGE_TYPEDEF);
        break;
    case D_TOKEN_EXTERN:
        set_storage(compiler, specifiers, D_STORAGE_EXTERN);
        break;
    case D_TOKEN_REGISTER:
        set_storage(compiler, specifiers, D_STORAGE_REGISTER);
        break;
    default:
        set_storage(compiler, specifiers, D_STORAGE_OTHER);
    }
}

static void add_attribute(struct d_compiler *compiler, struct d_specifiers *specifiers,
                          enum d_token_kind word)
{
    switch ((int)word) {
    case D_TOKEN_SIGNED:
        combine(compiler, &specifiers->is_signed, "signed");
        break;
    case D_TOKEN_UNSIGNED:
        combine(compiler, &specifiers->is_unsigned, "unsigned");
        break;
    case D_TOKEN_SHORT:
        combine(compiler, &specifiers->is_short, "short");
        break;
    case D_TOKEN_LONG:
        add_long(compiler, specifiers);
        break;
    case D_TOKEN_USERLAND:
        specifiers->userland = true;
        break;
    case D_TOKEN_CONST:
        specifiers->is_const = true;
        break;
    case D_TOKEN_VOLATILE:
        specifiers->is_volatile = true;
        break;
    case D_TOKEN_RESTRICT:
        specifiers->is_restrict = true;
        break;
    default:
        add_storage(compiler, specifiers, word);
    }
}

void d_specify_word(struct d_compiler *compiler, struct d_specifiers *specifiers,
                    enum d_token_kind word)
{
    switch ((int)word) {
    case D_TOKEN_VOID:
        set_base(compiler, specifiers, D_BASE_VOID);
        break;
    case D_TOKEN_CHAR:
        set_base(compiler, specifiers, D_BASE_CHAR);
        break;
    case D_TOKEN_KEY_INT:
        set_base(compiler, specifiers, D_BASE_INT);
        break;
    case D_TOKEN_FLOAT:
        set_base(compiler, specifiers, D_BASE_FLOAT);
        break;
    case D_TOKEN_DOUBLE:
        set_base(compiler, specifiers, D_BASE_DOUBLE);
        break;
    default:
        add_attribute(compiler, specifiers, word);
    }
    check(compiler, specifiers);
}

void d_specify_type(struct d_compiler *compiler, struct d_specifiers *specifiers, enum d_base base,
                    const struct d_type *type)
{
    set_base(compiler, specifiers, base);
    specifiers->named = type;
    check(compiler, specifiers);
}

/* --- What they say --- */

static noreturn void refuse(struct d_compiler *compiler, const struct d_specifiers *specifiers)
{
    static const char *const bases[] = {
        [D_BASE_NONE] = "",   [D_BASE_VOID] = "void",   [D_BASE_CHAR] = "char",
        [D_BASE_INT] = "int", [D_BASE_FLOAT] = "float", [D_BASE_DOUBLE] = "double",
    };
    const char *base = specifiers->named != NULL ? d_type_text(compiler, specifiers->named)
                                                 : bases[specifiers->base];
    d_fail(compiler, "D_UNKNOWN", "failed to resolve type %s%s%s%s%s%s",
           specifiers->is_signed ? "signed " : "", specifiers->is_unsigned ? "unsigned " : "",
           specifiers->is_short ? "short " : "", specifiers->longs > 0 ? "long " : "",
           specifiers->longs > 1 ? "long " : "", base);
}

static enum d_intrinsic integer_of(const struct d_specifiers *specifiers)
{
    bool without = specifiers->is_unsigned;
    if (specifiers->base == D_BASE_CHAR)
        return without ? D_UCHAR : specifiers->is_signed ? D_SCHAR : D_CHAR;
    if (specifiers->is_short)
        return without ? D_USHORT : D_SHORT;
    if (specifiers->longs == 2)
        return without ? D_ULONGLONG : D_LONGLONG;
    if (specifiers->longs == 1)
        return without ? D_ULONG : D_LONG;
    return without ? D_UINT : D_INT;
}

static enum d_intrinsic intrinsic_of(const struct d_specifiers *specifiers)
{
    switch (specifiers->base) {
    case D_BASE_VOID:
        return D_VOID;
    case D_BASE_FLOAT:
        return specifiers->longs == 0 ? D_FLOAT : D_INTRINSICS;
    case D_BASE_DOUBLE:
        return specifiers->longs == 0   ? D_DOUBLE
               : specifiers->longs == 1 ? D_LONGDOUBLE
                                        : D_INTRINSICS;
    case D_BASE_NONE:
    case D_BASE_CHAR:
    case D_BASE_INT:
        return integer_of(specifiers);
    case D_BASE_NAMED:
    case D_BASE_TAG:
        break;
    }
    return D_INTRINSICS;
}

static bool is_nonsense(const struct d_specifiers *specifiers)
{
    bool integer = specifiers->base == D_BASE_NONE || specifiers->base == D_BASE_INT;
    return (specifiers->is_signed && specifiers->is_unsigned) ||
           (specifiers->is_short && (specifiers->longs > 0 || !integer));
}

static const struct d_type *unqualified(struct d_compiler *compiler,
                                        const struct d_specifiers *specifiers)
{
    if (is_nonsense(specifiers))
        refuse(compiler, specifiers);
    if (specifiers->named != NULL)
        return specifiers->named;
    enum d_intrinsic which = intrinsic_of(specifiers);
    if (which == D_INTRINSICS)
        refuse(compiler, specifiers);
    return d_type_of(compiler, which);
}

void d_specify_end(struct d_compiler *compiler, struct d_specifiers *specifiers)
{
    const struct d_type *type = unqualified(compiler, specifiers);
    if (specifiers->is_const)
        type = d_type_qualified(compiler, D_TYPE_CONST, type);
    if (specifiers->is_volatile)
        type = d_type_qualified(compiler, D_TYPE_VOLATILE, type);
    if (specifiers->is_restrict)
        type = d_type_qualified(compiler, D_TYPE_RESTRICT, type);
    specifiers->type = type;
}
