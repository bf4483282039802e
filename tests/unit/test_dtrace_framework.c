/* The state: it takes objects, goes with the memory that there is, and stops. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/dtrace_host.h"
#include "trace/dtrace/clause.h"

enum {
    MIB = 1 << 20,
    HEADER = 12
};

static void begin_and_end_fire_once(void **state)
{
    (void)state;
    host_start(MIB, 1, false);
    struct dof_action one[] = {host_action(DOF_ACTION_DIFEXPR, host_constant(1, 4))};
    struct dof_action two[] = {host_action(DOF_ACTION_DIFEXPR, host_constant(2, 4))};
    const struct dof_clause clauses[] = {{.provider = "dtrace",
                                          .module = "",
                                          .function = "",
                                          .name = "BEGIN",
                                          .actions = one,
                                          .action_count = 1},
                                         {.provider = "dtrace",
                                          .module = "",
                                          .function = "",
                                          .name = "END",
                                          .actions = two,
                                          .action_count = 1}};
    host_go(clauses, 2);
    assert_true(dtrace_is_going(host.dtrace));
    dtrace_stop(host.dtrace, 0);
    dtrace_stop(host.dtrace, 0);
    assert_false(dtrace_is_going(host.dtrace));
    struct host_record records[2];
    assert_int_equal(host_take(records, 2), 2);
    assert_int_equal(host_number(records[0].bytes + HEADER, 4), 1);
    assert_int_equal(host_number(records[1].bytes + HEADER, 4), 2);
    host_end();
}

static void nothing_is_recorded_before_go_and_after_stop(void **state)
{
    (void)state;
    host_start(MIB, 1, false);
    uint32_t id = host_probe("open", "entry");
    const struct dof_clause clause = {.provider = "test", .module = "", .function = "", .name = ""};
    host_fire(id, 0, 0, 0);
    host_go(&clause, 1);
    assert_true(dtrace_probe_is_enabled(dtrace_probe(host.dtrace, id)));
    host_fire(id, 0, 0, 0);
    dtrace_stop(host.dtrace, 0);
    assert_false(dtrace_probe_is_enabled(dtrace_probe(host.dtrace, id)));
    host_fire(id, 0, 0, 0);
    assert_int_equal(host_principal(0).books.emitted, 1);
    host_end();
}

static void exit_drains_and_tells_its_status(void **state)
{
    (void)state;
    host_start(MIB, 1, false);
    uint32_t id = host_probe("open", "entry");
    struct dof_action leave[] = {host_action(DOF_ACTION_EXIT, host_constant(7, 4))};
    const struct dof_clause clauses[] = {HOST_CLAUSE("", "", leave), HOST_CLAUSE("", "", leave)};
    host_go(clauses, 2);
    int32_t status = 0;
    assert_false(dtrace_has_exited(host.dtrace, &status));
    host_fire(id, 0, 0, 0);
    host_fire(id, 0, 0, 0);
    assert_true(dtrace_has_exited(host.dtrace, &status));
    assert_int_equal(status, 7);
    struct host_record record;
    assert_int_equal(host_take(&record, 1), 1);
    assert_int_equal(host_number(record.bytes + HEADER, 4), 7);
    host_end();
}

static void exit_in_begin_skips_the_next_clause_of_begin(void **state)
{
    (void)state;
    host_start(MIB, 1, false);
    uint32_t id = host_probe("open", "entry");
    struct dof_action leave[] = {host_action(DOF_ACTION_EXIT, host_constant(1, 4))};
    const struct dof_clause clauses[] = {
        {.provider = "dtrace",
         .module = "",
         .function = "",
         .name = "BEGIN",
         .actions = leave,
         .action_count = 1},
        {.provider = "dtrace", .module = "", .function = "", .name = "BEGIN"},
        {.provider = "test", .module = "", .function = "", .name = ""},
        {.provider = "dtrace", .module = "", .function = "", .name = "END"}};
    host_go(clauses, 4);
    host_fire(id, 0, 0, 0);
    dtrace_stop(host.dtrace, 0);
    struct host_record records[2];
    assert_int_equal(host_take(records, 2), 2);
    assert_int_equal(records[0].epid, 1);
    assert_int_equal(records[1].epid, 4);
    host_end();
}

/* --- Refusals --- */

static void a_bad_combination_refuses_the_object_and_nothing_else(void **state)
{
    (void)state;
    host_start(MIB, 1, false);
    struct dof_action good[] = {host_action(DOF_ACTION_DIFEXPR, host_add_global(0x500, 1))};
    struct dof_action bad[] = {host_action(DOF_ACTION_DIFEXPR, host_add_global(0x501, 1)),
                               host_action(DOF_AGGREGATION_COUNT, NULL)};
    const struct dof_clause first = HOST_CLAUSE("", "", good);
    const struct dof_clause second[] = {HOST_CLAUSE("", "", good), HOST_CLAUSE("", "", bad)};
    assert_true(host_add(&first, 1, host_small, HOST_SMALL));
    size_t used = host.memory.used;
    uint32_t declared = host.dtrace->declarations.count;
    assert_false(host_add(second, 2, NULL, 0));
    assert_string_equal(host.problem.text, "aggregation without its tuple in action 2 of clause 2");
    assert_int_equal(host.memory.used, used);
    assert_int_equal(host.dtrace->declarations.count, declared);
    assert_int_equal(dtrace_clauses(host.dtrace), 1);
    assert_int_equal(dtrace_go(host.dtrace, 0), DTRACE_GO_OK);
    host_end();
}

