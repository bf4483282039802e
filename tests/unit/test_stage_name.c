/* Names of staged files: how they are cleaned, which are refused, which are the same. */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "flight/stage_name.h"
#include "tests/unit/phrases.h"

/* Cleans a copy that ends with the text. */
static enum stage_name_status clean(const char *text, char *name)
{
    char *copy = strdup(text);
    assert_non_null(copy);
    enum stage_name_status status = stage_name_clean(copy, name);
    free(copy);
    return status;
}

static void assert_clean(const char *text, const char *expected)
{
    char name[STAGE_NAME_MAX + 1], again[STAGE_NAME_MAX + 1];
    assert_int_equal(clean(text, name), STAGE_NAME_OK);
    assert_string_equal(name, expected);
    assert_int_equal(clean(name, again), STAGE_NAME_OK);
    assert_string_equal(again, expected);
}

static void assert_not_clean(const char *text, enum stage_name_status expected)
{
    char name[STAGE_NAME_MAX + 1];
    assert_int_equal(clean(text, name), expected);
}

static void assert_check(const char *text, enum stage_name_status expected)
{
    char *copy = strdup(text);
    assert_non_null(copy);
    if (stage_name_check(copy) != expected)
        fail_msg("'%s': %s", text, stage_name_status_str(stage_name_check(copy)));
    free(copy);
}

static void slashes_in_a_row_and_at_the_ends_and_dots_do_not_count(void **state)
{
    (void)state;
    assert_clean("etc/system", "etc/system");
    assert_clean("/etc//system", "etc/system");
    assert_clean("././etc/./system/.", "etc/system");
    assert_clean("///etc/", "etc");
    assert_clean(".hidden/..more", ".hidden/..more");
}

static void a_leading_system_boot_is_dropped_if_something_follows(void **state)
{
    (void)state;
    assert_clean("system/boot/etc/system", "etc/system");
    assert_clean("/./system//boot/./etc", "etc");
    assert_clean("system/boot", "system/boot");
    assert_clean("system/boot/.", "system/boot");
    assert_clean("system/booty/x", "system/booty/x");
    assert_clean("etc/system/boot/x", "etc/system/boot/x");
}

static void a_name_of_nothing_is_empty(void **state)
{
    (void)state;
    assert_not_clean("", STAGE_NAME_EMPTY);
    assert_not_clean("/", STAGE_NAME_EMPTY);
    assert_not_clean(".//./", STAGE_NAME_EMPTY);
}

static void two_dots_are_refused_wherever_they_are(void **state)
{
    (void)state;
    assert_not_clean("..", STAGE_NAME_UPWARDS);
    assert_not_clean("etc/../system", STAGE_NAME_UPWARDS);
    assert_not_clean("system/boot/..", STAGE_NAME_UPWARDS);
}

/* Pieces of `length` letters each, `count` of them. */
static char *pieces(size_t count, size_t length)
{
    char *text = calloc(count, length + 1);
    assert_non_null(text);
    memset(text, 'n', count * (length + 1) - 1);
    for (size_t i = 1; i < count; i++)
        text[i * (length + 1) - 1] = '/';
    return text;
}

static void a_name_has_at_most_1023_bytes(void **state)
{
    (void)state;
    char name[STAGE_NAME_MAX + 1];
    char *text = pieces(4, 255);
    assert_int_equal(strlen(text), 1023);
    assert_int_equal(clean(text, name), STAGE_NAME_OK);
    assert_string_equal(name, text);
    assert_check(text, STAGE_NAME_OK);
    char longer[1100];
    strcpy(longer, text);
    assert_not_clean(strcat(longer, "n"), STAGE_NAME_TOO_LONG);
    strcpy(longer, text);
    longer[1022] = '\0';
    assert_int_equal(clean(longer, name), STAGE_NAME_OK);
    strcpy(longer, text);
    longer[1022] = '/';
    assert_not_clean(strcat(longer, "nn"), STAGE_NAME_TOO_LONG);
    free(text);
    text = pieces(1, 1024);
    assert_not_clean(text, STAGE_NAME_TOO_LONG);
    free(text);
}

