/* Blocks and padding of SHA-1 and SHA-256. */
#include "boot/sha_message.h"

#define LENGTH_SIZE 8u /* bytes of the bit count that ends the padding */

static size_t waiting(const struct sha_message *message)
{
    return (size_t)(message->length % SHA_BLOCK);
}

const uint8_t *sha_message_next(struct sha_message *message, const uint8_t **bytes, size_t *length)
{
    if (*length == 0)
        return NULL;
    size_t at = waiting(message), room = SHA_BLOCK - at;
    size_t count = *length < room ? *length : room;
    const uint8_t *block = *bytes;
    if (count < SHA_BLOCK) {
        __builtin_memcpy(message->block + at, *bytes, count);
        block = message->block;
    }
    message->length += count;
    *bytes += count;
    *length -= count;
    return count == room ? block : NULL;
}

size_t sha_message_padding(const struct sha_message *message, uint8_t padding[SHA_PADDING_MAX])
{
    const size_t last = SHA_BLOCK - LENGTH_SIZE;
    size_t at = waiting(message);
    size_t count = (at < last ? last : last + SHA_BLOCK) - at;
    uint64_t bits = message->length * 8;
    padding[0] = 0x80;
    for (size_t i = 1; i < count; i++)
        padding[i] = 0;
    sha_write_word(padding + count, (uint32_t)(bits >> 32));
    sha_write_word(padding + count + 4, (uint32_t)bits);
    return count + LENGTH_SIZE;
}
