/* What the buckets of the quantizing aggregations stand for. */
#include "trace/dtrace/consumer_bucket.h"

int64_t bucket_quantize_value(uint32_t bucket)
{
    if (bucket == BUCKET_QUANTIZE_ZERO)
        return 0;
    if (bucket > BUCKET_QUANTIZE_ZERO)
        return (int64_t)(1ull << (bucket - BUCKET_QUANTIZE_ZERO - 1));
    return -(int64_t)(1ull << (BUCKET_QUANTIZE_ZERO - 1 - bucket));
}

struct bucket_lquantize bucket_lquantize_of(uint64_t parameter)
{
    return (struct bucket_lquantize){
        .base = (int32_t)(uint32_t)parameter,
        .levels = (uint16_t)(parameter >> 32),
        .step = (uint16_t)(parameter >> 48),
    };
}

uint32_t bucket_lquantize_words(uint64_t parameter)
{
    struct bucket_lquantize quantize = bucket_lquantize_of(parameter);
    return quantize.levels == 0 || quantize.step == 0 ? 0 : quantize.levels + 3u;
}

static struct bucket_llquantize parameters_of(uint64_t parameter)
{
    return (struct bucket_llquantize){
        .factor = (uint16_t)(parameter >> 48),
        .low = (uint16_t)(parameter >> 32),
        .high = (uint16_t)(parameter >> 16),
        .steps = (uint16_t)parameter,
    };
}

/* factor^exponent, or 0 if it is 2^63 or more. */
static int64_t power(uint32_t factor, uint32_t exponent)
{
    uint64_t value = 1;
    for (uint32_t i = 0; i < exponent; i++) {
        if (value > (uint64_t)INT64_MAX / factor)
            return 0;
        value *= factor;
    }
    return (int64_t)value;
}

static bool is_possible(const struct bucket_llquantize *quantize)
{
    uint32_t factor = quantize->factor, steps = quantize->steps;
    if (factor < 2 || quantize->low >= quantize->high || steps < factor || steps % factor != 0)
        return false;
    uint32_t whole = factor;
    while (whole < steps)
        whole *= factor; /* at most 65535^2 */
    return whole % steps == 0 && quantize->high < 63 && power(factor, quantize->high + 1u) != 0;
}

/* How wide a bucket is below the power `next`. */
static int64_t step_of(const struct bucket_llquantize *quantize)
{
    return quantize->next > quantize->steps ? quantize->next / quantize->steps : 1;
}

uint32_t bucket_llquantize_words(uint64_t parameter)
{
    struct bucket_llquantize quantize = parameters_of(parameter);
    if (!is_possible(&quantize))
        return 0;
    uint32_t top = 1;
    for (uint32_t order = quantize.low; order <= quantize.high; order++) {
        int64_t next = power(quantize.factor, order + 1);
        uint32_t steps = next < quantize.steps ? (uint32_t)next : quantize.steps;
        top += steps - steps / quantize.factor;
    }
    return top + 2;
}

struct bucket_llquantize bucket_llquantize_of(uint64_t parameter)
{
    struct bucket_llquantize quantize = parameters_of(parameter);
    quantize.bucket = 1;
    quantize.value = power(quantize.factor, quantize.low);
    quantize.next = power(quantize.factor, quantize.low + 1u);
    return quantize;
}

void bucket_llquantize_advance(struct bucket_llquantize *quantize)
{
    quantize->bucket++;
    quantize->value += step_of(quantize);
    if (quantize->value >= quantize->next && quantize->next <= INT64_MAX / quantize->factor)
        quantize->next *= quantize->factor;
}
