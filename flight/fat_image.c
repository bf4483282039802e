/* mtools, called.  Each call is a process: nothing of the file system stays in memory here. */
#include "flight/fat_image.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "flight/fat_place.h"
#include "flight/file_bytes.h"
#include "flight/interrupt.h"
#include "flight/memory.h"
#include "flight/process.h"

enum {
    PATHS_AT_ONCE = 256, /* of at most some 1100 bytes each: far below what exec takes */
};

/* --- A call ----------------------------------------------------------------------------------- */

/* Arguments that grow, and what the call said. */
struct call {
    char **arguments;
    size_t count;
    size_t capacity;
    struct file_bytes output;
    struct file_bytes errors;
    char *date; /* a setting of the environment, or NULL */
    int status; /* of process_wait; -1: it did not come that far */
};

static void add(struct call *call, char *argument)
{
    call->arguments =
        memory_grown(call->arguments, call->count, &call->capacity, sizeof *call->arguments);
    call->arguments[call->count++] = argument;
}

static void add_text(struct call *call, const char *text)
{
    add(call, memory_text("%s", text));
}

/* A path of the file system.  mtools takes some characters for patterns. */
static void add_path(struct call *call, const char *path)
{
    char *escaped = memory_zeroed(strlen(path) * 2 + 4, 1);
    char *to = escaped + strlen(strcpy(escaped, "::/"));
    for (; *path != '\0'; *to++ = *path++)
        if (strchr("[]*?\\", *path) != NULL)
            *to++ = '\\';
    add(call, escaped);
}

static struct call call_start(const struct fat_image *image, const char *tool)
{
    struct call call = {.status = -1};
    if (image->date != NULL)
        call.date = memory_text("SOURCE_DATE_EPOCH=%s", image->date);
    add_text(&call, tool);
    add_text(&call, "-i");
    add_text(&call, image->drive);
    return call;
}

static void call_free(struct call *call)
{
    for (size_t i = 0; i < call->count; i++)
        free(call->arguments[i]);
    free(call->arguments);
    free(call->date);
    file_bytes_free(&call->output);
    file_bytes_free(&call->errors);
}

/* Nothing that a user has configured matters.  A session of its own has no terminal, so that
 * mtools cannot ask questions, and Ctrl-C does not reach it between two of its writes. */
static _Noreturn void become(const struct call *call, int output, int errors)
{
    char *path = memory_text("PATH=%s", getenv("PATH") != NULL ? getenv("PATH") : "/usr/bin:/bin");
    char *const environment[] = {path,
                                 "LC_ALL=C.UTF-8",
                                 "MTOOLSRC=/dev/null",
                                 "MTOOLS_SKIP_CHECK=1",
                                 "MTOOLS_FAT_COMPATIBILITY=0",
                                 "MTOOLS_LOWER_CASE=0",
                                 "MTOOLS_NO_VFAT=0",
                                 "MTOOLS_DOTTED_DIR=0",
                                 "MTOOLS_NAME_NUMERIC_TAIL=1",
                                 "MTOOLS_TWENTY_FOUR_HOUR_CLOCK=1",
                                 "MTOOLS_DATE_STRING=yyyy-mm-dd",
                                 call->date,
                                 NULL};
    int input = open("/dev/null", O_RDONLY);
    interrupt_restore();
    if (setsid() >= 0 && input >= 0 && dup2(input, STDIN_FILENO) >= 0 &&
        dup2(output, STDOUT_FILENO) >= 0 && dup2(errors, STDERR_FILENO) >= 0)
        execvpe(call->arguments[0], call->arguments, environment);
    _exit(PROCESS_MISSING);
}

static void collect(struct file_bytes *bytes, int file)
{
    if (lseek(file, 0, SEEK_SET) == 0)
        (void)file_bytes_read_open(bytes, file);
}

