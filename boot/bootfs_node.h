/* The nodes of the boot filesystem and the index in which they are found; of use to boot/bootfs*.c
 * only.
 *
 * The index is a hash table over a node's parent and its piece of the name.  Each bucket is a
 * balanced tree (an AA tree), so that names chosen to fall into one bucket cost a logarithm, not
 * a walk along all of them.  Nothing is ever taken out of it. */
#pragma once

#include <stdint.h>

#include "boot/bootfs.h"

/* What a node is: an enum bootfs_kind, or one of these. */
enum {
    NODE_WAITING = BOOTFS_LINK + 1, /* a file, for now empty, whose group has had no content yet */
    NODE_GROUP,                     /* of the names of one cpio file; no name leads to it */
};

struct bootfs_node {
    const char *name;
    uint32_t parent;
    uint32_t less; /* of its bucket's tree */
    union {
        struct {
            uint32_t sibling;
            uint32_t origin;
        };
        uint64_t group; /* of a NODE_GROUP: also what its name is */
    };
    uint32_t more;
    uint16_t name_length;
    uint16_t permissions;
    uint8_t kind;
    uint8_t level;
    union {
        struct {
            uint32_t first;
            uint32_t last;
        } directory;
        struct {
            const void *bytes; /* content of a file, target of a link */
            uint64_t size;
        } body;
        struct {
            uint32_t group;
            uint32_t previous;
            uint32_t next;
        } waiting;
        struct {
            const uint8_t *content;
            size_t size;      /* 0: no name has brought the content yet */
            uint32_t waiting; /* the first of those */
        } shared;             /* of a NODE_GROUP */
    };
};

_Static_assert(sizeof(void *) != 4 || sizeof(struct bootfs_node) == 44, "the kernel's node grew");

/* The parent of all groups of an archive; above every index. */
#define BOOTFS_GROUPS_OF(archive) (0x80000000u | (archive))

/* The node of that name in a directory, or BOOTFS_NONE. */
uint32_t bootfs_child(const struct bootfs *fs, uint32_t parent, struct slice name);

/* Nodes that can still be made. */
uint32_t bootfs_nodes_left(const struct bootfs *fs);

/* Makes a node that can be found from now on; the caller gives it kind and content.  The name is
 * not in the index yet, and a node is left. */
uint32_t bootfs_node_make(struct bootfs *fs, uint32_t parent, struct slice name);
