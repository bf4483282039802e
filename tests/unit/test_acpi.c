/* Finding out how to switch off, from tables in memory that ends where the test says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "boot/acpi.h"
#include "tests/unit/exact_copy.h"
#include "tests/unit/firmware_sum.h"

enum {
    START = 0xe0000,
    RSDP = 0xe0020,
    RSDT = 0xe0048,
    RSDT_LENGTH = 36 + 3 * 4,
    OTHER = 0xe0080,
    FADT = 0xe00b0,
    FADT_LENGTH = 116,
    DSDT = 0xe0130,
    FULL = 0x180,
    AML = DSDT + 36,
};

/* The S5 of QEMU's pc: Name (\_S5, Package (4) { 0, 0, 0, 0 }) */
static const uint8_t plain_s5[] = {0x08, '_', 'S', '5', '_', 0x12, 0x06, 4, 0, 0, 0, 0};

static struct physical_memory memory;
static struct acpi_power_off result;

static uint8_t *at(uint32_t address)
{
    return (uint8_t *)(uintptr_t)memory.bytes + (address - memory.start);
}

static void put32(uint32_t address, uint32_t value)
{
    for (uint32_t i = 0; i < 4; i++)
        at(address)[i] = (uint8_t)(value >> (8 * i));
}

static void seal_table(uint32_t address, uint32_t length)
{
    put32(address + 4, length);
    seal(at(address), length, 9);
}

static void seal_rsdp(uint8_t revision)
{
    *at(RSDP + 15) = revision;
    put32(RSDP + 20, 36);
    seal(at(RSDP), 20, 8);
    seal(at(RSDP), 36, 32);
}

/* Makes that the whole AML of the DSDT. */
static void put_aml(const uint8_t *aml, uint32_t length)
{
    assert_true(AML + length <= START + FULL);
    memcpy(at(AML), aml, length);
    seal_table(DSDT, 36 + length);
}

static void put_fadt(void)
{
    memcpy(at(FADT), "FACP", 4);
    put32(FADT + 40, DSDT);
    put32(FADT + 48, 0xb2);
    *at(FADT + 52) = 0xf1;
    put32(FADT + 64, 0x604);
    seal_table(FADT, FADT_LENGTH);
}

static void release(void)
{
    free((void *)(uintptr_t)memory.bytes);
    memory.bytes = NULL;
}

static int teardown(void **state)
{
    (void)state;
    release();
    return 0;
}

/* Tables as QEMU's pc has them. */
static int setup(void **state)
{
    (void)state;
    release();
    memory = (struct physical_memory){calloc(FULL, 1), START, FULL};
    assert_non_null(memory.bytes);
    memcpy(at(RSDP), "RSD PTR ", 8);
    put32(RSDP + 16, RSDT);
    seal_rsdp(0);
    memcpy(at(RSDT), "RSDT", 4);
    put32(RSDT + 36, 0xfffffff0); /* out of reach */
    put32(RSDT + 40, OTHER);
    put32(RSDT + 44, FADT);
    seal_table(RSDT, RSDT_LENGTH);
    memcpy(at(OTHER), "APIC", 4);
    seal_table(OTHER, 36);
    put_fadt();
    memcpy(at(DSDT), "DSDT", 4);
    put_aml(plain_s5, sizeof plain_s5);
    return 0;
}

static bool read_power_off(void)
{
    memset(&result, 0x77, sizeof result);
    return acpi_power_off_read(&memory, RSDP, &result);
}

static void assert_refused(void)
{
    struct acpi_power_off untouched;
    memset(&untouched, 0x77, sizeof untouched);
    assert_false(read_power_off());
    assert_memory_equal(&result, &untouched, sizeof result);
}

static void the_tables_of_a_pc_tell_how_to_switch_off(void **state)
{
    (void)state;
    assert_true(read_power_off());
    assert_int_equal(result.smi_command, 0xb2);
    assert_int_equal(result.acpi_enable, 0xf1);
    assert_int_equal(result.pm1a_control, 0x604);
    assert_int_equal(result.pm1b_control, 0);
    assert_int_equal(result.sleep_type_a, 0);
    assert_int_equal(result.sleep_type_b, 0);
}

