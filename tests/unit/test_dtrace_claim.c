/* Claims while the state goes on: what they have, what comes behind them, and what nobody is told twice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/dtrace_host.h"

enum {
    MIB = 1 << 20,
    CPUS = 2,
    BUFFER = 1024 /* bytes: 42 records of 24 */
};

static uint32_t fire_probe, exit_probe, fault_probe;

/* fire: arg0 is recorded, and counted by arg1; exit: exit(0); fault: a division by 0; END records 99. */
static void start(int64_t policy)
{
    host_start(MIB, CPUS, false);
    fire_probe = host_probe("fire", "");
    exit_probe = host_probe("exit", "");
    fault_probe = host_probe("fault", "");
    struct dof_action fire[] = {host_action(DOF_ACTION_PRINTF, host_variable(DIF_VAR_ARG0, 8)),
                                host_action(DOF_ACTION_DIFEXPR, host_constant(1, 8)),
                                host_action(DOF_ACTION_DIFEXPR, host_variable(DIF_VAR_ARG0 + 1, 8)),
                                host_action(DOF_AGGREGATION_COUNT, NULL)};
    fire[0].format = "%d ";
    fire[3].ntuple = 2;
    struct dof_action leave[] = {host_action(DOF_ACTION_EXIT, host_constant(0, 4))};
    struct dof_action fault[] = {host_action(DOF_ACTION_DIFEXPR, host_divide_by_zero(8))};
    struct dof_action end[] = {host_action(DOF_ACTION_DIFEXPR, host_constant(99, 8))};
    struct dof_clause clauses[] = {HOST_CLAUSE("fire", "", fire), HOST_CLAUSE("exit", "", leave),
                                   HOST_CLAUSE("fault", "", fault), HOST_CLAUSE("", "END", end)};
    clauses[3].provider = "dtrace";
    const struct dof_option options[] = {{DOF_OPTION_BUFPOLICY, policy},
                                         {DOF_OPTION_BUFSIZE, BUFFER},
                                         {DOF_OPTION_AGGSIZE, 4096},
                                         {DOF_OPTION_QUIET, 1}};
    assert_true(host_add(clauses, HOST_COUNT(clauses), options, HOST_COUNT(options)));
    assert_int_equal(dtrace_go(host.dtrace, 0), DTRACE_GO_OK);
}

static void fire(uint32_t cpu, uint64_t from, uint64_t to)
{
    for (uint64_t i = from; i < to; i++)
        host_fire(fire_probe, cpu, i, i % 3);
}

static void take(void)
{
    dtrace_claim_begin(host.dtrace);
    for (uint32_t cpu = 0; cpu < CPUS; cpu++)
        assert_int_equal(dtrace_claim_take(host.dtrace, cpu), DTRACE_CLAIM_OK);
}

/* What is printed of a source, blanks and ends of lines each as one blank. */
static const char *printed(struct dtrace_source source)
{
    static char text[65536], words[65536];
    struct text_buffer buffer = {.bytes = text, .size = sizeof text};
    const struct text_sink sink = text_buffer_sink(&buffer);
    assert_int_equal(dtrace_consume(&sink, &source, &host.memory), DTRACE_CONSUME_OK);
    size_t length = 0;
    for (const char *at = text; *at != '\0'; at++) {
        bool blank = *at == ' ' || *at == '\n';
        if (!blank || (length > 0 && words[length - 1] != ' '))
            words[length++] = blank ? ' ' : *at;
    }
    words[length] = '\0';
    return words;
}

static const char *claim(void)
{
    take();
    const char *words = printed(dtrace_claim_source(host.dtrace));
    dtrace_claim_end(host.dtrace);
    return words;
}

/* NULL: nothing is new. */
static const char *since(void)
{
    bool anything;
    struct dtrace_source source = dtrace_source_since(host.dtrace, &anything);
    const char *words = printed(source);
    if (!anything)
        assert_string_equal(words, "");
    return anything ? words : NULL;
}

static void what_comes_behind_a_claim_is_not_in_it(void **state)
{
    (void)state;
    for (int64_t policy = DTRACE_POLICY_RING; policy <= DTRACE_POLICY_SWITCH; policy++) {
        start(policy);
        fire(0, 10, 13);
        fire(1, 20, 22);
        take();
        fire(0, 30, 32);
        fire(1, 40, 41);
        assert_true(dtrace_is_going(host.dtrace));
        assert_string_equal(printed(dtrace_claim_source(host.dtrace)),
                            "10 11 12 20 21 1 1 0 2 2 2 ");
        dtrace_claim_end(host.dtrace);
        assert_string_equal(since(), "30 31 40 2 2 0 3 1 3 ");
        host_end();
    }
}

