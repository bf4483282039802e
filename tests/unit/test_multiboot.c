/* The Multiboot reader, on memory that ends where the test says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "boot/multiboot.h"
#include "tests/unit/exact_copy.h"
#include "tests/unit/phrases.h"

enum {
    START = 0x9000, /* of the window */
    INFO = 0x9000,
    INFO_LENGTH = 68,
    LINE = 0x9050,
    LOADER = 0x9080,
    LIST = 0x90a0,
    STRINGS = 0x9100,
    MAP = 0x9200,
    FULL = 0x300, /* bytes of the window in most tests */

    KERNEL_START = 0x100000,
    KERNEL_END = 0x110000,
    MODULE = 0x110000,
};

static const uint32_t ALL_FLAGS = MULTIBOOT_FLAG_MEMORY_SIZES | MULTIBOOT_FLAG_COMMAND_LINE |
                                  MULTIBOOT_FLAG_MODULES | MULTIBOOT_FLAG_MEMORY_MAP |
                                  MULTIBOOT_FLAG_LOADER_NAME;
static const struct multiboot_bounds bounds = {KERNEL_START, KERNEL_END};

/* What the listener heard. */
struct heard {
    uint32_t count;
    struct multiboot_refusal last;
};

static void hear(void *context, const struct multiboot_refusal *refusal)
{
    struct heard *heard = context;
    heard->count++;
    heard->last = *refusal;
}

static struct heard heard;
static const struct multiboot_listener listener = {hear, &heard};

static int reset(void **state)
{
    (void)state;
    heard = (struct heard){0};
    return 0;
}

static struct physical_memory memory_of(uint32_t start, uint32_t length)
{
    uint8_t *bytes = calloc(length > 0 ? length : 1, 1);
    assert_non_null(bytes);
    return (struct physical_memory){bytes, start, length};
}

static void release(struct physical_memory memory)
{
    free((void *)(uintptr_t)memory.bytes);
}

/* The first bytes of a window, in a buffer of exactly that size. */
static struct physical_memory cut(struct physical_memory memory, uint32_t length)
{
    uint8_t *bytes = exact_copy(memory.bytes, length);
    return (struct physical_memory){bytes, memory.start, length};
}

static uint8_t *at(struct physical_memory memory, uint32_t address)
{
    return (uint8_t *)(uintptr_t)memory.bytes + (address - memory.start);
}

static void put32(struct physical_memory memory, uint32_t address, uint32_t value)
{
    for (uint32_t i = 0; i < 4; i++)
        at(memory, address)[i] = (uint8_t)(value >> (8 * i));
}

static void put_text(struct physical_memory memory, uint32_t address, const char *text)
{
    memcpy(at(memory, address), text, strlen(text) + 1);
}

/* Writes a map entry and gives the address behind it. */
static uint32_t put_region(struct physical_memory memory, uint32_t address, uint64_t start,
                           uint64_t length, uint32_t type)
{
    put32(memory, address, 20);
    put32(memory, address + 4, (uint32_t)start);
    put32(memory, address + 8, (uint32_t)(start >> 32));
    put32(memory, address + 12, (uint32_t)length);
    put32(memory, address + 16, (uint32_t)(length >> 32));
    put32(memory, address + 20, type);
    return address + 24;
}

static void put_module(struct physical_memory memory, uint32_t index, uint32_t start, uint32_t end,
                       uint32_t string)
{
    put32(memory, LIST + 16 * index, start);
    put32(memory, LIST + 16 * index + 4, end);
    put32(memory, LIST + 16 * index + 8, string);
    put32(memory, LIST + 16 * index + 12, 0xdeadbeef); /* reserved: garbage, as with GRUB */
}

static void put_map_length(struct physical_memory memory, uint32_t length)
{
    put32(memory, INFO + 44, length);
    put32(memory, INFO + 48, MAP);
}

