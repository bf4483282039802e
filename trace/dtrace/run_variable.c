/* Instructions on variables: globals, clause-locals, thread-local ones, associative arrays. */
#include "trace/dtrace/run_machine.h"

#include "trace/dtrace/variables_layout.h"
#include "trace/local.h"

enum {
    KEYS_MAX = DIF_TUPLE_MAX + 2, /* which variable, and which thread */
    THREAD_BITS = 61,             /* the others tell interrupts from the thread below */
};

/* The verifier lets only declared variables pass; should one be missing all the same, it does no harm. */
static const struct dtrace_slot *found(struct dif_machine *machine,
                                       const struct dtrace_slot *variable, bool is_fitting)
{
    if (variable && is_fitting)
        return variable;
    dif_fault(machine, DIF_FAULT_ILLOP, 0);
    return NULL;
}

/* --- Data by reference --- */

/* The bytes that a store takes: of a string up to its NUL and with it, else the whole size. */
static const uint8_t *source_bytes(struct dif_machine *machine, const struct dtrace_slot *slot,
                                   uint64_t address, uint32_t *length)
{
    struct dif_string string;
    *length = slot->size;
    if (!slot->is_string)
        return dif_read(machine, address, slot->size);
    if (!dif_string_within(machine, address, slot->size, &string))
        return NULL;
    *length = string.length;
    return string.bytes;
}

/* A NUL ends what fits; what fills the variable has none. */
static void terminate(const struct dtrace_slot *slot, uint8_t *data, uint32_t length)
{
    if (slot->is_string && length < slot->size)
        data[length] = 0;
}

/* --- Globals and clause-locals --- */

static uint64_t load_static(const struct dtrace_statics *statics, const struct dtrace_slot *slot)
{
    if (!slot->by_ref)
        return statics->cells[slot->cell];
    uint8_t *head = statics->data + slot->place;
    return head[0] == STATIC_NULL ? 0 : (uintptr_t)(head + STATIC_HEAD);
}

static void store_static_data(struct dif_machine *machine, const struct dtrace_statics *statics,
                              const struct dtrace_slot *slot, uint64_t address)
{
    uint8_t *head = statics->data + slot->place;
    uint32_t length;
    if (address == 0) {
        head[0] = STATIC_NULL;
        return;
    }
    const uint8_t *bytes = source_bytes(machine, slot, address, &length);
    if (!bytes)
        return;
    head[0] = 0;
    __builtin_memmove(head + STATIC_HEAD, bytes, length);
    terminate(slot, head + STATIC_HEAD, length);
}

static void store_static(struct dif_machine *machine, const struct dtrace_statics *statics,
                         const struct dtrace_slot *slot, uint64_t value)
{
    if (slot->by_ref)
        store_static_data(machine, statics, slot, value);
    else
        statics->cells[slot->cell] = value;
}

static const struct dtrace_slot *global_scalar(struct dif_machine *machine, uint32_t id)
{
    const struct dtrace_slot *slot = dtrace_slot_find(&machine->run->variables->globals, id);
    return found(machine, slot, slot && slot->kind == DIF_KIND_SCALAR);
}

static const struct dtrace_slot *local_scalar(struct dif_machine *machine, uint32_t id)
{
    const struct dtrace_variables *variables = machine->run->variables;
    uint32_t program = machine->object->program;
    const struct dtrace_slot *slot = program < variables->programs
                                         ? dtrace_slot_find(&variables->of_program[program], id)
                                         : NULL;
    return found(machine, slot, slot && slot->kind == DIF_KIND_SCALAR);
}

static const struct dtrace_statics *locals_of_cpu(const struct dif_machine *machine)
{
    return &machine->run->variables->local[machine->run->firing->cpu];
}

static uint64_t load_global(struct dif_machine *machine, uint32_t id)
{
    if (id < DIF_VAR_USER)
        return dif_builtin(machine, id);
    const struct dtrace_slot *slot = global_scalar(machine, id);
    return slot ? load_static(&machine->run->variables->global, slot) : 0;
}

