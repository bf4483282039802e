/* Instructions, labels and registers of a DIFO (section 7.1 of the language). */
#include "flight/d/generate.h"
#include "trace/dtrace/dif.h"

#define CODE_MAX 0x40000u /* instructions: more than any table of a DOF object may hold */

static void append(struct d_making *making, uint32_t instruction)
{
    struct d_difo *difo = making->difo;
    if (difo->code_count == CODE_MAX)
        d_fail(making->compiler, "", "too much code in one expression");
    difo->code = d_grow(making->compiler, difo->code, difo->code_count, &making->code_capacity,
                        sizeof *difo->code);
    difo->code[difo->code_count++] = instruction;
}

void d_emit(struct d_making *making, uint32_t op, uint32_t r1, uint32_t r2, uint32_t rd)
{
    append(making, op << 24 | r1 << 16 | r2 << 8 | rd);
}

void d_emit_index(struct d_making *making, uint32_t op, uint32_t index, uint32_t rd)
{
    append(making, op << 24 | index << 8 | rd);
}

void d_emit_setx(struct d_making *making, uint64_t value, uint32_t rd)
{
    d_emit_index(making, DIF_OP_SETX, d_making_integer(making, value), rd);
}

uint32_t d_label_new(struct d_making *making)
{
    making->labels = d_grow(making->compiler, making->labels, making->label_count,
                            &making->label_capacity, sizeof *making->labels);
    making->labels[making->label_count] = 0;
    return (uint32_t)making->label_count++;
}

void d_label_here(struct d_making *making, uint32_t label)
{
    making->labels[label] = (uint32_t)making->difo->code_count;
}

void d_emit_branch(struct d_making *making, uint32_t op, uint32_t label)
{
    append(making, op << 24 | label);
}

void d_making_finish(struct d_making *making)
{
    struct d_difo *difo = making->difo;
    for (size_t i = 0; i < difo->code_count; i++) {
        uint32_t op = dif_op(difo->code[i]);
        if (op >= DIF_OP_BA && op <= DIF_OP_BLEU)
            difo->code[i] = op << 24 | making->labels[dif_label(difo->code[i])];
    }
}

uint32_t d_register_take(struct d_making *making)
{
    for (uint32_t i = 1; i < making->compiler->options.registers; i++)
        if (!making->used[i]) {
            making->used[i] = true;
            return i;
        }
    d_fail(making->compiler, "D_NOREG", "Insufficient registers to generate code");
}

void d_register_free(struct d_making *making, uint32_t reg)
{
    making->used[reg] = false;
}
