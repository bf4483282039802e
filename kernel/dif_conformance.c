/* The cases of a file, one after another, on a machine that is made up for them. */
#include "kernel/dif_conformance.h"

#include "trace/dtrace/run.h"

/* --- Reading the file --------------------------------------------------------------------------- */

struct cursor {
    const uint8_t *at, *end;
    bool damaged;
};

static const uint8_t *take(struct cursor *cursor, size_t size)
{
    const uint8_t *bytes = cursor->at;
    if (size > (size_t)(cursor->end - cursor->at)) {
        cursor->damaged = true;
        return NULL;
    }
    cursor->at += size;
    return bytes;
}

static uint64_t take_number(struct cursor *cursor, size_t size)
{
    uint64_t number = 0;
    const uint8_t *bytes = take(cursor, size);
    if (bytes)
        __builtin_memcpy(&number, bytes, size);
    return number;
}

static uint32_t take_u32(struct cursor *cursor)
{
    return (uint32_t)take_number(cursor, sizeof(uint32_t));
}

struct piece {
    const uint8_t *bytes; /* never NULL */
    uint32_t size;
};

static struct piece take_piece(struct cursor *cursor)
{
    uint32_t size = take_u32(cursor);
    const uint8_t *bytes = take(cursor, size);
    return bytes ? (struct piece){bytes, size} : (struct piece){cursor->at, 0};
}

/* So many elements, in memory of their own, because they are not aligned in the file. */
static void *take_array(struct cursor *cursor, struct dtrace_memory *memory, uint32_t count,
                        size_t size)
{
    const uint8_t *bytes = take(cursor, (size_t)count * size);
    void *array = bytes ? dtrace_memory_array(memory, count, size, 8) : NULL;
    if (array)
        __builtin_memcpy(array, bytes, count * size);
    else
        cursor->damaged = true;
    return array;
}

/* --- The machine: tests/dif/dif_model.py has the same ------------------------------------------- */

enum {
    MEMORY_AT = 0x10000,
    LOCKS_AT = 0x20000
};

struct machine {
    struct piece memory;
    uint64_t thread;
    uint32_t ipl;
};

static uint64_t machine_timestamp(void *context)
{
    (void)context;
    return 1000000007;
}

static uint64_t machine_vtimestamp(void *context)
{
    (void)context;
    return 123456789;
}

static uint64_t machine_walltimestamp(void *context)
{
    (void)context;
    return 1600000000000000000;
}

static void machine_current(void *context, struct dtrace_current *current)
{
    const struct machine *machine = context;
    *current = (struct dtrace_current){
        .curthread = machine->thread,
        .ipl = machine->ipl,
        .pid = 42,
        .tid = 7,
        .ppid = 1,
        .uid = 1001,
        .gid = 1002,
        .error = -2,
        .execname = "sh",
        .zonename = "global",
        .threadname = "worker",
    };
}

static const uint8_t *machine_memory(void *context, uint64_t address, uint64_t size)
{
    const struct machine *machine = context;
    uint64_t offset = address - MEMORY_AT;
    if (offset > machine->memory.size || size > machine->memory.size - offset)
        return NULL;
    return machine->memory.bytes + offset;
}

static uint64_t machine_argument(void *context, const void *frame, uint32_t index)
{
    (void)context;
    (void)frame;
    return 1000 + (uint64_t)index;
}

static uint32_t machine_stack(void *context, const void *frame, uint64_t *pcs, uint32_t room)
{
    static const uint64_t callers[] = {0xc0100010, 0xc0100020, 0xc0100030};
    enum {
        CALLERS = sizeof callers / sizeof callers[0]
    };
    (void)context;
    (void)frame;
    if (!pcs)
        return CALLERS;
    uint32_t count = room < CALLERS ? room : CALLERS;
    __builtin_memcpy(pcs, callers, count * sizeof *pcs);
    return count;
}

