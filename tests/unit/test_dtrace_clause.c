/* How clauses are laid out, and which combinations of actions are refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/dtrace_host.h"
#include "trace/dtrace/action_kind.h"
#include "trace/dtrace/clause.h"

enum {
    MIB = 1 << 20
};

static const struct dtrace_clause *clause_of(uint32_t number)
{
    return &host.dtrace->objects->clauses[number];
}

static void assert_layout(uint32_t number, uint32_t size, uint32_t needed, uint32_t alignment)
{
    const struct dtrace_clause *clause = clause_of(number);
    assert_int_equal(clause->size, size);
    assert_int_equal(clause->needed, needed);
    assert_int_equal(clause->alignment, alignment);
}

static void go_with(const char *path)
{
    host_start(MIB, 1, false);
    assert_true(host_add_file(path));
    assert_int_equal(dtrace_go(host.dtrace, 0), DTRACE_GO_OK);
}

static void example_a_records_one_number_with_its_format(void **state)
{
    (void)state;
    go_with("tests/dof/examples/A.dof");
    assert_layout(0, 16, 16, 4);
    const struct dtrace_record *record = &clause_of(0)->records[0];
    assert_int_equal(record->offset, 12);
    assert_int_equal(record->size, 4);
    assert_string_equal(record->format, "boot %d\n");
    host_end();
}

static void example_b_keeps_nothing_and_builds_a_tuple(void **state)
{
    (void)state;
    go_with("tests/dof/examples/B.dof");
    assert_layout(0, 0, 288, 8);
    const struct dtrace_aggregation *aggregation = clause_of(0)->actions[2].aggregation;
    const struct dtrace_aggregation_description *description = &aggregation->description;
    assert_int_equal(aggregation->base, 8);
    assert_int_equal(clause_of(0)->actions[0].offset, 16);
    assert_int_equal(clause_of(0)->actions[1].offset, 24);
    assert_int_equal(clause_of(0)->actions[2].offset, 280);
    assert_int_equal(description->record_count, 3);
    assert_int_equal(description->records[0].offset, 8);
    assert_int_equal(description->records[1].offset, 16);
    assert_true(description->records[1].string);
    assert_int_equal(description->records[2].offset, 272);
    assert_int_equal(description->size, 280);
    assert_int_equal(clause_of(0)->staging, 280);
    assert_true(clause_of(0)->actions[0].is_constant);
    assert_int_equal(clause_of(0)->actions[0].constant, 1);
    host_end();
}

static void example_c_needs_12_and_1296_bytes(void **state)
{
    (void)state;
    go_with("tests/dof/examples/C.dof");
    assert_layout(0, 0, 12, 4);
    assert_layout(1, 0, 1296, 8);
    const struct dtrace_aggregation *aggregation = clause_of(1)->actions[2].aggregation;
    assert_int_equal(aggregation->description.size - aggregation->data_offset, 1016);
    assert_int_equal(aggregation->base + aggregation->data_offset, 280);
    host_end();
}

static void example_e_is_the_error_clause(void **state)
{
    (void)state;
    go_with("tests/dof/examples/E.dof");
    assert_layout(0, 56, 56, 8);
    for (uint32_t i = 0; i < 5; i++)
        assert_int_equal(clause_of(0)->records[i].offset, 16 + 8 * i);
    const struct dtrace_source source = dtrace_source_of(host.dtrace);
    const struct dtrace_ecb_description *ecb = source.ecb(source.context, 1);
    assert_int_equal(ecb->uarg, 1);
    assert_int_equal(ecb->probe, DTRACE_ERROR);
    host_end();
}

static void example_o_sets_options_only(void **state)
{
    (void)state;
    host_start(MIB, 1, false);
    assert_true(host_add_file("tests/dof/examples/O.dof"));
    assert_int_equal(dtrace_option_asked(host.dtrace, DOF_OPTION_BUFSIZE), 4 * MIB);
    assert_int_equal(dtrace_clauses(host.dtrace), 0);
    assert_int_equal(dtrace_go(host.dtrace, 0), DTRACE_GO_OK);
    host_end();
}

/* --- Layouts made here --- */

