/* The cpio formats, on archives in buffers of exactly their size. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "boot/cpio.h"
#include "tests/unit/archive_draft.h"

enum {
    NEWC_HEADER = 110,
    ODC_HEADER = 76,

    FILE_MODE = 0100644,
    DIRECTORY_MODE = 0040755,
    SYMLINK_MODE = 0120777,
};

static void add_file(struct draft *draft, const char *name, const char *content)
{
    draft_newc(draft, "070701", (struct cpio_draft){.name = name, .content = content});
}

static void add_trailer(struct draft *draft)
{
    add_file(draft, "TRAILER!!!", "");
}

static void assert_content(const char *name, const char *content)
{
    assert_true(slice_is(entry.name, name));
    assert_null(entry.prefix.text);
    assert_int_equal(entry.size, strlen(content));
    assert_memory_equal(entry.content, content, entry.size);
}

static void assert_file(const char *name, const char *content)
{
    assert_int_equal(next(), ARCHIVE_OK);
    assert_int_equal(entry.kind, ARCHIVE_FILE);
    assert_null(entry.target.text);
    assert_content(name, content);
}

static void assert_no_content(const char *name, enum archive_kind kind)
{
    assert_int_equal(next(), ARCHIVE_OK);
    assert_int_equal(entry.kind, kind);
    assert_true(slice_is(entry.name, name));
    assert_null(entry.content);
    assert_int_equal(entry.size, 0);
    assert_int_equal(entry.group, 0);
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
    draft_zeros(&draft, 512);
    assert_int_equal(draft_open(&draft, &archive), ARCHIVE_CPIO_NEWC);
    assert_file("etc/rc", "echo hello\n");
    assert_int_equal(entry.offset, 0);
    assert_int_equal(entry.permissions, 0644);
    assert_int_equal(entry.group, 0);
    assert_file("etc/motd", "");
    assert_int_equal(entry.offset, second);
    assert_file("a", "1234");
    assert_int_equal(next(), ARCHIVE_END);
    assert_int_equal(archive.offset, draft.last);
    assert_int_equal(next(), ARCHIVE_END);
}

static void odc_is_read_without_filling(void **state)
{
    (void)state;
    struct draft draft = {.length = 0};
    draft_odc(&draft, (struct cpio_draft){.name = "etc/rc", .content = "12345"});
    draft_odc(&draft, (struct cpio_draft){.name = "ab", .content = "", .mode = 0104711});
    size_t second = draft.last;
    draft_odc(&draft, (struct cpio_draft){.name = "link", .content = "to", .mode = SYMLINK_MODE});
    draft_odc(&draft, (struct cpio_draft){.name = "TRAILER!!!"});
    assert_int_equal(draft_open(&draft, &archive), ARCHIVE_CPIO_ODC);
    assert_file("etc/rc", "12345");
    assert_file("ab", "");
    assert_int_equal(entry.offset, second);
    assert_int_equal(second, ODC_HEADER + sizeof "etc/rc" + 5);
    assert_int_equal(entry.permissions, 04711);
    assert_no_content("link", ARCHIVE_SYMLINK);
    assert_true(slice_is(entry.target, "to"));
    assert_int_equal(next(), ARCHIVE_END);
    assert_int_equal(archive.offset, draft.last);
}

static void names_come_out_as_they_stand(void **state)
{
    (void)state;
    static const char *const names[] = {".",  "./", "/",       "/etc//rc",    "./etc/./rc",
                                        "..", "a/", "TRAILER", "TRAILER!!!!", "\xc3\xa4 \n"};
    struct draft draft = {.length = 0};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        add_file(&draft, names[i], "x");
    draft_open(&draft, &archive);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_file(names[i], "x");
}

static void the_mode_tells_the_kind(void **state)
{
    (void)state;
    static const uint32_t others[] = {0010644, 0020644, 0060644, 0140755, 0000644, 0170000};
    struct draft draft = {.length = 0};
    draft_newc(&draft, "070701", (struct cpio_draft){.name = "d", .mode = DIRECTORY_MODE});
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        draft_newc(&draft, "070701", (struct cpio_draft){.name = "o", .mode = others[i]});
    draft_newc(&draft, "070701", (struct cpio_draft){.name = "f", .mode = 0107777});
    draft_open(&draft, &archive);
    assert_no_content("d", ARCHIVE_DIRECTORY);
    assert_int_equal(entry.permissions, 0755);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_no_content("o", ARCHIVE_OTHER);
    assert_file("f", "");
    assert_int_equal(entry.permissions, 07777);
}

static void content_of_what_is_no_file_is_passed_over(void **state)
{
    (void)state;
    struct draft draft = {.length = 0};
    draft_newc(&draft, "070701",
               (struct cpio_draft){.name = "d", .content = "12345", .mode = DIRECTORY_MODE});
    draft_newc(&draft, "070701",
               (struct cpio_draft){.name = "p", .content = "1", .mode = 0010644, .links = 2});
    add_file(&draft, "f", "2");
    draft_open(&draft, &archive);
    assert_no_content("d", ARCHIVE_DIRECTORY);
    assert_no_content("p", ARCHIVE_OTHER);
    assert_file("f", "2");
}

static void a_symbolic_link_has_a_target_instead_of_content(void **state)
{
    (void)state;
    struct draft draft = {.length = 0};
    draft_newc(&draft, "070701",
               (struct cpio_draft){
                   .name = "link", .content = "../etc/rc", .mode = SYMLINK_MODE, .links = 2});
    add_file(&draft, "f", "");
    draft_open(&draft, &archive);
    assert_no_content("link", ARCHIVE_SYMLINK);
    assert_true(slice_is(entry.target, "../etc/rc"));
    assert_file("f", "");
}

/* The status for a link whose target is these bytes. */
static enum archive_status with_target(const char *bytes, size_t count)
{
    struct draft draft = {.length = 0};
    const struct cpio_draft link = {.name = "abcde", .mode = SYMLINK_MODE};
    draft_newc_header(&draft, "070701", &link, (uint32_t)count, 6);
    draft_bytes(&draft, "abcde", 6);
    draft_bytes(&draft, bytes, count);
    draft_open(&draft, &archive);
    return next();
}

