/* The kernel's one tracer: static sites, boottrace events, phases, and the dump.
 *
 * Usable from the first line of C: a static arena takes the events until the memory map
 * and the command line have been read, and tracing_settle() takes them along. */
#pragma once

#include <stdarg.h>
#include <stddef.h>

#include "kernel/percpu.h"
#include "kernel/sdt.h"
#include "trace/log_text.h"
#include "trace/text.h"
#include "trace/tracer.h"

/* 0: a kernel without tracing (make TRACE=0), to compare with.  The tables are there, and stay empty. */
#ifndef FIRSTLIGHT_TRACE
#define FIRSTLIGHT_TRACE 1
#endif

/* The one tracer, for the macros below and for who reads tables. */
extern struct trace_tracer tracing_tracer;

/* This CPU's way to its tables.  It stays this CPU's only while preemption or interrupts are off. */
static inline struct trace_cpu *tracing_this_cpu(void)
{
    return cpu_local_trace();
}

/* Records an event of a static site in one of this CPU's tables (`sites`, `annotations`, `tslog`).
 * Preemption is off meanwhile: a recording belongs to its CPU, and writers on one CPU must nest
 * (trace/table.h).  Context: any, including NMI. */
#if FIRSTLIGHT_TRACE
#define TRACE_INTO(way, text)                                                                      \
    do {                                                                                           \
        TRACE_SITE(trace_event_site, text);                                                        \
        preemption_disable();                                                                      \
        const struct trace_cpu *trace_event_cpu = tracing_this_cpu();                              \
        trace_cpu_record_now(trace_event_cpu, trace_event_cpu->way, &trace_event_site, cpu_tsc);   \
        preemption_enable();                                                                       \
    } while (0)

/* The same for what may be cut off by a panic and done again: the event is there once.  Context: panic. */
#define TRACE_ONCE_INTO(way, text, once)                                                           \
    do {                                                                                           \
        TRACE_SITE(trace_event_site, text);                                                        \
        const struct trace_cpu *trace_event_cpu = tracing_this_cpu();                              \
        trace_cpu_record_once(trace_event_cpu, trace_event_cpu->way, &trace_event_site, cpu_tsc,   \
                              once);                                                               \
    } while (0)

/* The same at a time that is known. */
#define TRACE_INTO_AT(way, text, tsc)                                                              \
    do {                                                                                           \
        TRACE_SITE(trace_event_site, text);                                                        \
        const struct trace_cpu *trace_event_cpu = tracing_this_cpu();                              \
        trace_cpu_record_at(trace_event_cpu, trace_event_cpu->way, &trace_event_site, tsc);        \
    } while (0)

#define TRACING_PROBE(text) SDT_PROBE("boottrace", "event", "char *, size_t", sdt_pointer(text), 0)
#else
#define TRACING_PROBE(text)                                                                        \
    do {                                                                                           \
    } while (0)
#define TRACE_INTO(way, text)                                                                      \
    do {                                                                                           \
    } while (0)
#define TRACE_ONCE_INTO(way, text, once) ((void)(once))
#define TRACE_INTO_AT(way, text, tsc)    ((void)(tsc))
#endif

/* A plain event, switched by trace.enabled. */
#define TRACE_EVENT(text) TRACE_INTO(sites, text)

/* A boottrace event of the kernel, without a process's usage: switched by kern.boottrace.enabled and
 * kern.boottrace.dotrace_kernel, too.  It is a static probe besides, which neither switches.  The text is
 * the event as it stands: a colon in it names no process, as it does in what is written to a sysctl. */
#define BOOTTRACE(text)                                                                            \
    do {                                                                                           \
        TRACING_PROBE(text);                                                                       \
        TRACE_INTO(annotations, text);                                                             \
    } while (0)
#define BOOTTRACE_ONCE(text, once)                                                                 \
    do {                                                                                           \
        TRACING_PROBE(text);                                                                       \
        TRACE_ONCE_INTO(annotations, text, once);                                                  \
    } while (0)
#define BOOTTRACE_AT(text, tsc)                                                                    \
    do {                                                                                           \
        TRACING_PROBE(text);                                                                       \
        TRACE_INTO_AT(annotations, text, tsc);                                                     \
    } while (0)