static bool machine_lock(void *context, uint64_t address, struct dtrace_lock *lock)
{
    static const struct dtrace_lock locks[] = {
        {DTRACE_LOCK_NONE, 0, false, 0},         {DTRACE_LOCK_ADAPTIVE, 0, false, 0},
        {DTRACE_LOCK_ADAPTIVE, 0x1234, true, 0}, {DTRACE_LOCK_ADAPTIVE, 0x5678, true, 0},
        {DTRACE_LOCK_SPIN, 0, false, 0},         {DTRACE_LOCK_SPIN, 0, true, 0},
        {DTRACE_LOCK_RW, 0, false, 0},           {DTRACE_LOCK_RW, 0, false, 2},
        {DTRACE_LOCK_RW, 0x1234, true, 0},
    };
    uint64_t index = address - LOCKS_AT;
    (void)context;
    if (index >= sizeof locks / sizeof locks[0])
        return false;
    *lock = locks[index];
    return true;
}

static bool machine_is_progeny(void *context, uint32_t pid)
{
    (void)context;
    return pid == 42 || pid == 1;
}

static uint32_t machine_speculation(void *context)
{
    (void)context;
    return 3;
}

/* --- A case ------------------------------------------------------------------------------------- */

struct expectation {
    uint32_t kind; /* enum result_kind */
    bool drops;
    uint32_t scratch_used;
    uint64_t number;
    struct piece data, scratch;
};

enum result_kind {
    RESULT_NUMBER,
    RESULT_TEXT,    /* the address of a string */
    RESULT_SCRATCH, /* an address, as offset from the scratch's start */
    RESULT_STRINGS, /* likewise, of the object's strings */
    RESULT_FAULT,   /* code, and above 32 bits its offset; data: the address, if it is looked at */
};

struct conformance_step {
    uint32_t cpu, ipl, flags;
    uint64_t thread;
    struct dif_object object;
    struct expectation expected;
};

enum {
    STEP_NEW_FIRING = 1,
    STEP_KEEPS_SCRATCH = 2,
    CPUS = 2,
    PROGRAMS = 2,
    STEPS_MAX = 16,
    DECLARATIONS_MAX = 64,
    ANY = 0xffffffff,
};

struct conformance_case {
    struct piece name;
    uint32_t strsize, scratch_size, pool_size, chunk;
    struct machine machine;
    struct dtrace_environment environment;
    struct dtrace_firing firing;
    struct dif_run run;
    struct dif_declarations declarations;
    uint32_t step_count;
    struct conformance_step steps[STEPS_MAX];
};

static void read_variables(struct cursor *cursor, struct dtrace_memory *memory,
                           struct dif_object *object)
{
    object->variable_count = take_u32(cursor);
    struct dif_variable *list = NULL;
    if (object->variable_count <= DECLARATIONS_MAX)
        list = dtrace_memory_array(memory, object->variable_count, sizeof *list, 8);
    cursor->damaged |= !list;
    for (uint32_t i = 0; i < object->variable_count && !cursor->damaged; i++) {
        list[i].name = "";
        list[i].id = take_u32(cursor);
        list[i].scope = (uint8_t)take_u32(cursor);
        list[i].kind = (uint8_t)take_u32(cursor);
        list[i].type.kind = (uint8_t)take_u32(cursor);
        list[i].type.flags = (uint8_t)take_u32(cursor);
        list[i].type.size = take_u32(cursor);
    }
    object->variables = list;
}

static void read_object(struct cursor *cursor, struct dtrace_memory *memory,
                        struct dif_object *object)
{
    object->length = take_u32(cursor);
    object->text = take_array(cursor, memory, object->length, sizeof *object->text);
    object->integer_count = take_u32(cursor);
    object->integers = take_array(cursor, memory, object->integer_count, sizeof *object->integers);
    object->strings_size = take_u32(cursor);
    object->strings = take_array(cursor, memory, object->strings_size, 1);
    object->type.size = sizeof(uint64_t);
    read_variables(cursor, memory, object);
}

static void read_expectation(struct cursor *cursor, struct expectation *expected)
{
    expected->kind = take_u32(cursor);
    expected->drops = take_u32(cursor) != 0;
    expected->scratch_used = take_u32(cursor);
    expected->number = take_number(cursor, sizeof expected->number);
    expected->data = take_piece(cursor);
    expected->scratch = take_piece(cursor);
}

