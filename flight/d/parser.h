/* Inside the parser: what its parts share.  One token is in hand, `token`; what the lexer is told takes effect with the
 * token behind it. */
#pragma once

#include "flight/d/declaration.h"
#include "flight/d/node.h"

struct d_parser {
    struct d_compiler *compiler;
    struct d_token token;
    uint32_t depth;  /* of what is nested in the text */
    bool assignable; /* what was parsed last is a unary expression: it may stand before = */
};

/* parser.c */
void d_parse_advance(struct d_parser *parser);
bool d_parse_is(const struct d_parser *parser, enum d_token_kind kind);
bool d_parse_accept(struct d_parser *parser, enum d_token_kind kind);
void d_parse_expect(struct d_parser *parser, enum d_token_kind kind);
/* A NAME, or the name of a type where only a name can stand. */
const char *d_parse_name(struct d_parser *parser);
noreturn void d_parse_refuse(struct d_parser *parser); /* D_SYNTAX near the token */
void d_parse_enter(struct d_parser *parser);           /* D_SYNTAX when nested too deeply */
void d_parse_leave(struct d_parser *parser);

/* parse_expression.c */
struct d_node *d_parse_expression(struct d_parser *parser); /* with commas */
struct d_node *d_parse_assignment(struct d_parser *parser);
struct d_node *d_parse_conditional(struct d_parser *parser);

/* parse_type.c */
bool d_parse_is_type(const struct d_parser *parser);    /* begins with a word of a type */
bool d_parse_is_storage(const struct d_parser *parser); /* ... of a storage class */
void d_parse_specifiers(struct d_parser *parser, struct d_specifiers *specifiers, bool storage);
void d_parse_type_name(struct d_parser *parser, struct d_declarator *declarator);

/* parse_declarator.c */
enum d_declarator_form {
    D_DECLARATOR_NAMED,
    D_DECLARATOR_ABSTRACT, /* no name */
    D_DECLARATOR_EITHER
};
void d_parse_declarator(struct d_parser *parser, const struct d_specifiers *specifiers,
                        enum d_declarator_form form, struct d_declarator *declarator);
/* Up to `end`, which is not consumed.  *variadic: with ... at its end. */
struct d_parameter *d_parse_parameters(struct d_parser *parser, enum d_token_kind end,
                                       bool *variadic);

/* parse_clause.c */
struct d_clause *d_parse_clause(struct d_parser *parser);

/* parse_definition.c */
void d_parse_declaration(struct d_parser *parser);
void d_parse_inline(struct d_parser *parser);
void d_parse_translator(struct d_parser *parser);

/* parse_provider.c */
void d_parse_provider(struct d_parser *parser);
