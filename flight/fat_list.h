/* What mdir says about a folder of a FAT file system, with all that lies below it.
 *
 * Reads the text of `mdir -a -/`: for each folder a line "Directory for ::/PATH", then a line for
 * each entry: a short name in 8, 1 and 3 columns, size or "<DIR>", date, time, and the long name if
 * there is one.  Pure but for memory; lines of another shape are passed over. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fat_entry {
    char *path;    /* relative to the folder that was listed */
    uint64_t size; /* bytes; 0 for folders */
    bool folder;
};

struct fat_list {
    struct fat_entry *entries; /* sorted by stage_name_compare of their paths */
    size_t count;
    size_t capacity;
    bool found; /* the folder itself is there */
};

/* `folder` is the path that was listed, without a slash at its ends. */
void fat_list_parse(struct fat_list *list, const char *folder, const char *text, size_t length);

/* The entry of that path, upper and lower case being the same; NULL if there is none. */
const struct fat_entry *fat_list_find(const struct fat_list *list, const char *path);

/* Copies the entries below a folder, named as seen from there, into an empty list.  False if there
 * is a file of that name. */
bool fat_list_below(const struct fat_list *list, const char *folder, struct fat_list *below);

void fat_list_free(struct fat_list *list);
