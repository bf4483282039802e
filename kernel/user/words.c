/* Words of a command line. */
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
    return scan->at < length ? literal(scan, text[scan->at++]) : WORDS_END;
}

static enum words_kind in_quote(struct words_scan *scan, char c)
{
    if (c != scan->quote)
        return literal(scan, c);
    scan->quote = 0;
    return WORDS_QUOTING;
}

static bool separates(char c)
{
    return c == '\n' || c == ';' || c == '&' || c == '|' || c == '(' || c == ')';
}

static enum words_kind between_words(struct words_scan *scan, char c)
{
    scan->in_word = false;
    scan->comment = scan->comment && c != '\n';
    return separates(c) && !scan->comment ? WORDS_SEPARATOR : WORDS_BLANK;
}

static enum words_kind open_quote(struct words_scan *scan, char c)
{
    scan->in_word = true;
    scan->quote = c;
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
    if (scan->comment || is_blank(c) || separates(c))
        return between_words(scan, c);
    return c == '\'' || c == '"' ? open_quote(scan, c) : literal(scan, c);
}
