/* Where a FAT file system lies: first sectors made by hand, in buffers of exactly their size. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "flight/fat_place.h"
#include "tests/unit/phrases.h"

enum {
    MIB = 1024 * 1024,
};

static uint8_t *sector;
static struct fat_place place;

static int make(void **state)
{
    (void)state;
    sector = calloc(1, FAT_PLACE_SECTOR);
    return sector == NULL ? -1 : 0;
}

static int release(void **state)
{
    (void)state;
    free(sector);
    return 0;
}

static void sign(void)
{
    sector[510] = 0x55;
    sector[511] = 0xaa;
}

static void put32(size_t offset, uint32_t value)
{
    for (size_t i = 0; i < 4; i++)
        sector[offset + i] = (uint8_t)(value >> 8 * i);
}

static void partition(size_t index, uint8_t type, uint32_t start, uint32_t count)
{
    size_t entry = 446 + 16 * index;
    sector[entry + 4] = type;
    put32(entry + 8, start);
    put32(entry + 12, count);
    sign();
}

/* Of 1.44 MB. */
static void make_fat(void)
{
    static const uint8_t start[] = {0xeb, 0x3c, 0x90, 'M',  'T',  'O',  'O', 'L',
                                    '4',  '0',  '3',  0,    2,    1,    1,   0,
                                    2,    0xe0, 0,    0x40, 0x0b, 0xf0, 9,   0};
    memcpy(sector, start, sizeof start);
}

static void assert_found(uint64_t size, enum fat_place_status expected)
{
    assert_int_equal(fat_place_find(sector, size, &place), expected);
}

static void a_fat_partition_is_found_by_its_type(void **state)
{
    (void)state;
    static const uint8_t types[] = {0x01, 0x04, 0x06, 0x0b, 0x0c, 0x0e, 0xef};
    for (int type = 0, next = 0; type < 256; type++) {
        partition(0, (uint8_t)type, 2048, 2048);
        if (next < 7 && types[next] == type) {
            assert_found(2 * MIB, FAT_PLACE_OK);
            assert_int_equal(place.offset, MIB);
            next++;
        } else {
            assert_found(2 * MIB, FAT_PLACE_NO_PARTITION);
            assert_int_equal(place.types[0], type);
        }
        assert_true(place.partitioned);
    }
}

static void the_first_of_several_counts(void **state)
{
    (void)state;
    partition(0, 0x83, 1, 1);
    partition(2, 0x0c, 100, 1);
    partition(3, 0x0e, 200, 1);
    assert_found(MIB, FAT_PLACE_OK);
    assert_int_equal(place.offset, 51200);
    assert_memory_equal(place.types, ((uint8_t[]){0x83, 0, 0x0c, 0x0e}), 4);
}

static void a_partition_ends_with_the_image_at_the_latest(void **state)
{
    (void)state;
    partition(0, 0x0e, 10, 90);
    assert_found(100 * 512 - 1, FAT_PLACE_OUTSIDE);
    assert_found(100 * 512, FAT_PLACE_OK);
    assert_found(100 * 512 + 1, FAT_PLACE_OK);
    partition(0, 0x0e, 10, 91);
    assert_found(100 * 512, FAT_PLACE_OUTSIDE);
    partition(0, 0x0e, 101, 1);
    assert_found(100 * 512, FAT_PLACE_OUTSIDE);
}

static void numbers_that_would_wrap_are_outside(void **state)
{
    (void)state;
    partition(0, 0x0e, UINT32_MAX, UINT32_MAX);
    assert_found(100 * 512, FAT_PLACE_OUTSIDE);
    partition(0, 0x0e, 2, UINT32_MAX);
    assert_found(100 * 512, FAT_PLACE_OUTSIDE);
    partition(0, 0x0e, UINT32_MAX, 1);
    assert_found((uint64_t)UINT32_MAX * 512 + 512, FAT_PLACE_OK);
    assert_true(place.offset == (uint64_t)UINT32_MAX * 512);
}

static void a_partition_without_a_place_or_sectors_is_outside(void **state)
{
    (void)state;
    partition(0, 0x0e, 0, 10);
    assert_found(MIB, FAT_PLACE_OUTSIDE);
    partition(0, 0x0e, 10, 0);
    assert_found(MIB, FAT_PLACE_OUTSIDE);
}

static void zeros_and_a_lost_signature_are_no_table(void **state)
{
    (void)state;
    assert_found(MIB, FAT_PLACE_NO_TABLE);
    assert_false(place.partitioned);
    partition(0, 0x0e, 1, 1);
    sector[511] = 0;
    assert_found(MIB, FAT_PLACE_NO_TABLE);
    sign();
    sector[510] = 0;
    assert_found(MIB, FAT_PLACE_NO_TABLE);
}

static void a_file_system_without_a_table_begins_with_the_image(void **state)
{
    (void)state;
    make_fat();
    assert_found(1440 * 1024, FAT_PLACE_OK);
    assert_int_equal(place.offset, 0);
    assert_false(place.partitioned);
    partition(0, 0x0e, 1, 1); /* its boot code may look like a table */
    assert_found(1440 * 1024, FAT_PLACE_OK);
    assert_int_equal(place.offset, 0);
}

static void each_number_of_a_file_system_is_looked_at(void **state)
{
    (void)state;
    static const struct {
        size_t offset;
        uint8_t bad;
    } damage[] = {{0, 0x33}, {11, 1}, {12, 1}, {12, 0x20}, {12, 3}, {13, 0},
                  {13, 3},   {14, 0}, {16, 0}, {16, 3},    {21, 0}, {21, 0xf7}};
    for (size_t i = 0; i < sizeof damage / sizeof damage[0]; i++) {
        make_fat();
        assert_true(fat_place_is_fat(sector));
        sector[damage[i].offset] = damage[i].bad;
        assert_false(fat_place_is_fat(sector));
    }
    make_fat();
    sector[19] = sector[20] = 0;
    assert_false(fat_place_is_fat(sector));
    put32(32, 70000);
    assert_true(fat_place_is_fat(sector));
}

static void a_boot_sector_that_only_jumps_is_no_file_system(void **state)
{
    (void)state;
    memcpy(sector, "\xeb\x63\x90", 3); /* as GRUB's begins */
    partition(0, 0x0e, 2048, 2048);
    assert_found(2 * MIB, FAT_PLACE_OK);
    assert_int_equal(place.offset, MIB);
}

static void every_status_has_words_of_its_own(void **state)
{
    (void)state;
    assert_phrases(fat_place_status_str, enum fat_place_status, FAT_PLACE_OUTSIDE);
}

#define test(name) cmocka_unit_test_setup_teardown(name, make, release)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(a_fat_partition_is_found_by_its_type),
        test(the_first_of_several_counts),
        test(a_partition_ends_with_the_image_at_the_latest),
        test(numbers_that_would_wrap_are_outside),
        test(a_partition_without_a_place_or_sectors_is_outside),
        test(zeros_and_a_lost_signature_are_no_table),
        test(a_file_system_without_a_table_begins_with_the_image),
        test(each_number_of_a_file_system_is_looked_at),
        test(a_boot_sector_that_only_jumps_is_no_file_system),
        test(every_status_has_words_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
