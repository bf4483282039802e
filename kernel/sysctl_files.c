/* sysctls: boot modules and the boot filesystem. */
#include "kernel/files.h"
#include "kernel/module_list.h"
#include "kernel/sysctl.h"

static void print_module(const struct text_sink *sink, const struct boot_module *module)
{
    text_print(
        sink, "%u\t%s\t%u\t%s\t", (unsigned)module->given.index, module_type_str(module->line.type),
        (unsigned)(module->given.end - module->given.start), module_state_str(module->state));
    text_print_foreign(sink, module->line.name.text, module->line.name.length);
    text_print(sink, "\n");
}

static void read_modules(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    (void)oid;
    for (uint32_t i = 0; i < module_list_count(); i++)
        print_module(sink, module_list_at(i));
}

static void read_module_count(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    (void)oid;
    sysctl_print_unsigned(sink, module_list_count());
}

SYSCTL_OID(modules, .name = "kern.modules",
           .help = "Boot modules, one a line, fields separated by tabs: index, type, bytes, state, "
                   "name",
           .kind = SYSCTL_STRING, .flags = SYSTEM_SYSCTL_SKIP, .read = read_modules);
SYSCTL_OID(module_count, .name = "kern.module_count", .help = "Boot modules that the loader listed",
           .kind = SYSCTL_UNSIGNED, .read = read_module_count);

/* `data` is the place of the number in struct bootfs. */
static void read_number(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    const char *number = (const char *)files_tree() + (uintptr_t)oid->data;
    sysctl_print_unsigned(sink, *(const uint32_t *)(const void *)number);
}

static void read_bytes(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    (void)oid;
    sysctl_print_unsigned(sink, files_tree()->statistics.bytes);
}

#define NUMBER(identifier, field, oid_help)                                                        \
    SYSCTL_OID(identifier, .name = "vfs.bootfs." #identifier, .help = (oid_help),                  \
               .kind = SYSCTL_UNSIGNED, .read = read_number,                                       \
               .data = (void *)offsetof(struct bootfs, field))

NUMBER(files, statistics.files, "Files that can be opened");
NUMBER(directories, statistics.directories, "Directories, the top not counted");
NUMBER(links, statistics.links, "Symbolic links");
NUMBER(overridden, statistics.overridden, "Files that gave way to a later one of their name");
NUMBER(left_out, statistics.discarded, "What could not be made into a file");
NUMBER(nodes, count, "Nodes of the tree that are used");
NUMBER(nodes_max, capacity, "Nodes that the tree has room for");
SYSCTL_OID(bytes, .name = "vfs.bootfs.bytes", .help = "Bytes of all files", .kind = SYSCTL_UNSIGNED,
           .read = read_bytes);

/* `data` is the place of the counter in struct files_counts. */
static void read_count(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    struct files_counts counts = files_counts();
    const char *counter = (const char *)&counts + (uintptr_t)oid->data;
    sysctl_print_unsigned(sink, *(const uint32_t *)(const void *)counter);
}

#define COUNT(field, oid_help)                                                                     \
    SYSCTL_OID(field, .name = "vfs.bootfs." #field, .help = (oid_help), .kind = SYSCTL_UNSIGNED,   \
               .read = read_count, .data = (void *)offsetof(struct files_counts, field))

COUNT(opens, "Times that somebody opened a name, modulo 2^32");
COUNT(reads, "Times that somebody read from a file, modulo 2^32");
COUNT(looks, "Times that somebody looked a name up without opening it, modulo 2^32");
