/* A message on its way into SHA-1 or SHA-256, which cut it into blocks and pad it alike
 * (FIPS 180-4, 5.1.1 and 5.2.1).
 *
 * Whole blocks are handed out where they lie; only what is left over is copied. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define SHA_BLOCK       64u              /* bytes */
#define SHA_PADDING_MAX (SHA_BLOCK + 8u) /* bytes; at least 1 + 8 */

/* Zeroed, it is the start of a message. */
struct sha_message {
    uint64_t length;          /* bytes so far, below 2^61: the padding has 64 bits for their bits */
    uint8_t block[SHA_BLOCK]; /* its first length % SHA_BLOCK bytes wait for the others */
};

/* Adds bytes up to the end of a block, and takes them off the front of the *length at *bytes.
 * Gives the block, readable until the next call; or NULL if all bytes are taken and no block is
 * full.  *bytes may be NULL if *length is 0. */
const uint8_t *sha_message_next(struct sha_message *message, const uint8_t **bytes, size_t *length);

/* Writes what ends the message, to be added like any other bytes: the last block is then full.
 * Gives its length. */
size_t sha_message_padding(const struct sha_message *message, uint8_t padding[SHA_PADDING_MAX]);

static inline uint32_t sha_read_word(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static inline void sha_write_word(uint8_t *p, uint32_t word)
{
    p[0] = (uint8_t)(word >> 24);
    p[1] = (uint8_t)(word >> 16);
    p[2] = (uint8_t)(word >> 8);
    p[3] = (uint8_t)word;
}
