/* Tables: what they keep, what they lose, and that their books say so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <pthread.h>

#include "trace/table.h"

static const uint32_t capacities[] = {1, 2, 3, 63, 64, 65, 3000};
#define CAPACITIES (sizeof capacities / sizeof capacities[0])

static struct trace_table *table_of(uint32_t capacity, enum trace_keep keep)
{
    size_t size = (size_t)trace_table_size(capacity);
    struct trace_table *table = aligned_alloc(64, size);
    assert_non_null(table);
    memset(table, 0, size);
    trace_table_format(table, capacity, keep);
    return table;
}

/* Event `i`, as it is written and as it must be read. */
static uint64_t tsc_of(uint64_t i)
{
    return 0xfffff000u + 37 * i;
}

static uint32_t name_of(uint64_t i)
{
    return (uint32_t)(2 + i % 32000);
}

static uint32_t task_of(uint64_t i)
{
    return (uint32_t)(i * 7 % 65536);
}

static struct trace_usage usage_of(uint64_t i)
{
    return (struct trace_usage){i << 33 | 1, (uint32_t)i + 2, (uint32_t)i * 3};
}

static void give(struct trace_table *table, uint64_t i)
{
    trace_table_record(table, tsc_of(i), name_of(i), task_of(i));
}

static void give_used(struct trace_table *table, uint64_t i)
{
    struct trace_usage usage = usage_of(i);
    trace_table_record_usage(table, tsc_of(i), name_of(i), task_of(i), &usage);
}

static void expect(const struct trace_table *table, uint64_t number, uint64_t i,
                   struct trace_usage wanted)
{
    struct trace_record record;
    struct trace_usage usage;
    assert_int_equal(trace_table_read(table, number, &record, &usage), TRACE_READ_OK);
    assert_int_equal(record.tsc, tsc_of(i));
    assert_int_equal(record.name, name_of(i));
    assert_int_equal(record.task, task_of(i));
    assert_int_equal(usage.cpu_ns, wanted.cpu_ns);
    assert_int_equal(usage.in_blocks, wanted.in_blocks);
    assert_int_equal(usage.out_blocks, wanted.out_blocks);
}

static void expect_plain(const struct trace_table *table, uint64_t number, uint64_t i)
{
    expect(table, number, i, (struct trace_usage){0});
}

static void expect_refused(const struct trace_table *table, uint64_t number, enum trace_read why)
{
    struct trace_record record = {.tsc = 11, .name = 22, .task = 33};
    struct trace_usage usage = {44, 55, 66};
    assert_int_equal(trace_table_read(table, number, &record, &usage), why);
    assert_int_equal(record.tsc, 11); /* untouched */
    assert_int_equal(record.name, 22);
    assert_int_equal(record.task, 33);
    assert_int_equal(usage.cpu_ns, 44);
    assert_int_equal(usage.in_blocks, 55);
    assert_int_equal(usage.out_blocks, 66);
}

static void expect_books(const struct trace_table *table, const struct trace_table *filter,
                         struct trace_books wanted)
{
    struct trace_books books = trace_table_books(table, filter, trace_table_range(table));
    assert_int_equal(books.emitted, wanted.emitted);
    assert_int_equal(books.kept, wanted.kept);
    assert_int_equal(books.overwritten, wanted.overwritten);
    assert_int_equal(books.dropped, wanted.dropped);
    assert_int_equal(books.filtered, wanted.filtered);
    assert_int_equal(books.emitted,
                     books.kept + books.overwritten + books.dropped + books.filtered);
}

/* --- Books ---------------------------------------------------------------------------- */

static void check_first(uint32_t capacity, uint64_t given)
{
    struct trace_table *table = table_of(capacity, TRACE_KEEP_FIRST);
    for (uint64_t i = 0; i < given; i++)
        give(table, i);
    uint64_t kept = given < capacity ? given : capacity;
    for (uint64_t n = 0; n < kept; n++)
        expect_plain(table, n, n);
    expect_refused(table, kept, TRACE_READ_OVERWRITTEN);
    expect_refused(table, given, TRACE_READ_OVERWRITTEN);
    expect_refused(table, UINT64_MAX, TRACE_READ_OVERWRITTEN);
    expect_books(table, NULL,
                 (struct trace_books){.emitted = given, .kept = kept, .dropped = given - kept});
    free(table);
}

