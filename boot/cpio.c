/* The cpio formats, read in place.
 *
 * Of newc, an entry is a header of 110 characters (6 of magic, then 13 numbers of 8 hexadecimal
 * digits), the name with its NUL, and the content; name and content are each filled up to a
 * multiple of 4, counted from the start of the archive.  Of odc, the header has 76 characters (6
 * of magic, then 10 numbers of 6 or 11 octal digits), and nothing is filled up. */
#include "boot/cpio.h"

#include "boot/archive_text.h"
#include "boot/bytes.h"

#define TRAILER "TRAILER!!!"

enum {
    MAGIC_LENGTH = 6,

    NEWC_NUMBER_LENGTH = 8,
    NEWC_NUMBERS = 13,
    NEWC_HEADER_LENGTH = MAGIC_LENGTH + NEWC_NUMBERS * NEWC_NUMBER_LENGTH,
    NEWC_ALIGNMENT = 4,

    NEWC_INODE = 0, /* places among the numbers */
    NEWC_MODE = 1,
    NEWC_LINKS = 4,
    NEWC_SIZE = 6,
    NEWC_DEVICE_MAJOR = 7,
    NEWC_DEVICE_MINOR = 8,
    NEWC_NAME_SIZE = 11,
    NEWC_CHECK = 12,

    ODC_NUMBERS = 10,
    ODC_HEADER_LENGTH = MAGIC_LENGTH + 8 * 6 + 2 * 11,
    ODC_ALIGNMENT = 1,

    ODC_DEVICE = 0,
    ODC_INODE = 1,
    ODC_MODE = 2,
    ODC_LINKS = 5,
    ODC_NAME_SIZE = 8,
    ODC_SIZE = 9,
};

/* The mode of an entry. */
enum {
    MODE_TYPE = 0170000,
    MODE_FILE = 0100000,
    MODE_DIRECTORY = 0040000,
    MODE_SYMLINK = 0120000,
    MODE_PERMISSIONS = 07777,
};

/* What the formats have in common. */
struct header {
    size_t length; /* bytes of the header itself */
    size_t alignment;
    uint64_t size;      /* bytes of content; odc has room for 33 bits */
    uint32_t name_size; /* bytes, with the NUL */
    uint32_t mode;
    uint64_t group; /* as in struct archive_entry, if it is a file */
};

/* Where the parts of an entry lie. */
struct parts {
    struct slice name;
    const uint8_t *content;
    size_t size;
    size_t end; /* in the archive: where the next entry begins */
};

enum archive_format cpio_recognise(const uint8_t *bytes, size_t length)
{
    if (length < MAGIC_LENGTH || __builtin_memcmp(bytes, "07070", MAGIC_LENGTH - 1) != 0)
        return ARCHIVE_UNKNOWN;
    switch (bytes[MAGIC_LENGTH - 1]) {
    case '1':
        return ARCHIVE_CPIO_NEWC;
    case '2':
        return ARCHIVE_CPIO_CRC;
    case '7':
        return ARCHIVE_CPIO_ODC;
    default:
        return ARCHIVE_UNKNOWN;
    }
}

/* Most of a header's digits are zeros in fours. */
static const uint32_t FOUR_ZEROS = 0x30303030;

/* Whether four characters are hexadecimal digits, all at once.  Two sums differ in the top bit of a
 * byte if the character lies in a range: in the first sum the bit is set from the first character
 * of the range on, in the second one from the character behind the range on.  Nothing is carried
 * from one byte into the next unless a character has its own top bit, and then it is no digit. */
static inline bool are_hexadecimal(uint32_t four)
{
    uint32_t lower = four | 0x20202020;
    uint32_t digits = (four + 0x50505050) ^ (four + 0x46464646);    /* '0' to '9' */
    uint32_t letters = (lower + 0x1f1f1f1f) ^ (lower + 0x19191919); /* 'a' to 'f' */
    return ((digits | letters) & ~four & 0x80808080) == 0x80808080;
}

static bool newc_numbers_valid(const uint8_t *numbers)
{
    for (size_t i = 0; i < NEWC_NUMBERS * NEWC_NUMBER_LENGTH; i += 4) {
        uint32_t four = read_le32(numbers + i);
        if (four != FOUR_ZEROS && !are_hexadecimal(four))
            return false;
    }
    return true;
}

