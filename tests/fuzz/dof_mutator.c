/* Most changes know what DOF is made of, so that many a mutant gets as far as the interpreter. */
#include "tests/fuzz/dof_mutator.h"

#include <stdbool.h>
#include <string.h>

#include "trace/dtrace/dof.h"

enum {
    HEADER = 64,
    ENTRY = 32
};

struct mutation {
    const struct dof_bases *bases;
    struct dof_bytes *mutant;
    uint64_t state;
};

/* Chance is asked in an order that C defines: once in each expression, or in declarations one after the other. */

/* --- Chance ----------------------------------------------------------------------------------- */

static uint64_t chance(struct mutation *m)
{
    uint64_t z = m->state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

static uint64_t below(struct mutation *m, uint64_t bound)
{
    return bound == 0 ? 0 : chance(m) % bound;
}

static uint64_t interesting(struct mutation *m)
{
    static const uint64_t values[] = {
        0,          1,          2,
        3,          4,          7,
        8,          9,          16,
        20,         24,         31,
        32,         33,         48,
        63,         64,         127,
        128,        255,        256,
        0x4ff,      0x500,      0x501,
        0x7fff,     0x8000,     0xffff,
        0x10000,    0x3ffff,    0x40000,
        0x7fffff,   0x800000,   0x7fffffff,
        0x80000000, 0xfffffff8, 0xfffffffe,
        0xffffffff, 1ull << 32, 1ull << 62,
        INT64_MAX,  1ull << 63, UINT64_MAX - 7,
        UINT64_MAX, 0x10000001, UINT64_MAX - 1,
    };
    uint64_t value = values[below(m, sizeof values / sizeof *values)];
    switch (below(m, 4)) {
    case 0:
        return below(m, 64);
    case 1:
        return m->mutant->size - below(m, 40);
    default:
        return value;
    }
}

/* --- Bytes ------------------------------------------------------------------------------------ */

static uint64_t get(const struct dof_bytes *dof, uint64_t offset, uint32_t width)
{
    uint64_t value = 0;
    if (offset <= dof->size && width <= dof->size - offset)
        for (uint32_t i = 0; i < width; i++)
            value |= (uint64_t)dof->bytes[offset + i] << 8 * i;
    return value;
}

static void set(struct mutation *m, uint64_t offset, uint32_t width, uint64_t value)
{
    struct dof_bytes *dof = m->mutant;
    if (offset <= dof->size && width <= dof->size - offset)
        for (uint32_t i = 0; i < width; i++)
            dof->bytes[offset + i] = (uint8_t)(value >> 8 * i);
}

static void flip_bit(struct mutation *m)
{
    uint64_t offset = below(m, m->mutant->size);
    uint64_t bit = below(m, 8);
    set(m, offset, 1, get(m->mutant, offset, 1) ^ 1ull << bit);
}

static void set_byte(struct mutation *m)
{
    uint64_t offset = below(m, m->mutant->size);
    set(m, offset, 1, chance(m));
}

static void set_field(struct mutation *m)
{
    uint32_t width = below(m, 3) == 0 ? 8 : 4;
    uint64_t offset = below(m, m->mutant->size / width) * width;
    set(m, offset, width, interesting(m));
}

static void set_header(struct mutation *m)
{
    bool ident = below(m, 4) == 0;
    uint64_t offset = ident ? below(m, 16) : 16 + 4 * below(m, 12);
    set(m, offset, ident ? 1 : 4, interesting(m));
}

static void copy_within(struct mutation *m)
{
    uint64_t size = m->mutant->size;
    uint64_t length = 4 * (1 + below(m, 16));
    uint64_t from = 4 * below(m, size / 4);
    uint64_t to = 4 * below(m, size / 4);
    if (from + length <= size && to + length <= size)
        memmove(m->mutant->bytes + to, m->mutant->bytes + from, length);
}

static void splice(struct mutation *m)
{
    const struct dof_bytes *other = &m->bases->base[below(m, m->bases->count)];
    uint64_t length = 4 * (1 + below(m, 64));
    uint64_t from = 4 * below(m, other->size / 4);
    uint64_t to = 4 * below(m, m->mutant->size / 4);
    if (from + length <= other->size && to + length <= m->mutant->size)
        memcpy(m->mutant->bytes + to, other->bytes + from, length);
}

/* The size that the header tells may follow, or not. */
static void resize(struct mutation *m)
{
    struct dof_bytes *dof = m->mutant;
    uint64_t change = 1 + below(m, 64);
    if (below(m, 2) == 0 && change < dof->size) {
        dof->size -= change;
    } else if (dof->size + change <= DOF_MUTANT_MAX) {
        memset(dof->bytes + dof->size, (int)below(m, 256), change);
        dof->size += change;
    }
    if (below(m, 2) == 0)
        set(m, 40, 8, dof->size);
}

static void insert(struct mutation *m)
{
    struct dof_bytes *dof = m->mutant;
    uint64_t length = 8 * (1 + below(m, 4)), at = 8 * below(m, dof->size / 8);
    if (dof->size + length > DOF_MUTANT_MAX)
        return;
    memmove(dof->bytes + at + length, dof->bytes + at, dof->size - at);
    dof->size += length;
    set(m, 40, 8, dof->size);
}

/* --- Sections --------------------------------------------------------------------------------- */

static uint64_t count_of(const struct dof_bytes *dof)
{
    uint64_t count = get(dof, 28, 4), most = (dof->size - HEADER) / ENTRY;
    return dof->size < HEADER ? 0 : count < most ? count : most;
}

static uint64_t any_entry(struct mutation *m)
{
    return HEADER + ENTRY * below(m, count_of(m->mutant));
}

/* The header of one of the sections of that type, 0: there is none. */
static uint64_t entry_of(struct mutation *m, uint32_t type)
{
    uint64_t count = count_of(m->mutant), first = below(m, count);
    for (uint64_t i = 0; i < count; i++) {
        uint64_t entry = HEADER + ENTRY * ((first + i) % count);
        if (get(m->mutant, entry, 4) == type)
            return entry;
    }
    return 0;
}

static void set_entry(struct mutation *m)
{
    static const struct {
        uint8_t offset, width;
    } fields[] = {{0, 4}, {4, 4}, {8, 4}, {12, 4}, {16, 8}, {24, 8}};
    uint64_t field = below(m, sizeof fields / sizeof *fields), entry = any_entry(m);
    uint64_t value = interesting(m);
    if (below(m, 2) == 0)
        value = get(m->mutant, any_entry(m) + fields[field].offset, fields[field].width);
    set(m, entry + fields[field].offset, fields[field].width, value);
}

static void swap_entries(struct mutation *m)
{
    uint8_t kept[ENTRY];
    uint64_t a = any_entry(m), b = any_entry(m);
    if (a + ENTRY > m->mutant->size || b + ENTRY > m->mutant->size)
        return;
    memcpy(kept, m->mutant->bytes + a, ENTRY);
    memmove(m->mutant->bytes + a, m->mutant->bytes + b, ENTRY);
    if (below(m, 2) == 0) /* otherwise one is there twice */
        memcpy(m->mutant->bytes + b, kept, ENTRY);
}

/* Somewhere in the data of a section of that type, at a multiple of `unit`. */
static uint64_t place_in(struct mutation *m, uint32_t type, uint64_t unit)
{
    uint64_t entry = entry_of(m, type);
    uint64_t offset = get(m->mutant, entry + 16, 8), size = get(m->mutant, entry + 24, 8);
    uint64_t unit_number = below(m, size / unit);
    return entry == 0 ? m->mutant->size : offset + unit * unit_number;
}

/* --- What sections say ------------------------------------------------------------------------ */

static void set_link(struct mutation *m)
{
    static const struct {
        uint8_t type, offset;
    } links[] = {{3, 0}, {3, 4}, {3, 8}, {4, 0}, {5, 0}, {5, 4}, {6, 8}, {6, 12}, {6, 16}, {6, 20}};
    uint64_t link = below(m, sizeof links / sizeof *links);
    uint64_t place = place_in(m, links[link].type, links[link].type == 5 ? 32 : 1 << 20);
    static const uint8_t types[] = {3, 4, 5, 6, 7, 8, 9, 19};
    uint64_t entry = entry_of(m, types[below(m, sizeof types)]);
    uint64_t target = below(m, 8) == 0 ? interesting(m) : (entry - HEADER) / ENTRY;
    set(m, place + links[link].offset, 4, target);
}

static void set_action(struct mutation *m)
{
    static const uint16_t kinds[] = {1,     2,     3,     4,     5,     6,     7,     0x101, 0x102,
                                     0x103, 0x104, 0x105, 0x201, 0x202, 0x203, 0x204, 0x401, 0x402,
                                     0x403, 0x501, 0x502, 0x503, 0x601, 0x602, 0x603, 0x701, 0x702,
                                     0x703, 0x704, 0x705, 0x706, 0x707, 0x708, 0x709};
    uint64_t place = place_in(m, 5, 32);
    switch (below(m, 4)) {
    case 0:
        set(m, place + 12, 4, below(m, 6));
        break;
    case 1:
        set(m, place + 16, 8, interesting(m));
        break;
    default:
        set(m, place + 8, 4, kinds[below(m, sizeof kinds / sizeof *kinds)]);
    }
}

static void set_variable(struct mutation *m)
{
    uint64_t place = place_in(m, 9, 20);
    switch (below(m, 6)) {
    case 0:
        set(m, place + 4, 4, 0x500 + below(m, 4));
        break;
    case 1:
        set(m, place + 8, 1, below(m, 3));
        break;
    case 2:
        set(m, place + 9, 1, below(m, 4));
        break;
    case 3:
        set(m, place + 12, 1, below(m, 3));
        break;
    case 4:
        set(m, place + 14, 1, below(m, 4));
        break;
    default:
        set(m, place + 16, 4, interesting(m));
    }
}

static void set_integer(struct mutation *m)
{
    uint64_t place = place_in(m, 19, 8);
    set(m, place, 8, interesting(m));
}

static void set_result(struct mutation *m)
{
    uint64_t place = place_in(m, 6, 1 << 20);
    uint64_t field = 2 * below(m, 4); /* kind, flags, size, size */
    if (field < 4)
        set(m, place + field, 1, below(m, 4));
    else
        set(m, place + 4, 4, below(m, 2) == 0 ? 1ull << below(m, 4) : interesting(m));
}

/* --- Code ------------------------------------------------------------------------------------- */

static uint32_t random_index(struct mutation *m, uint32_t op)
{
    if (op == DIF_OP_SETX || op == DIF_OP_SETS)
        return (uint32_t)below(m, 3);
    if (op == DIF_OP_CALL)
        return (uint32_t)below(m, DIF_SUBR_MAX + 1);
    if (op == DIF_OP_LDGS && below(m, 2) == 0)
        return DIF_VAR_CURTHREAD + (uint32_t)below(m, 0x24);
    return DIF_VAR_USER + (uint32_t)below(m, 2);
}

static bool has_index(uint32_t op)
{
    return op == DIF_OP_SETX || op == DIF_OP_SETS || op == DIF_OP_CALL ||
           (op >= DIF_OP_LDGS && op <= DIF_OP_STTS && op != DIF_OP_LDTA) ||
           (op >= DIF_OP_LDGAA && op <= DIF_OP_STLS);
}

static uint32_t random_instruction(struct mutation *m, uint32_t pc)
{
    uint32_t op = 1 + (uint32_t)below(m, DIF_OP_STGA);
    uint32_t r1 = (uint32_t)below(m, 8), r2 = (uint32_t)below(m, 8), rd = (uint32_t)below(m, 8);
    if (op >= DIF_OP_BA && op <= DIF_OP_BLEU)
        return op << 24 | (pc + 1 + (uint32_t)below(m, 4));
    if (has_index(op))
        return op << 24 | random_index(m, op) << 8 | rd;
    if (op == DIF_OP_PUSHTR || op == DIF_OP_PUSHTV)
        r1 = op == DIF_OP_PUSHTR ? r1 & 1 : 0;
    else if (op >= DIF_OP_LDSB && op != DIF_OP_SCMP && op != DIF_OP_LDGA && op != DIF_OP_SRA &&
             op != DIF_OP_COPYS)
        r2 = 0;
    return op << 24 | r1 << 16 | r2 << 8 | rd;
}

static void set_instruction(struct mutation *m)
{
    uint64_t entry = entry_of(m, 7);
    uint64_t offset = get(m->mutant, entry + 16, 8), size = get(m->mutant, entry + 24, 8);
    if (entry == 0 || size < 8)
        return;
    uint64_t pc = below(m, size / 4 - 1); /* the last one stays */
    set(m, offset + 4 * pc, 4, random_instruction(m, (uint32_t)pc));
}

static void set_operand(struct mutation *m)
{
    uint64_t place = place_in(m, 7, 4);
    uint64_t field = below(m, 3);
    set(m, place + field, 1, below(m, 9));
}

static void copy_instruction(struct mutation *m)
{
    uint64_t from = place_in(m, 7, 4), to = place_in(m, 7, 4);
    set(m, to, 4, get(m->mutant, from, 4));
}

/* --- All of it -------------------------------------------------------------------------------- */

void dof_mutant(const struct dof_bases *bases, uint64_t number, struct dof_bytes *mutant)
{
    /* What only a lucky few survive is rare, so that the rest comes to be run. */
    static void (*const kinds[])(struct mutation *) = {
        flip_bit,        set_byte,        set_field,       set_header,       copy_within,
        splice,          resize,          insert,          set_entry,        swap_entries,
        set_link,        set_link,        set_action,      set_action,       set_variable,
        set_variable,    set_integer,     set_integer,     set_result,       set_instruction,
        set_instruction, set_instruction, set_instruction, set_instruction,  set_instruction,
        set_operand,     set_operand,     set_operand,     copy_instruction, copy_instruction,
    };
    struct mutation m = {bases, mutant, number};
    *mutant = bases->base[below(&m, bases->count)];
    for (uint64_t i = below(&m, below(&m, 2) == 0 ? 2 : 8) + 1; i > 0; i--)
        kinds[below(&m, sizeof kinds / sizeof *kinds)](&m);
}
