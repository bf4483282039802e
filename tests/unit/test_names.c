/* Interned names and tasks: whole or refused, and counted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/exact_copy.h"
#include "trace/names.h"

static uint16_t add_task(struct trace_tasks *tasks, uint32_t pid, uint16_t name)
{
    return trace_tasks_add(tasks, &(struct trace_task){.pid = pid, .name = name});
}

static struct trace_names *names_of(uint32_t capacity, uint32_t text_capacity)
{
    size_t size = trace_names_size(capacity, text_capacity);
    struct trace_names *names = aligned_alloc(64, size);
    assert_non_null(names);
    memset(names, 0, size);
    trace_names_format(names, capacity, text_capacity);
    return names;
}

/* Interns a copy that lies in memory of exactly its size. */
static uint16_t intern(struct trace_names *names, const char *text, size_t length)
{
    char *copy = exact_copy(text, length);
    uint16_t id = trace_names_intern(names, copy, length);
    free(copy);
    return id;
}

static uint16_t intern_string(struct trace_names *names, const char *text)
{
    return intern(names, text, strlen(text));
}

static void expect(const struct trace_names *names, uint32_t id, const char *text, size_t length)
{
    struct trace_name name = trace_names_get(names, id);
    assert_non_null(name.text);
    assert_int_equal(name.length, length);
    assert_memory_equal(name.text, text, length);
}

static void a_name_gets_one_id_and_keeps_it(void **state)
{
    (void)state;
    struct trace_names *names = names_of(8, 64);
    uint16_t one = intern_string(names, "one");
    uint16_t two = intern_string(names, "two");
    assert_int_equal(one, TRACE_NAME_FIRST);
    assert_int_equal(two, TRACE_NAME_FIRST + 1);
    assert_int_equal(intern_string(names, "one"), one);
    assert_int_equal(intern_string(names, "two"), two);
    assert_int_equal(names->count, TRACE_NAME_FIRST + 2);
    assert_int_equal(names->refused, 0);
    expect(names, one, "one", 3);
    expect(names, two, "two", 3);
    free(names);
}

static void a_beginning_of_a_name_is_another_name(void **state)
{
    (void)state;
    struct trace_names *names = names_of(8, 64);
    uint16_t longer = intern_string(names, "mount");
    uint16_t shorter = intern_string(names, "moun");
    uint16_t with_zero = intern(names, "moun\0", 5);
    assert_int_not_equal(longer, shorter);
    assert_int_not_equal(shorter, with_zero);
    expect(names, with_zero, "moun\0", 5);
    free(names);
}

static void an_id_that_was_never_given_out_names_nothing(void **state)
{
    (void)state;
    struct trace_names *names = names_of(8, 64);
    uint16_t last = intern_string(names, "last");
    assert_null(trace_names_get(names, TRACE_NAME_NONE).text);
    assert_null(trace_names_get(names, last + 1u).text);
    assert_null(trace_names_get(names, 8).text);
    assert_null(trace_names_get(names, UINT32_MAX).text);
    assert_int_equal(trace_names_get(names, UINT32_MAX).length, 0);
    expect(names, TRACE_NAME_REFUSED, "(name refused)", 14);
    free(names);
}

static void a_name_is_kept_whole_or_refused_and_counted(void **state)
{
    (void)state;
    struct trace_names *names = names_of(8, 1024);
    char text[300];
    memset(text, 'x', sizeof text);
    assert_int_equal(intern(names, text, 0), TRACE_NAME_REFUSED);
    assert_int_equal(names->refused, 1);
    assert_int_equal(intern(names, text, TRACE_NAME_LENGTH_MAX + 1), TRACE_NAME_REFUSED);
    assert_int_equal(intern(names, text, sizeof text), TRACE_NAME_REFUSED);
    assert_int_equal(names->refused, 3);
    uint16_t longest = intern(names, text, TRACE_NAME_LENGTH_MAX);
    uint16_t shorter = intern(names, text, TRACE_NAME_LENGTH_MAX - 1);
    assert_int_equal(longest, TRACE_NAME_FIRST);
    assert_int_equal(shorter, TRACE_NAME_FIRST + 1);
    expect(names, longest, text, TRACE_NAME_LENGTH_MAX);
    expect(names, shorter, text, TRACE_NAME_LENGTH_MAX - 1);
    assert_int_equal(names->refused, 3);
    free(names);
}

