/* Every change of a speculation's state is one compare and exchange, so that two CPUs that decide at the same
 * time cannot both win.  A buffer is touched by its own CPU, or by the cleaner who holds that CPU. */
#include "trace/dtrace/speculation.h"

#include "trace/dtrace/ecb.h"
#include "trace/dtrace/fire.h"
#include "trace/dtrace/framework_layout.h"

static bool change(uint32_t *state, uint32_t *from, uint32_t to)
{
    return __atomic_compare_exchange_n(state, from, to, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

static uint32_t read_state(const uint32_t *state)
{
    return __atomic_load_n(state, __ATOMIC_SEQ_CST);
}

uint32_t dtrace_speculation_take(struct dtrace_speculations *speculations)
{
    bool busy = false;
    for (uint32_t i = 0; i < speculations->count; i++) {
        uint32_t state = DTRACE_SPECULATION_INACTIVE;
        if (change(&speculations->states[i], &state, DTRACE_SPECULATION_ACTIVE))
            return i + 1;
        busy = busy || state >= DTRACE_SPECULATION_COMMITTING;
    }
    uint32_t *counter = busy ? &speculations->busy : &speculations->unavailable;
    (void)__atomic_fetch_add(counter, 1, __ATOMIC_RELAXED);
    return 0;
}

struct dtrace_buffer *dtrace_speculation_use(struct dtrace *dtrace, struct dtrace_cpu *cpu,
                                             uint32_t id)
{
    if (id == 0)
        return NULL;
    struct dtrace_buffer *own = &cpu->speculations[id - 1];
    uint32_t *place = &dtrace->speculations.states[id - 1];
    uint32_t state = read_state(place);
    while (state == DTRACE_SPECULATION_ACTIVE || state == DTRACE_SPECULATION_ACTIVEONE) {
        if (state == DTRACE_SPECULATION_ACTIVEONE && own->offset != 0)
            return own;
        uint32_t next = state == DTRACE_SPECULATION_ACTIVE ? DTRACE_SPECULATION_ACTIVEONE
                                                           : DTRACE_SPECULATION_ACTIVEMANY;
        if (change(place, &state, next))
            return own;
    }
    return state == DTRACE_SPECULATION_ACTIVEMANY ? own : NULL;
}

/* --- The part of one CPU --- */

static void set_time(uint8_t *record, uint64_t timestamp)
{
    uint32_t words[2] = {(uint32_t)(timestamp >> 32), (uint32_t)timestamp};
    __builtin_memcpy(record + offsetof(struct dtrace_record_header, time_high), words,
                     sizeof words);
}

enum {
    SLICE = 4096 /* bytes that the cleaner copies before it lets the CPU go */
};

/* Copies records until `size` bytes have been read; what has been copied is not in the part any more.  Gives whether
 * it is all. */
static bool put_some(struct dtrace_cpu *cpu, struct dtrace_buffer *own, uint64_t timestamp,
                     uint32_t size)
{
    uint32_t at = own->committed, start = at;
    while (at < own->offset && at - start < size) {
        uint32_t epid;
        __builtin_memcpy(&epid, own->bytes + at, sizeof epid);
        const struct dtrace_ecb *ecb = dtrace_ecbs_find(own->ecbs, epid);
        if (ecb == NULL) { /* padding */
            at += (uint32_t)sizeof epid;
            continue;
        }
        struct dtrace_piece piece = {own->bytes + at, ecb->clause->size, ecb->clause->alignment};
        set_time(own->bytes + at, timestamp);
        (void)dtrace_buffer_put(&cpu->principal, &piece); /* counts what it drops */
        at += piece.size;
    }
    own->committed = at;
    return at >= own->offset;
}

static void drop_part(struct dtrace_cpu *cpu, struct dtrace_buffer *own)
{
    cpu->principal.books.emitted += own->written;
    cpu->principal.books.dropped += own->written;
    cpu->principal.full = cpu->principal.policy == DTRACE_POLICY_FILL;
}

/* Up to so many bytes of it, or none if there is no room for the whole of it.  False: there is more.  Between two
 * calls nobody writes to it, as it has been decided. */
static bool commit_some(struct dtrace_cpu *cpu, struct dtrace_buffer *own, uint64_t timestamp,
                        uint32_t size)
{
    if (own->committed == 0 && !dtrace_buffer_has_room(&cpu->principal, own->offset))
        drop_part(cpu, own);
    else if (!put_some(cpu, own, timestamp, size))
        return false;
    dtrace_buffer_reset(own);
    return true;
}

static void discard_part(struct dtrace_cpu *cpu, struct dtrace_buffer *own)
{
    cpu->principal.books.emitted += own->written;
    cpu->principal.books.filtered += own->written;
    dtrace_buffer_reset(own);
}

/* --- Decisions --- */

/* What a decision leads to; the same state: there is nothing to decide. */
static uint32_t decided(uint32_t state, bool commit, const struct dtrace_buffer *own)
{
    const uint32_t many =
        commit ? DTRACE_SPECULATION_COMMITTINGMANY : DTRACE_SPECULATION_DISCARDING;
    switch ((enum dtrace_speculation_state)state) {
    case DTRACE_SPECULATION_ACTIVE:
        return commit ? DTRACE_SPECULATION_COMMITTING : DTRACE_SPECULATION_DISCARDING;
    case DTRACE_SPECULATION_ACTIVEONE:
        if (own->offset == 0) /* another CPU's */
            return many;
        return commit ? DTRACE_SPECULATION_COMMITTING : DTRACE_SPECULATION_INACTIVE;
    case DTRACE_SPECULATION_ACTIVEMANY:
        return many;
    case DTRACE_SPECULATION_INACTIVE:
    case DTRACE_SPECULATION_COMMITTING:
    case DTRACE_SPECULATION_COMMITTINGMANY:
    case DTRACE_SPECULATION_DISCARDING:
        break;
    }
    return state;
}

/* Brings the speculation to its next state; false: there was nothing to decide. */
static bool decide(struct dtrace *dtrace, const struct dtrace_cpu *cpu, uint32_t id, bool commit,
                   uint32_t *next)
{
    if (id == 0)
        return false;
    uint32_t *place = &dtrace->speculations.states[id - 1];
    uint32_t state = read_state(place);
    do {
        *next = decided(state, commit, &cpu->speculations[id - 1]);
        if (*next == state)
            return false;
    } while (!change(place, &state, *next));
    return true;
}

static void wait_for_cleaner(struct dtrace *dtrace)
{
    (void)__atomic_fetch_add(&dtrace->speculations.waiting, 1, __ATOMIC_RELAXED);
}

bool dtrace_speculation_commit(struct dtrace *dtrace, struct dtrace_cpu *cpu, uint32_t id,
                               uint64_t timestamp)
{
    uint32_t next;
    if (!decide(dtrace, cpu, id, true, &next))
        return false;
    (void)commit_some(cpu, &cpu->speculations[id - 1], timestamp, UINT32_MAX);
    if (next == DTRACE_SPECULATION_COMMITTING)
        __atomic_store_n(&dtrace->speculations.states[id - 1], DTRACE_SPECULATION_INACTIVE,
                         __ATOMIC_SEQ_CST);
    else
        wait_for_cleaner(dtrace);
    return true;
}

bool dtrace_speculation_discard(struct dtrace *dtrace, struct dtrace_cpu *cpu, uint32_t id)
{
    uint32_t next;
    if (!decide(dtrace, cpu, id, false, &next))
        return false;
    discard_part(cpu, &cpu->speculations[id - 1]);
    if (next == DTRACE_SPECULATION_DISCARDING)
        wait_for_cleaner(dtrace);
    return true;
}

/* --- The cleaner --- */

enum cleaned {
    CLEANED,
    CLEANED_SOME,
    CLEANED_NOTHING /* the CPU was in a firing all the time */
};

/* No longer than a firing waits for. */
static enum cleaned clean_some(const struct dtrace *dtrace, struct dtrace_cpu *cpu, uint32_t index,
                               uint32_t state)
{
    const struct dtrace_environment *environment = dtrace->environment;
    bool all = true;
    if (!dtrace_cpu_hold(cpu))
        return CLEANED_NOTHING;
    /* Read while nothing fires: what is committed is not older than what lies before it. */
    uint64_t timestamp = environment->timestamp(environment->context);
    struct dtrace_buffer *own = &cpu->speculations[index];
    if (state == DTRACE_SPECULATION_COMMITTINGMANY)
        all = commit_some(cpu, own, timestamp, SLICE);
    else
        discard_part(cpu, own);
    dtrace_cpu_release(cpu);
    return all ? CLEANED : CLEANED_SOME;
}

/* False: the CPU was in a firing all the time. */
static bool clean_part(const struct dtrace *dtrace, struct dtrace_cpu *cpu, uint32_t index,
                       uint32_t state)
{
    enum cleaned cleaned = cpu->speculations == NULL ? CLEANED : CLEANED_SOME;
    while (cleaned == CLEANED_SOME)
        cleaned = clean_some(dtrace, cpu, index, state);
    return cleaned == CLEANED;
}

/* False: a CPU fires all the time, and the others must not be waited for in vain. */
static bool clean_one(struct dtrace *dtrace, uint32_t index)
{
    uint32_t *place = &dtrace->speculations.states[index];
    uint32_t state = read_state(place);
    if (state != DTRACE_SPECULATION_COMMITTINGMANY && state != DTRACE_SPECULATION_DISCARDING)
        return true;
    for (uint32_t i = 0; i < dtrace->cpus; i++)
        if (!clean_part(dtrace, &dtrace->cpu[i], index, state))
            return false;
    if (change(place, &state,
               DTRACE_SPECULATION_INACTIVE)) /* unless stop() has cleaned meanwhile */
        (void)__atomic_fetch_sub(&dtrace->speculations.waiting, 1, __ATOMIC_RELAXED);
    return true;
}

void dtrace_speculation_clean(struct dtrace *dtrace)
{
    if (__atomic_load_n(&dtrace->speculations.waiting, __ATOMIC_RELAXED) == 0)
        return;
    for (uint32_t i = 0; i < dtrace->speculations.count; i++)
        if (!clean_one(dtrace, i))
            return;
}
