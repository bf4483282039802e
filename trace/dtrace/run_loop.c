/* The interpreter's loop: simple instructions here, all others one call away.
 *
 * What it relies on is what dif_verify has checked: registers below 8, %r0 never written, branches forward and
 * within the code, indices within their tables, a ret at the end. */
#include "trace/dtrace/run.h"

#include "trace/dtrace/at_rest.h"
#include "trace/dtrace/run_machine.h"

void dif_fault(struct dif_machine *machine, enum dif_fault fault, uint64_t value)
{
    if (dif_faulted(machine))
        return;
    machine->run->fault = fault;
    machine->run->fault_address = value;
}

static void count_work(struct dif_machine *machine, uint64_t units)
{
    struct dtrace_firing *firing = machine->run->firing;
    uint64_t work = firing->work + units;
    firing->work = work < UINT32_MAX ? (uint32_t)work : UINT32_MAX;
    if (firing->work > DTRACE_WORK_MAX)
        dif_fault(machine, DIF_FAULT_WORK, 0);
}

void dif_work(struct dif_machine *machine, uint64_t bytes)
{
    count_work(machine, 1 + bytes / DTRACE_WORK_BYTES);
}

static uint64_t divide_signed(int64_t a, int64_t b)
{
    return b == -1 ? -(uint64_t)a : (uint64_t)(a / b); /* INT64_MIN / -1 would trap */
}

static uint64_t remainder_signed(int64_t a, int64_t b)
{
    return b == -1 ? 0 : (uint64_t)(a % b);
}

static uint64_t divide(struct dif_machine *machine, uint32_t op, uint64_t a, uint64_t b)
{
    if (b == 0) {
        dif_fault(machine, DIF_FAULT_DIVZERO, 0);
        return 0;
    }
    switch (op) {
    case DIF_OP_SDIV:
        return divide_signed((int64_t)a, (int64_t)b);
    case DIF_OP_UDIV:
        return a / b;
    case DIF_OP_SREM:
        return remainder_signed((int64_t)a, (int64_t)b);
    default:
        return a % b;
    }
}

/* With the complement, because >> of a negative number is the compiler's to define. */
static inline uint64_t shift_arithmetic(uint64_t value, uint32_t by)
{
    return value >> 63 ? ~(~value >> by) : value >> by;
}

#define A      registers[dif_r1(instruction)]
#define B      registers[dif_r2(instruction)]
#define RESULT registers[dif_rd(instruction)]
#define BRANCH_IF(condition)                                                                       \
    if (condition)                                                                                 \
        at = branch(machine, at, text + dif_label(instruction));                                   \
    continue

/* In front of the target.  Branches lead forward, so that what they pass over tells how much was run, and simple
 * instructions need not count themselves. */
static inline const uint32_t *branch(struct dif_machine *machine, const uint32_t *at,
                                     const uint32_t *target)
{
    machine->passed += (uint32_t)(target - at) - 1;
    return target - 1;
}

/* Runs to a ret or a fault and gives the instruction that ended it.  Long, because it is a table: a case for each
 * simple instruction, none of which calls anything.  Of the flags, N is difference < 0, Z is difference == 0, and V is
 * never set, as in DTrace. */
