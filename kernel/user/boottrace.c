/* boottrace(8): runs a command between two boottrace events, as FreeBSD's does.  A command with a
 * slash is a script. */
#include "kernel/user/child.h"
#include "kernel/user/program.h"
#include "kernel/user/system.h"
#include "kernel/user/usage.h"

PROGRAM(boottrace, "boottrace", "utility [argument ...]",
        "runs a command between two boottrace events");

static int run(int argc, const char *const *argv)
{
    int signal, pid = child_start(argc, argv);
    if (pid >= 0)
        return child_wait(pid, &signal);
    (void)complain("boottrace", argv[0], pid);
    return child_status_of_error(pid);
}

static int boottrace_main(int argc, char **argv)
{
    if (argc < 2)
        return usage(&boottrace_program);
    child_catch_signals();
    system_boottrace("%s start", argv[1]);
    int status = run(argc - 1, (const char *const *)argv + 1);
    system_boottrace("%s done", argv[1]);
    return status;
}
