/* Frames: what is written comes back, and what was damaged never does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/exact_copy.h"
#include "tests/unit/frame_capture.h"
#include "trace/crc32.h"
#include "trace/frame.h"

/* --- Captures ---------------------------------------------------------------------------- */

static void capture_text(struct capture *capture, const char *text)
{
    capture_put(capture, text, strlen(text));
}

static struct frame_writer writer_into(struct capture *capture)
{
    return (struct frame_writer){.sink = {capture_put, capture}};
}

static uint8_t payload_byte(size_t i)
{
    return (uint8_t)(i * 167 + i / 256 + 0x5a);
}

static void write_frame(struct frame_writer *writer, char kind, size_t length)
{
    frame_begin(writer, kind);
    for (size_t i = 0; i < length; i++)
        frame_put_bytes(writer, (uint8_t[]){payload_byte(i)}, 1);
    frame_end(writer);
}

/* One frame with `length` payload bytes and sequence number 0x123456. */
static struct capture one_frame(size_t length)
{
    struct capture capture = {0};
    struct frame_writer writer = writer_into(&capture);
    writer.sequence = 0x123456;
    write_frame(&writer, 'E', length);
    return capture;
}

/* What was found in a capture: the good frames' contents are compared, not kept. */
struct found {
    unsigned good;
    unsigned damaged;
    unsigned altered; /* good ones that nobody wrote */
    size_t start;     /* of the last one */
    size_t end;
};

/* Searches a copy of exactly `length` bytes for frames like one_frame(wanted). */
static struct found search(const uint8_t *bytes, size_t length, size_t wanted)
{
    uint8_t *copy = exact_copy(bytes, length);
    uint8_t *scratch = malloc(length == 0 ? 1 : length);
    assert_non_null(scratch);

    struct found found = {0};
    struct frame frame;
    enum frame_found result;
    size_t cursor = 0, before = 0;
    while ((result = frame_find(copy, length, &cursor, scratch, &frame)) != FRAME_FOUND_NONE) {
        assert_true(cursor > before && cursor <= length);
        assert_true(frame.start >= before && frame.end == cursor);
        before = cursor;
        found.start = frame.start;
        found.end = frame.end;
        if (result == FRAME_FOUND_DAMAGED) {
            found.damaged++;
            continue;
        }
        bool same = frame.kind == 'E' && frame.sequence == 0x123456 && frame.length == wanted;
        for (size_t i = 0; same && i < wanted; i++)
            same = frame.payload[i] == payload_byte(i);
        found.good += same;
        found.altered += !same;
    }
    assert_int_equal(cursor, length);
    free(copy);
    free(scratch);
    return found;
}

/* --- Writing and reading ------------------------------------------------------------------ */

static void the_crc_is_the_one_of_zlib(void **state)
{
    (void)state;
    assert_int_equal(crc32_update(0, "", 0), 0);
    assert_int_equal(crc32_update(0, "123456789", 9), 0xcbf43926);
    assert_int_equal(crc32_update(crc32_update(0, "1234", 4), "56789", 5), 0xcbf43926);
}

static void the_crc_of_every_byte_is_what_its_polynomial_leaves(void **state)
{
    (void)state;
    for (uint32_t value = 0; value < 256; value++) {
        uint8_t byte = (uint8_t)value;
        uint32_t left = ~0u ^ value;
        for (int bit = 0; bit < 8; bit++)
            left = left >> 1 ^ (left & 1 ? 0xedb88320 : 0);
        assert_int_equal(crc32_update(0, &byte, 1), ~left);
    }
}

static void a_frame_of_any_length_comes_back(void **state)
{
    (void)state;
    for (size_t length = 0; length <= 300; length++) {
        struct capture capture = one_frame(length);
        assert_int_equal(capture.length, 2 + 1 + 4 + (length * 8 + 5) / 6 + 6 + 3);
        struct found found = search(capture.bytes, capture.length, length);
        assert_int_equal(found.good, 1);
        assert_int_equal(found.damaged + found.altered, 0);
        assert_int_equal(found.start, 0);
        assert_int_equal(found.end, capture.length - 2);
        free(capture.bytes);
    }
}

