/* The boot filesystem: the boot archive's entries and the boot modules as one tree of files,
 * read-only once it is made.  Contents and names stay where they are; the tree is an index over
 * them.
 *
 * What a name means
 *   - Names are cut at slashes; empty pieces and "." do not count, so "/etc//rc", "./etc/rc" and
 *     "etc/rc/" are the same.  ".." takes back the piece before it, whether that exists or not and
 *     whatever it is; at the top it stays at the top.
 *   - A name that is empty after that means the top directory, and names no file.
 *   - Upper and lower case differ.  A name has at most BOOTFS_PATH_MAX bytes.
 *   - Symbolic links are followed, also in the middle of a name, and relative to where they stand;
 *     at most BOOTFS_LINKS_MAX in one name.  A ".." behind a link leads above the directory that
 *     the link leads to; if it leads to none, the link is a piece that is taken back.
 *
 * Who wins
 *   - Whole files: nothing is merged.  Of two files of one name the one that is added last wins:
 *     the archive is added before the modules.
 *   - A name is a directory or a file.  A directory wins, whatever the order: a file or link whose
 *     name is or becomes a directory is left out.
 *   - A link in the middle of a name that is added, or at the end if a directory is added, is
 *     followed if it leads to a directory; if not, it gives way to a directory.
 *   - A link may be replaced by a file or link of its own name, and replaces a file.
 *   - Who replaces another keeps its place in the directory, and its node.
 *
 * Every node is found through a hash of its directory and its own piece of the name, so looking up
 * takes time in proportion to the name's pieces, not to the number of files.  Even names that are
 * chosen so that their hashes are the same cost no more than the logarithm of that number each.
 *
 * Pure logic: the caller hands over memory, and what has been added must stay where it is. */
#pragma once

#include <stdint.h>

#include "boot/archive.h"
#include "boot/slice.h"

#define BOOTFS_PATH_MAX  1023u /* bytes */
#define BOOTFS_LINKS_MAX 16u

/* Who a file comes from. */
#define BOOTFS_ARCHIVE 0xffffffffu /* else the index of a module */

/* What a name of the tree stands for. */
enum bootfs_kind {
    BOOTFS_DIRECTORY = 0,
    BOOTFS_FILE,
    BOOTFS_LINK,
};

/* Index of a node; the first ones are always there. */
#define BOOTFS_NONE 0xffffffffu
#define BOOTFS_TOP  0u

struct bootfs_node; /* boot/bootfs_node.h */

/* What has been added so far. */
struct bootfs_statistics {
    uint32_t files;       /* that can be opened, links not counted */
    uint32_t directories; /* the top not counted */
    uint32_t links;
    uint64_t bytes;      /* of those files */
    uint32_t overridden; /* files and links that gave way to a later one of their name */
    uint32_t discarded;  /* what was left out, at once or when its name became a directory */
};

enum bootfs_status {
    BOOTFS_OK = 0,
    BOOTFS_NOT_FOUND,
    BOOTFS_NOT_A_DIRECTORY, /* something goes on behind a file, or a file was to be listed */
    BOOTFS_IS_A_DIRECTORY,
    BOOTFS_TOO_MANY_LINKS, /* more than BOOTFS_LINKS_MAX, or a link to itself */
    BOOTFS_NAME_EMPTY,     /* adding a file or link: nothing is left of the name */
    BOOTFS_NAME_TOO_LONG,
    BOOTFS_RESERVED, /* adding: where no entry of an archive may come */
    BOOTFS_FULL,     /* adding: no node is left */
};

/* Told while adding, before the function returns; one call for each thing that did not come out as
 * its name says.  It is counted in `overridden` if the event is that, else in `discarded`. */
struct bootfs_note {
    enum bootfs_event {
        BOOTFS_OVERRIDDEN = 1, /* the file or link `name` of `origin` gave way to one of `by` */
        BOOTFS_LEFT_OUT,       /* `name` of `origin` is left out: see `why` */
        BOOTFS_GAVE_WAY, /* the file or link `name` of `origin` is left out, now that it has to
                                  be a directory for `by` */
    } event;
    struct slice name;      /* as the losing one was added, or the piece of it that this is about */
    uint32_t origin;        /* of the loser: BOOTFS_ARCHIVE or a module */
    uint32_t by;            /* the winner's, where there is one, else the same */
    uint32_t node;          /* of the loser, for bootfs_path; BOOTFS_NONE if it is left out */
    uint64_t size;          /* bytes of the loser's content, 0 for all but files */
    enum bootfs_status why; /* BOOTFS_OK if overridden, BOOTFS_IS_A_DIRECTORY if it gave way */
};

/* Who hears of names that lose; `note` may be called while something is added. */
struct bootfs_listener {
    void (*note)(void *context, const struct bootfs_note *note);
    void *context;
};

struct bootfs {
    struct bootfs_node *nodes;
    uint32_t *buckets;
    uint32_t bucket_mask;
    uint32_t capacity; /* nodes */
    uint32_t count;
    uint32_t archives; /* that have ended */
    struct bootfs_statistics statistics;
    const struct bootfs_listener *listener; /* NULL: nobody; may be changed at any time */
};

