/* What anonymous tracing says on the console. */
#include "kernel/anonymous_report.h"

#include "kernel/console.h"

void anonymous_report_refusal(const struct anonymous_object *object,
                              const struct dof_problem *problem)
{
    struct text_sink sink = console_text();
    text_print(&sink, "dtrace: ");
    anonymous_object_name(&sink, object);
    text_print(&sink, ": failed to process DOF: ");
    text_print_foreign(&sink, problem->text, __builtin_strlen(problem->text));
    dof_problem_print_place(&sink, problem);
    text_print(&sink, "; the others trace\n");
}

/* Four names, which come from outside. */
static void print_description(const struct text_sink *sink, const struct dof_clause *clause)
{
    const char *const part[] = {clause->provider, clause->module, clause->function, clause->name};
    for (size_t i = 0; i < sizeof part / sizeof part[0]; i++) {
        text_print(sink, i == 0 ? "" : ":");
        text_print_foreign(sink, part[i], __builtin_strlen(part[i]));
    }
}

enum {
    LINES_MAX = 1000 /* of clauses; a slow line takes a minute for so many */
};

static uint32_t clauses_told(const struct dtrace *dtrace)
{
    uint32_t count = dtrace_clauses(dtrace);
    return count < LINES_MAX ? count : LINES_MAX;
}

/* What stands for the lines that are left out. */
static void print_more(const struct text_sink *sink, const struct dtrace *dtrace)
{
    uint32_t more = dtrace_clauses(dtrace) - clauses_told(dtrace);
    if (more > 0)
        text_print(sink, "dtrace: enablings that are not listed: %u\n", more);
}

void anonymous_report_clauses(const struct dtrace *dtrace)
{
    struct text_sink sink = console_text();
    for (uint32_t i = 0; i < clauses_told(dtrace); i++) {
        uint32_t matched;
        const struct dof_clause *clause = dtrace_clause(dtrace, i, &matched);
        text_print(&sink, "NOTICE: enabling probe %u (", i);
        print_description(&sink, clause);
        text_print(&sink, ")\n");
    }
}

static void print_match(const struct text_sink *sink, const struct dtrace *dtrace, uint32_t number)
{
    uint32_t matched;
    const struct dof_clause *clause = dtrace_clause(dtrace, number, &matched);
    const char *refusal = dtrace_clause_refusal(dtrace, number);
    text_print(sink, "dtrace: enabling %u (", number);
    print_description(sink, clause);
    if (refusal != NULL)
        text_print(sink, ") does not trace: %s\n", refusal);
    else
        text_print(sink, ") matched %u probe%s\n", matched, matched == 1 ? "" : "s");
}

/* Why clauses do not trace, where others cannot either. */
static void print_refusals(const struct text_sink *sink, const struct dtrace *dtrace)
{
    for (uint32_t i = 0; i < clauses_told(dtrace); i++)
        if (dtrace_clause_refusal(dtrace, i) != NULL)
            print_match(sink, dtrace, i);
}

/* Options that somebody has set and that do nothing here. */
static void print_idle_options(const struct text_sink *sink, const struct dtrace *dtrace)
{
    const char *separator = "dtrace: options without effect: ";
    for (uint32_t id = 0; id < DOF_OPTIONS; id++) {
        if (!dtrace_option_is_set(dtrace, id) || dtrace_option_has_effect(id))
            continue;
        text_print(sink, "%s%s", separator, dtrace_option_str(id));
        separator = ", ";
    }
    if (separator[0] == ',')
        text_print(sink, "\n");
}

/* A size as it was granted, and what it should have been. */
static void print_size(const struct text_sink *sink, const struct dtrace *dtrace,
                       enum dof_option_id id)
{
    int64_t size = dtrace_option(dtrace, id), asked = dtrace_option_asked(dtrace, id);
    if (size < 0)
        return;
    text_print(sink, " %s %lld", dtrace_option_str(id), (long long)size);
    if (asked >= size + 8) /* the last bytes go by rounding */
        text_print(sink, " (of %lld, for want of memory)", (long long)asked);
}

static void print_sizes(const struct text_sink *sink, const struct dtrace *dtrace)
{
    static const char *const policies[] = {"ring", "fill", "switch"};
    int64_t policy = dtrace_option(dtrace, DOF_OPTION_BUFPOLICY);
    text_print(sink, "dtrace: tracing; bufpolicy %s; per CPU:",
               policies[policy >= 0 && policy <= 2 ? policy : 2]);
    print_size(sink, dtrace, DOF_OPTION_BUFSIZE);
    print_size(sink, dtrace, DOF_OPTION_AGGSIZE);
    print_size(sink, dtrace, DOF_OPTION_SPECSIZE);
    text_print(sink, "; in all:");
    print_size(sink, dtrace, DOF_OPTION_DYNVARSIZE);
    text_print(sink, "\n");
}

void anonymous_report_go(const struct dtrace *dtrace, enum dtrace_go status)
{
    struct text_sink sink = console_text();
    if (status != DTRACE_GO_OK) {
        print_refusals(&sink, dtrace);
        text_print(&sink, "dtrace: cannot go: %s; nothing is traced\n", dtrace_go_str(status));
        return;
    }
    for (uint32_t i = 0; i < clauses_told(dtrace); i++)
        print_match(&sink, dtrace, i);
    print_more(&sink, dtrace);
    if (dtrace_matches_lost(dtrace) > 0)
        text_print(&sink, "dtrace: enablings of probes that found no room and do not trace: %u\n",
                   dtrace_matches_lost(dtrace));
    print_idle_options(&sink, dtrace);
    print_sizes(&sink, dtrace);
}

void anonymous_report_killed(uint32_t cpu, uint64_t deadman_ns)
{
    struct text_sink sink = console_text();
    text_print(&sink,
               "dtrace: killed: the probes of CPU %u took nine tenths of %llu ms; nothing more is "
               "recorded\n",
               cpu, (unsigned long long)deadman_ns / 1000000);
}
