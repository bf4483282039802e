/* Times that vary: numbers of a generator that the tunable `seed` starts (Steele and others, "Fast
 * splittable pseudorandom number generators", 2014: the finalizer of SplitMix64).
 *
 * The n-th number is a function of seed and n alone, so the only state is one counter. */
#include "kernel/jitter.h"

#include "kernel/tunables.h"

static uint64_t mix(uint64_t value)
{
    value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9;
    value = (value ^ value >> 27) * 0x94d049bb133111eb;
    return value ^ value >> 31;
}

uint32_t jitter_draw(struct jitter_range range)
{
    static uint32_t drawn;
    uint64_t number = 1u + __atomic_fetch_add(&drawn, 1, __ATOMIC_RELAXED);
    uint64_t value = mix(mix(tunable(TUNABLE_SEED)) + number * 0x9e3779b97f4a7c15);
    return range.minimum + (uint32_t)(value >> 32) % (range.maximum - range.minimum + 1);
}
