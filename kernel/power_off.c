/* The last things that happen. */
#include "kernel/power_off.h"

#include "kernel/console.h"
#include "kernel/power.h"
#include "kernel/smp.h"
#include "kernel/timer.h"
#include "kernel/kern_boottrace.h"
#include "kernel/tracing.h"

/* Nobody but this CPU from here on. */
static void be_alone(void)
{
    cpu_interrupts_off();
    smp_stop_others();
    timer_stop();
    tracing_go_alone();
    console_take_over();
}

static const char *words(enum system_reboot how)
{
    switch (how) {
    case SYSTEM_POWER_OFF:
        return "system powering off...";
    case SYSTEM_HALT:
        return "system halting...";
    case SYSTEM_RESTART:
        return "system rebooting...";
    }
    return "system powering off...";
}

_Noreturn void power_off(enum system_reboot how, int status, const char *reason)
{
    BOOTTRACE("kernel shutdown (clean) started");
    be_alone();
    BOOTTRACE("timer stopped");
    kern_boottrace_note(0, "%s", words(how));
    tracing_dump();
    const char *verdict = status == 0 ? "success" : "failure";
    tracing_send_verdict(verdict, reason);
    enum power_exit code = status == 0 ? POWER_EXIT_SUCCESS : POWER_EXIT_FAILURE;
    power_decide(code);
    power_leave(code);
    if (how == SYSTEM_RESTART)
        power_reset();
    if (how == SYSTEM_HALT)
        cpu_stop();
    power_exit(code);
}