static void a_pool_that_is_full_of_names_refuses_new_ones_only(void **state)
{
    (void)state;
    struct trace_names *names = names_of(4, 64);
    uint16_t one = intern_string(names, "one");
    uint16_t two = intern_string(names, "two");
    assert_int_equal(intern_string(names, "three"), TRACE_NAME_REFUSED);
    assert_int_equal(intern_string(names, "three"), TRACE_NAME_REFUSED);
    assert_int_equal(names->refused, 2);
    assert_int_equal(intern_string(names, "one"), one);
    assert_int_equal(intern_string(names, "two"), two);
    assert_int_equal(names->refused, 2);
    free(names);
}

static void a_pool_that_is_full_of_bytes_takes_what_still_fits(void **state)
{
    (void)state;
    for (uint32_t room = 5; room <= 7; room++) { /* "12345" takes 6 bytes */
        struct trace_names *names = names_of(8, room);
        bool fits = room >= 6;
        assert_int_equal(intern_string(names, "12345"),
                         fits ? TRACE_NAME_FIRST : TRACE_NAME_REFUSED);
        assert_int_equal(names->refused, fits ? 0 : 1);
        assert_int_equal(intern_string(names, "1234"),
                         fits ? TRACE_NAME_REFUSED : TRACE_NAME_FIRST);
        assert_int_equal(names->text_used <= names->text_capacity, true);
        free(names);
    }
}

static void the_refused_name_needs_no_room(void **state)
{
    (void)state;
    struct trace_names *names = names_of(2, 0);
    assert_int_equal(intern_string(names, "a"), TRACE_NAME_REFUSED);
    assert_int_equal(names->refused, 1);
    expect(names, TRACE_NAME_REFUSED, "(name refused)", 14);
    free(names);
}

static void a_pool_of_any_size_has_buckets_for_twice_its_names(void **state)
{
    (void)state;
    for (uint32_t capacity = 2; capacity <= 100; capacity++) {
        struct trace_names *names = names_of(capacity, 8 * capacity);
        assert_int_equal(names->buckets & (names->buckets - 1), 0);
        assert_in_range(names->buckets, 2 * capacity, 4 * capacity - 1);
        for (uint32_t round = 0; round < 2; round++)
            for (uint32_t id = TRACE_NAME_FIRST; id < capacity; id++) {
                const char text[] = {'n', (char)('0' + id / 10), (char)('0' + id % 10)};
                assert_int_equal(intern(names, text, sizeof text), id);
            }
        assert_int_equal(names->refused, 0);
        free(names);
    }
}

static void the_largest_pool_tells_all_its_names_apart(void **state)
{
    (void)state;
    struct trace_names *names = names_of(TRACE_NAME_LIMIT, TRACE_NAME_LIMIT * 8);
    char text[16];
    for (unsigned i = TRACE_NAME_FIRST; i < TRACE_NAME_LIMIT; i++) {
        int length = snprintf(text, sizeof text, "n%u", i);
        assert_int_equal(intern(names, text, (size_t)length), i);
    }
    assert_int_equal(intern_string(names, "one more"), TRACE_NAME_REFUSED);
    for (unsigned i = TRACE_NAME_FIRST; i < TRACE_NAME_LIMIT; i++) {
        int length = snprintf(text, sizeof text, "n%u", i);
        assert_int_equal(intern(names, text, (size_t)length), i);
        expect(names, i, text, (size_t)length);
    }
    assert_int_equal(names->refused, 1);
    free(names);
}

