/* What the state holds, as its consumer sees it. */
#include "trace/dtrace/framework_layout.h"
#include "trace/local.h"

static const struct dtrace_probe_description *probe_of(void *context, uint32_t id)
{
    const struct dtrace_probe *probe = dtrace_probe(context, id);
    return probe == NULL ? NULL : &probe->description;
}

static const struct dtrace_ecb_description *ecb_of(void *context, uint32_t epid)
{
    const struct dtrace *dtrace = context;
    const struct dtrace_ecb *ecb = dtrace_ecbs_find(&dtrace->ecbs, epid);
    return ecb == NULL ? NULL : &ecb->description;
}

static const struct dtrace_aggregation_description *aggregation_of(void *context, uint32_t id)
{
    const struct dtrace *dtrace = context;
    if (id == 0 || id > dtrace->aggregation_count || dtrace->aggregations == NULL)
        return NULL;
    const struct dtrace_aggregation *aggregation = dtrace->aggregations[id - 1];
    return aggregation == NULL ? NULL : &aggregation->description;
}

/* The kernel that has symbols puts its own function here. */
static bool no_symbol(void *context, uint64_t address, struct dtrace_symbol *symbol)
{
    (void)context;
    (void)address;
    (void)symbol;
    return false;
}

static void add_cpu(struct dtrace_status *status, const struct dtrace_cpu *cpu)
{
    status->nested += trace_local_read(&cpu->nested);
    status->errors += cpu->errors;
    status->errors_in_errors += cpu->errors_in_errors;
    status->speculation_drops += cpu->speculation_drops;
    status->filled += cpu->principal.full;
}

static struct dtrace_status status_of(const struct dtrace *dtrace)
{
    struct dtrace_status status = {.speculations_busy = dtrace->speculations.busy,
                                   .speculations_unavailable = dtrace->speculations.unavailable,
                                   .killed = __atomic_load_n(&dtrace->killed, __ATOMIC_ACQUIRE)};
    if (!dtrace->has_gone)
        return status;
    struct dtrace_variables_counts counts = dtrace_variables_counts(dtrace->variables);
    status.dynamic_drops = counts.dynamic_drops + counts.too_large;
    for (uint32_t i = 0; i < dtrace->cpus; i++)
        add_cpu(&status, &dtrace->cpu[i]);
    return status;
}

/* A panic may have stopped a CPU inside a firing, or while another one cleaned for it. */
static void take_snapshots(struct dtrace *dtrace, uint32_t i)
{
    const struct dtrace_cpu *cpu = &dtrace->cpu[i];
    bool stopped = __atomic_load_n(&cpu->held, __ATOMIC_ACQUIRE) != DTRACE_FREE;
    dtrace->principal_snapshots[i] = stopped ? dtrace_buffer_snapshot_stopped(&cpu->principal, i)
                                             : dtrace_buffer_snapshot(&cpu->principal, i);
    dtrace->aggregation_snapshots[i] = dtrace_aggregation_snapshot(&cpu->aggregation, i);
    if (stopped)
        dtrace_books_close(&dtrace->aggregation_snapshots[i].books);
}

struct dtrace_source dtrace_source_of(struct dtrace *dtrace)
{
    for (uint32_t i = 0; dtrace->has_gone && i < dtrace->cpus; i++)
        take_snapshots(dtrace, i);
    for (uint32_t i = 0; i < DOF_OPTIONS; i++)
        dtrace->effective[i] =
            dtrace_option_is_set(dtrace, i) || dtrace->granted[i] != DOF_OPTION_UNSET
                ? dtrace_option(dtrace, i)
                : DOF_OPTION_UNSET;
    return (struct dtrace_source){.context = dtrace,
                                  .probe = probe_of,
                                  .ecb = ecb_of,
                                  .aggregation = aggregation_of,
                                  .symbol = no_symbol,
                                  .cpus = dtrace->has_gone ? dtrace->cpus : 0,
                                  .begin_cpu = dtrace->begin_cpu,
                                  .principal = dtrace->principal_snapshots,
                                  .aggregations = dtrace->aggregation_snapshots,
                                  .options = dtrace->effective,
                                  .status = status_of(dtrace)};
}
