/* What the machine under the tracing runtime tells and does.  A kernel fills this in once; tests and flight
 * have their own.
 *
 * Context of every function: inside a probe, with interrupts off on this CPU, perhaps in an NMI: no locks, no
 * waiting, no probe of their own. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Who runs on this CPU. */
struct dtrace_current {
    uint64_t curthread; /* an address, or any number that is the thread's own and not 0 */
    uint32_t pid, tid, ppid, uid, gid;
    uint32_t ipl;                    /* 0: a thread; higher: an interrupt */
    int32_t error;                   /* errno of the present system call */
    const char *execname, *zonename; /* never NULL */
    const char *threadname;          /* NULL: it has none */
};

/* Kinds of locks, as programs ask for them. */
enum dtrace_lock_kind {
    DTRACE_LOCK_NONE,
    DTRACE_LOCK_ADAPTIVE,
    DTRACE_LOCK_SPIN,
    DTRACE_LOCK_RW
};

/* What stands behind an address that a program takes for a lock. */
struct dtrace_lock {
    enum dtrace_lock_kind kind;
    uint64_t owner; /* thread, 0: nobody; of a spin lock always 0 */
    bool held;      /* a spin lock: taken; a reader-writer lock: for writing */
    uint32_t readers;
};

/* What an environment is asked to do. */
enum dtrace_destructive {
    DTRACE_STOP,
    DTRACE_BREAKPOINT,
    DTRACE_PANIC
};

struct dtrace_environment {
    void *context;
    uint64_t (*timestamp)(void *context);     /* ns, monotonic, of this CPU or all */
    uint64_t (*walltimestamp)(void *context); /* ns since 1970 */
    uint64_t (*vtimestamp)(void *context);    /* ns of CPU time of the current thread */
    void (*current)(void *context, struct dtrace_current *current);

    /* Where the bytes [address, address + size) can be read: NULL unless all of them are ordinary memory. */
    const uint8_t *(*memory)(void *context, uint64_t address, uint64_t size);

    /* Arguments from 10 on, and those from 5 on that the firing did not bring; 0 if there is none. */
    uint64_t (*argument)(void *context, const void *frame, uint32_t index);

    /* Return addresses, the innermost first, from the frame in which the probe fired; gives how many, `room` at
     * most, or, with pcs NULL, how many there are. */
    uint32_t (*stack)(void *context, const void *frame, uint64_t *pcs, uint32_t room);

    bool (*lock)(void *context, uint64_t address, struct dtrace_lock *lock); /* false: no memory */
    bool (*is_progeny)(void *context, uint32_t pid); /* of the current process, itself included */
    void (*chill)(void *context, uint64_t ns);
    void (*destroy)(void *context, enum dtrace_destructive what);

    /* Sends the current process a signal, at the latest when it leaves the kernel; false: there is no such
     * signal.  0 is none, and done; so is every signal where no process runs. */
    bool (*raise)(void *context, uint64_t signal);
};
