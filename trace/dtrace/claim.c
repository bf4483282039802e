/* The life of a claim; how a CPU is taken is in claim_take.c. */
#include "trace/dtrace/framework_layout.h"

uint32_t dtrace_cpus(const struct dtrace *dtrace)
{
    return dtrace->cpus;
}

void dtrace_claim_give_up(struct dtrace *dtrace)
{
    struct dtrace_claim *claim = &dtrace->claim;
    if (!claim->open)
        return;
    dtrace->memory->used = claim->mark;
    claim->open = false;
}

void dtrace_claim_begin(struct dtrace *dtrace)
{
    struct dtrace_claim *claim = &dtrace->claim;
    dtrace_claim_give_up(dtrace);
    claim->mark = dtrace->memory->used;
    claim->open = true;
    claim->aggregated = 0;
    claim->shared = (struct dtrace_status){0};
    if (dtrace->has_gone)
        dtrace_status_add_shared(&claim->shared, dtrace);
    for (uint32_t i = 0; i < dtrace->cpus; i++) {
        claim->principal[i] = claim->aggregations[i] = (struct dtrace_snapshot){.cpu = i};
        claim->lost[i] = (struct dtrace_status){0};
        claim->taken[i] = false;
    }
}

/* Counters are those from the start. */
static struct dtrace_status status_of(const struct dtrace *dtrace)
{
    struct dtrace_status status = dtrace->claim.shared;
    for (uint32_t i = 0; i < dtrace->cpus; i++)
        dtrace_status_join(&status, &dtrace->claim.lost[i]);
    return dtrace_status_since(&status, &dtrace->forgotten);
}

struct dtrace_source dtrace_claim_source(struct dtrace *dtrace)
{
    const struct dtrace_claim *claim = &dtrace->claim;
    const struct dtrace_status status = status_of(dtrace);
    return dtrace_source_with(dtrace, claim->principal, claim->aggregations, &status);
}

static void remember(struct dtrace_claim *claim, uint32_t cpu)
{
    const struct dtrace_buffer_books *records = &claim->principal[cpu].books;
    const struct dtrace_buffer_books *updates = &claim->aggregations[cpu].books;
    claim->told[cpu] = (struct dtrace_told){.records = records->kept + records->overwritten,
                                            .drops = records->dropped,
                                            .updates = updates->emitted,
                                            .update_drops = updates->dropped,
                                            .lost = claim->lost[cpu]};
}

void dtrace_claim_end(struct dtrace *dtrace)
{
    struct dtrace_claim *claim = &dtrace->claim;
    for (uint32_t i = 0; i < dtrace->cpus; i++)
        if (claim->taken[i])
            remember(claim, i);
    claim->told_shared = claim->shared;
    dtrace_claim_give_up(dtrace);
}
