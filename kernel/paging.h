/* Identity paging: every address means itself, but page 0 and the guard page below each stack
 * are not there, and code and constants cannot be written. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Makes the tables and turns paging on, on the boot CPU.  False on a CPU without 4 MiB pages: the
 * machine then runs unpaged. */
bool paging_init(void);

/* Turns paging on, if the boot CPU has it on, on another CPU. */
void paging_enter(uint32_t cpu);

/* Takes the page of this address away.  False: paging is off, or the page tables for this are used
 * up.  Before the other CPUs run. */
bool paging_unmap(uint32_t address);

/* Whether the page of this address is there.  Context: any. */
bool paging_is_there(uint32_t address);
