/* The provider profile. */
#include "kernel/profile.h"

#include "boot/slice.h"
#include "kernel/kernel_probes.h"
#include "kernel/percpu.h"
#include "kernel/scheduler.h"
#include "kernel/tracing.h"
#include "trace/dtrace/profile_name.h"

#define SECOND_NS 1000000000ull

static struct clock_probe {
    const char *name;
    uint64_t period; /* cycles */
    bool each_cpu;
    bool enabled;
    uint32_t id;
    uint64_t next[DTRACE_CPUS_MAX]; /* moments */
} probes[PROFILE_PROBES];
static uint32_t count;
static bool any_enabled;

/* --- The provider; a probe's site is its place in the table --- */

static uint64_t cycles_of(uint64_t ns)
{
    uint64_t hz = tracing_clock()->tsc_hz;
    if (hz > 0 && ns / SECOND_NS >= UINT64_MAX / 2 / hz)
        return UINT64_MAX / 2; /* centuries: never, rather than at once */
    return tracing_cycles(ns);
}

static void enable(const struct dtrace_probe *probe)
{
    struct clock_probe *own = &probes[dtrace_probe_site(probe)];
    uint64_t now = scheduler_now();
    for (uint32_t i = 0; i < DTRACE_CPUS_MAX; i++)
        own->next[i] = now + own->period;
    own->enabled = own->period > 0;
    any_enabled |= own->enabled;
}

static void disable(const struct dtrace_probe *probe)
{
    probes[dtrace_probe_site(probe)].enabled = false;
}

static bool is_known(const char *name)
{
    for (uint32_t i = 0; i < count; i++)
        if (slice_is(slice_of(probes[i].name), name))
            return true;
    return false;
}

static void add(struct dtrace *dtrace, const struct dtrace_provider *provider, const char *text,
                const struct profile_name *name)
{
    if (is_known(text) || count == PROFILE_PROBES)
        return;
    struct clock_probe *probe = &probes[count];
    *probe = (struct clock_probe){
        .name = text, .period = cycles_of(name->period_ns), .each_cpu = name->each_cpu};
    probe->id = dtrace_probe_add(dtrace, provider, "", "", text, count);
    count += probe->id != 0;
}

static void provide(struct dtrace *dtrace, const struct dtrace_provider *provider,
                    const struct dof_clause *clause)
{
    struct profile_name name;
    bool ours = *clause->provider == '\0' || slice_is(slice_of(clause->provider), "profile");
    if (ours && *clause->module == '\0' && *clause->function == '\0' &&
        profile_name_parse(clause->name, &name))
        add(dtrace, provider, clause->name, &name);
}

void profile_register(struct dtrace *dtrace)
{
    static const struct dtrace_provider provider = {"profile", enable, disable, provide};
    (void)dtrace_provider_add(dtrace, &provider);
}

/* --- Firing --- */

static bool is_of(const struct clock_probe *probe, uint32_t cpu)
{
    return probe->enabled && (probe->each_cpu || cpu == 0);
}

uint64_t profile_due(uint32_t cpu)
{
    uint64_t due = UINT64_MAX;
    for (uint32_t i = 0; any_enabled && i < count; i++)
        if (is_of(&probes[i], cpu) && probes[i].next[cpu] < due)
            due = probes[i].next[cpu];
    return due;
}

static void fire(const struct clock_probe *probe)
{
    const struct trap_frame *interrupted = percpu_this()->interrupted;
    struct probe_frame where = {0};
    if (interrupted != NULL) {
        where.pc = interrupted->eip;
        where.frame_pointer = interrupted->ebp;
    }
    const uint64_t arguments[] = {where.pc, 0};
    probes_fire(probe->id, &where, arguments, 2);
}

void profile_ring(uint64_t now)
{
    uint32_t cpu = percpu_this()->number;
    for (uint32_t i = 0; any_enabled && i < count; i++) {
        struct clock_probe *probe = &probes[i];
        if (!is_of(probe, cpu) || probe->next[cpu] > now)
            continue;
        fire(probe);
        probe->next[cpu] = now + probe->period - (now - probe->next[cpu]) % probe->period;
    }
}
