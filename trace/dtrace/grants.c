/* Memory for tracing: every buffer as large as it is asked for, or half, or a quarter of that, until all of them
 * fit together.  What takes most gives first, so that a small machine keeps some of everything. */
#include "trace/dtrace/framework_layout.h"

enum {
    BUFFER_MIN = 1024,     /* bytes; less is taken only if it was asked for */
    AGGREGATION_MIN = 256, /* what dtrace_aggregation_make needs */
    DYNAMIC_MIN = 4096,
    SCRATCH = 64 * 1024,
    SCRATCH_STRINGS = 8, /* of strsize, that fit at least */
    LATER = 10           /* one part in so many stays for ECBs on probes that appear later */
};

enum share {
    SHARE_PRINCIPAL,
    SHARE_AGGREGATION,
    SHARE_SPECULATION,
    SHARE_DYNAMIC,
    SHARE_SCRATCH,
    SHARES
};

struct shares {
    uint64_t size[SHARES], floor[SHARES];
    uint64_t count[SHARES]; /* of that size, whoever takes them */
};

/* --- What is needed at all --- */

struct needs {
    bool aggregates, speculates, dynamic;
    uint32_t staging;
    uint32_t end; /* bytes of the records of END's clauses */
    uint32_t chunk;
};

static bool is_dynamic(const struct dif_declarations *declarations)
{
    for (uint32_t i = 0; i < declarations->count; i++)
        if (declarations->list[i].scope == DIF_SCOPE_THREAD ||
            (declarations->list[i].scope == DIF_SCOPE_GLOBAL &&
             declarations->list[i].kind == DIF_KIND_ARRAY))
            return true;
    return false;
}

static void need_chunk(struct needs *needs, const struct dif_object *object)
{
    if (object != NULL && object->chunk > needs->chunk)
        needs->chunk = object->chunk;
}

static void need_clause(struct needs *needs, const struct dtrace_clause *clause)
{
    if (clause->refusal != NULL)
        return;
    needs->aggregates = needs->aggregates || clause->aggregates;
    needs->speculates = needs->speculates || clause->speculates;
    if (clause->staging > needs->staging)
        needs->staging = clause->staging;
    need_chunk(needs, clause->source->predicate);
    for (uint32_t i = 0; i < clause->source->action_count; i++)
        need_chunk(needs, clause->source->actions[i].difo);
}

static uint32_t end_reserve(const struct dtrace *dtrace)
{
    uint64_t size = 0;
    const struct dtrace_ecb *ecb = dtrace->probes[DTRACE_END - 1].first;
    for (; ecb != NULL; ecb = ecb->next)
        if (ecb->clause->size > 0)
            size += ecb->clause->size + 4; /* and its padding */
    return size > UINT32_MAX ? UINT32_MAX : (uint32_t)size;
}

static struct needs needs_of(const struct dtrace *dtrace)
{
    struct needs needs = {.dynamic = is_dynamic(&dtrace->declarations),
                          .staging = sizeof(struct dtrace_record_header) + 4,
                          .end = end_reserve(dtrace)};
    for (const struct dtrace_object *object = dtrace->objects; object != NULL;
         object = object->next)
        for (uint32_t i = 0; i < object->dof.clause_count; i++)
            need_clause(&needs, &object->clauses[i]);
    return needs;
}

/* --- How much of it --- */

static void ask(struct shares *shares, enum share share, uint64_t size, uint64_t floor,
                uint64_t count)
{
    shares->size[share] = size;
    shares->floor[share] = floor < size ? floor : size;
    shares->count[share] = count;
}

static uint32_t cpus_that_record(const struct dtrace *dtrace)
{
    return dtrace_option(dtrace, DOF_OPTION_CPU) == -1 ? dtrace->cpus : 1;
}

/* No buffer is ever larger than the memory, so that no sum of them leaves 64 bits. */
static uint64_t size_option(const struct dtrace *dtrace, uint32_t id)
{
    uint64_t value = (uint64_t)dtrace_option(dtrace, id);
    uint64_t most = dtrace->memory->size > UINT32_MAX / 2 ? UINT32_MAX / 2 : dtrace->memory->size;
    return (value < most ? value : most) & ~(uint64_t)7;
}

static uint64_t scratch_floor(const struct dtrace *dtrace)
{
    return SCRATCH_STRINGS * (uint64_t)dtrace_option(dtrace, DOF_OPTION_STRSIZE);
}

static uint64_t scratch_size(const struct dtrace *dtrace)
{
    uint64_t strings = scratch_floor(dtrace);
    return strings > SCRATCH ? strings : SCRATCH;
}

uint64_t dtrace_memory_beside_buffers(const struct dtrace *dtrace)
{
    uint64_t speculations = (uint64_t)dtrace_option(dtrace, DOF_OPTION_NSPEC);
    uint64_t each = scratch_size(dtrace) + speculations * (sizeof(struct dtrace_buffer) + 16);
    return dtrace->cpus * each + dtrace_variables_statics(&dtrace->declarations, dtrace->cpus);
}

