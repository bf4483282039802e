/* Which clauses come to which probes, and how many. */
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
    MIB = 1 << 20
};

static void a_probe_that_appears_later_is_matched_at_once(void **state)
{
    (void)state;
    host_start(MIB, 1, false);
    const struct dof_clause clause = {
        .provider = "t*", .module = "mod?le", .function = "[a-o]pen", .name = ""};
    host_go(&clause, 1);
    uint32_t matched;
    (void)dtrace_clause(host.dtrace, 0, &matched);
    assert_int_equal(matched, 0);
    uint32_t id = host_probe("open", "entry");
    uint32_t other = host_probe("xpen", "entry");
    (void)dtrace_clause(host.dtrace, 0, &matched);
    assert_int_equal(matched, 1);
    host_fire(id, 0, 0, 0);
    host_fire(other, 0, 0, 0);
    assert_int_equal(host_principal(0).books.kept, 1);
    host_end();
}

static void each_name_of_a_description_counts(void **state)
{
    (void)state;
    static const struct dof_clause clauses[] = {
        {.provider = "test", .module = "module", .function = "open", .name = "entry"},
        {.provider = "tes", .module = "module", .function = "open", .name = "entry"},
        {.provider = "test", .module = "modul", .function = "open", .name = "entry"},
        {.provider = "test", .module = "module", .function = "ope", .name = "entry"},
        {.provider = "test", .module = "module", .function = "open", .name = "entr"},
        {.provider = "", .module = "m", .function = "", .name = ""},
        {.provider = "", .module = "m*", .function = "", .name = ""},
    };
    static const uint32_t matches[] = {1, 0, 0, 0, 0, 0, 1};
    host_start(MIB, 1, false);
    (void)host_probe("open", "entry");
    host_go(clauses, HOST_COUNT(clauses));
    for (uint32_t i = 0; i < HOST_COUNT(clauses); i++) {
        uint32_t matched;
        (void)dtrace_clause(host.dtrace, i, &matched);
        assert_int_equal(matched, matches[i]);
    }
    host_end();
}

static void a_description_without_names_means_probes_with_a_function(void **state)
{
    (void)state;
    host_start(MIB, 1, false);
    uint32_t id = host_probe("open", "entry");
    (void)host_probe("", "tick");
    const struct dof_clause clause = {.provider = "", .module = "", .function = "", .name = ""};
    host_go(&clause, 1);
    uint32_t matched;
    (void)dtrace_clause(host.dtrace, 0, &matched);
    assert_int_equal(matched, 1);
    host_fire(id, 0, 0, 0);
    assert_int_equal(host_principal(0).books.kept, 1);
    host_end();
}

static uint32_t enabled, disabled;

static void matches_beyond_the_last_epid_are_counted(void **state)
{
    (void)state;
    enum {
        PROBES = 4000,
        CLAUSES = 66,
        MOST = DTRACE_ECBS_PAGE * DTRACE_ECBS_PAGES
    };
    host_start(64 * MIB, 1, false);
    for (uint32_t i = 0; i < PROBES; i++)
        (void)host_probe("open", "entry");
    struct dof_clause clauses[CLAUSES];
    for (uint32_t i = 0; i < CLAUSES; i++)
        clauses[i] =
            (struct dof_clause){.provider = "test", .module = "", .function = "", .name = ""};
    host_go(clauses, CLAUSES);
    uint32_t matched = 0, all = 0;
    for (uint32_t i = 0; i < CLAUSES; i++, all += matched)
        (void)dtrace_clause(host.dtrace, i, &matched);
    assert_int_equal(all, MOST);
    assert_int_equal(dtrace_matches_lost(host.dtrace), PROBES * CLAUSES - MOST);
    host_end();
}

static void there_are_so_many_clauses_and_no_more(void **state)
{
    (void)state;
    enum {
        CLAUSES = 512,
        MOST = 16384
    };
    static struct dof_clause clauses[CLAUSES];
    for (uint32_t i = 0; i < CLAUSES; i++)
        clauses[i] =
            (struct dof_clause){.provider = "test", .module = "", .function = "", .name = ""};
    host_start(32 * MIB, 1, false);
    for (uint32_t i = 0; i < MOST / CLAUSES; i++)
        assert_true(host_add(clauses, CLAUSES, NULL, 0));
    assert_false(host_add(clauses, 1, NULL, 0));
    assert_string_equal(host.problem.text, "more than 16384 clauses in all objects");
    assert_true(host_add(NULL, 0, NULL, 0));
    host_end();
}

enum {
    MANY = 500 /* actions of a clause */
};

static struct dof_clause clause_of_many_actions(void)
{
    static struct dof_action actions[MANY];
    for (uint32_t i = 0; i < MANY; i++)
        actions[i] = (struct dof_action){.kind = DOF_ACTION_STACK, .arg = 1};
    const struct dof_clause clause = HOST_CLAUSE("", "", actions);
    return clause;
}

static void there_are_so_many_actions_and_no_more(void **state)
{
    (void)state;
    const struct dof_clause clause = clause_of_many_actions();
    host_start(32 * MIB, 1, false);
    for (uint32_t i = 0; i < 65536 / MANY; i++)
        assert_true(host_add(&clause, 1, NULL, 0));
    assert_false(host_add(&clause, 1, NULL, 0));
    assert_string_equal(host.problem.text, "more than 65536 actions in all clauses");
    host_end();
}

