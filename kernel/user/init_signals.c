/* init: what it is told by signals.  FreeBSD's signals, and the words of its events. */
#include "kernel/user/init.h"

#include "kernel/user/system.h"

#define BIT(signal) (1u << (signal))

static const struct order {
    int signal;
    bool ends; /* else: single-user operation */
    enum system_reboot how;
    const char *name;
} orders[] = {
    {SYSTEM_SIGUSR1, true, SYSTEM_HALT, "halt"},
    {SYSTEM_SIGUSR2, true, SYSTEM_POWER_OFF, "halt & poweroff"},
    {SYSTEM_SIGINT, true, SYSTEM_RESTART, "reboot"},
    {SYSTEM_SIGTERM, false, SYSTEM_POWER_OFF, "single-user"},
};

enum {
    ORDERS = sizeof orders / sizeof orders[0]
};

static const char *state_name(enum init_state state)
{
    switch (state) {
    case INIT_SINGLE_USER:
        return "single-user";
    case INIT_RUNCOM:
        return "runcom";
    case INIT_READ_TTYS:
        return "read-ttys";
    case INIT_MULTI_USER:
        return "multi-user";
    case INIT_CLEAN_TTYS:
        return "clean-ttys";
    case INIT_DEATH:
        return "death";
    case INIT_DEATH_SINGLE:
        return "death-single";
    case INIT_NOWHERE:
        break;
    }
    return "unknown";
}

void init_catch_signals(void)
{
    uint32_t set = BIT(SYSTEM_SIGHUP) | BIT(SYSTEM_SIGTSTP);
    for (uint32_t i = 0; i < ORDERS; i++)
        set |= BIT(orders[i].signal);
    system_signals_catch(set);
}

/* Services are stopped only if they have been started. */
static bool is_multi_user(void)
{
    return init.state == INIT_READ_TTYS || init.state == INIT_MULTI_USER ||
           init.state == INIT_CLEAN_TTYS;
}

static bool is_on_the_way_down(void)
{
    return init.state == INIT_DEATH || init.state == INIT_DEATH_SINGLE;
}

/* On the way down it is too late for another way, but not for another end. */
static void obey(const struct order *order)
{
    init.went_down = true;
    system_shuttrace("%s from %s", order->name, state_name(init.state));
    if (order->ends)
        init.how = order->how;
    init.ends |= order->ends;
    if (!is_on_the_way_down())
        init.request = is_multi_user() ? INIT_DEATH : INIT_DEATH_SINGLE;
}

static const struct order *order_of(int signal)
{
    for (uint32_t i = 0; i < ORDERS; i++)
        if (orders[i].signal == signal)
            return &orders[i];
    return NULL;
}

/* SIGTSTP would end logins, of which there are none: it is an event, and nothing more. */
static void take(int signal)
{
    const struct order *order = order_of(signal);
    if (order != NULL) {
        system_shuttrace("signal %d from %s", signal, state_name(init.state));
        obey(order);
        return;
    }
    system_boottrace("signal %d from %s", signal, state_name(init.state));
    if (signal == SYSTEM_SIGHUP && is_multi_user() && init.request == INIT_NOWHERE)
        init.request = INIT_CLEAN_TTYS;
}

void init_take_signals(void)
{
    for (int signal; (signal = system_signal_take()) != 0;)
        take(signal);
}

void init_leave(enum system_reboot how)
{
    for (uint32_t i = 0; i < ORDERS; i++)
        if (orders[i].ends && orders[i].how == how)
            obey(&orders[i]);
}

enum init_state init_take_request(void)
{
    enum init_state state = init.request;
    init.request = INIT_NOWHERE;
    return state;
}
