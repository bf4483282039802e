/* Signals: what they do to a thread (signal(3) of FreeBSD, as far as an init needs it). */
#include "kernel/scheduler.h"
#include "kernel/sdt.h"
#include "kernel/thread.h"

#define BIT(signal) (1u << (signal))

enum {
    STATUS_OF_SIGNAL = 128,
};

static const uint32_t deadly = BIT(SIGNAL_HANGUP) | BIT(SIGNAL_INTERRUPT) | BIT(SIGNAL_KILL) |
                               BIT(SIGNAL_TERMINATE) | BIT(SIGNAL_USER_1) | BIT(SIGNAL_USER_2);
static const uint32_t stopping = BIT(SIGNAL_STOP) | BIT(SIGNAL_TERMINAL_STOP);
static const uint32_t uncatchable = BIT(SIGNAL_KILL) | BIT(SIGNAL_STOP);

/* Those that wait and that the program does not take itself. */
static uint32_t by_default(const struct thread *thread, uint32_t set)
{
    return thread->signals & set & ~(thread->caught & ~uncatchable);
}

bool thread_has_signal(const struct thread *thread)
{
    return (thread->signals & (deadly | stopping | thread->caught)) != 0;
}

static void wake_for_signal(struct thread *thread, uint32_t bit)
{
    bool can_die = by_default(thread, deadly) != 0;
    if (thread->state == THREAD_STOPPED && thread->started_running &&
        (bit == BIT(SIGNAL_CONTINUE) || can_die))
        scheduler_wake(thread);
    else if (thread->state == THREAD_SLEEPING && !thread->deaf && thread_has_signal(thread))
        scheduler_wake(thread);
}

/* The system cannot go on without init: what it does not catch is dropped. */
static bool is_immune(const struct thread *thread, uint32_t bit)
{
    return thread->pid == THREAD_INIT && (thread->caught & ~uncatchable & bit) == 0;
}

void thread_signal_locked(struct thread *thread, enum thread_signal signal)
{
    uint32_t bit = BIT(signal);
    thread_count_signal();
    SDT_PROBE("proc", "signal-send",
              "pid_t, char *, int, struct thread *"
              " : lwpsinfo_t * = 3, psinfo_t * = 3, int = 2",
              thread->pid, sdt_pointer(thread->name), signal, sdt_pointer(thread));
    if (is_immune(thread, bit))
        return;
    if (signal == SIGNAL_CONTINUE)
        thread->signals &= ~stopping;
    if ((stopping & bit) != 0)
        thread->signals &= ~BIT(SIGNAL_CONTINUE);
    thread->signals |= bit;
    wake_for_signal(thread, bit);
}

bool thread_signal(uint32_t pid, enum thread_signal signal)
{
    uint32_t flags = scheduler_take();
    struct thread *thread = thread_find(pid);
    bool there = thread != NULL && !thread->is_kernel && thread->state != THREAD_DEAD;
    if (there)
        thread_signal_locked(thread, signal);
    scheduler_release(flags);
    return there;
}

uint32_t thread_take_signal(void)
{
    uint32_t flags = scheduler_take();
    struct thread *self = thread_current();
    uint32_t waiting = self->signals & self->caught;
    uint32_t signal = waiting == 0 ? 0 : (uint32_t)__builtin_ctz(waiting);
    self->signals &= ~(waiting & -waiting);
    scheduler_release(flags);
    if (signal != 0)
        SDT_PROBE("proc", "signal-handle", "int", signal);
    return signal;
}

static void stop(struct thread *self)
{
    self->signals &= ~stopping;
    self->stop_told = false;
    self->state = THREAD_STOPPED;
    thread_tell_parents();
    scheduler_switch();
    self->signals &= ~BIT(SIGNAL_CONTINUE);
}

/* A probe may fire anywhere, under the scheduler's lock as well: what it wants is done here. */
static void obey_probes(struct thread *self)
{
    enum thread_signal raised = (enum thread_signal)self->raise_wanted;
    self->raise_wanted = 0;
    if (raised != 0)
        (void)thread_signal(self->pid, raised);
    if (self->stop_wanted) {
        self->stop_wanted = false;
        (void)thread_signal(self->pid, SIGNAL_STOP);
    }
}

void thread_obey_signals(void)
{
    struct thread *self = thread_current();
    obey_probes(self);
    if (self->is_kernel || self->signals == 0)
        return;
    uint32_t flags = scheduler_take();
    while (by_default(self, deadly) == 0 && by_default(self, stopping) != 0)
        stop(self);
    uint32_t death = by_default(self, deadly);
    scheduler_release(flags);
    if (death == 0)
        return;
    self->killed = true;
    thread_exit(STATUS_OF_SIGNAL + __builtin_ctz(death));
}

bool thread_was_interrupted(void)
{
    const struct thread *self = thread_current();
    thread_obey_signals();
    return self->is_kernel || (self->signals & self->caught) != 0;
}
