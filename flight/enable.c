/* flight enable: compiles D programs for the next boot, as dtrace -A does. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "flight/dof_file.h"
#include "flight/enable_files.h"
#include "flight/enabling.h"
#include "flight/memory.h"

struct enable {
    const struct flight_command *command;
    struct enabling_words words;
    const char *folder, *kernel;
    struct enabling enabling;
};

/* One of the two files. */
struct changed {
    char *path;
    struct file_bytes before, after;
    bool old; /* held an enabling */
};

static enum flight_status refuse(const struct enable *enable, const char *doing, const char *path,
                                 int error)
{
    return flight_refuse(enable->command, FLIGHT_HOST, "cannot %s '%s': %s", doing, path,
                         strerror(error));
}

static enum flight_status read_old(const struct enable *enable, struct changed *file,
                                   const char *name)
{
    file->path = memory_text("%s/%s", enable->folder, name);
    const int error = file_bytes_read(&file->before, file->path);
    return error == 0 || error == ENOENT ? FLIGHT_SUCCESS
                                         : refuse(enable, "read", file->path, error);
}

/* What stands there already must not swallow the enabling. */
static enum flight_status check_conf(const struct enable *enable, const struct changed *file)
{
    struct dof_file read;
    dof_file_read(&read, file->after.bytes, file->after.length);
    const struct dof_file_fault fault = read.fault;
    const bool whole = read.count >= enable->enabling.count;
    dof_file_free(&read);
    if (!whole)
        return flight_refuse(
            enable->command, FLIGHT_FAILURE,
            "'%s': its last entry is not ended by ';', and the enabling would be part of it",
            file->path);
    if (fault.line > 0)
        flight_tell(enable->command, "'%s':%u: %s", file->path, fault.line, fault.text);
    return FLIGHT_SUCCESS;
}

static enum flight_status change_conf(const struct enable *enable, struct changed *file)
{
    enum flight_status status = read_old(enable, file, ENABLE_FILES_CONF);
    if (status != FLIGHT_SUCCESS)
        return status;
    file->old = enable_files_conf(&file->after, &file->before, enable->enabling.objects,
                                  enable->enabling.count);
    return check_conf(enable, file);
}

static enum flight_status change_system(const struct enable *enable, struct changed *file)
{
    enum flight_status status = read_old(enable, file, ENABLE_FILES_SYSTEM);
    if (status != FLIGHT_SUCCESS)
        return status;
    const enum enable_files_status found =
        enable_files_system(&file->after, &file->before, enable->enabling.count > 0);
    file->old = found == ENABLE_FILES_REPLACED;
    if (found > ENABLE_FILES_REPLACED)
        return flight_refuse(enable->command, FLIGHT_FAILURE, "'%s': %s", file->path,
                             enable_files_status_str(found));
    return FLIGHT_SUCCESS;
}

/* Makes the folders above a file. */
static int make_folders(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        const int error = mkdir(path, 0777) == 0 || errno == EEXIST ? 0 : errno;
        *slash = '/';
        if (error != 0)
            return error;
    }
    return 0;
}

/* Beside the old one first, which is there until the new one is there as a whole. */
static int replace(const struct changed *file)
{
    int error = make_folders(file->path);
    char *beside = memory_text("%s.new", file->path);
    if (error == 0)
        error = file_bytes_write(beside, "we", file->after.bytes, file->after.length);
    if (error == 0 && rename(beside, file->path) != 0)
        error = errno;
    if (error != 0)
        (void)unlink(beside);
    free(beside);
    return error;
}

static enum flight_status settle(const struct enable *enable, const struct changed *file)
{
    int error = 0;
    if (file->after.length > 0)
        error = replace(file);
    else if (unlink(file->path) != 0 && errno != ENOENT)
        error = errno;
    return error == 0 ? FLIGHT_SUCCESS : refuse(enable, "write", file->path, error);
}