/* One variable always fits. */
static uint64_t dynamic_size(const struct dtrace *dtrace, const struct needs *needs)
{
    uint64_t size = size_option(dtrace, DOF_OPTION_DYNVARSIZE);
    uint64_t least = dtrace_variables_least(needs->chunk);
    return size > least ? size : least;
}

static struct shares shares_of(const struct dtrace *dtrace, const struct needs *needs)
{
    struct shares shares = {0};
    uint64_t cpus = cpus_that_record(dtrace);
    uint64_t speculations = (uint64_t)dtrace_option(dtrace, DOF_OPTION_NSPEC) * cpus;
    bool manual = dtrace_option(dtrace, DOF_OPTION_BUFRESIZE) == 1;
    uint64_t floor = manual ? UINT64_MAX : BUFFER_MIN;
    ask(&shares, SHARE_PRINCIPAL, size_option(dtrace, DOF_OPTION_BUFSIZE), floor, cpus);
    if (needs->aggregates)
        ask(&shares, SHARE_AGGREGATION, size_option(dtrace, DOF_OPTION_AGGSIZE), floor,
            cpus * (1 + DTRACE_MERGING));
    if (needs->speculates)
        ask(&shares, SHARE_SPECULATION, size_option(dtrace, DOF_OPTION_SPECSIZE), floor,
            speculations);
    if (needs->dynamic)
        ask(&shares, SHARE_DYNAMIC, dynamic_size(dtrace, needs), DYNAMIC_MIN, 1);
    ask(&shares, SHARE_SCRATCH, scratch_size(dtrace), scratch_floor(dtrace), cpus);
    return shares;
}

static uint64_t total(const struct shares *shares)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < SHARES; i++)
        sum += shares->size[i] * shares->count[i];
    return sum;
}

/* False: nothing can be halved any more. */
static bool halve_largest(struct shares *shares)
{
    uint32_t largest = SHARES;
    for (uint32_t i = 0; i < SHARES; i++)
        if (shares->size[i] / 2 >= shares->floor[i] && shares->size[i] > 0 &&
            (largest == SHARES ||
             shares->size[i] * shares->count[i] > shares->size[largest] * shares->count[largest]))
            largest = i;
    if (largest == SHARES)
        return false;
    shares->size[largest] = shares->size[largest] / 2 & ~(uint64_t)7;
    return true;
}

static bool shrink(struct shares *shares, uint64_t budget)
{
    while (total(shares) > budget)
        if (!halve_largest(shares))
            return false;
    return true;
}

static void grant(struct dtrace *dtrace, const struct shares *shares)
{
    static const uint32_t options[] = {[SHARE_PRINCIPAL] = DOF_OPTION_BUFSIZE,
                                       [SHARE_AGGREGATION] = DOF_OPTION_AGGSIZE,
                                       [SHARE_SPECULATION] = DOF_OPTION_SPECSIZE,
                                       [SHARE_DYNAMIC] = DOF_OPTION_DYNVARSIZE};
    for (uint32_t i = 0; i < sizeof options / sizeof options[0]; i++)
        if (shares->count[i] > 0)
            dtrace->granted[options[i]] = (int64_t)shares->size[i];
}

/* --- Taking it --- */

static uint8_t *take(struct dtrace *dtrace, uint64_t size)
{
    return dtrace_memory_array(dtrace->memory, (size_t)size, 1, 16);
}

static bool make_speculations(struct dtrace *dtrace, struct dtrace_cpu *cpu, uint64_t size)
{
    uint32_t count = dtrace->speculations.count;
    cpu->speculations = dtrace_memory_array(dtrace->memory, count, sizeof *cpu->speculations, 16);
    if (cpu->speculations == NULL)
        return count == 0;
    for (uint32_t i = 0; i < count; i++) {
        uint8_t *bytes = take(dtrace, size);
        if (bytes == NULL)
            return false;
        dtrace_buffer_make(&cpu->speculations[i], DTRACE_POLICY_SWITCH, bytes, (uint32_t)size);
        cpu->speculations[i].ecbs = &dtrace->ecbs;
    }
    return true;
}

static bool make_principal(struct dtrace *dtrace, struct dtrace_cpu *cpu, uint64_t size,
                           uint32_t end)
{
    uint8_t *bytes = take(dtrace, size);
    if (bytes == NULL)
        return false;
    enum dtrace_policy policy = (enum dtrace_policy)dtrace_option(dtrace, DOF_OPTION_BUFPOLICY);
    dtrace_buffer_make(&cpu->principal, policy, bytes, (uint32_t)size);
    cpu->principal.ecbs = &dtrace->ecbs;
    cpu->principal.reserve = policy == DTRACE_POLICY_RING ? 0 : end;
    return true;
}

static bool make_aggregations(struct dtrace *dtrace, struct dtrace_cpu *cpu, uint64_t size)
{
    if (size == 0)
        return true;
    uint8_t *bytes = take(dtrace, size);
    if (bytes != NULL)
        dtrace_aggregation_make(&cpu->aggregation, bytes, (uint32_t)size);
    return bytes != NULL;
}

