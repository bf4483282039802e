/* Instructions that reach for memory, scratch, the tuple stack or a subroutine. */
#include "trace/dtrace/run_machine.h"

/* --- Loads and stores --- */

/* In the order of every family of loads: sb, sh, sw, ub, uh, uw, x. */
static const uint8_t load_sizes[] = {1, 2, 4, 1, 2, 4, 8};
enum {
    LOADS_SIGNED = 3 /* the first so many */
};

/* Each size for itself, because then a compiler makes one instruction of it.  Little-endian, like DOF and the
 * machines that this is for. */
static uint64_t load_bytes(const uint8_t *bytes, uint32_t size)
{
    uint16_t two;
    uint32_t four;
    uint64_t eight;
    switch (size) {
    case 1:
        return *bytes;
    case 2:
        __builtin_memcpy(&two, bytes, sizeof two);
        return two;
    case 4:
        __builtin_memcpy(&four, bytes, sizeof four);
        return four;
    default:
        __builtin_memcpy(&eight, bytes, sizeof eight);
        return eight;
    }
}

static uint64_t load(struct dif_machine *machine, uint32_t which, uint64_t address)
{
    uint32_t size = load_sizes[which];
    const uint8_t *bytes = dif_read(machine, address, size);
    if (!bytes)
        return 0;
    uint64_t value = load_bytes(bytes, size);
    uint64_t sign = (uint64_t)1 << (8 * size - 1);
    return which < LOADS_SIGNED ? (value ^ sign) - sign : value;
}

/* No userland has memory of its own here, so that there is nothing at a user's address. */
static uint64_t load_user(struct dif_machine *machine, uint64_t address)
{
    dif_fault(machine, DIF_FAULT_BADADDR, address);
    return 0;
}

static void store(struct dif_machine *machine, uint32_t size, uint64_t value, uint64_t address)
{
    uint8_t *to = dif_write(machine, address, size);
    if (!to)
        return;
    if (address & (size - 1))
        dif_fault(machine, DIF_FAULT_BADALIGN, address);
    else
        __builtin_memcpy(to, &value, size);
}

/* --- Scratch --- */

static uint64_t allocate_zeroed(struct dif_machine *machine, uint64_t size)
{
    const struct dif_run *run = machine->run;
    uint32_t before = run->scratch_used;
    uint8_t *bytes = dif_take(machine, size, DIF_ALIGNED);
    if (!bytes)
        return 0;
    dif_work(machine, size);
    __builtin_memset(run->scratch + before, 0, run->scratch_used - before);
    return (uintptr_t)bytes;
}

static void copy(struct dif_machine *machine, uint64_t from, uint64_t size, uint64_t to)
{
    uint8_t *target = dif_write(machine, to, size);
    const uint8_t *source = target ? dif_read(machine, from, size) : NULL;
    if (source)
        __builtin_memmove(target, source, (size_t)size);
}

/* --- Comparing strings --- */

/* NULL is the empty string. */
static bool operand(struct dif_machine *machine, uint64_t address, struct dif_string *string)
{
    *string = (struct dif_string){NULL, 0, false};
    return address == 0 || dif_string(machine, address, string);
}

static int compare(const struct dif_string *a, const struct dif_string *b)
{
    uint32_t common = a->length < b->length ? a->length : b->length;
    for (uint32_t i = 0; i < common; i++)
        if (a->bytes[i] != b->bytes[i])
            return a->bytes[i] < b->bytes[i] ? -1 : 1;
    return a->length == b->length ? 0 : a->length < b->length ? -1 : 1;
}

static void compare_strings(struct dif_machine *machine, uint64_t first, uint64_t second)
{
    struct dif_string a, b;
    machine->carry = false;
    machine->difference = 0;
    if (first != second && operand(machine, first, &a) && operand(machine, second, &b))
        machine->difference = compare(&a, &b);
}

/* --- The tuple stack --- */

static void push(struct dif_machine *machine, uint64_t value, uint64_t size)
{
    if (machine->depth == DIF_TUPLE_MAX)
        dif_fault(machine, DIF_FAULT_TUPOFLOW, 0);
    else
        machine->tuple[machine->depth++] = (struct dif_tuple_entry){value, size};
}

/* Up to the NUL and with it; without one, up to the limit, or where the string's memory ends: what lies behind is not
 * its own. */
static bool string_key_size(struct dif_machine *machine, uint64_t address, uint64_t limit,
                            uint64_t *size)
{
    struct dif_string string;
    if (limit == 0)
        limit = DIF_STRING_DEFAULT;
    if (!dif_string_within(machine, address,
                           limit < DIF_STATIC_MAX ? (uint32_t)limit : DIF_STATIC_MAX, &string))
        return false;
    *size = (uint64_t)string.length + string.has_nul;
    return true;
}

