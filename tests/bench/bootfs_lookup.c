/* Looking names up in the boot filesystem: bootfs_lookup FILES LOOKUPS
 *
 * Makes a tree of so many files, 100 to a directory and all equally deep, and looks up names that
 * are spread over it.  The lookups stand in a function of their own, so that a tool can count
 * them alone; `bootfs_lookup 100000 10000` under
 *
 *     valgrind --tool=callgrind --toggle-collect=look_up
 *
 * gives the instructions of 10,000 lookups in a tree of 100,000 files. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot/bootfs.h"

enum {
    FILES_OF_DIRECTORY = 100,
    FILES_MAX = 10000000,
    NAME_ROOM = 40,
    STRIDE = 7919, /* a prime: takes lookups through all of the tree */
};

struct name {
    char text[NAME_ROOM];
    size_t length;
};

static _Noreturn void give_up(const char *why)
{
    fprintf(stderr, "bootfs_lookup: %s\n", why);
    exit(1);
}

static void *allocate(size_t count, size_t size)
{
    void *memory = calloc(count, size);
    if (memory == NULL)
        give_up("out of memory");
    return memory;
}

/* A number from 1 to `limit`. */
static uint32_t number(const char *text, uint32_t limit)
{
    char *end;
    unsigned long value = strtoul(text, &end, 10);
    if (*end != '\0' || value == 0 || value > limit)
        give_up("usage: bootfs_lookup FILES LOOKUPS");
    return (uint32_t)value;
}

static struct name name_of(uint32_t file)
{
    struct name name;
    name.length = (size_t)snprintf(name.text, sizeof name.text, "usr/share/d%05u/f%07u",
                                   file / FILES_OF_DIRECTORY, file);
    return name;
}

static void make_tree(struct bootfs *fs, struct name *names, uint32_t files)
{
    uint32_t nodes = 2 + files / FILES_OF_DIRECTORY + 1 + files;
    bootfs_start(fs, allocate((size_t)bootfs_size(nodes), 1), nodes, NULL);
    for (uint32_t i = 0; i < files; i++) {
        names[i] = name_of(i);
        struct slice name = {names[i].text, names[i].length};
        if (bootfs_add_file(fs, BOOTFS_TOP, name, i, NULL, 0) != BOOTFS_OK)
            give_up("a file cannot be added");
    }
}

/* Gives how many were found. */
__attribute__((noinline)) static uint32_t look_up(const struct bootfs *fs, const struct name *names,
                                                  uint32_t files, uint32_t lookups)
{
    uint32_t found = 0, at = 0;
    for (uint32_t i = 0; i < lookups; i++) {
        uint32_t node;
        struct slice name = {names[at].text, names[at].length};
        found += bootfs_find(fs, BOOTFS_TOP, name, true, &node) == BOOTFS_OK;
        at = (at + STRIDE) % files;
    }
    return found;
}

int main(int argc, char **argv)
{
    if (argc != 3)
        give_up("usage: bootfs_lookup FILES LOOKUPS");
    uint32_t files = number(argv[1], FILES_MAX), lookups = number(argv[2], UINT32_MAX);
    struct name *names = allocate(files, sizeof *names);
    struct bootfs fs;
    make_tree(&fs, names, files);
    if (look_up(&fs, names, files, lookups) != lookups)
        give_up("a file is not found");
    printf("%u lookups in %u files\n", lookups, files);
    free(names);
    free(fs.nodes);
    return 0;
}
