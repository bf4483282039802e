/* Names walked through the boot filesystem, with the links in them; and what they lead to. */
#include "boot/bootfs_walk.h"

#include "boot/bootfs_node.h"

/* Takes the next piece that counts off the front; absent if none is left. */
static struct slice take_piece(struct slice *rest)
{
    while (rest->length > 0) {
        size_t end = slice_find(*rest, '/');
        struct slice piece = {rest->text, end};
        *rest = slice_behind(*rest, end < rest->length ? end + 1 : end);
        if (end > 0 && !slice_is(piece, "."))
            return piece;
    }
    return (struct slice){0};
}

uint32_t bootfs_nodes_of_name(struct slice name)
{
    uint32_t nodes = 0;
    for (;;) {
        struct slice piece = take_piece(&name);
        if (piece.text == NULL)
            return nodes;
        if (!slice_is(piece, ".."))
            nodes++;
    }
}

void bootfs_walk_start(struct bootfs_walk *walk, const struct bootfs *fs, uint32_t top,
                       uint16_t *pieces)
{
    walk->fs = fs;
    walk->top = walk->directory = top;
    walk->missing = 0;
    walk->pieces = pieces;
    walk->links = 0;
    walk->depth = 0;
}

static void step_up(struct bootfs_walk *walk)
{
    if (walk->missing > 0)
        walk->missing--;
    else if (walk->directory != walk->top)
        walk->directory = walk->fs->nodes[walk->directory].parent;
}

static void step_down(struct bootfs_walk *walk, struct slice piece)
{
    if (walk->depth == 0 && walk->pieces != NULL)
        walk->pieces[walk->missing] =
            (uint16_t)(walk->part_offset + (size_t)(piece.text - walk->part));
    if (walk->missing++ > 0)
        return;
    walk->thing = bootfs_child(walk->fs, walk->directory, piece);
    walk->why = BOOTFS_NOT_FOUND;
    if (walk->thing == BOOTFS_NONE || walk->fs->nodes[walk->thing].kind != BOOTFS_DIRECTORY)
        return;
    walk->directory = walk->thing;
    walk->missing = 0;
}

static void step(struct bootfs_walk *walk, struct slice piece)
{
    if (slice_is(piece, ".."))
        step_up(walk);
    else
        step_down(walk, piece);
}

static bool is_at_link(const struct bootfs_walk *walk)
{
    return walk->missing == 1 && walk->thing != BOOTFS_NONE &&
           walk->fs->nodes[walk->thing].kind == BOOTFS_LINK;
}

/* The link that has just been left stands for no directory. */
static void be_at_missing_link(struct bootfs_walk *walk, uint32_t thing, enum bootfs_status why)
{
    walk->directory = walk->fs->nodes[walk->outer[walk->depth].link].parent;
    walk->missing = 1;
    walk->thing = thing;
    walk->why = why;
    walk->rest = walk->outer[walk->depth].rest;
}

/* There is no link left to follow.  One that had all of them to itself leads nowhere; but where
 * several links needed them, it is the name that is refused. */
static enum bootfs_status give_links_up(struct bootfs_walk *walk)
{
    if (walk->depth == 0 || walk->links_before > 0)
        return BOOTFS_TOO_MANY_LINKS;
    walk->depth = 0;
    be_at_missing_link(walk, BOOTFS_NONE, BOOTFS_TOO_MANY_LINKS);
    return BOOTFS_OK;
}

static enum bootfs_status enter_link(struct bootfs_walk *walk)
{
    if (walk->links == BOOTFS_LINKS_MAX)
        return give_links_up(walk);
    if (walk->depth == 0)
        walk->links_before = walk->links;
    walk->links++;
    const struct bootfs_node *link = &walk->fs->nodes[walk->thing];
    walk->outer[walk->depth].link = walk->thing;
    walk->outer[walk->depth].rest = walk->rest;
    walk->depth++;
    walk->rest = (struct slice){link->body.bytes, (size_t)link->body.size};
    walk->missing = 0;
    if (slice_begins(walk->rest, "/"))
        walk->directory = walk->top;
    return BOOTFS_OK;
}

/* Goes on behind the link, whose target has been walked to its end. */
static void leave_link(struct bootfs_walk *walk)
{
    walk->depth--;
    if (walk->missing == 0)
        walk->rest = walk->outer[walk->depth].rest;
    else if (bootfs_walk_status(walk) == BOOTFS_OK)
        be_at_missing_link(walk, walk->thing, BOOTFS_OK);
    else
        be_at_missing_link(walk, BOOTFS_NONE, bootfs_walk_status(walk));
}

/* Up to the end of the name; a link there is left as it is. */
static enum bootfs_status walk_to_end(struct bootfs_walk *walk)
{
    for (;;) {
        struct slice rest = walk->rest;
        struct slice piece = take_piece(&rest);
        if (piece.text == NULL && walk->depth == 0)
            return BOOTFS_OK;
        if (is_at_link(walk)) {
            enum bootfs_status status = enter_link(walk);
            if (status != BOOTFS_OK)
                return status;
        } else if (piece.text == NULL) {
            leave_link(walk);
        } else {
            walk->rest = rest;
            step(walk, piece);
        }
    }
}

enum bootfs_status bootfs_walk_along(struct bootfs_walk *walk, struct slice part, size_t offset)
{
    walk->part = part.text;
    walk->part_offset = offset;
    walk->rest = part;
    return walk_to_end(walk);
}

enum bootfs_status bootfs_walk_follow(struct bootfs_walk *walk)
{
    if (!is_at_link(walk))
        return BOOTFS_OK;
    enum bootfs_status status = enter_link(walk);
    return status == BOOTFS_OK ? walk_to_end(walk) : status;
}

enum bootfs_status bootfs_walk_status(const struct bootfs_walk *walk)
{
    if (walk->missing == 0)
        return BOOTFS_OK;
    if (walk->thing == BOOTFS_NONE)
        return walk->why;
    return walk->missing == 1 ? BOOTFS_OK : BOOTFS_NOT_A_DIRECTORY;
}

enum bootfs_status bootfs_find(const struct bootfs *fs, uint32_t top, struct slice name,
                               bool follow, uint32_t *node)
{
    if (name.length > BOOTFS_PATH_MAX)
        return BOOTFS_NAME_TOO_LONG;
    struct bootfs_walk walk;
    bootfs_walk_start(&walk, fs, top, NULL);
    enum bootfs_status status = bootfs_walk_along(&walk, name, 0);
    if (status == BOOTFS_OK && follow)
        status = bootfs_walk_follow(&walk);
    if (status == BOOTFS_OK)
        status = bootfs_walk_status(&walk);
    if (status == BOOTFS_OK)
        *node = walk.missing == 0 ? walk.directory : walk.thing;
    return status;
}
