/* rcorder: what is wrong, in words. */
#include "kernel/user/rcorder.h"

const char *rcorder_status_str(enum rcorder_status status)
{
    switch (status) {
    case RCORDER_OK:
        return "no error";
    case RCORDER_TOO_MANY_SCRIPTS:
        return "there are more than 512 scripts";
    case RCORDER_NAME_TOO_LONG:
        return "a name is longer than 255 bytes";
    case RCORDER_NO_MEMORY:
        return "the headers take more memory than there is";
    }
    return "unknown status";
}

static void print(const struct text_sink *sink, struct slice text)
{
    text_print_foreign(sink, text.text, text.length);
}

static void print_about_name(const struct text_sink *sink, const struct rcorder *order,
                             const struct rcorder_problem *problem, const char *verb,
                             const char *what)
{
    print(sink, rcorder_path(order, problem->script));
    text_print(sink, ": %s '", verb);
    print(sink, problem->name);
    text_print(sink, "', which %s; that is ignored", what);
}

static void print_cycle(const struct text_sink *sink, const struct rcorder *order,
                        const struct rcorder_problem *problem)
{
    for (uint32_t at = problem->other;; at = rcorder_cycle_next(order, at)) {
        print(sink, rcorder_path(order, at));
        text_print(sink, " -> ");
        if (at == problem->script)
            break;
    }
    print(sink, rcorder_path(order, problem->other));
    text_print(sink, ": a cycle of requirements; ");
    print(sink, rcorder_path(order, problem->script));
    text_print(sink, " does not wait for ");
    print(sink, rcorder_path(order, problem->other));
}

void rcorder_problem_print(const struct text_sink *sink, const struct rcorder *order,
                           const struct rcorder_problem *problem)
{
    static const char nobody[] = "no script provides", itself[] = "it provides itself";
    switch (problem->kind) {
    case RCORDER_NO_PROVIDER:
        print_about_name(sink, order, problem, "requires", nobody);
        break;
    case RCORDER_BEFORE_NOTHING:
        print_about_name(sink, order, problem, "is to be before", nobody);
        break;
    case RCORDER_REQUIRES_ITSELF:
        print_about_name(sink, order, problem, "requires", itself);
        break;
    case RCORDER_BEFORE_ITSELF:
        print_about_name(sink, order, problem, "is to be before", itself);
        break;
    case RCORDER_CYCLE:
        print_cycle(sink, order, problem);
        break;
    }
}
