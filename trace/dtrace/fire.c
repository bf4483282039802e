/* A probe fires: every clause on it whose predicate holds runs its actions, and its record is kept whole or not
 * at all.  A clause that faults leaves no record; dtrace:::ERROR tells of it.
 *
 * A firing runs with interrupts off, so its work is bounded (DTRACE_WORK_MAX): the clause that goes beyond it faults,
 * and the clauses behind that are dropped. */
#include "trace/dtrace/fire.h"

#include "trace/dtrace/action.h"
#include "trace/dtrace/deadman.h"
#include "trace/dtrace/hash.h"
#include "trace/local.h"

enum {
    WORK_OF_A_CLAUSE = 8,      /* units */
    WORK_OF_ERROR = 64 * 1024, /* units that are left for dtrace:::ERROR in any case */
    WORK_OF_NOTE = 64,         /* units; less takes about as long as coming here */
    ROUNDS_FOR_CLEANER = 2000, /* a copy of some KiB of a speculation's buffer */
    ROUNDS_FOR_FIRING = 100000
};

/* --- Who has the CPU --- */

static bool take(struct dtrace_cpu *cpu, enum dtrace_held as, uint32_t *found)
{
    *found = DTRACE_FREE;
    return __atomic_compare_exchange_n(&cpu->held, found, (uint32_t)as, false, __ATOMIC_SEQ_CST,
                                       __ATOMIC_SEQ_CST);
}

static bool begin_firing(struct dtrace_cpu *cpu)
{
    uint32_t found;
    for (uint32_t round = 0; round < ROUNDS_FOR_CLEANER; round++) {
        if (take(cpu, DTRACE_FIRING, &found))
            return true;
        if (found == DTRACE_FIRING)
            break;
    }
    (void)trace_local_fetch_increment(&cpu->nested);
    return false;
}

bool dtrace_cpu_hold(struct dtrace_cpu *cpu)
{
    uint32_t found;
    for (uint32_t round = 0; round < ROUNDS_FOR_FIRING; round++)
        if (take(cpu, DTRACE_CLEANING, &found))
            return true;
    return false;
}

void dtrace_cpu_release(struct dtrace_cpu *cpu)
{
    __atomic_store_n(&cpu->held, DTRACE_FREE, __ATOMIC_RELEASE);
}

/* --- One clause --- */

static bool may_record(const struct dtrace *dtrace, uint32_t probe)
{
    switch (probe) {
    case DTRACE_BEGIN:
        return dtrace_activity(dtrace) == DTRACE_WARMUP;
    case DTRACE_END:
        return dtrace_activity(dtrace) == DTRACE_COOLDOWN;
    case DTRACE_ERROR:
        return true;
    default:
        return dtrace_activity(dtrace) == DTRACE_ACTIVE;
    }
}

static uint32_t take_speculation(void *context)
{
    return dtrace_speculation_take(context);
}

static void begin_execution(struct dtrace_execution *x, struct dtrace *dtrace,
                            struct dtrace_cpu *cpu, struct dtrace_firing *firing)
{
    x->dtrace = dtrace;
    x->cpu = cpu;
    x->run.firing = firing;
    x->run.variables = dtrace->variables;
    x->run.strsize = dtrace->strsize;
    x->run.scratch = cpu->scratch;
    x->run.scratch_size = cpu->scratch_size;
    x->run.speculation = take_speculation;
    x->run.speculation_context = &dtrace->speculations;
}

static void begin_clause(struct dtrace_execution *x, const struct dtrace_ecb *ecb)
{
    x->ecb = ecb;
    x->run.epid = ecb->description.epid;
    x->run.scratch_used = 0;
    x->run.fault = DIF_FAULT_NONE;
    x->run.fault_address = 0;
    x->run.drop = false;
    x->in_code = false;
    x->target = &x->cpu->principal;
    x->hash = DTRACE_HASH_START;
    x->increment = 1;
    x->limit = UINT64_MAX;
    x->run.firing->work += WORK_OF_A_CLAUSE;
}

