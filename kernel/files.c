/* The one tree of files. */
#include "kernel/files.h"

#include "boot/slice.h"

static struct bootfs tree; /* without nodes, and so without files, until modules.c starts it */
static struct files_counts counts;

/* In one instruction, whichever CPU. */
static void count(uint32_t *counter)
{
    (void)__atomic_fetch_add(counter, 1, __ATOMIC_RELAXED);
}

struct files_counts files_counts(void)
{
    return counts;
}

struct bootfs *files_tree(void)
{
    return &tree;
}

enum bootfs_status files_open(const char *path, struct bootfs_file *file)
{
    count(&counts.opens);
    if (tree.count == 0)
        return BOOTFS_NOT_FOUND;
    return bootfs_open(&tree, BOOTFS_TOP, slice_of(path), file);
}

enum bootfs_status files_stat(const char *path, struct bootfs_stat *stat)
{
    count(&counts.looks);
    if (tree.count == 0)
        return BOOTFS_NOT_FOUND;
    uint32_t node;
    enum bootfs_status status = bootfs_find(&tree, BOOTFS_TOP, slice_of(path), true, &node);
    if (status == BOOTFS_OK)
        bootfs_stat(&tree, node, stat);
    return status;
}

size_t files_read(struct bootfs_file *file, void *buffer, size_t size)
{
    count(&counts.reads);
    return bootfs_read(file, buffer, size);
}

bool files_content(const char *path, struct slice *content)
{
    struct bootfs_stat stat;
    if (files_stat(path, &stat) != BOOTFS_OK || stat.kind != BOOTFS_FILE)
        return false;
    *content = (struct slice){(const char *)stat.content, (size_t)stat.size};
    return true;
}
