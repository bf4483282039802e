/* What a claim takes of each CPU, and how it is to be printed. */
#include "kernel/anonymous_claim.h"

#include "kernel/cpu.h"
#include "kernel/percpu.h"
#include "kernel/smp.h"
#include "kernel/spinlock.h"

enum {
    OPTIONS_SIZE = 256 /* bytes of their text */
};

/* --- CPUs --- */

struct asked {
    struct dtrace *dtrace;
    uint32_t cpu;
    enum dtrace_claim_status status;
};

static void take_here(void *argument)
{
    struct asked *asked = argument;
    asked->status = dtrace_claim_take(asked->dtrace, asked->cpu);
}

/* This CPU is taken as it is, and so is one that does not run. */
static enum dtrace_claim_status take(struct asked *asked)
{
    uint32_t flags = cpu_interrupts_save();
    bool here = asked->cpu == percpu_this()->number || !percpu_at(asked->cpu)->online;
    if (here)
        take_here(asked);
    cpu_interrupts_restore(flags);
    if (!here)
        (void)smp_call(asked->cpu, take_here, asked); /* or it stays busy */
    return asked->status;
}

bool anonymous_claim_take(struct dtrace *dtrace, const struct text_sink *sink)
{
    for (uint32_t cpu = 0; cpu < dtrace_cpus(dtrace); cpu++) {
        struct asked asked = {dtrace, cpu, DTRACE_CLAIM_BUSY};
        switch (take(&asked)) {
        case DTRACE_CLAIM_OK:
            break;
        case DTRACE_CLAIM_NO_MEMORY:
            return false;
        case DTRACE_CLAIM_BUSY:
            text_print(sink,
                       "dtrace: CPU %u does not answer: its part comes with a later claim, or at "
                       "the end\n",
                       cpu);
            break;
        }
    }
    return true;
}

/* --- Options --- */

struct options {
    char text[OPTIONS_SIZE];
    size_t length;
};
static struct spinlock options_lock;
static struct options options_kept; /* under that lock */

static bool apply(int64_t *options, struct slice text)
{
    for (size_t start = 0, end; start < text.length; start = end + 1) {
        for (end = start; end < text.length && text.text[end] != ',';)
            end++;
        if (!dtrace_consumer_set_option(options, text.text + start, end - start))
            return false;
    }
    return true;
}

bool anonymous_claim_options_set(struct slice text)
{
    int64_t unused[DOF_OPTIONS];
    if (text.length > OPTIONS_SIZE || !apply(unused, text))
        return false;
    uint32_t flags = spinlock_take(&options_lock);
    __builtin_memcpy(options_kept.text, text.text, text.length);
    options_kept.length = text.length;
    spinlock_release(&options_lock, flags);
    return true;
}

static struct options kept(void)
{
    uint32_t flags = spinlock_take(&options_lock);
    struct options copy = options_kept;
    spinlock_release(&options_lock, flags);
    return copy;
}

void anonymous_claim_options_print(const struct text_sink *sink)
{
    const struct options now = kept();
    sink->put(sink->context, now.text, now.length);
}

void anonymous_claim_options(int64_t *options, const int64_t *enabled)
{
    __builtin_memcpy(options, enabled, DOF_OPTIONS * sizeof *options);
    const struct options over = kept();
    (void)apply(options, (struct slice){over.text, over.length});
}
