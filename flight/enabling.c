/* D programs of a command line, compiled. */
#include "flight/enabling.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flight/d_complaint.h"
#include "flight/file_bytes.h"
#include "flight/home.h"
#include "flight/kernel_types.h"
#include "flight/memory.h"
#include "flight/preprocessor.h"
#include "flight/print.h"
#include "flight/probe_closest.h"

struct work {
    const struct flight_command *command;
    const struct enabling_words *words;
    const struct kernel_types *kernel; /* NULL: nothing is known of it */
    struct d_setup setup;
    struct d_compiler *compiler;
};

/* Says of a description that means no probe which one does. */
static void suggest(const struct work *work, const struct d_problem *problem)
{
    if (strcmp(problem->tag, "D_PDESC_ZERO") != 0 || work->kernel == NULL)
        return;
    char *closest = probe_closest(&work->kernel->probes, work->kernel->missed);
    if (closest != NULL)
        flight_tell(work->command, "did you mean %s?", closest);
    free(closest);
}

static void complain(const struct work *work, const char *kind, const struct d_problem *problem)
{
    fflush(stdout);
    const struct text_sink sink = print_sink(stderr);
    text_print(&sink, "flight: %s: %s", work->command->name, kind);
    d_complaint_print(&sink, problem);
}

static void warn(void *context, const struct d_problem *problem)
{
    const struct work *work = context;
    complain(work, "warning: ", problem);
    if (!work->words->boots)
        suggest(work, problem);
}

/* What an option's letter sets; the value stands behind it. */
static const char *option_of(char letter)
{
    static const struct {
        char letter;
        const char *option;
    } letters[] = {
        {'x', ""},           {'b', "bufsize="}, {'q', "quiet"},   {'w', "destructive"},
        {'F', "flowindent"}, {'Z', "zdefs"},    {'C', "cpp"},     {'H', "cpphdrs"},
        {'D', "define="},    {'U', "undef="},   {'I', "incdir="},
    };
    for (size_t i = 0; i < sizeof letters / sizeof letters[0]; i++)
        if (letters[i].letter == letter)
            return letters[i].option;
    return NULL;
}

/* -32 and -64: a letter with a value. */
static enum flight_status take_model(struct work *work, const struct option_word *word)
{
    const bool wide = word->letter == '6';
    if (strcmp(word->value, wide ? "4" : "2") != 0)
        return flight_misuse(work->command, "unknown option '-%c%s'", word->letter,
                             word->apart ? "" : word->value);
    work->setup.model = wide ? D_MODEL_LP64 : D_MODEL_ILP32;
    return FLIGHT_SUCCESS;
}

static enum flight_status take_models(struct work *work)
{
    enum flight_status status = FLIGHT_SUCCESS;
    const struct option_words *words = &work->words->words;
    for (size_t i = 0; i < words->count && status == FLIGHT_SUCCESS; i++)
        if (words->items[i].letter == '3' || words->items[i].letter == '6')
            status = take_model(work, &words->items[i]);
    return status;
}

static enum flight_status set_option(const struct work *work, const char *text)
{
    struct d_problem problem;
    if (d_set_option(work->compiler, text, &problem))
        return FLIGHT_SUCCESS;
    return flight_refuse(work->command, FLIGHT_USAGE, "%s", problem.text);
}

/* First what dtrace(1M) sets itself. */
static enum flight_status set_options(const struct work *work)
{
    static const char *const usual[] = {"bufsize=4m", "aggsize=4m", "temporal=yes"};
    enum flight_status status = FLIGHT_SUCCESS;
    for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++)
        status = set_option(work, usual[i]);
    const struct option_words *words = &work->words->words;
    for (size_t i = 0; i < words->count && status == FLIGHT_SUCCESS; i++) {
        const struct option_word *word = &words->items[i];
        const char *option = option_of(word->letter);
        if (option == NULL)
            continue;
        char *text = memory_text("%s%s", option, word->value != NULL ? word->value : "");
        status = set_option(work, text);
        free(text);
    }
    return status;
}

