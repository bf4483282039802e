/* The life of the state: go, stop, and what may be asked of it in between and afterwards. */
#include "trace/dtrace/clause.h"
#include "trace/dtrace/fire.h"

const char *dtrace_go_str(enum dtrace_go status)
{
    switch (status) {
    case DTRACE_GO_OK:
        return "tracing";
    case DTRACE_GO_NOTHING:
        return "no enabling";
    case DTRACE_GO_DESTRUCTIVE:
        return "destructive actions not allowed";
    case DTRACE_GO_NO_BUFFER:
        return "buffer size too small";
    case DTRACE_GO_NO_MEMORY:
        return "not enough memory";
    case DTRACE_GO_BUSY:
        return "tracing has already begun";
    case DTRACE_GO_NO_CPU:
        return "no such CPU";
    }
    return "unknown";
}

/* --- Clauses become what is put on probes --- */

typedef const char *clause_step(struct dtrace *dtrace, struct dtrace_clause *clause);

/* Does something to every clause that is not refused; what comes back is a refusal.  Gives how many are left. */
static uint32_t for_clauses(struct dtrace *dtrace, clause_step *step)
{
    uint32_t left = 0;
    for (struct dtrace_object *object = dtrace->objects; object != NULL; object = object->next)
        for (uint32_t i = 0; i < object->dof.clause_count; i++) {
            struct dtrace_clause *clause = &object->clauses[i];
            if (clause->refusal == NULL)
                clause->refusal = step(dtrace, clause);
            left += clause->refusal == NULL;
        }
    return left;
}

/* Of an object with destructive actions nothing is done: half a program may be worse than none. */
static const char *refuse_destructive(struct dtrace *dtrace, struct dtrace_clause *clause)
{
    if (!clause->object->destructive)
        return NULL;
    if (!dtrace_option_is_set(dtrace, DOF_OPTION_DESTRUCTIVE))
        return "its object has destructive actions, and the option destructive is not set";
    return dtrace->destructive_allowed ? NULL
                                       : "destructive actions are disallowed on this machine";
}

/* chill() and its like hold the machine because somebody wants it, who has said so: as on illumos there is no
 * deadman then. */
static bool may_destroy(const struct dtrace *dtrace)
{
    return dtrace->destructive_allowed && dtrace_option_is_set(dtrace, DOF_OPTION_DESTRUCTIVE);
}

static const char *build(struct dtrace *dtrace, struct dtrace_clause *clause)
{
    struct dtrace_clause_problem problem;
    return dtrace_clause_build(dtrace, clause->source, clause, &problem) ? NULL : problem.reason;
}

static const char *provide(struct dtrace *dtrace, struct dtrace_clause *clause)
{
    for (struct dtrace_provider_node *node = dtrace->providers; node != NULL; node = node->next)
        if (node->provider->provide != NULL)
            node->provider->provide(dtrace, node->provider, clause->source);
    return NULL;
}

/* A record must fit into the buffer that the memory allowed. */
static const char *check_size(struct dtrace *dtrace, struct dtrace_clause *clause)
{
    uint32_t largest = 0;
    for (uint32_t i = 0; i < clause->action_count; i++)
        if (clause->actions[i].aggregation != NULL &&
            clause->actions[i].aggregation->description.size > largest)
            largest = clause->actions[i].aggregation->description.size;
    if (clause->size > dtrace_option(dtrace, DOF_OPTION_BUFSIZE))
        return "its records are larger than the buffer";
    if (largest > dtrace_option(dtrace, DOF_OPTION_AGGSIZE))
        return "its aggregation is larger than the buffer";
    return NULL;
}

/* Every CPU has memory for the largest record to grow in: no single clause may take it from all others. */
static const char *check_staging(struct dtrace *dtrace, struct dtrace_clause *clause)
{
    uint64_t room = dtrace->memory->size - dtrace->memory->used;
    return (uint64_t)clause->staging * dtrace->cpus > room / 4
               ? "its records are too large for the memory"
               : NULL;
}

static bool make_aggregation_table(struct dtrace *dtrace)
{
    dtrace->aggregations = dtrace_memory_array(dtrace->memory, dtrace->aggregation_count,
                                               sizeof *dtrace->aggregations, 16);
    return dtrace->aggregations != NULL || dtrace->aggregation_count == 0;
}

