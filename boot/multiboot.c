/* What a Multiboot 1 loader tells: reading and checking it.
 *
 * Section 3.3 of the specification gives the offsets below.  All of them are untrusted, as is
 * every address that they lead to: physical_bytes_at() is the only way to a byte. */
#include "boot/multiboot.h"

#include <stddef.h>

#include "boot/bytes.h"

enum {
    INFO_FLAGS = 0,
    INFO_LOWER = 4,
    INFO_UPPER = 8,
    INFO_COMMAND_LINE = 16,
    INFO_MODULE_COUNT = 20,
    INFO_MODULE_LIST = 24,
    INFO_MAP_LENGTH = 44,
    INFO_MAP_ADDRESS = 48,
    INFO_LOADER_NAME = 64,

    MODULE_START = 0,
    MODULE_END = 4,
    MODULE_STRING = 8,
    MODULE_ENTRY = 16, /* bytes; the last four are reserved, and garbage with GRUB */

    /* The size stands before what it counts, and does not count itself. */
    MAP_SIZE = 0,
    MAP_START = 4,
    MAP_LENGTH = 12,
    MAP_TYPE = 20,
    MAP_SIZE_LEAST = 20,
};

#define MIB (1024u * 1024)

/* Passes over a map to join adjoining regions.  A map sorted by address, as firmware gives it,
 * needs one or two; the bound keeps a hostile order from costing more than linear time. */
#define JOIN_PASSES 8

static void refuse(const struct multiboot_listener *listener, struct multiboot_refusal refusal)
{
    if (listener != NULL)
        listener->refused(listener->context, &refusal);
}

/* Finds the string at `address`; absent at 0, and where there is a fault. */
static enum multiboot_fault find_string(const struct physical_memory *memory, uint32_t address,
                                        struct multiboot_string *string)
{
    *string = (struct multiboot_string){0};
    if (address == 0)
        return MULTIBOOT_FAULT_NONE;
    const uint8_t *text = physical_bytes_at(memory, address, 1);
    if (text == NULL)
        return MULTIBOOT_FAULT_STRING_OUTSIDE;

    uint32_t room = memory->length - (address - memory->start);
    uint32_t limit = room <= MULTIBOOT_STRING_MAX ? room : MULTIBOOT_STRING_MAX + 1;
    uint32_t length = 0;
    while (length < limit && text[length] != 0)
        length++;
    if (length == limit)
        return MULTIBOOT_FAULT_STRING_UNTERMINATED;
    *string = (struct multiboot_string){(const char *)text, length};
    return MULTIBOOT_FAULT_NONE;
}

static struct multiboot_string read_string(const struct physical_memory *memory, uint32_t address,
                                           const struct multiboot_listener *listener)
{
    struct multiboot_string string;
    enum multiboot_fault fault = find_string(memory, address, &string);
    if (fault != MULTIBOOT_FAULT_NONE)
        refuse(listener, (struct multiboot_refusal){.fault = fault, .address = address});
    return string;
}

static void read_list(const struct physical_memory *memory, uint32_t count, uint32_t address,
                      const struct multiboot_listener *listener, struct multiboot_info *info)
{
    if (count == 0)
        return;
    if (count > MULTIBOOT_MODULES_MAX) {
        refuse(listener,
               (struct multiboot_refusal){MULTIBOOT_FAULT_LIST_ABSURD, 0, address, count});
        return;
    }
    uint32_t length = count * MODULE_ENTRY;
    if (physical_bytes_at(memory, address, length) == NULL) {
        refuse(listener,
               (struct multiboot_refusal){MULTIBOOT_FAULT_LIST_OUTSIDE, 0, address, length});
        return;
    }
    info->module_count = count;
    info->module_list = address;
}

/* Bytes that the map entry at the start of `length` bytes takes, or 0 if it is not whole. */
static uint32_t entry_length(const uint8_t *entry, uint32_t length)
{
    if (length < 4)
        return 0;
    uint32_t size = read_le32(entry + MAP_SIZE);
    return size >= MAP_SIZE_LEAST && size <= length - 4 ? size + 4 : 0;
}

/* Bytes of the map's first `length` that are whole entries, and how many these are. */
static uint32_t whole_entries(const uint8_t *map, uint32_t length, uint32_t *count)
{
    uint32_t at = 0;
    *count = 0;
    for (uint32_t taken; (taken = entry_length(map + at, length - at)) != 0; at += taken)
        ++*count;
    return at;
}

