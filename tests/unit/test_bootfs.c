/* The boot filesystem: who wins, what fits, and what can be read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "boot/bootfs_node.h"
#include "tests/unit/bootfs_tree.h"
#include "tests/unit/phrases.h"

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

static void a_node_tells_its_whole_path(void **state)
{
    (void)state;
    char text[16];
    assert_int_equal(file("/etc//rc.d/x"), BOOTFS_OK);
    uint32_t node = node_of("etc/rc.d/x");
    assert_int_equal(bootfs_path(&fs, node, text, 11), 10);
    assert_string_equal(text, "etc/rc.d/x");
    assert_int_equal(bootfs_path(&fs, node, text, 10), 10);
    assert_string_equal(text, "tc/rc.d/x");
    assert_int_equal(bootfs_path(&fs, node, text, 1), 10);
    assert_string_equal(text, "");
    assert_int_equal(bootfs_path(&fs, BOOTFS_TOP, text, sizeof text), 0);
    assert_string_equal(text, "");
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
    fs.listener = NULL;
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

int main(void)
{
    const struct CMUnitTest tests[] = {
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
        TEST(a_node_tells_its_whole_path),
        TEST(ten_thousand_modules_are_all_found_again),
        TEST(names_that_all_fall_into_one_bucket_are_found_all_the_same),
        TEST(ten_thousand_names_of_one_group_get_its_content),
        TEST(a_large_directory_is_listed_in_order),
        TEST(nobody_need_listen),
        TEST(every_status_has_a_phrase_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
