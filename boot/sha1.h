/* SHA-1 (FIPS 180-4), of a message that comes in pieces.
 *
 * Good against damage, not against malice: two messages of the same digest can be made. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "boot/sha_message.h"

/* Bytes of a digest. */
#define SHA1_BYTES 20u

struct sha1 {
    uint32_t state[SHA1_BYTES / 4];
    struct sha_message message;
};

/* Begins a new digest; *sha may hold anything before. */
void sha1_start(struct sha1 *sha);

/* `bytes` may be NULL if length is 0.  Takes time in proportion to `length`. */
void sha1_add(struct sha1 *sha, const uint8_t *bytes, size_t length);

/* Writes the digest of what was added since sha1_start, which must come before more is added. */
void sha1_finish(struct sha1 *sha, uint8_t digest[SHA1_BYTES]);
