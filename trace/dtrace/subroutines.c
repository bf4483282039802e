/* Which subroutine is which, and those that are a line. */
#include "trace/dtrace/run_machine.h"

static dif_subroutine_code *const subroutines[] = {
    [DIF_SUBR_RAND] = dif_rand,
    [DIF_SUBR_MUTEX_OWNED] = dif_mutex_owned,
    [DIF_SUBR_MUTEX_OWNER] = dif_mutex_owner,
    [DIF_SUBR_MUTEX_TYPE_ADAPTIVE] = dif_mutex_type_adaptive,
    [DIF_SUBR_MUTEX_TYPE_SPIN] = dif_mutex_type_spin,
    [DIF_SUBR_RW_READ_HELD] = dif_rw_read_held,
    [DIF_SUBR_RW_WRITE_HELD] = dif_rw_write_held,
    [DIF_SUBR_RW_ISWRITER] = dif_rw_iswriter,
    [DIF_SUBR_COPYIN] = dif_copyin,
    [DIF_SUBR_COPYINSTR] = dif_copyinstr,
    [DIF_SUBR_SPECULATION] = dif_speculation,
    [DIF_SUBR_PROGENYOF] = dif_progenyof,
    [DIF_SUBR_STRLEN] = dif_strlen,
    [DIF_SUBR_COPYOUT] = dif_copyout,
    [DIF_SUBR_COPYOUTSTR] = dif_copyout,
    [DIF_SUBR_ALLOCA] = dif_alloca,
    [DIF_SUBR_BCOPY] = dif_bcopy,
    [DIF_SUBR_COPYINTO] = dif_copyinto,
    [DIF_SUBR_MSGDSIZE] = dif_impossible,
    [DIF_SUBR_MSGSIZE] = dif_impossible,
    [DIF_SUBR_GETMAJOR] = dif_getmajor,
    [DIF_SUBR_GETMINOR] = dif_getminor,
    [DIF_SUBR_DDI_PATHNAME] = dif_impossible,
    [DIF_SUBR_STRJOIN] = dif_strjoin,
    [DIF_SUBR_LLTOSTR] = dif_lltostr,
    [DIF_SUBR_BASENAME] = dif_basename,
    [DIF_SUBR_DIRNAME] = dif_dirname,
    [DIF_SUBR_CLEANPATH] = dif_cleanpath,
    [DIF_SUBR_STRCHR] = dif_strchr,
    [DIF_SUBR_STRRCHR] = dif_strrchr,
    [DIF_SUBR_STRSTR] = dif_strstr,
    [DIF_SUBR_STRTOK] = dif_strtok,
    [DIF_SUBR_SUBSTR] = dif_substr,
    [DIF_SUBR_INDEX] = dif_index_of,
    [DIF_SUBR_RINDEX] = dif_rindex_of,
    [DIF_SUBR_HTONS] = dif_swap16,
    [DIF_SUBR_HTONL] = dif_swap32,
    [DIF_SUBR_HTONLL] = dif_swap64,
    [DIF_SUBR_NTOHS] = dif_swap16,
    [DIF_SUBR_NTOHL] = dif_swap32,
    [DIF_SUBR_NTOHLL] = dif_swap64,
    [DIF_SUBR_INET_NTOP] = dif_inet_ntop,
    [DIF_SUBR_INET_NTOA] = dif_inet_ntoa,
    [DIF_SUBR_INET_NTOA6] = dif_inet_ntoa6,
    [DIF_SUBR_TOUPPER] = dif_toupper,
    [DIF_SUBR_TOLOWER] = dif_tolower,
    [DIF_SUBR_GETF] = dif_impossible,
    [DIF_SUBR_JSON] = dif_json,
    [DIF_SUBR_STRTOLL] = dif_strtoll,
};
_Static_assert(sizeof subroutines / sizeof subroutines[0] == DIF_SUBR_MAX + 1, "all of them");

enum {
    WORK_OF_A_CALL = 64,           /* in bytes, beside what a subroutine counts itself */
    WORK_OF_SPECULATION = 8 * 1024 /* a state is looked at for each of at most 1,024 ids */
};

void dif_call(struct dif_machine *machine, uint32_t subroutine, uint64_t *result)
{
    dif_work(machine, subroutine == DIF_SUBR_SPECULATION ? WORK_OF_SPECULATION : WORK_OF_A_CALL);
    if (subroutine <= DIF_SUBR_MAX)
        subroutines[subroutine](machine, result);
    else
        dif_fault(machine, DIF_FAULT_ILLOP, subroutine);
}

/* For streams, devices and open files as illumos has them, and this machine does not. */
void dif_impossible(struct dif_machine *machine, uint64_t *result)
{
    (void)result;
    dif_fault(machine, DIF_FAULT_ILLOP, dif_argument(machine, 0));
}

/* DTrace's own generator: good enough to pick samples. */
void dif_rand(struct dif_machine *machine, uint64_t *result)
{
    const struct dtrace_environment *environment = machine->run->firing->environment;
    *result = (environment->timestamp(environment->context) * 2416 + 374441) % 1771875;
}

void dif_speculation(struct dif_machine *machine, uint64_t *result)
{
    const struct dif_run *run = machine->run;
    *result = run->speculation ? run->speculation(run->speculation_context) : 0;
}

void dif_progenyof(struct dif_machine *machine, uint64_t *result)
{
    const struct dtrace_environment *environment = machine->run->firing->environment;
    *result = environment->is_progeny(environment->context, (uint32_t)dif_argument(machine, 0));
}

/* A device number of 64 bits: major above, minor below. */
void dif_getmajor(struct dif_machine *machine, uint64_t *result)
{
    *result = dif_argument(machine, 0) >> 32;
}

void dif_getminor(struct dif_machine *machine, uint64_t *result)
{
    *result = dif_argument(machine, 0) & 0xffffffff;
}