static bool has_available_region(const struct physical_memory *memory,
                                 const struct multiboot_info *info)
{
    uint32_t cursor = 0;
    struct multiboot_region region;
    while (multiboot_region_next(memory, info, &cursor, NULL, &region))
        if (region.type == MULTIBOOT_REGION_AVAILABLE)
            return true;
    return false;
}

static enum multiboot_fault judge_map(const struct physical_memory *memory, uint32_t address,
                                      uint32_t length)
{
    if (length > MULTIBOOT_MAP_MAX)
        return MULTIBOOT_FAULT_MAP_ABSURD;
    if (physical_bytes_at(memory, address, length) == NULL)
        return MULTIBOOT_FAULT_MAP_OUTSIDE;
    return MULTIBOOT_FAULT_NONE;
}

static void read_map(const struct physical_memory *memory, uint32_t address, uint32_t length,
                     const struct multiboot_listener *listener, struct multiboot_info *info)
{
    enum multiboot_fault fault = judge_map(memory, address, length);
    if (fault != MULTIBOOT_FAULT_NONE) {
        refuse(listener, (struct multiboot_refusal){fault, 0, address, length});
        return;
    }
    uint32_t count;
    uint32_t whole = whole_entries(physical_bytes_at(memory, address, length), length, &count);
    if (whole < length)
        refuse(listener, (struct multiboot_refusal){MULTIBOOT_FAULT_MAP_ENTRY, count,
                                                    (uint64_t)address + whole, length - whole});
    info->map_address = address;
    info->map_length = whole;
    if (has_available_region(memory, info))
        return;
    refuse(listener, (struct multiboot_refusal){MULTIBOOT_FAULT_MAP_NO_MEMORY, 0, address, length});
    info->map_address = info->map_length = 0;
}

/* How much of the structure its flags declare to be there, as far as it is read here. */
static uint32_t info_length(uint32_t flags)
{
    if (flags & MULTIBOOT_FLAG_LOADER_NAME)
        return INFO_LOADER_NAME + 4;
    if (flags & MULTIBOOT_FLAG_MEMORY_MAP)
        return INFO_MAP_ADDRESS + 4;
    if (flags & MULTIBOOT_FLAG_MODULES)
        return INFO_MODULE_LIST + 4;
    if (flags & MULTIBOOT_FLAG_COMMAND_LINE)
        return INFO_COMMAND_LINE + 4;
    if (flags & MULTIBOOT_FLAG_MEMORY_SIZES)
        return INFO_UPPER + 4;
    return INFO_FLAGS + 4;
}

/* The parts that are there by info->flags, from the readable structure at `bytes`. */
static void read_parts(const struct physical_memory *memory, const uint8_t *bytes,
                       const struct multiboot_listener *listener, struct multiboot_info *info)
{
    if (info->flags & MULTIBOOT_FLAG_MEMORY_SIZES) {
        info->has_memory_sizes = true;
        info->lower_kib = read_le32(bytes + INFO_LOWER);
        info->upper_kib = read_le32(bytes + INFO_UPPER);
    }
    if (info->flags & MULTIBOOT_FLAG_COMMAND_LINE)
        info->command_line = read_string(memory, read_le32(bytes + INFO_COMMAND_LINE), listener);
    if (info->flags & MULTIBOOT_FLAG_MODULES)
        read_list(memory, read_le32(bytes + INFO_MODULE_COUNT), read_le32(bytes + INFO_MODULE_LIST),
                  listener, info);
    if (info->flags & MULTIBOOT_FLAG_MEMORY_MAP)
        read_map(memory, read_le32(bytes + INFO_MAP_ADDRESS), read_le32(bytes + INFO_MAP_LENGTH),
                 listener, info);
    if (info->flags & MULTIBOOT_FLAG_LOADER_NAME)
        info->loader = read_string(memory, read_le32(bytes + INFO_LOADER_NAME), listener);
}

bool multiboot_info_read(const struct physical_memory *memory, uint32_t magic, uint32_t address,
                         const struct multiboot_listener *listener, struct multiboot_info *info)
{
    *info = (struct multiboot_info){0};
    if (magic != MULTIBOOT_MAGIC) {
        refuse(listener,
               (struct multiboot_refusal){.fault = MULTIBOOT_FAULT_MAGIC, .address = magic});
        return false;
    }
    const uint8_t *bytes = physical_bytes_at(memory, address, INFO_FLAGS + 4);
    uint32_t flags = bytes != NULL ? read_le32(bytes + INFO_FLAGS) : 0;
    uint32_t length = info_length(flags);
    if (physical_bytes_at(memory, address, length) == NULL) {
        refuse(listener,
               (struct multiboot_refusal){MULTIBOOT_FAULT_INFO_OUTSIDE, 0, address, length});
        return false;
    }
    info->flags = flags;
    info->address = address;
    info->length = length;
    read_parts(memory, bytes, listener, info);
    return true;
}

