/* What a run boots: found, checked, staged. */
#include "flight/run_plan.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "flight/memory.h"
#include "flight/qemu.h"

#define ARCHIVE        "boot_archive"
#define ARCHIVE_MODULE ARCHIVE " type=rootfs name=ramdisk"
#define ROOTFS         "type=rootfs"
#define ISO            "boot.iso"

/* The file of a module string: its first word. */
static char *module_file(const char *module)
{
    return memory_text("%.*s", (int)strcspn(module, " "), module);
}

static bool is_rootfs(const char *module)
{
    const size_t length = sizeof ROOTFS - 1;
    for (const char *at = module; (at = strstr(at, " " ROOTFS)) != NULL; at++)
        if (at[1 + length] == ' ' || at[1 + length] == '\0')
            return true;
    return false;
}

bool run_plan_usable(const struct run_plan *plan)
{
    const char *wrong = NULL;
    if (plan->iso != NULL && plan->kernel != NULL)
        wrong = "--kernel and --iso exclude each other";
    if (plan->iso != NULL && (plan->append != NULL || plan->modules.count > 0))
        wrong = "an ISO brings its own menu: --append and --module are for --kernel";
    for (size_t i = 0; i < plan->modules.count; i++)
        if (plan->modules.items[i][0] == '\0' || plan->modules.items[i][0] == ' ')
            wrong = "--module: the string begins with the name of a file";
    if (wrong != NULL)
        (void)flight_refuse(plan->command, FLIGHT_USAGE, "%s (see 'flight --help')", wrong);
    return wrong == NULL;
}

/* A file that QEMU can read, or one line that says why not. */
static bool check_file(const struct run_plan *plan, const char *path)
{
    struct stat status;
    int error = stat(path, &status) != 0  ? errno
                : S_ISDIR(status.st_mode) ? EISDIR
                : access(path, R_OK) != 0 ? errno
                                          : 0;
    if (error != 0)
        (void)flight_refuse(plan->command, FLIGHT_HOST, "cannot read '%s': %s", path,
                            strerror(error));
    return error == 0;
}

static void find_home(struct run_plan *plan)
{
    char path[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    path[length > 0 ? length : 0] = '\0';
    char *slash = strrchr(path, '/');
    if (slash != NULL)
        *slash = '\0';
    plan->home = memory_text("%s", slash != NULL ? path : ".");
}

static bool wants_archive(const struct run_plan *plan)
{
    if (plan->bare || plan->iso != NULL)
        return false;
    for (size_t i = 0; i < plan->modules.count; i++)
        if (is_rootfs(plan->modules.items[i]))
            return false;
    return true;
}

/* Completes what was not said by what stands beside this program. */
void run_plan_complete(struct run_plan *plan)
{
    find_home(plan);
    if (plan->iso == NULL && plan->kernel == NULL)
        plan->kernel = plan->own_kernel = memory_text("%s/firstlight.elf", plan->home);
    if (!wants_archive(plan))
        return;
    plan->archive = memory_text("%s/%s", plan->home, ARCHIVE);
    if (access(plan->archive, F_OK) == 0)
        return;
    free(plan->archive);
    plan->archive = NULL;
}

bool run_plan_readable(const struct run_plan *plan)
{
    if (!check_file(plan, plan->iso != NULL ? plan->iso : plan->kernel))
        return false;
    if (plan->archive != NULL && !check_file(plan, plan->archive))
        return false;
    bool good = true;
    for (size_t i = 0; i < plan->modules.count && good; i++) {
        char *file = module_file(plan->modules.items[i]);
        good = check_file(plan, file);
        free(file);
    }
    return good;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

/* Makes one name of the staging folder lead to a file of the host. */
static bool stage(const struct run_plan *plan, const struct staging *staging, const char *name,
                  const char *source)
{
    int error = staging_link(staging, name, source);
    if (error == EEXIST)
        (void)flight_refuse(plan->command, FLIGHT_HOST,
                            "'%s' cannot stand for two different files in one run", name);
    else if (error != 0)
        (void)flight_refuse(plan->command, FLIGHT_HOST, "cannot stage '%s': %s", name,
                            strerror(error));
    return error == 0;
}

/* An absolute path means the same everywhere and needs no link. */
static bool stage_module(const struct run_plan *plan, const struct staging *staging,
                         const char *module)
{
    char *file = module_file(module);
    bool good = file[0] == '/' || stage(plan, staging, file, file);
    free(file);
    return good;
}

static bool stage_iso(const struct run_plan *plan, const struct staging *staging)
{
    if (!plan->deterministic)
        return stage(plan, staging, ISO, plan->iso);
    int error = staging_copy(staging, ISO, plan->iso);
    if (error != 0)
        (void)flight_refuse(plan->command, FLIGHT_HOST, "cannot stage '%s': %s", plan->iso,
                            strerror(error));
    return error == 0;
}

static bool stage_all(const struct run_plan *plan, const struct staging *staging)
{
    if (plan->iso != NULL)
        return stage_iso(plan, staging);
    if (!stage(plan, staging, base_name(plan->kernel), plan->kernel))
        return false;
    if (plan->archive != NULL && !stage(plan, staging, ARCHIVE, plan->archive))
        return false;
    for (size_t i = 0; i < plan->modules.count; i++)
        if (!stage_module(plan, staging, plan->modules.items[i]))
            return false;
    return true;
}

bool run_plan_stage(const struct run_plan *plan, struct staging *staging)
{
    size_t depth = 0;
    for (size_t i = 0; i < plan->modules.count; i++) {
        char *file = module_file(plan->modules.items[i]);
        size_t climb = file[0] == '/' ? 0 : staging_climb(file);
        depth = climb > depth ? climb : depth;
        free(file);
    }
    int error = staging_create(staging, depth);
    if (error != 0)
        (void)flight_refuse(plan->command, FLIGHT_HOST, "cannot make a staging folder: %s",
                            strerror(error));
    return error == 0 && stage_all(plan, staging);
}

char **run_plan_arguments(const struct run_plan *plan, const struct staging *staging)
{
    size_t count = plan->modules.count + (plan->archive != NULL ? 1 : 0);
    const char **modules = memory_zeroed(count, sizeof *modules);
    modules[0] = ARCHIVE_MODULE;
    for (size_t i = 0; i < plan->modules.count; i++)
        modules[count - plan->modules.count + i] = plan->modules.items[i];
    char *log = staging_path(staging, "qemu.log");
    char **arguments = qemu_arguments(&(struct qemu_plan){
        .kernel = plan->kernel == NULL ? NULL : base_name(plan->kernel),
        .iso = ISO,
        .append = plan->append == NULL ? "" : plan->append,
        .modules = modules,
        .module_count = count,
        .memory_mib = plan->memory_mib,
        .deterministic = plan->deterministic,
        .log = log,
        .extra = plan->extra.items,
        .extra_count = plan->extra.count,
    });
    free(log);
    free(modules);
    return arguments;
}

void run_plan_free(struct run_plan *plan)
{
    free(plan->modules.items);
    free(plan->extra.items);
    free(plan->home);
    free(plan->own_kernel);
    free(plan->archive);
}
