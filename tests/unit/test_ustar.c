/* The tar formats, on archives in buffers of exactly their size. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "boot/ustar.h"
#include "tests/unit/archive_draft.h"

enum {
    BLOCK = 512,
    SIZE_AT = 124,
    SIZE_SIZE = 12,
};

static void add_file(struct draft *draft, const char *name, const char *content)
{
    draft_ustar(draft, (struct ustar_draft){.name = name, .content = content});
}

/* Opens the draft with an end behind it. */
static void open_ended(struct draft *draft)
{
    draft_ustar_end(draft);
    assert_int_equal(draft_open(draft, &archive), ARCHIVE_USTAR);
}

static void assert_names(const char *prefix, const char *name)
{
    assert_int_equal(next(), ARCHIVE_OK);
    assert_true(slice_is(entry.name, name));
    assert_true((entry.prefix.text != NULL) == (prefix != NULL));
    if (prefix != NULL)
        assert_true(slice_is(entry.prefix, prefix));
    assert_true(entry.group == 0);
}

static void assert_file(const char *name, const char *content)
{
    assert_names(NULL, name);
    assert_int_equal(entry.kind, ARCHIVE_FILE);
    assert_null(entry.target.text);
    assert_int_equal(entry.size, strlen(content));
    assert_memory_equal(entry.content, content, entry.size);
}

static void assert_no_content(const char *name, enum archive_kind kind)
{
    assert_names(NULL, name);
    assert_int_equal(entry.kind, kind);
    assert_null(entry.content);
    assert_int_equal(entry.size, 0);
}

static void assert_link(const char *name, enum archive_kind kind, const char *target)
{
    assert_no_content(name, kind);
    assert_true(slice_is(entry.target, target));
}

/* The next one is not read, for that reason, and stays where it is. */
static void assert_damage(enum archive_status expected, size_t offset)
{
    entry.size = 77;
    for (int twice = 0; twice < 2; twice++) {
        assert_int_equal(next(), expected);
        assert_int_equal(archive.offset, offset);
        assert_int_equal(entry.size, 77);
    }
}

static const char *repeated(char c, size_t count)
{
    static char text[8192];
    memset(text, c, count);
    text[count] = '\0';
    return text;
}

static void entries_come_in_order_up_to_the_zeros(void **state)
{
    (void)state;
    struct draft draft = {.length = 0};
    draft_ustar(&draft,
                (struct ustar_draft){.name = "etc/rc", .content = "echo hello\n", .mode = 04755});
    add_file(&draft, "etc/motd", NULL);
    size_t second = draft.last;
    add_file(&draft, "a", repeated('x', 513));
    add_file(&draft, "b", repeated('x', 512));
    open_ended(&draft);
    assert_file("etc/rc", "echo hello\n");
    assert_int_equal(entry.offset, 0);
    assert_int_equal(entry.permissions, 04755);
    assert_file("etc/motd", "");
    assert_int_equal(entry.offset, second);
    assert_file("a", repeated('x', 513));
    assert_file("b", repeated('x', 512));
    assert_damage(ARCHIVE_END, draft.last);
}

static void one_block_of_zeros_ends_it_whatever_follows(void **state)
{
    (void)state;
    struct draft draft = {.length = 0};
    add_file(&draft, "a", "1");
    size_t end = draft.length;
    draft_zeros(&draft, BLOCK);
    add_file(&draft, "b", "2");
    draft_open(&draft, &archive);
    assert_file("a", "1");
    assert_damage(ARCHIVE_END, end);
    draft_open_part(&draft, end + BLOCK, &archive);
    assert_file("a", "1");
    assert_damage(ARCHIVE_END, end);
    draft_open_part(&draft, end + BLOCK - 1, &archive);
    assert_file("a", "1");
    assert_damage(ARCHIVE_TRUNCATED, end);
    draft_open_part(&draft, end, &archive);
    assert_file("a", "1");
    assert_damage(ARCHIVE_TRUNCATED, end);
}

