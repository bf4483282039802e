/* SHA-1 and SHA-256 against published values and libcrypto, and hashes as people write them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/evp.h>

#include "boot/digest.h"
#include "boot/sha1.h"
#include "boot/sha256.h"
#include "tests/unit/exact_copy.h"
#include "tests/unit/phrases.h"

enum {
    BLOCK = 64,
    SHORT_MOST = 2 * BLOCK + 2, /* bytes */
    LONG_MOST = 51200,
};

struct algorithm {
    enum digest_kind kind;
    size_t length; /* bytes */
    const EVP_MD *(*reference)(void);
};

static const struct algorithm algorithms[] = {
    {DIGEST_SHA1, 20, EVP_sha1},
    {DIGEST_SHA256, 32, EVP_sha256},
};

static const struct algorithm *const algorithms_end = algorithms + 2;

static const char digits40[] = "0123456789abcdefABCDEF00ff7f80a9f5e1c3d2";
static const char digits64[] = "deadBEEF00112233445566778899aabbccddeeffFEDCBA98765432100f1e2d3c";

/* Pseudo-random bytes (xorshift32); the seed is not 0. */
static void fill(uint8_t *bytes, size_t length, uint32_t seed)
{
    for (size_t i = 0; i < length; i++) {
        seed ^= seed << 13;
        seed ^= seed >> 17;
        seed ^= seed << 5;
        bytes[i] = (uint8_t)(seed >> 11);
    }
}

static void ours(const struct algorithm *a, const uint8_t *bytes, size_t length, uint8_t out[32])
{
    struct digest digest = digest_of(a->kind, bytes, length);
    assert_int_equal(digest.kind, a->kind);
    memcpy(out, digest.bytes, a->length);
}

static void theirs(const struct algorithm *a, const uint8_t *bytes, size_t length, uint8_t out[32])
{
    unsigned written = 0;
    assert_int_equal(EVP_Digest(bytes, length, out, &written, a->reference(), NULL), 1);
    assert_int_equal(written, a->length);
}

static void assert_printed(const struct digest *digest, const char *expected)
{
    char text[DIGEST_TEXT_MAX];
    memset(text, 'x', sizeof text);
    assert_int_equal(digest_print(digest, text), strlen(expected));
    assert_string_equal(text, expected);
}

static void assert_published(const char *message, const char *sha1, const char *sha256)
{
    uint8_t *copy = exact_copy(message, strlen(message));
    struct digest digest = digest_of(DIGEST_SHA1, copy, strlen(message));
    assert_printed(&digest, sha1);
    digest = digest_of(DIGEST_SHA256, copy, strlen(message));
    assert_printed(&digest, sha256);
    free(copy);
}

/* Literals, so that the tests do not rest on the library alone. */
static void the_published_values_come_out(void **state)
{
    (void)state;
    assert_published("", "sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709",
                     "sha256:e3b0c44298fc1c149afbf4c8996fb924"
                     "27ae41e4649b934ca495991b7852b855");
    assert_published("abc", "sha1:a9993e364706816aba3e25717850c26c9cd0d89d",
                     "sha256:ba7816bf8f01cfea414140de5dae2223"
                     "b00361a396177a9cb410ff61f20015ad");
    assert_published("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                     "sha1:84983e441c3bd26ebaae4aa1f95129e5e54670f1",
                     "sha256:248d6a61d20638b8e5c026930c3e6039"
                     "a33ce45964ff2167f6ecedd419db06c1");
}

static void a_million_times_a_comes_out(void **state)
{
    (void)state;
    const size_t length = 1000000;
    uint8_t *message = malloc(length);
    assert_non_null(message);
    memset(message, 'a', length);
    struct digest digest = digest_of(DIGEST_SHA1, message, length);
    assert_printed(&digest, "sha1:34aa973cd4c4daa4f61eeb2bdbad27316534016f");
    digest = digest_of(DIGEST_SHA256, message, length);
    assert_printed(&digest, "sha256:cdc76e5c9914fb9281a1c7e284d73e67"
                            "f1809a48a497200e046d39ccc7112cd0");
    free(message);
}

