/* The verifier: every instruction on its own, then what they are together.
 *
 * After it, running needs no check of registers, indices, branches and ids of variables.  Its time grows with the
 * size of the object alone. */
#include "trace/dtrace/dif_parts.h"

/* What the fields of an instruction are. */
enum form {
    FORM_INVALID,
    FORM_THREE,          /* r1, r2, rd */
    FORM_TWO,            /* r1, rd */
    FORM_STORE,          /* r1, [rd] */
    FORM_COMPARE,        /* r1, r2 */
    FORM_TEST,           /* r1 */
    FORM_BRANCH,         /* label */
    FORM_RETURN,         /* rd */
    FORM_NONE,           /* nothing */
    FORM_INTEGER,        /* index, rd */
    FORM_STRING,         /* index, rd */
    FORM_LOAD_ARRAY,     /* array, r2, rd */
    FORM_STORE_ARRAY,    /* array, r2, rs */
    FORM_LOAD,           /* index, rd */
    FORM_STORE_VARIABLE, /* index, rs */
    FORM_CALL,           /* index, rd */
    FORM_PUSH_REFERENCE, /* type, r2, rs */
    FORM_PUSH_VALUE,     /* 0, r2, rs */
};

static const uint8_t forms[] = {
    [DIF_OP_OR] = FORM_THREE,
    [DIF_OP_XOR] = FORM_THREE,
    [DIF_OP_AND] = FORM_THREE,
    [DIF_OP_SLL] = FORM_THREE,
    [DIF_OP_SRL] = FORM_THREE,
    [DIF_OP_SUB] = FORM_THREE,
    [DIF_OP_ADD] = FORM_THREE,
    [DIF_OP_MUL] = FORM_THREE,
    [DIF_OP_SDIV] = FORM_THREE,
    [DIF_OP_UDIV] = FORM_THREE,
    [DIF_OP_SREM] = FORM_THREE,
    [DIF_OP_UREM] = FORM_THREE,
    [DIF_OP_NOT] = FORM_TWO,
    [DIF_OP_MOV] = FORM_TWO,
    [DIF_OP_CMP] = FORM_COMPARE,
    [DIF_OP_TST] = FORM_TEST,
    [DIF_OP_BA] = FORM_BRANCH,
    [DIF_OP_BE] = FORM_BRANCH,
    [DIF_OP_BNE] = FORM_BRANCH,
    [DIF_OP_BG] = FORM_BRANCH,
    [DIF_OP_BGU] = FORM_BRANCH,
    [DIF_OP_BGE] = FORM_BRANCH,
    [DIF_OP_BGEU] = FORM_BRANCH,
    [DIF_OP_BL] = FORM_BRANCH,
    [DIF_OP_BLU] = FORM_BRANCH,
    [DIF_OP_BLE] = FORM_BRANCH,
    [DIF_OP_BLEU] = FORM_BRANCH,
    [DIF_OP_LDSB] = FORM_TWO,
    [DIF_OP_LDSH] = FORM_TWO,
    [DIF_OP_LDSW] = FORM_TWO,
    [DIF_OP_LDUB] = FORM_TWO,
    [DIF_OP_LDUH] = FORM_TWO,
    [DIF_OP_LDUW] = FORM_TWO,
    [DIF_OP_LDX] = FORM_TWO,
    [DIF_OP_RET] = FORM_RETURN,
    [DIF_OP_NOP] = FORM_NONE,
    [DIF_OP_SETX] = FORM_INTEGER,
    [DIF_OP_SETS] = FORM_STRING,
    [DIF_OP_SCMP] = FORM_COMPARE,
    [DIF_OP_LDGA] = FORM_LOAD_ARRAY,
    [DIF_OP_LDGS] = FORM_LOAD,
    [DIF_OP_STGS] = FORM_STORE_VARIABLE,
    [DIF_OP_LDTA] = FORM_LOAD_ARRAY,
    [DIF_OP_LDTS] = FORM_LOAD,
    [DIF_OP_STTS] = FORM_STORE_VARIABLE,
    [DIF_OP_SRA] = FORM_THREE,
    [DIF_OP_CALL] = FORM_CALL,
    [DIF_OP_PUSHTR] = FORM_PUSH_REFERENCE,
    [DIF_OP_PUSHTV] = FORM_PUSH_VALUE,
    [DIF_OP_POPTS] = FORM_NONE,
    [DIF_OP_FLUSHTS] = FORM_NONE,
    [DIF_OP_LDGAA] = FORM_LOAD,
    [DIF_OP_LDTAA] = FORM_LOAD,
    [DIF_OP_STGAA] = FORM_STORE_VARIABLE,
    [DIF_OP_STTAA] = FORM_STORE_VARIABLE,
    [DIF_OP_LDLS] = FORM_LOAD,
    [DIF_OP_STLS] = FORM_STORE_VARIABLE,
    [DIF_OP_ALLOCS] = FORM_TWO,
    [DIF_OP_COPYS] = FORM_THREE,
    [DIF_OP_STB] = FORM_STORE,
    [DIF_OP_STH] = FORM_STORE,
    [DIF_OP_STW] = FORM_STORE,
    [DIF_OP_STX] = FORM_STORE,
    [DIF_OP_ULDSB] = FORM_TWO,
    [DIF_OP_ULDSH] = FORM_TWO,
    [DIF_OP_ULDSW] = FORM_TWO,
    [DIF_OP_ULDUB] = FORM_TWO,
    [DIF_OP_ULDUH] = FORM_TWO,
    [DIF_OP_ULDUW] = FORM_TWO,
    [DIF_OP_ULDX] = FORM_TWO,
    [DIF_OP_RLDSB] = FORM_TWO,
    [DIF_OP_RLDSH] = FORM_TWO,
    [DIF_OP_RLDSW] = FORM_TWO,
    [DIF_OP_RLDUB] = FORM_TWO,
    [DIF_OP_RLDUH] = FORM_TWO,
    [DIF_OP_RLDUW] = FORM_TWO,
    [DIF_OP_RLDX] = FORM_TWO,
    [DIF_OP_XLATE] = FORM_INVALID, /* these two never leave a compiler */
    [DIF_OP_XLARG] = FORM_INVALID,
    [DIF_OP_STGA] = FORM_STORE_ARRAY,
};

