/* The boot archive's reader, on archives in buffers of exactly their size. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "boot/cpio.h"

enum {
    HEADER = 110,
    ROOM = 4096
};

/* An archive being written, and the place of its last entry. */
struct draft {
    uint8_t bytes[ROOM];
    size_t length;
    size_t last;
};

static void add_header(struct draft *draft, const char *magic, uint32_t size, uint32_t name_size,
                       uint32_t check)
{
    const uint32_t number[13] = {
        [1] = 0100644, [4] = 1, [6] = size, [11] = name_size, [12] = check};
    draft->last = draft->length;
    memcpy(draft->bytes + draft->length, magic, 6);
    draft->length += 6;
    for (size_t i = 0; i < 13; i++) {
        char digits[9];
        (void)snprintf(digits, sizeof digits, "%08x", number[i]);
        memcpy(draft->bytes + draft->length, digits, 8);
        draft->length += 8;
    }
}

static void add_bytes(struct draft *draft, const char *bytes, size_t count)
{
    memcpy(draft->bytes + draft->length, bytes, count);
    draft->length += count;
    while (draft->length % 4 != 0)
        draft->bytes[draft->length++] = 0;
}

static void add(struct draft *draft, const char *magic, const char *name, const char *content,
                uint32_t check)
{
    add_header(draft, magic, (uint32_t)strlen(content), (uint32_t)strlen(name) + 1, check);
    add_bytes(draft, name, strlen(name) + 1);
    add_bytes(draft, content, strlen(content));
}

static void add_file(struct draft *draft, const char *name, const char *content)
{
    add(draft, "070701", name, content, 0);
}

static void add_trailer(struct draft *draft)
{
    add_file(draft, "TRAILER!!!", "");
}

/* The archive that is read: the first bytes of a draft, in memory that ends with them. */
static uint8_t *archive;
static size_t length;
static size_t offset;
static struct cpio_entry entry;

static void start_part(const struct draft *draft, size_t bytes)
{
    free(archive);
    archive = malloc(bytes > 0 ? bytes : 1);
    assert_non_null(archive);
    memcpy(archive, draft->bytes, bytes);
    length = bytes;
    offset = 0;
}

static void start(const struct draft *draft)
{
    start_part(draft, draft->length);
}

static int release(void **state)
{
    (void)state;
    free(archive);
    archive = NULL;
    return 0;
}

static enum cpio_status next(void)
{
    return cpio_entry_next(archive, length, &offset, &entry);
}

static void assert_entry(const char *name, const char *content)
{
    assert_int_equal(next(), CPIO_OK);
    assert_int_equal(entry.name_length, strlen(name));
    assert_memory_equal(entry.name, name, entry.name_length);
    assert_int_equal(entry.size, strlen(content));
    assert_memory_equal(entry.data, content, entry.size);
}

static void entries_come_in_order_up_to_the_trailer(void **state)
{
    (void)state;
    struct draft draft = {.length = 0};
    add_file(&draft, "etc/rc", "echo hello\n");
    add_file(&draft, "etc/motd", "");
    size_t second = draft.last;
    add_file(&draft, "a", "1234");
    add_trailer(&draft);
    start(&draft);
    assert_entry("etc/rc", "echo hello\n");
    assert_int_equal(entry.offset, 0);
    assert_int_equal(entry.mode & CPIO_MODE_TYPE, CPIO_MODE_FILE);
    assert_int_equal(entry.mode & 0777, 0644);
    assert_false(entry.has_checksum);
    assert_entry("etc/motd", "");
    assert_int_equal(entry.offset, second);
    assert_entry("a", "1234");
    assert_int_equal(next(), CPIO_END);
    assert_int_equal(offset, draft.last);
    assert_int_equal(next(), CPIO_END);
}

static void leading_slashes_and_dots_are_stripped(void **state)
{
    (void)state;
    struct draft draft = {.length = 0};
    add_file(&draft, ".", "");
    add_file(&draft, "./", "");
    add_file(&draft, "/etc/rc", "");
    add_file(&draft, ".//./etc/rc", "");
    add_file(&draft, "..", "");
    add_file(&draft, ".rc", "");
    add_trailer(&draft);
    start(&draft);
    assert_entry(".", "");
    assert_entry("", "");
    assert_entry("etc/rc", "");
    assert_entry("etc/rc", "");
    assert_entry("..", "");
    assert_entry(".rc", "");
    assert_int_equal(next(), CPIO_END);
}

