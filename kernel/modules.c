/* The boot modules become files. */
#include "kernel/modules.h"

#include "kernel/boot_archive.h"
#include "kernel/boot_info.h"
#include "kernel/complaint.h"
#include "kernel/console.h"
#include "kernel/files.h"
#include "kernel/kern_boottrace.h"
#include "kernel/module_hashes.h"
#include "kernel/module_list.h"
#include "kernel/module_probes.h"
#include "kernel/tracing.h"
#include "kernel/tslog.h"
#include "trace/stream.h"

static const struct slice modules_folder = {"system/boot", 11};
static char reason[320]; /* why the boot must not go on; two digests take half of it */

/* A type whose modules are files, too. */
static bool is_file(const struct boot_module *module)
{
    switch (module->line.type) {
    case MODULE_TYPE_FILE:
    case MODULE_TYPE_ENVIRONMENT:
    case MODULE_TYPE_DOF:
        return true;
    case MODULE_TYPE_ROOTFS:
    case MODULE_TYPE_HASH:
    case MODULE_TYPE_CONSOLE_FONT:
        return false;
    }
    return false;
}

static void print_origin(const struct text_sink *sink, uint32_t origin)
{
    if (origin == BOOTFS_ARCHIVE)
        text_print(sink, "the boot archive");
    else
        text_print(sink, "module %u", origin);
}

/* An earlier boot archive, and fonts, of which the kernel has no use. */
static void ignore(struct boot_module *module, const char *why)
{
    module->state = MODULE_IGNORED;
    log_line("module %u: %s; it is ignored", module->given.index, why);
}

/* The last boot archive of the list; those before it are ignored.  NULL: none. */
static struct boot_module *choose_archive(void)
{
    struct boot_module *chosen = NULL;
    for (uint32_t i = 0; i < module_list_count(); i++) {
        struct boot_module *module = module_list_at(i);
        if (!boot_module_is_used_as(module, MODULE_TYPE_ROOTFS))
            continue;
        if (chosen != NULL)
            ignore(chosen, "another boot archive comes after it");
        chosen = module;
    }
    return chosen;
}

/* A boot archive that failed its hash, or NULL. */
static const struct boot_module *find_false_archive(void)
{
    for (uint32_t i = 0; i < module_list_count(); i++) {
        const struct boot_module *module = module_list_at(i);
        if (module->line.type == MODULE_TYPE_ROOTFS &&
            (module->state == MODULE_MISMATCH || module->state == MODULE_BAD_HASH))
            return module;
    }
    return NULL;
}

static void ignore_fonts(void)
{
    for (uint32_t i = 0; i < module_list_count(); i++)
        if (boot_module_is_used_as(module_list_at(i), MODULE_TYPE_CONSOLE_FONT))
            ignore(module_list_at(i), "there is no console that could show a font");
}

static uint32_t nodes_of_modules(void)
{
    uint32_t nodes = bootfs_nodes_of_name(modules_folder);
    for (uint32_t i = 0; i < module_list_count(); i++)
        if (boot_module_is_used(module_list_at(i)) && is_file(module_list_at(i)))
            nodes += 2 * bootfs_nodes_of_name(boot_module_name(module_list_at(i)));
    return nodes;
}

/* Its whole name, which the tree knows of what has been in it. */
static struct slice name_of(const struct bootfs_note *note, char *path, size_t size)
{
    if (note->node == BOOTFS_NONE)
        return note->name;
    size_t length = bootfs_path(files_tree(), note->node, path, size);
    return (struct slice){path, length < size ? length : size - 1};
}

static void take_name(const struct bootfs_note *note)
{
    if (note->event == BOOTFS_LEFT_OUT || note->origin == BOOTFS_ARCHIVE)
        return;
    struct boot_module *module = module_list_at(note->origin);
    module->names--;
    module->without_names = note->event == BOOTFS_OVERRIDDEN ? MODULE_IGNORED : MODULE_REFUSED;
}

static void print_note(const struct bootfs_note *note)
{
    static char path[BOOTFS_PATH_MAX + 1];
    struct slice name = name_of(note, path, sizeof path);
    struct text_sink sink = console_text();
    text_print(&sink, "files: ");
    complaint_print_name(&sink, name);
    text_print(&sink, " of ");
    print_origin(&sink, note->origin);
    if (note->event == BOOTFS_LEFT_OUT) {
        text_print(&sink, " is left out: %s\n", bootfs_status_str(note->why));
        return;
    }
    bool overridden = note->event == BOOTFS_OVERRIDDEN;
    text_print(&sink, overridden ? " is overridden by "
                                 : " is left out, because it has to be a directory for ");
    print_origin(&sink, note->by);
    text_print(&sink, "\n");
    name = kern_boottrace_name(name);
    kern_boottrace_note(note->size, "file %s: %.*s, %llu bytes",
                        overridden ? "overridden" : "left out", (int)name.length, name.text,
                        (unsigned long long)note->size);
}

static void hear(void *context, const struct bootfs_note *note)
{
    (void)context;
    take_name(note);
    print_note(note);
}

/* What happens in the modules' own folder has been told. */
static void hear_silently(void *context, const struct bootfs_note *note)
{
    (void)context;
    take_name(note);
}