static void overflow_keeps_the_first_and_counts_the_rest(void **state)
{
    (void)state;
    for (size_t i = 0; i < CAPACITIES; i++) {
        uint32_t n = capacities[i];
        check_first(n, 0);
        check_first(n, n - 1);
        check_first(n, n);
        check_first(n, n + 1);
        check_first(n, 3 * n + 1);
    }
}

/* A table that keeps the last, whose counter starts at `start`. */
static void check_last(uint32_t capacity, uint64_t start, uint64_t given)
{
    struct trace_table *table = table_of(capacity, TRACE_KEEP_LAST);
    table->written = start;
    for (uint64_t i = 0; i < given; i++)
        give(table, i);
    uint64_t kept = given < capacity ? given : capacity;
    struct trace_range range = trace_table_range(table);
    assert_int_equal(range.written, start + given);
    assert_int_equal(range.end, start + given);
    for (uint64_t n = given - kept; n < given; n++)
        expect_plain(table, start + n, n);
    expect_refused(table, start + given, TRACE_READ_OVERWRITTEN);
    if (given > table->slots)
        expect_refused(table, start + given - table->slots - 1, TRACE_READ_OVERWRITTEN);
    if (start == 0 || given >= capacity)
        expect_books(table, NULL,
                     (struct trace_books){.emitted = start + given,
                                          .kept = kept,
                                          .overwritten = start + given - kept});
    free(table);
}

static void overflow_keeps_the_newest_and_counts_the_rest(void **state)
{
    (void)state;
    for (size_t i = 0; i < CAPACITIES; i++) {
        uint32_t n = capacities[i];
        check_last(n, 0, 0);
        check_last(n, 0, n - 1);
        check_last(n, 0, n);
        check_last(n, 0, n + 1);
        check_last(n, 0, 3 * n + 1);
    }
}

static void a_counter_whose_low_half_wraps_loses_nothing(void **state)
{
    (void)state;
    const uint64_t half = 1ull << 32;
    const uint64_t wraps[] = {half, 7 * half, UINT64_MAX - half + 1};
    for (size_t i = 0; i < CAPACITIES; i++)
        for (size_t k = 0; k < sizeof wraps / sizeof wraps[0]; k++) {
            uint32_t n = capacities[i];
            check_last(n, wraps[k] - 1, n);
            check_last(n, wraps[k] - n, n - 1);
            check_last(n, wraps[k] - n, n);
            check_last(n, wraps[k] - n, n + 1);
            check_last(n, wraps[k] - 2 * n - 1, 3 * n + 1);
        }
}

static void a_counter_near_its_end_loses_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < CAPACITIES; i++)
        check_last(capacities[i], UINT64_MAX - 2 * capacities[i], 2 * capacities[i]);
}

static void a_full_table_counts_its_losses_beyond_32_bits(void **state)
{
    (void)state;
    struct trace_table *table = table_of(3, TRACE_KEEP_FIRST);
    for (uint64_t i = 0; i < 3; i++)
        give(table, i);
    table->written = (1ull << 32) - 1;
    for (uint64_t i = 0; i < 5; i++)
        give(table, 100 + i);
    for (uint64_t n = 0; n < 3; n++)
        expect_plain(table, n, n);
    expect_books(
        table, NULL,
        (struct trace_books){.emitted = (1ull << 32) + 4, .kept = 3, .dropped = (1ull << 32) + 1});
    free(table);
}

