/* What flight enable makes of a kernel/drv/dtrace.conf and an etc/system that are there.
 *
 * Input: the first byte chooses the file (odd: etc/system) and how many objects are enabled; the rest is the file.
 *
 * Property: what is not of an enabling is kept byte for byte, but for a line end that its last line lacks; enabling
 * twice is enabling once; removing gives back what was there, with that line end, and in dtrace.conf with the line of the driver, or
 * nothing if it has only that; an etc/system that is refused leaves nothing behind. */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "flight/enable_files.h"
#include "tests/fuzz/require.h"

static const struct d_bytes objects[] = {{(const uint8_t *)"\177DOF", 4},
                                         {(const uint8_t *)"\0\1", 2}};

#define DRIVER "name=\"dtrace\" parent=\"pseudo\" instance=0;\n"
#define START  "* vvvv Added by DTrace"
#define END    "* ^^^^ Added by DTrace"

static bool is_same(const struct file_bytes *a, const struct file_bytes *b)
{
    return a->length == b->length && (a->length == 0 || memcmp(a->bytes, b->bytes, a->length) == 0);
}

static bool begins_with(const struct file_bytes *file, const struct file_bytes *with)
{
    return file->length >= with->length &&
           (with->length == 0 || memcmp(file->bytes, with->bytes, with->length) == 0);
}

static void end_line(struct file_bytes *file)
{
    if (file->length > 0 && file->bytes[file->length - 1] != '\n')
        file_bytes_append_text(file, "\n");
}

/* --- dtrace.conf --- */

/* The lines that are not of an enabling; *old: there are others. */
static struct file_bytes lines_of_others(const struct file_bytes *file, bool *old)
{
    static const char ours[] = "dof-data-";
    struct file_bytes others = {0};
    size_t matched = 0; /* bytes of `ours` at the start of the line; SIZE_MAX: it is another one */
    *old = false;
    for (size_t i = 0; i < file->length; i++) {
        const uint8_t byte = file->bytes[i];
        if (matched < sizeof ours - 1 && byte == (uint8_t)ours[matched]) {
            *old |= ++matched == sizeof ours - 1;
        } else if (matched != sizeof ours - 1) {
            if (matched != SIZE_MAX)
                file_bytes_append(&others, ours, matched);
            matched = SIZE_MAX;
            file_bytes_append(&others, &byte, 1);
        }
        if (byte == '\n')
            matched = 0;
    }
    if (matched < sizeof ours - 1)
        file_bytes_append(&others, ours, matched);
    return others;
}

static void check_conf(const struct file_bytes *file, size_t count)
{
    struct file_bytes once = {0}, twice = {0}, removed = {0};
    bool old, is_driver;
    struct file_bytes others = lines_of_others(file, &old);
    is_driver = others.length == sizeof DRIVER - 1 && file_bytes_has(&others, DRIVER);

    require(enable_files_conf(&removed, file, NULL, 0) == old);
    require(old && is_driver ? removed.length == 0 : is_same(&removed, &others));
    file_bytes_free(&removed);

    require(enable_files_conf(&once, file, objects, count) == old);
    end_line(&others);
    if (!file_bytes_has(&others, "name=\"dtrace\""))
        file_bytes_append_text(&others, DRIVER);
    is_driver = others.length == sizeof DRIVER - 1 && file_bytes_has(&others, DRIVER);
    require(begins_with(&once, &others) &&
            file_bytes_has(&once, "dof-data-0=0x7f,0x44,0x4f,0x46;\n"));
    require(count < 2 || file_bytes_has(&once, "dof-data-1=0x0,0x1;\n"));
    require(enable_files_conf(&twice, &once, objects, count));
    require(is_same(&once, &twice));
    require(enable_files_conf(&removed, &once, NULL, 0));
    require(is_driver ? removed.length == 0 : is_same(&removed, &others));

    file_bytes_free(&others);
    file_bytes_free(&once);
    file_bytes_free(&twice);
    file_bytes_free(&removed);
}

/* --- etc/system --- */

/* What stands before the old block and behind it. */
static struct file_bytes around_block(const struct file_bytes *file)
{
    struct file_bytes around = {0};
    const uint8_t *start = memmem(file->bytes, file->length, START, sizeof START - 1);
    const uint8_t *end = memmem(file->bytes, file->length, END, sizeof END - 1);
    require(start != NULL && end != NULL && start < end);
    file_bytes_append(&around, file->bytes, (size_t)(start - file->bytes));
    end += sizeof END - 1;
    end += end < file->bytes + file->length && *end == '\n';
    if (end < file->bytes + file->length)
        end_line(&around);
    file_bytes_append(&around, end, (size_t)(file->bytes + file->length - end));
    return around;
}

static void check_block(const struct file_bytes *file, const struct file_bytes *before)
{
    const struct file_bytes none = {0};
    struct file_bytes block = {0}, expected = {0};
    require(enable_files_system(&block, &none, true) == ENABLE_FILES_OK);
    file_bytes_append(&expected, before->bytes, before->length);
    end_line(&expected);
    file_bytes_append(&expected, block.bytes, block.length);
    require(is_same(file, &expected));
    file_bytes_free(&block);
    file_bytes_free(&expected);
}

static void check_system(const struct file_bytes *file)
{
    struct file_bytes once = {0}, twice = {0}, removed = {0}, without = {0};
    const enum enable_files_status status = enable_files_system(&without, file, false);
    require(enable_files_system(&once, file, true) == status);
    if (status > ENABLE_FILES_REPLACED) {
        require(once.length == 0 && without.length == 0);
        return;
    }
    struct file_bytes expected = {0};
    if (status == ENABLE_FILES_REPLACED)
        expected = around_block(file);
    else
        file_bytes_append(&expected, file->bytes, file->length);
    require(is_same(&without, &expected));
    check_block(&once, &expected);
    require(enable_files_system(&twice, &once, true) == ENABLE_FILES_REPLACED);
    require(is_same(&once, &twice));
    require(enable_files_system(&removed, &once, false) == ENABLE_FILES_REPLACED);
    end_line(&expected);
    require(is_same(&removed, &expected));

    file_bytes_free(&expected);
    file_bytes_free(&once);
    file_bytes_free(&twice);
    file_bytes_free(&removed);
    file_bytes_free(&without);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct file_bytes file = {0};
    if (size == 0)
        return 0;
    file_bytes_append(&file, data + 1, size - 1);
    if (data[0] % 2 == 1)
        check_system(&file);
    else
        check_conf(&file, data[0] / 2 % 2 + 1u);
    file_bytes_free(&file);
    return 0;
}
