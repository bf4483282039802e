/* Ways to die on purpose. */
#include "kernel/fault.h"

#include <stdint.h>

#include "kernel/cpu.h"
#include "kernel/panic.h"
#include "kernel/power.h"
#include "kernel/tracing.h"

/* Each call takes a piece of stack that the compiler cannot do without. */
static uint32_t overflow(const volatile uint8_t *previous, uint32_t depth)
{
    volatile uint8_t bytes[256];
    bytes[0] = previous[0];
    return depth == 0 ? 0 : overflow(bytes, depth - 1) + bytes[0];
}

static void read_null(void)
{
    uintptr_t address = 0;
    __asm__("" : "+r"(address)); /* the compiler must not see what this does */
    (void)*(volatile uint32_t *)address;
}

void fault_happen_early(enum fault fault)
{
    if (fault == FAULT_EARLY)
        panic("fault=early was asked for");
}

void fault_happen(enum fault fault)
{
    volatile uint8_t first = 0;
    switch (fault) {
    case FAULT_NONE:
    case FAULT_EARLY:
        return;
    case FAULT_PANIC:
        panic("fault=panic was asked for");
    case FAULT_INT3:
        for (;;)
            cpu_breakpoint();
    case FAULT_STACK:
        (void)overflow(&first, UINT32_MAX);
        return;
    case FAULT_TRIPLE:
        power_triple_fault();
    case FAULT_LOOP:
        for (;;)
            cpu_pause();
    case FAULT_NULL:
        read_null();
        return;
    case FAULT_RESET:
        power_reset();
    case FAULT_NESTED:
        tracing_tracer.arena = (struct trace_arena *)8; /* so that the panic's dump faults */
        panic("fault=nested was asked for");
    }
}