static void an_option_that_makes_no_sense_refuses_the_object(void **state)
{
    (void)state;
    host_start(MIB, 1, false);
    static const struct dof_option bad[] = {{DOF_OPTION_BUFPOLICY, 3},
                                            {DOF_OPTION_CPU, -3},
                                            {DOF_OPTION_BUFSIZE, -5},
                                            {DOF_OPTION_BUFRESIZE, 2},
                                            {DOF_OPTIONS, 0}};
    for (uint32_t i = 0; i < HOST_COUNT(bad); i++)
        assert_false(host_add(NULL, 0, &bad[i], 1));
    assert_int_equal(dtrace_go(host.dtrace, 0), DTRACE_GO_NOTHING);
    host_end();
}

static void destructive_objects_are_left_out_and_the_rest_traces(void **state)
{
    (void)state;
    host_start(MIB, 1, false);
    uint32_t id = host_probe("open", "entry");
    struct dof_action stop[] = {host_action(DOF_ACTION_STOP, NULL)};
    const struct dof_clause destructive[] = {
        HOST_CLAUSE("", "", stop), {.provider = "test", .module = "", .function = "", .name = ""}};
    const struct dof_clause harmless = {
        .provider = "test", .module = "", .function = "", .name = ""};
    assert_true(host_add(destructive, 2, NULL, 0));
    assert_true(host_add(&harmless, 1, host_small, HOST_SMALL));
    assert_int_equal(dtrace_go(host.dtrace, 0), DTRACE_GO_OK);
    assert_string_equal(
        dtrace_clause_refusal(host.dtrace, 0),
        "its object has destructive actions, and the option destructive is not set");
    assert_non_null(dtrace_clause_refusal(host.dtrace, 1));
    assert_null(dtrace_clause_refusal(host.dtrace, 2));
    host_fire(id, 0, 0, 0);
    assert_int_equal(host.destroyed[DTRACE_STOP], 0);
    assert_int_equal(host_principal(0).books.kept, 1);
    host_end();
}

static void destructive_actions_need_the_option_and_the_machine(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 4; i++) {
        host_start(MIB, 1, (i & 1) != 0);
        uint32_t id = host_probe("open", "entry");
        struct dof_action stop[] = {host_action(DOF_ACTION_STOP, NULL)};
        const struct dof_clause clause = HOST_CLAUSE("", "", stop);
        const struct dof_option options[] = {{DOF_OPTION_DESTRUCTIVE, 0}};
        assert_true(host_add(&clause, 1, options, i >> 1));
        assert_int_equal(dtrace_go(host.dtrace, 0), i == 3 ? DTRACE_GO_OK : DTRACE_GO_DESTRUCTIVE);
        host_fire(id, 0, 0, 0);
        assert_int_equal(host.destroyed[DTRACE_STOP], i == 3);
        host_end();
    }
}

static void a_destructive_predicate_counts_as_destructive(void **state)
{
    (void)state;
    const struct dif_object predicate = {.destructive = true};
    struct dof_clause clause = {.predicate = NULL};
    assert_false(dtrace_clause_is_destructive(&clause));
    clause.predicate = (struct dif_object *)(uintptr_t)&predicate;
    assert_true(dtrace_clause_is_destructive(&clause));
    struct dof_action print = {.kind = DOF_ACTION_PRINTF, .difo = clause.predicate};
    clause = (struct dof_clause){.actions = &print, .action_count = 1};
    assert_true(dtrace_clause_is_destructive(&clause));
}

static void a_record_too_large_for_the_memory_costs_its_clause_alone(void **state)
{
    (void)state;
    host_start(MIB, 2, false);
    uint32_t id = host_probe("open", "entry");
    struct dof_action large[] = {host_action(DOF_ACTION_DIFEXPR, host_string("x", 3 * MIB))};
    struct dof_action little[] = {host_action(DOF_ACTION_DIFEXPR, host_constant(1, 8))};
    const struct dof_clause clauses[] = {HOST_CLAUSE("", "", large),
                                         HOST_CLAUSE("open", "", little)};
    assert_true(host_add(clauses, 2, NULL, 0));
    assert_int_equal(dtrace_go(host.dtrace, 0), DTRACE_GO_OK);
    assert_string_equal(dtrace_clause_refusal(host.dtrace, 0),
                        "its records are too large for the memory");
    assert_null(dtrace_clause_refusal(host.dtrace, 1));
    host_fire(id, 1, 0, 0);
    assert_int_equal(host_principal(1).books.kept, 1);
    host_end();
}

