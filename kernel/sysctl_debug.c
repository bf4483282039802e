/* sysctls: what was printed, and ways to die. */
#include "kernel/console.h"
#include "kernel/fault.h"
#include "kernel/panic.h"
#include "kernel/sysctl.h"

static void read_msgbuf(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    (void)oid;
    message_buffer_print(&console_messages, sink);
}

SYSCTL_OID(msgbuf, .name = "kern.msgbuf", .help = "The last text that the console printed",
           .kind = SYSCTL_STRING, .flags = SYSTEM_SYSCTL_SKIP, .read = read_msgbuf);

static int write_panic(const struct sysctl_oid *oid, struct slice text, uint64_t number)
{
    (void)oid;
    (void)text;
    if (number == 1)
        panic("debug.kdb.panic was set");
    return SYSTEM_OK;
}

SYSCTL_OID(kdb_panic, .name = "debug.kdb.panic", .help = "Set to 1 to panic the kernel",
           .kind = SYSCTL_SWITCH, .read = sysctl_read_text, .write = write_panic, .data = "0");

/* The words are those of the tunable. */
static int write_fault(const struct sysctl_oid *oid, struct slice text, uint64_t number)
{
    (void)oid;
    (void)number;
    const char *const *names = tunables_at(TUNABLE_FAULT)->choices;
    uint32_t fault = FAULT_NONE;
    while (names[fault] != NULL && !slice_is(text, names[fault]))
        fault++;
    if (names[fault] == NULL)
        return SYSTEM_EINVAL;
    fault_happen_early((enum fault)fault);
    fault_happen((enum fault)fault);
    return SYSTEM_OK;
}

SYSCTL_OID(fault, .name = "debug.fault",
           .help = "Dies as the word says, for tests: the words are those of the tunable fault",
           .kind = SYSCTL_STRING, .write = write_fault);
