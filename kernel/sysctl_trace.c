/* sysctls: what the tracer has recorded, and what it lost. */
#include "kernel/sysctl.h"
#include "kernel/thread.h"
#include "kernel/tracing.h"
#include "trace/log_text.h"

enum {
    NOBODY = UINT32_MAX,
};

/* One thread at a time prints the log.  It is known by its pid, and nobody waits for it: it may be
 * stopped while it prints, and one that ends in it leaves the place to the next. */
static struct log_cursor cursors[TRACE_CPUS_MAX]; /* too large for a stack */
static uint32_t printer = NOBODY;

static bool is_alive(uint32_t pid)
{
    const struct thread *thread = pid == NOBODY ? NULL : thread_find(pid);
    return thread != NULL && thread->state != THREAD_DEAD;
}

static bool claim_cursors(void)
{
    uint32_t before = __atomic_load_n(&printer, __ATOMIC_ACQUIRE);
    return !is_alive(before) &&
           __atomic_compare_exchange_n(&printer, &before, thread_current()->pid, false,
                                       __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

static void read_log(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    (void)oid;
    if (!claim_cursors()) {
        text_print(sink, "(process %u is reading the log)\n", (unsigned)printer);
        return;
    }
    tracing_print_log(sink, cursors);
    __atomic_store_n(&printer, (uint32_t)NOBODY, __ATOMIC_RELEASE);
}

static void read_books(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    (void)oid;
    tracing_print_books(sink);
}

SYSCTL_OID(log, .name = "kern.trace.log",
           .help = "Every event in the boot, run and shutdown tables, as text",
           .kind = SYSCTL_STRING, .flags = SYSTEM_SYSCTL_READ | SYSTEM_SYSCTL_SKIP,
           .read = read_log);
SYSCTL_OID(books, .name = "kern.trace.books",
           .help = "Events emitted, kept, overwritten, dropped and filtered, one line a table",
           .kind = SYSCTL_STRING, .flags = SYSTEM_SYSCTL_READ, .read = read_books);

static void read_phase(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    (void)oid;
    text_print(sink, "%s", trace_phase_name((enum trace_phase)tracing_tracer.arena->phase));
}

static void read_names_refused(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    (void)oid;
    sysctl_print_unsigned(sink, trace_arena_names(tracing_tracer.arena)->refused);
}

static void read_tasks_refused(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    (void)oid;
    sysctl_print_unsigned(sink, trace_arena_tasks(tracing_tracer.arena)->refused);
}

SYSCTL_OID(phase, .name = "kern.trace.phase", .help = "What the system is doing",
           .kind = SYSCTL_STRING, .flags = SYSTEM_SYSCTL_READ, .read = read_phase);
SYSCTL_OID(names_refused, .name = "kern.trace.names_refused",
           .help = "Names that were too long or did not fit; their events have none",
           .kind = SYSCTL_UNSIGNED, .flags = SYSTEM_SYSCTL_READ, .read = read_names_refused);
SYSCTL_OID(tasks_refused, .name = "kern.trace.tasks_refused",
           .help = "Processes that did not fit; their events have none", .kind = SYSCTL_UNSIGNED,
           .flags = SYSTEM_SYSCTL_READ, .read = read_tasks_refused);
