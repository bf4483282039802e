/* The tar formats, read in place.
 *
 * An archive is a row of blocks of 512 bytes.  An entry is a header block and as many blocks as
 * its content needs; a pax header or a long name looks like an entry of its own before the one that
 * it is about.  A block of zeros ends the archive (POSIX wants two, GNU tar is content with
 * one). */
#include "boot/ustar.h"

#include "boot/archive_text.h"
#include "boot/bytes.h"
#include "boot/digits.h"

enum {
    BLOCK = 512,

    NAME_AT = 0, /* places in the header, and bytes there */
    NAME_SIZE = 100,
    MODE_AT = 100,
    MODE_SIZE = 8,
    SIZE_AT = 124,
    SIZE_SIZE = 12,
    CHECKSUM_AT = 148,
    CHECKSUM_SIZE = 8,
    TYPE_AT = 156,
    TARGET_AT = 157,
    TARGET_SIZE = 100,
    MAGIC_AT = 257,
    MAGIC_SIZE = 6,
    PREFIX_AT = 345,
    PREFIX_SIZE = 155,

    PERMISSIONS = 07777,
};

enum {
    TYPE_OLD_FILE = 0,
    TYPE_FILE = '0',
    TYPE_HARD_LINK = '1',
    TYPE_SYMLINK = '2',
    TYPE_DIRECTORY = '5',
    TYPE_FIFO = '6',
    TYPE_CONTIGUOUS = '7',     /* a file like any other */
    TYPE_RECORDS = 'x',        /* pax records about the next entry */
    TYPE_GLOBAL_RECORDS = 'g', /* about all that follow */
    TYPE_LONG_NAME = 'L',      /* GNU tar: of the next entry */
    TYPE_LONG_TARGET = 'K',
};

struct header {
    const uint8_t *block;
    uint64_t size; /* as its field says */
    uint32_t permissions;
    uint8_t type;
};

static bool is_zero(const uint8_t *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (bytes[i] != 0)
            return false;
    return true;
}

static bool has_posix_magic(const uint8_t *block)
{
    return __builtin_memcmp(block + MAGIC_AT, "ustar", MAGIC_SIZE) == 0; /* with the NUL */
}

static bool has_magic(const uint8_t *block)
{
    return has_posix_magic(block) ||
           __builtin_memcmp(block + MAGIC_AT, "ustar ", MAGIC_SIZE) == 0; /* GNU tar */
}

bool ustar_recognise(const uint8_t *bytes, size_t length)
{
    if (length < MAGIC_AT + MAGIC_SIZE)
        return false;
    return has_magic(bytes) || (length >= 2 * BLOCK && is_zero(bytes, 2 * BLOCK));
}

/* GNU tar's numbers that need more than the digits' room: a set bit, then the number itself, the
 * highest byte first. */
static bool read_binary(const uint8_t *field, size_t size, uint64_t *value)
{
    *value = field[0] & 0x7f;
    for (size_t i = 1; i < size; i++) {
        if (*value >> 56 != 0)
            return false;
        *value = *value << 8 | field[i];
    }
    return true;
}

/* Octal digits, perhaps behind blanks; ended by a blank, a NUL or the field.  No field has room for
 * more than 64 bits of them. */
static bool read_number(const uint8_t *field, size_t size, uint64_t *value)
{
    if (field[0] & 0x80)
        return read_binary(field, size, value);
    size_t start = 0;
    while (start < size && field[start] == ' ')
        start++;
    size_t end = start;
    *value = 0;
    for (; end < size && field[end] >= '0' && field[end] <= '7'; end++)
        *value = *value << 3 | (uint64_t)(field[end] - '0');
    return end > start && (end == size || field[end] == ' ' || field[end] == 0);
}

/* The sum of up to a block of bytes, four at a time: each half of `pairs` gets two bytes 128 times
 * at most, and 128 * 2 * 255 is less than 2^16. */
