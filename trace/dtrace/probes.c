/* Probes, their providers, and which clause goes on which probe. */
#include "trace/dtrace/at_rest.h"
#include "trace/dtrace/dtrace_bytes.h"
#include "trace/dtrace/ecb.h"
#include "trace/dtrace/framework_layout.h"
#include "trace/dtrace/glob.h"

/* --- Matching --- */

enum {
    FIELDS = 4,
    STEPS_MAX =
        1 << 26 /* of patterns, for all clauses on all probes: some thousand million instructions */
};

/* A description's fields, those that are literal first, because they are quickly told. */
struct meaning {
    const char *field[FIELDS];
    uint32_t which[FIELDS]; /* name, function, provider, module */
    uint32_t count;         /* that are not empty */
    uint32_t literal;       /* so many of them, in front */
};

AT_REST static void add_fields(struct meaning *meaning, const struct dof_clause *clause,
                               bool patterns)
{
    const char *const all[FIELDS] = {clause->name, clause->function, clause->provider,
                                     clause->module};
    for (uint32_t i = 0; i < FIELDS; i++) {
        if (*all[i] == '\0' || dtrace_glob_is_pattern(all[i]) != patterns)
            continue;
        meaning->field[meaning->count] = all[i];
        meaning->which[meaning->count++] = i;
    }
}

AT_REST static struct meaning meaning_of(const struct dof_clause *clause)
{
    struct meaning meaning = {.count = 0};
    add_fields(&meaning, clause, false);
    meaning.literal = meaning.count;
    add_fields(&meaning, clause, true);
    return meaning;
}

/* A description without any name means every probe that has a function, so that dtrace:::ERROR and its like are
 * not enabled unasked. */
AT_REST static bool means(struct dtrace *dtrace, const struct meaning *meaning,
                          const struct dtrace_probe_description *probe)
{
    const char *const all[FIELDS] = {probe->name, probe->function, probe->provider, probe->module};
    if (meaning->count == 0)
        return *probe->function != '\0';
    for (uint32_t i = 0; i < meaning->literal; i++)
        if (!dtrace_is_same_text(meaning->field[i], all[meaning->which[i]]))
            return false;
    for (uint32_t i = meaning->literal; i < meaning->count; i++)
        if (!dtrace_glob_means(meaning->field[i], all[meaning->which[i]], &dtrace->match_steps))
            return false;
    return true;
}

static void append(struct dtrace_probe *probe, struct dtrace_ecb *ecb)
{
    if (probe->last == NULL)
        __atomic_store_n(&probe->first, ecb, __ATOMIC_RELEASE);
    else
        __atomic_store_n(&probe->last->next, ecb, __ATOMIC_RELEASE);
    probe->last = ecb;
}

static void put_on(struct dtrace *dtrace, struct dtrace_clause *clause, struct dtrace_probe *probe)
{
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

/* Puts every clause that means the probe on it. */
AT_REST static void match_probe(struct dtrace *dtrace, struct dtrace_probe *probe)
{
    for (struct dtrace_object *object = dtrace->objects; object != NULL; object = object->next)
        for (uint32_t i = 0; i < object->dof.clause_count; i++) {
            struct dtrace_clause *clause = &object->clauses[i];
            const struct meaning meaning = meaning_of(clause->source);
            if (clause->refusal == NULL && dtrace->match_steps < STEPS_MAX &&
                means(dtrace, &meaning, &probe->description))
                put_on(dtrace, clause, probe);
        }
    enable(probe);
}

AT_REST static bool is_same_description(const struct dof_clause *a, const struct dof_clause *b)
{
    return dtrace_is_same_text(a->name, b->name) && dtrace_is_same_text(a->function, b->function) &&
           dtrace_is_same_text(a->provider, b->provider) &&
           dtrace_is_same_text(a->module, b->module);
}

/* Many clauses have the description of the one before, which is then the last one on every probe that it means. */
AT_REST static void match_as_before(struct dtrace *dtrace, struct dtrace_clause *clause)
{
    for (uint32_t i = 0; i < dtrace->probe_count; i++) {
        struct dtrace_probe *probe = &dtrace->probes[i];
        if (probe->last != NULL && probe->last->clause == dtrace->matched)
            put_on(dtrace, clause, probe);
    }
}

AT_REST static void match_all(struct dtrace *dtrace, struct dtrace_clause *clause)
{
    const struct meaning meaning = meaning_of(clause->source);
    for (uint32_t i = 0; i < dtrace->probe_count && dtrace->match_steps < STEPS_MAX; i++)
        if (means(dtrace, &meaning, &dtrace->probes[i].description))
            put_on(dtrace, clause, &dtrace->probes[i]);
}

AT_REST const char *dtrace_clause_match(struct dtrace *dtrace, struct dtrace_clause *clause)
{
    uint32_t lost = dtrace->ecbs_lost;
    if (dtrace->matched != NULL && is_same_description(dtrace->matched->source, clause->source))
        match_as_before(dtrace, clause);
    else if (dtrace->match_steps < STEPS_MAX)
        match_all(dtrace, clause);
    if (dtrace->match_steps >= STEPS_MAX)
        return "the patterns of all enablings take too long to match";
    dtrace->matched = dtrace->ecbs_lost == lost ? clause : NULL;
    return NULL;
}

/* --- Probes --- */

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
        match_probe(dtrace, probe);
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
