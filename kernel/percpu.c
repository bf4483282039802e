/* The CPUs. */
#include "kernel/percpu.h"

#include "kernel/tracing.h"
#include "trace/dtrace/at_rest.h"

static struct percpu percpu_table[TRACE_CPUS_MAX] __attribute__((aligned(64)));
static uint32_t count = 1;

uint32_t percpu_count(void)
{
    return count;
}

struct percpu *percpu_at(uint32_t number)
{
    return &percpu_table[number];
}

void percpu_init(uint32_t number)
{
    struct percpu *cpu = &percpu_table[number];
    cpu->self = cpu;
    cpu->trace = &tracing_tracer.cpu[number];
    cpu->number = number;
}

AT_REST void percpu_set_count(uint32_t cpus)
{
    for (uint32_t i = 1; i < cpus; i++)
        percpu_init(i);
    count = cpus;
}
