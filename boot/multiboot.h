/* What a Multiboot 1 loader tells, checked before it is believed.
 *
 * Follows the Multiboot Specification 0.6.96, section 3.3 (boot information format) and,
 * for the register values, section 3.2.  Read are: memory sizes, command line, modules, memory
 * map and loader name.  Left alone are: boot device, symbols, drives, ROM configuration, APM,
 * VBE and framebuffer.
 *
 * Pure logic.  Nothing is copied: strings point into the caller's memory.  Whatever is refused
 * goes to a listener, one call each; reading goes on where it can. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "boot/physical_memory.h"

#define MULTIBOOT_MAGIC 0x2BADB002u /* in EAX at the kernel's entry */

/* Those bits of multiboot_info.flags that count here. */
#define MULTIBOOT_FLAG_MEMORY_SIZES (1u << 0)
#define MULTIBOOT_FLAG_COMMAND_LINE (1u << 2)
#define MULTIBOOT_FLAG_MODULES      (1u << 3)
#define MULTIBOOT_FLAG_MEMORY_MAP   (1u << 6)
#define MULTIBOOT_FLAG_LOADER_NAME  (1u << 9)

/* More than this is taken for garbage.  Real loaders stay far below. */
#define MULTIBOOT_STRING_MAX  (1u << 20) /* bytes without the NUL */
#define MULTIBOOT_MODULES_MAX (1u << 16)
#define MULTIBOOT_MAP_MAX     (1u << 16) /* bytes */

/* Types of a region; whatever is not MULTIBOOT_REGION_AVAILABLE is no free memory. */
#define MULTIBOOT_REGION_AVAILABLE 1u
#define MULTIBOOT_REGION_RESERVED  2u
#define MULTIBOOT_REGION_ACPI      3u /* may be used once the ACPI tables in it were read */

/* Absent if text is NULL.  Otherwise text[length] is the NUL. */
struct multiboot_string {
    const char *text;
    uint32_t length;
};

struct multiboot_region {
    uint64_t start;
    uint64_t length; /* never 0; start + length does not wrap */
    uint32_t type;
};

struct multiboot_module {
    uint32_t index;
    uint32_t start;
    uint32_t end; /* one behind the last byte */
    struct multiboot_string command_line;
};

struct multiboot_info {
    uint32_t flags;
    uint32_t address; /* of the structure itself */
    uint32_t length;  /* of the structure, as far as its flags made it be read */
    bool has_memory_sizes;
    uint32_t lower_kib; /* from address 0 */
    uint32_t upper_kib; /* from 1 MiB */
    struct multiboot_string command_line;
    struct multiboot_string loader;
    uint32_t module_count; /* 0 if there are none or the list was refused */
    uint32_t module_list;  /* address of module_count entries of 16 bytes */
    uint32_t map_address;
    uint32_t map_length; /* bytes of whole entries; both 0 if absent or refused */
};

enum multiboot_fault {
    MULTIBOOT_FAULT_NONE = 0,
    MULTIBOOT_FAULT_MAGIC, /* address: the number given instead */
    MULTIBOOT_FAULT_INFO_OUTSIDE,
    MULTIBOOT_FAULT_STRING_OUTSIDE, /* index: of its module, else 0 */
    MULTIBOOT_FAULT_STRING_UNTERMINATED,
    MULTIBOOT_FAULT_LIST_OUTSIDE,
    MULTIBOOT_FAULT_LIST_ABSURD, /* more than MULTIBOOT_MODULES_MAX; length: the count */
    MULTIBOOT_FAULT_MAP_OUTSIDE,
    MULTIBOOT_FAULT_MAP_ABSURD,    /* more than MULTIBOOT_MAP_MAX */
    MULTIBOOT_FAULT_MAP_ENTRY,     /* ends too early or runs over the end; it and the rest unused */
    MULTIBOOT_FAULT_MAP_NO_MEMORY, /* a map without any available region */
    MULTIBOOT_FAULT_REGION_WRAPS,
    MULTIBOOT_FAULT_MODULE_BACKWARDS, /* start > end; length: start - end */
    MULTIBOOT_FAULT_MODULE_NOT_MEMORY,
    MULTIBOOT_FAULT_MODULE_ON_KERNEL,
    MULTIBOOT_FAULT_MODULE_ON_INFO,
};

/* One refused item. */
struct multiboot_refusal {
    enum multiboot_fault fault;
    uint32_t index;   /* of the module, map entry or region, else 0 */
    uint64_t address; /* of what was refused */
    uint64_t length;  /* bytes, 0 if unknown */
};

/* `refused` is called before the function that refuses returns.  Where a listener is asked for,
 * NULL means that nobody listens. */
struct multiboot_listener {
    void (*refused)(void *context, const struct multiboot_refusal *refusal);
    void *context;
};

/* Reads the structure at `address`; `magic` is what EAX held.  A part that is refused (string,
 * list, map) is absent in *info, and the rest is there.  The structure may lie at any
 * alignment, because the specification demands none.
 * False if nothing is usable (wrong magic, or not readable); *info is then zeroed. */
bool multiboot_info_read(const struct physical_memory *memory, uint32_t magic, uint32_t address,
                         const struct multiboot_listener *listener, struct multiboot_info *info);

/* Gives the regions of the memory map, in the loader's order; *cursor starts at 0.  Regions of
 * length 0 are passed over in silence, those that wrap (start + length > 2^64 - 1) are refused.
 * False at the end; *region is then untouched. */
bool multiboot_region_next(const struct physical_memory *memory, const struct multiboot_info *info,
                           uint32_t *cursor, const struct multiboot_listener *listener,
                           struct multiboot_region *region);

/* Whether [start, start + length) is free memory.  By the map: all of it in available regions,
 * which may adjoin or overlap each other, and no byte of it in a region of another type.
 * Without a map: below lower_kib, or between 1 MiB and upper_kib above it.  With neither: true,
 * as nothing speaks against it.  An empty range always is; one that wraps never is. */
bool multiboot_is_ram(const struct physical_memory *memory, const struct multiboot_info *info,
                      uint64_t start, uint64_t length);

/* Where modules may not lie: the kernel's own image. */
struct multiboot_bounds {
    uint64_t reserved_start;
    uint64_t reserved_end; /* one behind the last byte */
};

/* Reads module `index` of info->module_count.  It is refused if it ends before it starts, is not
 * free memory (multiboot_is_ram), or overlaps the kernel or what the loader tells (structure,
 * list, map, its own and the kernel's strings), as then one of the two is not what it should be.
 * An empty module is kept wherever it lies: GRUB places it at address 0.  A command line at
 * address 0 is absent, in silence; an unreadable one is told and absent, and the module is kept.
 * The module's bytes are not looked at, and need not lie in `memory`.
 * Takes time in proportion to the map and the string.
 * False if refused: told once; *module then has its index and, if that can be read, its line, but
 * no content (or, if not even the list can be read, is untouched). */
bool multiboot_module_read(const struct physical_memory *memory, const struct multiboot_info *info,
                           const struct multiboot_bounds *bounds, uint32_t index,
                           const struct multiboot_listener *listener,
                           struct multiboot_module *module);

/* One phrase, as in "module 3 refused: overlaps the kernel". */
const char *multiboot_fault_str(enum multiboot_fault fault);
