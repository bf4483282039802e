/* Hashes find their modules through a tree of their own (boot/bootfs.h): the hash of a module is
 * the file " " in a directory that has the module's name.  So a name means there what it means
 * for files, and finding takes no time; and as no module's name holds a blank, no name can stand
 * in the way of another's hash. */
#include "kernel/module_hashes.h"

#include "boot/bootfs.h"
#include "kernel/boot_info.h"
#include "kernel/complaint.h"
#include "kernel/console.h"
#include "kernel/kern_boottrace.h"
#include "kernel/tslog.h"

static const struct slice leaf = {" ", 1};
static struct bootfs hashes;

static bool is_hash(const struct boot_module *module)
{
    return module->line.type == MODULE_TYPE_HASH;
}

static struct text_sink begin_line(const struct boot_module *module)
{
    struct text_sink sink = console_text();
    text_print(&sink, "module %u: ", module->given.index);
    return sink;
}

/* Of two hashes of one name the later one counts. */
static void print_note(void *context, const struct bootfs_note *note)
{
    (void)context;
    struct boot_module *loser = module_list_at(note->origin);
    struct text_sink sink = begin_line(loser);
    loser->hash_done = true; /* told once */
    text_print(&sink, "the hash of ");
    complaint_print_name(&sink, loser->line.name);
    text_print(&sink, " gives way to that of module %u\n", note->by);
}

static const struct bootfs_listener listener = {print_note, NULL};

static uint32_t nodes_wanted(void)
{
    uint32_t nodes = 0;
    for (uint32_t i = 0; i < module_list_count(); i++)
        if (is_hash(module_list_at(i)))
            nodes += bootfs_nodes_of_name(boot_module_name(module_list_at(i))) + 1;
    return nodes;
}

static bool add_hash(const struct boot_module *module)
{
    uint32_t folder;
    struct slice content = boot_module_content(module), name = boot_module_name(module);
    return bootfs_add_directory(&hashes, BOOTFS_TOP, name, module->given.index) == BOOTFS_OK &&
           bootfs_find(&hashes, BOOTFS_TOP, name, true, &folder) == BOOTFS_OK &&
           bootfs_add_file(&hashes, folder, leaf, module->given.index,
                           (const uint8_t *)content.text, content.length) == BOOTFS_OK;
}

/* False if a hash could not be taken in: no module may then be used, as it might be of any. */
static bool collect(void)
{
    uint32_t nodes = nodes_wanted();
    if (nodes == 0)
        return true;
    uint64_t size = bootfs_size(nodes);
    uintptr_t memory = size == 0 ? 0 : boot_info_take_memory(size);
    if (memory == 0)
        return false;
    bootfs_start(&hashes, (void *)memory, nodes, &listener);
    bool all = true;
    for (uint32_t i = 0; i < module_list_count(); i++)
        if (is_hash(module_list_at(i)))
            all = add_hash(module_list_at(i)) && all;
    return all;
}

/* The hash module of that name, or NULL. */
static struct boot_module *hash_of(struct slice name)
{
    uint32_t node;
    struct bootfs_stat stat;
    if (hashes.count == 0 || bootfs_find(&hashes, BOOTFS_TOP, name, true, &node) != BOOTFS_OK ||
        bootfs_find(&hashes, node, leaf, true, &node) != BOOTFS_OK)
        return NULL;
    bootfs_stat(&hashes, node, &stat);
    return module_list_at(stat.origin);
}

static void refuse_hash(struct boot_module *module, const struct boot_module *from, const char *why)
{
    module->state = MODULE_BAD_HASH;
    module->why = "its hash cannot be read";
    struct text_sink sink = begin_line(module);
    complaint_print_name(&sink, module->line.name);
    text_print(&sink, ": its hash, ");
    if (from != NULL)
        text_print(&sink, "module %u", from->given.index);
    else
        text_print(&sink, "on its line");
    text_print(&sink, ", cannot be read: %s; the module is left out\n", why);
}

static void take_from_line(struct boot_module *module)
{
    enum digest_status status = digest_parse(module->line.hash, &module->digest);
    if (status != DIGEST_OK)
        refuse_hash(module, NULL, digest_status_str(status));
}

