/* sh: commands of a text, by recursive descent. */
#include "kernel/user/sh.h"
#include "kernel/user/sh_syntax.h"
#include "kernel/user/user_text.h"

/* --- What goes wrong --- */

bool sh_parse_wrong(struct sh_parser *parser, enum sh_parsed status, uint32_t line,
                    struct slice word, const char *what)
{
    if (parser->status != SH_PARSED)
        return false;
    parser->status = status;
    parser->wrong_line = line;
    (void)text_format(parser->wrong_word, sizeof parser->wrong_word, "%.*s", (int)word.length,
                      word.text);
    (void)text_format(parser->what, sizeof parser->what, "%s", what);
    return false;
}

bool sh_parse_open(struct sh_parser *parser, uint32_t line, const char *word, const char *what)
{
    return sh_parse_wrong(parser, SH_PARSED_OPEN, line, slice_of(word), what);
}

static bool not_expected(struct sh_parser *parser)
{
    return sh_parse_wrong(parser, SH_PARSED_WRONG, parser->token_line, parser->word,
                          "not expected here");
}

/* Memory is full, which has been told. */
static bool no_memory(struct sh_parser *parser)
{
    return sh_parse_wrong(parser, SH_PARSED_WRONG, parser->token_line, slice_of(""), "");
}

/* What a construct lacks: told with the line where it began. */
static bool missing(struct sh_parser *parser, const struct sh_node *node, const char *construct,
                    const char *word)
{
    char what[sizeof parser->what];
    (void)text_format(what, sizeof what, "'%s' is missing", word);
    return sh_parse_wrong(parser, parser->token == TOKEN_END ? SH_PARSED_OPEN : SH_PARSED_WRONG,
                          node->line, slice_of(construct), what);
}

/* --- Pieces --- */

struct sh_word *sh_word_make(struct sh *sh, struct slice text, uint32_t line)
{
    struct sh_word *word = sh_push(sh, sizeof *word + text.length + 1);
    if (word == NULL)
        return NULL;
    *word = (struct sh_word){.line = line, .length = (uint32_t)text.length};
    __builtin_memcpy(word->text, text.text, text.length);
    word->text[text.length] = '\0';
    return word;
}

static struct sh_node *make(struct sh_parser *parser, enum sh_kind kind)
{
    struct sh_node *node = sh_push(parser->sh, sizeof *node);
    if (node == NULL) {
        (void)no_memory(parser);
        return NULL;
    }
    *node = (struct sh_node){.kind = kind, .line = parser->token_line};
    return node;
}

/* Takes the token as a word that is linked in; false: wrong. */
static bool take_word(struct sh_parser *parser, sh_link *link, struct sh_word **word)
{
    if (parser->token != TOKEN_WORD)
        return not_expected(parser);
    *word = sh_word_make(parser->sh, parser->word, parser->token_line);
    if (*word == NULL)
        return no_memory(parser);
    sh_link_to(link, *word);
    return sh_scan(parser);
}

static bool expect(struct sh_parser *parser, const struct sh_node *node, const char *construct,
                   const char *word)
{
    return sh_token_is(parser, word) ? sh_scan(parser) : missing(parser, node, construct, word);
}

static bool skip_newlines(struct sh_parser *parser)
{
    while (parser->token == TOKEN_NEWLINE)
        if (!sh_scan(parser))
            return false;
    return true;
}

static bool parse_and_or(struct sh_parser *parser, sh_link *link);
static bool parse_command(struct sh_parser *parser, sh_link *link);

/* --- Lists --- */

static bool ends_list(const struct sh_parser *parser)
{
    static const char *const ends[] = {"then", "elif", "else", "fi", "do",
                                       "done", "esac", "}",    ")",  ";;"};
    return parser->token == TOKEN_END ||
           sh_token_is_one(parser, ends, sizeof ends / sizeof ends[0]);
}

/* `command &`: it goes into a node of its own, with its text as `jobs` shows it. */
static bool put_in_background(struct sh_parser *parser, sh_link *link, const char *start)
{
    struct sh_node *background = make(parser, SH_BACKGROUND);
    if (background == NULL)
        return false;
    struct sh_node *command = sh_linked(link);
    size_t length = (size_t)(parser->word.text - start);
    char *text =
        sh_push_text(parser->sh, start, length < SH_JOB_TEXT_MAX ? length : SH_JOB_TEXT_MAX);
    if (text == NULL)
        return no_memory(parser);
    background->line = command->line;
    sh_link_to(&background->first, command);
    sh_link_to(&background->text, text);
    sh_link_to(link, background);
    return sh_scan(parser);
}