static void refuse_region(const struct multiboot_listener *listener, const uint8_t *map,
                          uint32_t at, const struct multiboot_region *region)
{
    uint32_t index;
    (void)whole_entries(map, at, &index);
    refuse(listener, (struct multiboot_refusal){MULTIBOOT_FAULT_REGION_WRAPS, index, region->start,
                                                region->length});
}

bool multiboot_region_next(const struct physical_memory *memory, const struct multiboot_info *info,
                           uint32_t *cursor, const struct multiboot_listener *listener,
                           struct multiboot_region *region)
{
    const uint8_t *map = physical_bytes_at(memory, info->map_address, info->map_length);
    while (map != NULL && *cursor < info->map_length) {
        uint32_t at = *cursor;
        uint32_t taken = entry_length(map + at, info->map_length - at);
        if (taken == 0)
            break;
        *cursor += taken;
        struct multiboot_region found = {read_le64(map + at + MAP_START),
                                         read_le64(map + at + MAP_LENGTH),
                                         read_le32(map + at + MAP_TYPE)};
        if (found.length == 0)
            continue; /* QEMU's microvm ends its map with one */
        if (found.length <= UINT64_MAX - found.start) {
            *region = found;
            return true;
        }
        refuse_region(listener, map, at, &found);
    }
    return false;
}

/* Moves *reached up through the available regions, in one pass.  False if [start, end) meets a
 * region of another type: where regions contradict each other, the careful one holds. */
static bool extend(const struct physical_memory *memory, const struct multiboot_info *info,
                   uint64_t start, uint64_t end, uint64_t *reached)
{
    uint32_t cursor = 0;
    struct multiboot_region region;
    while (multiboot_region_next(memory, info, &cursor, NULL, &region)) {
        uint64_t region_end = region.start + region.length;
        if (region.type != MULTIBOOT_REGION_AVAILABLE) {
            if (region.start < end && region_end > start)
                return false;
        } else if (region.start <= *reached && region_end > *reached) {
            *reached = region_end;
        }
    }
    return true;
}

static bool map_holds(const struct physical_memory *memory, const struct multiboot_info *info,
                      uint64_t start, uint64_t end)
{
    uint64_t reached = start;
    for (uint32_t pass = 0; pass < JOIN_PASSES; pass++) {
        uint64_t before = reached;
        if (!extend(memory, info, start, end, &reached))
            return false;
        if (reached >= end || reached == before)
            break;
    }
    return reached >= end;
}

static bool sizes_hold(const struct multiboot_info *info, uint64_t start, uint64_t end)
{
    uint64_t lower_end = (uint64_t)info->lower_kib * 1024;
    uint64_t upper_end = MIB + (uint64_t)info->upper_kib * 1024;
    return end <= lower_end || (start >= MIB && end <= upper_end);
}

bool multiboot_is_ram(const struct physical_memory *memory, const struct multiboot_info *info,
                      uint64_t start, uint64_t length)
{
    if (length > UINT64_MAX - start)
        return false;
    if (length == 0)
        return true;
    if (info->map_length > 0)
        return map_holds(memory, info, start, start + length);
    return !info->has_memory_sizes || sizes_hold(info, start, start + length);
}

static bool overlaps(const struct multiboot_module *module, uint64_t start, uint64_t end)
{
    return start < end && module->start < end && start < module->end;
}

static bool overlaps_string(const struct physical_memory *memory,
                            const struct multiboot_module *module,
                            const struct multiboot_string *string)
{
    if (string->text == NULL)
        return false;
    uint64_t start =
        (uint64_t)memory->start + (uint64_t)((const uint8_t *)string->text - memory->bytes);
    return overlaps(module, start, start + string->length + 1);
}

static bool overlaps_info(const struct physical_memory *memory, const struct multiboot_info *info,
                          const struct multiboot_module *module)
{
    uint64_t list_length = (uint64_t)info->module_count * MODULE_ENTRY;
    return overlaps(module, info->address, (uint64_t)info->address + info->length) ||
           overlaps(module, info->module_list, info->module_list + list_length) ||
           overlaps(module, info->map_address, (uint64_t)info->map_address + info->map_length) ||
           overlaps_string(memory, module, &info->command_line) ||
           overlaps_string(memory, module, &info->loader) ||
           overlaps_string(memory, module, &module->command_line);
}

