/* Words of a command line: a scanner that says what each character is, and words made of it. */
#include "kernel/user/words.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static void skip_joined_lines(struct words_scan *scan, const char *text, size_t length)
{
    while (scan->quote != '\'' && !scan->comment && length - scan->at >= 2 &&
           text[scan->at] == '\\' && text[scan->at + 1] == '\n')
        scan->at += 2;
}

static enum words_kind literal(struct words_scan *scan, char c)
{
    scan->in_word = true;
    scan->literal = c;
    return WORDS_LITERAL;
}

static enum words_kind backslash(struct words_scan *scan, const char *text, size_t length)
{
    if (scan->at < length)
        return literal(scan, text[scan->at++]);
    scan->open_backslash = true;
    return WORDS_END;
}

static enum words_kind in_quote(struct words_scan *scan, char c)
{
    if (c != scan->quote)
        return literal(scan, c);
    scan->quote = 0;
    return WORDS_QUOTING;
}

static enum words_kind between_words(struct words_scan *scan, char c)
{
    scan->in_word = false;
    scan->comment = scan->comment && c != '\n';
    return c == '\n' || (c == ';' && !scan->comment) ? WORDS_SEPARATOR : WORDS_BLANK;
}

static enum words_kind open_quote(struct words_scan *scan, char c)
{
    scan->in_word = true;
    scan->quote = c;
    scan->opened = scan->start;
    return WORDS_QUOTING;
}

enum words_kind words_scan_next(struct words_scan *scan, const char *text, size_t length)
{
    skip_joined_lines(scan, text, length);
    scan->start = scan->at;
    if (scan->at == length)
        return WORDS_END;
    char c = text[scan->at++];
    if (c == '\\' && scan->quote != '\'' && !scan->comment)
        return backslash(scan, text, length);
    if (scan->quote != 0)
        return in_quote(scan, c);
    if (c == '#' && !scan->in_word)
        scan->comment = true;
    if (scan->comment || is_blank(c) || c == ';' || c == '\n')
        return between_words(scan, c);
    return c == '\'' || c == '"' ? open_quote(scan, c) : literal(scan, c);
}

/* A command while it is put together. */
struct cutting {
    struct words *words;
    enum words_status status; /* the first error */
    size_t used;              /* of the bytes */
    size_t word;              /* where the current one begins in the text */
    bool in_word;
};

static void refuse(struct cutting *cutting, enum words_status status, size_t position)
{
    if (cutting->status != WORDS_OK)
        return;
    cutting->status = status;
    cutting->words->position = position;
}

static void put(struct cutting *cutting, char c)
{
    if (cutting->used < WORDS_BYTES_MAX)
        cutting->words->bytes[cutting->used++] = c;
    else
        refuse(cutting, WORDS_TOO_LONG, cutting->word);
}

static void begin_word(struct cutting *cutting, size_t position)
{
    struct words *words = cutting->words;
    if (cutting->in_word)
        return;
    cutting->in_word = true;
    cutting->word = position;
    if (words->argc == WORDS_MAX)
        refuse(cutting, WORDS_TOO_MANY, position);
    if (cutting->status != WORDS_OK)
        return;
    if (words->argc == 0)
        words->position = position;
    words->argv[words->argc++] = words->bytes + cutting->used;
}

static void end_word(struct cutting *cutting)
{
    if (cutting->in_word)
        put(cutting, '\0');
    cutting->in_word = false;
}

static void check_end(struct cutting *cutting, const struct words_scan *scan)
{
    if (scan->open_backslash)
        refuse(cutting, WORDS_OPEN_BACKSLASH, scan->start);
    else if (scan->quote != 0)
        refuse(cutting, WORDS_OPEN_QUOTE, scan->opened);
}

/* Takes one character; false at the end of the command. */
static bool take(struct cutting *cutting, const struct words_scan *scan, enum words_kind kind)
{
    if (kind == WORDS_LITERAL || kind == WORDS_QUOTING)
        begin_word(cutting, scan->start);
    else
        end_word(cutting);
    if (kind == WORDS_LITERAL && scan->literal == '\0')
        refuse(cutting, WORDS_NUL, scan->start);
    else if (kind == WORDS_LITERAL)
        put(cutting, scan->literal);
    bool empty = cutting->words->argc == 0 && cutting->status == WORDS_OK;
    return kind != WORDS_END && (kind != WORDS_SEPARATOR || empty);
}

enum words_status words_next(struct words *words, const char *text, size_t length, size_t *at)
{
    struct cutting cutting = {.words = words};
    struct words_scan scan = {.at = *at};
    words->argc = 0;
    words->position = length;
    while (take(&cutting, &scan, words_scan_next(&scan, text, length)))
        ;
    check_end(&cutting, &scan);
    if (cutting.status != WORDS_OK)
        words->argc = 0;
    words->argv[words->argc] = NULL;
    *at = scan.at;
    return cutting.status;
}

const char *words_status_str(enum words_status status)
{
    switch (status) {
    case WORDS_OK:
        return "no error";
    case WORDS_OPEN_QUOTE:
        return "a quote is not closed";
    case WORDS_OPEN_BACKSLASH:
        return "nothing stands behind the last backslash";
    case WORDS_NUL:
        return "a byte that is 0";
    case WORDS_TOO_MANY:
        return "more than 64 words";
    case WORDS_TOO_LONG:
        return "more than 1,000 bytes of words";
    }
    return "unknown error";
}