static void one_clause(const struct dof_action *actions, uint32_t count)
{
    host_start(MIB, 1, true);
    const struct dof_clause clause = {.provider = "test",
                                      .module = "",
                                      .function = "",
                                      .name = "",
                                      .actions = (struct dof_action *)(uintptr_t)actions,
                                      .action_count = count};
    const struct dof_option option = {DOF_OPTION_DESTRUCTIVE, 1};
    if (!host_add(&clause, 1, &option, 1))
        fail_msg("%s", host.problem.text);
    assert_int_equal(dtrace_go(host.dtrace, 0), DTRACE_GO_OK);
}

static void pieces_lie_at_their_own_alignment(void **state)
{
    (void)state;
    struct dof_action actions[] = {host_action(DOF_ACTION_DIFEXPR, host_constant(1, 1)),
                                   host_action(DOF_ACTION_DIFEXPR, host_constant(1, 2)),
                                   host_action(DOF_ACTION_DIFEXPR, host_constant(1, 1)),
                                   host_action(DOF_ACTION_DIFEXPR, host_constant(1, 4)),
                                   host_action(DOF_ACTION_DIFEXPR, host_constant(1, 1)),
                                   host_action(DOF_ACTION_DIFEXPR, host_constant(1, 8)),
                                   host_action(DOF_ACTION_DIFEXPR, host_string("x", 13))};
    one_clause(actions, HOST_COUNT(actions));
    static const uint32_t offsets[] = {12, 14, 16, 20, 24, 32, 40};
    for (uint32_t i = 0; i < HOST_COUNT(offsets); i++)
        assert_int_equal(clause_of(0)->records[i].offset, offsets[i]);
    assert_layout(0, 56, 56, 8);
    host_end();
}

static void the_tuple_lies_behind_the_record_and_is_not_kept(void **state)
{
    (void)state;
    struct dof_action actions[] = {host_action(DOF_ACTION_DIFEXPR, host_constant(1, 1)),
                                   host_action(DOF_ACTION_DIFEXPR, host_constant(1, 8)),
                                   host_action(DOF_ACTION_STACK, NULL),
                                   host_action(DOF_AGGREGATION_COUNT, NULL),
                                   host_action(DOF_ACTION_DIFEXPR, host_constant(1, 1))};
    actions[2].arg = 2;
    actions[3].ntuple = 2;
    one_clause(actions, HOST_COUNT(actions));
    const struct dtrace_clause *clause = clause_of(0);
    assert_int_equal(clause->actions[3].aggregation->base, 16); /* 13 is followed by 20 */
    assert_int_equal(clause->actions[1].offset, 24);
    assert_int_equal(clause->actions[2].offset, 32);
    assert_int_equal(clause->actions[3].offset, 48);
    assert_int_equal(clause->actions[4].offset, 13);
    assert_layout(0, 16, 56, 8);
    assert_int_equal(clause->record_count, 2);
    host_end();
}

static void an_increment_takes_no_place(void **state)
{
    (void)state;
    struct dof_action actions[] = {host_action(DOF_ACTION_DIFEXPR, host_constant(1, 8)),
                                   host_action(DOF_ACTION_DIFEXPR, host_set_global(0x500, 2)),
                                   host_action(DOF_AGGREGATION_QUANTIZE, host_constant(5, 8))};
    actions[2].ntuple = 2;
    one_clause(actions, HOST_COUNT(actions));
    const struct dtrace_aggregation *aggregation = clause_of(0)->actions[2].aggregation;
    assert_int_equal(aggregation->description.record_count, 2);
    assert_int_equal(aggregation->data_offset, 16);
    host_end();
}

static void actions_that_record_nothing_leave_no_record(void **state)
{
    (void)state;
    struct dof_action statement[] = {host_action(DOF_ACTION_DIFEXPR, host_set_global(0x500, 2))};
    one_clause(statement, 1);
    assert_layout(0, 0, 12, 4);
    host_end();
    struct dof_action speculate[] = {host_action(DOF_ACTION_SPECULATE, host_constant(1, 8))};
    one_clause(speculate, 1);
    assert_layout(0, 12, 12, 4);
    host_end();
    one_clause(NULL, 0);
    assert_layout(0, 12, 12, 4);
    host_end();
}