static void store_global(struct dif_machine *machine, uint32_t id, uint64_t value)
{
    const struct dtrace_slot *slot = global_scalar(machine, id);
    if (slot)
        store_static(machine, &machine->run->variables->global, slot, value);
}

static uint64_t load_local(struct dif_machine *machine, uint32_t id)
{
    const struct dtrace_slot *slot = id < DIF_VAR_USER ? NULL : local_scalar(machine, id);
    return slot ? load_static(locals_of_cpu(machine), slot) : 0;
}

static void store_local(struct dif_machine *machine, uint32_t id, uint64_t value)
{
    const struct dtrace_slot *slot = local_scalar(machine, id);
    if (slot)
        store_static(machine, locals_of_cpu(machine), slot, value);
}

enum {
    WORK_OF_A_CHAIN = 128 /* in bytes: chunks of other keys are looked at, 64 at most */
};

/* --- Dynamic variables --- */

/* A thread and the interrupts above it have variables of their own. */
static uint64_t thread_key(struct dif_machine *machine)
{
    const struct dtrace_current *current = dif_current(machine->run->firing);
    uint64_t thread = (current->curthread + DIF_VAR_MAX) & (((uint64_t)1 << THREAD_BITS) - 1);
    return thread | (uint64_t)(current->ipl & 7) << THREAD_BITS;
}

/* What names a dynamic variable. */
struct dynamic {
    const struct dtrace_slot *slot;
    bool fits; /* in a chunk; else it is absent, whatever is stored */
    struct dtrace_key keys[KEYS_MAX];
    struct dtrace_tuple tuple;
};

static void add_key(struct dynamic *dynamic, uint64_t value, uint64_t size)
{
    dynamic->keys[dynamic->tuple.count++] = (struct dtrace_key){value, size};
}

/* Addresses of keys become pointers here, after they have been checked once more: the stack may be older than the
 * memory that it speaks of. */
static bool add_tuple(struct dif_machine *machine, struct dynamic *dynamic)
{
    for (uint32_t i = 0; i < machine->depth; i++) {
        struct dif_tuple_entry entry = machine->tuple[i];
        if (entry.size > 0) {
            const uint8_t *bytes = dif_read(machine, entry.value, entry.size);
            if (!bytes)
                return false;
            entry.value = (uintptr_t)bytes;
        }
        add_key(dynamic, entry.value, entry.size);
    }
    return true;
}

static void add_own_keys(struct dif_machine *machine, struct dynamic *dynamic, enum dif_scope scope)
{
    add_key(dynamic, (uint64_t)scope << 32 | (dynamic->slot->id - DIF_VAR_USER), 0);
    if (scope == DIF_SCOPE_THREAD)
        add_key(dynamic, thread_key(machine), 0);
}

static bool name_dynamic(struct dif_machine *machine, uint32_t id, enum dif_scope scope,
                         enum dif_variable_kind kind, struct dynamic *dynamic)
{
    const struct dtrace_variables *variables = machine->run->variables;
    const struct dtrace_slots *slots =
        scope == DIF_SCOPE_THREAD ? &variables->threads : &variables->globals;
    dynamic->slot = dtrace_slot_find(slots, id);
    dynamic->tuple = (struct dtrace_tuple){dynamic->keys, 0};
    if (!found(machine, dynamic->slot, dynamic->slot))
        return false;
    if (kind == DIF_KIND_ARRAY && !add_tuple(machine, dynamic))
        return false;
    add_own_keys(machine, dynamic, scope);
    dif_work(machine, WORK_OF_A_CHAIN);
    dynamic->fits = dtrace_dynamic_fits(variables, dynamic->slot, &dynamic->tuple);
    return true;
}

static void note(struct dif_machine *machine, enum dtrace_dynamic_status status)
{
    if (status != DTRACE_DYNAMIC_OK)
        machine->run->drop = true;
}