static void memory_in_use_is_no_room_for_records(void **state)
{
    (void)state;
    for (uint32_t used = 0; used <= 3; used += 3) {
        host_start(4 * MIB, 1, false);
        (void)host_probe("open", "entry");
        host.memory.used += used * MIB;
        struct dof_action large[] = {
            host_action(DOF_ACTION_DIFEXPR, host_string("x", MIB * 3 / 8))};
        const struct dof_clause clause = HOST_CLAUSE("", "", large);
        assert_true(host_add(&clause, 1, NULL, 0));
        (void)dtrace_go(host.dtrace, 0);
        const char *refusal = dtrace_clause_refusal(host.dtrace, 0);
        bool too_large = refusal != NULL && strstr(refusal, "too large for the memory") != NULL;
        assert_int_equal(too_large, used > 0);
        host_end();
    }
}

/* Clauses that share the actions of the first one, which are this action so many times. */
static bool add_sharing_clauses(const struct dof_action *action, uint32_t actions, uint32_t clauses)
{
    struct dof_builder builder;
    dof_builder_start(&builder);
    const struct dof_clause clause = {
        .provider = "test", .actions = (struct dof_action *)(uintptr_t)action, .action_count = 1};
    uint32_t ecb = dof_builder_clause(&builder, &clause), actdesc = ecb - 1;
    uint8_t one[32];
    assert_int_equal(builder.sections[actdesc].type, DOF_TYPE_ACTDESC);
    memcpy(one, builder.sections[actdesc].bytes, sizeof one);
    uint8_t *more = malloc((actions - 1) * sizeof one);
    for (uint32_t i = 0; i < actions - 1; i++)
        memcpy(more + i * sizeof one, one, sizeof one);
    (void)dof_builder_append(&builder, actdesc, more, (actions - 1) * sizeof one);
    free(more);
    for (uint32_t i = 1; i < clauses; i++)
        (void)dof_builder_section(&builder, DOF_TYPE_ECBDESC, 8, 0, builder.sections[ecb].bytes,
                                  builder.sections[ecb].size);
    dof_builder_options(&builder, host_small, HOST_SMALL);
    size_t size;
    uint8_t *bytes = dof_builder_finish(&builder, &size);
    bool added = dtrace_add_object(host.dtrace, bytes, size, &host.problem);
    free(bytes);
    return added;
}

static void clauses_that_share_their_actions_all_trace(void **state)
{
    (void)state;
    host_start(MIB, 1, false);
    uint32_t id = host_probe("open", "entry");
    const struct dof_action action = host_action(DOF_ACTION_DIFEXPR, host_constant(1, 8));
    assert_true(add_sharing_clauses(&action, 2, 3));
    assert_int_equal(dtrace_go(host.dtrace, 0), DTRACE_GO_OK);
    host_fire(id, 0, 0, 0);
    assert_int_equal(host_principal(0).books.kept, 3);
    host_end();
}

static void clauses_that_share_bad_or_destructive_actions_share_the_verdict(void **state)
{
    (void)state;
    host_start(MIB, 1, false);
    const struct dof_action unknown = host_action(0x123, NULL);
    assert_false(add_sharing_clauses(&unknown, 2, 3));
    assert_string_equal(host.problem.text, "unknown action in action 1 of clause 1");
    const struct dof_action stop = host_action(DOF_ACTION_STOP, NULL);
    assert_true(add_sharing_clauses(&stop, 2, 3));
    assert_int_equal(dtrace_go(host.dtrace, 0), DTRACE_GO_DESTRUCTIVE);
    for (uint32_t i = 0; i < 3; i++)
        assert_non_null(dtrace_clause_refusal(host.dtrace, i));
    host_end();
}

/* 250 KiB of code behind each of 16,384 actions of 4 clauses, as many actions as there may be in all: four thousand
 * million instructions, if each were looked at. */
static void sections_that_name_each_other_often_cost_no_more_than_their_memory(void **state)
{
    (void)state;
    static uint32_t text[64000];
    for (uint32_t i = 0; i < HOST_COUNT(text); i++)
        text[i] = DIF_REGS(DIF_OP_NOP, 0, 0, 0);
    text[HOST_COUNT(text) - 1] = DIF_RET(0);
    struct dif_object difo = {DIF_TEXT(text), .type = DIF_RESULT(0)};
    const struct dof_action action = host_action(DOF_ACTION_DIFEXPR, &difo);
    host_start(8 * MIB, 1, false);
    assert_false(add_sharing_clauses(&action, DOF_ACTIONS_MAX, 1900));
    assert_true(add_sharing_clauses(&action, DOF_ACTIONS_MAX, 4));
    assert_int_equal(dtrace_go(host.dtrace, 0), DTRACE_GO_OK);
    assert_null(dtrace_clause_refusal(host.dtrace, 0));
    host_end();
}