/* Starts tracing; the stamp of the first instruction becomes event 0, and the task "kernel" with
 * pid 0 runs. */
void tracing_start(uint64_t entry_tsc);

/* Moves into an arena of the configured size, in memory that nobody else uses; called again, it
 * moves on if the configuration has changed since. */
void tracing_settle(void);

/* The present one.  Context: any. */
enum trace_phase tracing_phase(void);

/* Enters a phase and tells the host. */
void tracing_enter(enum trace_phase phase);

/* Enters multi-user operation, also from a shutdown that led to single-user operation.  Context:
 * thread. */
void tracing_enter_run_time(void);

/* Enters the shutdown from which nothing leads back.  Context: thread. */
void tracing_enter_end(void);

/* A name that is made at run time, with room for one byte more than it may have: what is too long is refused
 * whole, not cut. */
struct tracing_text {
    char bytes[TRACE_NAME_LENGTH_MAX + 2];
    size_t length;
};
void tracing_text_print(struct tracing_text *text, const char *format, va_list arguments);

/* The id of a name, which is text with an end.  Context: thread. */
uint16_t tracing_intern(const char *name);

/* Makes a task for a new process; `parent` is the task that starts it, 0: nobody.  Context: thread. */
struct tracing_task {
    uint32_t pid;
    const char *name;
    size_t length;
    uint16_t parent;
};
uint16_t tracing_add_task(const struct tracing_task *task);

/* Whoever adds names, tasks or boottrace events is alone between these.  Context: thread. */
uint32_t tracing_take_names(void);
void tracing_release_names(uint32_t flags);

/* CPUs that have tables. */
uint32_t tracing_cpus(void);

/* From here on there is nobody else to wait for: all other CPUs are stopped, interrupts are off. */
void tracing_go_alone(void);
bool tracing_is_alone(void);

uint64_t tracing_entry_tsc(void); /* of the first instruction */
/* What is known of the rate. */
const struct trace_clock *tracing_clock(void);

/* At the rate of the TSC; 0 while nobody knows it. */
uint64_t tracing_ns(uint64_t cycles);

/* `ns` are so few that 64 bits hold the cycles: of 2^56 they do.  Inline, as most spans are constants. */
static inline uint64_t tracing_cycles(uint64_t ns)
{
    uint64_t hz = tracing_clock()->tsc_hz;
    return ns / 1000000000 * hz + ns % 1000000000 * hz / 1000000000;
}

/* The clock as it is known from now on; the records stay as they are. */
void tracing_set_clock(const struct trace_clock *clock);

/* A CPU's offset has been measured. */
void tracing_set_cpu_clock(const struct percpu *cpu);

/* What the host is told as soon as it is known. */
struct stream_module;
void tracing_send_header(void);
void tracing_send_config(const char *key, const char *value, size_t length);
void tracing_send_count(const char *key, uint64_t count); /* the same, in decimal */
void tracing_send_module(const struct stream_module *module);

/* Prints tables while tracing goes on, those from `first` to `last`; the cursors are memory to work
 * in, TRACE_CPUS_MAX of them.  Context: thread. */
struct tracing_print {
    enum log_form form;
    enum trace_table_id first, last;
    bool all;                    /* every row */
    bool all_of_shutdown;        /* every row of the shutdown table */
    uint64_t shutdown_threshold; /* cycles, of the shutdown table */
};
void tracing_print_tables(const struct text_sink *sink, const struct tracing_print *how,
                          struct log_cursor *cursors);
/* The books of a table, of all CPUs together. */
struct trace_books tracing_books(enum trace_table_id id);
void tracing_print_books(const struct text_sink *sink);

/* Prints the tables and their books, and sends them as frames.  Called again by a panic inside it,
 * it goes on with what has not been sent. */
void tracing_dump(void);

/* Sends what probes have recorded; again, it goes on with what has not been sent. */
struct dtrace_source;
void tracing_send_dtrace(const struct dtrace_source *source);

/* The last frame of the run. */
void tracing_send_verdict(const char *status, const char *reason);

/* Whether the verdict that was begun last has got out whole: a panic may have cut it off. */
bool tracing_verdict_is_sent(void);