static void nothing_at_no_address_is_the_empty_message(void **state)
{
    (void)state;
    struct digest digest = digest_of(DIGEST_SHA1, NULL, 0);
    assert_printed(&digest, "sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709");
    digest = digest_of(DIGEST_NONE, NULL, 0);
    assert_int_equal(digest.kind, DIGEST_NONE);
}

static void assert_as_in_libcrypto(const struct algorithm *a, size_t length, uint32_t seed)
{
    uint8_t *message = malloc(length > 0 ? length : 1);
    uint8_t is[32], expected[32];
    assert_non_null(message);
    fill(message, length, seed);
    ours(a, message, length, is);
    theirs(a, message, length, expected);
    assert_memory_equal(is, expected, a->length);
    free(message);
}

static void every_short_message_hashes_as_in_libcrypto(void **state)
{
    (void)state;
    for (const struct algorithm *a = algorithms; a < algorithms_end; a++)
        for (uint32_t length = 0; length <= SHORT_MOST; length++)
            for (uint32_t seed = 1; seed <= 4; seed++)
                assert_as_in_libcrypto(a, length, length * 4 + seed);
}

/* The lengths of NIST's SHAVS for blocks of 512 bits, a block and 99 bytes more each time, 64 of
 * them; and then on in longer steps. */
static void every_long_message_hashes_as_in_libcrypto(void **state)
{
    (void)state;
    for (const struct algorithm *a = algorithms; a < algorithms_end; a++) {
        for (uint32_t i = 1; i <= 64; i++)
            assert_as_in_libcrypto(a, BLOCK + 99 * i, i);
        for (uint32_t i = 80; BLOCK + 99 * i <= LONG_MOST; i += 16)
            assert_as_in_libcrypto(a, BLOCK + 99 * i, i);
        assert_as_in_libcrypto(a, LONG_MOST, 1);
    }
}

/* One checkpoint of the Monte-Carlo test (NIST SHAVS, 6.4): a thousand digests, each of the
 * last three; the last one is the next seed. */
static void checkpoint(const struct algorithm *a, uint8_t seed[32],
                       void (*hash)(const struct algorithm *, const uint8_t *, size_t,
                                    uint8_t out[32]))
{
    const size_t n = a->length;
    uint8_t message[3 * 32];
    for (size_t i = 0; i < 3; i++)
        memcpy(message + i * n, seed, n);
    for (int i = 0; i < 1000; i++) {
        hash(a, message, 3 * n, seed);
        memmove(message, message + n, 2 * n);
        memcpy(message + 2 * n, seed, n);
    }
}

static struct digest digest_from(const char *digits)
{
    struct digest digest;
    assert_int_equal(digest_parse((struct slice){digits, strlen(digits)}, &digest), DIGEST_OK);
    return digest;
}

static void assert_monte_carlo(const struct algorithm *a, const char *seed, const char *first,
                               const char *last)
{
    struct digest digest = digest_from(seed), reference = digest;
    const struct digest first_published = digest_from(first), last_published = digest_from(last);
    for (int i = 0; i < 100; i++) {
        checkpoint(a, digest.bytes, ours);
        checkpoint(a, reference.bytes, theirs);
        assert_true(digest_equal(&digest, &reference));
        if (i == 0)
            assert_true(digest_equal(&digest, &first_published));
    }
    assert_true(digest_equal(&digest, &last_published));
}

/* Seeds, first and last checkpoint as in NIST's SHA1Monte.rsp and SHA256Monte.rsp. */
static void the_monte_carlo_test_goes_as_published(void **state)
{
    (void)state;
    assert_monte_carlo(&algorithms[0], "dd4df644eaf3d85bace2b21accaa22b28821f5cd",
                       "11f5c38b4479d4ad55cb69fadf62de0b036d5163",
                       "01b7be5b70ef64843a03fdbb3b247a6278d2cbe1");
    assert_monte_carlo(&algorithms[1],
                       "6d1e72ad03ddeb5de891e572e2396f8da015d899ef0e79503152d6010a3fe691",
                       "e93c330ae5447738c8aa85d71a6c80f2a58381d05872d26bdd39f1fcd4f2b788",
                       "6a912ba4188391a78e6f13d88ed2d14e13afce9db6f7dcbf4a48c24f3db02778");
}

