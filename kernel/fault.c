/* Ways to die on purpose. */
#include "kernel/fault.h"

#include <stdint.h>

#include "kernel/console.h"
#include "kernel/cpu.h"
#include "kernel/panic.h"
#include "kernel/percpu.h"
#include "kernel/power.h"
#include "kernel/smp.h"
#include "kernel/thread.h"
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
    (void)*(volatile uint32_t *)cpu_hide(0);
}

extern char kernel_start[];

static void write_text(void)
{
    *(volatile char *)kernel_start = 0;
}

static void divide(void)
{
    volatile uint32_t quotient = 100 / cpu_hide(0); /* of 1, the compiler makes a comparison */
    (void)quotient;
}

void fault_happen_early(enum fault fault)
{
    if (fault == FAULT_EARLY)
        panic("fault=early was asked for");
}

static int die_in_kernel_thread(void *argument)
{
    (void)thread_pin((uint32_t)tunable(TUNABLE_FAULT_CPU));
    fault_happen((enum fault)(uintptr_t)argument);
    return 0;
}

static void die_in_interrupt(void *argument)
{
    fault_happen((enum fault)(uintptr_t)argument);
}

static bool is_asked_for(enum fault_phase phase)
{
    return tunables_fault() != FAULT_NONE && tunable(TUNABLE_FAULT_PHASE) == (uint64_t)phase;
}

void fault_happen_at_last(void)
{
    if (is_asked_for(FAULT_AT_FINAL))
        fault_happen(tunables_fault());
}

void fault_happen_as_asked(enum fault_phase phase)
{
    enum fault fault = tunables_fault();
    uint32_t cpu = (uint32_t)tunable(TUNABLE_FAULT_CPU);
    if (!is_asked_for(phase))
        return;
    if (!thread_pin(cpu))
        log_line("fault: there is no CPU %u; it happens on this one", cpu);
    void *argument = (void *)(uintptr_t)fault;
    switch ((enum fault_context)tunable(TUNABLE_FAULT_CONTEXT)) {
    case FAULT_IN_PROCESS:
        fault_happen(fault);
        return;
    case FAULT_IN_KERNEL:
        (void)thread_create("fault", die_in_kernel_thread, argument, true);
        (void)thread_sleep_ns(THREAD_FOREVER);
        return;
    case FAULT_IN_INTERRUPT:
        if (!smp_call(percpu_this()->number, die_in_interrupt, argument))
            fault_happen(fault);
        return;
    }
}

static bool nested; /* the next panic has a trap inside */

void fault_happen_in_panic(void)
{
    bool now = nested;
    nested = false;
    if (now)
        read_null();
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
        nested = true;
        panic("fault=nested was asked for");
    case FAULT_ARENA:
        tracing_tracer.arena = (struct trace_arena *)8; /* so that every dump faults */
        panic("fault=arena was asked for");
    case FAULT_TEXT:
        write_text();
        return;
    case FAULT_DIVIDE:
        divide();
        return;
    }
}
