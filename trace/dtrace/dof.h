/* DOF, the DTrace Object Format: enablings as `dtrace -A` leaves them.
 *
 * Versions 1 and 2, both data models, little-endian.  The bytes are outside bytes: everything is checked
 * before anything is used, and an object is taken whole or not at all.  docs/dtrace-verifier.md has the
 * properties that are promised. */
#pragma once

#include "trace/dtrace/dif.h"
#include "trace/dtrace/dtrace_memory.h"
#include "trace/text.h"

/* Limits, and what stands for nothing: a link that leads nowhere, and an option that is not
 * set. */
#define DOF_SIZE_MAX     (8u * 1024 * 1024) /* loadsz is less */
#define DOF_ACTIONS_MAX  16384u
#define DOF_NONE         UINT32_MAX
#define DOF_NOWHERE      UINT64_MAX
#define DOF_OPTION_UNSET ((int64_t)-2)

/* Actions, and aggregating ones; the numbers are those of illumos' dtrace.h. */
enum dof_action_kind {
    DOF_ACTION_DIFEXPR = 0x001,
    DOF_ACTION_EXIT,
    DOF_ACTION_PRINTF,
    DOF_ACTION_PRINTA,
    DOF_ACTION_LIBACT,
    DOF_ACTION_TRACEMEM,
    DOF_ACTION_TRACEMEM_DYNSIZE,
    DOF_ACTION_USTACK = 0x101,
    DOF_ACTION_JSTACK,
    DOF_ACTION_USYM,
    DOF_ACTION_UMOD,
    DOF_ACTION_UADDR,
    DOF_ACTION_STOP = 0x201,
    DOF_ACTION_RAISE,
    DOF_ACTION_SYSTEM,
    DOF_ACTION_FREOPEN,
    DOF_ACTION_STACK = 0x401,
    DOF_ACTION_SYM,
    DOF_ACTION_MOD,
    DOF_ACTION_BREAKPOINT = 0x501,
    DOF_ACTION_PANIC,
    DOF_ACTION_CHILL,
    DOF_ACTION_SPECULATE = 0x601,
    DOF_ACTION_COMMIT,
    DOF_ACTION_DISCARD,
    DOF_AGGREGATION_COUNT = 0x701,
    DOF_AGGREGATION_MIN,
    DOF_AGGREGATION_MAX,
    DOF_AGGREGATION_AVG,
    DOF_AGGREGATION_SUM,
    DOF_AGGREGATION_STDDEV,
    DOF_AGGREGATION_QUANTIZE,
    DOF_AGGREGATION_LQUANTIZE,
    DOF_AGGREGATION_LLQUANTIZE,
};

enum dof_library_action { /* `arg` of LIBACT */
    DOF_LIBACT_CLEAR = 64,
    DOF_LIBACT_NORMALIZE,
    DOF_LIBACT_DENORMALIZE,
    DOF_LIBACT_TRUNC,
    DOF_LIBACT_FTRUNCATE = 70,
    DOF_LIBACT_SETOPT = 77,
};

/* Options of a state; the numbers are those of illumos' dtrace.h. */
enum dof_option_id {
    DOF_OPTION_BUFSIZE,
    DOF_OPTION_BUFPOLICY,
    DOF_OPTION_DYNVARSIZE,
    DOF_OPTION_AGGSIZE,
    DOF_OPTION_SPECSIZE,
    DOF_OPTION_NSPEC,
    DOF_OPTION_STRSIZE,
    DOF_OPTION_CLEANRATE,
    DOF_OPTION_CPU,
    DOF_OPTION_BUFRESIZE,
    DOF_OPTION_GRABANON,
    DOF_OPTION_FLOWINDENT,
    DOF_OPTION_QUIET,
    DOF_OPTION_STACKFRAMES,
    DOF_OPTION_USTACKFRAMES,
    DOF_OPTION_AGGRATE,
    DOF_OPTION_SWITCHRATE,
    DOF_OPTION_STATUSRATE,
    DOF_OPTION_DESTRUCTIVE,
    DOF_OPTION_STACKINDENT,
    DOF_OPTION_RAWBYTES,
    DOF_OPTION_JSTACKFRAMES,
    DOF_OPTION_JSTACKSTRSIZE,
    DOF_OPTION_AGGSORTKEY,
    DOF_OPTION_AGGSORTREV,
    DOF_OPTION_AGGSORTPOS,
    DOF_OPTION_AGGSORTKEYPOS,
    DOF_OPTION_TEMPORAL,
    DOF_OPTION_AGGHIST,
    DOF_OPTION_AGGPACK,
    DOF_OPTION_AGGZOOM,
    DOF_OPTION_ZONE,
    DOF_OPTIONS
};
const char *dtrace_option_str(uint32_t id); /* "bufsize" */
bool dtrace_option_has_effect(uint32_t id); /* in this framework or its consumer */

/* All pointers lead into memory that was taken for the object: the bytes of the DOF may go.  Clauses that refer to
 * the same section share its actions, and actions their DIFO: what is written to one is written to all. */
struct dof_action {
    struct dif_object *difo; /* NULL: none */
    uint16_t kind;           /* enum dof_action_kind, or anything: ecb.h decides */
    uint32_t ntuple;
    uint64_t arg; /* 0 where there is a format, and without one for printa() */
    uint64_t uarg;
    const char *format; /* of printf and its like, not empty; NULL: none */
};

/* A clause on a probe description: an ECB description. */
struct dof_clause {
    const char *provider, *module, *function, *name; /* at most 63, 63, 127, 63 bytes; "" is any */
    struct dif_object *predicate;                    /* NULL: none */
    struct dof_action *actions;
    uint32_t action_count;
    bool repeats; /* these actions are those of an earlier clause, too */
    uint64_t uarg;
};

struct dof_option {
    uint32_t id;   /* enum dof_option_id; unknown ones are refused by who obeys them */
    int64_t value; /* never DOF_OPTION_UNSET */
};

struct dof_object {
    struct dof_clause *clauses; /* in the order of their sections */
    uint32_t clause_count;
    struct dof_option *options;
    uint32_t option_count;
};

/* Why an object is refused: "failed to process DOF: <text> (section 7 at 0x120)". */
struct dof_problem {
    char text[96];    /* with what dif_verify says, "[3]: invalid register 9" and so on */
    uint32_t section; /* DOF_NONE: the header */
    uint64_t
        offset; /* of the field or section, from the start of the object; DOF_NOWHERE: of the whole */
};

/* " (section 7 at 0x120)", or nothing. */
void dof_problem_print_place(const struct text_sink *sink, const struct dof_problem *problem);

/* Loads one object, `size` bytes of which its header says how many count.  `program` numbers the object among
 * those of one state.  False: *problem is filled; memory and declarations are as they were. */
bool dof_load(const uint8_t *bytes, size_t size, uint32_t program, struct dtrace_memory *memory,
              struct dif_declarations *declarations, struct dof_object *object,
              struct dof_problem *problem);
