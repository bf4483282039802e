/* Adding to the boot filesystem, one thing at a time.
 *
 * A name is walked first (boot/bootfs_walk.h).  Nothing changes unless all of it can be added; then
 * the pieces that are missing are made below the directory that the walk has come to. */
#include "boot/bootfs_add.h"

#include "boot/bootfs_node.h"
#include "boot/bootfs_walk.h"

const struct bootfs_body bootfs_directory_body = {.kind = BOOTFS_DIRECTORY, .permissions = 0555};

/* --- Telling ---------------------------------------------------------------------------------- */

static void tell(const struct bootfs *fs, const struct bootfs_note *note)
{
    if (fs->listener != NULL)
        fs->listener->note(fs->listener->context, note);
}

static bool is_file(uint8_t kind)
{
    return kind == BOOTFS_FILE || kind == NODE_WAITING;
}

/* Bytes that a node's body counts for. */
static uint64_t content_size(const struct bootfs_node *node)
{
    return node->kind == BOOTFS_FILE ? node->body.size : 0;
}

static void tell_loser(struct bootfs *fs, uint32_t node, enum bootfs_event event, uint32_t by)
{
    const struct bootfs_node *loser = &fs->nodes[node];
    bool overridden = event == BOOTFS_OVERRIDDEN;
    tell(fs, &(struct bootfs_note){
                 .event = event,
                 .name = {loser->name, loser->name_length},
                 .origin = loser->origin,
                 .by = by,
                 .node = node,
                 .size = content_size(loser),
                 .why = overridden ? BOOTFS_OK : BOOTFS_IS_A_DIRECTORY,
             });
    (*(overridden ? &fs->statistics.overridden : &fs->statistics.discarded))++;
}

void bootfs_leave_out(const struct bootfs_addition *addition, enum bootfs_status why, uint32_t by)
{
    tell(addition->fs, &(struct bootfs_note){
                           .event = BOOTFS_LEFT_OUT,
                           .name = addition->name,
                           .origin = addition->origin,
                           .by = by,
                           .node = BOOTFS_NONE,
                           .size = is_file(addition->body->kind) ? addition->body->size : 0,
                           .why = why,
                       });
    addition->fs->statistics.discarded++;
}

/* --- Nodes that get a body, or lose it -------------------------------------------------------- */

static uint32_t *counter_of(struct bootfs_statistics *statistics, uint8_t kind)
{
    if (is_file(kind))
        return &statistics->files;
    return kind == BOOTFS_LINK ? &statistics->links : &statistics->directories;
}

static void wait_for_content(struct bootfs *fs, uint32_t node, uint32_t group)
{
    uint32_t *first = &fs->nodes[group].shared.waiting;
    fs->nodes[node].waiting.group = group;
    fs->nodes[node].waiting.previous = BOOTFS_NONE;
    fs->nodes[node].waiting.next = *first;
    if (*first != BOOTFS_NONE)
        fs->nodes[*first].waiting.previous = node;
    *first = node;
}

static void wait_no_longer(struct bootfs *fs, const struct bootfs_node *node)
{
    uint32_t previous = node->waiting.previous, next = node->waiting.next;
    if (previous == BOOTFS_NONE)
        fs->nodes[node->waiting.group].shared.waiting = next;
    else
        fs->nodes[previous].waiting.next = next;
    if (next != BOOTFS_NONE)
        fs->nodes[next].waiting.previous = previous;
}

/* Takes a file's or link's body away. */
static void empty(struct bootfs *fs, uint32_t index, enum bootfs_event event, uint32_t by)
{
    const struct bootfs_node *node = &fs->nodes[index];
    tell_loser(fs, index, event, by);
    (*counter_of(&fs->statistics, node->kind))--;
    fs->statistics.bytes -= content_size(node);
    if (node->kind == NODE_WAITING)
        wait_no_longer(fs, node);
}

static void fill(struct bootfs *fs, uint32_t index, uint32_t origin, const struct bootfs_body *body)
{
    struct bootfs_node *node = &fs->nodes[index];
    node->kind = body->kind;
    node->origin = origin;
    node->permissions = body->permissions;
    if (body->kind == BOOTFS_DIRECTORY) {
        node->directory.first = node->directory.last = BOOTFS_NONE;
    } else if (body->kind == NODE_WAITING) {
        wait_for_content(fs, index, body->group);
    } else {
        node->body.bytes = body->bytes;
        node->body.size = body->size;
    }
    (*counter_of(&fs->statistics, node->kind))++;
    fs->statistics.bytes += content_size(node);
}

/* --- Adding one thing ------------------------------------------------------------------------- */

/* Makes an empty node at the end of its directory. */
static uint32_t append(struct bootfs *fs, uint32_t directory, struct slice piece)
{
    uint32_t node = bootfs_node_make(fs, directory, piece);
    struct bootfs_node *parent = &fs->nodes[directory];
    if (parent->directory.first == BOOTFS_NONE)
        parent->directory.first = node;
    else
        fs->nodes[parent->directory.last].sibling = node;
    parent->directory.last = node;
    return node;
}

/* The node of that name, new or emptied. */
static uint32_t take_name(struct bootfs *fs, uint32_t directory, struct slice piece,
                          enum bootfs_event event, uint32_t by)
{
    uint32_t node = bootfs_child(fs, directory, piece);
    if (node == BOOTFS_NONE)
        return append(fs, directory, piece);
    empty(fs, node, event, by);
    return node;
}

