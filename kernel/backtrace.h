/* Who called whom: return addresses with function names, from the symbol table that the
 * build places in the kernel. */
#pragma once

#include <stdint.h>

/* One function; the table is sorted by address.  Made by symbols.awk. */
struct kernel_symbol {
    uint32_t address;
    const char *name;
};

struct backtrace_symbol {
    const char *name; /* "?" outside the kernel's code */
    uint32_t offset;  /* bytes into the function */
};

/* The function that the address lies in. */
struct backtrace_symbol backtrace_symbol_of(uint32_t address);

/* Prints the function at eip and its callers, at most 32 in all, following frame pointers only
 * within the kernel's stacks.  Context: any. */
void backtrace_print(uint32_t eip, uint32_t ebp);
