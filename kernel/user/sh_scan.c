/* sh: tokens of a text. */
#include "kernel/user/sh.h"
#include "kernel/user/sh_syntax.h"
#include "kernel/user/user_text.h"

/* --- Characters --- */

static bool at_end(const struct sh_parser *parser)
{
    return parser->at == parser->text.length;
}

/* The character at a distance, 0 behind the end. */
static char look(const struct sh_parser *parser, size_t distance)
{
    return distance < parser->text.length - parser->at ? parser->text.text[parser->at + distance]
                                                       : '\0';
}

static char take(struct sh_parser *parser)
{
    char c = parser->text.text[parser->at++];
    parser->line += c == '\n';
    return c;
}

/* A backslash and what it takes. */
static void take_escaped(struct sh_parser *parser)
{
    (void)take(parser);
    if (!at_end(parser))
        (void)take(parser);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static bool ends_word(char c)
{
    return is_blank(c) || c == '\n' || c == ';' || c == '&' || c == '|' || c == '<' || c == '>' ||
           c == '(' || c == ')';
}

/* --- What a word can hold --- */

/* From behind an opening quote. */
static bool skip_single(struct sh_parser *parser)
{
    uint32_t line = parser->line;
    while (!at_end(parser))
        if (take(parser) == '\'')
            return true;
    return sh_parse_open(parser, line, "syntax", "a quote is not closed");
}

/* A character that means nothing but itself, wherever it stands. */
static bool is_plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '/' || c == '.' || c == '-';
}

static void skip_plain(struct sh_parser *parser)
{
    size_t at = parser->at;
    while (at < parser->text.length && is_plain(parser->text.text[at]))
        at++;
    parser->at = at;
}

/* One character and the plain ones behind it, or what begins with it; quotes are characters of their own here. */
static bool skip_one(struct sh_parser *parser)
{
    char c = look(parser, 0);
    if (c == '\\')
        take_escaped(parser);
    else if (c == '$')
        return sh_skip_dollar(parser);
    else if (c == '`')
        return sh_skip_backticks(parser);
    else {
        (void)take(parser);
        skip_plain(parser);
    }
    return true;
}

/* To behind `end`; what stands before it is skipped piece by piece. */
static bool skip_to(struct sh_parser *parser, char end, bool (*skip)(struct sh_parser *),
                    const char *word, const char *what)
{
    uint32_t line = parser->line;
    while (!at_end(parser)) {
        if (look(parser, 0) == end) {
            (void)take(parser);
            return true;
        }
        if (!skip(parser))
            return false;
    }
    return sh_parse_open(parser, line, word, what);
}

static bool skip_double(struct sh_parser *parser)
{
    return skip_to(parser, '"', skip_one, "syntax", "a quote is not closed");
}

/* The same outside of quotes. */
static bool skip_any(struct sh_parser *parser)
{
    char c = look(parser, 0);
    if (c != '\'' && c != '"')
        return skip_one(parser);
    (void)take(parser);
    return c == '"' ? skip_double(parser) : skip_single(parser);
}

bool sh_skip_backticks(struct sh_parser *parser)
{
    uint32_t line = parser->line;
    (void)take(parser);
    while (!at_end(parser)) {
        char c = look(parser, 0);
        if (c == '\\') {
            take_escaped(parser);
            continue;
        }
        (void)take(parser);
        if (c == '`')
            return true;
    }
    return sh_parse_open(parser, line, "`", "is not closed");
}

/* From behind `$((` to behind `))`. */
static bool skip_arithmetic(struct sh_parser *parser)
{
    uint32_t line = parser->line, open = 2;
    while (!at_end(parser) && open > 0) {
        char c = look(parser, 0);
        open += c == '(' ? 1u : 0u;
        open -= c == ')' ? 1u : 0u;
        if (open == 1 && c == ')' && look(parser, 1) != ')')
            return sh_parse_wrong(parser, SH_PARSED_WRONG, line, slice_of("$(("),
                                  "'))' is missing");
        if (!skip_any(parser))
            return false;
    }
    return open == 0 || sh_parse_open(parser, line, "$((", "is not closed");
}

/* From behind `$(` to behind `)`: only who reads the commands finds it. */
static bool skip_substitution(struct sh_parser *parser)
{
    struct sh_parser inner;
    uint32_t mark = sh_mark(parser->sh);
    sh_parse_start(&inner, parser->sh, parser->text, parser->line);
    inner.at = parser->at;
    bool read = sh_parse_until_parenthesis(&inner);
    sh_release(parser->sh, mark);
    if (!read && inner.status == SH_PARSED_OPEN)
        return sh_parse_open(parser, parser->line, "$(", "is not closed");
    if (!read)
        return sh_parse_wrong(parser, inner.status, inner.wrong_line, slice_of(inner.wrong_word),
                              inner.what);
    parser->at = inner.at;
    parser->line = inner.line;
    return true;
}

static bool skip_bracket(struct sh_parser *parser)
{
    parser->at += look(parser, 1) == '{' ? 2 : look(parser, 2) == '(' ? 3 : 2;
    char last = parser->text.text[parser->at - 1];
    if (last == '{')
        return skip_to(parser, '}', skip_any, "${", "is not closed");
    return parser->text.text[parser->at - 2] == '(' ? skip_arithmetic(parser)
                                                    : skip_substitution(parser);
}

