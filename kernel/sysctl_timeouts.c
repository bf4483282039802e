/* sysctls: how long init waits for the scripts that bring the system up and down.  Each is a tunable
 * that may be changed later. */
#include "kernel/sysctl.h"
#include "kernel/tunables.h"

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
               .flags = SYSTEM_SYSCTL_READ | SYSTEM_SYSCTL_WRITE | SYSTEM_SYSCTL_TUNABLE,          \
               .read = read_timeout, .write = write_timeout, .data = &(identifier))

TIMEOUT(rc, "kern.init_rc_timeout", "Seconds until init ends /etc/rc, 0: never");
TIMEOUT(rc_shutdown, "kern.init_shutdown_timeout",
        "Seconds until init ends /etc/rc.shutdown, 0: never");
