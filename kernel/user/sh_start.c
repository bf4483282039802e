/* sh: starting programs. */
#include "kernel/user/child.h"
#include "kernel/user/screen.h"
#include "kernel/user/sh.h"
#include "kernel/user/system.h"
#include "trace/text.h"

static void complain_of_start(struct sh *sh, const char *name, int error)
{
    bool unknown = error == SYSTEM_ENOENT && !sh_is_program(name);
    sh_complain(sh, name, unknown ? "command not found" : system_error_str(error),
                child_status_of_error(error));
}

/* Words with blanks between them, cut to what `jobs` shows. */
static void join_words(char text[SH_JOB_TEXT_MAX + 1], int argc, const char *const *argv)
{
    struct text_buffer buffer = {.bytes = text, .size = SH_JOB_TEXT_MAX + 1};
    const struct text_sink sink = text_buffer_sink(&buffer);
    text[0] = '\0';
    for (int i = 0; i < argc; i++)
        text_print(&sink, "%s%s", i > 0 ? " " : "", argv[i]);
}

void sh_wait_for(struct sh *sh, int pid)
{
    int signal;
    sh->status = child_wait(pid, &signal);
    bool taken_care_of = signal == SYSTEM_SIGINT && sh->status != SH_OF_SIGNAL + signal;
    if (signal == 0 || taken_care_of)
        return;
    sh->status = SH_OF_SIGNAL + signal;
    sh->exiting = sh->killed = true;
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
static void run_job(struct sh *sh, int argc, const char *const *argv)
{
    char text[SH_JOB_TEXT_MAX + 1];
    join_words(text, argc, argv);
    struct sh_job *job = sh_job_add(sh, text);
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

void sh_run_program(struct sh *sh, int argc, const char *const *argv)
{
    if (!sh_export_variables(sh))
        return;
    if (sh->interactive) {
        run_job(sh, argc, argv);
        return;
    }
    int pid = child_start(argc, argv);
    if (pid < 0)
        complain_of_start(sh, argv[0], pid);
    else
        sh_wait_for(sh, pid);
}

void sh_start_program(struct sh *sh, int argc, const char *const *argv, const char *text)
{
    struct sh_job *job = sh_job_add(sh, text);
    if (job == NULL || !sh_export_variables(sh))
        return;
    int pid = child_start(argc, argv);
    if (pid < 0)
        complain_of_start(sh, argv[0], pid);
    else
        sh_job_go(sh, job, pid);
}
