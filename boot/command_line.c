/* The kernel's command line: cutting it into options, and undoing quotes. */
#include "boot/command_line.h"

#include "boot/digits.h"

#define NOWHERE SIZE_MAX

/* A word being read.  Its text is the line's own as long as it is plain; every character also
 * goes to the buffer, as long as it fits. */
struct word {
    size_t start; /* in the line */
    size_t end;
    size_t length; /* without quotes */
    size_t equals; /* of the first '=' in that, or NOWHERE */
    bool plain;    /* no quote and no backslash was undone */
    char quote;    /* the quote that is open, or 0 */
    bool escaped;  /* it was opened by \" or \' */
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\f' || c == '\n' || c == '\r';
}

static bool is_quote(char c)
{
    return c == '"' || c == '\'';
}

/* The character `ahead` places on, or NUL behind the end. */
static char peek(const struct command_line *line, size_t ahead)
{
    return ahead < line->length - line->at ? line->text[line->at + ahead] : '\0';
}

static void skip_blanks(struct command_line *line)
{
    while (line->at < line->length && is_blank(line->text[line->at]))
        line->at++;
}

/* Goes to the start of the next item, leaving a list at its end.  False if none is left. */
static bool find_start(struct command_line *line)
{
    while (line->in_list && peek(line, 0) == ',')
        line->at++;
    if (line->at < line->length && !is_blank(line->text[line->at]))
        return true;
    line->in_list = false;
    skip_blanks(line);
    return line->at < line->length;
}

static bool at_end_of_word(const struct command_line *line, const struct word *word)
{
    if (line->at == line->length)
        return true;
    if (word->quote != 0)
        return false;
    char c = line->text[line->at];
    return is_blank(c) || (line->in_list && c == ',');
}

static void put(struct command_line *line, struct word *word, char c)
{
    if (c == '=' && word->equals == NOWHERE)
        word->equals = word->length;
    if (word->length < line->buffer_size)
        line->buffer[word->length] = c;
    word->length++;
}

/* Reads one character, or one with its backslash, outside quotes. */
static void read_outside(struct command_line *line, struct word *word)
{
    char c = peek(line, 0), next = peek(line, 1);
    bool escaped = c == '\\' && (is_quote(next) || next == '\\');
    if (escaped)
        c = next;
    line->at += escaped ? 2 : 1;
    if (escaped || is_quote(c))
        word->plain = false;
    if (is_quote(c)) {
        word->quote = c;
        word->escaped = escaped;
    } else {
        put(line, word, c);
    }
}

/* The same inside: a quote that \" opened is closed by \" or by the bare quote. */
static void read_inside(struct command_line *line, struct word *word)
{
    char c = peek(line, 0), next = peek(line, 1);
    bool backslash_counts = word->quote == '"' || word->escaped;
    bool escaped = c == '\\' && backslash_counts && line->length - line->at > 1;
    line->at += escaped ? 2 : 1;
    if (escaped ? word->escaped && next == word->quote : c == word->quote)
        word->quote = 0;
    else
        put(line, word, escaped ? next : c);
}

static struct word read_word(struct command_line *line)
{
    struct word word = {.start = line->at, .equals = NOWHERE, .plain = true};
    while (!at_end_of_word(line, &word)) {
        if (word.quote != 0)
            read_inside(line, &word);
        else
            read_outside(line, &word);
    }
    word.end = line->at;
    return word;
}

static enum command_line_status judge(const struct word *word)
{
    if (word->quote != 0)
        return COMMAND_LINE_UNTERMINATED;
    if (word->length == 0 || word->equals == 0)
        return COMMAND_LINE_NO_NAME;
    return COMMAND_LINE_OK;
}

static void deliver(const struct command_line *line, const struct word *word,
                    struct command_line_option *option)
{
    option->property = line->in_list;
    option->name = line->text + word->start;
    if (!word->plain && word->length > line->buffer_size) {
        option->status = COMMAND_LINE_TOO_LONG;
        option->name_length = word->end - word->start;
        return;
    }
    if (!word->plain && word->length > 0)
        option->name = line->buffer;
    option->status = judge(word);
    option->name_length = word->length;
    if (word->equals == NOWHERE)
        return;
    option->name_length = word->equals;
    option->value = option->name + word->equals + 1;
    option->value_length = word->length - word->equals - 1;
}

/* Only a bare -B does: if quotes could say it too, it would depend on the buffer's size. */
static bool starts_list(const struct command_line *line, const struct word *word)
{
    return !line->in_list && word->plain && word->length == 2 &&
           __builtin_memcmp(line->text + word->start, "-B", 2) == 0;
}

bool command_line_next(struct command_line *line, struct command_line_option *option)
{
    *option = (struct command_line_option){0};
    if (!find_start(line))
        return false;
    struct word word = read_word(line);
    deliver(line, &word, option);
    if (!starts_list(line, &word))
        return true;

    skip_blanks(line);
    line->in_list = true;
    if (!find_start(line)) {
        option->status = COMMAND_LINE_NO_LIST;
        return true;
    }
    *option = (struct command_line_option){0};
    word = read_word(line);
    deliver(line, &word, option);
    return true;
}

bool command_line_is(const struct command_line_option *option, const char *name)
{
    return __builtin_strlen(name) == option->name_length &&
           __builtin_memcmp(name, option->name, option->name_length) == 0;
}

bool command_line_number(const char *text, size_t length, uint64_t *value)
{
    bool hexadecimal = length > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
    uint64_t number = 0;
    for (size_t i = hexadecimal ? 2 : 0; i < length; i++)
        if (!digit_append(&number, text[i], hexadecimal ? 16 : 10))
            return false;
    if (length == 0)
        return false;
    *value = number;
    return true;
}

const char *command_line_status_str(enum command_line_status status)
{
    switch (status) {
    case COMMAND_LINE_OK:
        return "nothing wrong";
    case COMMAND_LINE_UNTERMINATED:
        return "quote without an end";
    case COMMAND_LINE_TOO_LONG:
        return "quoted word too long";
    case COMMAND_LINE_NO_NAME:
        return "option without a name";
    case COMMAND_LINE_NO_LIST:
        return "-B without a list";
    }
    return "unknown status";
}
