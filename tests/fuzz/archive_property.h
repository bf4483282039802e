/* What holds for a boot archive of any format, whatever its bytes are:
 *
 *   - reading advances with every entry and ends;
 *   - names, targets and contents lie in the archive, names and targets are not empty and have no
 *     NUL, links have a target and only files have content;
 *   - at the end or the damage the offset stays, the status comes again, the entry is untouched;
 *   - archive_count and archive_readable agree with what reading gives;
 *   - behind the end mark there is nothing, or something that is not 0 up to the last byte;
 *   - an archive that is cut off gives the first of the same entries, and then says so. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "boot/archive.h"
#include "tests/fuzz/require.h"

/* Whether so many bytes lie in the first `length` of the archive. */
static inline bool lies_in(const struct archive *archive, size_t length, const void *bytes,
                           size_t count)
{
    const uint8_t *first = bytes;
    return first >= archive->bytes && first <= archive->bytes + length &&
           count <= (size_t)(archive->bytes + length - first);
}

static inline void require_text(const struct archive *archive, struct slice text)
{
    require(text.length > 0 && memchr(text.text, 0, text.length) == NULL);
    require(lies_in(archive, archive->offset, text.text, text.length));
}

/* Checks an entry that has just been read. */
static inline void require_entry(const struct archive *archive, const struct archive_entry *entry)
{
    bool link = entry->kind == ARCHIVE_SYMLINK || entry->kind == ARCHIVE_HARD_LINK;
    require_text(archive, entry->name);
    if (entry->prefix.text != NULL)
        require_text(archive, entry->prefix);
    require((entry->target.text != NULL) == link);
    if (link)
        require_text(archive, entry->target);
    require(entry->permissions <= 07777);
    require((entry->content != NULL) == (entry->kind == ARCHIVE_FILE));
    if (entry->kind == ARCHIVE_FILE)
        require(lies_in(archive, archive->offset, entry->content, entry->size));
    else
        require(entry->size == 0 && entry->group == 0);
}

/* Whether archive_next has read an entry, though perhaps with a wrong sum. */
static inline bool advances(struct archive *archive, struct archive_entry *entry,
                            enum archive_status *status)
{
    size_t before = archive->offset;
    struct archive_entry untouched;
    memset(entry, 0x5a, sizeof *entry);
    memcpy(&untouched, entry, sizeof untouched);
    *status = archive_next(archive, entry);
    if (archive->offset == before) {
        require(*status != ARCHIVE_OK && memcmp(&untouched, entry, sizeof untouched) == 0);
        return false;
    }
    require(archive->offset > before && archive->offset <= archive->length);
    require(*status == ARCHIVE_OK || *status == ARCHIVE_BAD_CHECKSUM);
    require(entry->offset == before);
    return true;
}

static inline uint32_t pieces_of(struct slice text)
{
    uint32_t count = text.text != NULL;
    for (size_t i = 0; i < text.length; i++)
        count += text.text[i] == '/';
    return count;
}

static inline void require_rest(const struct archive *archive)
{
    struct slice rest = archive_rest(archive);
    require(rest.text + rest.length == (const char *)archive->bytes + archive->length);
    require(rest.text >= (const char *)archive->bytes + archive->offset);
    require(rest.length == 0 || rest.text[0] != 0);
}

/* Reads all of it and holds the counting against that.  `look` looks at each entry, with the
 * archive's offset behind it; gives how it ended. */
static inline enum archive_status
require_readable_to_the_end(const uint8_t *bytes, size_t length,
                            void (*look)(const struct archive *, const struct archive_entry *))
{
    struct archive archive = {.bytes = bytes, .length = length};
    struct archive_entry entry;
    struct archive_count expected = {0}, count;
    enum archive_status status, again;
    (void)archive_open(&archive);
    while (advances(&archive, &entry, &status)) {
        require_entry(&archive, &entry);
        look(&archive, &entry);
        expected.entries++;
        expected.components += pieces_of(entry.prefix) + pieces_of(entry.name);
        expected.grouped += entry.group != 0;
    }
    require(!advances(&archive, &entry, &again) && again == status);
    if (status == ARCHIVE_END)
        require_rest(&archive);
    require(archive_status_str(status)[0] != '\0');

    require(archive_count(bytes, length, &count) == status);
    require(memcmp(&count, &expected, sizeof count) == 0);
    require(archive_readable(bytes, length) == (count.entries > 0 || status == ARCHIVE_END));
    return status;
}

static inline bool same_text(struct slice a, struct slice b)
{
    return (a.text == NULL) == (b.text == NULL) && slice_equal(a, b);
}

static inline bool same_entry(const struct archive_entry *a, const struct archive_entry *b)
{
    return same_text(a->prefix, b->prefix) && same_text(a->name, b->name) &&
           same_text(a->target, b->target) && a->kind == b->kind &&
           a->permissions == b->permissions && a->size == b->size && a->offset == b->offset &&
           a->group == b->group && (a->size == 0 || memcmp(a->content, b->content, a->size) == 0);
}

/* Cuts the archive off and reads what is left beside the whole, unless it is too short to show
 * the format. */
static inline void require_prefix_if_cut(const uint8_t *bytes, size_t length, size_t cut)
{
    uint8_t *copy = malloc(cut > 0 ? cut : 1);
    require(copy != NULL);
    memcpy(copy, bytes, cut);
    struct archive whole = {.bytes = bytes, .length = length};
    struct archive part = {.bytes = copy, .length = cut};
    struct archive_entry expected, entry;
    enum archive_status whole_status, status;
    if (archive_open(&whole) == archive_open(&part) && whole.format != ARCHIVE_UNKNOWN) {
        while (advances(&part, &entry, &status)) {
            require(advances(&whole, &expected, &whole_status));
            require(status == whole_status && same_entry(&entry, &expected));
        }
        if (status != ARCHIVE_TRUNCATED)
            require(!advances(&whole, &expected, &whole_status) && status == whole_status);
    }
    free(copy);
}

/* All of the above; where it is cut depends on the bytes. */
static inline void require_archive(const uint8_t *bytes, size_t length,
                                   void (*look)(const struct archive *,
                                                const struct archive_entry *))
{
    uint32_t hash = 2166136261u;
    (void)require_readable_to_the_end(bytes, length, look);
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ bytes[i]) * 16777619u;
    if (length > 0)
        require_prefix_if_cut(bytes, length, hash % length);
}