/* A digest being taken, of either kind. */
struct hashing {
    enum digest_kind kind;
    struct sha1 sha1;
    struct sha256 sha256;
};

static void start(struct hashing *hashing, enum digest_kind kind)
{
    memset(hashing, 0xee, sizeof *hashing);
    hashing->kind = kind;
    if (kind == DIGEST_SHA1)
        sha1_start(&hashing->sha1);
    else
        sha256_start(&hashing->sha256);
}

/* Adds a copy that is gone afterwards, so that nothing may be read later. */
static void add(struct hashing *hashing, const uint8_t *bytes, size_t length)
{
    uint8_t *copy = exact_copy(bytes, length);
    if (hashing->kind == DIGEST_SHA1)
        sha1_add(&hashing->sha1, copy, length);
    else
        sha256_add(&hashing->sha256, copy, length);
    memset(copy, 0xee, length);
    free(copy);
}

static void finish(struct hashing *hashing, uint8_t out[32])
{
    if (hashing->kind == DIGEST_SHA1)
        sha1_finish(&hashing->sha1, out);
    else
        sha256_finish(&hashing->sha256, out);
}

static void a_message_cut_in_two_anywhere_hashes_the_same(void **state)
{
    (void)state;
    uint8_t message[SHORT_MOST], whole[32], is[32];
    struct hashing hashing;
    fill(message, sizeof message, 7);
    for (const struct algorithm *a = algorithms; a < algorithms_end; a++)
        for (size_t length = 0; length <= sizeof message; length++) {
            ours(a, message, length, whole);
            for (size_t cut = 0; cut <= length; cut++) {
                start(&hashing, a->kind);
                add(&hashing, message, cut);
                add(&hashing, message + cut, length - cut);
                finish(&hashing, is);
                assert_memory_equal(is, whole, a->length);
            }
        }
}

static void pieces_of_any_one_length_hash_the_same(void **state)
{
    (void)state;
    uint8_t message[1000], whole[32], is[32];
    struct hashing hashing;
    fill(message, sizeof message, 9);
    for (const struct algorithm *a = algorithms; a < algorithms_end; a++)
        for (size_t piece = 1; piece <= SHORT_MOST; piece++) {
            start(&hashing, a->kind);
            for (size_t at = 0; at < sizeof message; at += piece)
                add(&hashing, message + at,
                    piece < sizeof message - at ? piece : sizeof message - at);
            finish(&hashing, is);
            ours(a, message, sizeof message, whole);
            assert_memory_equal(is, whole, a->length);
        }
}

static void messages_at_any_alignment_hash_the_same(void **state)
{
    (void)state;
    uint8_t room[3 * BLOCK + 8], message[3 * BLOCK], whole[32], is[32];
    fill(message, sizeof message, 11);
    for (const struct algorithm *a = algorithms; a < algorithms_end; a++)
        for (size_t shift = 0; shift < 8; shift++) {
            memcpy(room + shift, message, sizeof message);
            ours(a, message, sizeof message, whole);
            ours(a, room + shift, sizeof message, is);
            assert_memory_equal(is, whole, a->length);
        }
}

static void whole_blocks_are_handed_out_where_they_lie(void **state)
{
    (void)state;
    uint8_t room[3 * BLOCK];
    struct sha_message message = {.length = 0};
    const uint8_t *bytes = room;
    size_t length = 2 * BLOCK + 1;
    fill(room, sizeof room, 13);
    assert_ptr_equal(sha_message_next(&message, &bytes, &length), room);
    assert_ptr_equal(sha_message_next(&message, &bytes, &length), room + BLOCK);
    assert_null(sha_message_next(&message, &bytes, &length));
    assert_int_equal(length, 0);
    length = BLOCK - 2;
    assert_null(sha_message_next(&message, &bytes, &length));
    length = 1;
    const uint8_t *block = sha_message_next(&message, &bytes, &length);
    assert_ptr_equal(block, message.block);
    assert_memory_equal(block, room + (size_t)2 * BLOCK, BLOCK);
    assert_null(sha_message_next(&message, &bytes, &length));
    assert_int_equal(message.length, 3 * BLOCK);
}

