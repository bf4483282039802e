/* init: the processes that it starts, waits for and ends. */
#include "kernel/user/init.h"

#include "kernel/user/child.h"
#include "kernel/user/sysctl_text.h"
#include "kernel/user/system.h"

enum {
    NS_PER_MS = 1000000,
    TERMINATE_MS = 2000,  /* from SIGTERM to SIGKILL */
    SECONDS_MAX = 999999, /* of a script's timeout */
    LOOK_MS = 100,        /* between two looks at an enabling */
};

int init_start_shell(const char *name, const char *option, const char *argument)
{
    const char *const argv[] = {name, option, argument};
    int argc = option == NULL ? 1 : argument == NULL ? 2 : 3;
    int pid = system_spawn("sh", argc, argv);
    if (pid < 0)
        system_print("init: cannot start sh: %s\n", system_error_str(pid));
    return pid;
}

/* What is left of the time, in ms. */
static uint64_t left_until(uint64_t end)
{
    uint64_t now = system_time_ns();
    if (end == UINT64_MAX)
        return SYSTEM_FOREVER;
    return now < end ? (end - now + NS_PER_MS - 1) / NS_PER_MS : 0;
}

enum init_wait init_wait(int pid, uint64_t end, bool whatever_comes, int *status)
{
    *status = 0;
    for (;;) {
        bool stopped = false;
        uint64_t left = left_until(end);
        int child = system_wait(0, left, status, &stopped);
        init_take_signals(); /* one that stays would end each wait at once */
        if ((child == pid && !stopped) || child == SYSTEM_ECHILD)
            return INIT_WAIT_ENDED;
        if (init.request != INIT_NOWHERE && !whatever_comes)
            return INIT_WAIT_TOLD;
        if (child > 0 && stopped)
            (void)system_signal(child, SYSTEM_SIGCONT); /* nobody else will */
        if (child == SYSTEM_ETIMEDOUT && left_until(end) == 0)
            return INIT_WAIT_TIMED_OUT;
    }
}

/* Reaps whoever ends within the time; true: nobody is left. */
static bool reap_all(void)
{
    uint64_t end = system_time_ns() + (uint64_t)TERMINATE_MS * NS_PER_MS;
    int child, status;
    bool stopped;
    do {
        child = system_wait(0, left_until(end), &status, &stopped);
        init_take_signals();
    } while (child > 0 || child == SYSTEM_EINTR);
    return child == SYSTEM_ECHILD;
}

/* Who does not take the first hint gets the second. */
static const enum system_signal signals[] = {SYSTEM_SIGTERM, SYSTEM_SIGKILL};

void init_end_all(void)
{
    for (uint32_t i = 0; i < 2; i++) {
        (void)system_signal_all(signals[i]);
        if (reap_all())
            return;
    }
}

/* A child with everything below it. */
static void end_tree(int pid)
{
    int status;
    for (uint32_t i = 0; i < 2; i++) {
        uint64_t end = system_time_ns() + (uint64_t)TERMINATE_MS * NS_PER_MS;
        (void)system_signal_tree(pid, signals[i], true);
        if (init_wait(pid, end, true, &status) == INIT_WAIT_ENDED)
            return;
    }
}

/* 0 also on a machine without a clock, where nobody can say when they would be over. */
static uint32_t seconds_of(const char *sysctl)
{
    uint64_t seconds;
    bool given = system_time_ns() != 0 && sysctl_number(sysctl, &seconds);
    return given && seconds <= SECONDS_MAX ? (uint32_t)seconds : 0;
}

void init_wait_for_exit(void)
{
    const uint64_t end = system_time_ns() + seconds_of("dtrace.wait") * 1000ull * NS_PER_MS;
    while (init.request == INIT_NOWHERE && left_until(end) > 0 &&
           sysctl_is_set("debug.dtrace.awaits_exit")) {
        (void)system_sleep_ms(LOOK_MS);
        init_take_signals();
    }
}

bool init_is_file(const char *path)
{
    struct system_stat stat;
    return system_stat(path, &stat) == SYSTEM_OK && stat.kind == SYSTEM_FILE;
}

/* Nobody has to press a key for it to go on: it does not page. */
static int start_script(const struct init_script *script, const char *argument)
{
    if (script->has_console) {
        system_console_page(0, 0);
        system_console_foreground(SYSTEM_NEXT_CHILD);
    }
    int pid = init_start_shell("sh", script->path, argument);
    if (pid < 0 && script->has_console)
        system_console_foreground(0);
    return pid;
}

enum init_wait init_run_script(const struct init_script *script, const char *argument, int *status,
                               uint32_t *seconds)
{
    *status = CHILD_CANNOT_RUN;
    *seconds = seconds_of(script->timeout); /* 0: for ever */
    int pid = start_script(script, argument);
    if (pid < 0)
        return INIT_WAIT_ENDED;
    uint64_t end = *seconds == 0 ? UINT64_MAX : system_time_ns() + *seconds * 1000ull * NS_PER_MS;
    enum init_wait wait = init_wait(pid, end, script->whatever_comes, status);
    if (wait == INIT_WAIT_TIMED_OUT) {
        system_boottrace("%s's %u sec timeout expired", script->name, (unsigned)*seconds);
        system_print("init: %s has not ended within %u s; it is ended, with all that it started\n",
                     script->path, (unsigned)*seconds);
        end_tree(pid);
    }
    if (script->has_console)
        system_console_foreground(0);
    return wait;
}
