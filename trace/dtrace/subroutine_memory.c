/* Subroutines that take and fill scratch.
 *
 * There is no userland whose memory could be copied from or to: copyin() and its like find a bad address there,
 * after they have taken the scratch that they would need, as DTrace's do. */
#include "trace/dtrace/run_machine.h"

void dif_alloca(struct dif_machine *machine, uint64_t *result)
{
    *result = (uintptr_t)dif_take(machine, dif_argument(machine, 0), DIF_ALIGNED);
}

void dif_bcopy(struct dif_machine *machine, uint64_t *result)
{
    uint64_t size = dif_argument(machine, 2);
    uint8_t *to = dif_write_scratch(machine, dif_argument(machine, 1), size);
    const uint8_t *from = to ? dif_read(machine, dif_argument(machine, 0), size) : NULL;
    (void)result; /* void */
    if (from)
        __builtin_memmove(to, from, (size_t)size);
}

static void refuse_user_address(struct dif_machine *machine, uint64_t address)
{
    dif_fault(machine, DIF_FAULT_BADADDR, address);
}

void dif_copyin(struct dif_machine *machine, uint64_t *result)
{
    *result = 0;
    if (dif_take(machine, dif_argument(machine, 1), DIF_ALIGNED))
        refuse_user_address(machine, dif_argument(machine, 0));
}

void dif_copyinstr(struct dif_machine *machine, uint64_t *result)
{
    uint64_t size = machine->run->strsize;
    if (machine->depth > 1 && dif_argument(machine, 1) < size)
        size = dif_argument(machine, 1) + 1;
    *result = 0;
    if (dif_take(machine, size, DIF_ANY))
        refuse_user_address(machine, dif_argument(machine, 0));
}

void dif_copyinto(struct dif_machine *machine, uint64_t *result)
{
    (void)result; /* void */
    if (dif_write_scratch(machine, dif_argument(machine, 2), dif_argument(machine, 1)))
        refuse_user_address(machine, dif_argument(machine, 0));
}

/* Also copyoutstr(): the second argument is the user's address in both. */
void dif_copyout(struct dif_machine *machine, uint64_t *result)
{
    (void)result; /* void */
    refuse_user_address(machine, dif_argument(machine, 1));
}
