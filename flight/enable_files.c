/* kernel/drv/dtrace.conf and etc/system with an enabling in them. */
#include "flight/enable_files.h"

#include <stdio.h>
#include <string.h>

#include "boot/driver_conf.h"

/* Without it illumos does not attach the driver; a boot module takes the place of the whole file. */
static const char driver[] = "name=\"dtrace\" parent=\"pseudo\" instance=0;\n";

static const char start[] = "* vvvv Added by DTrace";
static const char end[] = "* ^^^^ Added by DTrace";

/* Providers come before the driver itself, so that their probes are there when it attaches. */
static const char block[] =
    "* vvvv Added by DTrace\n"
    "*\n"
    "* These lines load the providers of DTrace before anything can be traced that\n"
    "* an anonymous enabling in kernel/drv/dtrace.conf asks for.  'flight enable'\n"
    "* without a program removes them, and the enabling.\n"
    "*\n"
    "forceload: drv/fbt\n"
    "forceload: drv/sdt\n"
    "forceload: drv/systrace\n"
    "forceload: drv/profile\n"
    "forceload: drv/dtrace\n"
    "* ^^^^ Added by DTrace\n";

static void end_line(struct file_bytes *to)
{
    if (to->length > 0 && to->bytes[to->length - 1] != '\n')
        file_bytes_append_text(to, "\n");
}

/* --- dtrace.conf --- */

static bool begins(const uint8_t *line, size_t length, const char *with)
{
    return length >= strlen(with) && memcmp(line, with, strlen(with)) == 0;
}

static void put_object(struct file_bytes *to, size_t number, struct d_bytes object)
{
    char text[32];
    (void)snprintf(text, sizeof text, DRIVER_DOF_PREFIX "%zu=", number);
    file_bytes_append_text(to, text);
    for (size_t i = 0; i < object.size; i++) {
        (void)snprintf(text, sizeof text, "%s0x%x", i > 0 ? "," : "", object.bytes[i]);
        file_bytes_append_text(to, text);
    }
    file_bytes_append_text(to, ";\n");
}

static bool is_only_driver(const struct file_bytes *file)
{
    return file->length == sizeof driver - 1 && memcmp(file->bytes, driver, sizeof driver - 1) == 0;
}

static bool copy_others(struct file_bytes *to, const struct file_bytes *from)
{
    bool old = false;
    for (size_t at = 0, length; at < from->length; at += length) {
        const uint8_t *line = from->bytes + at;
        length = file_bytes_line(from, at);
        if (begins(line, length, DRIVER_DOF_PREFIX))
            old = true;
        else
            file_bytes_append(to, line, length);
    }
    return old;
}

bool enable_files_conf(struct file_bytes *to, const struct file_bytes *from,
                       const struct d_bytes *objects, size_t count)
{
    const bool old = copy_others(to, from);
    if (count == 0) {
        if (old && is_only_driver(to))
            to->length = 0;
        return old;
    }
    end_line(to);
    if (!file_bytes_has(to, "name=\"dtrace\""))
        file_bytes_append_text(to, driver);
    for (size_t i = 0; i < count; i++)
        put_object(to, i, objects[i]);
    return old;
}

/* --- etc/system --- */

static const uint8_t *find(const struct file_bytes *file, size_t from, const char *text)
{
    return from >= file->length
               ? NULL
               : memmem(file->bytes + from, file->length - from, text, strlen(text));
}

/* Where the old block lies; *length is 0 if there is none. */
static enum enable_files_status find_block(const struct file_bytes *from, size_t *at,
                                           size_t *length)
{
    *at = *length = 0;
    if (from->length > 0 && memchr(from->bytes, '\0', from->length) != NULL)
        return ENABLE_FILES_NUL;
    const uint8_t *first = find(from, 0, start), *last = find(from, 0, end);
    if (first == NULL && last == NULL)
        return ENABLE_FILES_OK;
    if (last == NULL)
        return ENABLE_FILES_NO_END;
    if (first == NULL || last < first)
        return ENABLE_FILES_END_FIRST;
    *at = (size_t)(first - from->bytes);
    if (find(from, *at + 1, start) != NULL)
        return ENABLE_FILES_TWO_STARTS;
    *length = (size_t)(last - first) + sizeof end - 1;
    if (find(from, *at + *length, end) != NULL)
        return ENABLE_FILES_TWO_ENDS;
    if (*at + *length < from->length && from->bytes[*at + *length] == '\n')
        ++*length;
    return ENABLE_FILES_REPLACED;
}

enum enable_files_status enable_files_system(struct file_bytes *to, const struct file_bytes *from,
                                             bool enabled)
{
    size_t at, length;
    const enum enable_files_status status = find_block(from, &at, &length);
    if (status > ENABLE_FILES_REPLACED)
        return status;
    if (from->length > 0) {
        file_bytes_append(to, from->bytes, at);
        if (at + length < from->length)
            end_line(to); /* two halves might make a marker */
        file_bytes_append(to, from->bytes + at + length, from->length - at - length);
    }
    if (enabled) {
        end_line(to);
        file_bytes_append_text(to, block);
    }
    return status;
}

const char *enable_files_status_str(enum enable_files_status status)
{
    switch (status) {
    case ENABLE_FILES_OK:
        return "no old enabling";
    case ENABLE_FILES_REPLACED:
        return "an old enabling";
    case ENABLE_FILES_NUL:
        return "there is a zero byte in it";
    case ENABLE_FILES_TWO_STARTS:
        return "two blocks begin with '* vvvv Added by DTrace'";
    case ENABLE_FILES_TWO_ENDS:
        return "two blocks end with '* ^^^^ Added by DTrace'";
    case ENABLE_FILES_NO_END:
        return "the block has no end, '* ^^^^ Added by DTrace'";
    case ENABLE_FILES_END_FIRST:
        return "the end '* ^^^^ Added by DTrace' comes before the start of the block";
    }
    return "?";
}
