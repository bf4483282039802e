/* ECBs by their EPID: what a firing asks, beside ecb.c, which runs before. */
#include "trace/dtrace/framework_layout.h"

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
