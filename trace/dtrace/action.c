/* The actions.  Data-recording ones leave bytes in the CPU's staging area, where the record grows; the others do
 * what they are for.  Nothing here is trusted to be readable: what a program gives by reference is asked for at
 * the interpreter, and may be the staging area itself. */
#include "trace/dtrace/action.h"

#include "trace/dtrace/hash.h"

enum {
    CHILL_MAX = 500 * 1000 * 1000,       /* ns in each */
    CHILL_INTERVAL = 1000 * 1000 * 1000, /* ns, of one CPU */
    WORK_OF_AN_ACTION = 4,
    WORK_OF_AN_ENTRY = 128,   /* in bytes: entries with other keys are looked at, 64 at most */
    WORK_OF_A_FRAME = 64,     /* likewise: of a stack */
    BYTES_PER_COPY_UNIT = 64, /* of a speculation, which is copied and not looked at */
};

static void fail(struct dtrace_execution *x, enum dif_fault fault, uint64_t address)
{
    x->run.fault = fault;
    x->run.fault_address = address;
    x->in_code = false;
}

static uint64_t evaluate(struct dtrace_execution *x, const struct dtrace_action *action)
{
    if (action->object == NULL)
        return 0;
    if (action->is_constant)
        return action->constant;
    uint64_t value = dif_run(&x->run, action->object);
    if (x->run.fault != DIF_FAULT_NONE)
        x->in_code = true;
    return value;
}

static bool goes_on(const struct dtrace_execution *x)
{
    return x->run.fault == DIF_FAULT_NONE && !x->run.drop;
}

/* --- Storing --- */

static void store(uint8_t *at, uint64_t value, uint32_t size)
{
    if (size == sizeof value) /* the usual case, without a call */
        __builtin_memcpy(at, &value, sizeof value);
    else
        __builtin_memcpy(at, &value, size); /* little-endian */
}

static void store_words(uint8_t *at, const uint64_t *words, uint32_t count)
{
    __builtin_memcpy(at, words, count * sizeof *words);
}

/* A string in a tuple ends at its NUL, because nothing looks behind it; in a record zeros follow, so that no
 * record shows what was in memory before. */
static void store_string(struct dtrace_execution *x, const struct dtrace_action *action,
                         uint64_t address, uint8_t *at)
{
    uint32_t length = 0;
    const uint8_t *bytes = dif_run_string(&x->run, action->object, address, action->size, &length);
    if (bytes == NULL) {
        fail(x, DIF_FAULT_BADADDR, address);
        return;
    }
    if (length > 0)
        __builtin_memmove(at, bytes, length);
    if (!action->in_tuple) {
        __builtin_memset(at + length, 0, action->size - length);
        return;
    }
    if (length < action->size)
        at[length] = '\0';
    x->hash = dtrace_hash_bytes(x->hash, at, length);
}

static void store_memory(struct dtrace_execution *x, const struct dtrace_action *action,
                         uint64_t address, uint8_t *at)
{
    uint32_t size = action->size;
    if (action->kind == DOF_ACTION_TRACEMEM && x->limit > 0 && x->limit < size)
        size = (uint32_t)x->limit;
    const uint8_t *bytes = dif_run_readable(&x->run, action->object, address, size);
    if (bytes == NULL && size > 0) {
        fail(x, DIF_FAULT_BADADDR, address);
        return;
    }
    if (size > 0)
        __builtin_memmove(at, bytes, size);
    __builtin_memset(at + size, 0, action->size - size);
    if (action->in_tuple)
        x->hash = dtrace_hash_bytes(x->hash, at, action->size);
}

static void store_result(struct dtrace_execution *x, const struct dtrace_action *action,
                         uint64_t value, uint8_t *at)
{
    const struct dif_type *type = &action->object->type;
    if (action->size == 0)
        return;
    if ((type->flags & DIF_TYPE_BY_USER_REF) != 0) /* as for uld*: no user has memory */
        fail(x, DIF_FAULT_BADADDR, value);
    else if (action->string)
        store_string(x, action, value, at);
    else if ((type->flags & DIF_TYPE_BY_REF) != 0)
        store_memory(x, action, value, at);
    else {
        store(at, value, action->size);
        if (action->in_tuple)
            x->hash = dtrace_hash_bytes(x->hash, at, action->size);
    }
}

/* --- Actions with a form of their own --- */

