/* Buffers of every policy beside a plain model: a list of records, each of which knows where it went. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "trace/dtrace/framework_layout.h"

enum {
    KINDS = 6, /* EPIDs 1 to this */
    ROUNDS = 20000
};
static const uint32_t sizes[KINDS] = {12, 16, 20, 24, 56, 100};
static const uint32_t alignments[KINDS] = {4, 4, 8, 8, 8, 4};

static struct dtrace_ecb ecbs[KINDS];
static struct dtrace_ecb *page[DTRACE_ECBS_PAGE];
static struct dtrace_ecbs table;

static int make_table(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < KINDS; i++) {
        ecbs[i].description = (struct dtrace_ecb_description){.epid = i + 1, .size = sizes[i]};
        page[i] = &ecbs[i];
    }
    table.pages[0] = page;
    table.count = KINDS;
    return 0;
}

static uint64_t next_random(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return *seed >> 33;
}

static struct dtrace_buffer make(enum dtrace_policy policy, uint32_t size, uint32_t reserve)
{
    struct dtrace_buffer buffer;
    dtrace_buffer_make(&buffer, policy, aligned_alloc(8, (size + 7) & ~7u), size);
    memset(buffer.bytes, 0xee, buffer.size);
    buffer.ecbs = &table;
    buffer.reserve = reserve;
    return buffer;
}

/* Record number `serial`: its bytes tell it. */
static bool put(struct dtrace_buffer *buffer, uint32_t kind, uint32_t serial)
{
    uint32_t words[25];
    for (uint32_t i = 0; i < 25; i++)
        words[i] = serial;
    words[0] = kind + 1;
    const struct dtrace_piece piece = {(const uint8_t *)words, sizes[kind], alignments[kind]};
    return dtrace_buffer_put(buffer, &piece);
}

static uint32_t read_part(const struct dtrace_snapshot *s, uint32_t from, uint32_t to,
                          uint32_t *serials)
{
    uint32_t count = 0, words[2];
    for (uint32_t at = from; at < to;) {
        memcpy(words, s->bytes + at, 4);
        if (words[0] == 0) {
            at += 4;
            continue;
        }
        assert_in_range(words[0], 1, KINDS);
        assert_int_equal(at % alignments[words[0] - 1], 0);
        for (uint32_t i = 4; i < sizes[words[0] - 1]; i += 4) {
            memcpy(&words[1], s->bytes + at + i, 4);
            serials[count] = i == 4 ? words[1] : serials[count];
            assert_int_equal(words[1], serials[count]);
        }
        at += sizes[words[0] - 1];
        assert_true(at <= to);
        count++;
    }
    return count;
}

/* The serial numbers of what a consumer finds, the oldest first. */
static uint32_t read_all(const struct dtrace_buffer *buffer, uint32_t *serials)
{
    struct dtrace_snapshot s = dtrace_buffer_snapshot(buffer, 0);
    uint32_t count = read_part(&s, s.oldest, s.size, serials);
    if (s.wrapped)
        count += read_part(&s, 0, s.newest, serials + count);
    return count;
}

static uint32_t kept_in(const struct dtrace_buffer *buffer)
{
    return (uint32_t)dtrace_buffer_snapshot(buffer, 0).books.kept;
}

static void assert_books(const struct dtrace_buffer *buffer, uint32_t emitted, uint32_t kept)
{
    const struct dtrace_buffer_books b = dtrace_buffer_snapshot(buffer, 0).books;
    assert_int_equal(b.emitted, emitted);
    assert_int_equal(b.kept, kept);
    assert_int_equal(b.emitted, b.kept + b.overwritten + b.dropped + b.filtered);
}

static void switch_keeps_the_first_and_counts_the_rest(void **state)
{
    (void)state;
    struct dtrace_buffer buffer = make(DTRACE_POLICY_SWITCH, 56, 0);
    uint32_t serials[8];
    assert_true(put(&buffer, 2, 1));  /* 0 to 20 */
    assert_true(put(&buffer, 3, 2));  /* 24 to 48 */
    assert_false(put(&buffer, 0, 3)); /* 48 to 60 */
    assert_int_equal(read_all(&buffer, serials), 2);
    assert_books(&buffer, 3, 2);
    assert_false(buffer.full);
    free(buffer.bytes);
}

static void a_record_fits_to_the_last_byte(void **state)
{
    (void)state;
    for (int policy = DTRACE_POLICY_RING; policy <= DTRACE_POLICY_SWITCH; policy++) {
        struct dtrace_buffer buffer = make((enum dtrace_policy)policy, 56, 0);
        assert_true(dtrace_buffer_has_room(&buffer, 56));
        assert_false(dtrace_buffer_has_room(&buffer, 60));
        assert_true(put(&buffer, 4, 1));
        assert_false(put(&buffer, 5, 2));
        assert_int_equal(dtrace_buffer_snapshot(&buffer, 0).size, 56);
        free(buffer.bytes);
    }
}

