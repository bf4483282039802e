/* The kinds of actions, in a table, and the sizes of what they record. */
#include "trace/dtrace/action_kind.h"

#include "trace/dtrace/quantize.h"

enum {
    FRAME = 8,                    /* bytes of a frame in stack() */
    STACK_STRINGS_MAX = 64 * 1024 /* bytes of strings that a ustack() has at most */
};

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

bool dtrace_action_is_key(uint16_t kind)
{
    const struct kind_rule *rule = rule_of(kind);
    return rule != NULL && rule->key;
}

bool dtrace_action_is_destructive(uint16_t kind)
{
    const struct kind_rule *rule = rule_of(kind);
    return rule != NULL && rule->destructive;
}

bool dtrace_action_aggregates(uint16_t kind)
{
    return kind >= DOF_AGGREGATION_COUNT && kind <= DOF_AGGREGATION_LLQUANTIZE;
}

static bool by_ref(const struct dif_type *type)
{
    return (type->flags & (DIF_TYPE_BY_REF | DIF_TYPE_BY_USER_REF)) != 0;
}

bool dtrace_action_is_id(const struct dtrace_action *action)
{
    return action->object != NULL && action->size == 8 && !by_ref(&action->object->type);
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

const char *dtrace_action_take(struct dtrace *dtrace, const struct dof_action *source,
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