static void a_full_name_field_needs_no_nul(void **state)
{
    (void)state;
    struct draft draft = {.length = 0};
    char name[101], prefix[156], target[101];
    memcpy(name, repeated('n', 100), sizeof name);
    memcpy(prefix, repeated('p', 155), sizeof prefix);
    memcpy(target, repeated('t', 100), sizeof target);
    draft_ustar(&draft, (struct ustar_draft){
                            .name = name, .prefix = prefix, .target = target, .type = '2'});
    draft_ustar(&draft, (struct ustar_draft){.name = name + 1, .prefix = prefix + 1});
    open_ended(&draft);
    assert_names(prefix, name);
    assert_true(slice_is(entry.target, target));
    assert_names(prefix + 1, name + 1);
}

static void only_posix_has_a_prefix(void **state)
{
    (void)state;
    struct draft draft = {.length = 0};
    draft_ustar(&draft, (struct ustar_draft){.name = "rc", .prefix = "etc"});
    draft_ustar(&draft, (struct ustar_draft){.name = "rc", .prefix = "14524777653", .gnu = true});
    open_ended(&draft);
    assert_names("etc", "rc");
    assert_names(NULL, "rc");
}

static void a_prefix_without_a_name_is_the_name(void **state)
{
    (void)state;
    struct draft draft = {.length = 0};
    draft_ustar(&draft, (struct ustar_draft){.prefix = "usr/lib", .type = '5'});
    open_ended(&draft);
    assert_no_content("usr/lib", ARCHIVE_DIRECTORY);
}

static void an_entry_without_a_name_is_damage(void **state)
{
    (void)state;
    struct draft draft = {.length = 0};
    add_file(&draft, "", "");
    draft_open(&draft, &archive);
    assert_damage(ARCHIVE_BAD_NAME, 0);
    draft.length = 0;
    draft_ustar(&draft, (struct ustar_draft){.prefix = "atime", .gnu = true});
    draft_open(&draft, &archive);
    assert_damage(ARCHIVE_BAD_NAME, 0);
}

static void the_type_tells_the_kind(void **state)
{
    (void)state;
    struct draft draft = {.length = 0};
    add_file(&draft, "old", "1");
    draft.bytes[156] = 0;
    ustar_seal(draft.bytes);
    draft_ustar(&draft, (struct ustar_draft){.name = "file", .content = "2", .type = '0'});
    draft_ustar(&draft, (struct ustar_draft){.name = "contiguous", .content = "3", .type = '7'});
    draft_ustar(&draft, (struct ustar_draft){.name = "hard", .target = "file", .type = '1'});
    draft_ustar(&draft, (struct ustar_draft){.name = "soft", .target = "../x", .type = '2'});
    draft_ustar(&draft, (struct ustar_draft){.name = "tty", .target = "unused", .type = '3'});
    draft_ustar(&draft, (struct ustar_draft){.name = "sd0", .type = '4'});
    draft_ustar(&draft, (struct ustar_draft){.name = "dir/", .type = '5'});
    draft_ustar(&draft, (struct ustar_draft){.name = "fifo", .type = '6'});
    open_ended(&draft);
    assert_file("old", "1");
    assert_file("file", "2");
    assert_file("contiguous", "3");
    assert_link("hard", ARCHIVE_HARD_LINK, "file");
    assert_link("soft", ARCHIVE_SYMLINK, "../x");
    assert_no_content("tty", ARCHIVE_OTHER);
    assert_null(entry.target.text);
    assert_no_content("sd0", ARCHIVE_OTHER);
    assert_no_content("dir/", ARCHIVE_DIRECTORY);
    assert_no_content("fifo", ARCHIVE_OTHER);
    assert_int_equal(next(), ARCHIVE_END);
}

static void content_of_an_unknown_type_is_passed_over(void **state)
{
    (void)state;
    static const char unknown[] = {'8', 'A', 'D', 'M', 'S', 'V', 'X', '\x80'};
    struct draft draft = {.length = 0};
    for (size_t i = 0; i < sizeof unknown; i++)
        draft_ustar(&draft,
                    (struct ustar_draft){.name = "u", .content = "1234", .type = unknown[i]});
    open_ended(&draft);
    for (size_t i = 0; i < sizeof unknown; i++)
        assert_no_content("u", ARCHIVE_OTHER);
    assert_int_equal(next(), ARCHIVE_END);
}

