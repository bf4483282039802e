/* The machine that runs DIF, and what its parts offer each other; for run*.c and subroutine_*.c alone.
 *
 * Whoever finds a fault tells it with dif_fault() and gives 0; the loop in run_loop.c looks for it behind every
 * instruction that is not a simple one. */
#pragma once

#include "trace/dtrace/run.h"

struct dif_tuple_entry {
    uint64_t value; /* or address */
    uint64_t size;  /* 0: a value */
};

struct dif_machine {
    struct dif_run *run;
    const struct dif_object *object;
    uint64_t *registers; /* DIF_REGISTERS of them */
    int64_t difference;  /* flags: N is < 0, Z is 0; V is always 0 */
    bool carry;          /* flag C */
    uint32_t passed;     /* instructions that branches have passed over */
    uint32_t depth;      /* of the tuple stack */
    struct dif_tuple_entry tuple[DIF_TUPLE_MAX];
};

/* --- Faults: the first one of a run counts --- */

/* Ends the run; `value` is the address, or what else the fault is about. */
void dif_fault(struct dif_machine *machine, enum dif_fault fault, uint64_t value);

static inline bool dif_faulted(const struct dif_machine *machine)
{
    return machine->run->fault != DIF_FAULT_NONE;
}

/* Counts so many bytes as work of the firing; a DIF_FAULT_WORK if that is too much. */
void dif_work(struct dif_machine *machine, uint64_t bytes);

/* --- Memory (run_memory.c) --- */

/* Bytes that may be read; NULL after a BADADDR. */
const uint8_t *dif_read(struct dif_machine *machine, uint64_t address, uint64_t size);

/* Bytes that may be written: scratch allocated so far, variables by reference.  NULL after a BADADDR. */
uint8_t *dif_write(struct dif_machine *machine, uint64_t address, uint64_t size);

/* The same for scratch alone, where bcopy() and copyinto() may write. */
uint8_t *dif_write_scratch(struct dif_machine *machine, uint64_t address, uint64_t size);

struct dif_string {
    const uint8_t *bytes; /* not terminated */
    uint32_t length;      /* strsize at most; it also ends where readable memory does */
    bool has_nul;         /* that it ends with, at bytes[length] */
};

/* False after a BADADDR. */
bool dif_string(struct dif_machine *machine, uint64_t address, struct dif_string *string);
bool dif_string_within(struct dif_machine *machine, uint64_t address, uint32_t limit,
                       struct dif_string *string);

/* --- Scratch (run_memory.c) --- */

enum dif_alignment {
    DIF_ANY,
    DIF_ALIGNED /* to 8 */
};

/* Takes bytes, left as they are; NULL after a NOSCRATCH. */
uint8_t *dif_take(struct dif_machine *machine, uint64_t size, enum dif_alignment alignment);

/* Where so many bytes would be taken, for who does not yet know how many it keeps; with dif_keep. */
uint8_t *dif_reserve(struct dif_machine *machine, uint64_t size);
void dif_keep(struct dif_machine *machine, uint32_t size);

/* Takes strsize bytes for a string and puts at most strsize - 1 and a NUL there; gives the address or 0. */
uint64_t dif_take_string(struct dif_machine *machine, const uint8_t *bytes, uint64_t length);

/* --- Instructions that are not simple (run_instruction.c, run_variable.c, run_builtin.c) --- */

/* Carry out one instruction; a fault is noted in the machine. */
void dif_instruction(struct dif_machine *machine, uint32_t instruction);
void dif_variable_instruction(struct dif_machine *machine, uint32_t instruction);

/* The value of a built-in variable, of a string its address; 0 after a fault. */
uint64_t dif_builtin(struct dif_machine *machine, uint32_t id);
uint64_t dif_builtin_array(struct dif_machine *machine, uint32_t array, uint64_t index);

/* How many bytes at an address belong to a string of a built-in variable, its NUL included; 0: none. */
uint64_t dif_builtin_extent(const struct dtrace_firing *firing, uint64_t address);

/* --- Subroutines (subroutines.c) --- */

/* Argument `index`, 0 if the caller has pushed fewer. */
static inline uint64_t dif_argument(const struct dif_machine *machine, uint32_t index)
{
    return index < machine->depth ? machine->tuple[index].value : 0;
}

/* What a subroutine gives comes into *result, which those without a result leave alone.  Behind a fault
 * nobody reads it. */
typedef void dif_subroutine_code(struct dif_machine *machine, uint64_t *result);

/* Calls subroutine `subroutine`, whose arguments lie on the tuple stack. */
void dif_call(struct dif_machine *machine, uint32_t subroutine, uint64_t *result);

dif_subroutine_code dif_rand, dif_speculation, dif_progenyof, dif_getmajor, dif_getminor,
    dif_impossible;
dif_subroutine_code dif_mutex_owned, dif_mutex_owner, dif_mutex_type_adaptive, dif_mutex_type_spin,
    dif_rw_read_held, dif_rw_write_held, dif_rw_iswriter;
dif_subroutine_code dif_copyin, dif_copyinstr, dif_copyout, dif_alloca, dif_bcopy, dif_copyinto;
dif_subroutine_code dif_strlen, dif_strjoin, dif_strchr, dif_strrchr, dif_strstr, dif_strtok,
    dif_substr, dif_index_of, dif_rindex_of, dif_toupper, dif_tolower;
dif_subroutine_code dif_basename, dif_dirname, dif_cleanpath;
dif_subroutine_code dif_lltostr, dif_strtoll, dif_swap16, dif_swap32, dif_swap64;
dif_subroutine_code dif_inet_ntop, dif_inet_ntoa, dif_inet_ntoa6;
dif_subroutine_code dif_json;
