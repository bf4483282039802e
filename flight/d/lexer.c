/* The lexer of D (sections 1.1 to 1.10 of the language): blanks, comments, control lines, operators. */
#include "flight/d/lexer.h"

#include <string.h>

#include "flight/d/pragma.h"

void d_lexer_open(struct d_compiler *compiler, const struct d_source *source)
{
    struct d_lexer *lexer = d_take(compiler, sizeof *lexer);
    lexer->at = lexer->line_start = source->text;
    lexer->end = source->text + source->length;
    lexer->file = source->name;
    lexer->line = 1;
    lexer->specifiers_only = source->kind != D_SOURCE_FILE;
    compiler->lexer = lexer;
}

void d_lexer_set_state(struct d_compiler *compiler, enum d_lexer_state state)
{
    compiler->lexer->state = state;
}

void d_lexer_set_typed(struct d_compiler *compiler, bool typed)
{
    compiler->lexer->typed = typed;
}

static struct d_place here(const struct d_lexer *lexer)
{
    return (struct d_place){.file = lexer->file,
                            .start = lexer->line_start,
                            .line = lexer->line,
                            .column = (uint32_t)(lexer->at - lexer->line_start) + 1};
}

bool d_lex_is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\v' || c == '\f' || c == '\r';
}

static bool looking_at(const struct d_lexer *lexer, const char *text)
{
    size_t length = strlen(text);
    return (size_t)(lexer->end - lexer->at) >= length && memcmp(lexer->at, text, length) == 0;
}

static void pass_newline(struct d_lexer *lexer)
{
    lexer->at++;
    lexer->line++;
    lexer->line_start = lexer->at;
}

static void pass_comment(struct d_compiler *compiler, struct d_lexer *lexer)
{
    compiler->place = here(lexer);
    lexer->at += 2;
    while (!looking_at(lexer, "*/")) {
        if (lexer->at >= lexer->end)
            d_fail(compiler, "D_SYNTAX", "end-of-file encountered before matching */");
        if (looking_at(lexer, "/*")) {
            compiler->place = here(lexer);
            d_fail(compiler, "D_SYNTAX", "/* encountered inside a comment");
        }
        if (*lexer->at == '\n')
            pass_newline(lexer);
        else
            lexer->at++;
    }
    lexer->at += 2;
}

static bool first_on_line(const struct d_lexer *lexer)
{
    for (const char *at = lexer->line_start; at < lexer->at; at++)
        if (!d_lex_is_blank(*at))
            return false;
    return true;
}

static void pass_control_line(struct d_compiler *compiler, struct d_lexer *lexer)
{
    struct d_place place = here(lexer);
    const char *newline = memchr(lexer->at, '\n', (size_t)(lexer->end - lexer->at));
    const char *stop = newline != NULL ? newline : lexer->end;
    const char *from = lexer->at + 1;
    lexer->at = stop;
    if (newline != NULL)
        pass_newline(lexer);
    if (from < stop && *from == '!')
        return;
    compiler->place = place;
    d_control_line(compiler, from, (size_t)(stop - from), place, &lexer->file, &lexer->line);
}

/* A backslash before a newline joins two lines of an expression. */
static bool pass_joined_line(struct d_lexer *lexer)
{
    if (lexer->state != D_LEXER_EXPRESSION || !looking_at(lexer, "\\\n"))
        return false;
    lexer->at++;
    pass_newline(lexer);
    return true;
}

static void pass_blanks(struct d_compiler *compiler, struct d_lexer *lexer)
{
    while (lexer->at < lexer->end) {
        if (*lexer->at == '\n')
            pass_newline(lexer);
        else if (d_lex_is_blank(*lexer->at))
            lexer->at++;
        else if (looking_at(lexer, "/*"))
            pass_comment(compiler, lexer);
        else if (*lexer->at == '#' && first_on_line(lexer))
            pass_control_line(compiler, lexer);
        else if (!pass_joined_line(lexer))
            return;
    }
}

