/* What must hold of any texts that are given to the D compiler.
 *
 * Each is refused, with a text of one line, or becomes an object.  The kernel takes all objects of one compiler in
 * one state, unless they are more than it has room for; they run, and what was recorded can be printed. */
#pragma once

#include "flight/d/compile.h"
#include "tests/fuzz/dof_framework.h"

enum {
    D_PROPERTY_PROGRAMS = 8
};

struct d_property_counts {
    uint64_t accepted, refused, too_large, loaded, clauses;
    struct dof_framework_counts traced;
};

static bool d_property_is_line(const char *text, size_t size)
{
    size_t length = strnlen(text, size);
    return length < size && memchr(text, '\n', length) == NULL;
}

static void d_property_problem(const struct d_problem *problem)
{
    require(problem->text[0] != '\0');
    require(d_property_is_line(problem->text, sizeof problem->text));
    require(d_property_is_line(problem->file, sizeof problem->file));
    require(d_property_is_line(problem->excerpt, sizeof problem->excerpt));
    require(problem->tag[0] == '\0' || memcmp(problem->tag, "D_", 2) == 0);
}

/* Limits of the kernel that a compiler does not know: it judges programs, not machines. */
static bool d_property_is_room(const struct dof_problem *problem)
{
    static const char *const limits[] = {
        "no memory",       "too many variables", "too many branches at once", "actions exceed",
        "exceeds maximum", "oversized",          "record too large",          "zero-sized variable",
    };
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
        if (strstr(problem->text, limits[i]) != NULL)
            return true;
    return false;
}

/* --- Objects ---------------------------------------------------------------------------------- */

struct d_property_objects {
    struct d_bytes bytes[D_PROPERTY_PROGRAMS + 2]; /* and options, and the clause for errors */
    size_t count;
};

static void d_property_object(struct d_property_objects *objects, struct d_bytes bytes)
{
    if (bytes.size > 0)
        objects->bytes[objects->count++] = bytes;
}

static struct d_property_objects d_property_objects(struct d_compiler *compiler)
{
    struct d_property_objects objects = {.count = 0};
    for (size_t i = 0; i < d_program_count(compiler) && i < D_PROPERTY_PROGRAMS; i++)
        d_property_object(&objects, d_program_dof(compiler, i));
    d_property_object(&objects, d_error_dof(compiler));
    d_property_object(&objects, d_options_dof(compiler));
    return objects;
}

/* --- The state -------------------------------------------------------------------------------- */

/* Where `why` is not NULL it is where a person reads what was refused. */
static bool d_property_add(struct dtrace *dtrace, struct d_bytes bytes,
                           struct d_property_counts *counts,
                           void (*why)(const struct dof_problem *))
{
    struct dof_problem problem;
    uint8_t *exact = (uint8_t *)malloc(bytes.size); /* the sanitizer sees one byte too many */
    require(exact != NULL);
    memcpy(exact, bytes.bytes, bytes.size);
    bool good = dtrace_add_object(dtrace, exact, bytes.size, &problem);
    free(exact);
    counts->loaded += good;
    counts->too_large += !good;
    if (!good && !d_property_is_room(&problem)) {
        if (why != NULL)
            why(&problem);
        require(false);
    }
    return good;
}

static struct dtrace *d_property_state(struct dtrace_memory *memory)
{
    const struct dtrace_config config = {.environment = &dof_property_environment,
                                         .memory = memory,
                                         .cpus = DOF_FRAMEWORK_CPUS,
                                         .probes_max = 24,
                                         .destructive_allowed = true};
    struct dtrace *dtrace = dtrace_make(&config);
    require(dtrace != NULL);
    return dtrace;
}

/* Probes that clauses mean: a pattern matches itself, mostly. */
static void d_property_probes(struct dtrace *dtrace)
{
    static struct dof_clause clauses[DOF_FRAMEWORK_PROBES];
    struct dof_object object = {.clauses = clauses};
    uint32_t count = dtrace_clauses(dtrace);
    for (uint32_t i = 0; i < count && i < DOF_FRAMEWORK_PROBES; i++)
        clauses[object.clause_count++] = *dtrace_clause(dtrace, i, &(uint32_t){0});
    (void)dof_framework_probes(dtrace, &object);
}

/* All that the compiler made, in one state that lives in `memory` (DOF_FRAMEWORK_MEMORY). */
static void d_property_hold(struct d_compiler *compiler, uint8_t *memory,
                            struct d_property_counts *counts,
                            void (*why)(const struct dof_problem *))
{
    struct dtrace_memory all = {memory, DOF_FRAMEWORK_MEMORY, 0};
    struct d_property_objects objects = d_property_objects(compiler);
    struct dtrace *dtrace = d_property_state(&all);
    for (size_t i = 0; i < objects.count; i++)
        (void)d_property_add(dtrace, objects.bytes[i], counts, why);
    counts->clauses += dtrace_clauses(dtrace);
    d_property_probes(dtrace);
    dof_framework_live(dtrace, dtrace_probes(dtrace), &counts->traced);
}
