/* How large the dynamic variables may become that a verified object stores: as far as the code shows, the largest
 * tuple at a store, and the variable's declared size.
 *
 * The same rule as DTrace's: the size of a key by reference is the constant that was loaded last. */
#include "trace/dtrace/dif_parts.h"
#include "trace/dtrace/variables_layout.h"

enum {
    KEYS_OWN = 2, /* at most, beside the tuple's: variable, thread */
};

/* What the tuple stack holds at an instruction. */
struct tuple_guess {
    uint64_t constant; /* of the last setx, 0: none yet */
    uint64_t bytes;
    uint32_t keys;
};

static void guess_push(struct tuple_guess *guess, uint32_t instruction)
{
    if (guess->keys < DIF_TUPLE_MAX)
        guess->keys++;
    if (dif_op(instruction) != DIF_OP_PUSHTR)
        return;
    uint64_t size = dif_r2(instruction) == 0 ? 0 : guess->constant;
    if (dif_r1(instruction) == DIF_TYPE_STRING && size == 0)
        size = DIF_STRING_DEFAULT;
    guess->bytes += size < UINT32_MAX ? dtrace_round8(size) : UINT32_MAX;
}

static uint64_t chunk_of(const struct tuple_guess *guess, uint64_t size)
{
    uint64_t keys = (guess->keys + KEYS_OWN) * sizeof(struct dtrace_key);
    return sizeof(struct dtrace_chunk) + keys + guess->bytes + dtrace_round8(size < 8 ? 8 : size);
}

/* Gives what a store needs, 0 for any other instruction. */
static uint64_t guess_instruction(const struct dif_check *check, struct tuple_guess *guess,
                                  uint32_t instruction)
{
    static const struct tuple_guess no_tuple = {0, 0, 0};
    uint32_t id = dif_index(instruction);
    switch (dif_op(instruction)) {
    case DIF_OP_SETX:
        guess->constant = check->object->integers[id];
        return 0;
    case DIF_OP_FLUSHTS:
        guess->keys = 0;
        guess->bytes = 0;
        return 0;
    case DIF_OP_PUSHTR:
    case DIF_OP_PUSHTV:
        guess_push(guess, instruction);
        return 0;
    case DIF_OP_STGAA:
        return chunk_of(guess, dif_declared_size(check, DIF_SCOPE_GLOBAL, id));
    case DIF_OP_STTAA:
        return chunk_of(guess, dif_declared_size(check, DIF_SCOPE_THREAD, id));
    case DIF_OP_STTS:
        return chunk_of(&no_tuple, dif_declared_size(check, DIF_SCOPE_THREAD, id));
    default:
        return 0;
    }
}

uint32_t dif_chunk(const struct dif_check *check)
{
    const uint64_t most = UINT32_MAX / 4;
    const struct dif_object *object = check->object;
    struct tuple_guess guess = {0, 0, 0};
    uint64_t chunk = 0;
    for (uint32_t pc = 0; pc < object->length; pc++) {
        uint64_t bytes = guess_instruction(check, &guess, object->text[pc]);
        if (bytes > chunk)
            chunk = bytes;
    }
    return (uint32_t)(chunk < most ? chunk : most);
}
