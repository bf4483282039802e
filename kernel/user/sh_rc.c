/* sh: run_rc_script, which starts the scripts of a boot and of a shutdown, and rc_state, by which these tell what
 * has become of their services.
 *
 * A script runs as a process of its own, between two boottrace events (boottrace(8)) if
 * kern.boottrace.enabled and kern.boottrace.dotrace_user say so.  With rc_script_timeout=SECONDS it
 * has so long: then it is ended with all that it has started.
 *
 * ^C at the console ends the script, not the boot: whoever sits before a script that hangs wants the
 * others. */
#include "kernel/user/child.h"
#include "kernel/user/numbers.h"
#include "kernel/user/sh.h"
#include "kernel/user/sysctl_text.h"
#include "kernel/user/system.h"
#include "kernel/user/usage.h"
#include "kernel/user/user_text.h"

enum {
    TIMEOUT_MAX_S = 1000000,
    MERCY_MS = 2000,                            /* from SIGTERM to SIGKILL */
    INTERRUPTED = SH_OF_SIGNAL + SYSTEM_SIGINT, /* status */
};

/* --- What it is to be --- */

static bool is_traced(void)
{
    return sysctl_is_set("kern.boottrace.enabled") && sysctl_is_set("kern.boottrace.dotrace_user");
}

/* 0: it may take any time. */
static uint64_t timeout_ms(const struct sh *sh)
{
    uint64_t seconds = 0;
    const char *value = sh_variable(sh, slice_of("rc_script_timeout"));
    if (value == NULL || !number_parse(value, TIMEOUT_MAX_S, &seconds))
        return 0;
    return seconds * 1000;
}

/* --- Running --- */

static int start(int argc, const char *const *argv)
{
    const char *arguments[SYSTEM_ARGUMENTS_MAX + 1] = {"boottrace"};
    if (argc > SYSTEM_ARGUMENTS_MAX)
        return SYSTEM_E2BIG;
    if (!is_traced())
        return child_start(argc - 1, argv + 1);
    for (int i = 1; i < argc; i++)
        arguments[i] = argv[i];
    return child_start(argc, arguments);
}

/* Waits at most so long, or until a signal comes. */
static bool has_ended(struct sh *sh, int pid, uint64_t ms)
{
    bool stopped = false;
    int child = system_wait(pid, ms, &sh->status, &stopped);
    return child == pid ? !stopped
                        : child < 0 && child != SYSTEM_EINTR && child != SYSTEM_ETIMEDOUT;
}

/* Whoever does not want to end after a signal has MERCY_MS. */
static void end_after_mercy(struct sh *sh, int pid)
{
    uint64_t start_ns = system_time_ns(), gone = 0;
    for (; gone < MERCY_MS; gone = (system_time_ns() - start_ns) / 1000000) {
        if (has_ended(sh, pid, MERCY_MS - gone))
            return;
        sh_take_signals(sh);
    }
    (void)system_signal_tree(pid, SYSTEM_SIGKILL, true);
    sh_wait_for(sh, pid);
}

/* Waits at most so long; signals that end this shell are passed on.  False: the time is over. */
static bool wait_for(struct sh *sh, int pid, uint64_t ms)
{
    uint64_t start_ns = system_time_ns(), gone = 0;
    for (; gone < ms; gone = (system_time_ns() - start_ns) / 1000000) {
        if (has_ended(sh, pid, ms - gone))
            return true;
        sh_take_signals(sh);
        if (sh->killed || sh->interrupted) {
            bool by_key = sh->status == INTERRUPTED;
            (void)system_signal(pid, by_key ? SYSTEM_SIGINT : SYSTEM_SIGTERM);
            end_after_mercy(sh, pid);
            sh->status = by_key ? INTERRUPTED : sh->status;
            return true;
        }
    }
    return false;
}

static void end_hung(struct sh *sh, int pid, const char *path, uint64_t ms)
{
    char what[48];
    (void)text_format(what, sizeof what, "hung for %u s; ended", (unsigned)(ms / 1000));
    (void)system_signal_tree(pid, SYSTEM_SIGTERM, true);
    end_after_mercy(sh, pid);
    sh_complain(sh, path, what, CHILD_TIMED_OUT);
}

/* At a prompt the rest of what was typed is not wanted, as with any command. */
static void go_on_after_interrupt(struct sh *sh)
{
    sh->exiting = sh->killed = false;
    sh->interrupted = sh->interactive;
}

static void complain_of_status(struct sh *sh, const char *path)
{
    char what[sizeof "status 255"];
    (void)text_format(what, sizeof what, "status %d", sh->status);
    sh_complain(sh, path, what, sh->status);
}

static void complain_of_start(struct sh *sh, const char *path, int error)
{
    int status = child_status_of_error(error);
    sh_complain(sh, path,
                error == SYSTEM_ENOENT ? "there is no such script" : system_error_str(error),
                status);
}

/* Waits for the script as long as it may take; false: it had to be ended. */
static bool wait_for_script(struct sh *sh, int pid, const char *path, uint64_t ms)
{
    bool ended = true;
    system_script_start(path);
    if (ms == 0)
        sh_wait_for(sh, pid);
    else
        ended = wait_for(sh, pid, ms);
    if (!ended)
        end_hung(sh, pid, path, ms);
    system_script_done(path, sh->status);
    return ended;
}

void sh_do_run_rc_script(struct sh *sh, int argc, const char *const *argv)
{
    if (argc < 2) {
        sh_complain(sh, argv[0], "no path", SH_MISUSED);
        return;
    }
    uint64_t ms = timeout_ms(sh);
    if (!sh_export_variables(sh))
        return;
    int pid = start(argc, argv);
    if (pid < 0) {
        complain_of_start(sh, argv[1], pid);
        return;
    }
    if (!wait_for_script(sh, pid, argv[1], ms))
        return;
    if (sh->status == INTERRUPTED)
        go_on_after_interrupt(sh);
    if (sh->status != EXIT_OK && !sh->exiting)
        complain_of_status(sh, argv[1]);
}

void sh_do_rc_state(struct sh *sh, int argc, const char *const *argv)
{
    if (argc != 3) {
        sh_complain(sh, argv[0], "a service and its state", SH_MISUSED);
        return;
    }
    int error = system_service_state(argv[1], argv[2]);
    if (error != SYSTEM_OK)
        sh_complain(sh, argv[1], system_error_str(error), EXIT_FAILED);
    else
        sh->status = EXIT_OK;
}
