/* What the buckets of the quantizing aggregations stand for. */
#include "trace/dtrace/consumer_bucket.h"

#include "trace/dtrace/quantize.h"

int64_t bucket_quantize_value(uint32_t bucket)
{
    if (bucket == DTRACE_QUANTIZE_ZERO)
        return 0;
    if (bucket > DTRACE_QUANTIZE_ZERO)
        return (int64_t)(1ull << (bucket - DTRACE_QUANTIZE_ZERO - 1));
    return -(int64_t)(1ull << (DTRACE_QUANTIZE_ZERO - 1 - bucket));
}

struct bucket_lquantize bucket_lquantize_of(uint64_t parameter)
{
    return (struct bucket_lquantize){
        .base = (int32_t)(uint32_t)parameter,
        .levels = (uint16_t)(parameter >> 32),
        .step = (uint16_t)(parameter >> 48),
    };
}

/* How wide a bucket is below the power `next`. */
static int64_t step_of(const struct bucket_llquantize *quantize)
{
    return quantize->next > quantize->steps ? quantize->next / quantize->steps : 1;
}

struct bucket_llquantize bucket_llquantize_of(uint64_t parameter)
{
    struct bucket_llquantize quantize = {
        .factor = (uint16_t)(parameter >> 48),
        .steps = (uint16_t)parameter,
        .bucket = 1,
        .value = 1,
    };
    for (uint32_t low = parameter >> 32 & 0xffff; low > 0; low--)
        quantize.value *= quantize.factor;
    quantize.next = quantize.value * quantize.factor;
    return quantize;
}

void bucket_llquantize_advance(struct bucket_llquantize *quantize)
{
    quantize->bucket++;
    quantize->value += step_of(quantize);
    if (quantize->value >= quantize->next && quantize->next <= INT64_MAX / quantize->factor)
        quantize->next *= quantize->factor;
}
