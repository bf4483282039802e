/* Wait queue and mutex. */
#include "kernel/wait_queue.h"

#include "kernel/scheduler.h"
#include "kernel/sdt.h"
#include "kernel/tslog.h"

/* Who only waits for a time does so for this. */
TSLOG_TOPIC(sleep_topic, "sleep");

static const struct tslog_topic *topic_of(const struct wait_queue *queue)
{
    return queue == NULL ? &sleep_topic : queue->topic;
}

static void add(struct wait_queue *queue, struct thread *thread)
{
    thread_list_append(&queue->waiting, thread);
    thread->waits_on = queue;
}

void wait_queue_remove(struct wait_queue *queue, struct thread *thread)
{
    thread_list_remove(&queue->waiting, thread);
    thread->waits_on = NULL;
}

/* Goes to sleep until somebody wakes it. */
static void sleep_once(struct thread *self, struct wait_queue *queue, uint64_t moment)
{
    if (queue != NULL)
        add(queue, self);
    self->wake_at = moment;
    self->state = THREAD_SLEEPING;
    SDT_PROBE("sched", "sleep", "uint64_t", moment);
    scheduler_switch();
}

static enum thread_wake sleep_until(struct wait_queue *queue, bool (*condition)(void *context),
                                    void *context, uint64_t ns, bool *slept)
{
    struct thread *self = thread_current();
    uint64_t moment = scheduler_moment(ns);
    self->timed_out = ns == 0;
    for (;;) {
        if (condition != NULL && condition(context))
            return THREAD_WOKEN;
        if (!self->deaf && thread_has_signal(self))
            return THREAD_INTERRUPTED;
        if (self->timed_out)
            return THREAD_TIMED_OUT;
        if (!*slept && topic_of(queue) != NULL)
            tslog_site(&topic_of(queue)->wait);
        *slept = true;
        sleep_once(self, queue, moment);
    }
}

/* Nothing is recorded of a wait that ends before it has begun. */
enum thread_wake wait_queue_wait_locked(struct wait_queue *queue, bool (*condition)(void *context),
                                        void *context, uint64_t ns)
{
    bool slept = false;
    enum thread_wake woken = sleep_until(queue, condition, context, ns, &slept);
    if (slept && topic_of(queue) != NULL)
        tslog_site(&topic_of(queue)->unwait);
    return woken;
}

static enum thread_wake wait(struct wait_queue *queue, bool (*condition)(void *context),
                             void *context, uint64_t ns, bool deaf)
{
    uint32_t flags = scheduler_take();
    struct thread *self = thread_current();
    self->deaf = deaf;
    enum thread_wake woken = wait_queue_wait_locked(queue, condition, context, ns);
    self->deaf = false;
    scheduler_release(flags);
    return woken;
}

enum thread_wake wait_queue_wait(struct wait_queue *queue, bool (*condition)(void *context),
                                 void *context, uint64_t ns)
{
    return wait(queue, condition, context, ns, false);
}

void wait_queue_wake_all_locked(struct wait_queue *queue)
{
    while (queue->waiting.first != NULL)
        scheduler_wake(queue->waiting.first);
}

void wait_queue_wake_all(struct wait_queue *queue)
{
    uint32_t flags = scheduler_take();
    wait_queue_wake_all_locked(queue);
    scheduler_release(flags);
}

/* Takes the mutex if it is free.  Under the scheduler's lock. */
static bool take_if_free(void *context)
{
    struct mutex *mutex = context;
    if (mutex->holder != NULL)
        return false;
    mutex->holder = thread_current();
    return true;
}

void mutex_take(struct mutex *mutex)
{
    (void)wait(&mutex->waiting, take_if_free, mutex, THREAD_FOREVER, true);
    if (mutex->waiting.topic != NULL)
        tslog_site(&mutex->waiting.topic->hold);
}

void mutex_release(struct mutex *mutex)
{
    if (mutex->waiting.topic != NULL)
        tslog_site(&mutex->waiting.topic->release);
    uint32_t flags = scheduler_take();
    mutex->holder = NULL;
    wait_queue_wake_all_locked(&mutex->waiting);
    scheduler_release(flags);
}