static void carried_names_keep_their_ids(void **state)
{
    (void)state;
    struct trace_names *from = names_of(5, 64);
    uint16_t one = intern_string(from, "one");
    uint16_t two = intern(from, "t\0wo\xff", 5);
    uint16_t three = intern_string(from, "three");
    (void)intern_string(from, "four");
    const uint32_t sizes[] = {5, 6, 100};
    for (size_t i = 0; i < 3; i++) {
        struct trace_names *to = names_of(sizes[i], 64 * sizes[i]);
        trace_names_carry(to, from);
        assert_int_equal(to->count, from->count);
        assert_int_equal(to->refused, 1);
        expect(to, one, "one", 3);
        expect(to, two, "t\0wo\xff", 5);
        expect(to, three, "three", 5);
        assert_int_equal(intern_string(to, "three"), three);
        assert_int_equal(intern_string(to, "four"), i == 0 ? TRACE_NAME_REFUSED : three + 1);
        free(to);
    }
    free(from);
}

static struct trace_tasks *tasks_of(uint32_t capacity)
{
    size_t size = trace_tasks_size(capacity);
    struct trace_tasks *tasks = aligned_alloc(64, size);
    assert_non_null(tasks);
    memset(tasks, 0, size);
    trace_tasks_format(tasks, capacity);
    return tasks;
}

static void a_full_pool_of_tasks_gives_the_unknown_one_and_counts(void **state)
{
    (void)state;
    for (uint32_t capacity = 1; capacity <= 9; capacity++) {
        struct trace_tasks *tasks = tasks_of(capacity);
        for (uint32_t i = 1; i < capacity; i++)
            assert_int_equal(add_task(tasks, 100 + i, (uint16_t)(2 + i)), i);
        assert_int_equal(add_task(tasks, 7, 7), 0);
        assert_int_equal(add_task(tasks, 7, 7), 0);
        assert_int_equal(tasks->refused, 2);
        assert_int_equal(tasks->task[0].pid, 0);
        assert_int_equal(tasks->task[0].name, TRACE_NAME_NONE);
        for (uint32_t i = 1; i < capacity; i++) {
            assert_int_equal(tasks->task[i].pid, 100 + i);
            assert_int_equal(tasks->task[i].name, 2 + i);
        }
        free(tasks);
    }
}

static void the_largest_pool_of_tasks_fits_16_bits(void **state)
{
    (void)state;
    struct trace_tasks *tasks = tasks_of(TRACE_TASK_LIMIT);
    for (uint32_t i = 1; i < TRACE_TASK_LIMIT; i++)
        assert_int_equal(add_task(tasks, i, 2), i);
    assert_int_equal(add_task(tasks, 1, 2), 0);
    free(tasks);
}

static void carried_tasks_keep_their_ids(void **state)
{
    (void)state;
    struct trace_tasks *from = tasks_of(3);
    struct trace_tasks *to = tasks_of(4);
    (void)add_task(from, 11, 2);
    (void)add_task(from, UINT32_MAX, 3);
    (void)add_task(from, 13, 4);
    trace_tasks_carry(to, from);
    assert_int_equal(to->count, 3);
    assert_int_equal(to->refused, 1);
    assert_int_equal(to->task[1].pid, 11);
    assert_int_equal(to->task[2].pid, UINT32_MAX);
    assert_int_equal(to->task[2].name, 3);
    assert_int_equal(add_task(to, 14, 5), 3);
    free(from);
    free(to);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_gets_one_id_and_keeps_it),
        cmocka_unit_test(a_beginning_of_a_name_is_another_name),
        cmocka_unit_test(an_id_that_was_never_given_out_names_nothing),
        cmocka_unit_test(a_name_is_kept_whole_or_refused_and_counted),
        cmocka_unit_test(a_pool_that_is_full_of_names_refuses_new_ones_only),
        cmocka_unit_test(a_pool_that_is_full_of_bytes_takes_what_still_fits),
        cmocka_unit_test(the_refused_name_needs_no_room),
        cmocka_unit_test(a_pool_of_any_size_has_buckets_for_twice_its_names),
        cmocka_unit_test(the_largest_pool_tells_all_its_names_apart),
        cmocka_unit_test(carried_names_keep_their_ids),
        cmocka_unit_test(a_full_pool_of_tasks_gives_the_unknown_one_and_counts),
        cmocka_unit_test(the_largest_pool_of_tasks_fits_16_bits),
        cmocka_unit_test(carried_tasks_keep_their_ids),
    };
    return cmocka_run_group_tests_name("names", tests, NULL, NULL);
}