static void a_target_is_not_empty_and_has_at_most_a_nul_at_its_end(void **state)
{
    (void)state;
    assert_int_equal(with_target("etc", 3), ARCHIVE_OK);
    assert_true(slice_is(entry.target, "etc"));
    assert_int_equal(with_target("etc", 4), ARCHIVE_OK);
    assert_true(slice_is(entry.target, "etc"));
    assert_int_equal(with_target("etc\0", 5), ARCHIVE_BAD_NAME);
    assert_int_equal(with_target("e\0c", 3), ARCHIVE_BAD_NAME);
    assert_int_equal(with_target("", 0), ARCHIVE_BAD_NAME);
    assert_int_equal(with_target("", 1), ARCHIVE_BAD_NAME);
    assert_int_equal(archive.offset, 0);
}

/* The group of a file with these numbers. */
static uint64_t group(struct cpio_draft file, bool odc)
{
    struct draft draft = {.length = 0};
    file.name = "name";
    if (odc)
        draft_odc(&draft, file);
    else
        draft_newc(&draft, "070701", file);
    draft_open(&draft, &archive);
    assert_file("name", "");
    return entry.group;
}

static void names_of_one_file_have_one_group(void **state)
{
    (void)state;
    for (int odc = 0; odc <= 1; odc++) {
        assert_int_equal(group((struct cpio_draft){.inode = 5, .links = 1}, odc), 0);
        uint64_t five = group((struct cpio_draft){.inode = 5, .links = 2}, odc);
        uint64_t others = group((struct cpio_draft){.inode = 5, .links = 3}, odc);
        assert_true(five != 0);
        assert_true(five == others);
        assert_true(group((struct cpio_draft){.inode = 0, .links = 2}, odc) != 0);
    }
}

static void files_differ_in_their_group_by_inode_and_device(void **state)
{
    (void)state;
    static const uint32_t inodes[] = {0, 1, 8, 0xfffffffe};
    static const uint32_t majors[] = {0, 1, 8, 0xfff}; /* as large as on Linux */
    static const uint32_t minors[] = {0, 1, 0x10000, 0xfffff};
    uint64_t groups[64];
    for (size_t i = 0; i < 64; i++)
        groups[i] = group((struct cpio_draft){.inode = inodes[i % 4],
                                              .device_major = majors[i / 4 % 4],
                                              .device_minor = minors[i / 16],
                                              .links = 2},
                          false);
    for (size_t i = 0; i < 64; i++)
        for (size_t j = i + 1; j < 64; j++)
            assert_true(groups[i] != groups[j]);
    assert_true(group((struct cpio_draft){.inode = 1, .device_minor = 2, .links = 2}, true) !=
                group((struct cpio_draft){.inode = 2, .device_minor = 1, .links = 2}, true));
}

