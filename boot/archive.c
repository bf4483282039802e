/* Boot archives: which format it is, and who reads it. */
#include "boot/archive.h"

#include "boot/archive_text.h"
#include "boot/bytes.h"
#include "boot/cpio.h"
#include "boot/ustar.h"

static enum archive_format recognise(const uint8_t *bytes, size_t length)
{
    if (length >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b) /* RFC 1952, 2.3.1 */
        return ARCHIVE_GZIP;
    if (ustar_recognise(bytes, length))
        return ARCHIVE_USTAR;
    return cpio_recognise(bytes, length);
}

enum archive_format archive_open(struct archive *archive)
{
    archive->format = recognise(archive->bytes, archive->length);
    archive->offset = 0;
    archive->overrides = (struct archive_overrides){0};
    return archive->format;
}

/* Reads the next entry without a look at the sum of its content. */
static enum archive_status next_unsummed(struct archive *archive, struct archive_entry *entry)
{
    switch (archive->format) {
    case ARCHIVE_CPIO_NEWC:
    case ARCHIVE_CPIO_CRC:
    case ARCHIVE_CPIO_ODC:
        return cpio_entry_next(archive, entry);
    case ARCHIVE_USTAR:
        return ustar_entry_next(archive, entry);
    case ARCHIVE_GZIP:
        return ARCHIVE_IS_GZIP;
    case ARCHIVE_UNKNOWN:
        break;
    }
    return ARCHIVE_BAD_FORMAT;
}

enum archive_status archive_next(struct archive *archive, struct archive_entry *entry)
{
    enum archive_status status = next_unsummed(archive, entry);
    if (status != ARCHIVE_OK || archive->format == ARCHIVE_USTAR)
        return status;
    return cpio_entry_sum_matches(archive, entry) ? ARCHIVE_OK : ARCHIVE_BAD_CHECKSUM;
}

struct slice archive_rest(const struct archive *archive)
{
    const uint8_t *bytes = archive->bytes;
    const size_t length = archive->length;
    size_t at = archive->format == ARCHIVE_USTAR ? ustar_end(archive) : cpio_end(archive);
    while (length - at >= 4 && read_le32(bytes + at) == 0)
        at += 4;
    while (at < length && bytes[at] == 0)
        at++;
    return (struct slice){(const char *)bytes + at, length - at};
}

bool archive_readable(const uint8_t *bytes, size_t length)
{
    struct archive archive = {.bytes = bytes, .length = length};
    struct archive_entry entry;
    (void)archive_open(&archive); /* reading says it as well */
    enum archive_status status = next_unsummed(&archive, &entry);
    return status == ARCHIVE_OK || status == ARCHIVE_END;
}

/* Pieces between slashes, empty ones too. */
static uint32_t pieces(struct slice name)
{
    return (uint32_t)archive_text_count(name, '/') + 1;
}

static void add_entry(struct archive_count *count, const struct archive_entry *entry)
{
    uint32_t more = pieces(entry->name);
    if (entry->prefix.text != NULL)
        more += pieces(entry->prefix);
    count->entries++;
    count->components =
        more <= UINT32_MAX - count->components ? count->components + more : UINT32_MAX;
    count->grouped += entry->group != 0;
}

enum archive_status archive_count(const uint8_t *bytes, size_t length, struct archive_count *count)
{
    struct archive archive = {.bytes = bytes, .length = length};
    struct archive_entry entry;
    enum archive_status status;
    *count = (struct archive_count){0};
    (void)archive_open(&archive); /* reading says it as well */
    while ((status = next_unsummed(&archive, &entry)) == ARCHIVE_OK)
        add_entry(count, &entry);
    return status;
}

const char *archive_format_str(enum archive_format format)
{
    switch (format) {
    case ARCHIVE_UNKNOWN:
        return "unknown";
    case ARCHIVE_CPIO_NEWC:
        return "cpio (newc)";
    case ARCHIVE_CPIO_CRC:
        return "cpio (newc with sums)";
    case ARCHIVE_CPIO_ODC:
        return "cpio (odc)";
    case ARCHIVE_USTAR:
        return "tar (ustar)";
    case ARCHIVE_GZIP:
        return "gzip";
    }
    return "none";
}

const char *archive_status_str(enum archive_status status)
{
    switch (status) {
    case ARCHIVE_OK:
        return "nothing wrong";
    case ARCHIVE_END:
        return "end of the archive";
    case ARCHIVE_TRUNCATED:
        return "archive ends before its end mark";
    case ARCHIVE_BAD_FORMAT:
        return "no archive header where one has to be";
    case ARCHIVE_BAD_NUMBER:
        return "number with wrong digits, or too large";
    case ARCHIVE_BAD_NAME:
        return "name that is empty, or not terminated where it should be";
    case ARCHIVE_BAD_CHECKSUM:
        return "wrong sum";
    case ARCHIVE_BAD_EXTENSION:
        return "pax record or long name that cannot be read";
    case ARCHIVE_IS_GZIP:
        return "compressed with gzip";
    }
    return "unknown status";
}
