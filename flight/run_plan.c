/* What a run boots: found, checked, staged. */
#include "flight/run_plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "boot/module_line.h"
#include "flight/autoexec.h"
#include "flight/boot_mark.h"
#include "flight/exec_words.h"
#include "flight/file_bytes.h"
#include "flight/home.h"
#include "flight/memory.h"
#include "flight/overwrite.h"
#include "flight/qemu.h"

#define ARCHIVE        "boot_archive"
#define ARCHIVE_MODULE ARCHIVE " type=rootfs name=ramdisk"
#define IMAGE          "boot.img" /* of CD or stick, in the staging folder */
#define NET            "net"

/* The file of a module string: its first word. */
static char *module_file(const char *module)
{
    return memory_text("%.*s", (int)strcspn(module, " "), module);
}

/* As the kernel reads it: of several types the last one. */
static bool is_rootfs(const char *module)
{
    struct module_line line;
    module_line_parse(module, strlen(module), NULL, &line);
    return line.type == MODULE_TYPE_ROOTFS;
}

static const char *const firmwares[] = {
    [QEMU_FIRMWARE_BIOS] = "bios",
    [QEMU_FIRMWARE_UEFI] = "uefi",
    [QEMU_FIRMWARE_UEFI32] = "uefi32",
};

/* Reads the user's word, if there is one; false if it means nothing. */
static bool read_firmware(struct run_plan *plan)
{
    if (plan->firmware_name == NULL)
        return true;
    for (size_t i = 0; i < sizeof firmwares / sizeof firmwares[0]; i++)
        if (strcmp(plan->firmware_name, firmwares[i]) == 0) {
            plan->firmware = (enum qemu_firmware)i;
            return true;
        }
    return false;
}

static enum qemu_medium medium(const struct run_plan *plan)
{
    return plan->iso != NULL    ? QEMU_MEDIUM_CD
           : plan->disk != NULL ? QEMU_MEDIUM_STICK
           : plan->net != NULL  ? QEMU_MEDIUM_NET
                                : QEMU_MEDIUM_KERNEL;
}

/* What is wrong with what boots, or NULL. */
static const char *medium_fault(const struct run_plan *plan)
{
    const int media =
        (plan->kernel != NULL) + (plan->iso != NULL) + (plan->disk != NULL) + (plan->net != NULL);
    if (media > 1)
        return "--kernel, --iso, --disk and --net exclude each other";
    if (medium(plan) != QEMU_MEDIUM_KERNEL && (plan->append != NULL || plan->modules.count > 0))
        return "a medium brings its own menu: --append and --module are for --kernel";
    for (size_t i = 0; i < plan->modules.count; i++)
        if (plan->modules.items[i][0] == '\0' || plan->modules.items[i][0] == ' ')
            return "--module: the string begins with the name of a file";
    return NULL;
}

static bool is_machine(const struct run_plan *plan, const char *name)
{
    return plan->machine != NULL && strcmp(plan->machine, name) == 0;
}

/* What is wrong with the machine, or NULL. */
static const char *machine_fault(const struct run_plan *plan)
{
    const bool bare = is_machine(plan, "isapc") || is_machine(plan, "microvm");
    if (plan->machine != NULL && !bare && !is_machine(plan, "pc") && !is_machine(plan, "q35"))
        return "--machine is one of pc, q35, isapc, microvm";
    if (is_machine(plan, "isapc") && plan->cpus > 1)
        return "isapc has one CPU: --smp is for the other machines";
    if (bare && medium(plan) != QEMU_MEDIUM_KERNEL)
        return "isapc and microvm have no PCI to boot from: they are for --kernel";
    return NULL;
}

/* What is wrong with the firmware, or NULL. */
static const char *firmware_fault(const struct run_plan *plan)
{
    const bool uefi32 = plan->firmware == QEMU_FIRMWARE_UEFI32;
    if (plan->firmware == QEMU_FIRMWARE_BIOS)
        return NULL;
    if (medium(plan) == QEMU_MEDIUM_KERNEL)
        return "QEMU loads --kernel through the BIOS: UEFI is for --iso, --disk and --net";
    if (uefi32 && plan->machine != NULL && !is_machine(plan, "q35"))
        return "--firmware uefi32 is for --machine q35";
    if (!plan->deterministic)
        return NULL;
    if (uefi32)
        return "--firmware uefi32 cannot be deterministic: its network card answers in host time";
    if (medium(plan) != QEMU_MEDIUM_NET)
        return "UEFI reads disks in host time: with --deterministic it boots from --net alone";
    return NULL;
}

