/* Speculations: what waits, what is committed, what is thrown away, on one CPU and on many. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/dtrace_host.h"

enum {
    MIB = 1 << 20,
    CPUS = 3
};

static uint32_t take_probe, write_probe, commit_probe, discard_probe;

/* take: x = speculation(); write: speculate(x) and arg0; commit(x); discard(x). */
static void start(const struct dof_option *options, uint32_t option_count)
{
    host_start(MIB, CPUS, false);
    take_probe = host_probe("take", "");
    write_probe = host_probe("write", "");
    commit_probe = host_probe("commit", "");
    discard_probe = host_probe("discard", "");
    struct dof_action take[] = {host_action(DOF_ACTION_DIFEXPR, host_take_speculation(0x500)),
                                host_action(DOF_ACTION_DIFEXPR, host_global(0x500))};
    struct dof_action write[] = {host_action(DOF_ACTION_SPECULATE, host_global(0x500)),
                                 host_action(DOF_ACTION_DIFEXPR, host_variable(DIF_VAR_ARG0, 8))};
    struct dof_action commit[] = {host_action(DOF_ACTION_COMMIT, host_global(0x500))};
    struct dof_action discard[] = {host_action(DOF_ACTION_DISCARD, host_global(0x500))};
    const struct dof_clause clauses[] = {
        HOST_CLAUSE("take", "", take), HOST_CLAUSE("write", "", write),
        HOST_CLAUSE("commit", "", commit), HOST_CLAUSE("discard", "", discard)};
    const struct dof_option small[] = {{DOF_OPTION_BUFSIZE, 4096}};
    assert_true(host_add(clauses, 4, small, 1));
    assert_true(host_add(NULL, 0, options, option_count));
    assert_int_equal(dtrace_go(host.dtrace, 0), DTRACE_GO_OK);
}

static uint32_t state_of(uint32_t id)
{
    return host.dtrace->speculations.states[id - 1];
}

/* The values that write recorded and a CPU's principal buffer has. */
static uint32_t values(uint32_t cpu, uint64_t *found, uint64_t *times)
{
    struct host_record records[64];
    struct dtrace_snapshot snapshot = host_principal(cpu);
    host_assert_balance(&snapshot.books);
    uint32_t count = 0, all = host_records(&snapshot, records, 64);
    for (uint32_t i = 0; i < all; i++)
        if (records[i].epid == 2) {
            times[count] = records[i].time;
            found[count++] = host_number(records[i].bytes + 16, 8);
        }
    return count;
}

static uint32_t count_values(uint32_t cpu)
{
    uint64_t found[64], times[64];
    return values(cpu, found, times);
}

static void what_is_committed_appears_with_the_time_of_the_commit(void **state)
{
    (void)state;
    start(NULL, 0);
    host_fire(take_probe, 0, 0, 0);
    assert_int_equal(state_of(1), DTRACE_SPECULATION_ACTIVE);
    host_fire(write_probe, 0, 11, 0);
    host_fire(write_probe, 0, 12, 0);
    assert_int_equal(state_of(1), DTRACE_SPECULATION_ACTIVEONE);
    assert_int_equal(count_values(0), 0);
    host.now += 500;
    host_fire(commit_probe, 0, 0, 0);
    assert_int_equal(state_of(1), DTRACE_SPECULATION_INACTIVE);
    assert_int_equal(host.dtrace->speculations.waiting, 0); /* nothing is left to the cleaner */
    uint64_t found[64], times[64];
    assert_int_equal(values(0, found, times), 2);
    assert_int_equal(found[0], 11);
    assert_int_equal(found[1], 12);
    assert_true(times[0] == host.now && times[1] == host.now);
    host_fire(take_probe, 0, 0, 0); /* the same id again, and nothing of what was there */
    host_fire(write_probe, 0, 13, 0);
    host_fire(commit_probe, 0, 0, 0);
    assert_int_equal(values(0, found, times), 3);
    assert_int_equal(found[2], 13);
    host_end();
}

