/* Processors out of the MADT, and the list that they go to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "boot/madt.h"
#include "tests/unit/exact_copy.h"
#include "tests/unit/phrases.h"

enum {
    HEADER = 44,
    APIC = 0xfee00000,
    ENABLED = 1,
    ONLINE_CAPABLE = 2,
};

static uint8_t draft[HEADER + 300 * 16];
static uint32_t length;
static struct cpu_list list;

/* The value's bytes, little-endian, and zeroes behind them. */
static void put(uint64_t value, uint32_t bytes)
{
    assert_true(length + bytes <= sizeof draft);
    for (uint32_t i = 0; i < bytes; i++, value >>= 8)
        draft[length++] = (uint8_t)value;
}

static void put_apic(uint8_t id, uint32_t flags)
{
    put(0 | 8 << 8, 2);
    put(0, 1); /* the ACPI processor's number */
    put(id, 1);
    put(flags, 4);
}

static void put_x2apic(uint32_t id, uint32_t flags)
{
    put(9 | 16 << 8, 2);
    put(0, 2);
    put(id, 4);
    put(flags, 4);
    put(0, 4);
}

static void put_override(uint64_t address)
{
    put(5 | 12 << 8, 2);
    put(0, 2);
    put(address, 8);
}

static void put_header(uint32_t address)
{
    memset(draft, 0, sizeof draft);
    length = 36;
    put(address, 4);
    put(1, 4); /* flags: it has two 8259s */
}

static int setup(void **state)
{
    (void)state;
    put_header(APIC);
    return 0;
}

/* Reads the first `bytes` of the draft, from memory that ends there. */
static enum madt_status read_first(uint32_t bytes)
{
    uint8_t *exact = exact_copy(draft, bytes);
    memset(&list, 0x77, sizeof list);
    enum madt_status status = madt_read(&(struct acpi_table){exact, 0xe0000, bytes}, &list);
    free(exact);
    return status;
}

static enum madt_status read_all(void)
{
    return read_first(length);
}

static void assert_untouched(void)
{
    struct cpu_list untouched;
    memset(&untouched, 0x77, sizeof untouched);
    assert_memory_equal(&list, &untouched, sizeof list);
}

static void the_table_of_a_pc_lists_its_processors(void **state)
{
    (void)state;
    put_apic(0, ENABLED);
    put_apic(1, ENABLED);
    put(1 | 12 << 8, 12); /* an I/O APIC */
    put_apic(6, ENABLED);
    put(2 | 10 << 8, 10); /* an interrupt override */
    put(4 | 6 << 8, 6);   /* a local NMI */
    assert_int_equal(read_all(), MADT_OK);
    assert_int_equal(list.local_apic_address, APIC);
    assert_int_equal(list.count, 3);
    assert_memory_equal(list.apic_id, ((uint8_t[]){0, 1, 6}), 3);
    assert_int_equal(list.more, 0);
    assert_int_equal(list.unusable, 0);
}

static void a_table_without_entries_lists_nobody(void **state)
{
    (void)state;
    assert_int_equal(read_all(), MADT_OK);
    assert_int_equal(list.count, 0);
}

static void only_enabled_processors_are_usable(void **state)
{
    (void)state;
    put_apic(0, 0);
    put_apic(1, ONLINE_CAPABLE);
    put_apic(2, ENABLED | ONLINE_CAPABLE);
    put_apic(3, 0xfffffffe);
    put_x2apic(4, 0);
    put_x2apic(5, ONLINE_CAPABLE);
    put_x2apic(6, ENABLED);
    put_x2apic(300, 0);
    assert_int_equal(read_all(), MADT_OK);
    assert_int_equal(list.count, 2);
    assert_memory_equal(list.apic_id, ((uint8_t[]){2, 6}), 2);
    assert_int_equal(list.unusable, 0);
}

static void ids_from_255_on_are_counted_as_unusable(void **state)
{
    (void)state;
    put_x2apic(253, ENABLED);
    put_x2apic(254, ENABLED);
    put_x2apic(255, ENABLED);
    put_x2apic(256, ENABLED); /* not id 0 */
    put_x2apic(UINT32_MAX, ENABLED);
    put_apic(255, ENABLED);
    assert_int_equal(read_all(), MADT_OK);
    assert_int_equal(list.count, 2);
    assert_memory_equal(list.apic_id, ((uint8_t[]){253, 254}), 2);
    assert_int_equal(list.unusable, 4);
    assert_int_equal(list.more, 0);
}

static void an_id_is_taken_once(void **state)
{
    (void)state;
    for (uint32_t round = 0; round < 3; round++)
        for (uint32_t id = 0; id < CPU_LIST_MAX + 2; id++) {
            put_apic((uint8_t)id, ENABLED);
            put_x2apic(id, ENABLED);
        }
    assert_int_equal(read_all(), MADT_OK);
    assert_int_equal(list.count, CPU_LIST_MAX);
    assert_int_equal(list.more, 2);
}

