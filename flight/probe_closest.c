/* What somebody may have meant. */
#include "flight/probe_closest.h"

#include <stdlib.h>
#include <string.h>

#include "flight/alternatives.h"
#include "flight/memory.h"

enum {
    SHOWN = 3,
    EDITS_MAX = 3,
    LENGTH_MAX = 128, /* of a field that is compared */
    FAR = 1000,
};

/* The closest so far, all of which need the same number of edits. */
struct closest {
    size_t edits;
    char *texts[SHOWN];
    size_t count;
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

/* FAR: too many for one to be meant by the other, or `word` is a pattern. */
static size_t edits_of_field(const char *word, const char *name)
{
    const size_t length = strlen(word), others = strlen(name);
    const size_t longer = length > others ? length : others;
    if (longer > LENGTH_MAX || others == 0 || strpbrk(word, "*?[\\") != NULL)
        return FAR;
    const size_t edits = edits_between(word, length, name, others);
    return edits < longer && edits <= least((longer + 2) / 3, EDITS_MAX) ? edits : FAR;
}

/* What is to be changed of a description to mean a probe; `changed` gets its fields then. */
static size_t edits_of(const struct probe *probe, const char *const description[PROBE_FIELDS],
                       const char *changed[PROBE_FIELDS])
{
    size_t edits = 0;
    for (size_t i = 0; i < PROBE_FIELDS; i++) {
        const bool means = probe_field_means(description[i], probe->field[i]);
        changed[i] = means ? description[i] : probe->field[i];
        edits += means ? 0 : edits_of_field(description[i], probe->field[i]);
    }
    return edits;
}

static void forget(struct closest *closest)
{
    for (size_t i = 0; i < closest->count; i++)
        free(closest->texts[i]);
    closest->count = 0;
}

/* Takes a text that is not there yet, and for which there is room. */
static void take(struct closest *closest, size_t edits, char *text)
{
    if (edits < closest->edits)
        forget(closest);
    closest->edits = edits;
    for (size_t i = 0; i < closest->count; i++)
        if (strcmp(closest->texts[i], text) == 0) {
            free(text);
            return;
        }
    if (closest->count < SHOWN)
        closest->texts[closest->count++] = text;
    else
        free(text);
}

/* `word` is the field that is shown alone; PROBE_FIELDS: all are. */
static void look(struct closest *closest, const struct probe_list *list,
                 const char *const description[PROBE_FIELDS], size_t word)
{
    const char *field[PROBE_FIELDS];
    for (size_t i = 0; i < list->count; i++) {
        const size_t edits = edits_of(&list->items[i], description, field);
        if (edits >= FAR || edits > closest->edits)
            continue;
        take(closest, edits,
             word < PROBE_FIELDS
                 ? memory_text("'%s'", field[word])
                 : memory_text("'%s:%s:%s:%s'", field[0], field[1], field[2], field[3]));
    }
}

static char *text_of(struct closest *closest)
{
    char *text = closest->count > 0
                     ? alternatives_text((const char *const *)closest->texts, closest->count)
                     : NULL;
    forget(closest);
    return text;
}

char *probe_closest(const struct probe_list *list, const char *const description[PROBE_FIELDS])
{
    struct closest closest = {.edits = FAR};
    look(&closest, list, description, PROBE_FIELDS);
    return text_of(&closest);
}

char *probe_closest_word(const struct probe_list *list, const char *word)
{
    struct closest closest = {.edits = FAR};
    for (size_t i = 0; i < PROBE_FIELDS; i++) {
        const char *description[PROBE_FIELDS] = {"", "", "", ""};
        description[i] = word;
        look(&closest, list, description, i);
    }
    return text_of(&closest);
}