/* One command and what separates it from the next.  *more: there may be a next one. */
static bool parse_separated(struct sh_parser *parser, sh_link *link, bool *more)
{
    const char *start = parser->word.text;
    if (!parse_and_or(parser, link))
        return false;
    *more = true;
    if (sh_token_is(parser, "&"))
        return put_in_background(parser, link, start);
    if (sh_token_is(parser, ";"))
        return sh_scan(parser);
    *more = false;
    return true;
}

/* Commands, on any number of lines, up to a word that ends them. */
static bool parse_list(struct sh_parser *parser, sh_link *link)
{
    if (!skip_newlines(parser))
        return false;
    while (!ends_list(parser)) {
        bool more;
        if (!parse_separated(parser, link, &more))
            return false;
        struct sh_node *node = sh_linked(link);
        link = &node->next;
        if (!more && parser->token != TOKEN_NEWLINE && !ends_list(parser))
            return not_expected(parser);
        if (!skip_newlines(parser))
            return false;
    }
    return true;
}

/* The same where there must be at least one; `end` is what they end with. */
static bool parse_body(struct sh_parser *parser, const struct sh_node *node, const char *construct,
                       const char *end, sh_link *link)
{
    if (!parse_list(parser, link))
        return false;
    if (parser->token == TOKEN_END)
        return missing(parser, node, construct, end);
    return *link != 0 || not_expected(parser);
}

/* --- Redirections --- */

/* The word behind `<<` without its quotes; *quoted says whether there were any. */
static bool end_of_here(struct sh_parser *parser, struct slice *end, bool *quoted)
{
    char *text = sh_push_text(parser->sh, parser->word.text, parser->word.length);
    if (text == NULL)
        return no_memory(parser);
    size_t length = 0;
    for (size_t i = 0; i < parser->word.length; i++) {
        char c = parser->word.text[i];
        *quoted = *quoted || c == '\'' || c == '"' || c == '\\';
        if (c != '\'' && c != '"' && c != '\\')
            text[length++] = c;
    }
    *end = (struct slice){text, length};
    return true;
}

static bool note_here(struct sh_parser *parser, struct sh_redirection *redirection, bool tabs)
{
    if (parser->token != TOKEN_WORD)
        return not_expected(parser);
    if (parser->heres == SH_HERE_MAX)
        return sh_parse_wrong(parser, SH_PARSED_WRONG, parser->token_line, slice_of("<<"),
                              "more than 4 of them");
    redirection->number = tabs; /* until its text is read */
    struct slice *end = &parser->here_end[parser->heres];
    if (!end_of_here(parser, end, &redirection->quoted))
        return false;
    parser->here[parser->heres++] = redirection;
    return sh_scan(parser);
}

static enum sh_redirecting kind_of(struct slice operator)
{
    if (operator.length> 1 && operator.text[1] == '<')
        return SH_HERE;
    if (operator.length> 1 && operator.text[1] == '&')
        return SH_DUPLICATE;
    return operator.text[0] == '<' ? SH_FROM : SH_TO;
}

static bool begins_redirection(const struct sh_parser *parser)
{
    if (parser->token == TOKEN_NUMBER)
        return true;
    char first = parser->token == TOKEN_OPERATOR ? parser->word.text[0] : '\0';
    return first == '<' || first == '>' || sh_token_is(parser, "&>");
}

static bool parse_redirection(struct sh_parser *parser, sh_link *link)
{
    struct sh_redirection *redirection = sh_push(parser->sh, sizeof *redirection);
    struct sh_word *word;
    if (redirection == NULL)
        return no_memory(parser);
    *redirection = (struct sh_redirection){.line = parser->token_line};
    sh_link_to(link, redirection);
    bool numbered = parser->token == TOKEN_NUMBER;
    redirection->number = numbered ? (uint32_t)(parser->word.text[0] - '0') : 0;
    if (numbered && !sh_scan(parser))
        return false;
    struct slice operator= parser->word;
    redirection->kind = kind_of(operator);
    if (!numbered)
        redirection->number = operator.text[0] == '&' ? (uint32_t)SH_BOTH_STREAMS :
                                                      operator.text[0] == '>';
    if (!sh_scan(parser))
        return false;
    if (redirection->kind == SH_HERE)
        return note_here(parser, redirection, operator.length == 3);
    return take_word(parser, &redirection->word, &word);
}

static bool parse_redirections(struct sh_parser *parser, sh_link *link)
{
    while (begins_redirection(parser)) {
        if (!parse_redirection(parser, link))
            return false;
        struct sh_redirection *redirection = sh_linked(link);
        link = &redirection->next;
    }
    return true;
}

