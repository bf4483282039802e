/* Programs that nobody wrote, verified and run.
 *
 * Input: flags (1 byte: 1 words as they are, 2 no prelude), strsize, sizes of scratch and of the environment's memory,
 * number of integers (modulo 8) and of variables (modulo 8), size of the strings (1 byte each), integers (8 bytes
 * each), variables (4 bytes each: id, scope and kind and type, size, program), strings, and instructions (4 bytes
 * each).  Without the first flag an instruction's fields are made to fit, so that most of them pass the verifier;
 * the prelude puts addresses into registers and on the tuple stack.
 *
 * Property: what the verifier takes ends, touches nothing but memory of exactly the size that it was given (the
 * sanitizer sees the rest), writes neither to the environment's memory nor to its own strings, keeps within its
 * scratch, and after a fault gives 0 and the offset of one of its instructions. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/require.h"
#include "trace/dtrace/run.h"

enum {
    AT = 0x10000, /* of the environment's memory */
    LENGTH_MAX = 128,
    VARIABLES_MAX = 8,
    INTEGERS_MAX = 8,
    POOL = 2048,
    MEMORY = 512 * 1024,
};

enum {
    AS_IT_IS = 1,
    NO_PRELUDE = 2
};

/* --- The input ---------------------------------------------------------------------------------- */

struct input {
    const uint8_t *at;
    size_t left;
};

static void read_bytes(struct input *input, void *to, size_t size)
{
    size_t taken = size < input->left ? size : input->left;
    memset(to, 0, size);
    memcpy(to, input->at, taken);
    input->at += taken;
    input->left -= taken;
}

/* In memory of exactly its size. */
static uint8_t *read_copy(struct input *input, size_t size)
{
    uint8_t *bytes = malloc(size);
    require(size == 0 || bytes);
    read_bytes(input, bytes, size);
    return bytes;
}

/* --- The machine -------------------------------------------------------------------------------- */

struct machine {
    uint8_t *memory;
    uint64_t size;
    uint64_t clock;
};

static uint64_t tick(void *context)
{
    return ((struct machine *)context)->clock += 1000;
}

static void current(void *context, struct dtrace_current *out)
{
    (void)context;
    *out = (struct dtrace_current){
        .curthread = 99, .pid = 1, .ipl = 2, .execname = "sh", .zonename = "global"};
}

static const uint8_t *memory(void *context, uint64_t address, uint64_t size)
{
    struct machine *machine = context;
    uint64_t offset = address - AT;
    if (offset > machine->size || size > machine->size - offset)
        return NULL;
    return machine->memory + offset;
}

static uint64_t argument(void *context, const void *frame, uint32_t index)
{
    (void)context;
    (void)frame;
    return index;
}

static uint32_t stack(void *context, const void *frame, uint64_t *pcs, uint32_t room)
{
    (void)context;
    (void)frame;
    if (pcs && room > 0)
        pcs[0] = AT;
    return 1;
}

static bool lock(void *context, uint64_t address, struct dtrace_lock *out)
{
    (void)context;
    *out = (struct dtrace_lock){.kind = address % 4, .owner = address, .held = address & 8};
    return address % 3 != 0;
}

static bool is_progeny(void *context, uint32_t pid)
{
    (void)context;
    return pid & 1;
}

/* --- The program -------------------------------------------------------------------------------- */

struct program {
    struct dif_object object;
    uint32_t text[LENGTH_MAX];
    uint64_t integers[INTEGERS_MAX];
    struct dif_variable variables[VARIABLES_MAX];
    uint8_t flags;
};

static uint32_t three(uint32_t op, uint32_t r1, uint32_t r2, uint32_t rd)
{
    return op << 24 | r1 << 16 | r2 << 8 | rd;
}

static void emit(struct program *program, uint32_t instruction)
{
    program->text[program->object.length++] = instruction;
}

/* %r1: memory, %r2: own strings, %r3: a small number, %r4: scratch; three of them on the stack. */
static void emit_prelude(struct program *program)
{
    if (program->flags & NO_PRELUDE)
        return;
    emit(program, DIF_OP_SETX << 24 | 0 << 8 | 1);
    emit(program, DIF_OP_SETS << 24 | 2);
    emit(program, DIF_OP_SETX << 24 | 1 << 8 | 3);
    emit(program, three(DIF_OP_ALLOCS, 3, 0, 4));
    emit(program, three(DIF_OP_PUSHTV, 0, 0, 2));
    emit(program, three(DIF_OP_PUSHTV, 0, 0, 1));
    emit(program, three(DIF_OP_PUSHTV, 0, 0, 3));
}

