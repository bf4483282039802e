/* Probes of the kernel. */
#include "kernel/kernel_probes.h"

#include "kernel/cpu.h"
#include "kernel/fbt.h"
#include "kernel/percpu.h"
#include "kernel/profile.h"
#include "kernel/sdt.h"
#include "kernel/syscall_provider.h"
#include "trace/dtrace/at_rest.h"

enum {
    CR0_WRITE_PROTECT = 1 << 16,
};

static struct dtrace *framework;
static int32_t errors[DTRACE_CPUS_MAX]; /* of each CPU */

AT_REST uint32_t probes_count(void)
{
    return fbt_probes() + sdt_probes() + syscall_probes() + PROFILE_PROBES;
}

AT_REST void probes_register(struct dtrace *dtrace)
{
    if (framework != NULL)
        return;
    fbt_register(dtrace);
    syscall_register(dtrace);
    sdt_register(dtrace);
    profile_register(dtrace);
    framework = dtrace;
}

void probes_fire(uint32_t id, const struct probe_frame *frame, const uint64_t *arguments,
                 uint32_t count)
{
    const struct dtrace_probe *probe = dtrace_probe(framework, id);
    if (probe == NULL)
        return;
    const struct dtrace_event event = {percpu_this()->number, frame, arguments, count};
    dtrace_fire(framework, probe, &event);
}

int32_t probes_errno(void)
{
    return errors[percpu_this()->number];
}

void probes_set_errno(int32_t error)
{
    errors[percpu_this()->number] = error;
}

/* The code is read-only; not so for this CPU while CR0.WP is clear (SDM volume 3, section 4.6.1).  Going back
 * serializes, so this CPU itself executes what it has written. */
void probes_patch(uint32_t address, uint8_t byte)
{
    uint32_t flags = cpu_interrupts_save(), cr0 = cpu_cr0();
    cpu_set_cr0(cr0 & ~(uint32_t)CR0_WRITE_PROTECT);
    *(volatile uint8_t *)address = byte;
    cpu_set_cr0(cr0);
    cpu_interrupts_restore(flags);
}

bool probes_trap(struct trap_frame *frame)
{
    return framework != NULL && (sdt_trap(frame) || fbt_trap(frame));
}
