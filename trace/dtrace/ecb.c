/* ECBs: made when a clause comes to a probe, and found by their EPID in firings. */
#include "trace/dtrace/ecb.h"

#include "trace/dtrace/at_rest.h"

enum {
    PIECES_MAX = 1 << 20 /* of the records of all, each of which may be described on the line */
};

struct dtrace_ecb *dtrace_ecbs_find(const struct dtrace_ecbs *ecbs, uint32_t epid)
{
    uint32_t index = epid - 1;
    if (index >= __atomic_load_n(&ecbs->count, __ATOMIC_ACQUIRE))
        return NULL;
    return ecbs->pages[index / DTRACE_ECBS_PAGE][index % DTRACE_ECBS_PAGE];
}

uint32_t dtrace_ecbs_size(const struct dtrace_ecbs *ecbs, uint32_t epid)
{
    const struct dtrace_ecb *ecb = dtrace_ecbs_find(ecbs, epid);
    return ecb == NULL ? 0 : ecb->description.size;
}

/* A place for the next EPID; NULL: none. */
AT_REST static struct dtrace_ecb **next_place(struct dtrace *dtrace)
{
    struct dtrace_ecbs *ecbs = &dtrace->ecbs;
    uint32_t page = ecbs->count / DTRACE_ECBS_PAGE;
    if (page == DTRACE_ECBS_PAGES)
        return NULL;
    if (ecbs->pages[page] == NULL)
        ecbs->pages[page] =
            dtrace_memory_array(dtrace->memory, DTRACE_ECBS_PAGE, sizeof **ecbs->pages, 8);
    return ecbs->pages[page] == NULL ? NULL : &ecbs->pages[page][ecbs->count % DTRACE_ECBS_PAGE];
}

/* An aggregation belongs to all ECBs of its clause; the first one speaks for it. */
AT_REST static void name_aggregations(const struct dtrace_clause *clause, uint32_t epid)
{
    if (!clause->aggregates || clause->matched > 0)
        return;
    for (uint32_t i = 0; i < clause->action_count; i++) {
        struct dtrace_aggregation *aggregation = clause->actions[i].aggregation;
        if (aggregation != NULL && aggregation->description.epid == 0)
            aggregation->description.epid = epid;
    }
}

AT_REST struct dtrace_ecb *dtrace_ecb_make(struct dtrace *dtrace,
                                           const struct dtrace_clause *clause, uint32_t probe)
{
    bool fits = clause->record_count <= PIECES_MAX - dtrace->pieces;
    struct dtrace_ecb **at = fits ? next_place(dtrace) : NULL;
    struct dtrace_ecb *ecb = at == NULL ? NULL : dtrace_memory_take(dtrace->memory, sizeof *ecb, 8);
    if (ecb == NULL)
        return NULL;
    uint32_t epid = dtrace->ecbs.count + 1;
    *ecb = (struct dtrace_ecb){.description = {.epid = epid,
                                               .probe = probe,
                                               .uarg = clause->source->uarg,
                                               .size = clause->size,
                                               .record_count = clause->record_count,
                                               .records = clause->records},
                               .clause = clause};
    *at = ecb;
    dtrace->pieces += clause->record_count;
    name_aggregations(clause, epid);
    __atomic_store_n(&dtrace->ecbs.count, epid, __ATOMIC_RELEASE);
    return ecb;
}
