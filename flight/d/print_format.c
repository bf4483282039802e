/* Formats of printf() and its like: section 5.4 of the language. */
#include <stdio.h>
#include <string.h>

#include "flight/d/difo.h"

/* What an argument must be. */
enum want {
    WANT_INTEGER,
    WANT_CHARACTER, /* of 4 bytes at most */
    WANT_POINTER,   /* or integer */
    WANT_SYMBOL,    /* or pointer, or integer */
    WANT_USER_SYMBOL,
    WANT_TEXT,
    WANT_WIDE_TEXT,
    WANT_INT,
    WANT_FLOAT,
    WANT_STACK,
    WANT_TIME,
    WANT_PORT,
    WANT_NOTHING,

    /* Exactly one of the two types of exact_types[]. */
    WANT_SHORT,
    WANT_UNSIGNED_SHORT,
    WANT_ANY_SHORT,
    WANT_LONG,
    WANT_UNSIGNED_LONG,
    WANT_ANY_LONG,
    WANT_LONG_LONG,
    WANT_UNSIGNED_LONG_LONG,
    WANT_ANY_LONG_LONG, /* or int64_t or uint64_t, whatever stands behind those */
};

static const enum d_intrinsic exact_types[][2] = {
    [WANT_SHORT] = {D_SHORT, D_SHORT},
    [WANT_UNSIGNED_SHORT] = {D_USHORT, D_USHORT},
    [WANT_ANY_SHORT] = {D_SHORT, D_USHORT},
    [WANT_LONG] = {D_LONG, D_LONG},
    [WANT_UNSIGNED_LONG] = {D_ULONG, D_ULONG},
    [WANT_ANY_LONG] = {D_LONG, D_ULONG},
    [WANT_LONG_LONG] = {D_LONGLONG, D_LONGLONG},
    [WANT_UNSIGNED_LONG_LONG] = {D_ULONGLONG, D_ULONGLONG},
    [WANT_ANY_LONG_LONG] = {D_LONGLONG, D_ULONGLONG},
};

static const struct conversion {
    const char *name;
    const char *stored; /* "": i or u, by the sign of the value */
    enum want want;
} conversions[] = {
    {"%", "%", WANT_NOTHING},
    {"a", "a", WANT_SYMBOL},
    {"A", "A", WANT_USER_SYMBOL},
    {"c", "c", WANT_CHARACTER},
    {"C", "C", WANT_CHARACTER},
    {"d", "", WANT_INTEGER},
    {"e", "e", WANT_FLOAT},
    {"E", "E", WANT_FLOAT},
    {"f", "f", WANT_FLOAT},
    {"g", "g", WANT_FLOAT},
    {"G", "G", WANT_FLOAT},
    {"hd", "d", WANT_SHORT},
    {"hi", "i", WANT_SHORT},
    {"ho", "o", WANT_UNSIGNED_SHORT},
    {"hu", "u", WANT_UNSIGNED_SHORT},
    {"hx", "x", WANT_ANY_SHORT},
    {"hX", "X", WANT_ANY_SHORT},
    {"i", "i", WANT_INTEGER},
    {"I", "I", WANT_TEXT},
    {"k", "k", WANT_STACK},
    {"lc", "lc", WANT_INT},
    {"ld", "d", WANT_LONG},
    {"li", "i", WANT_LONG},
    {"lo", "o", WANT_UNSIGNED_LONG},
    {"lu", "u", WANT_UNSIGNED_LONG},
    {"ls", "ls", WANT_WIDE_TEXT},
    {"lx", "x", WANT_ANY_LONG},
    {"lX", "X", WANT_ANY_LONG},
    {"lld", "d", WANT_LONG_LONG},
    {"lli", "i", WANT_LONG_LONG},
    {"llo", "o", WANT_UNSIGNED_LONG_LONG},
    {"llu", "u", WANT_UNSIGNED_LONG_LONG},
    {"llx", "x", WANT_ANY_LONG_LONG},
    {"llX", "X", WANT_ANY_LONG_LONG},
    {"Le", "Le", WANT_FLOAT},
    {"LE", "LE", WANT_FLOAT},
    {"Lf", "Lf", WANT_FLOAT},
    {"Lg", "Lg", WANT_FLOAT},
    {"LG", "LG", WANT_FLOAT},
    {"o", "o", WANT_INTEGER},
    {"p", "x", WANT_POINTER},
    {"P", "P", WANT_PORT},
    {"s", "s", WANT_TEXT},
    {"S", "S", WANT_TEXT},
    {"T", "T", WANT_TIME},
    {"u", "u", WANT_INTEGER},
    {"wc", "wc", WANT_INT},
    {"ws", "ws", WANT_WIDE_TEXT},
    {"x", "x", WANT_INTEGER},
    {"X", "X", WANT_INTEGER},
    {"Y", "Y", WANT_TIME},
};