/* --- Fields --- */

static bool is_register(const struct dif_check *check, uint32_t number)
{
    return number < DIF_REGISTERS || dif_refuse(check, "invalid register %llu", number);
}

static bool is_zero(const struct dif_check *check, uint32_t field)
{
    return field == 0 || dif_refuse(check, "non-zero reserved bits", 0);
}

static bool is_target(const struct dif_check *check, uint32_t number)
{
    return is_register(check, number) &&
           (number != 0 || dif_refuse(check, "cannot write to %%r0", 0));
}

static bool is_address(const struct dif_check *check, uint32_t number)
{
    return is_register(check, number) &&
           (number != 0 || dif_refuse(check, "cannot write to 0 address", 0));
}

static bool is_label(const struct dif_check *check, uint32_t label)
{
    if (label >= check->object->length)
        return dif_refuse(check, "invalid branch target %llu", label);
    return label > check->pc || dif_refuse(check, "backward branch to %llu", label);
}

static bool is_integer(const struct dif_check *check, uint32_t index)
{
    return index < check->object->integer_count ||
           dif_refuse(check, "invalid integer ref %llu", index);
}

static bool is_string(const struct dif_check *check, uint32_t offset)
{
    return offset < check->object->strings_size ||
           dif_refuse(check, "invalid string ref %llu", offset);
}

/* --- Variables and calls --- */

static enum dif_variable_kind kind_of(uint32_t op)
{
    return op == DIF_OP_LDGAA || op == DIF_OP_LDTAA || op == DIF_OP_STGAA || op == DIF_OP_STTAA
               ? DIF_KIND_ARRAY
               : DIF_KIND_SCALAR;
}

static bool is_own_variable(const struct dif_check *check, uint32_t op, uint32_t id)
{
    return (id >= DIF_VAR_USER && dif_is_declared(check, dif_scope_of(op), kind_of(op), id)) ||
           dif_refuse(check, "invalid variable %llu", id);
}

/* Built-in ones can be read, as globals; as clause-locals they are 0. */
static bool is_readable(const struct dif_check *check, uint32_t op, uint32_t id)
{
    bool may_be_built_in = op == DIF_OP_LDGS || op == DIF_OP_LDLS;
    if (may_be_built_in && id >= DIF_VAR_CURTHREAD && id < DIF_VAR_USER)
        return true;
    return is_own_variable(check, op, id);
}

static bool is_subroutine(const struct dif_check *check, uint32_t number)
{
    if (number > DIF_SUBR_MAX)
        return dif_refuse(check, "invalid subr %llu", number);
    check->object->destructive |= number == DIF_SUBR_COPYOUT || number == DIF_SUBR_COPYOUTSTR;
    return true;
}