static void an_rsdp_is_found_on_16_byte_boundaries_only(void **state)
{
    (void)state;
    uint32_t address = 77;
    assert_true(acpi_find_rsdp(&memory, 0, UINT32_MAX, &address));
    assert_int_equal(address, RSDP);
    assert_true(acpi_find_rsdp(&memory, RSDP, RSDP + 1, &address));
    assert_true(acpi_find_rsdp(&memory, RSDP - 15, RSDP + 1, &address));
    address = 77;
    assert_false(acpi_find_rsdp(&memory, START, RSDP, &address));
    assert_false(acpi_find_rsdp(&memory, RSDP + 1, START + FULL, &address));
    assert_false(acpi_find_rsdp(&memory, RSDP + 1, RSDP, &address));
    memmove(at(RSDP + 8), at(RSDP), 20);
    memset(at(RSDP), 0, 8);
    assert_false(acpi_find_rsdp(&memory, START, START + FULL, &address));
    assert_int_equal(address, 77);
}

static void a_scan_up_to_4_gib_ends(void **state)
{
    (void)state;
    static const uint8_t bytes[64];
    struct physical_memory top = {bytes, 0xffffffc0, 64};
    uint32_t address;
    assert_false(acpi_find_rsdp(&top, 0xffffffc1, UINT32_MAX, &address));
    assert_false(acpi_find_rsdp(&top, UINT32_MAX, UINT32_MAX, &address));
}

static void an_rsdp_needs_its_signature_and_checksum(void **state)
{
    (void)state;
    assert_true(acpi_rsdp_is_valid(&memory, RSDP));
    for (uint32_t i = 0; i < 20; i++) {
        *at(RSDP + i) ^= 0x10;
        assert_false(acpi_rsdp_is_valid(&memory, RSDP));
        *at(RSDP + i) ^= 0x10;
    }
    assert_false(acpi_rsdp_is_valid(&memory, START - 1));
    assert_false(acpi_rsdp_is_valid(&memory, START + FULL));
    assert_false(acpi_rsdp_is_valid(&memory, UINT32_MAX));
}

static void a_newer_rsdp_needs_its_second_checksum_too(void **state)
{
    (void)state;
    seal_rsdp(2);
    assert_true(acpi_rsdp_is_valid(&memory, RSDP));
    *at(RSDP + 33) ^= 1;
    assert_false(acpi_rsdp_is_valid(&memory, RSDP));
    seal_rsdp(1);
    *at(RSDP + 33) ^= 1;
    assert_true(acpi_rsdp_is_valid(&memory, RSDP)); /* the first revision ends before */
    seal_rsdp(2);
    put32(RSDP + 20, UINT32_MAX);
    assert_false(acpi_rsdp_is_valid(&memory, RSDP));
    put32(RSDP + 20, 20);
    assert_false(acpi_rsdp_is_valid(&memory, RSDP));
}

static void a_table_is_found_by_signature(void **state)
{
    (void)state;
    struct acpi_table table = {.length = 77};
    assert_true(acpi_find_table(&memory, RSDP, "APIC", &table));
    assert_int_equal(table.address, OTHER);
    assert_int_equal(table.length, 36);
    assert_ptr_equal(table.bytes, at(OTHER));
    assert_true(acpi_find_table(&memory, RSDP, "FACP", &table));
    assert_int_equal(table.address, FADT);
    assert_false(acpi_find_table(&memory, RSDP, "HPET", &table));
    assert_false(acpi_find_table(&memory, RSDP + 16, "FACP", &table));
    assert_int_equal(table.address, FADT);
}

/* Makes the RSDP's second address that of an XSDT which stands where the RSDT stood. */
static void put_xsdt(uint32_t high)
{
    put32(RSDP + 16, 0);
    put32(RSDP + 24, RSDT);
    put32(RSDP + 28, high);
    seal_rsdp(2);
    memcpy(at(RSDT), "XSDT", 4);
    put32(RSDT + 36, OTHER); /* behind 4 GiB */
    put32(RSDT + 40, 1);
    put32(RSDT + 44, FADT);
    put32(RSDT + 48, 0);
    seal_table(RSDT, 36 + 2 * 8);
}

