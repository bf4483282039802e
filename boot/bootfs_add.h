/* Something on its way into the boot filesystem; of use to boot/bootfs*.c only. */
#pragma once

#include "boot/bootfs.h"

/* What a name is to get. */
struct bootfs_body {
    uint8_t kind; /* but a NODE_GROUP */
    uint16_t permissions;
    const void *bytes;
    uint64_t size;
    uint32_t group; /* of a NODE_WAITING: the node of its group */
};

/* Where it is to come, and from whom. */
struct bootfs_addition {
    struct bootfs *fs;
    uint32_t top;
    struct slice prefix; /* stands before the name with a '/' between, or absent */
    struct slice name;
    uint32_t origin;
    uint32_t reserved; /* nothing may come into this directory; or BOOTFS_NONE */
    const struct bootfs_body *body;
};

/* The body of a directory that is added without an entry of its own. */
extern const struct bootfs_body bootfs_directory_body;

/* Adds it; or leaves it out, notes that and changes nothing else. */
enum bootfs_status bootfs_add(const struct bootfs_addition *addition);

/* Notes and counts that it is left out.  `by` is the origin of what has won over it, or
 * its own. */
void bootfs_leave_out(const struct bootfs_addition *addition, enum bootfs_status why, uint32_t by);
