/* Backtraces by frame pointer. */
#include "kernel/backtrace.h"

#include <stdbool.h>

#include "kernel/console.h"
#include "kernel/stacks.h"

enum {
    DEPTH = 32
};

extern const struct kernel_symbol kernel_symbols[];
extern const uint32_t kernel_symbol_count;
extern const char kernel_start[], kernel_text_end[];
extern const char boot_stack_guard[], boot_stack_top[];

struct backtrace_symbol backtrace_symbol_of(uint32_t address)
{
    if (address < (uint32_t)kernel_start || address >= (uint32_t)kernel_text_end)
        return (struct backtrace_symbol){"?", 0};
    uint32_t low = 0, high = kernel_symbol_count; /* the answer lies below high */
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (kernel_symbols[middle].address <= address)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return (struct backtrace_symbol){"?", 0};
    const struct kernel_symbol *symbol = &kernel_symbols[low - 1];
    return (struct backtrace_symbol){symbol->name, address - symbol->address};
}

static void print_one(uint32_t address)
{
    struct backtrace_symbol symbol = backtrace_symbol_of(address);
    log_line("  %08x %s+0x%x", address, symbol.name, symbol.offset);
}

/* A call that never returns may be the last instruction of its function: the call lies before
 * the return address, so look there. */
static void print_caller(uint32_t return_address)
{
    struct backtrace_symbol symbol = backtrace_symbol_of(return_address - 1);
    log_line("  %08x %s+0x%x", return_address, symbol.name, symbol.offset + 1);
}

/* A frame is two words on a stack: the caller's frame pointer and the return address. */
static bool on_stack(uint32_t frame)
{
    uint32_t stack = (uint32_t)boot_stack_guard + STACK_GUARD_SIZE;
    uint32_t end = (uint32_t)boot_stack_top;
    if (stacks_find(frame, &stack))
        end = stack + STACK_SIZE;
    return frame % 4 == 0 && frame >= stack && frame <= end - 8;
}

void backtrace_print(uint32_t eip, uint32_t ebp)
{
    log_line("backtrace:");
    print_one(eip);
    for (uint32_t depth = 1; depth < DEPTH && on_stack(ebp); depth++) {
        const uint32_t *frame = (const uint32_t *)ebp;
        if (frame[1] == 0)
            return;
        print_caller(frame[1]);
        if (frame[0] <= ebp)
            return; /* callers lie above; anything else would go in circles */
        ebp = frame[0];
    }
}
