/* Aggregating functions and their buffers, beside models that take the slow and plain way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "trace/dtrace/aggregation.h"
#include "tests/unit/exact_copy.h"
#include "trace/dtrace/dof.h"
#include "trace/dtrace/dtrace_bytes.h"
#include "trace/dtrace/hash.h"
#include "trace/dtrace/quantize.h"

static uint64_t next_random(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return *seed >> 11 ^ *seed << 40;
}

/* --- Buckets --- */

static int64_t label(uint32_t bucket) /* section by section as the format defines them */
{
    if (bucket == 63)
        return 0;
    return bucket > 63 ? (int64_t)1 << (bucket - 64) : -((int64_t)1 << (62 - bucket));
}

static void quantize_changes_buckets_at_powers_of_two(void **state)
{
    (void)state;
    for (uint32_t bucket = 64; bucket < 127; bucket++) {
        assert_int_equal(dtrace_quantize_bucket(label(bucket)), bucket);
        assert_int_equal(dtrace_quantize_bucket(label(bucket) - 1), bucket - 1);
    }
    for (uint32_t bucket = 0; bucket < 63; bucket++) {
        assert_int_equal(dtrace_quantize_bucket(label(bucket)), bucket);
        assert_int_equal(dtrace_quantize_bucket(label(bucket) + 1), bucket + 1);
    }
    assert_int_equal(dtrace_quantize_bucket(0), 63);
    assert_int_equal(dtrace_quantize_bucket(-3), 61);
    assert_int_equal(dtrace_quantize_bucket(INT64_MAX), 126);
    assert_int_equal(dtrace_quantize_bucket(INT64_MIN), 0);
}

static uint64_t lquantize_arg(uint16_t step, uint16_t levels, int32_t base)
{
    return (uint64_t)step << 48 | (uint64_t)levels << 32 | (uint32_t)base;
}

static void lquantize_has_a_place_below_and_one_above(void **state)
{
    (void)state;
    static const struct {
        uint16_t step, levels;
        int32_t base;
        int64_t value;
        uint32_t word;
    } cases[] = {
        {10, 5, 0, -1, 1},
        {10, 5, 0, 0, 2},
        {10, 5, 0, 9, 2},
        {10, 5, 0, 10, 3},
        {10, 5, 0, 49, 6},
        {10, 5, 0, 50, 7},
        {10, 5, 0, INT32_MAX, 7},
        {1, 1, -5, -6, 1},
        {1, 1, -5, -5, 2},
        {1, 1, -5, -4, 3},
        {1, 2, 0, 0x100000001, 3}, /* cut to 32 bits */
        {1, 2, 0, 0x80000000, 1},
        {65535, 65535, INT32_MIN, INT32_MAX, 65537}, /* the difference has no int32_t */
        {65535, 65535, INT32_MIN, INT32_MIN, 2},
    };
    for (uint32_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint64_t arg = lquantize_arg(cases[i].step, cases[i].levels, cases[i].base);
        assert_int_equal(dtrace_lquantize_word(arg, (uint64_t)cases[i].value), cases[i].word);
        assert_true(dtrace_lquantize_word(arg, (uint64_t)cases[i].value) * 8 <
                    dtrace_function_size(DOF_AGGREGATION_LQUANTIZE, arg));
    }
    assert_int_equal(dtrace_function_size(DOF_AGGREGATION_LQUANTIZE, lquantize_arg(1, 5, 0)), 64);
    assert_int_equal(dtrace_function_size(DOF_AGGREGATION_LQUANTIZE, lquantize_arg(0, 5, 0)), 0);
    assert_int_equal(dtrace_function_size(DOF_AGGREGATION_LQUANTIZE, lquantize_arg(1, 0, 0)), 0);
}

static uint64_t llquantize_arg(uint16_t factor, uint16_t low, uint16_t high, uint16_t steps)
{
    return (uint64_t)factor << 48 | (uint64_t)low << 32 | (uint64_t)high << 16 | steps;
}