static void a_wrong_sum_is_told_and_does_not_stop_the_reading(void **state)
{
    (void)state;
    struct draft draft = {.length = 0};
    draft_newc(&draft, "070702",
               (struct cpio_draft){.name = "good", .content = "abc", .check = 'a' + 'b' + 'c'});
    draft_newc(&draft, "070702",
               (struct cpio_draft){.name = "bad", .content = "abc", .check = 'a' + 'b'});
    draft_newc(&draft, "070702",
               (struct cpio_draft){.name = "high", .content = "\xff\xff", .check = 2 * 0xff});
    draft_newc(&draft, "070701", (struct cpio_draft){.name = "none", .content = "abc", .check = 7});
    draft_newc(&draft, "070702", (struct cpio_draft){.name = "TRAILER!!!"});
    assert_int_equal(draft_open(&draft, &archive), ARCHIVE_CPIO_CRC);
    assert_file("good", "abc");
    assert_int_equal(next(), ARCHIVE_BAD_CHECKSUM);
    assert_content("bad", "abc");
    assert_file("high", "\xff\xff");
    assert_file("none", "abc");
    assert_int_equal(next(), ARCHIVE_END);
}

static void only_files_have_sums(void **state)
{
    (void)state;
    struct draft draft = {.length = 0};
    draft_newc(&draft, "070702",
               (struct cpio_draft){.name = "l", .content = "to", .mode = SYMLINK_MODE});
    draft_newc(&draft, "070702",
               (struct cpio_draft){.name = "d", .check = 9, .mode = DIRECTORY_MODE});
    draft_newc(&draft, "070702", (struct cpio_draft){.name = "f", .check = 9});
    draft_open(&draft, &archive);
    assert_no_content("l", ARCHIVE_SYMLINK);
    assert_no_content("d", ARCHIVE_DIRECTORY);
    assert_int_equal(next(), ARCHIVE_BAD_CHECKSUM);
}

static void an_archive_that_just_ends_is_truncated(void **state)
{
    (void)state;
    struct draft draft = {.length = 0};
    add_file(&draft, "a", "1");
    draft_open(&draft, &archive);
    assert_file("a", "1");
    assert_int_equal(next(), ARCHIVE_TRUNCATED);
    assert_int_equal(archive.offset, draft.length);
    assert_int_equal(next(), ARCHIVE_TRUNCATED);
}

/* Reads the first `bytes` of a draft whose first entry needs `first` bytes. */
static void check_truncation(const struct draft *draft, size_t bytes, size_t first, size_t header)
{
    bool known = draft_open_part(draft, bytes, &archive) != ARCHIVE_UNKNOWN;
    size_t entries = 0;
    enum archive_status status;
    while ((status = next()) == ARCHIVE_OK)
        entries++;
    assert_true(known == (bytes >= 6));
    assert_true(archive.offset <= bytes);
    if (bytes < draft->last + header + sizeof "TRAILER!!!")
        assert_int_equal(status, known ? ARCHIVE_TRUNCATED : ARCHIVE_BAD_FORMAT);
    else
        assert_int_equal(status, ARCHIVE_END);
    assert_true((entries >= 1) == (bytes >= first));
    if (entries == 0)
        assert_int_equal(archive.offset, 0);
}

static void every_truncation_is_an_error_not_an_overread(void **state)
{
    (void)state;
    struct draft newc = {.length = 0}, odc = {.length = 0};
    add_file(&newc, "etc/rc", "echo hello\n");
    size_t newc_first = newc.length - 1; /* without the filling */
    add_file(&newc, "b", "12345");
    add_trailer(&newc);
    draft_odc(&odc, (struct cpio_draft){.name = "etc/rc", .content = "echo hello\n"});
    size_t odc_first = odc.length;
    draft_odc(&odc, (struct cpio_draft){.name = "b", .content = "to", .mode = SYMLINK_MODE});
    draft_odc(&odc, (struct cpio_draft){.name = "TRAILER!!!"});
    for (size_t bytes = 0; bytes <= newc.length; bytes++)
        check_truncation(&newc, bytes, newc_first, NEWC_HEADER);
    for (size_t bytes = 0; bytes <= odc.length; bytes++)
        check_truncation(&odc, bytes, odc_first, ODC_HEADER);
}

static void a_file_that_ends_with_the_archive_needs_no_filling(void **state)
{
    (void)state;
    struct draft draft = {.length = 0};
    add_file(&draft, "b", "12345");
    draft_open_part(&draft, draft.length - 3, &archive);
    assert_file("b", "12345");
    assert_int_equal(archive.offset, archive.length);
    draft_open_part(&draft, draft.length - 4, &archive);
    assert_int_equal(next(), ARCHIVE_TRUNCATED);
}

