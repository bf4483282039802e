/* The boot filesystem: what names mean, who wins, and what can be read.
 *
 * Every name and content lies in memory of exactly its size.  After each step the statistics are
 * held against what a walk through the whole tree counts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "boot/bootfs.h"
#include "boot/bootfs_node.h"
#include "tests/unit/phrases.h"

/* --- The tree under test ---------------------------------------------------------------------- */

enum {
    NOTES = 64
};

static struct bootfs fs;
static void *memory;

/* What must stay where it is until the end of a test. */
static struct {
    void **items;
    size_t count;
} kept;

/* What the listener heard. */
static struct {
    size_t count;
    struct bootfs_note note[NOTES];
} heard;

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

static void *keep(const void *bytes, size_t size)
{
    return memcpy(take(size), bytes, size);
}

static struct slice keep_text(const char *text)
{
    return (struct slice){keep(text, strlen(text)), strlen(text)};
}

/* An empty tree in memory that is full of other things. */
static void start(uint32_t nodes)
{
    size_t size = (size_t)bootfs_size(nodes);
    free(memory);
    memory = malloc(size);
    assert_non_null(memory);
    memset(memory, 0xa5, size);
    bootfs_start(&fs, memory, nodes, &listener);
    heard.count = 0;
}

static int prepare(void **state)
{
    (void)state;
    start(100);
    return 0;
}

static int release(void **state)
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

static void assert_statistics(void)
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

static enum bootfs_status add_file(const char *name, uint32_t origin, const char *content)
{
    struct slice bytes = keep_text(content);
    enum bootfs_status status = bootfs_add_file(&fs, BOOTFS_TOP, keep_text(name), origin,
                                                (const uint8_t *)bytes.text, bytes.length);
    assert_statistics();
    return status;
}

/* A file that holds its own name. */
static enum bootfs_status file(const char *name)
{
    return add_file(name, 7, name);
}

static enum bootfs_status directory(const char *name)
{
    enum bootfs_status status = bootfs_add_directory(&fs, BOOTFS_TOP, keep_text(name), 8);
    assert_statistics();
    return status;
}

static struct archive_entry entry_of(enum archive_kind kind, const char *name)
{
    return (struct archive_entry){.kind = kind, .name = keep_text(name), .permissions = 0640};
}

static struct archive_entry file_entry(const char *name, const char *content)
{
    struct archive_entry entry = entry_of(ARCHIVE_FILE, name);
    entry.content = keep(content, strlen(content));
    entry.size = strlen(content);
    return entry;
}

static struct archive_entry link_entry(const char *name, const char *target)
{
    struct archive_entry entry = entry_of(ARCHIVE_SYMLINK, name);
    entry.target = keep_text(target);
    return entry;
}

static enum bootfs_status add_below(const struct archive_entry *entry, uint32_t reserved)
{
    enum bootfs_status status = bootfs_add_entry(&fs, BOOTFS_TOP, entry, reserved);
    assert_statistics();
    return status;
}

static enum bootfs_status add(struct archive_entry entry)
{
    return add_below(&entry, BOOTFS_NONE);
}

static enum bootfs_status link_to(const char *name, const char *target)
{
    return add(link_entry(name, target));
}

static enum bootfs_status hard_link(const char *name, const char *target)
{
    struct archive_entry entry = entry_of(ARCHIVE_HARD_LINK, name);
    entry.target = keep_text(target);
    return add(entry);
}

static enum bootfs_status grouped(const char *name, uint64_t group, const char *content)
{
    struct archive_entry entry = file_entry(name, content);
    entry.group = group;
    return add(entry);
}

/* --- Finding ---------------------------------------------------------------------------------- */

static enum bootfs_status find_below(uint32_t top, const char *name, bool follow, uint32_t *node)
{
    size_t length = strlen(name);
    char *exact = malloc(length > 0 ? length : 1);
    assert_non_null(exact);
    memcpy(exact, name, length);
    enum bootfs_status status = bootfs_find(&fs, top, (struct slice){exact, length}, follow, node);
    free(exact);
    return status;
}

static enum bootfs_status status_of(const char *name)
{
    uint32_t node = 12345;
    enum bootfs_status status = find_below(BOOTFS_TOP, name, true, &node);
    assert_true((status == BOOTFS_OK) != (node == 12345));
    return status;
}

static uint32_t node_of(const char *name)
{
    uint32_t node;
    assert_int_equal(find_below(BOOTFS_TOP, name, true, &node), BOOTFS_OK);
    return node;
}

/* Without following a link at the end. */
static struct bootfs_stat stat_of(const char *name)
{
    uint32_t node;
    struct bootfs_stat stat;
    assert_int_equal(find_below(BOOTFS_TOP, name, false, &node), BOOTFS_OK);
    bootfs_stat(&fs, node, &stat);
    assert_int_equal(stat.node, node);
    return stat;
}

static void assert_slice(struct slice slice, const char *expected)
{
    assert_int_equal(slice.length, strlen(expected));
    assert_memory_equal(slice.text, expected, slice.length);
}

static void assert_content(const char *name, const char *expected)
{
    struct bootfs_stat stat;
    bootfs_stat(&fs, node_of(name), &stat);
    assert_int_equal(stat.kind, BOOTFS_FILE);
    assert_int_equal(stat.size, strlen(expected));
    if (stat.size > 0)
        assert_memory_equal(stat.content, expected, (size_t)stat.size);
}

static void assert_directory(const char *name)
{
    struct bootfs_stat stat;
    bootfs_stat(&fs, node_of(name), &stat);
    assert_int_equal(stat.kind, BOOTFS_DIRECTORY);
}

static void assert_link(const char *name, const char *target)
{
    struct bootfs_stat stat = stat_of(name);
    assert_int_equal(stat.kind, BOOTFS_LINK);
    assert_int_equal(stat.size, strlen(target));
    assert_slice(stat.target, target);
}

/* The names in a directory, each with a blank behind it. */
static void assert_listing(const char *name, const char *expected)
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

