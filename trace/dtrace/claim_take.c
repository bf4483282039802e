/* A claim takes a CPU: what it holds between two firings.
 *
 * Memory is made ready while the CPU may record, and only the copy is made while it may not: so little was needed a
 * moment before that an NMI which records in between is given some room, and another look if that was not enough. */
#include "trace/dtrace/fire.h"
#include "trace/local.h"

enum {
    LOOKS = 3,
    ROOM_MORE = 1024 /* bytes, for what an NMI records meanwhile */
};

/* What is copied: nothing of a buffer whose bytes stay. */
struct copies {
    uint8_t *records, *entries;
    uint32_t record_bytes, entry_bytes;
};

void dtrace_status_add(struct dtrace_status *status, const struct dtrace_cpu *cpu)
{
    status->nested += trace_local_read(&cpu->nested);
    status->errors += cpu->errors;
    status->errors_in_errors += cpu->errors_in_errors;
    status->speculation_drops += cpu->speculation_drops;
    status->filled += cpu->principal.full;
}

static uint32_t with_room(uint32_t size, uint32_t most)
{
    return most - size > ROOM_MORE ? size + ROOM_MORE : most; /* size is at most `most` */
}

/* False: the CPU was in a firing all the time. */
static bool measure(struct dtrace_cpu *cpu, struct copies *copies)
{
    if (!dtrace_cpu_hold(cpu))
        return false;
    const struct dtrace_buffer *principal = &cpu->principal;
    bool ring = principal->policy == DTRACE_POLICY_RING;
    uint32_t used = dtrace_buffer_snapshot(principal, 0).size;
    copies->record_bytes = ring ? with_room(used, principal->size) : 0;
    copies->entry_bytes = with_room(cpu->aggregation.used, cpu->aggregation.top);
    dtrace_cpu_release(cpu);
    return true;
}

/* All that is merged has its place, too. */
static bool make_room(struct dtrace *dtrace, struct copies *copies)
{
    struct dtrace_memory *memory = dtrace->memory;
    copies->records = dtrace_memory_array(memory, copies->record_bytes, 1, 8);
    copies->entries = dtrace_memory_array(memory, copies->entry_bytes, 1, 8);
    uint64_t merged = (dtrace->claim.aggregated + copies->entry_bytes) * DTRACE_MERGING;
    return copies->records != NULL && copies->entries != NULL &&
           memory->size - memory->used >= merged;
}

static bool copy(struct dtrace_snapshot *snapshot, uint8_t *room, uint32_t size)
{
    if (snapshot->size > size)
        return false;
    if (snapshot->size > 0)
        __builtin_memcpy(room, snapshot->bytes, snapshot->size);
    snapshot->bytes = room;
    return true;
}

/* False: more has come than there is room for. */
static bool take_held(struct dtrace *dtrace, uint32_t number, const struct copies *copies)
{
    const struct dtrace_cpu *cpu = &dtrace->cpu[number];
    struct dtrace_claim *claim = &dtrace->claim;
    struct dtrace_snapshot principal = dtrace_buffer_snapshot(&cpu->principal, number);
    struct dtrace_snapshot aggregations = dtrace_aggregation_snapshot(&cpu->aggregation, number);
    if (copies != NULL) {
        bool ring = cpu->principal.policy == DTRACE_POLICY_RING;
        if (ring && !copy(&principal, copies->records, copies->record_bytes))
            return false;
        if (!copy(&aggregations, copies->entries, copies->entry_bytes))
            return false;
    }
    claim->principal[number] = principal;
    claim->aggregations[number] = aggregations;
    claim->aggregated += aggregations.size;
    claim->taken[number] = true;
    dtrace_status_add(&claim->lost[number], cpu);
    return true;
}

static enum dtrace_claim_status take_going(struct dtrace *dtrace, uint32_t number)
{
    struct dtrace_cpu *cpu = &dtrace->cpu[number];
    bool taken = false;
    for (uint32_t look = 0; look < LOOKS && !taken; look++) {
        struct copies copies;
        if (!measure(cpu, &copies))
            return DTRACE_CLAIM_BUSY;
        if (!make_room(dtrace, &copies))
            return DTRACE_CLAIM_NO_MEMORY;
        if (!dtrace_cpu_hold(cpu))
            return DTRACE_CLAIM_BUSY;
        taken = take_held(dtrace, number, &copies);
        dtrace_cpu_release(cpu);
    }
    return taken ? DTRACE_CLAIM_OK : DTRACE_CLAIM_BUSY;
}

enum dtrace_claim_status dtrace_claim_take(struct dtrace *dtrace, uint32_t cpu)
{
    if (!dtrace->has_gone || cpu >= dtrace->cpus)
        return DTRACE_CLAIM_OK;
    if (dtrace_is_going(dtrace))
        return take_going(dtrace, cpu);
    (void)take_held(dtrace, cpu, NULL); /* nothing moves any more */
    return DTRACE_CLAIM_OK;
}