static void read_step(struct cursor *cursor, struct dtrace_memory *memory,
                      struct conformance_step *step)
{
    step->cpu = take_u32(cursor);
    step->ipl = take_u32(cursor);
    step->object.program = take_u32(cursor);
    step->flags = take_u32(cursor);
    step->thread = take_number(cursor, sizeof step->thread);
    read_object(cursor, memory, &step->object);
    read_expectation(cursor, &step->expected);
    cursor->damaged |= step->cpu >= CPUS || step->object.program >= PROGRAMS;
}

static void read_arguments(struct cursor *cursor, struct dtrace_firing *firing)
{
    firing->argument_count = take_u32(cursor);
    cursor->damaged |= firing->argument_count > DTRACE_ARGUMENTS;
    for (uint32_t i = 0; i < firing->argument_count && !cursor->damaged; i++)
        firing->arguments[i] = take_number(cursor, sizeof firing->arguments[i]);
}

static bool read_case(struct cursor *cursor, struct dtrace_memory *memory,
                      struct conformance_case *one)
{
    one->name = take_piece(cursor);
    one->strsize = take_u32(cursor);
    one->scratch_size = take_u32(cursor);
    one->pool_size = take_u32(cursor);
    one->chunk = take_u32(cursor);
    read_arguments(cursor, &one->firing);
    one->machine.memory = take_piece(cursor);
    one->step_count = take_u32(cursor);
    cursor->damaged |= one->step_count > STEPS_MAX;
    for (uint32_t i = 0; i < one->step_count && !cursor->damaged; i++)
        read_step(cursor, memory, &one->steps[i]);
    return !cursor->damaged;
}

static void prepare_environment(struct conformance_case *one)
{
    one->environment = (struct dtrace_environment){
        .context = &one->machine,
        .timestamp = machine_timestamp,
        .walltimestamp = machine_walltimestamp,
        .vtimestamp = machine_vtimestamp,
        .current = machine_current,
        .memory = machine_memory,
        .argument = machine_argument,
        .stack = machine_stack,
        .lock = machine_lock,
        .is_progeny = machine_is_progeny,
    };
    one->firing.environment = &one->environment;
    one->firing.provider = "prov";
    one->firing.module = "mod";
    one->firing.function = "func";
    one->firing.name = "name";
    one->firing.probe_id = 4711;
    one->firing.timestamp = 1000000007;
}

/* Verifies every program, as a loader would, and gives the variables that they have declared a place. */
static const char *prepare(struct conformance_case *one, struct dtrace_memory *memory)
{
    struct dif_problem problem;
    struct dif_declarations *declarations = &one->declarations;
    declarations->capacity = DECLARATIONS_MAX;
    declarations->list =
        dtrace_memory_array(memory, DECLARATIONS_MAX, sizeof *declarations->list, 8);
    for (uint32_t i = 0; declarations->list && i < one->step_count; i++)
        if (!dif_verify(&one->steps[i].object, declarations, &problem))
            return problem.text;
    struct dtrace_variables_config config = {
        .declarations = declarations,
        .programs = PROGRAMS,
        .cpus = CPUS,
        .dynvarsize = one->pool_size,
        .chunk = one->chunk,
    };
    one->run.scratch = dtrace_memory_take(memory, one->scratch_size, 16);
    one->run.variables = declarations->list ? dtrace_variables_make(memory, &config) : NULL;
    prepare_environment(one);
    return one->run.scratch && one->run.variables ? NULL : "no memory";
}

/* --- Comparing ---------------------------------------------------------------------------------- */

static bool is_same(struct piece piece, const uint8_t *bytes, uint32_t size)
{
    return piece.size == size && (size == 0 || __builtin_memcmp(piece.bytes, bytes, size) == 0);
}

static bool is_text(struct dif_run *run, const struct conformance_step *step, uint64_t result)
{
    uint32_t length;
    const uint8_t *text = dif_run_string(run, &step->object, result, 4096, &length);
    return text != NULL && is_same(step->expected.data, text, length);
}

static bool is_fault(const struct dif_run *run, const struct expectation *expected)
{
    uint64_t fault = (uint64_t)run->fault_offset << 32 | (uint32_t)run->fault;
    if (fault != expected->number)
        return false;
    return expected->data.size == 0 ||
           is_same(expected->data, (const uint8_t *)&run->fault_address, sizeof run->fault_address);
}

