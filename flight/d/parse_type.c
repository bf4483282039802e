/* The words before declared names: types, tags with their bodies, qualifiers, storage classes. */
#include "flight/d/parser.h"

/* --- What begins one --- */

static bool is_plain_word(enum d_token_kind kind)
{
    switch ((int)kind) {
    case D_TOKEN_VOID:
    case D_TOKEN_CHAR:
    case D_TOKEN_SHORT:
    case D_TOKEN_KEY_INT:
    case D_TOKEN_LONG:
    case D_TOKEN_FLOAT:
    case D_TOKEN_DOUBLE:
    case D_TOKEN_SIGNED:
    case D_TOKEN_UNSIGNED:
    case D_TOKEN_USERLAND:
    case D_TOKEN_CONST:
    case D_TOKEN_RESTRICT:
    case D_TOKEN_VOLATILE:
        return true;
    default:
        return false;
    }
}

static bool is_tag_word(enum d_token_kind kind)
{
    return kind == D_TOKEN_STRUCT || kind == D_TOKEN_UNION || kind == D_TOKEN_ENUM;
}

bool d_parse_is_type(const struct d_parser *parser)
{
    enum d_token_kind kind = parser->token.kind;
    return is_plain_word(kind) || is_tag_word(kind) || kind == D_TOKEN_KEY_STRING ||
           kind == D_TOKEN_TYPE_NAME;
}

bool d_parse_is_storage(const struct d_parser *parser)
{
    switch ((int)parser->token.kind) {
    case D_TOKEN_AUTO:
    case D_TOKEN_REGISTER:
    case D_TOKEN_STATIC:
    case D_TOKEN_EXTERN:
    case D_TOKEN_TYPEDEF:
    case D_TOKEN_SELF:
    case D_TOKEN_THIS:
        return true;
    default:
        return false;
    }
}

/* --- Bodies of tags --- */

static const struct d_node *parse_bits(struct d_parser *parser)
{
    d_lexer_set_typed(parser->compiler, false);
    return d_parse_accept(parser, D_TOKEN_COLON) ? d_parse_conditional(parser) : NULL;
}

/* One member: a declarator, a width, or both. */
static struct d_member **parse_member(struct d_parser *parser, struct d_type *type,
                                      struct d_member **end, const struct d_specifiers *specifiers)
{
    struct d_declarator declarator = {
        .place = parser->token.place, .type = specifiers->type, .userland = specifiers->userland};
    if (!d_parse_is(parser, D_TOKEN_COLON))
        d_parse_declarator(parser, specifiers, D_DECLARATOR_NAMED, &declarator);
    return d_tag_member(parser->compiler, type, end, &declarator, parse_bits(parser));
}

/* "int a, b : 3;" */
static struct d_member **parse_members(struct d_parser *parser, struct d_type *type,
                                       struct d_member **end)
{
    struct d_specifiers specifiers = {0};
    if (!d_parse_is_type(parser))
        d_parse_refuse(parser);
    d_parse_specifiers(parser, &specifiers, false);
    end = parse_member(parser, type, end, &specifiers);
    while (d_parse_is(parser, D_TOKEN_COMMA)) {
        d_lexer_set_typed(parser->compiler, true);
        d_parse_advance(parser);
        end = parse_member(parser, type, end, &specifiers);
    }
    d_lexer_set_typed(parser->compiler, false);
    d_parse_expect(parser, D_TOKEN_SEMICOLON);
    return end;
}

static void parse_struct_body(struct d_parser *parser, struct d_type *type)
{
    struct d_member **end = &type->members;
    do
        end = parse_members(parser, type, end);
    while (!d_parse_is(parser, D_TOKEN_RBRACE));
}

static void parse_enum_body(struct d_parser *parser, struct d_type *type)
{
    struct d_enumerator *last = NULL;
    do {
        const char *name = parser->token.text;
        struct d_node *value = NULL;
        if (!d_parse_is(parser, D_TOKEN_NAME))
            d_parse_refuse(parser);
        d_parse_advance(parser);
        if (d_parse_accept(parser, D_TOKEN_ASSIGN))
            value = d_parse_conditional(parser);
        last = d_tag_enumerator(parser->compiler, type, last, name, value);
    } while (d_parse_accept(parser, D_TOKEN_COMMA));
}

