/* Aggregations: section 6.3 and 6.5 of the language. */
#include "flight/d/action_parts.h"
#include "trace/dtrace/quantize.h"

static bool constant(const struct d_node *node)
{
    return node->kind == D_NODE_INT;
}

static noreturn void refuse(struct d_compiler *compiler, const struct d_node *call, const char *tag,
                            const char *what)
{
    d_fail_at(compiler, call->place, tag, "%s( ) %s", call->ident->name, what);
}

static void check_most(struct d_compiler *compiler, const struct d_node *call, uint32_t most)
{
    uint32_t passed = d_node_count(call->list);
    if (passed > most)
        d_fail_at(compiler, call->place, "D_PROTO_LEN",
                  "%s( ) prototype mismatch: %u arguments passed, at most %u expected",
                  call->ident->name, passed, most);
}

static struct d_node *nth(const struct d_node *call, uint32_t index)
{
    struct d_node *node = call->list;
    while (node != NULL && index-- > 0)
        node = node->next;
    return node;
}

static bool fits_32_bits(const struct d_node *node)
{
    int64_t value = (int64_t)node->value;
    return value >= INT32_MIN && value <= INT32_MAX;
}

static int64_t step_of(struct d_compiler *compiler, const struct d_node *call)
{
    const struct d_node *node = nth(call, 3);
    if (node == NULL)
        return 1;
    if (!d_node_is_positive(node))
        refuse(compiler, call, "D_LQUANT_STEPTYPE",
               "argument #4 must be a non-zero positive integer constant");
    if (node->value > UINT16_MAX)
        refuse(compiler, call, "D_LQUANT_STEPVAL", "step must be a 16-bit quantity");
    return (int64_t)node->value;
}

static uint64_t lquantize_parameter(struct d_compiler *compiler, const struct d_node *call)
{
    const struct d_node *base = nth(call, 1), *limit = nth(call, 2);
    if (!constant(base))
        refuse(compiler, call, "D_LQUANT_BASETYPE", "argument #2 must be an integer constant");
    if (!fits_32_bits(base))
        refuse(compiler, call, "D_LQUANT_BASEVAL", "base must be a 32-bit quantity");
    if (!constant(limit))
        refuse(compiler, call, "D_LQUANT_LIMTYPE", "argument #3 must be an integer constant");
    if (!fits_32_bits(limit))
        refuse(compiler, call, "D_LQUANT_LIMVAL", "limit must be a 32-bit quantity");
    int64_t from = (int64_t)base->value, to = (int64_t)limit->value;
    if (to < from)
        refuse(compiler, call, "D_LQUANT_MISMATCH", "base must be less than limit");
    int64_t step = step_of(compiler, call);
    int64_t levels = (to - from) / step;
    if (levels == 0)
        refuse(compiler, call, "D_LQUANT_STEPLARGE", "step too large: no level is left");
    if (levels > UINT16_MAX)
        refuse(compiler, call, "D_LQUANT_STEPSMALL", "step too small: more than 65535 levels");
    return (uint64_t)step << 48 | (uint64_t)levels << 32 | (uint32_t)from;
}

static void match_lquantize(struct d_compiler *compiler, const struct d_node *call, uint64_t old,
                            uint64_t new)
{
    uint64_t old_span = (old >> 32 & 0xffff) * (old >> 48);
    uint64_t new_span = (new >> 32 & 0xffff) * (new >> 48);
    if ((uint32_t)old != (uint32_t) new)
        refuse(compiler, call, "D_LQUANT_MATCHBASE", "base does not match the previous use");
    if (old_span != new_span)
        refuse(compiler, call, "D_LQUANT_MATCHLIM", "limit does not match the previous use");
    if (old >> 48 != new >> 48)
        refuse(compiler, call, "D_LQUANT_MATCHSTEP", "step does not match the previous use");
}

static const struct llquantize_part {
    const char *type_tag, *value_tag, *match_tag;
    unsigned shift;
} llquantize_parts[] = {
    {"D_LLQUANT_FACTORTYPE", "D_LLQUANT_FACTORVAL", "D_LLQUANT_FACTORMATCH", 48},
    {"D_LLQUANT_LOWTYPE", "D_LLQUANT_LOWVAL", "D_LLQUANT_LOWMATCH", 32},
    {"D_LLQUANT_HIGHTYPE", "D_LLQUANT_HIGHVAL", "D_LLQUANT_HIGHMATCH", 16},
    {"D_LLQUANT_NSTEPTYPE", "D_LLQUANT_NSTEPVAL", "D_LLQUANT_NSTEPMATCH", 0},
};

#define LLQUANTIZE_PARTS (sizeof llquantize_parts / sizeof llquantize_parts[0])

static bool steps_even(uint64_t factor, uint64_t steps)
{
    uint64_t power = 1;
    while (power < steps)
        power *= factor;
    return steps % factor == 0 && power % steps == 0;
}

/* The magnitudes fit if the kernel, which takes one more than the highest, has room for their buckets. */
static void check_llquantize(struct d_compiler *compiler, const struct d_node *call,
                             const uint64_t *value, uint64_t packed)
{
    uint64_t factor = value[0], low = value[1], high = value[2], steps = value[3];
    if (factor < 2)
        refuse(compiler, call, "D_LLQUANT_FACTORSMALL", "factor must be two or more");
    if (low >= high)
        refuse(compiler, call, "D_LLQUANT_MAGRANGE",
               "high magnitude must be greater than low magnitude");
    if (steps < factor)
        refuse(compiler, call, "D_LLQUANT_FACTORNSTEPS",
               "factor must not be greater than the number of steps");
    if (!steps_even(factor, steps))
        refuse(compiler, call, "D_LLQUANT_FACTOREVEN",
               "the number of steps must divide evenly by the factor, and a power of it by the "
               "number of steps");
    if (dtrace_function_size(DOF_AGGREGATION_LLQUANTIZE, packed) == 0)
        refuse(compiler, call, "D_LLQUANT_MAGTOOBIG",
               "factor raised to the high magnitude is too large, or there are too many steps");
}

