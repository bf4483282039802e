/* DIF, the D Intermediate Format, version 2: a register machine for predicates and actions.
 *
 * 32-bit instructions on eight 64-bit registers (%r0 is 0), forward branches only.  Source: illumos,
 * uts/common/sys/dtrace.h (July 2021), and FreeBSD's id of `cpu`. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Operations, in bits 31 to 24 of an instruction. */
enum dif_opcode {
    DIF_OP_OR = 1,
    DIF_OP_XOR,
    DIF_OP_AND,
    DIF_OP_SLL,
    DIF_OP_SRL,
    DIF_OP_SUB,
    DIF_OP_ADD,
    DIF_OP_MUL,
    DIF_OP_SDIV,
    DIF_OP_UDIV,
    DIF_OP_SREM,
    DIF_OP_UREM,
    DIF_OP_NOT,
    DIF_OP_MOV,
    DIF_OP_CMP,
    DIF_OP_TST,
    DIF_OP_BA,
    DIF_OP_BE,
    DIF_OP_BNE,
    DIF_OP_BG,
    DIF_OP_BGU,
    DIF_OP_BGE,
    DIF_OP_BGEU,
    DIF_OP_BL,
    DIF_OP_BLU,
    DIF_OP_BLE,
    DIF_OP_BLEU,
    DIF_OP_LDSB,
    DIF_OP_LDSH,
    DIF_OP_LDSW,
    DIF_OP_LDUB,
    DIF_OP_LDUH,
    DIF_OP_LDUW,
    DIF_OP_LDX,
    DIF_OP_RET,
    DIF_OP_NOP,
    DIF_OP_SETX,
    DIF_OP_SETS,
    DIF_OP_SCMP,
    DIF_OP_LDGA,
    DIF_OP_LDGS,
    DIF_OP_STGS,
    DIF_OP_LDTA,
    DIF_OP_LDTS,
    DIF_OP_STTS,
    DIF_OP_SRA,
    DIF_OP_CALL,
    DIF_OP_PUSHTR,
    DIF_OP_PUSHTV,
    DIF_OP_POPTS,
    DIF_OP_FLUSHTS,
    DIF_OP_LDGAA,
    DIF_OP_LDTAA,
    DIF_OP_STGAA,
    DIF_OP_STTAA,
    DIF_OP_LDLS,
    DIF_OP_STLS,
    DIF_OP_ALLOCS,
    DIF_OP_COPYS,
    DIF_OP_STB,
    DIF_OP_STH,
    DIF_OP_STW,
    DIF_OP_STX,
    DIF_OP_ULDSB,
    DIF_OP_ULDSH,
    DIF_OP_ULDSW,
    DIF_OP_ULDUB,
    DIF_OP_ULDUH,
    DIF_OP_ULDUW,
    DIF_OP_ULDX,
    DIF_OP_RLDSB,
    DIF_OP_RLDSH,
    DIF_OP_RLDSW,
    DIF_OP_RLDUB,
    DIF_OP_RLDUH,
    DIF_OP_RLDUW,
    DIF_OP_RLDX,
    DIF_OP_XLATE,
    DIF_OP_XLARG,
    DIF_OP_STGA,
};

/* Fields of an instruction: op<<24 | r1<<16 | r2<<8 | rd. */
static inline uint32_t dif_op(uint32_t instruction)
{
    return instruction >> 24;
}
static inline uint32_t dif_r1(uint32_t instruction)
{
    return instruction >> 16 & 0xff;
}
static inline uint32_t dif_r2(uint32_t instruction)
{
    return instruction >> 8 & 0xff;
}
static inline uint32_t dif_rd(uint32_t instruction)
{
    return instruction & 0xff;
}
static inline uint32_t dif_label(uint32_t instruction)
{
    return instruction & 0xffffff;
}
static inline uint32_t dif_index(uint32_t instruction)
{
    return instruction >> 8 & 0xffff;
}

/* Built-in arrays. */
enum dif_array {
    DIF_ARRAY_ARGS = 0,
    DIF_ARRAY_REGS,
    DIF_ARRAY_UREGS,
    DIF_ARRAY_VMREGS
};

