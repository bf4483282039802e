/* From a clause to the layout of its records, and to the ECBs on its probes.
 *
 * A record is 12 bytes of header and what its actions record, each at its own alignment.  The pieces of a tuple
 * are built behind the record, where they are not kept: an aggregation copies them.  Everything about a record is
 * decided here, once, so that firing only follows offsets. */
#include "trace/dtrace/ecb.h"

#include "trace/dtrace/quantize.h"

enum {
    HEADER = sizeof(struct dtrace_record_header),
    FRAME = 8,                     /* bytes of a frame in stack() */
    STACK_STRINGS_MAX = 64 * 1024, /* bytes of strings that a ustack() has at most */
    PIECES_MAX =
        1 << 20 /* of the records of all ECBs, each of which may be described on the line */
};

/* What an action asks of its code, and how much it records. */
enum object_rule {
    OBJECT_NONE,
    OBJECT_ANY,
    OBJECT_VALUE4,
    OBJECT_VALUE8,
    OBJECT_BY_REF
};
enum size_rule {
    SIZE_FIXED,
    SIZE_RESULT,
    SIZE_STACK,
    SIZE_USTACK,
    SIZE_FUNCTION
};
struct kind_rule {
    uint16_t kind;
    uint8_t object, size;
    uint8_t bytes;
    bool destructive, key;
};

static const struct kind_rule kinds[] = {
    {DOF_ACTION_DIFEXPR, OBJECT_ANY, SIZE_RESULT, 0, false, true},
    {DOF_ACTION_EXIT, OBJECT_VALUE4, SIZE_FIXED, 4, false, false},
    {DOF_ACTION_PRINTF, OBJECT_ANY, SIZE_RESULT, 0, false, false},
    {DOF_ACTION_PRINTA, OBJECT_ANY, SIZE_RESULT, 0, false, false},
    {DOF_ACTION_LIBACT, OBJECT_ANY, SIZE_RESULT, 0, false, false},
    {DOF_ACTION_TRACEMEM, OBJECT_BY_REF, SIZE_RESULT, 0, false, false},
    {DOF_ACTION_TRACEMEM_DYNSIZE, OBJECT_VALUE8, SIZE_FIXED, 8, false, false},
    {DOF_ACTION_USTACK, OBJECT_NONE, SIZE_USTACK, 0, false, true},
    {DOF_ACTION_JSTACK, OBJECT_NONE, SIZE_USTACK, 0, false, true},
    {DOF_ACTION_USYM, OBJECT_VALUE8, SIZE_FIXED, 16, false, true},
    {DOF_ACTION_UMOD, OBJECT_VALUE8, SIZE_FIXED, 16, false, true},
    {DOF_ACTION_UADDR, OBJECT_VALUE8, SIZE_FIXED, 16, false, true},
    {DOF_ACTION_STOP, OBJECT_NONE, SIZE_FIXED, 0, true, false},
    {DOF_ACTION_RAISE, OBJECT_ANY, SIZE_FIXED, 0, true, false},
    {DOF_ACTION_SYSTEM, OBJECT_ANY, SIZE_RESULT, 0, true, false},
    {DOF_ACTION_FREOPEN, OBJECT_ANY, SIZE_RESULT, 0, true, false},
    {DOF_ACTION_STACK, OBJECT_NONE, SIZE_STACK, 0, false, true},
    {DOF_ACTION_SYM, OBJECT_VALUE8, SIZE_FIXED, 8, false, true},
    {DOF_ACTION_MOD, OBJECT_VALUE8, SIZE_FIXED, 8, false, true},
    {DOF_ACTION_BREAKPOINT, OBJECT_NONE, SIZE_FIXED, 0, true, false},
    {DOF_ACTION_PANIC, OBJECT_NONE, SIZE_FIXED, 0, true, false},
    {DOF_ACTION_CHILL, OBJECT_ANY, SIZE_FIXED, 0, true, false},
    {DOF_ACTION_SPECULATE, OBJECT_ANY, SIZE_FIXED, 0, false, false},
    {DOF_ACTION_COMMIT, OBJECT_ANY, SIZE_FIXED, 0, false, false},
    {DOF_ACTION_DISCARD, OBJECT_ANY, SIZE_FIXED, 0, false, false},
    {DOF_AGGREGATION_COUNT, OBJECT_NONE, SIZE_FUNCTION, 0, false, false},
    {DOF_AGGREGATION_MIN, OBJECT_ANY, SIZE_FUNCTION, 0, false, false},
    {DOF_AGGREGATION_MAX, OBJECT_ANY, SIZE_FUNCTION, 0, false, false},
    {DOF_AGGREGATION_AVG, OBJECT_ANY, SIZE_FUNCTION, 0, false, false},
    {DOF_AGGREGATION_SUM, OBJECT_ANY, SIZE_FUNCTION, 0, false, false},
    {DOF_AGGREGATION_STDDEV, OBJECT_ANY, SIZE_FUNCTION, 0, false, false},
    {DOF_AGGREGATION_QUANTIZE, OBJECT_ANY, SIZE_FUNCTION, 0, false, false},
    {DOF_AGGREGATION_LQUANTIZE, OBJECT_ANY, SIZE_FUNCTION, 0, false, false},
    {DOF_AGGREGATION_LLQUANTIZE, OBJECT_ANY, SIZE_FUNCTION, 0, false, false},
};

