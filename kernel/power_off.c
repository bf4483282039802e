/* The last things that happen, in the order of FreeBSD's kern_reboot and with its events. */
#include "kernel/power_off.h"

#include "kernel/anonymous.h"
#include "kernel/console.h"
#include "kernel/fault.h"
#include "kernel/kern_boottrace.h"
#include "kernel/power.h"
#include "kernel/scheduler.h"
#include "kernel/smp.h"
#include "kernel/thread.h"
#include "kernel/timer.h"
#include "kernel/tracing.h"
#include "kernel/tslog.h"

static bool begun;

bool power_off_has_begun(void)
{
    return __atomic_load_n(&begun, __ATOMIC_ACQUIRE);
}

/* Until the machine ends.  Signals neither end this nor keep it from sleeping. */
_Noreturn static void wait_for_the_end(void)
{
    for (;;) {
        thread_obey_signals();
        (void)thread_take_signal();
        (void)thread_sleep_ns(THREAD_FOREVER);
    }
}

/* From here on no process starts, and every event goes into the shutdown table. */
static void begin(void)
{
    if (__atomic_exchange_n(&begun, true, __ATOMIC_ACQ_REL))
        wait_for_the_end();
    tracing_enter_end();
    if (thread_current()->pid == THREAD_INIT)
        kern_boottrace_note(0, "kernel shutdown (clean) started");
    else
        kern_boottrace_note(0, "kernel shutdown (dirty) started");
}

static void say_how(enum system_reboot how)
{
    switch (how) {
    case SYSTEM_POWER_OFF:
        kern_boottrace_note(0, "system powering off...");
        break;
    case SYSTEM_HALT:
        kern_boottrace_note(0, "system halting...");
        break;
    case SYSTEM_RESTART:
        kern_boottrace_note(0, "system rebooting...");
        break;
    }
    kern_boottrace_note(0, "shutdown pre sync complete");
}

/* The boot filesystem cannot be written to, so nothing of these files can be lost. */
static void count_open_files(void)
{
    uint32_t files = 0, processes = 0;
    for (uint32_t place = 0; place < thread_places(); place++) {
        const struct thread *thread = thread_at(place);
        uint32_t open = thread->state == THREAD_FREE || thread->state == THREAD_DEAD
                            ? 0
                            : (uint32_t)__builtin_popcount(thread->open_files);
        files += open;
        processes += open > 0;
    }
    if (files > 0)
        log_line("shutdown: files left open: %u, by processes: %u", files, processes);
}

/* What has to go to a device is what waits for the line. */
static void shut_buffers_down(void)
{
    kern_boottrace_note(0, "bufshutdown begin");
    if (console_sync())
        kern_boottrace_note(0, "shutdown sync complete");
    else
        kern_boottrace_note(0, "shutdown failed to sync buffers");
    count_open_files();
    kern_boottrace_note(0, "shutdown unmounted all filesystems");
    kern_boottrace_note(0, "bufshutdown end");
}

/* Nobody but this CPU from here on. */
static void be_alone(void)
{
    TSSCOPE("be_alone");
    cpu_interrupts_off();
    smp_stop_others();
    timer_stop();
    tracing_go_alone();
    console_take_over();
    kern_boottrace_note(0, "timer stopped");
    kern_boottrace_note(0, "shutdown post sync complete");
}

static void send_times(void)
{
    const struct scheduler_times times = scheduler_times_of_all();
    tracing_send_count("idle_cycles", times.idle);
    tracing_send_count("busy_cycles", times.busy);
}

/* The last event of a run, and then what all of them were. */
static void tell_everything(int status, const char *reason)
{
    kern_boottrace_note(0, "shutdown final begin");
    TSEXIT("power_off"); /* the last one that the dump can have */
    fault_happen_at_last();
    anonymous_end();
    tracing_dump();
    send_times();
    tracing_send_verdict(status == 0 ? "success" : "failure", reason);
}

_Noreturn void power_off(enum system_reboot how, int status, const char *reason)
{
    const enum power_exit code = status == 0 ? POWER_EXIT_SUCCESS : POWER_EXIT_FAILURE;
    TSENTER("power_off");
    begin();
    say_how(how);
    shut_buffers_down();
    be_alone();
    tell_everything(status, reason);
    power_decide(code);
    power_leave(code);
    if (how == SYSTEM_RESTART)
        power_reset();
    if (how == SYSTEM_HALT)
        cpu_stop();
    power_exit(code);
}
