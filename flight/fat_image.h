/* The FAT file system in an image or on a block device, read and changed through mtools.
 *
 * Paths have neither a slash at their beginning nor at their end.  A function that fails has said
 * why in one line on stderr, unless it is told to be silent about it; what it was to do may then be
 * done in part.  No wildcards: every name means itself. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "flight/commands.h"
#include "flight/fat_list.h"

struct fat_image {
    const struct flight_command *command; /* who speaks on stderr */
    const char *path;
    char *drive;      /* mtools' name for it */
    const char *date; /* of all that is written, in seconds since 1970; NULL: now */
    int file;
    bool silent; /* says nothing of failures, but for a mtools that is not there */
};

/* Opens the image, to be written if `write`, and looks for the file system.  To be closed even if
 * it fails. */
bool fat_image_open(struct fat_image *image, bool write);

/* False also if what was written could not be kept. */
bool fat_image_close(struct fat_image *image);

/* Everything below a folder.  That the folder is not there is no failure: list->found tells. */
bool fat_image_list(const struct fat_image *image, const char *folder, struct fat_list *list);

/* Folders, those above before those below. */
bool fat_image_make_folders(const struct fat_image *image, char *const *paths, size_t count);

/* Copies a folder of the host, with all that lies below it, into a folder.  Symbolic links are
 * followed. */
bool fat_image_copy(const struct fat_image *image, const char *source, const char *folder);

/* Moves files into a folder, where they replace those of their name. */
bool fat_image_move(const struct fat_image *image, char *const *paths, size_t count,
                    const char *folder);

/* Files alone. */
bool fat_image_delete(const struct fat_image *image, char *const *paths, size_t count);

/* Empty folders, those below before those above. */
bool fat_image_delete_folders(const struct fat_image *image, char *const *paths, size_t count);

/* A folder with all that lies below it. */
bool fat_image_delete_tree(const struct fat_image *image, const char *path);