/* One that nobody named need not be there: of that is only warned, as of types that are not to be had. */
static enum flight_status open_kernel(struct work *work, struct enabling *enabling,
                                      const char *path)
{
    const char *why;
    char *own = path == NULL ? home_path("firstlight.elf") : NULL;
    const char *opened = path != NULL ? path : own;
    enum flight_status status = FLIGHT_SUCCESS;
    enabling->kernel = memory_zeroed(1, sizeof *enabling->kernel);
    if (kernel_types_open(enabling->kernel, opened, &why)) {
        work->kernel = enabling->kernel;
        work->setup.kernel = &enabling->kernel->facts;
    } else {
        free(enabling->kernel);
        enabling->kernel = NULL;
    }
    if (enabling->kernel == NULL && path != NULL)
        status = flight_refuse(work->command, FLIGHT_HOST, "cannot read '%s': %s", opened, why);
    else if (why != NULL)
        flight_tell(work->command, "warning: '%s': %s", opened, why);
    free(own);
    return status;
}

static enum flight_status compile_text(const struct work *work, const struct d_source *source)
{
    struct d_problem problem;
    if (d_compile(work->compiler, source, &problem))
        return FLIGHT_SUCCESS;
    complain(work, "", &problem);
    suggest(work, &problem);
    return FLIGHT_FAILURE;
}

static enum flight_status compile_file(const struct work *work, const char *path,
                                       struct d_source *source)
{
    struct file_bytes text = {0};
    const int error = file_bytes_read(&text, path);
    enum flight_status status = FLIGHT_SUCCESS;
    if (error != 0)
        status = flight_refuse(work->command, FLIGHT_HOST, "cannot read '%s': %s", path,
                               strerror(error));
    source->name = strcmp(path, "-") == 0 ? "<stdin>" : path;
    const struct d_preprocessor cpp = d_preprocessor(work->compiler);
    if (status == FLIGHT_SUCCESS && cpp.wanted)
        status = preprocessor_run(work->command, &cpp, work->setup.model, source->name, &text);
    source->text = text.length > 0 ? (const char *)text.bytes : "";
    source->length = text.length;
    if (status == FLIGHT_SUCCESS)
        status = compile_text(work, source);
    file_bytes_free(&text);
    return status;
}

static enum flight_status compile_word(const struct work *work, const struct option_word *word)
{
    const char name[] = {'-', word->letter, '\0'};
    struct d_source source = {.name = name,
                              .arguments = work->words->arguments.items,
                              .argument_count = work->words->arguments.count};
    if (!enabling_words_is_program(word->letter, &source.kind))
        return FLIGHT_SUCCESS;
    if (source.kind == D_SOURCE_FILE)
        return compile_file(work, word->value, &source);
    source.text = word->value;
    source.length = strlen(word->value);
    return compile_text(work, &source);
}

static enum flight_status compile_all(const struct work *work)
{
    enum flight_status status = set_options(work);
    const struct option_words *words = &work->words->words;
    for (size_t i = 0; i < words->count && status == FLIGHT_SUCCESS; i++)
        status = compile_word(work, &words->items[i]);
    return status;
}

/* A program of declarations alone leaves nothing behind. */
static void keep(struct enabling *enabling, struct d_bytes object)
{
    if (object.size == 0)
        return;
    enabling->objects = memory_grown(enabling->objects, enabling->count, &enabling->capacity,
                                     sizeof *enabling->objects);
    enabling->objects[enabling->count++] = object;
}

static void keep_all(struct enabling *enabling)
{
    for (size_t i = 0; i < d_program_count(enabling->compiler); i++)
        keep(enabling, d_program_dof(enabling->compiler, i));
    keep(enabling, d_error_dof(enabling->compiler));
    keep(enabling, d_options_dof(enabling->compiler));
}

enum flight_status enabling_compile(struct enabling *enabling, const struct flight_command *command,
                                    const char *kernel, const struct enabling_words *words)
{
    struct work work = {.command = command, .words = words};
    *enabling = (struct enabling){0};
    enum flight_status status = take_models(&work);
    if (status == FLIGHT_SUCCESS)
        status = open_kernel(&work, enabling, kernel);
    if (status != FLIGHT_SUCCESS)
        return status;
    work.setup.strict = words->strict;
    work.setup.warn = warn;
    work.setup.warn_context = &work;
    work.compiler = enabling->compiler = d_open(&work.setup);
    if (work.compiler == NULL)
        return flight_refuse(command, FLIGHT_HOST, "no memory");
    status = compile_all(&work);
    if (status == FLIGHT_SUCCESS)
        keep_all(enabling);
    return status;
}

void enabling_free(struct enabling *enabling)
{
    d_close(enabling->compiler);
    if (enabling->kernel != NULL)
        kernel_types_close(enabling->kernel);
    free(enabling->kernel);
    free(enabling->objects);
}