/* The value of four hexadecimal digits, all at once: each byte becomes the value of its digit
 * (letters, which have bit 6, begin with 1 for ten), then bytes and pairs of them are joined. */
static inline uint32_t value_of_four(uint32_t four)
{
    uint32_t values = __builtin_bswap32((four & 0x0f0f0f0f) + (four >> 6 & 0x01010101) * 9);
    values = (values | values >> 4) & 0x00ff00ff;
    return (values | values >> 8) & 0xffff;
}

static inline uint32_t newc_number(const uint8_t *numbers, size_t index)
{
    uint32_t high = read_le32(numbers + index * NEWC_NUMBER_LENGTH);
    uint32_t low = value_of_four(read_le32(numbers + index * NEWC_NUMBER_LENGTH + 4));
    return high == FOUR_ZEROS ? low : value_of_four(high) << 16 | low;
}

/* Of all names of one file the same, never 0. */
static uint64_t group_of(uint32_t device, uint32_t inode)
{
    uint64_t group = (uint64_t)device << 32 | inode;
    return group != 0 ? group : UINT64_MAX;
}

static uint64_t newc_group(const uint8_t *numbers)
{
    uint32_t major = newc_number(numbers, NEWC_DEVICE_MAJOR);
    /* exact for what Linux has: 12 bits of the one and 20 of the other */
    uint32_t device = (major << 20 | major >> 12) ^ newc_number(numbers, NEWC_DEVICE_MINOR);
    return group_of(device, newc_number(numbers, NEWC_INODE));
}

static bool read_newc(const uint8_t *numbers, struct header *header)
{
    if (!newc_numbers_valid(numbers))
        return false;
    *header = (struct header){
        .length = NEWC_HEADER_LENGTH,
        .alignment = NEWC_ALIGNMENT,
        .size = newc_number(numbers, NEWC_SIZE),
        .name_size = newc_number(numbers, NEWC_NAME_SIZE),
        .mode = newc_number(numbers, NEWC_MODE),
    };
    if (newc_number(numbers, NEWC_LINKS) > 1)
        header->group = newc_group(numbers);
    return true;
}

static bool read_octal(const uint8_t *digits, size_t length, uint64_t *value)
{
    *value = 0;
    for (size_t i = 0; i < length; i++) {
        if (digits[i] < '0' || digits[i] > '7')
            return false;
        *value = *value << 3 | (uint64_t)(digits[i] - '0');
    }
    return true;
}

static bool read_odc(const uint8_t *numbers, struct header *header)
{
    static const uint8_t lengths[ODC_NUMBERS] = {6, 6, 6, 6, 6, 6, 6, 11, 6, 11};
    uint64_t number[ODC_NUMBERS];
    for (size_t i = 0; i < ODC_NUMBERS; i++) {
        if (!read_octal(numbers, lengths[i], &number[i]))
            return false;
        numbers += lengths[i];
    }
    *header = (struct header){
        .length = ODC_HEADER_LENGTH,
        .alignment = ODC_ALIGNMENT,
        .size = number[ODC_SIZE],
        .name_size = (uint32_t)number[ODC_NAME_SIZE],
        .mode = (uint32_t)number[ODC_MODE],
    };
    if (number[ODC_LINKS] > 1)
        header->group = group_of((uint32_t)number[ODC_DEVICE], (uint32_t)number[ODC_INODE]);
    return true;
}

/* Reads the header at archive->offset. */
static enum archive_status read_header(const struct archive *archive, struct header *header)
{
    const uint8_t *bytes = archive->bytes + archive->offset;
    const size_t left = archive->length - archive->offset;
    const bool odc = archive->format == ARCHIVE_CPIO_ODC;
    if (left < MAGIC_LENGTH)
        return ARCHIVE_TRUNCATED;
    enum archive_format found = cpio_recognise(bytes, left);
    if (found == ARCHIVE_UNKNOWN || (found == ARCHIVE_CPIO_ODC) != odc)
        return ARCHIVE_BAD_FORMAT;
    if (left < (odc ? ODC_HEADER_LENGTH : NEWC_HEADER_LENGTH))
        return ARCHIVE_TRUNCATED;
    const uint8_t *numbers = bytes + MAGIC_LENGTH;
    bool good = odc ? read_odc(numbers, header) : read_newc(numbers, header);
    return good ? ARCHIVE_OK : ARCHIVE_BAD_NUMBER;
}

