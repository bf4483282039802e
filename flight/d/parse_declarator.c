/* What stands around a declared name: * before it, [ ] and ( ) behind it. */
#include "flight/d/parser.h"

#define MODIFIERS_MAX 256u

/* One step from the type before the name to the type of the name, in the order in which they apply. */
struct modifier {
    struct modifier *next;
    enum {
        MODIFIER_POINTER,
        MODIFIER_QUALIFIER, /* of the pointer before it: `qualifier` */
        MODIFIER_ARRAY,     /* of `count` */
        MODIFIER_UNSIZED,
        MODIFIER_KEYS, /* `keys` */
        MODIFIER_FUNCTION,
    } kind;
    enum d_type_kind qualifier;
    uint64_t count;
    struct d_parameter *keys;
    struct d_place place;
};

struct modifiers {
    struct modifier *first;
    struct modifier **end;
    uint32_t count;
};

static struct modifier *modifier_new(struct d_parser *parser, struct modifiers *modifiers)
{
    struct modifier *modifier = d_take(parser->compiler, sizeof *modifier);
    modifier->place = parser->token.place;
    if (++modifiers->count > MODIFIERS_MAX)
        d_fail(parser->compiler, "D_SYNTAX", "nested too deeply");
    return modifier;
}

static void append(struct modifiers *modifiers, struct modifier *modifier)
{
    *modifiers->end = modifier;
    modifiers->end = &modifier->next;
}

/* --- Before the name --- */

static enum d_type_kind qualifier_of(enum d_token_kind word)
{
    return word == D_TOKEN_CONST      ? D_TYPE_CONST
           : word == D_TOKEN_VOLATILE ? D_TYPE_VOLATILE
           : word == D_TOKEN_RESTRICT ? D_TYPE_RESTRICT
                                      : 0;
}

static void parse_pointers(struct d_parser *parser, struct modifiers *modifiers)
{
    for (;;) {
        enum d_type_kind qualifier = qualifier_of(parser->token.kind);
        bool qualifies = qualifier != 0 && modifiers->first != NULL;
        if (!d_parse_is(parser, D_TOKEN_MUL) && !qualifies)
            return;
        struct modifier *modifier = modifier_new(parser, modifiers);
        modifier->kind = qualifies ? MODIFIER_QUALIFIER : MODIFIER_POINTER;
        modifier->qualifier = qualifier;
        append(modifiers, modifier);
        d_parse_advance(parser);
    }
}

/* --- Behind it --- */

static uint64_t array_count(struct d_parser *parser, const struct d_node *node)
{
    struct d_compiler *compiler = parser->compiler;
    if (!d_node_is_positive(node))
        d_fail_at(compiler, node->place, "D_DECL_ARRSUB",
                  "positive integral constant expression or tuple signature expected as array "
                  "declaration subscript");
    if (node->value > UINT32_MAX)
        d_fail_at(compiler, node->place, "D_DECL_ARRBIG", "array dimension is too large");
    return node->value;
}

/* From the [ in hand to behind the ]. */
static void parse_brackets(struct d_parser *parser, struct modifier *modifier)
{
    bool variadic = false;
    d_lexer_set_typed(parser->compiler, false);
    d_parse_advance(parser);
    if (d_parse_is(parser, D_TOKEN_RBRACKET)) {
        modifier->kind = MODIFIER_UNSIZED;
    } else if (d_parse_is_type(parser) || d_parse_is_storage(parser) ||
               d_parse_is(parser, D_TOKEN_ELLIPSIS)) {
        struct d_parameter *keys = d_parse_parameters(parser, D_TOKEN_RBRACKET, &variadic);
        modifier->kind = MODIFIER_KEYS;
        modifier->keys = d_prototype_check(parser->compiler, keys, variadic, D_PROTOTYPE_KEYS);
    } else {
        modifier->kind = MODIFIER_ARRAY;
        const struct d_node *count = d_parse_conditional(parser);
        if (!d_parse_is(parser, D_TOKEN_RBRACKET))
            d_parse_refuse(parser);
        modifier->count = array_count(parser, count);
    }
    d_lexer_set_typed(parser->compiler, true);
    d_parse_expect(parser, D_TOKEN_RBRACKET);
}

