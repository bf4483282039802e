/* What the buckets of the quantizing aggregations stand for. */
#pragma once

#include <stdint.h>

/* The smallest magnitude in a bucket of quantize(): 0, 1, 2, 4 ..., -1, -2, -4 ... */
int64_t bucket_quantize_value(uint32_t bucket);

/* The parameter of an lquantize(): levels of `step` each, from `base` on. */
struct bucket_lquantize {
    int32_t base;
    uint16_t levels, step;
};
struct bucket_lquantize bucket_lquantize_of(uint64_t parameter);

/* Goes through the buckets of an llquantize() with a parameter that dtrace_function_size takes: `value` is where bucket
 * `bucket` begins, from 1 on; 0 is that of all values below. */
struct bucket_llquantize {
    uint16_t factor, steps;
    uint32_t bucket;
    int64_t value;
    int64_t next; /* the power at which the step changes */
};
struct bucket_llquantize bucket_llquantize_of(uint64_t parameter);
void bucket_llquantize_advance(struct bucket_llquantize *quantize);