static void processors_that_do_not_fit_are_counted(void **state)
{
    (void)state;
    for (uint32_t id = 0; id < 255; id++) {
        put_apic((uint8_t)(254 - id), ENABLED);
        assert_int_equal(read_all(), MADT_OK);
        assert_int_equal(list.count, id < CPU_LIST_MAX ? id + 1 : CPU_LIST_MAX);
        assert_int_equal(list.more, id < CPU_LIST_MAX ? 0 : id + 1 - CPU_LIST_MAX);
        assert_int_equal(list.apic_id[list.count - 1], 255 - list.count);
    }
}

static void an_override_of_the_address_wins(void **state)
{
    (void)state;
    put_apic(3, ENABLED);
    put_override(0xfffff000);
    put_apic(4, ENABLED);
    assert_int_equal(read_all(), MADT_OK);
    assert_int_equal(list.local_apic_address, 0xfffff000);
    assert_int_equal(list.count, 2);
    put_override(0xfec01000);
    assert_int_equal(read_all(), MADT_OK);
    assert_int_equal(list.local_apic_address, 0xfec01000);
}

static void an_address_that_cannot_be_one_is_refused(void **state)
{
    (void)state;
    static const uint64_t bad[] = {0, 1, 4095, 4097, 0xfee00010, 0x100000000, 0x1fee00000};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        put_header(APIC);
        put_apic(0, ENABLED);
        put_override(bad[i]);
        assert_int_equal(read_all(), MADT_APIC_ADDRESS);
        assert_untouched();
    }
    put_header(0);
    assert_int_equal(read_all(), MADT_APIC_ADDRESS);
    put_override(4096);
    assert_int_equal(read_all(), MADT_OK);
}

static void every_truncation_keeps_what_lies_before(void **state)
{
    (void)state;
    put_apic(0, ENABLED);
    put_x2apic(1, ENABLED);
    put_override(0xfec01000);
    put(0x7f | 5 << 8, 5);
    put_apic(2, ENABLED);
    static const uint32_t ends[] = {HEADER,      HEADER + 8,  HEADER + 24,
                                    HEADER + 36, HEADER + 41, HEADER + 49};
    assert_int_equal(length, ends[5]);
    for (uint32_t bytes = 0; bytes <= length; bytes++) {
        enum madt_status status = read_first(bytes);
        if (bytes < HEADER) {
            assert_int_equal(status, MADT_SHORT);
            assert_untouched();
            continue;
        }
        bool whole = false;
        for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
            whole = whole || bytes == ends[i];
        assert_int_equal(status, whole ? MADT_OK : MADT_DAMAGED);
        assert_int_equal(list.count, (bytes >= ends[1]) + (bytes >= ends[2]) + (bytes >= ends[5]));
        assert_int_equal(list.local_apic_address, bytes >= ends[3] ? 0xfec01000 : APIC);
    }
}

static void an_entry_shorter_than_its_type_is_damage(void **state)
{
    (void)state;
    static const struct {
        uint8_t type, least;
    } types[] = {{0, 8}, {5, 12}, {9, 16}, {1, 2}, {0xff, 2}};
    for (size_t t = 0; t < sizeof types / sizeof types[0]; t++) {
        for (uint32_t said = 0; said < 20; said++) {
            put_header(APIC);
            put_apic(7, ENABLED);
            put(types[t].type | said << 8, 2);
            put(0, said > 2 ? said - 2 : 0);
            if (types[t].type == 5 && said >= 12)
                draft[length - said + 5] = 0x10; /* 4096 */
            enum madt_status status = read_all();
            assert_int_equal(status, said < types[t].least ? MADT_DAMAGED : MADT_OK);
            assert_int_equal(list.count, 1);
            assert_int_equal(list.apic_id[0], 7);
        }
    }
}

static void every_status_has_a_phrase_of_its_own(void **state)
{
    (void)state;
    assert_phrases(madt_status_str, enum madt_status, MADT_DAMAGED);
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_table_of_a_pc_lists_its_processors),
        TEST(a_table_without_entries_lists_nobody),
        TEST(only_enabled_processors_are_usable),
        TEST(ids_from_255_on_are_counted_as_unusable),
        TEST(an_id_is_taken_once),
        TEST(processors_that_do_not_fit_are_counted),
        TEST(an_override_of_the_address_wins),
        TEST(an_address_that_cannot_be_one_is_refused),
        TEST(every_truncation_keeps_what_lies_before),
        TEST(an_entry_shorter_than_its_type_is_damage),
        TEST(every_status_has_a_phrase_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
