/* Signals, noted. */
#include "flight/interrupt.h"

#include <signal.h>
#include <stddef.h>

static const int caught[] = {SIGINT, SIGTERM, SIGHUP};

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

int interrupt_signal(void)
{
    return (int)noted;
}
