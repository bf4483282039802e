/* Names of the numbers in DOF and DIF.
 *
 * Source: illumos, uts/common/sys/dtrace.h (July 2021). */
#include "flight/dof_names.h"

#include <stddef.h>

#include "trace/dtrace/dif.h"
#include "trace/dtrace/dof.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const char *const sections[] = {
    "NONE",    "COMMENTS",  "SOURCE",   "ECBDESC",  "PROBEDESC", "ACTDESC",  "DIFOHDR",
    "DIF",     "STRTAB",    "VARTAB",   "RELTAB",   "TYPTAB",    "URELHDR",  "KRELHDR",
    "OPTDESC", "PROVIDER",  "PROBES",   "PRARGS",   "PROFFS",    "INTTAB",   "UTSNAME",
    "XLTAB",   "XLMEMBERS", "XLIMPORT", "XLEXPORT", "PREXPORT",  "PRENOFFS",
};

const char *dof_section_name(uint32_t type)
{
    return type < COUNT(sections) ? sections[type] : "?";
}

struct group {
    uint32_t first; /* kind */
    const char *const *names;
    size_t count;
};

static const char *const process_independent[] = {
    "DIFEXPR", "EXIT", "PRINTF", "PRINTA", "LIBACT", "TRACEMEM", "TRACEMEM_DYNSIZE"};
static const char *const user[] = {"USTACK", "JSTACK", "USYM", "UMOD", "UADDR"};
static const char *const user_destructive[] = {"STOP", "RAISE", "SYSTEM", "FREOPEN"};
static const char *const kernel[] = {"STACK", "SYM", "MOD"};
static const char *const kernel_destructive[] = {"BREAKPOINT", "PANIC", "CHILL"};
static const char *const speculative[] = {"SPECULATE", "COMMIT", "DISCARD"};
static const char *const aggregating[] = {"COUNT",  "MIN",      "MAX",       "AVG",       "SUM",
                                          "STDDEV", "QUANTIZE", "LQUANTIZE", "LLQUANTIZE"};

static const struct group groups[] = {
    {DOF_ACTION_DIFEXPR, process_independent, COUNT(process_independent)},
    {DOF_ACTION_USTACK, user, COUNT(user)},
    {DOF_ACTION_STOP, user_destructive, COUNT(user_destructive)},
    {DOF_ACTION_STACK, kernel, COUNT(kernel)},
    {DOF_ACTION_BREAKPOINT, kernel_destructive, COUNT(kernel_destructive)},
    {DOF_ACTION_SPECULATE, speculative, COUNT(speculative)},
    {DOF_AGGREGATION_COUNT, aggregating, COUNT(aggregating)},
};

const char *dof_action_name(uint32_t kind)
{
    for (size_t i = 0; i < COUNT(groups); i++)
        if (kind >= groups[i].first && kind - groups[i].first < groups[i].count)
            return groups[i].names[kind - groups[i].first];
    return "?";
}

