/* SHA-1.  Numbers in brackets are sections of FIPS 180-4. */
#include "boot/sha1.h"

/* The five working variables [6.1.2]. */
struct words {
    uint32_t a, b, c, d, e;
};

static uint32_t rotate_left(uint32_t word, unsigned count)
{
    return word << count | word >> (32 - count);
}

/* The functions [4.1.1], Ch and Maj in forms that need fewer operations. */
static uint32_t choose(const struct words *v)
{
    return v->d ^ (v->b & (v->c ^ v->d));
}

static uint32_t parity(const struct words *v)
{
    return v->b ^ v->c ^ v->d;
}

static uint32_t majority(const struct words *v)
{
    return (v->b & v->c) | (v->d & (v->b | v->c));
}

/* Word `t` of the schedule, of which only 16 words are kept [6.1.3].  Called in order.  Inline,
 * since the places are constants only within the unrolled rounds. */
static inline uint32_t scheduled(uint32_t w[16], unsigned t)
{
    if (t >= 16)
        w[t % 16] =
            rotate_left(w[(t + 13) % 16] ^ w[(t + 8) % 16] ^ w[(t + 2) % 16] ^ w[t % 16], 1);
    return w[t % 16];
}

static void turn(struct words *v, uint32_t sum)
{
    uint32_t a = rotate_left(v->a, 5) + v->e + sum;
    *v = (struct words){a, v->a, rotate_left(v->b, 30), v->c, v->d};
}

/* The 80 rounds.  Unrolled, they have no words to move and no places to compute, and are one and
 * a half times as fast; 20 is a multiple of the five turns after which each word is in place. */
static void rounds(struct words *v, uint32_t w[16])
{
#pragma GCC unroll 20
    for (unsigned t = 0; t < 20; t++)
        turn(v, choose(v) + 0x5a827999 + scheduled(w, t));
#pragma GCC unroll 20
    for (unsigned t = 20; t < 40; t++)
        turn(v, parity(v) + 0x6ed9eba1 + scheduled(w, t));
#pragma GCC unroll 20
    for (unsigned t = 40; t < 60; t++)
        turn(v, majority(v) + 0x8f1bbcdc + scheduled(w, t));
#pragma GCC unroll 20
    for (unsigned t = 60; t < 80; t++)
        turn(v, parity(v) + 0xca62c1d6 + scheduled(w, t));
}

static void take_block(uint32_t state[5], const uint8_t *block)
{
    uint32_t w[16];
    for (size_t i = 0; i < 16; i++)
        w[i] = sha_read_word(block + 4 * i);
    struct words v = {state[0], state[1], state[2], state[3], state[4]};
    rounds(&v, w);
    state[0] += v.a;
    state[1] += v.b;
    state[2] += v.c;
    state[3] += v.d;
    state[4] += v.e;
}

void sha1_start(struct sha1 *sha)
{
    *sha = (struct sha1){.state = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0}};
}

void sha1_add(struct sha1 *sha, const uint8_t *bytes, size_t length)
{
    const uint8_t *block;
    while ((block = sha_message_next(&sha->message, &bytes, &length)) != NULL)
        take_block(sha->state, block);
}

void sha1_finish(struct sha1 *sha, uint8_t digest[SHA1_BYTES])
{
    uint8_t padding[SHA_PADDING_MAX];
    sha1_add(sha, padding, sha_message_padding(&sha->message, padding));
    for (size_t i = 0; i < SHA1_BYTES / 4; i++)
        sha_write_word(digest + 4 * i, sha->state[i]);
}
