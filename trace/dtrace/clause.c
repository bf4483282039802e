/* From a clause to the layout of its records.
 *
 * A record is 12 bytes of header and what its actions record, each at its own alignment.  The pieces of a tuple
 * are built behind the record, where they are not kept: an aggregation copies them.  Everything about a record is
 * decided here, once, so that firing only follows offsets. */
#include "trace/dtrace/clause.h"

#include "trace/dtrace/action_kind.h"

enum {
    HEADER = sizeof(struct dtrace_record_header)
};

/* --- The order of actions --- */

struct building {
    struct dtrace *dtrace;
    const struct dof_clause *source;
    struct dtrace_clause *clause;
    struct dtrace_clause_problem *problem;
};

static bool refuse(const struct building *b, uint32_t index, const char *reason)
{
    *b->problem = (struct dtrace_clause_problem){reason, index + 1};
    return false;
}

static const char *check_key(const struct dtrace_action *action, bool is_first)
{
    if (!dtrace_action_is_key(action->kind))
        return "action that cannot be a key";
    if (is_first && !dtrace_action_is_id(action))
        return "aggregation without an id";
    return NULL;
}

static bool mark_tuple(const struct building *b, uint32_t index, uint32_t since)
{
    uint32_t count = b->source->actions[index].ntuple;
    if (count == 0 || count > index - since)
        return refuse(b, index, "aggregation without its tuple");
    for (uint32_t i = index - count; i < index; i++) {
        const char *wrong = check_key(&b->clause->actions[i], i == index - count);
        if (wrong != NULL)
            return refuse(b, i, wrong);
        b->clause->actions[i].in_tuple = true;
    }
    return true;
}

static bool mark_tuples(const struct building *b)
{
    uint32_t since = 0; /* the last aggregation */
    for (uint32_t i = 0; i < b->clause->action_count; i++) {
        if (!dtrace_action_aggregates(b->clause->actions[i].kind))
            continue;
        if (!mark_tuple(b, i, since))
            return false;
        since = i + 1;
        b->clause->aggregates = true;
    }
    return true;
}

static bool check_order(const struct building *b)
{
    bool commits = false, records = false;
    for (uint32_t i = 0; i < b->clause->action_count; i++) {
        const struct dtrace_action *action = &b->clause->actions[i];
        bool speculate = action->kind == DOF_ACTION_SPECULATE;
        if (speculate && records)
            return refuse(b, i, "speculate() after recorded data");
        if (commits && action->kind == DOF_ACTION_COMMIT)
            return refuse(b, i, "second commit()");
        if (dtrace_action_aggregates(action->kind) && (commits || b->clause->speculates))
            return refuse(b, i, "aggregation after speculate() or commit()");
        if (commits && (speculate || action->size != 0))
            return refuse(b, i, "speculate() or recorded data after commit()");
        commits = commits || action->kind == DOF_ACTION_COMMIT;
        b->clause->speculates = b->clause->speculates || speculate;
        records = records || (action->size != 0 && !action->in_tuple);
    }
    return true;
}

/* --- The layout --- */

struct layout {
    uint64_t record; /* end of what is kept */
    uint64_t tuple;  /* end of the tuple that is being built; 0: none is */
    uint32_t base;   /* where it began */
    uint64_t needed, staging;
    uint32_t alignment;
};

static uint32_t alignment_of(uint32_t size)
{
    return size % 8 == 0 ? 8 : size % 4 == 0 ? 4 : size % 2 == 0 ? 2 : 1;
}

static uint64_t round_up(uint64_t value, uint32_t alignment)
{
    return (value + alignment - 1) & ~(uint64_t)(alignment - 1);
}