static void a_frame_looks_as_the_format_says(void **state)
{
    (void)state;
    struct capture capture = {0};
    struct frame_writer writer = writer_into(&capture);
    writer.sequence = 64;
    frame_begin(&writer, 'K');
    frame_put_bytes(&writer, "hello", 5);
    frame_end(&writer);
    assert_memory_equal(capture.bytes, "~{KAABAaGVsbG8", 14); /* base64 of "hello", no padding */
    assert_memory_equal(capture.bytes + capture.length - 3, "}\r\n", 3);
    free(capture.bytes);
}

static void the_sequence_counts_and_wraps_at_its_limit(void **state)
{
    (void)state;
    struct capture capture = {0};
    struct frame_writer writer = writer_into(&capture);
    writer.sequence = FRAME_SEQUENCE_LIMIT - 2;
    for (int i = 0; i < 4; i++)
        write_frame(&writer, 'E', 1);
    uint8_t scratch[8];
    struct frame frame;
    size_t cursor = 0;
    for (uint32_t i = 0; i < 4; i++) {
        assert_int_equal(frame_find(capture.bytes, capture.length, &cursor, scratch, &frame),
                         FRAME_FOUND_GOOD);
        assert_int_equal(frame.sequence, (FRAME_SEQUENCE_LIMIT - 2 + i) % FRAME_SEQUENCE_LIMIT);
    }
    free(capture.bytes);
}

static void the_longest_payload_comes_back_and_a_longer_one_is_refused(void **state)
{
    (void)state;
    for (size_t length = FRAME_PAYLOAD_MAX - 4; length <= FRAME_PAYLOAD_MAX + 4; length++) {
        struct capture capture = one_frame(length);
        uint8_t *scratch = malloc(FRAME_PAYLOAD_MAX);
        struct frame frame;
        size_t cursor = 0;
        enum frame_found found =
            frame_find(capture.bytes, capture.length, &cursor, scratch, &frame);
        free(scratch);
        free(capture.bytes);
        assert_int_equal(found,
                         length <= FRAME_PAYLOAD_MAX ? FRAME_FOUND_GOOD : FRAME_FOUND_DAMAGED);
    }
}

static void values_come_back_in_their_order(void **state)
{
    (void)state;
    const uint64_t values[] = {0,         1,          127,          128,        16383,
                               16384,     UINT32_MAX, (1ull << 32), 1ull << 63, UINT64_MAX - 1,
                               UINT64_MAX};
    struct capture capture = {0};
    struct frame_writer writer = writer_into(&capture);
    frame_begin(&writer, 'X');
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
        frame_put_unsigned(&writer, values[i]);
    frame_put_string(&writer, "", 0);
    frame_put_string(&writer, "a\0b", 3);
    frame_put_unsigned(&writer, UINT32_MAX);
    frame_end(&writer);

    uint8_t scratch[128];
    struct frame frame;
    size_t cursor = 0;
    assert_int_equal(frame_find(capture.bytes, capture.length, &cursor, scratch, &frame),
                     FRAME_FOUND_GOOD);
    struct frame_reader reader = frame_reader_of(&frame);
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
        assert_int_equal(frame_get_unsigned(&reader), values[i]);
    assert_int_equal(frame_get_string(&reader).length, 0);
    struct frame_string string = frame_get_string(&reader);
    assert_int_equal(string.length, 3);
    assert_memory_equal(string.text, "a\0b", 3);
    assert_false(frame_reader_done(&reader));
    assert_int_equal(frame_get_unsigned32(&reader), UINT32_MAX);
    assert_true(frame_reader_done(&reader));
    free(capture.bytes);
}

/* --- Damage -------------------------------------------------------------------------------- */

static const size_t lengths[] = {0, 1, 2, 3, 4, 17, 64, 132};
#define LENGTHS (sizeof lengths / sizeof lengths[0])