/* Nodes that adding one file of this name can take: one for each of its pieces. */
uint32_t bootfs_nodes_of_name(struct slice name);

/* Nodes that adding a whole archive can take. */
uint32_t bootfs_nodes_of_archive(const struct archive_count *count);

/* Bytes of memory for a tree of so many nodes beside the top: in the kernel 44 for each, and 4 to 8
 * to find it.  0 if that is too many (more than 2^26). */
uint64_t bootfs_size(uint32_t nodes);

/* Makes an empty tree in bootfs_size(nodes) bytes at `memory`, aligned to 8; they need not be
 * zeroed. */
void bootfs_start(struct bootfs *fs, void *memory, uint32_t nodes,
                  const struct bootfs_listener *listener);

/* Makes a directory that no name leads to: the top of a tree of its own, which takes one node.
 * BOOTFS_NONE if none is left. */
uint32_t bootfs_add_top(struct bootfs *fs);

/* Adds a file below the directory `top`.  The name lies still and is at most BOOTFS_PATH_MAX
 * long.  On BOOTFS_OK it can be found; else it has been left out and noted, and nothing else has
 * changed. */
enum bootfs_status bootfs_add_file(struct bootfs *fs, uint32_t top, struct slice name,
                                   uint32_t origin, const uint8_t *content, uint64_t size);

/* Adds a directory, and those above it; noted and left out as files are.  One that is there
 * already, as the top is, stays as it is. */
enum bootfs_status bootfs_add_directory(struct bootfs *fs, uint32_t top, struct slice name,
                                        uint32_t origin);

/* Adds an entry of an archive, of whatever kind: directory, file, link, hard link (its target must
 * have been added; it gets that one's content or text, and permissions), one of several names of a
 * cpio file.  Entries of other kinds are passed over in silence, and so is a directory entry for
 * the top itself ("." or "/").  Prefix and name together, with the '/' between, have at most
 * BOOTFS_PATH_MAX bytes, as has the target of a link; notes have the name only.
 *
 * `reserved`, unless BOOTFS_NONE, is a directory into which no entry of the archive may come (such
 * an entry is left out and noted, with why BOOTFS_RESERVED; a directory entry that is itself
 * reserved or above it is fine).
 *
 * All names of one group (archive_entry.group) have the content that the first one with some
 * brings, unless they bring their own: also those before it, which are empty until then, and even
 * if that one is left out.  But a name that has been replaced meanwhile is not touched. */
enum bootfs_status bootfs_add_entry(struct bootfs *fs, uint32_t top,
                                    const struct archive_entry *entry, uint32_t reserved);

/* Call it behind the entries of each archive: the groups of the next one are others.  Gives how many
 * names are empty files because no name of their group has brought content: in a whole archive
 * there was none, in a damaged one it may be lost.  Takes time in proportion to the tree. */
uint32_t bootfs_end_archive(struct bootfs *fs);

/* Finds what a name leads to, below `top`; with `follow` false a link at the very end is not
 * followed.  *node is written on BOOTFS_OK only.  Takes time in proportion to the name (and to the
 * targets of the links in it). */
enum bootfs_status bootfs_find(const struct bootfs *fs, uint32_t top, struct slice name,
                               bool follow, uint32_t *node);

/* What there is to know about a node. */
struct bootfs_stat {
    enum bootfs_kind kind;
    struct slice name;      /* its last piece; absent for a top */
    uint32_t node;          /* unique, as an inode number */
    uint32_t origin;        /* BOOTFS_ARCHIVE or a module; of a directory: who needed it first */
    uint32_t permissions;   /* 0444 for modules, 0555 for directories, the archive's own else */
    uint64_t size;          /* bytes: of a file, or of a link's text */
    const uint8_t *content; /* of a file; may be NULL if size is 0 */
    struct slice target;    /* of a link, else absent */
};
void bootfs_stat(const struct bootfs *fs, uint32_t node, struct bootfs_stat *stat);

/* Writes the whole name of a node, from its top down and without a leading slash, terminated;
 * gives the length, of which no more than size - 1 bytes at its end were written.  `size` is at
 * least 1. */
size_t bootfs_path(const struct bootfs *fs, uint32_t node, char *text, size_t size);

/* An open file or directory: where reading goes on. */
struct bootfs_file {
    const struct bootfs *fs;
    uint32_t node;
    const uint8_t *content;
    uint64_t size;
    uint64_t position; /* bytes of a file */
    uint32_t child;    /* of a directory: what bootfs_read_directory gives next */
};

/* Opens what the name leads to, a file or a directory; *file is written on BOOTFS_OK only. */
enum bootfs_status bootfs_open(const struct bootfs *fs, uint32_t top, struct slice name,
                               struct bootfs_file *file);

/* Copies up to `size` bytes and moves on by as many; 0 at the end, and for a directory. */
size_t bootfs_read(struct bootfs_file *file, void *buffer, size_t size);

/* Goes to a place, which may lie behind the end: there is nothing to read there. */
void bootfs_seek(struct bootfs_file *file, uint64_t position);

/* Gives the next thing in an open directory, in the order in which they were added; false at the end, and for a
 * file. */
bool bootfs_read_directory(struct bootfs_file *file, struct bootfs_stat *stat);

const char *bootfs_status_str(enum bootfs_status status);
