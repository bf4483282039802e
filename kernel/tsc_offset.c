/* TSC offsets by asking: the boot CPU reads its TSC, asks, and reads it again when the answer, the
 * other CPU's TSC, is there.  The answer was read between the two, so the offset lies within half
 * of the round. */
#include "kernel/tsc_offset.h"

#include "kernel/cpu.h"
#include "kernel/tracing.h"
#include "kernel/tslog.h"

enum {
    ROUNDS = 32,
    OVER = ROUNDS + 1,
    NUMBERS = 64, /* of rounds for each CPU: rounds only ever count up */
    ANSWER_LOOKS = 10000000,
};

static volatile uint32_t question, answer; /* numbers of rounds */
static volatile uint64_t answered_tsc;

void tsc_offset_answer(void)
{
    uint32_t first = percpu_this()->number * NUMBERS, done = first;
    while (done != first + OVER) {
        uint32_t asked = __atomic_load_n(&question, __ATOMIC_ACQUIRE);
        if (asked <= done) {
            cpu_pause();
            continue;
        }
        answered_tsc = cpu_tsc();
        __atomic_store_n(&answer, asked, __ATOMIC_RELEASE);
        done = asked;
    }
}

static bool ask(uint32_t round, uint64_t *start, uint64_t *end)
{
    *start = cpu_tsc();
    __atomic_store_n(&question, round, __ATOMIC_RELEASE);
    for (uint32_t looks = ANSWER_LOOKS; looks > 0; looks--) {
        if (__atomic_load_n(&answer, __ATOMIC_ACQUIRE) == round) {
            *end = cpu_tsc();
            return true;
        }
        cpu_pause();
    }
    return false;
}

static void take(struct percpu *cpu, int64_t offset, uint64_t uncertainty)
{
    uint64_t distance = (uint64_t)(offset < 0 ? -offset : offset);
    cpu->tsc_offset = distance <= uncertainty ? 0 : offset;
    cpu->tsc_uncertainty = uncertainty > UINT32_MAX ? UINT32_MAX : (uint32_t)uncertainty;
}

void tsc_offset_measure(struct percpu *cpu)
{
    TSSCOPE("tsc_offset_measure");
    uint64_t best = UINT64_MAX, start, end;
    uint32_t first = cpu->number * NUMBERS;
    uint32_t flags = cpu_interrupts_save();
    for (uint32_t round = 1; round <= ROUNDS && ask(first + round, &start, &end); round++) {
        if (end - start >= best)
            continue;
        best = end - start;
        take(cpu, (int64_t)(start + best / 2 - answered_tsc), best / 2 + 1);
    }
    (void)ask(first + OVER, &start, &end);
    cpu_interrupts_restore(flags);
    tracing_set_cpu_clock(cpu);
}
