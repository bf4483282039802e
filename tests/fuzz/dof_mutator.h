/* Mutants of DOF objects: mutant N is the same on every machine. */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum {
    DOF_MUTANT_MAX = 16384, /* bytes, of originals and mutants */
    DOF_MUTANT_BASES = 64,
};

struct dof_bytes {
    uint8_t bytes[DOF_MUTANT_MAX];
    size_t size;
};

struct dof_bases {
    struct dof_bytes base[DOF_MUTANT_BASES];
    uint32_t count;
};

/* One of the originals, changed in one to eight places. */
void dof_mutant(const struct dof_bases *bases, uint64_t number, struct dof_bytes *mutant);
