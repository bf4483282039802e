/* Threads in a row, each in one at most: those of a CPU that are ready, those who wait for one
 * thing.  Under the scheduler's lock. */
#pragma once

#include "kernel/thread.h"

/* Zeroed memory is an empty list. */
struct thread_list {
    struct thread *first, *last;
};

/* Puts a thread that is in no list behind the last one. */
static inline void thread_list_append(struct thread_list *list, struct thread *thread)
{
    thread->next = NULL;
    if (list->first == NULL)
        list->first = thread;
    else
        list->last->next = thread;
    list->last = thread;
}

/* Takes a thread of the list out. */
static inline void thread_list_remove(struct thread_list *list, struct thread *thread)
{
    struct thread *previous = NULL;
    for (struct thread *at = list->first; at != thread; at = at->next)
        previous = at;
    if (previous == NULL)
        list->first = thread->next;
    else
        previous->next = thread->next;
    if (list->last == thread)
        list->last = previous;
}