static void an_event_that_was_never_published_is_told_and_counted_as_dropped(void **state)
{
    (void)state;
    for (int keep = TRACE_KEEP_FIRST; keep <= TRACE_KEEP_LAST; keep++) {
        struct trace_table *table = table_of(5, (enum trace_keep)keep);
        give(table, 0);
        give(table, 1);
        assert_int_equal(trace_local_fetch_increment(&table->written), 2);
        give(table, 3);
        expect_plain(table, 1, 1);
        expect_refused(table, 2, TRACE_READ_UNPUBLISHED);
        expect_plain(table, 3, 3);
        expect_books(table, NULL, (struct trace_books){.emitted = 4, .kept = 3, .dropped = 1});
        free(table);
    }
}

static void a_hole_in_a_table_that_wraps_never_shows_the_event_before_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < CAPACITIES; i++) {
        struct trace_table *table = table_of(capacities[i], TRACE_KEEP_LAST);
        for (uint64_t k = 0; k < table->slots; k++)
            give(table, k);
        uint64_t number = trace_local_fetch_increment(&table->written);
        expect_refused(table, 0, TRACE_READ_OVERWRITTEN);
        expect_refused(table, number, TRACE_READ_UNPUBLISHED);
        for (uint64_t k = 1; k <= table->slots; k++)
            give(table, number + k);
        expect_plain(table, number + table->slots, number + table->slots);
        expect_books(
            table, NULL,
            (struct trace_books){.emitted = 2 * (uint64_t)table->slots + 1,
                                 .kept = capacities[i],
                                 .overwritten = 2 * (uint64_t)table->slots + 1 - capacities[i]});
        free(table);
    }
}

static void what_a_range_has_lost_since_it_was_taken_counts_as_overwritten(void **state)
{
    (void)state;
    struct trace_table *table = table_of(4, TRACE_KEEP_LAST);
    for (uint64_t i = 0; i < 6; i++)
        give(table, i);
    struct trace_range range = trace_table_range(table);
    give(table, 6);
    struct trace_books books = trace_table_books(table, NULL, range);
    assert_int_equal(books.emitted, 6);
    assert_int_equal(books.kept, 3);
    assert_int_equal(books.dropped, 0);
    assert_int_equal(books.overwritten, 3);
    free(table);
}

/* --- Usage ---------------------------------------------------------------------------- */

static void a_boottrace_event_keeps_its_usage(void **state)
{
    (void)state;
    for (size_t i = 0; i < CAPACITIES; i++) {
        struct trace_table *table = table_of(capacities[i], TRACE_KEEP_FIRST);
        for (uint64_t k = 0; k <= capacities[i]; k++)
            give_used(table, k);
        for (uint64_t n = 0; n < capacities[i]; n++)
            expect(table, n, n, usage_of(n));
        free(table);
    }
}

static void a_boottrace_event_without_any_usage_is_a_plain_one(void **state)
{
    (void)state;
    struct trace_table *table = table_of(2, TRACE_KEEP_FIRST);
    struct trace_usage none = {0};
    trace_table_record_usage(table, tsc_of(9), name_of(9), task_of(9), &none);
    expect_plain(table, 0, 9);
    free(table);
}

static void plain_and_boottrace_events_may_overwrite_each_other(void **state)
{
    (void)state;
    for (size_t i = 0; i < CAPACITIES; i++) {
        struct trace_table *table = table_of(capacities[i], TRACE_KEEP_LAST);
        uint64_t given = 0;
        for (int lap = 0; lap < 4; lap++) {
            uint64_t first = given;
            for (; given < first + table->slots; given++)
                (lap % 2 == 0 ? give_used : give)(table, given);
            for (uint64_t n = given - capacities[i]; n < given; n++)
                expect(table, n, n, lap % 2 == 0 ? usage_of(n) : (struct trace_usage){0});
        }
        free(table);
    }
}