static const struct bootfs_listener listener = {hear, NULL};
static const struct bootfs_listener silent_listener = {hear_silently, NULL};

/* What is more than a file is used all the same if it cannot be one. */
static void add_file(struct boot_module *module, uint32_t folder)
{
    struct slice content = boot_module_content(module);
    enum bootfs_status status =
        bootfs_add_file(files_tree(), folder, boot_module_name(module), module->given.index,
                        (const uint8_t *)content.text, content.length);
    if (status == BOOTFS_OK)
        module->names++;
    else if (module->names == 0 && module->line.type == MODULE_TYPE_FILE)
        boot_module_refuse(module, bootfs_status_str(status));
}

static void add_modules(uint32_t folder)
{
    for (uint32_t i = 0; i < module_list_count(); i++)
        if (boot_module_is_used(module_list_at(i)) && is_file(module_list_at(i)))
            add_file(module_list_at(i), folder);
}

/* Only now: what loses its name in the tree may keep that in the modules' own folder. */
static void drop_nameless(void)
{
    for (uint32_t i = 0; i < module_list_count(); i++) {
        struct boot_module *module = module_list_at(i);
        if (boot_module_is_used_as(module, MODULE_TYPE_FILE) && module->names == 0)
            module->state = module->without_names;
    }
}

static void print_statistics(void)
{
    const struct bootfs_statistics *all = &files_tree()->statistics;
    log_line("files: %u, %llu bytes; directories: %u; links: %u; overridden: %u; left out: %u",
             all->files, (unsigned long long)all->bytes, all->directories, all->links,
             all->overridden, all->discarded);
}

/* Without a tree there are no files, and the modules are of no use. */
static bool start_tree(uint32_t nodes)
{
    uintptr_t memory = bootfs_size(nodes) == 0 ? 0 : boot_info_take_memory(bootfs_size(nodes));
    if (memory == 0) {
        log_line("files: no memory to index them; going on without");
        return false;
    }
    bootfs_start(files_tree(), (void *)memory, nodes, &listener);
    return true;
}

static void make_files(void)
{
    TSSCOPE("make_files");
    struct boot_module *archive = choose_archive();
    uint32_t nodes = boot_archive_measure(archive);
    if (!start_tree(nodes + nodes_of_modules()))
        return;
    uint32_t folder;
    struct bootfs *fs = files_tree();
    (void)bootfs_add_directory(fs, BOOTFS_TOP, modules_folder, BOOTFS_ARCHIVE);
    (void)bootfs_find(fs, BOOTFS_TOP, modules_folder, true, &folder);
    boot_archive_index(archive, folder);
    add_modules(BOOTFS_TOP);
    print_statistics();
    fs->listener = &silent_listener;
    add_modules(folder);
    drop_nameless();
}

static void print_module(const struct boot_module *module)
{
    struct text_sink sink = console_text();
    text_print(&sink, "module %u: ", module->given.index);
    text_print_foreign(&sink, module->line.name.text, module->line.name.length);
    text_print(&sink, ", %s, %u bytes at 0x%x", module_type_str(module->line.type),
               module->given.end - module->given.start, module->given.start);
    if (module->state == MODULE_VERIFIED)
        text_print(&sink, ", %s verified", digest_kind_str(module->digest.kind));
    else if (module->state != MODULE_ACCEPTED)
        text_print(&sink, ", %s", module_state_str(module->state));
    text_print(&sink, "\n");
}

static void tell(const struct boot_module *module)
{
    const struct multiboot_string *text = &module->given.command_line;
    char digest[DIGEST_TEXT_MAX];
    uint32_t size = module->given.end - module->given.start;
    (void)digest_print(&module->digest, digest);
    print_module(module);
    tracing_send_module(&(struct stream_module){
        .index = module->given.index,
        .command_line = text->text,
        .command_line_length = text->length,
        .name = module->line.name.text,
        .name_length = module->line.name.length,
        .type = module_type_str(module->line.type),
        .size = size,
        .digest = digest,
        .state = module_state_str(module->state),
    });
    struct slice name = kern_boottrace_name(module->line.name);
    if (boot_module_is_used(module))
        kern_boottrace_note(size, "module accepted: %.*s, %u bytes", (int)name.length, name.text,
                            (unsigned)size);
    module_probes_fire(module);
}

void modules_tell(void)
{
    TSSCOPE("tell_modules");
    for (uint32_t i = 0; i < module_list_count(); i++)
        tell(module_list_at(i));
}

static const char *explain(const struct boot_module *archive)
{
    struct text_buffer buffer = {.bytes = reason, .size = sizeof reason};
    struct text_sink sink = text_buffer_sink(&buffer);
    text_print(&sink, "boot archive (module %u): ", archive->given.index);
    module_hashes_explain(&sink, archive);
    return reason;
}

const char *modules_read(void)
{
    TSENTER("module_list_read");
    module_list_read();
    TSEXIT("module_list_read");
    module_hashes_verify();
    const struct boot_module *false_archive = find_false_archive();
    if (false_archive == NULL) {
        ignore_fonts();
        make_files();
    }
    return false_archive == NULL ? NULL : explain(false_archive);
}
