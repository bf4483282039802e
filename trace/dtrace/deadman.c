/* illumos kills a state when a timer that should fire every second has not done so for ten, as somebody may hold the
 * machine in probes.  Here nothing depends on a timer: each CPU counts the time that its firings take, and the one
 * on which they have taken nine tenths of a period kills the state.
 *
 * One firing counts for a tenth of the period at most: its work is bounded, and if it took longer, then not the
 * program but somebody outside, a hypervisor perhaps, has held the CPU. */
#include "trace/dtrace/deadman.h"

#include "trace/dtrace/framework_layout.h"

enum {
    PARTS = 10,
    PARTS_TO_KILL = 9
};

/* False: it is not recording any more anyway. */
static bool change_to_killed(struct dtrace *dtrace)
{
    uint32_t now = dtrace_activity(dtrace);
    while (now == DTRACE_WARMUP || now == DTRACE_ACTIVE)
        if (__atomic_compare_exchange_n(&dtrace->activity, &now, DTRACE_KILLED, false,
                                        __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
            return true;
    return false;
}

void dtrace_deadman_count(struct dtrace *dtrace, struct dtrace_cpu *cpu, uint64_t began)
{
    const struct dtrace_environment *environment = dtrace->environment;
    uint64_t now = environment->timestamp(environment->context);
    uint64_t took = now - began, most = dtrace->deadman_ns / PARTS;
    if (now - cpu->period_began > dtrace->deadman_ns) {
        cpu->period_began = began;
        cpu->firing_ns = 0;
    }
    cpu->firing_ns += took < most ? took : most;
    if (cpu->firing_ns >= most * PARTS_TO_KILL && change_to_killed(dtrace))
        __atomic_store_n(&dtrace->killed, (uint32_t)(cpu - dtrace->cpu) + 1, __ATOMIC_RELEASE);
}
