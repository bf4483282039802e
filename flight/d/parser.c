/* The parser: recursive descent over the grammar of section 2.1.  What stands on a file's top level takes effect as
 * soon as it is read. */
#include "flight/d/parser.h"

#define DEPTH_MAX 256u

/* --- Tokens --- */

void d_parse_advance(struct d_parser *parser)
{
    d_lexer_next(parser->compiler, &parser->token);
    parser->compiler->place = parser->token.place;
}

bool d_parse_is(const struct d_parser *parser, enum d_token_kind kind)
{
    return parser->token.kind == kind;
}

bool d_parse_accept(struct d_parser *parser, enum d_token_kind kind)
{
    if (!d_parse_is(parser, kind))
        return false;
    d_parse_advance(parser);
    return true;
}

void d_parse_expect(struct d_parser *parser, enum d_token_kind kind)
{
    if (!d_parse_accept(parser, kind))
        d_parse_refuse(parser);
}

const char *d_parse_name(struct d_parser *parser)
{
    const char *name = parser->token.text;
    if (!d_parse_is(parser, D_TOKEN_NAME) && !d_parse_is(parser, D_TOKEN_TYPE_NAME))
        d_parse_refuse(parser);
    d_parse_advance(parser);
    return name;
}

noreturn void d_parse_refuse(struct d_parser *parser)
{
    const struct d_token *token = &parser->token;
    if (token->kind == D_TOKEN_END)
        d_fail_at(parser->compiler, token->place, "D_SYNTAX", "syntax error near end of input");
    const char *text = token->text != NULL ? token->text : d_token_text(token->kind);
    if (token->kind == D_TOKEN_PREDICATE_END)
        text = "/";
    d_fail_at(parser->compiler, token->place, "D_SYNTAX", "syntax error near \"%s\"", text);
}

void d_parse_enter(struct d_parser *parser)
{
    if (++parser->depth > DEPTH_MAX)
        d_fail_at(parser->compiler, parser->token.place, "D_SYNTAX", "nested too deeply");
}

void d_parse_leave(struct d_parser *parser)
{
    parser->depth--;
}

/* --- The top level --- */

static void parse_clause_into(struct d_parser *parser, struct d_clause ***end)
{
    **end = d_parse_clause(parser);
    *end = &(**end)->next;
}

/* False: a declaration, which alone makes no program. */
static bool parse_external(struct d_parser *parser, struct d_clause ***end)
{
    switch ((int)parser->token.kind) {
    case D_TOKEN_PROBE:
    case D_TOKEN_INT:
        parse_clause_into(parser, end);
        return true;
    case D_TOKEN_INLINE:
        d_parse_inline(parser);
        return true;
    case D_TOKEN_TRANSLATOR:
        d_parse_translator(parser);
        return true;
    case D_TOKEN_PROVIDER:
        d_parse_provider(parser);
        return true;
    default:
        d_parse_declaration(parser);
        return false;
    }
}

struct d_program *d_parse(struct d_compiler *compiler, const struct d_source *source)
{
    struct d_program *program = d_take(compiler, sizeof *program);
    struct d_parser parser = {.compiler = compiler};
    struct d_clause **end = &program->clauses;
    d_lexer_open(compiler, source);
    d_parse_advance(&parser);
    while (!d_parse_is(&parser, D_TOKEN_END))
        if (parse_external(&parser, &end))
            program->has_external = true;
    return program;
}