static const struct opcode {
    const char *name;
    uint8_t operands; /* enum dof_operands */
} opcodes[] = {
    [DIF_OP_OR] = {"or", DOF_OPERANDS_THREE},
    [DIF_OP_XOR] = {"xor", DOF_OPERANDS_THREE},
    [DIF_OP_AND] = {"and", DOF_OPERANDS_THREE},
    [DIF_OP_SLL] = {"sll", DOF_OPERANDS_THREE},
    [DIF_OP_SRL] = {"srl", DOF_OPERANDS_THREE},
    [DIF_OP_SUB] = {"sub", DOF_OPERANDS_THREE},
    [DIF_OP_ADD] = {"add", DOF_OPERANDS_THREE},
    [DIF_OP_MUL] = {"mul", DOF_OPERANDS_THREE},
    [DIF_OP_SDIV] = {"sdiv", DOF_OPERANDS_THREE},
    [DIF_OP_UDIV] = {"udiv", DOF_OPERANDS_THREE},
    [DIF_OP_SREM] = {"srem", DOF_OPERANDS_THREE},
    [DIF_OP_UREM] = {"urem", DOF_OPERANDS_THREE},
    [DIF_OP_NOT] = {"not", DOF_OPERANDS_TWO},
    [DIF_OP_MOV] = {"mov", DOF_OPERANDS_TWO},
    [DIF_OP_CMP] = {"cmp", DOF_OPERANDS_COMPARE},
    [DIF_OP_TST] = {"tst", DOF_OPERANDS_TEST},
    [DIF_OP_BA] = {"ba", DOF_OPERANDS_BRANCH},
    [DIF_OP_BE] = {"be", DOF_OPERANDS_BRANCH},
    [DIF_OP_BNE] = {"bne", DOF_OPERANDS_BRANCH},
    [DIF_OP_BG] = {"bg", DOF_OPERANDS_BRANCH},
    [DIF_OP_BGU] = {"bgu", DOF_OPERANDS_BRANCH},
    [DIF_OP_BGE] = {"bge", DOF_OPERANDS_BRANCH},
    [DIF_OP_BGEU] = {"bgeu", DOF_OPERANDS_BRANCH},
    [DIF_OP_BL] = {"bl", DOF_OPERANDS_BRANCH},
    [DIF_OP_BLU] = {"blu", DOF_OPERANDS_BRANCH},
    [DIF_OP_BLE] = {"ble", DOF_OPERANDS_BRANCH},
    [DIF_OP_BLEU] = {"bleu", DOF_OPERANDS_BRANCH},
    [DIF_OP_LDSB] = {"ldsb", DOF_OPERANDS_LOAD},
    [DIF_OP_LDSH] = {"ldsh", DOF_OPERANDS_LOAD},
    [DIF_OP_LDSW] = {"ldsw", DOF_OPERANDS_LOAD},
    [DIF_OP_LDUB] = {"ldub", DOF_OPERANDS_LOAD},
    [DIF_OP_LDUH] = {"lduh", DOF_OPERANDS_LOAD},
    [DIF_OP_LDUW] = {"lduw", DOF_OPERANDS_LOAD},
    [DIF_OP_LDX] = {"ldx", DOF_OPERANDS_LOAD},
    [DIF_OP_RET] = {"ret", DOF_OPERANDS_RETURN},
    [DIF_OP_NOP] = {"nop", DOF_OPERANDS_NONE},
    [DIF_OP_SETX] = {"setx", DOF_OPERANDS_INTEGER},
    [DIF_OP_SETS] = {"sets", DOF_OPERANDS_STRING},
    [DIF_OP_SCMP] = {"scmp", DOF_OPERANDS_COMPARE},
    [DIF_OP_LDGA] = {"ldga", DOF_OPERANDS_FROM_ARRAY},
    [DIF_OP_LDGS] = {"ldgs", DOF_OPERANDS_FROM},
    [DIF_OP_STGS] = {"stgs", DOF_OPERANDS_TO},
    [DIF_OP_LDTA] = {"ldta", DOF_OPERANDS_FROM_ARRAY},
    [DIF_OP_LDTS] = {"ldts", DOF_OPERANDS_FROM},
    [DIF_OP_STTS] = {"stts", DOF_OPERANDS_TO},
    [DIF_OP_SRA] = {"sra", DOF_OPERANDS_THREE},
    [DIF_OP_CALL] = {"call", DOF_OPERANDS_CALL},
    [DIF_OP_PUSHTR] = {"pushtr", DOF_OPERANDS_PUSH},
    [DIF_OP_PUSHTV] = {"pushtv", DOF_OPERANDS_PUSH},
    [DIF_OP_POPTS] = {"popts", DOF_OPERANDS_NONE},
    [DIF_OP_FLUSHTS] = {"flushts", DOF_OPERANDS_NONE},
    [DIF_OP_LDGAA] = {"ldgaa", DOF_OPERANDS_FROM},
    [DIF_OP_LDTAA] = {"ldtaa", DOF_OPERANDS_FROM},
    [DIF_OP_STGAA] = {"stgaa", DOF_OPERANDS_TO},
    [DIF_OP_STTAA] = {"sttaa", DOF_OPERANDS_TO},
    [DIF_OP_LDLS] = {"ldls", DOF_OPERANDS_FROM},
    [DIF_OP_STLS] = {"stls", DOF_OPERANDS_TO},
    [DIF_OP_ALLOCS] = {"allocs", DOF_OPERANDS_TWO},
    [DIF_OP_COPYS] = {"copys", DOF_OPERANDS_THREE},
    [DIF_OP_STB] = {"stb", DOF_OPERANDS_STORE},
    [DIF_OP_STH] = {"sth", DOF_OPERANDS_STORE},
    [DIF_OP_STW] = {"stw", DOF_OPERANDS_STORE},
    [DIF_OP_STX] = {"stx", DOF_OPERANDS_STORE},
    [DIF_OP_ULDSB] = {"uldsb", DOF_OPERANDS_LOAD},
    [DIF_OP_ULDSH] = {"uldsh", DOF_OPERANDS_LOAD},
    [DIF_OP_ULDSW] = {"uldsw", DOF_OPERANDS_LOAD},
    [DIF_OP_ULDUB] = {"uldub", DOF_OPERANDS_LOAD},
    [DIF_OP_ULDUH] = {"ulduh", DOF_OPERANDS_LOAD},
    [DIF_OP_ULDUW] = {"ulduw", DOF_OPERANDS_LOAD},
    [DIF_OP_ULDX] = {"uldx", DOF_OPERANDS_LOAD},
    [DIF_OP_RLDSB] = {"rldsb", DOF_OPERANDS_LOAD},
    [DIF_OP_RLDSH] = {"rldsh", DOF_OPERANDS_LOAD},
    [DIF_OP_RLDSW] = {"rldsw", DOF_OPERANDS_LOAD},
    [DIF_OP_RLDUB] = {"rldub", DOF_OPERANDS_LOAD},
    [DIF_OP_RLDUH] = {"rlduh", DOF_OPERANDS_LOAD},
    [DIF_OP_RLDUW] = {"rlduw", DOF_OPERANDS_LOAD},
    [DIF_OP_RLDX] = {"rldx", DOF_OPERANDS_LOAD},
    [DIF_OP_XLATE] = {"xlate", DOF_OPERANDS_INTEGER},
    [DIF_OP_XLARG] = {"xlarg", DOF_OPERANDS_INTEGER},
    [DIF_OP_STGA] = {"stga", DOF_OPERANDS_TO_ARRAY},
};