static uint64_t max64(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* Behind `end`; gives the end. */
static uint64_t place(struct layout *layout, struct dtrace_action *action, uint64_t end)
{
    uint32_t alignment = alignment_of(action->size);
    layout->alignment = (uint32_t)max64(layout->alignment, alignment);
    uint64_t offset = round_up(end, alignment);
    action->offset = (uint32_t)offset;
    layout->needed = max64(layout->needed, offset + action->size);
    return offset + action->size;
}

/* The tuple's base is a multiple of 8, and 4 bytes behind it, where its id lies, are its own already. */
static void begin_tuple(struct layout *layout)
{
    layout->tuple = layout->record;
    while (layout->tuple % 8 != 4)
        layout->tuple++;
    layout->base = (uint32_t)layout->tuple - 4;
}

static void lay_action(struct layout *layout, struct dtrace_action *action)
{
    if (dtrace_action_aggregates(action->kind)) {
        (void)place(layout, action, layout->tuple);
        layout->tuple = 0;
        return;
    }
    if (action->in_tuple && layout->tuple == 0)
        begin_tuple(layout);
    if (action->size == 0)
        return;
    if (action->in_tuple)
        layout->staging =
            max64(layout->staging, layout->tuple = place(layout, action, layout->tuple));
    else
        layout->staging =
            max64(layout->staging, layout->record = place(layout, action, layout->record));
}

static uint32_t size_of_record(const struct dtrace_clause *clause, uint64_t end)
{
    bool lone_speculate =
        clause->action_count == 1 && clause->actions[0].kind == DOF_ACTION_SPECULATE;
    if (end == HEADER && clause->action_count > 0 && !lone_speculate)
        return 0;
    return (uint32_t)round_up(end, 4);
}

/* --- Descriptions --- */

static struct dtrace_record record_of(const struct dtrace_action *action,
                                      const struct dof_action *source, uint32_t base)
{
    return (struct dtrace_record){
        .action = action->kind,
        .alignment = (uint16_t)(action->size == 0 ? 1 : alignment_of(action->size)),
        .size = action->size,
        .offset = action->size == 0 ? 0 : action->offset - base,
        .arg = action->arg,
        .uarg = source->uarg,
        .format = source->format,
        .string = action->string};
}

static void *take(struct dtrace *dtrace, size_t count, size_t size)
{
    return dtrace_memory_array(dtrace->memory, count, size, 8);
}

static bool describe_records(const struct building *b)
{
    struct dtrace_clause *clause = b->clause;
    uint32_t count = 0;
    clause->records = take(b->dtrace, clause->action_count, sizeof *clause->records);
    if (clause->records == NULL && clause->action_count > 0)
        return refuse(b, 0, "no memory");
    for (uint32_t i = 0; i < clause->action_count; i++) {
        const struct dtrace_action *action = &clause->actions[i];
        if (!action->in_tuple && !dtrace_action_aggregates(action->kind))
            clause->records[count++] = record_of(action, &b->source->actions[i], 0);
    }
    clause->record_count = count;
    return true;
}

/* What an aggregation's consumer needs to know: id, keys that have a size, data. */
static struct dtrace_aggregation *describe(const struct building *b, uint32_t index, uint32_t base)
{
    const struct dof_action *source = &b->source->actions[index];
    struct dtrace_action *action = &b->clause->actions[index];
    struct dtrace_aggregation *aggregation = take(b->dtrace, 1, sizeof *aggregation);
    struct dtrace_record *records = take(b->dtrace, source->ntuple + 1, sizeof *records);
    if (aggregation == NULL || records == NULL)
        return NULL;
    uint32_t count = 0;
    for (uint32_t i = index - source->ntuple; i <= index; i++)
        if (b->clause->actions[i].size > 0)
            records[count++] = record_of(&b->clause->actions[i], &b->source->actions[i], base);
    *aggregation =
        (struct dtrace_aggregation){.description = {.id = ++b->dtrace->aggregation_count,
                                                    .size = action->offset + action->size - base,
                                                    .record_count = count,
                                                    .records = records},
                                    .kind = action->kind,
                                    .arg = action->arg,
                                    .base = base,
                                    .data_offset = action->offset - base};
    return aggregation;
}

static bool lay_out(const struct building *b)
{
    struct dtrace_clause *clause = b->clause;
    struct layout layout = {.record = HEADER, .needed = HEADER, .staging = HEADER, .alignment = 4};
    for (uint32_t i = 0; i < clause->action_count; i++) {
        struct dtrace_action *action = &clause->actions[i];
        lay_action(&layout, action);
        if (layout.needed > DTRACE_RECORD_MAX)
            return refuse(b, i, "record too large");
        if (!dtrace_action_aggregates(action->kind))
            continue;
        action->aggregation = describe(b, i, layout.base);
        if (action->aggregation == NULL)
            return refuse(b, i, "no memory");
    }
    clause->size = size_of_record(clause, layout.record);
    clause->needed = (uint32_t)round_up(layout.needed, 4);
    clause->staging = (uint32_t)round_up(layout.staging, 8);
    clause->alignment = layout.alignment;
    return true;
}

static bool take_actions(const struct building *b)
{
    struct dtrace_clause *clause = b->clause;
    clause->action_count = b->source->action_count;
    clause->actions = take(b->dtrace, clause->action_count, sizeof *clause->actions);
    if (clause->actions == NULL && clause->action_count > 0)
        return refuse(b, 0, "no memory");
    for (uint32_t i = 0; i < clause->action_count; i++) {
        const char *wrong =
            dtrace_action_take(b->dtrace, &b->source->actions[i], &clause->actions[i]);
        if (wrong != NULL)
            return refuse(b, i, wrong);
    }
    return true;
}

bool dtrace_clause_build(struct dtrace *dtrace, const struct dof_clause *source,
                         struct dtrace_clause *clause, struct dtrace_clause_problem *problem)
{
    const struct building b = {dtrace, source, clause, problem};
    *clause = (struct dtrace_clause){.source = source, .object = clause->object};
    return take_actions(&b) && mark_tuples(&b) && check_order(&b) && lay_out(&b) &&
           describe_records(&b);
}

static bool object_is_destructive(const struct dif_object *object)
{
    return object != NULL && object->destructive;
}

static bool actions_are_destructive(const struct dof_clause *source)
{
    for (uint32_t i = 0; i < source->action_count; i++) {
        const struct dof_action *action = &source->actions[i];
        if (dtrace_action_is_destructive(action->kind) || object_is_destructive(action->difo))
            return true;
    }
    return false;
}

bool dtrace_clause_is_destructive(const struct dof_clause *source)
{
    return object_is_destructive(source->predicate) ||
           (!source->repeats && actions_are_destructive(source));
}