/* Parameters of functions are checked and forgotten. */
static void parse_function(struct d_parser *parser, struct modifier *modifier)
{
    bool variadic = false;
    struct d_parameter *parameters = d_parse_parameters(parser, D_TOKEN_RPAREN, &variadic);
    d_prototype_check(parser->compiler, parameters, variadic, D_PROTOTYPE_FUNCTION);
    modifier->kind = MODIFIER_FUNCTION;
    d_lexer_set_typed(parser->compiler, true);
    d_parse_expect(parser, D_TOKEN_RPAREN);
}

/* x[2][3] is an array of two arrays of three: the last applies first. */
static void parse_suffixes(struct d_parser *parser, struct modifiers *modifiers)
{
    struct modifier *suffixes = NULL;
    while (d_parse_is(parser, D_TOKEN_LBRACKET) || d_parse_is(parser, D_TOKEN_LPAREN)) {
        struct modifier *modifier = modifier_new(parser, modifiers);
        if (d_parse_is(parser, D_TOKEN_LBRACKET)) {
            parse_brackets(parser, modifier);
        } else {
            d_lexer_set_typed(parser->compiler, false);
            d_parse_advance(parser);
            parse_function(parser, modifier);
        }
        modifier->next = suffixes;
        suffixes = modifier;
    }
    while (suffixes != NULL) {
        struct modifier *next = suffixes->next;
        suffixes->next = NULL;
        append(modifiers, suffixes);
        suffixes = next;
    }
}

/* --- Around it --- */

static void parse_around(struct d_parser *parser, enum d_declarator_form form,
                         struct d_declarator *declarator, struct modifiers *modifiers);

/* The ( in hand opens a declarator within, or parameters where there is no name. */
static void parse_parenthesis(struct d_parser *parser, enum d_declarator_form form,
                              struct d_declarator *declarator, struct modifiers *inner,
                              struct modifiers *outer)
{
    struct modifier *modifier = modifier_new(parser, outer);
    d_parse_advance(parser);
    if (form != D_DECLARATOR_NAMED &&
        (d_parse_is_type(parser) || d_parse_is_storage(parser) ||
         d_parse_is(parser, D_TOKEN_RPAREN) || d_parse_is(parser, D_TOKEN_ELLIPSIS))) {
        parse_function(parser, modifier);
        append(outer, modifier);
        return;
    }
    parse_around(parser, form, declarator, inner);
    d_parse_expect(parser, D_TOKEN_RPAREN);
}

static void take_name(struct d_parser *parser, struct d_declarator *declarator)
{
    declarator->name = parser->token.text;
    declarator->place = parser->token.place;
    d_parse_advance(parser);
}

static void parse_around(struct d_parser *parser, enum d_declarator_form form,
                         struct d_declarator *declarator, struct modifiers *modifiers)
{
    struct modifiers inner = {.end = &inner.first, .count = modifiers->count};
    d_parse_enter(parser);
    parse_pointers(parser, modifiers);
    if (d_parse_is(parser, D_TOKEN_NAME) && form != D_DECLARATOR_ABSTRACT)
        take_name(parser, declarator);
    else if (d_parse_is(parser, D_TOKEN_LPAREN))
        parse_parenthesis(parser, form, declarator, &inner, modifiers);
    else if (form == D_DECLARATOR_NAMED)
        d_parse_refuse(parser);
    modifiers->count = inner.count > modifiers->count ? inner.count : modifiers->count;
    parse_suffixes(parser, modifiers);
    if (inner.first != NULL) {
        *modifiers->end = inner.first;
        modifiers->end = inner.end;
    }
    d_parse_leave(parser);
}

/* --- What it all makes --- */

static const struct d_type *array_type(struct d_compiler *compiler, const struct modifier *modifier,
                                       const struct d_type *element)
{
    if (modifier->kind == MODIFIER_UNSIZED && modifier->next != NULL &&
        modifier->next->kind == MODIFIER_ARRAY)
        d_fail_at(compiler, modifier->place, "D_DECL_ARRNULL", "array dimension expected");
    if (d_type_is_void(element))
        d_fail_at(compiler, modifier->place, "D_DECL_VOIDOBJ", "cannot declare array of void");
    if (d_type_is_incomplete(element))
        d_fail_at(compiler, modifier->place, "D_DECL_INCOMPLETE",
                  "incomplete struct/union/enum %s in an array", d_type_text(compiler, element));
    const struct d_type *type = d_type_array_of(compiler, element, modifier->count);
    if (d_type_size(type) == UINT64_MAX)
        d_fail_at(compiler, modifier->place, "D_DECL_ARRBIG", "array is too large");
    return type;
}