static const char *list_aggregations(struct dtrace *dtrace, struct dtrace_clause *clause)
{
    for (uint32_t i = 0; i < clause->action_count; i++) {
        struct dtrace_aggregation *aggregation = clause->actions[i].aggregation;
        if (aggregation != NULL)
            dtrace->aggregations[aggregation->description.id - 1] = aggregation;
    }
    return NULL;
}

static enum dtrace_go prepare(struct dtrace *dtrace)
{
    if (for_clauses(dtrace, refuse_destructive) == 0 && dtrace_clauses(dtrace) > 0)
        return DTRACE_GO_DESTRUCTIVE;
    (void)for_clauses(dtrace, build);
    (void)for_clauses(dtrace, check_staging);
    if (!make_aggregation_table(dtrace))
        return DTRACE_GO_NO_MEMORY;
    (void)for_clauses(dtrace, list_aggregations);
    (void)for_clauses(dtrace, provide);
    (void)for_clauses(dtrace, dtrace_clause_match);
    enum dtrace_go status = dtrace_cpus_make(dtrace);
    if (status == DTRACE_GO_OK)
        (void)for_clauses(dtrace, check_size);
    return status;
}

/* As if it had not been tried, but for the refusals, which say why. */
static void undo(struct dtrace *dtrace, size_t mark)
{
    for (uint32_t i = 0; i < dtrace->probe_count; i++)
        dtrace->probes[i].first = dtrace->probes[i].last = NULL;
    for (uint32_t i = 0; i < DOF_OPTIONS; i++)
        dtrace->granted[i] = DOF_OPTION_UNSET;
    dtrace->ecbs = (struct dtrace_ecbs){0};
    dtrace->ecbs_lost = dtrace->pieces = 0;
    dtrace->matched = NULL;
    dtrace->match_steps = 0;
    dtrace->aggregation_count = 0;
    dtrace->cpu = NULL;
    dtrace->memory->used = mark;
}

static void begin(struct dtrace *dtrace, uint32_t cpu)
{
    uint32_t warmup = DTRACE_WARMUP;
    dtrace->begin_cpu = cpu;
    __atomic_store_n(&dtrace->activity, DTRACE_WARMUP, __ATOMIC_SEQ_CST);
    dtrace_fire_own(dtrace, DTRACE_BEGIN, cpu);
    (void)__atomic_compare_exchange_n(&dtrace->activity, &warmup, DTRACE_ACTIVE, false,
                                      __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST); /* unless it exited */
}

enum dtrace_go dtrace_go(struct dtrace *dtrace, uint32_t cpu)
{
    size_t mark = dtrace->memory->used;
    if (dtrace->has_gone)
        return DTRACE_GO_BUSY;
    if (dtrace->objects == NULL)
        return DTRACE_GO_NOTHING;
    enum dtrace_go status = prepare(dtrace);
    if (status != DTRACE_GO_OK) {
        undo(dtrace, mark);
        return status;
    }
    dtrace->has_gone = dtrace->matches = true;
    if (may_destroy(dtrace))
        dtrace->deadman_ns = 0;
    dtrace_probes_enable(dtrace);
    begin(dtrace, cpu);
    return DTRACE_GO_OK;
}

/* --- The end --- */

enum {
    ROUNDS_FOR_FIRINGS = 1000000
};

/* Firings that went by the old activity end by themselves; one that a panic interrupted does not. */
static void wait_for_firings(const struct dtrace *dtrace, uint32_t except)
{
    for (uint32_t i = 0; i < dtrace->cpus; i++)
        for (uint32_t round = 0; i != except && round < ROUNDS_FOR_FIRINGS; round++)
            if (__atomic_load_n(&dtrace->cpu[i].held, __ATOMIC_SEQ_CST) == DTRACE_FREE)
                break;
}

static void set_activity(struct dtrace *dtrace, enum dtrace_activity activity)
{
    __atomic_store_n(&dtrace->activity, (uint32_t)activity, __ATOMIC_SEQ_CST);
}

static void fire_end(struct dtrace *dtrace, uint32_t cpu)
{
    if (cpu < dtrace->cpus)
        dtrace->cpu[cpu].principal.ending = true;
    set_activity(dtrace, DTRACE_COOLDOWN);
    dtrace_fire_own(dtrace, DTRACE_END, cpu);
    dtrace_speculation_clean(dtrace); /* what END has decided */
}

