/* Several CPUs fire at once, each a thread, while probes appear, the cleaner comes by, and somebody claims.  Built with the thread
 * sanitizer, which ends the test at the first race. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <pthread.h>

#include "tests/unit/dtrace_host.h"

enum {
    CPUS = 4,
    FIRINGS = 5000,
    LATER = 50, /* probes that appear while the others fire */
    MIB = 1 << 20
};

static uint32_t data_probe, take_probe, write_probe, commit_probe, discard_probe;
static uint32_t cpus_done;

static struct dif_object *take_speculation(void)
{
    struct dif_object *object = host_take_speculation(0x500);
    static const uint32_t text[] = {(uint32_t)DIF_OP_CALL << 24 | DIF_SUBR_SPECULATION << 8 | 1,
                                    (uint32_t)DIF_OP_RET << 24 | 1};
    object->text = text;
    object->length = 2;
    object->variables = NULL;
    object->variable_count = 0;
    return object;
}

static void start(int64_t policy)
{
    host_start(4 * MIB, CPUS, false);
    data_probe = host_probe("data", "");
    take_probe = host_probe("take", "");
    write_probe = host_probe("write", "");
    commit_probe = host_probe("commit", "");
    discard_probe = host_probe("discard", "");
    struct dof_action data[] = {host_action(DOF_ACTION_DIFEXPR, host_variable(DIF_VAR_ARG0, 8)),
                                host_action(DOF_ACTION_DIFEXPR, host_constant(1, 8)),
                                host_action(DOF_ACTION_DIFEXPR, host_name(DIF_VAR_PROBEFUNC, 32)),
                                host_action(DOF_ACTION_DIFEXPR, host_variable(DIF_VAR_ARG0 + 1, 8)),
                                host_action(DOF_AGGREGATION_COUNT, NULL)};
    data[4].ntuple = 3;
    struct dof_action take[] = {host_action(DOF_ACTION_DIFEXPR, take_speculation())};
    struct dof_action write[] = {host_action(DOF_ACTION_SPECULATE, host_constant(1, 8)),
                                 host_action(DOF_ACTION_DIFEXPR, host_variable(DIF_VAR_ARG0, 8))};
    struct dof_action commit[] = {host_action(DOF_ACTION_COMMIT, host_constant(1, 8))};
    struct dof_action discard[] = {host_action(DOF_ACTION_DISCARD, host_constant(1, 8))};
    const struct dof_clause clauses[] = {
        HOST_CLAUSE("data*", "", data),
        HOST_CLAUSE("take", "", take),
        HOST_CLAUSE("write", "", write),
        HOST_CLAUSE("commit", "", commit),
        HOST_CLAUSE("discard", "", discard),
        {.provider = "test", .module = "", .function = "data*", .name = ""}};
    const struct dof_option options[] = {
        {DOF_OPTION_BUFPOLICY, policy}, {DOF_OPTION_BUFSIZE, 16384}, {DOF_OPTION_AGGSIZE, 16384}};
    assert_true(host_add(clauses, HOST_COUNT(clauses), options, 3));
    assert_int_equal(dtrace_go(host.dtrace, 0), DTRACE_GO_OK);
}

static void *fire_all(void *context)
{
    uint32_t cpu = (uint32_t)(uintptr_t)context;
    for (uint32_t i = 0; i < FIRINGS; i++) {
        host_fire(data_probe, cpu, i, i % 7);
        host_fire(take_probe, cpu, i, 0);
        host_fire(write_probe, cpu, i, 0);
        if (i % 5 == cpu)
            host_fire(i % 2 == 0 ? commit_probe : discard_probe, cpu, 0, 0);
        uint32_t last = dtrace_probes(host.dtrace);
        if (last > discard_probe)
            host_fire(last, cpu, i, 9);
    }
    (void)__atomic_fetch_add(&cpus_done, 1, __ATOMIC_RELEASE);
    return NULL;
}

static void clean_and_add(void)
{
    for (uint32_t added = 0; __atomic_load_n(&cpus_done, __ATOMIC_ACQUIRE) < CPUS;) {
        if (added++ < LATER)
            (void)host_probe("data_later", "");
        dtrace_clean(host.dtrace);
    }
}

static uint64_t counted(uint32_t cpu, uint64_t *by_key)
{
    struct dtrace_snapshot s = host_aggregations(cpu);
    uint64_t sum = 0;
    for (uint32_t at = 0; at < s.size; at += 64) {
        uint64_t key = host_number(s.bytes + at + 48, 8), count = host_number(s.bytes + at + 56, 8);
        if (key < 7)
            by_key[key] += count;
        sum += count;
    }
    assert_int_equal(s.books.kept, sum);
    host_assert_balance(&s.books);
    return sum;
}

