/* What the loader handed over. */
#include "kernel/boot_info.h"

#include "kernel/bios_data.h"
#include "kernel/console.h"

enum {
    PAGE = 4096,          /* page 0 will be unmapped: nothing in it is believed */
    LOW_MIDDLE = 0x80000, /* an EBDA begins here at the lowest */
    LOW_END = 0x9f000,    /* what is above is left to firmware, whatever the map says */
};
#define ONE_MIB 0x100000u

static uint32_t magic, address;
static struct physical_memory memory;
static struct multiboot_info info;
static uint32_t ebda; /* 0: there is none */

extern const char kernel_start[], kernel_end[];

static struct multiboot_bounds kernel_bounds(void)
{
    return (struct multiboot_bounds){(uint32_t)kernel_start, (uint32_t)kernel_end};
}

static struct physical_memory window_up_to(uint64_t end)
{
    uintptr_t start = PAGE;
    uint64_t length = end - start;
    if (length > 0xffffffffu - PAGE)
        length = 0xffffffffu - PAGE;
    return (struct physical_memory){(const uint8_t *)start, PAGE, (uint32_t)length};
}

bool boot_info_any_region_next(uint32_t *cursor, struct multiboot_region *region)
{
    return multiboot_region_next(&memory, &info, cursor, NULL, region);
}

bool boot_info_region_next(uint32_t type, uint32_t *cursor, struct multiboot_region *region)
{
    struct multiboot_region next;
    while (boot_info_any_region_next(cursor, &next))
        if (next.type == type) {
            *region = next;
            return true;
        }
    return false;
}

static bool available_next(uint32_t *cursor, struct multiboot_region *region)
{
    return boot_info_region_next(MULTIBOOT_REGION_AVAILABLE, cursor, region);
}

/* One behind the highest byte of free memory below 4 GiB; at least 1 MiB. */
static uint64_t top_of_memory(void)
{
    uint64_t top = ONE_MIB;
    uint32_t cursor = 0;
    struct multiboot_region region;
    while (available_next(&cursor, &region))
        if (region.start < UINT32_MAX && region.start + region.length > top)
            top = region.start + region.length;
    if (info.map_length == 0 && info.has_memory_sizes)
        top += (uint64_t)info.upper_kib * 1024;
    return info.map_length == 0 && !info.has_memory_sizes ? UINT32_MAX : top;
}

void boot_info_find(uint32_t given_magic, uint32_t given_address)
{
    magic = given_magic;
    address = given_address;
    memory = window_up_to(UINT32_MAX);
    (void)multiboot_info_read(&memory, magic, address, NULL, &info);
}

static void print_refusal(void *context, const struct multiboot_refusal *refusal)
{
    (void)context;
    log_line("multiboot: item %u at 0x%llx (%llu bytes) is refused: %s", refusal->index,
             (unsigned long long)refusal->address, (unsigned long long)refusal->length,
             multiboot_fault_str(refusal->fault));
}

static const struct multiboot_listener listener = {print_refusal, NULL};

void boot_info_read(void)
{
    ebda = bios_data_ebda();
    memory = window_up_to(top_of_memory());
    if (!multiboot_info_read(&memory, magic, address, &listener, &info)) {
        log_line("multiboot: no information: going on without command line, modules and map");
        return;
    }
    uint32_t cursor = 0;
    struct multiboot_region region;
    while (multiboot_region_next(&memory, &info, &cursor, &listener, &region))
        continue; /* for its refusals */
    if (info.map_length == 0)
        log_line("multiboot: no memory map; %s",
                 info.has_memory_sizes ? "the memory sizes stand for it"
                                       : "addresses cannot be checked against memory");
}

const struct multiboot_info *boot_info(void)
{
    return &info;
}

bool boot_info_module(uint32_t index, struct multiboot_module *module)
{
    const struct multiboot_bounds bounds = kernel_bounds();
    return multiboot_module_read(&memory, &info, &bounds, index, &listener, module);
}

struct span {
    uint64_t start;
    uint64_t end;
};

static struct span taken[BOOT_INFO_PIECES_MAX];
static uint32_t taken_count;

static struct span string_span(const struct multiboot_string *string)
{
    uint32_t start = (uint32_t)(uintptr_t)string->text;
    return (struct span){start,
                         string->text == NULL ? start : (uint64_t)start + string->length + 1};
}

