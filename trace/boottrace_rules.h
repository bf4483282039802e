/* Boottrace: what its switches let through, and how a text that a user writes becomes process and
 * event.  Names, switches and errors are boottrace(4)'s; docs/boottrace.md says where the rules differ,
 * and why.
 *
 * Pure logic over the tracer: the embedding calls it, one thread at a time, and reads the time. */
#pragma once

#include "trace/tracer.h"

#define BOOTTRACE_PROCESS_MAX 23u /* bytes of a process before the first ':' */

enum boottrace_status {
    BOOTTRACE_OK = 0,
    BOOTTRACE_DISABLED,   /* kern.boottrace.enabled is 0: counted as filtered */
    BOOTTRACE_NOT_TRACED, /* kern.boottrace.dotrace_user or dotrace_kernel is: counted as filtered */
    BOOTTRACE_BAD_TEXT,   /* a user's: no event, or one of more than TRACE_NAME_LENGTH_MAX bytes */
    BOOTTRACE_LOST,       /* the table is full: counted as dropped */
};
const char *boottrace_status_str(enum boottrace_status status);

/* The switches of boottrace (kern.boottrace.*), and the tracer that obeys them. */
struct boottrace {
    struct trace_tracer *tracer;
    bool enabled;
    bool dotrace_kernel;
    bool dotrace_user;
};

/* Lets the tracer know of the switches: the kernel's static annotations obey it from here on. */
void boottrace_obey(const struct boottrace *boottrace);

/* Where an event comes from. */
struct boottrace_source {
    struct trace_cpu *cpu; /* stays this one until the event is recorded */
    uint64_t (*now)(void);
    const struct trace_usage *usage; /* of the process */
};

/* Records an event of the kernel, or of a program by its own name.  Nobody hears of a text that is too
 * long, so its event is recorded all the same, and its name is one that was refused.
 * Context: one thread at a time. */
enum boottrace_status boottrace_kernel(const struct boottrace *boottrace,
                                       const struct boottrace_source *source, const char *event,
                                       size_t length);
enum boottrace_status boottrace_program(const struct boottrace *boottrace,
                                        const struct boottrace_source *source, const char *event,
                                        size_t length);

/* The parts of "process:event". */
struct boottrace_text {
    const char *process;
    size_t process_length; /* 0: not named */
    const char *event;
    size_t length;
};

/* What stands before the first ':' is a process if it is a name: 1 to BOOTTRACE_PROCESS_MAX bytes, all
 * printable, no blanks.  ":event" leaves the process to be known from the writer; anything else is an
 * event as a whole.  Blanks before the event and one newline at the end are no part of it. */
struct boottrace_text boottrace_split(const char *text, size_t length);

/* Records what a user wrote. */
enum boottrace_status boottrace_user(const struct boottrace *boottrace,
                                     const struct boottrace_source *source, const char *text,
                                     size_t length);

/* Makes boot, run and shutdown tables empty, with books that begin anew; the phase stays. */
void boottrace_reset(const struct boottrace *boottrace);
