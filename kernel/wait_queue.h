/* Wait queue and mutex: the two ways in which threads wait for each other. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "kernel/thread_list.h"

struct tslog_topic;

/* Zeroed memory is an empty queue; with a topic, TSLOG tells who waits in it. */
struct wait_queue {
    struct thread_list waiting;
    const struct tslog_topic *topic;
};

/* Waits until condition(context) is true or `ns` have passed (THREAD_FOREVER: no such time).  The
 * condition is looked at under the scheduler's lock, with interrupts off: it must be short and
 * take no lock.  Who makes it true calls a wake afterwards; none is lost.  Context: thread. */
enum thread_wake wait_queue_wait(struct wait_queue *queue, bool (*condition)(void *context),
                                 void *context, uint64_t ns);

/* The same under the scheduler's lock. */
enum thread_wake wait_queue_wait_locked(struct wait_queue *queue, bool (*condition)(void *context),
                                        void *context, uint64_t ns);

/* Takes a thread out.  Under the scheduler's lock. */
void wait_queue_remove(struct wait_queue *queue, struct thread *thread);

/* Each that is woken looks at its condition again.  Context: any. */
void wait_queue_wake_all(struct wait_queue *queue);

/* The same under the scheduler's lock. */
void wait_queue_wake_all_locked(struct wait_queue *queue);

/* Zeroed memory is a free mutex; with a topic, TSLOG tells who waits for it and who holds it. */
struct mutex {
    struct thread *holder;
    struct wait_queue waiting;
};
#define MUTEX_OF(name)                                                                             \
    {                                                                                              \
        .waiting.topic = &(name)                                                                   \
    }

/* No signal ends the wait for it.  Context: thread. */
void mutex_take(struct mutex *mutex);
void mutex_release(struct mutex *mutex);