static void a_name_that_ends_with_the_archive_needs_no_filling(void **state)
{
    (void)state;
    struct draft draft = {.length = 0};
    add_file(&draft, "abc", "");
    draft_open_part(&draft, NEWC_HEADER + 4, &archive);
    assert_file("abc", "");
    assert_int_equal(archive.offset, archive.length);
}

static void a_wrong_magic_is_named_at_its_place(void **state)
{
    (void)state;
    static const char *const wrong[] = {"070707", "070700", "070703", "170701", "\x1f\x8b\x08xxx"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct draft draft = {.length = 0};
        add_file(&draft, "a", "1");
        draft_newc(&draft, wrong[i], (struct cpio_draft){.name = "b", .content = "2"});
        draft_open(&draft, &archive);
        assert_file("a", "1");
        entry.size = 77;
        assert_int_equal(next(), ARCHIVE_BAD_FORMAT);
        assert_int_equal(archive.offset, draft.last);
        assert_int_equal(entry.size, 77);
    }
}

static void odc_and_newc_do_not_mix(void **state)
{
    (void)state;
    struct draft draft = {.length = 0};
    draft_odc(&draft, (struct cpio_draft){.name = "a", .content = "1"});
    add_file(&draft, "b", "2");
    draft_open(&draft, &archive);
    assert_file("a", "1");
    assert_int_equal(next(), ARCHIVE_BAD_FORMAT);
}

/* Reading gives BAD_NUMBER for every value of that byte which is no digit, and for no other. */
static void check_digits(const struct draft *draft, size_t at, bool (*is_digit)(int))
{
    draft_open(draft, &archive);
    uint8_t *bytes = draft_opened_bytes(&archive);
    for (int value = 0; value < 256; value++) {
        bytes[at] = (uint8_t)value;
        archive.offset = 0;
        assert_true((next() == ARCHIVE_BAD_NUMBER) == !is_digit(value));
    }
}