/* A boot as QEMU gives it: two modules, a map of two regions and a bogus end. */
static struct physical_memory full_boot(void)
{
    struct physical_memory memory = memory_of(START, FULL);
    put32(memory, INFO, ALL_FLAGS);
    put32(memory, INFO + 4, 639);
    put32(memory, INFO + 8, 130048);
    put32(memory, INFO + 16, LINE);
    put32(memory, INFO + 20, 2);
    put32(memory, INFO + 24, LIST);
    put32(memory, INFO + 64, LOADER);
    put_text(memory, LINE, "firstlight.elf trace.boot=64");
    put_text(memory, LOADER, "qemu");
    put_text(memory, STRINGS, "README.md type=file name=etc/motd");
    put_text(memory, STRINGS + 64, "/dev/null x");
    put_module(memory, 0, MODULE, MODULE + 0x1234, STRINGS);
    put_module(memory, 1, MODULE + 0x2000, MODULE + 0x2000, STRINGS + 64);
    uint32_t end = put_region(memory, MAP, 0, 0x9fc00, MULTIBOOT_REGION_AVAILABLE);
    end = put_region(memory, end, 0x100000, 0x7ee0000, MULTIBOOT_REGION_AVAILABLE);
    end = put_region(memory, end, 0xfffc0000, 0x40000, MULTIBOOT_REGION_RESERVED);
    end = put_region(memory, end, 0, 0, 0);
    put_map_length(memory, end - MAP);
    return memory;
}

static bool read_info(struct physical_memory memory, struct multiboot_info *info)
{
    return multiboot_info_read(&memory, MULTIBOOT_MAGIC, INFO, &listener, info);
}

/* Reads everything there is; gives the number of modules that were kept. */
static uint32_t read_all(struct physical_memory memory)
{
    struct multiboot_info info;
    struct multiboot_region region;
    struct multiboot_module module;
    uint32_t cursor = 0, kept = 0;
    if (!read_info(memory, &info))
        return 0;
    while (multiboot_region_next(&memory, &info, &cursor, &listener, &region))
        continue;
    for (uint32_t i = 0; i < info.module_count; i++)
        if (multiboot_module_read(&memory, &info, &bounds, i, &listener, &module))
            kept++;
    return kept;
}

static void assert_string(struct multiboot_string string, const char *expected)
{
    assert_non_null(string.text);
    assert_int_equal(string.length, strlen(expected));
    assert_string_equal(string.text, expected);
}

static void a_whole_boot_is_read_without_a_refusal(void **state)
{
    (void)state;
    struct physical_memory memory = full_boot();
    struct multiboot_info info;
    assert_true(read_info(memory, &info));
    assert_int_equal(info.flags, ALL_FLAGS);
    assert_int_equal(info.address, INFO);
    assert_int_equal(info.length, INFO_LENGTH);
    assert_true(info.has_memory_sizes);
    assert_int_equal(info.lower_kib, 639);
    assert_int_equal(info.upper_kib, 130048);
    assert_string(info.command_line, "firstlight.elf trace.boot=64");
    assert_string(info.loader, "qemu");
    assert_int_equal(info.module_count, 2);
    assert_int_equal(info.module_list, LIST);
    assert_int_equal(info.map_length, 96);

    struct multiboot_module module;
    assert_true(multiboot_module_read(&memory, &info, &bounds, 0, &listener, &module));
    assert_int_equal(module.index, 0);
    assert_int_equal(module.start, MODULE);
    assert_int_equal(module.end, MODULE + 0x1234);
    assert_string(module.command_line, "README.md type=file name=etc/motd");
    assert_true(multiboot_module_read(&memory, &info, &bounds, 1, &listener, &module));
    assert_int_equal(module.index, 1);
    assert_string(module.command_line, "/dev/null x");
    assert_int_equal(heard.count, 0);
    release(memory);
}

static void a_wrong_magic_gives_nothing_and_names_the_number(void **state)
{
    (void)state;
    struct physical_memory memory = full_boot();
    struct multiboot_info info, zero = {0};
    memset(&info, 0xff, sizeof info);
    assert_false(multiboot_info_read(&memory, 0x36d76289, INFO, &listener, &info));
    assert_memory_equal(&info, &zero, sizeof info);
    assert_int_equal(heard.count, 1);
    assert_int_equal(heard.last.fault, MULTIBOOT_FAULT_MAGIC);
    assert_int_equal(heard.last.address, 0x36d76289);
    release(memory);
}