static void a_frame_with_any_bit_flipped_is_never_accepted(void **state)
{
    (void)state;
    for (size_t k = 0; k < LENGTHS; k++) {
        struct capture capture = one_frame(lengths[k]);
        for (size_t bit = 0; bit < 8 * capture.length; bit++) {
            capture.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
            struct found found = search(capture.bytes, capture.length, lengths[k]);
            assert_int_equal(found.altered, 0);
            assert_int_equal(found.good, bit / 8 >= capture.length - 2); /* its line end */
            capture.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
        free(capture.bytes);
    }
}

static void every_truncation_is_refused_without_overread(void **state)
{
    (void)state;
    for (size_t k = 0; k < LENGTHS; k++) {
        struct capture capture = one_frame(lengths[k]);
        for (size_t cut = 0; cut <= capture.length; cut++) {
            struct found found = search(capture.bytes, cut, lengths[k]);
            assert_int_equal(found.altered, 0);
            assert_int_equal(found.good, cut >= capture.length - 2);
            assert_int_equal(found.damaged, cut >= 2 && cut < capture.length - 2);
            /* and from the other end */
            found = search(capture.bytes + cut, capture.length - cut, lengths[k]);
            assert_int_equal(found.altered + found.damaged, 0);
            assert_int_equal(found.good, cut == 0);
        }
        free(capture.bytes);
    }
}

static void a_frame_with_any_byte_lost_is_never_accepted(void **state)
{
    (void)state;
    for (size_t k = 0; k < LENGTHS; k++) {
        struct capture capture = one_frame(lengths[k]);
        uint8_t *shorter = malloc(capture.length);
        for (size_t lost = 0; lost < capture.length; lost++) {
            memcpy(shorter, capture.bytes, lost);
            memcpy(shorter + lost, capture.bytes + lost + 1, capture.length - lost - 1);
            struct found found = search(shorter, capture.length - 1, lengths[k]);
            assert_int_equal(found.altered, 0);
            assert_int_equal(found.good, lost >= capture.length - 2);
        }
        free(shorter);
        free(capture.bytes);
    }
}

static void a_frame_with_any_byte_added_is_never_accepted_altered(void **state)
{
    (void)state;
    static const char added[] = "A/~{}\r\n\0\xff";
    for (size_t k = 0; k < LENGTHS; k++) {
        struct capture capture = one_frame(lengths[k]);
        uint8_t *longer = malloc(capture.length + 1);
        for (size_t at = 0; at <= capture.length; at++)
            for (size_t i = 0; i < sizeof added - 1; i++) {
                memcpy(longer, capture.bytes, at);
                longer[at] = (uint8_t)added[i];
                memcpy(longer + at + 1, capture.bytes + at, capture.length - at);
                struct found found = search(longer, capture.length + 1, lengths[k]);
                assert_int_equal(found.altered, 0);
                if (at == 0 || at >= capture.length - 2)
                    assert_int_equal(found.good, 1);
            }
        free(longer);
        free(capture.bytes);
    }
}

static void two_flipped_bits_are_never_accepted(void **state)
{
    (void)state;
    struct capture capture = one_frame(9);
    for (size_t one = 0; one < 8 * (capture.length - 2); one++)
        for (size_t two = one + 1; two < 8 * (capture.length - 2); two++) {
            capture.bytes[one / 8] ^= (uint8_t)(1u << one % 8);
            capture.bytes[two / 8] ^= (uint8_t)(1u << two % 8);
            struct found found = search(capture.bytes, capture.length, 9);
            assert_int_equal(found.good + found.altered, 0);
            capture.bytes[one / 8] ^= (uint8_t)(1u << one % 8);
            capture.bytes[two / 8] ^= (uint8_t)(1u << two % 8);
        }
    free(capture.bytes);
}

/* --- Surroundings -------------------------------------------------------------------------- */

/* `before`, the frame `between` times, `after`; gives what is found. */
static struct found search_between(const char *before, unsigned frames, const char *after)
{
    struct capture one = one_frame(5);
    struct capture capture = {0};
    capture_text(&capture, before);
    for (unsigned i = 0; i < frames; i++)
        capture_put(&capture, (const char *)one.bytes, one.length - 2);
    capture_text(&capture, after);
    struct found found = search(capture.bytes, capture.length, 5);
    assert_int_equal(found.altered, 0);
    free(one.bytes);
    free(capture.bytes);
    return found;
}

static void a_frame_is_found_anywhere_in_a_line(void **state)
{
    (void)state;
    static const char *const prefixes[] = {
        "", "[2024-05-01T12:00:00.123Z] ", "text \xff\x01", "~", "~~", "{", "~ {", "}", "\r\r\n"};
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
        struct found found = search_between(prefixes[i], 1, " and more text");
        assert_int_equal(found.good, 1);
        assert_int_equal(found.damaged, 0);
        assert_int_equal(found.start, strlen(prefixes[i]));
        found = search_between(prefixes[i], 1, "");
        assert_int_equal(found.good, 1);
    }
}

