/* The boot filesystem, read: what a node is, what a directory holds, what a file contains. */
#include "boot/bootfs.h"

#include "boot/bootfs_node.h"

/* --- Nodes ------------------------------------------------------------------------------------ */

void bootfs_stat(const struct bootfs *fs, uint32_t node, struct bootfs_stat *stat)
{
    const struct bootfs_node *from = &fs->nodes[node];
    *stat = (struct bootfs_stat){
        .kind = from->kind == NODE_WAITING ? BOOTFS_FILE : (enum bootfs_kind)from->kind,
        .name = {from->name, from->name_length},
        .node = node,
        .origin = from->origin,
        .permissions = from->permissions,
    };
    if (from->kind == BOOTFS_FILE) {
        stat->size = from->body.size;
        stat->content = from->body.bytes;
    } else if (from->kind == BOOTFS_LINK) {
        stat->size = from->body.size;
        stat->target = (struct slice){from->body.bytes, (size_t)from->body.size};
    }
}

/* Takes the last `length` bytes of what is still free in front of text[*at]. */
static void put_before(char *text, size_t *at, const char *bytes, size_t length)
{
    size_t fits = length < *at ? length : *at;
    *at -= fits;
    __builtin_memcpy(text + *at, bytes + (length - fits), fits);
}

size_t bootfs_path(const struct bootfs *fs, uint32_t node, char *text, size_t size)
{
    size_t length = 0, at = size - 1;
    for (; fs->nodes[node].name != NULL; node = fs->nodes[node].parent) {
        if (length > 0)
            put_before(text, &at, "/", 1);
        put_before(text, &at, fs->nodes[node].name, fs->nodes[node].name_length);
        length += fs->nodes[node].name_length + (length > 0 ? 1u : 0u);
    }
    __builtin_memmove(text, text + at, size - 1 - at);
    text[size - 1 - at] = '\0';
    return length;
}

/* --- Open files and directories --------------------------------------------------------------- */

enum bootfs_status bootfs_open(const struct bootfs *fs, uint32_t top, struct slice name,
                               struct bootfs_file *file)
{
    uint32_t node;
    enum bootfs_status status = bootfs_find(fs, top, name, true, &node);
    if (status != BOOTFS_OK)
        return status;
    struct bootfs_stat stat;
    bootfs_stat(fs, node, &stat);
    *file = (struct bootfs_file){
        .fs = fs,
        .node = node,
        .content = stat.content,
        .size = stat.size,
        .child = stat.kind == BOOTFS_DIRECTORY ? fs->nodes[node].directory.first : BOOTFS_NONE,
    };
    return BOOTFS_OK;
}

size_t bootfs_read(struct bootfs_file *file, void *buffer, size_t size)
{
    if (file->position >= file->size || size == 0)
        return 0;
    uint64_t left = file->size - file->position;
    size_t count = left < size ? (size_t)left : size;
    __builtin_memcpy(buffer, file->content + (size_t)file->position, count);
    file->position += count;
    return count;
}

void bootfs_seek(struct bootfs_file *file, uint64_t position)
{
    file->position = position;
}

bool bootfs_read_directory(struct bootfs_file *file, struct bootfs_stat *stat)
{
    if (file->child == BOOTFS_NONE)
        return false;
    bootfs_stat(file->fs, file->child, stat);
    file->child = file->fs->nodes[file->child].sibling;
    return true;
}

const char *bootfs_status_str(enum bootfs_status status)
{
    switch (status) {
    case BOOTFS_OK:
        return "nothing wrong";
    case BOOTFS_NOT_FOUND:
        return "no such file or directory";
    case BOOTFS_NOT_A_DIRECTORY:
        return "not a directory";
    case BOOTFS_IS_A_DIRECTORY:
        return "is a directory";
    case BOOTFS_TOO_MANY_LINKS:
        return "more than 16 symbolic links, or a circle of them";
    case BOOTFS_NAME_EMPTY:
        return "no name is left of it";
    case BOOTFS_NAME_TOO_LONG:
        return "name longer than 1023 bytes";
    case BOOTFS_RESERVED:
        return "only modules may stand there";
    case BOOTFS_FULL:
        return "no room left in the boot filesystem";
    }
    return "unknown status";
}
