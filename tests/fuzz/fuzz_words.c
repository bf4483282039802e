/* Words of a command line.
 *
 * Property: reading always advances and ends at the end; the words of a command lie one after the
 * other in its bytes, at most 64 of them; an error's position lies in the text, and an open quote
 * or backslash stands there; and words written down in quotes, or with backslashes, read back as
 * themselves. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/user/words.h"

static void require(bool condition)
{
    if (!condition)
        __builtin_trap();
}

static void check_words(const struct words *words)
{
    const char *expected = words->bytes;
    require(words->argc >= 0 && words->argc <= WORDS_MAX && words->argv[words->argc] == NULL);
    for (int i = 0; i < words->argc; i++) {
        require(words->argv[i] == expected);
        expected += strlen(expected) + 1;
        require(expected <= words->bytes + WORDS_BYTES_MAX);
    }
}

static char *put_quoted(char *end, const char *word)
{
    *end++ = '\'';
    for (; *word != '\0'; word++) {
        if (*word == '\'')
            end = stpcpy(end, "'\\'");
        *end++ = *word;
    }
    *end++ = '\'';
    return end;
}

/* A newline cannot stand behind a backslash, so it is quoted. */
static char *put_escaped(char *end, const char *word)
{
    if (*word == '\0')
        end = stpcpy(end, "\"\"");
    for (; *word != '\0'; word++) {
        if (*word == '\n')
            end = stpcpy(end, "\"\n\"");
        else
            *end++ = '\\', *end++ = *word;
    }
    return end;
}

static void check_reads_back(const struct words *words, char *(*put)(char *, const char *))
{
    static char text[4 * WORDS_BYTES_MAX + 4 * WORDS_MAX];
    static struct words again;
    char *end = text;
    for (int i = 0; i < words->argc; i++) {
        end = put(end, words->argv[i]);
        *end++ = ' ';
    }
    size_t at = 0, length = (size_t)(end - text);
    require(words_next(&again, text, length, &at) == WORDS_OK && at == length);
    require(again.argc == words->argc);
    for (int i = 0; i < words->argc; i++)
        require(strcmp(again.argv[i], words->argv[i]) == 0);
}

static void check_position(const struct words *words, enum words_status status, const char *text,
                           size_t length, size_t before, size_t at)
{
    size_t position = words->position;
    require(words_status_str(status)[0] != '\0');
    if (status == WORDS_OK && words->argc == 0) {
        require(position == length && at == length);
        return;
    }
    require(position >= before && position < at && at <= length);
    require(status != WORDS_OPEN_QUOTE || text[position] == '\'' || text[position] == '"');
    require(status != WORDS_OPEN_BACKSLASH || (text[position] == '\\' && position + 1 == length));
    require(status != WORDS_NUL || text[position] == '\0' || text[position + 1] == '\0');
    require((status != WORDS_OPEN_QUOTE && status != WORDS_OPEN_BACKSLASH) || at == length);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    struct words *words = malloc(sizeof *words);
    require(words != NULL);
    for (size_t at = 0, before = SIZE_MAX; at != before;) {
        before = at;
        enum words_status status = words_next(words, text, size, &at);
        require(at > before || at == size);
        check_position(words, status, text, size, before, at);
        check_words(words);
        require(status == WORDS_OK || words->argc == 0);
        if (words->argc > 0) {
            check_reads_back(words, put_quoted);
            check_reads_back(words, put_escaped);
        }
    }
    free(words);
    return 0;
}