static void a_piece_has_at_most_255_bytes(void **state)
{
    (void)state;
    for (size_t length = 254; length <= 256; length++) {
        char *text = pieces(2, length);
        assert_check(text, length > 255 ? STAGE_NAME_PIECE_TOO_LONG : STAGE_NAME_OK);
        free(text);
    }
}

static void a_name_has_at_most_16_pieces(void **state)
{
    (void)state;
    for (size_t count = 15; count <= 17; count++) {
        char *text = pieces(count, 1);
        assert_check(text, count > 16 ? STAGE_NAME_TOO_DEEP : STAGE_NAME_OK);
        free(text);
    }
}

static void a_piece_does_not_end_with_a_dot(void **state)
{
    (void)state;
    assert_check("etc./system", STAGE_NAME_PIECE_ENDS);
    assert_check("etc/system.", STAGE_NAME_PIECE_ENDS);
    assert_check("...", STAGE_NAME_PIECE_ENDS);
    assert_check(".a", STAGE_NAME_OK);
}

static void blanks_and_control_characters_are_refused(void **state)
{
    (void)state;
    char text[] = "a?b";
    for (int c = 1; c <= 32; c++) {
        text[1] = (char)c;
        assert_check(text, STAGE_NAME_BLANK);
    }
    assert_check("a\x7f"
                 "b",
                 STAGE_NAME_BLANK);
    assert_check("a\xc2\x80", STAGE_NAME_BLANK);
    assert_check("a\xc2\x9f", STAGE_NAME_BLANK);
    assert_check("long\xc2\xa0name", STAGE_NAME_OK);
}

static void what_fat_the_menu_and_mtools_cannot_take_is_refused_and_nothing_else(void **state)
{
    (void)state;
    char text[] = "a?b";
    for (int c = '!'; c < 0x7f; c++) {
        text[1] = (char)c;
        bool bad = strchr("\"*:<>?\\|'[]~", c) != NULL;
        enum stage_name_status expected = bad ? STAGE_NAME_CHARACTER : STAGE_NAME_OK;
        if (!(c >= 'A' && c <= 'Z'))
            assert_check(text, expected);
    }
}

static void only_utf8_up_to_ffff_is_a_name(void **state)
{
    (void)state;
    assert_check("\xff", STAGE_NAME_NOT_UTF8);
    assert_check("a\xc3", STAGE_NAME_NOT_UTF8);
    assert_check("a\xe2\x82", STAGE_NAME_NOT_UTF8);
    assert_check("a\xe2\x82/", STAGE_NAME_NOT_UTF8);
    assert_check("\xc0\xaf", STAGE_NAME_NOT_UTF8);
    assert_check("\xe0\x80\xaf", STAGE_NAME_NOT_UTF8);
    assert_check("\xed\xa0\x80", STAGE_NAME_NOT_UTF8);
    assert_check("\xf4\x90\x80\x80", STAGE_NAME_NOT_UTF8);
    assert_check("\xf0\x9f\x98\x80", STAGE_NAME_BEYOND);
    assert_check("eine-l\xc3\xa4nge", STAGE_NAME_OK);
    assert_check("eine-l\xc3\xa4nge-\xef\xbf\xbd", STAGE_NAME_OK);
}

static void short_names_are_refused_if_they_have_capitals_or_more_than_ascii(void **state)
{
    (void)state;
    assert_check("README", STAGE_NAME_CAPITAL);
    assert_check("etc/README.TXT", STAGE_NAME_CAPITAL);
    assert_check("README.txt", STAGE_NAME_CAPITAL);
    assert_check("readme.TXT", STAGE_NAME_CAPITAL);
    assert_check("ABCDEFGH.IJK", STAGE_NAME_CAPITAL);
    assert_check("ABCDEFGHI", STAGE_NAME_OK);
    assert_check("A.JSON", STAGE_NAME_OK);
    assert_check("Readme", STAGE_NAME_OK);
    assert_check("readme.Txt", STAGE_NAME_OK);
    assert_check("A.B.C", STAGE_NAME_OK);
    assert_check(".PROFILE", STAGE_NAME_OK);
    assert_check("A+B", STAGE_NAME_OK);
    assert_check("\xc3\xa4.txt", STAGE_NAME_CAPITAL);
    assert_check("\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4",
                 STAGE_NAME_CAPITAL);
    assert_check("\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4n",
                 STAGE_NAME_OK);
}

