/* Threads, which are the processes of this system: each has a pid, a stack of its own with a
 * guard page below, and runs in the one address space.
 *
 * Scheduling: a queue of threads ready to run for each CPU, first come first served, a slice of
 * SLICE_MS each; a CPU without work takes from the longest queue.  All of it is under one lock.
 *
 * Contexts: "thread" may sleep; "any" also holds in interrupt handlers, not in an NMI. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "boot/bootfs.h"
#include "trace/table.h"

enum {
    THREAD_NAME_SIZE = 32, /* bytes, with the NUL */
    THREAD_ARGUMENTS_SIZE = 8192,
    THREAD_ENVIRONMENT_SIZE = 2048,
    THREAD_FILES = 8,       /* open at a time */
    THREAD_LINE_SIZE = 256, /* of text that is being put together */
    THREAD_INIT = 1,        /* pid of init, whom only signals reach that it catches */
};

/* In the order of a life. */
enum thread_state {
    THREAD_FREE = 0, /* no thread: the place may be taken */
    THREAD_READY,    /* waits for a CPU */
    THREAD_RUNNING,
    THREAD_SLEEPING, /* until a time, a wake or a signal */
    THREAD_STOPPED,  /* by a signal, until SIGNAL_CONTINUE or a deadly one */
    THREAD_DEAD,     /* waits for its parent to ask for its status */
};

/* FreeBSD's numbers (signal(3)). */
enum thread_signal {
    SIGNAL_HANGUP = 1,
    SIGNAL_INTERRUPT = 2,
    SIGNAL_KILL = 9,
    SIGNAL_TERMINATE = 15,
    SIGNAL_STOP = 17,
    SIGNAL_TERMINAL_STOP = 18,
    SIGNAL_CONTINUE = 19,
    SIGNAL_CHILD = 20,
    SIGNAL_USER_1 = 30,
    SIGNAL_USER_2 = 31,
};

/* All of them, bit = number. */
#define THREAD_SIGNALS                                                                             \
    (1u << SIGNAL_HANGUP | 1u << SIGNAL_INTERRUPT | 1u << SIGNAL_KILL | 1u << SIGNAL_TERMINATE |   \
     1u << SIGNAL_STOP | 1u << SIGNAL_TERMINAL_STOP | 1u << SIGNAL_CONTINUE | 1u << SIGNAL_CHILD | \
     1u << SIGNAL_USER_1 | 1u << SIGNAL_USER_2)

struct wait_queue;

struct thread {
    uint32_t stack_pointer; /* while it does not run */
    uint32_t stack;         /* lowest address that it may use; the page below is the guard */
    uint32_t stack_end;
    enum thread_state state;
    uint32_t pid;
    uint32_t parent; /* pid; 0: the kernel */
    char name[THREAD_NAME_SIZE];
    uint16_t task;            /* in the trace arena */
    bool is_kernel;           /* no process: signals do not touch it */
    int status;               /* of the exit: 0..255, or 128 + signal */
    uint32_t cpu;             /* runs there, or ran there last */
    uint64_t cpu_cycles;      /* used, without the present turn */
    uint64_t children_cycles; /* of children that were waited for */
    uint32_t children_blocks;
    uint64_t since;   /* TSC at which the present turn began */
    uint64_t started; /* TSC */
    uint64_t switches, migrations;
    struct trace_usage usage; /* blocks read and written; CPU time is made when asked for */
    uint32_t signals;         /* pending, bit = number */
    uint32_t caught;          /* signals that the program takes itself */
    uint64_t wake_at;         /* scheduler_now; UINT64_MAX: no time is set */
    bool timed_out;
    bool deaf;            /* no signal ends the present sleep */
    bool started_running; /* thread_go has been called */
    bool stop_wanted;     /* by a probe: it stops when it leaves the system interface */
    uint8_t raise_wanted; /* likewise: it gets this signal; 0: none */
    bool stop_told;       /* its parent knows that it has stopped */
    bool killed;          /* by a signal */
    bool has_looked_up;   /* TSLOG knows the first path that it has opened */
    uint32_t pinned;      /* CPU that it must run on, or THREAD_ANYWHERE */
    struct wait_queue *waits_on;
    struct thread *next; /* in the queue of its CPU, or of those who wait */
    struct thread *next_sleeper;
    int (*start)(void *argument);
    void *argument;
    uint32_t open_files; /* bit = place in `files` */
    struct bootfs_file files[THREAD_FILES];
    void *heap;       /* NULL: it has none */
    void *child_heap; /* that the next process it starts will have */
    int targets[2];   /* where output and errors go: a number of capture_begin, or enum
                         system_target */
    bool speaks_of_errors;
    uint32_t environment_length;
    uint32_t line_length; /* of a line of text that is not finished */
    char line[THREAD_LINE_SIZE];
    int argument_count;
    char environment[THREAD_ENVIRONMENT_SIZE]; /* NAME=VALUE, each with its NUL */
    char arguments[THREAD_ARGUMENTS_SIZE];     /* one behind the other, each with its NUL */
};