/* Multiples of a block: around 2^32 bits, around 2^32 bytes, and the longest message. */
static const uint64_t great_lengths[] = {
    0,          (1ull << 29) - BLOCK, 1ull << 29, (1ull << 29) + BLOCK, (1ull << 32) - BLOCK,
    1ull << 32, (1ull << 32) + BLOCK, 1ull << 35, (1ull << 61) - BLOCK,
};
#define GREAT_LENGTHS (sizeof great_lengths / sizeof great_lengths[0])

static void write_bits(uint8_t *out, uint64_t length)
{
    for (size_t i = 0; i < 8; i++)
        out[i] = (uint8_t)(length * 8 >> (56 - 8 * i));
}

static void assert_padding(uint64_t length)
{
    struct sha_message message = {.length = length};
    uint8_t padding[SHA_PADDING_MAX], zeros[SHA_PADDING_MAX] = {0}, bits[8];
    size_t count = sha_message_padding(&message, padding);
    write_bits(bits, length);
    assert_true(count >= 9 && count <= SHA_PADDING_MAX);
    assert_int_equal((length % BLOCK + count) % BLOCK, 0);
    assert_int_equal(padding[0], 0x80);
    assert_memory_equal(padding + 1, zeros, count - 9);
    assert_memory_equal(padding + count - 8, bits, 8);
    assert_int_equal(message.length, length);
}

static void the_padding_fills_a_block_and_ends_with_the_length_in_64_bits(void **state)
{
    (void)state;
    for (size_t i = 0; i < GREAT_LENGTHS; i++)
        for (uint64_t more = 0; more < BLOCK; more++)
            assert_padding(great_lengths[i] + more);
}

static struct sha_message *message_of(struct hashing *hashing)
{
    return hashing->kind == DIGEST_SHA1 ? &hashing->sha1.message : &hashing->sha256.message;
}

static void write_state(const struct hashing *hashing, uint8_t out[32])
{
    for (size_t i = 0; i < 5 && hashing->kind == DIGEST_SHA1; i++)
        sha_write_word(out + 4 * i, hashing->sha1.state[i]);
    for (size_t i = 0; i < 8 && hashing->kind == DIGEST_SHA256; i++)
        sha_write_word(out + 4 * i, hashing->sha256.state[i]);
}

static void assert_length_gets_in(const struct algorithm *a, uint64_t length)
{
    uint8_t block[BLOCK] = {0x80}, is[32], expected[32];
    struct hashing hashing;
    write_bits(block + BLOCK - 8, length);
    start(&hashing, a->kind);
    add(&hashing, block, sizeof block);
    write_state(&hashing, expected);

    start(&hashing, a->kind);
    message_of(&hashing)->length = length;
    finish(&hashing, is);
    assert_memory_equal(is, expected, a->length);
}

/* A long message whose blocks were left out is: the state of the start, and a block of padding.
 * That block, added as a message, gives the state that must be the digest. */
static void a_length_beyond_32_bits_gets_into_the_digest(void **state)
{
    (void)state;
    for (const struct algorithm *a = algorithms; a < algorithms_end; a++)
        for (size_t i = 0; i < GREAT_LENGTHS; i++)
            assert_length_gets_in(a, great_lengths[i]);
}

static void the_length_counts_on_over_32_bits(void **state)
{
    (void)state;
    uint8_t room[BLOCK] = {0};
    struct sha_message message = {.length = (1ull << 32) - 3};
    const uint8_t *bytes = room;
    size_t length = 5;
    assert_ptr_equal(sha_message_next(&message, &bytes, &length), message.block);
    assert_true(message.length == 1ull << 32);
    assert_null(sha_message_next(&message, &bytes, &length));
    assert_true(message.length == (1ull << 32) + 2);
    assert_padding(message.length);
}

/* What the last parse gave; before each it is filled with nonsense, by which an untouched one is
 * known. */
static struct digest result;
static const uint8_t nonsense = 0xee;

