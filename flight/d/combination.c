/* Which actions may stand together in a clause: section 5.6 of the language, whose walk over all actions after each
 * statement finds what is found here by going on from the last statement. */
#include "flight/d/action_parts.h"

static bool is_aggregating(const struct d_action *action)
{
    return action->kind >> 8 == 7;
}

static bool is_destructive(const struct d_action *action)
{
    return action->kind >> 8 == 2 || action->kind >> 8 == 5 ||
           (action->kind == DOF_ACTION_DIFEXPR && action->difo->destructive);
}

static void check_commit(struct d_action_list *list)
{
    if (list->seen.committed)
        d_fail(list->compiler, "D_COMM_COMM", "commit( ) may not follow commit( )");
    if (list->seen.recorded)
        d_fail(list->compiler, "D_COMM_DREC", "commit( ) may not follow data-recording action(s)");
    list->seen.committed = true;
}

/* This counts before all else that is wrong with a statement. */
static void check_committed(const struct d_action_list *list, const struct d_action *action)
{
    for (; list->seen.committed && action != NULL; action = action->next)
        if (is_aggregating(action))
            d_fail(list->compiler, "D_AGG_COMM", "aggregating actions may not follow commit( )");
}

static void check_speculate(struct d_action_list *list)
{
    if (list->seen.speculating)
        d_fail(list->compiler, "D_SPEC_SPEC", "speculate( ) may not follow speculate( )");
    if (list->seen.committed)
        d_fail(list->compiler, "D_SPEC_COMM", "speculate( ) may not follow commit( )");
    if (list->seen.recorded)
        d_fail(list->compiler, "D_SPEC_DREC",
               "speculate( ) may not follow data-recording action(s)");
    list->seen.speculating = true;
}

static void check_aggregating(struct d_action_list *list)
{
    if (list->seen.speculating)
        d_fail(list->compiler, "D_AGG_SPEC", "aggregating actions may not follow speculate( )");
    list->seen.recorded = true;
}

static bool is_neutral(const struct d_action *action)
{
    return is_destructive(action) || action->kind == DOF_ACTION_DISCARD ||
           (action->kind == DOF_ACTION_DIFEXPR && action->difo->result.size == 0);
}

static void check_recording(struct d_action_list *list)
{
    if (list->seen.committed)
        d_fail(list->compiler, "D_DREC_COMM", "data-recording actions may not follow commit( )");
    if (!list->seen.speculating)
        list->seen.recorded = true;
}

static void check(struct d_action_list *list, const struct d_action *action)
{
    if (action->kind == DOF_ACTION_COMMIT) {
        check_commit(list);
        return;
    }
    if (action->kind == DOF_ACTION_SPECULATE) {
        check_speculate(list);
        return;
    }
    if (is_aggregating(action)) {
        check_aggregating(list);
        return;
    }
    if (list->seen.speculating && is_destructive(action))
        d_fail(list->compiler, "D_ACT_SPEC", "destructive actions may not follow speculate( )");
    if (list->seen.speculating && action->kind == DOF_ACTION_EXIT)
        d_fail(list->compiler, "D_EXIT_SPEC", "exit( ) may not follow speculate( )");
    if (!is_neutral(action))
        check_recording(list);
}

void d_combination_check(struct d_action_list *list)
{
    const struct d_action *action = list->checked != NULL ? list->checked->next : list->first;
    check_committed(list, action);
    for (; action != NULL; action = action->next)
        check(list, action);
    list->checked = list->last;
}