static void every_truncation_is_a_refusal_not_an_overread(void **state)
{
    (void)state;
    struct physical_memory memory = full_boot();
    for (uint32_t length = 0; length < MAP + 96 - START; length++) {
        struct physical_memory part = cut(memory, length);
        heard.count = 0;
        (void)read_all(part);
        assert_true(heard.count > 0);
        release(part);
    }
    struct physical_memory whole = cut(memory, MAP + 96 - START);
    heard.count = 0;
    assert_int_equal(read_all(whole), 2);
    assert_int_equal(heard.count, 0);
    release(whole);
    release(memory);
}

static void a_structure_is_read_only_as_far_as_its_flags_go(void **state)
{
    (void)state;
    static const struct {
        uint32_t flags, length;
    } cases[] = {
        {0, 4},
        {MULTIBOOT_FLAG_MEMORY_SIZES, 12},
        {MULTIBOOT_FLAG_COMMAND_LINE, 20},
        {MULTIBOOT_FLAG_MODULES, 28},
        {MULTIBOOT_FLAG_MEMORY_MAP, 52},
        {MULTIBOOT_FLAG_LOADER_NAME, 68},
        {1u << 5 | 1u << 11 | 1u << 12, 4}, /* ELF sections, VBE, framebuffer */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct physical_memory memory = memory_of(START, cases[i].length);
        struct multiboot_info info;
        put32(memory, INFO, cases[i].flags);
        heard.count = 0;
        assert_true(read_info(memory, &info));
        assert_int_equal(info.length, cases[i].length);
        assert_int_equal(info.module_count, 0);
        release(memory);

        struct physical_memory less = memory_of(START, cases[i].length - 1);
        if (cases[i].length > 4)
            put32(less, INFO, cases[i].flags);
        heard.count = 0;
        assert_false(read_info(less, &info));
        assert_int_equal(heard.last.fault, MULTIBOOT_FAULT_INFO_OUTSIDE);
        release(less);
    }
}

static void a_structure_may_lie_at_an_odd_address_but_not_outside(void **state)
{
    (void)state;
    struct physical_memory memory = memory_of(START, 13);
    struct multiboot_info info;
    put32(memory, START + 1, MULTIBOOT_FLAG_MEMORY_SIZES);
    put32(memory, START + 5, 640);
    assert_true(multiboot_info_read(&memory, MULTIBOOT_MAGIC, START + 1, &listener, &info));
    assert_int_equal(info.lower_kib, 640);
    assert_int_equal(heard.count, 0);

    static const uint32_t outside[] = {0,          START - 1,  START + 10,
                                       START + 13, START + 14, UINT32_MAX};
    for (size_t i = 0; i < sizeof outside / sizeof outside[0]; i++) {
        heard.count = 0;
        assert_false(multiboot_info_read(&memory, MULTIBOOT_MAGIC, outside[i], &listener, &info));
        assert_int_equal(heard.count, 1);
        assert_int_equal(heard.last.address, outside[i]);
    }
    release(memory);
}

static void a_window_up_to_4_gib_is_read_to_its_last_byte(void **state)
{
    (void)state;
    struct physical_memory memory = memory_of(0xfffffff0, 16);
    struct multiboot_info info;
    put32(memory, 0xfffffff4, MULTIBOOT_FLAG_MEMORY_SIZES);
    assert_true(multiboot_info_read(&memory, MULTIBOOT_MAGIC, 0xfffffff4, &listener, &info));
    assert_false(multiboot_info_read(&memory, MULTIBOOT_MAGIC, 0xfffffffd, &listener, &info));
    release(memory);
}

static void strings_that_cannot_be_read_are_absent_and_told(void **state)
{
    (void)state;
    static const struct {
        uint32_t address, refusals;
        enum multiboot_fault fault;
    } cases[] = {
        {0, 0, MULTIBOOT_FAULT_NONE},
        {START - 1, 1, MULTIBOOT_FAULT_STRING_OUTSIDE},
        {START + FULL, 1, MULTIBOOT_FAULT_STRING_OUTSIDE},
        {START + FULL - 1, 1, MULTIBOOT_FAULT_STRING_UNTERMINATED},
    };
    struct physical_memory memory = full_boot();
    *at(memory, START + FULL - 1) = 'x';
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct multiboot_info info;
        put32(memory, INFO + 16, cases[i].address);
        heard = (struct heard){0};
        assert_true(read_info(memory, &info));
        assert_null(info.command_line.text);
        assert_int_equal(info.command_line.length, 0);
        assert_string(info.loader, "qemu");
        assert_int_equal(heard.count, cases[i].refusals);
        assert_int_equal(heard.last.fault, cases[i].fault);
        assert_int_equal(heard.last.address, heard.count > 0 ? cases[i].address : 0);
    }
    release(memory);
}