/* One conversion as it stands in the text. */
struct specification {
    bool alternate, zero, left, plus, dynamic_width, dynamic_precision, group, space, aggregation;
    unsigned width, precision;
    bool dot;
    char name[8];
};

struct formatting {
    struct d_compiler *compiler;
    const char *function;
    const char *at;                 /* in the text */
    unsigned number;                /* of the conversion, from 1 */
    struct d_node *arguments;       /* that are left; of printa() the aggregations */
    const struct d_parameter *keys; /* of printa(): that are left */
    struct d_node *aggregation;     /* of printa(): whose value %@ is next */
    bool aggregations;
    struct d_buffer made;
};

static void put(struct formatting *formatting, const char *text, size_t length)
{
    d_buffer_put(formatting->compiler, &formatting->made, text, length);
}

static noreturn void malformed(const struct formatting *formatting, const char *why)
{
    d_fail(formatting->compiler, "D_SYNTAX", "format conversion #%u %s", formatting->number, why);
}

static void take_digit(struct formatting *formatting, struct specification *specification,
                       unsigned digit)
{
    unsigned *number = specification->dot ? &specification->precision : &specification->width;
    if (digit == 0 && !specification->dot && specification->width == 0) {
        specification->zero = true;
        specification->left = false;
        return;
    }
    if (*number > 100000)
        malformed(formatting, "has a width or precision that is too large");
    *number = *number * 10 + digit;
}

static void take_star(struct formatting *formatting, struct specification *specification)
{
    bool *star =
        specification->dot ? &specification->dynamic_precision : &specification->dynamic_width;
    if (*star)
        malformed(formatting, "has more than one '*' specified for one width or precision");
    *star = true;
}

static void take_dot(struct formatting *formatting, struct specification *specification)
{
    if (specification->dot)
        malformed(formatting, "has more than one '.' specified");
    specification->dot = true;
}

/* One character between % and the name; false: the name begins. */
static bool take_flag(struct formatting *formatting, struct specification *specification)
{
    char c = *formatting->at;
    if (c >= '0' && c <= '9')
        take_digit(formatting, specification, (unsigned)(c - '0'));
    else if (c == '#')
        specification->alternate = true;
    else if (c == '-') {
        specification->left = true;
        specification->zero = false;
    } else if (c == '+')
        specification->plus = true;
    else if (c == '\'')
        specification->group = true;
    else if (c == ' ')
        specification->space = true;
    else if (c == '?')
        specification->width = formatting->compiler->setup.model == D_MODEL_LP64 ? 16 : 8;
    else if (c == '@')
        specification->aggregation = true;
    else if (c == '*')
        take_star(formatting, specification);
    else if (c == '.')
        take_dot(formatting, specification);
    else if (c == '$')
        malformed(formatting, "uses the n$ form, which is not supported");
    else
        return false;
    formatting->at++;
    return true;
}

static void take_name(struct formatting *formatting, struct specification *specification)
{
    size_t length = 0;
    while (length < 6 && *formatting->at != '\0' && strchr("hlLw", *formatting->at) != NULL)
        specification->name[length++] = *formatting->at++;
    if (*formatting->at == '\0')
        malformed(formatting, "is missing a conversion name");
    specification->name[length] = *formatting->at++;
}

static const struct conversion *conversion_of(const struct formatting *formatting, const char *name)
{
    for (size_t i = 0; i < sizeof conversions / sizeof conversions[0]; i++)
        if (strcmp(conversions[i].name, name) == 0)
            return &conversions[i];
    d_fail(formatting->compiler, "D_SYNTAX", "format conversion #%u name expected: %%%s is none",
           formatting->number, name);
}

static bool has_flags(const struct specification *specification)
{
    return specification->alternate || specification->zero || specification->left ||
           specification->plus || specification->dynamic_width || specification->dot ||
           specification->group || specification->space || specification->aggregation ||
           specification->width != 0;
}

