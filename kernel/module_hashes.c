/* Hashes find their modules through a tree of their own (boot/bootfs.h), under the names of the modules
 * that they are of: so a name means there what it means for files, and finding takes no time. */
#include "kernel/module_hashes.h"

#include "boot/bootfs.h"
#include "kernel/boot_info.h"
#include "kernel/console.h"
#include "kernel/tracing.h"

static struct bootfs hashes;

static bool is_hash(const struct boot_module *module)
{
    return module->state == MODULE_ACCEPTED && module->line.type == MODULE_TYPE_HASH;
}

static struct text_sink begin_line(const struct boot_module *module)
{
    struct text_sink sink = console_text();
    text_print(&sink, "module %u: ", module->given.index);
    return sink;
}

static void print_name(const struct text_sink *sink, struct slice name)
{
    text_print(sink, "'");
    text_print_foreign(sink, name.text, name.length);
    text_print(sink, "'");
}

static void print_note(void *context, const struct bootfs_note *note)
{
    (void)context;
    struct boot_module *loser = module_list_at(note->origin);
    struct text_sink sink = begin_line(loser);
    loser->hash_used = true; /* told once */
    text_print(&sink, "the hash of ");
    print_name(&sink, note->name);
    if (note->event == BOOTFS_LEFT_OUT)
        text_print(&sink, " is ignored: %s\n", bootfs_status_str(note->why));
    else
        text_print(&sink, " gives way to that of module %u\n", note->by);
}

static const struct bootfs_listener listener = {print_note, NULL};

static uint32_t nodes_wanted(void)
{
    uint32_t nodes = 0;
    for (uint32_t i = 0; i < module_list_count(); i++)
        if (is_hash(module_list_at(i)))
            nodes += bootfs_nodes_of_name(module_list_at(i)->line.name);
    return nodes;
}

static void add_hash(const struct boot_module *module)
{
    struct slice content = boot_module_content(module);
    (void)bootfs_add_file(&hashes, BOOTFS_TOP, module->line.name, module->given.index,
                          (const uint8_t *)content.text, content.length);
}

/* False if there is no memory for the tree: no module may then be used unverified. */
static bool collect(void)
{
    uint32_t nodes = nodes_wanted();
    if (nodes == 0)
        return true;
    uintptr_t memory = boot_info_take_memory(bootfs_size(nodes));
    if (memory == 0)
        return false;
    bootfs_start(&hashes, (void *)memory, nodes, &listener);
    for (uint32_t i = 0; i < module_list_count(); i++)
        if (is_hash(module_list_at(i)))
            add_hash(module_list_at(i));
    return true;
}

/* The hash module of that name, or NULL. */
static struct boot_module *hash_of(struct slice name)
{
    uint32_t node;
    struct bootfs_stat stat;
    if (hashes.count == 0 || bootfs_find(&hashes, BOOTFS_TOP, name, true, &node) != BOOTFS_OK)
        return NULL;
    bootfs_stat(&hashes, node, &stat);
    return stat.kind == BOOTFS_FILE ? module_list_at(stat.origin) : NULL;
}

static void refuse_hash(struct boot_module *module, const struct boot_module *from,
                        enum digest_status status)
{
    module->state = MODULE_BAD_HASH;
    struct text_sink sink = begin_line(module);
    print_name(&sink, module->line.name);
    text_print(&sink, ": its hash, ");
    if (from != NULL)
        text_print(&sink, "module %u", from->given.index);
    else
        text_print(&sink, "on its line");
    text_print(&sink, ", cannot be read: %s; the module is left out\n", digest_status_str(status));
}

/* Finds the hash of a module: on its line, else in a hash module of its name. */
static void find_hash(struct boot_module *module)
{
    struct boot_module *from = hash_of(module->line.name);
    enum digest_status status = DIGEST_OK;
    if (from != NULL)
        from->hash_used = true;
    if (module->line.hash.text != NULL)
        status = digest_parse(module->line.hash, &module->digest);
    else if (from != NULL)
        status = digest_parse_file(boot_module_content(from), &module->digest);
    if (status != DIGEST_OK)
        refuse_hash(module, module->line.hash.text != NULL ? NULL : from, status);
}

void module_hashes_explain(const struct boot_module *module, char *reason, size_t size)
{
    char expected[DIGEST_TEXT_MAX], found[DIGEST_TEXT_MAX];
    struct text_buffer buffer = {.bytes = reason, .size = size};
    struct text_sink sink = text_buffer_sink(&buffer);
    if (module->state == MODULE_BAD_HASH) {
        text_print(&sink, "its hash cannot be read");
        return;
    }
    (void)digest_print(&module->digest, expected);
    (void)digest_print(&module->found, found);
    text_print(&sink, "hash mismatch: expected %s, found %s", expected, found);
}

static void print_mismatch(const struct boot_module *module)
{
    char reason[MODULE_HASHES_REASON_SIZE];
    struct text_sink sink = begin_line(module);
    print_name(&sink, module->line.name);
    module_hashes_explain(module, reason, sizeof reason);
    text_print(&sink, ": %s; the module is left out\n", reason);
}

static void verify(struct boot_module *module)
{
    if (module->digest.kind == DIGEST_NONE)
        return;
    struct slice content = boot_module_content(module);
    module->found = digest_of(module->digest.kind, (const uint8_t *)content.text, content.length);
    bool same = digest_equal(&module->digest, &module->found);
    module->state = same ? MODULE_VERIFIED : MODULE_MISMATCH;
    if (!same)
        print_mismatch(module);
    tracing_note(content.length, "hash %s: %.*s, %s, %u bytes", same ? "verified" : "mismatch",
                 (int)module->line.name.length, module->line.name.text,
                 digest_kind_str(module->digest.kind), (unsigned)content.length);
}

static void tell_unused(const struct boot_module *hash)
{
    struct text_sink sink = begin_line(hash);
    text_print(&sink, "no module has the name ");
    print_name(&sink, hash->line.name);
    text_print(&sink, " of this hash; nothing is verified by it\n");
}

/* Nothing is used that might have a hash. */
static void refuse_all(void)
{
    log_line("modules: no memory to look for their hashes; all of them are left out");
    for (uint32_t i = 0; i < module_list_count(); i++)
        module_list_at(i)->state = MODULE_REFUSED;
}

void module_hashes_verify(void)
{
    if (!collect()) {
        refuse_all();
        return;
    }
    for (uint32_t i = 0; i < module_list_count(); i++) {
        struct boot_module *module = module_list_at(i);
        if (module->state != MODULE_ACCEPTED || is_hash(module))
            continue;
        find_hash(module);
        if (module->state == MODULE_ACCEPTED)
            verify(module);
    }
    for (uint32_t i = 0; i < module_list_count(); i++)
        if (is_hash(module_list_at(i)) && !module_list_at(i)->hash_used)
            tell_unused(module_list_at(i));
}
