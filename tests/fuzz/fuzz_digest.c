/* Hashes as people write them, and digests of pieces.
 *
 * Input: what is tried (1 byte, modulo 3: 0 a hash file, 1 a hash, 2 pieces), then for the first two
 * the text, else the number of pieces (1 byte), their lengths (1 byte each) and the message.
 *
 * Property: a hash is accepted if and only if it is 40 or 64 digits, and prints back as them in
 * lower case; a hash file is accepted only if its first 40 or 64 bytes are, as the same hash, with
 * white space or the end behind them, goes on being accepted with a line end more, and is refused
 * with a word on a line of its own; what is refused leaves the digest alone; and a message added
 * in pieces has the same digest as at once, and not the one it has with a bit flipped. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "boot/digest.h"
#include "boot/sha1.h"
#include "boot/sha256.h"
#include "tests/fuzz/require.h"

static const char digits[] = "0123456789abcdefABCDEF";
static const char white[] = " \t\n\v\f\r";

/* How many bytes at the front are characters of `set`, or with `others` are none of them. */
static size_t span(struct slice text, const char *set, bool others)
{
    size_t length = 0;
    while (length < text.length && (memchr(set, text.text[length], strlen(set)) == NULL) == others)
        length++;
    return length;
}

static bool is_hash(struct slice text)
{
    return (text.length == 40 || text.length == 64) && span(text, digits, false) == text.length;
}

static void check_print(const struct digest *digest, struct slice text)
{
    char printed[DIGEST_TEXT_MAX];
    size_t length = digest_print(digest, printed);
    const char *kind = text.length == 40 ? "sha1:" : "sha256:";
    require(length == strlen(printed) && length == strlen(kind) + text.length);
    require(strncmp(printed, kind, strlen(kind)) == 0);
    for (size_t i = 0; i < text.length; i++) {
        char c = text.text[i];
        char lower = c >= 'A' && c <= 'F' ? (char)(c - 'A' + 'a') : c;
        require(printed[strlen(kind) + i] == lower);
    }
}

static bool is_untouched(const struct digest *digest)
{
    const uint8_t *bytes = (const uint8_t *)digest;
    for (size_t i = 0; i < sizeof *digest; i++)
        if (bytes[i] != 0xee)
            return false;
    return true;
}

static void check_hash(struct slice text)
{
    struct digest digest;
    memset(&digest, 0xee, sizeof digest);
    enum digest_status status = digest_parse(text, &digest);
    require(digest_status_str(status)[0] != '\0' && status != DIGEST_EXCESS);
    require((status == DIGEST_OK) == is_hash(text));
    require((status == DIGEST_BAD_LENGTH) == (text.length != 40 && text.length != 64));
    if (status == DIGEST_OK)
        check_print(&digest, text);
    else
        require(is_untouched(&digest));
}

/* The status of a hash file with text put behind it. */
static enum digest_status with_more(struct slice content, const char *more)
{
    size_t length = strlen(more);
    char *longer = malloc(content.length + length);
    struct digest digest;
    require(longer != NULL);
    memcpy(longer, content.text, content.length);
    memcpy(longer + content.length, more, length);
    enum digest_status status =
        digest_parse_file((struct slice){longer, content.length + length}, &digest);
    free(longer);
    return status;
}

/* What stands behind the digits of a hash file: white space, or a name and then white space. */
static bool is_rest(struct slice rest)
{
    if (span(rest, white, false) == rest.length)
        return true;
    if (rest.length < 2 || rest.text[0] != ' ')
        return false;
    size_t start = memchr(" *", rest.text[1], 2) == NULL ? 1 : 2;
    if (rest.length == start || rest.text[start] == '\n' ||
        memchr(rest.text, '\0', rest.length) != NULL)
        return false;
    const char *line_end = memchr(rest.text, '\n', rest.length);
    size_t name = line_end == NULL ? rest.length : (size_t)(line_end - rest.text);
    struct slice tail = slice_behind(rest, name);
    return span(tail, white, false) == tail.length;
}

static void check_file(struct slice content)
{
    struct digest digest, alone;
    memset(&digest, 0xee, sizeof digest);
    enum digest_status status = digest_parse_file(content, &digest);
    struct slice word = {content.text, span(content, white, true)};
    require(digest_status_str(status)[0] != '\0');
    require((status == DIGEST_OK) ==
            (is_hash(word) && is_rest(slice_behind(content, word.length))));
    require((status == DIGEST_EXCESS) == (status != DIGEST_OK && is_hash(word)));
    if (status != DIGEST_OK) {
        require(is_untouched(&digest));
        require(status == DIGEST_EXCESS || digest_parse(word, &alone) == status);
        return;
    }
    require(digest_parse(word, &alone) == DIGEST_OK && digest_equal(&digest, &alone));
    check_print(&digest, word);
    require(with_more(content, "\n") == DIGEST_OK);
    require(with_more(content, "\nx") == DIGEST_EXCESS);
}

/* A message, and how it is cut: each length is that of a piece, what is left is the last one. */
struct cut {
    const uint8_t *lengths;
    size_t count;
    const uint8_t *message;
    size_t length;
};

/* The digest, with every piece in memory of exactly its size, and gone when the next one comes. */
static struct digest hash_pieces(enum digest_kind kind, const struct cut *cut)
{
    struct sha1 sha1;
    struct sha256 sha256;
    sha1_start(&sha1);
    sha256_start(&sha256);
    size_t at = 0;
    for (size_t i = 0; i <= cut->count; i++) {
        size_t left = cut->length - at;
        size_t length = i < cut->count && cut->lengths[i] < left ? cut->lengths[i] : left;
        uint8_t *piece = malloc(length);
        require(piece != NULL || length == 0);
        if (length > 0)
            memcpy(piece, cut->message + at, length);
        sha1_add(&sha1, piece, length);
        sha256_add(&sha256, piece, length);
        free(piece);
        at += length;
    }
    struct digest digest = {.kind = kind};
    if (kind == DIGEST_SHA1)
        sha1_finish(&sha1, digest.bytes);
    else
        sha256_finish(&sha256, digest.bytes);
    return digest;
}

static void check_flip(enum digest_kind kind, const struct cut *cut, const struct digest *whole)
{
    if (cut->length == 0)
        return;
    uint8_t *flipped = malloc(cut->length);
    require(flipped != NULL);
    memcpy(flipped, cut->message, cut->length);
    flipped[cut->length / 2] ^= 1;
    struct digest digest = digest_of(kind, flipped, cut->length);
    require(!digest_equal(&digest, whole));
    free(flipped);
}

static void check_pieces(const uint8_t *data, size_t size)
{
    if (size == 0)
        return;
    size_t count = data[0] < size - 1 ? data[0] : size - 1;
    struct cut cut = {data + 1, count, data + 1 + count, size - 1 - count};
    for (enum digest_kind kind = DIGEST_SHA1; kind <= DIGEST_SHA256; kind++) {
        struct digest whole = digest_of(kind, cut.message, cut.length);
        struct digest pieces = hash_pieces(kind, &cut);
        require(digest_equal(&whole, &pieces));
        check_flip(kind, &cut, &whole);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct slice text = {(const char *)data + 1, size - 1};
    switch (data[0] % 3) {
    case 0:
        check_file(text);
        break;
    case 1:
        check_hash(text);
        break;
    case 2:
        check_pieces(data + 1, size - 1);
        break;
    }
    return 0;
}
