/* sh: what stands behind `$` in a word. */
#include "kernel/user/sh_expand.h"
#include "kernel/user/user_text.h"

/* --- What a parameter is worth --- */

struct parameter {
    struct slice name;
    bool set;
    struct slice value;
    char number[24]; /* that the value may stand in */
};

static void set_number(struct parameter *parameter, long long number)
{
    size_t length = text_format(parameter->number, sizeof parameter->number, "%lld", number);
    parameter->set = true;
    parameter->value = (struct slice){parameter->number, length};
}

static void set_text(struct parameter *parameter, const char *text)
{
    parameter->set = text != NULL;
    parameter->value = slice_of(text == NULL ? "" : text);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static void set_positional(const struct sh *sh, struct parameter *parameter)
{
    uint32_t number = 0;
    for (size_t i = 0; i < parameter->name.length && number < 100000; i++)
        number = number * 10 + (uint32_t)(parameter->name.text[i] - '0');
    set_text(parameter, number == 0 ? sh_linked(&sh->state->name) : sh_parameter(sh, number));
}

static void set_options(const struct sh *sh, struct parameter *parameter)
{
    const struct sh_state *state = sh->state;
    (void)text_format(parameter->number, sizeof parameter->number, "%s%s%s%s",
                      state->exit_on_failure ? "e" : "", sh->interactive ? "i" : "",
                      state->refuse_unset ? "u" : "", state->trace ? "x" : "");
    set_text(parameter, parameter->number);
}

static bool is_all(struct slice name)
{
    return name.length == 1 && (name.text[0] == '@' || name.text[0] == '*');
}

static void look_up(const struct sh *sh, struct parameter *parameter)
{
    char c = parameter->name.text[0];
    if (is_digit(c))
        set_positional(sh, parameter);
    else if (sh_name_length(parameter->name) > 0)
        set_text(parameter, sh_variable(sh, parameter->name));
    else if (c == '#')
        set_number(parameter, sh_parameter_count(sh));
    else if (c == '?')
        set_number(parameter, sh->status);
    else if (c == '$')
        set_number(parameter, sh->state->pid);
    else if (c == '-')
        set_options(sh, parameter);
    else if (c == '!' && sh->state->last_background != 0)
        set_number(parameter, sh->state->last_background);
    else if (is_all(parameter->name))
        set_text(parameter, sh_parameter(sh, 1));
    else
        set_text(parameter, NULL);
}

static bool put_all(struct sh_expansion *expansion, bool star)
{
    const struct sh *sh = expansion->sh;
    bool apart = expansion->quoted && !star && !expansion->here;
    if (apart && sh_parameter_count(sh) == 0)
        return sh_put_cell(expansion, SH_CELL_NONE);
    for (uint32_t i = 1; i <= sh_parameter_count(sh); i++) {
        unsigned between = expansion->quoted && !apart ? SH_CELL_QUOTED | ' ' : SH_CELL_BREAK;
        if (i > 1 && !sh_put_cell(expansion, between))
            return false;
        if (apart && !sh_put_cell(expansion, SH_CELL_QUOTES))
            return false;
        if (!sh_put_value(expansion, slice_of(sh_parameter(sh, i))))
            return false;
    }
    return true;
}

static bool refuse_unset(struct sh *sh, const struct parameter *parameter, const char *what)
{
    char name[32];
    (void)text_format(name, sizeof name, "%.*s", (int)parameter->name.length, parameter->name.text);
    sh_fail(sh, name, what);
    return false;
}

static bool put_parameter(struct sh_expansion *expansion, const struct parameter *parameter)
{
    if (is_all(parameter->name))
        return put_all(expansion, parameter->name.text[0] == '*');
    if (!parameter->set && expansion->sh->state->refuse_unset)
        return refuse_unset(expansion->sh, parameter, "is not set");
    return sh_put_value(expansion, parameter->value);
}

/* --- ${...} --- */

/* The name at the beginning of a text: a variable, digits, or one sign. */
static struct slice name_at(struct slice text, bool braces)
{
    size_t length = sh_name_length(text);
    if (length == 0 && text.length > 0 && is_digit(text.text[0]))
        while (length < text.length && is_digit(text.text[length]) && (braces || length == 0))
            length++;
    if (length == 0 && text.length > 0)
        for (const char *sign = "@*#?-$!"; *sign != '\0'; sign++)
            length = *sign == text.text[0] ? 1 : length;
    return (struct slice){text.text, length};
}

/* ${NAME OPERATOR WORD}: where its parts stand in the source. */
struct braces {
    struct parameter parameter;
    bool length; /* ${#NAME} */
    bool colon;
    char operator;    /* 0: none */
    bool twice;       /* ## and %% */
    size_t word, end; /* the word; the brace stands at the end */
};

static bool is_operator(char c)
{
    return c == '-' || c == '=' || c == '+' || c == '?' || c == '#' || c == '%';
}

/* False: it makes no sense. */
static bool cut_braces(struct slice inner, struct braces *braces)
{
    struct slice rest = inner;
    *braces = (struct braces){0};
    if (rest.length > 1 && rest.text[0] == '#' && name_at(slice_behind(rest, 1), true).length > 0 &&
        name_at(slice_behind(rest, 1), true).length == rest.length - 1) {
        braces->length = true;
        rest = slice_behind(rest, 1);
    }
    braces->parameter.name = name_at(rest, true);
    rest = slice_behind(rest, braces->parameter.name.length);
    if (braces->parameter.name.length == 0)
        return false;
    if (rest.length > 1 && rest.text[0] == ':') {
        braces->colon = true;
        rest = slice_behind(rest, 1);
    }
    if (rest.length > 0) {
        braces->operator= rest.text[0];
        rest = slice_behind(rest, 1);
    }
    bool cuts = braces->operator== '#' || braces->operator== '%';
    braces->twice = cuts && rest.length > 0 && rest.text[0] == braces->operator;
    if (braces->twice)
        rest = slice_behind(rest, 1);
    braces->word = (size_t)(rest.text - inner.text);
    braces->end = inner.length;
    return braces->operator== 0 ? !braces->colon
                                : is_operator(braces->operator) && !(cuts && braces->colon);
}

/* The word in the place of the value. */
static bool put_word(struct sh_expansion *expansion, const struct braces *braces)
{
    bool expanded = expansion->expanded, quoted = expansion->quoted, held = expansion->held;
    expansion->source.at = braces->word;
    expansion->expanded = true;
    expansion->held = quoted;
    bool put = sh_expand_until(expansion, braces->end);
    expansion->expanded = expanded;
    expansion->quoted = quoted;
    expansion->held = held;
    return put;
}

/* The text of the word, on the stack. */
static bool word_text(struct sh_expansion *expansion, const struct braces *braces,
                      struct slice *text)
{
    struct sh_cells cells;
    return sh_expand_apart(expansion, braces->word, braces->end, &cells) &&
           sh_cells_text(expansion->sh, cells, text);
}

static bool assign_word(struct sh_expansion *expansion, struct braces *braces)
{
    struct sh *sh = expansion->sh;
    struct parameter *parameter = &braces->parameter;
    struct slice text;
    uint32_t mark = sh_mark(sh);
    if (sh_name_length(parameter->name) != parameter->name.length)
        return refuse_unset(sh, parameter, "cannot be assigned to");
    bool set = word_text(expansion, braces, &text) && sh_set_variable(sh, parameter->name, text);
    sh_release(sh, mark);
    look_up(sh, parameter);
    return set && put_parameter(expansion, parameter);
}

static bool complain_with_word(struct sh_expansion *expansion, struct braces *braces)
{
    struct slice text;
    if (braces->word == braces->end)
        return refuse_unset(expansion->sh, &braces->parameter,
                            braces->colon ? "is empty or not set" : "is not set");
    if (word_text(expansion, braces, &text))
        (void)refuse_unset(expansion->sh, &braces->parameter, text.text);
    return false;
}

/* How many bytes of the value the pattern takes from one end; -1: it does not match. */
static long matched_length(struct slice value, struct sh_cells pattern, const struct braces *braces)
{
    bool front = braces->operator== '#';
    for (size_t i = 0; i <= value.length; i++) {
        size_t length = braces->twice ? value.length - i : i;
        const char *from = front ? value.text : value.text + value.length - length;
        if (sh_pattern_matches(pattern, (struct slice){from, length}))
            return (long)length;
    }
    return -1;
}

static bool put_without(struct sh_expansion *expansion, const struct braces *braces)
{
    struct slice value = braces->parameter.value;
    struct sh_cells pattern;
    uint32_t mark = sh_mark(expansion->sh);
    bool expanded = sh_expand_apart(expansion, braces->word, braces->end, &pattern);
    if (expanded) {
        long length = matched_length(value, pattern, braces);
        if (length > 0 && braces->operator== '#')
            value = slice_behind(value, (size_t)length);
        else if (length > 0)
            value.length -= (size_t)length;
    }
    sh_release(expansion->sh, mark);
    return expanded && sh_put_value(expansion, value);
}

static bool put_length(struct sh_expansion *expansion, const struct parameter *parameter)
{
    struct parameter length = {0};
    if (!parameter->set && expansion->sh->state->refuse_unset)
        return refuse_unset(expansion->sh, parameter, "is not set");
    set_number(&length, is_all(parameter->name) ? (long long)sh_parameter_count(expansion->sh)
                                                : (long long)parameter->value.length);
    return sh_put_value(expansion, length.value);
}

static bool put_braces(struct sh_expansion *expansion, struct braces *braces)
{
    const struct parameter *parameter = &braces->parameter;
    bool there = parameter->set && (!braces->colon || parameter->value.length > 0);
    if (braces->length)
        return put_length(expansion, parameter);
    switch (braces->operator) {
    case '-':
        return there ? put_parameter(expansion, parameter) : put_word(expansion, braces);
    case '+':
        return !there || put_word(expansion, braces);
    case '=':
        return there ? put_parameter(expansion, parameter) : assign_word(expansion, braces);
    case '?':
        return there ? put_parameter(expansion, parameter) : complain_with_word(expansion, braces);
    case '#':
    case '%':
        if (!parameter->set && expansion->sh->state->refuse_unset)
            return refuse_unset(expansion->sh, parameter, "is not set");
        return put_without(expansion, braces);
    default:
        return put_parameter(expansion, parameter);
    }
}

static bool bad_substitution(struct sh_expansion *expansion)
{
    const struct sh_parser *source = &expansion->source;
    if (source->status == SH_PARSED)
        sh_fail(expansion->sh, "${", "makes no sense");
    else
        sh_fail(expansion->sh, source->wrong_word, source->what);
    return false;
}

/* The inside of the braces begins at `from`, the source stands behind them. */
static bool expand_braces(struct sh_expansion *expansion, size_t from)
{
    struct sh_parser *source = &expansion->source;
    struct braces braces;
    size_t behind = source->at;
    struct slice inner = {source->text.text + from, behind - from - 1};
    if (!cut_braces(inner, &braces))
        return bad_substitution(expansion);
    braces.word += from;
    braces.end += from;
    look_up(expansion->sh, &braces.parameter);
    bool put = put_braces(expansion, &braces);
    source->at = behind;
    return put;
}

/* --- $((...)), $(...), `...` --- */

static bool expand_arithmetic(struct sh_expansion *expansion, size_t from, size_t to)
{
    struct sh *sh = expansion->sh;
    struct parameter result = {0};
    struct sh_cells cells;
    struct slice text;
    int64_t value = 0;
    uint32_t mark = sh_mark(sh);
    bool done = sh_expand_apart(expansion, from, to, &cells) && sh_cells_text(sh, cells, &text) &&
                sh_arithmetic(sh, text, &value);
    sh_release(sh, mark);
    set_number(&result, value);
    return done && sh_put_value(expansion, result.value);
}

/* What was printed lies above the cells.  It moves to the second half of where its own cells will
 * be, and becomes these from the front. */
static bool put_printed(struct sh_expansion *expansion, uint32_t mark, struct slice printed)
{
    struct sh *sh = expansion->sh;
    char *base = (char *)sh->memory + mark;
    sh_release(sh, mark + (uint32_t)printed.length);
    if (sh_room(sh) < printed.length)
        return sh_push(sh, printed.length) != NULL;
    __builtin_memmove(base + printed.length, printed.text, printed.length);
    sh_release(sh, mark);
    for (size_t i = 0; i < printed.length; i++) {
        char c = base[printed.length + i];
        if (!sh_put_value(expansion, (struct slice){&c, 1}))
            return false;
    }
    return true;
}

static bool put_substitution(struct sh_expansion *expansion, struct slice text, uint32_t line)
{
    struct slice printed;
    uint32_t mark = sh_mark(expansion->sh);
    return sh_substitute(expansion->sh, text, line, &printed) &&
           put_printed(expansion, mark, printed);
}

/* Without the backslashes that backticks need. */
static bool without_backslashes(struct sh_expansion *expansion, struct slice inner,
                                struct slice *text)
{
    char *bytes = sh_push(expansion->sh, inner.length);
    size_t length = 0;
    if (bytes == NULL)
        return false;
    for (size_t i = 0; i < inner.length; i++) {
        char c = inner.text[i], next = i + 1 < inner.length ? inner.text[i + 1] : '\0';
        if (c == '\\' &&
            (next == '`' || next == '\\' || next == '$' || (next == '"' && expansion->quoted)))
            c = inner.text[++i];
        bytes[length++] = c;
    }
    *text = (struct slice){bytes, length};
    return true;
}

bool sh_expand_backticks(struct sh_expansion *expansion)
{
    struct sh_parser *source = &expansion->source;
    size_t from = source->at + 1;
    uint32_t line = source->line, mark = sh_mark(expansion->sh);
    if (!sh_skip_backticks(source))
        return bad_substitution(expansion);
    struct slice inner = {source->text.text + from, source->at - from - 1}, text, printed;
    return without_backslashes(expansion, inner, &text) &&
           sh_substitute(expansion->sh, text, line, &printed) &&
           put_printed(expansion, mark, printed);
}

static bool expand_bracket(struct sh_expansion *expansion)
{
    struct sh_parser *source = &expansion->source;
    const char *text = source->text.text;
    size_t from = source->at + 2;
    uint32_t line = source->line;
    bool braces = text[source->at + 1] == '{';
    if (!sh_skip_dollar(source)) /* a here-document has not been read before */
        return bad_substitution(expansion);
    if (braces)
        return expand_braces(expansion, from);
    if (text[from] == '(')
        return expand_arithmetic(expansion, from + 1, source->at - 2);
    return put_substitution(expansion, (struct slice){text + from, source->at - from - 1}, line);
}

static bool expand_name(struct sh_expansion *expansion)
{
    struct sh_parser *source = &expansion->source;
    struct parameter parameter = {0};
    struct slice behind = slice_behind(
        (struct slice){source->text.text + source->at, source->text.length - source->at}, 1);
    parameter.name = name_at(behind, false);
    if (parameter.name.length == 0) {
        source->at++;
        return sh_put_cell(expansion, SH_CELL_QUOTED | '$');
    }
    source->at += 1 + parameter.name.length;
    look_up(expansion->sh, &parameter);
    return put_parameter(expansion, &parameter);
}

bool sh_expand_dollar(struct sh_expansion *expansion)
{
    const struct sh_parser *source = &expansion->source;
    size_t left = source->text.length - source->at;
    char next = left > 1 ? source->text.text[source->at + 1] : '\0';
    if (next != '{' && next != '(')
        return expand_name(expansion);
    if (!sh_enter(expansion->sh)) {
        sh_fail(expansion->sh, "$", "nested too deeply");
        return false;
    }
    bool put = expand_bracket(expansion);
    sh_leave(expansion->sh);
    return put;
}