static bool make_cpu(struct dtrace *dtrace, uint32_t number, const struct shares *shares,
                     const struct needs *needs)
{
    struct dtrace_cpu *cpu = &dtrace->cpu[number];
    int64_t only = dtrace_option(dtrace, DOF_OPTION_CPU);
    cpu->firing.environment = dtrace->environment;
    cpu->firing.cpu = number;
    if (only != -1 && only != number)
        return true;
    cpu->staging = take(dtrace, needs->staging);
    cpu->scratch = take(dtrace, shares->size[SHARE_SCRATCH]);
    cpu->scratch_size = (uint32_t)shares->size[SHARE_SCRATCH];
    cpu->records = true;
    return cpu->staging != NULL && cpu->scratch != NULL &&
           make_principal(dtrace, cpu, shares->size[SHARE_PRINCIPAL], needs->end) &&
           make_aggregations(dtrace, cpu, shares->size[SHARE_AGGREGATION]) &&
           make_speculations(dtrace, cpu, shares->size[SHARE_SPECULATION]);
}

static bool make_variables(struct dtrace *dtrace, const struct shares *shares,
                           const struct needs *needs)
{
    const struct dtrace_variables_config config = {
        .declarations = &dtrace->declarations,
        .programs = dtrace->object_count,
        .cpus = dtrace->cpus,
        .dynvarsize = needs->dynamic ? shares->size[SHARE_DYNAMIC] : 0,
        .chunk = needs->chunk};
    dtrace->variables = dtrace_variables_make(dtrace->memory, &config);
    return dtrace->variables != NULL;
}

/* What stays fixed: structures, variables, states of speculations, staging, and slack for alignment. */
static uint64_t fixed(const struct dtrace *dtrace, const struct needs *needs)
{
    uint64_t speculations = dtrace->speculations.count;
    uint64_t each = needs->staging + speculations * (sizeof(struct dtrace_buffer) + 16) + 128;
    return dtrace->cpus * each + 256 +
           dtrace_variables_statics(&dtrace->declarations, dtrace->cpus);
}

static bool make_all(struct dtrace *dtrace, const struct shares *shares, const struct needs *needs)
{
    if (!make_variables(dtrace, shares, needs))
        return false;
    for (uint32_t i = 0; i < dtrace->cpus; i++)
        if (!make_cpu(dtrace, i, shares, needs))
            return false;
    return true;
}

static enum dtrace_go check(const struct dtrace *dtrace, const struct shares *shares,
                            const struct needs *needs)
{
    bool ring = dtrace_option(dtrace, DOF_OPTION_BUFPOLICY) == DTRACE_POLICY_RING;
    uint64_t reserve = ring ? 0 : needs->end;
    if (dtrace_option(dtrace, DOF_OPTION_CPU) >= (int64_t)dtrace->cpus)
        return DTRACE_GO_NO_CPU;
    if (shares->size[SHARE_PRINCIPAL] < 8 || shares->size[SHARE_PRINCIPAL] < reserve)
        return DTRACE_GO_NO_BUFFER;
    if (needs->aggregates && shares->size[SHARE_AGGREGATION] < AGGREGATION_MIN)
        return DTRACE_GO_NO_BUFFER;
    if (needs->speculates && shares->size[SHARE_SPECULATION] < 8)
        return DTRACE_GO_NO_BUFFER;
    return DTRACE_GO_OK;
}

/* The ids are there whether or not anybody speculates into them: who takes and decides one without that, does so
 * for nothing, but it is no fault. */
static bool make_speculation_states(struct dtrace *dtrace)
{
    uint32_t count = (uint32_t)dtrace_option(dtrace, DOF_OPTION_NSPEC);
    dtrace->speculations.states =
        dtrace_memory_array(dtrace->memory, count, sizeof *dtrace->speculations.states, 16);
    dtrace->speculations.count = count;
    return count == 0 || dtrace->speculations.states != NULL;
}

enum dtrace_go dtrace_cpus_make(struct dtrace *dtrace)
{
    const struct needs needs = needs_of(dtrace);
    struct shares shares = shares_of(dtrace, &needs);
    enum dtrace_go status = check(dtrace, &shares, &needs);
    if (status != DTRACE_GO_OK)
        return status;
    dtrace->strsize = (uint32_t)dtrace_option(dtrace, DOF_OPTION_STRSIZE);
    dtrace->cpu = dtrace_memory_array(dtrace->memory, dtrace->cpus, sizeof *dtrace->cpu, 16);
    if (dtrace->cpu == NULL || !make_speculation_states(dtrace))
        return DTRACE_GO_NO_MEMORY;
    uint64_t room = dtrace->memory->size - dtrace->memory->used;
    uint64_t kept = room / LATER + fixed(dtrace, &needs);
    if (kept > room || !shrink(&shares, room - kept))
        return DTRACE_GO_NO_MEMORY;
    grant(dtrace, &shares);
    if (!make_all(dtrace, &shares, &needs))
        return DTRACE_GO_NO_MEMORY;
    return check(dtrace, &shares, &needs);
}
