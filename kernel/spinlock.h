/* A lock for a few instructions, with interrupts off: what mutex, wait queue and console are made
 * of, and what small data is changed and copied whole under.
 *
 * Context: any but NMI. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "kernel/cpu.h"

struct spinlock {
    volatile uint32_t taken; /* zeroed memory is a free lock */
};

/* Takes the lock; gives what spinlock_release wants back. */
static inline uint32_t spinlock_take(struct spinlock *lock)
{
    uint32_t flags = cpu_interrupts_save();
    while (__atomic_exchange_n(&lock->taken, 1, __ATOMIC_ACQUIRE) != 0)
        while (lock->taken != 0)
            cpu_pause(); /* which also lets the other CPUs of an emulator run */
    return flags;
}

/* Once, without waiting.  *flags is set either way; a failure leaves interrupts as they were. */
static inline bool spinlock_try(struct spinlock *lock, uint32_t *flags)
{
    *flags = cpu_interrupts_save();
    if (__atomic_exchange_n(&lock->taken, 1, __ATOMIC_ACQUIRE) == 0)
        return true;
    cpu_interrupts_restore(*flags);
    return false;
}

static inline void spinlock_release(struct spinlock *lock, uint32_t flags)
{
    __atomic_store_n(&lock->taken, 0, __ATOMIC_RELEASE);
    cpu_interrupts_restore(flags);
}
