/* Boot archives for tests: written entry by entry into a buffer, read from memory that ends with
 * their last byte. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot/archive.h"

/* An archive being written, and the place of its last header. */
struct draft {
    uint8_t bytes[32768];
    size_t length;
    size_t last;
};

static inline void draft_bytes(struct draft *draft, const void *bytes, size_t count)
{
    if (count > sizeof draft->bytes - draft->length)
        abort();
    if (count > 0)
        memcpy(draft->bytes + draft->length, bytes, count);
    draft->length += count;
}

static inline void draft_zeros(struct draft *draft, size_t count)
{
    while (count-- > 0)
        draft_bytes(draft, "", 1);
}

static inline void draft_fill(struct draft *draft, size_t alignment)
{
    while (draft->length % alignment != 0)
        draft_zeros(draft, 1);
}

/* --- cpio ------------------------------------------------------------------------------------- */

/* What a cpio entry says; what is 0 becomes an ordinary file with one name. */
struct cpio_draft {
    const char *name;
    const char *content;
    uint32_t mode, links, inode, device_major, device_minor, check;
};

static inline void draft_digits(struct draft *draft, const char *format, uint32_t number)
{
    char digits[16];
    (void)snprintf(digits, sizeof digits, format, number);
    draft_bytes(draft, digits, strlen(digits));
}

static inline void draft_newc_header(struct draft *draft, const char *magic,
                                     const struct cpio_draft *entry, uint32_t size,
                                     uint32_t name_size)
{
    const uint32_t number[13] = {
        [0] = entry->inode,
        [1] = entry->mode != 0 ? entry->mode : 0100644,
        [4] = entry->links != 0 ? entry->links : 1,
        [5] = 0x6553ffab,
        [6] = size,
        [7] = entry->device_major,
        [8] = entry->device_minor,
        [11] = name_size,
        [12] = entry->check,
    };
    draft->last = draft->length;
    draft_bytes(draft, magic, 6);
    for (size_t i = 0; i < 13; i++)
        draft_digits(draft, "%08x", number[i]);
}

static inline void draft_newc(struct draft *draft, const char *magic, struct cpio_draft entry)
{
    size_t size = entry.content != NULL ? strlen(entry.content) : 0;
    draft_newc_header(draft, magic, &entry, (uint32_t)size, (uint32_t)strlen(entry.name) + 1);
    draft_bytes(draft, entry.name, strlen(entry.name) + 1);
    draft_fill(draft, 4);
    draft_bytes(draft, entry.content, size);
    draft_fill(draft, 4);
}

static inline void draft_odc(struct draft *draft, struct cpio_draft entry)
{
    size_t size = entry.content != NULL ? strlen(entry.content) : 0;
    const uint32_t number[8] = {
        entry.device_minor,
        entry.inode,
        entry.mode != 0 ? entry.mode : 0100644,
        0,
        0,
        entry.links != 0 ? entry.links : 1,
        0,
    };
    draft->last = draft->length;
    draft_bytes(draft, "070707", 6);
    for (size_t i = 0; i < 7; i++)
        draft_digits(draft, "%06o", number[i]);
    draft_digits(draft, "%011o", 012345670123);
    draft_digits(draft, "%06o", (uint32_t)strlen(entry.name) + 1);
    draft_digits(draft, "%011o", (uint32_t)size);
    draft_bytes(draft, entry.name, strlen(entry.name) + 1);
    draft_bytes(draft, entry.content, size);
}

/* --- tar -------------------------------------------------------------------------------------- */

/* What a tar entry says; what is 0 becomes an ordinary file. */
struct ustar_draft {
    const char *name;
    const char *prefix;
    const char *target;
    const char *content;
    char type;
    uint32_t mode;
    bool gnu;
};

static inline void ustar_text(uint8_t *field, size_t size, const char *text)
{
    size_t length = text != NULL ? strlen(text) : 0;
    memcpy(field, text != NULL ? text : "", length < size ? length : size);
}

static inline void ustar_number(uint8_t *field, size_t size, unsigned long number)
{
    char digits[32];
    (void)snprintf(digits, sizeof digits, "%0*lo", (int)size - 1, number);
    memcpy(field, digits, size); /* with the NUL */
}

