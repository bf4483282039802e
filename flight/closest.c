/* Letters that differ. */
#include "flight/closest.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "flight/alternatives.h"

enum {
    EDITS_MAX = 3,
    LENGTH_MAX = 128, /* of a word that is compared */
};

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Letters to be inserted, removed, replaced, or swapped with the next one (optimal string alignment).  Row i has what
 * the first i letters of `from` need to become each beginning of `to`; three rows, used in turn, suffice. */
static size_t edits_between(const char *from, size_t length, const char *to, size_t others)
{
    size_t rows[3][LENGTH_MAX + 1];
    for (size_t j = 0; j <= others; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= length; i++) {
        const size_t *before = rows[(i - 1) % 3], *earlier = rows[(i + 1) % 3];
        size_t *row = rows[i % 3];
        row[0] = i;
        for (size_t j = 1; j <= others; j++) {
            row[j] =
                least(least(before[j], row[j - 1]) + 1, before[j - 1] + (from[i - 1] != to[j - 1]));
            if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1])
                row[j] = least(row[j], earlier[j - 2] + 1);
        }
    }
    return rows[length % 3][others];
}

size_t closest_edits(const char *word, const char *name)
{
    const size_t length = strlen(word), others = strlen(name);
    const size_t longer = length > others ? length : others;
    if (longer > LENGTH_MAX || others == 0 || strpbrk(word, "*?[\\") != NULL)
        return CLOSEST_FAR;
    const size_t edits = edits_between(word, length, name, others);
    return edits < longer && edits <= least((longer + 2) / 3, EDITS_MAX) ? edits : CLOSEST_FAR;
}

static void forget(struct closest *closest)
{
    for (size_t i = 0; i < closest->count; i++)
        free(closest->texts[i]);
    closest->count = 0;
}

static bool is_taken(const struct closest *closest, const char *text)
{
    for (size_t i = 0; i < closest->count; i++)
        if (strcmp(closest->texts[i], text) == 0)
            return true;
    return false;
}

void closest_take(struct closest *closest, size_t edits, char *text)
{
    if (edits < closest->edits) {
        forget(closest);
        closest->edits = edits;
    }
    if (edits == closest->edits && edits < CLOSEST_FAR && closest->count < CLOSEST_SHOWN &&
        !is_taken(closest, text))
        closest->texts[closest->count++] = text;
    else
        free(text);
}

char *closest_text(struct closest *closest)
{
    char *text = closest->count > 0
                     ? alternatives_text((const char *const *)closest->texts, closest->count)
                     : NULL;
    forget(closest);
    return text;
}