static void the_longest_string_is_kept_and_a_longer_one_refused(void **state)
{
    (void)state;
    uint32_t longest = MULTIBOOT_STRING_MAX;
    struct physical_memory memory = memory_of(START, 20 + longest + 2);
    struct multiboot_info info;
    put32(memory, INFO, MULTIBOOT_FLAG_COMMAND_LINE);
    put32(memory, INFO + 16, START + 20);
    memset(at(memory, START + 20), 'x', longest);
    assert_true(read_info(memory, &info));
    assert_int_equal(info.command_line.length, longest);
    assert_int_equal(heard.count, 0);

    *at(memory, START + 20 + longest) = 'x';
    assert_true(read_info(memory, &info));
    assert_null(info.command_line.text);
    assert_int_equal(heard.last.fault, MULTIBOOT_FAULT_STRING_UNTERMINATED);

    struct physical_memory part = cut(memory, 20 + longest); /* its end is the window's */
    heard.count = 0;
    assert_true(read_info(part, &info));
    assert_null(info.command_line.text);
    assert_int_equal(heard.count, 1);
    release(part);
    release(memory);
}

static void a_module_list_is_refused_whole(void **state)
{
    (void)state;
    static const struct {
        uint32_t count, address;
        enum multiboot_fault fault;
    } cases[] = {
        {0, 0, MULTIBOOT_FAULT_NONE},
        {1, START + FULL - 16, MULTIBOOT_FAULT_NONE},
        {1, START + FULL - 15, MULTIBOOT_FAULT_LIST_OUTSIDE},
        {2, START + FULL - 16, MULTIBOOT_FAULT_LIST_OUTSIDE},
        {1, START - 1, MULTIBOOT_FAULT_LIST_OUTSIDE},
        {1, UINT32_MAX - 3, MULTIBOOT_FAULT_LIST_OUTSIDE},
        {MULTIBOOT_MODULES_MAX, START, MULTIBOOT_FAULT_LIST_OUTSIDE},
        {MULTIBOOT_MODULES_MAX + 1, START, MULTIBOOT_FAULT_LIST_ABSURD},
        {0x10000001, START, MULTIBOOT_FAULT_LIST_ABSURD}, /* 16 of it wrap around to 16 */
    };
    struct physical_memory memory = full_boot();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct multiboot_info info;
        put32(memory, INFO + 20, cases[i].count);
        put32(memory, INFO + 24, cases[i].address);
        heard = (struct heard){0};
        assert_true(read_info(memory, &info));
        assert_int_equal(heard.last.fault, cases[i].fault);
        assert_int_equal(heard.last.index, 0);
        assert_int_equal(info.module_count,
                         cases[i].fault == MULTIBOOT_FAULT_NONE ? cases[i].count : 0);
    }
    release(memory);
}

static void ten_thousand_modules_are_read(void **state)
{
    (void)state;
    enum {
        COUNT = 10000,
        LIST_AT = START + 28,
        STRING_AT = LIST_AT + 16 * COUNT
    };
    struct physical_memory memory = memory_of(START, 28 + 16 * COUNT + 2);
    put32(memory, INFO, MULTIBOOT_FLAG_MODULES);
    put32(memory, INFO + 20, COUNT);
    put32(memory, INFO + 24, LIST_AT);
    put_text(memory, STRING_AT, "f");
    for (uint32_t i = 0; i < COUNT; i++) {
        put32(memory, LIST_AT + 16 * i, 0x200000 + 0x1000 * i);
        put32(memory, LIST_AT + 16 * i + 4, 0x200001 + 0x1000 * i);
        put32(memory, LIST_AT + 16 * i + 8, STRING_AT);
    }
    assert_int_equal(read_all(memory), COUNT);
    assert_int_equal(heard.count, 0);
    release(memory);
}