void dtrace_stop(struct dtrace *dtrace, uint32_t cpu)
{
    enum dtrace_activity activity = dtrace_activity(dtrace);
    if (activity == DTRACE_INACTIVE || activity >= DTRACE_COOLDOWN)
        return;
    set_activity(dtrace, DTRACE_DRAINING);
    dtrace->matches = false;
    wait_for_firings(dtrace, cpu);
    dtrace_speculation_clean(dtrace);
    if (__atomic_load_n(&dtrace->killed, __ATOMIC_ACQUIRE) == 0)
        fire_end(dtrace, cpu);
    set_activity(dtrace, DTRACE_STOPPED);
    dtrace_probes_disable(dtrace);
}

bool dtrace_is_going(const struct dtrace *dtrace)
{
    enum dtrace_activity activity = dtrace_activity(dtrace);
    return activity != DTRACE_INACTIVE && activity != DTRACE_STOPPED;
}

bool dtrace_has_exited(const struct dtrace *dtrace, int32_t *status)
{
    if (__atomic_load_n(&dtrace->has_exited, __ATOMIC_ACQUIRE) == 0)
        return false;
    *status = dtrace->exit_status;
    return true;
}

bool dtrace_was_killed(const struct dtrace *dtrace, uint32_t *cpu)
{
    uint32_t killed = __atomic_load_n(&dtrace->killed, __ATOMIC_ACQUIRE);
    if (killed > 0)
        *cpu = killed - 1;
    return killed > 0;
}

/* --- Cleaning --- */

/* Whether every CPU has been outside a firing since the last time. */
static bool all_were_outside(const struct dtrace *dtrace)
{
    for (uint32_t i = 0; i < dtrace->cpus; i++) {
        const struct dtrace_cpu *cpu = &dtrace->cpu[i];
        if (__atomic_load_n(&cpu->held, __ATOMIC_SEQ_CST) != DTRACE_FREE &&
            __atomic_load_n(&cpu->firings, __ATOMIC_SEQ_CST) == cpu->seen)
            return false;
    }
    return true;
}

void dtrace_clean(struct dtrace *dtrace)
{
    if (!dtrace->has_gone)
        return;
    dtrace_speculation_clean(dtrace);
    if (!all_were_outside(dtrace))
        return;
    dtrace_variables_clean(dtrace->variables);
    for (uint32_t i = 0; i < dtrace->cpus; i++)
        dtrace->cpu[i].seen = __atomic_load_n(&dtrace->cpu[i].firings, __ATOMIC_SEQ_CST);
}

static void discard_cpu(struct dtrace *dtrace, uint32_t number)
{
    struct dtrace_cpu *cpu = &dtrace->cpu[number];
    bool held = dtrace_cpu_hold(cpu);
    if (!held && dtrace_is_going(dtrace))
        return; /* it fires all the time: what it has stays */
    dtrace_buffer_reset(&cpu->principal);
    dtrace_aggregation_reset(&cpu->aggregation);
    for (uint32_t i = 0; i < dtrace->speculations.count; i++)
        dtrace_buffer_reset(&cpu->speculations[i]);       /* whoever decides on it finds nothing */
    dtrace->claim.told[number] = (struct dtrace_told){0}; /* what it has lost: discard_status */
    if (held)
        dtrace_cpu_release(cpu);
}

/* Counters that a firing may be incrementing go on; they are forgotten up to here. */
static void discard_status(struct dtrace *dtrace)
{
    struct dtrace_claim *claim = &dtrace->claim;
    claim->told_shared = (struct dtrace_status){0};
    dtrace_status_add_shared(&claim->told_shared, dtrace);
    dtrace->forgotten = claim->told_shared;
    for (uint32_t i = 0; i < dtrace->cpus; i++) {
        claim->told[i].lost = (struct dtrace_status){0};
        dtrace_status_add(&claim->told[i].lost, &dtrace->cpu[i]);
        dtrace_status_join(&dtrace->forgotten, &claim->told[i].lost);
    }
}

void dtrace_discard(struct dtrace *dtrace)
{
    if (!dtrace->has_gone)
        return;
    for (uint32_t i = 0; i < dtrace->cpus; i++) {
        dtrace->claim.taken[i] = false;
        if (dtrace->cpu[i].records)
            discard_cpu(dtrace, i);
    }
    discard_status(dtrace);
}
