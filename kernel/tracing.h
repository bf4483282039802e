/* The kernel's one tracer: static sites, boottrace events, phases, and the dump.
 *
 * Usable from the first line of C: a static arena takes the events until the memory map
 * and the command line have been read, and tracing_settle() takes them along. */
#pragma once

#include <stdarg.h>
#include <stddef.h>

#include "boot/slice.h"
#include "kernel/cpu.h"
#include "trace/tracer.h"

extern struct trace_tracer tracing_tracer;

static inline struct trace_cpu *tracing_this_cpu(void)
{
    return &tracing_tracer.cpu[0];
}

/* Records an event of a static site.  Context: any, including NMI. */
#define TRACE_EVENT(text)                                                                          \
    do {                                                                                           \
        TRACE_SITE(trace_event_site, text);                                                        \
        trace_cpu_record_now(tracing_this_cpu(), &trace_event_site, cpu_tsc);                      \
    } while (0)

/* Starts tracing; the stamp of the first instruction becomes event 0, and the task "kernel" with
 * pid 0 runs. */
void tracing_start(uint64_t entry_tsc);

/* Moves into an arena of the configured size, in memory that nobody else uses; called again, it
 * moves on if the configuration has changed since. */
void tracing_settle(void);

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

/* Makes a task for a new process.  Context: thread. */
uint16_t tracing_add_task(uint32_t pid, const char *name, size_t length);

const struct trace_clock *tracing_clock(void);
void tracing_set_clock(const struct trace_clock *clock);

/* What the host is told as soon as it is known. */
struct stream_module;
void tracing_send_header(void);
void tracing_send_config(const char *key, const char *value, size_t length);
void tracing_send_module(const struct stream_module *module);

/* Prints the tables and their books, and sends them as frames.  Called again by a panic inside it,
 * it goes on with what has not been sent. */
void tracing_dump(void);

/* The last frame of the run. */
void tracing_send_verdict(const char *status, const char *reason);
