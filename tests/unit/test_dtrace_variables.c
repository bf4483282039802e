/* Variables: places, the pool of dynamic ones, deletion, drops, several CPUs at once. */
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "trace/dtrace/variables_layout.h"

#include "tests/unit/dof_builder.h"

enum {
    CPUS = 4,
    MEMORY_SIZE = 1 << 20
};

static struct dif_declaration declaration(uint32_t scope, uint32_t id, uint32_t by_ref_size)
{
    bool by_ref = by_ref_size > 0;
    return (struct dif_declaration){
        .id = id,
        .scope = (uint8_t)scope,
        .kind = DIF_KIND_SCALAR,
        .type = {.flags = by_ref ? DIF_TYPE_BY_REF : 0, .size = by_ref ? by_ref_size : 8},
    };
}

static struct dtrace_memory memory_of(size_t size)
{
    struct dtrace_memory memory = {aligned_alloc(16, (size + 15) & ~(size_t)15), size, 0};
    assert_non_null(memory.bytes);
    return memory;
}

static struct dtrace_variables *make(struct dtrace_memory *memory, struct dif_declaration *list,
                                     uint32_t count, uint64_t pool)
{
    struct dif_declarations declarations = {.list = list, .count = count, .capacity = count};
    struct dtrace_variables_config config = {
        .declarations = &declarations,
        .programs = 2,
        .cpus = CPUS,
        .dynvarsize = pool,
    };
    return dtrace_variables_make(memory, &config);
}

/* One variable with a pool of so many chunks. */
static struct dtrace_variables *with_chunks(struct dtrace_memory *memory, uint32_t chunks)
{
    struct dif_declaration list[] = {declaration(DIF_SCOPE_THREAD, DIF_VAR_USER, 0)};
    struct dtrace_variables *variables = make(memory, list, 1, (uint64_t)chunks * (256 + 8));
    assert_non_null(variables);
    assert_int_equal(dtrace_variables_counts(variables).chunks, chunks);
    return variables;
}

static enum dtrace_dynamic_status store(struct dtrace_variables *variables, uint32_t cpu,
                                        uint64_t key, uint64_t value)
{
    struct dtrace_key keys[] = {{key, 0}};
    struct dtrace_tuple tuple = {keys, 1};
    return value == 0 ? dtrace_dynamic_delete(variables, cpu, &tuple)
                      : dtrace_dynamic_store(variables, cpu, variables->threads.list, &tuple,
                                             &value, sizeof value);
}

static uint64_t load(struct dtrace_variables *variables, uint32_t cpu, uint64_t key)
{
    struct dtrace_key keys[] = {{key, 0}};
    struct dtrace_tuple tuple = {keys, 1};
    uint64_t value;
    assert_int_equal(dtrace_dynamic_load(variables, cpu, variables->threads.list, &tuple, &value),
                     DTRACE_DYNAMIC_OK);
    return value;
}

/* --- The pool ------------------------------------------------------------------------------------- */

static void many_keys_are_all_found_again(void **state)
{
    (void)state;
    enum {
        KEYS = 2000
    };
    struct dtrace_memory memory = memory_of(MEMORY_SIZE);
    struct dtrace_variables *variables = with_chunks(&memory, KEYS);
    for (uint64_t key = 0; key < KEYS; key++)
        assert_int_equal(store(variables, 0, key * 4096, key + 1), DTRACE_DYNAMIC_OK);
    for (uint64_t key = 0; key < KEYS; key++)
        assert_int_equal(load(variables, 0, key * 4096), key + 1);
    assert_int_equal(load(variables, 0, 1), 0);
    assert_int_equal(dtrace_variables_counts(variables).in_use, KEYS);
    free(memory.bytes);
}

static void a_full_pool_drops_and_counts(void **state)
{
    (void)state;
    struct dtrace_memory memory = memory_of(MEMORY_SIZE);
    struct dtrace_variables *variables = with_chunks(&memory, 3);
    for (uint64_t key = 1; key <= 3; key++)
        assert_int_equal(store(variables, 0, key, key), DTRACE_DYNAMIC_OK);
    assert_int_equal(store(variables, 1, 4, 4), DTRACE_DYNAMIC_DROP);
    assert_int_equal(store(variables, 2, 5, 5), DTRACE_DYNAMIC_DROP);
    assert_int_equal(store(variables, 0, 2, 22), DTRACE_DYNAMIC_OK);
    assert_int_equal(load(variables, 0, 2), 22);
    assert_int_equal(load(variables, 0, 4), 0);
    assert_int_equal(dtrace_variables_counts(variables).dynamic_drops, 2);
    free(memory.bytes);
}

