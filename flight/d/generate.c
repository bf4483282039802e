/* DIFOs out of expressions. */
#include "flight/d/generate.h"

#include "trace/dtrace/dif.h"

static struct d_making begin(struct d_compiler *compiler)
{
    return (struct d_making){.compiler = compiler, .difo = d_take(compiler, sizeof(struct d_difo))};
}

static struct d_difo *finish(struct d_making *making, uint32_t reg)
{
    d_emit(making, DIF_OP_RET, 0, 0, reg);
    d_making_finish(making);
    d_making_variables(making);
    return making->difo;
}

struct d_difo *d_generate(struct d_compiler *compiler, struct d_node *node)
{
    struct d_making making = begin(compiler);
    compiler->place = node->place;
    d_making_string(&making, ""); /* every expression's table begins with it */
    d_gen(&making, node);
    making.difo->result = d_difo_type_of(node->type, node->by_reference, node->userland);
    return finish(&making, node->reg);
}

struct d_difo *d_generate_constant(struct d_compiler *compiler, uint64_t value)
{
    struct d_making making = begin(compiler);
    uint32_t reg = d_register_take(&making);
    d_emit_setx(&making, value, reg);
    making.difo->result = (struct d_difo_type){.ckind = D_TYPE_INTEGER, .size = 8};
    return finish(&making, reg);
}

struct d_difo *d_generate_nothing(struct d_compiler *compiler)
{
    struct d_making making = begin(compiler);
    making.difo->result = (struct d_difo_type){.ckind = D_TYPE_INTEGER, .size = 8};
    return finish(&making, D_REGISTER_ZERO);
}