/* Makes the sum of a header right, with bytes as signed or unsigned ones. */
static inline void ustar_seal_as(uint8_t *block, bool is_signed)
{
    long sum = 0;
    memset(block + 148, ' ', 8);
    for (size_t i = 0; i < 512; i++)
        sum += is_signed ? (int8_t)block[i] : block[i];
    ustar_number(block + 148, 7, (unsigned long)sum);
}

static inline void ustar_seal(uint8_t *block)
{
    ustar_seal_as(block, false);
}

/* Writes a header with the given size, and gives it, sealed. */
static inline uint8_t *draft_ustar_header(struct draft *draft, const struct ustar_draft *entry,
                                          size_t size)
{
    draft->last = draft->length;
    draft_zeros(draft, 512);
    uint8_t *block = draft->bytes + draft->last;
    ustar_text(block, 100, entry->name);
    ustar_number(block + 100, 8, entry->mode != 0 ? entry->mode : 0644);
    ustar_number(block + 108, 8, 0);
    ustar_number(block + 116, 8, 0);
    ustar_number(block + 124, 12, size);
    ustar_number(block + 136, 12, 014524777653);
    block[156] = (uint8_t)(entry->type != 0 ? entry->type : '0');
    ustar_text(block + 157, 100, entry->target);
    memcpy(block + 257, entry->gnu ? "ustar  " : "ustar\00000", 8);
    ustar_text(block + 345, 155, entry->prefix);
    ustar_seal(block);
    return block;
}

static inline void draft_ustar_bytes(struct draft *draft, struct ustar_draft entry,
                                     const void *bytes, size_t size)
{
    (void)draft_ustar_header(draft, &entry, size);
    draft_bytes(draft, bytes, size);
    draft_fill(draft, 512);
}

static inline void draft_ustar(struct draft *draft, struct ustar_draft entry)
{
    size_t size = entry.content != NULL ? strlen(entry.content) : 0;
    draft_ustar_bytes(draft, entry, entry.content, size);
}

/* A header of type 'x', 'g', 'L' or 'K' with that text behind it. */
static inline void draft_extension(struct draft *draft, char type, const char *text)
{
    draft_ustar(draft, (struct ustar_draft){.name = "extension", .type = type, .content = text});
}

/* Appends one pax record to a text. */
static inline void add_record(char *text, size_t room, const char *keyword, const char *value)
{
    size_t length = strlen(keyword) + strlen(value) + strlen(" =\n"), digits = 1;
    for (size_t power = 10; length + digits >= power; power *= 10)
        digits++;
    size_t at = strlen(text);
    (void)snprintf(text + at, room - at, "%zu %s=%s\n", length + digits, keyword, value);
}

/* A pax header with one record. */
static inline void draft_record(struct draft *draft, char type, const char *keyword,
                                const char *value)
{
    char text[8192] = "";
    add_record(text, sizeof text, keyword, value);
    draft_extension(draft, type, text);
}

static inline void draft_ustar_end(struct draft *draft)
{
    draft->last = draft->length;
    draft_zeros(draft, 1024);
}

/* --- Reading ---------------------------------------------------------------------------------- */

/* Opens the first bytes of a draft, copied to memory of exactly that size, in place of what
 * `archive` had open before. */
static inline enum archive_format draft_open_part(const struct draft *draft, size_t length,
                                                  struct archive *archive)
{
    free((void *)(uintptr_t)archive->bytes);
    uint8_t *bytes = malloc(length > 0 ? length : 1);
    if (bytes == NULL)
        abort();
    memcpy(bytes, draft->bytes, length);
    *archive = (struct archive){.bytes = bytes, .length = length};
    return archive_open(archive);
}

static inline enum archive_format draft_open(const struct draft *draft, struct archive *archive)
{
    return draft_open_part(draft, draft->length, archive);
}

/* For tests that damage what has been opened. */
static inline uint8_t *draft_opened_bytes(const struct archive *archive)
{
    return (uint8_t *)(uintptr_t)archive->bytes;
}

/* What a test has opened, and the entry that it has read last. */
static struct archive archive;
static struct archive_entry entry;

static inline enum archive_status next(void)
{
    return archive_next(&archive, &entry);
}

/* A test's end. */
static inline int release(void **state)
{
    (void)state;
    free((void *)(uintptr_t)archive.bytes);
    archive = (struct archive){0};
    return 0;
}