static const struct operator_text {
    const char *text;
    enum d_token_kind kind;
} operators[] = {
    /* The longer ones first. */
    {"<<=", D_TOKEN_SHL_ASSIGN}, {">>=", D_TOKEN_SHR_ASSIGN}, {"...", D_TOKEN_ELLIPSIS},
    {"+=", D_TOKEN_ADD_ASSIGN},  {"-=", D_TOKEN_SUB_ASSIGN},  {"*=", D_TOKEN_MUL_ASSIGN},
    {"/=", D_TOKEN_DIV_ASSIGN},  {"%=", D_TOKEN_MOD_ASSIGN},  {"&=", D_TOKEN_AND_ASSIGN},
    {"^=", D_TOKEN_XOR_ASSIGN},  {"|=", D_TOKEN_OR_ASSIGN},   {"&&", D_TOKEN_LAND},
    {"^^", D_TOKEN_LXOR},        {"||", D_TOKEN_LOR},         {"==", D_TOKEN_EQ},
    {"!=", D_TOKEN_NE},          {"<=", D_TOKEN_LE},          {">=", D_TOKEN_GE},
    {"<<", D_TOKEN_SHL},         {">>", D_TOKEN_SHR},         {"->", D_TOKEN_ARROW},
    {"++", D_TOKEN_INC},         {"--", D_TOKEN_DEC},         {"|", D_TOKEN_OR},
    {"^", D_TOKEN_XOR},          {"&", D_TOKEN_AND},          {"<", D_TOKEN_LT},
    {">", D_TOKEN_GT},           {"+", D_TOKEN_ADD},          {"-", D_TOKEN_SUB},
    {"*", D_TOKEN_MUL},          {"/", D_TOKEN_DIV},          {"%", D_TOKEN_MOD},
    {"~", D_TOKEN_NOT},          {"!", D_TOKEN_LNOT},         {"?", D_TOKEN_QUESTION},
    {":", D_TOKEN_COLON},        {".", D_TOKEN_DOT},          {"=", D_TOKEN_ASSIGN},
    {",", D_TOKEN_COMMA},        {";", D_TOKEN_SEMICOLON},    {"(", D_TOKEN_LPAREN},
    {")", D_TOKEN_RPAREN},       {"[", D_TOKEN_LBRACKET},     {"]", D_TOKEN_RBRACKET},
    {"{", D_TOKEN_LBRACE},       {"}", D_TOKEN_RBRACE},
};

#define OPERATORS (sizeof operators / sizeof operators[0])

const char *d_token_text(enum d_token_kind kind)
{
    for (size_t i = 0; i < OPERATORS; i++)
        if (operators[i].kind == kind)
            return operators[i].text;
    return "";
}

bool d_token_is_assignment(enum d_token_kind kind)
{
    return kind >= D_TOKEN_ASSIGN && kind <= D_TOKEN_SHR_ASSIGN;
}

bool d_token_is_comparison(enum d_token_kind kind)
{
    return kind >= D_TOKEN_EQ && kind <= D_TOKEN_GE;
}

static noreturn void refuse_character(struct d_compiler *compiler, char c)
{
    if ((unsigned char)c > ' ' && (unsigned char)c < 0x7f)
        d_fail(compiler, "D_SYNTAX", "syntax error near \"%c\"", c);
    d_fail(compiler, "D_SYNTAX", "syntax error near a byte 0x%02x", (unsigned char)c);
}

static void count_out(struct d_compiler *compiler, uint32_t *open, const char *bracket)
{
    if (*open == 0)
        d_fail(compiler, "D_SYNTAX", "extra %s in input stream", bracket);
    --*open;
}

static void count_brackets(struct d_compiler *compiler, struct d_lexer *lexer,
                           enum d_token_kind kind)
{
    if (kind == D_TOKEN_LPAREN)
        lexer->parentheses++;
    else if (kind == D_TOKEN_LBRACKET)
        lexer->brackets++;
    else if (kind == D_TOKEN_LBRACE)
        lexer->braces++;
    else if (kind == D_TOKEN_RPAREN)
        count_out(compiler, &lexer->parentheses, ")");
    else if (kind == D_TOKEN_RBRACKET)
        count_out(compiler, &lexer->brackets, "]");
    else if (kind == D_TOKEN_RBRACE)
        count_out(compiler, &lexer->braces, "}");
}

