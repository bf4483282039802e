/* Which thread runs where: a queue for each CPU, and one lock over all threads.
 *
 * The lock is held across a switch: who is switched to lets it go.  A thread that has marked itself
 * dead is therefore off its stack before anybody else can take the lock and free it.
 *
 * Whoever lets it go then sets the alarm and nudges other CPUs, if that is due.  Under the lock
 * neither may be done: an emulator that runs one CPU at a time leaves the CPU there, and who waits
 * for the lock would only ever look while it is held.
 *
 * Time here is the boot CPU's TSC, as far as the others' offsets are known. */
#pragma once

#include <stdint.h>

#include "kernel/thread.h"

/* The lock.  Gives what scheduler_release wants back. */
uint32_t scheduler_take(void);
void scheduler_release(uint32_t flags);

/* From here on the boot CPU switches threads. */
void scheduler_start(void);

/* Makes this CPU, whose idle thread `idle` is running already, take threads.  Never returns. */
_Noreturn void scheduler_join(struct thread *idle);

struct percpu;

/* How long a CPU had nothing to do, and something, since it began: the first one at the kernel's entry,
 * others with their idle thread.  One that is not online has 0. */
struct scheduler_times {
    uint64_t idle, busy; /* cycles */
};
struct scheduler_times scheduler_times(const struct percpu *cpu);
struct scheduler_times scheduler_times_of_all(void); /* the sums */

/* What idle threads do. */
int scheduler_idle(void *nothing);

/* Now.  What belongs to no CPU, as phases and the verdict, has this time, too.  Context: any. */
uint64_t scheduler_now(void);

/* The moment in so many nanoseconds; UINT64_MAX for THREAD_FOREVER and whatever is beyond. */
uint64_t scheduler_moment(uint64_t ns);

/* --- Under the lock --- */

/* The thread has something to do again. */
void scheduler_make_ready(struct thread *thread);

/* Wakes a thread that sleeps or is stopped: takes it out of all queues. */
void scheduler_wake(struct thread *thread);

/* Ends the turn of the calling thread, whose state says what becomes of it: THREAD_SLEEPING (until
 * scheduler_wake, or until its wake_at), THREAD_READY, ... */
void scheduler_switch(void);

/* --- In interrupts --- */

/* This CPU's alarm rang: wakes sleepers, ends slices. */
void scheduler_handle_timer(void);
void scheduler_handle_nudge(void); /* from another CPU: there is work */

/* At the end of each interrupt: switches if that is due and allowed. */
void scheduler_preempt(void);

/* Of all CPUs, since the start.  Context: thread, without the lock. */
struct scheduler_counts {
    uint64_t preemptions, migrations;
};
struct scheduler_counts scheduler_counts(void);