static bool is_expected(struct dif_run *run, const struct conformance_step *step, uint64_t result)
{
    const struct expectation *expected = &step->expected;
    if (expected->kind == RESULT_FAULT)
        return result == 0 && is_fault(run, expected);
    if (run->fault != DIF_FAULT_NONE)
        return false;
    switch (expected->kind) {
    case RESULT_TEXT:
        return is_text(run, step, result);
    case RESULT_SCRATCH:
        return result - (uintptr_t)run->scratch == expected->number;
    case RESULT_STRINGS:
        return result - (uintptr_t)step->object.strings == expected->number;
    default:
        return result == expected->number;
    }
}

static const char *compare(struct dif_run *run, const struct conformance_step *step,
                           uint64_t result)
{
    const struct expectation *expected = &step->expected;
    if (!is_expected(run, step, result))
        return "another result";
    if (run->drop != expected->drops)
        return expected->drops ? "no drop" : "a drop";
    if (expected->scratch_used != ANY && run->scratch_used != expected->scratch_used)
        return "another amount of scratch";
    if (expected->scratch.size > 0 && !is_same(expected->scratch, run->scratch, run->scratch_used))
        return "other bytes in scratch";
    return NULL;
}

/* --- Running ------------------------------------------------------------------------------------ */

static const char *run_step(struct conformance_case *one, const struct conformance_step *step,
                            uint64_t *result)
{
    struct dif_run *run = &one->run;
    one->machine.thread = step->thread;
    one->machine.ipl = step->ipl;
    one->firing.cpu = step->cpu;
    one->firing.current_known = false;
    if (step->flags & STEP_NEW_FIRING)
        one->firing.token = 0;
    if (!(step->flags & STEP_KEEPS_SCRATCH))
        run->scratch_used = 0;
    run->firing = &one->firing;
    run->epid = 17;
    run->strsize = one->strsize;
    run->scratch_size = one->scratch_size;
    run->speculation = machine_speculation;
    run->drop = false;
    *result = dif_run(run, &step->object);
    return compare(run, step, *result);
}

static void tell(const struct text_sink *sink, const struct conformance_case *one, uint32_t step,
                 const char *why, uint64_t result)
{
    text_print(sink, "%.*s: step %u: %s: %llx, fault %u at %u\n", (int)one->name.size,
               (const char *)one->name.bytes, step, why, (unsigned long long)result,
               (unsigned)one->run.fault, one->run.fault_offset);
}

static bool run_case(struct cursor *cursor, struct dtrace_memory *memory,
                     const struct text_sink *sink)
{
    struct conformance_case *one = dtrace_memory_take(memory, sizeof *one, 16);
    uint64_t result = 0;
    uint32_t step = 0;
    if (!one || !read_case(cursor, memory, one)) {
        cursor->damaged = true;
        return false;
    }
    const char *why = prepare(one, memory);
    for (; !why && step < one->step_count; step++)
        why = run_step(one, &one->steps[step], &result);
    if (why)
        tell(sink, one, step, why, result);
    return !why;
}

struct dif_conformance dif_conformance_run(const uint8_t *file, size_t size,
                                           struct dtrace_memory *memory,
                                           const struct text_sink *sink)
{
    static const char magic[] = {'D', 'I', 'F', 'C', 'A', 'S', 'E', 'S'};
    struct dif_conformance done = {0, 0, false};
    struct cursor cursor = {file, file + size, false};
    const uint8_t *begin = take(&cursor, sizeof magic);
    uint32_t count = take_u32(&cursor);
    size_t mark = memory->used;
    done.damaged = !begin || __builtin_memcmp(begin, magic, sizeof magic) != 0;
    for (uint32_t i = 0; i < count && !done.damaged && !cursor.damaged; i++) {
        struct piece piece = take_piece(&cursor);
        struct cursor inside = {piece.bytes, piece.bytes + piece.size, false};
        if (run_case(&inside, memory, sink))
            done.agreed++;
        else
            done.failed++;
        done.damaged |= inside.damaged;
        memory->used = mark;
    }
    done.damaged |= cursor.damaged;
    return done;
}