static void what_is_discarded_is_filtered(void **state)
{
    (void)state;
    start(NULL, 0);
    host_fire(take_probe, 0, 0, 0);
    host_fire(write_probe, 0, 11, 0);
    host_fire(discard_probe, 0, 0, 0);
    assert_int_equal(state_of(1), DTRACE_SPECULATION_INACTIVE);
    assert_int_equal(count_values(0), 0);
    assert_int_equal(host_principal(0).books.filtered, 1);
    host_fire(commit_probe, 0, 0, 0); /* too late: nothing */
    assert_int_equal(count_values(0), 0);
    host_end();
}

static void without_a_speculation_the_clause_ends(void **state)
{
    (void)state;
    start(NULL, 0);
    host_fire(write_probe, 0, 11, 0); /* id 0 */
    struct dtrace_snapshot snapshot = host_principal(0);
    assert_int_equal(snapshot.books.filtered, 1);
    assert_int_equal(snapshot.books.errors, 0);
    host_fire(commit_probe, 0, 0, 0);
    host_fire(discard_probe, 0, 0, 0);
    assert_int_equal(dtrace_source_of(host.dtrace).status.errors, 0);
    host_end();
}

static void there_are_only_so_many(void **state)
{
    (void)state;
    const struct dof_option two = {DOF_OPTION_NSPEC, 2};
    start(&two, 1);
    for (uint32_t i = 0; i < 3; i++)
        host_fire(take_probe, 0, 0, 0);
    struct host_record records[3];
    struct dtrace_snapshot snapshot = host_principal(0);
    assert_int_equal(host_records(&snapshot, records, 3), 3);
    for (uint32_t i = 0; i < 3; i++)
        assert_int_equal(host_number(records[i].bytes + 16, 8), (i + 1) % 3);
    struct dtrace_status status = dtrace_source_of(host.dtrace).status;
    assert_int_equal(status.speculations_unavailable, 1);
    assert_int_equal(status.speculations_busy, 0);
    host_end();
}

static void an_id_beyond_them_is_a_fault(void **state)
{
    (void)state;
    host_start(MIB, 1, false);
    uint32_t id = host_probe("open", "");
    struct dof_action actions[] = {host_action(DOF_ACTION_SPECULATE, host_constant(2, 8))};
    struct dof_action more[] = {host_action(DOF_ACTION_COMMIT, host_constant(1, 8))};
    const struct dof_clause clauses[] = {HOST_CLAUSE("", "", actions), HOST_CLAUSE("", "", more)};
    assert_true(host_add(clauses, 2, NULL, 0));
    assert_int_equal(dtrace_go(host.dtrace, 0), DTRACE_GO_OK);
    host_fire(id, 0, 0, 0);
    assert_int_equal(dtrace_source_of(host.dtrace).status.errors, 1);
    host_end();
}

/* As on illumos, where the ids are an option's, whatever the clauses do. */
static void without_any_speculate_ids_are_given_and_decided_all_the_same(void **state)
{
    (void)state;
    host_start(MIB, CPUS, false);
    uint32_t take_id = host_probe("take", ""), discard_id = host_probe("discard", "");
    struct dof_action take[] = {host_action(DOF_ACTION_DIFEXPR, host_take_speculation(0x500)),
                                host_action(DOF_ACTION_DIFEXPR, host_global(0x500)),
                                host_action(DOF_ACTION_COMMIT, host_global(0x500))};
    struct dof_action discard[] = {host_action(DOF_ACTION_DISCARD, host_constant(1, 8))};
    const struct dof_clause clauses[] = {HOST_CLAUSE("take", "", take),
                                         HOST_CLAUSE("discard", "", discard)};
    assert_true(host_add(clauses, 2, NULL, 0));
    assert_int_equal(dtrace_go(host.dtrace, 0), DTRACE_GO_OK);
    host_fire(discard_id, 0, 0, 0);
    for (uint32_t i = 0; i < 2; i++) { /* the id comes back each time */
        host_fire(take_id, 0, 0, 0);
        assert_int_equal(state_of(1), DTRACE_SPECULATION_INACTIVE);
    }
    struct host_record records[2];
    struct dtrace_snapshot snapshot = host_principal(0);
    assert_int_equal(host_records(&snapshot, records, 2), 2);
    assert_int_equal(host_number(records[1].bytes + 16, 8), 1);
    assert_int_equal(dtrace_source_of(host.dtrace).status.errors, 0);
    host_end();
}

