/* The FAT file system in the image of a disk. */
#include "flight/fat_place.h"

#include <stddef.h>

#include "boot/bytes.h"

enum {
    TABLE = 446, /* offset of the partition table; each entry has 16 bytes */
    ENTRY = 16,
    SIGNATURE = 510,
};

static bool is_power_of_two(uint32_t number)
{
    return number != 0 && (number & (number - 1)) == 0;
}

bool fat_place_is_fat(const uint8_t sector[FAT_PLACE_SECTOR])
{
    uint32_t bytes = read_le16(sector + 11);
    bool jumps = sector[0] == 0xeb || sector[0] == 0xe9;
    bool sized = is_power_of_two(bytes) && bytes >= 512 && bytes <= 4096;
    bool reserved = read_le16(sector + 14) != 0;
    bool tables = sector[16] == 1 || sector[16] == 2;
    bool sectors = read_le16(sector + 19) != 0 || read_le32(sector + 32) != 0;
    bool media = sector[21] == 0xf0 || sector[21] >= 0xf8;
    return jumps && sized && is_power_of_two(sector[13]) && reserved && tables && sectors && media;
}

static bool is_fat_type(uint8_t type)
{
    static const uint8_t types[] = {0x01, 0x04, 0x06, 0x0b, 0x0c, 0x0e, 0xef};
    for (size_t i = 0; i < sizeof types; i++)
        if (types[i] == type)
            return true;
    return false;
}

/* `entry` is that of the partition in the table. */
static enum fat_place_status take(const uint8_t *entry, uint64_t size, struct fat_place *place)
{
    uint64_t start = read_le32(entry + 8), count = read_le32(entry + 12);
    uint64_t sectors = size / FAT_PLACE_SECTOR;
    if (start == 0 || count == 0 || start > sectors || count > sectors - start)
        return FAT_PLACE_OUTSIDE;
    place->offset = start * FAT_PLACE_SECTOR;
    return FAT_PLACE_OK;
}

enum fat_place_status fat_place_find(const uint8_t sector[FAT_PLACE_SECTOR], uint64_t size,
                                     struct fat_place *place)
{
    *place = (struct fat_place){0};
    if (fat_place_is_fat(sector))
        return FAT_PLACE_OK;
    if (read_le16(sector + SIGNATURE) != 0xaa55)
        return FAT_PLACE_NO_TABLE;
    place->partitioned = true;
    for (size_t i = 0; i < FAT_PLACE_PARTITIONS; i++)
        place->types[i] = sector[TABLE + ENTRY * i + 4];
    for (size_t i = 0; i < FAT_PLACE_PARTITIONS; i++)
        if (is_fat_type(place->types[i]))
            return take(sector + TABLE + ENTRY * i, size, place);
    return FAT_PLACE_NO_PARTITION;
}

const char *fat_place_status_str(enum fat_place_status status)
{
    switch (status) {
    case FAT_PLACE_OK:
        return "a FAT file system";
    case FAT_PLACE_NO_TABLE:
        return "neither a partition table nor a FAT file system";
    case FAT_PLACE_NO_PARTITION:
        return "a partition table without a FAT partition";
    case FAT_PLACE_OUTSIDE:
        return "a FAT partition that goes beyond its end";
    }
    return "unknown";
}
