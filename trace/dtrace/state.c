/* The framework is made, and the state takes its objects: each whole, or not at all. */
#include <stdarg.h>

#include "trace/dtrace/clause.h"
#include "trace/text.h"

enum {
    BYTES_OF_A_DECLARATION = 2048, /* of memory, for each variable that may be declared */
    DECLARATIONS_MIN = 64,
    DECLARATIONS_MAX = 8192,
    CLAUSES_MAX = 16384, /* of all objects */
    ACTIONS_MAX = 65536, /* of all clauses */
};

static const struct dtrace_provider own = {.name = "dtrace"};

static void *take(struct dtrace *dtrace, size_t count, size_t size)
{
    return dtrace_memory_array(dtrace->memory, count, size, 16);
}

static uint32_t declarations_of(size_t memory)
{
    size_t count = memory / BYTES_OF_A_DECLARATION;
    return count < DECLARATIONS_MIN   ? DECLARATIONS_MIN
           : count > DECLARATIONS_MAX ? DECLARATIONS_MAX
                                      : (uint32_t)count;
}

static bool make_claim(struct dtrace *dtrace)
{
    struct dtrace_claim *claim = &dtrace->claim;
    claim->principal = take(dtrace, dtrace->cpus, sizeof *claim->principal);
    claim->aggregations = take(dtrace, dtrace->cpus, sizeof *claim->aggregations);
    claim->told = take(dtrace, dtrace->cpus, sizeof *claim->told);
    claim->lost = take(dtrace, dtrace->cpus, sizeof *claim->lost);
    return claim->principal != NULL && claim->aggregations != NULL && claim->told != NULL &&
           claim->lost != NULL;
}

static bool make_tables(struct dtrace *dtrace)
{
    uint32_t capacity = declarations_of(dtrace->memory->size);
    dtrace->probes = take(dtrace, dtrace->probes_max, sizeof *dtrace->probes);
    dtrace->declarations.list = take(dtrace, capacity, sizeof *dtrace->declarations.list);
    dtrace->declarations.capacity = capacity;
    dtrace->principal_snapshots = take(dtrace, dtrace->cpus, sizeof *dtrace->principal_snapshots);
    dtrace->aggregation_snapshots =
        take(dtrace, dtrace->cpus, sizeof *dtrace->aggregation_snapshots);
    return dtrace->probes != NULL && dtrace->declarations.list != NULL &&
           dtrace->principal_snapshots != NULL && dtrace->aggregation_snapshots != NULL &&
           make_claim(dtrace);
}

static bool add_own_probes(struct dtrace *dtrace)
{
    return dtrace_probe_add(dtrace, &own, "", "", "BEGIN", 0) == DTRACE_BEGIN &&
           dtrace_probe_add(dtrace, &own, "", "", "END", 0) == DTRACE_END &&
           dtrace_probe_add(dtrace, &own, "", "", "ERROR", 0) == DTRACE_ERROR;
}

struct dtrace *dtrace_make(const struct dtrace_config *config)
{
    struct dtrace *dtrace = dtrace_memory_take(config->memory, sizeof *dtrace, 16);
    if (dtrace == NULL || config->cpus == 0 || config->cpus > DTRACE_CPUS_MAX)
        return NULL;
    *dtrace = (struct dtrace){.environment = config->environment,
                              .memory = config->memory,
                              .cpus = config->cpus,
                              .probes_max = config->probes_max,
                              .destructive_allowed = config->destructive_allowed,
                              .deadman_ns = config->deadman_ns};
    for (uint32_t i = 0; i < DOF_OPTIONS; i++)
        dtrace->options[i] = dtrace->granted[i] = DOF_OPTION_UNSET;
    return make_tables(dtrace) && add_own_probes(dtrace) ? dtrace : NULL;
}

/* --- Objects --- */

/* Always false. */
__attribute__((format(printf, 2, 3))) static bool refuse(struct dof_problem *problem,
                                                         const char *format, ...)
{
    struct text_buffer buffer = {problem->text, sizeof problem->text, 0};
    const struct text_sink sink = text_buffer_sink(&buffer);
    va_list arguments;
    va_start(arguments, format);
    text_print_list(&sink, format, arguments);
    va_end(arguments);
    problem->section = DOF_NONE;
    problem->offset = DOF_NOWHERE;
    return false;
}

/* The rules for actions, by building what would go on a probe and forgetting it.  They are the same for all clauses
 * that share their actions: of thousands with thousands of them, one is built. */
static bool check_clauses(struct dtrace *dtrace, const struct dof_object *object,
                          struct dof_problem *problem)
{
    uint32_t aggregations = dtrace->aggregation_count;
    size_t mark = dtrace->memory->used;
    bool good = true;
    for (uint32_t i = 0; i < object->clause_count && good; i++) {
        struct dtrace_clause clause = {0};
        struct dtrace_clause_problem wrong;
        if (object->clauses[i].repeats)
            continue;
        good = dtrace_clause_build(dtrace, &object->clauses[i], &clause, &wrong);
        if (!good)
            (void)refuse(problem, "%s in action %u of clause %u", wrong.reason, wrong.action,
                         i + 1);
        dtrace->memory->used = mark;
    }
    dtrace->aggregation_count = aggregations;
    return good;
}