/* In many slices, so that a firing waits for one of them and not for the whole. */
static void a_large_speculation_is_committed_whole_and_in_order(void **state)
{
    (void)state;
    host_start(4 * MIB, CPUS, false);
    struct dof_action take[] = {host_action(DOF_ACTION_DIFEXPR, host_take_speculation(0x500))};
    struct dof_action write[] = {host_action(DOF_ACTION_SPECULATE, host_global(0x500)),
                                 host_action(DOF_ACTION_DIFEXPR, host_variable(DIF_VAR_ARG0, 8))};
    struct dof_action commit[] = {host_action(DOF_ACTION_COMMIT, host_global(0x500))};
    const struct dof_clause clauses[] = {HOST_CLAUSE("take", "", take),
                                         HOST_CLAUSE("write", "", write),
                                         HOST_CLAUSE("commit", "", commit)};
    const struct dof_option sizes[] = {{DOF_OPTION_BUFSIZE, 65536}, {DOF_OPTION_SPECSIZE, 65536}};
    take_probe = host_probe("take", "");
    write_probe = host_probe("write", "");
    commit_probe = host_probe("commit", "");
    assert_true(host_add(clauses, 3, sizes, 2));
    assert_int_equal(dtrace_go(host.dtrace, 0), DTRACE_GO_OK);
    host_fire(take_probe, 0, 0, 0);
    for (uint32_t i = 0; i < 1000; i++)
        host_fire(write_probe, 1, i, 0);
    host_fire(commit_probe, 0, 0, 0);
    dtrace_clean(host.dtrace);
    assert_int_equal(state_of(1), DTRACE_SPECULATION_INACTIVE);
    struct host_record records[1000];
    struct dtrace_snapshot snapshot = host_principal(1);
    assert_int_equal(host_records(&snapshot, records, 1000), 1000);
    for (uint32_t i = 0; i < 1000; i++)
        assert_int_equal(host_number(records[i].bytes + 16, 8), i);
    host_assert_balance(&snapshot.books);
    host_end();
}

static void the_cleaner_commits_what_other_cpus_wrote(void **state)
{
    (void)state;
    start(NULL, 0);
    host_fire(take_probe, 0, 0, 0);
    for (uint32_t cpu = 0; cpu < CPUS; cpu++)
        host_fire(write_probe, cpu, 10 + cpu, 0);
    assert_int_equal(state_of(1), DTRACE_SPECULATION_ACTIVEMANY);
    host_fire(commit_probe, 1, 0, 0);
    assert_int_equal(state_of(1), DTRACE_SPECULATION_COMMITTINGMANY);
    assert_int_equal(count_values(0), 0);
    assert_int_equal(count_values(1), 1);
    host_fire(write_probe, 2, 99, 0); /* too late */
    host_fire(take_probe, 0, 0, 0);
    assert_int_equal(dtrace_source_of(host.dtrace).status.speculations_busy, 1);
    dtrace_clean(host.dtrace);
    assert_int_equal(state_of(1), DTRACE_SPECULATION_INACTIVE);
    for (uint32_t cpu = 0; cpu < CPUS; cpu++)
        assert_int_equal(count_values(cpu), 1);
    host_end();
}

static void the_cleaner_throws_away_what_was_discarded_elsewhere(void **state)
{
    (void)state;
    start(NULL, 0);
    host_fire(take_probe, 0, 0, 0);
    host_fire(write_probe, 0, 10, 0);
    host_fire(discard_probe, 1, 0, 0);
    assert_int_equal(state_of(1), DTRACE_SPECULATION_DISCARDING);
    dtrace_clean(host.dtrace);
    assert_int_equal(state_of(1), DTRACE_SPECULATION_INACTIVE);
    assert_int_equal(count_values(0), 0);
    assert_int_equal(host_principal(0).books.filtered, 1);
    host_end();
}

