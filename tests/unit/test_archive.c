/* Boot archives of all formats: told apart, counted, and described. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "boot/archive.h"
#include "tests/unit/archive_draft.h"
#include "tests/unit/phrases.h"

static void add_newc(struct draft *draft, const char *name, const char *content)
{
    draft_newc(draft, "070701", (struct cpio_draft){.name = name, .content = content});
}

static void add_ustar(struct draft *draft, const char *name, const char *content)
{
    draft_ustar(draft, (struct ustar_draft){.name = name, .content = content});
}

/* The format of the first bytes of a draft. */
static enum archive_format format_of(const struct draft *draft, size_t length)
{
    return draft_open_part(draft, length, &archive);
}

static void cpio_is_known_by_its_magic(void **state)
{
    (void)state;
    struct draft draft = {.length = 0};
    draft_bytes(&draft, "070701", 6);
    assert_int_equal(format_of(&draft, 6), ARCHIVE_CPIO_NEWC);
    assert_int_equal(format_of(&draft, 5), ARCHIVE_UNKNOWN);
    draft.bytes[5] = '2';
    assert_int_equal(format_of(&draft, 6), ARCHIVE_CPIO_CRC);
    draft.bytes[5] = '7';
    assert_int_equal(format_of(&draft, 6), ARCHIVE_CPIO_ODC);
    draft.bytes[5] = '3';
    assert_int_equal(format_of(&draft, 6), ARCHIVE_UNKNOWN);
}

static void tar_is_known_by_the_magic_in_its_first_header(void **state)
{
    (void)state;
    for (int gnu = 0; gnu <= 1; gnu++) {
        struct draft draft = {.length = 0};
        draft_ustar(&draft, (struct ustar_draft){.name = "070701", .gnu = gnu});
        assert_int_equal(format_of(&draft, 512), ARCHIVE_USTAR);
        assert_int_equal(format_of(&draft, 263), ARCHIVE_USTAR);
        assert_int_equal(format_of(&draft, 262), ARCHIVE_CPIO_NEWC);
        draft.bytes[257] = 'U';
        assert_int_equal(format_of(&draft, 512), ARCHIVE_CPIO_NEWC);
    }
}

static void two_blocks_of_zeros_are_an_empty_tar(void **state)
{
    (void)state;
    struct draft draft = {.length = 0};
    draft_zeros(&draft, 10240);
    assert_int_equal(format_of(&draft, 10240), ARCHIVE_USTAR);
    assert_int_equal(next(), ARCHIVE_END);
    assert_int_equal(format_of(&draft, 1024), ARCHIVE_USTAR);
    assert_int_equal(format_of(&draft, 1023), ARCHIVE_UNKNOWN);
    draft.bytes[1024] = 1;
    assert_int_equal(format_of(&draft, 10240), ARCHIVE_USTAR);
    draft.bytes[1023] = 1;
    assert_int_equal(format_of(&draft, 10240), ARCHIVE_UNKNOWN);
}

static void gzip_is_known_but_not_read(void **state)
{
    (void)state;
    struct draft draft = {.length = 0};
    draft_bytes(&draft, "\x1f\x8b\x08", 3);
    assert_int_equal(format_of(&draft, 1), ARCHIVE_UNKNOWN);
    assert_int_equal(format_of(&draft, 2), ARCHIVE_GZIP);
    assert_int_equal(next(), ARCHIVE_IS_GZIP);
    assert_int_equal(next(), ARCHIVE_IS_GZIP);
    assert_int_equal(archive.offset, 0);
}

static void what_is_not_known_has_a_bad_format(void **state)
{
    (void)state;
    struct draft draft = {.length = 0};
    assert_int_equal(format_of(&draft, 0), ARCHIVE_UNKNOWN);
    assert_int_equal(next(), ARCHIVE_BAD_FORMAT);
    draft_bytes(&draft, "#!/bin/sh\n", 10);
    assert_int_equal(format_of(&draft, 10), ARCHIVE_UNKNOWN);
    assert_int_equal(next(), ARCHIVE_BAD_FORMAT);
    struct archive none = {.bytes = NULL};
    assert_int_equal(archive_open(&none), ARCHIVE_UNKNOWN);
    assert_int_equal(archive_next(&none, &entry), ARCHIVE_BAD_FORMAT);
}

static void opening_again_starts_anew(void **state)
{
    (void)state;
    struct draft draft = {.length = 0};
    add_ustar(&draft, "first", "");
    draft_record(&draft, 'g', "path", "global");
    add_ustar(&draft, "second", "");
    draft_open(&draft, &archive);
    for (int twice = 0; twice < 2; twice++) {
        assert_int_equal(next(), ARCHIVE_OK);
        assert_true(slice_is(entry.name, "first"));
        assert_int_equal(next(), ARCHIVE_OK);
        assert_true(slice_is(entry.name, "global"));
        assert_int_equal(archive_open(&archive), ARCHIVE_USTAR);
        assert_int_equal(archive.offset, 0);
    }
}