/* That this was the last note. */
static void assert_note(enum bootfs_event event, const char *name, uint32_t origin, uint32_t by,
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

/* `count` times the text, then the end. */
static char *repeat(const char *text, size_t count, const char *end)
{
    char *all = take(strlen(text) * count + strlen(end) + 1);
    for (size_t i = 0; i < count; i++)
        memcpy(all + i * strlen(text), text, strlen(text));
    strcpy(all + strlen(text) * count, end);
    return all;
}

/* --- What a name means ------------------------------------------------------------------------ */

static void slashes_and_dots_do_not_count(void **state)
{
    (void)state;
    assert_int_equal(file("/etc//rc"), BOOTFS_OK);
    assert_content("./etc/rc", "/etc//rc");
    assert_content("etc/rc/", "/etc//rc");
    assert_content("etc/rc/.", "/etc//rc");
    assert_content(".//.///etc/./././rc//.//", "/etc//rc");
    assert_int_equal(file("./etc/./rc/."), BOOTFS_OK);
    assert_content("etc/rc", "./etc/./rc/.");
    assert_listing("", "etc ");
    assert_listing("etc", "rc ");
}

static void a_dot_counts_where_more_stands_beside_it(void **state)
{
    (void)state;
    assert_int_equal(file(".rc"), BOOTFS_OK);
    assert_int_equal(file("..."), BOOTFS_OK);
    assert_int_equal(file("..rc"), BOOTFS_OK);
    assert_int_equal(file("rc."), BOOTFS_OK);
    assert_listing("", ".rc ... ..rc rc. ");
}

static void two_dots_take_back_a_piece_whether_it_exists_or_not(void **state)
{
    (void)state;
    assert_int_equal(file("a/b/c"), BOOTFS_OK);
    assert_content("a/b/../b/c", "a/b/c");
    assert_content("a/x/../b/c", "a/b/c");
    assert_content("a/b/c/../c", "a/b/c");
    assert_content("a/b/c/x/../.", "a/b/c");
    assert_content("x/y/z/../../../a/b/c", "a/b/c");
    assert_content("x/../y/../a/b/x/../c", "a/b/c");
    assert_int_equal(status_of("a/b/x/y/.."), BOOTFS_NOT_FOUND);
    assert_int_equal(status_of("x/y/../../a/z"), BOOTFS_NOT_FOUND);
    assert_int_equal(status_of("a/b/c/x/y/.."), BOOTFS_NOT_A_DIRECTORY);
}

static void what_is_taken_back_is_not_made(void **state)
{
    (void)state;
    assert_int_equal(file("a/../b"), BOOTFS_OK);
    assert_listing("", "b ");
    assert_int_equal(file("c/x/y/../../d/z/.."), BOOTFS_OK);
    assert_listing("c", "d ");
    assert_content("c/d", "c/x/y/../../d/z/..");
    assert_int_equal(file("b/../e"), BOOTFS_OK);
    assert_content("b", "a/../b");
    assert_int_equal(heard.count, 0);
}

static void two_dots_stay_at_the_top(void **state)
{
    (void)state;
    assert_int_equal(file("../../a/../../b"), BOOTFS_OK);
    assert_listing("..", "b ");
    assert_content("/../b", "../../a/../../b");
    assert_content("x/../../../b", "../../a/../../b");
}

static void an_empty_name_is_the_top_and_names_no_file(void **state)
{
    (void)state;
    static const char *const empty[] = {"",     "/",  "///",  ".",        "./",
                                        "/./.", "..", "a/..", "a/b/../.."};
    for (size_t i = 0; i < sizeof empty / sizeof empty[0]; i++) {
        assert_int_equal(node_of(empty[i]), BOOTFS_TOP);
        assert_int_equal(file(empty[i]), BOOTFS_NAME_EMPTY);
        assert_note(BOOTFS_LEFT_OUT, empty[i], 7, 7, strlen(empty[i]), BOOTFS_NAME_EMPTY);
        assert_int_equal(link_to(empty[i], "a"), BOOTFS_NAME_EMPTY);
        size_t notes = heard.count;
        assert_int_equal(directory(empty[i]), BOOTFS_OK);
        assert_int_equal(heard.count, notes);
    }
    uint32_t node;
    assert_int_equal(bootfs_find(&fs, BOOTFS_TOP, (struct slice){0}, true, &node), BOOTFS_OK);
    assert_int_equal(node, BOOTFS_TOP);
    assert_int_equal(fs.count, 1);
    assert_int_equal(fs.statistics.discarded, 2 * sizeof empty / sizeof empty[0]);
}

static void upper_and_lower_case_differ(void **state)
{
    (void)state;
    assert_int_equal(file("README"), BOOTFS_OK);
    assert_int_equal(file("readme"), BOOTFS_OK);
    assert_content("README", "README");
    assert_content("readme", "readme");
    assert_int_equal(status_of("ReadMe"), BOOTFS_NOT_FOUND);
}

static void names_may_hold_any_byte(void **state)
{
    (void)state;
    assert_int_equal(file("\x80\xff/ \t\n"), BOOTFS_OK);
    assert_content("\x80\xff/ \t\n", "\x80\xff/ \t\n");
    assert_int_equal(status_of("\x80/\xff"), BOOTFS_NOT_FOUND);
}

static void a_name_that_goes_on_behind_a_file_leads_to_no_directory(void **state)
{
    (void)state;
    assert_int_equal(file("etc/rc"), BOOTFS_OK);
    assert_int_equal(status_of("etc/rc/x"), BOOTFS_NOT_A_DIRECTORY);
    assert_int_equal(status_of("etc/rc/x/y"), BOOTFS_NOT_A_DIRECTORY);
    assert_int_equal(status_of("etc/r/x"), BOOTFS_NOT_FOUND);
    assert_int_equal(status_of("etc/rcc"), BOOTFS_NOT_FOUND);
    assert_int_equal(status_of("rc"), BOOTFS_NOT_FOUND);
}

static void a_name_of_1023_bytes_fits_and_of_1024_does_not(void **state)
{
    (void)state;
    const char *longest = repeat("n", 1023, ""), *longer = repeat("n", 1024, "");
    assert_int_equal(file(longest), BOOTFS_OK);
    assert_content(longest, longest);
    assert_int_equal(file(longer), BOOTFS_NAME_TOO_LONG);
    assert_note(BOOTFS_LEFT_OUT, longer, 7, 7, 1024, BOOTFS_NAME_TOO_LONG);
    assert_int_equal(directory(longer), BOOTFS_NAME_TOO_LONG);
    assert_int_equal(status_of(longer), BOOTFS_NAME_TOO_LONG);
    assert_int_equal(status_of(repeat("/", 1023, "")), BOOTFS_OK);
    assert_int_equal(status_of(repeat("/", 1024, "")), BOOTFS_NAME_TOO_LONG);
}

static void prefix_and_name_together_have_at_most_1023_bytes(void **state)
{
    (void)state;
    for (size_t prefix = 0; prefix <= 1025; prefix++) {
        struct archive_entry entry = file_entry("abcdef", "1");
        entry.prefix = keep_text(repeat("p", prefix, ""));
        start(2);
        assert_int_equal(add(entry), prefix <= 1016 ? BOOTFS_OK : BOOTFS_NAME_TOO_LONG);
    }
    struct archive_entry entry = file_entry(repeat("n", 1023, ""), "1");
    entry.prefix = (struct slice){keep("", 0), 0};
    assert_int_equal(add(entry), BOOTFS_NAME_TOO_LONG);
    entry = file_entry(repeat("n", 1024, ""), "1");
    entry.prefix = keep_text("p");
    assert_int_equal(add(entry), BOOTFS_NAME_TOO_LONG);
    assert_note(BOOTFS_LEFT_OUT, repeat("n", 1024, ""), BOOTFS_ARCHIVE, BOOTFS_ARCHIVE, 1,
                BOOTFS_NAME_TOO_LONG);
}

static void links_have_at_most_1023_bytes_of_target(void **state)
{
    (void)state;
    assert_int_equal(file("a/b"), BOOTFS_OK);
    assert_int_equal(link_to("l", repeat("/", 1020, "a/b")), BOOTFS_OK);
    assert_content("l", "a/b");
    assert_int_equal(link_to("m", repeat("/", 1021, "a/b")), BOOTFS_NAME_TOO_LONG);
    assert_int_equal(hard_link("m", repeat("/", 1020, "a/b")), BOOTFS_OK);
    assert_int_equal(hard_link("n", repeat("/", 1021, "a/b")), BOOTFS_NAME_TOO_LONG);
    assert_int_equal(heard.count, 2);
}

static void a_name_has_up_to_512_pieces(void **state)
{
    (void)state;
    const char *deepest = repeat("d/", 511, "f");
    start(512);
    assert_int_equal(bootfs_nodes_of_name(keep_text(deepest)), 512);
    assert_int_equal(file(deepest), BOOTFS_OK);
    assert_content(deepest, deepest);
    assert_int_equal(fs.statistics.directories, 511);
    assert_int_equal(status_of(repeat("d/", 511, "")), BOOTFS_OK);
}

static void pieces_that_are_taken_back_take_no_node(void **state)
{
    (void)state;
    const char *one_by_one = repeat("a/../", 204, "b");
    const char *all_at_once = repeat("a/", 204, repeat("../", 204, "b"));
    start(1);
    assert_int_equal(strlen(one_by_one), 1021);
    assert_int_equal(file(one_by_one), BOOTFS_OK);
    assert_content("b", one_by_one);
    assert_int_equal(file(all_at_once), BOOTFS_OK);
    assert_content(one_by_one, all_at_once);
    assert_listing("", "b ");
}

/* --- Links ------------------------------------------------------------------------------------ */

static void links_are_followed_at_the_end_and_in_the_middle(void **state)
{
    (void)state;
    assert_int_equal(file("usr/lib/x"), BOOTFS_OK);
    assert_int_equal(link_to("lib", "usr/lib"), BOOTFS_OK);
    assert_int_equal(link_to("usr/lib/y", "x"), BOOTFS_OK);
    assert_int_equal(link_to("usr/share", "./lib/"), BOOTFS_OK);
    assert_content("lib/x", "usr/lib/x");
    assert_content("lib/y", "usr/lib/x");
    assert_content("usr/share/y", "usr/lib/x");
    assert_int_equal(node_of("lib"), node_of("usr/lib"));
    assert_listing("lib", "x y ");
}

static void links_start_where_they_stand_or_at_the_top(void **state)
{
    (void)state;
    assert_int_equal(file("x"), BOOTFS_OK);
    assert_int_equal(file("a/x"), BOOTFS_OK);
    assert_int_equal(file("a/b/x"), BOOTFS_OK);
    assert_int_equal(link_to("a/b/here", "x"), BOOTFS_OK);
    assert_int_equal(link_to("a/b/above", "../x"), BOOTFS_OK);
    assert_int_equal(link_to("a/b/top", "/x"), BOOTFS_OK);
    assert_int_equal(link_to("a/b/out", "../../../../../x"), BOOTFS_OK);
    assert_content("a/b/here", "a/b/x");
    assert_content("a/b/above", "a/x");
    assert_content("a/b/top", "x");
    assert_content("a/b/out", "x");
}

static void two_dots_behind_a_link_lead_above_the_directory_to_which_it_leads(void **state)
{
    (void)state;
    assert_int_equal(file("usr/lib/x"), BOOTFS_OK);
    assert_int_equal(file("usr/y"), BOOTFS_OK);
    assert_int_equal(link_to("lib", "usr/lib"), BOOTFS_OK);
    assert_content("lib/../y", "usr/y");
    assert_content("lib/z/../x", "usr/lib/x");
    assert_int_equal(node_of("lib/.."), node_of("usr"));
    assert_int_equal(file("lib/../z"), BOOTFS_OK);
    assert_content("usr/z", "lib/../z");
}

static void a_link_that_leads_to_no_directory_is_taken_back_like_any_piece(void **state)
{
    (void)state;
    assert_int_equal(file("a/x"), BOOTFS_OK);
    assert_int_equal(link_to("a/nowhere", "/b/c/d"), BOOTFS_OK);
    assert_int_equal(link_to("a/file", "/a/x"), BOOTFS_OK);
    assert_int_equal(link_to("a/self", "self"), BOOTFS_OK);
    assert_content("a/nowhere/../x", "a/x");
    assert_content("a/file/../x", "a/x");
    assert_content("a/self/../x", "a/x");
    assert_int_equal(file("a/nowhere/../y"), BOOTFS_OK);
    assert_int_equal(file("a/file/../z"), BOOTFS_OK);
    assert_int_equal(file("a/self/y/../../w"), BOOTFS_OK);
    assert_listing("a", "x nowhere file self y z w ");
    assert_link("a/nowhere", "/b/c/d");
    assert_int_equal(heard.count, 0);
}

static void a_link_to_nothing_is_not_found(void **state)
{
    (void)state;
    assert_int_equal(file("x"), BOOTFS_OK);
    assert_int_equal(link_to("nothing", "a/b"), BOOTFS_OK);
    assert_int_equal(link_to("behind", "x/y"), BOOTFS_OK);
    assert_int_equal(link_to("chain", "behind"), BOOTFS_OK);
    assert_int_equal(status_of("nothing"), BOOTFS_NOT_FOUND);
    assert_int_equal(status_of("nothing/x"), BOOTFS_NOT_FOUND);
    assert_int_equal(status_of("behind"), BOOTFS_NOT_A_DIRECTORY);
    assert_int_equal(status_of("chain"), BOOTFS_NOT_A_DIRECTORY);
    assert_int_equal(status_of("chain/x"), BOOTFS_NOT_A_DIRECTORY);
    assert_int_equal(link_to("file", "x"), BOOTFS_OK);
    assert_int_equal(status_of("file/x"), BOOTFS_NOT_A_DIRECTORY);
    assert_int_equal(status_of("file/x/.."), BOOTFS_OK);
}

static void a_link_at_the_end_is_followed_only_if_asked_for(void **state)
{
    (void)state;
    assert_int_equal(file("a/x"), BOOTFS_OK);
    assert_int_equal(link_to("l", "a"), BOOTFS_OK);
    assert_int_equal(link_to("a/m", "../l"), BOOTFS_OK);
    assert_link("l", "a");
    assert_link("l/", "a");
    assert_link("l/.//.", "a");
    assert_link("l/m", "../l");
    assert_link("l/m/m", "../l");
    assert_int_equal(stat_of("l/x").kind, BOOTFS_FILE);
    assert_int_equal(stat_of("l/x/..").node, node_of("a"));
    assert_int_equal(stat_of("l/y/..").node, node_of("a"));
    assert_int_equal(stat_of("l/..").node, BOOTFS_TOP);
}

/* Links l1 to l<count>, each to the next one, and the last one to the end. */
static void make_chain(unsigned count, const char *end)
{
    for (unsigned i = 1; i <= count; i++) {
        char name[16], next[16];
        (void)snprintf(name, sizeof name, "l%u", i);
        (void)snprintf(next, sizeof next, "l%u", i + 1);
        assert_int_equal(link_to(name, i == count ? end : next), BOOTFS_OK);
    }
}

static void a_chain_of_16_links_is_followed_and_of_17_is_not(void **state)
{
    (void)state;
    assert_int_equal(file("x"), BOOTFS_OK);
    assert_int_equal(file("d/x"), BOOTFS_OK);
    make_chain(17, "x");
    assert_content("l2", "x");
    assert_int_equal(status_of("l1"), BOOTFS_TOO_MANY_LINKS);
    make_chain(17, "d");
    assert_content("l2/x", "d/x");
    assert_int_equal(status_of("l1/x"), BOOTFS_TOO_MANY_LINKS);
    assert_int_equal(status_of("l1"), BOOTFS_TOO_MANY_LINKS);
    assert_link("l1", "l2");
}

static void one_name_has_16_links_wherever_they_stand(void **state)
{
    (void)state;
    assert_int_equal(file("d/x"), BOOTFS_OK);
    assert_int_equal(link_to("d/l", "."), BOOTFS_OK);
    make_chain(8, "d");
    assert_content(repeat("d/", 1, repeat("l/", 16, "x")), "d/x");
    assert_int_equal(status_of(repeat("d/", 1, repeat("l/", 17, "x"))), BOOTFS_TOO_MANY_LINKS);
    assert_content(repeat("l1/", 1, repeat("l/", 8, "x")), "d/x");
    assert_int_equal(status_of(repeat("l1/", 1, repeat("l/", 9, "x"))), BOOTFS_TOO_MANY_LINKS);
    assert_content("l1/../l1/x", "d/x");
    assert_int_equal(status_of("l1/../l1/../l8"), BOOTFS_TOO_MANY_LINKS);
    assert_int_equal(stat_of("l1/../l1/../l8").kind, BOOTFS_LINK);
}

static void links_in_a_circle_are_too_many(void **state)
{
    (void)state;
    assert_int_equal(link_to("self", "self"), BOOTFS_OK);
    assert_int_equal(link_to("a", "b/x"), BOOTFS_OK);
    assert_int_equal(link_to("b", "a/y"), BOOTFS_OK);
    assert_int_equal(link_to("deep", "deep/deep/deep"), BOOTFS_OK);
    assert_int_equal(status_of("self"), BOOTFS_TOO_MANY_LINKS);
    assert_int_equal(status_of("self/x"), BOOTFS_TOO_MANY_LINKS);
    assert_int_equal(status_of("a"), BOOTFS_TOO_MANY_LINKS);
    assert_int_equal(status_of("b/z"), BOOTFS_TOO_MANY_LINKS);
    assert_int_equal(status_of("deep"), BOOTFS_TOO_MANY_LINKS);
}

/* --- Who wins --------------------------------------------------------------------------------- */

static void of_two_files_the_last_one_wins(void **state)
{
    (void)state;
    assert_int_equal(add(file_entry("etc/rc", "archive")), BOOTFS_OK);
    assert_int_equal(add(file_entry("etc/motd", "")), BOOTFS_OK);
    uint32_t node = node_of("etc/rc");
    assert_int_equal(add_file("/etc/rc", 3, "three"), BOOTFS_OK);
    assert_note(BOOTFS_OVERRIDDEN, "rc", BOOTFS_ARCHIVE, 3, 7, BOOTFS_OK);
    assert_int_equal(add_file("etc/rc", 4, "4"), BOOTFS_OK);
    assert_note(BOOTFS_OVERRIDDEN, "rc", 3, 4, 5, BOOTFS_OK);
    assert_content("etc/rc", "4");
    assert_int_equal(stat_of("etc/rc").origin, 4);
    assert_int_equal(stat_of("etc/rc").permissions, 0444);
    assert_int_equal(node_of("etc/rc"), node);
    assert_listing("etc", "rc motd ");
    assert_int_equal(fs.statistics.overridden, 2);
    assert_int_equal(fs.statistics.discarded, 0);
    assert_int_equal(heard.count, 2);
}

static void a_directory_wins_over_a_file_that_comes_later(void **state)
{
    (void)state;
    assert_int_equal(file("a/b"), BOOTFS_OK);
    assert_int_equal(directory("empty"), BOOTFS_OK);
    assert_int_equal(add_file("a", 3, "12345"), BOOTFS_IS_A_DIRECTORY);
    assert_note(BOOTFS_LEFT_OUT, "a", 3, 7, 5, BOOTFS_IS_A_DIRECTORY);
    assert_int_equal(add(file_entry("./empty/", "1")), BOOTFS_IS_A_DIRECTORY);
    assert_note(BOOTFS_LEFT_OUT, "./empty/", BOOTFS_ARCHIVE, 8, 1, BOOTFS_IS_A_DIRECTORY);
    assert_directory("a");
    assert_directory("empty");
    assert_content("a/b", "a/b");
    assert_int_equal(fs.statistics.discarded, 2);
}

static void a_directory_wins_over_a_file_that_came_before(void **state)
{
    (void)state;
    assert_int_equal(add_file("a", 3, "12345"), BOOTFS_OK);
    assert_int_equal(add_file("b", 3, "12"), BOOTFS_OK);
    assert_int_equal(file("a/x/y"), BOOTFS_OK);
    assert_note(BOOTFS_GAVE_WAY, "a", 3, 7, 5, BOOTFS_IS_A_DIRECTORY);
    assert_int_equal(directory("b"), BOOTFS_OK);
    assert_note(BOOTFS_GAVE_WAY, "b", 3, 8, 2, BOOTFS_IS_A_DIRECTORY);
    assert_content("a/x/y", "a/x/y");
    assert_int_equal(stat_of("a").origin, 7);
    assert_int_equal(stat_of("a").permissions, 0555);
    assert_listing("", "a b ");
    assert_listing("b", "");
    assert_int_equal(fs.statistics.bytes, strlen("a/x/y"));
    assert_int_equal(fs.statistics.discarded, 2);
    assert_int_equal(fs.statistics.overridden, 0);
}

static void a_file_gives_way_only_to_what_is_not_taken_back(void **state)
{
    (void)state;
    assert_int_equal(file("a"), BOOTFS_OK);
    assert_int_equal(file("a/x/../../b"), BOOTFS_OK);
    assert_content("a", "a");
    assert_int_equal(file("a/x/../y"), BOOTFS_OK);
    assert_listing("a", "y ");
    assert_int_equal(heard.count, 1);
}

static void a_link_on_the_way_is_followed_if_it_leads_to_a_directory(void **state)
{
    (void)state;
    assert_int_equal(directory("usr/lib"), BOOTFS_OK);
    assert_int_equal(link_to("lib", "usr/lib"), BOOTFS_OK);
    assert_int_equal(link_to("l", "lib"), BOOTFS_OK);
    assert_int_equal(file("l/a/b"), BOOTFS_OK);
    assert_content("usr/lib/a/b", "l/a/b");
    assert_listing("", "usr lib l ");
    assert_int_equal(directory("l"), BOOTFS_OK);
    assert_int_equal(directory("lib/."), BOOTFS_OK);
    assert_link("lib", "usr/lib");
    assert_int_equal(heard.count, 0);
}

static void a_link_that_leads_to_no_directory_gives_way_to_one(void **state)
{
    (void)state;
    static const char *const target[] = {"nowhere", "file", "/link/x", "link", "chain"};
    for (size_t i = 0; i < 2 * sizeof target / sizeof target[0]; i++) {
        start(100);
        assert_int_equal(file("file"), BOOTFS_OK);
        assert_int_equal(link_to("chain", "file"), BOOTFS_OK);
        assert_int_equal(link_to("link", target[i / 2]), BOOTFS_OK);
        assert_int_equal(i % 2 == 0 ? file("link/x") : directory("link/."), BOOTFS_OK);
        assert_note(BOOTFS_GAVE_WAY, "link", BOOTFS_ARCHIVE, i % 2 == 0 ? 7 : 8, 0,
                    BOOTFS_IS_A_DIRECTORY);
        assert_directory("link");
        assert_listing("", "file chain link ");
        assert_listing("link", i % 2 == 0 ? "x " : "");
        assert_content("file", "file");
        assert_int_equal(fs.statistics.discarded, 1);
    }
}

static void a_name_with_too_many_links_is_left_out_and_changes_nothing(void **state)
{
    (void)state;
    assert_int_equal(directory("d"), BOOTFS_OK);
    assert_int_equal(link_to("d/l", "."), BOOTFS_OK);
    const char *name = repeat("d/", 1, repeat("l/", 17, "x"));
    assert_int_equal(file(name), BOOTFS_TOO_MANY_LINKS);
    assert_note(BOOTFS_LEFT_OUT, name, 7, 7, strlen(name), BOOTFS_TOO_MANY_LINKS);
    assert_int_equal(directory(repeat("d/", 1, repeat("l/", 17, ""))), BOOTFS_TOO_MANY_LINKS);
    assert_listing("d", "l ");
    assert_link("d/l", ".");
    assert_int_equal(file(repeat("d/", 1, repeat("l/", 16, "x"))), BOOTFS_OK);
    assert_listing("d", "l x ");
}

static void a_link_gives_way_only_if_it_needs_too_many_links_by_itself(void **state)
{
    (void)state;
    assert_int_equal(directory("d"), BOOTFS_OK);
    make_chain(7, "d");
    assert_int_equal(file("l1/../l1/../l1/x"), BOOTFS_TOO_MANY_LINKS);
    assert_link("l1", "l2");
    assert_int_equal(file("l1/../l1/../l6/x"), BOOTFS_OK);
    assert_listing("d", "x ");
    make_chain(17, "d");
    assert_int_equal(file("l17/../l1/x"), BOOTFS_TOO_MANY_LINKS);
    assert_link("l1", "l2");
    assert_int_equal(link_to("d/l", "."), BOOTFS_OK);
    assert_int_equal(file("l2/l/x"), BOOTFS_TOO_MANY_LINKS);
    assert_link("l2", "l3");
    assert_int_equal(file("l1/x"), BOOTFS_OK);
    assert_note(BOOTFS_GAVE_WAY, "l1", BOOTFS_ARCHIVE, 7, 0, BOOTFS_IS_A_DIRECTORY);
    assert_listing("l1", "x ");
}

static void links_and_files_of_one_name_replace_each_other(void **state)
{
    (void)state;
    assert_int_equal(file("d/x"), BOOTFS_OK);
    assert_int_equal(link_to("l", "d"), BOOTFS_OK);
    assert_int_equal(add_file("l", 3, "123"), BOOTFS_OK);
    assert_note(BOOTFS_OVERRIDDEN, "l", BOOTFS_ARCHIVE, 3, 0, BOOTFS_OK);
    assert_content("l", "123");
    assert_int_equal(link_to("l", "e"), BOOTFS_OK);
    assert_note(BOOTFS_OVERRIDDEN, "l", 3, BOOTFS_ARCHIVE, 3, BOOTFS_OK);
    assert_int_equal(link_to("l/", "d/x"), BOOTFS_OK);
    assert_link("l", "d/x");
    assert_content("l", "d/x");
    assert_listing("", "d l ");
    assert_int_equal(fs.statistics.overridden, 3);
    assert_int_equal(fs.statistics.discarded, 0);
}

static void a_directory_wins_over_a_link_that_comes_later(void **state)
{
    (void)state;
    assert_int_equal(directory("d"), BOOTFS_OK);
    assert_int_equal(link_to("d", "e"), BOOTFS_IS_A_DIRECTORY);
    assert_note(BOOTFS_LEFT_OUT, "d", BOOTFS_ARCHIVE, 8, 0, BOOTFS_IS_A_DIRECTORY);
    assert_directory("d");
}

/* Ways to make the name "n" something: a file, a link to nothing, a link to the directory "d", a
 * directory by name, a directory by what is added below it. */
enum {
    WAYS = 5
};

static void make(int way, const char *below)
{
    switch (way) {
    case 0:
        (void)file("n");
        return;
    case 1:
        (void)link_to("n", "nothing");
        return;
    case 2:
        (void)link_to("n", "d");
        return;
    case 3:
        (void)directory("n");
        return;
    default:
        assert_int_equal(file(below), BOOTFS_OK);
    }
}

static void who_wins_between_any_two(void **state)
{
    (void)state;
    static const struct {
        char kind[WAYS + 1];  /* after the row's way and the column's: file, link, directory */
        char event[WAYS + 1]; /* overridden, left out, gave way, or none */
    } expected[WAYS] = {
        {"fllDD", "ooogg"}, /* file, then any */
        {"fllDD", "ooogg"}, /* link to nothing, then any */
        {"fllll", "ooo--"}, /* link to a directory: later directories are that one */
        {"DDDDD", "lll--"}, /* directory, then any */
        {"DDDDD", "lll--"},
    };
    for (int a = 0; a < WAYS; a++)
        for (int b = 0; b < WAYS; b++) {
            start(100);
            assert_int_equal(directory("d"), BOOTFS_OK);
            make(a, "n/x");
            make(b, "n/y");
            assert_int_equal("Dfl"[stat_of("n").kind], expected[a].kind[b]);
            assert_true(heard.count <= 1);
            assert_int_equal(heard.count == 0 ? '-' : "?olg"[heard.note[0].event],
                             expected[a].event[b]);
        }
}

/* --- Entries of an archive -------------------------------------------------------------------- */

static void entries_have_the_permissions_of_the_archive(void **state)
{
    (void)state;
    struct archive_entry entry = file_entry("file", "");
    entry.permissions = 0170000 | 07777;
    assert_int_equal(add(entry), BOOTFS_OK);
    assert_int_equal(stat_of("file").permissions, 07777);
    entry = link_entry("link", "file");
    entry.permissions = 0;
    assert_int_equal(add(entry), BOOTFS_OK);
    assert_int_equal(stat_of("link").permissions, 0);
    entry = entry_of(ARCHIVE_DIRECTORY, "directory");
    entry.permissions = 0700;
    assert_int_equal(add(entry), BOOTFS_OK);
    assert_int_equal(stat_of("directory").permissions, 0555);
    assert_int_equal(stat_of("directory").origin, BOOTFS_ARCHIVE);
    assert_int_equal(stat_of("file").origin, BOOTFS_ARCHIVE);
}

static void a_module_has_permissions_0444_and_its_directories_0555(void **state)
{
    (void)state;
    assert_int_equal(file("a/b"), BOOTFS_OK);
    assert_int_equal(directory("c"), BOOTFS_OK);
    assert_int_equal(stat_of("a/b").permissions, 0444);
    assert_int_equal(stat_of("a").permissions, 0555);
    assert_int_equal(stat_of("c").permissions, 0555);
    assert_int_equal(stat_of("").permissions, 0555);
}

static void a_directory_belongs_to_who_needed_it_first(void **state)
{
    (void)state;
    assert_int_equal(file("a/b"), BOOTFS_OK);
    assert_int_equal(add(entry_of(ARCHIVE_DIRECTORY, "a")), BOOTFS_OK);
    assert_int_equal(stat_of("a").origin, 7);
    assert_int_equal(heard.count, 0);
}

static void devices_and_the_top_are_passed_over_in_silence(void **state)
{
    (void)state;
    assert_int_equal(add(entry_of(ARCHIVE_OTHER, "dev/null")), BOOTFS_OK);
    assert_int_equal(add(entry_of(ARCHIVE_OTHER, repeat("n", 2000, ""))), BOOTFS_OK);
    assert_int_equal(add(entry_of(ARCHIVE_DIRECTORY, ".")), BOOTFS_OK);
    assert_int_equal(add(entry_of(ARCHIVE_DIRECTORY, "/")), BOOTFS_OK);
    assert_int_equal(fs.count, 1);
    assert_int_equal(heard.count, 0);
    assert_int_equal(add(file_entry("./", "12")), BOOTFS_NAME_EMPTY);
    assert_note(BOOTFS_LEFT_OUT, "./", BOOTFS_ARCHIVE, BOOTFS_ARCHIVE, 2, BOOTFS_NAME_EMPTY);
}

static enum bootfs_status prefixed(const char *prefix, struct archive_entry entry)
{
    entry.prefix = keep_text(prefix);
    return add(entry);
}

static void a_prefix_stands_before_the_name(void **state)
{
    (void)state;
    assert_int_equal(prefixed("usr/share", file_entry("man/ls.1", "1")), BOOTFS_OK);
    assert_content("usr/share/man/ls.1", "1");
    assert_int_equal(prefixed("./usr/x/", file_entry("../share//man/ls.1/", "2")), BOOTFS_OK);
    assert_content("usr/share/man/ls.1", "2");
    assert_note(BOOTFS_OVERRIDDEN, "ls.1", BOOTFS_ARCHIVE, BOOTFS_ARCHIVE, 1, BOOTFS_OK);
    assert_int_equal(prefixed("", file_entry("x", "3")), BOOTFS_OK);
    assert_content("x", "3");
    assert_int_equal(prefixed("a/..", file_entry(".", "4")), BOOTFS_NAME_EMPTY);
    assert_int_equal(prefixed("a", file_entry("b", "5")), BOOTFS_OK);
    assert_int_equal(prefixed("a/b", file_entry(".", "6")), BOOTFS_OK);
    assert_content("a/b", "6");
    assert_listing("", "usr x a ");
}

static void a_link_at_the_end_of_a_prefix_is_followed_unless_nothing_comes_behind(void **state)
{
    (void)state;
    assert_int_equal(directory("d"), BOOTFS_OK);
    assert_int_equal(link_to("l", "d"), BOOTFS_OK);
    assert_int_equal(prefixed("l", file_entry("x", "1")), BOOTFS_OK);
    assert_content("d/x", "1");
    assert_int_equal(prefixed("l", file_entry(".", "2")), BOOTFS_OK);
    assert_content("l", "2");
    assert_content("d/x", "1");
}

static void a_hard_link_has_content_and_permissions_of_its_target(void **state)
{
    (void)state;
    struct archive_entry entry = file_entry("bin/a", "content");
    entry.permissions = 0711;
    assert_int_equal(add(entry), BOOTFS_OK);
    assert_int_equal(hard_link("usr/b", "./bin/a"), BOOTFS_OK);
    assert_content("usr/b", "content");
    assert_int_equal(stat_of("usr/b").permissions, 0711);
    assert_int_equal(stat_of("usr/b").origin, BOOTFS_ARCHIVE);
    assert_int_equal(fs.statistics.files, 2);
    assert_int_equal(fs.statistics.bytes, 14);
    assert_int_equal(add_file("bin/a", 1, "other"), BOOTFS_OK);
    assert_content("usr/b", "content");
}

static void a_hard_link_to_a_link_is_a_link_of_the_same_text(void **state)
{
    (void)state;
    assert_int_equal(file("x"), BOOTFS_OK);
    assert_int_equal(file("d/x"), BOOTFS_OK);
    assert_int_equal(link_to("l", "x"), BOOTFS_OK);
    assert_int_equal(hard_link("d/m", "l"), BOOTFS_OK);
    assert_link("d/m", "x");
    assert_content("d/m", "d/x");
    assert_int_equal(link_to("e", "d"), BOOTFS_OK);
    assert_int_equal(hard_link("y", "e/x"), BOOTFS_OK);
    assert_content("y", "d/x");
}

static void a_hard_link_without_a_file_is_left_out(void **state)
{
    (void)state;
    assert_int_equal(file("d/x"), BOOTFS_OK);
    assert_int_equal(hard_link("a", "b"), BOOTFS_NOT_FOUND);
    assert_note(BOOTFS_LEFT_OUT, "a", BOOTFS_ARCHIVE, BOOTFS_ARCHIVE, 0, BOOTFS_NOT_FOUND);
    assert_int_equal(hard_link("a", "d"), BOOTFS_IS_A_DIRECTORY);
    assert_int_equal(hard_link("a", "d/x/y"), BOOTFS_NOT_A_DIRECTORY);
    assert_int_equal(hard_link("d", "d/x"), BOOTFS_IS_A_DIRECTORY);
    assert_note(BOOTFS_LEFT_OUT, "d", BOOTFS_ARCHIVE, 7, 3, BOOTFS_IS_A_DIRECTORY);
    assert_listing("", "d ");
    assert_int_equal(fs.statistics.discarded, 4);
}

static void a_hard_link_may_replace_its_own_target(void **state)
{
    (void)state;
    assert_int_equal(file("a"), BOOTFS_OK);
    assert_int_equal(hard_link("a", "a"), BOOTFS_OK);
    assert_content("a", "a");
    assert_int_equal(hard_link("a/b", "a"), BOOTFS_OK);
    assert_content("a/b", "a");
    assert_directory("a");
}

/* --- Groups ----------------------------------------------------------------------------------- */

static void all_names_of_a_group_have_its_content(void **state)
{
    (void)state;
    for (int bringer = 0; bringer < 3; bringer++) {
        start(4);
        assert_int_equal(grouped("a", 5, bringer == 0 ? "content" : ""), BOOTFS_OK);
        assert_int_equal(grouped("b", 5, bringer == 1 ? "content" : ""), BOOTFS_OK);
        assert_int_equal(grouped("c", 5, bringer == 2 ? "content" : ""), BOOTFS_OK);
        assert_content("a", "content");
        assert_content("b", "content");
        assert_content("c", "content");
        assert_int_equal(fs.statistics.bytes, 21);
        assert_int_equal(heard.count, 0);
    }
}

static void a_name_without_content_so_far_is_an_empty_file(void **state)
{
    (void)state;
    assert_int_equal(grouped("a", 5, ""), BOOTFS_OK);
    assert_content("a", "");
    assert_int_equal(stat_of("a").permissions, 0640);
    assert_int_equal(fs.statistics.files, 1);
    assert_int_equal(hard_link("b", "a"), BOOTFS_OK);
    assert_content("b", "");
}

static void names_that_bring_their_own_content_keep_it(void **state)
{
    (void)state;
    assert_int_equal(grouped("a", 5, ""), BOOTFS_OK);
    assert_int_equal(grouped("b", 5, "first"), BOOTFS_OK);
    assert_int_equal(grouped("c", 5, "second"), BOOTFS_OK);
    assert_int_equal(grouped("d", 5, ""), BOOTFS_OK);
    assert_content("a", "first");
    assert_content("b", "first");
    assert_content("c", "second");
    assert_content("d", "first");
}

static void groups_do_not_mix(void **state)
{
    (void)state;
    assert_int_equal(grouped("a", 1, ""), BOOTFS_OK);
    assert_int_equal(grouped("b", 1ull << 32, ""), BOOTFS_OK);
    assert_int_equal(grouped("c", 1ull << 32 | 1, ""), BOOTFS_OK);
    assert_int_equal(grouped("x", 1ull << 32, "x"), BOOTFS_OK);
    assert_content("a", "");
    assert_content("b", "x");
    assert_content("c", "");
    assert_int_equal(grouped("y", UINT64_MAX, "y"), BOOTFS_OK);
    assert_int_equal(grouped("z", UINT64_MAX, ""), BOOTFS_OK);
    assert_content("z", "y");
}

static void a_group_ends_with_its_archive(void **state)
{
    (void)state;
    assert_int_equal(grouped("a", 5, ""), BOOTFS_OK);
    bootfs_end_archive(&fs);
    assert_int_equal(grouped("b", 5, "b"), BOOTFS_OK);
    assert_int_equal(grouped("c", 5, ""), BOOTFS_OK);
    bootfs_end_archive(&fs);
    assert_int_equal(grouped("d", 5, ""), BOOTFS_OK);
    assert_content("a", "");
    assert_content("c", "b");
    assert_content("d", "");
}

static void a_replaced_name_no_longer_waits(void **state)
{
    (void)state;
    for (int replaced = 0; replaced < 3; replaced++) {
        static const char *const names[] = {"a", "b", "c"};
        start(100);
        for (int i = 0; i < 3; i++)
            assert_int_equal(grouped(names[i], 5, ""), BOOTFS_OK);
        assert_int_equal(add_file(names[replaced], 3, "module"), BOOTFS_OK);
        assert_note(BOOTFS_OVERRIDDEN, names[replaced], BOOTFS_ARCHIVE, 3, 0, BOOTFS_OK);
        assert_int_equal(grouped("d", 5, "content"), BOOTFS_OK);
        for (int i = 0; i < 3; i++)
            assert_content(names[i], i == replaced ? "module" : "content");
    }
}

static void replaced_names_leave_the_others_waiting_in_any_order(void **state)
{
    (void)state;
    static const char *const names[] = {"a", "b", "c", "d"};
    for (unsigned first = 0; first < 4; first++)
        for (unsigned second = 0; second < 4; second++) {
            start(100);
            for (unsigned i = 0; i < 4; i++)
                assert_int_equal(grouped(names[i], 5, ""), BOOTFS_OK);
            assert_int_equal(file(names[first]), BOOTFS_OK);
            assert_int_equal(file(names[second]), BOOTFS_OK);
            assert_int_equal(grouped("e", 5, "content"), BOOTFS_OK);
            for (unsigned i = 0; i < 4; i++)
                assert_content(names[i], i == first || i == second ? names[i] : "content");
        }
}

static void a_waiting_name_may_give_way_to_a_directory_or_link(void **state)
{
    (void)state;
    assert_int_equal(grouped("a", 5, ""), BOOTFS_OK);
    assert_int_equal(grouped("b", 5, ""), BOOTFS_OK);
    assert_int_equal(grouped("c", 5, ""), BOOTFS_OK);
    assert_int_equal(file("b/x"), BOOTFS_OK);
    assert_note(BOOTFS_GAVE_WAY, "b", BOOTFS_ARCHIVE, 7, 0, BOOTFS_IS_A_DIRECTORY);
    assert_int_equal(link_to("c", "a"), BOOTFS_OK);
    assert_int_equal(grouped("d", 5, "content"), BOOTFS_OK);
    assert_listing("b", "x ");
    assert_link("c", "a");
    assert_content("c", "content");
}

static void a_waiting_name_may_come_to_wait_for_another_group(void **state)
{
    (void)state;
    assert_int_equal(grouped("a", 5, ""), BOOTFS_OK);
    assert_int_equal(grouped("b", 5, ""), BOOTFS_OK);
    assert_int_equal(grouped("a", 6, ""), BOOTFS_OK);
    assert_int_equal(grouped("a", 6, ""), BOOTFS_OK);
    assert_int_equal(grouped("c", 5, "five"), BOOTFS_OK);
    assert_content("a", "");
    assert_content("b", "five");
    assert_int_equal(grouped("d", 6, "six"), BOOTFS_OK);
    assert_content("a", "six");
    assert_content("b", "five");
    assert_int_equal(grouped("b", 6, ""), BOOTFS_OK);
    assert_content("b", "six");
    assert_int_equal(grouped("b", 6, "own"), BOOTFS_OK);
    assert_content("b", "own");
}

static void content_is_shared_even_if_its_own_name_is_left_out(void **state)
{
    (void)state;
    assert_int_equal(directory("taken"), BOOTFS_OK);
    assert_int_equal(grouped("a", 5, ""), BOOTFS_OK);
    assert_int_equal(grouped("taken", 5, "content"), BOOTFS_IS_A_DIRECTORY);
    assert_int_equal(grouped("b", 5, ""), BOOTFS_OK);
    assert_content("a", "content");
    assert_content("b", "content");
}

/* --- The reserved directory ------------------------------------------------------------------- */

/* Adds the entry while system/boot is reserved. */
static enum bootfs_status add_unreserved(struct archive_entry entry)
{
    return add_below(&entry, node_of("system/boot"));
}

static void a_node_tells_its_whole_path(void **state)
{
    (void)state;
    char text[16];
    uint32_t node;
    assert_int_equal(file("/etc//rc.d/x"), BOOTFS_OK);
    assert_int_equal(bootfs_find(&fs, BOOTFS_TOP, (struct slice){"etc/rc.d/x", 10}, true, &node),
                     BOOTFS_OK);
    assert_int_equal(bootfs_path(&fs, node, text, 11), 10);
    assert_string_equal(text, "etc/rc.d/x");
    assert_int_equal(bootfs_path(&fs, node, text, 10), 10);
    assert_string_equal(text, "tc/rc.d/x");
    assert_int_equal(bootfs_path(&fs, node, text, 1), 10);
    assert_string_equal(text, "");
    assert_int_equal(bootfs_path(&fs, BOOTFS_TOP, text, sizeof text), 0);
    assert_string_equal(text, "");
}

static void no_entry_comes_into_the_reserved_directory(void **state)
{
    (void)state;
    assert_int_equal(directory("system/boot"), BOOTFS_OK);
    assert_int_equal(add_unreserved(file_entry("system/boot/x", "123")), BOOTFS_RESERVED);
    assert_note(BOOTFS_LEFT_OUT, "system/boot/x", BOOTFS_ARCHIVE, 8, 3, BOOTFS_RESERVED);
    assert_int_equal(add_unreserved(file_entry("system/boot/d/x", "")), BOOTFS_RESERVED);
    assert_int_equal(add_unreserved(file_entry("system/boot", "")), BOOTFS_IS_A_DIRECTORY);
    assert_int_equal(add_unreserved(link_entry("system/boot", "x")), BOOTFS_IS_A_DIRECTORY);
    assert_int_equal(add_unreserved(file_entry("system", "")), BOOTFS_IS_A_DIRECTORY);
    assert_int_equal(add_unreserved(link_entry("system/boot/l", "/")), BOOTFS_RESERVED);
    assert_int_equal(add_unreserved(entry_of(ARCHIVE_DIRECTORY, "system/boot/d")), BOOTFS_RESERVED);
    assert_int_equal(add_unreserved(file_entry("x/../system/./boot//x", "")), BOOTFS_RESERVED);
    assert_listing("system/boot", "");
    assert_listing("", "system ");
    assert_int_equal(fs.statistics.discarded, 8);
}

static void the_reserved_directory_itself_and_all_around_it_is_fine(void **state)
{
    (void)state;
    assert_int_equal(directory("system/boot"), BOOTFS_OK);
    assert_int_equal(add_unreserved(entry_of(ARCHIVE_DIRECTORY, "system/boot")), BOOTFS_OK);
    assert_int_equal(add_unreserved(entry_of(ARCHIVE_DIRECTORY, "system")), BOOTFS_OK);
    assert_int_equal(add_unreserved(entry_of(ARCHIVE_DIRECTORY, ".")), BOOTFS_OK);
    assert_int_equal(add_unreserved(file_entry("system/x", "")), BOOTFS_OK);
    assert_int_equal(add_unreserved(file_entry("system/boot/../y", "")), BOOTFS_OK);
    assert_int_equal(add_unreserved(file_entry("system/boot2/x", "")), BOOTFS_OK);
    assert_listing("system", "boot x y boot2 ");
    assert_int_equal(heard.count, 0);
}

static void no_link_leads_an_entry_into_the_reserved_directory(void **state)
{
    (void)state;
    assert_int_equal(file("system/boot/d/module"), BOOTFS_OK);
    assert_int_equal(add_unreserved(link_entry("l", "system/boot")), BOOTFS_OK);
    assert_int_equal(add_unreserved(link_entry("m", "l/d")), BOOTFS_OK);
    assert_int_equal(add_unreserved(file_entry("l/x", "")), BOOTFS_RESERVED);
    assert_int_equal(add_unreserved(file_entry("m/x", "")), BOOTFS_RESERVED);
    assert_int_equal(add_unreserved(file_entry("m/module", "")), BOOTFS_RESERVED);
    assert_int_equal(add_unreserved(entry_of(ARCHIVE_DIRECTORY, "m")), BOOTFS_RESERVED);
    assert_int_equal(add_unreserved(entry_of(ARCHIVE_DIRECTORY, "l")), BOOTFS_OK);
    assert_listing("system/boot", "d ");
    assert_content("m/module", "system/boot/d/module");
    assert_int_equal(add_unreserved(file_entry("l/../x", "")), BOOTFS_OK);
    assert_listing("system", "boot x ");
}

/* --- Room ------------------------------------------------------------------------------------- */

static void the_promised_nodes_suffice_for_each_name(void **state)
{
    (void)state;
    static const char *const names[] = {"a", "a/b", "a/b/c/d/e", "/a//./b/", "a/../b/../c"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        start(bootfs_nodes_of_name(keep_text(names[i])));
        assert_int_equal(file(names[i]), BOOTFS_OK);
    }
    assert_int_equal(bootfs_nodes_of_name((struct slice){0}), 0);
    assert_int_equal(bootfs_nodes_of_name(keep_text("/./..//")), 0);
    assert_int_equal(bootfs_nodes_of_name(keep_text("a/b/c/d/e")), 5);
}

static void an_archive_takes_a_node_for_each_piece_and_group(void **state)
{
    (void)state;
    struct archive_count count = {.entries = 2, .components = 5, .grouped = 2};
    assert_int_equal(bootfs_nodes_of_archive(&count), 7);
    start(7);
    assert_int_equal(grouped("a/b", 1, ""), BOOTFS_OK);
    assert_int_equal(grouped("c/d/e", 2, ""), BOOTFS_OK);
    assert_int_equal(fs.count, 8);
    count = (struct archive_count){.components = UINT32_MAX - 2, .grouped = 1};
    assert_int_equal(bootfs_nodes_of_archive(&count), UINT32_MAX - 1);
    count.grouped = 2;
    assert_int_equal(bootfs_nodes_of_archive(&count), UINT32_MAX);
    count.grouped = UINT32_MAX;
    assert_int_equal(bootfs_nodes_of_archive(&count), UINT32_MAX);
}

static void what_does_not_fit_is_left_out_whole(void **state)
{
    (void)state;
    start(3);
    assert_int_equal(file("a"), BOOTFS_OK);
    assert_int_equal(file("b/c/d"), BOOTFS_FULL);
    assert_note(BOOTFS_LEFT_OUT, "b/c/d", 7, 7, 5, BOOTFS_FULL);
    assert_int_equal(file("a/b/c/d"), BOOTFS_FULL);
    assert_listing("", "a ");
    assert_content("a", "a");
    assert_int_equal(file("a/b/c"), BOOTFS_OK);
    assert_content("a/b/c", "a/b/c");
    assert_int_equal(file("b"), BOOTFS_FULL);
    assert_int_equal(directory("b"), BOOTFS_FULL);
    assert_int_equal(link_to("b", "a"), BOOTFS_FULL);
    assert_int_equal(hard_link("b", "a/b/c"), BOOTFS_FULL);
    assert_int_equal(grouped("a/b/c", 5, "123"), BOOTFS_FULL);
    assert_note(BOOTFS_LEFT_OUT, "a/b/c", BOOTFS_ARCHIVE, BOOTFS_ARCHIVE, 3, BOOTFS_FULL);
    assert_int_equal(bootfs_add_top(&fs), BOOTFS_NONE);
    assert_int_equal(add_file("a/b/c", 3, "new"), BOOTFS_OK);
    assert_content("a/b/c", "new");
    assert_int_equal(directory("a/b"), BOOTFS_OK);
}

static void a_tree_without_nodes_holds_its_top(void **state)
{
    (void)state;
    start(0);
    assert_int_equal(status_of(""), BOOTFS_OK);
    assert_int_equal(status_of("a"), BOOTFS_NOT_FOUND);
    assert_int_equal(file("a"), BOOTFS_FULL);
    assert_int_equal(directory("a/.."), BOOTFS_OK);
    assert_int_equal(bootfs_add_top(&fs), BOOTFS_NONE);
    assert_listing("", "");
}

static void a_tree_has_at_most_2_to_the_26_nodes(void **state)
{
    (void)state;
    assert_true(bootfs_size(1u << 26) > (uint64_t)44 << 26);
    assert_int_equal(bootfs_size((1u << 26) + 1), 0);
    assert_int_equal(bootfs_size(UINT32_MAX), 0);
    assert_true(bootfs_size(0) > 0);
    for (uint32_t nodes = 0; nodes < 200; nodes++)
        assert_true(bootfs_size(nodes) < bootfs_size(nodes + 1));
}

static void a_node_takes_4_to_8_bytes_to_be_found(void **state)
{
    (void)state;
    for (uint32_t nodes = 0; nodes < 200; nodes++) {
        uint64_t index = bootfs_size(nodes) - (nodes + 1) * sizeof(struct bootfs_node);
        assert_true(index >= 4 * (nodes + 1) && index < 8 * (nodes + 1));
    }
}

/* --- Reading ---------------------------------------------------------------------------------- */

static void a_file_can_be_read_in_odd_sizes(void **state)
{
    (void)state;
    static const char text[] = "The quick brown fox jumps over the lazy dog";
    assert_int_equal(add_file("f", 1, text), BOOTFS_OK);
    for (size_t step = 1; step <= sizeof text; step++) {
        struct bootfs_file open;
        assert_int_equal(bootfs_open(&fs, BOOTFS_TOP, keep_text("f"), &open), BOOTFS_OK);
        char *piece = malloc(step), whole[sizeof text];
        size_t length = 0, count;
        while ((count = bootfs_read(&open, piece, step)) > 0) {
            memcpy(whole + length, piece, count);
            length += count;
            assert_true(count == step || length == sizeof text - 1);
        }
        free(piece);
        assert_int_equal(length, sizeof text - 1);
        assert_memory_equal(whole, text, length);
        assert_int_equal(open.position, length);
        assert_int_equal(bootfs_read(&open, whole, 1), 0);
    }
}

static void a_seek_may_lead_behind_the_end(void **state)
{
    (void)state;
    struct bootfs_file open;
    char bytes[8];
    assert_int_equal(add_file("f", 1, "0123456789"), BOOTFS_OK);
    assert_int_equal(bootfs_open(&fs, BOOTFS_TOP, keep_text("f"), &open), BOOTFS_OK);
    bootfs_seek(&open, 8);
    assert_int_equal(bootfs_read(&open, bytes, sizeof bytes), 2);
    assert_memory_equal(bytes, "89", 2);
    static const uint64_t behind[] = {10, 11, 1ull << 32, UINT64_MAX};
    for (size_t i = 0; i < sizeof behind / sizeof behind[0]; i++) {
        bootfs_seek(&open, behind[i]);
        assert_int_equal(bootfs_read(&open, bytes, sizeof bytes), 0);
        assert_int_equal(open.position, behind[i]);
    }
    bootfs_seek(&open, 0);
    assert_int_equal(bootfs_read(&open, bytes, 0), 0);
    assert_int_equal(bootfs_read(&open, bytes, 1), 1);
    assert_int_equal(bytes[0], '0');
}

static void an_empty_file_need_not_have_content(void **state)
{
    (void)state;
    struct bootfs_file open;
    char byte;
    assert_int_equal(bootfs_add_file(&fs, BOOTFS_TOP, keep_text("f"), 1, NULL, 0), BOOTFS_OK);
    assert_int_equal(bootfs_open(&fs, BOOTFS_TOP, keep_text("f"), &open), BOOTFS_OK);
    assert_int_equal(bootfs_read(&open, &byte, 1), 0);
    assert_null(stat_of("f").content);
}

static void a_directory_is_listed_in_the_order_of_adding(void **state)
{
    (void)state;
    assert_int_equal(file("d/z"), BOOTFS_OK);
    assert_int_equal(file("d/m/x"), BOOTFS_OK);
    assert_int_equal(link_to("d/a", "z"), BOOTFS_OK);
    assert_int_equal(file("d/m/y"), BOOTFS_OK);
    assert_listing("d", "z m a ");
    assert_listing("d/m", "x y ");
    assert_listing("", "d ");
}

static void a_directory_has_no_bytes_and_a_file_no_children(void **state)
{
    (void)state;
    struct bootfs_file open;
    struct bootfs_stat stat;
    char byte;
    assert_int_equal(file("d/f"), BOOTFS_OK);
    assert_int_equal(bootfs_open(&fs, BOOTFS_TOP, keep_text("d"), &open), BOOTFS_OK);
    assert_int_equal(bootfs_read(&open, &byte, 1), 0);
    assert_true(bootfs_read_directory(&open, &stat));
    assert_false(bootfs_read_directory(&open, &stat));
    assert_false(bootfs_read_directory(&open, &stat));
    assert_int_equal(bootfs_open(&fs, BOOTFS_TOP, keep_text("d/f"), &open), BOOTFS_OK);
    assert_false(bootfs_read_directory(&open, &stat));
}

static void what_cannot_be_opened_leaves_the_file_untouched(void **state)
{
    (void)state;
    struct bootfs_file open = {.position = 77};
    assert_int_equal(bootfs_open(&fs, BOOTFS_TOP, keep_text("f"), &open), BOOTFS_NOT_FOUND);
    assert_int_equal(open.position, 77);
}

static void opening_follows_links(void **state)
{
    (void)state;
    struct bootfs_file open;
    char bytes[8];
    assert_int_equal(file("d/f"), BOOTFS_OK);
    assert_int_equal(link_to("l", "d"), BOOTFS_OK);
    assert_int_equal(link_to("d/m", "f"), BOOTFS_OK);
    assert_int_equal(bootfs_open(&fs, BOOTFS_TOP, keep_text("l/m"), &open), BOOTFS_OK);
    assert_int_equal(open.node, node_of("d/f"));
    assert_int_equal(bootfs_read(&open, bytes, sizeof bytes), 3);
    assert_listing("l", "f m ");
}

static void a_tree_of_its_own_has_nothing_to_do_with_the_others(void **state)
{
    (void)state;
    uint32_t top = bootfs_add_top(&fs), node;
    struct bootfs_stat stat;
    assert_int_equal(file("a/x"), BOOTFS_OK);
    assert_int_equal(bootfs_add_file(&fs, top, keep_text("a/y"), 1, NULL, 0), BOOTFS_OK);
    struct archive_entry entry = link_entry("a/l", "../../../../a/y");
    assert_int_equal(bootfs_add_entry(&fs, top, &entry, BOOTFS_NONE), BOOTFS_OK);
    entry = link_entry("a/m", "/a/y");
    assert_int_equal(bootfs_add_entry(&fs, top, &entry, BOOTFS_NONE), BOOTFS_OK);
    assert_listing("", "a ");
    assert_listing("a", "x ");
    assert_int_equal(find_below(top, "a/x", true, &node), BOOTFS_NOT_FOUND);
    assert_int_equal(find_below(top, "../../a/l", true, &node), BOOTFS_OK);
    bootfs_stat(&fs, node, &stat);
    assert_slice(stat.name, "y");
    assert_int_equal(find_below(top, "a/m", true, &node), BOOTFS_OK);
    assert_int_equal(node, stat.node);
    bootfs_stat(&fs, top, &stat);
    assert_true(stat.kind == BOOTFS_DIRECTORY && stat.name.text == NULL);
    assert_int_equal(fs.statistics.directories, 2);
}

static void any_directory_can_be_the_top_of_a_name(void **state)
{
    (void)state;
    assert_int_equal(file("d/x"), BOOTFS_OK);
    uint32_t top = node_of("d"), node;
    assert_int_equal(bootfs_add_file(&fs, top, keep_text("../y"), 1, NULL, 0), BOOTFS_OK);
    assert_listing("d", "x y ");
    assert_int_equal(find_below(top, "/../x", true, &node), BOOTFS_OK);
    assert_int_equal(find_below(top, "..", true, &node), BOOTFS_OK);
    assert_int_equal(node, top);
    assert_int_equal(bootfs_add_file(&fs, top, keep_text("."), 1, NULL, 0), BOOTFS_NAME_EMPTY);
}

/* --- Many ------------------------------------------------------------------------------------- */

enum {
    MANY = 10000
};

/* The name of a module: up to 13 bytes, in directories of some hundred. */
static struct slice module_name(uint32_t i)
{
    char name[16];
    (void)snprintf(name, sizeof name, "m%02u/%s%u", i % 97, i % 2 == 0 ? "drv" : "", i);
    assert_true(strlen(name) <= 13);
    return keep_text(name);
}

static void add_many(void)
{
    static const uint8_t bytes[MANY];
    for (uint32_t i = 0; i < MANY; i++)
        assert_int_equal(bootfs_add_file(&fs, BOOTFS_TOP, module_name(i), i, bytes, i), BOOTFS_OK);
    assert_int_equal(fs.statistics.files, MANY);
    assert_int_equal(fs.statistics.directories, 97);
    assert_int_equal(fs.statistics.bytes, (uint64_t)MANY * (MANY - 1) / 2);
    assert_statistics();
}

static void find_many(void)
{
    for (uint32_t i = 0; i < MANY; i++) {
        uint32_t node;
        struct bootfs_stat stat;
        assert_int_equal(bootfs_find(&fs, BOOTFS_TOP, module_name(i), true, &node), BOOTFS_OK);
        bootfs_stat(&fs, node, &stat);
        assert_true(stat.kind == BOOTFS_FILE && stat.origin == i && stat.size == i);
    }
    assert_int_equal(status_of("m00/drv1"), BOOTFS_NOT_FOUND);
}

static void ten_thousand_modules_are_all_found_again(void **state)
{
    (void)state;
    start(MANY + 97);
    add_many();
    find_many();
    assert_int_equal(fs.count, fs.capacity);
}

static void names_that_all_fall_into_one_bucket_are_found_all_the_same(void **state)
{
    (void)state;
    start(MANY + 97);
    fs.bucket_mask = 0;
    add_many();
    find_many();
}

static void ten_thousand_names_of_one_group_get_its_content(void **state)
{
    (void)state;
    start(2 * MANY);
    for (uint32_t i = 0; i < MANY; i++) {
        struct archive_entry entry = {.name = module_name(i), .group = 1};
        if (i == MANY - 1)
            entry.content = keep("123", entry.size = 3);
        assert_int_equal(bootfs_add_entry(&fs, BOOTFS_TOP, &entry, BOOTFS_NONE), BOOTFS_OK);
    }
    assert_int_equal(fs.statistics.bytes, 3 * MANY);
    assert_statistics();
}

static void a_large_directory_is_listed_in_order(void **state)
{
    (void)state;
    start(MANY);
    for (uint32_t i = 0; i < MANY; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "%u", i * 7919 % MANY);
        assert_int_equal(bootfs_add_file(&fs, BOOTFS_TOP, keep_text(name), i, NULL, 0), BOOTFS_OK);
    }
    struct bootfs_file open;
    struct bootfs_stat stat;
    uint32_t next = 0;
    assert_int_equal(bootfs_open(&fs, BOOTFS_TOP, keep_text("/"), &open), BOOTFS_OK);
    while (bootfs_read_directory(&open, &stat))
        assert_int_equal(stat.origin, next++);
    assert_int_equal(next, MANY);
}

