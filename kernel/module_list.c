/* The boot modules as the loader listed them. */
#include "kernel/module_list.h"

#include "boot/archive.h"
#include "kernel/boot_archive.h"
#include "kernel/boot_info.h"
#include "kernel/complaint.h"
#include "kernel/console.h"
#include "kernel/kern_boottrace.h"

static struct boot_module *list; /* NULL: none, or no memory for the list */
static uint32_t count;

static void print_unknown(void *context, enum module_line_fault fault, struct slice word)
{
    const struct multiboot_module *module = context;
    char where[24];
    struct text_buffer buffer = {.bytes = where, .size = sizeof where};
    struct text_sink sink = text_buffer_sink(&buffer);
    text_print(&sink, "module %u", module->index);
    sink = console_text();
    complaint_print(&sink, (struct slice){where, buffer.length},
                    &(struct diagnosis){.what = module_line_fault_str(fault),
                                        .subject = word,
                                        .offset = DIAGNOSIS_NOWHERE,
                                        .instead = "the word is ignored"});
}

static void read_module(uint32_t index)
{
    struct boot_module *module = &list[index];
    *module = (struct boot_module){.given.index = index};
    bool usable = boot_info_module(index, &module->given);
    if (!usable)
        kern_boottrace_note(0, "module refused");
    const struct multiboot_string *text = &module->given.command_line;
    const struct module_line_listener listener = {print_unknown, &module->given};
    module_line_parse(text->text, text->length, &listener, &module->line);
    module->state = usable ? MODULE_ACCEPTED : MODULE_REFUSED;
}

/* The next bare line at or behind *index. */
static struct boot_module *next_bare(uint32_t *index)
{
    while (*index < count) {
        struct boot_module *module = &list[(*index)++];
        if (module->state == MODULE_ACCEPTED && module->line.bare)
            return module;
    }
    return NULL;
}

static uint32_t count_bare(void)
{
    uint32_t bare = 0, index = 0;
    while (next_bare(&index) != NULL)
        bare++;
    return bare;
}

static bool has_archive_line(void)
{
    for (uint32_t i = 0; i < count; i++)
        if (list[i].state == MODULE_ACCEPTED && list[i].line.type == MODULE_TYPE_ROOTFS)
            return true;
    return false;
}

static bool is_archive(const struct boot_module *module)
{
    struct slice content = boot_module_content(module);
    return archive_readable((const uint8_t *)content.text, content.length);
}

static bool is_compressed(const struct boot_module *module)
{
    struct slice content = boot_module_content(module);
    struct archive archive = {.bytes = (const uint8_t *)content.text, .length = content.length};
    return archive_open(&archive) == ARCHIVE_GZIP;
}

static bool is_hash(const struct boot_module *module)
{
    struct digest ignored;
    return digest_parse_file(boot_module_content(module), &ignored) == DIGEST_OK;
}

static void take_as_archive(struct boot_module *archive, struct boot_module *hash)
{
    archive->line.type = MODULE_TYPE_ROOTFS;
    log_line("module %u: an old-style line: taken as the boot archive", archive->given.index);
    if (hash == NULL)
        return;
    hash->line.type = MODULE_TYPE_HASH;
    hash->line.name = archive->line.name;
    log_line("module %u: an old-style line: taken as the hash of module %u", hash->given.index,
             archive->given.index);
}

static void apply_old_style(void)
{
    uint32_t index = 0, bare = count_bare();
    struct boot_module *first = next_bare(&index);
    struct boot_module *second = next_bare(&index);
    if (bare == 0 || has_archive_line())
        return;
    if (bare > 2)
        log_line("modules: %u bare lines, but an old menu has one or two: all kept as files", bare);
    else if (is_compressed(first))
        log_line("module %u: a bare line, and compressed with gzip: kept as a file; if it is the "
                 "boot archive, " BOOT_ARCHIVE_GZIP_ADVICE,
                 first->given.index);
    else if (!is_archive(first))
        log_line("module %u: a bare line, but no archive that can be read: kept as a file",
                 first->given.index);
    else if (second != NULL && !is_hash(second))
        log_line("modules %u and %u: bare lines, but the second is no hash: both kept as files",
                 first->given.index, second->given.index);
    else
        take_as_archive(first, second);
}

void module_list_read(void)
{
    uint32_t wanted = boot_info()->module_count;
    if (wanted == 0)
        return;
    uintptr_t memory = boot_info_take_memory((uint64_t)wanted * sizeof *list);
    if (memory == 0) {
        log_line("modules: no memory for a list of %u; going on without them", wanted);
        return;
    }
    list = (struct boot_module *)memory;
    count = wanted;
    complaint_start();
    for (uint32_t i = 0; i < count; i++)
        read_module(i);
    apply_old_style();
}

uint32_t module_list_count(void)
{
    return count;
}

struct boot_module *module_list_at(uint32_t index)
{
    return &list[index];
}

struct slice boot_module_name(const struct boot_module *module)
{
    static const char folder[] = "system/boot/";
    struct slice name = module->line.name;
    size_t skip = 0;
    while (skip < name.length && name.text[skip] == '/')
        skip++;
    struct slice rest = slice_behind(name, skip);
    bool inside = slice_begins(rest, folder) && rest.length > sizeof folder - 1;
    return inside ? slice_behind(rest, sizeof folder - 1) : name;
}

const char *module_state_str(enum module_state state)
{
    switch (state) {
    case MODULE_REFUSED:
        return "refused";
    case MODULE_ACCEPTED:
        return "accepted";
    case MODULE_VERIFIED:
        return "verified";
    case MODULE_MISMATCH:
        return "mismatch";
    case MODULE_BAD_HASH:
        return "bad-hash";
    case MODULE_IGNORED:
        return "ignored";
    }
    return "unknown";
}
