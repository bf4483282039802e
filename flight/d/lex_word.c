/* Words of D: keywords, identifiers, names of types, probe specifiers, macro variables (sections 1.3, 1.4, 1.8, 1.9). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "flight/d/ident.h"
#include "flight/d/lexer.h"
#include "flight/d/macro.h"

static const struct keyword {
    const char *text;
    enum d_token_kind kind;
    bool outside; /* between clauses, too */
} keywords[] = {
    {"auto", D_TOKEN_AUTO, true},
    {"break", D_TOKEN_RESERVED, false},
    {"case", D_TOKEN_RESERVED, false},
    {"char", D_TOKEN_CHAR, true},
    {"const", D_TOKEN_CONST, true},
    {"continue", D_TOKEN_RESERVED, false},
    {"counter", D_TOKEN_RESERVED, true},
    {"default", D_TOKEN_RESERVED, false},
    {"do", D_TOKEN_RESERVED, false},
    {"double", D_TOKEN_DOUBLE, true},
    {"else", D_TOKEN_ELSE, false},
    {"enum", D_TOKEN_ENUM, true},
    {"extern", D_TOKEN_EXTERN, true},
    {"float", D_TOKEN_FLOAT, true},
    {"for", D_TOKEN_RESERVED, false},
    {"goto", D_TOKEN_RESERVED, false},
    {"if", D_TOKEN_IF, false},
    {"import", D_TOKEN_RESERVED, true},
    {"inline", D_TOKEN_INLINE, true},
    {"int", D_TOKEN_KEY_INT, true},
    {"long", D_TOKEN_LONG, true},
    {"offsetof", D_TOKEN_OFFSETOF, false},
    {"probe", D_TOKEN_KEY_PROBE, false},
    {"provider", D_TOKEN_PROVIDER, true},
    {"register", D_TOKEN_REGISTER, true},
    {"restrict", D_TOKEN_RESTRICT, true},
    {"return", D_TOKEN_RESERVED, false},
    {"self", D_TOKEN_SELF, true},
    {"short", D_TOKEN_SHORT, true},
    {"signed", D_TOKEN_SIGNED, true},
    {"sizeof", D_TOKEN_SIZEOF, false},
    {"static", D_TOKEN_STATIC, true},
    {"string", D_TOKEN_KEY_STRING, true},
    {"stringof", D_TOKEN_STRINGOF, false},
    {"struct", D_TOKEN_STRUCT, true},
    {"switch", D_TOKEN_RESERVED, false},
    {"this", D_TOKEN_THIS, true},
    {"translator", D_TOKEN_TRANSLATOR, true},
    {"typedef", D_TOKEN_TYPEDEF, true},
    {"union", D_TOKEN_UNION, true},
    {"unsigned", D_TOKEN_UNSIGNED, true},
    {"userland", D_TOKEN_USERLAND, false},
    {"void", D_TOKEN_VOID, true},
    {"volatile", D_TOKEN_VOLATILE, true},
    {"while", D_TOKEN_RESERVED, false},
    {"xlate", D_TOKEN_XLATE, false},
};

static const struct keyword *keyword_of(const char *text)
{
    for (size_t i = 0; i < sizeof keywords / sizeof keywords[0]; i++)
        if (strcmp(keywords[i].text, text) == 0)
            return &keywords[i];
    return NULL;
}