/* --- Simple commands and functions --- */

static bool parse_simple(struct sh_parser *parser, sh_link *link)
{
    struct sh_node *node = make(parser, SH_SIMPLE);
    if (node == NULL)
        return false;
    sh_link_to(link, node);
    sh_link *words = &node->words, *redirections = &node->redirections;
    bool assignments = true;
    while (parser->token == TOKEN_WORD || begins_redirection(parser)) {
        if (parser->token != TOKEN_WORD) {
            if (!parse_redirection(parser, redirections))
                return false;
            redirections = &((struct sh_redirection *)sh_linked(redirections))->next;
            continue;
        }
        struct sh_word *word;
        assignments = assignments && sh_is_assignment(parser->word);
        if (!take_word(parser, words, &word))
            return false;
        word->assignment = assignments;
        words = &word->next;
    }
    if (node->words == 0 && node->redirections == 0)
        return not_expected(parser);
    return true;
}

static bool name_it(struct sh_parser *parser, struct sh_node *node, struct slice name)
{
    char *text = sh_push_text(parser->sh, name.text, name.length);
    if (text == NULL)
        return no_memory(parser);
    sh_link_to(&node->text, text);
    return true;
}

/* What stands behind the word that is the token, blanks aside. */
static char behind_word(const struct sh_parser *parser)
{
    size_t at = parser->at;
    while (at < parser->text.length &&
           (parser->text.text[at] == ' ' || parser->text.text[at] == '\t'))
        at++;
    return at < parser->text.length ? parser->text.text[at] : '\0';
}

static bool parse_function(struct sh_parser *parser, sh_link *link)
{
    struct slice name = parser->word;
    if (sh_name_length(name) != name.length)
        return sh_parse_wrong(parser, SH_PARSED_WRONG, parser->token_line, name,
                              "not a name for a function");
    struct sh_node *node = make(parser, SH_FUNCTION);
    if (node == NULL || !name_it(parser, node, name))
        return false;
    sh_link_to(link, node);
    sh_link_to(&node->third, parser->functions);
    parser->functions = node;
    if (!sh_scan(parser) || !expect(parser, node, "(", "(") || !expect(parser, node, "(", ")"))
        return false;
    if (!skip_newlines(parser))
        return false;
    if (parser->token == TOKEN_END)
        return missing(parser, node, "()", "{");
    return parse_command(parser, &node->second);
}

/* --- Compound commands --- */

static bool parse_if(struct sh_parser *parser, sh_link *link)
{
    struct sh_node *node = make(parser, SH_IF);
    if (node == NULL)
        return false;
    sh_link_to(link, node);
    struct sh_node *outer = node;
    for (;;) {
        if (!sh_scan(parser) || !parse_body(parser, outer, "if", "then", &node->first) ||
            !expect(parser, outer, "if", "then") ||
            !parse_body(parser, outer, "if", "fi", &node->second))
            return false;
        if (!sh_token_is(parser, "elif"))
            break;
        struct sh_node *further = make(parser, SH_IF);
        if (further == NULL)
            return false;
        sh_link_to(&node->third, further);
        node = further;
    }
    if (sh_token_is(parser, "else") &&
        (!sh_scan(parser) || !parse_body(parser, outer, "if", "fi", &node->third)))
        return false;
    return expect(parser, outer, "if", "fi");
}

static bool parse_do(struct sh_parser *parser, struct sh_node *node, const char *construct)
{
    return expect(parser, node, construct, "do") &&
           parse_body(parser, node, construct, "done", &node->second) &&
           expect(parser, node, construct, "done");
}

static bool parse_while(struct sh_parser *parser, sh_link *link)
{
    bool until = sh_token_is(parser, "until");
    struct sh_node *node = make(parser, until ? SH_UNTIL : SH_WHILE);
    if (node == NULL)
        return false;
    sh_link_to(link, node);
    const char *construct = until ? "until" : "while";
    return sh_scan(parser) && parse_body(parser, node, construct, "do", &node->first) &&
           parse_do(parser, node, construct);
}

static bool parse_words(struct sh_parser *parser, sh_link *link)
{
    while (parser->token == TOKEN_WORD) {
        struct sh_word *word;
        if (!take_word(parser, link, &word))
            return false;
        link = &word->next;
    }
    return true;
}

static bool parse_in(struct sh_parser *parser, struct sh_node *node)
{
    if (!sh_scan(parser) || !parse_words(parser, &node->words))
        return false;
    if (!sh_token_is(parser, ";") && parser->token != TOKEN_NEWLINE)
        return missing(parser, node, "for", "do");
    return sh_scan(parser);
}