enum dif_variable_id {
    DIF_VAR_CURTHREAD = 0x100,
    DIF_VAR_TIMESTAMP,
    DIF_VAR_VTIMESTAMP,
    DIF_VAR_IPL,
    DIF_VAR_EPID,
    DIF_VAR_ID,
    DIF_VAR_ARG0,
    DIF_VAR_ARG9 = DIF_VAR_ARG0 + 9,
    DIF_VAR_STACKDEPTH,
    DIF_VAR_CALLER,
    DIF_VAR_PROBEPROV,
    DIF_VAR_PROBEMOD,
    DIF_VAR_PROBEFUNC,
    DIF_VAR_PROBENAME,
    DIF_VAR_PID,
    DIF_VAR_TID,
    DIF_VAR_EXECNAME,
    DIF_VAR_ZONENAME,
    DIF_VAR_WALLTIMESTAMP,
    DIF_VAR_USTACKDEPTH,
    DIF_VAR_UCALLER,
    DIF_VAR_PPID,
    DIF_VAR_UID,
    DIF_VAR_GID,
    DIF_VAR_ERRNO,
    DIF_VAR_THREADNAME,
    DIF_VAR_CPU = 0x200,  /* FreeBSD's */
    DIF_VAR_USER = 0x500, /* the first one of a program's own */
    DIF_VAR_MAX = 0xffff,
};

/* Subroutines, as `call` numbers them. */
enum dif_subroutine {
    DIF_SUBR_RAND,
    DIF_SUBR_MUTEX_OWNED,
    DIF_SUBR_MUTEX_OWNER,
    DIF_SUBR_MUTEX_TYPE_ADAPTIVE,
    DIF_SUBR_MUTEX_TYPE_SPIN,
    DIF_SUBR_RW_READ_HELD,
    DIF_SUBR_RW_WRITE_HELD,
    DIF_SUBR_RW_ISWRITER,
    DIF_SUBR_COPYIN,
    DIF_SUBR_COPYINSTR,
    DIF_SUBR_SPECULATION,
    DIF_SUBR_PROGENYOF,
    DIF_SUBR_STRLEN,
    DIF_SUBR_COPYOUT,
    DIF_SUBR_COPYOUTSTR,
    DIF_SUBR_ALLOCA,
    DIF_SUBR_BCOPY,
    DIF_SUBR_COPYINTO,
    DIF_SUBR_MSGDSIZE,
    DIF_SUBR_MSGSIZE,
    DIF_SUBR_GETMAJOR,
    DIF_SUBR_GETMINOR,
    DIF_SUBR_DDI_PATHNAME,
    DIF_SUBR_STRJOIN,
    DIF_SUBR_LLTOSTR,
    DIF_SUBR_BASENAME,
    DIF_SUBR_DIRNAME,
    DIF_SUBR_CLEANPATH,
    DIF_SUBR_STRCHR,
    DIF_SUBR_STRRCHR,
    DIF_SUBR_STRSTR,
    DIF_SUBR_STRTOK,
    DIF_SUBR_SUBSTR,
    DIF_SUBR_INDEX,
    DIF_SUBR_RINDEX,
    DIF_SUBR_HTONS,
    DIF_SUBR_HTONL,
    DIF_SUBR_HTONLL,
    DIF_SUBR_NTOHS,
    DIF_SUBR_NTOHL,
    DIF_SUBR_NTOHLL,
    DIF_SUBR_INET_NTOP,
    DIF_SUBR_INET_NTOA,
    DIF_SUBR_INET_NTOA6,
    DIF_SUBR_TOUPPER,
    DIF_SUBR_TOLOWER,
    DIF_SUBR_GETF,
    DIF_SUBR_JSON,
    DIF_SUBR_STRTOLL,
    DIF_SUBR_MAX = DIF_SUBR_STRTOLL,
};

/* Where a variable lives. */
enum dif_scope {
    DIF_SCOPE_GLOBAL,
    DIF_SCOPE_THREAD,
    DIF_SCOPE_LOCAL,
    DIF_SCOPES
};
enum dif_variable_kind {
    DIF_KIND_ARRAY,
    DIF_KIND_SCALAR
};