static bool predicate_holds(struct dtrace_execution *x)
{
    const struct dif_object *predicate = x->ecb->clause->source->predicate;
    if (predicate == NULL)
        return true;
    uint32_t value = (uint32_t)dif_run(&x->run, predicate); /* cut, as in DTrace */
    x->in_code = x->run.fault != DIF_FAULT_NONE;
    return value != 0 && !x->in_code && !x->run.drop;
}

static void keep_record(struct dtrace_execution *x)
{
    const struct dtrace_clause *clause = x->ecb->clause;
    struct dtrace_cpu *cpu = x->cpu;
    bool speculative = x->target != &cpu->principal;
    uint64_t time = speculative ? UINT64_MAX : x->run.firing->timestamp;
    struct dtrace_record_header header = {x->run.epid, (uint32_t)(time >> 32), (uint32_t)time};
    __builtin_memcpy(cpu->staging, &header, sizeof header);
    const struct dtrace_piece piece = {cpu->staging, clause->size, clause->alignment};
    if (!dtrace_buffer_put(x->target, &piece) && speculative)
        cpu->speculation_drops++;
}

static void count_filtered(struct dtrace_execution *x)
{
    struct dtrace_buffer_books *books = &x->cpu->principal.books;
    if (x->ecb->clause->size == 0)
        return;
    books->emitted++;
    books->filtered++;
    books->errors += x->run.fault != DIF_FAULT_NONE;
}

/* Gives which action failed, from 1; 0: the predicate, or none did. */
static uint32_t run_clause(struct dtrace_execution *x)
{
    const struct dtrace_clause *clause = x->ecb->clause;
    if (!predicate_holds(x)) {
        count_filtered(x);
        return 0;
    }
    for (uint32_t i = 0; i < clause->action_count; i++) {
        dtrace_action_run(x, &clause->actions[i]);
        if (x->run.fault != DIF_FAULT_NONE || x->run.drop) {
            count_filtered(x);
            return i + 1;
        }
    }
    if (x->target == NULL)
        count_filtered(x);
    else if (clause->size > 0)
        keep_record(x);
    return 0;
}

/* --- Errors --- */

static void fire_clauses(struct dtrace_execution *x, const struct dtrace_probe *probe);

/* Arguments as DTrace has them, with the address that does not fit into its five. */
static void set_error_arguments(struct dtrace_execution *x, uint32_t action, uint64_t *arguments)
{
    const struct dif_run *run = &x->run;
    arguments[0] = (uintptr_t)x->dtrace;
    arguments[1] = run->epid;
    arguments[2] = action;
    arguments[3] = x->in_code ? run->fault_offset : UINT64_MAX;
    arguments[4] = (uint64_t)run->fault;
    arguments[5] = run->fault_address;
    for (uint32_t i = 6; i < DTRACE_ARGUMENTS; i++)
        arguments[i] = 0;
}

static void name_probe(struct dtrace_firing *firing, const struct dtrace_probe *probe)
{
    firing->probe_id = probe->description.id;
    firing->provider = probe->description.provider;
    firing->module = probe->description.module;
    firing->function = probe->description.function;
    firing->name = probe->description.name;
}

/* A firing that has used up its work can still tell that. */
static uint32_t work_before_error(const struct dtrace_firing *firing)
{
    const uint32_t most = DTRACE_WORK_MAX - WORK_OF_ERROR;
    return firing->work < most ? firing->work : most;
}

static void fire_error(struct dtrace_execution *x, uint32_t action)
{
    struct dtrace_cpu *cpu = x->cpu;
    if (x->run.firing == &cpu->error) {
        cpu->errors_in_errors++;
        return;
    }
    const struct dtrace_probe *probe = &x->dtrace->probes[DTRACE_ERROR - 1];
    cpu->errors++;
    cpu->error = cpu->firing;
    name_probe(&cpu->error, probe);
    set_error_arguments(x, action, cpu->error.arguments);
    cpu->error.argument_count = DTRACE_ARGUMENTS;
    cpu->error.token = 0;
    cpu->error.work = work_before_error(x->run.firing);
    struct dtrace_execution inner;
    begin_execution(&inner, x->dtrace, cpu, &cpu->error);
    fire_clauses(&inner, probe);
    if (cpu->error.work > cpu->firing.work)
        cpu->firing.work = cpu->error.work;
}

