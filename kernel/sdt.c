/* Static probes. */
#include "kernel/sdt.h"

#include "boot/slice.h"
#include "kernel/kernel_probes.h"
#include "trace/dtrace/at_rest.h"
#include "trace/dtrace/probe_tables.h"

_Static_assert(offsetof(struct sdt_site, provider) == PROBE_TABLE_SITE_PROVIDER &&
                   offsetof(struct sdt_site, function) == PROBE_TABLE_SITE_FUNCTION &&
                   offsetof(struct sdt_site, name) == PROBE_TABLE_SITE_NAME &&
                   offsetof(struct sdt_site, types) == PROBE_TABLE_SITE_TYPES &&
                   sizeof(struct sdt_site) == PROBE_TABLE_SITE_SIZE,
               "trace/dtrace/probe_tables.h");
_Static_assert(offsetof(struct sdt_point, site) == PROBE_TABLE_POINT_SITE &&
                   sizeof(struct sdt_point) == PROBE_TABLE_POINT_SIZE,
               "trace/dtrace/probe_tables.h");

/* Found by section; the linker places them. */
extern struct sdt_site sdt_sites_start[], sdt_sites_end[];
extern struct sdt_point sdt_points_start[], sdt_points_end[];

enum {
    PROVIDERS = 24
};

static struct dtrace_provider providers[PROVIDERS];
static uint32_t provider_count;

AT_REST uint32_t sdt_probes(void)
{
    return (uint32_t)(sdt_sites_end - sdt_sites_start);
}

/* --- Sites; a probe's site is the address of its struct --- */

static void write_points(const struct sdt_site *site, uint8_t byte)
{
    for (const struct sdt_point *point = sdt_points_start; point < sdt_points_end; point++)
        if (point->site == site)
            probes_patch(point->address, byte);
}

static void enable(const struct dtrace_probe *probe)
{
    write_points((const struct sdt_site *)dtrace_probe_site(probe), PROBE_INT3);
}

static void disable(const struct dtrace_probe *probe)
{
    write_points((const struct sdt_site *)dtrace_probe_site(probe), PROBE_NOP);
}

/* In the order of addresses, as the linker leaves them anyway, unless functions change places. */
AT_REST static void sort_points(void)
{
    for (struct sdt_point *end = sdt_points_start; end < sdt_points_end; end++) {
        const struct sdt_point point = *end;
        struct sdt_point *to = end;
        for (; to > sdt_points_start && to[-1].address > point.address; to--)
            *to = to[-1];
        *to = point;
    }
}

/* --- Providers --- */

/* NULL: there are too many. */
AT_REST static const struct dtrace_provider *provider_of(const char *name)
{
    for (uint32_t i = 0; i < provider_count; i++)
        if (slice_is(slice_of(providers[i].name), name))
            return &providers[i];
    if (provider_count == PROVIDERS)
        return NULL;
    providers[provider_count] =
        (struct dtrace_provider){.name = name, .enable = enable, .disable = disable};
    return &providers[provider_count++];
}

static bool has_points(const struct sdt_site *site)
{
    for (const struct sdt_point *point = sdt_points_start; point < sdt_points_end; point++)
        if (point->site == site)
            return true;
    return false;
}

AT_REST void sdt_register(struct dtrace *dtrace)
{
    sort_points();
    for (struct sdt_site *site = sdt_sites_start; site < sdt_sites_end; site++) {
        const struct dtrace_provider *provider = provider_of(site->provider);
        if (provider != NULL && has_points(site))
            site->id = dtrace_probe_add(dtrace, provider, "kernel", site->function, site->name,
                                        (uintptr_t)site);
    }
}

/* --- Firing --- */

static const struct sdt_point *point_at(uint32_t address)
{
    const struct sdt_point *low = sdt_points_start, *high = sdt_points_end;
    while (low < high) { /* the answer, if there is one, is at low or behind, and before high */
        const struct sdt_point *middle = low + (high - low) / 2;
        if (middle->address == address)
            return middle;
        if (middle->address < address)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

bool sdt_trap(struct trap_frame *frame)
{
    const struct sdt_point *point = point_at(frame->eip - 1);
    if (point != NULL)
        frame->eip = point->target;
    return point != NULL;
}

void sdt_fire(const struct sdt_site *site, const uint64_t *arguments, uint32_t count)
{
    const uint32_t *own = __builtin_frame_address(0);
    const struct probe_frame where = {
        .pc = (uint32_t)__builtin_return_address(0),
        .frame_pointer = own[0],
    };
    uint32_t flags = cpu_interrupts_save();
    probes_fire(site->id, &where, arguments, count);
    cpu_interrupts_restore(flags);
}