static void a_deleted_variable_comes_back_to_the_pool_with_the_second_cleaning(void **state)
{
    (void)state;
    struct dtrace_memory memory = memory_of(MEMORY_SIZE);
    struct dtrace_variables *variables = with_chunks(&memory, 1);
    assert_int_equal(store(variables, 0, 1, 1), DTRACE_DYNAMIC_OK);
    assert_int_equal(store(variables, 0, 1, 0), DTRACE_DYNAMIC_OK);
    assert_int_equal(load(variables, 0, 1), 0);
    assert_int_equal(store(variables, 0, 2, 2), DTRACE_DYNAMIC_DROP);
    dtrace_variables_clean(variables);
    assert_int_equal(store(variables, 0, 2, 2), DTRACE_DYNAMIC_DROP);
    dtrace_variables_clean(variables);
    assert_int_equal(dtrace_variables_counts(variables).in_use, 0);
    assert_int_equal(store(variables, 0, 2, 2), DTRACE_DYNAMIC_OK);
    free(memory.bytes);
}

static void cleaning_gives_back_all_and_loses_none(void **state)
{
    (void)state;
    enum {
        ALL = 16
    };
    struct dtrace_memory memory = memory_of(MEMORY_SIZE);
    struct dtrace_variables *variables = with_chunks(&memory, ALL);
    for (uint64_t round = 0; round < 100; round++) {
        for (uint64_t key = 0; key < ALL; key++)
            assert_int_equal(store(variables, 0, round * ALL + key, 1), DTRACE_DYNAMIC_OK);
        for (uint64_t key = 0; key < ALL; key++) {
            assert_int_equal(store(variables, 0, round * ALL + key, 0), DTRACE_DYNAMIC_OK);
            if (key % 5 == 0)
                dtrace_variables_clean(variables);
        }
        dtrace_variables_clean(variables);
        dtrace_variables_clean(variables);
    }
    assert_int_equal(dtrace_variables_counts(variables).in_use, 0);
    free(memory.bytes);
}

static void a_lock_that_stays_taken_ends_in_a_drop(void **state)
{
    (void)state;
    struct dtrace_memory memory = memory_of(MEMORY_SIZE);
    struct dtrace_variables *variables = with_chunks(&memory, 1);
    struct dtrace_key keys[] = {{1, 0}};
    struct dtrace_tuple tuple = {keys, 1};
    uint64_t value;
    variables->pool.buckets[0].lock = 1;
    assert_int_equal(store(variables, 3, 1, 1), DTRACE_DYNAMIC_DROP);
    assert_int_equal(store(variables, 3, 1, 0), DTRACE_DYNAMIC_DROP);
    assert_int_equal(dtrace_dynamic_load(variables, 3, variables->threads.list, &tuple, &value),
                     DTRACE_DYNAMIC_DROP);
    variables->pool.buckets[0].lock = 0;
    variables->pool.free_lock = 1;
    assert_int_equal(store(variables, 3, 1, 1), DTRACE_DYNAMIC_DROP);
    assert_int_equal(dtrace_variables_counts(variables).dynamic_drops, 4);
    variables->pool.free_lock = 0;
    assert_int_equal(store(variables, 3, 1, 1), DTRACE_DYNAMIC_OK);
    free(memory.bytes);
}

static void a_pool_is_halved_until_it_fits(void **state)
{
    (void)state;
    struct dtrace_memory memory = memory_of(20000);
    struct dif_declaration list[] = {declaration(DIF_SCOPE_THREAD, DIF_VAR_USER, 0)};
    struct dtrace_variables *variables = make(&memory, list, 1, UINT64_MAX);
    assert_non_null(variables);
    uint64_t chunks = dtrace_variables_counts(variables).chunks;
    assert_in_range(chunks, 20000 / 4 / 264, 20000 / 264);
    free(memory.bytes);
}

static void a_pool_for_which_there_is_no_room_at_all_takes_nothing(void **state)
{
    (void)state;
    struct dtrace_memory memory = memory_of(64);
    struct dif_declaration list[] = {declaration(DIF_SCOPE_THREAD, DIF_VAR_USER, 0)};
    memory.used = 8;
    assert_null(make(&memory, list, 1, 1000));
    assert_int_equal(memory.used, 8);
    free(memory.bytes);
}

/* --- What an address may reach -------------------------------------------------------------------- */

