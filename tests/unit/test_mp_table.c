/* Processors out of the MP table, from memory that ends where the test says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "boot/mp_table.h"
#include "tests/unit/exact_copy.h"
#include "tests/unit/firmware_sum.h"
#include "tests/unit/phrases.h"

enum {
    START = 0xf0000,
    POINTER = START + 0x20,
    CONFIG = START + 0x48, /* needs no boundary */
    ENTRIES = CONFIG + 44,
    FULL = 0x4000,
    APIC = 0xfee00000,
    ENABLED = 1,
};

static uint8_t draft[FULL];
static uint32_t end; /* of the entries so far */
static uint32_t entries;
static struct cpu_list list;

static uint8_t *at(uint32_t address)
{
    return draft + (address - START);
}

static void put(uint32_t address, uint32_t value, uint32_t bytes)
{
    for (uint32_t i = 0; i < bytes; i++)
        at(address)[i] = (uint8_t)(value >> (8 * i));
}

static void seal_pointer(void)
{
    seal(at(POINTER), 16, 10);
}

static void seal_config(void)
{
    seal(at(CONFIG), end - CONFIG, 7);
}

static void finish_config(void)
{
    put(CONFIG + 4, end - CONFIG, 2);
    put(CONFIG + 34, entries, 2);
    seal_config();
}

static void put_processor(uint8_t id, uint8_t flags)
{
    put(end + 1, id, 1);
    put(end + 3, flags, 1);
    end += 20;
    entries++;
    finish_config();
}

static void put_other(uint8_t type)
{
    put(end, type | 0xffffff00, 4);
    end += 8;
    entries++;
    finish_config();
}

static int setup(void **state)
{
    (void)state;
    memset(draft, 0, sizeof draft);
    memcpy(at(POINTER), "_MP_", 4);
    put(POINTER + 4, CONFIG, 4);
    put(POINTER + 8, 1 | 4 << 8, 2);
    seal_pointer();
    memcpy(at(CONFIG), "PCMP", 4);
    put(CONFIG + 36, APIC, 4);
    end = ENTRIES;
    entries = 0;
    finish_config();
    return 0;
}

/* The first `bytes` of the draft, in memory that ends there. */
static struct physical_memory copy_first(uint32_t bytes)
{
    uint8_t *exact = exact_copy(draft, bytes);
    return (struct physical_memory){exact, START, bytes};
}

static void drop(struct physical_memory *memory)
{
    free((void *)(uintptr_t)memory->bytes);
}

static enum mp_table_status read_first(uint32_t bytes)
{
    struct physical_memory memory = copy_first(bytes);
    memset(&list, 0x77, sizeof list);
    enum mp_table_status status = mp_table_read(&memory, POINTER, &list);
    drop(&memory);
    return status;
}

static enum mp_table_status read_all(void)
{
    return read_first(end - START);
}

static bool find_in(uint32_t from, uint32_t to, uint32_t *address)
{
    struct physical_memory memory = copy_first(end - START);
    bool found = mp_table_find(&memory, from, to, address);
    drop(&memory);
    return found;
}

static void assert_refused(enum mp_table_status expected)
{
    struct cpu_list untouched;
    memset(&untouched, 0x77, sizeof untouched);
    assert_int_equal(read_all(), expected);
    assert_memory_equal(&list, &untouched, sizeof list);
}

static void the_table_of_a_pc_lists_its_processors(void **state)
{
    (void)state;
    put_processor(0, ENABLED | 2);
    put_processor(5, ENABLED);
    put_processor(6, 2);
    for (uint8_t type = 1; type <= 4; type++)
        put_other(type);
    put_processor(254, 0xff);
    assert_int_equal(read_all(), MP_TABLE_OK);
    assert_int_equal(list.local_apic_address, APIC);
    assert_int_equal(list.count, 3);
    assert_memory_equal(list.apic_id, ((uint8_t[]){0, 5, 254}), 3);
    assert_int_equal(list.more, 0);
}

static void the_pointer_is_found_on_16_byte_boundaries_only(void **state)
{
    (void)state;
    uint32_t address = 77;
    assert_true(find_in(0, UINT32_MAX, &address));
    assert_int_equal(address, POINTER);
    assert_true(find_in(POINTER, POINTER + 1, &address));
    assert_true(find_in(POINTER - 15, POINTER + 1, &address));
    address = 77;
    assert_false(find_in(START, POINTER, &address));
    assert_false(find_in(POINTER + 1, UINT32_MAX, &address));
    memmove(at(POINTER + 8), at(POINTER), 16);
    memset(at(POINTER), 0, 8);
    assert_false(find_in(START, UINT32_MAX, &address));
    assert_int_equal(address, 77);
}

static void the_pointer_needs_signature_length_and_checksum(void **state)
{
    (void)state;
    put_processor(0, ENABLED);
    for (uint32_t i = 0; i < 16; i++) {
        *at(POINTER + i) ^= 0x10;
        assert_refused(MP_TABLE_POINTER);
        *at(POINTER + i) ^= 0x10;
    }
    *at(POINTER + 8) = 0;
    seal_pointer();
    assert_refused(MP_TABLE_POINTER);
    *at(POINTER + 8) = 2;
    seal(at(POINTER), 32, 10);
    assert_int_equal(read_all(), MP_TABLE_OK);
    *at(POINTER + 8) = 255; /* runs over the end */
    seal(at(POINTER), 255 * 16, 10);
    assert_refused(MP_TABLE_POINTER);
}

