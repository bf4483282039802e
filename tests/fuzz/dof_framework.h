/* What must hold of a state that any bytes were given to.
 *
 * It goes or says why not; probes fire, on two CPUs; and what it then holds are whole records that it has
 * described, with books that balance, and can be printed. */
#pragma once

#include "tests/fuzz/dof_property.h"
#include "trace/dtrace/framework.h"

enum {
    DOF_FRAMEWORK_MEMORY = 512 * 1024,
    DOF_FRAMEWORK_CPUS = 2,
    DOF_FRAMEWORK_PROBES = 8,
    DOF_FRAMEWORK_FIRINGS = 4, /* of each probe */
};

struct dof_framework_counts {
    uint64_t added, refused, gone, records, aggregations, errors, printed;
};

struct dof_framework_names {
    char text[4][128];
    struct dtrace_provider provider;
};

/* --- Probes that the clauses mean ------------------------------------------------------------- */

static void dof_framework_name(char *to, const char *from, const char *instead)
{
    strcpy(to, from[0] != '\0' ? from : instead);
}

/* A pattern matches itself, mostly.  Gives the id of the last probe. */
static uint32_t dof_framework_probes(struct dtrace *dtrace, const struct dof_object *object)
{
    static struct dof_framework_names names[DOF_FRAMEWORK_PROBES];
    for (uint32_t i = 0; i < object->clause_count && i < DOF_FRAMEWORK_PROBES; i++) {
        const struct dof_clause *clause = &object->clauses[i];
        struct dof_framework_names *own = &names[i];
        dof_framework_name(own->text[0], clause->provider, "fbt");
        dof_framework_name(own->text[1], clause->module, "kernel");
        dof_framework_name(own->text[2], clause->function, "read");
        dof_framework_name(own->text[3], clause->name, "entry");
        own->provider = (struct dtrace_provider){.name = own->text[0]};
        (void)dtrace_probe_add(dtrace, &own->provider, own->text[1], own->text[2], own->text[3], i);
    }
    return dtrace_probes(dtrace);
}

static void dof_framework_fire(struct dtrace *dtrace, uint32_t probes)
{
    const uint64_t arguments[3] = {(uintptr_t)dof_property_world, 1, UINT64_MAX};
    for (uint32_t round = 0; round < DOF_FRAMEWORK_FIRINGS; round++)
        for (uint32_t id = DTRACE_PROBE_FIRST; id <= probes; id++) {
            struct dtrace_event event = {
                .cpu = round % DOF_FRAMEWORK_CPUS, .arguments = arguments, .argument_count = 3};
            const struct dtrace_probe *probe = dtrace_probe(dtrace, id);
            if (dtrace_probe_is_enabled(probe))
                dtrace_fire(dtrace, probe, &event);
            dtrace_clean(dtrace);
        }
}

/* --- What it holds ---------------------------------------------------------------------------- */

static void dof_framework_balance(const struct dtrace_buffer_books *books)
{
    require(books->emitted == books->kept + books->overwritten + books->dropped + books->filtered);
    require(books->errors <= books->filtered);
}

/* Whole, described records from `from` to `to`; gives how many. */
static uint64_t dof_framework_walk(const struct dtrace_source *source,
                                   const struct dtrace_snapshot *snapshot, uint32_t from,
                                   uint32_t to)
{
    uint64_t count = 0;
    while (to - from >= 4) {
        uint32_t epid;
        memcpy(&epid, snapshot->bytes + from, 4);
        if (epid == 0) {
            from += 4;
            continue;
        }
        const struct dtrace_ecb_description *ecb = source->ecb(source->context, epid);
        require(ecb != NULL && ecb->size >= 12 && ecb->size <= to - from);
        for (uint32_t i = 0; i < ecb->record_count; i++)
            require(ecb->records[i].offset <= ecb->size &&
                    ecb->records[i].size <= ecb->size - ecb->records[i].offset);
        require(source->probe(source->context, ecb->probe) != NULL);
        from += ecb->size;
        count++;
    }
    return count;
}

static void dof_framework_principal(const struct dtrace_source *source,
                                    const struct dtrace_snapshot *snapshot,
                                    struct dof_framework_counts *counts)
{
    uint64_t records = dof_framework_walk(source, snapshot, snapshot->oldest, snapshot->size);
    if (snapshot->wrapped)
        records += dof_framework_walk(source, snapshot, 0, snapshot->newest);
    dof_framework_balance(&snapshot->books);
    require(records <= snapshot->books.kept);
    counts->records += records;
    counts->errors += snapshot->books.errors;
}

static void dof_framework_put(void *context, const char *bytes, size_t length)
{
    struct dof_framework_counts *counts = (struct dof_framework_counts *)context;
    counts->printed += length;
    for (size_t i = 0; i < length; i++) /* the sanitizer looks */
        counts->printed += bytes[i] == '\0';
}

static void dof_framework_consume(struct dtrace *dtrace, struct dof_framework_counts *counts)
{
    static _Alignas(16) uint8_t bytes[DOF_FRAMEWORK_MEMORY];
    struct dtrace_memory memory = {bytes, sizeof bytes, 0};
    struct dtrace_source source = dtrace_source_of(dtrace);
    struct text_sink sink = {dof_framework_put, counts};
    for (uint32_t cpu = 0; cpu < source.cpus; cpu++) {
        dof_framework_principal(&source, &source.principal[cpu], counts);
        dof_framework_balance(&source.aggregations[cpu].books);
        counts->aggregations += source.aggregations[cpu].books.kept;
    }
    /* A clause may say of itself that it is the one for errors, which the consumer then takes for damage. */
    (void)dtrace_consume(&sink, &source, &memory);
}

/* --- All of it -------------------------------------------------------------------------------- */

static void dof_framework_live(struct dtrace *dtrace, uint32_t probes,
                               struct dof_framework_counts *counts)
{
    if (dtrace_go(dtrace, 0) != DTRACE_GO_OK)
        return;
    counts->gone++;
    dof_framework_fire(dtrace, probes);
    dtrace_stop(dtrace, 0);
    dof_framework_consume(dtrace, counts);
}

/* `object` is what dof_load made of the same bytes: its clauses tell which probes there have to be. */
static inline void dof_framework_hold(const uint8_t *bytes, size_t size,
                                      const struct dof_object *object, uint8_t *memory,
                                      struct dof_framework_counts *counts)
{
    struct dof_problem problem;
    struct dtrace_memory all = {memory, DOF_FRAMEWORK_MEMORY, 0};
    struct dtrace_config config = {.environment = &dof_property_environment,
                                   .memory = &all,
                                   .cpus = DOF_FRAMEWORK_CPUS,
                                   .probes_max = 16,
                                   .destructive_allowed = true};
    struct dtrace *dtrace = dtrace_make(&config);
    require(dtrace != NULL);
    uint32_t probes = dof_framework_probes(dtrace, object);
    if (dtrace_add_object(dtrace, bytes, size, &problem)) {
        counts->added++;
        dof_framework_live(dtrace, probes, counts);
    } else {
        counts->refused++;
        require(problem.text[0] != '\0');
    }
}