/* Every byte of the pool: only the data of what is there belongs to a variable. */
static void only_data_of_live_chunks_can_be_reached(void **state)
{
    (void)state;
    struct dtrace_memory memory = memory_of(MEMORY_SIZE);
    struct dif_declaration list[] = {declaration(DIF_SCOPE_THREAD, DIF_VAR_USER, 40)};
    struct dtrace_variables *variables = make(&memory, list, 1, 3 * 264 + 8);
    struct dtrace_key keys[] = {{1, 0}, {(uintptr_t) "key", 3}};
    struct dtrace_tuple tuple = {keys, 2};
    uint64_t data;
    uint8_t bytes[40] = {0};
    assert_int_equal(dtrace_dynamic_store(variables, 0, variables->threads.list, &tuple, bytes, 40),
                     DTRACE_DYNAMIC_OK);
    assert_int_equal(dtrace_dynamic_load(variables, 0, variables->threads.list, &tuple, &data),
                     DTRACE_DYNAMIC_OK);
    uintptr_t pool = (uintptr_t)variables->pool.chunks;
    for (uintptr_t at = pool - 8; at < pool + 3 * 256 + 8; at++)
        assert_int_equal(dtrace_variables_extent(variables, 0, at),
                         at >= data && at < data + 40 ? data + 40 - at : 0);
    free(memory.bytes);
}

static void a_deleted_chunk_stays_readable_until_it_is_rinsed(void **state)
{
    (void)state;
    struct dtrace_memory memory = memory_of(MEMORY_SIZE);
    struct dif_declaration list[] = {declaration(DIF_SCOPE_THREAD, DIF_VAR_USER, 8)};
    struct dtrace_variables *variables = make(&memory, list, 1, 264);
    struct dtrace_key keys[] = {{1, 0}};
    struct dtrace_tuple tuple = {keys, 1};
    uint64_t data;
    (void)dtrace_dynamic_store(variables, 0, variables->threads.list, &tuple, "12345678", 8);
    (void)dtrace_dynamic_load(variables, 0, variables->threads.list, &tuple, &data);
    (void)dtrace_dynamic_delete(variables, 0, &tuple);
    assert_int_equal(dtrace_variables_extent(variables, 0, data), 8);
    dtrace_variables_clean(variables);
    assert_int_equal(dtrace_variables_extent(variables, 0, data), 0);
    dtrace_variables_clean(variables);
    assert_int_equal(dtrace_variables_extent(variables, 0, data), 0);
    free(memory.bytes);
}

static void heads_and_gaps_between_statics_belong_to_nobody(void **state)
{
    (void)state;
    struct dtrace_memory memory = memory_of(MEMORY_SIZE);
    struct dif_declaration list[] = {
        declaration(DIF_SCOPE_GLOBAL, 0x502, 5),
        declaration(DIF_SCOPE_GLOBAL, 0x501, 0),
        declaration(DIF_SCOPE_GLOBAL, 0x500, 16),
    };
    struct dtrace_variables *variables = make(&memory, list, 3, 0);
    uintptr_t start = (uintptr_t)variables->global.data;
    for (uintptr_t at = 0; at < 60; at++) {
        uint64_t extent = at >= 8 && at < 24 ? 24 - at : at >= 32 && at < 37 ? 37 - at : 0;
        assert_int_equal(dtrace_variables_extent(variables, 0, start + at), extent);
    }
    free(memory.bytes);
}

static void clause_locals_of_another_cpu_are_out_of_reach(void **state)
{
    (void)state;
    struct dtrace_memory memory = memory_of(MEMORY_SIZE);
    struct dif_declaration list[] = {declaration(DIF_SCOPE_LOCAL, 0x500, 16)};
    struct dtrace_variables *variables = make(&memory, list, 1, 0);
    uintptr_t data = (uintptr_t)variables->local[2].data + 8;
    assert_int_equal(dtrace_variables_extent(variables, 2, data), 16);
    assert_int_equal(dtrace_variables_extent(variables, 1, data), 0);
    free(memory.bytes);
}

/* --- Places --------------------------------------------------------------------------------------- */

static void any_order_and_any_gaps_of_ids_are_found(void **state)
{
    (void)state;
    enum {
        COUNT = 500
    };
    struct dtrace_memory memory = memory_of(MEMORY_SIZE);
    struct dif_declaration list[COUNT];
    for (uint32_t i = 0; i < COUNT; i++)
        list[i] = declaration(DIF_SCOPE_GLOBAL, DIF_VAR_USER + i * 7919 % 50021, 0);
    struct dtrace_variables *variables = make(&memory, list, COUNT, 0);
    assert_non_null(variables);
    for (uint32_t i = 0; i < COUNT; i++)
        assert_int_equal(dtrace_slot_find(&variables->globals, list[i].id)->id, list[i].id);
    assert_null(dtrace_slot_find(&variables->globals, DIF_VAR_USER + 1));
    assert_null(dtrace_slot_find(&variables->globals, UINT32_MAX));
    assert_null(dtrace_slot_find(&variables->locals, DIF_VAR_USER));
    free(memory.bytes);
}

