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
    claim->status = (struct dtrace_status){0};
    if (dtrace->has_gone)
        dtrace_status_add_shared(&claim->status, dtrace);
    for (uint32_t i = 0; i < dtrace->cpus; i++) {
        claim->principal[i] = claim->aggregations[i] = (struct dtrace_snapshot){.cpu = i};
        claim->taken[i] = false;
    }
}

/* What is counted in the claim's status is counted from the start. */
static struct dtrace_status status_of(const struct dtrace *dtrace)
{
    return dtrace_status_since(&dtrace->claim.status, &dtrace->forgotten);
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
                                            .update_drops = updates->dropped};
}

void dtrace_claim_end(struct dtrace *dtrace)
{
    struct dtrace_claim *claim = &dtrace->claim;
    for (uint32_t i = 0; i < dtrace->cpus; i++)
        if (claim->taken[i])
            remember(claim, i);
    claim->told_status = status_of(dtrace);
    dtrace_claim_give_up(dtrace);
}
