/* What the state holds, as its consumer sees it. */
#include "trace/dtrace/ecb.h"
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

void dtrace_status_add_shared(struct dtrace_status *status, const struct dtrace *dtrace)
{
    const struct dtrace_speculations *speculations = &dtrace->speculations;
    const struct dtrace_variables_counts counts = dtrace_variables_counts(dtrace->variables);
    status->speculations_busy += __atomic_load_n(&speculations->busy, __ATOMIC_RELAXED);
    status->speculations_unavailable +=
        __atomic_load_n(&speculations->unavailable, __ATOMIC_RELAXED);
    status->dynamic_drops += counts.dynamic_drops + counts.too_large;
    status->killed = __atomic_load_n(&dtrace->killed, __ATOMIC_ACQUIRE);
}

/* Of counters that one CPU writes and others read, `now` may be an older one. */
static uint64_t beyond(uint64_t now, uint64_t told)
{
    return now > told ? now - told : 0;
}

struct dtrace_status dtrace_status_since(const struct dtrace_status *status,
                                         const struct dtrace_status *told)
{
    return (struct dtrace_status){
        .dynamic_drops = beyond(status->dynamic_drops, told->dynamic_drops),
        .speculation_drops = beyond(status->speculation_drops, told->speculation_drops),
        .speculations_busy = beyond(status->speculations_busy, told->speculations_busy),
        .speculations_unavailable =
            beyond(status->speculations_unavailable, told->speculations_unavailable),
        .errors = beyond(status->errors, told->errors),
        .errors_in_errors = beyond(status->errors_in_errors, told->errors_in_errors),
        .stack_string_overflows =
            beyond(status->stack_string_overflows, told->stack_string_overflows),
        .filled = status->filled,
        .killed = status->killed,
        .nested = beyond(status->nested, told->nested)};
}

void dtrace_status_join(struct dtrace_status *sum, const struct dtrace_status *more)
{
    sum->dynamic_drops += more->dynamic_drops;
    sum->speculation_drops += more->speculation_drops;
    sum->speculations_busy += more->speculations_busy;
    sum->speculations_unavailable += more->speculations_unavailable;
    sum->errors += more->errors;
    sum->errors_in_errors += more->errors_in_errors;
    sum->stack_string_overflows += more->stack_string_overflows;
    sum->filled += more->filled;
    sum->nested += more->nested;
}

/* Counted from the start. */
static struct dtrace_status status_of(const struct dtrace *dtrace)
{
    struct dtrace_status status = {0};
    if (!dtrace->has_gone)
        return status;
    dtrace_status_add_shared(&status, dtrace);
    for (uint32_t i = 0; i < dtrace->cpus; i++)
        dtrace_status_add(&status, &dtrace->cpu[i]);
    return status;
}

/* What was told, or discarded. */
static struct dtrace_status told_of(const struct dtrace *dtrace)
{
    struct dtrace_status told = dtrace->claim.told_shared;
    for (uint32_t i = 0; i < dtrace->cpus; i++)
        dtrace_status_join(&told, &dtrace->claim.told[i].lost);
    return told;
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

static void take_options(struct dtrace *dtrace)
{
    for (uint32_t i = 0; i < DOF_OPTIONS; i++)
        dtrace->effective[i] =
            dtrace_option_is_set(dtrace, i) || dtrace->granted[i] != DOF_OPTION_UNSET
                ? dtrace_option(dtrace, i)
                : DOF_OPTION_UNSET;
}

struct dtrace_source dtrace_source_with(struct dtrace *dtrace,
                                        const struct dtrace_snapshot *principal,
                                        const struct dtrace_snapshot *aggregations,
                                        const struct dtrace_status *status)
{
    take_options(dtrace);
    return (struct dtrace_source){.context = dtrace,
                                  .probe = probe_of,
                                  .ecb = ecb_of,
                                  .aggregation = aggregation_of,
                                  .cpus = dtrace->has_gone ? dtrace->cpus : 0,
                                  .begin_cpu = dtrace->begin_cpu,
                                  .principal = principal,
                                  .aggregations = aggregations,
                                  .options = dtrace->effective,
                                  .status = *status};
}

struct dtrace_source dtrace_source_of(struct dtrace *dtrace)
{
    for (uint32_t i = 0; dtrace->has_gone && i < dtrace->cpus; i++)
        take_snapshots(dtrace, i);
    struct dtrace_status status = status_of(dtrace);
    status = dtrace_status_since(&status, &dtrace->forgotten);
    return dtrace_source_with(dtrace, dtrace->principal_snapshots, dtrace->aggregation_snapshots,
                              &status);
}

/* Marks what was told, and gives whether there is more. */
static bool mark_told(struct dtrace_snapshot *principal, struct dtrace_snapshot *aggregations,
                      const struct dtrace_told *told)
{
    const struct dtrace_buffer_books *books = &principal->books;
    bool more = books->kept + books->overwritten > told->records || books->dropped > told->drops ||
                aggregations->books.emitted > told->updates;
    principal->told = beyond(told->records, books->overwritten);
    principal->books.dropped = beyond(books->dropped, told->drops);
    aggregations->books.dropped = beyond(aggregations->books.dropped, told->update_drops);
    return more;
}

/* Whether anything of it is printed: faults that are no more than counted have records of their own. */
static bool is_something(const struct dtrace_status *status)
{
    return (status->dynamic_drops | status->speculation_drops | status->speculations_busy |
            status->speculations_unavailable | status->errors_in_errors |
            status->stack_string_overflows | status->nested) != 0;
}

struct dtrace_source dtrace_source_since(struct dtrace *dtrace, bool *anything)
{
    const struct dtrace_claim *claim = &dtrace->claim;
    struct dtrace_source source = dtrace_source_of(dtrace);
    const struct dtrace_status all = status_of(dtrace), told = told_of(dtrace);
    source.status = dtrace_status_since(&all, &told);
    source.rest_told = true;
    *anything = is_something(&source.status);
    for (uint32_t i = 0; i < source.cpus; i++) {
        struct dtrace_snapshot *aggregations = &dtrace->aggregation_snapshots[i];
        if (aggregations->books.emitted > claim->told[i].updates)
            source.rest_told = false;
        if (mark_told(&dtrace->principal_snapshots[i], aggregations, &claim->told[i]))
            *anything = true;
    }
    return source;
}
