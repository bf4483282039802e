/* A boot filesystem for tests. */
#include "tests/unit/bootfs_tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct bootfs fs;
struct heard heard;
static void *memory;

/* What must stay where it is until the end of a test. */
static struct {
    void **items;
    size_t count;
} kept;

static void hear(void *context, const struct bootfs_note *note)
{
    assert_ptr_equal(context, &heard);
    if (heard.count < NOTES)
        heard.note[heard.count] = *note;
    heard.count++;
}

static const struct bootfs_listener listener = {hear, &heard};

/* `size` bytes that the test keeps. */
static void *take(size_t size)
{
    void *bytes = malloc(size > 0 ? size : 1);
    if ((kept.count & (kept.count - 1)) == 0) /* 0 or a power of two: that many fit */
        kept.items = realloc(kept.items, (2 * kept.count + 1) * sizeof kept.items[0]);
    assert_true(bytes != NULL && kept.items != NULL);
    kept.items[kept.count++] = bytes;
    return bytes;
}

void *keep(const void *bytes, size_t size)
{
    return memcpy(take(size), bytes, size);
}

struct slice keep_text(const char *text)
{
    return (struct slice){keep(text, strlen(text)), strlen(text)};
}

void start(uint32_t nodes)
{
    size_t size = (size_t)bootfs_size(nodes);
    free(memory);
    memory = malloc(size);
    assert_non_null(memory);
    memset(memory, 0xa5, size);
    bootfs_start(&fs, memory, nodes, &listener);
    heard.count = 0;
}

int prepare(void **state)
{
    (void)state;
    start(100);
    return 0;
}

int release(void **state)
{
    (void)state;
    for (size_t i = 0; i < kept.count; i++)
        free(kept.items[i]);
    free(kept.items);
    kept.items = NULL;
    kept.count = 0;
    free(memory);
    memory = NULL;
    return 0;
}

/* Adds to the statistics what lies below the directory. */
static void count_below(uint32_t directory, struct bootfs_statistics *sum)
{
    struct bootfs_file open;
    struct bootfs_stat stat;
    assert_int_equal(bootfs_open(&fs, directory, (struct slice){0}, &open), BOOTFS_OK);
    while (bootfs_read_directory(&open, &stat)) {
        sum->directories += stat.kind == BOOTFS_DIRECTORY;
        sum->files += stat.kind == BOOTFS_FILE;
        sum->links += stat.kind == BOOTFS_LINK;
        sum->bytes += stat.kind == BOOTFS_FILE ? stat.size : 0;
        count_below(stat.node, sum);
    }
}

void assert_statistics(void)
{
    struct bootfs_statistics sum = {0};
    count_below(BOOTFS_TOP, &sum);
    assert_int_equal(fs.statistics.files, sum.files);
    assert_int_equal(fs.statistics.directories, sum.directories);
    assert_int_equal(fs.statistics.links, sum.links);
    assert_int_equal(fs.statistics.bytes, sum.bytes);
    assert_int_equal(fs.statistics.overridden + fs.statistics.discarded, heard.count);
}

/* --- Adding ----------------------------------------------------------------------------------- */

enum bootfs_status add_file(const char *name, uint32_t origin, const char *content)
{
    struct slice bytes = keep_text(content);
    enum bootfs_status status = bootfs_add_file(&fs, BOOTFS_TOP, keep_text(name), origin,
                                                (const uint8_t *)bytes.text, bytes.length);
    assert_statistics();
    return status;
}

enum bootfs_status file(const char *name)
{
    return add_file(name, 7, name);
}

enum bootfs_status directory(const char *name)
{
    enum bootfs_status status = bootfs_add_directory(&fs, BOOTFS_TOP, keep_text(name), 8);
    assert_statistics();
    return status;
}

struct archive_entry entry_of(enum archive_kind kind, const char *name)
{
    return (struct archive_entry){.kind = kind, .name = keep_text(name), .permissions = 0640};
}

struct archive_entry file_entry(const char *name, const char *content)
{
    struct archive_entry entry = entry_of(ARCHIVE_FILE, name);
    entry.content = keep(content, strlen(content));
    entry.size = strlen(content);
    return entry;
}

struct archive_entry link_entry(const char *name, const char *target)
{
    struct archive_entry entry = entry_of(ARCHIVE_SYMLINK, name);
    entry.target = keep_text(target);
    return entry;
}