/* Whether the first bytes of a draft are readable. */
static bool readable(const struct draft *draft, size_t length)
{
    draft_open_part(draft, length, &archive);
    return archive_readable(archive.bytes, archive.length);
}

static void an_archive_is_readable_if_its_first_entry_is_whole(void **state)
{
    (void)state;
    struct draft newc = {.length = 0}, odc = {.length = 0}, ustar = {.length = 0};
    add_newc(&newc, "abc", "1234");
    draft_odc(&odc, (struct cpio_draft){.name = "a", .content = "1"});
    add_ustar(&ustar, "a", "1");
    for (size_t length = 0; length <= newc.length; length++)
        assert_true(readable(&newc, length) == (length == newc.length));
    for (size_t length = 0; length <= odc.length; length++)
        assert_true(readable(&odc, length) == (length == odc.length));
    for (size_t length = 0; length <= ustar.length; length++)
        assert_true(readable(&ustar, length) == (length >= 513));
}

static void an_empty_archive_is_readable_if_it_says_so(void **state)
{
    (void)state;
    struct draft newc = {.length = 0}, zeros = {.length = 0}, global = {.length = 0};
    add_newc(&newc, "TRAILER!!!", "");
    assert_true(readable(&newc, newc.length));
    draft_zeros(&zeros, 1024);
    assert_true(readable(&zeros, 1024));
    draft_record(&global, 'g', "comment", "nothing");
    assert_false(readable(&global, global.length));
    draft_zeros(&global, 512);
    assert_true(readable(&global, global.length));
}

static void add_odc(struct draft *draft, const char *name, const char *content)
{
    draft_odc(draft, (struct cpio_draft){.name = name, .content = content});
}

/* Reads a draft to its end mark, and gives how many bytes of `behind` are the rest. */
static size_t rest_of(const struct draft *draft, const char *behind, size_t length)
{
    struct draft whole = *draft;
    draft_bytes(&whole, behind, length);
    (void)draft_open(&whole, &archive);
    while (next() == ARCHIVE_OK)
        continue;
    struct slice rest = archive_rest(&archive);
    assert_ptr_equal(rest.text + rest.length, (const char *)archive.bytes + archive.length);
    return rest.length;
}

static void the_rest_begins_with_the_first_byte_behind_the_end_mark_that_is_not_zero(void **state)
{
    (void)state;
    struct draft drafts[3] = {{.length = 0}};
    add_newc(&drafts[0], "name", "content");
    add_newc(&drafts[0], "TRAILER!!!", "");
    add_odc(&drafts[1], "name", "content");
    add_odc(&drafts[1], "TRAILER!!!", "");
    add_ustar(&drafts[2], "name", "content");
    draft_record(&drafts[2], 'g', "comment", "about nothing");
    draft_ustar_end(&drafts[2]);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(rest_of(&drafts[i], "", 0), 0);
        assert_int_equal(rest_of(&drafts[i], "\0\0\0\0\0\0", 6), 0);
        assert_int_equal(rest_of(&drafts[i], "x", 1), 1);
        assert_int_equal(rest_of(&drafts[i], "\0\0\0\0\0\0x", 7), 1);
        assert_int_equal(rest_of(&drafts[i], "\0\0\0x\0\0", 6), 3);
        assert_int_equal(rest_of(&drafts[i], "070701\0\0\0\0", 10), 10);
    }
}

static void what_is_compressed_damaged_or_unknown_is_not_readable(void **state)
{
    (void)state;
    struct draft draft = {.length = 0};
    assert_false(readable(&draft, 0));
    assert_false(archive_readable(NULL, 0));
    draft_bytes(&draft, "\x1f\x8b\x08\0", 4);
    assert_false(readable(&draft, 4));
    draft.length = 0;
    add_newc(&draft, "abc", "1234");
    draft.bytes[6] = 'x';
    assert_false(readable(&draft, draft.length));
    draft.length = 0;
    add_ustar(&draft, "a", "1");
    draft.bytes[0] = 'b';
    assert_false(readable(&draft, draft.length));
}

static void assert_count(const struct draft *draft, enum archive_status status, uint32_t entries,
                         uint32_t components, uint32_t grouped)
{
    struct archive_count count = {77, 77, 77};
    draft_open(draft, &archive);
    assert_int_equal(archive_count(archive.bytes, archive.length, &count), status);
    assert_int_equal(count.entries, entries);
    assert_int_equal(count.components, components);
    assert_int_equal(count.grouped, grouped);
}