/* The piece that starts at that place of prefix and name. */
static struct slice piece_at(const struct bootfs_addition *addition, size_t start)
{
    struct slice part = addition->prefix;
    if (part.text == NULL || start > part.length) {
        start -= part.text == NULL ? 0 : part.length + 1;
        part = addition->name;
    }
    struct slice piece = slice_behind(part, start);
    piece.length = slice_find(piece, '/');
    return piece;
}

static bool is_too_long(const struct bootfs_addition *addition)
{
    if (addition->name.length > BOOTFS_PATH_MAX)
        return true;
    size_t left = BOOTFS_PATH_MAX - addition->name.length; /* for prefix and slash */
    return addition->prefix.text != NULL && addition->prefix.length >= left;
}

static enum bootfs_status walk_name(const struct bootfs_addition *addition,
                                    struct bootfs_walk *walk)
{
    size_t offset = 0;
    enum bootfs_status status = BOOTFS_OK;
    if (addition->prefix.text != NULL) {
        status = bootfs_walk_along(walk, addition->prefix, 0);
        offset = addition->prefix.length + 1;
    }
    if (status == BOOTFS_OK)
        status = bootfs_walk_along(walk, addition->name, offset);
    if (status == BOOTFS_OK && addition->body->kind == BOOTFS_DIRECTORY)
        status = bootfs_walk_follow(walk);
    return status;
}

/* Takes no more time than the walk did that has come to `directory` from above. */
static bool is_reserved(const struct bootfs_addition *addition, const struct bootfs_walk *walk)
{
    if (walk->missing == 0 && walk->directory == addition->reserved)
        return false;
    uint32_t at = walk->directory;
    while (at != BOOTFS_NONE && at != addition->reserved)
        at = addition->fs->nodes[at].parent;
    return at != BOOTFS_NONE;
}

static uint32_t nodes_needed(const struct bootfs_addition *addition, const struct bootfs_walk *walk)
{
    if (walk->missing == 0)
        return 0;
    struct slice first = piece_at(addition, walk->pieces[0]);
    bool is_there = bootfs_child(addition->fs, walk->directory, first) != BOOTFS_NONE;
    return walk->missing - is_there;
}

static enum bootfs_status judge(const struct bootfs_addition *addition,
                                const struct bootfs_walk *walk)
{
    bool is_directory = addition->body->kind == BOOTFS_DIRECTORY;
    if (walk->missing == 0 && !is_directory)
        return walk->directory == addition->top ? BOOTFS_NAME_EMPTY : BOOTFS_IS_A_DIRECTORY;
    if (is_reserved(addition, walk))
        return BOOTFS_RESERVED;
    if (nodes_needed(addition, walk) > bootfs_nodes_left(addition->fs))
        return BOOTFS_FULL;
    return BOOTFS_OK;
}

static void make_missing(const struct bootfs_addition *addition, const struct bootfs_walk *walk)
{
    uint32_t node = walk->directory;
    for (uint32_t i = 0; i < walk->missing; i++) {
        const struct bootfs_body *body =
            i + 1 < walk->missing ? &bootfs_directory_body : addition->body;
        enum bootfs_event event =
            body->kind == BOOTFS_DIRECTORY ? BOOTFS_GAVE_WAY : BOOTFS_OVERRIDDEN;
        struct slice piece = piece_at(addition, walk->pieces[i]);
        node = take_name(addition->fs, node, piece, event, addition->origin);
        fill(addition->fs, node, addition->origin, body);
    }
}

enum bootfs_status bootfs_add(const struct bootfs_addition *addition)
{
    struct bootfs_walk walk;
    uint16_t pieces[BOOTFS_PIECES_MAX];
    uint32_t by = addition->origin;
    bootfs_walk_start(&walk, addition->fs, addition->top, pieces);
    enum bootfs_status status = BOOTFS_NAME_TOO_LONG;
    if (!is_too_long(addition))
        status = walk_name(addition, &walk);
    if (status == BOOTFS_OK)
        status = judge(addition, &walk);
    if (status == BOOTFS_IS_A_DIRECTORY || status == BOOTFS_RESERVED)
        by = addition->fs->nodes[walk.directory].origin;
    if (status == BOOTFS_OK)
        make_missing(addition, &walk);
    else
        bootfs_leave_out(addition, status, by);
    return status;
}

static enum bootfs_status add_alone(struct bootfs *fs, uint32_t top, struct slice name,
                                    uint32_t origin, const struct bootfs_body *body)
{
    return bootfs_add(&(struct bootfs_addition){.fs = fs,
                                                .top = top,
                                                .name = name,
                                                .origin = origin,
                                                .reserved = BOOTFS_NONE,
                                                .body = body});
}

enum bootfs_status bootfs_add_file(struct bootfs *fs, uint32_t top, struct slice name,
                                   uint32_t origin, const uint8_t *content, uint64_t size)
{
    const struct bootfs_body body = {
        .kind = BOOTFS_FILE, .permissions = 0444, .bytes = content, .size = size};
    return add_alone(fs, top, name, origin, &body);
}

enum bootfs_status bootfs_add_directory(struct bootfs *fs, uint32_t top, struct slice name,
                                        uint32_t origin)
{
    return add_alone(fs, top, name, origin, &bootfs_directory_body);
}