static void nobody_need_listen(void **state)
{
    (void)state;
    bootfs_start(&fs, memory, 100, NULL);
    assert_int_equal(bootfs_add_file(&fs, BOOTFS_TOP, keep_text("a"), 1, NULL, 0), BOOTFS_OK);
    assert_int_equal(bootfs_add_file(&fs, BOOTFS_TOP, keep_text("a"), 2, NULL, 0), BOOTFS_OK);
    assert_int_equal(bootfs_add_file(&fs, BOOTFS_TOP, keep_text("/"), 1, NULL, 0),
                     BOOTFS_NAME_EMPTY);
    assert_int_equal(fs.statistics.overridden, 1);
    assert_int_equal(fs.statistics.discarded, 1);
}

static void every_status_has_a_phrase_of_its_own(void **state)
{
    (void)state;
    assert_phrases(bootfs_status_str, enum bootfs_status, BOOTFS_FULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, prepare, release)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(slashes_and_dots_do_not_count),
        TEST(a_dot_counts_where_more_stands_beside_it),
        TEST(two_dots_take_back_a_piece_whether_it_exists_or_not),
        TEST(what_is_taken_back_is_not_made),
        TEST(two_dots_stay_at_the_top),
        TEST(an_empty_name_is_the_top_and_names_no_file),
        TEST(upper_and_lower_case_differ),
        TEST(names_may_hold_any_byte),
        TEST(a_name_that_goes_on_behind_a_file_leads_to_no_directory),
        TEST(a_name_of_1023_bytes_fits_and_of_1024_does_not),
        TEST(prefix_and_name_together_have_at_most_1023_bytes),
        TEST(links_have_at_most_1023_bytes_of_target),
        TEST(a_name_has_up_to_512_pieces),
        TEST(pieces_that_are_taken_back_take_no_node),
        TEST(links_are_followed_at_the_end_and_in_the_middle),
        TEST(links_start_where_they_stand_or_at_the_top),
        TEST(two_dots_behind_a_link_lead_above_the_directory_to_which_it_leads),
        TEST(a_link_that_leads_to_no_directory_is_taken_back_like_any_piece),
        TEST(a_link_to_nothing_is_not_found),
        TEST(a_link_at_the_end_is_followed_only_if_asked_for),
        TEST(a_chain_of_16_links_is_followed_and_of_17_is_not),
        TEST(one_name_has_16_links_wherever_they_stand),
        TEST(links_in_a_circle_are_too_many),
        TEST(of_two_files_the_last_one_wins),
        TEST(a_directory_wins_over_a_file_that_comes_later),
        TEST(a_directory_wins_over_a_file_that_came_before),
        TEST(a_file_gives_way_only_to_what_is_not_taken_back),
        TEST(a_link_on_the_way_is_followed_if_it_leads_to_a_directory),
        TEST(a_link_that_leads_to_no_directory_gives_way_to_one),
        TEST(a_name_with_too_many_links_is_left_out_and_changes_nothing),
        TEST(a_link_gives_way_only_if_it_needs_too_many_links_by_itself),
        TEST(links_and_files_of_one_name_replace_each_other),
        TEST(a_directory_wins_over_a_link_that_comes_later),
        TEST(who_wins_between_any_two),
        TEST(entries_have_the_permissions_of_the_archive),
        TEST(a_module_has_permissions_0444_and_its_directories_0555),
        TEST(a_directory_belongs_to_who_needed_it_first),
        TEST(devices_and_the_top_are_passed_over_in_silence),
        TEST(a_prefix_stands_before_the_name),
        TEST(a_link_at_the_end_of_a_prefix_is_followed_unless_nothing_comes_behind),
        TEST(a_hard_link_has_content_and_permissions_of_its_target),
        TEST(a_hard_link_to_a_link_is_a_link_of_the_same_text),
        TEST(a_hard_link_without_a_file_is_left_out),
        TEST(a_hard_link_may_replace_its_own_target),
        TEST(all_names_of_a_group_have_its_content),
        TEST(a_name_without_content_so_far_is_an_empty_file),
        TEST(names_that_bring_their_own_content_keep_it),
        TEST(groups_do_not_mix),
        TEST(a_group_ends_with_its_archive),
        TEST(a_replaced_name_no_longer_waits),
        TEST(replaced_names_leave_the_others_waiting_in_any_order),
        TEST(a_waiting_name_may_give_way_to_a_directory_or_link),
        TEST(a_waiting_name_may_come_to_wait_for_another_group),
        TEST(content_is_shared_even_if_its_own_name_is_left_out),
        TEST(a_node_tells_its_whole_path),
        TEST(no_entry_comes_into_the_reserved_directory),
        TEST(the_reserved_directory_itself_and_all_around_it_is_fine),
        TEST(no_link_leads_an_entry_into_the_reserved_directory),
        TEST(the_promised_nodes_suffice_for_each_name),
        TEST(an_archive_takes_a_node_for_each_piece_and_group),
        TEST(what_does_not_fit_is_left_out_whole),
        TEST(a_tree_without_nodes_holds_its_top),
        TEST(a_tree_has_at_most_2_to_the_26_nodes),
        TEST(a_node_takes_4_to_8_bytes_to_be_found),
        TEST(a_file_can_be_read_in_odd_sizes),
        TEST(a_seek_may_lead_behind_the_end),
        TEST(an_empty_file_need_not_have_content),
        TEST(a_directory_is_listed_in_the_order_of_adding),
        TEST(a_directory_has_no_bytes_and_a_file_no_children),
        TEST(what_cannot_be_opened_leaves_the_file_untouched),
        TEST(opening_follows_links),
        TEST(a_tree_of_its_own_has_nothing_to_do_with_the_others),
        TEST(any_directory_can_be_the_top_of_a_name),
        TEST(ten_thousand_modules_are_all_found_again),
        TEST(names_that_all_fall_into_one_bucket_are_found_all_the_same),
        TEST(ten_thousand_names_of_one_group_get_its_content),
        TEST(a_large_directory_is_listed_in_order),
        TEST(nobody_need_listen),
        TEST(every_status_has_a_phrase_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