/* The type of the next argument, or key, that a conversion takes; NULL: none is left. */
static const struct d_type *next_type(struct formatting *formatting)
{
    const struct d_node *argument = formatting->arguments;
    const struct d_parameter *key = formatting->keys;
    if (formatting->aggregations) {
        formatting->keys = key != NULL ? key->next : NULL;
        return key != NULL ? key->type : NULL;
    }
    if (argument == NULL)
        return NULL;
    formatting->arguments = argument->next;
    return argument->kind == D_NODE_AGGREGATION ? d_type_of(formatting->compiler, D_DYNAMIC)
                                                : argument->type;
}

/* The k-th %@ is the k-th aggregation's; further ones are the last one's. */
static const struct d_type *aggregation_type(struct formatting *formatting)
{
    if (!formatting->aggregations)
        d_fail(formatting->compiler, "D_PRINTF_AGG_CONV",
               "%%@ conversion requires an aggregation and is not for use with %s( )",
               formatting->function);
    const struct d_ident *function = formatting->aggregation->ident->function;
    bool count = function != NULL && strcmp(function->name, "count") == 0;
    if (formatting->aggregation->next != NULL)
        formatting->aggregation = formatting->aggregation->next;
    return d_type_of(formatting->compiler, count ? D_UINT64 : D_INT64);
}

static void take_dynamic(struct formatting *formatting, const char *what)
{
    const struct d_type *type = next_type(formatting);
    if (type == NULL)
        d_fail(formatting->compiler, "D_PRINTF_DYN_PROTO",
               "%s( ) prototype mismatch: conversion #%u is missing a corresponding \"*\" argument "
               "for its %s",
               formatting->function, formatting->number, what);
    if (!d_type_is_arithmetic(type))
        d_fail(formatting->compiler, "D_PRINTF_DYN_TYPE",
               "%s( ) argument for the %s of conversion #%u must be of integral type",
               formatting->function, what, formatting->number);
}

static bool is_character_array(const struct d_type *type)
{
    return d_type_is_array(type) && d_type_is_text(type);
}

static bool is_wide_array(const struct d_type *type)
{
    const struct d_type *resolved = d_type_resolve(type);
    return resolved->kind == D_TYPE_ARRAY && d_type_is_arithmetic(resolved->target) &&
           d_type_size(resolved->target) == 4;
}

static bool is_type(const struct d_compiler *compiler, const struct d_type *type,
                    enum d_intrinsic which)
{
    return d_type_resolve(type) == d_type_resolve(d_type_of(compiler, which));
}

/* By that name, or by one that stands for it. */
static bool is_named(const struct d_compiler *compiler, const struct d_type *type,
                     enum d_intrinsic which)
{
    const struct d_type *named = d_type_of(compiler, which);
    while (type != named && type->kind >= D_TYPE_TYPEDEF) /* qualifiers come behind it */
        type = type->target;
    return type == named;
}

static bool is_special(const struct d_type *type, enum d_special special)
{
    return d_type_resolve(type)->special == special;
}

static bool is_exact(const struct d_compiler *compiler, const struct d_type *type, enum want want)
{
    return is_type(compiler, type, exact_types[want][0]) ||
           is_type(compiler, type, exact_types[want][1]);
}

/* One line for each want. */
static bool fits(const struct d_compiler *compiler, enum want want, const struct d_type *type)
{
    bool integer = d_type_is_arithmetic(type);
    switch ((int)want) {
    case WANT_INTEGER:
        return integer;
    case WANT_CHARACTER:
        return integer && d_type_size(type) <= 4;
    case WANT_POINTER:
        return integer || (d_type_is_indexable(type) && !d_type_is_string(type));
    case WANT_SYMBOL:
        return integer || d_type_is_pointer(type) || is_special(type, D_SPECIAL_SYMADDR);
    case WANT_USER_SYMBOL:
        return is_special(type, D_SPECIAL_USYMADDR);
    case WANT_TEXT:
        return d_type_is_string(type) || is_character_array(type);
    case WANT_WIDE_TEXT:
        return is_wide_array(type);
    case WANT_INT:
        return is_type(compiler, type, D_INT);
    case WANT_FLOAT:
        return d_type_is_float(type);
    case WANT_STACK:
        return is_special(type, D_SPECIAL_STACK);
    case WANT_TIME:
        return integer && d_type_size(type) == 8;
    case WANT_PORT:
        return is_type(compiler, type, D_USHORT);
    case WANT_NOTHING:
        return true;
    case WANT_ANY_LONG_LONG:
        return is_exact(compiler, type, want) || is_named(compiler, type, D_INT64) ||
               is_named(compiler, type, D_UINT64);
    default:
        return is_exact(compiler, type, want);
    }
}

