/* TSLOG: entries and exits of functions, threads, waits, and what happens between them, each with its
 * time, in a table of its own beside the phases.
 *
 * A record's name is its type and text, as FreeBSD's debug.tslog prints them: "ENTER f[ s]",
 * "EXIT f[ s]", "THREAD name", "EVENT WAIT topic", "EVENT ..."; its thread is the record's task.
 *
 * The macros take literals: each use is a static site, which is switched by debug.tslog_enabled and
 * costs, while off, a pointer load and a count.  Context: any, including NMI. */
#pragma once

#include "boot/slice.h"
#include "kernel/tracing.h"

#define TSENTER(function)         TRACE_INTO(tslog, "ENTER " function)
#define TSENTER_AT(function, tsc) TRACE_INTO_AT(tslog, "ENTER " function, tsc)
#define TSEXIT(function)          TRACE_INTO(tslog, "EXIT " function)
#define TSEVENT(text)             TRACE_INTO(tslog, "EVENT " text)
#define TSEVENT_ONCE(text, once)  TRACE_ONCE_INTO(tslog, "EVENT " text, once)

/* Enters here and exits wherever the block is left; once in a block, among its declarations.
 *
 *     TSSCOPE("paging_init");
 */
#if FIRSTLIGHT_TRACE
#define TSSCOPE(function)                                                                          \
    TRACE_SITE(tslog_scope_exit, "EXIT " function);                                                \
    TSENTER(function);                                                                             \
    __attribute__((cleanup(tslog_leave_scope), unused)) const struct trace_site *tslog_scope =     \
        &tslog_scope_exit
#else
#define TSSCOPE(function) (void)0
#endif

/* What threads wait for or hold, as a wait queue or a mutex knows it (kernel/wait_queue.h):
 *
 *     TSLOG_TOPIC(child_topic, "child");
 */
struct tslog_topic {
    struct trace_site wait;
    struct trace_site unwait;
    struct trace_site hold;
    struct trace_site release;
};
#define TSLOG_TOPIC(variable, topic)                                                               \
    static struct tslog_topic variable                                                             \
        __attribute__((section("trace_sites"), used, aligned(sizeof(void *)))) = {                 \
            {.name = "EVENT WAIT " topic},                                                         \
            {.name = "EVENT UNWAIT " topic},                                                       \
            {.name = "EVENT HOLD " topic},                                                         \
            {.name = "EVENT RELEASE " topic},                                                      \
    }

/* Records one event of a site.  Context: any, including NMI. */
static inline void tslog_site(const struct trace_site *site)
{
#if FIRSTLIGHT_TRACE
    preemption_disable();
    const struct trace_cpu *cpu = tracing_this_cpu();
    trace_cpu_record_now(cpu, cpu->tslog, site, cpu_tsc);
    preemption_enable();
#else
    (void)site;
#endif
}

static inline void tslog_leave_scope(const struct trace_site *const *exit)
{
    tslog_site(*exit);
}

/* The same with text that is made at run time.  It is interned, so it is kept whole or refused
 * (trace/names.h), and costs a name: only where there are few of them.  Nothing is interned while TSLOG
 * is off, or when its table is full.  Context: thread. */
void tslog_event(const char *what, struct slice argument); /* "EVENT what[ argument]" */

/* Calls `call` between its entry and its exit. */
void tslog_call(const char *function, const char *argument, void (*call)(void));

/* The birth of a thread: a record of the new thread's task, by whoever makes it. */
void tslog_thread(uint16_t task, const char *name);

/* The calling process ends. */
void tslog_process_exit(int status);