/* `at` moved up to the alignment, but not beyond `length`. */
static size_t align(size_t at, size_t alignment, size_t length)
{
    size_t fill = -at & (alignment - 1);
    return fill <= length - at ? at + fill : length;
}

/* Finds the parts of the entry at archive->offset. */
static enum archive_status find_parts(const struct archive *archive, const struct header *header,
                                      struct parts *parts)
{
    size_t at = archive->offset + header->length;
    if (header->name_size > archive->length - at)
        return ARCHIVE_TRUNCATED;
    if (header->name_size < 2 || archive->bytes[at + header->name_size - 1] != 0)
        return ARCHIVE_BAD_NAME;
    parts->name = (struct slice){(const char *)archive->bytes + at, header->name_size - 1};
    if (archive_text_has_nul(parts->name))
        return ARCHIVE_BAD_NAME;
    if (slice_is(parts->name, TRAILER))
        return ARCHIVE_END;

    at = align(at + header->name_size, header->alignment, archive->length);
    if (header->size > archive->length - at)
        return ARCHIVE_TRUNCATED;
    parts->content = archive->bytes + at;
    parts->size = (size_t)header->size;
    parts->end = align(at + parts->size, header->alignment, archive->length);
    return ARCHIVE_OK;
}

static enum archive_kind kind_of(uint32_t mode)
{
    switch (mode & MODE_TYPE) {
    case MODE_FILE:
        return ARCHIVE_FILE;
    case MODE_DIRECTORY:
        return ARCHIVE_DIRECTORY;
    case MODE_SYMLINK:
        return ARCHIVE_SYMLINK;
    default:
        return ARCHIVE_OTHER;
    }
}

/* The target of a symbolic link is its content; some writers add a NUL. */
static bool find_target(const struct parts *parts, struct slice *target)
{
    *target = (struct slice){(const char *)parts->content, parts->size};
    if (target->length > 0 && target->text[target->length - 1] == 0)
        target->length--;
    return target->length > 0 && !archive_text_has_nul(*target);
}

enum archive_status cpio_entry_next(struct archive *archive, struct archive_entry *entry)
{
    struct header header;
    struct parts parts;
    enum archive_status status = read_header(archive, &header);
    if (status == ARCHIVE_OK)
        status = find_parts(archive, &header, &parts);
    if (status != ARCHIVE_OK)
        return status;

    const enum archive_kind kind = kind_of(header.mode);
    struct slice target = {0};
    if (kind == ARCHIVE_SYMLINK && !find_target(&parts, &target))
        return ARCHIVE_BAD_NAME;
    *entry = (struct archive_entry){
        .name = parts.name,
        .target = target,
        .kind = kind,
        .permissions = header.mode & MODE_PERMISSIONS,
        .content = kind == ARCHIVE_FILE ? parts.content : NULL,
        .size = kind == ARCHIVE_FILE ? parts.size : 0,
        .offset = archive->offset,
        .group = kind == ARCHIVE_FILE ? header.group : 0,
    };
    archive->offset = parts.end;
    return ARCHIVE_OK;
}

size_t cpio_end(const struct archive *archive)
{
    size_t header = archive->format == ARCHIVE_CPIO_ODC ? ODC_HEADER_LENGTH : NEWC_HEADER_LENGTH;
    return archive->offset + header + sizeof TRAILER;
}

bool cpio_entry_sum_matches(const struct archive *archive, const struct archive_entry *entry)
{
    const uint8_t *header = archive->bytes + entry->offset;
    if (entry->kind != ARCHIVE_FILE || cpio_recognise(header, MAGIC_LENGTH) != ARCHIVE_CPIO_CRC)
        return true;
    uint32_t sum = 0;
    for (size_t i = 0; i < entry->size; i++)
        sum += entry->content[i];
    return sum == newc_number(header + MAGIC_LENGTH, NEWC_CHECK);
}