static void push_reference(struct dif_machine *machine, uint32_t type, uint64_t size,
                           uint64_t address)
{
    if (machine->depth == DIF_TUPLE_MAX)
        dif_fault(machine, DIF_FAULT_TUPOFLOW, 0);
    else if (type == DIF_TYPE_STRING) {
        if (string_key_size(machine, address, size, &size))
            push(machine, address, size);
    } else if (size > INT64_MAX)
        dif_fault(machine, DIF_FAULT_ILLOP, size);
    else
        push(machine, address, size);
}

/* --- Which is which --- */

static void scratch_instruction(struct dif_machine *machine, uint32_t instruction)
{
    uint64_t *registers = machine->registers;
    uint64_t first = registers[dif_r1(instruction)];
    uint64_t second = registers[dif_r2(instruction)];
    uint64_t *result = &registers[dif_rd(instruction)];
    switch (dif_op(instruction)) {
    case DIF_OP_ALLOCS:
        *result = allocate_zeroed(machine, first);
        return;
    case DIF_OP_COPYS:
        copy(machine, first, second, *result);
        return;
    default: /* stb, sth, stw, stx */
        store(machine, 1u << (dif_op(instruction) - DIF_OP_STB), first, *result);
    }
}

static void tuple_instruction(struct dif_machine *machine, uint32_t instruction)
{
    const uint64_t *registers = machine->registers;
    uint64_t value = registers[dif_rd(instruction)];
    switch (dif_op(instruction)) {
    case DIF_OP_PUSHTR:
        push_reference(machine, dif_r1(instruction), registers[dif_r2(instruction)], value);
        return;
    case DIF_OP_PUSHTV:
        push(machine, value, 0);
        return;
    case DIF_OP_POPTS:
        machine->depth -= machine->depth > 0;
        return;
    default: /* flushts */
        machine->depth = 0;
    }
}

/* What exists for arrays of built-in variables; writing registers of a user's is all that DTrace knows there, and
 * here no user has any. */
static void array_instruction(struct dif_machine *machine, uint32_t instruction)
{
    uint32_t array = dif_r1(instruction);
    uint64_t index = machine->registers[dif_r2(instruction)];
    uint64_t *result = &machine->registers[dif_rd(instruction)];
    switch (dif_op(instruction)) {
    case DIF_OP_LDGA:
        *result = dif_builtin_array(machine, array, index);
        return;
    case DIF_OP_LDTA:
        dif_fault(machine, DIF_FAULT_ILLOP, 0);
        return;
    default: /* stga */
        dif_fault(machine, array == DIF_ARRAY_UREGS ? DIF_FAULT_BADADDR : DIF_FAULT_ILLOP, 0);
    }
}

/* The register is looked at only where it is one: other instructions have an index in its place. */
static bool load_instruction(struct dif_machine *machine, uint32_t op, uint32_t instruction)
{
    bool plain = op >= DIF_OP_LDSB && op <= DIF_OP_LDX;
    bool checked = op >= DIF_OP_RLDSB && op <= DIF_OP_RLDX;
    bool user = op >= DIF_OP_ULDSB && op <= DIF_OP_ULDX;
    if (!plain && !checked && !user)
        return false;
    uint64_t address = machine->registers[dif_r1(instruction)];
    machine->registers[dif_rd(instruction)] =
        user ? load_user(machine, address)
             : load(machine, op - (plain ? DIF_OP_LDSB : DIF_OP_RLDSB), address);
    return true;
}

void dif_instruction(struct dif_machine *machine, uint32_t instruction)
{
    uint64_t *registers = machine->registers;
    uint32_t op = dif_op(instruction);
    if (load_instruction(machine, op, instruction))
        return;
    switch (op) {
    case DIF_OP_ALLOCS:
    case DIF_OP_COPYS:
    case DIF_OP_STB:
    case DIF_OP_STH:
    case DIF_OP_STW:
    case DIF_OP_STX:
        scratch_instruction(machine, instruction);
        return;
    case DIF_OP_SCMP:
        compare_strings(machine, registers[dif_r1(instruction)], registers[dif_r2(instruction)]);
        return;
    case DIF_OP_CALL:
        dif_call(machine, dif_index(instruction), &registers[dif_rd(instruction)]);
        return;
    case DIF_OP_PUSHTR:
    case DIF_OP_PUSHTV:
    case DIF_OP_POPTS:
    case DIF_OP_FLUSHTS:
        tuple_instruction(machine, instruction);
        return;
    case DIF_OP_LDGA:
    case DIF_OP_LDTA:
    case DIF_OP_STGA:
        array_instruction(machine, instruction);
        return;
    default:
        dif_variable_instruction(machine, instruction);
    }
}
