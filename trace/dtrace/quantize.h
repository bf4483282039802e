/* What aggregating functions do with values: the data of one key. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum {
    DTRACE_QUANTIZE_BUCKETS = 127,
    DTRACE_QUANTIZE_ZERO = 63 /* the bucket of 0; 64 begins at 1, 62 at -1 */
};

/* Bytes of data, a multiple of 8; 0: there is no such function, or not with this argument. */
uint32_t dtrace_function_size(uint32_t kind, uint64_t arg);

/* Data of no value yet; and one value more, `increment` times where there are buckets. */
void dtrace_function_start(uint64_t *data, uint32_t kind, uint64_t arg);
void dtrace_function_add(uint64_t *data, uint32_t kind, uint64_t value, uint64_t increment);

/* Buckets, by their words. */
uint32_t dtrace_quantize_bucket(int64_t value);
uint32_t dtrace_lquantize_word(uint64_t arg, uint64_t value);
uint32_t dtrace_llquantize_bucket(uint64_t arg, int64_t value);