static uint32_t sum_of_bytes(const uint8_t *bytes, size_t length)
{
    uint32_t pairs = 0;
    for (size_t i = 0; i < length; i += 4) {
        uint32_t word = read_le32(bytes + i);
        pairs += (word & 0x00ff00ff) + (word >> 8 & 0x00ff00ff);
    }
    return (pairs & 0xffff) + (pairs >> 16);
}

/* By how much the sum is less if bytes count as -128 to 127. */
static uint32_t excess_of_bytes(const uint8_t *bytes, size_t length)
{
    uint32_t excess = 0;
    for (size_t i = 0; i < length; i++)
        if (bytes[i] & 0x80)
            excess += 256;
    return excess;
}

/* The sum of a header counts its own field as blanks.  Bytes have no sign, but historic writers
 * summed them with one. */
static bool sum_matches(const uint8_t *block)
{
    const uint8_t *behind = block + CHECKSUM_AT + CHECKSUM_SIZE;
    const size_t left = BLOCK - CHECKSUM_AT - CHECKSUM_SIZE;
    uint64_t expected;
    if (!read_number(block + CHECKSUM_AT, CHECKSUM_SIZE, &expected))
        return false;
    uint32_t sum =
        sum_of_bytes(block, CHECKSUM_AT) + CHECKSUM_SIZE * ' ' + sum_of_bytes(behind, left);
    if (sum == expected)
        return true;
    return sum - excess_of_bytes(block, CHECKSUM_AT) - excess_of_bytes(behind, left) == expected;
}

/* Reads the header at archive->offset. */
static enum archive_status read_header(const struct archive *archive, struct header *header)
{
    if (archive->length - archive->offset < BLOCK)
        return ARCHIVE_TRUNCATED;
    const uint8_t *block = archive->bytes + archive->offset;
    uint64_t size, mode;
    if (is_zero(block, BLOCK))
        return ARCHIVE_END;
    if (!has_magic(block))
        return ARCHIVE_BAD_FORMAT;
    if (!sum_matches(block))
        return ARCHIVE_BAD_CHECKSUM;
    if (!read_number(block + SIZE_AT, SIZE_SIZE, &size) ||
        !read_number(block + MODE_AT, MODE_SIZE, &mode))
        return ARCHIVE_BAD_NUMBER;
    *header = (struct header){
        .block = block,
        .size = size,
        .permissions = (uint32_t)mode & PERMISSIONS,
        .type = block[TYPE_AT],
    };
    return ARCHIVE_OK;
}

/* Goes behind the header at archive->offset and the `size` bytes that belong to it, and gives
 * them; false if they are not there. */
static bool take_body(struct archive *archive, uint64_t size, struct slice *body)
{
    size_t at = archive->offset + BLOCK;
    size_t left = archive->length - at;
    if (size > left)
        return false;
    *body = (struct slice){(const char *)archive->bytes + at, (size_t)size};
    left -= body->length;
    size_t fill = -body->length & (BLOCK - 1);
    archive->offset = archive->length - left + (fill <= left ? fill : left);
    return true;
}

static bool read_decimal(struct slice digits, uint64_t *value)
{
    *value = 0;
    for (size_t i = 0; i < digits.length; i++)
        if (!digit_append(value, digits.text[i], 10))
            return false;
    return digits.length > 0;
}

/* Takes the next pax record off the front of *rest: "LENGTH KEYWORD=VALUE\n", where the length is
 * that of all this. */
static bool take_record(struct slice *rest, struct slice *keyword, struct slice *value)
{
    size_t digits = slice_find(*rest, ' ');
    uint64_t length;
    if (!read_decimal((struct slice){rest->text, digits}, &length))
        return false;
    if (length > rest->length || length < digits + sizeof " =\n")
        return false;
    struct slice text = {rest->text + digits + 1, (size_t)length - digits - 2};
    size_t equals = slice_find(text, '=');
    if (text.text[text.length] != '\n' || equals == 0 || equals == text.length)
        return false;
    *keyword = (struct slice){text.text, equals};
    *value = slice_behind(text, equals + 1);
    *rest = slice_behind(*rest, (size_t)length);
    return true;
}