static void the_size_of_what_has_no_content_does_not_count(void **state)
{
    (void)state;
    struct draft draft = {.length = 0};
    for (char type = '1'; type <= '6'; type++) {
        const struct ustar_draft other = {.name = "o", .target = "t", .type = type};
        (void)draft_ustar_header(&draft, &other, 100000);
    }
    open_ended(&draft);
    for (char type = '1'; type <= '6'; type++)
        assert_names(NULL, "o");
    assert_int_equal(next(), ARCHIVE_END);
}

static void a_link_without_a_target_is_damage(void **state)
{
    (void)state;
    for (char type = '1'; type <= '2'; type++) {
        struct draft draft = {.length = 0};
        draft_ustar(&draft, (struct ustar_draft){.name = "link", .type = type});
        draft_open(&draft, &archive);
        assert_damage(ARCHIVE_BAD_NAME, 0);
    }
}

static void a_change_of_any_byte_of_a_header_is_noticed(void **state)
{
    (void)state;
    struct draft draft = {.length = 0};
    add_file(&draft, "a", "1");
    add_file(&draft, "b", "2");
    draft_open(&draft, &archive);
    uint8_t *second = draft_opened_bytes(&archive) + draft.last;
    for (size_t at = 0; at < BLOCK; at++) {
        if (at == 155)
            continue; /* behind the end of the sum */
        second[at] ^= 0x15;
        archive.offset = 0;
        assert_file("a", "1");
        bool in_magic = at >= 257 && at < 263;
        assert_damage(in_magic ? ARCHIVE_BAD_FORMAT : ARCHIVE_BAD_CHECKSUM, draft.last);
        second[at] ^= 0x15;
    }
}

static void sums_of_signed_bytes_are_accepted(void **state)
{
    (void)state;
    struct draft draft = {.length = 0};
    add_file(&draft, "\xc3\xa4\xff\x80", "1");
    ustar_seal_as(draft.bytes, true);
    open_ended(&draft);
    assert_file("\xc3\xa4\xff\x80", "1");
    draft_opened_bytes(&archive)[0] = 0xc4;
    archive.offset = 0;
    assert_damage(ARCHIVE_BAD_CHECKSUM, 0);
}

static void the_sum_is_right_when_all_bytes_are_high(void **state)
{
    (void)state;
    struct draft draft = {.length = 0};
    char name[101], prefix[156];
    memcpy(name, repeated('\xff', 100), sizeof name);
    memcpy(prefix, repeated('\xff', 155), sizeof prefix);
    for (int is_signed = 0; is_signed <= 1; is_signed++) {
        const struct ustar_draft file = {.name = name, .prefix = prefix, .target = name};
        uint8_t *block = draft_ustar_header(&draft, &file, 0);
        memset(block + 108, 0xff, 16); /* owner, time, devices and names: nobody reads them */
        memset(block + 136, 0xff, 12);
        memset(block + 263, 0xff, 82);
        memset(block + 500, 0xff, 12);
        ustar_seal_as(block, is_signed);
    }
    open_ended(&draft);
    assert_names(prefix, name);
    assert_names(prefix, name);
}

/* The status for a file with these bytes as its size, with so much content. */
static enum archive_status with_size_field(const void *field, size_t content)
{
    struct draft draft = {.length = 0};
    add_file(&draft, "name", repeated('c', content));
    memcpy(draft.bytes + SIZE_AT, field, SIZE_SIZE);
    ustar_seal(draft.bytes);
    draft_open(&draft, &archive);
    return next();
}

static void assert_size(const void *field, size_t expected)
{
    assert_int_equal(with_size_field(field, expected), ARCHIVE_OK);
    assert_int_equal(entry.size, expected);
}

static void octal_numbers_may_have_blanks_and_ends_of_any_kind(void **state)
{
    (void)state;
    assert_size("00000000013\0", 11);
    assert_size("00000000013 ", 11);
    assert_size("000000000013", 11);
    assert_size("         13 ", 11);
    assert_size("          13", 11);
    assert_size("13\0xxxxxxxxx", 11);
    assert_size("13 xxxxxxxxx", 11);
    assert_size("0\0\0\0\0\0\0\0\0\0\0\0", 0);
}

