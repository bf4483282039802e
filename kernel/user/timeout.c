/* timeout(1): runs a command, and ends it with everything that it has started when its time is
 * over. */
#include "kernel/user/child.h"
#include "kernel/user/numbers.h"
#include "kernel/user/program.h"
#include "kernel/user/signal_names.h"
#include "kernel/user/system.h"
#include "kernel/user/usage.h"
#include "kernel/user/user_text.h"

PROGRAM(timeout, "timeout", "[-s SIGNAL] [-k SECONDS] SECONDS COMMAND [ARGUMENT...]",
        "runs a command for so long; -s: signal that ends it, -k: SIGKILL so much later");

/* What it was asked for. */
struct order {
    enum system_signal signal;
    uint64_t ms, kill_ms; /* 0: for ever */
    int command;          /* where it stands in argv */
};

/* An option and its value, at `at`; false: it is none. */
static bool read_option(struct order *order, const char *option, const char *value)
{
    if (text_equal(option, "-k"))
        return seconds_parse(value, &order->kill_ms);
    int signal = text_equal(option, "-s") ? signal_of_name(value) : 0;
    order->signal = (enum system_signal)signal;
    return signal != 0;
}

static bool read_order(struct order *order, int argc, char **argv)
{
    int at = 1;
    *order = (struct order){.signal = SYSTEM_SIGTERM};
    for (; at + 1 < argc && argv[at][0] == '-'; at += 2)
        if (!read_option(order, argv[at], argv[at + 1]))
            return false;
    order->command = at + 1;
    return order->command < argc && seconds_parse(argv[at], &order->ms);
}

/* What speaks to this process speaks to all of it. */
static void pass_on_signals(int pid)
{
    for (int signal; (signal = system_signal_take()) != 0;) {
        (void)system_signal_tree(pid, (enum system_signal)signal, true);
        if (signal != SYSTEM_SIGTSTP)
            continue;
        child_stop_self();
        (void)system_signal_tree(pid, SYSTEM_SIGCONT, true);
    }
}

/* Waits so long, or without a clock for ever; true: it has ended, with *status. */
static bool wait_for(int pid, uint64_t ms, int *status)
{
    uint64_t start = system_time_ns();
    for (;;) {
        bool stopped = false;
        uint64_t gone = (system_time_ns() - start) / 1000000;
        uint64_t left = ms == 0 || start == 0 ? SYSTEM_FOREVER : gone < ms ? ms - gone : 0;
        int child = system_wait(pid, left, status, &stopped);
        if ((child == pid && !stopped) || child == SYSTEM_ECHILD)
            return true;
        if (child == SYSTEM_ETIMEDOUT)
            return false;
        pass_on_signals(pid);
    }
}

static int watch(const struct order *order, int pid)
{
    int status = 0;
    if (wait_for(pid, order->ms, &status))
        return status;
    (void)system_signal_tree(pid, order->signal, true);
    if (!wait_for(pid, order->kill_ms, &status)) {
        (void)system_signal_tree(pid, SYSTEM_SIGKILL, true);
        (void)wait_for(pid, 0, &status);
    }
    return CHILD_TIMED_OUT;
}

static int timeout_main(int argc, char **argv)
{
    struct order order;
    if (!read_order(&order, argc, argv))
        return usage(&timeout_program);
    child_catch_signals();
    int pid = child_start(argc - order.command, (const char *const *)argv + order.command);
    if (pid >= 0)
        return watch(&order, pid);
    (void)complain("timeout", argv[order.command], pid);
    return child_status_of_error(pid);
}