static enum digest_status parse_with(enum digest_status (*parse)(struct slice, struct digest *),
                                     const char *text, size_t length)
{
    char *copy = exact_copy(text, length);
    memset(&result, nonsense, sizeof result);
    enum digest_status status = parse((struct slice){copy, length}, &result);
    free(copy);
    uint8_t untouched[sizeof result];
    memset(untouched, nonsense, sizeof untouched);
    if (status != DIGEST_OK)
        assert_memory_equal(&result, untouched, sizeof result);
    return status;
}

static enum digest_status parse(const char *text, size_t length)
{
    return parse_with(digest_parse, text, length);
}

static enum digest_status parse_file(const char *content, size_t length)
{
    return parse_with(digest_parse_file, content, length);
}

static void digits_of_either_case_are_read_and_printed_in_lower_case(void **state)
{
    (void)state;
    assert_int_equal(parse(digits40, 40), DIGEST_OK);
    assert_int_equal(result.kind, DIGEST_SHA1);
    assert_printed(&result, "sha1:0123456789abcdefabcdef00ff7f80a9f5e1c3d2");
    assert_int_equal(parse(digits64, 64), DIGEST_OK);
    assert_int_equal(result.kind, DIGEST_SHA256);
    assert_printed(&result, "sha256:deadbeef00112233445566778899aabb"
                            "ccddeefffedcba98765432100f1e2d3c");
}

static void bytes_behind_the_kinds_length_are_zero(void **state)
{
    (void)state;
    const uint8_t zeros[12] = {0};
    assert_int_equal(parse(digits40, 40), DIGEST_OK);
    assert_memory_equal(result.bytes + 20, zeros, sizeof zeros);
    assert_int_equal(parse_file(digits40, 40), DIGEST_OK);
    assert_memory_equal(result.bytes + 20, zeros, sizeof zeros);
    result = digest_of(DIGEST_SHA1, zeros, sizeof zeros);
    assert_memory_equal(result.bytes + 20, zeros, sizeof zeros);
}

static void only_40_and_64_digits_are_a_hash(void **state)
{
    (void)state;
    char digits[SHORT_MOST];
    memset(digits, 'a', sizeof digits);
    for (size_t length = 0; length <= sizeof digits; length++) {
        enum digest_status expected = length == 40 || length == 64 ? DIGEST_OK : DIGEST_BAD_LENGTH;
        assert_int_equal(parse(digits, length), expected);
        assert_int_equal(parse_file(digits, length), expected);
    }
    assert_int_equal(digest_parse((struct slice){NULL, 0}, &result), DIGEST_BAD_LENGTH);
    assert_int_equal(digest_parse_file((struct slice){NULL, 0}, &result), DIGEST_BAD_LENGTH);
}

static bool is_digit(int c)
{
    return c != 0 && strchr("0123456789abcdefABCDEF", c) != NULL;
}

static bool is_white(int c)
{
    return c != 0 && strchr(" \t\n\v\f\r", c) != NULL;
}

static void check_byte_among(const char *digits, size_t length, size_t at, int c)
{
    char text[64];
    memcpy(text, digits, length);
    text[at] = (char)c;
    enum digest_status expected = is_digit(c) ? DIGEST_OK : DIGEST_BAD_DIGIT;
    assert_int_equal(parse(text, length), expected);
    if (is_digit(c)) {
        const char digit[] = {(char)c, '\0'};
        unsigned value = at % 2 == 0 ? result.bytes[at / 2] >> 4 : result.bytes[at / 2] & 15;
        assert_int_equal(value, strtoul(digit, NULL, 16));
    }
    bool cut = is_white(c);
    if (cut && at == 40) /* what is left is a hash, and what comes behind it may be a file name */
        expected = c == ' ' ? DIGEST_OK : DIGEST_EXCESS;
    else if (cut)
        expected = DIGEST_BAD_LENGTH;
    assert_int_equal(parse_file(text, length), expected);
}

static void any_other_byte_at_any_place_among_the_digits_is_refused(void **state)
{
    (void)state;
    for (size_t at = 0; at < 64; at++)
        for (int c = 0; c < 256; c++) {
            if (at < 40)
                check_byte_among(digits40, 40, at, c);
            check_byte_among(digits64, 64, at, c);
        }
}

