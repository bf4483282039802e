/* boottrace(8): runs a command between two boottrace events, "COMMAND start" and "COMMAND done".  A
 * command with a slash is a script.
 *
 * FreeBSD's names the command alone, so that a script that stops looks like one that starts: here the
 * arguments of a script that is not plainly started are an event before these, "COMMAND: faststop", and a
 * status that is not 0 is one between them, "COMMAND: status 1". */
#include "kernel/user/child.h"
#include "kernel/user/program.h"
#include "kernel/user/system.h"
#include "kernel/user/usage.h"
#include "kernel/user/user_text.h"
#include "trace/text.h"

enum {
    TEXT_SIZE = 256, /* of an event */
};

PROGRAM(boottrace, "boottrace", "utility [argument ...]",
        "runs a command between two boottrace events");

static bool tells_more(int argc, char **argv)
{
    bool start = argc == 2 || text_equal(argv[2], "start") || text_equal(argv[2], "faststart");
    return child_is_script(argv[1]) && (argc > 3 || !start);
}

static void tell_arguments(int argc, char **argv)
{
    char text[TEXT_SIZE];
    struct text_buffer buffer = {.bytes = text, .size = sizeof text};
    const struct text_sink sink = text_buffer_sink(&buffer);
    text_print(&sink, "%s:", argv[1]);
    for (int i = 2; i < argc; i++)
        text_print(&sink, " %s", argv[i]);
    system_boottrace("%s", text);
}

static int boottrace_main(int argc, char **argv)
{
    if (argc < 2)
        return usage(&boottrace_program);
    child_catch_signals();
    if (tells_more(argc, argv))
        tell_arguments(argc, argv);
    system_boottrace("%s start", argv[1]);
    int status = child_run("boottrace", argc - 1, (const char *const *)argv + 1);
    if (status != EXIT_OK)
        system_boottrace("%s: status %d", argv[1], status);
    system_boottrace("%s done", argv[1]);
    return status;
}