/* Files take what is said: with two pipes each side could wait for the other. */
static void call_run(struct call *call)
{
    add(call, NULL);
    int output = memfd_create("output", MFD_CLOEXEC), errors = memfd_create("errors", MFD_CLOEXEC);
    pid_t pid = output >= 0 && errors >= 0 ? fork() : -1;
    if (pid == 0)
        become(call, output, errors);
    if (pid > 0) {
        call->status = process_wait(pid);
        collect(&call->output, output);
        collect(&call->errors, errors);
    }
    if (output >= 0)
        close(output);
    if (errors >= 0)
        close(errors);
}

/* --- What became of it ------------------------------------------------------------------------ */

/* Tells what failed, with the first line that mtools said. */
static void tell(const struct fat_image *image, const struct call *call)
{
    if (call->status == PROCESS_MISSING) {
        (void)flight_refuse(image->command, FLIGHT_HOST,
                            "there is no %s in PATH: install the Debian package mtools",
                            call->arguments[0]);
        return;
    }
    if (image->silent)
        return;
    const uint8_t *words = call->errors.bytes;
    const uint8_t *end = words != NULL ? memchr(words, '\n', call->errors.length) : NULL;
    size_t length = end != NULL ? (size_t)(end - words) : call->errors.length;
    (void)flight_refuse(image->command, FLIGHT_HOST, "'%s': %s failed%s%.*s", image->path,
                        call->arguments[0], length > 0 ? ": " : "", (int)length,
                        length > 0 ? (const char *)words : "");
}

/* Runs and frees the call. */
static bool call_finish(const struct fat_image *image, struct call *call)
{
    call_run(call);
    bool done = call->status == 0;
    if (!done)
        tell(image, call);
    call_free(call);
    return done;
}

/* Runs a tool on paths, some at a time.  `option` and `target` may be NULL. */
static bool run_on(const struct fat_image *image, const char *tool, const char *option,
                   char *const *paths, size_t count, const char *target)
{
    for (size_t done = 0; done < count;) {
        struct call call = call_start(image, tool);
        if (option != NULL)
            add_text(&call, option);
        for (size_t i = 0; i < PATHS_AT_ONCE && done < count; i++)
            add_path(&call, paths[done++]);
        if (target != NULL)
            add_path(&call, target);
        if (!call_finish(image, &call))
            return false;
    }
    return true;
}

/* --- The image -------------------------------------------------------------------------------- */

static bool refuse(const struct fat_image *image, const char *what)
{
    (void)flight_refuse(image->command, FLIGHT_HOST, "%s '%s': %s", what, image->path,
                        strerror(errno));
    return false;
}

static bool refuse_place(const struct fat_image *image, enum fat_place_status status,
                         const struct fat_place *place)
{
    const uint8_t *types = place->types;
    if (place->partitioned)
        (void)flight_refuse(image->command, FLIGHT_HOST,
                            "'%s' has %s (types 0x%02x 0x%02x 0x%02x 0x%02x)", image->path,
                            fat_place_status_str(status), types[0], types[1], types[2], types[3]);
    else
        (void)flight_refuse(image->command, FLIGHT_HOST, "'%s' has %s", image->path,
                            fat_place_status_str(status));
    return false;
}

static bool read_sector(const struct fat_image *image, uint64_t offset,
                        uint8_t sector[FAT_PLACE_SECTOR])
{
    ssize_t got = pread(image->file, sector, FAT_PLACE_SECTOR, (off_t)offset);
    if (got == FAT_PLACE_SECTOR)
        return true;
    if (got < 0)
        return refuse(image, "cannot read");
    (void)flight_refuse(image->command, FLIGHT_HOST, "'%s' is too short for a FAT file system",
                        image->path);
    return false;
}

/* What ISO 9660 (section 8.1.2) has in the first sector behind its system area. */
enum {
    ISO_MARK = 16 * 2048 + 1
};