static void a_prefix_is_no_digit(void **state)
{
    (void)state;
    assert_int_equal(parse("0x345678901234567890123456789012345678901f", 42), DIGEST_BAD_LENGTH);
    assert_int_equal(parse("0x3456789012345678901234567890123456789012", 40), DIGEST_BAD_DIGIT);
    assert_int_equal(parse("sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709", 45), DIGEST_BAD_LENGTH);
    assert_int_equal(parse("+123456789012345678901234567890123456789", 40), DIGEST_BAD_DIGIT);
}

static void spaces_around_digits_are_refused_outside_of_files(void **state)
{
    (void)state;
    assert_int_equal(parse("da39a3ee5e6b4b0d3255bfef95601890afd80709\n", 41), DIGEST_BAD_LENGTH);
    assert_int_equal(parse(" da39a3ee5e6b4b0d3255bfef95601890afd8070", 40), DIGEST_BAD_DIGIT);
}

/* Content of the digits and what is behind them, both kinds. */
static void assert_behind(const char *behind, size_t length, enum digest_status expected)
{
    char content[64 + 64];
    struct digest digest;
    for (size_t digits = 40; digits <= 64; digits += 24) {
        const char *text = digits == 40 ? digits40 : digits64;
        memcpy(content, text, digits);
        memcpy(content + digits, behind, length);
        assert_int_equal(parse_file(content, digits + length), expected);
        if (expected != DIGEST_OK)
            continue;
        assert_int_equal(digest_parse((struct slice){text, digits}, &digest), DIGEST_OK);
        assert_true(digest_equal(&digest, &result));
    }
}

static void assert_text_behind(const char *behind, enum digest_status expected)
{
    assert_behind(behind, strlen(behind), expected);
}

/* Digits, that text, and each byte in turn; those that are not accepted must be refused so. */
static void assert_byte_behind(const char *text, bool (*accepted)(int c),
                               enum digest_status refusal)
{
    char behind[32];
    size_t length = strlen(text);
    memcpy(behind, text, length);
    for (int c = 0; c < 256; c++) {
        behind[length] = (char)c;
        assert_behind(behind, length + 1, accepted(c) ? DIGEST_OK : refusal);
    }
}

static bool is_white_or_name(int c)
{
    return c != 0;
}

static bool is_white_or_short_name(int c)
{
    return c != 0 && c != '*'; /* which would belong to the space before it */
}

static bool is_name(int c)
{
    return c != 0 && c != '\n';
}

static void a_hash_file_is_digits_and_white_space(void **state)
{
    (void)state;
    assert_text_behind("", DIGEST_OK);
    assert_text_behind("\n", DIGEST_OK); /* as illumos writes it */
    assert_text_behind("\r\n", DIGEST_OK);
    assert_text_behind(" \t\n\v\f\r \n\n", DIGEST_OK);
    assert_text_behind(" ", DIGEST_OK);
    assert_text_behind("  \n", DIGEST_OK);
}

static void a_hash_file_is_what_sha256sum_writes(void **state)
{
    (void)state;
    assert_text_behind("  boot_archive\n", DIGEST_OK);
    assert_text_behind(" *boot_archive\n", DIGEST_OK);
    assert_text_behind("  boot_archive", DIGEST_OK);
    assert_text_behind("  boot_archive\r\n", DIGEST_OK);
    assert_text_behind(" *b\n \r\n\t", DIGEST_OK);
    assert_text_behind("  -\n", DIGEST_OK);
    assert_text_behind("  a name of \xc3\xa4 few * words \n", DIGEST_OK);
    assert_text_behind(" **\n", DIGEST_OK);
    assert_text_behind(" boot_archive\n", DIGEST_OK);
    assert_text_behind(" boot_archive", DIGEST_OK);
    assert_text_behind(" \tboot_archive\n", DIGEST_OK);
}

