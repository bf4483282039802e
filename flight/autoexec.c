/* Commands on a boot medium. */
#include "flight/autoexec.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "flight/fat_image.h"
#include "flight/file_bytes.h"
#include "flight/interrupt.h"
#include "flight/memory.h"
#include "flight/process.h"
#include "flight/stage_plan.h"
#include "flight/stage_put.h"

#define AUTOEXEC "etc/autoexec"
#define LIST     "boot/grub/bootfs.cfg"
#define DATE     "1700000000" /* of everything that is made for a medium, as in iso/media.sh */

static enum flight_status refuse_host(const struct flight_command *command, const char *path,
                                      int error)
{
    return flight_refuse(command, FLIGHT_HOST, "--exec: cannot stage '%s': %s", path,
                         strerror(error));
}

/* Writes a file of a fixed date, so that equal runs see equal media.  0 or an errno. */
static int write_file(const char *path, const void *bytes, size_t length)
{
    const struct timespec dates[2] = {{.tv_sec = atol(DATE)}, {.tv_sec = atol(DATE)}};
    int error = file_bytes_write(path, "wxe", bytes, length);
    if (error == 0 && utimensat(AT_FDCWD, path, dates, 0) != 0)
        error = errno;
    return error;
}

/* The path of the file in the root of the staging folder, to be freed; NULL after one line. */
static char *write_autoexec(const struct autoexec *autoexec)
{
    char *path = staging_path(autoexec->staging, "autoexec");
    int error = write_file(path, autoexec->text, strlen(autoexec->text));
    if (error == 0)
        return path;
    (void)refuse_host(autoexec->command, AUTOEXEC, error);
    free(path);
    return NULL;
}

/* --- A stick ---------------------------------------------------------------------------------- */

static enum flight_status put(const struct fat_image *image, struct stage_plan *plan,
                              const struct fat_list *top)
{
    struct fat_list staged = {0};
    enum flight_status status = FLIGHT_HOST;
    if (!fat_list_below(top, "bootfs", &staged)) {
        (void)refuse_host(image->command, STAGE_BOOTFS, ENOTDIR);
    } else {
        stage_plan_settle(plan, &staged);
        status = plan->status;
    }
    if (status == FLIGHT_SUCCESS)
        status = stage_put(image, plan, top);
    fat_list_free(&staged);
    return status;
}

enum flight_status autoexec_onto_disk(const struct autoexec *autoexec, const char *name)
{
    char *source = write_autoexec(autoexec);
    if (source == NULL)
        return FLIGHT_HOST;
    char *path = memory_text("%s/%s", autoexec->staging->work, name);
    char *argument = memory_text("%s:" AUTOEXEC, source);
    struct fat_image image = {.command = autoexec->command, .path = path, .file = -1, .date = DATE};
    struct stage_plan plan = {.command = autoexec->command};
    struct fat_list top = {0};
    stage_plan_add(&plan, argument);
    enum flight_status status = FLIGHT_HOST;
    if (fat_image_open(&image, true) && fat_image_list(&image, STAGE_TOP, &top))
        status = put(&image, &plan, &top);
    if (!fat_image_close(&image) && status == FLIGHT_SUCCESS)
        status = FLIGHT_HOST;
    fat_list_free(&top);
    stage_plan_free(&plan);
    free(argument);
    free(path);
    free(source);
    return status;
}

/* --- An ISO ----------------------------------------------------------------------------------- */