enum bootfs_status add_below(const struct archive_entry *entry, uint32_t reserved)
{
    enum bootfs_status status = bootfs_add_entry(&fs, BOOTFS_TOP, entry, reserved);
    assert_statistics();
    return status;
}

enum bootfs_status add(struct archive_entry entry)
{
    return add_below(&entry, BOOTFS_NONE);
}

enum bootfs_status link_to(const char *name, const char *target)
{
    return add(link_entry(name, target));
}

enum bootfs_status hard_link(const char *name, const char *target)
{
    struct archive_entry entry = entry_of(ARCHIVE_HARD_LINK, name);
    entry.target = keep_text(target);
    return add(entry);
}

enum bootfs_status grouped(const char *name, uint64_t group, const char *content)
{
    struct archive_entry entry = file_entry(name, content);
    entry.group = group;
    return add(entry);
}

void make_chain(unsigned count, const char *end)
{
    for (unsigned i = 1; i <= count; i++) {
        char name[16], next[16];
        (void)snprintf(name, sizeof name, "l%u", i);
        (void)snprintf(next, sizeof next, "l%u", i + 1);
        assert_int_equal(link_to(name, i == count ? end : next), BOOTFS_OK);
    }
}

/* --- Finding ---------------------------------------------------------------------------------- */

enum bootfs_status find_below(uint32_t top, const char *name, bool follow, uint32_t *node)
{
    return bootfs_find(&fs, top, keep_text(name), follow, node);
}

enum bootfs_status status_of(const char *name)
{
    uint32_t node = 12345;
    enum bootfs_status status = find_below(BOOTFS_TOP, name, true, &node);
    assert_true((status == BOOTFS_OK) != (node == 12345));
    return status;
}

uint32_t node_of(const char *name)
{
    uint32_t node;
    assert_int_equal(find_below(BOOTFS_TOP, name, true, &node), BOOTFS_OK);
    return node;
}

struct bootfs_stat stat_of(const char *name)
{
    uint32_t node;
    struct bootfs_stat stat;
    assert_int_equal(find_below(BOOTFS_TOP, name, false, &node), BOOTFS_OK);
    bootfs_stat(&fs, node, &stat);
    assert_int_equal(stat.node, node);
    return stat;
}

void assert_slice(struct slice slice, const char *expected)
{
    assert_int_equal(slice.length, strlen(expected));
    assert_memory_equal(slice.text, expected, slice.length);
}

void assert_content(const char *name, const char *expected)
{
    struct bootfs_stat stat;
    bootfs_stat(&fs, node_of(name), &stat);
    assert_int_equal(stat.kind, BOOTFS_FILE);
    assert_int_equal(stat.size, strlen(expected));
    if (stat.size > 0)
        assert_memory_equal(stat.content, expected, (size_t)stat.size);
}

void assert_directory(const char *name)
{
    struct bootfs_stat stat;
    bootfs_stat(&fs, node_of(name), &stat);
    assert_int_equal(stat.kind, BOOTFS_DIRECTORY);
}

void assert_link(const char *name, const char *target)
{
    struct bootfs_stat stat = stat_of(name);
    assert_int_equal(stat.kind, BOOTFS_LINK);
    assert_int_equal(stat.size, strlen(target));
    assert_slice(stat.target, target);
}

void assert_listing(const char *name, const char *expected)
{
    struct bootfs_file open;
    struct bootfs_stat stat;
    char names[256] = "";
    assert_int_equal(bootfs_open(&fs, BOOTFS_TOP, keep_text(name), &open), BOOTFS_OK);
    while (bootfs_read_directory(&open, &stat)) {
        strncat(names, stat.name.text, stat.name.length);
        strcat(names, " ");
    }
    assert_string_equal(names, expected);
}

void assert_note(enum bootfs_event event, const char *name, uint32_t origin, uint32_t by,
                 uint64_t size, enum bootfs_status why)
{
    assert_true(heard.count > 0 && heard.count <= NOTES);
    const struct bootfs_note *note = &heard.note[heard.count - 1];
    assert_int_equal(note->event, event);
    assert_slice(note->name, name);
    assert_int_equal(note->origin, origin);
    assert_int_equal(note->by, by);
    assert_int_equal(note->size, size);
    assert_int_equal(note->why, why);
}

char *repeat(const char *text, size_t count, const char *end)
{
    char *all = take(strlen(text) * count + strlen(end) + 1);
    for (size_t i = 0; i < count; i++)
        memcpy(all + i * strlen(text), text, strlen(text));
    strcpy(all + strlen(text) * count, end);
    return all;
}