/* Which override a pax record is about; NULL: none of those that count here. */
static struct slice *override_of(struct archive_overrides *overrides, struct slice keyword)
{
    if (slice_is(keyword, "path"))
        return &overrides->path;
    if (slice_is(keyword, "linkpath"))
        return &overrides->target;
    if (slice_is(keyword, "size"))
        return &overrides->size;
    return NULL;
}

static enum archive_status read_records(struct slice records, struct archive_overrides *overrides)
{
    while (records.length > 0) {
        struct slice keyword, value;
        if (!take_record(&records, &keyword, &value))
            return ARCHIVE_BAD_EXTENSION;
        struct slice *override = override_of(overrides, keyword);
        if (override == NULL)
            continue;
        if (archive_text_has_nul(value))
            return ARCHIVE_BAD_EXTENSION;
        *override = value;
    }
    return ARCHIVE_OK;
}

static enum archive_status read_global_records(struct slice records,
                                               struct archive_overrides *overrides)
{
    enum archive_status status = read_records(records, overrides);
    if (overrides->path.length > USTAR_GLOBAL_VALUE_MAX ||
        overrides->target.length > USTAR_GLOBAL_VALUE_MAX ||
        overrides->size.length > USTAR_GLOBAL_VALUE_MAX)
        return ARCHIVE_BAD_EXTENSION;
    return status;
}

/* A long name of GNU tar, usually with its NUL. */
static enum archive_status read_long_name(struct slice body, struct slice *name)
{
    if (body.length > 0 && body.text[body.length - 1] == 0)
        body.length--;
    if (body.length == 0 || archive_text_has_nul(body))
        return ARCHIVE_BAD_EXTENSION;
    *name = body;
    return ARCHIVE_OK;
}

static bool is_extension(uint8_t type)
{
    return type == TYPE_RECORDS || type == TYPE_GLOBAL_RECORDS || type == TYPE_LONG_NAME ||
           type == TYPE_LONG_TARGET;
}

/* Reads what the header at archive->offset says about the entry behind it, or about all entries,
 * and goes behind that. */
static enum archive_status read_extension(struct archive *archive, const struct header *header,
                                          struct archive_overrides *own)
{
    struct slice body;
    if (!take_body(archive, header->size, &body))
        return ARCHIVE_TRUNCATED;
    switch (header->type) {
    case TYPE_RECORDS:
        return read_records(body, own);
    case TYPE_GLOBAL_RECORDS:
        return read_global_records(body, &archive->overrides);
    case TYPE_LONG_NAME:
        return read_long_name(body, &own->path);
    default: /* TYPE_LONG_TARGET */
        return read_long_name(body, &own->target);
    }
}

/* Goes up to the header of an entry, and reads it. */
static enum archive_status reach_entry(struct archive *archive, struct archive_overrides *own,
                                       struct header *header)
{
    bool awaited = false; /* by a header that says something about it */
    for (;;) {
        enum archive_status status = read_header(archive, header);
        if (status == ARCHIVE_END && awaited)
            return ARCHIVE_BAD_EXTENSION;
        if (status != ARCHIVE_OK || !is_extension(header->type))
            return status;
        status = read_extension(archive, header, own);
        if (status != ARCHIVE_OK)
            return status;
        awaited = awaited || header->type != TYPE_GLOBAL_RECORDS;
    }
}

