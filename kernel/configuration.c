/* The configuration that stands in files and modules. */
#include "kernel/configuration.h"

#include "boot/driver_conf.h"
#include "boot/environment.h"
#include "boot/system_file.h"
#include "kernel/complaint.h"
#include "kernel/console.h"
#include "kernel/files.h"
#include "kernel/kern_boottrace.h"
#include "kernel/module_list.h"
#include "kernel/tslog.h"
#include "kernel/tunables.h"

enum {
    VALUE_SIZE = 1024, /* of an environment's value with escapes, or of a string of etc/system */
    NAME_SIZE = 256,   /* "module:variable" */
};

#define DRIVERS "kernel/drv"
#define SYSTEM  "etc/system"

static char buffer[VALUE_SIZE];

/* Context: the file's name, as a slice. */
static void print_diagnosis(void *context, const struct diagnosis *diagnosis)
{
    const struct slice *file = context;
    struct text_sink sink = console_text();
    complaint_print(&sink, *file, diagnosis);
}

static void note_read(struct slice file, size_t size)
{
    file = kern_boottrace_name(file);
    kern_boottrace_note(size, "configuration read: %.*s, %u bytes", (int)file.length, file.text,
                        (unsigned)size);
}

static void read_environment(struct slice file, struct slice content)
{
    TSSCOPE("read_environment");
    const struct diagnosis_listener listener = {print_diagnosis, &file};
    struct environment environment = {
        .text = content, .buffer = buffer, .buffer_size = sizeof buffer, .listener = &listener};
    struct environment_pair pair;
    complaint_start();
    while (environment_next(&environment, &pair)) {
        const struct tunables_place place = {
            .where = file, .source = {.origin = TUNABLE_ENVIRONMENT, .line = pair.line}};
        if (!environment_is_private(pair.name))
            tunables_set_text(&place, pair.name, pair.value);
    }
    note_read(file, content.length);
}

static void read_environments(void)
{
    for (uint32_t i = 0; i < module_list_count(); i++) {
        const struct boot_module *module = module_list_at(i);
        if (boot_module_is_used_as(module, MODULE_TYPE_ENVIRONMENT))
            read_environment(module->line.name, boot_module_content(module));
    }
}

/* "module:variable", or the variable alone. */
static struct slice variable_name(const struct system_command *command, char *name)
{
    struct text_buffer text = {.bytes = name, .size = NAME_SIZE};
    struct text_sink sink = text_buffer_sink(&text);
    if (command->module.text == NULL)
        return command->variable;
    text_print(&sink, "%.*s:%.*s", (int)command->module.length, command->module.text,
               (int)command->variable.length, command->variable.text);
    return (struct slice){name, text.length};
}

static void obey_set(struct slice file, const struct system_command *command)
{
    char name_text[NAME_SIZE];
    const struct slice name = variable_name(command, name_text);
    const struct tunables_place place = {
        .where = file, .source = {.origin = TUNABLE_ETC_SYSTEM, .line = command->line}};
    if (!command->is_string) {
        tunables_set_number(&place, name, command->operator, command->number);
        return;
    }
    size_t length = config_string_copy(command->string, buffer, sizeof buffer);
    if (length > sizeof buffer)
        length = sizeof buffer;
    tunables_set_text(&place, name, (struct slice){buffer, length});
}

/* Forceloads and their like ask for what this kernel has built in. */
static void read_system_file(struct slice file, struct slice content)
{
    TSSCOPE("read_system_file");
    const struct diagnosis_listener listener = {print_diagnosis, &file};
    struct system_file system = {.lexer = {.text = content}, .listener = &listener};
    struct system_command command;
    uint32_t settings = 0, others = 0;
    complaint_start();
    while (system_file_next(&system, &command)) {
        bool set = command.kind == SYSTEM_SET;
        settings += set;
        others += !set;
        if (set)
            obey_set(file, &command);
    }
    system_file_tell_duplicates(content, &listener);
    struct text_sink sink = console_text();
    complaint_print_place(&sink, file, 0);
    text_print(&sink, "settings: %u, others: %u (to load or not; all is built in here)\n", settings,
               others);
    note_read(file, content.length);
}

/* None is fine; one that cannot be read is told. */
static void find_system_file(void)
{
    struct slice content;
    struct bootfs_stat stat;
    enum bootfs_status status = files_stat(SYSTEM, &stat);
    if (status == BOOTFS_OK && stat.kind == BOOTFS_DIRECTORY)
        status = BOOTFS_IS_A_DIRECTORY;
    if (status != BOOTFS_OK && status != BOOTFS_NOT_FOUND)
        log_line("%s: cannot be read: %s; nothing of it is set", SYSTEM, bootfs_status_str(status));
    if (files_content(SYSTEM, &content))
        read_system_file((struct slice){SYSTEM, sizeof SYSTEM - 1}, content);
}

static void read_driver_file(struct slice file, struct slice content)
{
    TSSCOPE("read_driver_file");
    const struct diagnosis_listener listener = {print_diagnosis, &file};
    struct driver_conf conf = {.lexer = {.text = content}, .listener = &listener};
    struct driver_entry entry;
    uint32_t entries = 0, properties = 0;
    complaint_start();
    while (driver_conf_next(&conf, &entry)) {
        entries++;
        properties += entry.properties;
    }
    struct text_sink sink = console_text();
    complaint_print_place(&sink, file, 0);
    text_print(&sink, "entries: %u, properties: %u\n", entries, properties);
    note_read(file, content.length);
}

static bool is_conf(struct slice name)
{
    return name.length > 5 && slice_is(slice_behind(name, name.length - 5), ".conf");
}

/* The content of a file in an open directory, also behind a link. */
static bool content_of(const struct bootfs_file *folder, struct slice name, struct slice *content)
{
    uint32_t node;
    struct bootfs_stat stat;
    if (bootfs_find(folder->fs, folder->node, name, true, &node) != BOOTFS_OK)
        return false;
    bootfs_stat(folder->fs, node, &stat);
    *content = (struct slice){(const char *)stat.content, (size_t)stat.size};
    return stat.kind == BOOTFS_FILE;
}

static void read_driver_files(void)
{
    static char path[sizeof DRIVERS + 1 + BOOTFS_PATH_MAX];
    struct bootfs_file folder;
    struct bootfs_stat stat;
    if (files_open(DRIVERS, &folder) != BOOTFS_OK)
        return;
    while (bootfs_read_directory(&folder, &stat)) {
        struct text_buffer text = {.bytes = path, .size = sizeof path};
        struct text_sink sink = text_buffer_sink(&text);
        struct slice content;
        text_print(&sink, "%s/%.*s", DRIVERS, (int)stat.name.length, stat.name.text);
        if (is_conf(stat.name) && content_of(&folder, stat.name, &content))
            read_driver_file((struct slice){path, text.length}, content);
    }
}

void configuration_read(void)
{
    read_environments();
    find_system_file();
    read_driver_files();
    tunables_tell();
}