static uint32_t variable_id(const struct program *program, uint32_t op, uint32_t random)
{
    if (op == DIF_OP_LDGS && random & 0x80)
        return DIF_VAR_CURTHREAD + random % 0x22;
    if (program->object.variable_count == 0)
        return DIF_VAR_USER;
    return program->variables[random % program->object.variable_count].id;
}

/* An instruction with 16 bits of index or a label. */
static bool fit_wide(const struct program *program, uint32_t *instruction)
{
    uint32_t op = dif_op(*instruction), random = dif_index(*instruction), index;
    uint32_t rd = dif_rd(*instruction) % 7 + 1;
    if (op >= DIF_OP_BA && op <= DIF_OP_BLEU) {
        uint32_t label = program->object.length + 1 + random % 4;
        *instruction = op << 24 | (label < LENGTH_MAX ? label : LENGTH_MAX - 1);
        return true;
    }
    if (op == DIF_OP_SETX)
        index = random % (program->object.integer_count + 1);
    else if (op == DIF_OP_SETS)
        index = random % (program->object.strings_size + 1);
    else if (op == DIF_OP_CALL)
        index = random % (DIF_SUBR_MAX + 1);
    else if ((op >= DIF_OP_LDGS && op <= DIF_OP_STTS && op != DIF_OP_LDTA) ||
             (op >= DIF_OP_LDGAA && op <= DIF_OP_STLS))
        index = variable_id(program, op, random);
    else
        return false;
    *instruction = op << 24 | index << 8 | rd;
    return true;
}

/* Registers that exist, and nothing in fields that must be 0. */
static uint32_t fit_registers(uint32_t instruction)
{
    uint32_t op = dif_op(instruction);
    uint32_t r1 = dif_r1(instruction) % 8, r2 = dif_r2(instruction) % 8;
    uint32_t rd = dif_rd(instruction) % 7 + 1;
    switch (op) {
    case DIF_OP_CMP:
    case DIF_OP_SCMP:
        return three(op, r1, r2, 0);
    case DIF_OP_TST:
        return three(op, r1, 0, 0);
    case DIF_OP_NOP:
    case DIF_OP_POPTS:
    case DIF_OP_FLUSHTS:
        return three(op, 0, 0, 0);
    case DIF_OP_RET:
        return three(op, 0, 0, rd);
    case DIF_OP_PUSHTR:
        return three(op, r1 % 2, r2, rd);
    case DIF_OP_PUSHTV:
        return three(op, 0, r2, rd);
    default:
        break;
    }
    bool has_two = op < DIF_OP_NOT || op == DIF_OP_SRA || op == DIF_OP_COPYS || op == DIF_OP_LDGA ||
                   op == DIF_OP_LDTA || op == DIF_OP_STGA;
    return three(op, r1, has_two ? r2 : 0, rd);
}

static uint32_t fit(const struct program *program, uint32_t instruction)
{
    uint32_t op = dif_op(instruction) % DIF_OP_STGA + 1;
    instruction = (instruction & 0xffffff) | op << 24;
    return fit_wide(program, &instruction) ? instruction : fit_registers(instruction);
}

static void read_text(struct input *input, struct program *program)
{
    emit_prelude(program);
    while (input->left >= sizeof(uint32_t) && program->object.length < LENGTH_MAX - 8) {
        uint32_t instruction;
        read_bytes(input, &instruction, sizeof instruction);
        emit(program, program->flags & AS_IT_IS ? instruction : fit(program, instruction));
    }
    while (program->object.length < LENGTH_MAX - 1 && !(program->flags & AS_IT_IS) &&
           program->object.length % 8 != 7)
        emit(program, DIF_OP_NOP << 24); /* for branches */
    emit(program, DIF_OP_RET << 24 | 3);
}

static void read_variable(struct input *input, struct dif_variable *variable)
{
    uint8_t bytes[4];
    read_bytes(input, bytes, sizeof bytes);
    bool by_ref = bytes[1] & 8;
    *variable = (struct dif_variable){
        .name = "",
        .id = DIF_VAR_USER + bytes[0] % 16,
        .scope = bytes[1] % 4 % DIF_SCOPES,
        .kind = bytes[1] & 4 ? DIF_KIND_ARRAY : DIF_KIND_SCALAR,
        .type = {.kind = by_ref && bytes[1] & 16 ? DIF_TYPE_STRING : DIF_TYPE_C,
                 .flags = by_ref ? DIF_TYPE_BY_REF : 0,
                 .size = by_ref ? bytes[2] : 8},
    };
}