static enum archive_kind kind_of(uint8_t type)
{
    switch (type) {
    case TYPE_OLD_FILE:
    case TYPE_FILE:
    case TYPE_CONTIGUOUS:
        return ARCHIVE_FILE;
    case TYPE_HARD_LINK:
        return ARCHIVE_HARD_LINK;
    case TYPE_SYMLINK:
        return ARCHIVE_SYMLINK;
    case TYPE_DIRECTORY:
        return ARCHIVE_DIRECTORY;
    default:
        return ARCHIVE_OTHER;
    }
}

/* POSIX: "no data logical records are stored" for them, whatever the size is. */
static bool has_no_body(uint8_t type)
{
    return type >= TYPE_HARD_LINK && type <= TYPE_FIFO;
}

/* A field that is filled by its text or ended by a NUL. */
static struct slice field_text(const uint8_t *field, size_t size)
{
    struct slice text = {(const char *)field, size};
    text.length = slice_find(text, 0);
    return text;
}

static struct slice first_present(struct slice own, struct slice global)
{
    return own.text != NULL ? own : global;
}

/* The name from pax records or from the two fields of the header.  Some writers (GNU cpio, Python)
 * may cut the name of a directory at the slash behind it: all of it is prefix then. */
static void find_name(const struct header *header, struct slice path, struct archive_entry *entry)
{
    entry->name = path;
    if (path.length > 0)
        return;
    entry->name = field_text(header->block + NAME_AT, NAME_SIZE);
    struct slice prefix = field_text(header->block + PREFIX_AT, PREFIX_SIZE);
    if (!has_posix_magic(header->block) || prefix.length == 0)
        return;
    if (entry->name.length == 0)
        entry->name = prefix;
    else
        entry->prefix = prefix;
}

/* False if the entry is a link that leads nowhere. */
static bool find_target(const struct header *header, struct slice target,
                        struct archive_entry *entry)
{
    if (entry->kind != ARCHIVE_HARD_LINK && entry->kind != ARCHIVE_SYMLINK)
        return true;
    if (target.length == 0)
        target = field_text(header->block + TARGET_AT, TARGET_SIZE);
    entry->target = target;
    return target.length > 0;
}

/* Reads the entry whose header is at archive->offset, and goes behind it. */
static enum archive_status read_entry(struct archive *archive, const struct header *header,
                                      const struct archive_overrides *own,
                                      struct archive_entry *entry)
{
    const struct archive_overrides *global = &archive->overrides;
    struct slice digits = first_present(own->size, global->size);
    uint64_t size = header->size;
    *entry = (struct archive_entry){
        .kind = kind_of(header->type),
        .permissions = header->permissions,
    };
    find_name(header, first_present(own->path, global->path), entry);
    if (entry->name.length == 0 ||
        !find_target(header, first_present(own->target, global->target), entry))
        return ARCHIVE_BAD_NAME;
    if (digits.length > 0 && !read_decimal(digits, &size))
        return ARCHIVE_BAD_EXTENSION;
    struct slice body;
    if (!take_body(archive, has_no_body(header->type) ? 0 : size, &body))
        return ARCHIVE_TRUNCATED;
    if (entry->kind == ARCHIVE_FILE) {
        entry->content = (const uint8_t *)body.text;
        entry->size = body.length;
    }
    return ARCHIVE_OK;
}

enum archive_status ustar_entry_next(struct archive *archive, struct archive_entry *entry)
{
    struct archive behind = *archive; /* what is to be the archive if all goes well */
    struct archive_overrides own = {0};
    struct header header;
    struct archive_entry next;
    enum archive_status status = reach_entry(&behind, &own, &header);
    if (status == ARCHIVE_OK)
        status = read_entry(&behind, &header, &own, &next);
    if (status != ARCHIVE_OK)
        return status;
    next.offset = archive->offset;
    *entry = next;
    *archive = behind;
    return ARCHIVE_OK;
}

size_t ustar_end(const struct archive *archive)
{
    struct archive behind = *archive; /* what global records go before */
    struct archive_overrides own = {0};
    struct header header;
    (void)reach_entry(&behind, &own, &header);
    return behind.offset;
}