static void two_frames_on_one_line_are_both_found(void **state)
{
    (void)state;
    assert_int_equal(search_between("", 2, "\r\n").good, 2);
    assert_int_equal(search_between("x", 3, "y").good, 3);
}

static void a_frame_that_starts_inside_a_damaged_one_is_found(void **state)
{
    (void)state;
    static const char *const torn[] = {"~{", "~{E", "~{EAAAA", "~{EAAAAQUJDRA", "~{~{~{"};
    for (size_t i = 0; i < sizeof torn / sizeof torn[0]; i++) {
        struct found found = search_between(torn[i], 1, "\r\n");
        assert_int_equal(found.good, 1);
        assert_int_equal(found.damaged, i == 4 ? 3 : 1);
    }
}

static void lone_starts_and_ends_at_the_edge_are_no_frames(void **state)
{
    (void)state;
    static const char *const edges[] = {"", "~", "{", "}", "text~", "text"};
    for (size_t i = 0; i < sizeof edges / sizeof edges[0]; i++) {
        struct found found = search((const uint8_t *)edges[i], strlen(edges[i]), 0);
        assert_int_equal(found.good + found.damaged + found.altered, 0);
    }
    assert_int_equal(search((const uint8_t *)"text~{", 6, 0).damaged, 1);
    assert_int_equal(search((const uint8_t *)"~{}", 3, 0).damaged, 1);
}

/* --- Forged frames: a right CRC over a wrong body ------------------------------------------- */

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* "~{" body crc "}", with the CRC's 36 bits as given by `high` and the truth. */
static enum frame_found find_forged(const char *body, uint64_t high)
{
    char text[64] = "~{";
    strcat(text, body);
    uint64_t crc = crc32_update(0, body, strlen(body)) | high << 32;
    size_t at = strlen(text);
    for (uint32_t i = 0; i < 6; i++)
        text[at++] = digits[crc >> (30 - 6 * i) & 63];
    text[at] = '}';
    uint8_t scratch[64];
    struct frame frame;
    size_t cursor = 0;
    return frame_find((const uint8_t *)text, strlen(text), &cursor, scratch, &frame);
}

static void a_payload_has_one_spelling_only(void **state)
{
    (void)state;
    assert_int_equal(find_forged("EAAAA", 0), FRAME_FOUND_GOOD);
    assert_int_equal(find_forged("EAAAAQQ", 0), FRAME_FOUND_GOOD);     /* one byte */
    assert_int_equal(find_forged("EAAAAQUI", 0), FRAME_FOUND_GOOD);    /* two bytes */
    assert_int_equal(find_forged("EAAAAQUJD", 0), FRAME_FOUND_GOOD);   /* three bytes */
    assert_int_equal(find_forged("EAAAAQR", 0), FRAME_FOUND_DAMAGED);  /* bits left over */
    assert_int_equal(find_forged("EAAAAQUJ", 0), FRAME_FOUND_DAMAGED); /* bits left over */
    assert_int_equal(find_forged("EAAAAA", 0), FRAME_FOUND_DAMAGED);   /* no whole byte */
    assert_int_equal(find_forged("EAAAAQUJDA", 0), FRAME_FOUND_DAMAGED);
    assert_int_equal(find_forged("EAAA", 0), FRAME_FOUND_DAMAGED); /* too short */
    assert_int_equal(find_forged("", 0), FRAME_FOUND_DAMAGED);
    for (uint64_t high = 1; high < 16; high++)
        assert_int_equal(find_forged("EAAAA", high), FRAME_FOUND_DAMAGED);
}

/* --- Payloads that lie ---------------------------------------------------------------------- */

/* A reader over bytes in memory of exactly their size; `owner` is to be freed. */
static struct frame_reader reader_over(const char *bytes, size_t length, uint8_t **owner)
{
    *owner = exact_copy(bytes, length);
    struct frame frame = {.payload = *owner, .length = length};
    return frame_reader_of(&frame);
}

