/* Programs of D out of numbers: each number is the same program everywhere, and each program is right. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    RANDOM_PROGRAM_MAX = 1 << 16, /* bytes */
    RANDOM_PROGRAM_ARRAYS = 4,
    RANDOM_PROGRAM_AGGREGATIONS = 6,
    RANDOM_PROGRAM_KEYS = 3
};

/* What several programs of one compiler have to agree on. */
struct random_names {
    char array_keys[RANDOM_PROGRAM_ARRAYS][RANDOM_PROGRAM_KEYS + 1]; /* 'i' integer, 's' string */
    char array_value[RANDOM_PROGRAM_ARRAYS];
    char aggregation_keys[RANDOM_PROGRAM_AGGREGATIONS]
                         [RANDOM_PROGRAM_KEYS + 1]; /* 'k' stack, 'a' symbol */
    uint32_t aggregation_function[RANDOM_PROGRAM_AGGREGATIONS];
};

struct random_program {
    uint64_t state; /* of the numbers */
    struct random_names names;
    bool is_first; /* of its compiler: it declares */
    char text[RANDOM_PROGRAM_MAX];
    size_t length;
};

/* From now on, programs of `number`. */
void random_program_start(struct random_program *program, uint64_t number);
/* The next one: program->text, which ends with a NUL. */
void random_program_make(struct random_program *program);
uint32_t random_program_below(struct random_program *program, uint32_t limit);