/* --- Memory and options --- */

static void buffers_shrink_by_halves_until_they_fit(void **state)
{
    (void)state;
    host_start(2 * MIB, 4, false);
    const struct dof_clause clause = {.provider = "test", .module = "", .function = "", .name = ""};
    assert_true(host_add(&clause, 1, NULL, 0));
    assert_int_equal(dtrace_go(host.dtrace, 0), DTRACE_GO_OK);
    assert_int_equal(dtrace_option_asked(host.dtrace, DOF_OPTION_BUFSIZE), 4 * MIB);
    int64_t granted = dtrace_option(host.dtrace, DOF_OPTION_BUFSIZE);
    assert_true(granted >= 64 * 1024 && granted <= 512 * 1024);
    assert_true(host.memory.size - host.memory.used > host.memory.size / 20);
    host_end();
}

static void names_have_63_characters_at_most_and_those_of_functions_127(void **state)
{
    (void)state;
    static const struct dtrace_provider provider = {.name = "test"};
    char name[65] = "", function[129] = "";
    memset(name, 'n', 63);
    memset(function, 'f', 127);
    host_start(MIB, 1, false);
    assert_true(dtrace_probe_add(host.dtrace, &provider, name, function, name, 0) != 0);
    name[63] = 'n';
    assert_int_equal(dtrace_probe_add(host.dtrace, &provider, name, function, "", 0), 0);
    assert_int_equal(dtrace_probe_add(host.dtrace, &provider, "", function, name, 0), 0);
    function[127] = 'f';
    assert_int_equal(dtrace_probe_add(host.dtrace, &provider, "", function, "", 0), 0);
    host_end();
}

static void a_half_of_a_buffer_is_still_a_multiple_of_8(void **state)
{
    (void)state;
    host_start(2 * MIB, 4, false);
    const struct dof_clause clause = {.provider = "test", .module = "", .function = "", .name = ""};
    const struct dof_option odd = {DOF_OPTION_BUFSIZE, MIB - 8};
    assert_true(host_add(&clause, 1, &odd, 1));
    assert_int_equal(dtrace_go(host.dtrace, 0), DTRACE_GO_OK);
    int64_t granted = dtrace_option(host.dtrace, DOF_OPTION_BUFSIZE);
    assert_true(granted > 0 && granted < MIB - 8 && granted % 8 == 0);
    host_end();
}

/* Each CPU has its own copy of 16 strings of 4 KiB: a fourth of the memory. */
static void buffers_leave_room_for_variables_by_reference(void **state)
{
    (void)state;
    host_start(MIB, 4, false);
    struct dif_variable locals[16];
    for (uint32_t i = 0; i < HOST_COUNT(locals); i++)
        locals[i] = (struct dif_variable){.name = "",
                                          .id = DIF_VAR_USER + i,
                                          .kind = DIF_KIND_SCALAR,
                                          .scope = DIF_SCOPE_LOCAL,
                                          .flags = 3,
                                          .type = DIF_RESULT_STRING(4096)};
    struct dif_object *code = host_constant(1, 8);
    code->variables = locals;
    code->variable_count = HOST_COUNT(locals);
    struct dof_action actions[] = {host_action(DOF_ACTION_DIFEXPR, code)};
    const struct dof_clause clause = HOST_CLAUSE("", "", actions);
    assert_true(host_add(&clause, 1, NULL, 0));
    assert_int_equal(dtrace_go(host.dtrace, 0), DTRACE_GO_OK);
    assert_true(dtrace_option(host.dtrace, DOF_OPTION_BUFSIZE) >= 16 * 1024);
    host_end();
}

static void count_bytes(void *context, const char *bytes, size_t length)
{
    (void)bytes;
    *(size_t *)context += length;
}

/* Every CPU has its buffer full of keys; the consumer works in what is left. */
static void what_was_aggregated_in_little_memory_can_be_printed(void **state)
{
    (void)state;
    host_start(MIB, 2, false);
    uint32_t id = host_probe("open", "entry");
    struct dof_action actions[] = {host_action(DOF_ACTION_DIFEXPR, host_constant(1, 8)),
                                   host_action(DOF_ACTION_DIFEXPR, host_variable(DIF_VAR_ARG0, 8)),
                                   host_action(DOF_AGGREGATION_COUNT, NULL)};
    actions[2].ntuple = 2;
    const struct dof_clause clause = HOST_CLAUSE("", "", actions);
    assert_true(host_add(&clause, 1, NULL, 0));
    assert_int_equal(dtrace_go(host.dtrace, 0), DTRACE_GO_OK);
    uint64_t key = 0;
    for (uint32_t cpu = 0; cpu < 2; cpu++)
        while (host_aggregations(cpu).books.dropped == 0)
            host_fire(id, cpu, key++, 0);
    dtrace_stop(host.dtrace, 0);
    size_t printed = 0;
    const struct text_sink sink = {count_bytes, &printed};
    const struct dtrace_source source = dtrace_source_of(host.dtrace);
    assert_int_equal(dtrace_consume(&sink, &source, &host.memory), DTRACE_CONSUME_OK);
    assert_true(printed > (key - 2) * 20);
    host_end();
}

