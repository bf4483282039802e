/* Words of a command line.
 *
 * Input: the line.
 *
 * Property: reading always advances and ends at the end; each character lies in the text; and the
 * first word, written down in quotes or with backslashes, reads back as itself. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/user/words.h"
#include "tests/fuzz/require.h"

static void check_scan(const struct words_scan *scan, enum words_kind kind, size_t length,
                       size_t before)
{
    require(scan->at <= length && scan->start >= before && scan->start <= scan->at);
    require(scan->at > before || kind == WORDS_END);
    require(kind != WORDS_END || scan->at == length);
    require(kind != WORDS_LITERAL || scan->in_word);
    require(kind != WORDS_SEPARATOR || !scan->in_word);
}

/* Reads all of the text; gives the bytes of its first word in memory as large as the text. */
static size_t first_word(const char *text, size_t length, char *word)
{
    struct words_scan scan = {0};
    size_t count = 0;
    bool first = true, began = false;
    enum words_kind kind;
    do {
        size_t before = scan.at;
        kind = words_scan_next(&scan, text, length);
        check_scan(&scan, kind, length, before);
        began = began || scan.in_word;
        first = first && (!began || scan.in_word);
        if (first && kind == WORDS_LITERAL)
            word[count++] = scan.literal;
    } while (kind != WORDS_END);
    return count;
}

static char *put_quoted(char *end, char c)
{
    if (c == '\'')
        return stpcpy(end, "\"'\"");
    *end++ = '\'';
    *end++ = c;
    *end++ = '\'';
    return end;
}

/* A newline cannot stand behind a backslash, so it is quoted. */
static char *put_escaped(char *end, char c)
{
    if (c == '\n')
        return put_quoted(end, c);
    *end++ = '\\';
    *end++ = c;
    return end;
}

static void check_reads_back(const char *word, size_t length, char *(*put)(char *, char))
{
    char *text = malloc(3 * length + 1), *again = malloc(3 * length + 1), *end = text;
    require(text != NULL && again != NULL);
    for (size_t i = 0; i < length; i++)
        end = put(end, word[i]);
    require(first_word(text, (size_t)(end - text), again) == length);
    require(memcmp(again, word, length) == 0);
    free(text);
    free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *word = malloc(size + 1);
    require(word != NULL);
    size_t length = first_word((const char *)data, size, word);
    check_reads_back(word, length, put_quoted);
    check_reads_back(word, length, put_escaped);
    free(word);
    return 0;
}
