/* Stacks with guard pages. */
#include "kernel/stacks.h"

#include "kernel/paging.h"
#include "trace/dtrace/at_rest.h"

static uint8_t at_hand[STACKS_AT_HAND * STACK_SLOT_SIZE] __attribute__((aligned(4096)));
static uint32_t start, stacks, free_count;
static uint16_t free_slots[STACKS_MAX]; /* numbers, so that a free stack is not written to */

AT_REST uint32_t stacks_init(uint32_t memory, uint32_t count)
{
    start = memory != 0 ? memory : (uint32_t)at_hand;
    stacks = memory != 0 ? count : STACKS_AT_HAND;
    for (uint32_t i = 0; i < stacks; i++) {
        (void)paging_unmap(start + i * STACK_SLOT_SIZE); /* best effort: else there is no guard */
        free_slots[i] = (uint16_t)(stacks - 1 - i);
    }
    free_count = stacks;
    return stacks;
}

AT_REST uint32_t stacks_take(void)
{
    if (free_count == 0)
        return 0;
    return start + free_slots[--free_count] * STACK_SLOT_SIZE + STACK_GUARD_SIZE;
}

AT_REST void stacks_give_back(uint32_t stack)
{
    free_slots[free_count++] = (uint16_t)((stack - start) / STACK_SLOT_SIZE);
}

AT_REST uint32_t stacks_free(void)
{
    return free_count;
}

bool stacks_find(uint32_t address, uint32_t *stack)
{
    if (address - start >= stacks * STACK_SLOT_SIZE)
        return false;
    *stack = start + (address - start) / STACK_SLOT_SIZE * STACK_SLOT_SIZE + STACK_GUARD_SIZE;
    return true;
}