static void what_must_not_shrink_is_no_memory(void **state)
{
    (void)state;
    host_start(MIB, 1, false);
    const struct dof_clause clause = {.provider = "test", .module = "", .function = "", .name = ""};
    const struct dof_option options[] = {{DOF_OPTION_BUFRESIZE, 1}, {DOF_OPTION_BUFSIZE, 4 * MIB}};
    assert_true(host_add(&clause, 1, options, 2));
    size_t used = host.memory.used;
    assert_int_equal(dtrace_go(host.dtrace, 0), DTRACE_GO_NO_MEMORY);
    assert_int_equal(host.memory.used, used);
    host_end();
}

static void every_go_that_fails_says_why(void **state)
{
    (void)state;
    static const struct {
        struct dof_option option;
        enum dtrace_go expected;
    } cases[] = {
        {{DOF_OPTION_BUFSIZE, 0}, DTRACE_GO_NO_BUFFER},
        {{DOF_OPTION_BUFSIZE, 7}, DTRACE_GO_NO_BUFFER},
        {{DOF_OPTION_BUFSIZE, 8}, DTRACE_GO_OK},
        {{DOF_OPTION_AGGSIZE, 0}, DTRACE_GO_NO_BUFFER},
        {{DOF_OPTION_CPU, 1}, DTRACE_GO_NO_CPU},
        {{DOF_OPTION_CPU, 0}, DTRACE_GO_OK},
        {{DOF_OPTION_NSPEC, 0}, DTRACE_GO_OK},
    };
    for (uint32_t i = 0; i < HOST_COUNT(cases); i++) {
        host_start(MIB, 1, false);
        struct dof_action actions[] = {host_action(DOF_ACTION_DIFEXPR, host_constant(1, 8)),
                                       host_action(DOF_AGGREGATION_COUNT, NULL)};
        actions[1].ntuple = 1;
        const struct dof_clause clause = HOST_CLAUSE("", "", actions);
        assert_true(host_add(&clause, 1, &cases[i].option, 1));
        assert_int_equal(dtrace_go(host.dtrace, 0), cases[i].expected);
        host_end();
    }
}

static void a_second_go_is_refused_and_so_are_later_objects(void **state)
{
    (void)state;
    host_start(MIB, 1, false);
    const struct dof_clause clause = {.provider = "test", .module = "", .function = "", .name = ""};
    host_go(&clause, 1);
    assert_int_equal(dtrace_go(host.dtrace, 0), DTRACE_GO_BUSY);
    assert_false(host_add(&clause, 1, NULL, 0));
    assert_string_equal(host.problem.text, "tracing has begun");
    host_end();
}

static void a_clause_whose_records_are_larger_than_the_buffer_is_refused(void **state)
{
    (void)state;
    host_start(MIB, 1, false);
    uint32_t id = host_probe("open", "entry");
    struct dof_action actions[] = {
        host_action(DOF_ACTION_DIFEXPR, host_name(DIF_VAR_PROBEFUNC, 8192))};
    const struct dof_clause clause = HOST_CLAUSE("", "", actions);
    host_go(&clause, 1);
    assert_string_equal(dtrace_clause_refusal(host.dtrace, 0),
                        "its records are larger than the buffer");
    host_fire(id, 0, 0, 0);
    assert_int_equal(host_principal(0).books.emitted, 0);
    host_end();
}

static void the_option_cpu_lets_one_cpu_record(void **state)
{
    (void)state;
    host_start(MIB, 2, false);
    uint32_t id = host_probe("open", "entry");
    const struct dof_clause clause = {.provider = "test", .module = "", .function = "", .name = ""};
    const struct dof_option options[] = {{DOF_OPTION_CPU, 1}, {DOF_OPTION_BUFSIZE, 4096}};
    assert_true(host_add(&clause, 1, options, 2));
    assert_int_equal(dtrace_go(host.dtrace, 0), DTRACE_GO_OK);
    host_fire(id, 0, 0, 0);
    host_fire(id, 1, 0, 0);
    host_fire(id, 2, 0, 0);
    assert_int_equal(host_principal(0).books.emitted, 0);
    assert_int_equal(host_principal(1).books.emitted, 1);
    host_end();
}

