/* daemon(8), as far as there is something to start and to stop: a process of the wanted name goes to the
 * background, sleeps, now and then uses the CPU a little, and ends when it is told to, after a while. */
#include "kernel/user/numbers.h"
#include "kernel/user/program.h"
#include "kernel/user/system.h"
#include "kernel/user/usage.h"
#include "kernel/user/user_text.h"

PROGRAM(daemon, "daemon", "NAME [SECONDS]",
        "starts a simulated service; it takes so many seconds to end");

enum {
    WAKE_MS = 30000,
    WORK_MS = 1,
};

/* Until SIGTERM; the others ask for nothing that there is. */
static void serve(void)
{
    for (int signal = 0; signal != SYSTEM_SIGTERM;) {
        if (system_sleep_ms(WAKE_MS) == SYSTEM_OK)
            system_burn_ms(WORK_MS);
        while (signal != SYSTEM_SIGTERM && (signal = system_signal_take()) != 0)
            ;
    }
}

/* A second SIGTERM does not cut the end short: SIGKILL does. */
static void end(uint64_t ms)
{
    uint64_t start = system_time_ns(), slept = 0;
    while (slept < ms && system_sleep_ms(ms - slept) == SYSTEM_EINTR) {
        while (system_signal_take() != 0)
            ;
        slept = (system_time_ns() - start) / 1000000;
    }
}

/* In the background, under its own name: argv[0]. */
static int run(uint64_t end_ms)
{
    system_signals_catch(1u << SYSTEM_SIGTERM | 1u << SYSTEM_SIGHUP | 1u << SYSTEM_SIGINT);
    serve();
    end(end_ms);
    return EXIT_OK;
}

static int daemon_main(int argc, char **argv)
{
    static const char zero[] = "0";
    uint64_t ms;
    bool in_background = argc == 2 && !text_equal(argv[0], "daemon");
    if (in_background)
        return seconds_parse(argv[1], &ms) ? run(ms) : EXIT_MISUSED;
    if (argc < 2 || argc > 3 || argv[1][0] == '-' || !seconds_parse(argc > 2 ? argv[2] : zero, &ms))
        return usage(&daemon_program);
    const char *const arguments[] = {argv[1], argc > 2 ? argv[2] : zero};
    int pid = system_spawn("daemon", 2, arguments);
    return pid < 0 ? complain("daemon", argv[1], pid) : EXIT_OK;
}
