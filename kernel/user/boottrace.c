/* boottrace(8): runs a command between two boottrace events, "COMMAND start" and "COMMAND done".  A
 * command with a slash is a script.
 *
 * FreeBSD's names the command alone, and so a script that stops looks like one that starts: here a script
 * that is not plainly started is named with its arguments, "/etc/rc.d/cron faststop start", and a status
 * that is not 0 is an event before the last one. */
#include "kernel/user/child.h"
#include "kernel/user/program.h"
#include "kernel/user/system.h"
#include "kernel/user/usage.h"
#include "trace/text.h"

enum {
    NAME_SIZE = 230, /* with what stands behind it, the text of an event */
};

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

static bool tells_more(int argc, char **argv)
{
    bool start = argc == 2 || text_equal(argv[2], "start") || text_equal(argv[2], "faststart");
    return child_is_script(argv[1]) && (argc > 3 || !start);
}

/* The command, and its arguments if they tell more. */
static void name_of(int argc, char **argv, char *text, size_t size)
{
    struct text_buffer buffer = {.bytes = text, .size = size};
    const struct text_sink sink = text_buffer_sink(&buffer);
    text_print(&sink, "%s", argv[1]);
    for (int i = 2; i < argc && tells_more(argc, argv); i++)
        text_print(&sink, " %s", argv[i]);
}

static int boottrace_main(int argc, char **argv)
{
    char name[NAME_SIZE];
    if (argc < 2)
        return usage(&boottrace_program);
    name_of(argc, argv, name, sizeof name);
    child_catch_signals();
    system_boottrace("%s start", name);
    int status = run(argc - 1, (const char *const *)argv + 1);
    if (status != EXIT_OK)
        system_boottrace("%s: status %d", name, status);
    system_boottrace("%s done", name);
    return status;
}