static void what_is_no_file_name_behind_the_digits_is_refused(void **state)
{
    (void)state;
    assert_text_behind("\tboot_archive\n", DIGEST_EXCESS);
    assert_text_behind("\t boot_archive\n", DIGEST_EXCESS);
    assert_text_behind(" *", DIGEST_EXCESS);
    assert_text_behind(" *\n", DIGEST_EXCESS);
    assert_text_behind(" *\nname\n", DIGEST_EXCESS);
    assert_text_behind("\n*name\n", DIGEST_EXCESS);
    assert_text_behind("*name\n", DIGEST_BAD_LENGTH);
    assert_text_behind(".", DIGEST_BAD_LENGTH);
}

static void a_second_line_with_text_is_refused(void **state)
{
    (void)state;
    assert_text_behind("\nx", DIGEST_EXCESS);
    assert_text_behind("\n  name\n", DIGEST_EXCESS);
    assert_text_behind("\r\n\r\nx", DIGEST_EXCESS);
    assert_text_behind("  name\nx", DIGEST_EXCESS);
    assert_text_behind("  name\n\n\n  name\n", DIGEST_EXCESS);
    assert_text_behind("\nda39a3ee5e6b4b0d3255bfef95601890afd80709\n", DIGEST_EXCESS);
}

static void a_nul_is_neither_white_space_nor_part_of_a_name(void **state)
{
    (void)state;
    assert_behind("\0", 1, DIGEST_BAD_LENGTH);
    assert_behind("\n\0", 2, DIGEST_EXCESS);
    assert_behind("  \0", 3, DIGEST_EXCESS);
    assert_behind("  name\0", 7, DIGEST_EXCESS);
    assert_behind("  name\0\n", 8, DIGEST_EXCESS);
    assert_behind("  na\0me\n", 8, DIGEST_EXCESS);
    assert_behind("  name\n\0", 8, DIGEST_EXCESS);
}

static void every_byte_behind_the_digits_is_judged_by_its_place(void **state)
{
    (void)state;
    char longer[42];
    memcpy(longer, digits40, 40);
    for (int c = 0; c < 256; c++) {
        longer[40] = (char)c;
        assert_int_equal(parse_file(longer, 41), is_white(c) ? DIGEST_OK : DIGEST_BAD_LENGTH);
    }
    assert_byte_behind(" ", is_white_or_short_name, DIGEST_EXCESS);
    assert_byte_behind("  ", is_white_or_name, DIGEST_EXCESS);
    assert_byte_behind(" *", is_name, DIGEST_EXCESS);
    assert_byte_behind("  n", is_white_or_name, DIGEST_EXCESS);
    assert_byte_behind("  n\n", is_white, DIGEST_EXCESS);
    assert_byte_behind("\n", is_white, DIGEST_EXCESS);
}

static void blanks_before_the_digits_are_refused(void **state)
{
    (void)state;
    assert_int_equal(parse_file(" da39a3ee5e6b4b0d3255bfef95601890afd80709\n", 42),
                     DIGEST_BAD_LENGTH);
    assert_int_equal(parse_file("\nda39a3ee5e6b4b0d3255bfef95601890afd80709\n", 42),
                     DIGEST_BAD_LENGTH);
    assert_int_equal(parse_file("\xef\xbb\xbf"
                                "da39a3ee5e6b4b0d3255bfef95601890afd80709",
                                43),
                     DIGEST_BAD_LENGTH);
}

static void a_file_without_digits_is_refused(void **state)
{
    (void)state;
    assert_int_equal(parse_file("", 0), DIGEST_BAD_LENGTH);
    assert_int_equal(parse_file("\n", 1), DIGEST_BAD_LENGTH);
    assert_int_equal(parse_file(" \t\r\n  \n", 7), DIGEST_BAD_LENGTH);
    assert_int_equal(parse_file("\0", 1), DIGEST_BAD_LENGTH);
    assert_int_equal(parse_file("SHA1 (f) = da39a3ee5e6b4b0d3255bfef95601890afd80709\n", 52),
                     DIGEST_BAD_LENGTH);
}

static void every_truncation_of_a_hash_file_is_judged_within_its_length(void **state)
{
    (void)state;
    char content[64 + 8];
    memcpy(content, digits64, 64);
    memcpy(content + 64, " *name\n ", 8);
    for (size_t length = 0; length <= sizeof content; length++) {
        enum digest_status expected = DIGEST_OK;
        if (length < 64 && length != 40)
            expected = DIGEST_BAD_LENGTH;
        else if (length == 66)
            expected = DIGEST_EXCESS;
        assert_int_equal(parse_file(content, length), expected);
    }
}