static void names_of_devices_are_refused_with_anything_behind_a_dot(void **state)
{
    (void)state;
    assert_check("con", STAGE_NAME_DEVICE);
    assert_check("etc/NUL.tar.gz", STAGE_NAME_DEVICE);
    assert_check("Aux/x", STAGE_NAME_DEVICE);
    assert_check("prn.", STAGE_NAME_PIECE_ENDS);
    assert_check("clock$", STAGE_NAME_DEVICE);
    assert_check("com1", STAGE_NAME_DEVICE);
    assert_check("lpt9.x", STAGE_NAME_DEVICE);
    assert_check("com0", STAGE_NAME_OK);
    assert_check("com", STAGE_NAME_OK);
    assert_check("com10", STAGE_NAME_OK);
    assert_check("console", STAGE_NAME_OK);
}

static void names_are_compared_without_regard_to_case(void **state)
{
    (void)state;
    assert_int_equal(stage_name_compare("etc/System", "ETC/system"), 0);
    assert_int_equal(stage_name_compare("l\xc3\xa4nge", "L\xc3\x84NGE"), 0);
    assert_true(stage_name_compare("a", "b") < 0 && stage_name_compare("B", "a") > 0);
    assert_true(stage_name_compare("a", "a/b") < 0 && stage_name_compare("a/b", "A") > 0);
    assert_true(stage_name_compare("a", "") > 0 && stage_name_compare("", "a") < 0);
    assert_int_equal(stage_name_compare("", ""), 0);
    assert_int_equal(stage_name_compare("\xff", "\xff"), 0);
    assert_true(stage_name_compare("\xfe", "\xff") < 0);
    assert_true(stage_name_compare("z", "\xff") < 0);
}

static void a_name_covers_itself_and_what_is_below_it(void **state)
{
    (void)state;
    assert_true(stage_name_covers("etc", "etc"));
    assert_true(stage_name_covers("etc", "ETC/system"));
    assert_false(stage_name_covers("etc", "etcetera"));
    assert_false(stage_name_covers("etc/system", "etc"));
    assert_false(stage_name_covers("etc", "usr/etc"));
}

static void control_characters_are_blotted_out(void **state)
{
    (void)state;
    char name[] = "a\nb\x1b[1m\x7f\xc3\xa4";
    stage_name_blot(name);
    assert_string_equal(name, "a?b?[1m?\xc3\xa4");
}

static void every_status_has_words_of_its_own(void **state)
{
    (void)state;
    assert_phrases(stage_name_status_str, enum stage_name_status, STAGE_NAME_CAPITAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slashes_in_a_row_and_at_the_ends_and_dots_do_not_count),
        cmocka_unit_test(a_leading_system_boot_is_dropped_if_something_follows),
        cmocka_unit_test(a_name_of_nothing_is_empty),
        cmocka_unit_test(two_dots_are_refused_wherever_they_are),
        cmocka_unit_test(a_name_has_at_most_1023_bytes),
        cmocka_unit_test(a_piece_has_at_most_255_bytes),
        cmocka_unit_test(a_name_has_at_most_16_pieces),
        cmocka_unit_test(a_piece_does_not_end_with_a_dot),
        cmocka_unit_test(blanks_and_control_characters_are_refused),
        cmocka_unit_test(what_fat_the_menu_and_mtools_cannot_take_is_refused_and_nothing_else),
        cmocka_unit_test(only_utf8_up_to_ffff_is_a_name),
        cmocka_unit_test(short_names_are_refused_if_they_have_capitals_or_more_than_ascii),
        cmocka_unit_test(names_of_devices_are_refused_with_anything_behind_a_dot),
        cmocka_unit_test(names_are_compared_without_regard_to_case),
        cmocka_unit_test(a_name_covers_itself_and_what_is_below_it),
        cmocka_unit_test(control_characters_are_blotted_out),
        cmocka_unit_test(every_status_has_words_of_its_own),
    };
    (void)setlocale(LC_CTYPE, "C.UTF-8");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
