/* Code for translated values: section 7.4 of the language. */
#include "flight/d/generate.h"
#include "trace/dtrace/dif.h"

void d_gen_translated(struct d_making *making, struct d_node *node)
{
    d_gen(making, node->first);
    node->ident->bound_register = node->first->reg;
    d_gen(making, node->second);
    d_register_free(making, node->first->reg);
    node->reg = node->second->reg;
}

static uint32_t memory_by_call(struct d_making *making, uint64_t size)
{
    uint32_t reg = d_register_take(making);
    d_emit_setx(making, size, reg);
    d_emit(making, DIF_OP_FLUSHTS, 0, 0, 0);
    d_emit(making, DIF_OP_PUSHTV, DIF_TYPE_C, D_REGISTER_ZERO, reg);
    d_emit_index(making, DIF_OP_CALL, DIF_SUBR_ALLOCA, reg);
    return reg;
}

static uint32_t memory_by_instruction(struct d_making *making, uint64_t size)
{
    uint32_t reg = d_register_take(making);
    d_emit_setx(making, size, reg);
    d_emit(making, DIF_OP_ALLOCS, reg, 0, reg);
    return reg;
}

static void put_member(struct d_making *making, struct d_node *value, uint32_t memory)
{
    d_gen(making, value);
    uint32_t address = d_register_take(making);
    d_emit_setx(making, value->member->offset / 8, address);
    d_emit(making, DIF_OP_ADD, memory, address, address);
    d_gen_put(making, value->type, value->reg, address);
    d_register_free(making, address);
    d_register_free(making, value->reg);
}

static struct d_node *value_of(struct d_node *list, const struct d_member *member)
{
    while (list != NULL && list->member != member)
        list = list->next;
    return list;
}

void d_gen_xlate(struct d_making *making, struct d_node *node, bool assigned)
{
    const struct d_type *output = d_type_resolve(node->translator->output);
    d_gen(making, node->first);
    node->second->ident->bound_register = node->first->reg;
    node->reg = assigned ? memory_by_instruction(making, d_type_size(output))
                         : memory_by_call(making, d_type_size(output));
    if (assigned) {
        for (struct d_node *at = node->list; at != NULL; at = at->next)
            put_member(making, at, node->reg);
    } else {
        for (const struct d_member *at = output->members; at != NULL; at = at->next) {
            struct d_node *value = value_of(node->list, at);
            if (value != NULL)
                put_member(making, value, node->reg);
        }
    }
    d_register_free(making, node->first->reg);
}