/* What is wrong with typing, or NULL. */
static const char *typing_fault(const struct run_plan *plan)
{
    if (plan->interactive && plan->deterministic)
        return "nobody types the same twice: --interactive and --deterministic exclude each other";
    return NULL;
}

/* What is wrong with the commands, or NULL. */
static const char *exec_fault(const struct run_plan *plan)
{
    for (size_t i = 0; i < plan->exec.count; i++)
        if (!exec_words_usable(plan->exec.items[i]))
            return "--exec: a command is one line";
    char *line = exec_words_line(&plan->exec);
    const bool fits = strlen(line) <= EXEC_WORDS_MAX;
    free(line);
    return fits ? NULL : "--exec: the commands have more than 128 KiB in all, quoted";
}

bool run_plan_usable(struct run_plan *plan)
{
    const char *wrong = NULL;
    if (!read_firmware(plan))
        wrong = "--firmware is one of bios, uefi, uefi32";
    if (wrong == NULL)
        wrong = medium_fault(plan);
    if (wrong == NULL)
        wrong = machine_fault(plan);
    if (wrong == NULL)
        wrong = firmware_fault(plan);
    if (wrong == NULL)
        wrong = typing_fault(plan);
    if (wrong == NULL)
        wrong = exec_fault(plan);
    if (wrong != NULL)
        (void)flight_misuse(plan->command, "%s", wrong);
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

static bool wants_archive(const struct run_plan *plan)
{
    if (plan->bare || medium(plan) != QEMU_MEDIUM_KERNEL)
        return false;
    for (size_t i = 0; i < plan->modules.count; i++)
        if (is_rootfs(plan->modules.items[i]))
            return false;
    return true;
}

/* Completes what was not said by what stands beside this program. */
void run_plan_complete(struct run_plan *plan)
{
    if (medium(plan) == QEMU_MEDIUM_KERNEL && plan->kernel == NULL)
        plan->kernel = plan->own_kernel = home_path("firstlight.elf");
    if (!wants_archive(plan))
        return;
    plan->archive = home_path(ARCHIVE);
    if (access(plan->archive, F_OK) == 0)
        return;
    free(plan->archive);
    plan->archive = NULL;
}

/* The file that the network boots: the first one that is there, or the first one. */
static const char *boot_file(const struct run_plan *plan)
{
    static const char *const names[][2] = {
        [QEMU_FIRMWARE_BIOS] = {"grub.pxe", "boot/grub/pxe.0"},
        [QEMU_FIRMWARE_UEFI] = {"bootx64.efi", "boot/grub/bootx64.efi"},
        [QEMU_FIRMWARE_UEFI32] = {"bootia32.efi", "boot/grub/bootia32.efi"},
    };
    const char *const *name = names[plan->firmware];
    char *second = memory_text("%s/%s", plan->net, name[1]);
    char *first = memory_text("%s/%s", plan->net, name[0]);
    const bool other = access(first, F_OK) != 0 && access(second, F_OK) == 0;
    free(first);
    free(second);
    return name[other ? 1 : 0];
}

static bool check_firmware(const struct run_plan *plan)
{
    const char *package = plan->firmware == QEMU_FIRMWARE_UEFI32 ? "ovmf-ia32" : "ovmf";
    for (const char *const *file = qemu_firmware_files(plan->firmware); *file != NULL; file++)
        if (access(*file, R_OK) != 0) {
            (void)flight_refuse(plan->command, FLIGHT_HOST,
                                "cannot read '%s': is Debian's package %s installed?", *file,
                                package);
            return false;
        }
    return true;
}

/* What is no file that boots lets firmware search in silence, until the timeout. */
static bool check_boots(const struct run_plan *plan, const char *path,
                        bool (*is_marked)(const uint8_t *, size_t), const char *lacks)
{
    uint8_t beginning[BOOT_MARK_BYTES];
    size_t length;
    int error = file_bytes_read_beginning(path, beginning, sizeof beginning, &length);
    if (error != 0 && error != EISDIR)
        (void)flight_refuse(plan->command, FLIGHT_HOST, "cannot read '%s': %s", path,
                            strerror(error));
    else if (!is_marked(beginning, length))
        (void)flight_refuse(plan->command, FLIGHT_HOST, "'%s' is no %s", path, lacks);
    else
        return true;
    return false;
}

/* What QEMU, or its TFTP server, is to read first. */
static bool check_medium(const struct run_plan *plan)
{
    if (plan->iso != NULL)
        return check_boots(plan, plan->iso, boot_mark_is_iso,
                           "ISO: it has no CD001 at byte 32769; --disk takes other images");
    if (plan->disk != NULL)
        return check_boots(plan, plan->disk, boot_mark_is_disk,
                           "image of a disk: it has no 55 aa at byte 510; --iso takes a CD's");
    if (plan->net == NULL)
        return check_boots(plan, plan->kernel, boot_mark_is_kernel,
                           "kernel: it has no Multiboot header in its first 8 KiB; --iso and "
                           "--disk take media");
    char *path = memory_text("%s/%s", plan->net, boot_file(plan));
    bool good = check_file(plan, path);
    free(path);
    return good;
}

bool run_plan_readable(const struct run_plan *plan)
{
    if (!check_firmware(plan) || !check_medium(plan))
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

static bool spares_boot_file(const struct run_plan *plan, const char *output)
{
    if (plan->net == NULL)
        return true;
    char *path = memory_text("%s/%s", plan->net, boot_file(plan));
    const bool spared = !overwrite_refused(plan->command, path, output);
    free(path);
    return spared;
}

bool run_plan_spares(const struct run_plan *plan, const char *output)
{
    const char *const files[] = {plan->kernel, plan->iso, plan->disk, plan->archive};
    bool spared = spares_boot_file(plan, output);
    for (size_t i = 0; i < sizeof files / sizeof files[0] && spared; i++)
        spared = !overwrite_refused(plan->command, files[i], output);
    for (size_t i = 0; i < plan->made_count && spared; i++)
        spared = !overwrite_refused(plan->command, plan->made[i].source, output);
    for (size_t i = 0; i < plan->modules.count && spared; i++) {
        char *file = module_file(plan->modules.items[i]);
        spared = !overwrite_refused(plan->command, file, output);
        free(file);
    }
    return spared;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

static enum flight_status refuse_staging(const struct run_plan *plan, const char *name, int error)
{
    return flight_refuse(plan->command, FLIGHT_HOST, "cannot stage '%s': %s", name,
                         strerror(error));
}

/* Makes one name of the staging folder lead to a file of the host. */
static enum flight_status stage(const struct run_plan *plan, const struct staging *staging,
                                const char *name, const char *source)
{
    const int error = staging_link(staging, name, source);
    if (error == EEXIST)
        return flight_refuse(plan->command, FLIGHT_HOST,
                             "'%s' cannot stand for two different files in one run", name);
    return error == 0 ? FLIGHT_SUCCESS : refuse_staging(plan, name, error);
}

/* An absolute path means the same everywhere and needs no link. */
static enum flight_status stage_module(const struct run_plan *plan, const struct staging *staging,
                                       const char *module)
{
    char *file = module_file(module);
    enum flight_status status = file[0] == '/' ? FLIGHT_SUCCESS : stage(plan, staging, file, file);
    free(file);
    return status;
}

/* The image of a CD or stick: itself, or a copy if something is to be changed about it. */
static enum flight_status stage_image(const struct run_plan *plan, const struct autoexec *autoexec,
                                      const char *image)
{
    const struct staging *staging = autoexec->staging;
    if (!plan->deterministic && autoexec->text == NULL)
        return stage(plan, staging, IMAGE, image);
    int error = staging_copy(staging, IMAGE, image);
    if (error != 0)
        return refuse_staging(plan, image, error);
    enum flight_status status = autoexec->text == NULL ? FLIGHT_SUCCESS
                                : plan->iso != NULL    ? autoexec_onto_iso(autoexec, IMAGE)
                                                       : autoexec_onto_disk(autoexec, IMAGE);
    if (status != FLIGHT_SUCCESS || !plan->deterministic)
        return status;
    error = staging_pad(staging, IMAGE);
    return error == 0 ? FLIGHT_SUCCESS : refuse_staging(plan, image, error);
}

static enum flight_status stage_medium(const struct run_plan *plan, const struct staging *staging)
{
    char *text = plan->exec.count > 0 ? exec_words_file(&plan->exec) : NULL;
    const struct autoexec autoexec = {plan->command, staging, text};
    enum flight_status status;
    if (plan->net == NULL)
        status = stage_image(plan, &autoexec, plan->iso != NULL ? plan->iso : plan->disk);
    else if (text != NULL)
        status = autoexec_into_net(&autoexec, NET, plan->net);
    else
        status = stage(plan, staging, NET, plan->net);
    free(text);
    return status;
}

static struct run_module *add_made(struct run_plan *plan, const char *name, const char *options)
{
    plan->made =
        memory_grown(plan->made, plan->made_count, &plan->made_capacity, sizeof *plan->made);
    struct run_module *made = &plan->made[plan->made_count++];
    *made = (struct run_module){.name = memory_text("%s", name),
                                .string = memory_text("%s %s", name, options)};
    return made;
}

void run_plan_add_bytes(struct run_plan *plan, const char *name, const char *options,
                        const void *bytes, size_t length)
{
    struct run_module *made = add_made(plan, name, options);
    made->bytes = bytes;
    made->length = length;
}

void run_plan_add_file(struct run_plan *plan, const char *name, const char *options,
                       const char *source)
{
    add_made(plan, name, options)->source = memory_text("%s", source);
}

static enum flight_status stage_made(const struct run_plan *plan, const struct staging *staging,
                                     const struct run_module *made)
{
    if (made->source != NULL)
        return stage(plan, staging, made->name, made->source);
    const int error = staging_write(staging, made->name, made->bytes, made->length);
    return error == 0 ? FLIGHT_SUCCESS : refuse_staging(plan, made->name, error);
}

static enum flight_status stage_all(const struct run_plan *plan, const struct staging *staging)
{
    enum flight_status status = stage(plan, staging, base_name(plan->kernel), plan->kernel);
    if (status == FLIGHT_SUCCESS && plan->archive != NULL)
        status = stage(plan, staging, ARCHIVE, plan->archive);
    for (size_t i = 0; i < plan->made_count && status == FLIGHT_SUCCESS; i++)
        status = stage_made(plan, staging, &plan->made[i]);
    for (size_t i = 0; i < plan->modules.count && status == FLIGHT_SUCCESS; i++)
        status = stage_module(plan, staging, plan->modules.items[i]);
    return status;
}

enum flight_status run_plan_stage(const struct run_plan *plan, struct staging *staging)
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
        return flight_refuse(plan->command, FLIGHT_HOST, "cannot make a staging folder: %s",
                             strerror(error));
    return medium(plan) != QEMU_MEDIUM_KERNEL ? stage_medium(plan, staging)
                                              : stage_all(plan, staging);
}

/* The kernel's command line.  The user's words come last: what they leave open (a quote, -B)
 * swallows nothing. */
static char *append_text(const struct run_plan *plan)
{
    char *exec = exec_words_line(&plan->exec);
    const char *parts[] = {plan->words, plan->interactive ? "shell=1" : NULL, exec, plan->append};
    struct file_bytes append = {0};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (parts[i] == NULL || *parts[i] == '\0')
            continue;
        if (append.length > 0)
            file_bytes_append_text(&append, " ");
        file_bytes_append_text(&append, parts[i]);
    }
    free(exec);
    return file_bytes_text(&append);
}

char **run_plan_arguments(const struct run_plan *plan, const struct staging *staging)
{
    size_t count = 0;
    const char **modules =
        memory_zeroed(1 + plan->made_count + plan->modules.count, sizeof *modules);
    if (plan->archive != NULL)
        modules[count++] = ARCHIVE_MODULE;
    for (size_t i = 0; i < plan->made_count; i++)
        modules[count++] = plan->made[i].string;
    for (size_t i = 0; i < plan->modules.count; i++)
        modules[count++] = plan->modules.items[i];
    char *log = staging_path(staging, "qemu.log");
    char *append = append_text(plan);
    char **arguments = qemu_arguments(&(struct qemu_plan){
        .medium = medium(plan),
        .firmware = plan->firmware,
        .machine = plan->machine,
        .kernel = plan->kernel == NULL ? NULL : base_name(plan->kernel),
        .image = plan->net != NULL ? NET : IMAGE,
        .boot_file = plan->net != NULL ? boot_file(plan) : NULL,
        .append = append,
        .modules = modules,
        .module_count = count,
        .memory_mib = plan->memory_mib,
        .cpus = plan->cpus,
        .deterministic = plan->deterministic,
        .log = log,
        .extra = plan->extra.items,
        .extra_count = plan->extra.count,
    });
    free(append);
    free(log);
    free(modules);
    return arguments;
}

void run_plan_free(struct run_plan *plan)
{
    for (size_t i = 0; i < plan->made_count; i++) {
        free(plan->made[i].name);
        free(plan->made[i].string);
        free(plan->made[i].source);
    }
    free(plan->made);
    free(plan->modules.items);
    free(plan->extra.items);
    free(plan->exec.items);
    free(plan->own_kernel);
    free(plan->archive);
}
