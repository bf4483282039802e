/* Where the FAT file system lies in the image of a disk: behind a partition table as in a PC's
 * master boot record, or, without one, right at the beginning.  Sectors have 512 bytes.
 *
 * It lacks partition tables of other kinds (GPT) and logical partitions.  Pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define FAT_PLACE_SECTOR 512u /* bytes */
/* Entries of a partition table. */
#define FAT_PLACE_PARTITIONS 4u

enum fat_place_status {
    FAT_PLACE_OK = 0,
    FAT_PLACE_NO_TABLE,     /* neither a partition table nor a FAT file system */
    FAT_PLACE_NO_PARTITION, /* a table without a partition of a FAT type */
    FAT_PLACE_OUTSIDE,      /* the partition lies, wholly or in part, outside of the image */
};

struct fat_place {
    uint64_t offset;                     /* bytes from the beginning of the image */
    bool partitioned;                    /* false: there is no table */
    uint8_t types[FAT_PLACE_PARTITIONS]; /* what the table says; 0 is an unused entry */
};

/* Whether this is the first sector of a FAT file system, as far as its numbers tell. */
bool fat_place_is_fat(const uint8_t sector[FAT_PLACE_SECTOR]);

/* Reads the first sector of an image of `size` bytes.  Of several partitions of a FAT type the
 * first one counts; whether it holds a file system is not looked at.  *place is filled as far as
 * it was found out. */
enum fat_place_status fat_place_find(const uint8_t sector[FAT_PLACE_SECTOR], uint64_t size,
                                     struct fat_place *place);

const char *fat_place_status_str(enum fat_place_status status);
