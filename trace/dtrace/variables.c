/* Where variables lie, from what the programs have declared. */
#include "trace/dtrace/variables.h"

#include "trace/dtrace/at_rest.h"
#include "trace/dtrace/variables_layout.h"
#include "trace/local.h"

enum {
    CHUNK_DEFAULT = 256 /* bytes */
};

/* --- Places --- */

static bool is_before(const struct dif_declaration *a, const struct dif_declaration *b)
{
    if (a->scope != b->scope)
        return a->scope < b->scope;
    if (a->program != b->program)
        return a->program < b->program;
    return a->id < b->id;
}

/* Shell's sort: short, in place, and quick enough for what one object can declare. */
static void sort_declarations(struct dif_declaration *list, uint32_t count)
{
    for (uint32_t gap = count / 2; gap > 0; gap /= 2)
        for (uint32_t i = gap; i < count; i++) {
            struct dif_declaration moved = list[i];
            uint32_t at = i;
            for (; at >= gap && is_before(&moved, &list[at - gap]); at -= gap)
                list[at] = list[at - gap];
            list[at] = moved;
        }
}

static struct dif_declaration *sorted(struct dtrace_memory *memory,
                                      const struct dif_declarations *declarations)
{
    struct dif_declaration *list =
        dtrace_memory_array(memory, declarations->count, sizeof *list, 8);
    if (list && declarations->count > 0) {
        __builtin_memcpy(list, declarations->list, declarations->count * sizeof *list);
        sort_declarations(list, declarations->count);
    }
    return list;
}

static struct dtrace_slot slot_of(const struct dif_declaration *declaration)
{
    bool by_ref = (declaration->type.flags & DIF_TYPE_BY_REF) != 0;
    return (struct dtrace_slot){
        .id = declaration->id,
        .size = by_ref ? declaration->type.size : 0,
        .kind = declaration->kind,
        .by_ref = by_ref,
        .is_string = declaration->type.kind == DIF_TYPE_STRING,
    };
}

/* What the statics of one scope take. */
struct space {
    uint32_t cells;
    uint64_t bytes;
};

/* Gives a variable its place; arrays have none of their own. */
static void place(struct dtrace_slot *slot, struct space *space)
{
    slot->place = (uint32_t)space->bytes;
    slot->cell = space->cells;
    if (slot->kind != DIF_KIND_SCALAR)
        return;
    if (slot->by_ref)
        space->bytes += STATIC_HEAD + dtrace_round8(slot->size);
    else
        space->cells++;
}

/* The part of `list` that has this scope and program, as slots; false: too much for 32 bits. */
AT_REST static bool make_slots(struct dtrace_slot *list, const struct dif_declaration *from,
                               uint32_t count, struct space *space)
{
    for (uint32_t i = 0; i < count; i++) {
        list[i] = slot_of(&from[i]);
        if (from[i].scope != DIF_SCOPE_THREAD)
            place(&list[i], space);
        if (space->bytes > UINT32_MAX / 2)
            return false;
    }
    return true;
}

static uint32_t count_scope(const struct dif_declaration *list, uint32_t count, uint32_t scope,
                            uint32_t program)
{
    uint32_t same = 0;
    while (same < count && list[same].scope == scope && list[same].program == program)
        same++;
    return same;
}

uint64_t dtrace_variables_statics(const struct dif_declarations *declarations, uint32_t cpus)
{
    const uint64_t each = sizeof(struct dif_declaration) + sizeof(struct dtrace_slot);
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < declarations->count; i++) {
        const struct dtrace_slot slot = slot_of(&declarations->list[i]);
        uint32_t copies = declarations->list[i].scope == DIF_SCOPE_LOCAL ? cpus : 1;
        bool has_data = slot.by_ref && slot.kind == DIF_KIND_SCALAR;
        bytes += each + copies * (STATIC_HEAD + (has_data ? dtrace_round8(slot.size) : 0));
    }
    return bytes;
}

static bool take_statics(struct dtrace_statics *statics, struct dtrace_memory *memory,
                         const struct space *space)
{
    statics->cells = dtrace_memory_array(memory, space->cells, sizeof *statics->cells, 8);
    statics->data = dtrace_memory_take(memory, (size_t)space->bytes, 8);
    return statics->cells && statics->data;
}

static bool take_locals(struct dtrace_variables *variables, struct dtrace_memory *memory,
                        const struct space *space)
{
    variables->local = dtrace_memory_array(memory, variables->cpus, sizeof *variables->local, 8);
    if (!variables->local)
        return false;
    for (uint32_t cpu = 0; cpu < variables->cpus; cpu++)
        if (!take_statics(&variables->local[cpu], memory, space))
            return false;
    return true;
}

