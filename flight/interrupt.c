/* Signals, noted. */
#include "flight/interrupt.h"

#include <signal.h>
#include <stddef.h>
#include <sys/time.h>

#define TICK_US 50000

static const int caught[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

static volatile sig_atomic_t noted;

static void note(int signal_number)
{
    noted = signal_number;
}

static void set(int signal_number, void (*handler)(int))
{
    /* Without SA_RESTART: waiting calls return, and their loops look here. */
    struct sigaction action = {.sa_handler = handler};
    (void)sigaction(signal_number, &action, NULL);
}

void interrupt_catch(void)
{
    for (size_t i = 0; i < sizeof caught / sizeof caught[0]; i++)
        set(caught[i], note);
    set(SIGPIPE, SIG_IGN);
    set(SIGCHLD, SIG_DFL); /* a parent that ignored it would keep us from waiting */
}

void interrupt_restore(void)
{
    for (size_t i = 0; i < sizeof caught / sizeof caught[0]; i++)
        set(caught[i], SIG_DFL);
    set(SIGPIPE, SIG_DFL);
}

static void go_on(int signal_number)
{
    (void)signal_number;
}

void interrupt_tick(bool on)
{
    const struct timeval period = {.tv_usec = on ? TICK_US : 0};
    set(SIGALRM, go_on);
    /* Again and again: one tick may come before the call that it is to interrupt. */
    (void)setitimer(ITIMER_REAL, &(struct itimerval){period, period}, NULL);
}

int interrupt_signal(void)
{
    return (int)noted;
}

enum flight_status interrupt_status(void)
{
    return (enum flight_status)(FLIGHT_SIGNAL + interrupt_signal());
}
