/* pgrep(1), pkill(1) and pwait(1): processes by their whole names, and the wait for some that are no
 * children. */
#include "kernel/user/child.h"
#include "kernel/user/numbers.h"
#include "kernel/user/process_list.h"
#include "kernel/user/program.h"
#include "kernel/user/signal_names.h"
#include "kernel/user/system.h"
#include "kernel/user/usage.h"
#include "kernel/user/user_text.h"

PROGRAM(pgrep, "pgrep", "NAME", "prints the pids of the processes of that name");
PROGRAM(pkill, "pkill", "[-SIGNAL] NAME", "sends the processes of that name a signal, TERM");
PROGRAM(pwait, "pwait", "[-t SECONDS] PID...", "waits until processes have ended");

enum {
    POLL_MS = 5
};

struct search {
    const char *name; /* of the processes that are wanted, or NULL */
    uint64_t pid;     /* else that one */
    int signal;       /* that they get; 0: they are printed, -1: neither */
    uint32_t found;
};

static void take(void *context, const struct process_row *row)
{
    struct search *search = context;
    bool wanted =
        search->name != NULL ? text_equal(row->name, search->name) : row->pid == search->pid;
    if (!wanted || row->is_kernel || row->pid == (uint32_t)system_pid() ||
        text_equal(row->state, "dead"))
        return;
    search->found++;
    if (search->signal == 0)
        system_print("%u\n", (unsigned)row->pid);
    else if (search->signal > 0)
        (void)system_signal((int)row->pid,
                            (enum system_signal)search->signal); /* it may just end */
}

/* 0: some were found, as in pgrep(1). */
static int look(struct search *search)
{
    int error = process_list(take, search);
    if (error != SYSTEM_OK)
        return complain("pgrep", "kern.proc", error);
    return search->found > 0 ? EXIT_OK : EXIT_FAILED;
}

static int pgrep_main(int argc, char **argv)
{
    struct search search = {.name = argv[argc - 1]};
    if (argc != 2 || argv[1][0] == '-')
        return usage(&pgrep_program);
    return look(&search);
}

static int pkill_main(int argc, char **argv)
{
    bool named = argc == 3 && argv[1][0] == '-';
    struct search search = {.name = argv[argc - 1], .signal = SYSTEM_SIGTERM};
    if (named)
        search.signal = signal_of_name(argv[1] + 1);
    if (argc != (named ? 3 : 2) || argv[argc - 1][0] == '-' || search.signal == 0)
        return usage(&pkill_program);
    return look(&search);
}

static bool lives(uint64_t pid)
{
    struct search search = {.pid = pid, .signal = -1};
    return process_list(take, &search) == SYSTEM_OK && search.found > 0;
}

/* False: the time is over. */
static bool wait_for(uint64_t pid, uint64_t start_ns, uint64_t limit_ms)
{
    while (lives(pid)) {
        if ((system_time_ns() - start_ns) / 1000000 >= limit_ms ||
            system_sleep_ms(POLL_MS) != SYSTEM_OK)
            return false;
    }
    return true;
}

static int pwait_main(int argc, char **argv)
{
    uint64_t limit_ms = UINT64_MAX, pid, start_ns = system_time_ns();
    int at = 1;
    if (argc > 2 && text_equal(argv[1], "-t")) {
        if (!seconds_parse(argv[2], &limit_ms))
            return usage(&pwait_program);
        at = 3;
    }
    if (at == argc)
        return usage(&pwait_program);
    for (; at < argc; at++) {
        if (!number_parse(argv[at], UINT32_MAX, &pid))
            return usage(&pwait_program);
        if (!wait_for(pid, start_ns, limit_ms))
            return CHILD_TIMED_OUT;
    }
    return EXIT_OK;
}