static void regions_come_in_the_loaders_order_without_the_empty_ones(void **state)
{
    (void)state;
    struct physical_memory memory = full_boot();
    struct multiboot_info info;
    struct multiboot_region region;
    uint32_t cursor = 0;
    assert_true(read_info(memory, &info));
    assert_true(multiboot_region_next(&memory, &info, &cursor, &listener, &region));
    assert_int_equal(region.start, 0);
    assert_int_equal(region.length, 0x9fc00);
    assert_true(multiboot_region_next(&memory, &info, &cursor, &listener, &region));
    assert_int_equal(region.start, 0x100000);
    assert_true(multiboot_region_next(&memory, &info, &cursor, &listener, &region));
    assert_int_equal(region.start, 0xfffc0000);
    assert_int_equal(region.type, MULTIBOOT_REGION_RESERVED);
    assert_false(multiboot_region_next(&memory, &info, &cursor, &listener, &region));
    assert_int_equal(region.start, 0xfffc0000);
    assert_false(multiboot_region_next(&memory, &info, &cursor, &listener, &region));
    assert_int_equal(heard.count, 0);
    release(memory);
}

static void map_entries_may_be_longer_than_their_fields(void **state)
{
    (void)state;
    struct physical_memory memory = full_boot();
    struct multiboot_info info;
    struct multiboot_region region;
    uint32_t cursor = 0;
    put_region(memory, MAP, 0x1000, 0x1000, MULTIBOOT_REGION_AVAILABLE);
    put32(memory, MAP, 24); /* with the attributes of ACPI 3.0 */
    put_region(memory, MAP + 28, 0x5000, 0x1000, MULTIBOOT_REGION_AVAILABLE);
    put_map_length(memory, 28 + 24);
    assert_true(read_info(memory, &info));
    assert_true(multiboot_region_next(&memory, &info, &cursor, &listener, &region));
    assert_true(multiboot_region_next(&memory, &info, &cursor, &listener, &region));
    assert_int_equal(region.start, 0x5000);
    assert_int_equal(heard.count, 0);
    release(memory);
}

static void a_damaged_map_entry_costs_itself_and_the_rest(void **state)
{
    (void)state;
    static const uint32_t sizes[] = {0, 3, 19, 24 + 21, UINT32_MAX - 3, UINT32_MAX};
    struct physical_memory memory = full_boot();
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct multiboot_info info;
        put_map_length(memory, 72);
        put32(memory, MAP + 24, sizes[i]);
        heard = (struct heard){0};
        assert_true(read_info(memory, &info));
        assert_int_equal(info.map_length, 24);
        assert_int_equal(heard.count, 1);
        assert_int_equal(heard.last.fault, MULTIBOOT_FAULT_MAP_ENTRY);
        assert_int_equal(heard.last.index, 1);
        assert_int_equal(heard.last.address, MAP + 24);
    }
    release(memory);
}

static void a_map_that_is_useless_is_refused_whole(void **state)
{
    (void)state;
    static const struct {
        uint32_t address, length;
        enum multiboot_fault fault;
    } cases[] = {
        {START + FULL - 24, 24, MULTIBOOT_FAULT_NONE},
        {START + FULL - 23, 24, MULTIBOOT_FAULT_MAP_OUTSIDE},
        {START - 1, 24, MULTIBOOT_FAULT_MAP_OUTSIDE},
        {UINT32_MAX, 24, MULTIBOOT_FAULT_MAP_OUTSIDE},
        {START, MULTIBOOT_MAP_MAX, MULTIBOOT_FAULT_MAP_OUTSIDE},
        {START, MULTIBOOT_MAP_MAX + 1, MULTIBOOT_FAULT_MAP_ABSURD},
        {MAP, 0, MULTIBOOT_FAULT_MAP_NO_MEMORY},
        {MAP + 48, 24, MULTIBOOT_FAULT_MAP_NO_MEMORY}, /* the reserved region alone */
    };
    struct physical_memory memory = full_boot();
    put_region(memory, START + FULL - 24, 0, 0x1000, MULTIBOOT_REGION_AVAILABLE);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct multiboot_info info;
        put32(memory, INFO + 44, cases[i].length);
        put32(memory, INFO + 48, cases[i].address);
        heard = (struct heard){0};
        assert_true(read_info(memory, &info));
        assert_int_equal(heard.last.fault, cases[i].fault);
        assert_int_equal(info.map_length, heard.count == 0 ? cases[i].length : 0);
        assert_int_equal(info.map_address, heard.count == 0 ? cases[i].address : 0);
    }
    release(memory);
}