enum thread_wake {
    THREAD_WOKEN = 0,
    THREAD_TIMED_OUT,
    THREAD_INTERRUPTED, /* by a signal that is pending now */
};

#define THREAD_FOREVER  UINT64_MAX
#define THREAD_ANYWHERE UINT32_MAX

/* Makes the running code thread 0, "kernel", on the boot CPU.  Nothing else works before. */
void thread_start_kernel(void);

/* Memory for kern.maxproc threads, or as many as fit; without any, STACKS_AT_HAND.  Gives how many.
 * The boot CPU switches threads from here on. */
uint32_t thread_init(void);

/* Makes the idle thread of a CPU, which no queue ever holds. */
struct thread *thread_make_idle(uint32_t cpu);

/* Starts a thread that ends when `start` returns.  NULL: no place, or no stack.  The name is cut
 * to fit.  Context: thread. */
struct thread *thread_create(const char *name, int (*start)(void *argument), void *argument,
                             bool is_kernel);

/* The same in two steps: between them the thread is nobody's, and its arguments can be filled in. */
struct thread *thread_prepare(const char *name, int (*start)(void *argument), void *argument,
                              bool is_kernel);
void thread_go(struct thread *thread);
void thread_abandon(struct thread *thread); /* instead of thread_go: it was never there */

/* The calling thread.  Context: any. */
struct thread *thread_current(void);

/* Ends the calling thread; its parent is told.  Context: thread. */
_Noreturn void thread_exit(int status);

/* Binds the calling thread to a CPU (THREAD_ANYWHERE: to none) and goes there.  False: there is no
 * such CPU.  Context: thread. */
bool thread_pin(uint32_t cpu);

/* Lets another one run, if one is ready.  Context: thread. */
void thread_yield(void);

/* Sleeps; less than `ns` only if a signal came.  Context: thread. */
enum thread_wake thread_sleep_ns(uint64_t ns);

/* A child that died, and is gone with this, or that stopped. */
struct thread_child {
    uint32_t pid;
    int status;
    bool stopped;
};

/* How a wait for a child ended. */
enum thread_wait {
    THREAD_WAIT_OK = 0,
    THREAD_WAIT_NO_CHILD,
    THREAD_WAIT_TIMED_OUT,
    THREAD_WAIT_INTERRUPTED,
};

/* Waits for a child, or for any (pid 0), at most `ns`.  Context: thread. */
enum thread_wait thread_wait(uint32_t pid, uint64_t ns, struct thread_child *child);

/* Sends a signal.  False: no such process.  Context: any. */
bool thread_signal(uint32_t pid, enum thread_signal signal);

/* Whether a signal waits that does something to the thread.  Context: any. */
bool thread_has_signal(const struct thread *thread);

/* The lowest of the signals that wait and that the thread catches, taken away; 0: none. */
uint32_t thread_take_signal(void);

/* Dies or stops, if a signal that says so is pending.  The system interface calls it on each way
 * out.  Context: thread. */
void thread_obey_signals(void);

/* The same behind a wait that a signal ended.  False: the thread has been stopped meanwhile, and
 * goes on, or the signal did nothing: the program knows of nothing, and the wait is taken up again. */
bool thread_was_interrupted(void);

/* Places in the table; a place may be free.  Context: any; what is read may change meanwhile. */
uint32_t thread_places(void);
struct thread *thread_at(uint32_t place);
struct thread *thread_find(uint32_t pid);

/* CPU time of a thread, its present turn included: cycles, and ns. */
uint64_t thread_cycles(const struct thread *thread);
uint64_t thread_cpu_ns(const struct thread *thread);
struct trace_usage thread_usage(const struct thread *thread);

const char *thread_state_str(enum thread_state state);

/* Counters for vm.stats.  Context: thread, without the scheduler's lock. */
struct thread_counts {
    uint64_t created, exited, signals, preemptions, migrations;
    uint64_t threads; /* now */
};
struct thread_counts thread_counts(void);

/* --- Between thread.c and signals.c, under the scheduler's lock --- */

/* Sends a signal; tells who waits for children to look again; counts a signal. */
void thread_signal_locked(struct thread *thread, enum thread_signal signal);
void thread_tell_parents(void);
void thread_count_signal(void);
