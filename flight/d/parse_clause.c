/* Clauses: descriptions, predicate, statements. */
#include "flight/d/parser.h"

/* --- Statements --- */

static struct d_statement *parse_statements(struct d_parser *parser);

static struct d_statement *statement_new(struct d_parser *parser, enum d_statement_kind kind)
{
    struct d_statement *statement = d_take(parser->compiler, sizeof *statement);
    statement->kind = kind;
    statement->place = parser->token.place;
    return statement;
}

static struct d_statement *parse_if(struct d_parser *parser);

static struct d_statement *parse_plain(struct d_parser *parser)
{
    struct d_statement *statement = statement_new(parser, D_STATEMENT_EXPRESSION);
    statement->expression = d_parse_expression(parser);
    return statement;
}

/* What follows if () and else: { }, or one statement, which may be empty. */
static struct d_statement *parse_branch(struct d_parser *parser)
{
    struct d_statement *statement;
    if (d_parse_accept(parser, D_TOKEN_LBRACE)) {
        statement = parse_statements(parser);
        d_parse_expect(parser, D_TOKEN_RBRACE);
        return statement;
    }
    if (d_parse_is(parser, D_TOKEN_IF))
        return parse_if(parser);
    statement = d_parse_is(parser, D_TOKEN_SEMICOLON) ? NULL : parse_plain(parser);
    d_parse_expect(parser, D_TOKEN_SEMICOLON);
    return statement;
}

static struct d_statement *parse_if(struct d_parser *parser)
{
    struct d_statement *statement = statement_new(parser, D_STATEMENT_IF);
    d_parse_enter(parser);
    d_parse_advance(parser);
    d_parse_expect(parser, D_TOKEN_LPAREN);
    statement->expression = d_parse_expression(parser);
    d_parse_expect(parser, D_TOKEN_RPAREN);
    statement->then = parse_branch(parser);
    if (d_parse_accept(parser, D_TOKEN_ELSE))
        statement->otherwise = parse_branch(parser);
    d_parse_leave(parser);
    return statement;
}

/* Up to the }, before which an expression needs no semicolon. */
static struct d_statement *parse_statements(struct d_parser *parser)
{
    struct d_statement *statements = NULL;
    struct d_statement **end = &statements;
    while (!d_parse_is(parser, D_TOKEN_RBRACE)) {
        if (d_parse_accept(parser, D_TOKEN_SEMICOLON))
            continue;
        bool conditional = d_parse_is(parser, D_TOKEN_IF);
        *end = conditional ? parse_if(parser) : parse_plain(parser);
        end = &(*end)->next;
        if (!conditional && !d_parse_is(parser, D_TOKEN_RBRACE))
            d_parse_expect(parser, D_TOKEN_SEMICOLON);
    }
    return statements;
}

/* --- Clauses --- */

static void parse_probes(struct d_parser *parser, struct d_clause *clause)
{
    struct d_probe_description **end = &clause->probes;
    do {
        const struct d_token *token = &parser->token;
        if (token->kind == D_TOKEN_INT)
            *end = d_probe_numbered(parser->compiler, token->place, token->value);
        else if (token->kind == D_TOKEN_PROBE)
            *end = d_probe_description(parser->compiler, token->place, token->text);
        else
            d_parse_refuse(parser);
        end = &(*end)->next;
        d_parse_advance(parser);
    } while (d_parse_accept(parser, D_TOKEN_COMMA));
}

static void parse_predicate(struct d_parser *parser, struct d_clause *clause)
{
    struct d_compiler *compiler = parser->compiler;
    if (!d_parse_is(parser, D_TOKEN_DIV))
        return;
    compiler->part = "predicate";
    d_lexer_set_state(compiler, D_LEXER_EXPRESSION);
    d_parse_advance(parser);
    clause->predicate = d_parse_expression(parser);
    if (!d_parse_is(parser, D_TOKEN_PREDICATE_END))
        d_parse_refuse(parser);
    d_parse_advance(parser);
    compiler->part = "";
}

/* Only on the command line a description may stand alone, at the end of the text. */
static void check_bodiless(struct d_parser *parser, const struct d_clause *clause)
{
    if (clause->predicate != NULL)
        d_fail_at(parser->compiler, parser->token.place, "D_SYNTAX",
                  "expected actions { } following probe description and predicate");
    if (parser->compiler->source->kind == D_SOURCE_FILE)
        d_fail_at(parser->compiler, parser->token.place, "D_SYNTAX",
                  "expected predicate and/or actions following probe description");
    if (!d_parse_is(parser, D_TOKEN_END))
        d_parse_refuse(parser);
}

static void parse_body(struct d_parser *parser, struct d_clause *clause)
{
    struct d_compiler *compiler = parser->compiler;
    if (!d_parse_is(parser, D_TOKEN_LBRACE)) {
        check_bodiless(parser, clause);
        return;
    }
    compiler->part = "action list";
    d_lexer_set_state(compiler, D_LEXER_EXPRESSION);
    d_parse_advance(parser);
    clause->statements = parse_statements(parser);
    compiler->part = "";
    d_lexer_set_state(compiler, D_LEXER_OUTER);
    d_parse_expect(parser, D_TOKEN_RBRACE);
}

struct d_clause *d_parse_clause(struct d_parser *parser)
{
    struct d_clause *clause = d_take(parser->compiler, sizeof *clause);
    clause->place = parser->token.place;
    parse_probes(parser, clause);
    parse_predicate(parser, clause);
    parse_body(parser, clause);
    return clause;
}
