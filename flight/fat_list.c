/* mdir's text, read. */
#include "flight/fat_list.h"

#include <stdlib.h>
#include <string.h>

#include "flight/memory.h"
#include "flight/stage_name.h"

enum {
    SHORT_END = 9,     /* column of the second half of a short name */
    SHORT_COLUMNS = 12 /* of both halves and the blank between them */
};

static const char title[] = "Directory for ::/";

/* --- One line --------------------------------------------------------------------------------- */

/* The byte at a column; a character beyond ASCII takes one.  NULL if the line is too short. */
static const char *column(const char *line, size_t number)
{
    for (; number > 0 && *line != '\0'; number--) {
        line++;
        while (((uint8_t)*line & 0xc0) == 0x80)
            line++;
    }
    return number == 0 ? line : NULL;
}

static int trimmed(const char *from, const char *to)
{
    while (to > from && to[-1] == ' ')
        to--;
    return (int)(to - from);
}

/* "READ    ME " is "READ.ME". */
static char *short_name(const char *line)
{
    const char *base_end = column(line, SHORT_END - 1), *end = column(line, SHORT_END);
    int end_length = trimmed(end, column(line, SHORT_COLUMNS));
    return memory_text("%.*s%s%.*s", trimmed(line, base_end), line, end_length > 0 ? "." : "",
                       end_length, end);
}

/* Behind the next word and the blanks before it; NULL if there is none. */
static const char *skip_word(const char *text)
{
    text += strspn(text, " ");
    size_t length = strcspn(text, " ");
    return length > 0 ? text + length : NULL;
}

/* The entry's own name, not its path; false if the line is none of an entry. */
static bool parse_entry(const char *line, struct fat_entry *entry)
{
    const char *size = column(line, SHORT_COLUMNS);
    if (size == NULL || *line == ' ' || *size != ' ')
        return false;
    size += strspn(size, " ");
    char *behind = (char *)size;
    entry->folder = strncmp(size, "<DIR> ", 6) == 0;
    entry->size = entry->folder ? 0 : strtoull(size, &behind, 10);
    if (!entry->folder && (behind == size || *behind != ' '))
        return false;
    const char *date = skip_word(entry->folder ? size + 5 : behind);
    const char *time = date != NULL ? skip_word(date) : NULL;
    if (time == NULL)
        return false;
    entry->path = strlen(time) > 2 ? memory_text("%s", time + 2) : short_name(line);
    return true;
}

/* --- All of them ------------------------------------------------------------------------------ */

/* Where the listing stands: what to put before the names, or NULL before the first folder. */
struct position {
    const char *folder;
    char *prefix;
};

/* The prefix for a folder of the listing, whose own path may be spelled in other cases. */
static bool enter(struct position *position, const char *path)
{
    size_t length = strlen(position->folder);
    if (!stage_name_covers(position->folder, path))
        return false;
    free(position->prefix);
    position->prefix =
        path[length] == '\0' ? memory_text("%s", "") : memory_text("%s/", path + length + 1);
    return true;
}

static void add(struct fat_list *list, const struct position *position, const char *line)
{
    struct fat_entry entry;
    if (position->prefix == NULL || !parse_entry(line, &entry))
        return;
    char *name = entry.path;
    if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0) {
        entry.path = memory_text("%s%s", position->prefix, name);
        list->entries =
            memory_grown(list->entries, list->count, &list->capacity, sizeof *list->entries);
        list->entries[list->count++] = entry;
    }
    free(name);
}

static int compare(const void *a, const void *b)
{
    return stage_name_compare(((const struct fat_entry *)a)->path,
                              ((const struct fat_entry *)b)->path);
}

void fat_list_parse(struct fat_list *list, const char *folder, const char *text, size_t length)
{
    struct position position = {folder, NULL};
    while (length > 0) {
        const char *end = memchr(text, '\n', length);
        size_t taken = end != NULL ? (size_t)(end - text) : length;
        char *line = memory_text("%.*s", (int)taken, text);
        if (strncmp(line, title, sizeof title - 1) != 0)
            add(list, &position, line);
        else if (enter(&position, line + sizeof title - 1))
            list->found = true;
        free(line);
        taken += end != NULL;
        text += taken;
        length -= taken;
    }
    free(position.prefix);
    if (list->count > 0)
        qsort(list->entries, list->count, sizeof *list->entries, compare);
}

const struct fat_entry *fat_list_find(const struct fat_list *list, const char *path)
{
    const struct fat_entry wanted = {.path = (char *)path};
    return list->count == 0 ? NULL
                            : bsearch(&wanted, list->entries, list->count, sizeof wanted, compare);
}

bool fat_list_below(const struct fat_list *list, const char *folder, struct fat_list *below)
{
    const struct fat_entry *top = fat_list_find(list, folder);
    const size_t length = strlen(folder);
    below->found = top != NULL;
    if (top != NULL && !top->folder)
        return false;
    for (size_t i = 0; i < list->count; i++) {
        struct fat_entry entry = list->entries[i];
        if (!stage_name_covers(folder, entry.path) || strlen(entry.path) <= length)
            continue;
        entry.path = memory_text("%s", entry.path + length + 1);
        below->entries =
            memory_grown(below->entries, below->count, &below->capacity, sizeof *below->entries);
        below->entries[below->count++] = entry;
    }
    return true;
}

void fat_list_free(struct fat_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->entries[i].path);
    free(list->entries);
    *list = (struct fat_list){0};
}