static void expect_bad_number(const char *bytes, size_t length)
{
    uint8_t *owner;
    struct frame_reader reader = reader_over(bytes, length, &owner);
    assert_int_equal(frame_get_unsigned(&reader), 0);
    assert_true(reader.bad);
    assert_int_equal(frame_get_unsigned(&reader), 0); /* and stays so */
    assert_int_equal(frame_get_unsigned32(&reader), 0);
    assert_int_equal(frame_get_string(&reader).length, 0);
    assert_true(reader.bad);
    assert_false(frame_reader_done(&reader));
    free(owner);
}

static void an_overlong_or_cut_number_is_bad_for_good(void **state)
{
    (void)state;
    expect_bad_number("", 0);
    expect_bad_number("\x80", 1);
    expect_bad_number("\xff\xff\xff", 3);
    expect_bad_number("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 10); /* 2^64 and more */
    expect_bad_number("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f", 10);
    expect_bad_number("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x81\x00", 11);
    expect_bad_number("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00", 11);
    expect_bad_number("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01", 12);
}

static void a_number_beyond_32_bits_is_bad_where_32_are_asked_for(void **state)
{
    (void)state;
    uint8_t *owner;
    struct frame_reader reader = reader_over("\xff\xff\xff\xff\x0f\x01", 6, &owner);
    assert_int_equal(frame_get_unsigned32(&reader), UINT32_MAX);
    assert_false(reader.bad);
    free(owner);
    reader = reader_over("\x80\x80\x80\x80\x10\x01", 6, &owner);
    assert_int_equal(frame_get_unsigned32(&reader), 0);
    assert_true(reader.bad);
    free(owner);
}

static void a_string_longer_than_its_payload_is_bad(void **state)
{
    (void)state;
    static const char *const lies[] = {"\x04"
                                       "abc",
                                       "\x7f"
                                       "abc",
                                       "\xff\xff\x03"
                                       "a",
                                       "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"};
    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        uint8_t *owner;
        struct frame_reader reader = reader_over(lies[i], strlen(lies[i]), &owner);
        struct frame_string string = frame_get_string(&reader);
        assert_int_equal(string.length, 0);
        assert_non_null(string.text);
        assert_true(reader.bad);
        free(owner);
    }
    uint8_t *owner;
    struct frame_reader reader = reader_over("\x03"
                                             "abc",
                                             4, &owner);
    assert_memory_equal(frame_get_string(&reader).text, "abc", 3);
    assert_true(frame_reader_done(&reader));
    free(owner);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_crc_is_the_one_of_zlib),
        cmocka_unit_test(the_crc_of_every_byte_is_what_its_polynomial_leaves),
        cmocka_unit_test(a_frame_of_any_length_comes_back),
        cmocka_unit_test(a_frame_looks_as_the_format_says),
        cmocka_unit_test(the_sequence_counts_and_wraps_at_its_limit),
        cmocka_unit_test(the_longest_payload_comes_back_and_a_longer_one_is_refused),
        cmocka_unit_test(values_come_back_in_their_order),
        cmocka_unit_test(a_frame_with_any_bit_flipped_is_never_accepted),
        cmocka_unit_test(every_truncation_is_refused_without_overread),
        cmocka_unit_test(a_frame_with_any_byte_lost_is_never_accepted),
        cmocka_unit_test(a_frame_with_any_byte_added_is_never_accepted_altered),
        cmocka_unit_test(two_flipped_bits_are_never_accepted),
        cmocka_unit_test(a_frame_is_found_anywhere_in_a_line),
        cmocka_unit_test(two_frames_on_one_line_are_both_found),
        cmocka_unit_test(a_frame_that_starts_inside_a_damaged_one_is_found),
        cmocka_unit_test(lone_starts_and_ends_at_the_edge_are_no_frames),
        cmocka_unit_test(a_payload_has_one_spelling_only),
        cmocka_unit_test(an_overlong_or_cut_number_is_bad_for_good),
        cmocka_unit_test(a_number_beyond_32_bits_is_bad_where_32_are_asked_for),
        cmocka_unit_test(a_string_longer_than_its_payload_is_bad),
    };
    return cmocka_run_group_tests_name("frame", tests, NULL, NULL);
}