static const uint32_t *run_text(struct dif_machine *machine, const uint32_t *text)
{
    uint64_t *registers = machine->registers;
    for (const uint32_t *at = text;; at++) {
        uint32_t instruction = *at;
        uint32_t op = dif_op(instruction);
        switch (op) {
        case DIF_OP_OR:
            RESULT = A | B;
            continue;
        case DIF_OP_XOR:
            RESULT = A ^ B;
            continue;
        case DIF_OP_AND:
            RESULT = A & B;
            continue;
        case DIF_OP_SLL:
            RESULT = A << (B & 63);
            continue;
        case DIF_OP_SRL:
            RESULT = A >> (B & 63);
            continue;
        case DIF_OP_SRA:
            RESULT = shift_arithmetic(A, B & 63);
            continue;
        case DIF_OP_SUB:
            RESULT = A - B;
            continue;
        case DIF_OP_ADD:
            RESULT = A + B;
            continue;
        case DIF_OP_MUL:
            RESULT = A * B;
            continue;
        case DIF_OP_SDIV:
        case DIF_OP_UDIV:
        case DIF_OP_SREM:
        case DIF_OP_UREM:
            RESULT = divide(machine, op, A, B);
            break;
        case DIF_OP_NOT:
            RESULT = ~A;
            continue;
        case DIF_OP_MOV:
            RESULT = A;
            continue;
        case DIF_OP_CMP:
            machine->carry = A < B;
            machine->difference = (int64_t)(A - B);
            continue;
        case DIF_OP_TST:
            machine->carry = false;
            machine->difference = A != 0;
            continue;
        case DIF_OP_BA:
            BRANCH_IF(true);
        case DIF_OP_BE:
            BRANCH_IF(machine->difference == 0);
        case DIF_OP_BNE:
            BRANCH_IF(machine->difference != 0);
        case DIF_OP_BG:
            BRANCH_IF(machine->difference > 0);
        case DIF_OP_BGU:
            BRANCH_IF(!machine->carry && machine->difference != 0);
        case DIF_OP_BGE:
            BRANCH_IF(machine->difference >= 0);
        case DIF_OP_BGEU:
            BRANCH_IF(!machine->carry);
        case DIF_OP_BL:
            BRANCH_IF(machine->difference < 0);
        case DIF_OP_BLU:
            BRANCH_IF(machine->carry);
        case DIF_OP_BLE:
            BRANCH_IF(machine->difference <= 0);
        case DIF_OP_BLEU:
            BRANCH_IF(machine->carry || machine->difference == 0);
        case DIF_OP_RET:
            return at;
        case DIF_OP_NOP:
            continue;
        case DIF_OP_SETX:
            RESULT = machine->object->integers[dif_index(instruction)];
            continue;
        case DIF_OP_SETS:
            RESULT = (uintptr_t)machine->object->strings + dif_index(instruction);
            continue;
        default:
            dif_instruction(machine, instruction);
            break;
        }
        if (dif_faulted(machine))
            return at;
    }
}

uint64_t dif_run(struct dif_run *run, const struct dif_object *object)
{
    uint64_t registers[DIF_REGISTERS] = {0};
    struct dif_machine machine; /* the tuple as it is: nothing looks beyond its depth */
    machine.run = run;
    machine.object = object;
    machine.registers = registers;
    machine.difference = 0;
    machine.carry = false;
    machine.passed = machine.depth = 0;
    run->fault = DIF_FAULT_NONE;
    run->fault_offset = 0;
    run->fault_address = 0;
    const uint32_t *end = run_text(&machine, object->text);
    count_work(&machine, (uint32_t)(end - object->text) + 1 - machine.passed);
    if (dif_faulted(&machine)) {
        run->fault_offset = (uint32_t)(end - object->text) * (uint32_t)sizeof *end;
        return 0;
    }
    return registers[dif_rd(*end)];
}

AT_REST const char *dif_fault_str(enum dif_fault fault)
{
    switch (fault) {
    case DIF_FAULT_NONE:
        return "unknown fault";
    case DIF_FAULT_BADADDR:
        return "invalid address";
    case DIF_FAULT_BADALIGN:
        return "invalid alignment";
    case DIF_FAULT_ILLOP:
        return "illegal operation";
    case DIF_FAULT_DIVZERO:
        return "divide-by-zero";
    case DIF_FAULT_NOSCRATCH:
        return "out of scratch space";
    case DIF_FAULT_KPRIV:
        return "invalid kernel access";
    case DIF_FAULT_UPRIV:
        return "invalid user access";
    case DIF_FAULT_TUPOFLOW:
        return "tuple stack overflow";
    case DIF_FAULT_BADSTACK:
        return "bad stack";
    case DIF_FAULT_WORK:
        return "too much work in one firing";
    }
    return "unknown fault";
}