static void take_from_module(struct boot_module *module, const struct boot_module *from)
{
    enum digest_status status = digest_parse_file(boot_module_content(from), &module->digest);
    if (from->state == MODULE_REFUSED)
        refuse_hash(module, from, "it is not in memory");
    else if (!boot_module_is_used(from))
        refuse_hash(module, from, "it is not what its own hash says");
    else if (status != DIGEST_OK)
        refuse_hash(module, from, digest_status_str(status));
}

static void tell_overruled(struct boot_module *hash, const struct boot_module *module)
{
    if (!hash->hash_done)
        log_line("module %u: not looked at, because module %u has its hash on its line",
                 hash->given.index, module->given.index);
}

/* Finds the hash of a module: on its line, else in a hash module of its name. */
static void find_hash(struct boot_module *module)
{
    struct boot_module *from = is_hash(module) ? NULL : hash_of(boot_module_name(module));
    if (module->line.hash.text != NULL)
        take_from_line(module);
    else if (from != NULL)
        take_from_module(module, from);
    if (from == NULL)
        return;
    if (module->line.hash.text != NULL)
        tell_overruled(from, module);
    from->hash_done = true;
}

void module_hashes_explain(const struct text_sink *sink, const struct boot_module *module)
{
    char expected[DIGEST_TEXT_MAX], found[DIGEST_TEXT_MAX];
    if (module->state == MODULE_BAD_HASH) {
        text_print(sink, "%s", module->why);
        return;
    }
    (void)digest_print(&module->digest, expected);
    (void)digest_print(&module->found, found);
    text_print(sink, "hash mismatch: expected %s, found %s", expected, found);
}

static void print_mismatch(const struct boot_module *module)
{
    struct text_sink sink = begin_line(module);
    complaint_print_name(&sink, module->line.name);
    text_print(&sink, ": ");
    module_hashes_explain(&sink, module);
    text_print(&sink, "; the module is left out\n");
}

static void verify(struct boot_module *module)
{
    if (module->digest.kind == DIGEST_NONE)
        return;
    TSSCOPE("verify");
    struct slice content = boot_module_content(module);
    module->found = digest_of(module->digest.kind, (const uint8_t *)content.text, content.length);
    bool same = digest_equal(&module->digest, &module->found);
    module->state = same ? MODULE_VERIFIED : MODULE_MISMATCH;
    if (!same)
        print_mismatch(module);
    struct slice name = kern_boottrace_name(module->line.name);
    kern_boottrace_note(content.length, "hash %s: %.*s, %s, %u bytes",
                        same ? "verified" : "mismatch", (int)name.length, name.text,
                        digest_kind_str(module->digest.kind), (unsigned)content.length);
}

/* What the loader left out, and should have had a certain content, has not that content. */
static void verify_absent(struct boot_module *module)
{
    find_hash(module);
    if (module->digest.kind == DIGEST_NONE || module->state != MODULE_REFUSED)
        return;
    module->state = MODULE_BAD_HASH;
    module->why = "it is not in memory, so its hash cannot be verified";
}

static void tell_unused(const struct boot_module *hash)
{
    struct text_sink sink = begin_line(hash);
    text_print(&sink, "no module has the name ");
    complaint_print_name(&sink, hash->line.name);
    text_print(&sink, " of this hash; nothing is verified by it\n");
}

/* Nothing is used that might have a hash. */
static void refuse_all(void)
{
    log_line("modules: their hashes do not fit into memory; all modules are left out");
    for (uint32_t i = 0; i < module_list_count(); i++)
        boot_module_refuse(module_list_at(i), "no memory for hashes");
}

/* Hash modules first: what one of them says depends on whether it is itself what it should be. */
static void verify_all(bool hash_modules)
{
    for (uint32_t i = 0; i < module_list_count(); i++) {
        struct boot_module *module = module_list_at(i);
        if (is_hash(module) != hash_modules)
            continue;
        if (module->state == MODULE_REFUSED) {
            verify_absent(module);
            continue;
        }
        find_hash(module);
        if (module->state == MODULE_ACCEPTED)
            verify(module);
    }
}

void module_hashes_verify(void)
{
    TSSCOPE("module_hashes_verify");
    if (!collect()) {
        refuse_all();
        return;
    }
    verify_all(true);
    verify_all(false);
    for (uint32_t i = 0; i < module_list_count(); i++)
        if (is_hash(module_list_at(i)) && !module_list_at(i)->hash_done)
            tell_unused(module_list_at(i));
}