static void binary_numbers_of_gnu_are_read(void **state)
{
    (void)state;
    assert_size("\x80\0\0\0\0\0\0\0\0\0\0\x0b", 11);
    assert_size("\x80\0\0\0\0\0\0\0\0\0\x02\x01", 513);
    assert_int_equal(with_size_field("\x80\0\0\0\0\0\0\1\0\0\0\0", 9), ARCHIVE_TRUNCATED);
    assert_int_equal(with_size_field("\x80\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff", 9),
                     ARCHIVE_TRUNCATED);
}

static void numbers_that_are_none_are_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "\0\0\0\0\0\0\0\0\0\0\0\0",                         /* nothing */
        "            ",                                     /* just blanks */
        "00000000018 ",                                     /* 8 */
        "0000000001/ ",                                     /* / */
        "-0000000013 ",                                     /* a sign */
        "\t0000000013 ",                                    /* another blank */
        "13x         ",                                     /* another end */
        "\x80\0\0\1\0\0\0\0\0\0\0\0",                       /* 2^64 */
        "\x81\0\0\0\0\0\0\0\0\0\0\0",                       /* more */
        "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", /* -1 */
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_int_equal(with_size_field(wrong[i], 11), ARCHIVE_BAD_NUMBER);
        assert_damage(ARCHIVE_BAD_NUMBER, 0);
    }
}

static void the_mode_has_to_be_a_number(void **state)
{
    (void)state;
    struct draft draft = {.length = 0};
    add_file(&draft, "name", "1");
    memcpy(draft.bytes + 100, "rw-r--r--", 8);
    ustar_seal(draft.bytes);
    draft_open(&draft, &archive);
    assert_damage(ARCHIVE_BAD_NUMBER, 0);
    memcpy(draft_opened_bytes(&archive) + 100, "0107751\0", 8);
    ustar_seal(draft_opened_bytes(&archive));
    assert_file("name", "1");
    assert_int_equal(entry.permissions, 07751);
}

static void a_file_larger_than_the_rest_is_truncated(void **state)
{
    (void)state;
    for (size_t content = 10; content <= 12; content++) {
        struct draft draft = {.length = 0};
        add_file(&draft, "name", "12345678901");
        draft_open_part(&draft, BLOCK + content, &archive);
        assert_int_equal(next(), content < 11 ? ARCHIVE_TRUNCATED : ARCHIVE_OK);
        assert_int_equal(archive.offset, content < 11 ? 0 : archive.length);
    }
    assert_int_equal(with_size_field("77777777777 ", 11), ARCHIVE_TRUNCATED);
}

/* An archive with everything in it, and the ends of its entries. */
static size_t add_everything(struct draft *draft, size_t ends[8])
{
    size_t count = 0;
    draft_record(draft, 'g', "comment", "nothing");
    draft_record(draft, 'x', "path", "pax/name");
    add_file(draft, "short", "123");
    ends[count++] = draft->last + BLOCK + 3;
    draft_extension(draft, 'L', "gnu/name");
    draft_extension(draft, 'K', "gnu/target");
    draft_ustar(draft, (struct ustar_draft){.name = "s", .target = "t", .type = '2', .gnu = true});
    ends[count++] = draft->last + BLOCK;
    add_file(draft, "file", repeated('x', 1000));
    ends[count++] = draft->last + BLOCK + 1000;
    draft_ustar_end(draft);
    return count;
}

static void every_truncation_is_an_error_not_an_overread(void **state)
{
    (void)state;
    struct draft draft = {.length = 0};
    size_t ends[8];
    size_t count = add_everything(&draft, ends);
    for (size_t bytes = 0; bytes <= draft.length; bytes++) {
        bool known = draft_open_part(&draft, bytes, &archive) == ARCHIVE_USTAR;
        size_t entries = 0, expected = 0;
        enum archive_status status;
        while ((status = next()) == ARCHIVE_OK)
            entries++;
        while (expected < count && ends[expected] <= bytes)
            expected++;
        assert_int_equal(entries, expected);
        assert_true(known == (bytes >= 263));
        if (bytes < draft.last + BLOCK)
            assert_int_equal(status, known ? ARCHIVE_TRUNCATED : ARCHIVE_BAD_FORMAT);
        else
            assert_int_equal(status, ARCHIVE_END);
    }
}

