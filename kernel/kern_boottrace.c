/* Boottrace in this kernel. */
#include "kernel/kern_boottrace.h"

#include "kernel/shutdown_log.h"
#include "kernel/thread.h"
#include "kernel/tracing.h"
#include "kernel/tunables.h"

/* Until the tunables are known everything is recorded. */
static struct boottrace boottrace = {&tracing_tracer, true, true, true};
static bool shutdown_trace;
static int32_t threshold_ms;
static uint64_t tslog_mode = 1; /* of debug.tslog_enabled */

static void obey(void)
{
    struct trace_switches on = tracing_tracer.on;
    on.sites = tunable(TUNABLE_TRACE_ENABLED) != 0;
    on.tslog = tslog_mode == 1 || (tslog_mode == 2 && boottrace.enabled);
    trace_tracer_switch(&tracing_tracer, on);
    boottrace_obey(&boottrace);
}

void kern_boottrace_settle(void)
{
    boottrace.enabled = tunable(TUNABLE_BOOTTRACE_ENABLED) != 0;
    boottrace.dotrace_kernel = tunable(TUNABLE_DOTRACE_KERNEL) != 0;
    boottrace.dotrace_user = tunable(TUNABLE_DOTRACE_USER) != 0;
    shutdown_trace = tunable(TUNABLE_SHUTDOWN_TRACE) != 0;
    threshold_ms = (int32_t)tunable(TUNABLE_SHUTDOWN_THRESHOLD);
    tslog_mode = tunable(TUNABLE_TSLOG);
    obey();
    if (!tracing_tracer.on.annotations)
        trace_tracer_reset(&tracing_tracer, TRACE_TABLE_BOOT, true);
    if (!tracing_tracer.on.tslog)
        trace_tracer_reset(&tracing_tracer, TRACE_TABLE_TSLOG, true);
}

static bool *place_of(enum kern_boottrace_switch which)
{
    switch (which) {
    case KERN_BOOTTRACE_ENABLED:
        return &boottrace.enabled;
    case KERN_BOOTTRACE_DOTRACE_KERNEL:
        return &boottrace.dotrace_kernel;
    case KERN_BOOTTRACE_DOTRACE_USER:
        return &boottrace.dotrace_user;
    case KERN_BOOTTRACE_SHUTDOWN_TRACE:
        break;
    }
    return &shutdown_trace;
}

bool kern_boottrace_is_on(enum kern_boottrace_switch which)
{
    return *place_of(which);
}

void kern_boottrace_turn(enum kern_boottrace_switch which, bool on)
{
    uint32_t flags = tracing_take_names();
    *place_of(which) = on;
    obey();
    tracing_release_names(flags);
}

uint64_t kern_boottrace_tslog_mode(void)
{
    return tslog_mode;
}

void kern_boottrace_set_tslog_mode(uint64_t mode)
{
    uint32_t flags = tracing_take_names();
    tslog_mode = mode;
    obey();
    tracing_release_names(flags);
}

int32_t kern_boottrace_threshold_ms(void)
{
    return __atomic_load_n(&threshold_ms, __ATOMIC_RELAXED);
}

void kern_boottrace_set_threshold_ms(int32_t ms)
{
    __atomic_store_n(&threshold_ms, ms, __ATOMIC_RELAXED);
}

uint64_t kern_boottrace_threshold(void)
{
    int32_t ms = kern_boottrace_threshold_ms();
    return ms <= 0 ? 0 : (uint64_t)ms * (tracing_clock()->tsc_hz / 1000);
}

typedef enum boottrace_status record_function(const struct boottrace *boottrace,
                                              const struct boottrace_source *source,
                                              const char *text, size_t length);

static enum boottrace_status record(record_function *function, const struct trace_usage *usage,
                                    const char *text, size_t length)
{
    if (!FIRSTLIGHT_TRACE)
        return BOOTTRACE_DISABLED;
    SDT_PROBE("boottrace", "event", "char *, size_t", sdt_pointer(text), length);
    uint32_t flags = tracing_take_names(); /* which also keeps the thread on its CPU */
    const struct boottrace_source source = {tracing_this_cpu(), cpu_tsc, usage};
    enum boottrace_status status = function(&boottrace, &source, text, length);
    tracing_release_names(flags);
    shutdown_log_update();
    return status;
}

/* The text is made only if somebody wants it. */
void kern_boottrace_note(uint64_t size, const char *format, ...)
{
    struct tracing_text text = {"-", 1};
    if (FIRSTLIGHT_TRACE && tracing_tracer.on.annotations) {
        va_list arguments;
        va_start(arguments, format);
        tracing_text_print(&text, format, arguments);
        va_end(arguments);
    }
    uint64_t blocks = (size + KERN_BOOTTRACE_BLOCK - 1) / KERN_BOOTTRACE_BLOCK;
    const struct trace_usage usage = {.in_blocks =
                                          blocks < UINT32_MAX ? (uint32_t)blocks : UINT32_MAX};
    (void)record(boottrace_kernel, &usage, text.bytes, text.length); /* the books tell of losses */
}

void kern_boottrace_program(const char *format, va_list arguments)
{
    struct tracing_text text = {"-", 1};
    if (FIRSTLIGHT_TRACE && boottrace.enabled && boottrace.dotrace_user)
        tracing_text_print(&text, format, arguments);
    const struct trace_usage usage = thread_usage(thread_current());
    (void)record(boottrace_program, &usage, text.bytes, text.length);
}

enum boottrace_status kern_boottrace_user(struct slice text)
{
    const struct trace_usage usage = thread_usage(thread_current());
    return record(boottrace_user, &usage, text.text, text.length);
}

void kern_boottrace_reset(void)
{
    uint32_t flags = tracing_take_names();
    boottrace_reset(&boottrace);
    tracing_release_names(flags);
}