static void tell(const struct enable *enable, const struct changed *conf,
                 const struct changed *system)
{
    if (conf->old)
        fprintf(stderr, "flight: cleaned up old anonymous enabling in %s\n", conf->path);
    if (system->old)
        fprintf(stderr, "flight: cleaned up forceload directives in %s\n", system->path);
    if (enable->enabling.count == 0)
        return;
    fprintf(stderr, "flight: saved anonymous enabling in %s\n", conf->path);
    fprintf(stderr, "flight: added forceload directives to %s\n", system->path);
    fprintf(stderr, "flight: 'flight run --enable %s' boots with it\n", enable->folder);
}

static enum flight_status write_both(const struct enable *enable, const struct changed *conf,
                                     const struct changed *system)
{
    if (enable->enabling.count == 0 && !conf->old && !system->old) {
        flight_tell(enable->command,
                    "there is no enabling in '%s' to remove, and no program: -n or -s brings one",
                    enable->folder);
        return FLIGHT_SUCCESS;
    }
    enum flight_status status = settle(enable, conf);
    if (status == FLIGHT_SUCCESS)
        status = settle(enable, system);
    if (status == FLIGHT_SUCCESS)
        tell(enable, conf, system);
    return status;
}

static void free_changed(struct changed *file)
{
    free(file->path);
    file_bytes_free(&file->before);
    file_bytes_free(&file->after);
}

/* Everything is looked at before anything is written. */
static enum flight_status change_files(const struct enable *enable)
{
    struct changed conf = {0}, system = {0};
    enum flight_status status = change_conf(enable, &conf);
    if (status == FLIGHT_SUCCESS)
        status = change_system(enable, &system);
    if (status == FLIGHT_SUCCESS)
        status = write_both(enable, &conf, &system);
    free_changed(&conf);
    free_changed(&system);
    return status;
}

static bool parse(struct enable *enable, size_t count, char **arguments, enum flight_status *status)
{
    struct option_spec specs[3 + ENABLING_SPECS] = {
        {.letter = 'o', .name = "output", .text = &enable->folder},
        {.name = "kernel", .text = &enable->kernel},
        {.letter = 'i', .words = &enable->words.words},
    };
    enabling_words_specs(&enable->words, specs + 3);
    const struct options options = {.command = enable->command,
                                    .specs = specs,
                                    .count = sizeof specs / sizeof specs[0],
                                    .more = &enable->words.arguments};
    return options_parse(&options, count, arguments, status);
}

/* Options and arguments without a program are a slip, not the wish to remove everything. */
static enum flight_status enable_checked(struct enable *enable)
{
    const struct enabling_words *words = &enable->words;
    if (enabling_words_wanted(words)) {
        enum flight_status status =
            enabling_compile(&enable->enabling, enable->command, enable->kernel, words);
        return status == FLIGHT_SUCCESS ? change_files(enable) : status;
    }
    if (words->words.count + words->arguments.count > 0 || words->strict)
        return flight_misuse(enable->command, "there is no program for that: -n or -s brings one");
    return change_files(enable);
}

static enum flight_status run(const struct flight_command *command, size_t count, char **arguments)
{
    struct enable enable = {.command = command, .folder = "enabling"};
    enum flight_status status;
    if (parse(&enable, count, arguments, &status))
        status = enable_checked(&enable);
    enabling_free(&enable.enabling);
    enabling_words_free(&enable.words);
    return status;
}

const struct flight_command enable_command = {
    .name = "enable",
    .synopsis = ENABLING_WORDS_SYNOPSIS " [-o DIR] [--kernel ELF] [ARGUMENT]...",
    .help =
        "Compiles D programs for the next boot, as dtrace -A does: into DIR/" ENABLE_FILES_CONF
        ", and what\n"
        "loads their providers into DIR/" ENABLE_FILES_SYSTEM
        ".  Other lines of both files stay; an enabling\n"
        "that was there is replaced.  Without a program it is removed, and so is a file of which\n"
        "nothing is left.\n"
        "\n"
        "  -o DIR             default: enabling\n"
        "  --kernel ELF       for which kernel; default: firstlight.elf beside flight\n"
        "  -i ID              a program: the probe with this number\n" ENABLING_WORDS_HELP "\n"
        "Exit status: 0 done, 1 a program is refused, or " ENABLE_FILES_SYSTEM
        " has a damaged block,\n"
        "2 bad usage, 5 a file cannot be read or written, or there is no cpp.\n",
    .run = run,
};