static void pax_records_stand_above_the_header(void **state)
{
    (void)state;
    struct draft draft = {.length = 0};
    char text[4096] = "", path[1024];
    memcpy(path, repeated('p', 1023), sizeof path);
    add_record(text, sizeof text, "mtime", "1350244992.023960108");
    add_record(text, sizeof text, "path", path);
    add_record(text, sizeof text, "linkpath", "pax/target");
    add_record(text, sizeof text, "SCHILY.xattr.user", "a=b\nc");
    add_record(text, sizeof text, "pathx", "no");
    add_record(text, sizeof text, "pat", "no");
    draft_extension(&draft, 'x', text);
    draft_ustar(&draft,
                (struct ustar_draft){.name = "short", .prefix = "p", .target = "t", .type = '2'});
    size_t second = draft.length;
    draft_ustar(&draft, (struct ustar_draft){.name = "own", .target = "t", .type = '1'});
    open_ended(&draft);
    assert_link(path, ARCHIVE_SYMLINK, "pax/target");
    assert_int_equal(entry.offset, 0);
    assert_link("own", ARCHIVE_HARD_LINK, "t");
    assert_int_equal(entry.offset, second);
}

static void a_pax_name_may_be_one_character(void **state)
{
    (void)state;
    struct draft draft = {.length = 0};
    draft_record(&draft, 'x', "path", "a");
    add_file(&draft, "longer", "1");
    open_ended(&draft);
    assert_file("a", "1");
}

static void a_pax_size_stands_above_the_header(void **state)
{
    (void)state;
    struct draft draft = {.length = 0};
    draft_record(&draft, 'x', "size", "0000000513");
    const struct ustar_draft file = {.name = "file"};
    (void)draft_ustar_header(&draft, &file, 0);
    draft_bytes(&draft, repeated('x', 513), 513);
    draft_fill(&draft, BLOCK);
    draft_record(&draft, 'x', "size", "18446744073709551609"); /* of what has no content */
    draft_ustar(&draft, (struct ustar_draft){.name = "dir", .type = '5'});
    size_t third = draft.length;
    draft_record(&draft, 'x', "size", "18446744073709551609");
    add_file(&draft, "large", "1");
    open_ended(&draft);
    assert_file("file", repeated('x', 513));
    assert_no_content("dir", ARCHIVE_DIRECTORY);
    assert_damage(ARCHIVE_TRUNCATED, third);
}