/* --- The size of a chunk -------------------------------------------------------------------------- */

static uint32_t chunk_of(const uint32_t *text, uint32_t length)
{
    static const uint64_t integers[] = {64, UINT64_MAX};
    static const struct dif_variable variables[] = {
        {.id = 0x500, .scope = DIF_SCOPE_GLOBAL, .type = {.flags = DIF_TYPE_BY_REF, .size = 20}},
        {.id = 0x501, .scope = DIF_SCOPE_GLOBAL, .type = {DIF_TYPE_STRING, 0, DIF_TYPE_BY_REF, 0}},
        {.id = 0x500, .scope = DIF_SCOPE_THREAD, .kind = DIF_KIND_SCALAR, .type = {.size = 4}},
        {.id = 0x501, .scope = DIF_SCOPE_THREAD, .type = {.size = 4}},
    };
    struct dif_declaration list[8];
    struct dif_declarations declarations = {.list = list, .capacity = 8};
    struct dif_problem problem;
    struct dif_object object = {
        .text = text,
        .length = length,
        .integers = integers,
        .integer_count = 2,
        .variables = variables,
        .variable_count = sizeof variables / sizeof *variables,
    };
    assert_true(dif_verify(&object, &declarations, &problem));
    return object.chunk;
}
#define CHUNK_OF(...)                                                                              \
    chunk_of((const uint32_t[]){__VA_ARGS__},                                                      \
             sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))

static void a_chunk_is_as_large_as_what_the_code_stores(void **state)
{
    (void)state;
    const uint32_t push = DIF_REGS(DIF_OP_PUSHTV, 0, 0, 1);
    const uint32_t push_string = DIF_REGS(DIF_OP_PUSHTR, DIF_TYPE_STRING, 2, 1);
    assert_int_equal(CHUNK_OF(DIF_RET(0)), 0);
    assert_int_equal(CHUNK_OF(push, DIF_INDEX(DIF_OP_LDGAA, 0x500, 1), DIF_RET(0)), 0);
    assert_int_equal(CHUNK_OF(DIF_INDEX(DIF_OP_STTS, 0x500, 1), DIF_RET(0)), 32 + 2 * 16 + 8);
    assert_int_equal(CHUNK_OF(push, DIF_INDEX(DIF_OP_STGAA, 0x500, 1), DIF_RET(0)),
                     32 + 3 * 16 + 24);
    assert_int_equal(CHUNK_OF(push_string, DIF_INDEX(DIF_OP_STGAA, 0x500, 1), DIF_RET(0)),
                     32 + 3 * 16 + 256 + 24);
    assert_int_equal(CHUNK_OF(DIF_INDEX(DIF_OP_SETX, 0, 2), push_string,
                              DIF_INDEX(DIF_OP_STGAA, 0x500, 1), DIF_RET(0)),
                     32 + 3 * 16 + 64 + 24);
    assert_int_equal(CHUNK_OF(push_string, DIF_REGS(DIF_OP_FLUSHTS, 0, 0, 0),
                              DIF_INDEX(DIF_OP_STTAA, 0x501, 1), DIF_RET(0)),
                     32 + 2 * 16 + 8);
}

static void a_string_that_says_no_size_has_its_256_bytes_in_the_chunk(void **state)
{
    (void)state;
    assert_int_equal(CHUNK_OF(DIF_INDEX(DIF_OP_STGAA, 0x501, 1), DIF_RET(0)), 32 + 2 * 16 + 256);
}

static void a_key_of_any_size_makes_no_chunk_of_no_size(void **state)
{
    (void)state;
    const uint32_t push_string = DIF_REGS(DIF_OP_PUSHTR, DIF_TYPE_STRING, 2, 1);
    assert_int_equal(CHUNK_OF(DIF_INDEX(DIF_OP_SETX, 1, 2), push_string, push_string,
                              DIF_INDEX(DIF_OP_STGAA, 0x500, 1), DIF_RET(0)),
                     UINT32_MAX / 4);
}

/* --- Several CPUs --------------------------------------------------------------------------------- */

