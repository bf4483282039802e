/* Heaps of processes. */
#include "kernel/heaps.h"

#include "kernel/boot_info.h"
#include "kernel/spinlock.h"

_Static_assert(HEAPS_MAX == 64, "a bit for each");

static uint8_t at_hand[HEAPS_MIN * HEAP_AT_HAND_SIZE] __attribute__((aligned(4096)));
static uint8_t *start = at_hand;
static uint32_t size = HEAP_AT_HAND_SIZE, count = HEAPS_MIN;
static uint64_t taken; /* bit = number of the piece */
static struct spinlock lock;

void heaps_init(uint32_t memory, const struct heaps *heaps)
{
    struct heaps few = {HEAPS_MIN, HEAP_SMALL_SIZE};
    if (memory == 0) {
        heaps = &few;
        while ((memory = boot_info_take_memory(few.count * few.size)) == 0 &&
               few.count > HEAPS_FEWEST)
            few.count--;
    }
    if (memory == 0)
        return;
    start = (uint8_t *)(uintptr_t)memory;
    size = heaps->size;
    count = heaps->count;
}

void *heap_take(void)
{
    uint8_t *heap = NULL;
    uint32_t flags = spinlock_take(&lock);
    uint32_t number = taken == UINT64_MAX ? HEAPS_MAX : (uint32_t)__builtin_ctzll(~taken);
    if (number < count) {
        taken |= 1ull << number;
        heap = start + number * size;
    }
    spinlock_release(&lock, flags);
    if (heap != NULL)
        __builtin_memset(heap, 0, size);
    return heap;
}

void heap_give_back(void *heap)
{
    if (heap == NULL)
        return;
    uint32_t number = (uint32_t)((uint8_t *)heap - start) / size;
    uint32_t flags = spinlock_take(&lock);
    taken &= ~(1ull << number);
    spinlock_release(&lock, flags);
}

size_t heap_size(void)
{
    return size;
}

uint32_t heaps_count(void)
{
    return count;
}

uint32_t heaps_free(void)
{
    uint32_t flags = spinlock_take(&lock);
    uint32_t free = count - (uint32_t)__builtin_popcountll(taken);
    spinlock_release(&lock, flags);
    return free;
}