static void llquantize_has_the_buckets_of_the_reference(void **state)
{
    (void)state;
    static const struct {
        int64_t value;
        uint32_t bucket;
    } cases[] = {{INT64_MIN, 0}, {-1, 0},        {0, 0},         {1, 1},          {9, 9},
                 {10, 10},       {14, 10},       {15, 11},       {19, 11},        {20, 12},
                 {99, 27},       {100, 28},      {999, 45},      {1000, 46},      {9999, 63},
                 {10000, 64},    {1000000, 100}, {9999999, 117}, {10000000, 118}, {INT64_MAX, 118}};
    uint64_t arg = llquantize_arg(10, 0, 6, 20);
    for (uint32_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(dtrace_llquantize_bucket(arg, cases[i].value), cases[i].bucket);
    assert_int_equal(dtrace_function_size(DOF_AGGREGATION_LLQUANTIZE, arg), 960);
    uint64_t from_hundred = llquantize_arg(10, 2, 3, 10);
    assert_int_equal(dtrace_llquantize_bucket(from_hundred, 99), 0);
    assert_int_equal(dtrace_llquantize_bucket(from_hundred, 100), 1);
}

static void llquantize_refuses_what_its_powers_cannot_hold(void **state)
{
    (void)state;
    static const struct {
        uint16_t factor, low, high, steps;
        bool good;
    } cases[] = {{10, 0, 6, 20, true},       {2, 0, 61, 2, true},       {2, 0, 62, 2, false},
                 {10, 0, 17, 10, true},      {10, 0, 18, 10, false},    {1, 0, 6, 20, false},
                 {0, 0, 6, 20, false},       {10, 6, 6, 20, false},     {10, 7, 6, 20, false},
                 {10, 0, 6, 5, false},       {10, 0, 6, 25, false},     {10, 0, 6, 30, false},
                 {10, 0, 6, 100, true},      {10, 0, 65535, 20, false}, {65535, 0, 2, 65535, true},
                 {65535, 0, 3, 65535, false}};
    for (uint32_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint64_t arg = llquantize_arg(cases[i].factor, cases[i].low, cases[i].high, cases[i].steps);
        assert_int_equal(dtrace_function_size(DOF_AGGREGATION_LLQUANTIZE, arg) != 0, cases[i].good);
    }
}

static void every_llquantize_bucket_is_in_its_data_and_none_goes_back(void **state)
{
    (void)state;
    static const uint16_t shapes[][4] = {{10, 0, 6, 20},  {2, 0, 61, 2}, {2, 3, 20, 16},
                                         {10, 2, 5, 100}, {3, 1, 9, 27}, {5, 0, 3, 5}};
    uint64_t seed = 3;
    for (uint32_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        uint64_t arg = llquantize_arg(shapes[i][0], shapes[i][1], shapes[i][2], shapes[i][3]);
        uint32_t words = dtrace_function_size(DOF_AGGREGATION_LLQUANTIZE, arg) / 8;
        assert_true(words > 2);
        for (uint32_t k = 0; k < 20000; k++) {
            int64_t value = (int64_t)(next_random(&seed) >> k % 64);
            uint32_t bucket = dtrace_llquantize_bucket(arg, value);
            assert_true(bucket + 1 < words);
            if (value < INT64_MAX)
                assert_in_range(dtrace_llquantize_bucket(arg, value + 1), bucket, bucket + 1);
        }
    }
}

/* --- Functions --- */

static void functions_agree_with_plain_sums(void **state)
{
    (void)state;
    uint64_t min[1], max[1], sum[1], count[1], avg[2], deviation[4], seed = 7;
    int64_t smallest = INT64_MAX, largest = INT64_MIN;
    uint64_t total = 0;
    unsigned __int128 squares = 0;
    dtrace_function_start(min, DOF_AGGREGATION_MIN, 0);
    dtrace_function_start(max, DOF_AGGREGATION_MAX, 0);
    dtrace_function_start(sum, DOF_AGGREGATION_SUM, 0);
    dtrace_function_start(count, DOF_AGGREGATION_COUNT, 0);
    dtrace_function_start(avg, DOF_AGGREGATION_AVG, 0);
    dtrace_function_start(deviation, DOF_AGGREGATION_STDDEV, 0);
    for (uint32_t i = 0; i < 10000; i++) {
        uint64_t value = i == 9999 ? (uint64_t)INT64_MIN : next_random(&seed) >> i % 64;
        int64_t number = (int64_t)value;
        smallest = number < smallest ? number : smallest;
        largest = number > largest ? number : largest;
        total += value;
        squares += (unsigned __int128)((__int128)number * number);
        dtrace_function_add(min, DOF_AGGREGATION_MIN, value, 1);
        dtrace_function_add(max, DOF_AGGREGATION_MAX, value, 1);
        dtrace_function_add(sum, DOF_AGGREGATION_SUM, value, 1);
        dtrace_function_add(count, DOF_AGGREGATION_COUNT, value, 1);
        dtrace_function_add(avg, DOF_AGGREGATION_AVG, value, 1);
        dtrace_function_add(deviation, DOF_AGGREGATION_STDDEV, value, 1);
        assert_true(min[0] == (uint64_t)smallest && max[0] == (uint64_t)largest);
        assert_true(sum[0] == total && avg[1] == total && deviation[1] == total);
        assert_true(count[0] == i + 1 && avg[0] == i + 1 && deviation[0] == i + 1);
        assert_true(deviation[2] == (uint64_t)squares && deviation[3] == (uint64_t)(squares >> 64));
    }
}

static void increments_count_so_many_times(void **state)
{
    (void)state;
    static uint64_t data[DTRACE_QUANTIZE_BUCKETS];
    dtrace_function_start(data, DOF_AGGREGATION_QUANTIZE, 0);
    dtrace_function_add(data, DOF_AGGREGATION_QUANTIZE, 5, 3);
    dtrace_function_add(data, DOF_AGGREGATION_QUANTIZE, 7, (uint64_t)-1);
    assert_int_equal(data[66], 2);
    uint64_t arg = lquantize_arg(10, 5, 0), linear[8];
    dtrace_function_start(linear, DOF_AGGREGATION_LQUANTIZE, arg);
    dtrace_function_add(linear, DOF_AGGREGATION_LQUANTIZE, 25, 4);
    assert_true(linear[0] == arg);
    assert_int_equal(linear[4], 4);
}

/* --- Buffers --- */

enum {
    KEY = 24,
    SIZE = 4096
};
static const struct dtrace_record records[] = {
    {.action = DOF_ACTION_DIFEXPR, .size = 8, .offset = 8},
    {.action = DOF_ACTION_DIFEXPR, .size = KEY, .offset = 16, .string = true},
    {.action = DOF_AGGREGATION_SUM, .size = 8, .offset = 40}};
static const struct dtrace_aggregation sum_by_name = {
    .description = {.id = 1, .size = 48, .record_count = 3, .records = records},
    .kind = DOF_AGGREGATION_SUM,
    .base = 8,
    .data_offset = 40};

static enum dtrace_aggregate_status add(struct dtrace_aggregation_buffer *buffer,
                                        const struct dtrace_aggregation *aggregation,
                                        uint64_t variable, const char *name, uint64_t value)
{
    uint8_t tuple[48];
    memset(tuple, 0xee, sizeof tuple); /* garbage behind the string must not matter */
    memcpy(tuple + 8, &variable, sizeof variable);
    size_t length = strlen(name);
    memcpy(tuple + 16, name, length < KEY ? length + 1 : KEY);
    uint32_t hash = dtrace_hash_bytes(DTRACE_HASH_START, tuple + 8, 8);
    hash = dtrace_hash_bytes(hash, tuple + 16, (uint32_t)(length < KEY ? length : KEY));
    const struct dtrace_aggregate what = {aggregation, tuple, hash, value, 1};
    return dtrace_aggregate(buffer, &what);
}

static struct dtrace_aggregation_buffer make(uint32_t size)
{
    struct dtrace_aggregation_buffer buffer;
    uint8_t *bytes = aligned_alloc(8, size);
    memset(bytes, 0xee, size);
    dtrace_aggregation_make(&buffer, bytes, size);
    return buffer;
}

/* The sum under a key; false: no entry. */
static bool find(const struct dtrace_aggregation_buffer *buffer, const char *name, uint64_t *value)
{
    struct dtrace_snapshot s = dtrace_aggregation_snapshot(buffer, 0);
    for (uint32_t at = 0; at < s.size; at += 48) {
        char key[KEY] = {0};
        memcpy(key, name, strlen(name) < KEY ? strlen(name) : KEY);
        if (memcmp(s.bytes + at + 16, key, KEY) != 0)
            continue;
        memcpy(value, s.bytes + at + 40, sizeof *value);
        return true;
    }
    return false;
}

static void a_key_has_one_entry_that_grows(void **state)
{
    (void)state;
    struct dtrace_aggregation_buffer buffer = make(SIZE);
    uint64_t value;
    assert_int_equal(add(&buffer, &sum_by_name, 1, "open", 5), DTRACE_AGGREGATE_OK);
    assert_int_equal(add(&buffer, &sum_by_name, 1, "close", 1), DTRACE_AGGREGATE_OK);
    assert_int_equal(add(&buffer, &sum_by_name, 1, "open", 6), DTRACE_AGGREGATE_OK);
    assert_int_equal(buffer.used, 96);
    assert_true(find(&buffer, "open", &value));
    assert_int_equal(value, 11);
    assert_false(find(&buffer, "ope", &value));
    free(buffer.bytes);
}

static void a_string_that_fills_its_place_is_a_key(void **state)
{
    (void)state;
    struct dtrace_aggregation_buffer buffer = make(SIZE);
    uint64_t value;
    (void)add(&buffer, &sum_by_name, 1, "123456789012345678901234", 1);
    (void)add(&buffer, &sum_by_name, 1, "12345678901234567890123", 2);
    (void)add(&buffer, &sum_by_name, 1, "123456789012345678901234", 1);
    assert_int_equal(buffer.used, 96);
    assert_true(find(&buffer, "123456789012345678901234", &value));
    assert_int_equal(value, 2);
    free(buffer.bytes);
}

static void the_same_key_with_another_function_is_refused(void **state)
{
    (void)state;
    struct dtrace_aggregation_buffer buffer = make(SIZE);
    struct dtrace_aggregation other = sum_by_name;
    other.kind = DOF_AGGREGATION_MAX;
    (void)add(&buffer, &sum_by_name, 1, "open", 5);
    assert_int_equal(add(&buffer, &other, 1, "open", 5), DTRACE_AGGREGATE_OTHER_FUNCTION);
    assert_int_equal(add(&buffer, &other, 2, "open", 5), DTRACE_AGGREGATE_OK);
    other = sum_by_name;
    other.description.id = 9; /* another clause, the same variable */
    assert_int_equal(add(&buffer, &other, 1, "open", 5), DTRACE_AGGREGATE_OK);
    assert_int_equal(buffer.used, 96);
    assert_int_equal(buffer.books.errors, 1);
    free(buffer.bytes);
}

/* Data of another size must not hide that the key is the same. */
static void the_same_key_with_more_data_is_refused_too(void **state)
{
    (void)state;
    struct dtrace_aggregation_buffer buffer = make(SIZE);
    struct dtrace_record wider[3] = {records[0], records[1], records[2]};
    wider[2].action = DOF_AGGREGATION_AVG;
    wider[2].size = 16;
    struct dtrace_aggregation other = sum_by_name;
    other.kind = DOF_AGGREGATION_AVG;
    other.description.records = wider;
    other.description.size = 56;
    (void)add(&buffer, &sum_by_name, 1, "open", 5);
    assert_int_equal(add(&buffer, &other, 1, "open", 5), DTRACE_AGGREGATE_OTHER_FUNCTION);
    assert_int_equal(buffer.used, 48);
    assert_int_equal(add(&buffer, &other, 2, "open", 5), DTRACE_AGGREGATE_OK);
    free(buffer.bytes);
}

/* The first one's levels are what there is memory for. */
static void the_same_key_with_other_levels_counts_in_the_first_ones(void **state)
{
    (void)state;
    struct dtrace_aggregation_buffer buffer = make(SIZE);
    struct dtrace_record few[3] = {records[0], records[1], records[2]};
    struct dtrace_record many[3] = {records[0], records[1], records[2]};
    struct dtrace_aggregation first = sum_by_name, second = sum_by_name;
    first.kind = second.kind = few[2].action = many[2].action = DOF_AGGREGATION_LQUANTIZE;
    first.arg = lquantize_arg(1, 1, 0);
    second.arg = lquantize_arg(1, 300, 0);
    few[2].size = 4 * 8;
    many[2].size = 303 * 8;
    first.description.size = 40 + few[2].size;
    second.description.size = 40 + many[2].size;
    first.description.records = few;
    second.description.records = many;
    assert_int_equal(add(&buffer, &first, 1, "open", 0), DTRACE_AGGREGATE_OK);
    assert_int_equal(add(&buffer, &second, 1, "open", 299), DTRACE_AGGREGATE_OK);
    assert_int_equal(buffer.used, 72);
    uint64_t above;
    memcpy(&above, buffer.bytes + 40 + 3 * 8, sizeof above);
    assert_int_equal(above, 1);
    free(buffer.bytes);
}

static void every_bit_of_a_key_counts_for_its_hash(void **state)
{
    (void)state;
    for (uint32_t size = 1; size <= 9; size++)
        for (uint32_t bit = 0; bit < 8 * size; bit++) {
            uint8_t *key = calloc(1, size);
            uint32_t hash = dtrace_hash_bytes(1, key, size);
            key[bit / 8] = (uint8_t)(1u << bit % 8);
            assert_int_not_equal(dtrace_hash_bytes(1, key, size), hash);
            free(key);
        }
}

/* Bytes that four at a time could be taken for the end or hide it: one above 0, and the highest bit. */
static void a_length_is_that_of_looking_at_each_byte(void **state)
{
    (void)state;
    static const uint8_t some[] = {0, 1, 'a', 0x7f, 0x80, 0x81, 0xfe, 0xff};
    uint64_t seed = 3;
    for (uint32_t i = 0; i < 100000; i++) {
        uint8_t text[14];
        uint32_t size = (uint32_t)(next_random(&seed) % (sizeof text + 1));
        for (uint32_t k = 0; k < size; k++)
            text[k] = some[next_random(&seed) % sizeof some];
        uint8_t *bytes = exact_copy(text, size);
        assert_int_equal(dtrace_length_within(bytes, size), dtrace_string_length(bytes, size));
        free(bytes);
    }
}

enum {
    SHARED_HASH = 5,
    WIDE = 8 /* bytes of a string */
};

/* The entries that two tuples have, whose hashes happen to be the same: of a number, the same for both, whose last
 * bytes are those of `before`, and a string. */
static uint32_t entries_of(const uint8_t *first, const uint8_t *second, const uint8_t *before,
                           uint32_t size)
{
    const struct dtrace_record keys[] = {
        {.action = DOF_ACTION_DIFEXPR, .size = 8, .offset = 8},
        {.action = DOF_ACTION_DIFEXPR, .size = size, .offset = 16, .string = true},
        {.action = DOF_AGGREGATION_SUM, .size = 8, .offset = 16 + WIDE}};
    const struct dtrace_aggregation sum = {
        .description = {.id = 1, .size = 24 + WIDE, .record_count = 3, .records = keys},
        .kind = DOF_AGGREGATION_SUM,
        .base = 8,
        .data_offset = 16 + WIDE};
    struct dtrace_aggregation_buffer buffer = make(SIZE);
    const uint8_t *strings[] = {first, second};
    for (uint32_t i = 0; i < 2; i++) {
        uint8_t tuple[16 + WIDE] = {0};
        memcpy(tuple + 12, before + WIDE - 4, 4);
        memcpy(tuple + 16, strings[i], size);
        uint8_t *exact = exact_copy(tuple, 16 + size);
        const struct dtrace_aggregate what = {&sum, exact, SHARED_HASH, 1, 1};
        assert_int_equal(dtrace_aggregate(&buffer, &what), DTRACE_AGGREGATE_OK);
        free(exact);
    }
    uint32_t entries = buffer.used / (24 + WIDE);
    free(buffer.bytes);
    return entries;
}

static void strings_of_one_hash_differ_at_any_byte_but_not_behind_the_end(void **state)
{
    (void)state;
    for (uint32_t size = 1; size <= WIDE; size++)
        for (uint32_t length = 0; length <= size; length++)
            for (uint32_t at = 0; at < size; at++) {
                uint8_t first[WIDE] = "abcdefg", second[WIDE];
                first[WIDE - 1] = 'h';
                if (length < size)
                    first[length] = '\0';
                memcpy(second, first, sizeof second);
                second[at] ^= 0x80;
                uint32_t entries = at <= length ? 2 : 1;
                assert_int_equal(entries_of(first, first, first, size), 1);
                assert_int_equal(entries_of(first, second, first, size), entries);
                assert_int_equal(entries_of(first, second, second, size), entries);
            }
}

static void a_full_buffer_drops_new_keys_and_counts_on_the_old(void **state)
{
    (void)state;
    for (uint32_t size = 256; size <= 8192; size += 264) {
        struct dtrace_aggregation_buffer buffer = make(size);
        uint32_t kept = 0;
        for (uint32_t i = 0; i < 300; i++) {
            char name[2] = {(char)(i / 16 + 'a'), '\0'};
            char full[3] = {name[0], (char)(i % 16 + 'a'), '\0'};
            kept += add(&buffer, &sum_by_name, 1, full, 1) == DTRACE_AGGREGATE_OK;
        }
        assert_true(kept >= 2 && (kept < 300 || size > 8000));
        assert_int_equal(buffer.used, kept * 48);
        assert_int_equal(buffer.books.dropped, 300 - kept);
        uint64_t value;
        assert_int_equal(add(&buffer, &sum_by_name, 1, "aa", 7), DTRACE_AGGREGATE_OK);
        assert_true(find(&buffer, "aa", &value));
        assert_int_equal(value, 8);
        assert_int_equal(buffer.books.emitted, buffer.books.kept + buffer.books.dropped);
        free(buffer.bytes);
    }
}

static void random_keys_agree_with_a_plain_table(void **state)
{
    (void)state;
    struct dtrace_aggregation_buffer buffer = make(64 * 1024);
    static uint64_t model[400];
    uint64_t seed = 11;
    for (uint32_t i = 0; i < 20000; i++) {
        uint32_t which = (uint32_t)(next_random(&seed) % 400);
        char name[KEY];
        (void)snprintf(name, sizeof name, "function_%u", which);
        model[which] += i;
        assert_int_equal(add(&buffer, &sum_by_name, 1, name, i), DTRACE_AGGREGATE_OK);
    }
    for (uint32_t i = 0; i < 400; i++) {
        char name[KEY];
        uint64_t value = 0;
        (void)snprintf(name, sizeof name, "function_%u", i);
        assert_int_equal(find(&buffer, name, &value), model[i] != 0);
        assert_int_equal(value, model[i]);
    }
    dtrace_aggregation_reset(&buffer);
    uint64_t value;
    assert_false(find(&buffer, "function_1", &value));
    free(buffer.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantize_changes_buckets_at_powers_of_two),
        cmocka_unit_test(lquantize_has_a_place_below_and_one_above),
        cmocka_unit_test(llquantize_has_the_buckets_of_the_reference),
        cmocka_unit_test(llquantize_refuses_what_its_powers_cannot_hold),
        cmocka_unit_test(every_llquantize_bucket_is_in_its_data_and_none_goes_back),
        cmocka_unit_test(functions_agree_with_plain_sums),
        cmocka_unit_test(increments_count_so_many_times),
        cmocka_unit_test(a_key_has_one_entry_that_grows),
        cmocka_unit_test(a_string_that_fills_its_place_is_a_key),
        cmocka_unit_test(the_same_key_with_another_function_is_refused),
        cmocka_unit_test(the_same_key_with_more_data_is_refused_too),
        cmocka_unit_test(the_same_key_with_other_levels_counts_in_the_first_ones),
        cmocka_unit_test(every_bit_of_a_key_counts_for_its_hash),
        cmocka_unit_test(a_length_is_that_of_looking_at_each_byte),
        cmocka_unit_test(strings_of_one_hash_differ_at_any_byte_but_not_behind_the_end),
        cmocka_unit_test(a_full_buffer_drops_new_keys_and_counts_on_the_old),
        cmocka_unit_test(random_keys_agree_with_a_plain_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