/* What the firing has no work left for is lost, and counted. */
static void drop_clauses(struct dtrace_execution *x, const struct dtrace_ecb *ecb)
{
    struct dtrace_buffer_books *books = &x->cpu->principal.books;
    for (; ecb != NULL; ecb = __atomic_load_n(&ecb->next, __ATOMIC_ACQUIRE)) {
        bool leaves_a_record = ecb->clause->refusal == NULL && ecb->clause->size > 0;
        books->emitted += leaves_a_record;
        books->dropped += leaves_a_record;
    }
}

static void fire_clauses(struct dtrace_execution *x, const struct dtrace_probe *probe)
{
    const struct dtrace_ecb *ecb = __atomic_load_n(&probe->first, __ATOMIC_ACQUIRE);
    for (; ecb != NULL; ecb = __atomic_load_n(&ecb->next, __ATOMIC_ACQUIRE)) {
        if (!may_record(x->dtrace, probe->description.id))
            return;
        if (x->run.firing->work > DTRACE_WORK_MAX) {
            drop_clauses(x, ecb);
            return;
        }
        if (ecb->clause->refusal != NULL)
            continue;
        begin_clause(x, ecb);
        uint32_t action = run_clause(x);
        if (x->run.fault != DIF_FAULT_NONE)
            fire_error(x, action);
    }
}

/* --- The firing --- */

static void begin_event(struct dtrace *dtrace, const struct dtrace_probe *probe,
                        const struct dtrace_event *event)
{
    struct dtrace_firing *firing = &dtrace->cpu[event->cpu].firing;
    const struct dtrace_environment *environment = dtrace->environment;
    uint32_t count =
        event->argument_count < DTRACE_ARGUMENTS ? event->argument_count : DTRACE_ARGUMENTS;
    name_probe(firing, probe);
    for (uint32_t i = 0; i < count; i++)
        firing->arguments[i] = event->arguments[i];
    firing->argument_count = count;
    firing->frame = event->frame;
    firing->timestamp = environment->timestamp(environment->context);
    firing->token = 0;
    firing->work = 0;
    firing->current_known = false;
}

void dtrace_fire(struct dtrace *dtrace, const struct dtrace_probe *probe,
                 const struct dtrace_event *event)
{
    if (__atomic_load_n(&probe->first, __ATOMIC_ACQUIRE) == NULL || event->cpu >= dtrace->cpus ||
        dtrace_activity(dtrace) == DTRACE_INACTIVE || !dtrace->cpu[event->cpu].records)
        return;
    struct dtrace_cpu *cpu = &dtrace->cpu[event->cpu];
    if (!begin_firing(cpu))
        return;
    __atomic_store_n(&cpu->firings, cpu->firings + 1, __ATOMIC_RELAXED);
    if (may_record(dtrace, probe->description.id)) {
        struct dtrace_execution x;
        begin_event(dtrace, probe, event);
        begin_execution(&x, dtrace, cpu, &cpu->firing);
        uint64_t began = cpu->firing.timestamp;
        fire_clauses(&x, probe);
        if (cpu->firing.work > WORK_OF_NOTE && dtrace->deadman_ns > 0)
            dtrace_deadman_count(dtrace, cpu, began);
    }
    dtrace_cpu_release(cpu);
}

void dtrace_fire_own(struct dtrace *dtrace, uint32_t id, uint32_t cpu)
{
    const uint64_t arguments[DTRACE_ARGUMENTS] = {(uintptr_t)dtrace};
    const struct dtrace_event event = {
        .cpu = cpu, .arguments = arguments, .argument_count = DTRACE_ARGUMENTS};
    dtrace_fire(dtrace, &dtrace->probes[id - 1], &event);
}
