/* Probes, their providers, and which clause goes on which probe. */
#include "trace/dtrace/framework_layout.h"
#include "trace/dtrace/at_rest.h"
#include "trace/dtrace/ecb.h"
#include "trace/dtrace/glob.h"

enum {
    SHORT_NAME = 63,
    LONG_NAME = 127
}; /* characters: provider, module, name; and function */

static bool fits(const char *text, uint32_t limit)
{
    for (uint32_t i = 0; i <= limit; i++)
        if (text[i] == '\0')
            return true;
    return false;
}

static bool names_fit(const struct dtrace_probe_description *names)
{
    return fits(names->provider, SHORT_NAME) && fits(names->module, SHORT_NAME) &&
           fits(names->function, LONG_NAME) && fits(names->name, SHORT_NAME);
}

AT_REST uint32_t dtrace_probe_add(struct dtrace *dtrace, const struct dtrace_provider *provider,
                                  const char *module, const char *function, const char *name,
                                  uintptr_t site)
{
    struct dtrace_probe_description names = {dtrace->probe_count + 1, provider->name, module,
                                             function, name};
    if (dtrace->probe_count == dtrace->probes_max || !names_fit(&names))
        return 0;
    struct dtrace_probe *probe = &dtrace->probes[dtrace->probe_count];
    *probe = (struct dtrace_probe){.description = names, .provider = provider, .site = site};
    __atomic_store_n(&dtrace->probe_count, names.id, __ATOMIC_RELEASE);
    if (dtrace->matches)
        dtrace_probe_match(dtrace, probe);
    return names.id;
}

const struct dtrace_probe *dtrace_probe(const struct dtrace *dtrace, uint32_t id)
{
    return id == 0 || id > dtrace_probes(dtrace) ? NULL : &dtrace->probes[id - 1];
}

AT_REST uint32_t dtrace_probes(const struct dtrace *dtrace)
{
    return __atomic_load_n(&dtrace->probe_count, __ATOMIC_ACQUIRE);
}

AT_REST struct dtrace_probe_description dtrace_probe_describe(const struct dtrace_probe *probe)
{
    return probe->description;
}

uintptr_t dtrace_probe_site(const struct dtrace_probe *probe)
{
    return probe->site;
}

bool dtrace_probe_is_enabled(const struct dtrace_probe *probe)
{
    return probe->enabled;
}

AT_REST bool dtrace_provider_add(struct dtrace *dtrace, const struct dtrace_provider *provider)
{
    struct dtrace_provider_node *node =
        dtrace_memory_take(dtrace->memory, sizeof *node, _Alignof(struct dtrace_provider_node));
    if (node == NULL)
        return false;
    *node = (struct dtrace_provider_node){provider, dtrace->providers};
    dtrace->providers = node;
    return true;
}

/* A description without any name means every probe that has a function, so that dtrace:::ERROR and its like are
 * not enabled unasked. */
AT_REST static bool means(const struct dof_clause *clause,
                          const struct dtrace_probe_description *probe)
{
    bool anything = *clause->provider == '\0' && *clause->module == '\0' &&
                    *clause->function == '\0' && *clause->name == '\0';
    if (anything)
        return *probe->function != '\0';
    return dtrace_glob_means(clause->name, probe->name) &&
           dtrace_glob_means(clause->function, probe->function) &&
           dtrace_glob_means(clause->provider, probe->provider) &&
           dtrace_glob_means(clause->module, probe->module);
}

static void append(struct dtrace_probe *probe, struct dtrace_ecb *ecb)
{
    if (probe->last == NULL)
        __atomic_store_n(&probe->first, ecb, __ATOMIC_RELEASE);
    else
        __atomic_store_n(&probe->last->next, ecb, __ATOMIC_RELEASE);
    probe->last = ecb;
}

static void match_one(struct dtrace *dtrace, struct dtrace_clause *clause,
                      struct dtrace_probe *probe)
{
    if (clause->refusal != NULL || !means(clause->source, &probe->description))
        return;
    struct dtrace_ecb *ecb = dtrace_ecb_make(dtrace, clause, probe->description.id);
    if (ecb == NULL) {
        dtrace->ecbs_lost++;
        return;
    }
    clause->matched++;
    append(probe, ecb);
}

uint32_t dtrace_matches_lost(const struct dtrace *dtrace)
{
    return dtrace->ecbs_lost;
}

static void enable(struct dtrace_probe *probe)
{
    if (probe->first == NULL || probe->enabled)
        return;
    probe->enabled = true;
    if (probe->provider->enable != NULL)
        probe->provider->enable(probe);
}

AT_REST void dtrace_probe_match(struct dtrace *dtrace, struct dtrace_probe *probe)
{
    for (struct dtrace_object *object = dtrace->objects; object != NULL; object = object->next)
        for (uint32_t i = 0; i < object->dof.clause_count; i++)
            match_one(dtrace, &object->clauses[i], probe);
    enable(probe);
}

AT_REST void dtrace_clause_match(struct dtrace *dtrace, struct dtrace_clause *clause)
{
    for (uint32_t i = 0; i < dtrace->probe_count; i++)
        match_one(dtrace, clause, &dtrace->probes[i]);
}

void dtrace_probes_enable(struct dtrace *dtrace)
{
    for (uint32_t i = 0; i < dtrace->probe_count; i++)
        enable(&dtrace->probes[i]);
}

void dtrace_probes_disable(struct dtrace *dtrace)
{
    for (uint32_t i = 0; i < dtrace->probe_count; i++) {
        struct dtrace_probe *probe = &dtrace->probes[i];
        if (probe->enabled && probe->provider->disable != NULL)
            probe->provider->disable(probe);
        probe->enabled = false;
    }
}