const char *dof_opcode_name(uint32_t opcode, enum dof_operands *operands)
{
    bool known = opcode < COUNT(opcodes) && opcodes[opcode].name != NULL;
    *operands = known ? (enum dof_operands)opcodes[opcode].operands : DOF_OPERANDS_UNKNOWN;
    return known ? opcodes[opcode].name : "?";
}

static const char *const subroutines[] = {
    "rand",
    "mutex_owned",
    "mutex_owner",
    "mutex_type_adaptive",
    "mutex_type_spin",
    "rw_read_held",
    "rw_write_held",
    "rw_iswriter",
    "copyin",
    "copyinstr",
    "speculation",
    "progenyof",
    "strlen",
    "copyout",
    "copyoutstr",
    "alloca",
    "bcopy",
    "copyinto",
    "msgdsize",
    "msgsize",
    "getmajor",
    "getminor",
    "ddi_pathname",
    "strjoin",
    "lltostr",
    "basename",
    "dirname",
    "cleanpath",
    "strchr",
    "strrchr",
    "strstr",
    "strtok",
    "substr",
    "index",
    "rindex",
    "htons",
    "htonl",
    "htonll",
    "ntohs",
    "ntohl",
    "ntohll",
    "inet_ntop",
    "inet_ntoa",
    "inet_ntoa6",
    "toupper",
    "tolower",
    "getf",
    "json",
    "strtoll",
};
_Static_assert(COUNT(subroutines) == DIF_SUBR_MAX + 1, "each has a name");

const char *dof_subroutine_name(uint32_t number)
{
    return number < COUNT(subroutines) ? subroutines[number] : "?";
}

const char *dof_array_name(uint32_t number)
{
    static const char *const names[] = {"args", "regs", "uregs", "vmregs"};
    return number < COUNT(names) ? names[number] : "?";
}

static const char *const builtins[] = {
    "curthread", "timestamp", "vtimestamp",    "ipl",         "epid",       "id",
    "arg0",      "arg1",      "arg2",          "arg3",        "arg4",       "arg5",
    "arg6",      "arg7",      "arg8",          "arg9",        "stackdepth", "caller",
    "probeprov", "probemod",  "probefunc",     "probename",   "pid",        "tid",
    "execname",  "zonename",  "walltimestamp", "ustackdepth", "ucaller",    "ppid",
    "uid",       "gid",       "errno",         "threadname",
};
_Static_assert(COUNT(builtins) == DIF_VAR_THREADNAME - DIF_VAR_CURTHREAD + 1, "each has a name");

const char *dof_builtin_name(uint32_t variable)
{
    if (variable == DIF_VAR_CPU)
        return "cpu";
    return variable >= DIF_VAR_CURTHREAD && variable - DIF_VAR_CURTHREAD < COUNT(builtins)
               ? builtins[variable - DIF_VAR_CURTHREAD]
               : "?";
}

const char *dof_library_action_name(uint64_t action)
{
    switch (action) {
    case DOF_LIBACT_CLEAR:
        return "clear";
    case DOF_LIBACT_NORMALIZE:
        return "normalize";
    case DOF_LIBACT_DENORMALIZE:
        return "denormalize";
    case DOF_LIBACT_TRUNC:
        return "trunc";
    case DOF_LIBACT_FTRUNCATE:
        return "ftruncate";
    case DOF_LIBACT_SETOPT:
        return "setopt";
    default:
        return "?";
    }
}
