/* Declarations, inlines and translators: what stands between clauses and ends with a semicolon. */
#include "flight/d/parser.h"

/* The semicolon in hand is the last token that is read as in an expression. */
static void finish(struct d_parser *parser)
{
    d_lexer_set_typed(parser->compiler, false);
    d_lexer_set_state(parser->compiler, D_LEXER_OUTER);
    d_parse_expect(parser, D_TOKEN_SEMICOLON);
}

/* --- Declarations --- */

void d_parse_declaration(struct d_parser *parser)
{
    struct d_specifiers specifiers;
    struct d_declarator declarator;
    d_lexer_set_state(parser->compiler, D_LEXER_EXPRESSION);
    if (!d_parse_is_type(parser) && !d_parse_is_storage(parser))
        d_parse_refuse(parser);
    d_parse_specifiers(parser, &specifiers, true);
    if (d_parse_is(parser, D_TOKEN_SEMICOLON)) {
        if (specifiers.base != D_BASE_TAG)
            d_fail(parser->compiler, "D_DECL_USELESS", "useless declaration");
        finish(parser);
        return;
    }
    do {
        d_parse_declarator(parser, &specifiers, D_DECLARATOR_NAMED, &declarator);
        d_declare(parser->compiler, specifiers.storage, &declarator);
    } while (d_parse_accept(parser, D_TOKEN_COMMA));
    finish(parser);
}

/* --- Inlines --- */

/* Its parameters are names while its body is read; they hide others. */
static void open_parameters(struct d_compiler *compiler, struct d_parameter *parameters)
{
    for (struct d_parameter *at = parameters; at != NULL; at = at->next)
        if (at->name != NULL) {
            at->ident = d_idents_add(compiler, compiler->globals, at->name, D_IDENT_SCALAR, false);
            at->ident->type = at->type;
            at->ident->userland = at->userland;
            at->ident->passing = true;
        }
}

static void close_parameters(struct d_compiler *compiler, const struct d_parameter *parameters)
{
    for (const struct d_parameter *at = parameters; at != NULL; at = at->next)
        if (at->name != NULL)
            d_idents_remove(compiler->globals, at->name);
}

static void check_inline(struct d_compiler *compiler, const struct d_specifiers *specifiers,
                         const struct d_declarator *declarator)
{
    if (specifiers->storage != D_STORAGE_NONE)
        d_fail_at(compiler, declarator->place, "D_DECL_BADCLASS",
                  "specified storage class not appropriate for an inline: %s", declarator->name);
    if (declarator->fixed)
        d_fail_at(compiler, declarator->place, "D_DECL_ARRNULL",
                  "an inline's parameters must be types: %s", declarator->name);
    d_declare_object(compiler, declarator);
    if (d_idents_find(compiler->globals, declarator->name) != NULL)
        d_fail_at(compiler, declarator->place, "D_DECL_IDRED", "identifier redeclared: %s",
                  declarator->name);
}

/* Entered after its body is resolved: the body does not know it. */
static void enter_inline(struct d_compiler *compiler, const struct d_declarator *declarator,
                         struct d_node *body)
{
    bool keyed = declarator->keys != NULL;
    struct d_ident *ident = d_idents_add(compiler, compiler->globals, declarator->name,
                                         keyed ? D_IDENT_ARRAY : D_IDENT_SCALAR, false);
    ident->place = declarator->place;
    ident->type = declarator->type;
    ident->userland = declarator->userland;
    ident->declared = true;
    ident->has_parameters = keyed;
    ident->parameters = declarator->keys;
    ident->inline_body = body;
}

/* What no variable can hold: `inline T *x = xlate<T *>(e)`. */
static bool is_translated_pointer(const struct d_type *type, const struct d_node *body)
{
    return body->kind == D_NODE_XLATE && d_type_is_dynamic(body->type) &&
           d_types_compatible(type, body->named);
}

