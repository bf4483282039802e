/* Running another program on behalf of somebody. */
#include "kernel/user/child.h"

#include "kernel/user/system.h"
#include "kernel/user/usage.h"

static int start_script(int argc, const char *const *argv)
{
    const char *arguments[SYSTEM_ARGUMENTS_MAX + 2] = {"sh"};
    if (argc > SYSTEM_ARGUMENTS_MAX)
        return SYSTEM_E2BIG;
    for (int i = 0; i < argc; i++)
        arguments[i + 1] = argv[i];
    return system_spawn("sh", argc + 1, arguments);
}

bool child_is_script(const char *name)
{
    while (*name != '\0' && *name != '/')
        name++;
    return *name == '/';
}

int child_start(int argc, const char *const *argv)
{
    struct system_stat stat;
    if (!child_is_script(argv[0]))
        return system_spawn(argv[0], argc, argv);
    int error = system_stat(argv[0], &stat);
    if (error != SYSTEM_OK)
        return error;
    return stat.kind == SYSTEM_DIRECTORY ? SYSTEM_EISDIR : start_script(argc, argv);
}

int child_status_of_error(int error)
{
    return error == SYSTEM_ENOENT ? CHILD_NOT_FOUND : CHILD_CANNOT_RUN;
}

void child_catch_signals(void)
{
    system_signals_catch(1u << SYSTEM_SIGHUP | 1u << SYSTEM_SIGINT | 1u << SYSTEM_SIGTERM |
                         1u << SYSTEM_SIGTSTP);
}

void child_stop_self(void)
{
    (void)system_signal(system_pid(), SYSTEM_SIGSTOP);
}

static void pass_on(int pid, enum system_signal signal)
{
    (void)system_signal(pid, signal); /* it may just have ended */
    if (signal != SYSTEM_SIGTSTP)
        return;
    child_stop_self();
    (void)system_signal(pid, SYSTEM_SIGCONT);
}

int child_wait(int pid, int *signal)
{
    *signal = 0;
    for (;;) {
        int status = 0;
        bool stopped = false;
        int child = system_wait(pid, SYSTEM_FOREVER, &status, &stopped);
        if (child == pid && !stopped)
            return status;
        if (child < 0 && child != SYSTEM_EINTR)
            return child_status_of_error(child);
        for (int taken; (taken = system_signal_take()) != 0;) {
            pass_on(pid, (enum system_signal)taken);
            *signal = taken == SYSTEM_SIGTSTP ? *signal : taken;
        }
    }
}

int child_run(const char *program, int argc, const char *const *argv)
{
    int signal, pid = child_start(argc, argv);
    if (pid >= 0)
        return child_wait(pid, &signal);
    (void)complain(program, argv[0], pid);
    return child_status_of_error(pid);
}
