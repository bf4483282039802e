/* Subroutines get the arguments that they read, on every path.
 *
 * Branches lead forward, so one walk over the code sees every way to an instruction before the instruction.
 * What is carried along is the least depth that the tuple stack can have.  A branch leaves the depth at its
 * target; the few that wait for theirs are kept in a sorted list. */
#include "trace/dtrace/dif_parts.h"

/* Arguments that must be there; [more] may. */
static const uint8_t arity[DIF_SUBR_MAX + 1] = {
    [DIF_SUBR_MUTEX_OWNED] = 1,
    [DIF_SUBR_MUTEX_OWNER] = 1,
    [DIF_SUBR_MUTEX_TYPE_ADAPTIVE] = 1,
    [DIF_SUBR_MUTEX_TYPE_SPIN] = 1,
    [DIF_SUBR_RW_READ_HELD] = 1,
    [DIF_SUBR_RW_WRITE_HELD] = 1,
    [DIF_SUBR_RW_ISWRITER] = 1,
    [DIF_SUBR_COPYIN] = 2,
    [DIF_SUBR_COPYINSTR] = 1, /* [maxlen] */
    [DIF_SUBR_PROGENYOF] = 1,
    [DIF_SUBR_STRLEN] = 1,
    [DIF_SUBR_COPYOUT] = 3,
    [DIF_SUBR_COPYOUTSTR] = 3,
    [DIF_SUBR_ALLOCA] = 1,
    [DIF_SUBR_BCOPY] = 3,
    [DIF_SUBR_COPYINTO] = 3,
    [DIF_SUBR_MSGDSIZE] = 1,
    [DIF_SUBR_MSGSIZE] = 1,
    [DIF_SUBR_GETMAJOR] = 1,
    [DIF_SUBR_GETMINOR] = 1,
    [DIF_SUBR_DDI_PATHNAME] = 2,
    [DIF_SUBR_STRJOIN] = 2,
    [DIF_SUBR_LLTOSTR] = 1, /* [base] */
    [DIF_SUBR_BASENAME] = 1,
    [DIF_SUBR_DIRNAME] = 1,
    [DIF_SUBR_CLEANPATH] = 1,
    [DIF_SUBR_STRCHR] = 2,
    [DIF_SUBR_STRRCHR] = 2,
    [DIF_SUBR_STRSTR] = 2,
    [DIF_SUBR_STRTOK] = 2,
    [DIF_SUBR_SUBSTR] = 2, /* [length] */
    [DIF_SUBR_INDEX] = 2,  /* [position] */
    [DIF_SUBR_RINDEX] = 2, /* [position] */
    [DIF_SUBR_HTONS] = 1,
    [DIF_SUBR_HTONL] = 1,
    [DIF_SUBR_HTONLL] = 1,
    [DIF_SUBR_NTOHS] = 1,
    [DIF_SUBR_NTOHL] = 1,
    [DIF_SUBR_NTOHLL] = 1,
    [DIF_SUBR_INET_NTOP] = 2,
    [DIF_SUBR_INET_NTOA] = 1,
    [DIF_SUBR_INET_NTOA6] = 1,
    [DIF_SUBR_TOUPPER] = 1,
    [DIF_SUBR_TOLOWER] = 1,
    [DIF_SUBR_GETF] = 1,
    [DIF_SUBR_JSON] = 2,
    [DIF_SUBR_STRTOLL] = 1, /* [base] */
};

/* Where branches lead, the nearest target last, and how deep the stack is there at least. */
struct joins {
    uint32_t targets[DIF_JOINS_MAX];
    uint8_t depths[DIF_JOINS_MAX];
    uint32_t count;
};

/* Of an instruction that nothing leads to; more than any depth. */
enum {
    NEVER = UINT8_MAX
};

static uint8_t least(uint8_t a, uint8_t b)
{
    return a < b ? a : b;
}

/* Where a target is, or would go: before the first one that is nearer. */
static uint32_t place_of(const struct joins *joins, uint32_t target)
{
    uint32_t low = 0, high = joins->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (joins->targets[middle] > target)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool joins_add(struct joins *joins, uint32_t target, uint8_t depth)
{
    uint32_t place = place_of(joins, target);
    if (place < joins->count && joins->targets[place] == target) {
        joins->depths[place] = least(joins->depths[place], depth);
        return true;
    }
    if (joins->count == DIF_JOINS_MAX)
        return false;
    for (uint32_t i = joins->count++; i > place; i--) {
        joins->targets[i] = joins->targets[i - 1];
        joins->depths[i] = joins->depths[i - 1];
    }
    joins->targets[place] = target;
    joins->depths[place] = depth;
    return true;
}

/* The depth at `pc`, where the way from above brings `depth`. */
static uint8_t joins_take(struct joins *joins, uint32_t pc, uint8_t depth)
{
    if (joins->count == 0 || joins->targets[joins->count - 1] != pc)
        return depth;
    return least(depth, joins->depths[--joins->count]);
}

/* The least depth behind an instruction, if it goes on there. */
static uint8_t depth_behind(uint32_t op, uint8_t depth)
{
    if (depth == NEVER)
        return NEVER;
    switch (op) {
    case DIF_OP_PUSHTR:
    case DIF_OP_PUSHTV:
        return depth == DIF_TUPLE_MAX ? NEVER : (uint8_t)(depth + 1);
    case DIF_OP_POPTS:
        return depth == 0 ? 0 : (uint8_t)(depth - 1);
    case DIF_OP_FLUSHTS:
        return 0;
    case DIF_OP_BA:
    case DIF_OP_RET:
        return NEVER;
    default:
        return depth;
    }
}

static bool check_step(const struct dif_check *check, struct joins *joins, uint32_t word,
                       uint8_t depth)
{
    uint32_t op = dif_op(word);
    if (op == DIF_OP_CALL && depth < arity[dif_index(word)])
        return dif_refuse(check, "too few arguments for subr %llu", dif_index(word));
    if (op >= DIF_OP_BA && op <= DIF_OP_BLEU && !joins_add(joins, dif_label(word), depth))
        return dif_refuse(check, "too many branches at once", 0);
    return true;
}

bool dif_check_calls(struct dif_check *check)
{
    const struct dif_object *object = check->object;
    struct joins joins;
    joins.count = 0;
    uint8_t depth = 0;
    for (check->pc = 0; check->pc < object->length; check->pc++) {
        uint32_t word = object->text[check->pc];
        depth = joins_take(&joins, check->pc, depth);
        if (!check_step(check, &joins, word, depth))
            return false;
        depth = depth_behind(dif_op(word), depth);
    }
    return true;
}
