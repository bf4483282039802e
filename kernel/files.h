/* The boot filesystem as the kernel uses it: the one tree of files (boot/bootfs.h says what
 * names mean and who wins), made of the boot archive and the boot modules. */
#pragma once

#include "boot/bootfs.h"

/* The tree itself, for who makes it (modules.c) or counts what is in it. */
struct bootfs *files_tree(void);

/* Opens a file or directory for bootfs_read, bootfs_seek and bootfs_read_directory. */
enum bootfs_status files_open(const char *path, struct bootfs_file *file);

/* Kind, size and content of a name, behind links. */
enum bootfs_status files_stat(const char *path, struct bootfs_stat *stat);

/* bootfs_read, counted. */
size_t files_read(struct bootfs_file *file, void *buffer, size_t size);

/* What has been asked of the files so far; each counter is its value modulo 2^32. */
struct files_counts {
    uint32_t opens, reads, looks; /* a look: files_stat and files_content */
};
struct files_counts files_counts(void);

/* The whole content of a file, where it stands; false if there is no such file. */
bool files_content(const char *path, struct slice *content);