static bool check_push(const struct dif_check *check, uint32_t word, uint32_t types,
                       const char *text)
{
    if (dif_r1(word) >= types)
        return dif_refuse(check, text, dif_r1(word));
    return is_register(check, dif_r2(word)) && is_register(check, dif_rd(word));
}

static bool check_store_array(const struct dif_check *check, uint32_t word)
{
    check->object->destructive = true;
    return is_register(check, dif_r2(word)) && is_register(check, dif_rd(word));
}

/* --- Instructions --- */

static enum form form_of(uint32_t op)
{
    return op < sizeof forms ? (enum form)forms[op] : FORM_INVALID;
}

static bool check_instruction(const struct dif_check *check, uint32_t word)
{
    uint32_t op = dif_op(word), r1 = dif_r1(word), r2 = dif_r2(word), rd = dif_rd(word);
    switch (form_of(op)) {
    case FORM_INVALID:
        return dif_refuse(check, "invalid opcode %llu", op);
    case FORM_THREE:
        return is_register(check, r1) && is_register(check, r2) && is_target(check, rd);
    case FORM_TWO:
        return is_register(check, r1) && is_zero(check, r2) && is_target(check, rd);
    case FORM_STORE:
        return is_register(check, r1) && is_zero(check, r2) && is_address(check, rd);
    case FORM_COMPARE:
        return is_register(check, r1) && is_register(check, r2) && is_zero(check, rd);
    case FORM_TEST:
        return is_register(check, r1) && is_zero(check, r2) && is_zero(check, rd);
    case FORM_BRANCH:
        return is_label(check, dif_label(word));
    case FORM_RETURN:
        return is_zero(check, r1) && is_zero(check, r2) && is_register(check, rd);
    case FORM_NONE:
        return is_zero(check, dif_label(word));
    case FORM_INTEGER:
        return is_integer(check, dif_index(word)) && is_target(check, rd);
    case FORM_STRING:
        return is_string(check, dif_index(word)) && is_target(check, rd);
    case FORM_LOAD_ARRAY:
        return is_register(check, r2) && is_target(check, rd);
    case FORM_STORE_ARRAY:
        return check_store_array(check, word);
    case FORM_LOAD:
        return is_readable(check, op, dif_index(word)) && is_target(check, rd);
    case FORM_STORE_VARIABLE:
        return is_own_variable(check, op, dif_index(word)) && is_register(check, rd);
    case FORM_CALL:
        return is_subroutine(check, dif_index(word)) && is_target(check, rd);
    case FORM_PUSH_REFERENCE:
        return check_push(check, word, DIF_TYPE_STRING + 1, "invalid ref type %llu");
    case FORM_PUSH_VALUE:
        return check_push(check, word, DIF_TYPE_C + 1, "invalid val type %llu");
    }
    return false;
}

static bool check_instructions(struct dif_check *check)
{
    const struct dif_object *object = check->object;
    for (check->pc = 0; check->pc < object->length; check->pc++)
        if (!check_instruction(check, object->text[check->pc]))
            return false;
    check->pc = object->length - 1;
    return dif_op(object->text[check->pc]) == DIF_OP_RET ||
           dif_refuse(check, "expected 'ret' as last DIF instruction", 0);
}

/* --- The object as a whole --- */

static bool check_tables(const struct dif_check *check)
{
    const struct dif_object *object = check->object;
    if (object->length == 0)
        return dif_refuse(check, "missing DIF text", 0);
    return object->strings_size == 0 || object->strings[object->strings_size - 1] == '\0' ||
           dif_refuse(check, "non-terminating string table", 0);
}

static bool check_result(const struct dif_check *check)
{
    const struct dif_type *type = &check->object->type;
    if (type->kind > DIF_TYPE_STRING)
        return dif_refuse(check, "bad return kind %llu", type->kind);
    if (type->flags & ~(DIF_TYPE_BY_REF | DIF_TYPE_BY_USER_REF))
        return dif_refuse(check, "bad return flags %llu", type->flags);
    if (type->flags != 0 || type->size <= 2 || type->size == 4 || type->size == 8)
        return true;
    return dif_refuse(check, "bad return size %llu", type->size);
}

bool dif_verify(struct dif_object *object, struct dif_declarations *declarations,
                struct dif_problem *problem)
{
    struct dif_check check = {object, declarations, problem, UINT32_MAX};
    uint32_t mark = declarations->count;
    object->destructive = false;
    object->chunk = 0;
    if (check_tables(&check) && check_result(&check) && dif_declare_all(&check) &&
        check_instructions(&check) && dif_check_calls(&check)) {
        object->chunk = dif_chunk(&check);
        return true;
    }
    declarations->count = mark;
    return false;
}