/* 6 records of 80 bytes fit, of which the last one is END's. */
static void end_finds_room(enum dtrace_policy policy)
{
    host_start(MIB, 1, false);
    uint32_t id = host_probe("open", "entry");
    struct dof_action data[] = {host_action(DOF_ACTION_DIFEXPR, host_string("x", 64))};
    struct dof_clause clauses[] = {HOST_CLAUSE("", "", data), HOST_CLAUSE("", "", data)};
    clauses[1].provider = "dtrace";
    clauses[1].name = "END";
    const struct dof_option options[] = {{DOF_OPTION_BUFPOLICY, policy}, {DOF_OPTION_BUFSIZE, 512}};
    assert_true(host_add(clauses, 2, options, 2));
    assert_int_equal(dtrace_go(host.dtrace, 0), DTRACE_GO_OK);
    for (uint32_t i = 0; i < 10; i++)
        host_fire(id, 0, 0, 0);
    assert_int_equal(dtrace_source_of(host.dtrace).status.filled, policy == DTRACE_POLICY_FILL);
    dtrace_stop(host.dtrace, 0);
    struct host_record records[8];
    assert_int_equal(host_take(records, 8), 6);
    assert_int_equal(records[5].epid, 2);
    assert_int_equal(host_principal(0).books.dropped, 5);
    host_end();
}

static void a_full_buffer_has_room_for_the_clauses_of_end(void **state)
{
    (void)state;
    end_finds_room(DTRACE_POLICY_FILL);
    end_finds_room(DTRACE_POLICY_SWITCH);
}

static uint64_t variables_in_use(void)
{
    return dtrace_variables_counts(host.dtrace->variables).in_use;
}

static void a_deleted_variable_waits_for_the_firings_that_may_read_it(void **state)
{
    (void)state;
    host_start(MIB, 2, false);
    uint32_t id = host_probe("open", "entry");
    struct dif_object *set = host_variable(DIF_VAR_ARG0, 0);
    static const uint32_t text[] = {DIF_INDEX(DIF_OP_LDGS, DIF_VAR_ARG0, 1),
                                    DIF_INDEX(DIF_OP_STTS, 0x500, 1), DIF_RET(1)};
    struct dif_variable declared[2] = {set->variables[0], set->variables[0]};
    declared[1].id = 0x500;
    declared[1].scope = DIF_SCOPE_THREAD;
    declared[1].flags = 2;
    set->text = text;
    set->length = 3;
    set->variables = declared;
    set->variable_count = 2;
    struct dof_action actions[] = {host_action(DOF_ACTION_DIFEXPR, set)};
    const struct dof_clause clause = HOST_CLAUSE("", "", actions);
    host_go(&clause, 1);
    host_fire(id, 0, 1, 0);
    host_fire(id, 0, 0, 0); /* deletes it */
    assert_int_equal(variables_in_use(), 1);
    host.dtrace->cpu[1].held = DTRACE_FIRING;
    host.dtrace->cpu[1].firings = 1;
    for (uint32_t i = 0; i < 5; i++)
        dtrace_clean(host.dtrace);
    assert_int_equal(variables_in_use(), 1);
    host.dtrace->cpu[1].held = DTRACE_FREE;
    for (uint32_t i = 0; i < 3; i++)
        dtrace_clean(host.dtrace);
    assert_int_equal(variables_in_use(), 0);
    host_end();
}

/* As a panic leaves it: a record is there, and neither it nor its firing has been counted. */
static void a_cpu_that_was_stopped_has_books_of_what_is_there(void **state)
{
    (void)state;
    uint32_t id = host_start_empty();
    host_fire(id, 0, 0, 0);
    host_fire(id, 0, 0, 0);
    struct dtrace_cpu *cpu = &host.dtrace->cpu[0];
    cpu->principal.written--;
    cpu->principal.books.emitted--;
    for (uint32_t held = DTRACE_FIRING; held <= DTRACE_CLEANING; held++) {
        cpu->held = held;
        const struct dtrace_snapshot snapshot = host_principal(0);
        assert_int_equal(snapshot.books.kept, 2);
        host_assert_balance(&snapshot.books);
    }
    host_end();
}

static void without_aggregations_there_is_no_memory_for_them(void **state)
{
    (void)state;
    (void)host_start_empty();
    assert_null(host_aggregations(0).bytes);
    host_end();
}

/* A global one, written alone. */
static const struct dif_variable array = {.name = "",
                                          .id = 0x500,
                                          .scope = DIF_SCOPE_GLOBAL,
                                          .kind = DIF_KIND_ARRAY,
                                          .flags = 2,
                                          .type = DIF_RESULT(8)};

/* Goes with a clause of one object.  Gives its probe. */
static uint32_t go_storing(struct dif_object *store)
{
    struct dof_action actions[] = {host_action(DOF_ACTION_DIFEXPR, store)};
    const struct dof_clause clause = HOST_CLAUSE("", "", actions);
    uint32_t id = host_probe("open", "entry");
    host_go(&clause, 1);
    return id;
}

