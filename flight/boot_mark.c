/* What loaders look for. */
#include "flight/boot_mark.h"

#include <string.h>

#include "boot/bytes.h"

enum {
    HEADER_SEARCH = 8192, /* bytes, all of the header's among them */
    HEADER_SIZE = 12,     /* magic, flags, and what makes their sum 0 */
    IDENTIFIER = 16 * 2048 + 1,
    SIGNATURE = 510,
};

#define HEADER_MAGIC    0x1badb002u
#define IDENTIFIER_TEXT "CD001"

_Static_assert(IDENTIFIER + sizeof IDENTIFIER_TEXT - 1 == BOOT_MARK_BYTES, "the last mark");

static bool is_header(const uint8_t *at)
{
    return read_le32(at) == HEADER_MAGIC &&
           read_le32(at) + read_le32(at + 4) + read_le32(at + 8) == 0;
}

bool boot_mark_is_kernel(const uint8_t *bytes, size_t length)
{
    const size_t searched = length < HEADER_SEARCH ? length : HEADER_SEARCH;
    for (size_t at = 0; at + HEADER_SIZE <= searched; at += 4)
        if (is_header(bytes + at))
            return true;
    return false;
}

bool boot_mark_is_iso(const uint8_t *bytes, size_t length)
{
    return length >= BOOT_MARK_BYTES &&
           memcmp(bytes + IDENTIFIER, IDENTIFIER_TEXT, sizeof IDENTIFIER_TEXT - 1) == 0;
}

bool boot_mark_is_disk(const uint8_t *bytes, size_t length)
{
    return length >= SIGNATURE + 2 && read_le16(bytes + SIGNATURE) == 0xaa55;
}
