/* Entries of an archive in the boot filesystem: what becomes of each kind, of names of one file, and of what may not come in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/bootfs_tree.h"

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
    assert_int_equal(grouped("a2", 5, ""), BOOTFS_OK);
    assert_int_equal(bootfs_end_archive(&fs), 2);
    assert_int_equal(grouped("b", 5, "b"), BOOTFS_OK);
    assert_int_equal(grouped("c", 5, ""), BOOTFS_OK);
    assert_int_equal(bootfs_end_archive(&fs), 2);
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
static enum bootfs_status add_while_reserved(struct archive_entry entry)
{
    return add_below(&entry, node_of("system/boot"));
}

static void no_entry_comes_into_the_reserved_directory(void **state)
{
    (void)state;
    assert_int_equal(directory("system/boot"), BOOTFS_OK);
    assert_int_equal(add_while_reserved(file_entry("system/boot/x", "123")), BOOTFS_RESERVED);
    assert_note(BOOTFS_LEFT_OUT, "system/boot/x", BOOTFS_ARCHIVE, 8, 3, BOOTFS_RESERVED);
    assert_int_equal(add_while_reserved(file_entry("system/boot/d/x", "")), BOOTFS_RESERVED);
    assert_int_equal(add_while_reserved(file_entry("system/boot", "")), BOOTFS_IS_A_DIRECTORY);
    assert_int_equal(add_while_reserved(link_entry("system/boot", "x")), BOOTFS_IS_A_DIRECTORY);
    assert_int_equal(add_while_reserved(file_entry("system", "")), BOOTFS_IS_A_DIRECTORY);
    assert_int_equal(add_while_reserved(link_entry("system/boot/l", "/")), BOOTFS_RESERVED);
    assert_int_equal(add_while_reserved(entry_of(ARCHIVE_DIRECTORY, "system/boot/d")),
                     BOOTFS_RESERVED);
    assert_int_equal(add_while_reserved(file_entry("x/../system/./boot//x", "")), BOOTFS_RESERVED);
    assert_listing("system/boot", "");
    assert_listing("", "system ");
    assert_int_equal(fs.statistics.discarded, 8);
}

static void the_reserved_directory_itself_and_all_around_it_is_fine(void **state)
{
    (void)state;
    assert_int_equal(directory("system/boot"), BOOTFS_OK);
    assert_int_equal(add_while_reserved(entry_of(ARCHIVE_DIRECTORY, "system/boot")), BOOTFS_OK);
    assert_int_equal(add_while_reserved(entry_of(ARCHIVE_DIRECTORY, "system")), BOOTFS_OK);
    assert_int_equal(add_while_reserved(entry_of(ARCHIVE_DIRECTORY, ".")), BOOTFS_OK);
    assert_int_equal(add_while_reserved(file_entry("system/x", "")), BOOTFS_OK);
    assert_int_equal(add_while_reserved(file_entry("system/boot/../y", "")), BOOTFS_OK);
    assert_int_equal(add_while_reserved(file_entry("system/boot2/x", "")), BOOTFS_OK);
    assert_listing("system", "boot x y boot2 ");
    assert_int_equal(heard.count, 0);
}

static void no_link_leads_an_entry_into_the_reserved_directory(void **state)
{
    (void)state;
    assert_int_equal(file("system/boot/d/module"), BOOTFS_OK);
    assert_int_equal(add_while_reserved(link_entry("l", "system/boot")), BOOTFS_OK);
    assert_int_equal(add_while_reserved(link_entry("m", "l/d")), BOOTFS_OK);
    assert_int_equal(add_while_reserved(file_entry("l/x", "")), BOOTFS_RESERVED);
    assert_int_equal(add_while_reserved(file_entry("m/x", "")), BOOTFS_RESERVED);
    assert_int_equal(add_while_reserved(file_entry("m/module", "")), BOOTFS_RESERVED);
    assert_int_equal(add_while_reserved(entry_of(ARCHIVE_DIRECTORY, "m")), BOOTFS_RESERVED);
    assert_int_equal(add_while_reserved(entry_of(ARCHIVE_DIRECTORY, "l")), BOOTFS_OK);
    assert_listing("system/boot", "d ");
    assert_content("m/module", "system/boot/d/module");
    assert_int_equal(add_while_reserved(file_entry("l/../x", "")), BOOTFS_OK);
    assert_listing("system", "boot x ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
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
        TEST(no_entry_comes_into_the_reserved_directory),
        TEST(the_reserved_directory_itself_and_all_around_it_is_fine),
        TEST(no_link_leads_an_entry_into_the_reserved_directory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
