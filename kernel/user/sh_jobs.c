/* sh: what runs beside the shell, or has been stopped. */
#include "kernel/user/child.h"
#include "kernel/user/numbers.h"
#include "kernel/user/sh.h"
#include "kernel/user/signal_names.h"
#include "kernel/user/system.h"
#include "kernel/user/usage.h"
#include "kernel/user/user_text.h"

/* --- The table --- */

static struct sh_job *free_place(struct sh *sh)
{
    for (uint32_t i = 0; i < SH_JOBS_MAX; i++)
        if (sh->jobs[i].pid == 0)
            return &sh->jobs[i];
    return NULL;
}

/* Without the blanks around it. */
static void set_text(struct sh_job *job, const char *text)
{
    while (*text == ' ' || *text == '\t')
        text++;
    size_t length = __builtin_strlen(text);
    while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\t'))
        length--;
    (void)text_format(job->text, sizeof job->text, "%.*s", (int)length, text);
}

struct sh_job *sh_job_add(struct sh *sh, const char *text)
{
    struct sh_job *job = free_place(sh);
    if (job == NULL) {
        sh_jobs_poll(sh);
        job = free_place(sh);
    }
    if (job == NULL) {
        sh_complain(sh, "jobs", "there is no place for a seventeenth one", SH_MISUSED);
        return NULL;
    }
    *job = (struct sh_job){.order = ++sh->last_order};
    set_text(job, text);
    return job;
}

static uint32_t number_of(const struct sh *sh, const struct sh_job *job)
{
    return (uint32_t)(job - sh->jobs) + 1;
}

void sh_job_go(struct sh *sh, struct sh_job *job, int pid)
{
    job->pid = pid;
    sh->state->last_background = pid;
    sh->status = EXIT_OK;
    if (sh->interactive)
        system_print("[%u] %d\n", (unsigned)number_of(sh, job), pid);
}

/* The job that was started or stopped last, stopped ones first; `but` does not count. */
static struct sh_job *latest(struct sh *sh, const struct sh_job *but)
{
    struct sh_job *found = NULL;
    for (uint32_t i = 0; i < SH_JOBS_MAX; i++) {
        struct sh_job *job = &sh->jobs[i];
        if (job->pid == 0 || job == but)
            continue;
        if (found == NULL || (job->stopped && !found->stopped) ||
            (job->stopped == found->stopped && job->order > found->order))
            found = job;
    }
    return found;
}

bool sh_has_stopped_jobs(const struct sh *sh)
{
    for (uint32_t i = 0; i < SH_JOBS_MAX; i++)
        if (sh->jobs[i].pid != 0 && sh->jobs[i].stopped)
            return true;
    return false;
}

/* --- What is told of them --- */

static char mark(struct sh *sh, const struct sh_job *job)
{
    const struct sh_job *current = latest(sh, NULL);
    return job == current ? '+' : job == latest(sh, current) ? '-' : ' ';
}

static void print_job(struct sh *sh, const struct sh_job *job, const char *state)
{
    system_print("[%u]%c %-8s ", (unsigned)number_of(sh, job), mark(sh, job), state);
    print_text(job->text);
    system_print("\n");
}

/* NULL: nothing that needs a word; ^C has one on the screen. */
static const char *death(int status)
{
    switch (status - SH_OF_SIGNAL) {
    case SYSTEM_SIGHUP:
        return "Hangup";
    case SYSTEM_SIGKILL:
        return "Killed";
    case SYSTEM_SIGTERM:
        return "Terminated";
    default:
        return NULL;
    }
}

static void tell_end(struct sh *sh, const struct sh_job *job, int status)
{
    char state[sizeof "Exit 255"];
    (void)text_format(state, sizeof state, "Exit %d", status);
    if (sh->interactive)
        print_job(sh, job,
                  death(status) != NULL ? death(status)
                  : status == EXIT_OK   ? "Done"
                                        : state);
}

/* --- Waiting --- */

static void stop(struct sh *sh, struct sh_job *job)
{
    job->stopped = true;
    job->order = ++sh->last_order;
    if (sh->interactive)
        print_job(sh, job, "Stopped");
}

int sh_job_wait(struct sh *sh, struct sh_job *job)
{
    int status = 0, child;
    bool stopped = false;
    sh_console_lend(job->pid);
    system_console_foreground(job->pid);
    while ((child = system_wait(job->pid, SYSTEM_FOREVER, &status, &stopped)) == SYSTEM_EINTR)
        sh_take_signals(sh);
    system_console_foreground(0);
    sh_console_take_back();
    if (child > 0 && stopped) {
        stop(sh, job);
        return SH_OF_SIGNAL + SYSTEM_SIGTSTP;
    }
    job->pid = 0;
    if (child < 0)
        return child_status_of_error(child);
    sh->interrupted = sh->interrupted || status == SH_OF_SIGNAL + SYSTEM_SIGINT;
    if (death(status) != NULL)
        system_print("%s\n", death(status));
    return status;
}