static uint64_t llquantize_parameter(struct d_compiler *compiler, const struct d_node *call)
{
    uint64_t value[LLQUANTIZE_PARTS], packed = 0;
    for (uint32_t i = 0; i < LLQUANTIZE_PARTS; i++) {
        const struct d_node *node = nth(call, i + 1);
        if (!constant(node))
            refuse(compiler, call, llquantize_parts[i].type_tag,
                   "arguments #2 to #5 must be integer constants");
        if (node->value > UINT16_MAX)
            refuse(compiler, call, llquantize_parts[i].value_tag,
                   "arguments #2 to #5 must be unsigned 16-bit quantities");
        value[i] = node->value;
        packed |= node->value << llquantize_parts[i].shift;
    }
    check_llquantize(compiler, call, value, packed);
    return packed;
}

static void match_llquantize(struct d_compiler *compiler, const struct d_node *call, uint64_t old,
                             uint64_t new)
{
    for (size_t i = 0; i < LLQUANTIZE_PARTS; i++) {
        unsigned shift = llquantize_parts[i].shift;
        if ((old >> shift & 0xffff) != (new >> shift & 0xffff))
            refuse(compiler, call, llquantize_parts[i].match_tag,
                   "does not match the parameters of the previous use");
    }
}

typedef uint64_t make_parameter(struct d_compiler *compiler, const struct d_node *call);
typedef void match_parameter(struct d_compiler *compiler, const struct d_node *call, uint64_t old,
                             uint64_t new);

static const struct aggregating {
    uint32_t kind;
    make_parameter *make;
    match_parameter *match;
    uint32_t increment; /* number of the argument that is one; 0: there is none */
} functions[] = {
    {DOF_AGGREGATION_QUANTIZE, NULL, NULL, 1},
    {DOF_AGGREGATION_LQUANTIZE, lquantize_parameter, match_lquantize, 4},
    {DOF_AGGREGATION_LLQUANTIZE, llquantize_parameter, match_llquantize, 5},
};

static const struct aggregating *find(uint32_t kind)
{
    static const struct aggregating plain = {0};
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++)
        if (functions[i].kind == kind)
            return &functions[i];
    return &plain;
}

/* The same levels wherever the aggregation is used: they are the consumer's, too. */
static uint64_t parameter_of(struct d_compiler *compiler, const struct aggregating *function,
                             const struct d_node *call, struct d_ident *ident)
{
    if (function->make == NULL)
        return 0;
    uint64_t parameter = function->make(compiler, call);
    if (ident->quantized)
        function->match(compiler, call, ident->quantize_parameter, parameter);
    ident->quantized = true;
    ident->quantize_parameter = parameter;
    return parameter;
}

static void add_keys(struct d_action_list *list, struct d_node *keys)
{
    for (; keys != NULL; keys = keys->next)
        if (!d_action_key(list, keys))
            d_action_add(list, DOF_ACTION_DIFEXPR, d_generate(list->compiler, keys));
}

static void check_value(struct d_compiler *compiler, const struct d_node *call)
{
    const struct d_node *value = call->list;
    if (value != NULL && (value->kind == D_NODE_AGGREGATION || !d_type_is_scalar(value->type)))
        refuse(compiler, call, "D_AGG_SCALAR", "argument #1 must be of scalar type");
}

static struct d_node *increment_of(struct d_compiler *compiler, const struct aggregating *function,
                                   const struct d_node *call)
{
    if (function->increment == 0)
        return NULL;
    check_most(compiler, call, function->increment + 1);
    struct d_node *increment = nth(call, function->increment);
    if (increment != NULL &&
        (increment->kind == D_NODE_AGGREGATION || !d_type_is_scalar(increment->type)))
        refuse(compiler, call, "D_PROTO_ARG", "increment must be of scalar type");
    return increment;
}

static uint32_t tuple_length(const struct d_action *from)
{
    uint32_t count = 0;
    for (; from != NULL; from = from->next)
        count++;
    return count;
}

void d_aggregate(struct d_action_list *list, struct d_node *assignment)
{
    struct d_compiler *compiler = list->compiler;
    struct d_node *call = assignment->second;
    struct d_ident *ident = assignment->first->ident;
    const struct aggregating *function = find(call->ident->id);
    check_value(compiler, call);
    struct d_action *id =
        d_action_add(list, DOF_ACTION_DIFEXPR, d_generate_constant(compiler, ident->id));
    add_keys(list, assignment->first->list);
    uint64_t parameter = parameter_of(compiler, function, call, ident);
    struct d_node *increment = increment_of(compiler, function, call);
    if (increment != NULL)
        d_action_add_silent(list, increment);
    uint32_t count = tuple_length(id);
    struct d_difo *value = call->list != NULL ? d_generate(compiler, call->list) : NULL;
    struct d_action *action = d_action_add(list, call->ident->id, value);
    action->ntuple = count;
    action->arg = parameter;
}
