/* A boot filesystem for tests: what is added to it, what a name leads to, and what its listener heard.
 *
 * Every name and content lies in memory of exactly its size.  After each step the statistics are
 * held against what a walk through the whole tree counts. */
#pragma once

#include "boot/bootfs.h"

enum {
    NOTES = 64
};

extern struct bootfs fs;

/* What the listener heard. */
extern struct heard {
    size_t count;
    struct bootfs_note note[NOTES];
} heard;

/* An empty tree in memory that is full of other things. */
void start(uint32_t nodes);

/* A tree of 100 nodes for each test; at its end all memory is given back. */
int prepare(void **state);
int release(void **state);
#define TEST(name) cmocka_unit_test_setup_teardown(name, prepare, release)

/* Copies that stay where they are until the end of the test. */
void *keep(const void *bytes, size_t size);
struct slice keep_text(const char *text);
char *repeat(const char *text, size_t count,
             const char *end); /* `count` times the text, then the end */

/* --- Adding ----------------------------------------------------------------------------------- */

/* Modules of origin `origin`, and one of origin 7 that holds its own name; a directory of origin 8. */
enum bootfs_status add_file(const char *name, uint32_t origin, const char *content);
enum bootfs_status file(const char *name);
enum bootfs_status directory(const char *name);

/* Entries of an archive, with the permissions 0640. */
struct archive_entry entry_of(enum archive_kind kind, const char *name);
struct archive_entry file_entry(const char *name, const char *content);
struct archive_entry link_entry(const char *name, const char *target);
enum bootfs_status add(struct archive_entry entry);
enum bootfs_status add_below(const struct archive_entry *entry, uint32_t reserved);
enum bootfs_status link_to(const char *name, const char *target);
enum bootfs_status hard_link(const char *name, const char *target);
enum bootfs_status grouped(const char *name, uint64_t group, const char *content);

/* Links l1 to l<count>, each to the next one, and the last one to the end. */
void make_chain(unsigned count, const char *end);

/* --- Finding ---------------------------------------------------------------------------------- */

enum bootfs_status find_below(uint32_t top, const char *name, bool follow, uint32_t *node);
enum bootfs_status status_of(const char *name);
uint32_t node_of(const char *name);
struct bootfs_stat stat_of(const char *name); /* without following a link at the end */

void assert_statistics(void);
void assert_slice(struct slice slice, const char *expected);
void assert_content(const char *name, const char *expected);
void assert_directory(const char *name);
void assert_link(const char *name, const char *target);
void assert_listing(const char *name, const char *expected); /* each name with a blank behind it */

/* That this was the last note. */
void assert_note(enum bootfs_event event, const char *name, uint32_t origin, uint32_t by,
                 uint64_t size, enum bootfs_status why);
