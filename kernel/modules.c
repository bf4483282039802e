/* The boot modules. */
#include "kernel/modules.h"

#include "boot/cpio.h"
#include "boot/module_line.h"
#include "kernel/boot_info.h"
#include "kernel/console.h"
#include "kernel/tracing.h"
#include "trace/stream.h"

static struct {
    const uint8_t *bytes; /* NULL: none */
    size_t length;
} archive;

static void print_unknown(void *context, enum module_line_fault fault, struct module_slice slice)
{
    const struct multiboot_module *module = context;
    struct text_sink sink = console_text();
    text_print(&sink, "module %u: '", module->index);
    text_print_foreign(&sink, slice.text, slice.length);
    text_print(&sink, "': %s; the word is ignored\n", module_line_fault_str(fault));
}

static void print_module(const struct multiboot_module *module, const struct module_line *line)
{
    struct text_sink sink = console_text();
    text_print(&sink, "module %u: ", module->index);
    text_print_foreign(&sink, line->name.text, line->name.length);
    text_print(&sink, ", %s, %u bytes at 0x%x\n", module_type_str(line->type),
               module->end - module->start, module->start);
}

/* Goes through the archive once, so that damage is told where it lies. */
static void check_archive(uint32_t index)
{
    struct cpio_entry entry;
    size_t offset = 0;
    uint32_t entries = 0;
    enum cpio_status status;
    while ((status = cpio_entry_next(archive.bytes, archive.length, &offset, &entry)) == CPIO_OK)
        entries++;
    if (status != CPIO_END)
        log_line(
            "module %u: the boot archive is damaged at offset %u: %s; the %u entries before it "
            "are used",
            index, (unsigned)offset, cpio_status_str(status), entries);
}

static void note_archive(const struct multiboot_module *module)
{
    uintptr_t start = module->start;
    if (archive.bytes != NULL)
        log_line("module %u: replaces the boot archive before it", module->index);
    archive.bytes = (const uint8_t *)start;
    archive.length = module->end - module->start;
    check_archive(module->index);
}

static void accept(struct multiboot_module *module)
{
    const struct multiboot_string *text = &module->command_line;
    const struct module_line_listener listener = {print_unknown, module};
    struct module_line line;
    module_line_parse(text->text, text->length, &listener, &line);
    print_module(module, &line);
    tracing_send_module(&(struct stream_module){
        .index = module->index,
        .command_line = text->text,
        .command_line_length = text->length,
        .name = line.name.text,
        .name_length = line.name.length,
        .type = module_type_str(line.type),
        .size = module->end - module->start,
        .digest = "",
        .state = "accepted",
    });
    TRACE_EVENT("module accepted");
    if (line.type == MODULE_TYPE_ROOTFS)
        note_archive(module);
}

void modules_read(void)
{
    for (uint32_t i = 0; i < boot_info()->module_count; i++) {
        struct multiboot_module module;
        if (boot_info_module(i, &module))
            accept(&module);
        else
            TRACE_EVENT("module refused");
    }
}

bool modules_have_archive(void)
{
    return archive.bytes != NULL;
}

bool modules_find_file(const char *path, const uint8_t **content, size_t *length)
{
    struct cpio_entry entry;
    if (archive.bytes == NULL || !cpio_find(archive.bytes, archive.length, path, &entry) ||
        (entry.mode & CPIO_MODE_TYPE) != CPIO_MODE_FILE)
        return false;
    *content = entry.data;
    *length = entry.size;
    return true;
}
