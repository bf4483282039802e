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
    uint32_t count, refused; /* actions; and the one that is refused, from 1 */
    const char *reason;
};

static struct dof_action aggregating(uint32_t kind, struct dif_object *object, uint32_t ntuple,
                                     uint64_t arg)
{
    struct dof_action action = host_action(kind, object);
    action.ntuple = ntuple;
    action.arg = arg;
    return action;
}

static struct dof_action counting(uint32_t ntuple)
{
    return aggregating(DOF_AGGREGATION_COUNT, NULL, ntuple, 0);
}

static struct dof_action of_value(uint32_t kind, uint32_t bytes)
{
    return host_action(kind, host_constant(1, bytes));
}

static void assert_refused(const struct refusal *refusal)
{
    struct dof_action actions[4];
    memcpy(actions, refusal->actions, sizeof actions);
    const struct dof_clause source = {.provider = "",
                                      .module = "",
                                      .function = "",
                                      .name = "",
                                      .actions = actions,
                                      .action_count = refusal->count};
    struct dtrace_memory memory = {aligned_alloc(16, MIB), MIB, 0};
    struct dtrace_clause_problem problem = {"accepted", 0};
    struct dtrace_clause clause = {0};
    struct dtrace framework = {.memory = &memory};
    for (uint32_t k = 0; k < DOF_OPTIONS; k++)
        framework.options[k] = framework.granted[k] = DOF_OPTION_UNSET;
    assert_false(dtrace_clause_build(&framework, &source, &clause, &problem));
    assert_string_equal(problem.reason, refusal->reason);
    assert_int_equal(problem.action, refusal->refused);
    free(memory.bytes);
}

/* Long, because it is a table: a case for each reason. */
static void every_bad_combination_is_refused_with_its_reason(void **state)
{
    (void)state;
    struct dof_action id = of_value(DOF_ACTION_DIFEXPR, 8);
    struct dof_action count = counting(1);
    struct dof_action speculate = of_value(DOF_ACTION_SPECULATE, 8);
    struct dof_action commit = of_value(DOF_ACTION_COMMIT, 8);
    struct dif_object *odd = host_constant(1, 8);
    odd->type = (struct dif_type){.kind = DIF_TYPE_STRING, .size = 0};
    const struct refusal cases[] = {
        {{host_action(DOF_ACTION_DIFEXPR, NULL)}, 1, 1, "action without code"},
        {{host_action(0x123, odd)}, 1, 1, "unknown action"},
        {{host_action(0, odd)}, 1, 1, "unknown action"},
        {{of_value(DOF_ACTION_EXIT, 8)}, 1, 1, "result is not a value of 4 bytes"},
        {{of_value(DOF_ACTION_SYM, 4)}, 1, 1, "result is not a value of 8 bytes"},
        {{host_action(DOF_ACTION_USYM, host_string("x", 8))},
         1,
         1,
         "result is not a value of 8 bytes"},
        {{of_value(DOF_ACTION_TRACEMEM, 8)}, 1, 1, "result is not by reference"},
        {{host_action(DOF_ACTION_DIFEXPR, odd)}, 1, 1, "string that is not by reference"},
        {{id, speculate}, 2, 2, "speculate() after recorded data"},
        {{commit, commit}, 2, 2, "second commit()"},
        {{commit, id}, 2, 2, "speculate() or recorded data after commit()"},
        {{commit, speculate}, 2, 2, "speculate() or recorded data after commit()"},
        {{speculate, id, count}, 3, 3, "aggregation after speculate() or commit()"},
        {{counting(0)}, 1, 1, "aggregation without its tuple"},
        {{id, counting(2)}, 2, 2, "aggregation without its tuple"},
        {{id, count, counting(1)}, 3, 3, "aggregation without its tuple"},
        {{id, aggregating(DOF_AGGREGATION_SUM, NULL, 1, 0)}, 2, 2, "action without code"},
        {{of_value(DOF_ACTION_DIFEXPR, 4), count}, 2, 1, "aggregation without an id"},
        {{aggregating(DOF_ACTION_STACK, NULL, 0, 1), count}, 2, 1, "aggregation without an id"},
        {{id, of_value(DOF_ACTION_EXIT, 4), counting(2)}, 3, 2, "action that cannot be a key"},
        {{id, aggregating(DOF_AGGREGATION_LQUANTIZE, odd, 1, 0)},
         2,
         2,
         "invalid argument of an aggregating function"},
        {{id, aggregating(DOF_AGGREGATION_LLQUANTIZE, odd, 1, (uint64_t)10 << 48)},
         2,
         2,
         "invalid argument of an aggregating function"},
    };
    for (uint32_t i = 0; i < HOST_COUNT(cases); i++)
        assert_refused(&cases[i]);
}