static const struct d_type *modified(struct d_compiler *compiler, const struct modifier *modifier,
                                     const struct d_type *type)
{
    switch (modifier->kind) {
    case MODIFIER_POINTER:
        return d_type_pointer_to(compiler, type);
    case MODIFIER_QUALIFIER:
        return d_type_qualified(compiler, modifier->qualifier, type);
    case MODIFIER_ARRAY:
    case MODIFIER_UNSIZED:
        return array_type(compiler, modifier, type);
    case MODIFIER_FUNCTION:
        return d_type_of(compiler, D_FUNCTION);
    case MODIFIER_KEYS:
        break;
    }
    if (modifier->next != NULL)
        d_fail_at(compiler, modifier->place, "D_DECL_DYNOBJ",
                  "cannot declare array of associative arrays");
    return type;
}

static void apply(struct d_compiler *compiler, const struct modifier *modifier,
                  struct d_declarator *declarator)
{
    for (; modifier != NULL; modifier = modifier->next) {
        declarator->type = modified(compiler, modifier, declarator->type);
        declarator->unsized = modifier->kind == MODIFIER_UNSIZED;
        declarator->fixed = modifier->kind == MODIFIER_ARRAY;
        declarator->keys = modifier->keys;
    }
}

void d_parse_declarator(struct d_parser *parser, const struct d_specifiers *specifiers,
                        enum d_declarator_form form, struct d_declarator *declarator)
{
    struct modifiers modifiers = {.end = &modifiers.first};
    *declarator = (struct d_declarator){
        .place = parser->token.place, .type = specifiers->type, .userland = specifiers->userland};
    parse_around(parser, form, declarator, &modifiers);
    apply(parser->compiler, modifiers.first, declarator);
}

/* --- Parameters --- */

static struct d_parameter *parse_parameter(struct d_parser *parser)
{
    struct d_parameter *parameter = d_take(parser->compiler, sizeof *parameter);
    struct d_specifiers specifiers;
    struct d_declarator declarator;
    struct d_place place = parser->token.place;
    if (!d_parse_is_type(parser) && !d_parse_is_storage(parser))
        d_parse_refuse(parser);
    d_parse_specifiers(parser, &specifiers, true);
    if (specifiers.storage == D_STORAGE_SELF || specifiers.storage == D_STORAGE_THIS)
        d_fail_at(parser->compiler, place, "D_SYNTAX", "a parameter is neither self nor this");
    if (specifiers.storage != D_STORAGE_NONE && specifiers.storage != D_STORAGE_REGISTER)
        d_fail_at(parser->compiler, place, "D_DECL_PARMCLASS",
                  "inappropriate storage class for a parameter");
    d_parse_declarator(parser, &specifiers, D_DECLARATOR_EITHER, &declarator);
    if (declarator.keys != NULL)
        d_fail_at(parser->compiler, place, "D_DECL_DYNOBJ",
                  "a parameter cannot be an associative array");
    d_lexer_set_typed(parser->compiler, false);
    parameter->type = declarator.type;
    parameter->name = declarator.name;
    parameter->userland = declarator.userland;
    return parameter;
}

struct d_parameter *d_parse_parameters(struct d_parser *parser, enum d_token_kind end,
                                       bool *variadic)
{
    struct d_parameter *parameters = NULL;
    struct d_parameter **last = &parameters;
    *variadic = false;
    if (d_parse_is(parser, end))
        return NULL;
    d_parse_enter(parser);
    do {
        if (d_parse_accept(parser, D_TOKEN_ELLIPSIS)) {
            *variadic = true;
            break;
        }
        *last = parse_parameter(parser);
        last = &(*last)->next;
    } while (d_parse_accept(parser, D_TOKEN_COMMA));
    d_parse_leave(parser);
    return parameters;
}