static void the_largest_ids_come_back_as_they_were(void **state)
{
    (void)state;
    struct trace_table *table = table_of(2, TRACE_KEEP_LAST);
    struct trace_usage most = {UINT64_MAX, UINT32_MAX, UINT32_MAX};
    struct trace_record record;
    struct trace_usage usage;
    trace_table_record(table, UINT64_MAX, 0x7fff, 0xffff);
    trace_table_record_usage(table, UINT64_MAX, 0x7fff, 0xffff, &most);
    for (uint64_t n = 0; n < 2; n++) {
        assert_int_equal(trace_table_read(table, n, &record, &usage), TRACE_READ_OK);
        assert_int_equal(record.tsc, UINT64_MAX);
        assert_int_equal(record.name, 0x7fff);
        assert_int_equal(record.task, 0xffff);
        assert_int_equal(usage.cpu_ns, n == 0 ? 0 : UINT64_MAX);
        assert_int_equal(usage.out_blocks, n == 0 ? 0 : UINT32_MAX);
    }
    free(table);
}

/* --- Filters ---------------------------------------------------------------------------- */

static void a_filter_counts_everything_and_stores_nothing(void **state)
{
    (void)state;
    struct trace_table *table = table_of(4, TRACE_KEEP_LAST);
    struct trace_table *filter = table_of(0, TRACE_KEEP_LAST); /* no slots behind it */
    for (uint64_t i = 0; i < 10; i++) {
        give(filter, i);
        give_used(filter, i);
    }
    give(table, 0);
    expect_refused(filter, 0, TRACE_READ_OVERWRITTEN);
    assert_int_equal(trace_table_range(filter).end, 0);
    expect_books(table, filter, (struct trace_books){.emitted = 21, .kept = 1, .filtered = 20});
    free(filter);
    free(table);
}

/* --- Carrying ---------------------------------------------------------------------------- */

static void check_carry(uint32_t from_capacity, uint32_t to_capacity, uint64_t given)
{
    struct trace_table *from = table_of(from_capacity, TRACE_KEEP_FIRST);
    struct trace_table *to = table_of(to_capacity, TRACE_KEEP_FIRST);
    for (uint64_t i = 0; i < given; i++)
        (i % 3 == 0 ? give_used : give)(from, i);
    assert_int_equal(trace_table_carry(to, from), given);

    uint64_t kept = given < from_capacity ? given : from_capacity;
    kept = kept < to_capacity ? kept : to_capacity;
    for (uint64_t n = 0; n < kept; n++)
        expect(to, n, n, n % 3 == 0 ? usage_of(n) : (struct trace_usage){0});
    expect_books(to, NULL,
                 (struct trace_books){.emitted = given, .kept = kept, .dropped = given - kept});

    give(to, given); /* goes on as if it had been there from the start */
    if (given < to_capacity) {
        expect_plain(to, given, given);
        kept++;
    }
    expect_books(
        to, NULL,
        (struct trace_books){.emitted = given + 1, .kept = kept, .dropped = given + 1 - kept});
    free(from);
    free(to);
}

static void a_carried_table_goes_on_as_if_it_had_always_been_there(void **state)
{
    (void)state;
    for (size_t i = 0; i < CAPACITIES; i++)
        for (size_t k = 0; k < CAPACITIES; k++) {
            uint32_t n = capacities[i];
            check_carry(n, capacities[k], 0);
            check_carry(n, capacities[k], n - 1);
            check_carry(n, capacities[k], n);
            check_carry(n, capacities[k], n + 1);
            check_carry(n, capacities[k], 2 * n + 1);
        }
}

static void a_hole_that_is_carried_stays_a_hole(void **state)
{
    (void)state;
    struct trace_table *from = table_of(4, TRACE_KEEP_FIRST);
    struct trace_table *to = table_of(8, TRACE_KEEP_FIRST);
    give(from, 0);
    (void)trace_local_fetch_increment(&from->written);
    give(from, 2);
    assert_int_equal(trace_table_carry(to, from), 3);
    expect_plain(to, 0, 0);
    expect_refused(to, 1, TRACE_READ_UNPUBLISHED);
    expect_plain(to, 2, 2);
    expect_books(to, NULL, (struct trace_books){.emitted = 3, .kept = 2, .dropped = 1});
    free(from);
    free(to);
}

