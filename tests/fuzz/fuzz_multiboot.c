/* Multiboot information from a hostile loader.
 *
 * Input: the window's start address and the structure's address (4 bytes each, little-endian),
 * then the bytes of the window.
 *
 * Property: nothing is read outside the window (the sanitizer's part); what is accepted is what
 * boot/multiboot.h promises: strings end inside the window, regions are not empty and do not
 * wrap, modules lie in memory and neither on the kernel nor on the structure; whatever is not
 * accepted was told, a module once; and the map's cursor always advances. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boot/bytes.h"
#include "boot/multiboot.h"
#include "tests/fuzz/require.h"

static const struct multiboot_bounds bounds = {0x100000, 0x110000};

static uint32_t refusals;

static void count(void *context, const struct multiboot_refusal *refusal)
{
    (void)context;
    require(refusal->fault != MULTIBOOT_FAULT_NONE);
    require(multiboot_fault_str(refusal->fault)[0] != '\0');
    refusals++;
}

static const struct multiboot_listener listener = {count, NULL};

static void check_string(const struct physical_memory *memory, struct multiboot_string string)
{
    if (string.text == NULL) {
        require(string.length == 0);
        return;
    }
    const uint8_t *text = (const uint8_t *)string.text;
    require(text >= memory->bytes && text < memory->bytes + memory->length);
    require(string.length < (size_t)(memory->bytes + memory->length - text));
    require(__builtin_strlen(string.text) == string.length);
}

/* Whether one region alone says that the byte is free memory, and none that it is not. */
static bool is_free_byte(const struct physical_memory *memory, const struct multiboot_info *info,
                         uint64_t address)
{
    struct multiboot_region region;
    uint32_t cursor = 0;
    bool available = false;
    while (multiboot_region_next(memory, info, &cursor, NULL, &region)) {
        if (address < region.start || address >= region.start + region.length)
            continue;
        if (region.type != MULTIBOOT_REGION_AVAILABLE)
            return false;
        available = true;
    }
    return available;
}

static void check_module(const struct physical_memory *memory, const struct multiboot_info *info,
                         const struct multiboot_module *module)
{
    check_string(memory, module->command_line);
    require(module->start <= module->end);
    if (module->start == module->end)
        return;
    require(multiboot_is_ram(memory, info, module->start, module->end - module->start));
    require(module->end <= bounds.reserved_start || module->start >= bounds.reserved_end);
    require(module->end <= info->address ||
            module->start >= (uint64_t)info->address + info->length);
    if (info->map_length > 0)
        require(is_free_byte(memory, info, module->start) &&
                is_free_byte(memory, info, module->end - 1));
}

static void check_modules(const struct physical_memory *memory, const struct multiboot_info *info)
{
    for (uint32_t i = 0; i < info->module_count; i++) {
        struct multiboot_module module;
        uint32_t before = refusals;
        if (multiboot_module_read(memory, info, &bounds, i, &listener, &module)) {
            require(module.index == i && refusals <= before + 1);
            check_module(memory, info, &module);
        } else {
            require(refusals == before + 1);
        }
    }
}

static void check_regions(const struct physical_memory *memory, const struct multiboot_info *info)
{
    struct multiboot_region region;
    uint32_t cursor = 0, before = 0;
    while (multiboot_region_next(memory, info, &cursor, &listener, &region)) {
        require(cursor > before && cursor <= info->map_length);
        require(region.length > 0 && region.start + region.length > region.start);
        before = cursor;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 8)
        return 0;
    uint32_t start = read_le32(data), address = read_le32(data + 4);
    uint32_t length = (uint32_t)(size - 8);
    if (length > 0xffffffff - start)
        start = 0xffffffff - length;
    struct physical_memory memory = {data + 8, start, length};
    struct multiboot_info info;
    refusals = 0;
    if (!multiboot_info_read(&memory, MULTIBOOT_MAGIC, address, &listener, &info)) {
        require(refusals == 1 && info.module_count == 0 && info.map_length == 0);
        return 0;
    }
    check_string(&memory, info.command_line);
    check_string(&memory, info.loader);
    check_regions(&memory, &info);
    check_modules(&memory, &info);
    return 0;
}