/* array[400 bytes] = arg0, and 8 bytes seem to be all: chunks have the 256 bytes that they have at least. */
static void a_key_that_no_chunk_can_hold_is_a_drop_when_it_is_stored(void **state)
{
    (void)state;
    host_start(MIB, 1, false);
    host.reads_its_own = true;
    const uint32_t text[] = {DIF_INDEX(DIF_OP_SETX, 0, 1),
                             DIF_INDEX(DIF_OP_SETX, 1, 2),
                             DIF_INDEX(DIF_OP_SETX, 2, 3),
                             DIF_REGS(DIF_OP_PUSHTR, DIF_TYPE_C, 2, 1),
                             DIF_INDEX(DIF_OP_LDGS, DIF_VAR_ARG0, 4),
                             DIF_INDEX(DIF_OP_STGAA, 0x500, 4),
                             DIF_RET(0)};
    const uint64_t integers[] = {(uintptr_t)host.memory.bytes, 400, 8};
    const struct dif_variable variables[] = {{.name = "",
                                              .id = DIF_VAR_ARG0,
                                              .scope = DIF_SCOPE_GLOBAL,
                                              .kind = DIF_KIND_SCALAR,
                                              .flags = 1,
                                              .type = DIF_RESULT(8)},
                                             array};
    struct dif_object store = {DIF_TEXT(text), .integers = integers, .integer_count = 3,
                               .variables = variables, .variable_count = 2};
    uint32_t id = go_storing(&store);
    host_fire(id, 0, 0, 0);
    assert_int_equal(dtrace_source_of(host.dtrace).status.dynamic_drops, 0);
    host_fire(id, 0, 1, 0);
    host_fire(id, 0, 7, 0);
    assert_int_equal(dtrace_source_of(host.dtrace).status.dynamic_drops, 2);
    assert_int_equal(dtrace_source_of(host.dtrace).status.errors, 0);
    host_end();
}

static void an_associative_array_alone_has_its_memory(void **state)
{
    (void)state;
    host_start(MIB, 1, false);
    const uint32_t text[] = {DIF_INDEX(DIF_OP_SETX, 0, 1), DIF_REGS(DIF_OP_PUSHTV, 0, 0, 1),
                             DIF_INDEX(DIF_OP_STGAA, 0x500, 1), DIF_RET(0)};
    const uint64_t one = 1;
    struct dif_object store = {DIF_TEXT(text), .integers = &one, .integer_count = 1,
                               .variables = &array, .variable_count = 1};
    uint32_t id = go_storing(&store);
    host_fire(id, 0, 0, 0);
    assert_int_equal(dtrace_source_of(host.dtrace).status.dynamic_drops, 0);
    assert_int_equal(dtrace_source_of(host.dtrace).status.errors, 0);
    host_end();
}

static void discard_forgets_the_data_and_keeps_the_enabling(void **state)
{
    (void)state;
    uint32_t id = host_start_empty();
    host_fire(id, 0, 0, 0);
    dtrace_discard(host.dtrace);
    assert_int_equal(host_principal(0).size, 0);
    host_fire(id, 0, 0, 0);
    assert_int_equal(host_principal(0).books.emitted, 1);
    host_end();
}

static void discard_forgets_what_was_lost(void **state)
{
    (void)state;
    host_start(MIB, 1, false);
    uint32_t id = host_probe("open", "entry");
    struct dof_action actions[] = {host_action(DOF_ACTION_DIFEXPR, host_divide_by_zero(8))};
    const struct dof_clause clause = HOST_CLAUSE("", "", actions);
    host_go(&clause, 1);
    struct dtrace_cpu *cpu = &host.dtrace->cpu[0];
    cpu->nested = 5;
    cpu->errors_in_errors = cpu->speculation_drops = 6;
    host.dtrace->speculations.busy = host.dtrace->speculations.unavailable = 7;
    host_fire(id, 0, 0, 0);
    dtrace_discard(host.dtrace);
    struct dtrace_status status = dtrace_source_of(host.dtrace).status, none = {0};
    assert_memory_equal(&status, &none, sizeof status);
    cpu->nested++;
    host_fire(id, 0, 0, 0);
    status = dtrace_source_of(host.dtrace).status;
    assert_int_equal(status.nested, 1);
    assert_int_equal(status.errors, 1);
    host_end();
}

static void every_vector_loads_goes_and_stops(void **state)
{
    (void)state;
    static const char *const names[] = {
        "01a-blog-default",   "01b-blog-trace", "02a-pred-execname", "02b-pred-arg-cpu",
        "03a-tls-quantize",   "04a-aggs",       "05-printf-stack",   "06b-arith",
        "06c-ternary-branch", "07-assoc",       "08-local-ops",      "09-options",
        "10-begin-tick-exit", "12-spec",        "14-userland",       "16-destructive",
        "17-wildcard-multi",  "18-inline-enum", "19-multi-n.0",      "20-n-x-opts"};
    for (uint32_t i = 0; i < HOST_COUNT(names); i++) {
        char path[128];
        (void)snprintf(path, sizeof path, "tests/dof/%s.dof", names[i]);
        host_start(4 * MIB, 2, true);
        uint32_t id = host_probe("open", "entry");
        bool added = host_add_file(path);
        if (!added)
            print_message("%s: %s\n", names[i], host.problem.text);
        assert_true(added);
        const struct dof_option option = {DOF_OPTION_DESTRUCTIVE, 1};
        assert_true(host_add(NULL, 0, &option, 1));
        enum dtrace_go status = dtrace_go(host.dtrace, 1);
        if (status != DTRACE_GO_OK)
            print_message("%s: %s\n", names[i], dtrace_go_str(status));
        assert_int_equal(status, DTRACE_GO_OK);
        for (uint32_t k = 0; k < 100; k++)
            host_fire(id, k & 1, k, k);
        dtrace_clean(host.dtrace);
        dtrace_stop(host.dtrace, 0);
        host_end();
    }
}