static void strings_without_a_size_take_the_option(void **state)
{
    (void)state;
    host_start(MIB, 1, false);
    struct dof_action actions[] = {host_action(DOF_ACTION_DIFEXPR, host_string("x", 0))};
    const struct dof_clause clause = HOST_CLAUSE("", "", actions);
    const struct dof_option option = {DOF_OPTION_STRSIZE, 40};
    assert_true(host_add(&clause, 1, NULL, 0));
    assert_true(host_add(NULL, 0, &option, 1)); /* which comes later */
    assert_int_equal(dtrace_go(host.dtrace, 0), DTRACE_GO_OK);
    assert_layout(0, 56, 56, 8);
    host_end();
}

static void stacks_take_the_options(void **state)
{
    (void)state;
    struct dof_action actions[] = {host_action(DOF_ACTION_STACK, NULL),
                                   host_action(DOF_ACTION_USTACK, NULL),
                                   host_action(DOF_ACTION_JSTACK, NULL)};
    actions[1].arg = 5 | (uint64_t)64 << 32;
    one_clause(actions, HOST_COUNT(actions));
    const struct dtrace_record *records = clause_of(0)->records;
    assert_int_equal(records[0].size, 20 * 8);
    assert_int_equal(records[0].arg, 20);
    assert_int_equal(records[1].size, 6 * 8 + 64);
    assert_int_equal(records[2].size, 51 * 8 + 512);
    assert_true(records[2].arg == (50 | (uint64_t)512 << 32));
    host_end();
}

static void a_stack_has_as_many_frames_as_there_can_be_at_most(void **state)
{
    (void)state;
    struct dof_action actions[] = {
        host_action(DOF_ACTION_STACK, NULL), host_action(DOF_ACTION_STACK, NULL),
        host_action(DOF_ACTION_STACK, NULL), host_action(DOF_ACTION_USTACK, NULL),
        host_action(DOF_ACTION_JSTACK, NULL)};
    actions[0].arg = DTRACE_FRAMES_MAX;
    actions[1].arg = DTRACE_FRAMES_MAX + 1;
    actions[2].arg = 0x20000001; /* times 8 is 8, in 32 bits */
    actions[3].arg = 0xffffffff;
    actions[4].arg = UINT64_MAX;
    one_clause(actions, HOST_COUNT(actions));
    const struct dtrace_record *records = clause_of(0)->records;
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(records[i].size, DTRACE_FRAMES_MAX * 8);
        assert_int_equal(records[i].arg, DTRACE_FRAMES_MAX);
    }
    assert_int_equal(records[3].size, (DTRACE_FRAMES_MAX + 1) * 8);
    assert_int_equal(records[4].size, (DTRACE_FRAMES_MAX + 1) * 8 + 64 * 1024);
    host_end();
}

/* --- Refusals --- */

struct refusal {
    struct dof_action actions[4];
    uint32_t count;
    const char *expected;
};

static struct dof_action aggregating(uint32_t kind, struct dif_object *object, uint32_t ntuple,
                                     uint64_t arg)
{
    struct dof_action action = host_action(kind, object);
    action.ntuple = ntuple;
    action.arg = arg;
    return action;
}

static struct dof_action with_arg(uint32_t kind, uint64_t arg)
{
    return aggregating(kind, NULL, 0, arg);
}

