/* Inside the lexer: what its parts share. */
#pragma once

#include "flight/d/token.h"

struct d_lexer {
    const char *at, *end;
    const char *line_start;
    const char *file;
    uint32_t line;
    enum d_lexer_state state;
    bool typed;
    bool specifiers_only; /* a word is always a probe specifier */
    uint32_t parentheses, brackets, braces;
    struct d_token pending; /* what a macro's sign leaves behind it; END: nothing */
    struct d_kept_name {
        struct d_kept_name *next;
        const char *name;
    } * kept; /* names of types that were used as identifiers */
};

/* Reads literals at lexer->at; what is malformed leaves. */
bool d_lex_number(struct d_compiler *compiler, struct d_lexer *lexer, struct d_token *token);
void d_lex_character(struct d_compiler *compiler, struct d_lexer *lexer, struct d_token *token);
void d_lex_string(struct d_compiler *compiler, struct d_lexer *lexer, struct d_token *token);
/* The text of a literal between its quotes, escapes replaced; *length: its bytes. */
char *d_lex_unescape(struct d_compiler *compiler, const char *from, size_t size, size_t *length);
/* How much of [at, end) is the suffix of an integer: "u", "l" and "ll". */
size_t d_lex_suffix_length(const char *at, const char *end);
/* The type of an integer constant (section 1.5), "u" and "l" as they stood behind it; D_INT_OFLOW leaves. */
const struct d_type *d_lex_integer_type(struct d_compiler *compiler, uint64_t value, bool decimal,
                                        const char *suffix, size_t suffix_length);

/* Words at lexer->at. */
void d_lex_word(struct d_compiler *compiler, struct d_lexer *lexer, struct d_token *token);
void d_lex_specifier(struct d_compiler *compiler, struct d_lexer *lexer, struct d_token *token);
void d_lex_macro(struct d_compiler *compiler, struct d_lexer *lexer, struct d_token *token);
bool d_lex_is_digit(char c);
bool d_lex_is_blank(char c); /* within a line */
bool d_lex_is_specifier_start(char c);
bool d_lex_is_word_start(char c);