/* Asks after a job, for at most that long; false: a signal came. */
static bool ask(struct sh *sh, struct sh_job *job, uint64_t ms, int *status)
{
    bool stopped = false;
    int child = system_wait(job->pid, ms, status, &stopped);
    if (child == SYSTEM_EINTR)
        return false;
    if (child == SYSTEM_ETIMEDOUT)
        return true;
    if (child > 0 && stopped) {
        stop(sh, job);
        return true;
    }
    if (child > 0)
        tell_end(sh, job, *status);
    job->pid = 0;
    return true;
}

void sh_jobs_poll(struct sh *sh)
{
    for (uint32_t i = 0; i < SH_JOBS_MAX; i++) {
        int status = 0;
        if (sh->jobs[i].pid != 0)
            (void)ask(sh, &sh->jobs[i], 0, &status); /* the signal is taken where others are */
    }
}

/* --- Builtins --- */

static struct sh_job *find_pid(struct sh *sh, const char *word)
{
    uint64_t pid;
    if (!number_parse(word, INT32_MAX, &pid) || pid == 0)
        return NULL;
    for (uint32_t i = 0; i < SH_JOBS_MAX; i++)
        if (sh->jobs[i].pid == (int)pid)
            return &sh->jobs[i];
    return NULL;
}

/* A pid, "%2", or "2" for that if no job has such a pid; NULL, the current one.  NULL: there is
 * none, which has been told. */
static struct sh_job *find(struct sh *sh, const char *word)
{
    uint64_t number;
    if (word == NULL) {
        struct sh_job *job = latest(sh, NULL);
        if (job == NULL)
            sh_complain(sh, "%", "there is no current job", EXIT_FAILED);
        return job;
    }
    struct sh_job *of_pid = find_pid(sh, word);
    if (of_pid != NULL)
        return of_pid;
    const char *digits = *word == '%' ? word + 1 : word;
    if (number_parse(digits, SH_JOBS_MAX, &number) && number > 0 && sh->jobs[number - 1].pid != 0)
        return &sh->jobs[number - 1];
    sh_complain(sh, word, "there is no such job", EXIT_FAILED);
    return NULL;
}

void sh_do_jobs(struct sh *sh, int argc, const char *const *argv)
{
    (void)argc;
    (void)argv;
    sh_jobs_poll(sh);
    for (uint32_t i = 0; i < SH_JOBS_MAX; i++)
        if (sh->jobs[i].pid != 0)
            print_job(sh, &sh->jobs[i], sh->jobs[i].stopped ? "Stopped" : "Running");
    sh->status = EXIT_OK;
}

/* It may just have ended: then that is told when it is asked for. */
static void go_on(struct sh_job *job)
{
    job->stopped = false;
    (void)system_signal(job->pid, SYSTEM_SIGCONT);
}

/* The console is the job's before it goes on: it may print, or read, at once. */
void sh_do_fg(struct sh *sh, int argc, const char *const *argv)
{
    struct sh_job *job = find(sh, argc > 1 ? argv[1] : NULL);
    if (job == NULL)
        return;
    print_text(job->text);
    system_print("\n");
    sh_console_lend(job->pid);
    system_console_foreground(job->pid);
    go_on(job);
    sh->status = sh_job_wait(sh, job);
}

void sh_do_bg(struct sh *sh, int argc, const char *const *argv)
{
    struct sh_job *job = find(sh, argc > 1 ? argv[1] : NULL);
    if (job == NULL)
        return;
    go_on(job);
    system_print("[%u] ", (unsigned)number_of(sh, job));
    print_text(job->text);
    system_print(" &\n");
    sh->status = EXIT_OK;
}

/* Until it has ended or stopped, or a signal ends the waiting. */
static void wait_for(struct sh *sh, struct sh_job *job)
{
    int status = 0;
    while (job->pid != 0 && !job->stopped && !sh->exiting && !sh->interrupted) {
        if (!ask(sh, job, SYSTEM_FOREVER, &status))
            sh_take_signals(sh);
        else
            sh->status = status;
    }
}

void sh_do_wait(struct sh *sh, int argc, const char *const *argv)
{
    sh->status = EXIT_OK;
    for (int i = 1; i < argc; i++) {
        struct sh_job *job = find(sh, argv[i]);
        if (job != NULL)
            wait_for(sh, job);
    }
    for (uint32_t i = 0; argc == 1 && i < SH_JOBS_MAX; i++)
        wait_for(sh, &sh->jobs[i]);
    if (argc == 1 && !sh->interrupted)
        sh->status = EXIT_OK;
}

/* "%2" is a job, anything else a pid. */
static int pid_of_word(void *context, const char *word)
{
    const struct sh *sh = context;
    uint64_t number;
    if (*word != '%')
        return pid_of_number(NULL, word);
    bool there = number_parse(word + 1, SH_JOBS_MAX, &number) && number > 0;
    return there ? sh->jobs[number - 1].pid : 0;
}

void sh_do_kill(struct sh *sh, int argc, const char *const *argv)
{
    const struct kill_words words = {pid_of_word, sh};
    sh->status = kill_run(argc, argv, &words);
}
