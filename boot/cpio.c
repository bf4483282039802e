/* The boot archive: cpio "newc", read in place.
 *
 * An entry is a header of 110 characters (6 of magic, then 13 numbers of 8 hexadecimal digits),
 * the name with its NUL, and the content; name and content are each filled up to a multiple
 * of 4, counted from the start of the archive. */
#include "boot/cpio.h"

enum {
    MAGIC_LENGTH = 6,
    NUMBER_LENGTH = 8,
    NUMBERS = 13,
    HEADER_LENGTH = MAGIC_LENGTH + NUMBERS * NUMBER_LENGTH,
    ALIGNMENT = 4,

    NUMBER_MODE = 1, /* places among the numbers */
    NUMBER_SIZE = 6,
    NUMBER_NAME_SIZE = 11, /* with the NUL */
    NUMBER_CHECK = 12,
};

struct header {
    bool has_checksum;
    uint32_t number[NUMBERS];
};

/* The value of a digit, or 16. */
static uint32_t digit_value(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return (uint32_t)(c - '0');
    if (c >= 'a' && c <= 'f')
        return (uint32_t)(c - 'a') + 10;
    if (c >= 'A' && c <= 'F')
        return (uint32_t)(c - 'A') + 10;
    return 16;
}

static bool read_number(const uint8_t *digits, uint32_t *value)
{
    *value = 0;
    for (size_t i = 0; i < NUMBER_LENGTH; i++) {
        uint32_t digit = digit_value(digits[i]);
        if (digit == 16)
            return false;
        *value = *value << 4 | digit;
    }
    return true;
}

static bool read_magic(const uint8_t *bytes, bool *has_checksum)
{
    *has_checksum = bytes[MAGIC_LENGTH - 1] == '2';
    return __builtin_memcmp(bytes, "07070", MAGIC_LENGTH - 1) == 0 &&
           (bytes[MAGIC_LENGTH - 1] == '1' || *has_checksum);
}

static enum cpio_status read_header(const uint8_t *bytes, size_t length, struct header *header)
{
    if (length < MAGIC_LENGTH)
        return CPIO_TRUNCATED;
    if (!read_magic(bytes, &header->has_checksum))
        return CPIO_BAD_MAGIC;
    if (length < HEADER_LENGTH)
        return CPIO_TRUNCATED;
    for (size_t i = 0; i < NUMBERS; i++)
        if (!read_number(bytes + MAGIC_LENGTH + i * NUMBER_LENGTH, &header->number[i]))
            return CPIO_BAD_NUMBER;
    return CPIO_OK;
}

/* Checks the name, of which `size` bytes can be read. */
static enum cpio_status judge_name(const uint8_t *name, size_t size)
{
    if (size < 2 || name[size - 1] != 0)
        return CPIO_BAD_NAME;
    for (size_t i = 0; i < size - 1; i++)
        if (name[i] == 0)
            return CPIO_BAD_NAME;
    return CPIO_OK;
}

static bool text_is(const char *text, size_t length, const char *other)
{
    return __builtin_strlen(other) == length && __builtin_memcmp(text, other, length) == 0;
}

/* Takes "/" and "./" off the front. */
static void strip(const char **name, size_t *length)
{
    for (;;) {
        bool slash = *length > 0 && (*name)[0] == '/';
        bool dot_slash = *length > 1 && (*name)[0] == '.' && (*name)[1] == '/';
        if (!slash && !dot_slash)
            return;
        *name += slash ? 1 : 2;
        *length -= slash ? 1 : 2;
    }
}

/* `at` moved up to the alignment, but not beyond `length`. */
static size_t align(size_t at, size_t length)
{
    size_t fill = (ALIGNMENT - at % ALIGNMENT) % ALIGNMENT;
    return fill <= length - at ? at + fill : length;
}

static struct cpio_entry entry_of(const uint8_t *archive, size_t offset,
                                  const struct header *header)
{
    struct cpio_entry entry = {
        .name = (const char *)archive + offset + HEADER_LENGTH,
        .name_length = header->number[NUMBER_NAME_SIZE] - 1,
        .mode = header->number[NUMBER_MODE],
        .size = header->number[NUMBER_SIZE],
        .offset = offset,
        .has_checksum = header->has_checksum,
        .checksum = header->number[NUMBER_CHECK],
    };
    strip(&entry.name, &entry.name_length);
    return entry;
}

enum cpio_status cpio_entry_next(const uint8_t *archive, size_t length, size_t *offset,
                                 struct cpio_entry *entry)
{
    if (*offset >= length)
        return CPIO_TRUNCATED;
    const uint8_t *bytes = archive + *offset;
    size_t left = length - *offset;
    struct header header;
    enum cpio_status status = read_header(bytes, left, &header);
    if (status != CPIO_OK)
        return status;

    size_t name_size = header.number[NUMBER_NAME_SIZE];
    if (name_size > left - HEADER_LENGTH)
        return CPIO_TRUNCATED;
    status = judge_name(bytes + HEADER_LENGTH, name_size);
    if (status != CPIO_OK)
        return status;
    if (text_is((const char *)bytes + HEADER_LENGTH, name_size - 1, "TRAILER!!!"))
        return CPIO_END;

    size_t data = align(*offset + HEADER_LENGTH + name_size, length);
    if (header.number[NUMBER_SIZE] > length - data)
        return CPIO_TRUNCATED;
    *entry = entry_of(archive, *offset, &header);
    entry->data = archive + data;
    *offset = align(data + entry->size, length);
    return CPIO_OK;
}

bool cpio_checksum_matches(const struct cpio_entry *entry)
{
    if (!entry->has_checksum)
        return true;
    uint32_t sum = 0;
    for (uint32_t i = 0; i < entry->size; i++)
        sum += entry->data[i];
    return sum == entry->checksum;
}

bool cpio_find(const uint8_t *archive, size_t length, const char *path, struct cpio_entry *entry)
{
    size_t path_length = __builtin_strlen(path);
    strip(&path, &path_length);
    size_t offset = 0;
    bool found = false;
    struct cpio_entry next;
    while (cpio_entry_next(archive, length, &offset, &next) == CPIO_OK) {
        if (next.name_length != path_length || __builtin_memcmp(next.name, path, path_length) != 0)
            continue;
        *entry = next;
        found = true;
    }
    return found;
}

const char *cpio_status_str(enum cpio_status status)
{
    switch (status) {
    case CPIO_OK:
        return "nothing wrong";
    case CPIO_END:
        return "end of the archive";
    case CPIO_TRUNCATED:
        return "archive ends before its trailer";
    case CPIO_BAD_MAGIC:
        return "not a cpio archive of the newc format";
    case CPIO_BAD_NUMBER:
        return "number that is not 8 hexadecimal digits";
    case CPIO_BAD_NAME:
        return "name that is empty or not terminated where it should be";
    }
    return "unknown status";
}
