/* What is taken for something that boots. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "flight/boot_mark.h"

static const uint8_t header[] = {0x02, 0xb0, 0xad, 0x1b, 3, 0, 0, 0, 0xfb, 0x4f, 0x52, 0xe4};
static const uint8_t identifier[] = {'C', 'D', '0', '0', '1'};
static const uint8_t signature[] = {0x55, 0xaa};

/* Of a file of `length` zeros that has a mark at an offset, as far as it reaches. */
struct sample {
    size_t length, offset;
    const uint8_t *mark;
    size_t size;
};

static bool is(bool (*is_marked)(const uint8_t *, size_t), struct sample sample)
{
    uint8_t *file = calloc(sample.length, 1);
    for (size_t i = 0; i < sample.size && sample.offset + i < sample.length; i++)
        file[sample.offset + i] = sample.mark[i];
    const bool marked = is_marked(file, sample.length);
    free(file);
    return marked;
}

static bool is_kernel(size_t length, size_t offset)
{
    return is(boot_mark_is_kernel, (struct sample){length, offset, header, sizeof header});
}

static bool is_iso(size_t length, size_t offset)
{
    return is(boot_mark_is_iso, (struct sample){length, offset, identifier, sizeof identifier});
}

static bool is_disk(size_t length, size_t offset)
{
    return is(boot_mark_is_disk, (struct sample){length, offset, signature, sizeof signature});
}

static void the_header_of_a_kernel_lies_within_8_KiB(void **state)
{
    (void)state;
    assert_true(is_kernel(12, 0));
    assert_true(is_kernel(10000, 4096));
    assert_true(is_kernel(10000, 8192 - 12));
    assert_false(is_kernel(10000, 8192 - 8));
    assert_false(is_kernel(10000, 8192));
    assert_false(is_kernel(10000, 4098)); /* not aligned */
}

static void the_words_of_a_header_sum_to_0(void **state)
{
    (void)state;
    uint8_t changed[sizeof header];
    for (size_t i = 0; i < sizeof header; i++) {
        for (size_t k = 0; k < sizeof header; k++)
            changed[k] = (uint8_t)(header[k] + (k == i));
        assert_false(boot_mark_is_kernel(changed, sizeof changed));
    }
}

static void a_volume_descriptor_stands_in_sector_16(void **state)
{
    (void)state;
    assert_true(is_iso(32774, 32769));
    assert_true(is_iso(40000, 32769));
    assert_false(is_iso(40000, 32768));
    assert_false(is_iso(40000, 32770));
}

static void a_boot_signature_ends_sector_0(void **state)
{
    (void)state;
    assert_true(is_disk(512, 510));
    assert_true(is_disk(4096, 510));
    assert_false(is_disk(4096, 509));
    assert_false(is_disk(4096, 511));
}

static void what_is_cut_off_is_none(void **state)
{
    (void)state;
    assert_false(is_kernel(11, 0));
    assert_false(is_iso(32773, 32769));
    assert_false(is_disk(511, 510));
    assert_false(is_kernel(0, 0) || is_iso(0, 0) || is_disk(0, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_header_of_a_kernel_lies_within_8_KiB),
        cmocka_unit_test(the_words_of_a_header_sum_to_0),
        cmocka_unit_test(a_volume_descriptor_stands_in_sector_16),
        cmocka_unit_test(a_boot_signature_ends_sector_0),
        cmocka_unit_test(what_is_cut_off_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