static const struct d_type *take_type(struct formatting *formatting,
                                      const struct specification *specification)
{
    if (specification->aggregation)
        return aggregation_type(formatting);
    const struct d_type *type = next_type(formatting);
    if (type == NULL)
        d_fail(formatting->compiler, "D_PRINTF_ARG_PROTO",
               "%s( ) prototype mismatch: conversion #%u (%%%s) is missing a corresponding value "
               "argument",
               formatting->function, formatting->number, specification->name);
    return type;
}

static void put_specification(struct formatting *formatting,
                              const struct specification *specification,
                              const struct conversion *conversion, const struct d_type *type)
{
    const struct {
        bool given;
        const char *text;
    } flags[] = {
        {true, "%"},
        {specification->alternate, "#"},
        {specification->zero, "0"},
        {specification->left, "-"},
        {specification->plus, "+"},
        {specification->dynamic_width, "*"},
        {specification->dynamic_precision, ".*"},
        {specification->group, "'"},
        {specification->space, " "},
        {specification->aggregation, "@"},
    };
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
        if (flags[i].given)
            put(formatting, flags[i].text, strlen(flags[i].text));
    char number[32] = "";
    if (specification->width != 0)
        snprintf(number, sizeof number, "%u", specification->width);
    put(formatting, number, strlen(number));
    number[0] = '\0';
    if (specification->precision != 0)
        snprintf(number, sizeof number, ".%u", specification->precision);
    put(formatting, number, strlen(number));
    const char *stored = conversion->stored;
    if (stored[0] == '\0')
        stored = d_type_is_signed(type) ? "i" : "u";
    if (strspn(stored, "diouxX") == 1 && d_type_size(type) == 8)
        put(formatting, "ll", 2);
    put(formatting, stored, strlen(stored));
}

static void convert(struct formatting *formatting)
{
    struct specification specification = {0};
    formatting->number++;
    formatting->at++;
    while (take_flag(formatting, &specification))
        ;
    take_name(formatting, &specification);
    const struct conversion *conversion = conversion_of(formatting, specification.name);
    if (conversion->want == WANT_NOTHING) {
        if (has_flags(&specification))
            malformed(formatting, "%% may not be used with flags");
        put(formatting, "%%", 2);
        return;
    }
    if (specification.dynamic_width)
        take_dynamic(formatting, "width");
    if (specification.dynamic_precision)
        take_dynamic(formatting, "precision");
    const struct d_type *type = take_type(formatting, &specification);
    if (d_type_is_dynamic(type) || !fits(formatting->compiler, conversion->want, type))
        d_fail(formatting->compiler, "D_PRINTF_ARG_TYPE",
               "%s( ) argument for conversion #%u is incompatible: conversion %%%s, argument %s",
               formatting->function, formatting->number, specification.name,
               d_type_text(formatting->compiler, type));
    put_specification(formatting, &specification, conversion, type);
}

const char *d_print_format(struct d_compiler *compiler, struct d_place place, const char *function,
                           const char *format, struct d_node *arguments, bool aggregations)
{
    struct formatting formatting = {.compiler = compiler,
                                    .function = function,
                                    .at = format,
                                    .arguments = arguments,
                                    .aggregations = aggregations};
    if (aggregations) {
        formatting.aggregation = arguments;
        formatting.keys = arguments->ident->parameters;
    }
    compiler->place = place;
    while (*formatting.at != '\0') {
        size_t literal = strcspn(formatting.at, "%");
        put(&formatting, formatting.at, literal);
        formatting.at += literal;
        if (*formatting.at == '%')
            convert(&formatting);
    }
    if (!aggregations && formatting.arguments != NULL)
        d_fail(compiler, "D_PRINTF_ARG_EXTRA",
               "%s( ) prototype mismatch: only %u conversions have arguments, more were passed",
               function, formatting.number);
    put(&formatting, "", 1); /* the NUL */
    return formatting.made.bytes;
}