/* The record's memory takes the frames directly: stacks lie at multiples of 8. */
static void record_stack(struct dtrace_execution *x, const struct dtrace_action *action,
                         uint8_t *at)
{
    const struct dtrace_environment *environment = x->run.firing->environment;
    uint32_t room = (uint32_t)action->arg;
    uint32_t count = environment->stack(environment->context, x->run.firing->frame,
                                        (uint64_t *)(void *)at, room);
    x->run.firing->work += count * (WORK_OF_A_FRAME / DTRACE_WORK_BYTES);
    if (count < room)
        __builtin_memset(at + count * sizeof(uint64_t), 0, (room - count) * sizeof(uint64_t));
}

/* Programs have no stack of their own here: the process, and no frame. */
static void record_user_stack(struct dtrace_execution *x, const struct dtrace_action *action,
                              uint8_t *at)
{
    uint64_t pid = dif_current(x->run.firing)->pid;
    __builtin_memset(at, 0, action->size);
    store(at, pid, sizeof pid);
}

static void record_user_address(struct dtrace_execution *x, const struct dtrace_action *action,
                                uint8_t *at)
{
    uint64_t words[2] = {0, evaluate(x, action)};
    words[0] = dif_current(x->run.firing)->pid;
    store_words(at, words, 2);
}

