/* Subroutines that ask about locks: what stands behind an address is the environment's to say. */
#include "trace/dtrace/run_machine.h"

/* False after a BADADDR. */
static bool lock_at(struct dif_machine *machine, struct dtrace_lock *lock)
{
    const struct dtrace_environment *environment = machine->run->firing->environment;
    uint64_t address = dif_argument(machine, 0);
    if (environment->lock(environment->context, address, lock))
        return true;
    dif_fault(machine, DIF_FAULT_BADADDR, address);
    return false;
}

void dif_mutex_owned(struct dif_machine *machine, uint64_t *result)
{
    struct dtrace_lock lock;
    if (!lock_at(machine, &lock))
        return;
    *result = lock.kind == DTRACE_LOCK_ADAPTIVE
                  ? lock.owner != 0 && lock.owner == dif_current(machine->run->firing)->curthread
                  : lock.kind == DTRACE_LOCK_SPIN && lock.held;
}

void dif_mutex_owner(struct dif_machine *machine, uint64_t *result)
{
    struct dtrace_lock lock;
    if (lock_at(machine, &lock))
        *result = lock.kind == DTRACE_LOCK_ADAPTIVE ? lock.owner : 0;
}

void dif_mutex_type_adaptive(struct dif_machine *machine, uint64_t *result)
{
    struct dtrace_lock lock;
    if (lock_at(machine, &lock))
        *result = lock.kind == DTRACE_LOCK_ADAPTIVE;
}

void dif_mutex_type_spin(struct dif_machine *machine, uint64_t *result)
{
    struct dtrace_lock lock;
    if (lock_at(machine, &lock))
        *result = lock.kind == DTRACE_LOCK_SPIN;
}

void dif_rw_read_held(struct dif_machine *machine, uint64_t *result)
{
    struct dtrace_lock lock;
    if (lock_at(machine, &lock))
        *result = lock.kind == DTRACE_LOCK_RW && lock.readers > 0;
}

void dif_rw_write_held(struct dif_machine *machine, uint64_t *result)
{
    struct dtrace_lock lock;
    if (lock_at(machine, &lock))
        *result = lock.kind == DTRACE_LOCK_RW && lock.held;
}

void dif_rw_iswriter(struct dif_machine *machine, uint64_t *result)
{
    dif_rw_write_held(machine, result);
}