static void global_records_hold_until_others_do(void **state)
{
    (void)state;
    struct draft draft = {.length = 0};
    draft_record(&draft, 'g', "path", "global");
    add_file(&draft, "1", "");
    draft_record(&draft, 'x', "path", "own");
    add_file(&draft, "2", "");
    draft_record(&draft, 'x', "linkpath", "elsewhere");
    add_file(&draft, "3", "");
    draft_record(&draft, 'g', "comment", "path");
    add_file(&draft, "4", "");
    draft_record(&draft, 'g', "path", "newer");
    add_file(&draft, "5", "");
    draft_extension(&draft, 'L', "long");
    add_file(&draft, "6", "");
    draft_record(&draft, 'x', "path", "");
    add_file(&draft, "7", "");
    add_file(&draft, "8", "");
    draft_record(&draft, 'g', "path", "");
    add_file(&draft, "9", "");
    open_ended(&draft);
    static const char *const names[] = {"global", "own", "global", "global", "newer",
                                        "long",   "7",   "newer",  "9"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_file(names[i], "");
    assert_int_equal(next(), ARCHIVE_END);
}

static void global_targets_and_sizes_count_as_well(void **state)
{
    (void)state;
    struct draft draft = {.length = 0};
    char text[100] = "";
    add_record(text, sizeof text, "linkpath", "global");
    add_record(text, sizeof text, "size", "3");
    draft_extension(&draft, 'g', text);
    draft_ustar(&draft, (struct ustar_draft){.name = "l", .target = "own", .type = '2'});
    draft_ustar_bytes(&draft, (struct ustar_draft){.name = "f"}, "abc", 3);
    ustar_number(draft.bytes + draft.last + SIZE_AT, SIZE_SIZE, 99);
    ustar_seal(draft.bytes + draft.last);
    draft_record(&draft, 'x', "size", "");
    add_file(&draft, "own", "12345");
    open_ended(&draft);
    assert_link("l", ARCHIVE_SYMLINK, "global");
    assert_file("f", "abc");
    assert_file("own", "12345");
    assert_int_equal(next(), ARCHIVE_END);
}

static void a_global_value_has_at_most_1023_bytes(void **state)
{
    (void)state;
    static const char *const keywords[] = {"path", "linkpath", "size", "comment"};
    for (size_t i = 0; i < 4; i++)
        for (size_t count = 1023; count <= 1024; count++) {
            struct draft draft = {.length = 0};
            draft_record(&draft, 'g', keywords[i], repeated('0', count));
            draft_ustar(&draft, (struct ustar_draft){.name = "l", .target = "t", .type = '2'});
            draft_open(&draft, &archive);
            bool refused = i < 3 && count == 1024;
            assert_int_equal(next(), refused ? ARCHIVE_BAD_EXTENSION : ARCHIVE_OK);
        }
}

static void an_own_value_may_be_longer(void **state)
{
    (void)state;
    struct draft draft = {.length = 0};
    draft_record(&draft, 'x', "path", repeated('p', 5000));
    add_file(&draft, "short", "");
    open_ended(&draft);
    assert_file(repeated('p', 5000), "");
}

static void of_many_headers_before_an_entry_the_last_word_counts(void **state)
{
    (void)state;
    struct draft draft = {.length = 0};
    char text[100] = "";
    add_record(text, sizeof text, "path", "first");
    add_record(text, sizeof text, "path", "second");
    draft_extension(&draft, 'x', text);
    draft_record(&draft, 'x', "linkpath", "target");
    draft_record(&draft, 'g', "path", "global");
    draft_ustar(&draft, (struct ustar_draft){.name = "n", .target = "t", .type = '2'});
    draft_extension(&draft, 'L', "long");
    draft_record(&draft, 'x', "path", "pax");
    add_file(&draft, "n", "");
    draft_record(&draft, 'x', "path", "pax");
    draft_extension(&draft, 'L', "long");
    add_file(&draft, "n", "");
    open_ended(&draft);
    assert_link("second", ARCHIVE_SYMLINK, "target");
    assert_file("pax", "");
    assert_file("long", "");
}

/* Long, because it is a table: a record for each way to be wrong. */
static void malformed_records_are_damage(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "6 a=b",
        "5 a=b\n",
        "7 a=b\n",
        "6 a=bx",
        " 6 a=b\n",
        "x a=b\n",
        "6x a=b\n",
        "-6 a=b\n",
        "6\ta=b\n",
        "6",
        "6 ",
        "5 ab\n",
        "5 =b\n",
        "4 =\n",
        "3 \n",
        "2 \n",
        "1 \n",
        "0 a=b\n",
        "6 a=b\n\n",
        "6 a=b\n4 \n",
        "4294967302 a=b\n",
        "18446744073709551622 a=b\n",
        "99999999999999999999999 a=b\n",
        "9 size=x\n",
        "11 size=-1\n",
        "29 size=18446744073709551616\n",
        "12 size=0x1\n",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        for (int global = 0; global <= 1; global++) {
            struct draft draft = {.length = 0};
            add_file(&draft, "before", "1");
            draft_extension(&draft, global ? 'g' : 'x', wrong[i]);
            size_t damage = draft.last;
            add_file(&draft, "behind", "2");
            draft_open(&draft, &archive);
            assert_file("before", "1");
            assert_damage(ARCHIVE_BAD_EXTENSION, damage);
        }
}

static void a_record_does_not_go_on_behind_its_header(void **state)
{
    (void)state;
    for (size_t size = 5; size <= 6; size++) {
        struct draft draft = {.length = 0};
        const struct ustar_draft records = {.name = "x", .type = 'x'};
        (void)draft_ustar_header(&draft, &records, size);
        draft_bytes(&draft, "6 a=b\n", 6);
        draft_fill(&draft, BLOCK);
        add_file(&draft, "a", "");
        draft_open(&draft, &archive);
        assert_int_equal(next(), size == 5 ? ARCHIVE_BAD_EXTENSION : ARCHIVE_OK);
    }
}

static void a_nul_in_a_record_that_counts_is_damage(void **state)
{
    (void)state;
    struct draft draft = {.length = 0};
    const struct ustar_draft records = {.name = "x", .type = 'x'};
    draft_ustar_bytes(&draft, records, "11 xpat=a\0\n", 11);
    add_file(&draft, "a", "");
    size_t damage = draft.length;
    draft_ustar_bytes(&draft, records, "11 path=a\0\n", 11);
    add_file(&draft, "b", "");
    open_ended(&draft);
    assert_file("a", "");
    assert_damage(ARCHIVE_BAD_EXTENSION, damage);
}

static void the_smallest_and_empty_records_are_fine(void **state)
{
    (void)state;
    struct draft draft = {.length = 0};
    draft_extension(&draft, 'x', "");
    draft_extension(&draft, 'x', "5 a=\n");
    draft_extension(&draft, 'x', "006 a=b\n5 a=\n");
    draft.bytes[draft.last + BLOCK + 2] = '8'; /* the zeros count */
    add_file(&draft, "a", "");
    open_ended(&draft);
    assert_file("a", "");
}

static void damage_behind_global_records_leaves_the_old_ones(void **state)
{
    (void)state;
    struct draft draft = {.length = 0};
    draft_record(&draft, 'g', "path", "old");
    add_file(&draft, "a", "");
    size_t damage = draft.length;
    draft_record(&draft, 'g', "path", "new");
    draft_extension(&draft, 'x', "wrong");
    add_file(&draft, "b", "");
    draft_open(&draft, &archive);
    assert_file("old", "");
    assert_damage(ARCHIVE_BAD_EXTENSION, damage);
    assert_true(slice_is(archive.overrides.path, "old"));
}

static void long_names_of_gnu_are_read_with_or_without_their_nul(void **state)
{
    (void)state;
    struct draft draft = {.length = 0};
    char name[2001];
    memcpy(name, repeated('n', 2000), sizeof name);
    const struct ustar_draft long_name = {.name = "././@LongLink", .type = 'L', .gnu = true};
    const struct ustar_draft long_target = {.name = "././@LongLink", .type = 'K', .gnu = true};
    draft_ustar_bytes(&draft, long_target, "target", 7);
    draft_ustar_bytes(&draft, long_name, name, 2001);
    draft_ustar(&draft, (struct ustar_draft){.name = "n", .target = "t", .type = '1', .gnu = true});
    draft_ustar_bytes(&draft, long_name, name, 2000);
    draft_ustar(&draft, (struct ustar_draft){.name = "n", .prefix = "p"});
    add_file(&draft, "own", "");
    open_ended(&draft);
    assert_link(name, ARCHIVE_HARD_LINK, "target");
    assert_file(name, "");
    assert_file("own", "");
}

static void a_long_name_is_not_empty_and_has_a_nul_at_its_end_only(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t count;
    } wrong[] = {{"", 0}, {"", 1}, {"a\0b", 3}, {"a\0", 3}, {"\0a", 2}};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        for (int target = 0; target <= 1; target++) {
            struct draft draft = {.length = 0};
            const struct ustar_draft name = {.name = "long", .type = target ? 'K' : 'L'};
            draft_ustar_bytes(&draft, name, wrong[i].bytes, wrong[i].count);
            add_file(&draft, "a", "");
            draft_open(&draft, &archive);
            assert_damage(ARCHIVE_BAD_EXTENSION, 0);
        }
}