static void read_tables(struct input *input, struct program *program, uint8_t integers,
                        uint8_t variables)
{
    struct dif_object *object = &program->object;
    object->text = program->text;
    object->integers = program->integers;
    object->integer_count = integers;
    object->variables = program->variables;
    object->variable_count = variables;
    object->type.size = 8;
    read_bytes(input, program->integers, integers * sizeof(uint64_t));
    program->integers[0] += AT; /* most often it is an offset in the environment's memory */
    program->integers[1] %= 512;
    if (object->integer_count < 2)
        object->integer_count = 2;
    for (uint8_t i = 0; i < variables; i++)
        read_variable(input, &program->variables[i]);
}

/* Exactly as many words as there are, so that one too many is seen. */
static uint32_t *exact_text(struct program *program)
{
    size_t size = program->object.length * sizeof(uint32_t);
    uint32_t *text = malloc(size);
    require(text);
    memcpy(text, program->text, size);
    program->object.text = text;
    return text;
}

/* --- Running it --------------------------------------------------------------------------------- */

static void run_once(struct dif_run *run, const struct dif_object *object)
{
    uint64_t result = dif_run(run, object);
    require(run->scratch_used <= run->scratch_size);
    if (run->fault != DIF_FAULT_NONE) {
        require(result == 0 && run->fault_offset / 4 < object->length);
        return;
    }
    uint32_t length;
    const uint8_t *text = dif_run_string(run, object, result, 64, &length);
    require(text == NULL || length == 0 || dif_run_readable(run, object, result, length) == text);
    require(text == NULL || memchr(text, '\0', length) == NULL);
}

static void run_all(struct program *program, struct machine *machine, struct dif_run *run,
                    struct dtrace_variables *variables)
{
    struct dtrace_environment environment = {machine, tick,     tick,  tick, current,
                                             memory,  argument, stack, lock, is_progeny,
                                             NULL,    NULL,     NULL};
    struct dtrace_firing firing = {.environment = &environment,
                                   .provider = "p",
                                   .module = "m",
                                   .function = "f",
                                   .name = "n",
                                   .arguments = {AT, 2, 3},
                                   .argument_count = 3};
    run->firing = &firing;
    run->variables = variables;
    for (uint32_t i = 0; i < 4; i++) {
        firing.cpu = i & 1;
        if (i < 3)
            run->scratch_used = 0;
        run_once(run, &program->object);
        dtrace_variables_clean(variables);
    }
}

static struct dtrace_variables *make_variables(struct dif_declarations *declarations,
                                               struct dtrace_memory *region)
{
    struct dtrace_variables_config config = {
        .declarations = declarations, .programs = 1, .cpus = 2, .dynvarsize = POOL};
    return dtrace_variables_make(region, &config);
}

static void try_program(struct program *program, struct machine *machine, struct dif_run *run)
{
    static uint8_t region_bytes[MEMORY] __attribute__((aligned(16)));
    struct dif_declaration list[VARIABLES_MAX];
    struct dif_declarations declarations = {.list = list, .capacity = VARIABLES_MAX};
    struct dtrace_memory region = {region_bytes, sizeof region_bytes, 0};
    struct dif_problem problem;
    if (!dif_verify(&program->object, &declarations, &problem))
        return;
    struct dtrace_variables *variables = make_variables(&declarations, &region);
    require(variables != NULL);
    run_all(program, machine, run, variables);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size};
    uint8_t head[7];
    struct program program = {.object = {.length = 0}};
    read_bytes(&input, head, sizeof head);
    program.flags = head[0];
    read_tables(&input, &program, head[4] % INTEGERS_MAX, head[5] % VARIABLES_MAX);
    uint32_t strings_size = (uint32_t)head[6] + 1;
    uint8_t *strings = read_copy(&input, strings_size), *strings_before = malloc(strings_size);
    struct machine machine = {read_copy(&input, head[3]), head[3], 0};
    uint8_t *memory_before = malloc(head[3] + 1u);
    strings[strings_size - 1] = 0;
    memcpy(strings_before, strings, strings_size);
    memcpy(memory_before, machine.memory, head[3]);
    program.object.strings = (const char *)strings;
    program.object.strings_size = strings_size;
    read_text(&input, &program);
    uint32_t *text = exact_text(&program);
    struct dif_run run = {.strsize = head[1], .scratch_size = head[2] * 4u};
    run.scratch = aligned_alloc(16, (run.scratch_size + 15) & ~15u);
    try_program(&program, &machine, &run);
    require(memcmp(strings, strings_before, strings_size) == 0);
    require(memcmp(machine.memory, memory_before, head[3]) == 0);
    free(run.scratch);
    free(text);
    free(memory_before);
    free(machine.memory);
    free(strings_before);
    free(strings);
    return 0;
}