static const struct kind_rule *rule_of(uint16_t kind)
{
    for (uint32_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (kinds[i].kind == kind)
            return &kinds[i];
    return NULL;
}

static bool is_aggregating(uint32_t kind)
{
    return kind >= DOF_AGGREGATION_COUNT && kind <= DOF_AGGREGATION_LLQUANTIZE;
}

/* --- One action --- */

static bool by_ref(const struct dif_type *type)
{
    return (type->flags & (DIF_TYPE_BY_REF | DIF_TYPE_BY_USER_REF)) != 0;
}

static const char *check_object(const struct kind_rule *rule, const struct dif_object *object)
{
    if (rule->object == OBJECT_NONE)
        return NULL;
    if (object == NULL)
        return "action without code";
    const struct dif_type *type = &object->type;
    switch ((enum object_rule)rule->object) {
    case OBJECT_VALUE4:
        return by_ref(type) || type->size != 4 ? "result is not a value of 4 bytes" : NULL;
    case OBJECT_VALUE8:
        return by_ref(type) || type->size != 8 ? "result is not a value of 8 bytes" : NULL;
    case OBJECT_BY_REF:
        return !by_ref(type) ? "result is not by reference" : NULL;
    case OBJECT_NONE:
    case OBJECT_ANY:
        break;
    }
    return NULL;
}

static const char *size_of_result(struct dtrace *dtrace, struct dtrace_action *action)
{
    const struct dif_type *type = &action->object->type;
    action->string = by_ref(type) && type->kind == DIF_TYPE_STRING;
    action->size = type->size;
    if (type->size != 0 || type->kind != DIF_TYPE_STRING)
        return NULL;
    if (!by_ref(type))
        return "string that is not by reference";
    action->size = (uint32_t)dtrace_option(dtrace, DOF_OPTION_STRSIZE);
    return NULL;
}

static uint64_t or_option(struct dtrace *dtrace, uint64_t value, uint32_t option)
{
    return value != 0 ? value : (uint64_t)dtrace_option(dtrace, option);
}

static uint64_t at_most(uint64_t value, uint64_t most)
{
    return value < most ? value : most;
}

/* No stack is deeper than what it is cut to, so that a program that asks for more, or an option, loses nothing. */
static void size_stack(struct dtrace *dtrace, struct dtrace_action *action)
{
    action->arg =
        at_most(or_option(dtrace, action->arg, DOF_OPTION_STACKFRAMES), DTRACE_FRAMES_MAX);
    action->size = (uint32_t)action->arg * FRAME;
}

/* One word for the process, then frames, then strings. */
static void size_user_stack(struct dtrace *dtrace, struct dtrace_action *action)
{
    bool java = action->kind == DOF_ACTION_JSTACK;
    uint64_t frames = or_option(dtrace, action->arg & 0xffffffff,
                                java ? DOF_OPTION_JSTACKFRAMES : DOF_OPTION_USTACKFRAMES);
    uint64_t strings = action->arg >> 32;
    if (java)
        strings = or_option(dtrace, strings, DOF_OPTION_JSTACKSTRSIZE);
    frames = at_most(frames, DTRACE_FRAMES_MAX);
    strings = at_most(strings, STACK_STRINGS_MAX);
    action->arg = frames | strings << 32;
    action->size = (uint32_t)((frames + 1) * FRAME + strings);
}

static const char *size_of_function(struct dtrace_action *action)
{
    action->size = dtrace_function_size(action->kind, action->arg);
    return action->size == 0 ? "invalid argument of an aggregating function" : NULL;
}

static const char *size_action(struct dtrace *dtrace, const struct kind_rule *rule,
                               struct dtrace_action *action)
{
    switch ((enum size_rule)rule->size) {
    case SIZE_RESULT:
        return size_of_result(dtrace, action);
    case SIZE_STACK:
        size_stack(dtrace, action);
        break;
    case SIZE_USTACK:
        size_user_stack(dtrace, action);
        break;
    case SIZE_FUNCTION:
        return size_of_function(action);
    case SIZE_FIXED:
        action->size = rule->bytes;
        break;
    }
    return NULL;
}

/* Ids of aggregations are such objects: no need to run them. */
static void find_constant(struct dtrace_action *action)
{
    const struct dif_object *object = action->object;
    if (object == NULL || object->length != 2 || by_ref(&object->type) ||
        dif_op(object->text[0]) != DIF_OP_SETX || dif_op(object->text[1]) != DIF_OP_RET ||
        dif_rd(object->text[0]) != dif_rd(object->text[1]))
        return;
    action->is_constant = true;
    action->constant = object->integers[dif_index(object->text[0])];
}

static const char *take_action(struct dtrace *dtrace, const struct dof_action *source,
                               struct dtrace_action *action)
{
    const struct kind_rule *rule = rule_of(source->kind);
    if (rule == NULL)
        return "unknown action";
    *action = (struct dtrace_action){.object = rule->object == OBJECT_NONE ? NULL : source->difo,
                                     .kind = source->kind,
                                     .arg = source->arg};
    const char *wrong = check_object(rule, source->difo);
    if (wrong == NULL)
        wrong = size_action(dtrace, rule, action);
    if (wrong == NULL)
        find_constant(action);
    return wrong;
}

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
    if (!rule_of(action->kind)->key)
        return "action that cannot be a key";
    if (is_first && (action->object == NULL || action->size != 8 || by_ref(&action->object->type)))
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
        if (!is_aggregating(b->clause->actions[i].kind))
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
        if (is_aggregating(action->kind) && (commits || b->clause->speculates))
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
    if (is_aggregating(action->kind)) {
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
        if (!action->in_tuple && !is_aggregating(action->kind))
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
        if (!is_aggregating(action->kind))
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
        const char *wrong = take_action(b->dtrace, &b->source->actions[i], &clause->actions[i]);
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
        const struct kind_rule *rule = rule_of(action->kind);
        if ((rule != NULL && rule->destructive) || object_is_destructive(action->difo))
            return true;
    }
    return false;
}