static bool parse_for(struct sh_parser *parser, sh_link *link)
{
    struct sh_node *node = make(parser, SH_FOR);
    if (node == NULL || !sh_scan(parser))
        return false;
    sh_link_to(link, node);
    if (parser->token == TOKEN_END)
        return missing(parser, node, "for", "do");
    if (parser->token != TOKEN_WORD || sh_name_length(parser->word) != parser->word.length)
        return not_expected(parser);
    if (!name_it(parser, node, parser->word) || !sh_scan(parser) || !skip_newlines(parser))
        return false;
    node->parameters = !sh_token_is(parser, "in");
    if (!node->parameters && !parse_in(parser, node))
        return false;
    if (node->parameters && sh_token_is(parser, ";") && !sh_scan(parser))
        return false;
    return skip_newlines(parser) && parse_do(parser, node, "for");
}

/* [(] PATTERN [| PATTERN...] ) [COMMANDS] */
static bool parse_case_item(struct sh_parser *parser, const struct sh_node *outer, sh_link *link)
{
    struct sh_node *node = make(parser, SH_CASE_ITEM);
    if (node == NULL)
        return false;
    sh_link_to(link, node);
    if (sh_token_is(parser, "(") && !sh_scan(parser))
        return false;
    sh_link *words = &node->words;
    for (;;) {
        struct sh_word *word;
        if (parser->token == TOKEN_END)
            return missing(parser, outer, "case", "esac");
        if (!take_word(parser, words, &word))
            return false;
        words = &word->next;
        if (!sh_token_is(parser, "|"))
            break;
        if (!sh_scan(parser))
            return false;
    }
    return expect(parser, outer, "case", ")") && parse_list(parser, &node->first);
}

static bool parse_case_items(struct sh_parser *parser, struct sh_node *node)
{
    sh_link *link = &node->first;
    while (!sh_token_is(parser, "esac")) {
        if (parser->token == TOKEN_END)
            return missing(parser, node, "case", "esac");
        if (!parse_case_item(parser, node, link))
            return false;
        link = &((struct sh_node *)sh_linked(link))->next;
        if (!sh_token_is(parser, ";;"))
            break;
        if (!sh_scan(parser) || !skip_newlines(parser))
            return false;
    }
    return expect(parser, node, "case", "esac");
}

static bool parse_case(struct sh_parser *parser, sh_link *link)
{
    struct sh_node *node = make(parser, SH_CASE);
    struct sh_word *word;
    if (node == NULL || !sh_scan(parser))
        return false;
    sh_link_to(link, node);
    if (parser->token == TOKEN_END)
        return missing(parser, node, "case", "in");
    return take_word(parser, &node->words, &word) && skip_newlines(parser) &&
           expect(parser, node, "case", "in") && skip_newlines(parser) &&
           parse_case_items(parser, node);
}

static bool parse_enclosed(struct sh_parser *parser, sh_link *link, enum sh_kind kind)
{
    struct sh_node *node = make(parser, kind);
    if (node == NULL)
        return false;
    sh_link_to(link, node);
    const char *begin = kind == SH_GROUP ? "{" : "(", *end = kind == SH_GROUP ? "}" : ")";
    return sh_scan(parser) && parse_body(parser, node, begin, end, &node->first) &&
           expect(parser, node, begin, end);
}

/* False if no compound command begins here. */
static bool begins_compound(const struct sh_parser *parser)
{
    static const char *const begins[] = {"if", "while", "until", "for", "case", "{", "("};
    return sh_token_is_one(parser, begins, sizeof begins / sizeof begins[0]);
}

static bool parse_compound(struct sh_parser *parser, sh_link *link)
{
    if (sh_token_is(parser, "if"))
        return parse_if(parser, link);
    if (sh_token_is(parser, "for"))
        return parse_for(parser, link);
    if (sh_token_is(parser, "case"))
        return parse_case(parser, link);
    if (sh_token_is(parser, "{"))
        return parse_enclosed(parser, link, SH_GROUP);
    if (sh_token_is(parser, "("))
        return parse_enclosed(parser, link, SH_SUBSHELL);
    return parse_while(parser, link);
}

/* --- Commands, and what joins them --- */

static bool parse_one(struct sh_parser *parser, sh_link *link)
{
    if (begins_compound(parser)) {
        if (!parse_compound(parser, link))
            return false;
        struct sh_node *node = sh_linked(link);
        return parse_redirections(parser, &node->redirections);
    }
    if (ends_list(parser) && parser->token == TOKEN_WORD)
        return not_expected(parser);
    if (parser->token == TOKEN_WORD && behind_word(parser) == '(')
        return parse_function(parser, link);
    return parse_simple(parser, link);
}

