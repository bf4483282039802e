/* SHA-256 (FIPS 180-4), of a message that comes in pieces. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "boot/sha_message.h"

/* Bytes of a digest. */
#define SHA256_BYTES 32u

struct sha256 {
    uint32_t state[SHA256_BYTES / 4];
    struct sha_message message;
};

/* Begins a new digest; *sha may hold anything before. */
void sha256_start(struct sha256 *sha);

/* `bytes` may be NULL if length is 0.  Takes time in proportion to `length`. */
void sha256_add(struct sha256 *sha, const uint8_t *bytes, size_t length);

/* Writes the digest of what was added since sha256_start, which must come before more is added. */
void sha256_finish(struct sha256 *sha, uint8_t digest[SHA256_BYTES]);