static void a_sum_is_reported_and_can_be_checked(void **state)
{
    (void)state;
    struct draft draft = {.length = 0};
    add(&draft, "070702", "good", "abc", 'a' + 'b' + 'c');
    add(&draft, "070702", "bad", "abc", 'a' + 'b');
    add(&draft, "070701", "none", "abc", 7);
    start(&draft);
    assert_entry("good", "abc");
    assert_true(entry.has_checksum);
    assert_true(cpio_checksum_matches(&entry));
    assert_entry("bad", "abc");
    assert_int_equal(entry.checksum, 'a' + 'b');
    assert_false(cpio_checksum_matches(&entry));
    assert_entry("none", "abc");
    assert_true(cpio_checksum_matches(&entry));
}

static void an_archive_that_just_ends_is_truncated(void **state)
{
    (void)state;
    struct draft draft = {.length = 0};
    start(&draft);
    assert_int_equal(next(), CPIO_TRUNCATED);
    assert_int_equal(offset, 0);
    add_file(&draft, "a", "1");
    start(&draft);
    assert_entry("a", "1");
    assert_int_equal(next(), CPIO_TRUNCATED);
    assert_int_equal(offset, draft.length);
}

static void every_truncation_is_an_error_not_an_overread(void **state)
{
    (void)state;
    struct draft draft = {.length = 0};
    add_file(&draft, "etc/rc", "echo hello\n");
    size_t first_content_end = draft.length - 1; /* without the filling */
    add_file(&draft, "b", "12345");
    add_trailer(&draft);
    for (size_t bytes = 0; bytes < draft.length; bytes++) {
        start_part(&draft, bytes);
        size_t entries = 0;
        enum cpio_status status;
        while ((status = next()) == CPIO_OK)
            entries++;
        assert_true(offset <= bytes);
        if (bytes < draft.last + HEADER + sizeof "TRAILER!!!")
            assert_int_equal(status, CPIO_TRUNCATED);
        if (bytes >= first_content_end)
            assert_true(entries >= 1);
        else
            assert_int_equal(offset, 0);
    }
}

static void a_file_that_ends_with_the_archive_needs_no_filling(void **state)
{
    (void)state;
    struct draft draft = {.length = 0};
    add_file(&draft, "b", "12345");
    start_part(&draft, draft.length - 3);
    assert_entry("b", "12345");
    assert_int_equal(offset, length);
    start_part(&draft, draft.length - 4);
    assert_int_equal(next(), CPIO_TRUNCATED);
}

static void a_wrong_magic_is_named_at_its_place(void **state)
{
    (void)state;
    static const char *const wrong[] = {"070707", "070700", "070703", "170701", "\x1f\x8b\x08xxx"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct draft draft = {.length = 0};
        add_file(&draft, "a", "1");
        add(&draft, wrong[i], "b", "2", 0);
        start(&draft);
        assert_entry("a", "1");
        entry.size = 77;
        assert_int_equal(next(), CPIO_BAD_MAGIC);
        assert_int_equal(offset, draft.last);
        assert_int_equal(entry.size, 77);
    }
}

static void every_digit_of_every_number_is_checked(void **state)
{
    (void)state;
    static const char wrong[] = {'g', '/', ':', '@', 'G', '`', ' ', '\0', 'x', '-'};
    struct draft draft = {.length = 0};
    add_file(&draft, "a", "1");
    for (size_t at = 6; at < HEADER; at++) {
        start(&draft);
        archive[at] = (uint8_t)wrong[at % sizeof wrong];
        assert_int_equal(next(), CPIO_BAD_NUMBER);
        assert_int_equal(offset, 0);
    }
}

static void digits_may_be_upper_case(void **state)
{
    (void)state;
    struct draft draft = {.length = 0};
    add_file(&draft, "a", "0123456789a");
    start(&draft);
    archive[6 + 6 * 8 + 7] = 'B'; /* the size: 11 */
    assert_entry("a", "0123456789a");
}