bool dtrace_clause_is_destructive(const struct dof_clause *source)
{
    return object_is_destructive(source->predicate) ||
           (!source->repeats && actions_are_destructive(source));
}

/* --- ECBs --- */

/* A place for the next EPID; NULL: none. */
static struct dtrace_ecb **next_place(struct dtrace *dtrace)
{
    struct dtrace_ecbs *ecbs = &dtrace->ecbs;
    uint32_t page = ecbs->count / DTRACE_ECBS_PAGE;
    if (page == DTRACE_ECBS_PAGES)
        return NULL;
    if (ecbs->pages[page] == NULL)
        ecbs->pages[page] = take(dtrace, DTRACE_ECBS_PAGE, sizeof **ecbs->pages);
    return ecbs->pages[page] == NULL ? NULL : &ecbs->pages[page][ecbs->count % DTRACE_ECBS_PAGE];
}

/* An aggregation belongs to all ECBs of its clause; the first one speaks for it. */
static void name_aggregations(const struct dtrace_clause *clause, uint32_t epid)
{
    if (!clause->aggregates || clause->matched > 0)
        return;
    for (uint32_t i = 0; i < clause->action_count; i++) {
        struct dtrace_aggregation *aggregation = clause->actions[i].aggregation;
        if (aggregation != NULL && aggregation->description.epid == 0)
            aggregation->description.epid = epid;
    }
}

struct dtrace_ecb *dtrace_ecb_make(struct dtrace *dtrace, const struct dtrace_clause *clause,
                                   uint32_t probe)
{
    bool fits = clause->record_count <= PIECES_MAX - dtrace->pieces;
    struct dtrace_ecb **at = fits ? next_place(dtrace) : NULL;
    struct dtrace_ecb *ecb = at == NULL ? NULL : take(dtrace, 1, sizeof *ecb);
    if (ecb == NULL)
        return NULL;
    uint32_t epid = dtrace->ecbs.count + 1;
    *ecb = (struct dtrace_ecb){.description = {.epid = epid,
                                               .probe = probe,
                                               .uarg = clause->source->uarg,
                                               .size = clause->size,
                                               .record_count = clause->record_count,
                                               .records = clause->records},
                               .clause = clause};
    *at = ecb;
    dtrace->pieces += clause->record_count;
    name_aggregations(clause, epid);
    __atomic_store_n(&dtrace->ecbs.count, epid, __ATOMIC_RELEASE);
    return ecb;
}
