/* Digests of boot modules, and hashes as people write them. */
#include "boot/digest.h"

#include "boot/digits.h"
#include "boot/sha1.h"
#include "boot/sha256.h"

_Static_assert(SHA1_BYTES <= DIGEST_BYTES_MAX && SHA256_BYTES <= DIGEST_BYTES_MAX,
               "every digest has room");

static size_t length_of(enum digest_kind kind)
{
    switch (kind) {
    case DIGEST_NONE:
        return 0;
    case DIGEST_SHA1:
        return SHA1_BYTES;
    case DIGEST_SHA256:
        return SHA256_BYTES;
    }
    return 0;
}

static enum digest_kind kind_of(size_t digits)
{
    if (digits == (size_t)2 * SHA1_BYTES)
        return DIGEST_SHA1;
    return digits == (size_t)2 * SHA256_BYTES ? DIGEST_SHA256 : DIGEST_NONE;
}

enum digest_status digest_parse(struct slice text, struct digest *digest)
{
    struct digest result = {.kind = kind_of(text.length)};
    if (result.kind == DIGEST_NONE)
        return DIGEST_BAD_LENGTH;
    for (size_t i = 0; i < length_of(result.kind); i++) {
        uint32_t high = digit_value(text.text[2 * i]);
        uint32_t low = digit_value(text.text[2 * i + 1]);
        if (high == 16 || low == 16)
            return DIGEST_BAD_DIGIT;
        result.bytes[i] = (uint8_t)(high << 4 | low);
    }
    *digest = result;
    return DIGEST_OK;
}

static bool is_white(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* How many bytes stand before the first white space. */
static size_t word_length(struct slice text)
{
    size_t length = 0;
    while (length < text.length && !is_white(text.text[length]))
        length++;
    return length;
}

static bool is_all_white(struct slice text)
{
    for (size_t i = 0; i < text.length; i++)
        if (!is_white(text.text[i]))
            return false;
    return true;
}

/* How many bytes a file name takes, which holds neither LF nor NUL. */
static size_t name_length(struct slice text)
{
    size_t length = 0;
    while (length < text.length && text.text[length] != '\n' && text.text[length] != '\0')
        length++;
    return length;
}

/* Whether this may stand behind the digits of a hash file. */
static bool is_rest(struct slice text)
{
    if (is_all_white(text))
        return true;
    if (!slice_begins(text, " "))
        return false;
    bool two = slice_begins(text, "  ") || slice_begins(text, " *");
    struct slice name = slice_behind(text, two ? 2 : 1);
    size_t length = name_length(name);
    return length > 0 && is_all_white(slice_behind(name, length));
}

enum digest_status digest_parse_file(struct slice content, struct digest *digest)
{
    size_t length = word_length(content);
    struct digest result;
    enum digest_status status = digest_parse((struct slice){content.text, length}, &result);
    if (status != DIGEST_OK)
        return status;
    if (!is_rest(slice_behind(content, length)))
        return DIGEST_EXCESS;
    *digest = result;
    return DIGEST_OK;
}

static void take_sha1(const uint8_t *bytes, size_t length, uint8_t digest[SHA1_BYTES])
{
    struct sha1 sha;
    sha1_start(&sha);
    sha1_add(&sha, bytes, length);
    sha1_finish(&sha, digest);
}

static void take_sha256(const uint8_t *bytes, size_t length, uint8_t digest[SHA256_BYTES])
{
    struct sha256 sha;
    sha256_start(&sha);
    sha256_add(&sha, bytes, length);
    sha256_finish(&sha, digest);
}

struct digest digest_of(enum digest_kind kind, const uint8_t *bytes, size_t length)
{
    struct digest digest = {.kind = kind};
    switch (kind) {
    case DIGEST_NONE:
        break;
    case DIGEST_SHA1:
        take_sha1(bytes, length, digest.bytes);
        break;
    case DIGEST_SHA256:
        take_sha256(bytes, length, digest.bytes);
        break;
    }
    return digest;
}

bool digest_equal(const struct digest *a, const struct digest *b)
{
    return a->kind == b->kind && __builtin_memcmp(a->bytes, b->bytes, length_of(a->kind)) == 0;
}

const char *digest_kind_str(enum digest_kind kind)
{
    switch (kind) {
    case DIGEST_NONE:
        return "none";
    case DIGEST_SHA1:
        return "sha1";
    case DIGEST_SHA256:
        return "sha256";
    }
    return "unknown";
}

const char *digest_status_str(enum digest_status status)
{
    switch (status) {
    case DIGEST_OK:
        return "nothing wrong";
    case DIGEST_BAD_LENGTH:
        return "neither 40 nor 64 digits";
    case DIGEST_BAD_DIGIT:
        return "digit that is not hexadecimal";
    case DIGEST_EXCESS:
        return "text behind the digits that is no file name";
    }
    return "unknown status";
}

size_t digest_print(const struct digest *digest, char text[DIGEST_TEXT_MAX])
{
    size_t bytes = length_of(digest->kind);
    char *end = text;
    if (bytes > 0) {
        const char *kind = digest_kind_str(digest->kind);
        size_t length = __builtin_strlen(kind);
        __builtin_memcpy(end, kind, length);
        end += length;
        *end++ = ':';
    }
    for (size_t i = 0; i < bytes; i++) {
        *end++ = "0123456789abcdef"[digest->bytes[i] >> 4];
        *end++ = "0123456789abcdef"[digest->bytes[i] & 15];
    }
    *end = '\0';
    return (size_t)(end - text);
}