static void without_an_rsdt_the_xsdt_tells(void **state)
{
    (void)state;
    put_xsdt(0);
    struct acpi_table table;
    assert_true(acpi_find_table(&memory, RSDP, "FACP", &table));
    assert_int_equal(table.address, FADT);
    assert_true(read_power_off());
    assert_false(acpi_find_table(&memory, RSDP, "APIC", &table)); /* above 4 GiB */
    seal_table(RSDT, 36 + 2 * 8 - 1);                             /* cuts into the last entry */
    assert_false(acpi_find_table(&memory, RSDP, "FACP", &table));
}

static void an_xsdt_must_be_in_reach_of_a_newer_rsdp(void **state)
{
    (void)state;
    struct acpi_table table;
    put_xsdt(1);
    assert_false(acpi_find_table(&memory, RSDP, "FACP", &table));
    put_xsdt(0);
    seal_rsdp(1);
    assert_false(acpi_find_table(&memory, RSDP, "FACP", &table));
    seal_rsdp(2);
    assert_true(acpi_find_table(&memory, RSDP, "FACP", &table));
    *at(RSDT + 20) ^= 1;
    assert_false(acpi_find_table(&memory, RSDP, "FACP", &table));
}

static void every_flipped_byte_that_matters_is_a_refusal(void **state)
{
    (void)state;
    static const struct {
        uint32_t address, length;
    } tables[] = {
        {RSDP, 20},
        {RSDT, RSDT_LENGTH},
        {FADT, FADT_LENGTH},
        {DSDT, 36 + sizeof plain_s5},
    };
    for (size_t t = 0; t < sizeof tables / sizeof tables[0]; t++) {
        for (uint32_t i = 0; i < tables[t].length; i++) {
            *at(tables[t].address + i) ^= 0x04;
            assert_refused();
            *at(tables[t].address + i) ^= 0x04;
        }
    }
    assert_true(read_power_off());
}

static void every_truncation_is_a_refusal_not_an_overread(void **state)
{
    (void)state;
    const uint8_t *whole = memory.bytes;
    uint32_t needed = AML + sizeof plain_s5 - START;
    for (uint32_t length = 0; length <= needed; length++) {
        uint8_t *part = exact_copy(whole, length);
        memory = (struct physical_memory){part, START, length};
        uint32_t address;
        assert_int_equal(acpi_find_rsdp(&memory, 0, UINT32_MAX, &address),
                         length >= RSDP - START + 20);
        assert_int_equal(read_power_off(), length == needed);
        free(part);
    }
    memory = (struct physical_memory){whole, START, FULL};
}

static void a_table_shorter_than_its_fields_is_refused(void **state)
{
    (void)state;
    seal_table(FADT, 72);
    assert_true(read_power_off());
    seal_table(FADT, 71);
    assert_refused();
    seal_table(FADT, 35);
    assert_refused();
    put_fadt();
    seal_table(RSDT, 36 + 11); /* cuts into the last entry */
    assert_refused();
    seal_table(RSDT, 35);
    assert_refused();
    setup(state);
    struct acpi_table table;
    seal_table(OTHER, 35);
    assert_false(acpi_find_table(&memory, RSDP, "APIC", &table));
}

static void a_machine_without_the_port_is_refused(void **state)
{
    (void)state;
    put32(FADT + 64, 0);
    seal_table(FADT, FADT_LENGTH);
    assert_refused();
    put32(FADT + 64, 0x10604);
    seal_table(FADT, FADT_LENGTH);
    assert_refused();
}

static void a_second_port_is_reported(void **state)
{
    (void)state;
    put32(FADT + 68, 0xffff);
    seal_table(FADT, FADT_LENGTH);
    assert_true(read_power_off());
    assert_int_equal(result.pm1b_control, 0xffff);
}

