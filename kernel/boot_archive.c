/* The boot archive. */
#include "kernel/boot_archive.h"

#include "boot/archive.h"
#include "kernel/complaint.h"
#include "kernel/console.h"
#include "kernel/files.h"
#include "kernel/kern_boottrace.h"
#include "kernel/tslog.h"
#include "kernel/tunables.h"

static bool there;

/* Every word of it, once: what a benchmark holds the time of indexing against. */
static void read_once(struct slice content)
{
    const volatile uint32_t *words = (const volatile uint32_t *)(const void *)content.text;
    kern_boottrace_note(0, "reading archive");
    for (size_t left = content.length / 4; left > 0; left--)
        (void)*words++;
    kern_boottrace_note(0, "archive read");
}

static void print_unreadable(const struct boot_module *module, const struct archive *archive)
{
    struct archive_entry entry;
    struct archive copy = *archive;
    const char *advice =
        archive->format == ARCHIVE_GZIP ? BOOT_ARCHIVE_GZIP_ADVICE : "the boot goes on without it";
    log_line("module %u: the boot archive cannot be read: %s; %s", module->given.index,
             archive_status_str(archive_next(&copy, &entry)), advice);
}

uint32_t boot_archive_measure(struct boot_module *module)
{
    TSSCOPE("boot_archive_measure");
    if (module == NULL)
        return 0;
    struct slice content = boot_module_content(module);
    struct archive archive = {.bytes = (const uint8_t *)content.text, .length = content.length};
    if (tunable(TUNABLE_READ_ARCHIVE))
        read_once(content);
    enum archive_format format = archive_open(&archive);
    if (format == ARCHIVE_UNKNOWN || format == ARCHIVE_GZIP) {
        boot_module_refuse(module, "no archive that can be read");
        print_unreadable(module, &archive);
        return 0;
    }
    there = true;
    struct archive_count count;
    kern_boottrace_note(0, "indexing archive");
    (void)archive_count(archive.bytes, archive.length, &count); /* damage is told by indexing */
    return bootfs_nodes_of_archive(&count);
}

static void print_damage(const struct boot_module *module, const struct archive *archive,
                         enum archive_status status, uint32_t entries)
{
    log_line("module %u: the boot archive is damaged at offset %u: %s; what lies before is used "
             "(entries: %u)",
             module->given.index, (unsigned)archive->offset, archive_status_str(status), entries);
}

static void print_false_sum(const struct boot_module *module, const struct archive_entry *entry)
{
    struct text_sink sink = console_text();
    text_print(&sink, "module %u: the boot archive's ", module->given.index);
    complaint_print_name(&sink, entry->name);
    text_print(&sink, " at offset %u has a wrong sum; it is left out\n", (unsigned)entry->offset);
}

/* One archive behind another, as some loaders make them, is not read. */
static void print_rest(const struct boot_module *module, const struct archive *archive)
{
    struct slice rest = archive_rest(archive);
    if (rest.length > 0)
        log_line("module %u: %u bytes behind the boot archive's end mark, from offset %u on, are "
                 "not read",
                 module->given.index, (unsigned)rest.length,
                 (unsigned)(archive->length - rest.length));
}

/* Reads an entry; one whose content has a wrong sum is passed over, and does not end the
 * archive. */
static bool goes_on(struct archive *archive, struct archive_entry *entry,
                    enum archive_status *status)
{
    size_t before = archive->offset;
    *status = archive_next(archive, entry);
    return *status == ARCHIVE_OK || archive->offset != before;
}

void boot_archive_index(const struct boot_module *module, uint32_t reserved)
{
    TSSCOPE("boot_archive_index");
    if (!there)
        return;
    struct slice content = boot_module_content(module);
    struct archive archive = {.bytes = (const uint8_t *)content.text, .length = content.length};
    struct archive_entry entry;
    enum archive_status status;
    uint32_t entries = 0, false_sums = 0, others = 0;
    enum archive_format format = archive_open(&archive);
    while (goes_on(&archive, &entry, &status)) {
        entries++;
        others += entry.kind == ARCHIVE_OTHER;
        if (status == ARCHIVE_OK)
            (void)bootfs_add_entry(files_tree(), BOOTFS_TOP, &entry, reserved);
        else
            print_false_sum(module, &entry);
        false_sums += status != ARCHIVE_OK;
    }
    if (others > 0)
        log_line(
            "module %u: entries of the boot archive that are neither file, directory nor link are "
            "left out: %u",
            module->given.index, others);
    uint32_t empty = bootfs_end_archive(files_tree());
    if (status != ARCHIVE_END)
        print_damage(module, &archive, status, entries);
    else
        print_rest(module, &archive);
    if (empty > 0 && (status != ARCHIVE_END || false_sums > 0))
        log_line("module %u: names of files with several that are empty now, as the damage may "
                 "have had their content: %u",
                 module->given.index, empty);
    kern_boottrace_note(content.length, "archive indexed: %s, %u entries, %u bytes",
                        archive_format_str(format), entries, (unsigned)content.length);
}

bool boot_archive_is_there(void)
{
    return there;
}