/* A hybrid ISO has a FAT partition, too, for UEFI: its menu does not look there for files. */
static bool refuse_iso(const struct fat_image *image)
{
    char mark[5];
    if (pread(image->file, mark, sizeof mark, ISO_MARK) != sizeof mark ||
        memcmp(mark, "CD001", sizeof mark) != 0)
        return false;
    (void)flight_refuse(image->command, FLIGHT_HOST,
                        "'%s' is an ISO, which nothing can be added to; make usb makes an image",
                        image->path);
    return true;
}

static bool find_place(const struct fat_image *image, struct fat_place *place)
{
    uint8_t sector[FAT_PLACE_SECTOR];
    if (!read_sector(image, 0, sector) || refuse_iso(image))
        return false;
    off_t size = lseek(image->file, 0, SEEK_END); /* also of a block device */
    if (size < 0)
        return refuse(image, "cannot read");
    enum fat_place_status status = fat_place_find(sector, (uint64_t)size, place);
    if (status != FAT_PLACE_OK)
        return refuse_place(image, status, place);
    if (!read_sector(image, place->offset, sector))
        return false;
    if (fat_place_is_fat(sector))
        return true;
    (void)flight_refuse(image->command, FLIGHT_HOST,
                        "'%s' has no FAT file system in its FAT partition, at byte %llu",
                        image->path, (unsigned long long)place->offset);
    return false;
}

bool fat_image_open(struct fat_image *image, bool write)
{
    struct fat_place place;
    /* O_NONBLOCK: nobody may ever write to a pipe. */
    image->file = open(image->path, (write ? O_RDWR : O_RDONLY) | O_NONBLOCK);
    if (image->file < 0)
        return refuse(image, write ? "cannot write" : "cannot read");
    if (!find_place(image, &place))
        return false;
    /* By number: in a path, mtools would take "@@" for something else. */
    image->drive =
        memory_text("/proc/self/fd/%d@@%llu", image->file, (unsigned long long)place.offset);
    return true;
}

bool fat_image_close(struct fat_image *image)
{
    bool kept = image->file < 0 || fsync(image->file) == 0 || errno == EINVAL;
    if (!kept)
        (void)refuse(image, "cannot write");
    if (image->file >= 0)
        close(image->file);
    free(image->drive);
    image->file = -1;
    image->drive = NULL;
    return kept;
}

bool fat_image_list(const struct fat_image *image, const char *folder, struct fat_list *list)
{
    struct call call = call_start(image, "mdir");
    add_text(&call, "-a");
    add_text(&call, "-/");
    add_path(&call, folder);
    call_run(&call);
    bool missing = call.status == 1 && file_bytes_has(&call.errors, "not found");
    if (call.status == 0)
        fat_list_parse(list, folder, (const char *)call.output.bytes, call.output.length);
    else if (!missing)
        tell(image, &call);
    bool done = call.status == 0 || missing;
    call_free(&call);
    return done;
}

bool fat_image_make_folders(const struct fat_image *image, char *const *paths, size_t count)
{
    return run_on(image, "mmd", NULL, paths, count, NULL);
}

bool fat_image_copy(const struct fat_image *image, const char *source, const char *folder)
{
    struct call call = call_start(image, "mcopy");
    add_text(&call, "-s");
    add_text(&call, source);
    add_path(&call, folder);
    return call_finish(image, &call);
}

bool fat_image_move(const struct fat_image *image, char *const *paths, size_t count,
                    const char *folder)
{
    return run_on(image, "mmove", "-o", paths, count, folder);
}

bool fat_image_delete(const struct fat_image *image, char *const *paths, size_t count)
{
    return run_on(image, "mdel", NULL, paths, count, NULL);
}

bool fat_image_delete_folders(const struct fat_image *image, char *const *paths, size_t count)
{
    return run_on(image, "mrd", NULL, paths, count, NULL);
}

bool fat_image_delete_tree(const struct fat_image *image, const char *path)
{
    char *const paths[] = {(char *)path};
    return run_on(image, "mdeltree", NULL, paths, 1, NULL);
}
