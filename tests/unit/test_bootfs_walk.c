/* Names in the boot filesystem: what they mean, and where links lead. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/bootfs_tree.h"

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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