/* Of the variable that an instruction loads or stores. */
static inline enum dif_scope dif_scope_of(uint32_t op)
{
    switch (op) {
    case DIF_OP_LDTS:
    case DIF_OP_STTS:
    case DIF_OP_LDTAA:
    case DIF_OP_STTAA:
        return DIF_SCOPE_THREAD;
    case DIF_OP_LDLS:
    case DIF_OP_STLS:
        return DIF_SCOPE_LOCAL;
    default:
        return DIF_SCOPE_GLOBAL;
    }
}

/* What stands in a type: a string is one of D. */
enum dif_type_kind {
    DIF_TYPE_C,
    DIF_TYPE_STRING
};
enum dif_type_flag {
    DIF_TYPE_BY_REF = 1,
    DIF_TYPE_BY_USER_REF = 2
};

enum {
    DIF_REGISTERS = 8,
    DIF_TUPLE_MAX = 8,
    DIF_TABLES_MAX = 256 * 1024, /* bytes of all tables of an object */
    DIF_STATIC_MAX = 16 * 1024,  /* bytes of a global or clause-local variable by reference */
    DIF_DYNAMIC_MAX = 1 << 20,   /* bytes of a thread-local or associative one by reference */
    DIF_STRING_DEFAULT = 256,    /* bytes of a string variable that says no size */
    DIF_JOINS_MAX = 512,         /* branches that wait for their targets */
    DIF_BUCKETS = 256,
};

struct dif_type {
    uint8_t kind;  /* enum dif_type_kind */
    uint8_t ckind; /* for information */
    uint8_t flags; /* enum dif_type_flag */
    uint32_t size; /* bytes */
};

struct dif_variable {
    const char *name;
    uint32_t id;
    uint8_t kind;   /* enum dif_variable_kind */
    uint8_t scope;  /* enum dif_scope */
    uint16_t flags; /* 1 read, 2 written */
    struct dif_type type;
};

/* One verified piece of code with its tables, all of which live as long as it. */
struct dif_object {
    const uint32_t *text;
    uint32_t length; /* instructions */
    const uint64_t *integers;
    uint32_t integer_count;
    const char *strings; /* ends with a NUL; NULL if there are none */
    uint32_t strings_size;
    const struct dif_variable *variables;
    uint32_t variable_count;
    struct dif_type type; /* of the result */
    uint32_t
        program; /* which DOF object it came with, from 0: clause-local variables are that one's own */
    bool destructive; /* copyout, copyoutstr, stga */
    uint32_t chunk;   /* bytes that a dynamic variable needs which it stores; 0: it stores none */
};

/* The variables that all objects of a state have declared, built-in ones excepted.  A list begins as {.list, .capacity}. */
struct dif_declaration {
    uint32_t id;
    uint32_t program; /* for clause-local ones, else 0 */
    uint8_t scope, kind;
    struct dif_type type; /* of a string without size: DIF_STRING_DEFAULT */
    uint32_t object;      /* private: the last one that declared it */
    uint32_t next;        /* private: 1 + the next of its bucket */
};

struct dif_declarations {
    struct dif_declaration *list;
    uint32_t count; /* a mark: setting it back takes back what came after */
    uint32_t capacity;
    uint32_t objects;              /* private: verified so far */
    uint32_t indexed;              /* private: in buckets */
    uint32_t buckets[DIF_BUCKETS]; /* private: 1 + the youngest of each */
};

/* What is wrong, and where: "[pc]" for code. */
struct dif_problem {
    const char *text; /* static */
    uint32_t pc;      /* instruction, or UINT32_MAX: of the object as a whole */
    uint64_t value;   /* that the text's "%llu", if it has one, speaks of */
};

/* Checks every property that dif_run relies on (docs/dtrace-verifier.md lists them) and adds what the object
 * declares; fills `destructive` and `chunk`.  False: *problem is filled, and the declarations are as before. */
bool dif_verify(struct dif_object *object, struct dif_declarations *declarations,
                struct dif_problem *problem);
