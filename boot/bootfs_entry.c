/* The entries of an archive on their way into the boot filesystem, and the groups of those that are
 * names of one file. */
#include "boot/bootfs.h"

#include "boot/bootfs_add.h"
#include "boot/bootfs_node.h"

uint32_t bootfs_nodes_of_archive(const struct archive_count *count)
{
    uint32_t left = UINT32_MAX - count->components;
    return count->components + (count->grouped < left ? count->grouped : left);
}

/* --- Groups ----------------------------------------------------------------------------------- */

uint32_t bootfs_end_archive(struct bootfs *fs)
{
    uint32_t waiting = 0;
    for (uint32_t i = 0; i < fs->count; i++)
        waiting += fs->nodes[i].kind == NODE_WAITING;
    fs->archives++;
    return waiting;
}

/* The node of the group, made when its first name comes; BOOTFS_NONE if no node is left. */
static uint32_t take_group(struct bootfs *fs, uint64_t group)
{
    uint32_t parent = BOOTFS_GROUPS_OF(fs->archives);
    struct slice name = {(const char *)&group, sizeof group};
    uint32_t index = bootfs_child(fs, parent, name);
    if (index != BOOTFS_NONE || bootfs_nodes_left(fs) == 0)
        return index;
    index = bootfs_node_make(fs, parent, name);
    struct bootfs_node *node = &fs->nodes[index];
    node->kind = NODE_GROUP;
    node->group = group;
    node->name = (const char *)&node->group;
    node->shared.waiting = BOOTFS_NONE;
    return index;
}

/* Gives the content to all names that wait for it. */
static void share_content(struct bootfs *fs, struct bootfs_node *group,
                          const struct archive_entry *entry)
{
    group->shared.content = entry->content;
    group->shared.size = entry->size;
    while (group->shared.waiting != BOOTFS_NONE) {
        struct bootfs_node *node = &fs->nodes[group->shared.waiting];
        group->shared.waiting = node->waiting.next;
        node->kind = BOOTFS_FILE;
        node->body.bytes = entry->content;
        node->body.size = entry->size;
        fs->statistics.bytes += entry->size;
    }
}

/* A name without content gets that of its group, now or when it comes.  Content is shared even if
 * the name that brings it turns out to be left out. */
static enum bootfs_status join_group(struct bootfs *fs, const struct archive_entry *entry,
                                     struct bootfs_body *body)
{
    uint32_t index = take_group(fs, entry->group);
    if (index == BOOTFS_NONE)
        return BOOTFS_FULL;
    struct bootfs_node *group = &fs->nodes[index];
    if (group->shared.size == 0 && entry->size > 0) {
        share_content(fs, group, entry);
    } else if (entry->size == 0 && group->shared.size > 0) {
        body->bytes = group->shared.content;
        body->size = group->shared.size;
    } else if (entry->size == 0) {
        body->kind = NODE_WAITING;
        body->group = index;
    }
    return BOOTFS_OK;
}

/* --- Entries of an archive -------------------------------------------------------------------- */

static enum bootfs_status read_file(struct bootfs *fs, const struct archive_entry *entry,
                                    struct bootfs_body *body)
{
    *body = (struct bootfs_body){.kind = BOOTFS_FILE,
                                 .permissions = (uint16_t)(entry->permissions & 07777),
                                 .bytes = entry->content,
                                 .size = entry->size};
    return entry->group == 0 ? BOOTFS_OK : join_group(fs, entry, body);
}

static enum bootfs_status read_link(const struct archive_entry *entry, struct bootfs_body *body)
{
    *body = (struct bootfs_body){.kind = BOOTFS_LINK,
                                 .permissions = (uint16_t)(entry->permissions & 07777),
                                 .bytes = entry->target.text,
                                 .size = entry->target.length};
    return entry->target.length > BOOTFS_PATH_MAX ? BOOTFS_NAME_TOO_LONG : BOOTFS_OK;
}

/* The body of what has the other name; a link's target is copied as it stands. */
static enum bootfs_status read_hard_link(const struct bootfs *fs, uint32_t top, struct slice target,
                                         struct bootfs_body *body)
{
    uint32_t node;
    enum bootfs_status status = bootfs_find(fs, top, target, false, &node);
    if (status != BOOTFS_OK)
        return status;
    struct bootfs_stat stat;
    bootfs_stat(fs, node, &stat);
    if (stat.kind == BOOTFS_DIRECTORY)
        return BOOTFS_IS_A_DIRECTORY;
    bool is_link = stat.kind == BOOTFS_LINK;
    *body = (struct bootfs_body){.kind = (uint8_t)stat.kind,
                                 .permissions = (uint16_t)stat.permissions,
                                 .bytes = is_link ? (const void *)stat.target.text : stat.content,
                                 .size = stat.size};
    return BOOTFS_OK;
}

static enum bootfs_status read_entry(struct bootfs *fs, uint32_t top,
                                     const struct archive_entry *entry, struct bootfs_body *body)
{
    switch (entry->kind) {
    case ARCHIVE_FILE:
        return read_file(fs, entry, body);
    case ARCHIVE_SYMLINK:
        return read_link(entry, body);
    case ARCHIVE_HARD_LINK:
        return read_hard_link(fs, top, entry->target, body);
    case ARCHIVE_DIRECTORY:
    case ARCHIVE_OTHER: /* does not come this far */
        break;
    }
    return BOOTFS_OK;
}

enum bootfs_status bootfs_add_entry(struct bootfs *fs, uint32_t top,
                                    const struct archive_entry *entry, uint32_t reserved)
{
    if (entry->kind == ARCHIVE_OTHER)
        return BOOTFS_OK;
    struct bootfs_body body = bootfs_directory_body;
    const struct bootfs_addition addition = {.fs = fs,
                                             .top = top,
                                             .prefix = entry->prefix,
                                             .name = entry->name,
                                             .origin = BOOTFS_ARCHIVE,
                                             .reserved = reserved,
                                             .body = &body};
    enum bootfs_status status = read_entry(fs, top, entry, &body);
    if (status == BOOTFS_OK)
        return bootfs_add(&addition);
    bootfs_leave_out(&addition, status, BOOTFS_ARCHIVE);
    return status;
}