static void fill_is_full_for_good_but_for_the_end(void **state)
{
    (void)state;
    struct dtrace_buffer buffer = make(DTRACE_POLICY_FILL, 64, 20);
    assert_true(put(&buffer, 3, 1));
    assert_false(put(&buffer, 3, 2)); /* 48 > 44 */
    assert_true(buffer.full);
    assert_false(put(&buffer, 0, 3)); /* would fit */
    assert_false(dtrace_buffer_has_room(&buffer, 12));
    buffer.ending = true;
    assert_true(put(&buffer, 2, 4));
    assert_books(&buffer, 4, 2);
    uint32_t serials[8];
    assert_int_equal(read_all(&buffer, serials), 2);
    assert_int_equal(serials[1], 4);
    free(buffer.bytes);
}

static void a_ring_keeps_the_last(void **state)
{
    (void)state;
    struct dtrace_buffer buffer = make(DTRACE_POLICY_RING, 40, 0);
    uint32_t serials[8];
    for (uint32_t i = 0; i < 10; i++)
        assert_true(put(&buffer, 0, i));
    assert_int_equal(read_all(&buffer, serials), 3);
    assert_int_equal(serials[0], 7);
    assert_int_equal(serials[2], 9);
    assert_int_equal(buffer.books.overwritten, 7);
    free(buffer.bytes);
}

static void a_buffer_that_is_reset_is_empty(void **state)
{
    (void)state;
    struct dtrace_buffer buffer = make(DTRACE_POLICY_RING, 40, 0);
    for (uint32_t i = 0; i < 10; i++)
        (void)put(&buffer, 0, i);
    dtrace_buffer_reset(&buffer);
    uint32_t serials[8];
    assert_int_equal(read_all(&buffer, serials), 0);
    assert_books(&buffer, 0, 0);
    free(buffer.bytes);
}

/* What a ring must have kept: the newest records, all of them behind one another. */
static void check_ring(const struct dtrace_buffer *buffer, uint32_t newest)
{
    static uint32_t serials[1024];
    uint32_t count = read_all(buffer, serials);
    assert_int_equal(count, kept_in(buffer));
    for (uint32_t i = 0; i < count; i++)
        assert_int_equal(serials[i], newest - (count - 1) + i);
}

static void random_sequences_in_a_ring_lose_only_the_oldest(void **state)
{
    (void)state;
    static const uint32_t lengths[] = {16, 104, 120, 200, 512, 4096};
    for (uint32_t l = 0; l < sizeof lengths / sizeof lengths[0]; l++) {
        struct dtrace_buffer buffer = make(DTRACE_POLICY_RING, lengths[l], 0);
        uint64_t seed = l + 1;
        uint32_t serial = 0;
        for (uint32_t i = 0; i < ROUNDS; i++) {
            uint32_t kind = (uint32_t)(next_random(&seed) % KINDS);
            assert_int_equal(put(&buffer, kind, serial), sizes[kind] <= lengths[l]);
            serial += sizes[kind] <= lengths[l];
            check_ring(&buffer, serial - 1);
            assert_books(&buffer, i + 1, kept_in(&buffer));
        }
        assert_true(kept_in(&buffer) * 104 + 208 >= lengths[l]); /* and no more than needed */
        free(buffer.bytes);
    }
}

static void random_sequences_elsewhere_keep_the_first(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed < 200; seed++) {
        uint64_t random = seed;
        enum dtrace_policy policy = seed % 2 ? DTRACE_POLICY_FILL : DTRACE_POLICY_SWITCH;
        uint32_t size = (uint32_t)(next_random(&random) % 1000 + 8) & ~7u;
        struct dtrace_buffer buffer = make(policy, size, 0);
        uint32_t expected[256], found[256], kept = 0, at = 0;
        bool full = false;
        for (uint32_t i = 0; i < 200; i++) {
            uint32_t kind = (uint32_t)(next_random(&random) % KINDS);
            uint32_t start = (at + alignments[kind] - 1) / alignments[kind] * alignments[kind];
            bool fits = !full && start + sizes[kind] <= size;
            full = full || (!fits && policy == DTRACE_POLICY_FILL);
            if (fits) {
                expected[kept++] = i;
                at = start + sizes[kind];
            }
            assert_int_equal(put(&buffer, kind, i), fits);
        }
        assert_int_equal(read_all(&buffer, found), kept);
        assert_memory_equal(found, expected, kept * sizeof *found);
        assert_int_equal(buffer.full, full);
        assert_books(&buffer, 200, kept);
        free(buffer.bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(switch_keeps_the_first_and_counts_the_rest),
        cmocka_unit_test(a_record_fits_to_the_last_byte),
        cmocka_unit_test(fill_is_full_for_good_but_for_the_end),
        cmocka_unit_test(a_ring_keeps_the_last),
        cmocka_unit_test(a_buffer_that_is_reset_is_empty),
        cmocka_unit_test(random_sequences_in_a_ring_lose_only_the_oldest),
        cmocka_unit_test(random_sequences_elsewhere_keep_the_first),
    };
    return cmocka_run_group_tests(tests, make_table, NULL);
}
