/* The ten functions. */
#include "trace/dtrace/quantize.h"

#include "trace/dtrace/dof.h"

enum {
    DATA_MAX =
        8 * 1024 * 1024 /* bytes: an llquantize() with 65535 steps in each of 62 orders is 32 MB */
};

/* Index of the highest bit; value is not 0.  By halves, which need no function of a library anywhere. */
static uint32_t log2_floor(uint64_t value)
{
    uint32_t high = (uint32_t)(value >> 32);
    return high != 0 ? 63 - (uint32_t)__builtin_clz(high)
                     : 31 - (uint32_t)__builtin_clz((uint32_t)value);
}

uint32_t dtrace_quantize_bucket(int64_t value)
{
    if (value == 0)
        return DTRACE_QUANTIZE_ZERO;
    if (value > 0)
        return DTRACE_QUANTIZE_ZERO + 1 + log2_floor((uint64_t)value);
    uint32_t order = log2_floor(0 - (uint64_t)value);
    return order >= DTRACE_QUANTIZE_ZERO ? 0 : DTRACE_QUANTIZE_ZERO - 1 - order;
}

/* lquantize(): step << 48 | levels << 32 | base. */
static uint32_t lquantize_step(uint64_t arg)
{
    return (uint32_t)(arg >> 48);
}
static uint32_t lquantize_levels(uint64_t arg)
{
    return (uint32_t)(arg >> 32) & 0xffff;
}

/* Word 0 is the argument, 1 counts what lies below, the last one what lies above. */
uint32_t dtrace_lquantize_word(uint64_t arg, uint64_t value)
{
    int32_t base = (int32_t)(uint32_t)arg;
    int32_t cut = (int32_t)(uint32_t)value;
    if (cut < base)
        return 1;
    uint32_t level = ((uint32_t)cut - (uint32_t)base) / lquantize_step(arg);
    uint32_t levels = lquantize_levels(arg);
    return 2 + (level < levels ? level : levels);
}

/* llquantize(): factor << 48 | low << 32 | high << 16 | steps. */
struct llquantize {
    uint64_t factor;
    uint32_t low, high, steps;
};

static struct llquantize llquantize_of(uint64_t arg)
{
    return (struct llquantize){arg >> 48 & 0xffff, arg >> 32 & 0xffff, arg >> 16 & 0xffff,
                               arg & 0xffff};
}

/* The smallest power of the factor that has all steps is divided by them evenly. */
static bool steps_are_even(const struct llquantize *l)
{
    uint64_t power = 1;
    while (power < l->steps)
        power *= l->factor;
    return power % l->steps == 0;
}

static bool llquantize_is_valid(const struct llquantize *l)
{
    if (l->factor < 2 || l->low >= l->high || l->steps < l->factor || l->steps % l->factor != 0)
        return false;
    uint64_t power = 1;
    for (uint32_t i = 0; i <= l->high; i++) {
        if (power > (uint64_t)INT64_MAX / l->factor)
            return false;
        power *= l->factor;
    }
    return steps_are_even(l);
}

uint32_t dtrace_llquantize_bucket(uint64_t arg, int64_t value)
{
    struct llquantize l = llquantize_of(arg);
    uint64_t from = 1;
    for (uint32_t i = 0; i < l.low; i++)
        from *= l.factor;
    if (value < (int64_t)from)
        return 0;
    uint64_t bucket = 1;
    for (uint32_t order = l.low; order <= l.high; order++) {
        uint64_t to = from * l.factor;
        uint64_t steps = to < l.steps ? to : l.steps;
        if ((uint64_t)value < to)
            return (uint32_t)(bucket + ((uint64_t)value - from) / (to / steps));
        bucket += steps - steps / l.factor;
        from = to;
    }
    return (uint32_t)bucket;
}

static uint32_t llquantize_size(uint64_t arg)
{
    struct llquantize l = llquantize_of(arg);
    if (!llquantize_is_valid(&l))
        return 0;
    uint64_t size = ((uint64_t)dtrace_llquantize_bucket(arg, INT64_MAX) + 2) * 8;
    return size > DATA_MAX ? 0 : (uint32_t)size;
}

uint32_t dtrace_function_size(uint32_t kind, uint64_t arg)
{
    switch (kind) {
    case DOF_AGGREGATION_COUNT:
    case DOF_AGGREGATION_MIN:
    case DOF_AGGREGATION_MAX:
    case DOF_AGGREGATION_SUM:
        return 8;
    case DOF_AGGREGATION_AVG:
        return 16;
    case DOF_AGGREGATION_STDDEV:
        return 32;
    case DOF_AGGREGATION_QUANTIZE:
        return DTRACE_QUANTIZE_BUCKETS * 8;
    case DOF_AGGREGATION_LQUANTIZE:
        if (lquantize_step(arg) == 0 || lquantize_levels(arg) == 0)
            return 0;
        return (lquantize_levels(arg) + 3) * 8;
    case DOF_AGGREGATION_LLQUANTIZE:
        return llquantize_size(arg);
    default:
        return 0;
    }
}

void dtrace_function_start(uint64_t *data, uint32_t kind, uint64_t arg)
{
    __builtin_memset(data, 0, dtrace_function_size(kind, arg));
    if (kind == DOF_AGGREGATION_MIN)
        data[0] = INT64_MAX;
    else if (kind == DOF_AGGREGATION_MAX)
        data[0] = (uint64_t)INT64_MIN;
    else if (kind == DOF_AGGREGATION_LQUANTIZE || kind == DOF_AGGREGATION_LLQUANTIZE)
        data[0] = arg;
}

/* Adds value * value, of 128 bits, from products of halves. */
static void add_square(uint64_t *sum, uint64_t value)
{
    uint64_t a = (int64_t)value < 0 ? 0 - value : value;
    uint64_t high = a >> 32, low = a & 0xffffffff;
    uint64_t cross = high * low; /* counts twice, from bit 32 on */
    uint64_t square = low * low;
    uint64_t square_low = square + (cross << 33);
    uint64_t square_high = high * high + (cross >> 31) + (square_low < square);
    sum[0] += square_low;
    sum[1] += square_high + (sum[0] < square_low);
}

void dtrace_function_add(uint64_t *data, uint32_t kind, uint64_t value, uint64_t increment)
{
    switch (kind) {
    case DOF_AGGREGATION_COUNT:
        data[0]++;
        break;
    case DOF_AGGREGATION_MIN:
        if ((int64_t)value < (int64_t)data[0])
            data[0] = value;
        break;
    case DOF_AGGREGATION_MAX:
        if ((int64_t)value > (int64_t)data[0])
            data[0] = value;
        break;
    case DOF_AGGREGATION_SUM:
        data[0] += value;
        break;
    case DOF_AGGREGATION_AVG:
        data[0]++;
        data[1] += value;
        break;
    case DOF_AGGREGATION_STDDEV:
        data[0]++;
        data[1] += value;
        add_square(&data[2], value);
        break;
    case DOF_AGGREGATION_QUANTIZE:
        data[dtrace_quantize_bucket((int64_t)value)] += increment;
        break;
    case DOF_AGGREGATION_LQUANTIZE:
        data[dtrace_lquantize_word(data[0], value)] += increment;
        break;
    case DOF_AGGREGATION_LLQUANTIZE:
        data[1 + dtrace_llquantize_bucket(data[0], (int64_t)value)] += increment;
        break;
    default:
        break;
    }
}