bool sh_skip_dollar(struct sh_parser *parser)
{
    char c = look(parser, 1);
    if (c != '{' && c != '(') {
        (void)take(parser);
        return true;
    }
    if (!sh_enter(parser->sh))
        return sh_parse_wrong(parser, SH_PARSED_WRONG, parser->line, slice_of("$"),
                              "nested too deeply");
    bool skipped = skip_bracket(parser);
    sh_leave(parser->sh);
    return skipped;
}

/* --- Tokens --- */

static void skip_blanks(struct sh_parser *parser)
{
    for (;;) {
        char c = look(parser, 0);
        if (c == '\\' && look(parser, 1) == '\n')
            take_escaped(parser);
        else if (is_blank(c))
            (void)take(parser);
        else
            break;
    }
    if (look(parser, 0) == '#')
        parser->at += slice_find(slice_behind(parser->text, parser->at), '\n');
}

static bool scan_word(struct sh_parser *parser)
{
    size_t start = parser->at;
    while (!at_end(parser) && !ends_word(look(parser, 0))) {
        if (look(parser, 0) == '\0')
            return sh_parse_wrong(parser, SH_PARSED_WRONG, parser->line, slice_of("syntax"),
                                  "a byte that is 0");
        if (look(parser, 0) == '\\' && parser->text.length - parser->at == 1)
            return sh_parse_open(parser, parser->line, "syntax",
                                 "nothing stands behind the last backslash");
        if (!skip_any(parser))
            return false;
    }
    parser->token = TOKEN_WORD;
    parser->word = (struct slice){parser->text.text + start, parser->at - start};
    return true;
}

static void scan_operator(struct sh_parser *parser)
{
    static const char *const operators[] = {"<<-", "&&", "||", ";;", "<<", ">>", "<&", ">&",
                                            "&>",  ";",  "&",  "|",  "(",  ")",  "<",  ">"};
    struct slice rest = {parser->text.text + parser->at, parser->text.length - parser->at};
    for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++)
        if (rest.text[0] == operators[i][0] && slice_begins(rest, operators[i])) {
            parser->token = TOKEN_OPERATOR;
            parser->word = (struct slice){rest.text, __builtin_strlen(operators[i])};
            parser->at += parser->word.length;
            return;
        }
}

/* --- Here-documents --- */

static struct slice take_line(struct sh_parser *parser)
{
    struct slice line = {parser->text.text + parser->at, 0};
    while (!at_end(parser) && take(parser) != '\n')
        line.length++;
    return line;
}

static struct slice without_tabs(struct slice line)
{
    while (line.length > 0 && line.text[0] == '\t')
        line = slice_behind(line, 1);
    return line;
}

static bool put_line(struct sh *sh, struct sh_word *word, struct slice line)
{
    if (!sh_push_bytes(sh, line.text, line.length) || !sh_push_byte(sh, '\n'))
        return false;
    word->length += (uint32_t)line.length + 1;
    return true;
}

/* Whether it is `<<-` was noted in its number, until here. */
static bool read_here(struct sh_parser *parser, struct sh_redirection *here, struct slice end)
{
    uint32_t begin = parser->line;
    bool tabs = here->number != 0;
    struct sh_word *word = sh_push(parser->sh, sizeof *word);
    if (word == NULL)
        return false;
    *word = (struct sh_word){.line = begin};
    parser->sh->memory->top -= (uint32_t)(sizeof *word - offsetof(struct sh_word, text));
    for (;;) {
        if (at_end(parser))
            return sh_parse_open(parser, here->line, "<<", "the end of its text is missing");
        struct slice line = take_line(parser);
        if (tabs)
            line = without_tabs(line);
        if (slice_equal(line, end))
            break;
        if (!put_line(parser->sh, word, line))
            return false;
    }
    here->number = 0;
    sh_link_to(&here->word, word);
    return sh_push_byte(parser->sh, '\0');
}

static bool scan_newline(struct sh_parser *parser)
{
    (void)take(parser);
    parser->token = TOKEN_NEWLINE;
    parser->word = slice_of("newline");
    uint32_t heres = parser->heres;
    parser->heres = 0;
    for (uint32_t i = 0; i < heres; i++)
        if (!read_here(parser, parser->here[i], parser->here_end[i]))
            return false;
    return true;
}

bool sh_heres_read(struct sh_parser *parser)
{
    return parser->heres == 0 ||
           sh_parse_open(parser, parser->here[0]->line, "<<", "the end of its text is missing");
}

static bool is_number(const struct sh_parser *parser)
{
    char next = look(parser, 0);
    return (next == '<' || next == '>') && parser->word.length == 1 &&
           parser->word.text[0] >= '0' && parser->word.text[0] <= '9';
}

bool sh_scan(struct sh_parser *parser)
{
    skip_blanks(parser);
    parser->token_line = parser->line;
    parser->word = slice_of("the end");
    parser->token = TOKEN_END;
    if (at_end(parser))
        return sh_heres_read(parser);
    char c = look(parser, 0);
    if (c == '\n')
        return scan_newline(parser);
    if (ends_word(c)) {
        scan_operator(parser);
        return true;
    }
    if (!scan_word(parser))
        return false;
    if (is_number(parser))
        parser->token = TOKEN_NUMBER;
    return true;
}

bool sh_token_is_one(const struct sh_parser *parser, const char *const *texts, size_t count)
{
    if (parser->token != TOKEN_WORD && parser->token != TOKEN_OPERATOR)
        return false;
    for (size_t i = 0; i < count; i++)
        if (texts[i][0] == parser->word.text[0] && slice_is(parser->word, texts[i]))
            return true;
    return false;
}

bool sh_token_is(const struct sh_parser *parser, const char *text)
{
    return sh_token_is_one(parser, &text, 1);
}
