/* init(8): brings the system up, and down again.  The event names are FreeBSD's. */
#include "kernel/user/init.h"

#include "kernel/tracing.h"
#include "kernel/user/rc.h"
#include "kernel/user/system.h"

static const struct init_hooks *hooks;

static int run_rc(void)
{
    const char *content;
    size_t length;
    tracing_enter(TRACE_PHASE_RC);
    if (!system_open("/etc/rc", &content, &length)) {
        system_print("init: %s; nothing to run before multi-user operation\n",
                     system_has_archive() ? "the boot archive has no etc/rc"
                                          : "there is no boot archive");
        return 0;
    }
    system_boottrace("/etc/rc starting...");
    int status = rc_run("/etc/rc");
    system_boottrace("/etc/rc finished");
    if (status != 0)
        system_print("init: /etc/rc ended with status %d\n", status);
    return status;
}

static void shut_down(void)
{
    const char *content;
    size_t length;
    tracing_enter(TRACE_PHASE_SHUTDOWN);
    system_boottrace("halt & poweroff from multi-user");
    hooks->in_phase();
    if (system_open("/etc/rc.shutdown", &content, &length)) {
        system_boottrace("start rc.shutdown");
        (void)rc_run("/etc/rc.shutdown"); /* it has told what went wrong; the way leads down */
    }
    system_boottrace("shutting down the system");
}

static int init_program(void *argument)
{
    (void)argument;
    tracing_enter(TRACE_PHASE_INIT);
    system_boottrace("init(8) starting...");
    int status = run_rc();
    hooks->in_phase();

    tracing_enter(TRACE_PHASE_MULTI_USER);
    system_boottrace("multi-user start");
    system_print("\nFirstlight is multi-user.\n");
    hooks->in_phase();
    hooks->after_init();

    shut_down();
    return status;
}

int init_run(const struct init_hooks *given)
{
    hooks = given;
    return system_run("init", init_program, NULL);
}