static void every_option_has_a_name(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < DOF_OPTIONS; i++)
        assert_string_not_equal(dtrace_option_str(i), "unknown option");
    assert_string_equal(dtrace_option_str(DOF_OPTIONS), "unknown option");
    assert_false(dtrace_option_has_effect(DOF_OPTION_ZONE));
    assert_true(dtrace_option_has_effect(DOF_OPTION_BUFSIZE));
}

/* A row of the table in the document: | id | `name` | preset | obeyed or without effect | ... */
static bool is_row_of_option(const char *line, uint32_t id)
{
    char cell[64];
    (void)snprintf(cell, sizeof cell, "| %u | `%s` | ", id, dtrace_option_str(id));
    if (strncmp(line, cell, strlen(cell)) != 0)
        return false;
    const char *preset = strchr(line + strlen(cell), '|');
    const char *effect = dtrace_option_has_effect(id) ? "| obeyed | " : "| without effect | ";
    return preset != NULL && strncmp(preset, effect, strlen(effect)) == 0;
}

static void documents_say_which_options_have_an_effect(void **state)
{
    char line[512];
    uint32_t next = 0;
    (void)state;
    FILE *document = fopen("docs/dtrace.md", "r");
    assert_non_null(document);
    while (fgets(line, sizeof line, document) != NULL)
        if (line[0] == '|' && line[2] >= '0' && line[2] <= '9') {
            if (!is_row_of_option(line, next))
                fail_msg("option %u: %s", next, line);
            next++;
        }
    (void)fclose(document);
    assert_int_equal(next, DOF_OPTIONS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(begin_and_end_fire_once),
        cmocka_unit_test(nothing_is_recorded_before_go_and_after_stop),
        cmocka_unit_test(exit_drains_and_tells_its_status),
        cmocka_unit_test(exit_in_begin_skips_the_next_clause_of_begin),
        cmocka_unit_test(a_bad_combination_refuses_the_object_and_nothing_else),
        cmocka_unit_test(an_option_that_makes_no_sense_refuses_the_object),
        cmocka_unit_test(destructive_objects_are_left_out_and_the_rest_traces),
        cmocka_unit_test(destructive_actions_need_the_option_and_the_machine),
        cmocka_unit_test(a_destructive_predicate_counts_as_destructive),
        cmocka_unit_test(a_record_too_large_for_the_memory_costs_its_clause_alone),
        cmocka_unit_test(memory_in_use_is_no_room_for_records),
        cmocka_unit_test(clauses_that_share_their_actions_all_trace),
        cmocka_unit_test(clauses_that_share_bad_or_destructive_actions_share_the_verdict),
        cmocka_unit_test(sections_that_name_each_other_often_cost_no_more_than_their_memory),
        cmocka_unit_test(buffers_shrink_by_halves_until_they_fit),
        cmocka_unit_test(names_have_63_characters_at_most_and_those_of_functions_127),
        cmocka_unit_test(a_half_of_a_buffer_is_still_a_multiple_of_8),
        cmocka_unit_test(buffers_leave_room_for_variables_by_reference),
        cmocka_unit_test(what_was_aggregated_in_little_memory_can_be_printed),
        cmocka_unit_test(what_must_not_shrink_is_no_memory),
        cmocka_unit_test(every_go_that_fails_says_why),
        cmocka_unit_test(a_second_go_is_refused_and_so_are_later_objects),
        cmocka_unit_test(a_clause_whose_records_are_larger_than_the_buffer_is_refused),
        cmocka_unit_test(the_option_cpu_lets_one_cpu_record),
        cmocka_unit_test(a_full_buffer_has_room_for_the_clauses_of_end),
        cmocka_unit_test(a_deleted_variable_waits_for_the_firings_that_may_read_it),
        cmocka_unit_test(a_cpu_that_was_stopped_has_books_of_what_is_there),
        cmocka_unit_test(without_aggregations_there_is_no_memory_for_them),
        cmocka_unit_test(a_key_that_no_chunk_can_hold_is_a_drop_when_it_is_stored),
        cmocka_unit_test(discard_forgets_the_data_and_keeps_the_enabling),
        cmocka_unit_test(an_associative_array_alone_has_its_memory),
        cmocka_unit_test(discard_forgets_what_was_lost),
        cmocka_unit_test(every_vector_loads_goes_and_stops),
        cmocka_unit_test(every_option_has_a_name),
        cmocka_unit_test(documents_say_which_options_have_an_effect),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
