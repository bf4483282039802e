/* The end of a kernel that cannot go on. */
#include "kernel/panic.h"

#include <stdbool.h>

#include "kernel/anonymous.h"
#include "kernel/backtrace.h"
#include "kernel/console.h"
#include "kernel/cpu.h"
#include "kernel/fault.h"
#include "kernel/power.h"
#include "kernel/scheduler.h"
#include "kernel/smp.h"
#include "kernel/tracing.h"
#include "kernel/tslog.h"

/* How far the panic has come; a panic inside a panic skips what it has reached. */
static volatile enum {
    STAGE_NONE,
    STAGE_TELLING,       /* message and backtrace are being printed */
    STAGE_RECORDING,     /* its own events are being recorded */
    STAGE_DUMPING,       /* the tables are being written */
    STAGE_DUMPING_AGAIN, /* what is left of them, after a panic inside that */
    STAGE_VERDICT,       /* the verdict is being sent */
    STAGE_VERDICT_AGAIN, /* once more, after a panic inside that */
} stage;

static char reason[256];

void panic_prepare(void)
{
    cpu_interrupts_off();
    smp_stop_others();
    tracing_go_alone();
    if (!console_ready()) {
        const struct console_option option = console_option_default();
        console_init(&option);
    }
    console_take_over();
}

static void keep_reason(const char *format, va_list arguments)
{
    struct text_buffer buffer = {.bytes = reason, .size = sizeof reason};
    struct text_sink sink = text_buffer_sink(&buffer);
    text_print_list(&sink, format, arguments);
}

/* The events of the panic.  A panic inside this records them as well, and goes on to the tables if that fails, too. */
static void record(void)
{
    static struct trace_once event, tslog_event;
    stage = stage < STAGE_RECORDING ? STAGE_RECORDING : STAGE_DUMPING;
    trace_tracer_enter(&tracing_tracer, TRACE_PHASE_SHUTDOWN, scheduler_now());
    BOOTTRACE_ONCE("panic", &event);
    TSEVENT_ONCE("PANIC", &tslog_event);
    stage = STAGE_DUMPING;
}

/* A second time it goes on behind what was sent; whatever went wrong may have been in the text. */
static void dump(void)
{
    if (tracing_tracer.arena == NULL)
        return; /* nothing has been recorded yet */
    if (stage == STAGE_DUMPING) {
        stage = STAGE_DUMPING_AGAIN;
    } else {
        record();
        tracing_send_header();
        fault_happen_in_panic();
        anonymous_end();
    }
    tracing_dump();
}

_Noreturn void panic_from(uint32_t eip, uint32_t ebp, const char *format, ...)
{
    panic_prepare();
    power_exit_decided(); /* everything has been said */
    if (stage < STAGE_TELLING) {
        stage = STAGE_TELLING;
        va_list arguments;
        va_start(arguments, format);
        keep_reason(format, arguments);
        va_end(arguments);
        log_line("\npanic: %s", reason);
        backtrace_print(eip, ebp);
    } else {
        log_line("\npanic inside the panic, at %08x %s", eip, backtrace_symbol_of(eip).name);
    }
    if (stage < STAGE_DUMPING_AGAIN)
        dump();
    if (stage < STAGE_VERDICT || (stage == STAGE_VERDICT && !tracing_verdict_is_sent())) {
        stage = stage < STAGE_VERDICT ? STAGE_VERDICT : STAGE_VERDICT_AGAIN;
        tracing_send_verdict("panic", reason);
    }
    power_exit(POWER_EXIT_PANIC);
}