static enum multiboot_fault judge_module(const struct physical_memory *memory,
                                         const struct multiboot_info *info,
                                         const struct multiboot_bounds *bounds,
                                         const struct multiboot_module *module)
{
    if (module->start > module->end)
        return MULTIBOOT_FAULT_MODULE_BACKWARDS;
    if (module->start == module->end)
        return MULTIBOOT_FAULT_NONE;
    if (!multiboot_is_ram(memory, info, module->start, module->end - module->start))
        return MULTIBOOT_FAULT_MODULE_NOT_MEMORY;
    if (overlaps(module, bounds->reserved_start, bounds->reserved_end))
        return MULTIBOOT_FAULT_MODULE_ON_KERNEL;
    if (overlaps_info(memory, info, module))
        return MULTIBOOT_FAULT_MODULE_ON_INFO;
    return MULTIBOOT_FAULT_NONE;
}

static void refuse_module(const struct multiboot_listener *listener, enum multiboot_fault fault,
                          const struct multiboot_module *module)
{
    uint32_t length =
        module->start <= module->end ? module->end - module->start : module->start - module->end;
    refuse(listener, (struct multiboot_refusal){fault, module->index, module->start, length});
}

bool multiboot_module_read(const struct physical_memory *memory, const struct multiboot_info *info,
                           const struct multiboot_bounds *bounds, uint32_t index,
                           const struct multiboot_listener *listener,
                           struct multiboot_module *module)
{
    const uint8_t *list =
        physical_bytes_at(memory, info->module_list, info->module_count * MODULE_ENTRY);
    if (list == NULL || index >= info->module_count) {
        refuse(listener, (struct multiboot_refusal){MULTIBOOT_FAULT_LIST_OUTSIDE, index,
                                                    info->module_list, MODULE_ENTRY});
        return false;
    }
    const uint8_t *entry = list + (size_t)index * MODULE_ENTRY;
    uint32_t string = read_le32(entry + MODULE_STRING);
    struct multiboot_module found = {
        .index = index,
        .start = read_le32(entry + MODULE_START),
        .end = read_le32(entry + MODULE_END),
    };
    enum multiboot_fault string_fault = find_string(memory, string, &found.command_line);
    enum multiboot_fault fault = judge_module(memory, info, bounds, &found);
    if (fault != MULTIBOOT_FAULT_NONE) {
        refuse_module(listener, fault, &found);
        *module = (struct multiboot_module){.index = index, .command_line = found.command_line};
        return false;
    }
    if (string_fault != MULTIBOOT_FAULT_NONE)
        refuse(listener, (struct multiboot_refusal){string_fault, index, string, 0});
    *module = found;
    return true;
}

const char *multiboot_fault_str(enum multiboot_fault fault)
{
    switch (fault) {
    case MULTIBOOT_FAULT_NONE:
        return "nothing wrong";
    case MULTIBOOT_FAULT_MAGIC:
        return "not started by a Multiboot loader";
    case MULTIBOOT_FAULT_INFO_OUTSIDE:
        return "information structure outside memory";
    case MULTIBOOT_FAULT_STRING_OUTSIDE:
        return "string outside memory";
    case MULTIBOOT_FAULT_STRING_UNTERMINATED:
        return "string without an end";
    case MULTIBOOT_FAULT_LIST_OUTSIDE:
        return "module list outside memory";
    case MULTIBOOT_FAULT_LIST_ABSURD:
        return "absurd number of modules";
    case MULTIBOOT_FAULT_MAP_OUTSIDE:
        return "memory map outside memory";
    case MULTIBOOT_FAULT_MAP_ABSURD:
        return "absurd length of the memory map";
    case MULTIBOOT_FAULT_MAP_ENTRY:
        return "memory map entry of impossible size";
    case MULTIBOOT_FAULT_MAP_NO_MEMORY:
        return "memory map without available memory";
    case MULTIBOOT_FAULT_REGION_WRAPS:
        return "memory region beyond the address space";
    case MULTIBOOT_FAULT_MODULE_BACKWARDS:
        return "ends before it starts";
    case MULTIBOOT_FAULT_MODULE_NOT_MEMORY:
        return "not in available memory";
    case MULTIBOOT_FAULT_MODULE_ON_KERNEL:
        return "overlaps the kernel";
    case MULTIBOOT_FAULT_MODULE_ON_INFO:
        return "overlaps what the loader tells";
    }
    return "unknown fault";
}