static bool is_hexadecimal(int c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool is_octal(int c)
{
    return c >= '0' && c <= '7';
}

static void every_digit_of_every_number_is_checked(void **state)
{
    (void)state;
    struct draft newc = {.length = 0}, odc = {.length = 0};
    add_file(&newc, "a", "1");
    draft_odc(&odc, (struct cpio_draft){.name = "a", .content = "1"});
    for (size_t at = 6; at < NEWC_HEADER; at++)
        check_digits(&newc, at, is_hexadecimal);
    for (size_t at = 6; at < ODC_HEADER; at++)
        check_digits(&odc, at, is_octal);
}

static void every_digit_has_its_value_in_every_place(void **state)
{
    (void)state;
    static const char digits[] = "0123456789abcdefABCDEF";
    struct draft draft = {.length = 0};
    draft_newc(&draft, "070701", (struct cpio_draft){.name = "a", .links = 2});
    uint64_t base = 0;
    for (size_t at = 0; at < 8; at++)
        for (size_t i = 0; i < sizeof digits - 1; i++) {
            draft_open(&draft, &archive);
            draft_opened_bytes(&archive)[6 + at] = (uint8_t)digits[i]; /* the inode */
            assert_file("a", "");
            base = i == 0 && at == 0 ? entry.group : base;
            uint64_t value = (uint64_t)(i < 16 ? i : i - 6) << 4 * (7 - at);
            assert_true(value == 0 ? entry.group == base : entry.group == value);
        }
}

/* The status for an entry "abc" with that name size, in 8 digits. */
static enum archive_status with_name_size(const char *digits)
{
    struct draft draft = {.length = 0};
    add_file(&draft, "abc", "1");
    draft_open(&draft, &archive);
    memcpy(draft_opened_bytes(&archive) + 6 + 11 * 8, digits, 8);
    return next();
}

static void a_name_ends_with_its_nul_and_nowhere_else(void **state)
{
    (void)state;
    assert_int_equal(with_name_size("00000004"), ARCHIVE_OK);
    assert_int_equal(with_name_size("00000000"), ARCHIVE_BAD_NAME);
    assert_int_equal(with_name_size("00000001"), ARCHIVE_BAD_NAME);
    assert_int_equal(with_name_size("00000003"), ARCHIVE_BAD_NAME);
    assert_int_equal(with_name_size("00000005"), ARCHIVE_BAD_NAME);
    assert_int_equal(with_name_size("00000100"), ARCHIVE_TRUNCATED);
    assert_int_equal(with_name_size("ffffffff"), ARCHIVE_TRUNCATED);
    struct draft draft = {.length = 0};
    add_file(&draft, "", "1");
    draft_open(&draft, &archive);
    assert_int_equal(next(), ARCHIVE_BAD_NAME);
}

static void a_nul_is_found_wherever_it_is_in_a_name(void **state)
{
    (void)state;
    for (size_t size = 1; size <= 12; size++)
        for (size_t at = 0; at < size; at++) {
            struct draft draft = {.length = 0};
            char name[] = "\x80\x01z/\xff.a/bcde";
            name[size] = '\0';
            add_file(&draft, name, "1");
            draft_open(&draft, &archive);
            assert_file(name, "1");
            draft_opened_bytes(&archive)[NEWC_HEADER + at] = 0;
            archive.offset = 0;
            assert_int_equal(next(), ARCHIVE_BAD_NAME);
        }
}

static void a_huge_file_is_truncated_not_wrapped(void **state)
{
    (void)state;
    struct draft newc = {.length = 0}, odc = {.length = 0};
    add_file(&newc, "abc", "1");
    draft_open(&newc, &archive);
    memcpy(draft_opened_bytes(&archive) + 6 + 6 * 8, "ffffffff", 8);
    assert_int_equal(next(), ARCHIVE_TRUNCATED);
    assert_int_equal(archive.offset, 0);
    draft_odc(&odc, (struct cpio_draft){.name = "abc"});
    draft_open(&odc, &archive);
    memcpy(draft_opened_bytes(&archive) + ODC_HEADER - 11, "77777777777", 11);
    assert_int_equal(next(), ARCHIVE_TRUNCATED);
    memcpy(draft_opened_bytes(&archive) + ODC_HEADER - 11, "40000000000", 11); /* 2^32 */
    assert_int_equal(next(), ARCHIVE_TRUNCATED);
    assert_int_equal(archive.offset, 0);
}

static void only_the_three_magics_are_recognised(void **state)
{
    (void)state;
    uint8_t magic[] = {'0', '7', '0', '7', '0', '1'};
    assert_int_equal(cpio_recognise(magic, 6), ARCHIVE_CPIO_NEWC);
    assert_int_equal(cpio_recognise(magic, 5), ARCHIVE_UNKNOWN);
    for (int last = 0; last < 256; last++) {
        magic[5] = (uint8_t)last;
        enum archive_format expected = last == '1'   ? ARCHIVE_CPIO_NEWC
                                       : last == '2' ? ARCHIVE_CPIO_CRC
                                       : last == '7' ? ARCHIVE_CPIO_ODC
                                                     : ARCHIVE_UNKNOWN;
        assert_int_equal(cpio_recognise(magic, 6), expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entries_come_in_order_up_to_the_trailer),
        cmocka_unit_test(odc_is_read_without_filling),
        cmocka_unit_test(names_come_out_as_they_stand),
        cmocka_unit_test(the_mode_tells_the_kind),
        cmocka_unit_test(content_of_what_is_no_file_is_passed_over),
        cmocka_unit_test(a_symbolic_link_has_a_target_instead_of_content),
        cmocka_unit_test(a_target_is_not_empty_and_has_at_most_a_nul_at_its_end),
        cmocka_unit_test(names_of_one_file_have_one_group),
        cmocka_unit_test(files_differ_in_their_group_by_inode_and_device),
        cmocka_unit_test(a_wrong_sum_is_told_and_does_not_stop_the_reading),
        cmocka_unit_test(only_files_have_sums),
        cmocka_unit_test(an_archive_that_just_ends_is_truncated),
        cmocka_unit_test(every_truncation_is_an_error_not_an_overread),
        cmocka_unit_test(a_file_that_ends_with_the_archive_needs_no_filling),
        cmocka_unit_test(a_name_that_ends_with_the_archive_needs_no_filling),
        cmocka_unit_test(a_wrong_magic_is_named_at_its_place),
        cmocka_unit_test(odc_and_newc_do_not_mix),
        cmocka_unit_test(every_digit_of_every_number_is_checked),
        cmocka_unit_test(every_digit_has_its_value_in_every_place),
        cmocka_unit_test(a_name_ends_with_its_nul_and_nowhere_else),
        cmocka_unit_test(a_nul_is_found_wherever_it_is_in_a_name),
        cmocka_unit_test(a_huge_file_is_truncated_not_wrapped),
        cmocka_unit_test(only_the_three_magics_are_recognised),
    };
    return cmocka_run_group_tests(tests, NULL, release);
}