static void a_region_that_wraps_is_passed_over_and_told(void **state)
{
    (void)state;
    struct physical_memory memory = full_boot();
    struct multiboot_info info;
    struct multiboot_region region;
    uint32_t cursor = 24;
    put_region(memory, MAP + 24, UINT64_MAX - 9, 10, MULTIBOOT_REGION_AVAILABLE);
    put_region(memory, MAP + 48, UINT64_MAX - 9, 9, MULTIBOOT_REGION_AVAILABLE);
    assert_true(read_info(memory, &info));
    assert_int_equal(heard.count, 0);
    assert_true(multiboot_region_next(&memory, &info, &cursor, &listener, &region));
    assert_int_equal(region.length, 9);
    assert_int_equal(heard.count, 1);
    assert_int_equal(heard.last.fault, MULTIBOOT_FAULT_REGION_WRAPS);
    assert_int_equal(heard.last.index, 1);
    assert_int_equal(heard.last.length, 10);
    release(memory);
}

/* A boot whose map is these regions. */
static struct physical_memory boot_with_map(const struct multiboot_region *regions, uint32_t count,
                                            struct multiboot_info *info)
{
    struct physical_memory memory = memory_of(START, MAP - START + 24 * count);
    put32(memory, INFO, MULTIBOOT_FLAG_MEMORY_MAP);
    put_map_length(memory, 24 * count);
    for (uint32_t i = 0; i < count; i++)
        put_region(memory, MAP + 24 * i, regions[i].start, regions[i].length, regions[i].type);
    assert_true(read_info(memory, info));
    return memory;
}

static void memory_is_what_available_regions_cover_together(void **state)
{
    (void)state;
    static const struct multiboot_region regions[] = {
        {0x5000, 0x1000, 1}, {0x3000, 0x1000, 1}, {0x4000, 0x1800, 1},
        {0x1000, 0x1000, 1}, {0x9000, 0x1000, 1}, {0x9800, 0x100, 2},
    };
    struct multiboot_info info;
    struct physical_memory memory = boot_with_map(regions, 6, &info);
    assert_true(multiboot_is_ram(&memory, &info, 0x3000, 0x3000));
    assert_true(multiboot_is_ram(&memory, &info, 0x3fff, 0x2001));
    assert_false(multiboot_is_ram(&memory, &info, 0x2fff, 0x3001));
    assert_false(multiboot_is_ram(&memory, &info, 0x3000, 0x3001));
    assert_false(multiboot_is_ram(&memory, &info, 0x1000, 0x3000)); /* a hole at 0x2000 */
    assert_true(multiboot_is_ram(&memory, &info, 0x9000, 0x800));
    assert_false(multiboot_is_ram(&memory, &info, 0x9000, 0x801)); /* reserved and available */
    assert_true(multiboot_is_ram(&memory, &info, 0x9900, 0x700));
    assert_true(multiboot_is_ram(&memory, &info, 0x20000, 0));
    assert_false(multiboot_is_ram(&memory, &info, UINT64_MAX, 1));
    assert_false(multiboot_is_ram(&memory, &info, 0x3000, UINT64_MAX));
    release(memory);
}

static void regions_are_joined_in_any_order_up_to_a_bound(void **state)
{
    (void)state;
    struct multiboot_region regions[2730];
    for (uint32_t i = 0; i < 2730; i++)
        regions[i] = (struct multiboot_region){0x1000000 - 0x1000 * (i + 1), 0x1000, 1};
    struct multiboot_info info;
    struct physical_memory memory = boot_with_map(regions, 2730, &info);
    assert_true(multiboot_is_ram(&memory, &info, 0xff8000, 0x8000));
    assert_false(multiboot_is_ram(&memory, &info, 0xff7000, 0x9000)); /* falling: one a pass */
    release(memory);
}