static void digests_are_equal_if_kind_and_every_byte_are(void **state)
{
    (void)state;
    for (const struct algorithm *a = algorithms; a < algorithms_end; a++) {
        struct digest one = digest_of(a->kind, (const uint8_t *)"x", 1), other = one;
        assert_true(digest_equal(&one, &other));
        for (size_t i = 0; i < a->length; i++) {
            other = one;
            other.bytes[i] ^= (uint8_t)(1 << i % 8);
            assert_false(digest_equal(&one, &other));
        }
    }
    struct digest sha1 = {.kind = DIGEST_SHA1}, sha256 = {.kind = DIGEST_SHA256};
    struct digest none = {.kind = DIGEST_NONE};
    assert_false(digest_equal(&sha1, &sha256));
    assert_false(digest_equal(&none, &sha1));
    assert_true(digest_equal(&none, &none));
}

static void no_digest_prints_as_nothing(void **state)
{
    (void)state;
    struct digest none = {.kind = DIGEST_NONE};
    assert_printed(&none, "");
}

static void every_kind_and_status_has_a_word_of_its_own(void **state)
{
    (void)state;
    assert_phrases(digest_kind_str, enum digest_kind, DIGEST_SHA256);
    assert_phrases(digest_status_str, enum digest_status, DIGEST_EXCESS);
    assert_string_equal(digest_kind_str(DIGEST_NONE), "none");
    assert_string_equal(digest_kind_str(DIGEST_SHA1), "sha1");
    assert_string_equal(digest_kind_str(DIGEST_SHA256), "sha256");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_published_values_come_out),
        cmocka_unit_test(a_million_times_a_comes_out),
        cmocka_unit_test(nothing_at_no_address_is_the_empty_message),
        cmocka_unit_test(every_short_message_hashes_as_in_libcrypto),
        cmocka_unit_test(every_long_message_hashes_as_in_libcrypto),
        cmocka_unit_test(the_monte_carlo_test_goes_as_published),
        cmocka_unit_test(a_message_cut_in_two_anywhere_hashes_the_same),
        cmocka_unit_test(pieces_of_any_one_length_hash_the_same),
        cmocka_unit_test(messages_at_any_alignment_hash_the_same),
        cmocka_unit_test(whole_blocks_are_handed_out_where_they_lie),
        cmocka_unit_test(the_padding_fills_a_block_and_ends_with_the_length_in_64_bits),
        cmocka_unit_test(a_length_beyond_32_bits_gets_into_the_digest),
        cmocka_unit_test(the_length_counts_on_over_32_bits),
        cmocka_unit_test(digits_of_either_case_are_read_and_printed_in_lower_case),
        cmocka_unit_test(bytes_behind_the_kinds_length_are_zero),
        cmocka_unit_test(only_40_and_64_digits_are_a_hash),
        cmocka_unit_test(any_other_byte_at_any_place_among_the_digits_is_refused),
        cmocka_unit_test(a_prefix_is_no_digit),
        cmocka_unit_test(spaces_around_digits_are_refused_outside_of_files),
        cmocka_unit_test(a_hash_file_is_digits_and_white_space),
        cmocka_unit_test(a_hash_file_is_what_sha256sum_writes),
        cmocka_unit_test(what_is_no_file_name_behind_the_digits_is_refused),
        cmocka_unit_test(a_second_line_with_text_is_refused),
        cmocka_unit_test(a_nul_is_neither_white_space_nor_part_of_a_name),
        cmocka_unit_test(every_byte_behind_the_digits_is_judged_by_its_place),
        cmocka_unit_test(blanks_before_the_digits_are_refused),
        cmocka_unit_test(a_file_without_digits_is_refused),
        cmocka_unit_test(every_truncation_of_a_hash_file_is_judged_within_its_length),
        cmocka_unit_test(digests_are_equal_if_kind_and_every_byte_are),
        cmocka_unit_test(no_digest_prints_as_nothing),
        cmocka_unit_test(every_kind_and_status_has_a_word_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