/* What each of them records may have to be described to the host. */
static void matches_whose_records_have_too_many_pieces_are_counted(void **state)
{
    (void)state;
    enum {
        PROBES = 2200,
        MOST = (1 << 20) / MANY
    };
    const struct dof_clause clause = clause_of_many_actions();
    host_start(32 * MIB, 1, false);
    for (uint32_t i = 0; i < PROBES; i++)
        (void)host_probe("open", "entry");
    host_go(&clause, 1);
    uint32_t matched = 0;
    (void)dtrace_clause(host.dtrace, 0, &matched);
    assert_int_equal(matched, MOST);
    assert_int_equal(dtrace_matches_lost(host.dtrace), PROBES - MOST);
    host_end();
}

static void patterns_that_take_too_long_are_refused_and_the_rest_traces(void **state)
{
    (void)state;
    enum {
        PROBES = 4000,
        CLAUSES = 200
    };
    char names[CLAUSES][64];
    struct dof_clause clauses[CLAUSES];
    host_start(64 * MIB, 1, false);
    for (uint32_t i = 0; i < PROBES; i++)
        (void)host_probe("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "");
    for (uint32_t i = 0; i < CLAUSES; i++) {
        (void)snprintf(names[i], sizeof names[i], i == 0 ? "a*" : "*a*a*aaaaaaaaaaaaaaaaaaab%u", i);
        clauses[i] =
            (struct dof_clause){.provider = "", .module = "", .function = names[i], .name = ""};
    }
    host_go(clauses, CLAUSES);
    uint32_t matched = 0;
    (void)dtrace_clause(host.dtrace, 0, &matched);
    assert_int_equal(matched, PROBES);
    assert_null(dtrace_clause_refusal(host.dtrace, 0));
    assert_null(dtrace_clause_refusal(host.dtrace, 1));
    assert_string_equal(dtrace_clause_refusal(host.dtrace, CLAUSES - 1),
                        "the patterns of all enablings take too long to match");
    host_end();
}

/* Equal descriptions are matched once; each clause is on each probe all the same, in the order of the clauses. */
static void clauses_with_the_same_description_go_on_the_same_probes(void **state)
{
    (void)state;
    static const char *const functions[] = {"open", "close", "ofen", "o"};
    static const char *const wanted[] = {"o?en", "o?en", "close", "close", "o?en", "", ""};
    static const uint32_t expected[] = {2, 2, 1, 1, 2, 4, 4};
    struct dof_clause clauses[7];
    host_start(MIB, 1, false);
    for (uint32_t i = 0; i < 4; i++)
        (void)host_probe(functions[i], "");
    for (uint32_t i = 0; i < 7; i++)
        clauses[i] = (struct dof_clause){
            .provider = "test", .module = "", .function = wanted[i], .name = ""};
    host_go(clauses, 7);
    for (uint32_t i = 0; i < 7; i++) {
        uint32_t matched;
        (void)dtrace_clause(host.dtrace, i, &matched);
        assert_int_equal(matched, expected[i]);
    }
    const struct dtrace_ecb *ecb = dtrace_probe(host.dtrace, DTRACE_PROBE_FIRST)->first;
    for (uint32_t before = 0; ecb != NULL; ecb = ecb->next) {
        assert_true(ecb->description.epid > before);
        before = ecb->description.epid;
    }
    host_end();
}

static void count_enabled(const struct dtrace_probe *probe)
{
    (void)probe;
    enabled++;
}

static void count_disabled(const struct dtrace_probe *probe)
{
    (void)probe;
    disabled++;
}

static void provide_tick(struct dtrace *dtrace, const struct dtrace_provider *provider,
                         const struct dof_clause *clause)
{
    if (strcmp(clause->name, "tick-5s") == 0)
        (void)dtrace_probe_add(dtrace, provider, "", "", "tick-5s", 5);
}

static void a_provider_makes_what_a_clause_asks_for(void **state)
{
    (void)state;
    static const struct dtrace_provider profile = {"profile", count_enabled, count_disabled,
                                                   provide_tick};
    host_start(MIB, 1, false);
    enabled = disabled = 0;
    assert_true(dtrace_provider_add(host.dtrace, &profile));
    const struct dof_clause clauses[] = {
        {.provider = "", .module = "", .function = "", .name = "tick-5s"},
        {.provider = "profile", .module = "", .function = "", .name = "tick-*"}};
    host_go(clauses, 2);
    assert_int_equal(dtrace_probes(host.dtrace), DTRACE_PROBE_FIRST);
    const struct dtrace_probe *probe = dtrace_probe(host.dtrace, DTRACE_PROBE_FIRST);
    assert_int_equal(dtrace_probe_site(probe), 5);
    assert_int_equal(enabled, 1);
    dtrace_stop(host.dtrace, 0);
    assert_int_equal(disabled, 1);
    host_end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_probe_that_appears_later_is_matched_at_once),
        cmocka_unit_test(each_name_of_a_description_counts),
        cmocka_unit_test(a_description_without_names_means_probes_with_a_function),
        cmocka_unit_test(matches_beyond_the_last_epid_are_counted),
        cmocka_unit_test(there_are_so_many_clauses_and_no_more),
        cmocka_unit_test(there_are_so_many_actions_and_no_more),
        cmocka_unit_test(matches_whose_records_have_too_many_pieces_are_counted),
        cmocka_unit_test(patterns_that_take_too_long_are_refused_and_the_rest_traces),
        cmocka_unit_test(clauses_with_the_same_description_go_on_the_same_probes),
        cmocka_unit_test(a_provider_makes_what_a_clause_asks_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
