/* Built-in variables: the probe's, the thread's, the clock's. */
#include "trace/dtrace/run_machine.h"

const struct dtrace_current *dif_current(struct dtrace_firing *firing)
{
    if (!firing->current_known) {
        firing->environment->current(firing->environment->context, &firing->current);
        firing->current_known = true;
    }
    return &firing->current;
}

static uint64_t argument(const struct dtrace_firing *firing, uint64_t index)
{
    const struct dtrace_environment *environment = firing->environment;
    if (index < firing->argument_count && index < DTRACE_ARGUMENTS)
        return firing->arguments[index];
    if (index > UINT32_MAX)
        return 0;
    return environment->argument(environment->context, firing->frame, (uint32_t)index);
}

uint64_t dif_builtin_array(struct dif_machine *machine, uint32_t array, uint64_t index)
{
    if (array == DIF_ARRAY_ARGS)
        return argument(machine->run->firing, index);
    /* There are no registers of a userland: as if the thread had none. */
    dif_fault(machine, array == DIF_ARRAY_UREGS ? DIF_FAULT_BADADDR : DIF_FAULT_ILLOP, 0);
    return 0;
}

static uint64_t caller(const struct dtrace_firing *firing)
{
    const struct dtrace_environment *environment = firing->environment;
    uint64_t pc = 0;
    return environment->stack(environment->context, firing->frame, &pc, 1) > 0 ? pc : 0;
}

enum {
    WORK_OF_A_STACK = 8 * 1024 /* in bytes: some hundred frames are looked at */
};

static uint64_t of_firing(struct dif_machine *machine, uint32_t id)
{
    const struct dtrace_firing *firing = machine->run->firing;
    const struct dtrace_environment *environment = firing->environment;
    switch (id) {
    case DIF_VAR_TIMESTAMP:
        return firing->timestamp;
    case DIF_VAR_VTIMESTAMP:
        return environment->vtimestamp(environment->context);
    case DIF_VAR_WALLTIMESTAMP:
        return environment->walltimestamp(environment->context);
    case DIF_VAR_EPID:
        return machine->run->epid;
    case DIF_VAR_ID:
        return firing->probe_id;
    case DIF_VAR_STACKDEPTH:
        dif_work(machine, WORK_OF_A_STACK);
        return environment->stack(environment->context, firing->frame, NULL, 0);
    case DIF_VAR_CALLER:
        return caller(firing);
    case DIF_VAR_PROBEPROV:
        return (uintptr_t)firing->provider;
    case DIF_VAR_PROBEMOD:
        return (uintptr_t)firing->module;
    case DIF_VAR_PROBEFUNC:
        return (uintptr_t)firing->function;
    case DIF_VAR_PROBENAME:
        return (uintptr_t)firing->name;
    case DIF_VAR_CPU:
        return firing->cpu;
    case DIF_VAR_USTACKDEPTH: /* no userland with a stack of its own */
    case DIF_VAR_UCALLER:
        return 0;
    default:
        dif_fault(machine, DIF_FAULT_ILLOP, id);
        return 0;
    }
}

/* A probe in a function that runs in an interrupt has nothing to do with the process below. */
static bool is_without_process(const struct dtrace_firing *firing)
{
    return firing->current.ipl > 0 && firing->function[0] != 0;
}

static uint64_t of_process(struct dif_machine *machine, uint32_t id)
{
    const struct dtrace_current *current = dif_current(machine->run->firing);
    if (is_without_process(machine->run->firing))
        return 0;
    switch (id) {
    case DIF_VAR_PID:
        return current->pid;
    case DIF_VAR_TID:
        return current->tid;
    case DIF_VAR_PPID:
        return current->ppid;
    case DIF_VAR_UID:
        return current->uid;
    case DIF_VAR_GID:
        return current->gid;
    default:
        return (uint64_t)(int64_t)current->error;
    }
}

uint64_t dif_builtin(struct dif_machine *machine, uint32_t id)
{
    if (id >= DIF_VAR_ARG0 && id <= DIF_VAR_ARG9)
        return argument(machine->run->firing, id - DIF_VAR_ARG0);
    switch (id) {
    case DIF_VAR_CURTHREAD:
        return dif_current(machine->run->firing)->curthread;
    case DIF_VAR_IPL:
        return dif_current(machine->run->firing)->ipl;
    case DIF_VAR_EXECNAME:
        return (uintptr_t)dif_current(machine->run->firing)->execname;
    case DIF_VAR_ZONENAME:
        return (uintptr_t)dif_current(machine->run->firing)->zonename;
    case DIF_VAR_THREADNAME:
        return (uintptr_t)dif_current(machine->run->firing)->threadname;
    case DIF_VAR_PID:
    case DIF_VAR_TID:
    case DIF_VAR_PPID:
    case DIF_VAR_UID:
    case DIF_VAR_GID:
    case DIF_VAR_ERRNO:
        return of_process(machine, id);
    default:
        return of_firing(machine, id);
    }
}

/* --- Their strings --- */

static uint64_t extent_of(const char *string, uint64_t address)
{
    if (!string || address < (uintptr_t)string)
        return 0;
    uint64_t offset = address - (uintptr_t)string;
    uint64_t size = (uint64_t)__builtin_strlen(string) + 1;
    return offset < size ? size - offset : 0;
}

uint64_t dif_builtin_extent(const struct dtrace_firing *firing, uint64_t address)
{
    const char *const strings[] = {
        firing->provider,
        firing->module,
        firing->function,
        firing->name,
        firing->current_known ? firing->current.execname : NULL,
        firing->current_known ? firing->current.zonename : NULL,
        firing->current_known ? firing->current.threadname : NULL,
    };
    const uint32_t count = sizeof strings / sizeof strings[0];
    for (uint32_t i = 0; i < count; i++) /* mostly it is where one begins */
        if (strings[i] && address == (uintptr_t)strings[i])
            return (uint64_t)__builtin_strlen(strings[i]) + 1;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t bytes = extent_of(strings[i], address);
        if (bytes > 0)
            return bytes;
    }
    return 0;
}