static void entries_pieces_and_groups_are_counted(void **state)
{
    (void)state;
    struct draft draft = {.length = 0};
    assert_count(&draft, ARCHIVE_BAD_FORMAT, 0, 0, 0);
    draft_newc(&draft, "070701", (struct cpio_draft){.name = "etc/rc.d/network", .links = 2});
    draft_newc(&draft, "070701", (struct cpio_draft){.name = "rc"});
    draft_newc(&draft, "070701", (struct cpio_draft){.name = "d/", .links = 2, .mode = 0040755});
    draft_newc(&draft, "070701", (struct cpio_draft){.name = "net", .links = 2});
    assert_count(&draft, ARCHIVE_TRUNCATED, 4, 3 + 1 + 2 + 1, 2);
    add_newc(&draft, "TRAILER!!!", "");
    assert_count(&draft, ARCHIVE_END, 4, 3 + 1 + 2 + 1, 2);
}

static void pieces_of_a_prefix_are_counted(void **state)
{
    (void)state;
    struct draft draft = {.length = 0};
    draft_ustar(&draft, (struct ustar_draft){.name = "c/d", .prefix = "a/b"});
    draft_ustar(&draft, (struct ustar_draft){.name = "e"});
    draft_ustar_end(&draft);
    assert_count(&draft, ARCHIVE_END, 2, 4 + 1, 0);
}

static void every_slash_is_counted_wherever_it_is(void **state)
{
    (void)state;
    for (size_t size = 1; size <= 10; size++)
        for (uint32_t places = 0; places < 1u << size; places++) {
            struct draft draft = {.length = 0};
            char name[] = ".0\xaf\xff\x01\x80n0\x6f.";
            uint32_t slashes = 0;
            name[size] = '\0';
            for (size_t i = 0; i < size; i++)
                if ((places >> i & 1) != 0) {
                    name[i] = '/';
                    slashes++;
                }
            add_newc(&draft, name, "");
            assert_count(&draft, ARCHIVE_TRUNCATED, 1, slashes + 1, 0);
        }
}

static void counting_goes_up_to_the_damage(void **state)
{
    (void)state;
    struct draft draft = {.length = 0};
    add_newc(&draft, "before", "");
    add_newc(&draft, "damaged", "");
    draft.bytes[draft.last + 30] = 'x';
    add_newc(&draft, "behind", "");
    assert_count(&draft, ARCHIVE_BAD_NUMBER, 1, 1, 0);
}

static void counting_does_not_look_at_the_sums_of_contents(void **state)
{
    (void)state;
    struct draft draft = {.length = 0};
    draft_newc(&draft, "070702", (struct cpio_draft){.name = "wrong", .content = "1", .check = 7});
    draft_newc(&draft, "070702", (struct cpio_draft){.name = "TRAILER!!!"});
    assert_count(&draft, ARCHIVE_END, 1, 1, 0);
    assert_true(archive_readable(archive.bytes, archive.length));
    assert_int_equal(next(), ARCHIVE_BAD_CHECKSUM);
    assert_int_equal(next(), ARCHIVE_END);
}

static void what_cannot_be_read_counts_nothing(void **state)
{
    (void)state;
    struct draft draft = {.length = 0};
    draft_bytes(&draft, "\x1f\x8b\x08\0", 4);
    assert_count(&draft, ARCHIVE_IS_GZIP, 0, 0, 0);
}

static void every_status_and_format_has_a_phrase_of_its_own(void **state)
{
    (void)state;
    assert_phrases(archive_status_str, enum archive_status, ARCHIVE_IS_GZIP);
    assert_phrases(archive_format_str, enum archive_format, ARCHIVE_GZIP);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cpio_is_known_by_its_magic),
        cmocka_unit_test(tar_is_known_by_the_magic_in_its_first_header),
        cmocka_unit_test(two_blocks_of_zeros_are_an_empty_tar),
        cmocka_unit_test(gzip_is_known_but_not_read),
        cmocka_unit_test(what_is_not_known_has_a_bad_format),
        cmocka_unit_test(opening_again_starts_anew),
        cmocka_unit_test(an_archive_is_readable_if_its_first_entry_is_whole),
        cmocka_unit_test(an_empty_archive_is_readable_if_it_says_so),
        cmocka_unit_test(the_rest_begins_with_the_first_byte_behind_the_end_mark_that_is_not_zero),
        cmocka_unit_test(what_is_compressed_damaged_or_unknown_is_not_readable),
        cmocka_unit_test(entries_pieces_and_groups_are_counted),
        cmocka_unit_test(pieces_of_a_prefix_are_counted),
        cmocka_unit_test(every_slash_is_counted_wherever_it_is),
        cmocka_unit_test(counting_goes_up_to_the_damage),
        cmocka_unit_test(counting_does_not_look_at_the_sums_of_contents),
        cmocka_unit_test(what_cannot_be_read_counts_nothing),
        cmocka_unit_test(every_status_and_format_has_a_phrase_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, release);
}
