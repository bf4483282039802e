/* Code for what lies in memory: loads, stores, members, bit-fields (section 7.2 of the language). */
#include "flight/d/generate.h"
#include "trace/dtrace/dif.h"

static uint32_t load_opcode(uint64_t size, bool is_signed, bool userland)
{
    uint32_t base = userland ? DIF_OP_ULDSB : DIF_OP_LDSB;
    uint32_t unsigned_offset = is_signed ? 0 : DIF_OP_LDUB - DIF_OP_LDSB;
    if (size == 1)
        return base + unsigned_offset;
    if (size == 2)
        return base + unsigned_offset + DIF_OP_LDSH - DIF_OP_LDSB;
    if (size == 4)
        return base + unsigned_offset + DIF_OP_LDSW - DIF_OP_LDSB;
    return base + DIF_OP_LDX - DIF_OP_LDSB;
}

static uint32_t store_opcode(uint64_t size)
{
    if (size == 1)
        return DIF_OP_STB;
    if (size == 2)
        return DIF_OP_STH;
    return size == 4 ? DIF_OP_STW : DIF_OP_STX;
}

static bool is_loadable(uint64_t size)
{
    return size == 1 || size == 2 || size == 4 || size == 8;
}

void d_gen_load(struct d_making *making, uint32_t reg, const struct d_node *node)
{
    uint64_t size = d_type_size(node->type);
    if (node->by_reference || !is_loadable(size))
        return;
    d_emit(making, load_opcode(size, node->is_signed, node->userland), reg, 0, reg);
}

bool d_in_memory(const struct d_node *node)
{
    return node->kind == D_NODE_MEMBER || node->kind == D_NODE_SYMBOL ||
           (node->kind == D_NODE_UNARY && node->op == D_TOKEN_MUL);
}

static void add_offset(struct d_making *making, uint32_t reg, uint64_t bytes)
{
    if (bytes != 0)
        d_gen_with_constant(making, DIF_OP_ADD, reg, bytes);
}

void d_gen_address(struct d_making *making, struct d_node *node)
{
    if (node->kind == D_NODE_SYMBOL) {
        node->reg = d_register_take(making);
        d_emit_setx(making, node->ident->symbol->address, node->reg);
    } else if (node->kind == D_NODE_MEMBER && node->translator == NULL) {
        d_gen(making, node->first);
        node->reg = node->first->reg;
        add_offset(making, node->reg, node->member->offset / 8);
    } else if (node->kind == D_NODE_UNARY && node->op == D_TOKEN_MUL) {
        d_gen(making, node->first);
        node->reg = node->first->reg;
    } else {
        d_gen(making, node);
    }
}

/* The unit that a bit-field is read from: a power of two of bytes from its first byte on. */
static uint64_t unit_size(const struct d_member *member)
{
    uint64_t bits = member->offset % 8 + member->bits;
    uint64_t size = 1;
    while (8 * size < bits && size < 8)
        size *= 2;
    return size;
}

static void gen_field(struct d_making *making, const struct d_node *node)
{
    const struct d_member *member = node->member;
    uint64_t shift = member->offset % 8, width = member->bits;
    d_emit(making, load_opcode(unit_size(member), node->is_signed, node->userland), node->reg, 0,
           node->reg);
    if (node->is_signed) {
        d_gen_with_constant(making, DIF_OP_SLL, node->reg, 64 - (shift + width));
        d_gen_with_constant(making, DIF_OP_SRA, node->reg, 64 - width);
    } else {
        d_gen_with_constant(making, DIF_OP_SRL, node->reg, shift);
        d_gen_with_constant(making, DIF_OP_AND, node->reg,
                            width < 64 ? (UINT64_C(1) << width) - 1 : UINT64_MAX);
    }
}

void d_gen_member(struct d_making *making, struct d_node *node)
{
    if (node->translator != NULL) {
        d_gen_translated(making, node);
        return;
    }
    d_gen_address(making, node);
    if (node->member->bits != 0)
        gen_field(making, node);
    else
        d_gen_load(making, node->reg, node);
}

/* The other bits of the unit stay as they are. */
static void put_field(struct d_making *making, const struct d_node *to, uint32_t value,
                      uint32_t address)
{
    const struct d_member *member = to->member;
    uint64_t shift = member->offset % 8, size = unit_size(member);
    uint64_t mask = member->bits < 64 ? (UINT64_C(1) << member->bits) - 1 : UINT64_MAX;
    uint32_t unit = d_register_take(making), bits = d_register_take(making);
    d_emit(making, load_opcode(size, to->is_signed, false), address, 0, unit);
    d_emit_setx(making, ~(mask << shift), bits);
    d_emit(making, DIF_OP_AND, unit, bits, unit);
    d_emit_setx(making, mask, bits);
    d_emit(making, DIF_OP_AND, value, bits, bits);
    d_gen_with_constant(making, DIF_OP_SLL, bits, shift);
    d_emit(making, DIF_OP_OR, unit, bits, unit);
    d_emit(making, store_opcode(size), unit, 0, address);
    d_register_free(making, bits);
    d_register_free(making, unit);
}

void d_gen_put(struct d_making *making, const struct d_type *type, uint32_t value, uint32_t address)
{
    uint64_t size = d_type_size(type);
    if (!d_type_is_by_reference(type) && is_loadable(size)) {
        d_emit(making, store_opcode(size), value, 0, address);
        return;
    }
    uint32_t bytes = d_register_take(making);
    d_emit_setx(making, size, bytes);
    d_emit(making, DIF_OP_COPYS, value, bytes, address);
    d_register_free(making, bytes);
}

void d_gen_store(struct d_making *making, struct d_node *to, uint32_t value)
{
    d_gen_address(making, to);
    if (to->kind == D_NODE_MEMBER && to->member->bits != 0)
        put_field(making, to, value, to->reg);
    else
        d_gen_put(making, to->type, value, to->reg);
    d_register_free(making, to->reg);
}
