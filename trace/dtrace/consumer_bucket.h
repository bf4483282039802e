/* What the buckets of the quantizing aggregations stand for. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum {
    BUCKET_QUANTIZE_ALL = 127,
    BUCKET_QUANTIZE_ZERO = 63, /* the bucket of the value 0 */
};

/* The smallest magnitude in a bucket of quantize(): 0, 1, 2, 4 ..., -1, -2, -4 ... */
int64_t bucket_quantize_value(uint32_t bucket);

/* Words of the data of an lquantize() or llquantize() with this parameter, itself included; 0: there is none
 * such. */
uint32_t bucket_lquantize_words(uint64_t parameter);
uint32_t bucket_llquantize_words(uint64_t parameter);

/* The parameter of an lquantize(): levels of `step` each, from `base` on. */
struct bucket_lquantize {
    int32_t base;
    uint16_t levels, step;
};
struct bucket_lquantize bucket_lquantize_of(uint64_t parameter);

/* Goes through the buckets of an llquantize(): `value` is where bucket `bucket` begins, the first being that
 * of all values below. */
struct bucket_llquantize {
    uint16_t factor, low, high, steps;
    uint32_t bucket;
    int64_t value;
    int64_t next; /* the power at which the step changes */
};
struct bucket_llquantize
bucket_llquantize_of(uint64_t parameter); /* one that bucket_llquantize_words takes; at bucket 1 */
void bucket_llquantize_advance(struct bucket_llquantize *quantize);