static void what_was_filtered_before_a_carry_is_not_forgotten(void **state)
{
    (void)state;
    struct trace_table *first = table_of(4, TRACE_KEEP_FIRST);
    struct trace_table *second = table_of(4, TRACE_KEEP_FIRST);
    struct trace_table *filter = table_of(0, TRACE_KEEP_FIRST);
    give(first, 0);
    trace_table_reset(first, filter, true);
    (void)trace_table_carry(second, first);
    assert_int_equal(second->filtered, 1);
    free(first);
    free(second);
    free(filter);
}

/* --- Reset ------------------------------------------------------------------------------ */

static void after_a_reset_the_books_begin_anew_and_there_is_room_again(void **state)
{
    (void)state;
    static const enum trace_keep keeps[] = {TRACE_KEEP_FIRST, TRACE_KEEP_LAST};
    for (uint32_t given = 0; given < 12; given++)
        for (uint32_t k = 0; k < 2; k++) {
            struct trace_table *table = table_of(3, keeps[k]),
                               *filter = table_of(0, TRACE_KEEP_FIRST);
            for (uint32_t i = 0; i < given; i++) {
                give(table, i);
                give(filter, i);
            }
            trace_table_reset(table, filter, false);
            expect_books(table, filter, (struct trace_books){0});
            for (uint32_t i = 0; i < 5; i++)
                give(table, given + i);
            give(filter, 0);
            bool first = keeps[k] == TRACE_KEEP_FIRST;
            expect_books(table, filter,
                         (struct trace_books){.emitted = 6,
                                              .kept = 3,
                                              .overwritten = first ? 0 : 2,
                                              .dropped = first ? 2 : 0,
                                              .filtered = 1});
            struct trace_range range = trace_table_range(table);
            assert_int_equal(range.base, given);
            assert_int_equal(range.first, given + (first ? 0 : 2));
            for (uint64_t n = range.first; n < range.end; n++)
                expect_plain(table, n, n);
            free(table);
            free(filter);
        }
}

static void an_event_from_before_a_reset_is_gone_even_if_its_slot_is_untouched(void **state)
{
    (void)state;
    struct trace_table *table = table_of(4, TRACE_KEEP_FIRST),
                       *filter = table_of(0, TRACE_KEEP_FIRST);
    struct trace_record record;
    struct trace_usage usage;
    give(table, 0);
    trace_table_reset(table, filter, false);
    assert_int_equal(trace_table_read(table, 0, &record, &usage), TRACE_READ_OVERWRITTEN);
    free(table);
    free(filter);
}

static void a_reset_can_count_what_was_there_as_filtered(void **state)
{
    (void)state;
    struct trace_table *table = table_of(4, TRACE_KEEP_FIRST),
                       *filter = table_of(0, TRACE_KEEP_FIRST);
    for (uint32_t i = 0; i < 6; i++)
        give(table, i);
    give(filter, 0);
    trace_table_reset(table, filter, true);
    expect_books(table, filter, (struct trace_books){.emitted = 7, .filtered = 7});
    trace_table_reset(table, filter, true);
    expect_books(table, filter, (struct trace_books){.emitted = 7, .filtered = 7});
    trace_table_reset(table, filter, false);
    expect_books(table, filter, (struct trace_books){0});
    free(table);
    free(filter);
}

static void *give_a_lot(void *argument)
{
    struct trace_table *table = argument;
    for (uint64_t i = 0; i < 200000; i++)
        give(table, trace_local_read(&table->written));
    return NULL;
}

