/* sysctls: what init is to run, and how long it waits for the scripts that bring the system up and down. */
#include "kernel/sysctl.h"
#include "kernel/tunables.h"

/* A tunable that may be changed later. */
struct timeout {
    enum tunable_id id;
    bool written;
    uint32_t seconds; /* if it was */
};

static struct timeout rc = {.id = TUNABLE_RC_TIMEOUT},
                      rc_shutdown = {.id = TUNABLE_SHUTDOWN_TIMEOUT};

static void read_timeout(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    const struct timeout *timeout = oid->data;
    sysctl_print_unsigned(sink, timeout->written ? timeout->seconds : tunable(timeout->id));
}

static int write_timeout(const struct sysctl_oid *oid, struct slice text, uint64_t number)
{
    struct timeout *timeout = oid->data;
    (void)text;
    if (number > tunables_at(timeout->id)->maximum)
        return SYSTEM_EINVAL;
    timeout->seconds = (uint32_t)number;
    timeout->written = true;
    return SYSTEM_OK;
}

#define TIMEOUT(identifier, sysctl, text)                                                          \
    SYSCTL_OID(identifier, .name = (sysctl), .help = (text), .kind = SYSCTL_UNSIGNED,              \
               .flags = SYSTEM_SYSCTL_TUNABLE, .read = read_timeout, .write = write_timeout,       \
               .data = &(identifier))

TIMEOUT(rc, "kern.init_rc_timeout", "Seconds until init ends /etc/rc, 0: never");
TIMEOUT(rc_shutdown, "kern.init_shutdown_timeout",
        "Seconds until init ends /etc/rc.shutdown, 0: never");

static void read_exec(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    (void)oid;
    struct slice command;
    for (uint32_t at = 0; tunables_next_exec(&at, &command);)
        text_print(sink, "%.*s\n", (int)command.length, command.text);
}

SYSCTL_OID(
    exec, .name = "kern.exec",
    .help = "Commands that init runs after multi-user, one a line (exec= on the command line)",
    .kind = SYSCTL_STRING, .flags = SYSTEM_SYSCTL_FOREIGN, .read = read_exec);
