/* sh(1): what all of it needs, and how it starts. */
#include "kernel/user/sh.h"

#include "kernel/user/child.h"
#include "kernel/user/program.h"
#include "kernel/user/system.h"
#include "kernel/user/usage.h"
#include "kernel/user/user_text.h"

PROGRAM(sh, "sh", "[-eux] [-c COMMANDS [NAME ARGUMENT...] | FILE [ARGUMENT...]]",
        "runs commands: typed, given, or of a file");

/* --- What goes wrong --- */

void sh_complain(struct sh *sh, const char *word, const char *what, int status)
{
    if (sh->script == NULL)
        tell_error("sh: %s: %s", word, what);
    else
        tell_error("%s:%u: %s: %s", sh->script, (unsigned)sh->line, word, what);
    sh->status = status;
}

void sh_fail(struct sh *sh, const char *word, const char *what)
{
    sh_complain(sh, word, what, SH_MISUSED);
    sh->exiting = sh->exiting || !sh->interactive;
    sh->interrupted = sh->interactive;
}

void sh_take_signals(struct sh *sh)
{
    for (int signal; (signal = system_signal_take()) != 0;) {
        if (signal == SYSTEM_SIGTSTP) {
            if (!sh->interactive)
                child_stop_self();
            continue;
        }
        sh->status = SH_OF_SIGNAL + signal;
        sh->interrupted = true;
        sh->exiting = sh->killed = !sh->interactive;
    }
}

bool sh_stops(const struct sh *sh)
{
    return sh->exiting || sh->interrupted || sh->flow != SH_FLOW_ON;
}

bool sh_enter(struct sh *sh)
{
    if (sh->depth == SH_DEPTH_MAX || system_stack_left() < SH_STACK_MIN)
        return false;
    sh->depth++;
    return true;
}

void sh_leave(struct sh *sh)
{
    sh->depth--;
}

/* --- Starting --- */

/* The heap begins with struct sh_memory; the first block is the state. */
static bool set_up(struct sh *sh)
{
    size_t size;
    sh->memory = system_heap(&size);
    if (sh->memory == NULL)
        return false;
    if (sh->memory->run != 0)
        return true;
    sh_memory_init(sh->memory, size, sizeof *sh->memory);
    sh->state = sh_keep(sh, sizeof *sh->state);
    sh->memory->state = (uint32_t)((char *)sh->state - (char *)sh->memory);
    sh->state->pid = system_pid();
    return sh_import_variables(sh);
}

/* -e, -u and -x, together or not; false: something else. */
static bool take_options(struct sh *sh, const char *word)
{
    for (const char *at = word + 1; *at != '\0'; at++)
        if (!sh_set_option(sh, *at, true))
            return false;
    return word[1] != '\0';
}

/* What the shell is to do, cut out of its arguments; `rest` is what it calls itself, and its
 * parameters behind that. */
struct arguments {
    const char *commands, *file;
    int count;
    const char *const *rest;
};

static bool cut_arguments(struct sh *sh, int argc, const char *const *argv,
                          struct arguments *arguments)
{
    int i = 1;
    bool commands = false;
    *arguments = (struct arguments){0};
    for (; i < argc && argv[i][0] == '-'; i++)
        if (text_equal(argv[i], "-c"))
            commands = true;
        else if (!take_options(sh, argv[i]))
            return false;
    if (commands && i == argc)
        return false;
    if (commands)
        arguments->commands = argv[i++];
    else if (i < argc)
        arguments->file = argv[i];
    arguments->rest = i < argc ? argv + i : argv;
    arguments->count = i < argc ? argc - i : 1;
    return true;
}

static void run_script(struct sh *sh, const char *path)
{
    int error = sh_run_file(sh, path);
    if (error == SYSTEM_OK)
        return;
    (void)complain("sh", path, error);
    sh->status = child_status_of_error(error);
}

static bool set_parameters(struct sh *sh, const struct arguments *arguments)
{
    const char *name = arguments->rest[0];
    char *kept = sh_keep_text(sh, name, __builtin_strlen(name));
    sh_link_to(&sh->state->name, kept);
    return kept != NULL && sh_set_parameters(sh, arguments->count - 1, arguments->rest + 1);
}

static void run(struct sh *sh, const struct arguments *arguments)
{
    const char *commands = arguments->commands;
    sh->interactive = commands == NULL && arguments->file == NULL;
    if (!sh->interactive)
        child_catch_signals();
    if (commands != NULL)
        (void)sh_run_text(sh, slice_of(commands), 1, false);
    else if (arguments->file != NULL)
        run_script(sh, arguments->file);
    else
        sh_run_console(sh);
    sh_run_trap(sh);
}

static int sh_main(int argc, char **argv)
{
    struct sh sh = {0};
    struct arguments arguments;
    if (!set_up(&sh)) {
        (void)complain("sh", "memory", SYSTEM_ENOMEM);
        return CHILD_CANNOT_RUN;
    }
    if (sh.memory->run != 0)
        return sh_run_copy(&sh);
    if (!cut_arguments(&sh, argc, (const char *const *)argv, &arguments))
        return usage(&sh_program);
    if (set_parameters(&sh, &arguments))
        run(&sh, &arguments);
    return sh.status;
}