/* Adds to the image where it ends, and leaves all that boots it as it is. */
static _Noreturn void become_xorriso(const char *image, const char *source, const char *log)
{
    int input = open("/dev/null", O_RDONLY);
    int output = open(log, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    interrupt_restore();
    if (input >= 0 && output >= 0 && setenv("SOURCE_DATE_EPOCH", DATE, 1) == 0 &&
        setenv("TZ", "UTC0", 1) == 0 && dup2(input, STDIN_FILENO) >= 0 &&
        dup2(output, STDOUT_FILENO) >= 0 && dup2(output, STDERR_FILENO) >= 0)
        execlp("xorriso", "xorriso", "-no_rc", "-dev", image, "-boot_image", "any", "keep", "-map",
               source, "/os/bootfs/" AUTOEXEC, "-commit", (char *)NULL);
    _exit(PROCESS_MISSING);
}

static int run_xorriso(const char *image, const char *source, const char *log)
{
    pid_t pid = fork();
    if (pid == 0)
        become_xorriso(image, source, log);
    return process_wait(pid);
}

enum flight_status autoexec_onto_iso(const struct autoexec *autoexec, const char *name)
{
    char *source = write_autoexec(autoexec);
    if (source == NULL)
        return FLIGHT_HOST;
    char *image = memory_text("%s/%s", autoexec->staging->work, name);
    char *log = staging_path(autoexec->staging, "xorriso.log");
    int status = run_xorriso(image, source, log);
    free(log);
    free(image);
    free(source);
    if (status == 0)
        return FLIGHT_SUCCESS;
    return flight_refuse(autoexec->command, FLIGHT_HOST,
                         status == PROCESS_MISSING ? "--exec: there is no xorriso in PATH"
                                                   : "--exec: xorriso cannot put " AUTOEXEC
                                                     " onto this ISO");
}

/* --- A network -------------------------------------------------------------------------------- */

static bool is_special(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* Links everything in a folder, but for what is named; a folder that is not there is empty. */
static int link_entries(const struct staging *staging, const char *name, const char *source,
                        const char *const except[2])
{
    DIR *folder = opendir(source);
    int error = folder == NULL && errno != ENOENT ? errno : 0;
    for (struct dirent *entry; folder != NULL && error == 0 && (entry = readdir(folder)) != NULL;) {
        if (is_special(entry->d_name) || strcmp(entry->d_name, except[0]) == 0 ||
            strcmp(entry->d_name, except[1]) == 0)
            continue;
        char *to = memory_text("%s/%s", name, entry->d_name);
        char *from = memory_text("%s/%s", source, entry->d_name);
        error = staging_link(staging, to, from);
        free(to);
        free(from);
    }
    if (folder != NULL)
        closedir(folder);
    return error == ELOOP || error == ENOENT ? 0 : error; /* a link to nowhere serves nobody */
}

/* Makes the folders in `net` on the way to a file, with links to all that stands beside them. */
static int link_around(const struct autoexec *autoexec, const char *net, const char *source,
                       const char *file)
{
    int error = 0;
    for (const char *slash = file; error == 0 && (slash = strchr(slash, '/')) != NULL; slash++) {
        int above = (int)(slash - file);
        char *next = memory_text("%.*s", (int)strcspn(slash + 1, "/"), slash + 1);
        char *from = memory_text("%s/%.*s", source, above, file);
        char *to = memory_text("%s/%.*s", net, above, file);
        char *path = memory_text("%s/%s", autoexec->staging->work, to);
        error = mkdir(path, 0700) == 0 ? 0 : errno;
        if (error == 0)
            error = link_entries(autoexec->staging, to, from, (const char *const[]){next, next});
        free(path);
        free(to);
        free(from);
        free(next);
    }
    return error;
}

static int write_below(const struct autoexec *autoexec, const char *net, const char *file,
                       const void *bytes, size_t length)
{
    char *path = memory_text("%s/%s/%s", autoexec->staging->work, net, file);
    int error = write_file(path, bytes, length);
    free(path);
    return error;
}

/* The menu's list, with one line more.  Behind all others, so that no other file of that name comes
 * after it. */
static int extend_list(const struct autoexec *autoexec, const char *net, struct file_bytes *list)
{
    file_bytes_append_text(list, "\nadd_file \"" AUTOEXEC "\"\n");
    return write_below(autoexec, net, LIST, list->bytes, list->length);
}

static int overlay(const struct autoexec *autoexec, const char *net, const char *source,
                   struct file_bytes *list)
{
    char *path = memory_text("%s/%s", autoexec->staging->work, net);
    int error = mkdir(path, 0700) == 0 ? 0 : errno;
    free(path);
    if (error == 0)
        error = link_entries(autoexec->staging, net, source, (const char *const[]){"boot", "os"});
    if (error == 0)
        error = link_around(autoexec, net, source, LIST);
    if (error == 0)
        error = link_around(autoexec, net, source, "os/bootfs/" AUTOEXEC);
    if (error == 0)
        error = extend_list(autoexec, net, list);
    if (error == 0)
        error = write_below(autoexec, net, "os/bootfs/" AUTOEXEC, autoexec->text,
                            strlen(autoexec->text));
    return error;
}

enum flight_status autoexec_into_net(const struct autoexec *autoexec, const char *name,
                                     const char *source)
{
    struct file_bytes list = {0};
    char *path = memory_text("%s/" LIST, source);
    int missing = file_bytes_read(&list, path);
    free(path);
    int error = missing == 0 ? overlay(autoexec, name, source, &list) : 0;
    file_bytes_free(&list);
    if (missing != 0)
        return flight_refuse(
            autoexec->command, FLIGHT_USAGE,
            "--exec: '%s' takes no boot modules: it has no " LIST ", which lists them", source);
    return error == 0 ? FLIGHT_SUCCESS : refuse_host(autoexec->command, source, error);
}