struct worker {
    struct dtrace_variables *variables;
    uint32_t cpu;
    uint32_t round; /* that it is in; the cleaner reads it */
    uint64_t drops;
};

enum {
    ROUNDS = 100000,
    SHARED_KEYS = 13,
    CHUNKS = 3000,
};

/* Values tell their key, so that a reader sees what belongs to another one. */
static void *work(void *context)
{
    struct worker *worker = context;
    for (uint32_t round = 1; round <= ROUNDS; round++) {
        __atomic_store_n(&worker->round, round, __ATOMIC_RELEASE);
        uint64_t key = (round * 7 + worker->cpu) % SHARED_KEYS;
        uint64_t value = round % 3 == 0 ? 0 : key << 32 | round;
        worker->drops += store(worker->variables, worker->cpu, key, value) != DTRACE_DYNAMIC_OK;
        struct dtrace_key keys[] = {{key, 0}};
        struct dtrace_tuple tuple = {keys, 1};
        worker->drops +=
            dtrace_dynamic_load(worker->variables, worker->cpu, worker->variables->threads.list,
                                &tuple, &value) != DTRACE_DYNAMIC_OK;
        if (value != 0 && value >> 32 != key)
            abort();
    }
    __atomic_store_n(&worker->round, ROUNDS + 1, __ATOMIC_RELEASE);
    return NULL;
}

/* Waits until every CPU has been outside a firing; false: they have all ended. */
static bool all_have_been_outside(const struct worker *workers)
{
    bool goes_on = false;
    for (uint32_t cpu = 0; cpu < CPUS; cpu++) {
        uint32_t before = __atomic_load_n(&workers[cpu].round, __ATOMIC_ACQUIRE), now;
        while ((now = __atomic_load_n(&workers[cpu].round, __ATOMIC_ACQUIRE)) == before &&
               now <= ROUNDS)
            sched_yield();
        goes_on |= now <= ROUNDS;
    }
    return goes_on;
}

static void several_cpus_change_the_same_variables(void **state)
{
    (void)state;
    struct dtrace_memory memory = memory_of(MEMORY_SIZE);
    struct dtrace_variables *variables = with_chunks(&memory, CHUNKS);
    struct worker workers[CPUS];
    pthread_t threads[CPUS];
    uint64_t drops = 0, in_use = 0;
    for (uint32_t cpu = 0; cpu < CPUS; cpu++) {
        workers[cpu] = (struct worker){variables, cpu, 0, 0};
        assert_int_equal(pthread_create(&threads[cpu], NULL, work, &workers[cpu]), 0);
    }
    while (all_have_been_outside(workers))
        dtrace_variables_clean(variables);
    for (uint32_t cpu = 0; cpu < CPUS; cpu++) {
        assert_int_equal(pthread_join(threads[cpu], NULL), 0);
        drops += workers[cpu].drops;
    }
    for (uint32_t i = 0; i < 3; i++) /* what is rinsing, and what was deleted since */
        dtrace_variables_clean(variables);
    for (uint64_t key = 0; key < SHARED_KEYS; key++)
        in_use += load(variables, 0, key) != 0;
    assert_int_equal(dtrace_variables_counts(variables).in_use, in_use);
    assert_int_equal(dtrace_variables_counts(variables).dynamic_drops, drops);
    free(memory.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_keys_are_all_found_again),
        cmocka_unit_test(a_full_pool_drops_and_counts),
        cmocka_unit_test(a_deleted_variable_comes_back_to_the_pool_with_the_second_cleaning),
        cmocka_unit_test(cleaning_gives_back_all_and_loses_none),
        cmocka_unit_test(a_lock_that_stays_taken_ends_in_a_drop),
        cmocka_unit_test(a_pool_is_halved_until_it_fits),
        cmocka_unit_test(a_pool_for_which_there_is_no_room_at_all_takes_nothing),
        cmocka_unit_test(only_data_of_live_chunks_can_be_reached),
        cmocka_unit_test(a_deleted_chunk_stays_readable_until_it_is_rinsed),
        cmocka_unit_test(heads_and_gaps_between_statics_belong_to_nobody),
        cmocka_unit_test(clause_locals_of_another_cpu_are_out_of_reach),
        cmocka_unit_test(any_order_and_any_gaps_of_ids_are_found),
        cmocka_unit_test(a_chunk_is_as_large_as_what_the_code_stores),
        cmocka_unit_test(a_string_that_says_no_size_has_its_256_bytes_in_the_chunk),
        cmocka_unit_test(a_key_of_any_size_makes_no_chunk_of_no_size),
        cmocka_unit_test(several_cpus_change_the_same_variables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