static void what_aggregates_has_a_key_and_no_record(void **state)
{
    (void)state;
    for (uint16_t kind = DOF_AGGREGATION_COUNT; kind <= DOF_AGGREGATION_LLQUANTIZE; kind++) {
        const uint64_t arg = kind == DOF_AGGREGATION_LQUANTIZE    ? 1ull << 48 | 5ull << 32
                             : kind == DOF_AGGREGATION_LLQUANTIZE ? 10ull << 48 | 6ull << 16 | 20
                                                                  : 0;
        host_start(MIB, 1, false);
        (void)host_probe("a", "x");
        struct dif_object *value = kind == DOF_AGGREGATION_COUNT ? NULL : host_constant(1, 8);
        struct dof_action actions[] = {of_value(DOF_ACTION_DIFEXPR, 8),
                                       aggregating(kind, value, 1, arg)};
        const struct dof_clause clause = HOST_CLAUSE("", "x", actions);
        assert_true(host_add(&clause, 1, NULL, 0));
        assert_int_equal(dtrace_go(host.dtrace, 0), DTRACE_GO_OK);
        assert_int_equal(host.dtrace->aggregation_count, 1);
        host_end();
    }
}

static bool is_destructive(uint16_t kind)
{
    struct dof_action action = host_action(kind, NULL);
    return dtrace_clause_is_destructive(
        &(const struct dof_clause){.actions = &action, .action_count = 1});
}

static void only_what_changes_the_machine_is_destructive(void **state)
{
    (void)state;
    static const uint16_t destructive[] = {
        DOF_ACTION_STOP,       DOF_ACTION_RAISE, DOF_ACTION_SYSTEM, DOF_ACTION_FREOPEN,
        DOF_ACTION_BREAKPOINT, DOF_ACTION_PANIC, DOF_ACTION_CHILL};
    static const uint16_t harmless[] = {DOF_ACTION_DIFEXPR,
                                        DOF_ACTION_EXIT,
                                        DOF_ACTION_PRINTF,
                                        DOF_ACTION_PRINTA,
                                        DOF_ACTION_LIBACT,
                                        DOF_ACTION_TRACEMEM,
                                        DOF_ACTION_TRACEMEM_DYNSIZE,
                                        DOF_ACTION_USTACK,
                                        DOF_ACTION_JSTACK,
                                        DOF_ACTION_USYM,
                                        DOF_ACTION_UMOD,
                                        DOF_ACTION_UADDR,
                                        DOF_ACTION_STACK,
                                        DOF_ACTION_SYM,
                                        DOF_ACTION_MOD,
                                        DOF_ACTION_SPECULATE,
                                        DOF_ACTION_COMMIT,
                                        DOF_ACTION_DISCARD,
                                        DOF_AGGREGATION_COUNT,
                                        DOF_AGGREGATION_MIN,
                                        DOF_AGGREGATION_MAX,
                                        DOF_AGGREGATION_AVG,
                                        DOF_AGGREGATION_SUM,
                                        DOF_AGGREGATION_STDDEV,
                                        DOF_AGGREGATION_QUANTIZE,
                                        DOF_AGGREGATION_LQUANTIZE,
                                        DOF_AGGREGATION_LLQUANTIZE};
    for (uint32_t i = 0; i < HOST_COUNT(destructive); i++)
        assert_true(is_destructive(destructive[i]));
    for (uint32_t i = 0; i < HOST_COUNT(harmless); i++)
        assert_false(is_destructive(harmless[i]));
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
        cmocka_unit_test(what_aggregates_has_a_key_and_no_record),
        cmocka_unit_test(only_what_changes_the_machine_is_destructive),
        cmocka_unit_test(records_larger_than_any_buffer_are_refused),
        cmocka_unit_test(epids_count_from_1_over_clauses_and_probes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
