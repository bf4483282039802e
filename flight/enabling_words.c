/* The letters of dtrace(1M). */
#include "flight/enabling_words.h"

#include <stdlib.h>

static const char valued[] = "nsPmfxbDUI36"; /* -32 and -64 are letters with a value, too */
static const char plain[] = "qwFZCH";

_Static_assert(ENABLING_SPECS == sizeof valued - 1 + sizeof plain - 1 + 1,
               "one for each letter, and --strict");

void enabling_words_specs(struct enabling_words *words, struct option_spec specs[ENABLING_SPECS])
{
    size_t count = 0;
    for (const char *letter = valued; *letter != '\0'; letter++)
        specs[count++] = (struct option_spec){.letter = *letter, .words = &words->words};
    for (const char *letter = plain; *letter != '\0'; letter++)
        specs[count++] =
            (struct option_spec){.letter = *letter, .words = &words->words, .plain = true};
    specs[count] = (struct option_spec){.name = "strict", .flag = &words->strict};
}

bool enabling_words_is_program(char letter, enum d_source_kind *kind)
{
    static const struct {
        char letter;
        enum d_source_kind kind;
    } programs[] = {
        {'n', D_SOURCE_NAME},   {'s', D_SOURCE_FILE},     {'P', D_SOURCE_PROVIDER},
        {'m', D_SOURCE_MODULE}, {'f', D_SOURCE_FUNCTION}, {'i', D_SOURCE_NAME},
    };
    for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++)
        if (programs[i].letter == letter) {
            *kind = programs[i].kind;
            return true;
        }
    return false;
}

bool enabling_words_wanted(const struct enabling_words *words)
{
    enum d_source_kind kind;
    for (size_t i = 0; i < words->words.count; i++)
        if (enabling_words_is_program(words->words.items[i].letter, &kind))
            return true;
    return false;
}

void enabling_words_free(struct enabling_words *words)
{
    free(words->words.items);
    free(words->arguments.items);
}
