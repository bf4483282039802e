/* The way of a program through the compiler: parsed whole, rewritten, then clause by clause and description by
 * description resolved and generated (section 2.2 of the language). */
#include "flight/d/compile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flight/d/difo.h"
#include "flight/d/macro.h"
#include "flight/d/option.h"
#include "flight/d/pragma.h"
#include "flight/d/types.h"
#include "trace/dtrace/record.h"

#define FIRST_VARIABLE    0x500u
#define FIRST_AGGREGATION 1u
#define SOURCE_MAX        (16u * 1024 * 1024) /* bytes */

static void set_defaults(struct d_compiler *compiler)
{
    compiler->preprocessor.path = "cpp";
    compiler->options.version = 1u << 24 | 14u << 12;
    compiler->options.registers = compiler->options.tuple_registers = 8;
    for (int i = 0; i < 3; i++)
        compiler->options.amin[i] = -1;
    for (size_t i = 0; i < DOF_OPTIONS; i++)
        compiler->runtime_options[i] = DOF_OPTION_UNSET;
}

struct d_compiler *d_open(const struct d_setup *setup)
{
    struct d_compiler *compiler = calloc(1, sizeof *compiler);
    if (compiler == NULL)
        return NULL;
    compiler->setup = *setup;
    set_defaults(compiler);
    compiler->types = d_types_open(compiler);
    compiler->globals = d_idents_open(compiler, FIRST_VARIABLE);
    compiler->threads = d_idents_open(compiler, FIRST_VARIABLE);
    compiler->locals = d_idents_open(compiler, FIRST_VARIABLE);
    compiler->externs = d_idents_open(compiler, FIRST_VARIABLE);
    compiler->aggregations = d_idents_open(compiler, FIRST_AGGREGATION);
    d_builtins_enter(compiler);
    return compiler;
}

void d_close(struct d_compiler *compiler)
{
    if (compiler == NULL)
        return;
    d_give_back(compiler);
    free(compiler);
}

bool d_set_option(struct d_compiler *compiler, const char *text, struct d_problem *problem)
{
    memset(problem, 0, sizeof *problem);
    const char *equals = strchr(text, '=');
    size_t length = equals != NULL ? (size_t)(equals - text) : strlen(text);
    const char *value = equals != NULL ? d_text(compiler, equals + 1, strlen(equals + 1)) : NULL;
    const char *why =
        d_option_set(compiler, d_text(compiler, text, length), value, D_OPTION_COMMAND);
    if (why != NULL)
        snprintf(problem->text, sizeof problem->text, "failed to set -x %s: %s", text, why);
    return why == NULL;
}

struct d_preprocessor d_preprocessor(const struct d_compiler *compiler)
{
    return compiler->preprocessor;
}

/* A clause once for each of its descriptions; what one of them made is known to the next. */
static struct d_ecb **compile_clause(struct d_compiler *compiler, const struct d_clause *clause,
                                     struct d_ecb **end)
{
    compiler->clause = clause;
    for (struct d_probe_description *probe = clause->probes; probe != NULL; probe = probe->next) {
        compiler->probe = &probe->name;
        d_probe_check(compiler, probe);
        struct d_clause *resolved = d_resolve_clause(compiler, clause, probe);
        *end = d_clause_actions(compiler, resolved, probe);
        end = &(*end)->next;
    }
    compiler->probe = NULL;
    compiler->clause = NULL;
    return end;
}

static void keep_program(struct d_compiler *compiler, struct d_bytes bytes)
{
    struct d_bytes *programs = d_take(compiler, (compiler->program_count + 1) * sizeof *programs);
    if (compiler->program_count > 0)
        memcpy(programs, compiler->programs, compiler->program_count * sizeof *programs);
    programs[compiler->program_count++] = bytes;
    compiler->programs = programs;
    d_idents_keep(compiler->globals);
    d_idents_keep(compiler->threads);
    d_idents_keep(compiler->aggregations);
}

static struct d_ecb *compile_program(struct d_compiler *compiler, const struct d_source *source)
{
    struct d_program *program = d_parse(compiler, source);
    d_pragmas_close(compiler);
    d_macros_close(compiler);
    if (!program->has_external && !compiler->options.empty)
        d_fail_at(compiler, (struct d_place){.file = source->name, .line = 1}, "D_EMPTY",
                  "empty D program translation unit");
    d_conditionals_rewrite(compiler, program);
    struct d_ecb *ecbs = NULL;
    struct d_ecb **end = &ecbs;
    for (const struct d_clause *clause = program->clauses; clause != NULL; clause = clause->next)
        end = compile_clause(compiler, clause, end);
    return ecbs;
}

static void begin(struct d_compiler *compiler, const struct d_source *source)
{
    compiler->source = source;
    compiler->place = (struct d_place){.file = source->name, .line = 1};
    compiler->part = "";
    compiler->node_count = 0;
    compiler->taken = 0;
    compiler->last_argument_used = false;
    compiler->deferred_pragmas = NULL;
    compiler->clause = NULL;
    compiler->probe = NULL;
    compiler->locals = d_idents_open(compiler, FIRST_VARIABLE);
}

bool d_compile(struct d_compiler *compiler, const struct d_source *source,
               struct d_problem *problem)
{
    memset(problem, 0, sizeof *problem);
    compiler->problem = problem;
    if (setjmp(compiler->leave) != 0) {
        d_idents_remove_passing(compiler->globals);
        compiler->error_clause_made = compiler->error_clause_kept;
        compiler->source = NULL;
        return false;
    }
    begin(compiler, source);
    if (source->length > SOURCE_MAX)
        d_fail(compiler, "", "a program has at most %u bytes", SOURCE_MAX);
    struct d_ecb *ecbs = compile_program(compiler, source);
    compiler->error_clause_kept = compiler->error_clause_made;
    keep_program(compiler, ecbs != NULL ? d_dof_write(compiler, ecbs) : (struct d_bytes){0});
    compiler->source = NULL;
    return true;
}

size_t d_program_count(const struct d_compiler *compiler)
{
    return compiler->program_count;
}

struct d_bytes d_program_dof(const struct d_compiler *compiler, size_t index)
{
    return compiler->programs[index];
}

/* In a compiler of its own: no option or name of the person's changes it. */
struct d_bytes d_error_dof(struct d_compiler *compiler)
{
    static const char text[] =
        "dtrace:::ERROR { trace(arg1); trace(arg2); trace(arg3); trace(arg4); trace(arg5); }";
    const struct d_source source = {
        .kind = D_SOURCE_FILE, .name = "ERROR", .text = text, .length = sizeof text - 1};
    const struct d_setup setup = {.model = compiler->setup.model};
    struct d_compiler *own = d_open(&setup);
    struct d_bytes bytes = {0};
    struct d_problem problem;
    if (own == NULL)
        return bytes;
    own->clause_uarg = DTRACE_UARG_ERROR;
    if (d_compile(own, &source, &problem)) {
        struct d_bytes made = d_program_dof(own, 0);
        bytes.bytes = memcpy(d_take(compiler, made.size), made.bytes, made.size);
        bytes.size = made.size;
    }
    d_close(own);
    return bytes;
}

struct d_bytes d_options_dof(struct d_compiler *compiler)
{
    for (size_t i = 0; i < DOF_OPTIONS; i++)
        if (compiler->runtime_options[i] != DOF_OPTION_UNSET)
            return d_dof_write_options(compiler);
    return (struct d_bytes){0};
}