static void numbers_in_the_package_may_be_of_any_width(void **state)
{
    (void)state;
    static const uint8_t wide[] = {
        0x70, 0x08, '\\', '_',  'S', '5', '_',  0x12, /* behind something else, with the root */
        0x4d, 0x00,                                   /* a length of 13 in two bytes */
        4,    0x0a, 7,    0x0b, 5,   0,   0x01, 0x0c, 1, 2, 3, 4,
    };
    put_aml(wide, sizeof wide);
    assert_true(read_power_off());
    assert_int_equal(result.sleep_type_a, 7);
    assert_int_equal(result.sleep_type_b, 5);

    static const uint8_t widest[] = {
        0x08, '_', 'S', '5', '_', 0x12, 0x08, 2, 0x0c, 6, 0, 0, 0, 0x01,
    };
    put_aml(widest, sizeof widest);
    assert_true(read_power_off());
    assert_int_equal(result.sleep_type_a, 6);
    assert_int_equal(result.sleep_type_b, 1);
}

static void a_package_that_is_not_plain_numbers_is_refused(void **state)
{
    (void)state;
    static const uint8_t bad[][14] = {
        {0x09, '_', 'S', '5', '_', 0x12, 0x06, 4, 0, 0, 0, 0},       /* no definition */
        {0x08, '_', 'S', '4', '_', 0x12, 0x06, 4, 0, 0, 0, 0},       /* another state */
        {0x08, '_', 'S', '5', '_', 0x11, 0x06, 4, 0, 0, 0, 0},       /* a buffer */
        {0x08, '_', 'S', '5', '_', 0x12, 0x04, 1, 0, 0, 0, 0},       /* one element */
        {0x08, '_', 'S', '5', '_', 0x12, 0x03, 4, 0, 0, 0, 0},       /* ends in the second */
        {0x08, '_', 'S', '5', '_', 0x12, 0x0a, 4, 0, 0, 0, 0},       /* leaves the table */
        {0x08, '_', 'S', '5', '_', 0x12, 0x00, 4, 0, 0, 0, 0},       /* shorter than itself */
        {0x08, '_', 'S', '5', '_', 0x12, 0xc6, 255, 255, 255, 2, 0}, /* a huge one */
        {0x08, '_', 'S', '5', '_', 0x12, 0x06, 4, 0x68, 0, 0, 0},    /* an argument */
        {0x08, '_', 'S', '5', '_', 0x12, 0x06, 4, 0x0a, 8, 0, 0},    /* too large */
        {0x08, '_', 'S', '5', '_', 0x12, 0x06, 4, 0, 0x0a, 8, 0},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        put_aml(bad[i], 14);
        assert_refused();
    }
}

static void a_false_start_does_not_hide_the_real_package(void **state)
{
    (void)state;
    static const uint8_t twice[] = {0x08, '_',  'S',  '5', '_',  0x5b, 0x08, '_', 'S', '5',
                                    '_',  0x12, 0x07, 4,   0x0a, 5,    0x0a, 3,   0,   0};
    put_aml(twice, sizeof twice);
    assert_true(read_power_off());
    assert_int_equal(result.sleep_type_a, 5);
    assert_int_equal(result.sleep_type_b, 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_tables_of_a_pc_tell_how_to_switch_off),
        TEST(an_rsdp_is_found_on_16_byte_boundaries_only),
        TEST(a_scan_up_to_4_gib_ends),
        TEST(an_rsdp_needs_its_signature_and_checksum),
        TEST(a_newer_rsdp_needs_its_second_checksum_too),
        TEST(a_table_is_found_by_signature),
        TEST(without_an_rsdt_the_xsdt_tells),
        TEST(an_xsdt_must_be_in_reach_of_a_newer_rsdp),
        TEST(every_flipped_byte_that_matters_is_a_refusal),
        TEST(every_truncation_is_a_refusal_not_an_overread),
        TEST(a_table_shorter_than_its_fields_is_refused),
        TEST(a_machine_without_the_port_is_refused),
        TEST(a_second_port_is_reported),
        TEST(numbers_in_the_package_may_be_of_any_width),
        TEST(a_package_that_is_not_plain_numbers_is_refused),
        TEST(a_false_start_does_not_hide_the_real_package),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