static void without_a_map_the_sizes_decide(void **state)
{
    (void)state;
    struct physical_memory memory = memory_of(START, 12);
    struct multiboot_info info;
    put32(memory, INFO, MULTIBOOT_FLAG_MEMORY_SIZES);
    put32(memory, INFO + 4, 640);
    put32(memory, INFO + 8, 1024);
    assert_true(read_info(memory, &info));
    assert_true(multiboot_is_ram(&memory, &info, 0, 0xa0000));
    assert_false(multiboot_is_ram(&memory, &info, 0, 0xa0001));
    assert_false(multiboot_is_ram(&memory, &info, 0xfffff, 2));
    assert_true(multiboot_is_ram(&memory, &info, 0x100000, 0x100000));
    assert_false(multiboot_is_ram(&memory, &info, 0x100000, 0x100001));
    assert_true(multiboot_is_ram(&memory, &info, 0x300000, 0)); /* nothing lies anywhere */
    release(memory);

    info = (struct multiboot_info){.has_memory_sizes = true, .upper_kib = UINT32_MAX};
    assert_true(multiboot_is_ram(&memory, &info, 0x100000, 0xfff00000));
    info = (struct multiboot_info){0};
    assert_true(multiboot_is_ram(&memory, &info, 0x100000, 0xfff00000));
    assert_false(multiboot_is_ram(&memory, &info, UINT64_MAX, 1));
}

static void a_module_is_refused_once_with_its_reason(void **state)
{
    (void)state;
    static const struct {
        uint32_t start, end;
        enum multiboot_fault fault;
    } cases[] = {
        {MODULE + 1, MODULE, MULTIBOOT_FAULT_MODULE_BACKWARDS},
        {UINT32_MAX, 0, MULTIBOOT_FAULT_MODULE_BACKWARDS},
        {0x7fdffff, 0x7fe0001, MULTIBOOT_FAULT_MODULE_NOT_MEMORY},
        {0x80000000, 0x80000001, MULTIBOOT_FAULT_MODULE_NOT_MEMORY},
        {0, UINT32_MAX, MULTIBOOT_FAULT_MODULE_NOT_MEMORY},
        {KERNEL_END - 1, KERNEL_END, MULTIBOOT_FAULT_MODULE_ON_KERNEL},
        {KERNEL_START, KERNEL_START + 1, MULTIBOOT_FAULT_MODULE_ON_KERNEL},
        {KERNEL_START, 0x200000, MULTIBOOT_FAULT_MODULE_ON_KERNEL},
        {INFO + INFO_LENGTH - 1, INFO + INFO_LENGTH, MULTIBOOT_FAULT_MODULE_ON_INFO},
        {LINE + 28, LINE + 29, MULTIBOOT_FAULT_MODULE_ON_INFO}, /* the NUL */
        {LOADER, LOADER + 1, MULTIBOOT_FAULT_MODULE_ON_INFO},
        {LIST + 31, LIST + 32, MULTIBOOT_FAULT_MODULE_ON_INFO},
        {MAP + 95, MAP + 96, MULTIBOOT_FAULT_MODULE_ON_INFO},
        {STRINGS - 1, STRINGS + 1, MULTIBOOT_FAULT_MODULE_ON_INFO},
    };
    struct physical_memory memory = full_boot();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct multiboot_info info;
        struct multiboot_module module = {.index = 77};
        put_module(memory, 0, cases[i].start, cases[i].end, STRINGS);
        assert_true(read_info(memory, &info));
        heard = (struct heard){0};
        assert_false(multiboot_module_read(&memory, &info, &bounds, 0, &listener, &module));
        assert_int_equal(module.index, 0);
        assert_int_equal(module.start + module.end, 0);
        assert_non_null(module.command_line.text); /* its name and hash still matter */
        assert_int_equal(heard.count, 1);
        assert_int_equal(heard.last.fault, cases[i].fault);
        assert_int_equal(heard.last.address, cases[i].start);
    }
    release(memory);
}

static void a_module_may_touch_what_it_does_not_overlap(void **state)
{
    (void)state;
    static const struct {
        uint32_t start, end;
    } cases[] = {
        {KERNEL_END, 0x7fe0000}, /* to the last byte of memory */
        {INFO + INFO_LENGTH, LINE},
        {MAP + 96, MAP + 97},
        {STRINGS - 1, STRINGS},
        {0, 0}, /* an empty one, as GRUB gives it */
        {KERNEL_START + 1, KERNEL_START + 1},
        {UINT32_MAX, UINT32_MAX},
    };
    struct physical_memory memory = full_boot();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct multiboot_info info;
        struct multiboot_module module;
        put_module(memory, 0, cases[i].start, cases[i].end, STRINGS);
        assert_true(read_info(memory, &info));
        assert_true(multiboot_module_read(&memory, &info, &bounds, 0, &listener, &module));
        assert_int_equal(module.start, cases[i].start);
        assert_int_equal(module.end, cases[i].end);
    }
    assert_int_equal(heard.count, 0);
    release(memory);
}