static uint64_t load_dynamic(struct dif_machine *machine, uint32_t id, enum dif_scope scope,
                             enum dif_variable_kind kind)
{
    struct dynamic dynamic;
    uint64_t value;
    if (!name_dynamic(machine, id, scope, kind, &dynamic) || !dynamic.fits)
        return 0;
    note(machine, dtrace_dynamic_load(machine->run->variables, machine->run->firing->cpu,
                                      dynamic.slot, &dynamic.tuple, &value));
    return value;
}

static enum dtrace_dynamic_status store_named(struct dif_machine *machine,
                                              const struct dynamic *dynamic, uint64_t value)
{
    struct dtrace_variables *variables = machine->run->variables;
    uint32_t cpu = machine->run->firing->cpu, length;
    if (value == 0)
        return dtrace_dynamic_delete(variables, cpu, &dynamic->tuple);
    if (!dynamic->slot->by_ref)
        return dtrace_dynamic_store(variables, cpu, dynamic->slot, &dynamic->tuple, &value,
                                    sizeof value);
    const uint8_t *bytes = source_bytes(machine, dynamic->slot, value, &length);
    return bytes
               ? dtrace_dynamic_store(variables, cpu, dynamic->slot, &dynamic->tuple, bytes, length)
               : DTRACE_DYNAMIC_OK;
}

static void count_too_large(const struct dif_machine *machine)
{
    struct dif_run *run = machine->run;
    (void)trace_local_fetch_increment(&run->variables->losses[run->firing->cpu].too_large);
}

static void store_dynamic(struct dif_machine *machine, uint32_t id, enum dif_scope scope,
                          enum dif_variable_kind kind, uint64_t value)
{
    struct dynamic dynamic;
    if (!name_dynamic(machine, id, scope, kind, &dynamic))
        return;
    if (dynamic.fits)
        note(machine, store_named(machine, &dynamic, value));
    else if (value != 0)
        count_too_large(machine);
}

/* --- Which is which --- */

static void store_instruction(struct dif_machine *machine, uint32_t op, uint32_t id, uint64_t value)
{
    switch (op) {
    case DIF_OP_STGS:
        store_global(machine, id, value);
        return;
    case DIF_OP_STLS:
        store_local(machine, id, value);
        return;
    case DIF_OP_STTS:
        store_dynamic(machine, id, DIF_SCOPE_THREAD, DIF_KIND_SCALAR, value);
        return;
    case DIF_OP_STGAA:
        store_dynamic(machine, id, DIF_SCOPE_GLOBAL, DIF_KIND_ARRAY, value);
        return;
    case DIF_OP_STTAA:
        store_dynamic(machine, id, DIF_SCOPE_THREAD, DIF_KIND_ARRAY, value);
        return;
    default:
        dif_fault(machine, DIF_FAULT_ILLOP, op);
    }
}

void dif_variable_instruction(struct dif_machine *machine, uint32_t instruction)
{
    uint32_t op = dif_op(instruction);
    uint32_t id = dif_index(instruction);
    uint64_t *operand = &machine->registers[dif_rd(instruction)];
    switch (op) {
    case DIF_OP_LDGS:
        *operand = load_global(machine, id);
        return;
    case DIF_OP_LDLS:
        *operand = load_local(machine, id);
        return;
    case DIF_OP_LDTS:
        *operand = load_dynamic(machine, id, DIF_SCOPE_THREAD, DIF_KIND_SCALAR);
        return;
    case DIF_OP_LDGAA:
        *operand = load_dynamic(machine, id, DIF_SCOPE_GLOBAL, DIF_KIND_ARRAY);
        return;
    case DIF_OP_LDTAA:
        *operand = load_dynamic(machine, id, DIF_SCOPE_THREAD, DIF_KIND_ARRAY);
        return;
    default:
        store_instruction(machine, op, id, *operand);
    }
}
