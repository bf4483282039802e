/* What somebody may have meant. */
#include "flight/probe_closest.h"

#include "flight/closest.h"
#include "flight/memory.h"

/* What is to be changed of a description to mean a probe; `changed` gets its fields then. */
static size_t edits_of(const struct probe *probe, const char *const description[PROBE_FIELDS],
                       const char *changed[PROBE_FIELDS])
{
    size_t edits = 0;
    for (size_t i = 0; i < PROBE_FIELDS; i++) {
        const bool means = probe_field_means(description[i], probe->field[i]);
        changed[i] = means ? description[i] : probe->field[i];
        edits += means ? 0 : closest_edits(description[i], probe->field[i]);
    }
    return edits;
}

/* `word` is the field that is shown alone; PROBE_FIELDS: all are. */
static void look(struct closest *closest, const struct probe_list *list,
                 const char *const description[PROBE_FIELDS], size_t word)
{
    const char *field[PROBE_FIELDS];
    for (size_t i = 0; i < list->count; i++) {
        const size_t edits = edits_of(&list->items[i], description, field);
        closest_take(closest, edits,
                     word < PROBE_FIELDS
                         ? memory_text("'%s'", field[word])
                         : memory_text("'%s:%s:%s:%s'", field[0], field[1], field[2], field[3]));
    }
}

char *probe_closest(const struct probe_list *list, const char *const description[PROBE_FIELDS])
{
    struct closest closest = {.edits = CLOSEST_FAR};
    look(&closest, list, description, PROBE_FIELDS);
    return closest_text(&closest);
}

char *probe_closest_word(const struct probe_list *list, const char *word)
{
    struct closest closest = {.edits = CLOSEST_FAR};
    for (size_t i = 0; i < PROBE_FIELDS; i++) {
        const char *description[PROBE_FIELDS] = {"", "", "", ""};
        description[i] = word;
        look(&closest, list, description, i);
    }
    return closest_text(&closest);
}