static void every_bad_combination_is_refused_with_its_reason(void **state)
{
    (void)state;
    struct dof_action id = host_action(DOF_ACTION_DIFEXPR, host_constant(1, 8));
    struct dof_action count = aggregating(DOF_AGGREGATION_COUNT, NULL, 1, 0);
    struct dof_action speculate = host_action(DOF_ACTION_SPECULATE, host_constant(1, 8));
    struct dof_action commit = host_action(DOF_ACTION_COMMIT, host_constant(1, 8));
    struct dif_object *odd = host_constant(1, 8);
    odd->type = (struct dif_type){.kind = DIF_TYPE_STRING, .size = 0};
    const struct refusal cases[] = {
        {{host_action(DOF_ACTION_DIFEXPR, NULL)}, 1, "action without code in action 1 of clause 1"},
        {{host_action(0x123, odd)}, 1, "unknown action in action 1 of clause 1"},
        {{host_action(0, odd)}, 1, "unknown action in action 1 of clause 1"},
        {{host_action(DOF_ACTION_EXIT, host_constant(1, 8))},
         1,
         "result is not a value of 4 bytes in action 1 of clause 1"},
        {{host_action(DOF_ACTION_SYM, host_constant(1, 4))},
         1,
         "result is not a value of 8 bytes in action 1 of clause 1"},
        {{host_action(DOF_ACTION_USYM, host_string("x", 8))},
         1,
         "result is not a value of 8 bytes in action 1 of clause 1"},
        {{host_action(DOF_ACTION_TRACEMEM, host_constant(1, 8))},
         1,
         "result is not by reference in action 1 of clause 1"},
        {{host_action(DOF_ACTION_DIFEXPR, odd)},
         1,
         "string that is not by reference in action 1 of clause 1"},
        {{id, speculate}, 2, "speculate() after recorded data in action 2 of clause 1"},
        {{commit, commit}, 2, "second commit() in action 2 of clause 1"},
        {{commit, id}, 2, "speculate() or recorded data after commit() in action 2 of clause 1"},
        {{commit, speculate},
         2,
         "speculate() or recorded data after commit() in action 2 of clause 1"},
        {{speculate, id, count},
         3,
         "aggregation after speculate() or commit() in action 3 of clause 1"},
        {{aggregating(DOF_AGGREGATION_COUNT, NULL, 0, 0)},
         1,
         "aggregation without its tuple in action 1 of clause 1"},
        {{id, aggregating(DOF_AGGREGATION_COUNT, NULL, 2, 0)},
         2,
         "aggregation without its tuple in action 2 of clause 1"},
        {{id, count, aggregating(DOF_AGGREGATION_COUNT, NULL, 1, 0)},
         3,
         "aggregation without its tuple in action 3 of clause 1"},
        {{id, aggregating(DOF_AGGREGATION_SUM, NULL, 1, 0)},
         2,
         "action without code in action 2 of clause 1"},
        {{host_action(DOF_ACTION_DIFEXPR, host_constant(1, 4)), count},
         2,
         "aggregation without an id in action 1 of clause 1"},
        {{with_arg(DOF_ACTION_STACK, 1), count},
         2,
         "aggregation without an id in action 1 of clause 1"},
        {{id, host_action(DOF_ACTION_EXIT, host_constant(1, 4)),
          aggregating(DOF_AGGREGATION_COUNT, NULL, 2, 0)},
         3,
         "action that cannot be a key in action 2 of clause 1"},
        {{id, aggregating(DOF_AGGREGATION_LQUANTIZE, odd, 1, 0)},
         2,
         "invalid argument of an aggregating function in action 2 of clause 1"},
        {{id, aggregating(DOF_AGGREGATION_LLQUANTIZE, odd, 1, (uint64_t)10 << 48)},
         2,
         "invalid argument of an aggregating function in action 2 of clause 1"},
    };
    for (uint32_t i = 0; i < HOST_COUNT(cases); i++) {
        struct dtrace_clause clause = {0};
        struct dof_action actions[4];
        memcpy(actions, cases[i].actions, sizeof actions);
        const struct dof_clause source = {.provider = "",
                                          .module = "",
                                          .function = "",
                                          .name = "",
                                          .actions = actions,
                                          .action_count = cases[i].count};
        struct dtrace_memory memory = {aligned_alloc(16, MIB), MIB, 0};
        struct dtrace_clause_problem problem = {"accepted", 0};
        struct dtrace framework = {.memory = &memory};
        for (uint32_t k = 0; k < DOF_OPTIONS; k++)
            framework.options[k] = framework.granted[k] = DOF_OPTION_UNSET;
        char text[128];
        assert_false(dtrace_clause_build(&framework, &source, &clause, &problem));
        (void)snprintf(text, sizeof text, "%s in action %u of clause 1", problem.reason,
                       problem.action);
        assert_string_equal(text, cases[i].expected);
        free(memory.bytes);
    }
}