/* From the { in hand to behind the }. */
static const struct d_type *parse_body(struct d_parser *parser, enum d_type_kind kind,
                                       const char *name)
{
    struct d_compiler *compiler = parser->compiler;
    struct d_type *type = d_tag_begin(compiler, kind, name);
    d_parse_enter(parser);
    d_lexer_set_typed(compiler, false);
    d_parse_advance(parser);
    if (kind == D_TYPE_ENUM)
        parse_enum_body(parser, type);
    else
        parse_struct_body(parser, type);
    if (!d_parse_is(parser, D_TOKEN_RBRACE))
        d_parse_refuse(parser);
    d_tag_end(compiler, type);
    d_lexer_set_typed(compiler, true);
    d_parse_advance(parser);
    d_parse_leave(parser);
    return type;
}

static enum d_type_kind tag_kind(enum d_token_kind word)
{
    return word == D_TOKEN_STRUCT  ? D_TYPE_STRUCT
           : word == D_TOKEN_UNION ? D_TYPE_UNION
                                   : D_TYPE_ENUM;
}

static const struct d_type *parse_tag(struct d_parser *parser)
{
    enum d_type_kind kind = tag_kind(parser->token.kind);
    d_lexer_set_typed(parser->compiler, true);
    d_parse_advance(parser);
    const char *name = d_parse_is(parser, D_TOKEN_LBRACE) ? NULL : d_parse_name(parser);
    if (d_parse_is(parser, D_TOKEN_LBRACE))
        return parse_body(parser, kind, name);
    return d_tag_find(parser->compiler, kind, name);
}

/* --- The words --- */

/* A type by a name: behind it stands what is declared, even if a type has that name as well. */
static void parse_named(struct d_parser *parser, struct d_specifiers *specifiers)
{
    bool string = d_parse_is(parser, D_TOKEN_KEY_STRING);
    const struct d_type *type = string ? d_type_of(parser->compiler, D_STRING)
                                       : d_type_find(parser->compiler, parser->token.text);
    if (type == NULL)
        d_fail(parser->compiler, "D_UNKNOWN", "failed to resolve type %s", parser->token.text);
    d_specify_type(parser->compiler, specifiers, D_BASE_NAMED, type);
    d_lexer_set_typed(parser->compiler, true);
    d_parse_advance(parser);
}

static void parse_plain(struct d_parser *parser, struct d_specifiers *specifiers)
{
    d_specify_word(parser->compiler, specifiers, parser->token.kind);
    d_lexer_set_typed(parser->compiler, specifiers->base != D_BASE_NONE);
    d_parse_advance(parser);
}

void d_parse_specifiers(struct d_parser *parser, struct d_specifiers *specifiers, bool storage)
{
    *specifiers = (struct d_specifiers){0};
    for (;;) {
        if (is_tag_word(parser->token.kind))
            d_specify_type(parser->compiler, specifiers, D_BASE_TAG, parse_tag(parser));
        else if (d_parse_is(parser, D_TOKEN_KEY_STRING) || d_parse_is(parser, D_TOKEN_TYPE_NAME))
            parse_named(parser, specifiers);
        else if (is_plain_word(parser->token.kind) || (storage && d_parse_is_storage(parser)))
            parse_plain(parser, specifiers);
        else
            break;
    }
    d_specify_end(parser->compiler, specifiers);
}

void d_parse_type_name(struct d_parser *parser, struct d_declarator *declarator)
{
    struct d_specifiers specifiers;
    if (!d_parse_is_type(parser))
        d_parse_refuse(parser);
    d_parse_specifiers(parser, &specifiers, false);
    d_parse_declarator(parser, &specifiers, D_DECLARATOR_ABSTRACT, declarator);
    d_lexer_set_typed(parser->compiler, false);
    if (declarator->keys != NULL)
        d_fail_at(parser->compiler, declarator->place, "D_DECL_DYNOBJ",
                  "cannot have an associative array as a type here");
}