/* The writer is a CPU of its own; the time of each event is its number. */
static void a_reset_beside_a_writer_leaves_no_mixture_and_balanced_books(void **state)
{
    (void)state;
    for (uint32_t round = 0; round < 4; round++) {
        struct trace_table *table = table_of(64, round % 2 ? TRACE_KEEP_LAST : TRACE_KEEP_FIRST);
        struct trace_table *filter = table_of(0, TRACE_KEEP_FIRST);
        pthread_t writer;
        assert_int_equal(pthread_create(&writer, NULL, give_a_lot, table), 0);
        for (uint32_t i = 0; i < 2000; i++) {
            struct trace_record record;
            struct trace_usage usage;
            struct trace_range range = trace_table_range(table);
            struct trace_tally tally = trace_table_tally(table, range);
            struct trace_books books = trace_table_books_of(table, filter, range, tally);
            assert_int_equal(books.emitted, range.written - range.base);
            for (uint64_t n = range.first; n < range.end; n++)
                if (trace_table_read(table, n, &record, &usage) == TRACE_READ_OK)
                    assert_int_equal(record.tsc, tsc_of(n));
            trace_table_reset(table, filter, false);
        }
        pthread_join(writer, NULL);
        free(table);
        free(filter);
    }
}

/* --- Shapes ---------------------------------------------------------------------------- */

static void the_size_of_a_table_has_its_bounds(void **state)
{
    (void)state;
    assert_int_equal(trace_table_size(0), 64);
    assert_int_equal(trace_table_size(TRACE_TABLE_CAPACITY_MAX + 1), 0);
    assert_int_equal(trace_table_size(UINT32_MAX), 0);
    assert_int_equal(trace_table_size(1), 128); /* 64 + 16 + 16, rounded up */
    assert_int_equal(trace_table_size(4), 64 + 4 * 32);
    assert_int_equal(trace_table_size(5), 64 + 8 * 32);
    assert_int_equal(trace_table_size(TRACE_TABLE_CAPACITY_MAX), 64 + (32ull << 26));
}

static void formatting_touches_nothing_but_the_header(void **state)
{
    (void)state;
    struct trace_table *table = aligned_alloc(64, sizeof *table);
    assert_non_null(table);
    trace_table_format(table, TRACE_TABLE_CAPACITY_MAX, TRACE_KEEP_LAST);
    assert_int_equal(table->slots, TRACE_TABLE_CAPACITY_MAX);
    assert_int_equal(table->slot_mask, (TRACE_TABLE_CAPACITY_MAX - 1) * 16);
    free(table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(overflow_keeps_the_first_and_counts_the_rest),
        cmocka_unit_test(overflow_keeps_the_newest_and_counts_the_rest),
        cmocka_unit_test(a_counter_whose_low_half_wraps_loses_nothing),
        cmocka_unit_test(a_counter_near_its_end_loses_nothing),
        cmocka_unit_test(a_full_table_counts_its_losses_beyond_32_bits),
        cmocka_unit_test(an_event_that_was_never_published_is_told_and_counted_as_dropped),
        cmocka_unit_test(a_hole_in_a_table_that_wraps_never_shows_the_event_before_it),
        cmocka_unit_test(what_a_range_has_lost_since_it_was_taken_counts_as_overwritten),
        cmocka_unit_test(a_boottrace_event_keeps_its_usage),
        cmocka_unit_test(a_boottrace_event_without_any_usage_is_a_plain_one),
        cmocka_unit_test(plain_and_boottrace_events_may_overwrite_each_other),
        cmocka_unit_test(the_largest_ids_come_back_as_they_were),
        cmocka_unit_test(a_filter_counts_everything_and_stores_nothing),
        cmocka_unit_test(a_carried_table_goes_on_as_if_it_had_always_been_there),
        cmocka_unit_test(a_hole_that_is_carried_stays_a_hole),
        cmocka_unit_test(what_was_filtered_before_a_carry_is_not_forgotten),
        cmocka_unit_test(after_a_reset_the_books_begin_anew_and_there_is_room_again),
        cmocka_unit_test(an_event_from_before_a_reset_is_gone_even_if_its_slot_is_untouched),
        cmocka_unit_test(a_reset_can_count_what_was_there_as_filtered),
        cmocka_unit_test(a_reset_beside_a_writer_leaves_no_mixture_and_balanced_books),
        cmocka_unit_test(the_size_of_a_table_has_its_bounds),
        cmocka_unit_test(formatting_touches_nothing_but_the_header),
    };
    return cmocka_run_group_tests_name("table", tests, NULL, NULL);
}
