/* init(8): process 1.  Brings the system up, keeps house while it runs, and brings it down again.
 *
 * States, event names and signals are FreeBSD's:
 *
 *     runcom ──▶ read-ttys ──▶ multi-user ◀──▶ clean-ttys (SIGHUP)
 *       ▲ │ /etc/rc fails         │ SIGTERM, SIGINT, SIGUSR1, SIGUSR2
 *       │ ▼                       ▼
 *     single-user ◀── death-single ◀── death
 *       └─▶ the end, for all of these signals but SIGTERM
 *
 * From runcom and single-user the way down leads to death-single: there is nothing to be stopped.
 * Without somebody at the console (shell=1) single-user operation is left out. */
#include "kernel/user/init.h"

#include "kernel/user/program.h"
#include "kernel/user/sysctl_text.h"
#include "kernel/user/system.h"

PROGRAM(init, "init", "", "brings the system up, and down again");

struct init init = {.how = SYSTEM_POWER_OFF, .reason = "booted, ran and shut down"};

static bool rc_failed; /* in the last runcom */
static bool fastboot;  /* somebody has looked at the system in single-user operation */
static bool services;  /* multi-user operation has begun and not been left */
static int working;    /* pid of what runs of the work; 0: nothing */

_Noreturn static void leave(void)
{
    system_boottrace("shutting down the system");
    system_reboot(init.how, init.status, init.reason);
}

/* Somebody works at the console until he has seen enough. */
static enum init_state serve_single_user(void)
{
    int status;
    system_console_foreground(0);
    system_console_page(0, 0);
    system_print("\nSingle-user operation; leave the shell for multi-user operation.\n");
    int shell = init_start_shell("-sh", NULL, NULL);
    fastboot = true;
    if (shell > 0)
        (void)init_wait(shell, UINT64_MAX, false, &status);
    if (init.request != INIT_NOWHERE)
        return init_take_request();
    return shell > 0 ? INIT_RUNCOM : INIT_READ_TTYS;
}

/* Whoever has failed to bring the system up would fail again, if nobody changes anything. */
static enum init_state single_user(void)
{
    if (init.ends)
        leave();
    system_boottrace("going to single user mode");
    if (init_has_console())
        return serve_single_user();
    system_print("init: single-user operation is left out: nobody is at the console (shell=1)\n");
    return rc_failed ? INIT_READ_TTYS : INIT_RUNCOM;
}

static void tell_no_rc(void)
{
    system_print("init: %s; nothing to run before multi-user operation\n",
                 system_has_archive() ? "the boot archive has no etc/rc"
                                      : "there is no boot archive");
}

/* False: it failed. */
static bool judge_rc(enum init_wait wait, int status, uint32_t seconds)
{
    if (wait == INIT_WAIT_TIMED_OUT) {
        init_fail(1, "/etc/rc did not end within %u s", (unsigned)seconds);
        return false;
    }
    system_boottrace("/etc/rc finished");
    if (status == 0)
        return true;
    system_print("init: /etc/rc ended with status %d\n", status);
    init_fail(status, "/etc/rc failed");
    return false;
}

static const struct init_script rc = {
    .path = "/etc/rc", .name = "/etc/rc", .timeout = "kern.init_rc_timeout", .has_console = true};

/* Up again: what follows is no part of the shutdown that led to single-user operation. */
static void tell_start(void)
{
    if (init.went_down)
        system_runtrace("/etc/rc starting...");
    else
        system_boottrace("/etc/rc starting...");
    init.went_down = false;
}

static void run_rc(void)
{
    int status;
    uint32_t seconds;
    rc_failed = false;
    if (!init_is_file(rc.path)) {
        tell_no_rc();
        return;
    }
    tell_start();
    enum init_wait wait = init_run_script(&rc, fastboot ? NULL : "autoboot", &status, &seconds);
    fastboot = false;
    if (wait != INIT_WAIT_TOLD)
        rc_failed = !judge_rc(wait, status, seconds);
}

/* The phase is the first run's alone: later ones are run time. */
static enum init_state runcom(void)
{
    static bool again;
    if (!again)
        (void)system_phase("rc");
    run_rc();
    if (init.request != INIT_NOWHERE)
        return init_take_request();
    if (!again)
        system_phase_work();
    again = true;
    return rc_failed ? INIT_SINGLE_USER : INIT_READ_TTYS;
}

static void start_multi_user(void)
{
    services = true;
    working = 0;
    system_runtrace("multi-user start");
    system_print("\nFirstlight is multi-user.\n");
    system_phase_work();
}

/* Until a signal says what comes, or there is nothing left to do. */
static enum init_state multi_user(void)
{
    if (!services)
        start_multi_user();
    for (;;) {
        int status;
        init_take_signals();
        if (init.request != INIT_NOWHERE)
            return init_take_request();
        if (working == 0)
            working = init_work_start();
        if (working == 0) {
            init_wait_for_exit();
            if (init.request == INIT_NOWHERE)
                init_leave(SYSTEM_POWER_OFF);
        } else if (init_wait(working, UINT64_MAX, false, &status) == INIT_WAIT_ENDED) {
            init_work_ended(status);
            working = 0;
        }
    }
}

static const struct init_script rc_shutdown = {.path = "/etc/rc.shutdown",
                                               .name = "rc.shutdown",
                                               .timeout = "kern.init_shutdown_timeout",
                                               .whatever_comes = true};

/* The script says itself what goes wrong; the way leads down. */
static enum init_state death(void)
{
    int status;
    uint32_t seconds;
    services = false;
    system_phase_work();
    if (init_is_file(rc_shutdown.path)) {
        system_boottrace("start rc.shutdown");
        (void)init_run_script(&rc_shutdown, init.ends ? "reboot" : "single", &status, &seconds);
    }
    return INIT_DEATH_SINGLE;
}

static enum init_state death_single(void)
{
    system_phase_work();
    system_boottrace("start killing user processes");
    init_end_all();
    return INIT_SINGLE_USER;
}

/* Gives the state that comes next. */
static enum init_state run_state(enum init_state state)
{
    switch (state) {
    case INIT_SINGLE_USER:
        return single_user();
    case INIT_RUNCOM:
        return runcom();
    case INIT_READ_TTYS:
    case INIT_CLEAN_TTYS:
        return INIT_MULTI_USER; /* there are no terminals to open or to close */
    case INIT_MULTI_USER:
        return multi_user();
    case INIT_DEATH:
        return death();
    case INIT_DEATH_SINGLE:
        return death_single();
    case INIT_NOWHERE:
        break;
    }
    return INIT_DEATH;
}

_Noreturn static void live(void)
{
    init.state = sysctl_is_set("boot_single") ? INIT_SINGLE_USER : INIT_RUNCOM;
    for (;;)
        init.state = run_state(init.state);
}

static int init_main(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    init_catch_signals();
    (void)system_phase("init");
    system_boottrace("init(8) starting...");
    system_phase_work();
    live();
}
