/* Which actions may stand together in a clause: section 5.6 of the language. */
#include "flight/d/action_parts.h"

struct combination {
    struct d_compiler *compiler;
    bool committed, speculating, recorded;
};

static bool is_aggregating(const struct d_action *action)
{
    return action->kind >> 8 == 7;
}

static bool is_destructive(const struct d_action *action)
{
    return action->kind >> 8 == 2 || action->kind >> 8 == 5 ||
           (action->kind == DOF_ACTION_DIFEXPR && action->difo->destructive);
}

static void check_commit(struct combination *seen, const struct d_action *action)
{
    if (seen->committed)
        d_fail(seen->compiler, "D_COMM_COMM", "commit( ) may not follow commit( )");
    if (seen->recorded)
        d_fail(seen->compiler, "D_COMM_DREC", "commit( ) may not follow data-recording action(s)");
    for (; action != NULL; action = action->next)
        if (is_aggregating(action))
            d_fail(seen->compiler, "D_AGG_COMM", "aggregating actions may not follow commit( )");
    seen->committed = true;
}

static void check_speculate(struct combination *seen)
{
    if (seen->speculating)
        d_fail(seen->compiler, "D_SPEC_SPEC", "speculate( ) may not follow speculate( )");
    if (seen->committed)
        d_fail(seen->compiler, "D_SPEC_COMM", "speculate( ) may not follow commit( )");
    if (seen->recorded)
        d_fail(seen->compiler, "D_SPEC_DREC",
               "speculate( ) may not follow data-recording action(s)");
    seen->speculating = true;
}

static void check_aggregating(struct combination *seen)
{
    if (seen->speculating)
        d_fail(seen->compiler, "D_AGG_SPEC", "aggregating actions may not follow speculate( )");
    seen->recorded = true;
}

static bool is_neutral(const struct d_action *action)
{
    return is_destructive(action) || action->kind == DOF_ACTION_DISCARD ||
           (action->kind == DOF_ACTION_DIFEXPR && action->difo->result.size == 0);
}

static void check_recording(struct combination *seen)
{
    if (seen->committed)
        d_fail(seen->compiler, "D_DREC_COMM", "data-recording actions may not follow commit( )");
    if (!seen->speculating)
        seen->recorded = true;
}

static void check(struct combination *seen, const struct d_action *action)
{
    if (action->kind == DOF_ACTION_COMMIT) {
        check_commit(seen, action);
        return;
    }
    if (action->kind == DOF_ACTION_SPECULATE) {
        check_speculate(seen);
        return;
    }
    if (is_aggregating(action)) {
        check_aggregating(seen);
        return;
    }
    if (seen->speculating && is_destructive(action))
        d_fail(seen->compiler, "D_ACT_SPEC", "destructive actions may not follow speculate( )");
    if (seen->speculating && action->kind == DOF_ACTION_EXIT)
        d_fail(seen->compiler, "D_EXIT_SPEC", "exit( ) may not follow speculate( )");
    if (!is_neutral(action))
        check_recording(seen);
}

void d_combination_check(struct d_compiler *compiler, const struct d_action *list)
{
    struct combination seen = {.compiler = compiler};
    for (; list != NULL; list = list->next)
        check(&seen, list);
}
