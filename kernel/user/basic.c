/* The smallest programs: echo(1), sleep(1), true(1), false(1), id(1), seq(1), and burn. */
#include "kernel/user/numbers.h"
#include "kernel/user/program.h"
#include "kernel/user/system.h"
#include "kernel/user/usage.h"
#include "kernel/user/user_text.h"

PROGRAM(echo, "echo", "[-n] [TEXT...]", "prints its words");
PROGRAM(sleep, "sleep", "SECONDS", "sleeps; a fraction counts down to milliseconds");
PROGRAM(burn, "burn", "MILLISECONDS", "uses the CPU");
PROGRAM(success, "true", "", "ends with status 0");
PROGRAM(failure, "false", "", "ends with status 1");
PROGRAM(id, "id", "[-u]", "says who runs this");
PROGRAM(seq, "seq", "[FIRST] LAST", "prints numbers, one a line");

enum {
    SEQ_MAX = 1000000,
};

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

/* There is one user. */
static int id_main(int argc, char **argv)
{
    if (argc > 2 || (argc == 2 && !text_equal(argv[1], "-u")))
        return usage(&id_program);
    system_print(argc == 2 ? "0\n" : "uid=0(root) gid=0(wheel)\n");
    return EXIT_OK;
}

static int seq_main(int argc, char **argv)
{
    uint64_t first = 1, last;
    if (argc < 2 || argc > 3 || !number_parse(argv[argc - 1], SEQ_MAX, &last) ||
        (argc == 3 && !number_parse(argv[1], SEQ_MAX, &first)))
        return usage(&seq_program);
    for (; first <= last; first++)
        system_print("%u\n", (unsigned)first);
    return EXIT_OK;
}
