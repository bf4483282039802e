/* Digests of boot modules: SHA-1 and SHA-256 (FIPS 180-4), and hashes as people write them.
 *
 * This is a check against damage and mix-ups, no authentication: whoever can change a module can
 * change its hash. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boot/slice.h"

#define DIGEST_BYTES_MAX 32u
#define DIGEST_TEXT_MAX  (7u + 64u + 1u) /* "sha256:", 64 digits, NUL */

enum digest_kind {
    DIGEST_NONE = 0,
    DIGEST_SHA1,   /* 20 bytes, 40 digits */
    DIGEST_SHA256, /* 32 bytes, 64 digits */
};

struct digest {
    enum digest_kind kind;
    uint8_t bytes[DIGEST_BYTES_MAX]; /* those behind the kind's length are 0 */
};

enum digest_status {
    DIGEST_OK = 0,
    DIGEST_BAD_LENGTH, /* neither 40 nor 64 digits */
    DIGEST_BAD_DIGIT,  /* of that length, but not all of it hexadecimal digits */
    DIGEST_EXCESS,     /* of a hash file: what follows is neither white space nor a file name */
};

/* Reads exactly 40 or 64 hexadecimal digits of either case; *digest is untouched on error.
 * `text.text` may be NULL if its length is 0. */
enum digest_status digest_parse(struct slice text, struct digest *digest);

/* Reads the content of a hash file.  What stands before the first white space (space, TAB, LF, VT,
 * FF, CR) must be such digits, from the first byte on; it is refused as by digest_parse.  Behind
 * them comes nothing, or white space, or a space and a file name, which is not empty and ends
 * before a LF or NUL, and behind that only white space.  sha1sum(1) and sha256sum(1) write a
 * space or '*' between the two.  (The backslash before a line whose file name they had to escape is not known here.)
 * *digest is untouched on error.  `content.text` may be NULL if its length is 0. */
enum digest_status digest_parse_file(struct slice content, struct digest *digest);

/* Takes the digest of that kind; of DIGEST_NONE it is empty.  Takes time in proportion to `length`.
 * `bytes` may be NULL if length is 0. */
struct digest digest_of(enum digest_kind kind, const uint8_t *bytes, size_t length);

/* Whether kind and bytes are the same.  Two of DIGEST_NONE are, so ask for the kind first. */
bool digest_equal(const struct digest *a, const struct digest *b);

/* "sha1", "sha256", "none" */
const char *digest_kind_str(enum digest_kind kind);
const char *digest_status_str(enum digest_status status);

/* Writes "sha256:" and the digits in lower case, terminated; gives the length without the NUL.
 * For DIGEST_NONE it is empty. */
size_t digest_print(const struct digest *digest, char text[DIGEST_TEXT_MAX]);
