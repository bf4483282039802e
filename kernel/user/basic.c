/* The smallest programs: echo(1), sleep(1), true(1), false(1), and burn. */
#include "kernel/user/numbers.h"
#include "kernel/user/program.h"
#include "kernel/user/system.h"
#include "kernel/user/usage.h"

PROGRAM(echo, "echo", "[-n] [TEXT...]", "prints its words");
PROGRAM(sleep, "sleep", "SECONDS", "sleeps; a fraction counts down to milliseconds");
PROGRAM(burn, "burn", "MILLISECONDS", "uses the CPU");
PROGRAM(success, "true", "", "ends with status 0");
PROGRAM(failure, "false", "", "ends with status 1");

static int echo_main(int argc, char **argv)
{
    echo_words(argc - 1, (const char *const *)argv + 1);
    return EXIT_OK;
}

static int sleep_main(int argc, char **argv)
{
    uint64_t ms;
    if (argc != 2 || !seconds_parse(argv[1], &ms))
        return usage(&sleep_program);
    return system_sleep_ms(ms) == SYSTEM_OK ? EXIT_OK : EXIT_FAILED;
}

static int burn_main(int argc, char **argv)
{
    uint64_t ms;
    if (argc != 2 || !number_parse(argv[1], UINT32_MAX, &ms))
        return usage(&burn_program);
    system_burn_ms(ms);
    return EXIT_OK;
}

static int success_main(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    return EXIT_OK;
}

static int failure_main(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    return EXIT_FAILED;
}
