/* Stacks with guard pages. */
#include "kernel/stacks.h"

#include "kernel/paging.h"
#include "trace/dtrace/at_rest.h"

/* The first slots are the kernel's own, the others follow from `start` on. */
static uint8_t at_hand[STACKS_AT_HAND * STACK_SLOT_SIZE] __attribute__((aligned(4096)));
static uint32_t start, stacks, free_count;
static uint16_t free_slots[STACKS_MAX]; /* numbers, so that a free stack is not written to */

static uint32_t slot_at(uint32_t number)
{
    return number < STACKS_AT_HAND ? (uint32_t)at_hand + number * STACK_SLOT_SIZE
                                   : start + (number - STACKS_AT_HAND) * STACK_SLOT_SIZE;
}

AT_REST uint32_t stacks_init(uint32_t memory, uint32_t more)
{
    start = memory;
    stacks = STACKS_AT_HAND + (memory != 0 ? more : 0);
    for (uint32_t i = 0; i < stacks; i++) {
        (void)paging_unmap(slot_at(i)); /* best effort: else there is no guard */
        free_slots[i] = (uint16_t)(stacks - 1 - i);
    }
    free_count = stacks;
    return stacks;
}

AT_REST uint32_t stacks_take(void)
{
    if (free_count == 0)
        return 0;
    return slot_at(free_slots[--free_count]) + STACK_GUARD_SIZE;
}

AT_REST void stacks_give_back(uint32_t stack)
{
    uint32_t slot = stack - STACK_GUARD_SIZE, number = (slot - (uint32_t)at_hand) / STACK_SLOT_SIZE;
    if (number >= STACKS_AT_HAND)
        number = STACKS_AT_HAND + (slot - start) / STACK_SLOT_SIZE;
    free_slots[free_count++] = (uint16_t)number;
}

AT_REST uint32_t stacks_free(void)
{
    return free_count;
}

/* Whether it is one of `count` slots from `first` on. */
static bool find_in(uint32_t first, uint32_t count, uint32_t address, uint32_t *stack)
{
    if (address - first >= count * STACK_SLOT_SIZE)
        return false;
    *stack = first + (address - first) / STACK_SLOT_SIZE * STACK_SLOT_SIZE + STACK_GUARD_SIZE;
    return true;
}

bool stacks_find(uint32_t address, uint32_t *stack)
{
    if (stacks == 0)
        return false;
    return find_in((uint32_t)at_hand, STACKS_AT_HAND, address, stack) ||
           find_in(start, stacks - STACKS_AT_HAND, address, stack);
}
