/* Verifying CPUs: what is known of their clocks, and whether a merge of their events, as the
 * kernel does it, goes forward in time. */
#include "flight/verify.h"

#include <stdlib.h>

#include "trace/log_text.h"

static void check_clock(struct verify *verify, uint32_t cpu)
{
    const struct model_cpu *clock = &verify->model->cpu[cpu];
    uint64_t events = capture_model_cpu_events(verify->model, cpu);
    if (cpu > 0 && !clock->known && events > 0)
        verify_problem(verify,
                       "clock of CPU %u was not received: the times of its %llu events are not "
                       "corrected",
                       cpu, (unsigned long long)events);
    if (clock->beyond > 0)
        verify_problem(verify,
                       "clock of CPU %u: its offset of %lld cycles leads %llu events out of time",
                       cpu, (long long)clock->offset, (unsigned long long)clock->beyond);
}

/* The look-ahead of a merge, on one CPU (trace/log_text.h). */
struct look_ahead {
    uint64_t time[LOG_LOOK_AHEAD];
    uint32_t waiting;
    uint64_t taken; /* the last time that was taken out */
};

static void take_earliest(struct look_ahead *ahead)
{
    uint32_t best = 0;
    for (uint32_t i = 1; i < ahead->waiting; i++)
        if (ahead->time[i] < ahead->time[best])
            best = i;
    ahead->taken = ahead->time[best];
    ahead->time[best] = ahead->time[--ahead->waiting];
}

/* False if it comes too late to be put into its place. */
static bool in_order(struct look_ahead *ahead, uint64_t tsc)
{
    if (tsc < ahead->taken)
        return false;
    ahead->time[ahead->waiting++] = tsc;
    if (ahead->waiting == LOG_LOOK_AHEAD)
        take_earliest(ahead);
    return true;
}

/* Streams that are each in order give a merge that is: so each CPU is looked at for itself. */
static void check_order(struct verify *verify, enum trace_table_id id)
{
    const struct model_events *events = &verify->model->events[id];
    const struct model_event **sorted = capture_model_by_number(events);
    struct look_ahead ahead = {.waiting = 0};
    uint64_t late = 0;
    for (size_t i = 0; i < events->count; i++) {
        if (i > 0 && sorted[i]->cpu != sorted[i - 1]->cpu)
            ahead = (struct look_ahead){.waiting = 0};
        if (!in_order(&ahead, sorted[i]->tsc) && late++ < MODEL_REPORTS)
            verify_problem(verify,
                           "event %llu of %s, CPU %u: more than %u events before it are later",
                           (unsigned long long)sorted[i]->number, trace_table_name(id),
                           sorted[i]->cpu, LOG_LOOK_AHEAD - 1);
    }
    verify_more(verify, late, "events out of order");
    free(sorted);
}

void verify_cpus(struct verify *verify)
{
    for (uint32_t cpu = 0; cpu < TRACE_CPUS_MAX; cpu++)
        check_clock(verify, cpu);
    for (uint32_t table = 0; table < TRACE_TABLES; table++)
        check_order(verify, (enum trace_table_id)table);
}
