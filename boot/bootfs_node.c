/* The memory of the boot filesystem: nodes, and the index in which they are found. */
#include "boot/bootfs_node.h"

#define NODES_MAX (1u << 26) /* beside the top */

/* Of a bucket's tree.  A node of level n has at least 2^n - 2 nodes below it, and a way down has at
 * most two of each level. */
enum {
    LEVELS_MAX = 26,
    DEPTH_MAX = 2 * LEVELS_MAX,
};

/* --- Memory ----------------------------------------------------------------------------------- */

/* A power of two, so that there is a bucket or more for each node. */
static uint32_t buckets_for(uint32_t capacity)
{
    uint32_t buckets = 1;
    while (buckets < capacity)
        buckets *= 2;
    return buckets;
}

uint64_t bootfs_size(uint32_t nodes)
{
    if (nodes > NODES_MAX)
        return 0;
    uint64_t capacity = nodes + 1u;
    return capacity * sizeof(struct bootfs_node) +
           (uint64_t)buckets_for(nodes + 1) * sizeof(uint32_t);
}

/* A directory that is nobody's child. */
static uint32_t make_top(struct bootfs *fs)
{
    fs->nodes[fs->count] = (struct bootfs_node){
        .parent = BOOTFS_NONE,
        .less = BOOTFS_NONE,
        .sibling = BOOTFS_NONE,
        .origin = BOOTFS_ARCHIVE,
        .more = BOOTFS_NONE,
        .permissions = 0555,
        .kind = BOOTFS_DIRECTORY,
        .directory = {BOOTFS_NONE, BOOTFS_NONE},
    };
    return fs->count++;
}

void bootfs_start(struct bootfs *fs, void *memory, uint32_t nodes,
                  const struct bootfs_listener *listener)
{
    uint32_t buckets = buckets_for(nodes + 1);
    *fs = (struct bootfs){.nodes = memory, .capacity = nodes + 1, .listener = listener};
    fs->buckets = (uint32_t *)(void *)(fs->nodes + fs->capacity);
    fs->bucket_mask = buckets - 1;
    for (uint32_t i = 0; i < buckets; i++)
        fs->buckets[i] = BOOTFS_NONE;
    (void)make_top(fs);
}

uint32_t bootfs_nodes_left(const struct bootfs *fs)
{
    return fs->capacity - fs->count;
}

uint32_t bootfs_add_top(struct bootfs *fs)
{
    return bootfs_nodes_left(fs) > 0 ? make_top(fs) : BOOTFS_NONE;
}

/* --- Finding ---------------------------------------------------------------------------------- */

/* FNV-1a over the name.  It starts at a place that the parent is spread over, so that neighbouring
 * directories do not differ in the same bits as their children; its low bits, which choose
 * the bucket, are mixed with the others at the end. */
static uint32_t hash(uint32_t parent, struct slice name)
{
    uint32_t value = slice_hash(SLICE_HASH_START ^ parent * 0x9e3779b1u, name);
    value ^= value >> 16;
    value *= 0x85ebca6bu;
    return value ^ value >> 13;
}

static uint32_t *bucket_of(const struct bootfs *fs, uint32_t parent, struct slice name)
{
    return &fs->buckets[hash(parent, name) & fs->bucket_mask];
}

/* Where the name stands beside the node's in the order of a bucket: below 0, 0, or above 0. */
static int compare(uint32_t parent, struct slice name, const struct bootfs_node *node)
{
    if (parent != node->parent)
        return parent < node->parent ? -1 : 1;
    if (name.length != node->name_length)
        return name.length < node->name_length ? -1 : 1;
    return __builtin_memcmp(name.text, node->name, name.length);
}

uint32_t bootfs_child(const struct bootfs *fs, uint32_t parent, struct slice name)
{
    uint32_t at = *bucket_of(fs, parent, name);
    while (at != BOOTFS_NONE) {
        const struct bootfs_node *node = &fs->nodes[at];
        int order = compare(parent, name, node);
        if (order == 0)
            return at;
        at = order < 0 ? node->less : node->more;
    }
    return BOOTFS_NONE;
}

/* --- Growing ---------------------------------------------------------------------------------- */

static uint32_t level_of(const struct bootfs_node *nodes, uint32_t node)
{
    return node == BOOTFS_NONE ? 0 : nodes[node].level;
}

/* No lesser child on the level of its parent: it takes the parent's place. */
static uint32_t skew(struct bootfs_node *nodes, uint32_t parent)
{
    uint32_t child = nodes[parent].less;
    if (level_of(nodes, child) != nodes[parent].level)
        return parent;
    nodes[parent].less = nodes[child].more;
    nodes[child].more = parent;
    return child;
}

/* No three in a row on one level: the one in the middle rises above the two others. */
static uint32_t split(struct bootfs_node *nodes, uint32_t parent)
{
    uint32_t child = nodes[parent].more;
    if (child == BOOTFS_NONE || level_of(nodes, nodes[child].more) != nodes[parent].level)
        return parent;
    nodes[parent].more = nodes[child].less;
    nodes[child].less = parent;
    nodes[child].level++;
    return child;
}

/* Puts the node at the bottom of its bucket's tree and balances the tree on the way back. */
static void insert(struct bootfs *fs, uint32_t parent, struct slice name, uint32_t node)
{
    uint32_t *above[DEPTH_MAX];
    uint32_t depth = 0;
    uint32_t *place = bucket_of(fs, parent, name);
    while (*place != BOOTFS_NONE) {
        struct bootfs_node *other = &fs->nodes[*place];
        above[depth++] = place;
        place = compare(parent, name, other) < 0 ? &other->less : &other->more;
    }
    *place = node;
    while (depth > 0) {
        place = above[--depth];
        *place = split(fs->nodes, skew(fs->nodes, *place));
    }
}

uint32_t bootfs_node_make(struct bootfs *fs, uint32_t parent, struct slice name)
{
    uint32_t node = fs->count++;
    fs->nodes[node] = (struct bootfs_node){
        .name = name.text,
        .parent = parent,
        .less = BOOTFS_NONE,
        .sibling = BOOTFS_NONE,
        .more = BOOTFS_NONE,
        .name_length = (uint16_t)name.length,
        .level = 1,
    };
    insert(fs, parent, name, node);
    return node;
}