static void check_cpu(uint32_t cpu)
{
    static struct host_record records[4096];
    struct dtrace_snapshot s = host_principal(cpu);
    uint64_t by_key[7] = {0}, nested = host.dtrace->cpu[cpu].nested;
    host_assert_balance(&s.books);
    assert_int_equal(host_records(&s, records, 4096), s.books.kept);
    uint64_t sum = counted(cpu, by_key), of_data = 0;
    for (uint32_t key = 0; key < 7; key++)
        of_data += by_key[key];
    assert_true(of_data <= FIRINGS && of_data + nested >= FIRINGS);
    assert_true(sum <= 2 * FIRINGS);
}

static void every_cpu_keeps_its_own_books(void **state)
{
    (void)state;
    for (int64_t policy = DTRACE_POLICY_RING; policy <= DTRACE_POLICY_SWITCH; policy++) {
        pthread_t threads[CPUS];
        start(policy);
        cpus_done = 0;
        for (uintptr_t i = 0; i < CPUS; i++)
            assert_int_equal(pthread_create(&threads[i], NULL, fire_all, (void *)i), 0);
        clean_and_add();
        for (uint32_t i = 0; i < CPUS; i++)
            assert_int_equal(pthread_join(threads[i], NULL), 0);
        dtrace_stop(host.dtrace, 0);
        for (uint32_t i = 0; i < CPUS; i++)
            check_cpu(i);
        host_end();
    }
}

static void *fire_until_stopped(void *context)
{
    uint32_t cpu = (uint32_t)(uintptr_t)context;
    for (uint32_t i = 0; dtrace_is_going(host.dtrace); i++)
        host_fire(data_probe, cpu, i, 0);
    return NULL;
}

static void behind_stop_nothing_moves_any_more(void **state)
{
    (void)state;
    pthread_t threads[CPUS];
    start(DTRACE_POLICY_RING);
    for (uintptr_t i = 1; i < CPUS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, fire_until_stopped, (void *)i), 0);
    for (uint32_t i = 0; i < 1000; i++)
        host_fire(data_probe, 0, i, 0);
    dtrace_stop(host.dtrace, 0);
    for (uint32_t i = 0; i < CPUS; i++) {
        struct dtrace_snapshot s = host_principal(i);
        host_assert_balance(&s.books);
    }
    for (uint32_t i = 1; i < CPUS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    host_end();
}

/* Both probes of which a record has a number are those of `data`: it grows with each. */
static void check_claimed_records(const struct dtrace_snapshot *s)
{
    static struct host_record records[4096];
    uint32_t count = host_records(s, records, 4096);
    uint64_t last = 0, before = 0;
    host_assert_balance(&s->books);
    assert_int_equal(count, s->books.kept);
    for (uint32_t i = 0; i < count; i++) {
        if (records[i].epid != 1)
            continue;
        last = host_number(records[i].bytes + 16, 8);
        assert_true(last >= before);
        before = last;
    }
}

static void check_claimed_updates(const struct dtrace_snapshot *s)
{
    uint64_t sum = 0;
    for (uint32_t at = 0; at < s->size; at += 64)
        sum += host_number(s->bytes + at + 56, 8);
    host_assert_balance(&s->books);
    assert_int_equal(sum, s->books.kept);
}

/* Gives how many CPUs it had. */
static uint32_t claim_all(void)
{
    uint32_t taken = 0;
    dtrace_claim_begin(host.dtrace);
    for (uint32_t cpu = 0; cpu < CPUS; cpu++) {
        enum dtrace_claim_status status = dtrace_claim_take(host.dtrace, cpu);
        assert_int_not_equal(status, DTRACE_CLAIM_NO_MEMORY);
        taken += status == DTRACE_CLAIM_OK;
    }
    const struct dtrace_source source = dtrace_claim_source(host.dtrace);
    for (uint32_t cpu = 0; cpu < CPUS; cpu++) {
        check_claimed_records(&source.principal[cpu]);
        check_claimed_updates(&source.aggregations[cpu]);
    }
    dtrace_claim_end(host.dtrace);
    return taken;
}

static void a_claim_has_of_each_cpu_what_lies_between_two_firings(void **state)
{
    (void)state;
    for (int64_t policy = DTRACE_POLICY_RING; policy <= DTRACE_POLICY_SWITCH; policy++) {
        pthread_t threads[CPUS];
        uint32_t taken = 0;
        start(policy);
        cpus_done = 0;
        for (uintptr_t i = 0; i < CPUS; i++)
            assert_int_equal(pthread_create(&threads[i], NULL, fire_all, (void *)i), 0);
        while (__atomic_load_n(&cpus_done, __ATOMIC_ACQUIRE) < CPUS)
            taken += claim_all();
        for (uint32_t i = 0; i < CPUS; i++)
            assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(claim_all(), CPUS);
        assert_true(taken > 0);
        dtrace_stop(host.dtrace, 0);
        for (uint32_t i = 0; i < CPUS; i++)
            check_cpu(i);
        host_end();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_cpu_keeps_its_own_books),
        cmocka_unit_test(a_claim_has_of_each_cpu_what_lies_between_two_firings),
        cmocka_unit_test(behind_stop_nothing_moves_any_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
