/* The kernel's one tracer: static sites, boottrace events, phases, and the dump.
 *
 * Usable from the first line of C: a static arena takes the events until the memory map
 * and the command line have been read, and tracing_settle() takes them along. */
#pragma once

#include <stdarg.h>
#include <stddef.h>

#include "boot/slice.h"
#include "kernel/percpu.h"
#include "trace/text.h"
#include "trace/tracer.h"

extern struct trace_tracer tracing_tracer;

/* This CPU's way to its tables.  It stays this CPU's only while preemption or interrupts are off. */
static inline struct trace_cpu *tracing_this_cpu(void)
{
    return cpu_local_trace();
}

/* Records an event of a static site.  Preemption is off meanwhile: a recording belongs to its CPU,
 * and writers on one CPU must nest (trace/table.h).  Context: any, including NMI. */
#define TRACE_EVENT(text)                                                                          \
    do {                                                                                           \
        TRACE_SITE(trace_event_site, text);                                                        \
        preemption_disable();                                                                      \
        trace_cpu_record_now(tracing_this_cpu(), &trace_event_site, cpu_tsc);                      \
        preemption_enable();                                                                       \
    } while (0)

/* Starts tracing; the stamp of the first instruction becomes event 0, and the task "kernel" with
 * pid 0 runs. */
void tracing_start(uint64_t entry_tsc);

/* Moves into an arena of the configured size, in memory that nobody else uses; called again, it
 * moves on if the configuration has changed since. */
void tracing_settle(void);

enum trace_phase tracing_phase(void);

/* Enters a phase and tells the host. */
void tracing_enter(enum trace_phase phase);

/* Records a boottrace event of the task that runs, with the usage of its process.  Context:
 * thread. */
void tracing_boottrace(const struct trace_usage *usage, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));

/* Records an event of the kernel whose text is made here, with `size` bytes as the blocks that
 * it has read. It goes the way of static sites, and its text is made only if the table has room
 * for it. Context: thread. */
void tracing_note(uint64_t size, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* What of a name fits into such a text beside a phrase: all of it or, for a long one, a phrase. */
static inline struct slice tracing_name(struct slice name)
{
    return name.length <= TRACE_NAME_LENGTH_MAX - 95 ? name : (struct slice){"(a long name)", 13};
}

/* The id of a name, which is text with an end.  Context: thread. */
uint16_t tracing_intern(const char *name);

/* Makes a task for a new process.  Context: thread. */
uint16_t tracing_add_task(uint32_t pid, const char *name, size_t length);

/* CPUs that have tables. */
uint32_t tracing_cpus(void);

/* From here on there is nobody else to wait for: all other CPUs are stopped, interrupts are off. */
void tracing_go_alone(void);

uint64_t tracing_entry_tsc(void); /* of the first instruction */
const struct trace_clock *tracing_clock(void);
void tracing_set_clock(const struct trace_clock *clock);

/* A CPU's offset has been measured. */
void tracing_set_cpu_clock(const struct percpu *cpu);

/* What the host is told as soon as it is known. */
struct stream_module;
void tracing_send_header(void);
void tracing_send_config(const char *key, const char *value, size_t length);
void tracing_send_module(const struct stream_module *module);

/* Prints every event of every table, and the books of all tables, while tracing goes on; the
 * cursors are memory to work in, TRACE_CPUS_MAX of them.  Context: thread. */
struct log_cursor;
void tracing_print_log(const struct text_sink *sink, struct log_cursor *cursors);
void tracing_print_books(const struct text_sink *sink);

/* Prints the tables and their books, and sends them as frames.  Called again by a panic inside it,
 * it goes on with what has not been sent. */
void tracing_dump(void);

/* The last frame of the run. */
void tracing_send_verdict(const char *status, const char *reason);