static void stop_commits_what_waits_for_the_cleaner(void **state)
{
    (void)state;
    start(NULL, 0);
    host_fire(take_probe, 0, 0, 0);
    host_fire(write_probe, 0, 10, 0);
    host_fire(commit_probe, 1, 0, 0);
    dtrace_stop(host.dtrace, 2);
    assert_int_equal(count_values(0), 1);
    host_end();
}

static void a_full_speculation_drops_and_counts(void **state)
{
    (void)state;
    const struct dof_option small = {DOF_OPTION_SPECSIZE, 48};
    start(&small, 1);
    host_fire(take_probe, 0, 0, 0);
    for (uint32_t i = 0; i < 5; i++)
        host_fire(write_probe, 0, i, 0);
    host_fire(commit_probe, 0, 0, 0);
    assert_int_equal(count_values(0), 2);
    assert_int_equal(dtrace_source_of(host.dtrace).status.speculation_drops, 3);
    host_fire(take_probe, 0, 0, 0); /* the same id, with room again */
    host_fire(write_probe, 0, 5, 0);
    host_fire(commit_probe, 0, 0, 0);
    assert_int_equal(count_values(0), 3);
    host_end();
}

static void what_does_not_fit_into_the_buffer_is_dropped_together(void **state)
{
    (void)state;
    const struct dof_option small = {DOF_OPTION_BUFSIZE, 64};
    start(&small, 1);
    host_fire(take_probe, 0, 0, 0);
    for (uint32_t i = 0; i < 3; i++)
        host_fire(write_probe, 0, i, 0);
    host_fire(commit_probe, 0, 0, 0);
    struct dtrace_snapshot snapshot = host_principal(0);
    assert_int_equal(count_values(0), 0);
    assert_int_equal(snapshot.books.dropped, 3);
    host_end();
}

static void a_commit_that_does_not_fit_fills_a_fill_buffer_for_good(void **state)
{
    (void)state;
    const struct dof_option fill[] = {{DOF_OPTION_BUFSIZE, 64},
                                      {DOF_OPTION_BUFPOLICY, DTRACE_POLICY_FILL}};
    start(fill, 2);
    host_fire(take_probe, 0, 0, 0); /* 24 bytes, a record itself */
    for (uint32_t i = 0; i < 3; i++)
        host_fire(write_probe, 0, i, 0);
    host_fire(commit_probe, 0, 0, 0);
    assert_int_equal(dtrace_source_of(host.dtrace).status.filled, 1);
    host_fire(take_probe, 0, 0, 0); /* would fit */
    assert_int_equal(host_principal(0).books.kept, 1);
    assert_int_equal(host_principal(0).books.dropped, 4);
    host_end();
}

/* END's clause decides on `cpu`, another CPU has written. */
static uint32_t values_after_end(uint32_t kind)
{
    host_start(MIB, CPUS, false);
    take_probe = host_probe("take", "");
    write_probe = host_probe("write", "");
    struct dof_action take[] = {host_action(DOF_ACTION_DIFEXPR, host_take_speculation(0x500))};
    struct dof_action write[] = {host_action(DOF_ACTION_SPECULATE, host_global(0x500)),
                                 host_action(DOF_ACTION_DIFEXPR, host_variable(DIF_VAR_ARG0, 8))};
    struct dof_action end[] = {host_action(kind, host_global(0x500))};
    struct dof_clause clauses[] = {HOST_CLAUSE("take", "", take), HOST_CLAUSE("write", "", write),
                                   HOST_CLAUSE("", "END", end)};
    clauses[2].provider = "dtrace";
    const struct dof_option small = {DOF_OPTION_BUFSIZE, 4096};
    assert_true(host_add(clauses, 3, &small, 1));
    assert_int_equal(dtrace_go(host.dtrace, 0), DTRACE_GO_OK);
    host_fire(take_probe, 0, 0, 0);
    host_fire(write_probe, 1, 10, 0);
    host_fire(write_probe, 2, 11, 0);
    dtrace_stop(host.dtrace, 0);
    uint32_t count = count_values(1) + count_values(2);
    host_end();
    return count;
}

