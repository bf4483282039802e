/* Compiles programs of the suite: compile_programs < LIST, from the root of the tree.
 *
 * A line of LIST is one program: OUTPUT, FILE and words, each behind a tab: "-64", "strict" (as --strict), "-x" and an
 * option, "-n" (as if FILE stood behind -n), and "--" with the script's arguments.  For each, one line: "accepted", with
 * OUTPUT.dof, OUTPUT.error and OUTPUT.options (the last if there are any) written and taken by the verifier of trace/dtrace;
 * "refused LINE:COLUMN [D_TAG] text"; or "bad text", if the verifier refuses what was compiled.
 *
 * Every program has a compiler of its own, but the numbers of variables go on from one to the next, so that programs
 * can be loaded side by side: what one calls `x` is not what another calls so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "flight/d/compile.h"
#include "flight/d/ident.h"
#include "flight/d/kernel_facts.h"
#include "tests/unit/dtrace_host.h"
#include "trace/dtrace/glob.h"

enum {
    WORDS_MAX = 64,
    LINE_BYTES = 1 << 16,
    TEXT_MAX = 1 << 20,
    MACHINE = 2 << 20, /* bytes for the verifier's objects */
};

struct job {
    const char *output, *file;
    struct d_setup setup;
    enum d_source_kind kind;
    const char *options[WORDS_MAX];
    size_t option_count;
    const char *arguments[WORDS_MAX];
    size_t argument_count;
};

/* Where the numbers go on. */
static uint32_t next_global, next_thread, next_aggregation;

static noreturn void die(const char *what, const char *path)
{
    printf("Bail out! %s %s\n", what, path);
    exit(1);
}

/* --- A kernel with three probes ---------------------------------------------------------------- */

static bool is_one_of_it(const struct d_probe_name *description, const char *name)
{
    uint64_t steps = 0;
    return dtrace_glob_means(description->provider, "dtrace", &steps) &&
           dtrace_glob_means(description->module, "", &steps) &&
           dtrace_glob_means(description->function, "", &steps) &&
           dtrace_glob_means(description->name, name, &steps);
}

static size_t count_probes(void *context, const struct d_probe_name *description)
{
    (void)context;
    return (size_t)is_one_of_it(description, "BEGIN") + is_one_of_it(description, "END") +
           is_one_of_it(description, "ERROR");
}

static bool find_probe(void *context, uint64_t number, struct d_probe_name *name)
{
    static const char *const names[] = {"BEGIN", "END", "ERROR"};
    (void)context;
    if (number < 1 || number > 3)
        return false;
    *name = (struct d_probe_name){"dtrace", "", "", names[number - 1]};
    return true;
}

static const struct d_type *no_type(void *context, struct d_compiler *compiler, const char *module,
                                    const char *name)
{
    (void)context, (void)compiler, (void)module, (void)name;
    return NULL;
}

static bool no_symbol(void *context, struct d_compiler *compiler, const char *module,
                      const char *name, struct d_symbol *symbol)
{
    (void)context, (void)compiler, (void)module, (void)name, (void)symbol;
    return false;
}

static bool no_argument(void *context, struct d_compiler *compiler,
                        const struct d_probe_name *description, size_t index,
                        struct d_argument *argument)
{
    (void)context, (void)compiler, (void)description, (void)index, (void)argument;
    return false;
}

static const struct d_kernel small_kernel = {.find_type = no_type,
                                             .find_symbol = no_symbol,
                                             .find_probe = find_probe,
                                             .count_probes = count_probes,
                                             .probe_argument = no_argument};

/* --- The list ---------------------------------------------------------------------------------- */

static void read_words(struct job *job, char *rest)
{
    bool behind = false;
    for (char *word; (word = strsep(&rest, "\t")) != NULL;)
        if (behind)
            job->arguments[job->argument_count++] = word;
        else if (strcmp(word, "--") == 0)
            behind = true;
        else if (strcmp(word, "-64") == 0)
            job->setup.model = D_MODEL_LP64;
        else if (strcmp(word, "-n") == 0)
            job->kind = D_SOURCE_NAME;
        else if (strcmp(word, "strict") == 0)
            job->setup.strict = true;
        else if (strcmp(word, "-x") == 0 && rest != NULL)
            job->options[job->option_count++] = strsep(&rest, "\t");
        else
            die("no such word:", word);
}

static void read_job(struct job *job, char *line)
{
    *job = (struct job){.setup = {.model = D_MODEL_ILP32, .kernel = &small_kernel}};
    line[strcspn(line, "\n")] = '\0';
    job->output = strsep(&line, "\t");
    job->file = strsep(&line, "\t");
    if (job->file == NULL)
        die("no file for", job->output);
    read_words(job, line);
}

/* --- One program ------------------------------------------------------------------------------- */

static size_t read_text(const char *path, char *text)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        die("cannot open", path);
    size_t length = fread(text, 1, TEXT_MAX, file);
    (void)fclose(file);
    return length;
}

static const char *write_part(const struct job *job, const char *suffix, struct d_bytes bytes)
{
    static char path[4096];
    (void)snprintf(path, sizeof path, "%s.%s", job->output, suffix);
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(bytes.bytes, 1, bytes.size, file) != bytes.size || fclose(file) != 0)
        die("cannot write", path);
    return path;
}

/* What the kernel will do with it when it boots. */
static bool verifies(const char *path)
{
    host_start(MACHINE, 1, true);
    bool taken = host_add_file(path);
    if (!taken)
        printf("bad %s\n", host.problem.text);
    host_end();
    return taken;
}

static void finish(const struct job *job, struct d_compiler *compiler)
{
    struct d_bytes options = d_options_dof(compiler);
    if (options.size > 0 && !verifies(write_part(job, "options", options)))
        return;
    struct d_bytes program = d_program_dof(compiler, 0);
    if (program.size > 0 && !verifies(write_part(job, "dof", program)))
        return;
    (void)write_part(job, "error", d_error_dof(compiler));
    puts("accepted");
    next_global = d_idents_next(compiler->globals);
    next_thread = d_idents_next(compiler->threads);
    next_aggregation = d_idents_next(compiler->aggregations);
}

static bool compile(const struct job *job, struct d_compiler *compiler, struct d_problem *problem)
{
    static char text[TEXT_MAX];
    for (size_t i = 0; i < job->option_count; i++)
        if (!d_set_option(compiler, job->options[i], problem))
            return false;
    const struct d_source source = {.kind = job->kind,
                                    .name = job->kind == D_SOURCE_FILE ? "program.d" : "-n",
                                    .text = text,
                                    .length = read_text(job->file, text),
                                    .arguments = job->arguments,
                                    .argument_count = job->argument_count};
    return d_compile(compiler, &source, problem);
}

static void run(const struct job *job)
{
    struct d_problem problem = {0};
    struct d_compiler *compiler = d_open(&job->setup);
    if (compiler == NULL)
        die("no memory for", job->file);
    if (next_global != 0) {
        d_idents_go_on(compiler->globals, next_global);
        d_idents_go_on(compiler->threads, next_thread);
        d_idents_go_on(compiler->aggregations, next_aggregation);
    }
    if (compile(job, compiler, &problem))
        finish(job, compiler);
    else
        printf("refused %u:%u [%s] %s\n", problem.line, problem.column, problem.tag, problem.text);
    d_close(compiler);
}

int main(void)
{
    static char line[LINE_BYTES];
    static struct job job;
    while (fgets(line, sizeof line, stdin) != NULL) {
        read_job(&job, line);
        run(&job);
        (void)fflush(stdout);
    }
    return 0;
}
