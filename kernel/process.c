/* Who runs. */
#include "kernel/process.h"

#include "kernel/cpu.h"
#include "kernel/tracing.h"

static struct process kernel_process;
static struct process *current = &kernel_process;
static uint32_t next_pid = 1;

static void resume(struct process *process)
{
    current = process;
    process->since = cpu_tsc();
    tracing_this_cpu()->task = process->task;
}

void process_start_kernel(void)
{
    kernel_process.task = (uint16_t)tracing_this_cpu()->task;
    resume(&kernel_process);
}

void process_begin(struct process *process, const char *name, size_t length)
{
    current->cpu_cycles += cpu_tsc() - current->since;
    *process = (struct process){.pid = next_pid++, .parent = current};
    process->task = tracing_add_task(process->pid, name, length);
    resume(process);
}

void process_end(struct process *process)
{
    resume(process->parent);
}

struct process *process_current(void)
{
    return current;
}

struct trace_usage process_usage(void)
{
    uint64_t hz = tracing_clock()->tsc_hz;
    uint64_t cycles = current->cpu_cycles + (cpu_tsc() - current->since);
    return (struct trace_usage){
        .cpu_ns = hz == 0 ? 0 : trace_cycles_to_ns(cycles, hz),
        .in_blocks = current->in_blocks,
    };
}