static void another_claim_has_all_from_the_start(void **state)
{
    (void)state;
    start(DTRACE_POLICY_SWITCH);
    fire(0, 10, 12);
    assert_string_equal(claim(), "10 11 1 1 2 1 ");
    fire(0, 12, 13);
    assert_string_equal(claim(), "10 11 12 0 1 1 1 2 1 ");
    assert_null(since());
    fire(0, 13, 14);
    assert_string_equal(since(), "13 0 1 2 1 1 2 ");
    host_end();
}

static void without_a_claim_everything_is_new(void **state)
{
    (void)state;
    start(DTRACE_POLICY_SWITCH);
    assert_null(since());
    fire(0, 10, 12);
    assert_string_equal(since(), "10 11 1 1 2 1 ");
    host_end();
}

/* 42 records fit; those that were claimed go one by one. */
static void a_ring_passes_over_as_many_as_it_still_has(void **state)
{
    (void)state;
    start(DTRACE_POLICY_RING);
    fire(0, 0, 100);
    (void)claim();
    assert_null(since());
    fire(0, 100, 102);
    assert_memory_equal(since(), "100 101 0 34 ", 13);
    fire(0, 102, 140);
    assert_memory_equal(since(), "100 101 102 ", 12);
    struct dtrace_source source = dtrace_source_of(host.dtrace);
    assert_true(source.principal[0].wrapped);
    fire(0, 140, 200);
    uint64_t kept = host_principal(0).books.kept;
    char first[16];
    int length = snprintf(first, sizeof first, "%u ", (unsigned)(200 - kept));
    assert_memory_equal(since(), first, (size_t)length);
    host_end();
}

static void a_copy_of_a_ring_stays_as_it_was(void **state)
{
    (void)state;
    static uint8_t before[BUFFER];
    start(DTRACE_POLICY_RING);
    fire(0, 0, 100);
    take();
    struct dtrace_snapshot copy = dtrace_claim_source(host.dtrace).principal[0];
    assert_int_equal(copy.size, BUFFER);
    memcpy(before, copy.bytes, BUFFER);
    fire(0, 100, 150);
    assert_memory_equal(copy.bytes, before, BUFFER);
    assert_true(memcmp(host_principal(0).bytes, before, BUFFER) != 0);
    dtrace_claim_end(host.dtrace);
    host_end();
}

static void records_that_stay_are_not_copied(void **state)
{
    (void)state;
    start(DTRACE_POLICY_FILL);
    fire(0, 0, 3);
    take();
    assert_ptr_equal(dtrace_claim_source(host.dtrace).principal[0].bytes, host_principal(0).bytes);
    assert_ptr_not_equal(dtrace_claim_source(host.dtrace).aggregations[0].bytes,
                         host_aggregations(0).bytes);
    dtrace_claim_end(host.dtrace);
    host_end();
}

static void aggregations_that_did_not_change_are_not_told_again(void **state)
{
    (void)state;
    start(DTRACE_POLICY_SWITCH);
    fire(0, 10, 12);
    (void)claim();
    dtrace_stop(host.dtrace, 1);
    assert_string_equal(since(), "99 ");
    host_end();
}

static void behind_the_end_nothing_is_new_and_nothing_is_copied(void **state)
{
    (void)state;
    start(DTRACE_POLICY_RING);
    fire(0, 10, 12);
    dtrace_stop(host.dtrace, 0);
    size_t used = host.memory.used;
    take();
    assert_int_equal(host.memory.used, used);
    assert_string_equal(printed(dtrace_claim_source(host.dtrace)), "10 11 99 1 1 2 1 ");
    dtrace_claim_end(host.dtrace);
    assert_null(since());
    host_end();
}

static void exit_in_the_middle_of_a_claim_leaves_it_as_it_is(void **state)
{
    (void)state;
    int32_t status;
    start(DTRACE_POLICY_SWITCH);
    fire(0, 10, 11);
    assert_int_equal((dtrace_claim_begin(host.dtrace), dtrace_claim_take(host.dtrace, 0)),
                     DTRACE_CLAIM_OK);
    host_fire(exit_probe, 0, 0, 0);
    assert_true(dtrace_has_exited(host.dtrace, &status));
    fire(1, 50, 51); /* too late */
    assert_int_equal(dtrace_claim_take(host.dtrace, 1), DTRACE_CLAIM_OK);
    assert_string_equal(printed(dtrace_claim_source(host.dtrace)), "10 1 1 ");
    dtrace_claim_end(host.dtrace);
    dtrace_stop(host.dtrace, 0);
    assert_string_equal(since(), "99 ");
    host_end();
}