static void every_default_configuration_has_two_processors(void **state)
{
    (void)state;
    for (uint32_t type = 1; type < 256; type++) {
        *at(POINTER + 11) = (uint8_t)type;
        put(POINTER + 4, type % 2 == 0 ? 0 : 0xfffffff0, 4);
        seal_pointer();
        if (type > 7) {
            assert_refused(MP_TABLE_CONFIG);
            continue;
        }
        assert_int_equal(read_all(), MP_TABLE_OK);
        assert_int_equal(list.local_apic_address, 0xfee00000);
        assert_int_equal(list.count, 2);
        assert_memory_equal(list.apic_id, ((uint8_t[]){0, 1}), 2);
    }
}

static void neither_table_nor_default_is_refused(void **state)
{
    (void)state;
    put(POINTER + 4, 0, 4);
    seal_pointer();
    assert_refused(MP_TABLE_CONFIG);
}

static void a_table_out_of_reach_is_refused(void **state)
{
    (void)state;
    put_processor(0, ENABLED);
    const uint32_t bad[] = {START - 1, end - 43, end, UINT32_MAX, 1};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        put(POINTER + 4, bad[i], 4);
        seal_pointer();
        assert_refused(MP_TABLE_OUT_OF_REACH);
    }
}

static void the_table_needs_signature_length_and_checksum(void **state)
{
    (void)state;
    put_processor(0, ENABLED);
    for (uint32_t i = 0; i < end - CONFIG; i++) {
        *at(CONFIG + i) ^= 0x04;
        assert_int_not_equal(read_all(), MP_TABLE_OK);
        *at(CONFIG + i) ^= 0x04;
    }
    end = ENTRIES - 1;
    finish_config();
    end = ENTRIES;
    assert_refused(MP_TABLE_HEADER);
    put(CONFIG + 4, 0, 2);
    assert_refused(MP_TABLE_HEADER);
}

static void an_address_that_cannot_be_one_is_refused(void **state)
{
    (void)state;
    static const uint32_t bad[] = {0, 1, 4095, 4097, 0xfee00010};
    put_processor(0, ENABLED);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        put(CONFIG + 36, bad[i], 4);
        seal_config();
        assert_refused(MP_TABLE_APIC_ADDRESS);
    }
    put(CONFIG + 36, 0xfffff000, 4);
    seal_config();
    assert_int_equal(read_all(), MP_TABLE_OK);
    assert_int_equal(list.local_apic_address, 0xfffff000);
}

static void every_truncation_is_a_refusal_not_an_overread(void **state)
{
    (void)state;
    put_processor(0, ENABLED);
    put_other(2);
    for (uint32_t bytes = 0; bytes < end - START; bytes++)
        assert_int_equal(read_first(bytes),
                         bytes < POINTER + 16 - START ? MP_TABLE_POINTER : MP_TABLE_OUT_OF_REACH);
    assert_int_equal(read_all(), MP_TABLE_OK);
}

static void a_table_that_ends_early_keeps_what_lies_before(void **state)
{
    (void)state;
    put_processor(0, ENABLED);
    put_other(1);
    put_processor(1, ENABLED);
    const uint32_t whole = end;
    for (end = ENTRIES; end <= whole; end++) {
        finish_config();
        assert_int_equal(read_all(), end == whole ? MP_TABLE_OK : MP_TABLE_DAMAGED);
        assert_int_equal(list.count, (end >= ENTRIES + 20) + (end == whole));
    }
}

static void only_as_many_entries_count_as_the_header_says(void **state)
{
    (void)state;
    for (uint8_t id = 0; id < 4; id++)
        put_processor(id, ENABLED);
    for (entries = 0; entries < 6; entries++) {
        finish_config();
        assert_int_equal(read_all(), entries > 4 ? MP_TABLE_DAMAGED : MP_TABLE_OK);
        assert_int_equal(list.count, entries > 4 ? 4 : entries);
    }
    entries = UINT16_MAX;
    finish_config();
    assert_int_equal(read_all(), MP_TABLE_DAMAGED);
}

static void an_entry_of_an_unknown_type_is_damage(void **state)
{
    (void)state;
    for (uint32_t type = 5; type < 256; type++) {
        setup(state);
        put_processor(9, ENABLED);
        put_other((uint8_t)type);
        put_processor(10, ENABLED);
        assert_int_equal(read_all(), MP_TABLE_DAMAGED);
        assert_int_equal(list.count, 1);
        assert_int_equal(list.apic_id[0], 9);
    }
}

static void an_id_is_taken_once_and_255_never(void **state)
{
    (void)state;
    for (uint32_t round = 0; round < 2; round++)
        for (uint32_t id = 0; id < 256; id++)
            put_processor((uint8_t)id, ENABLED);
    assert_int_equal(read_all(), MP_TABLE_OK);
    assert_int_equal(list.count, CPU_LIST_MAX);
    assert_int_equal(list.more, 255 - CPU_LIST_MAX);
    assert_int_equal(list.unusable, 2);
}

static void every_status_has_a_phrase_of_its_own(void **state)
{
    (void)state;
    assert_phrases(mp_table_status_str, enum mp_table_status, MP_TABLE_DAMAGED);
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_table_of_a_pc_lists_its_processors),
        TEST(the_pointer_is_found_on_16_byte_boundaries_only),
        TEST(the_pointer_needs_signature_length_and_checksum),
        TEST(every_default_configuration_has_two_processors),
        TEST(neither_table_nor_default_is_refused),
        TEST(a_table_out_of_reach_is_refused),
        TEST(the_table_needs_signature_length_and_checksum),
        TEST(an_address_that_cannot_be_one_is_refused),
        TEST(every_truncation_is_a_refusal_not_an_overread),
        TEST(a_table_that_ends_early_keeps_what_lies_before),
        TEST(only_as_many_entries_count_as_the_header_says),
        TEST(an_entry_of_an_unknown_type_is_damage),
        TEST(an_id_is_taken_once_and_255_never),
        TEST(every_status_has_a_phrase_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