/* Only the first one counts, but END may say something else. */
static void exit_state(struct dtrace_execution *x, const struct dtrace_action *action, uint8_t *at)
{
    struct dtrace *dtrace = x->dtrace;
    uint32_t status = (uint32_t)evaluate(x, action);
    if (!goes_on(x))
        return;
    uint32_t now = dtrace_activity(dtrace);
    while (now == DTRACE_WARMUP || now == DTRACE_ACTIVE)
        if (__atomic_compare_exchange_n(&dtrace->activity, &now, DTRACE_DRAINING, false,
                                        __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {
            dtrace->exit_status = (int32_t)status;
            __atomic_store_n(&dtrace->has_exited, 1, __ATOMIC_RELEASE);
            store(at, status, action->size);
            return;
        }
    if (now == DTRACE_COOLDOWN)
        dtrace->exit_status = (int32_t)status;
    else
        x->run.drop = true;
    store(at, status, action->size);
}

static void chill(struct dtrace_execution *x, const struct dtrace_action *action)
{
    const struct dtrace_environment *environment = x->run.firing->environment;
    struct dtrace_cpu *cpu = x->cpu;
    uint64_t ns = evaluate(x, action);
    if (!goes_on(x))
        return;
    uint64_t now = environment->timestamp(environment->context);
    if (now - cpu->chill_began > CHILL_INTERVAL) {
        cpu->chill_began = now;
        cpu->chilled = 0;
    }
    if (ns > CHILL_MAX - cpu->chilled) {
        fail(x, DIF_FAULT_ILLOP, ns);
        return;
    }
    cpu->chilled += ns;
    environment->chill(environment->context, ns);
    x->run.firing->timestamp = environment->timestamp(environment->context);
}

static void destroy(struct dtrace_execution *x, enum dtrace_destructive what)
{
    const struct dtrace_environment *environment = x->run.firing->environment;
    environment->destroy(environment->context, what);
}

/* The id that an action of speculations works on; false: the clause does not go on. */
static bool speculation_id(struct dtrace_execution *x, const struct dtrace_action *action,
                           uint32_t *id)
{
    uint64_t value = evaluate(x, action);
    if (!goes_on(x))
        return false;
    if (value > x->dtrace->speculations.count) {
        fail(x, DIF_FAULT_ILLOP, value);
        return false;
    }
    *id = (uint32_t)value;
    return true;
}

static void speculate(struct dtrace_execution *x, const struct dtrace_action *action)
{
    uint32_t id;
    if (!speculation_id(x, action, &id))
        return;
    x->target = dtrace_speculation_use(x->dtrace, x->cpu, id);
    x->run.drop = x->target == NULL;
}

/* What this clause itself speculates goes with the speculation: its record would else wait for the next one that
 * has the same id. */
static void leave_speculation(struct dtrace_execution *x, uint32_t id)
{
    if (x->target == &x->cpu->speculations[id - 1])
        x->target = NULL;
}

static void commit(struct dtrace_execution *x, const struct dtrace_action *action)
{
    uint32_t id;
    if (!speculation_id(x, action, &id) || id == 0)
        return;
    uint32_t bytes = x->cpu->speculations[id - 1].offset;
    if (!dtrace_speculation_commit(x->dtrace, x->cpu, id, x->run.firing->timestamp))
        return;
    leave_speculation(x, id);
    x->run.firing->work += bytes / BYTES_PER_COPY_UNIT;
}

static void discard(struct dtrace_execution *x, const struct dtrace_action *action)
{
    uint32_t id;
    if (speculation_id(x, action, &id) && dtrace_speculation_discard(x->dtrace, x->cpu, id))
        leave_speculation(x, id);
}

static void aggregate(struct dtrace_execution *x, const struct dtrace_action *action)
{
    struct dtrace_aggregate what = {.aggregation = action->aggregation,
                                    .tuple = x->cpu->staging + action->aggregation->base,
                                    .hash = x->hash,
                                    .increment = x->increment};
    x->hash = DTRACE_HASH_START;
    x->increment = 1;
    what.value = evaluate(x, action);
    if (!goes_on(x))
        return;
    if (dtrace_aggregate(&x->cpu->aggregation, &what) == DTRACE_AGGREGATE_OTHER_FUNCTION)
        fail(x, DIF_FAULT_ILLOP, 0);
}

/* trace(), printf() and their like, keys, and statements that record nothing. */
static void record_result(struct dtrace_execution *x, const struct dtrace_action *action,
                          uint8_t *at)
{
    uint64_t value = evaluate(x, action);
    if (!goes_on(x))
        return;
    if (action->kind == DOF_ACTION_TRACEMEM_DYNSIZE)
        x->limit = value;
    if (action->in_tuple && action->size == 0)
        x->increment = value;
    store_result(x, action, value, at);
    if (action->kind == DOF_ACTION_TRACEMEM)
        x->limit = UINT64_MAX;
}

static void raise_signal(struct dtrace_execution *x, const struct dtrace_action *action)
{
    const struct dtrace_environment *environment = x->run.firing->environment;
    uint64_t signal = evaluate(x, action);
    if (goes_on(x) && !environment->raise(environment->context, signal))
        fail(x, DIF_FAULT_ILLOP, signal);
}

static void hash_key(struct dtrace_execution *x, const struct dtrace_action *action,
                     const uint8_t *at)
{
    if (action->in_tuple && goes_on(x))
        x->hash = dtrace_hash_bytes(x->hash, at, action->size);
}

/* Long, because it is a table: a case for each action that is no expression. */
static void run_special(struct dtrace_execution *x, const struct dtrace_action *action, uint8_t *at)
{
    switch (action->kind) {
    case DOF_ACTION_EXIT:
        exit_state(x, action, at);
        break;
    case DOF_ACTION_USTACK:
    case DOF_ACTION_JSTACK:
        record_user_stack(x, action, at);
        break;
    case DOF_ACTION_USYM:
    case DOF_ACTION_UMOD:
    case DOF_ACTION_UADDR:
        record_user_address(x, action, at);
        break;
    case DOF_ACTION_STACK:
        record_stack(x, action, at);
        break;
    case DOF_ACTION_STOP:
        destroy(x, DTRACE_STOP);
        break;
    case DOF_ACTION_BREAKPOINT:
        destroy(x, DTRACE_BREAKPOINT);
        break;
    case DOF_ACTION_PANIC:
        destroy(x, DTRACE_PANIC);
        break;
    case DOF_ACTION_RAISE:
        raise_signal(x, action);
        break;
    case DOF_ACTION_CHILL:
        chill(x, action);
        break;
    case DOF_ACTION_SPECULATE:
        speculate(x, action);
        break;
    case DOF_ACTION_COMMIT:
        commit(x, action);
        break;
    case DOF_ACTION_DISCARD:
        discard(x, action);
        break;
    default:
        break;
    }
    hash_key(x, action, at);
}

static bool is_expression(uint16_t kind)
{
    return kind == DOF_ACTION_DIFEXPR ||
           (kind >= DOF_ACTION_PRINTF && kind <= DOF_ACTION_TRACEMEM_DYNSIZE) ||
           kind == DOF_ACTION_SYM || kind == DOF_ACTION_MOD || kind == DOF_ACTION_SYSTEM ||
           kind == DOF_ACTION_FREOPEN;
}

/* Looked at when the action is done: none of them takes more than its size and its code. */
static void count_work(struct dtrace_execution *x, uint32_t bytes)
{
    struct dtrace_firing *firing = x->run.firing;
    firing->work += WORK_OF_AN_ACTION + bytes / DTRACE_WORK_BYTES;
    if (firing->work > DTRACE_WORK_MAX && goes_on(x))
        fail(x, DIF_FAULT_WORK, 0);
}

void dtrace_action_run(struct dtrace_execution *x, const struct dtrace_action *action)
{
    uint8_t *at = x->cpu->staging + action->offset;
    if (is_expression(action->kind))
        record_result(x, action, at);
    else if (action->aggregation != NULL)
        aggregate(x, action);
    else
        run_special(x, action, at);
    count_work(x, action->aggregation != NULL ? WORK_OF_AN_ENTRY : action->size);
}
