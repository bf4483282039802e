/* mdir's text: names short and long, sizes, folders, and what it is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "flight/fat_list.h"
#include "tests/unit/exact_copy.h"

static const char listing[] = " Volume in drive : is FIRSTLIGHT \n"
                              " Volume Serial Number is 3149-7421\n"
                              "Directory for ::/os\n"
                              "\n"
                              ".            <DIR>     2026-11-22   0:31 \n"
                              "..           <DIR>     2026-11-22   0:31 \n"
                              "bootfs       <DIR>     2026-11-22   0:31 \n"
                              "n        new <DIR>     2026-11-22  10:31 \n"
                              "LONGDI~1     <DIR>     2026-11-22  10:31  a long folder\n"
                              "        5 files                   0 bytes\n"
                              "\n"
                              "Directory for ::/os/bootfs\n"
                              "\n"
                              "AVERYV~1 CON         6 2026-11-22  23:59  averyvery long name.conf\n"
                              "readme   txt 429496729 2026-11-22   0:31 \n"
                              "\xc3\xa4\xc3\xb6\xc3\xbc      txt         6 2026-11-22   0:31 \n"
                              "___                  6 2026-11-22   0:31  \xe6\x97\xa5\xe6\x9c\xac\n"
                              "system               0 2026-11-22   0:31 \n"
                              "        6 files                 114 bytes\n"
                              "\n"
                              "Total files listed:\n"
                              "       36 files                 114 bytes\n"
                              "                         16 616 448 bytes free\n"
                              "\n";

/* The text in a buffer that ends with it. */
static struct fat_list parse(const char *folder, const char *text, size_t length)
{
    struct fat_list list = {0};
    char *copy = exact_copy(text, length);
    fat_list_parse(&list, folder, copy, length);
    free(copy);
    return list;
}

static void assert_entry(const struct fat_list *list, const char *path, uint64_t size)
{
    const struct fat_entry *entry = fat_list_find(list, path);
    assert_non_null(entry);
    assert_string_equal(entry->path, path);
    assert_int_equal(entry->size, size);
    assert_false(entry->folder);
}

static void every_entry_has_its_whole_name_and_its_size(void **state)
{
    (void)state;
    struct fat_list list = parse("os", listing, sizeof listing - 1);
    assert_true(list.found);
    assert_int_equal(list.count, 8);
    assert_entry(&list, "bootfs/averyvery long name.conf", 6);
    assert_entry(&list, "bootfs/\xc3\xa4\xc3\xb6\xc3\xbc.txt", 6);
    assert_entry(&list, "bootfs/\xe6\x97\xa5\xe6\x9c\xac", 6);
    assert_entry(&list, "bootfs/system", 0);
    fat_list_free(&list);
}

static void folders_are_told_from_files(void **state)
{
    (void)state;
    struct fat_list list = parse("os", listing, sizeof listing - 1);
    assert_true(fat_list_find(&list, "bootfs")->folder);
    assert_true(fat_list_find(&list, "n.new")->folder);
    assert_true(fat_list_find(&list, "a long folder")->folder);
    assert_null(fat_list_find(&list, "."));
    assert_null(fat_list_find(&list, "longdi~1"));
    fat_list_free(&list);
}

static void a_size_of_ten_digits_is_read_where_it_stands(void **state)
{
    (void)state;
    static const char text[] = "Directory for ::/os\n"
                               "readme   txt 4294967295 2026-11-22   0:31 \n"
                               "readme   big  999999999 2026-11-22   0:31 \n";
    struct fat_list list = parse("os", text, sizeof text - 1);
    assert_entry(&list, "readme.txt", 4294967295u);
    assert_entry(&list, "readme.big", 999999999u);
    fat_list_free(&list);
}

static void the_folder_may_be_spelled_in_other_cases(void **state)
{
    (void)state;
    struct fat_list list = parse("OS", listing, sizeof listing - 1);
    assert_true(list.found);
    assert_entry(&list, "bootfs/system", 0);
    assert_non_null(fat_list_find(&list, "BOOTFS/System"));
    fat_list_free(&list);
}

static void entries_of_other_folders_do_not_count(void **state)
{
    (void)state;
    struct fat_list list = parse("boot", listing, sizeof listing - 1);
    assert_false(list.found);
    assert_int_equal(list.count, 0);
    assert_null(fat_list_find(&list, "system"));
    fat_list_free(&list);
}

static void every_truncation_gives_no_more_than_the_whole(void **state)
{
    (void)state;
    size_t last = 0;
    for (size_t length = 0; length < sizeof listing; length++) {
        struct fat_list list = parse("os", listing, length);
        assert_true(list.count >= last && list.count <= 8);
        last = list.count;
        fat_list_free(&list);
    }
    assert_int_equal(last, 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_entry_has_its_whole_name_and_its_size),
        cmocka_unit_test(folders_are_told_from_files),
        cmocka_unit_test(a_size_of_ten_digits_is_read_where_it_stands),
        cmocka_unit_test(the_folder_may_be_spelled_in_other_cases),
        cmocka_unit_test(entries_of_other_folders_do_not_count),
        cmocka_unit_test(every_truncation_gives_no_more_than_the_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