static void a_module_is_kept_without_its_unreadable_string(void **state)
{
    (void)state;
    static const struct {
        uint32_t string, refusals;
    } cases[] = {{0, 0}, {START - 1, 1}, {START + FULL - 1, 1}, {UINT32_MAX, 1}};
    struct physical_memory memory = full_boot();
    *at(memory, START + FULL - 1) = 'x';
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct multiboot_info info;
        struct multiboot_module module;
        put_module(memory, 1, MODULE, MODULE + 1, cases[i].string);
        assert_true(read_info(memory, &info));
        heard = (struct heard){0};
        assert_true(multiboot_module_read(&memory, &info, &bounds, 1, &listener, &module));
        assert_null(module.command_line.text);
        assert_int_equal(heard.count, cases[i].refusals);
        assert_int_equal(heard.last.index, heard.count);
        assert_int_equal(heard.last.length, 0); /* unknown */
    }
    release(memory);
}

static void a_refused_module_does_not_also_complain_about_its_string(void **state)
{
    (void)state;
    struct physical_memory memory = full_boot();
    struct multiboot_info info;
    struct multiboot_module module;
    put_module(memory, 0, 2, 1, UINT32_MAX);
    assert_true(read_info(memory, &info));
    assert_false(multiboot_module_read(&memory, &info, &bounds, 0, &listener, &module));
    assert_int_equal(heard.count, 1);
    assert_false(multiboot_module_read(&memory, &info, &bounds, 2, &listener, &module));
    assert_int_equal(heard.count, 2);
    assert_int_equal(heard.last.fault, MULTIBOOT_FAULT_LIST_OUTSIDE);
    release(memory);
}

static void nobody_need_listen(void **state)
{
    (void)state;
    struct physical_memory memory = full_boot();
    struct multiboot_info info;
    struct multiboot_module module;
    put32(memory, INFO + 16, UINT32_MAX);
    put_module(memory, 0, 2, 1, 0);
    assert_false(multiboot_info_read(&memory, 0, INFO, NULL, &info));
    assert_true(multiboot_info_read(&memory, MULTIBOOT_MAGIC, INFO, NULL, &info));
    assert_false(multiboot_module_read(&memory, &info, &bounds, 0, NULL, &module));
    release(memory);
}

static void every_fault_has_a_phrase_of_its_own(void **state)
{
    (void)state;
    assert_phrases(multiboot_fault_str, enum multiboot_fault, MULTIBOOT_FAULT_MODULE_ON_INFO);
}

#define TEST(name) cmocka_unit_test_setup(name, reset)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_whole_boot_is_read_without_a_refusal),
        TEST(a_wrong_magic_gives_nothing_and_names_the_number),
        TEST(every_truncation_is_a_refusal_not_an_overread),
        TEST(a_structure_is_read_only_as_far_as_its_flags_go),
        TEST(a_structure_may_lie_at_an_odd_address_but_not_outside),
        TEST(a_window_up_to_4_gib_is_read_to_its_last_byte),
        TEST(strings_that_cannot_be_read_are_absent_and_told),
        TEST(the_longest_string_is_kept_and_a_longer_one_refused),
        TEST(a_module_list_is_refused_whole),
        TEST(ten_thousand_modules_are_read),
        TEST(regions_come_in_the_loaders_order_without_the_empty_ones),
        TEST(map_entries_may_be_longer_than_their_fields),
        TEST(a_damaged_map_entry_costs_itself_and_the_rest),
        TEST(a_map_that_is_useless_is_refused_whole),
        TEST(a_region_that_wraps_is_passed_over_and_told),
        TEST(memory_is_what_available_regions_cover_together),
        TEST(regions_are_joined_in_any_order_up_to_a_bound),
        TEST(without_a_map_the_sizes_decide),
        TEST(a_module_is_refused_once_with_its_reason),
        TEST(a_module_may_touch_what_it_does_not_overlap),
        TEST(a_module_is_kept_without_its_unreadable_string),
        TEST(a_refused_module_does_not_also_complain_about_its_string),
        TEST(nobody_need_listen),
        TEST(every_fault_has_a_phrase_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
