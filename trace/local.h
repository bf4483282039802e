/* Steps that are atomic on one CPU: against its own interrupts and exceptions,
 * not against other CPUs.
 *
 * A counter that only one CPU writes needs no bus lock: a single instruction is
 * enough, because an interrupt arrives between instructions.  This is the only
 * inline assembly of trace/; other machines take the compiler's atomics. */
#pragma once

#include <stdint.h>

/* Adds one to *counter and gives back what it was.
 * Context: any, including NMI, on the one CPU that owns the counter. */
static inline uint64_t trace_local_fetch_increment(uint64_t *counter)
{
#if defined(__x86_64__)
    uint64_t previous = 1;
    __asm__ volatile("xaddq %0, %1" : "+r"(previous), "+m"(*counter) : : "cc");
    return previous;
#elif defined(__i386__)
    /* A torn first read only costs one more round: a failed cmpxchg8b loads the true value. */
    uint64_t previous = *counter;
    _Bool done;
    do {
        uint64_t next = previous + 1;
        __asm__ volatile("cmpxchg8b %1"
                         : "=@ccz"(done), "+m"(*counter), "+A"(previous)
                         : "b"((uint32_t)next), "c"((uint32_t)(next >> 32)));
    } while (!done);
    return previous;
#else
    return __atomic_fetch_add(counter, 1, __ATOMIC_RELAXED);
#endif
}

/* Stores a number that another CPU may be reading, never torn. */
static inline void trace_local_write(uint64_t *number, uint64_t value)
{
#if defined(__i386__)
    uint64_t before = *number;
    _Bool done;
    do
        __asm__ volatile("lock cmpxchg8b %1"
                         : "=@ccz"(done), "+m"(*number), "+A"(before)
                         : "b"((uint32_t)value), "c"((uint32_t)(value >> 32)));
    while (!done);
#else
    __atomic_store_n(number, value, __ATOMIC_SEQ_CST);
#endif
}

/* Reads a counter that the same or another CPU may be incrementing, never torn. */
static inline uint64_t trace_local_read(const uint64_t *counter)
{
#if defined(__i386__)
    /* Comparing with a value and storing that same value reads 64 bits at once (SDM, CMPXCHG8B);
     * the lock makes it whole for other CPUs too. */
    uint64_t value = 0;
    __asm__ volatile("lock cmpxchg8b %1"
                     : "+A"(value), "+m"(*(uint64_t *)(uintptr_t)counter)
                     : "b"(0), "c"(0)
                     : "cc");
    return value;
#else
    return __atomic_load_n(counter, __ATOMIC_RELAXED);
#endif
}