/* Clause-locals are numbered in each program anew, and their places follow each other. */
static void divide_locals(struct dtrace_variables *variables, struct dtrace_slots *of_program,
                          const struct dif_declaration *from)
{
    uint32_t at = 0;
    for (uint32_t program = 0; program < variables->programs; program++) {
        uint32_t count =
            count_scope(from + at, variables->locals.count - at, DIF_SCOPE_LOCAL, program);
        of_program[program] = (struct dtrace_slots){variables->locals.list + at, count};
        at += count;
    }
    variables->of_program = of_program;
}

/* `list` is what is declared, sorted: globals, threads', locals. */
static bool make_scopes(struct dtrace_variables *variables, struct dtrace_memory *memory,
                        const struct dif_declaration *list, uint32_t count)
{
    struct space global = {0, 0}, local = {0, 0};
    uint32_t globals = count_scope(list, count, DIF_SCOPE_GLOBAL, 0);
    uint32_t threads = count_scope(list + globals, count - globals, DIF_SCOPE_THREAD, 0);
    uint32_t locals = count - globals - threads;
    struct dtrace_slot *slots = dtrace_memory_array(memory, count, sizeof *slots, 8);
    struct dtrace_slots *of_program =
        dtrace_memory_array(memory, variables->programs, sizeof *of_program, 8);
    if (!slots || !of_program || !make_slots(slots, list, globals + threads, &global) ||
        !make_slots(slots + globals + threads, list + globals + threads, locals, &local))
        return false;
    variables->globals = (struct dtrace_slots){slots, globals};
    variables->threads = (struct dtrace_slots){slots + globals, threads};
    variables->locals = (struct dtrace_slots){slots + globals + threads, locals};
    variables->global_bytes = global.bytes;
    variables->local_bytes = local.bytes;
    divide_locals(variables, of_program, list + globals + threads);
    return take_statics(&variables->global, memory, &global) &&
           take_locals(variables, memory, &local);
}

static uint32_t chunk_size(uint32_t chunk)
{
    return (uint32_t)dtrace_round8(chunk == 0 ? CHUNK_DEFAULT : chunk);
}

AT_REST uint64_t dtrace_variables_least(uint32_t chunk)
{
    return dtrace_round8(dtrace_pool_least(chunk_size(chunk)));
}

static bool fill_variables(struct dtrace_variables *variables, struct dtrace_memory *memory,
                           const struct dtrace_variables_config *config)
{
    variables->programs = config->programs;
    variables->cpus = config->cpus;
    variables->losses = dtrace_memory_array(memory, config->cpus, sizeof *variables->losses, 8);
    struct dif_declaration *list = sorted(memory, config->declarations);
    return variables->losses && list &&
           make_scopes(variables, memory, list, config->declarations->count) &&
           dtrace_pool_make(&variables->pool, memory, config->dynvarsize,
                            chunk_size(config->chunk));
}

AT_REST struct dtrace_variables *dtrace_variables_make(struct dtrace_memory *memory,
                                                       const struct dtrace_variables_config *config)
{
    size_t mark = memory->used;
    struct dtrace_variables *variables = dtrace_memory_take(memory, sizeof *variables, 8);
    if (variables && fill_variables(variables, memory, config))
        return variables;
    memory->used = mark;
    return NULL;
}

/* --- Asking --- */

/* The last variable whose place is not behind `offset`: places ascend. */
static const struct dtrace_slot *slot_at(const struct dtrace_slots *slots, uint64_t offset)
{
    uint32_t low = 0, high = slots->count;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (slots->list[middle].place <= offset)
            low = middle;
        else
            high = middle;
    }
    return &slots->list[low];
}

static uint64_t static_extent(const struct dtrace_slots *slots, const uint8_t *data, uint64_t bytes,
                              uint64_t address)
{
    uint64_t offset = address - (uintptr_t)data;
    if (offset >= bytes)
        return 0;
    const struct dtrace_slot *slot = slot_at(slots, offset);
    uint64_t inside = offset - slot->place;
    if (inside < STATIC_HEAD || inside - STATIC_HEAD >= slot->size)
        return 0;
    return slot->size - (inside - STATIC_HEAD);
}

uint64_t dtrace_variables_extent(const struct dtrace_variables *variables, uint32_t cpu,
                                 uint64_t address)
{
    uint64_t extent = static_extent(&variables->globals, variables->global.data,
                                    variables->global_bytes, address);
    if (extent == 0)
        extent = static_extent(&variables->locals, variables->local[cpu].data,
                               variables->local_bytes, address);
    if (extent == 0)
        extent = dtrace_pool_extent(&variables->pool, address);
    return extent;
}

AT_REST struct dtrace_variables_counts
dtrace_variables_counts(const struct dtrace_variables *variables)
{
    struct dtrace_variables_counts counts = {.chunks = variables->pool.chunk_count};
    counts.in_use = __atomic_load_n(&variables->pool.in_use, __ATOMIC_RELAXED);
    for (uint32_t cpu = 0; cpu < variables->cpus; cpu++) {
        counts.dynamic_drops += trace_local_read(&variables->losses[cpu].drops);
        counts.too_large += trace_local_read(&variables->losses[cpu].too_large);
    }
    return counts;
}
