/* What a firing costs, in ticks of the TSC: from dtrace_fire to its end, with everything that the kernel would run
 * but the trap.
 *
 * Pinned to one CPU.  A round fires each probe so many times, the order turning from round to round; figures are
 * medians over the rounds.  Prints a flat JSON object. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <x86intrin.h>

#include <cmocka.h>

#include "tests/bench/bench.h"
#include "tests/unit/dtrace_host.h"

enum {
    FIRINGS = 200, /* in a round */
    ROUNDS = 2001
};

struct subject {
    const char *name; /* of the figure, and of the probe's function */
    uint32_t id;
    double ticks[ROUNDS];
};
static struct subject subjects[] = {
    {.name = "disabled"},          {.name = "empty_clause"}, {.name = "false_predicate"},
    {.name = "trace_arg0"},        {.name = "count"},        {.name = "count_by_function"},
    {.name = "quantize_by_string"}};
enum {
    SUBJECTS = sizeof subjects / sizeof subjects[0]
};

static struct dof_action aggregating(uint32_t kind, struct dif_object *object, uint32_t ntuple)
{
    struct dof_action action = host_action(kind, object);
    action.ntuple = ntuple;
    return action;
}

static void prepare(void)
{
    host_start(16 << 20, 1, false);
    for (uint32_t i = 0; i < SUBJECTS; i++)
        subjects[i].id = host_probe(subjects[i].name, "entry");
    struct dof_action trace[] = {host_action(DOF_ACTION_DIFEXPR, host_variable(DIF_VAR_ARG0, 8))};
    struct dof_action count[] = {host_action(DOF_ACTION_DIFEXPR, host_constant(1, 8)),
                                 aggregating(DOF_AGGREGATION_COUNT, NULL, 1)};
    struct dof_action by_function[] = {
        host_action(DOF_ACTION_DIFEXPR, host_constant(2, 8)),
        host_action(DOF_ACTION_DIFEXPR, host_name(DIF_VAR_PROBEFUNC, 256)),
        aggregating(DOF_AGGREGATION_COUNT, NULL, 2)};
    struct dof_action by_string[] = {
        host_action(DOF_ACTION_DIFEXPR, host_constant(3, 8)),
        host_action(DOF_ACTION_DIFEXPR, host_string("latency", 256)),
        aggregating(DOF_AGGREGATION_QUANTIZE, host_variable(DIF_VAR_ARG0, 8), 2)};
    struct dof_clause clauses[] = {
        {.provider = "test", .module = "", .function = "empty_clause", .name = ""},
        {.provider = "test", .module = "", .function = "false_predicate", .name = ""},
        HOST_CLAUSE("trace_arg0", "", trace),
        HOST_CLAUSE("count", "", count),
        HOST_CLAUSE("count_by_function", "", by_function),
        HOST_CLAUSE("quantize_by_string", "", by_string)};
    clauses[1].predicate = host_variable(DIF_VAR_ARG0 + 1, 8);
    const struct dof_option options[] = {{DOF_OPTION_BUFPOLICY, DTRACE_POLICY_RING},
                                         {DOF_OPTION_BUFSIZE, 16384}};
    assert_true(host_add(clauses, HOST_COUNT(clauses), options, 2));
    assert_int_equal(dtrace_go(host.dtrace, 0), DTRACE_GO_OK);
}

static void measure(struct subject *subject, uint32_t round)
{
    const uint64_t arguments[] = {round, 0};
    const struct dtrace_event event = {.cpu = 0, .arguments = arguments, .argument_count = 2};
    const struct dtrace_probe *probe = dtrace_probe(host.dtrace, subject->id);
    uint64_t before = __rdtsc();
    for (uint32_t i = 0; i < FIRINGS; i++)
        dtrace_fire(host.dtrace, probe, &event);
    subject->ticks[round] = (double)(__rdtsc() - before) / FIRINGS;
}

int main(void)
{
    pin_to_one_cpu();
    prepare();
    for (uint32_t round = 0; round < ROUNDS; round++)
        for (uint32_t i = 0; i < SUBJECTS; i++)
            measure(&subjects[(i + round) % SUBJECTS], round);
    printf("{\n");
    for (uint32_t i = 0; i < SUBJECTS; i++)
        printf("  \"fire_%s_ticks\": %.1f%s\n", subjects[i].name, median(subjects[i].ticks, ROUNDS),
               i + 1 < SUBJECTS ? "," : "");
    printf("}\n");
    host_end();
    return 0;
}