static bool check_options(const struct dof_object *object, struct dof_problem *problem)
{
    for (uint32_t i = 0; i < object->option_count; i++) {
        const struct dof_option *option = &object->options[i];
        if (option->id >= DOF_OPTIONS)
            return refuse(problem, "rejected unknown option %u", option->id);
        if (!dtrace_option_is_valid(option))
            return refuse(problem, "rejected option %s = %lld", dtrace_option_str(option->id),
                          (long long)option->value);
    }
    return true;
}

static uint32_t actions_of(const struct dof_object *object)
{
    uint64_t count = 0;
    for (uint32_t i = 0; i < object->clause_count; i++)
        count += object->clauses[i].action_count;
    return count < UINT32_MAX ? (uint32_t)count : UINT32_MAX;
}

/* Clauses may all have the same actions, so that what they come to has little to do with the object's size. */
static bool check_counts(const struct dtrace *dtrace, const struct dof_object *object,
                         struct dof_problem *problem)
{
    if (object->clause_count > CLAUSES_MAX - dtrace->clause_count)
        return refuse(problem, "more than %d clauses in all objects", CLAUSES_MAX);
    if (actions_of(object) > ACTIONS_MAX - dtrace->action_count)
        return refuse(problem, "more than %d actions in all clauses", ACTIONS_MAX);
    return true;
}

static bool any_destructive(const struct dof_object *object)
{
    for (uint32_t i = 0; i < object->clause_count; i++)
        if (dtrace_clause_is_destructive(&object->clauses[i]))
            return true;
    return false;
}

/* False: what it has taken and declared is still there. */
static bool make_object(struct dtrace *dtrace, const uint8_t *bytes, size_t size,
                        struct dof_problem *problem, struct dtrace_object **made)
{
    struct dtrace_object *object = *made = take(dtrace, 1, sizeof *object);
    if (object == NULL)
        return refuse(problem, "no memory for this object");
    if (!dof_load(bytes, size, dtrace->object_count, dtrace->memory, &dtrace->declarations,
                  &object->dof, problem))
        return false;
    if (!check_counts(dtrace, &object->dof, problem))
        return false;
    object->clauses = take(dtrace, object->dof.clause_count, sizeof *object->clauses);
    if (object->clauses == NULL && object->dof.clause_count > 0)
        return refuse(problem, "no memory for this object");
    object->destructive = any_destructive(&object->dof);
    return check_options(&object->dof, problem) && check_clauses(dtrace, &object->dof, problem);
}

static void link_object(struct dtrace *dtrace, struct dtrace_object *object)
{
    for (uint32_t i = 0; i < object->dof.clause_count; i++)
        object->clauses[i] =
            (struct dtrace_clause){.source = &object->dof.clauses[i], .object = object};
    for (uint32_t i = 0; i < object->dof.option_count; i++)
        dtrace->options[object->dof.options[i].id] = object->dof.options[i].value;
    if (dtrace->last_object == NULL)
        dtrace->objects = object;
    else
        dtrace->last_object->next = object;
    dtrace->last_object = object;
    dtrace->object_count++;
    dtrace->clause_count += object->dof.clause_count;
    dtrace->action_count += actions_of(&object->dof);
}

bool dtrace_add_object(struct dtrace *dtrace, const uint8_t *bytes, size_t size,
                       struct dof_problem *problem)
{
    size_t mark = dtrace->memory->used;
    uint32_t declared = dtrace->declarations.count;
    struct dtrace_object *object;
    if (dtrace->has_gone)
        return refuse(problem, "tracing has begun");
    if (!make_object(dtrace, bytes, size, problem, &object)) {
        dtrace->memory->used = mark;
        dtrace->declarations.count = declared;
        return false;
    }
    link_object(dtrace, object);
    return true;
}

/* --- Clauses --- */

uint32_t dtrace_clauses(const struct dtrace *dtrace)
{
    uint32_t count = 0;
    for (const struct dtrace_object *object = dtrace->objects; object != NULL;
         object = object->next)
        count += object->dof.clause_count;
    return count;
}

static const struct dtrace_clause *clause_at(const struct dtrace *dtrace, uint32_t number)
{
    for (const struct dtrace_object *object = dtrace->objects; object != NULL;
         object = object->next) {
        if (number < object->dof.clause_count)
            return &object->clauses[number];
        number -= object->dof.clause_count;
    }
    return NULL;
}

const struct dof_clause *dtrace_clause(const struct dtrace *dtrace, uint32_t number,
                                       uint32_t *matched)
{
    const struct dtrace_clause *clause = clause_at(dtrace, number);
    *matched = clause == NULL ? 0 : clause->matched;
    return clause == NULL ? NULL : clause->source;
}

const char *dtrace_clause_refusal(const struct dtrace *dtrace, uint32_t number)
{
    const struct dtrace_clause *clause = clause_at(dtrace, number);
    return clause == NULL ? NULL : clause->refusal;
}