/* Piece `index` of what must not be overwritten; false behind the last one. */
static bool occupied(uint32_t index, struct span *span)
{
    const struct multiboot_bounds bounds = kernel_bounds();
    const struct span fixed[] = {
        {bounds.reserved_start, bounds.reserved_end},
        {info.address, (uint64_t)info.address + info.length},
        {info.map_address, (uint64_t)info.map_address + info.map_length},
        {info.module_list, (uint64_t)info.module_list + 16ull * info.module_count},
        string_span(&info.command_line),
        string_span(&info.loader),
    };
    const uint32_t fixed_count = sizeof fixed / sizeof fixed[0];
    if (index < fixed_count) {
        *span = fixed[index];
        return true;
    }
    index -= fixed_count;
    if (index < taken_count) {
        *span = taken[index];
        return true;
    }
    index -= taken_count;
    uint32_t module_index = index / 2;
    if (module_index >= info.module_count)
        return false;
    *span = (struct span){0, 0};
    struct multiboot_module module;
    if (multiboot_module_read(&memory, &info, &bounds, module_index, NULL, &module))
        *span = index % 2 == 0 ? (struct span){module.start, module.end}
                               : string_span(&module.command_line);
    return true;
}

/* The lowest page at or above `start` where `size` bytes overlap nothing.  Loaders place things
 * in ascending order, so this takes two rounds over them, seldom more. */
static uint64_t step_over_occupied(uint64_t start, uint64_t size)
{
    for (;;) {
        uint64_t before = start;
        struct span span;
        for (uint32_t i = 0; occupied(i, &span); i++)
            if (span.start < span.end && span.start < start + size && span.end > start)
                start = (span.end + PAGE - 1) & ~(uint64_t)(PAGE - 1);
        if (start == before)
            return start;
    }
}

static uint32_t fit(uint64_t start, uint64_t end, uint64_t size)
{
    if (start < ONE_MIB)
        start = ONE_MIB;
    if (end > 0xfffff000u)
        end = 0xfffff000u;
    start = step_over_occupied((start + PAGE - 1) & ~(uint64_t)(PAGE - 1), size);
    return start < end && end - start >= size ? (uint32_t)start : 0;
}

static uint32_t find_memory(uint64_t size)
{
    uint32_t found = 0, cursor = 0;
    struct multiboot_region region;
    while (found == 0 && available_next(&cursor, &region)) {
        found = fit(region.start, region.start + region.length, size);
        if (!multiboot_is_ram(&memory, &info, found, size))
            found = 0; /* a region of another type overlaps it */
    }
    if (info.map_length == 0 && info.has_memory_sizes)
        found = fit(ONE_MIB, ONE_MIB + (uint64_t)info.upper_kib * 1024, size);
    return found;
}

/* Notes that the piece at `start` is taken.  0 if `start` is, or if the note has no room. */
static uint32_t take(uint32_t start, uint64_t size)
{
    if (start == 0 || taken_count == BOOT_INFO_PIECES_MAX)
        return 0;
    taken[taken_count++] = (struct span){start, start + size};
    return start;
}

uint32_t boot_info_take_memory(uint64_t size)
{
    return take(find_memory(size), size);
}

void boot_info_keep_only(uint32_t start, uint64_t kept)
{
    for (uint32_t i = 0; i < taken_count; i++)
        if (taken[i].start == start && taken[i].end - start > kept)
            taken[i].end = start + ((kept + PAGE - 1) & ~(uint64_t)(PAGE - 1));
}

static bool is_free_low_page(uint32_t page)
{
    return multiboot_is_ram(&memory, &info, page, PAGE) && step_over_occupied(page, PAGE) == page &&
           (ebda == 0 || page + PAGE <= ebda);
}

static uint32_t find_low_page(void)
{
    if (info.map_length == 0 && !info.has_memory_sizes)
        return 0;
    for (uint32_t page = LOW_MIDDLE - PAGE; page >= PAGE; page -= PAGE)
        if (is_free_low_page(page))
            return page;
    for (uint32_t page = LOW_MIDDLE; page < LOW_END; page += PAGE)
        if (is_free_low_page(page))
            return page;
    return 0;
}

uint32_t boot_info_take_low_page(void)
{
    return take(find_low_page(), PAGE);
}

uint64_t boot_info_memory_kib(void)
{
    uint64_t bytes = 0;
    uint32_t cursor = 0;
    struct multiboot_region region;
    while (available_next(&cursor, &region))
        bytes += region.length;
    if (info.map_length == 0 && info.has_memory_sizes)
        bytes = ((uint64_t)info.lower_kib + info.upper_kib) * 1024;
    return bytes / 1024;
}

uint64_t boot_info_free_bytes(void)
{
    uint64_t all = boot_info_memory_kib() * 1024, used = 0;
    struct span span;
    for (uint32_t i = 0; occupied(i, &span); i++)
        used += span.end - span.start;
    return used < all ? all - used : 0;
}
