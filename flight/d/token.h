/* The lexer: text to tokens. */
#pragma once

#include "flight/d/compiler.h"

enum d_token_kind {
    D_TOKEN_END,
    D_TOKEN_PROBE,         /* text: a probe specifier, macros not yet replaced (OUTER only) */
    D_TOKEN_INT,           /* value, type */
    D_TOKEN_STRING,        /* text, length without the NUL behind it */
    D_TOKEN_NAME,          /* text: an identifier */
    D_TOKEN_TYPE_NAME,     /* text: the name of a type that is no keyword */
    D_TOKEN_AGGREGATION,   /* text: without the @; "_" for a bare one */
    D_TOKEN_PREDICATE_END, /* the / that closes a predicate */

    /* Keywords; D_TOKEN_RESERVED are those without a grammar. */
    D_TOKEN_AUTO,
    D_TOKEN_CHAR,
    D_TOKEN_CONST,
    D_TOKEN_DOUBLE,
    D_TOKEN_ELSE,
    D_TOKEN_ENUM,
    D_TOKEN_EXTERN,
    D_TOKEN_FLOAT,
    D_TOKEN_IF,
    D_TOKEN_INLINE,
    D_TOKEN_KEY_INT,
    D_TOKEN_LONG,
    D_TOKEN_OFFSETOF,
    D_TOKEN_KEY_PROBE,
    D_TOKEN_PROVIDER,
    D_TOKEN_REGISTER,
    D_TOKEN_RESTRICT,
    D_TOKEN_SELF,
    D_TOKEN_SHORT,
    D_TOKEN_SIGNED,
    D_TOKEN_SIZEOF,
    D_TOKEN_STATIC,
    D_TOKEN_KEY_STRING,
    D_TOKEN_STRINGOF,
    D_TOKEN_STRUCT,
    D_TOKEN_THIS,
    D_TOKEN_TRANSLATOR,
    D_TOKEN_TYPEDEF,
    D_TOKEN_UNION,
    D_TOKEN_UNSIGNED,
    D_TOKEN_USERLAND,
    D_TOKEN_VOID,
    D_TOKEN_VOLATILE,
    D_TOKEN_XLATE,
    D_TOKEN_RESERVED,

    /* Operators and punctuators. */
    D_TOKEN_OR,
    D_TOKEN_XOR,
    D_TOKEN_AND,
    D_TOKEN_LAND,
    D_TOKEN_LXOR,
    D_TOKEN_LOR,
    D_TOKEN_EQ,
    D_TOKEN_NE,
    D_TOKEN_LT,
    D_TOKEN_LE,
    D_TOKEN_GT,
    D_TOKEN_GE,
    D_TOKEN_SHL,
    D_TOKEN_SHR,
    D_TOKEN_ADD,
    D_TOKEN_SUB,
    D_TOKEN_MUL,
    D_TOKEN_DIV,
    D_TOKEN_MOD,
    D_TOKEN_NOT /* ~ */,
    D_TOKEN_LNOT /* ! */,
    D_TOKEN_QUESTION,
    D_TOKEN_COLON,
    D_TOKEN_DOT,
    D_TOKEN_ARROW,
    D_TOKEN_ASSIGN,
    D_TOKEN_ADD_ASSIGN,
    D_TOKEN_SUB_ASSIGN,
    D_TOKEN_MUL_ASSIGN,
    D_TOKEN_DIV_ASSIGN,
    D_TOKEN_MOD_ASSIGN,
    D_TOKEN_AND_ASSIGN,
    D_TOKEN_XOR_ASSIGN,
    D_TOKEN_OR_ASSIGN,
    D_TOKEN_SHL_ASSIGN,
    D_TOKEN_SHR_ASSIGN,
    D_TOKEN_INC,
    D_TOKEN_DEC,
    D_TOKEN_ELLIPSIS,
    D_TOKEN_COMMA,
    D_TOKEN_SEMICOLON,
    D_TOKEN_LPAREN,
    D_TOKEN_RPAREN,
    D_TOKEN_LBRACKET,
    D_TOKEN_RBRACKET,
    D_TOKEN_LBRACE,
    D_TOKEN_RBRACE,
};

struct d_token {
    enum d_token_kind kind;
    struct d_place place;
    uint64_t value;
    const struct d_type *type;
    const char *text;
    size_t length; /* bytes of text */
};

/* Where the parser is decides what a word is: section 1.1 and 1.4 of the language. */
enum d_lexer_state {
    D_LEXER_OUTER,
    D_LEXER_EXPRESSION
};

/* Begins with a text, which stays in use. */
void d_lexer_open(struct d_compiler *compiler, const struct d_source *source);
/* The next token.  D_SYNTAX, D_INT_OFLOW, D_CHR_NULL, ... leave by d_fail().  Control lines (#pragma) are
 * obeyed on the way: see pragma.h. */
void d_lexer_next(struct d_compiler *compiler, struct d_token *token);
/* Takes effect with the next token that is read: the parser may have none in hand that it has not used. */
void d_lexer_set_state(struct d_compiler *compiler, enum d_lexer_state state);
/* Inside a declaration that already has a type: a word is then an identifier. */
void d_lexer_set_typed(struct d_compiler *compiler, bool typed);

/* "&&=" and so on, for messages. */
const char *d_token_text(enum d_token_kind kind);
bool d_token_is_assignment(enum d_token_kind kind); /* = += ... */
bool d_token_is_comparison(enum d_token_kind kind); /* == != < <= > >= */