/* The status for an entry "abc" with that name size, in 8 digits. */
static enum cpio_status with_name_size(const char *digits)
{
    struct draft draft = {.length = 0};
    add_file(&draft, "abc", "1");
    start(&draft);
    memcpy(archive + 6 + 11 * 8, digits, 8);
    return next();
}

static void a_name_ends_with_its_nul_and_nowhere_else(void **state)
{
    (void)state;
    assert_int_equal(with_name_size("00000004"), CPIO_OK);
    assert_int_equal(with_name_size("00000000"), CPIO_BAD_NAME);
    assert_int_equal(with_name_size("00000001"), CPIO_BAD_NAME);
    assert_int_equal(with_name_size("00000003"), CPIO_BAD_NAME);
    assert_int_equal(with_name_size("00000005"), CPIO_BAD_NAME);
    assert_int_equal(with_name_size("00000100"), CPIO_TRUNCATED);
    assert_int_equal(with_name_size("ffffffff"), CPIO_TRUNCATED);
}

static void a_huge_file_is_truncated_not_wrapped(void **state)
{
    (void)state;
    struct draft draft = {.length = 0};
    add_file(&draft, "abc", "1");
    start(&draft);
    memcpy(archive + 6 + 6 * 8, "ffffffff", 8);
    assert_int_equal(next(), CPIO_TRUNCATED);
    assert_int_equal(offset, 0);
}

static void find_gives_the_last_entry_of_a_name(void **state)
{
    (void)state;
    struct draft draft = {.length = 0};
    add_file(&draft, "./etc/rc", "old");
    add_file(&draft, "etc/rc.d", "no");
    add_file(&draft, "etc/rc", "new");
    size_t expected = draft.last;
    add_file(&draft, "etc/r", "no");
    add_trailer(&draft);
    start(&draft);
    assert_true(cpio_find(archive, length, "/etc/rc", &entry));
    assert_int_equal(entry.offset, expected);
    assert_int_equal(entry.size, 3);
    assert_memory_equal(entry.data, "new", 3);
    assert_true(cpio_find(archive, length, "etc/rc.d", &entry));
    entry.size = 77;
    assert_false(cpio_find(archive, length, "etc", &entry));
    assert_false(cpio_find(archive, length, "", &entry));
    assert_false(cpio_find(archive, length, "TRAILER!!!", &entry));
    assert_int_equal(entry.size, 77);
}

static void find_reaches_what_lies_before_the_damage(void **state)
{
    (void)state;
    struct draft draft = {.length = 0};
    add_file(&draft, "before", "1");
    add_file(&draft, "damaged", "2");
    size_t damage = draft.last;
    add_file(&draft, "behind", "3");
    start(&draft);
    archive[damage] = 'x';
    assert_true(cpio_find(archive, length, "before", &entry));
    assert_false(cpio_find(archive, length, "damaged", &entry));
    assert_false(cpio_find(archive, length, "behind", &entry));
}

static void every_status_has_a_phrase_of_its_own(void **state)
{
    (void)state;
    for (int i = 0; i <= CPIO_BAD_NAME; i++)
        for (int j = i + 1; j <= CPIO_BAD_NAME + 1; j++)
            assert_string_not_equal(cpio_status_str((enum cpio_status)i),
                                    cpio_status_str((enum cpio_status)j));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entries_come_in_order_up_to_the_trailer),
        cmocka_unit_test(leading_slashes_and_dots_are_stripped),
        cmocka_unit_test(a_sum_is_reported_and_can_be_checked),
        cmocka_unit_test(an_archive_that_just_ends_is_truncated),
        cmocka_unit_test(every_truncation_is_an_error_not_an_overread),
        cmocka_unit_test(a_file_that_ends_with_the_archive_needs_no_filling),
        cmocka_unit_test(a_wrong_magic_is_named_at_its_place),
        cmocka_unit_test(every_digit_of_every_number_is_checked),
        cmocka_unit_test(digits_may_be_upper_case),
        cmocka_unit_test(a_name_ends_with_its_nul_and_nowhere_else),
        cmocka_unit_test(a_huge_file_is_truncated_not_wrapped),
        cmocka_unit_test(find_gives_the_last_entry_of_a_name),
        cmocka_unit_test(find_reaches_what_lies_before_the_damage),
        cmocka_unit_test(every_status_has_a_phrase_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, release);
}