static void a_cpu_that_fires_all_the_time_is_left_out_and_comes_later(void **state)
{
    (void)state;
    start(DTRACE_POLICY_SWITCH);
    fire(0, 10, 11);
    fire(1, 20, 21);
    dtrace_claim_begin(host.dtrace);
    assert_int_equal(dtrace_claim_take(host.dtrace, 0), DTRACE_CLAIM_OK);
    host.dtrace->cpu[1].held = DTRACE_FIRING;
    assert_int_equal(dtrace_claim_take(host.dtrace, 1), DTRACE_CLAIM_BUSY);
    host.dtrace->cpu[1].held = DTRACE_FREE;
    assert_string_equal(printed(dtrace_claim_source(host.dtrace)), "10 1 1 ");
    dtrace_claim_end(host.dtrace);
    assert_string_equal(since(), "20 1 1 2 1 ");
    host_end();
}

static void what_a_cpu_lost_is_told_once_though_the_last_claim_did_not_have_it(void **state)
{
    (void)state;
    start(DTRACE_POLICY_SWITCH);
    host.dtrace->cpu[0].nested = 3;
    host.dtrace->cpu[1].nested = 5;
    assert_string_equal(claim(), "dtrace: 8 firings inside another one passed over ");
    host.dtrace->cpu[0].nested = 4;
    dtrace_claim_begin(host.dtrace);
    assert_int_equal(dtrace_claim_take(host.dtrace, 0), DTRACE_CLAIM_OK);
    assert_string_equal(printed(dtrace_claim_source(host.dtrace)),
                        "dtrace: 4 firings inside another one passed over ");
    dtrace_claim_end(host.dtrace);
    assert_null(since());
    dtrace_discard(host.dtrace);
    assert_null(since());
    host.dtrace->cpu[1].nested = 6;
    assert_string_equal(since(), "dtrace: 1 firing inside another one passed over ");
    assert_string_equal(claim(), "dtrace: 1 firing inside another one passed over ");
    assert_null(since());
    host_end();
}

static void without_memory_nothing_is_copied(void **state)
{
    (void)state;
    start(DTRACE_POLICY_RING);
    fire(0, 10, 12);
    host.memory.size = host.memory.used + 100; /* no room for a ring of 1024 bytes */
    dtrace_claim_begin(host.dtrace);
    assert_int_equal(dtrace_claim_take(host.dtrace, 0), DTRACE_CLAIM_NO_MEMORY);
    dtrace_stop(host.dtrace, 0);
    take();
    assert_int_equal(dtrace_claim_source(host.dtrace).principal[0].books.kept, 3);
    dtrace_claim_end(host.dtrace);
    host_end();
}

/* What is merged takes memory, too: it is not taken for copies. */
static void there_is_memory_for_who_prints(void **state)
{
    (void)state;
    start(DTRACE_POLICY_SWITCH);
    for (uint64_t i = 0; i < 40; i++)
        host_fire(fire_probe, 0, 0, i);
    uint32_t entries = host_aggregations(0).size;
    size_t size = host.memory.size;
    for (host.memory.size = host.memory.used;; host.memory.size += 8) {
        dtrace_claim_begin(host.dtrace);
        if (dtrace_claim_take(host.dtrace, 0) == DTRACE_CLAIM_OK)
            break;
    }
    assert_true(host.memory.size - host.memory.used >= entries * DTRACE_MERGING);
    host.memory.size = size;
    dtrace_claim_end(host.dtrace);
    host_end();
}

static void a_claim_that_is_given_up_has_told_nothing(void **state)
{
    (void)state;
    start(DTRACE_POLICY_RING);
    fire(0, 10, 12);
    size_t used = host.memory.used;
    take();
    assert_true(host.memory.used > used);
    dtrace_claim_give_up(host.dtrace);
    assert_int_equal(host.memory.used, used);
    dtrace_claim_give_up(host.dtrace);
    assert_string_equal(since(), "10 11 1 1 2 1 ");
    take();
    take(); /* gives the other one up */
    dtrace_claim_end(host.dtrace);
    assert_int_equal(host.memory.used, used);
    assert_null(since());
    host_end();
}

