/* Words of configuration: the first character decides which kind one is. */
#include "boot/config_lexer.h"

#include "boot/digits.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* What a name goes on with, and a number with which something is wrong. */
static bool is_name_character(char c)
{
    return is_letter(c) || is_digit(c) || c == '_' || c == '-' || c == '.';
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool is_newline(char c)
{
    return c == '\n' || c == '\r';
}

static bool is_control(char c)
{
    return (unsigned char)c < ' ' || c == 0x7f;
}

/* The character at a place, or a newline behind the end: it ends what a newline ends. */
static char character_at(struct slice text, size_t at)
{
    return at < text.length ? text.text[at] : '\n';
}

/* Bytes of the newline at a place, 0 if there is none. */
static size_t newline_length(struct slice text, size_t at)
{
    if (at >= text.length || !is_newline(text.text[at]))
        return 0;
    return text.text[at] == '\r' && at + 1 < text.length && text.text[at + 1] == '\n' ? 2 : 1;
}

/* What a backslash stands for. */
struct escape {
    size_t length;  /* with the backslash, which stands for itself if the text ends behind it */
    bool newline;   /* stands for nothing */
    uint32_t value; /* above 255 it is none */
};

static struct escape read_octal(struct slice text, size_t at)
{
    struct escape escape = {.length = 1};
    while (escape.length <= 3) {
        char c = character_at(text, at + escape.length);
        if (c < '0' || c > '7')
            break;
        escape.value = escape.value << 3 | (uint32_t)(c - '0');
        escape.length++;
    }
    return escape;
}

/* Reads the escape whose backslash is at `at`. */
static struct escape read_escape(struct slice text, size_t at)
{
    if (at + 1 >= text.length)
        return (struct escape){.length = 1, .value = '\\'};
    size_t newline = newline_length(text, at + 1);
    if (newline > 0)
        return (struct escape){.length = 1 + newline, .newline = true};
    struct escape octal = read_octal(text, at);
    if (octal.length > 1)
        return octal;
    return (struct escape){.length = 2, .value = (unsigned char)text.text[at + 1]};
}

/* Makes the next `length` bytes the word. */
static void take(struct config_lexer *lexer, struct config_word *word, enum config_token token,
                 size_t length)
{
    word->token = token;
    word->text = (struct slice){lexer->text.text + lexer->at, length};
    lexer->at += length;
}

static void read_newline(struct config_lexer *lexer, struct config_word *word)
{
    take(lexer, word, CONFIG_NEWLINE, newline_length(lexer->text, lexer->at));
    lexer->newlines++;
}

static bool ends_string(char c)
{
    return c == '"' || is_newline(c);
}

/* A string as far as it goes. */
struct extent {
    size_t end;            /* where the closing quote is or should be */
    size_t first_line_end; /* of use if there are newlines */
    uint32_t newlines;     /* behind a backslash each */
    bool bad;
};

static struct extent measure_string(struct slice text, size_t start)
{
    struct extent extent = {.end = start};
    while (!ends_string(character_at(text, extent.end))) {
        if (text.text[extent.end] != '\\') {
            extent.end++;
            continue;
        }
        struct escape escape = read_escape(text, extent.end);
        if (escape.newline && extent.newlines++ == 0)
            extent.first_line_end = extent.end + 1;
        extent.bad = extent.bad || escape.value > 255;
        extent.end += escape.length;
    }
    return extent;
}

/* An open string may have been looked for in many lines, but costs only its first one: a
 * forgotten quote must not swallow the lines behind it.  This takes linear time still: those
 * lines have no quote without a backslash, so none of them opens a string again. */
static void read_string(struct config_lexer *lexer, struct config_word *word)
{
    size_t start = lexer->at + 1;
    struct extent extent = measure_string(lexer->text, start);
    bool closed = character_at(lexer->text, extent.end) == '"';
    size_t end = !closed && extent.newlines > 0 ? extent.first_line_end : extent.end;
    word->token = !closed ? CONFIG_OPEN_STRING : extent.bad ? CONFIG_BAD_STRING : CONFIG_STRING;
    word->text = (struct slice){lexer->text.text + start, end - start};
    lexer->at = closed ? end + 1 : end;
    lexer->newlines += closed ? extent.newlines : 0;
}

struct number {
    uint64_t value;
    size_t end;
    bool good; /* there are digits, and they fit */
};

static struct number read_digits(struct slice text, size_t start, uint32_t base)
{
    struct number number = {.end = start, .good = true};
    for (; digit_value(character_at(text, number.end)) < base; number.end++)
        number.good = number.good && digit_append(&number.value, text.text[number.end], base);
    number.good = number.good && number.end > start;
    return number;
}

static struct number read_unsigned(struct slice text, size_t start)
{
    if (text.text[start] != '0')
        return read_digits(text, start, 10);
    char next = character_at(text, start + 1);
    bool hexadecimal = next == 'x' || next == 'X';
    return hexadecimal ? read_digits(text, start + 2, 16) : read_digits(text, start, 8);
}

static struct number read_signed(struct slice text, size_t start)
{
    char sign = text.text[start];
    if (is_digit(sign))
        return read_unsigned(text, start);
    struct number number = read_unsigned(text, start + 1);
    if (sign == '-' && number.value > (uint64_t)1 << 63)
        number.good = false;
    number.value = sign == '-' ? 0 - number.value : ~number.value;
    return number;
}

static void read_number(struct config_lexer *lexer, struct config_word *word)
{
    struct number number = read_signed(lexer->text, lexer->at);
    for (; is_name_character(character_at(lexer->text, number.end)); number.end++)
        number.good = false;
    take(lexer, word, number.good ? CONFIG_NUMBER : CONFIG_BAD_NUMBER, number.end - lexer->at);
    if (number.good)
        word->number = number.value;
}

static void read_name(struct config_lexer *lexer, struct config_word *word)
{
    size_t end = lexer->at;
    for (;;) {
        char c = character_at(lexer->text, end);
        if (is_name_character(c))
            end++;
        else if (c == '\\' && !is_control(character_at(lexer->text, end + 1)))
            end += 2;
        else
            break;
    }
    if (end > lexer->at)
        take(lexer, word, CONFIG_NAME, end - lexer->at);
    else
        take(lexer, word, CONFIG_UNEXPECTED, 1);
}

static enum config_token lone_token(char c)
{
    switch (c) {
    case '=':
        return CONFIG_EQUALS;
    case '&':
        return CONFIG_AND;
    case '|':
        return CONFIG_OR;
    case '*':
        return CONFIG_STAR;
    case '#':
        return CONFIG_HASH;
    case ':':
        return CONFIG_COLON;
    case ';':
        return CONFIG_SEMICOLON;
    case ',':
        return CONFIG_COMMA;
    case '/':
        return CONFIG_SLASH;
    default:
        return CONFIG_UNEXPECTED;
    }
}

/* Goes to where the next word begins, and gives its first character. */
static char find_word(struct config_lexer *lexer, struct config_word *word)
{
    while (is_blank(character_at(lexer->text, lexer->at)))
        lexer->at++;
    *word = (struct config_word){.line = lexer->newlines + 1, .offset = lexer->at};
    return character_at(lexer->text, lexer->at);
}

/* Whether a number begins there, with its sign. */
static bool is_number_at(struct slice text, size_t at, char first)
{
    return is_digit(first) ||
           ((first == '-' || first == '~') && is_digit(character_at(text, at + 1)));
}

static void read_word(struct config_lexer *lexer, struct config_word *word, char first)
{
    enum config_token lone = lone_token(first);
    if (lone != CONFIG_UNEXPECTED)
        take(lexer, word, lone, 1);
    else if (is_number_at(lexer->text, lexer->at, first))
        read_number(lexer, word);
    else if (first == '-')
        take(lexer, word, CONFIG_NAME, 1);
    else if (lexer->at == lexer->text.length)
        word->token = CONFIG_END;
    else if (is_newline(first))
        read_newline(lexer, word);
    else if (first == '"')
        read_string(lexer, word);
    else if (is_letter(first) || first == '_' || first == '\\')
        read_name(lexer, word);
    else
        take(lexer, word, CONFIG_UNEXPECTED, 1);
}

void config_lexer_next(struct config_lexer *lexer, struct config_word *word)
{
    read_word(lexer, word, find_word(lexer, word));
}

void config_lexer_next_value(struct config_lexer *lexer, struct config_word *word)
{
    char c = find_word(lexer, word);
    if (is_newline(c) || c == '*' || c == '#') {
        read_word(lexer, word, c);
        return;
    }
    size_t end = lexer->at;
    while (c != ' ' && !is_control(c))
        c = character_at(lexer->text, ++end);
    if (is_blank(c) || is_newline(c)) {
        take(lexer, word, CONFIG_VALUE, end - lexer->at);
        return;
    }
    lexer->at = word->offset = end;
    take(lexer, word, CONFIG_UNEXPECTED, 1);
}

void config_lexer_skip_line(struct config_lexer *lexer)
{
    while (!is_newline(character_at(lexer->text, lexer->at)))
        lexer->at++;
}

size_t config_string_copy(struct slice text, char *buffer, size_t size)
{
    size_t length = 0;
    for (size_t at = 0; at < text.length;) {
        struct escape escape = {.length = 1, .value = (unsigned char)text.text[at]};
        if (text.text[at] == '\\')
            escape = read_escape(text, at);
        at += escape.length;
        if (escape.newline)
            continue;
        if (length < size)
            buffer[length] = (char)escape.value;
        length++;
    }
    return length;
}
