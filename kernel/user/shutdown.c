/* Ways to end the system: halt(8), poweroff(8), reboot(8), shutdown(8), which ask init with
 * FreeBSD's signals; and panic, which asks nobody. */
#include "kernel/user/numbers.h"
#include "kernel/user/program.h"
#include "kernel/user/system.h"
#include "kernel/user/usage.h"

PROGRAM(halt, "halt", "[-p]", "ends the system; -p: and switches the machine off");
PROGRAM(poweroff, "poweroff", "", "ends the system and switches the machine off");
PROGRAM(reboot, "reboot", "", "ends the system and starts it again");
PROGRAM(shutdown, "shutdown", "-h | -p | -r now | +SECONDS",
        "ends the system now or later; -h: halts, -p: switches off, -r: starts again");
PROGRAM(panic, "panic", "", "panics the kernel");

enum {
    INIT = 1 /* pid */
};

static int tell_init(const char *program, enum system_signal signal)
{
    int error = system_signal(INIT, signal);
    return error == SYSTEM_OK ? EXIT_OK : complain(program, "init", error);
}

static int halt_main(int argc, char **argv)
{
    bool off = argc == 2 && text_equal(argv[1], "-p");
    if (argc > 1 && !off)
        return usage(&halt_program);
    return tell_init("halt", off ? SYSTEM_SIGUSR2 : SYSTEM_SIGUSR1);
}

static int poweroff_main(int argc, char **argv)
{
    (void)argv;
    return argc > 1 ? usage(&poweroff_program) : tell_init("poweroff", SYSTEM_SIGUSR2);
}

static int reboot_main(int argc, char **argv)
{
    (void)argv;
    return argc > 1 ? usage(&reboot_program) : tell_init("reboot", SYSTEM_SIGINT);
}

static int panic_main(int argc, char **argv)
{
    (void)argv;
    if (argc > 1)
        return usage(&panic_program);
    int error = system_sysctl("debug.kdb.panic", NULL, NULL, "1", 1);
    return complain("panic", "debug.kdb.panic", error);
}

static const struct way {
    const char *option;
    enum system_signal signal;
    const char *name;
} ways[] = {
    {"-h", SYSTEM_SIGUSR1, "halt"},
    {"-p", SYSTEM_SIGUSR2, "power-down"},
    {"-r", SYSTEM_SIGINT, "reboot"},
};

static const struct way *way_of(const char *option)
{
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++)
        if (text_equal(ways[i].option, option))
            return &ways[i];
    return NULL;
}

static bool read_delay(const char *word, uint64_t *ms)
{
    *ms = 0;
    return text_equal(word, "now") || (*word == '+' && seconds_parse(word + 1, ms));
}

static int shutdown_main(int argc, char **argv)
{
    uint64_t ms;
    const struct way *way = argc == 3 ? way_of(argv[1]) : NULL;
    if (way == NULL || !read_delay(argv[2], &ms))
        return usage(&shutdown_program);
    if (ms > 0 && system_sleep_ms(ms) != SYSTEM_OK)
        return EXIT_FAILED;
    system_print("Shutdown NOW!\n");
    system_boottrace("%s by root", way->name);
    system_boottrace("signal to init(8)...");
    return tell_init("shutdown", way->signal);
}