static void a_header_about_an_entry_that_does_not_come_is_damage(void **state)
{
    (void)state;
    static const char types[] = {'x', 'L', 'K'};
    for (size_t i = 0; i < sizeof types; i++) {
        struct draft draft = {.length = 0};
        draft_extension(&draft, types[i], "6 a=b\n");
        draft_record(&draft, 'g', "comment", "c");
        draft_open(&draft, &archive);
        assert_damage(ARCHIVE_TRUNCATED, 0);
        open_ended(&draft);
        assert_damage(ARCHIVE_BAD_EXTENSION, 0);
    }
}

static void a_global_header_may_be_all_there_is(void **state)
{
    (void)state;
    struct draft draft = {.length = 0};
    draft_record(&draft, 'g', "comment", "8a3f");
    draft_open(&draft, &archive);
    assert_damage(ARCHIVE_TRUNCATED, 0);
    open_ended(&draft);
    assert_damage(ARCHIVE_END, 0);
}

static void records_that_are_cut_off_are_truncated(void **state)
{
    (void)state;
    struct draft draft = {.length = 0};
    draft_record(&draft, 'x', "path", "name");
    draft_open_part(&draft, BLOCK + 12, &archive);
    assert_damage(ARCHIVE_TRUNCATED, 0);
}

static void a_header_without_magic_is_no_header(void **state)
{
    (void)state;
    struct draft draft = {.length = 0};
    add_file(&draft, "a", "");
    add_file(&draft, "b", "");
    memcpy(draft.bytes + draft.last + 257, "\0\0\0\0\0", 6);
    ustar_seal(draft.bytes + draft.last);
    open_ended(&draft);
    assert_file("a", "");
    assert_damage(ARCHIVE_BAD_FORMAT, BLOCK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entries_come_in_order_up_to_the_zeros),
        cmocka_unit_test(one_block_of_zeros_ends_it_whatever_follows),
        cmocka_unit_test(a_full_name_field_needs_no_nul),
        cmocka_unit_test(only_posix_has_a_prefix),
        cmocka_unit_test(a_prefix_without_a_name_is_the_name),
        cmocka_unit_test(an_entry_without_a_name_is_damage),
        cmocka_unit_test(the_type_tells_the_kind),
        cmocka_unit_test(content_of_an_unknown_type_is_passed_over),
        cmocka_unit_test(the_size_of_what_has_no_content_does_not_count),
        cmocka_unit_test(a_link_without_a_target_is_damage),
        cmocka_unit_test(a_change_of_any_byte_of_a_header_is_noticed),
        cmocka_unit_test(sums_of_signed_bytes_are_accepted),
        cmocka_unit_test(the_sum_is_right_when_all_bytes_are_high),
        cmocka_unit_test(octal_numbers_may_have_blanks_and_ends_of_any_kind),
        cmocka_unit_test(binary_numbers_of_gnu_are_read),
        cmocka_unit_test(numbers_that_are_none_are_refused),
        cmocka_unit_test(the_mode_has_to_be_a_number),
        cmocka_unit_test(a_file_larger_than_the_rest_is_truncated),
        cmocka_unit_test(every_truncation_is_an_error_not_an_overread),
        cmocka_unit_test(pax_records_stand_above_the_header),
        cmocka_unit_test(a_pax_name_may_be_one_character),
        cmocka_unit_test(a_pax_size_stands_above_the_header),
        cmocka_unit_test(global_records_hold_until_others_do),
        cmocka_unit_test(global_targets_and_sizes_count_as_well),
        cmocka_unit_test(a_global_value_has_at_most_1023_bytes),
        cmocka_unit_test(an_own_value_may_be_longer),
        cmocka_unit_test(of_many_headers_before_an_entry_the_last_word_counts),
        cmocka_unit_test(malformed_records_are_damage),
        cmocka_unit_test(a_record_does_not_go_on_behind_its_header),
        cmocka_unit_test(a_nul_in_a_record_that_counts_is_damage),
        cmocka_unit_test(the_smallest_and_empty_records_are_fine),
        cmocka_unit_test(damage_behind_global_records_leaves_the_old_ones),
        cmocka_unit_test(long_names_of_gnu_are_read_with_or_without_their_nul),
        cmocka_unit_test(a_long_name_is_not_empty_and_has_a_nul_at_its_end_only),
        cmocka_unit_test(a_header_about_an_entry_that_does_not_come_is_damage),
        cmocka_unit_test(a_global_header_may_be_all_there_is),
        cmocka_unit_test(records_that_are_cut_off_are_truncated),
        cmocka_unit_test(a_header_without_magic_is_no_header),
    };
    return cmocka_run_group_tests(tests, NULL, release);
}
