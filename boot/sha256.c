/* SHA-256.  Numbers in brackets are sections of FIPS 180-4. */
#include "boot/sha256.h"

enum {
    ROUNDS = 64,
    KEPT = 16, /* words of the schedule */
};

/* The eight working variables [6.2.2]. */
struct words {
    uint32_t a, b, c, d, e, f, g, h;
};

/* The constants K [4.2.2]. */
static const uint32_t constants[ROUNDS] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t rotate_right(uint32_t word, unsigned count)
{
    return word >> count | word << (32 - count);
}

/* The functions [4.1.2], Ch and Maj in forms that need fewer operations. */
static uint32_t choose(uint32_t x, uint32_t y, uint32_t z)
{
    return z ^ (x & (y ^ z));
}

static uint32_t majority(uint32_t x, uint32_t y, uint32_t z)
{
    return (x & y) | (z & (x | y));
}

static uint32_t sum0(uint32_t word)
{
    return rotate_right(word, 2) ^ rotate_right(word, 13) ^ rotate_right(word, 22);
}

static uint32_t sum1(uint32_t word)
{
    return rotate_right(word, 6) ^ rotate_right(word, 11) ^ rotate_right(word, 25);
}

static uint32_t sigma0(uint32_t word)
{
    return rotate_right(word, 7) ^ rotate_right(word, 18) ^ word >> 3;
}

static uint32_t sigma1(uint32_t word)
{
    return rotate_right(word, 17) ^ rotate_right(word, 19) ^ word >> 10;
}

/* Puts the next 16 words of the schedule in the place of the last 16. */
static void schedule(uint32_t w[KEPT])
{
    for (size_t i = 0; i < KEPT; i++)
        w[i] += sigma1(w[(i + 14) % KEPT]) + w[(i + 9) % KEPT] + sigma0(w[(i + 1) % KEPT]);
}

static void turn(struct words *v, uint32_t sum)
{
    uint32_t first = v->h + sum1(v->e) + choose(v->e, v->f, v->g) + sum;
    uint32_t second = sum0(v->a) + majority(v->a, v->b, v->c);
    *v = (struct words){first + second, v->a, v->b, v->c, v->d + first, v->e, v->f, v->g};
}

/* Rounds `t` to `t` + 15.  Unrolled, they have no words to move: after 8 turns each is in place. */
static void rounds(struct words *v, const uint32_t w[KEPT], size_t t)
{
#pragma GCC unroll 16
    for (size_t i = 0; i < KEPT; i++)
        turn(v, constants[t + i] + w[i]);
}

static void take_block(uint32_t state[8], const uint8_t *block)
{
    uint32_t w[KEPT];
    for (size_t i = 0; i < KEPT; i++)
        w[i] = sha_read_word(block + 4 * i);
    struct words v = {state[0], state[1], state[2], state[3],
                      state[4], state[5], state[6], state[7]};
    for (size_t t = 0; t < ROUNDS; t += KEPT) {
        if (t > 0)
            schedule(w);
        rounds(&v, w, t);
    }
    state[0] += v.a;
    state[1] += v.b;
    state[2] += v.c;
    state[3] += v.d;
    state[4] += v.e;
    state[5] += v.f;
    state[6] += v.g;
    state[7] += v.h;
}

void sha256_start(struct sha256 *sha)
{
    *sha = (struct sha256){.state = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f,
                                     0x9b05688c, 0x1f83d9ab, 0x5be0cd19}};
}

void sha256_add(struct sha256 *sha, const uint8_t *bytes, size_t length)
{
    const uint8_t *block;
    while ((block = sha_message_next(&sha->message, &bytes, &length)) != NULL)
        take_block(sha->state, block);
}

void sha256_finish(struct sha256 *sha, uint8_t digest[SHA256_BYTES])
{
    uint8_t padding[SHA_PADDING_MAX];
    sha256_add(sha, padding, sha_message_padding(&sha->message, padding));
    for (size_t i = 0; i < SHA256_BYTES / 4; i++)
        sha_write_word(digest + 4 * i, sha->state[i]);
}
