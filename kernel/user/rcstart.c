/* rcstart: runs rc scripts side by side, each as soon as those that it waits for have ended. */
#include "kernel/user/numbers.h"
#include "kernel/user/program.h"
#include "kernel/user/rc_scripts.h"
#include "kernel/user/system.h"
#include "kernel/user/usage.h"

PROGRAM(rcstart, "rcstart", "[-j jobs] [-k keep] [-s skip] [-D directory] argument",
        "runs rc scripts side by side as their headers allow, with that argument");

enum {
    JOBS_MAX = 16,
    JOBS_USUAL = 8,
};

enum state {
    NOT_YET = 0,
    RUNS,
    ENDED,
};

struct start {
    struct rc_scripts scripts;
    const char *argument;
    uint64_t jobs;    /* at a time, at most */
    uint32_t running; /* of them */
    int pid[JOBS_MAX];
    uint16_t script[JOBS_MAX];
    uint8_t state[RCORDER_SCRIPTS_MAX];
};

/* A shell of its own for each, so that run_rc_script does what it does for one alone. */
static int spawn(const char *path, const char *argument)
{
    const char *const argv[] = {"sh",      "-c", "run_rc_script \"$1\" \"$2\"",
                                "rcstart", path, argument};
    return system_spawn("sh", sizeof argv / sizeof argv[0], argv);
}

static void begin(struct start *start, uint32_t script)
{
    char path[RCORDER_NAME_MAX + 1];
    rc_scripts_path(&start->scripts, script, path);
    int pid = spawn(path, start->argument);
    if (pid < 0) {
        tell_error("rcstart: %s: %s; it is left out", path, system_error_str(pid));
        start->state[script] = ENDED;
        return;
    }
    start->state[script] = RUNS;
    start->script[start->running] = (uint16_t)script;
    start->pid[start->running++] = pid;
}

static bool may_begin(const struct start *start, uint32_t script)
{
    struct rcorder_cursor cursor = {0};
    uint32_t other;
    while (rcorder_next_wait(&start->scripts.order, script, &cursor, &other))
        if (start->state[other] != ENDED)
            return false;
    return start->state[script] == NOT_YET;
}

/* In the order of rcorder, so that what is first there is also first here.  One that is not wanted
 * has ended as soon as it might begin: who waits for it waits for what it waits for. */
static void begin_what_may(struct start *start)
{
    const struct rcorder *order = &start->scripts.order;
    for (uint32_t i = 0; i < order->count && start->running < start->jobs; i++) {
        uint32_t script = rcorder_at(order, i);
        if (!may_begin(start, script))
            continue;
        if (rc_scripts_is_wanted(&start->scripts, script))
            begin(start, script);
        else
            start->state[script] = ENDED;
    }
}

static void take_end(struct start *start, int pid)
{
    for (uint32_t i = 0; i < start->running; i++)
        if (start->pid[i] == pid) {
            start->state[start->script[i]] = ENDED;
            start->running--;
            start->pid[i] = start->pid[start->running];
            start->script[i] = start->script[start->running];
            return;
        }
}

/* ^C at the console is for the scripts that run, not for those that wait for them. */
static void pass_on_interrupts(const struct start *start)
{
    while (system_signal_take() != 0)
        for (uint32_t i = 0; i < start->running; i++)
            (void)system_signal(start->pid[i], SYSTEM_SIGINT);
}

static void run(struct start *start)
{
    for (begin_what_may(start); start->running > 0; begin_what_may(start)) {
        int status;
        bool stopped;
        int pid = system_wait(0, SYSTEM_FOREVER, &status, &stopped);
        if (pid == SYSTEM_ECHILD)
            return;
        if (pid > 0 && !stopped)
            take_end(start, pid);
        pass_on_interrupts(start);
    }
}

/* Takes the options off; *at is behind them. */
static bool read_options(struct start *start, int argc, char **argv, int *at)
{
    for (; *at < argc && argv[*at][0] == '-'; *at += 2) {
        const char *option = argv[*at];
        if (option[1] == '\0' || option[2] != '\0' || *at + 1 == argc)
            return false;
        if (option[1] == 'j'
                ? !number_parse(argv[*at + 1], JOBS_MAX, &start->jobs) || start->jobs == 0
                : !rc_scripts_take_option(&start->scripts, option[1], argv[*at + 1]))
            return false;
    }
    return true;
}

static int rcstart_main(int argc, char **argv)
{
    struct start start = {.jobs = JOBS_USUAL};
    int at = 1;
    if (!rc_scripts_start(&start.scripts))
        return EXIT_FAILED;
    if (!read_options(&start, argc, argv, &at) || at + 1 != argc)
        return usage(&rcstart_program);
    start.argument = argv[at];
    rc_scripts_sort(&start.scripts);
    system_signals_catch(1u << SYSTEM_SIGINT);
    run(&start);
    return start.scripts.faulty ? EXIT_FAILED : EXIT_OK;
}