static void losses_are_told_once(void **state)
{
    (void)state;
    start(DTRACE_POLICY_SWITCH);
    fire(0, 0, 50);
    uint64_t dropped = host_principal(0).books.dropped;
    assert_true(dropped > 0);
    host.dtrace->cpu[1].nested = 3;
    const char *words = claim();
    assert_memory_equal(words, "dtrace: 3 firings inside another one passed over ", 49);
    char line[64];
    (void)snprintf(line, sizeof line, "dtrace: %u drops on CPU 0 ", (unsigned)dropped);
    assert_non_null(strstr(words, line));
    assert_null(since());
    fire(0, 50, 51);
    host.dtrace->cpu[0].nested = 1;
    assert_string_equal(since(), "dtrace: 1 firing inside another one passed over "
                                 "dtrace: 1 drop on CPU 0 0 17 1 17 2 17 ");
    host_end();
}

/* They are all counters of 64 bits, but for the last, the deadman. */
static void losses_that_were_told_are_added_up_one_by_one(void **state)
{
    (void)state;
    enum {
        COUNTERS = offsetof(struct dtrace_status, killed) / sizeof(uint64_t)
    };
    uint64_t sum[COUNTERS + 1] = {0}, more[COUNTERS + 1] = {0};
    for (uint64_t i = 0; i < COUNTERS; i++) {
        sum[i] = 1000 + i;
        more[i] = 1 + 10 * i;
    }
    struct dtrace_status one, other;
    memcpy(&one, sum, sizeof one);
    memcpy(&other, more, sizeof other);
    dtrace_status_join(&one, &other);
    memcpy(sum, &one, sizeof one);
    for (uint64_t i = 0; i < COUNTERS; i++)
        assert_int_equal(sum[i], 1001 + 11 * i);
}

static void errors_are_told_once(void **state)
{
    (void)state;
    start(DTRACE_POLICY_SWITCH);
    host_fire(fault_probe, 0, 0, 0);
    (void)claim();
    assert_null(since());
    host.dtrace->cpu[0].errors_in_errors = 2;
    assert_string_equal(since(), "dtrace: 2 errors in ERROR probe enabling ");
    host_end();
}

static void what_is_discarded_meanwhile_is_not_remembered(void **state)
{
    (void)state;
    start(DTRACE_POLICY_SWITCH);
    fire(0, 10, 13);
    take();
    dtrace_discard(host.dtrace);
    dtrace_claim_end(host.dtrace);
    fire(0, 20, 21);
    assert_string_equal(since(), "20 2 1 ");
    dtrace_discard(host.dtrace);
    assert_null(since());
    host_end();
}

static void a_state_that_never_went_has_nothing_to_claim(void **state)
{
    (void)state;
    host_start(MIB, CPUS, false);
    assert_string_equal(claim(), "");
    assert_null(since());
    host_end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_comes_behind_a_claim_is_not_in_it),
        cmocka_unit_test(another_claim_has_all_from_the_start),
        cmocka_unit_test(without_a_claim_everything_is_new),
        cmocka_unit_test(a_ring_passes_over_as_many_as_it_still_has),
        cmocka_unit_test(a_copy_of_a_ring_stays_as_it_was),
        cmocka_unit_test(records_that_stay_are_not_copied),
        cmocka_unit_test(aggregations_that_did_not_change_are_not_told_again),
        cmocka_unit_test(behind_the_end_nothing_is_new_and_nothing_is_copied),
        cmocka_unit_test(exit_in_the_middle_of_a_claim_leaves_it_as_it_is),
        cmocka_unit_test(a_cpu_that_fires_all_the_time_is_left_out_and_comes_later),
        cmocka_unit_test(what_a_cpu_lost_is_told_once_though_the_last_claim_did_not_have_it),
        cmocka_unit_test(without_memory_nothing_is_copied),
        cmocka_unit_test(there_is_memory_for_who_prints),
        cmocka_unit_test(a_claim_that_is_given_up_has_told_nothing),
        cmocka_unit_test(losses_are_told_once),
        cmocka_unit_test(losses_that_were_told_are_added_up_one_by_one),
        cmocka_unit_test(errors_are_told_once),
        cmocka_unit_test(what_is_discarded_meanwhile_is_not_remembered),
        cmocka_unit_test(a_state_that_never_went_has_nothing_to_claim),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