/* What stands behind a / decides what it is: section 1.10. */
static bool ends_predicate(const struct d_lexer *lexer)
{
    const char *at = lexer->at + 1;
    while (at < lexer->end && (d_lex_is_blank(*at) || *at == '\n'))
        at++;
    return at >= lexer->end || *at == ';' || *at == '{' || *at == '/';
}

static void lex_predicate_end(struct d_compiler *compiler, struct d_lexer *lexer,
                              struct d_token *token)
{
    if (lexer->parentheses > 0)
        d_fail(compiler, "D_SYNTAX", "closing ) expected in predicate before /");
    if (lexer->brackets > 0)
        d_fail(compiler, "D_SYNTAX", "closing ] expected in predicate before /");
    token->kind = D_TOKEN_PREDICATE_END;
    lexer->at++;
}

static void lex_operator(struct d_compiler *compiler, struct d_lexer *lexer, struct d_token *token)
{
    for (size_t i = 0; i < OPERATORS; i++)
        if (looking_at(lexer, operators[i].text)) {
            token->kind = operators[i].kind;
            if (token->kind == D_TOKEN_DIV && ends_predicate(lexer)) {
                lex_predicate_end(compiler, lexer, token);
                return;
            }
            count_brackets(compiler, lexer, token->kind);
            lexer->at += strlen(operators[i].text);
            return;
        }
    refuse_character(compiler, *lexer->at);
}

static void lex_aggregation(struct d_compiler *compiler, struct d_lexer *lexer,
                            struct d_token *token)
{
    const char *from = ++lexer->at;
    while (lexer->at < lexer->end &&
           (d_lex_is_word_start(*lexer->at) || (lexer->at > from && d_lex_is_digit(*lexer->at))))
        lexer->at++;
    token->kind = D_TOKEN_AGGREGATION;
    token->length = (size_t)(lexer->at - from);
    token->text = token->length > 0 ? d_text(compiler, from, token->length) : "_";
}

static void lex_in_expression(struct d_compiler *compiler, struct d_lexer *lexer,
                              struct d_token *token)
{
    char c = *lexer->at;
    if (c == '"')
        d_lex_string(compiler, lexer, token);
    else if (c == '\'')
        d_lex_character(compiler, lexer, token);
    else if (c == '$')
        d_lex_macro(compiler, lexer, token);
    else if (c == '@')
        lex_aggregation(compiler, lexer, token);
    else if (d_lex_is_word_start(c))
        d_lex_word(compiler, lexer, token);
    else if (!d_lex_number(compiler, lexer, token))
        lex_operator(compiler, lexer, token);
}

static void lex_single(struct d_lexer *lexer, struct d_token *token, enum d_token_kind kind)
{
    token->kind = kind;
    lexer->at++;
}

/* Between clauses: specifiers, and what follows them. */
static void lex_outside(struct d_compiler *compiler, struct d_lexer *lexer, struct d_token *token)
{
    char c = *lexer->at;
    if (d_lex_is_specifier_start(c))
        d_lex_specifier(compiler, lexer, token);
    else if (c == ',')
        lex_single(lexer, token, D_TOKEN_COMMA);
    else if (c == '/')
        lex_single(lexer, token, D_TOKEN_DIV);
    else if (c == ';')
        lex_single(lexer, token, D_TOKEN_SEMICOLON);
    else if (c == '{' || c == '}') {
        count_brackets(compiler, lexer, c == '{' ? D_TOKEN_LBRACE : D_TOKEN_RBRACE);
        lex_single(lexer, token, c == '{' ? D_TOKEN_LBRACE : D_TOKEN_RBRACE);
    } else if (!d_lex_number(compiler, lexer, token))
        refuse_character(compiler, c);
}

void d_lexer_next(struct d_compiler *compiler, struct d_token *token)
{
    struct d_lexer *lexer = compiler->lexer;
    memset(token, 0, sizeof *token);
    if (lexer->pending.kind != D_TOKEN_END) {
        *token = lexer->pending;
        lexer->pending.kind = D_TOKEN_END;
        return;
    }
    pass_blanks(compiler, lexer);
    token->place = compiler->place = here(lexer);
    if (lexer->at >= lexer->end)
        token->kind = D_TOKEN_END;
    else if (lexer->state == D_LEXER_OUTER)
        lex_outside(compiler, lexer, token);
    else
        lex_in_expression(compiler, lexer, token);
}