bool d_lex_is_word_start(char c)
{
    return c == '_' || c == '`' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_word(char c)
{
    return d_lex_is_word_start(c) || d_lex_is_digit(c);
}

/* "mod.ule`name" is one word, "a.b" is three tokens. */
static size_t word_length(const char *at, const char *end)
{
    size_t length = 0;
    while (at + length < end && is_word(at[length]))
        length++;
    size_t dotted = length;
    while (at + dotted < end && (is_word(at[dotted]) || at[dotted] == '.'))
        if (at[dotted++] == '`')
            length = dotted;
    while (at + length < end && is_word(at[length]))
        length++;
    return length;
}

static bool kept_as_name(const struct d_lexer *lexer, const char *text)
{
    for (const struct d_kept_name *kept = lexer->kept; kept != NULL; kept = kept->next)
        if (strcmp(kept->name, text) == 0)
            return true;
    return false;
}

static void keep_as_name(struct d_compiler *compiler, struct d_lexer *lexer, const char *text)
{
    struct d_kept_name *kept = d_take(compiler, sizeof *kept);
    kept->name = text;
    kept->next = lexer->kept;
    lexer->kept = kept;
}

/* What follows makes it an identifier although a type has that name: [ = ++ -- */
static bool used_as_name(const struct d_lexer *lexer)
{
    const char *at = lexer->at;
    while (at < lexer->end && (d_lex_is_blank(*at) || *at == '\n'))
        at++;
    char first = at < lexer->end ? *at : '\0';
    char second = at + 1 < lexer->end ? at[1] : '\0';
    return first == '[' || (first == '=' && second != '=') || (first == '+' && second == '+') ||
           (first == '-' && second == '-');
}

static void name_or_type(struct d_compiler *compiler, struct d_lexer *lexer, struct d_token *token)
{
    token->kind = D_TOKEN_NAME;
    if (d_idents_find(compiler->globals, token->text) != NULL || lexer->typed ||
        kept_as_name(lexer, token->text) || d_type_find(compiler, token->text) == NULL)
        return;
    if (used_as_name(lexer))
        keep_as_name(compiler, lexer, token->text);
    else
        token->kind = D_TOKEN_TYPE_NAME;
}

void d_lex_word(struct d_compiler *compiler, struct d_lexer *lexer, struct d_token *token)
{
    token->length = word_length(lexer->at, lexer->end);
    token->text = d_text(compiler, lexer->at, token->length);
    lexer->at += token->length;
    const struct keyword *keyword = keyword_of(token->text);
    if (keyword != NULL)
        token->kind = keyword->kind;
    else
        name_or_type(compiler, lexer, token);
}

bool d_lex_is_specifier_start(char c)
{
    return (d_lex_is_word_start(c) && c != '`') || (c != '\0' && strchr("-$:.?*\\[]!", c) != NULL);
}

static bool is_specifier(char c)
{
    return d_lex_is_specifier_start(c) || is_word(c);
}

/* Of the macros only $# has a character that stands nowhere else in one. */
static const char *specifier_end(const char *at, const char *end)
{
    const char *from = at;
    while (at < end && (is_specifier(*at) || (*at == '#' && at > from && at[-1] == '$')))
        at++;
    return at;
}

/* The part of a specifier that may be the name of a type: all of it, or what stands before a star. */
static const char *type_part(struct d_compiler *compiler, const struct d_lexer *lexer,
                             const char *text)
{
    if (lexer->specifiers_only || compiler->options.pspec || strchr(text, ':') != NULL)
        return NULL;
    size_t length = strcspn(text, "*");
    const char *part = d_text(compiler, text, length);
    const struct keyword *keyword = keyword_of(part);
    bool type = length > 0 &&
                ((keyword != NULL && keyword->outside) || d_type_find(compiler, part) != NULL);
    return type ? part : NULL;
}

/* A declaration begins: what follows is read as in an expression. */
static void begin_declaration(struct d_lexer *lexer, struct d_token *token, const char *text)
{
    const struct keyword *keyword = keyword_of(text);
    token->kind = keyword != NULL ? keyword->kind : D_TOKEN_TYPE_NAME;
    token->text = text;
    token->length = strlen(text);
    lexer->state = D_LEXER_EXPRESSION;
}

void d_lex_specifier(struct d_compiler *compiler, struct d_lexer *lexer, struct d_token *token)
{
    const char *from = lexer->at;
    const char *text = d_text(compiler, from, (size_t)(specifier_end(from, lexer->end) - from));
    const struct keyword *keyword = keyword_of(text);
    const char *type = type_part(compiler, lexer, text);
    if (keyword != NULL && keyword->outside)
        type = text;
    if (type != NULL) {
        begin_declaration(lexer, token, type);
    } else {
        token->kind = D_TOKEN_PROBE;
        token->text = text;
        token->length = strlen(text);
    }
    lexer->at = from + token->length;
}

static bool is_number_text(const char *text)
{
    return d_lex_is_digit(text[0]) ||
           ((text[0] == '-' || text[0] == '+') && d_lex_is_digit(text[1]));
}

/* "-5" is a sign and a number. */
static bool number_token(struct d_compiler *compiler, struct d_lexer *lexer, const char *text,
                         struct d_token *token)
{
    if (!is_number_text(text))
        return false;
    bool sign = text[0] == '-' || text[0] == '+';
    const char *digits = text + sign;
    char *rest;
    errno = 0;
    uint64_t value = strtoull(digits, &rest, 0);
    size_t suffix = strlen(rest);
    if (d_lex_suffix_length(rest, rest + suffix) != suffix)
        return false;
    if (errno == ERANGE)
        d_fail(compiler, "D_MACRO_OFLOW", "macro argument %s cannot be represented in 64 bits",
               text);
    struct d_token number = {
        .kind = D_TOKEN_INT,
        .place = token->place,
        .value = value,
        .type = d_lex_integer_type(compiler, value, digits[0] != '0', rest, suffix),
        .text = digits,
        .length = strlen(digits)};
    if (sign) {
        lexer->pending = number;
        token->kind = text[0] == '-' ? D_TOKEN_SUB : D_TOKEN_ADD;
    } else {
        *token = number;
    }
    return true;
}

static bool is_name_text(const char *text)
{
    if (!d_lex_is_word_start(text[0]))
        return false;
    for (const char *at = text; *at != '\0'; at++)
        if (!is_word(*at))
            return false;
    return true;
}

static void string_token(struct d_compiler *compiler, const char *text, struct d_token *token)
{
    size_t length = strlen(text);
    if (length >= 2 && text[0] == '"' && text[length - 1] == '"') {
        text++;
        length -= 2;
    }
    token->kind = D_TOKEN_STRING;
    token->text = d_lex_unescape(compiler, text, length, &token->length);
}

/* An undefined argument counts as nothing if the option defaultargs is set. */
static const char *macro_value(struct d_compiler *compiler, const char *name, size_t length,
                               bool text)
{
    const char *value = d_macro_text(compiler, name, length);
    if (value == NULL && compiler->options.defaultargs && d_lex_is_digit(name[0]))
        return text ? "" : "0";
    if (value == NULL)
        d_fail(compiler, "D_MACRO_UNDEF", "macro argument %s%.*s is not defined", text ? "$$" : "$",
               (int)length, name);
    return value;
}

void d_lex_macro(struct d_compiler *compiler, struct d_lexer *lexer, struct d_token *token)
{
    const char *name = lexer->at + 1;
    bool text = name < lexer->end && *name == '$';
    name += text;
    size_t length = d_macro_length(name, lexer->end);
    if (length == 0)
        d_fail(compiler, "D_SYNTAX", "syntax error near \"$\"");
    const char *value = macro_value(compiler, name, length, text);
    lexer->at = name + length;
    if (text) {
        string_token(compiler, value, token);
    } else if (!number_token(compiler, lexer, value, token)) {
        token->text = value;
        token->length = strlen(value);
        if (is_name_text(value))
            name_or_type(compiler, lexer, token);
        else
            string_token(compiler, value, token);
    }
}
