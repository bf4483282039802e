/* A name on its way through the tree, piece by piece; of use to boot/bootfs*.c only.
 *
 * A piece that leads to a directory is gone along.  All else (nothing, a file, a link that does
 * not lead to a directory) is missing, and so are the pieces behind it, until ".." takes them back.
 * A link is followed when something comes behind it, not before: whether the last one is followed
 * is up to the caller.  What a link leads to is walked in the same way, in the link's place; if
 * that is no directory, the link itself is the piece that is missing. */
#pragma once

#include "boot/bootfs.h"

/* Pieces of a name, at most: single letters and slashes. */
#define BOOTFS_PIECES_MAX ((BOOTFS_PATH_MAX + 1) / 2)

struct bootfs_walk {
    const struct bootfs *fs;
    uint32_t top;
    uint32_t directory; /* where the walk has come to */
    uint32_t missing;   /* pieces from there on */
    uint32_t thing;     /* the first of them if it is a file or link, or the file to which it leads;
                         * else BOOTFS_NONE */
    enum bootfs_status why; /* of BOOTFS_NONE */
    uint16_t *pieces;       /* BOOTFS_PIECES_MAX places for where the missing ones start; or NULL */
    const char *part;       /* that is being walked, */
    size_t part_offset;     /* which begins here in the name, */
    struct slice rest;      /* and what is left of it, or of the target of a link */
    uint32_t links;         /* followed so far */
    uint32_t links_before;  /* followed before the outermost one of `outer` */
    uint32_t depth;
    struct {
        uint32_t link;
        struct slice rest; /* behind the link */
    } outer[BOOTFS_LINKS_MAX];
};

/* Starts at the directory `top`. */
void bootfs_walk_start(struct bootfs_walk *walk, const struct bootfs *fs, uint32_t top,
                       uint16_t *pieces);

/* Walks on along a name, or along the part of it that begins at `offset`.  BOOTFS_TOO_MANY_LINKS if
 * the whole name needs more than there may be; the walk then is over. */
enum bootfs_status bootfs_walk_along(struct bootfs_walk *walk, struct slice part, size_t offset);

/* Follows the link at which the walk has stopped, if it has; else does nothing. */
enum bootfs_status bootfs_walk_follow(struct bootfs_walk *walk);

/* Why the walk has led neither to a directory nor to `thing`; BOOTFS_OK if it has. */
enum bootfs_status bootfs_walk_status(const struct bootfs_walk *walk);