static struct d_node *parse_inline_body(struct d_parser *parser,
                                        const struct d_declarator *declarator)
{
    struct d_compiler *compiler = parser->compiler;
    struct d_place place = parser->token.place;
    open_parameters(compiler, declarator->keys);
    d_lexer_set_typed(compiler, false);
    d_parse_expect(parser, D_TOKEN_ASSIGN);
    struct d_node *parsed = d_parse_assignment(parser);
    if (!d_parse_is(parser, D_TOKEN_SEMICOLON))
        d_parse_refuse(parser);
    struct d_node *body = d_resolve(compiler, parsed);
    if (!is_translated_pointer(declarator->type, body) &&
        !d_assignable(declarator->type, declarator->userland, body))
        d_fail_at(compiler, place, "D_OP_INCOMPAT",
                  "inline %s definition uses incompatible types: %s", declarator->name,
                  d_type_text(compiler, declarator->type));
    close_parameters(compiler, declarator->keys);
    return body;
}

void d_parse_inline(struct d_parser *parser)
{
    struct d_specifiers specifiers;
    struct d_declarator declarator;
    d_lexer_set_state(parser->compiler, D_LEXER_EXPRESSION);
    d_parse_advance(parser);
    if (!d_parse_is_type(parser) && !d_parse_is_storage(parser))
        d_parse_refuse(parser);
    d_parse_specifiers(parser, &specifiers, true);
    d_parse_declarator(parser, &specifiers, D_DECLARATOR_NAMED, &declarator);
    check_inline(parser->compiler, &specifiers, &declarator);
    enter_inline(parser->compiler, &declarator, parse_inline_body(parser, &declarator));
    finish(parser);
}

/* --- Translators --- */

/* "member = expression;" */
static struct d_translation *parse_translation(struct d_parser *parser)
{
    struct d_translation *translation = d_take(parser->compiler, sizeof *translation);
    translation->place = parser->token.place;
    translation->name = d_parse_name(parser);
    d_parse_expect(parser, D_TOKEN_ASSIGN);
    translation->expression = d_parse_assignment(parser);
    d_parse_expect(parser, D_TOKEN_SEMICOLON);
    return translation;
}

static struct d_ident *open_input(struct d_compiler *compiler,
                                  const struct d_translator *translator,
                                  const struct d_declarator *input, const char *name)
{
    struct d_ident *ident = d_idents_add(compiler, compiler->globals, name, D_IDENT_SCALAR, false);
    ident->type = translator->input;
    ident->userland = input->userland;
    ident->bound = true;
    ident->passing = true;
    return ident;
}

static void add_translator(struct d_compiler *compiler, struct d_translator *translator)
{
    struct d_translator **end = &compiler->translators;
    while (*end != NULL)
        end = &(*end)->next;
    *end = translator;
}

/* "OUT < IN name >": the word behind a type is a name, even if a type has it. */
static const char *parse_translator_types(struct d_parser *parser, struct d_translator *translator,
                                          struct d_declarator *input)
{
    struct d_declarator output;
    d_parse_type_name(parser, &output);
    d_parse_expect(parser, D_TOKEN_LT);
    d_parse_type_name(parser, input);
    const char *name = d_parse_name(parser);
    translator->output = output.type;
    translator->input = input->type;
    d_parse_expect(parser, D_TOKEN_GT);
    return name;
}

void d_parse_translator(struct d_parser *parser)
{
    struct d_compiler *compiler = parser->compiler;
    struct d_translator *translator = d_take(compiler, sizeof *translator);
    struct d_declarator input;
    translator->place = parser->token.place;
    d_lexer_set_state(compiler, D_LEXER_EXPRESSION);
    d_parse_advance(parser);
    const char *name = parse_translator_types(parser, translator, &input);
    translator->parameter = open_input(compiler, translator, &input, name);
    struct d_translation **end = &translator->members;
    d_parse_expect(parser, D_TOKEN_LBRACE);
    while (!d_parse_is(parser, D_TOKEN_RBRACE)) {
        *end = parse_translation(parser);
        end = &(*end)->next;
    }
    d_parse_advance(parser);
    if (!d_parse_is(parser, D_TOKEN_SEMICOLON))
        d_parse_refuse(parser);
    d_translator_check(compiler, translator);
    d_idents_remove(compiler->globals, name);
    add_translator(compiler, translator);
    finish(parser);
}
