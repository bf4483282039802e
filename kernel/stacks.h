/* Stacks: pieces of one size, each above a page that is not there. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define STACK_GUARD_SIZE 4096u
#define STACK_SIZE       28672u /* bytes, without the guard page */
#define STACK_SLOT_SIZE  (STACK_GUARD_SIZE + STACK_SIZE)

#define STACKS_MAX     1024u
#define STACKS_AT_HAND 6u /* that the kernel's image has */

/* Makes the STACKS_AT_HAND, and `more` (both at most STACKS_MAX) in memory of more * STACK_SLOT_SIZE bytes that
 * starts on a page; 0 for `memory`: there is none.  Gives how many there are.  Guard pages only work with paging
 * on. */
uint32_t stacks_init(uint32_t memory, uint32_t more);

/* Gives the lowest address of a stack, or 0.  Context: any; the caller keeps others out. */
uint32_t stacks_take(void);
void stacks_give_back(uint32_t stack);

uint32_t stacks_free(void);

/* The stack that holds the address, its guard page included; false: none does. */
bool stacks_find(uint32_t address, uint32_t *stack);
