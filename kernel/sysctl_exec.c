/* What init is to run. */
#include "kernel/sysctl.h"
#include "kernel/tunables.h"

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
    .kind = SYSCTL_STRING, .flags = SYSTEM_SYSCTL_READ | SYSTEM_SYSCTL_FOREIGN, .read = read_exec);
