/* The memory that it takes to print a log. */
#include "kernel/log_printer.h"

#include "kernel/thread.h"

enum {
    NOBODY = UINT32_MAX,
};

/* The borrower is known by its pid, and nobody waits for it. */
static struct log_cursor cursors[TRACE_CPUS_MAX]; /* too large for a stack */
static uint32_t printer = NOBODY;

static bool is_alive(uint32_t pid)
{
    const struct thread *thread = pid == NOBODY ? NULL : thread_find(pid);
    return thread != NULL && thread->state != THREAD_DEAD;
}

struct log_cursor *log_printer_claim(const struct text_sink *sink)
{
    uint32_t before = __atomic_load_n(&printer, __ATOMIC_ACQUIRE);
    bool mine =
        !is_alive(before) && __atomic_compare_exchange_n(&printer, &before, thread_current()->pid,
                                                         false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
    if (!mine)
        text_print(sink, "(another process is reading the log)\n");
    return mine ? cursors : NULL;
}

void log_printer_release(void)
{
    __atomic_store_n(&printer, (uint32_t)NOBODY, __ATOMIC_RELEASE);
}

void log_printer_print(const struct text_sink *sink, const struct tracing_print *how)
{
    struct log_cursor *memory = log_printer_claim(sink);
    if (memory == NULL)
        return;
    tracing_print_tables(sink, how, memory);
    log_printer_release();
}