static bool parse_command(struct sh_parser *parser, sh_link *link)
{
    if (!sh_enter(parser->sh))
        return sh_parse_wrong(parser, SH_PARSED_WRONG, parser->token_line, parser->word,
                              "nested too deeply");
    bool parsed = parse_one(parser, link);
    sh_leave(parser->sh);
    return parsed;
}

/* Puts a node of this kind over what `link` has; its `second` follows. */
static struct sh_node *put_over(struct sh_parser *parser, enum sh_kind kind, sh_link *link)
{
    struct sh_node *over = make(parser, kind), *first = sh_linked(link);
    if (over == NULL)
        return NULL;
    if (first != NULL)
        over->line = first->line;
    sh_link_to(&over->first, first);
    sh_link_to(link, over);
    return over;
}

/* There are no pipes, but what is one can be read. */
static bool parse_pipeline(struct sh_parser *parser, sh_link *link)
{
    struct sh_node *not = NULL;
    if (sh_token_is(parser, "!")) {
        not = put_over(parser, SH_NOT, link);
        if (not == NULL || !sh_scan(parser))
            return false;
        link = &not ->first;
    }
    if (!parse_command(parser, link))
        return false;
    while (sh_token_is(parser, "|")) {
        struct sh_node *pipe = put_over(parser, SH_PIPE, link);
        if (pipe == NULL || !sh_scan(parser) || !skip_newlines(parser) ||
            !parse_command(parser, &pipe->second))
            return false;
    }
    return true;
}

static bool parse_and_or(struct sh_parser *parser, sh_link *link)
{
    if (!parse_pipeline(parser, link))
        return false;
    for (;;) {
        bool and = sh_token_is(parser, "&&");
        if (!and&&!sh_token_is(parser, "||"))
            return true;
        struct sh_node *node = put_over(parser, and? SH_AND : SH_OR, link);
        if (node == NULL || !sh_scan(parser) || !skip_newlines(parser))
            return false;
        if (parser->token == TOKEN_END)
            return sh_parse_open(parser, node->line, and? "&&" : "||",
                                 "there is no command behind it");
        if (!parse_pipeline(parser, &node->second))
            return false;
    }
}

/* --- Texts --- */

void sh_parse_start(struct sh_parser *parser, struct sh *sh, struct slice text, uint32_t line)
{
    *parser = (struct sh_parser){.sh = sh, .text = text, .line = line, .token = TOKEN_END};
}

/* A link on the stack of the shell's memory, like all the rest: distances must not be far. */
static sh_link *push_link(struct sh_parser *parser)
{
    sh_link *link = sh_push(parser->sh, sizeof *link);
    if (link == NULL)
        (void)no_memory(parser);
    else
        *link = 0;
    return link;
}

bool sh_parse_until_parenthesis(struct sh_parser *parser)
{
    sh_link *list = push_link(parser);
    if (list == NULL || !sh_scan(parser) || !parse_list(parser, list))
        return false;
    if (!sh_heres_read(parser))
        return false;
    return sh_token_is(parser, ")") ||
           (parser->token == TOKEN_END
                ? sh_parse_open(parser, parser->token_line, "$(", "is not closed")
                : not_expected(parser));
}

/* Where the stack ends now, all functions of the command end. */
static void end_functions(struct sh_parser *parser)
{
    const char *end = (const char *)parser->sh->memory + sh_mark(parser->sh);
    while (parser->functions != NULL) {
        struct sh_node *function = parser->functions;
        parser->functions = sh_linked(&function->third);
        function->third = 0;
        function->size = (uint32_t)(end - (const char *)function);
    }
}

/* The commands of a line, and of those that it needs. */
static bool parse_line(struct sh_parser *parser, sh_link *link)
{
    bool more = true;
    while (more && parser->token != TOKEN_NEWLINE && parser->token != TOKEN_END) {
        if (!parse_separated(parser, link, &more))
            return false;
        struct sh_node *node = sh_linked(link);
        link = &node->next;
    }
    return parser->token == TOKEN_NEWLINE || parser->token == TOKEN_END || not_expected(parser);
}

enum sh_parsed sh_parse_next(struct sh_parser *parser, struct sh_node **node)
{
    *node = NULL;
    if (!sh_scan(parser) || !skip_newlines(parser))
        return parser->status;
    if (parser->token == TOKEN_END)
        return SH_PARSED_END;
    sh_link *list = push_link(parser);
    if (list == NULL)
        return parser->status;
    bool parsed = parse_line(parser, list);
    end_functions(parser);
    *node = sh_linked(list);
    return parsed ? SH_PARSED : parser->status;
}
