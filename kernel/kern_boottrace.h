/* Boottrace in this kernel: its switches at run time, and the ways in for the kernel, for programs and
 * for what users write.  The rules are in trace/boottrace_rules.h; sysctl_boottrace.c shows them. */
#pragma once

#include <stdarg.h>
#include <stddef.h>

#include "boot/slice.h"
#include "trace/boottrace_rules.h"

/* Obeys the tunables, once all of them have been read.  What was recorded until then was provisional:
 * without wish it is counted as filtered. */
void kern_boottrace_settle(void);

enum kern_boottrace_switch {
    KERN_BOOTTRACE_ENABLED,
    KERN_BOOTTRACE_DOTRACE_KERNEL,
    KERN_BOOTTRACE_DOTRACE_USER,
    KERN_BOOTTRACE_SHUTDOWN_TRACE, /* print the shutdown table */
};
/* As it was set last. */
bool kern_boottrace_is_on(enum kern_boottrace_switch which);
void kern_boottrace_turn(enum kern_boottrace_switch which, bool on); /* Context: thread */

/* debug.tslog_enabled: 0 off, 1 on, 2 as long as boottrace is enabled.  Context: thread. */
uint64_t kern_boottrace_tslog_mode(void);
void kern_boottrace_set_tslog_mode(uint64_t mode);

/* From how many ms on an event of the shutdown is printed; 0 or less: each is.  Context: thread; on
 * any CPU. */
int32_t kern_boottrace_threshold_ms(void);
void kern_boottrace_set_threshold_ms(int32_t ms);
uint64_t kern_boottrace_threshold(void); /* cycles */

enum {
    KERN_BOOTTRACE_BLOCK = 512, /* bytes that count as one block read */
};

/* Records an event of the kernel whose text is made here, with `size` bytes as blocks that it has
 * read.  A static text is cheaper: BOOTTRACE in kernel/tracing.h.  Context: thread. */
void kern_boottrace_note(uint64_t size, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* What of a name fits into such a text beside a phrase: all of it or, for a long one, a phrase. */
static inline struct slice kern_boottrace_name(struct slice name)
{
    return name.length <= TRACE_NAME_LENGTH_MAX - 95 ? name : (struct slice){"(a long name)", 13};
}

/* Records an event of the calling process.  Context: thread. */
void kern_boottrace_program(const char *format, va_list arguments)
    __attribute__((format(printf, 1, 0)));
enum boottrace_status kern_boottrace_user(struct slice text);

/* Empties the three tables.  Context: thread. */
void kern_boottrace_reset(void);
