/* sysctls: what the tracer has recorded, and what it lost. */
#include "kernel/log_printer.h"
#include "kernel/sysctl.h"
#include "kernel/tracing.h"

static void read_log(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    (void)oid;
    log_printer_print(sink, &(struct tracing_print){
                                .first = TRACE_TABLE_BOOT,
                                .last = TRACE_TABLE_SHUTDOWN,
                                .all = true,
                            });
}

static void read_books(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    (void)oid;
    tracing_print_books(sink);
}

SYSCTL_OID(log, .name = "kern.trace.log",
           .help = "Every event in the boot, run and shutdown tables, as text",
           .kind = SYSCTL_STRING, .flags = SYSTEM_SYSCTL_SKIP, .read = read_log);
SYSCTL_OID(books, .name = "kern.trace.books",
           .help = "Events emitted, kept, overwritten, dropped and filtered, one line a table",
           .kind = SYSCTL_STRING, .read = read_books);

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
           .kind = SYSCTL_STRING, .read = read_phase);
SYSCTL_OID(names_refused, .name = "kern.trace.names_refused",
           .help = "Names that were too long or did not fit; their events have none",
           .kind = SYSCTL_UNSIGNED, .read = read_names_refused);
SYSCTL_OID(tasks_refused, .name = "kern.trace.tasks_refused",
           .help = "Processes that did not fit; their events have none", .kind = SYSCTL_UNSIGNED,
           .read = read_tasks_refused);

/* --- The books of each table, number by number --- */

enum account {
    EMITTED,
    KEPT,
    OVERWRITTEN,
    DROPPED,
    FILTERED,
    ACCOUNTS,
};

/* `data` is table * ACCOUNTS + account. */
static void read_account(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    const struct trace_books books =
        tracing_books((enum trace_table_id)((uintptr_t)oid->data / ACCOUNTS));
    const uint64_t accounts[] = {books.emitted, books.kept, books.overwritten, books.dropped,
                                 books.filtered};
    sysctl_print_unsigned(sink, accounts[(uintptr_t)oid->data % ACCOUNTS]);
}

#define ACCOUNT(table, oid_name, id, account, what)                                                \
    SYSCTL_OID(table##_##account, .name = (oid_name), .help = (what), .kind = SYSCTL_UNSIGNED,     \
               .read = read_account, .data = (void *)((id)*ACCOUNTS + (account)))

#define BOOKS(table, node, id)                                                                     \
    ACCOUNT(table, node ".emitted", id, EMITTED, "Events that the table was given");               \
    ACCOUNT(table, node ".kept", id, KEPT, "Events that it holds");                                \
    ACCOUNT(table, node ".overwritten", id, OVERWRITTEN, "Events that later ones replaced");       \
    ACCOUNT(table, node ".dropped", id, DROPPED, "Events for which there was no room");            \
    ACCOUNT(table, node ".filtered", id, FILTERED, "Events that were not wanted")

BOOKS(boot, "kern.boottrace.boot", TRACE_TABLE_BOOT);
BOOKS(run, "kern.boottrace.run", TRACE_TABLE_RUN);
BOOKS(shutdown, "kern.boottrace.shutdown", TRACE_TABLE_SHUTDOWN);

ACCOUNT(tslog, "debug.tslog_emitted", TRACE_TABLE_TSLOG, EMITTED, "TSLOG records that were made");
ACCOUNT(tslog, "debug.tslog_kept", TRACE_TABLE_TSLOG, KEPT, "TSLOG records that the table holds");
ACCOUNT(tslog, "debug.tslog_dropped", TRACE_TABLE_TSLOG, DROPPED,
        "TSLOG records for which there was no room");
ACCOUNT(tslog, "debug.tslog_filtered", TRACE_TABLE_TSLOG, FILTERED,
        "TSLOG records that were not wanted");