static void only_what_changes_the_machine_is_destructive(void **state)
{
    (void)state;
    static const struct {
        uint16_t kind;
        bool destructive;
    } kinds[] = {
        {DOF_ACTION_DIFEXPR, false},
        {DOF_ACTION_EXIT, false},
        {DOF_ACTION_PRINTF, false},
        {DOF_ACTION_PRINTA, false},
        {DOF_ACTION_LIBACT, false},
        {DOF_ACTION_TRACEMEM, false},
        {DOF_ACTION_TRACEMEM_DYNSIZE, false},
        {DOF_ACTION_USTACK, false},
        {DOF_ACTION_JSTACK, false},
        {DOF_ACTION_USYM, false},
        {DOF_ACTION_UMOD, false},
        {DOF_ACTION_UADDR, false},
        {DOF_ACTION_STOP, true},
        {DOF_ACTION_RAISE, true},
        {DOF_ACTION_SYSTEM, true},
        {DOF_ACTION_FREOPEN, true},
        {DOF_ACTION_STACK, false},
        {DOF_ACTION_SYM, false},
        {DOF_ACTION_MOD, false},
        {DOF_ACTION_BREAKPOINT, true},
        {DOF_ACTION_PANIC, true},
        {DOF_ACTION_CHILL, true},
        {DOF_ACTION_SPECULATE, false},
        {DOF_ACTION_COMMIT, false},
        {DOF_ACTION_DISCARD, false},
        {DOF_AGGREGATION_COUNT, false},
        {DOF_AGGREGATION_MIN, false},
        {DOF_AGGREGATION_MAX, false},
        {DOF_AGGREGATION_AVG, false},
        {DOF_AGGREGATION_SUM, false},
        {DOF_AGGREGATION_STDDEV, false},
        {DOF_AGGREGATION_QUANTIZE, false},
        {DOF_AGGREGATION_LQUANTIZE, false},
        {DOF_AGGREGATION_LLQUANTIZE, false},
    };
    for (uint32_t i = 0; i < HOST_COUNT(kinds); i++) {
        struct dof_action action = host_action(kinds[i].kind, NULL);
        const struct dof_clause clause = {.actions = &action, .action_count = 1};
        assert_int_equal(dtrace_clause_is_destructive(&clause), kinds[i].destructive);
    }
}

static void records_larger_than_any_buffer_are_refused(void **state)
{
    (void)state;
    host_start(MIB, 1, false);
    struct dof_action actions[] = {host_action(DOF_ACTION_DIFEXPR, host_string("x", 0x7fffffff)),
                                   host_action(DOF_ACTION_DIFEXPR, host_string("x", 0x7fffffff)),
                                   host_action(DOF_ACTION_DIFEXPR, host_string("x", 0x7fffffff))};
    const struct dof_clause clause = HOST_CLAUSE("", "", actions);
    assert_false(host_add(&clause, 1, NULL, 0));
    assert_string_equal(host.problem.text, "record too large in action 1 of clause 1");
    host_end();
}

static void epids_count_from_1_over_clauses_and_probes(void **state)
{
    (void)state;
    host_start(MIB, 1, false);
    uint32_t first = host_probe("a", "x");
    uint32_t second = host_probe("b", "x");
    const struct dof_clause clauses[] = {
        {.provider = "test", .module = "", .function = "", .name = ""},
        {.provider = "test", .module = "", .function = "b", .name = ""}};
    assert_true(host_add(clauses, 2, NULL, 0));
    assert_int_equal(dtrace_go(host.dtrace, 0), DTRACE_GO_OK);
    const struct dtrace_source source = dtrace_source_of(host.dtrace);
    const uint32_t probes[] = {first, second, second};
    for (uint32_t i = 0; i < 3; i++)
        assert_int_equal(source.ecb(source.context, i + 1)->probe, probes[i]);
    assert_null(source.ecb(source.context, 0));
    assert_null(source.ecb(source.context, 4));
    host_end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(example_a_records_one_number_with_its_format),
        cmocka_unit_test(example_b_keeps_nothing_and_builds_a_tuple),
        cmocka_unit_test(example_c_needs_12_and_1296_bytes),
        cmocka_unit_test(example_e_is_the_error_clause),
        cmocka_unit_test(example_o_sets_options_only),
        cmocka_unit_test(pieces_lie_at_their_own_alignment),
        cmocka_unit_test(the_tuple_lies_behind_the_record_and_is_not_kept),
        cmocka_unit_test(an_increment_takes_no_place),
        cmocka_unit_test(actions_that_record_nothing_leave_no_record),
        cmocka_unit_test(strings_without_a_size_take_the_option),
        cmocka_unit_test(stacks_take_the_options),
        cmocka_unit_test(a_stack_has_as_many_frames_as_there_can_be_at_most),
        cmocka_unit_test(every_bad_combination_is_refused_with_its_reason),
        cmocka_unit_test(only_what_changes_the_machine_is_destructive),
        cmocka_unit_test(records_larger_than_any_buffer_are_refused),
        cmocka_unit_test(epids_count_from_1_over_clauses_and_probes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
