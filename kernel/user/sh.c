/* sh(1): the shell's way from a text to what runs. */
#include "kernel/user/sh.h"

#include "kernel/user/child.h"
#include "kernel/user/program.h"
#include "kernel/user/screen.h"
#include "kernel/user/system.h"
#include "kernel/user/usage.h"
#include "kernel/user/words.h"

PROGRAM(sh, "sh", "[-c COMMANDS | FILE [ARGUMENT...]]",
        "runs commands: typed, given, or of a file");

void sh_complain(struct sh *sh, const char *word, const char *what, int status)
{
    if (sh->script == NULL) {
        system_print("sh: ");
    } else {
        print_text(sh->script);
        system_print(":%u: ", (unsigned)sh->line);
    }
    print_text(word);
    system_print(": %s\n", what);
    sh->status = status;
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
        sh->exiting = !sh->interactive;
    }
}

static void complain_of_start(struct sh *sh, const char *name, int error)
{
    bool is_program = program_find(name) != NULL;
    const char *what = error == SYSTEM_ENOENT ? "command not found" : system_error_str(error);
    sh_complain(sh, name, is_program ? system_error_str(error) : what,
                child_status_of_error(error));
}

static void wait_for(struct sh *sh, int pid)
{
    int signal;
    sh->status = child_wait(pid, &signal);
    if (signal == 0)
        return;
    sh->status = SH_OF_SIGNAL + signal;
    sh->exiting = true;
}

static void cannot_start(struct sh *sh, struct sh_job *job, const char *name)
{
    int error = job->pid;
    job->pid = 0;
    system_console_foreground(0);
    sh_console_take_back();
    complain_of_start(sh, name, error);
}

/* On a console each program is a job, since it can be stopped.  All is ready for it before it
 * starts: it may print, or read, before this shell comes to waiting. */
static void run_job(struct sh *sh, int argc, const char *const *argv, const char *text,
                    size_t length)
{
    struct sh_job *job = sh_job_add(sh, text, length);
    if (job == NULL)
        return;
    screen_page(true);
    sh_console_lend(system_pid() + 1); /* its pid is higher; sh_job_wait says which it is */
    system_console_foreground(SYSTEM_NEXT_CHILD);
    job->pid = child_start(argc, argv);
    if (job->pid < 0)
        cannot_start(sh, job, argv[0]);
    else
        sh->status = sh_job_wait(sh, job);
    screen_page(false);
}

void sh_run_program(struct sh *sh, int argc, const char *const *argv, const char *text,
                    size_t text_length)
{
    if (sh->interactive) {
        run_job(sh, argc, argv, text, text_length);
        return;
    }
    int pid = child_start(argc, argv);
    if (pid < 0)
        complain_of_start(sh, argv[0], pid);
    else
        wait_for(sh, pid);
}

/* What a builtin prints on a console pages as well, and ^C speaks to the shell meanwhile. */
static void run_builtin(struct sh *sh, const struct sh_builtin *builtin, int argc,
                        const char *const *argv)
{
    if (sh->interactive) {
        screen_page(true);
        system_console_foreground(system_pid());
    }
    builtin->run(sh, argc, argv);
    if (sh->interactive) {
        system_console_foreground(0);
        screen_page(false);
    }
}

void sh_run_words(struct sh *sh, int argc, const char *const *argv, const char *text,
                  size_t text_length)
{
    const struct sh_builtin *builtin = sh_builtin_find(sh, argv[0]);
    if (builtin != NULL)
        run_builtin(sh, builtin, argc, argv);
    else
        sh_run_program(sh, argc, argv, text, text_length);
}

static void run_in_background(struct sh *sh, const struct words *words,
                              const struct sh_command *command)
{
    struct sh_job *job = sh_job_add(sh, command->text, command->length);
    if (job == NULL)
        return;
    int pid = child_start(words->argc, words->argv);
    if (pid < 0) {
        job->pid = 0;
        complain_of_start(sh, words->argv[0], pid);
        return;
    }
    job->pid = pid;
    sh->status = EXIT_OK;
    if (sh->interactive)
        system_print("[%u] %d\n", (unsigned)sh_job_number(sh, job), pid);
}

static void run_command(struct sh *sh, const struct sh_command *command)
{
    struct words words;
    size_t at = 0;
    enum words_status status = words_next(&words, command->text, command->length, &at);
    if (command->refused != NULL)
        sh_complain(sh, command->refused,
                    "there are no pipes, redirections, conditions and substitutions", SH_MISUSED);
    else if (status != WORDS_OK)
        sh_complain(sh, "syntax", words_status_str(status), SH_MISUSED);
    else if (words.argc == 0 && command->background)
        sh_complain(sh, "&", "there is no command before it", SH_MISUSED);
    else if (words.argc > 0 && command->background)
        run_in_background(sh, &words, command);
    else if (words.argc > 0)
        sh_run_words(sh, words.argc, words.argv, command->text, command->length);
}

void sh_run_text(struct sh *sh, const char *text, size_t length)
{
    struct sh_command command;
    size_t at = 0;
    while (!sh->exiting && !sh->interrupted && sh_command_next(&command, text, length, &at)) {
        run_command(sh, &command);
        sh_take_signals(sh);
    }
}

static int run(struct sh *sh, int argc, char **argv)
{
    bool command = argc > 1 && text_equal(argv[1], "-c");
    if (command ? argc != 3 : argc > 1 && argv[1][0] == '-')
        return usage(&sh_program);
    sh->interactive = argc == 1;
    if (!sh->interactive)
        child_catch_signals();
    if (sh->interactive)
        sh_run_console(sh);
    else if (command)
        sh_run_text(sh, argv[2], __builtin_strlen(argv[2]));
    else
        sh_run_script(sh, argv[1]);
    return sh->status;
}

static int sh_main(int argc, char **argv)
{
    struct sh sh = {0};
    return run(&sh, argc, argv);
}