static void what_end_commits_comes_from_all_cpus(void **state)
{
    (void)state;
    assert_int_equal(values_after_end(DOF_ACTION_COMMIT), 2);
    assert_int_equal(values_after_end(DOF_ACTION_DISCARD), 0);
}

/* The clause speculates, records, and decides itself; then the id is taken for something else. */
static void what_a_clause_decides_itself_is_not_left_to_the_next_speculation(void **state)
{
    (void)state;
    static const uint32_t kinds[] = {DOF_ACTION_COMMIT, DOF_ACTION_DISCARD};
    for (uint32_t i = 0; i < HOST_COUNT(kinds); i++) {
        host_start(MIB, 1, false);
        take_probe = host_probe("take", "");
        write_probe = host_probe("write", "");
        commit_probe = host_probe("commit", "");
        struct dof_action take[] = {host_action(DOF_ACTION_DIFEXPR, host_take_speculation(0x500))};
        struct dof_action write[] = {
            host_action(DOF_ACTION_SPECULATE, host_global(0x500)),
            host_action(DOF_ACTION_DIFEXPR, host_variable(DIF_VAR_ARG0, 8)),
            host_action(kinds[i], host_global(0x500))};
        struct dof_action commit[] = {host_action(DOF_ACTION_COMMIT, host_global(0x500))};
        const struct dof_clause clauses[] = {HOST_CLAUSE("take", "", take),
                                             HOST_CLAUSE("write", "", write),
                                             HOST_CLAUSE("commit", "", commit)};
        const struct dof_option small = {DOF_OPTION_BUFSIZE, 4096};
        assert_true(host_add(clauses, 3, &small, 1));
        assert_int_equal(dtrace_go(host.dtrace, 0), DTRACE_GO_OK);
        host_fire(take_probe, 0, 0, 0);
        host_fire(write_probe, 0, 10, 0);
        dtrace_clean(host.dtrace);
        assert_int_equal(state_of(1), DTRACE_SPECULATION_INACTIVE);
        host_fire(take_probe, 0, 0, 0);
        host_fire(commit_probe, 0, 0, 0);
        assert_int_equal(count_values(0), 0);
        assert_int_equal(host_principal(0).books.filtered, 1);
        host_end();
    }
}

static void discard_forgets_what_is_undecided(void **state)
{
    (void)state;
    start(NULL, 0);
    host_fire(take_probe, 0, 0, 0);
    host_fire(write_probe, 0, 10, 0);
    host_fire(write_probe, 1, 11, 0);
    dtrace_discard(host.dtrace);
    host_fire(write_probe, 1, 12, 0); /* the speculation itself goes on */
    host_fire(commit_probe, 0, 0, 0);
    dtrace_clean(host.dtrace);
    assert_int_equal(state_of(1), DTRACE_SPECULATION_INACTIVE);
    assert_int_equal(count_values(0), 0);
    assert_int_equal(count_values(1), 1);
    host_end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_committed_appears_with_the_time_of_the_commit),
        cmocka_unit_test(what_is_discarded_is_filtered),
        cmocka_unit_test(without_a_speculation_the_clause_ends),
        cmocka_unit_test(there_are_only_so_many),
        cmocka_unit_test(an_id_beyond_them_is_a_fault),
        cmocka_unit_test(without_any_speculate_ids_are_given_and_decided_all_the_same),
        cmocka_unit_test(a_large_speculation_is_committed_whole_and_in_order),
        cmocka_unit_test(the_cleaner_commits_what_other_cpus_wrote),
        cmocka_unit_test(the_cleaner_throws_away_what_was_discarded_elsewhere),
        cmocka_unit_test(stop_commits_what_waits_for_the_cleaner),
        cmocka_unit_test(a_full_speculation_drops_and_counts),
        cmocka_unit_test(what_does_not_fit_into_the_buffer_is_dropped_together),
        cmocka_unit_test(a_commit_that_does_not_fit_fills_a_fill_buffer_for_good),
        cmocka_unit_test(what_end_commits_comes_from_all_cpus),
        cmocka_unit_test(discard_forgets_what_is_undecided),
        cmocka_unit_test(what_a_clause_decides_itself_is_not_left_to_the_next_speculation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
