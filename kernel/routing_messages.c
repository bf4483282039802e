/* Routing messages: what routing sockets would have been told, the newest MESSAGES. */
#include "kernel/network.h"
#include "kernel/sdt.h"
#include "kernel/sysctl.h"

enum {
    MESSAGES = 16
};

static struct message {
    int type, error;
    const char *interface;
} messages[MESSAGES];
static uint32_t messages_made;

__attribute__((noinline)) void rts_new_rtsmsg(int type, int error, const char *interface)
{
    uint32_t number = __atomic_fetch_add(&messages_made, 1, __ATOMIC_RELAXED);
    messages[number % MESSAGES] = (struct message){type, error, interface};
    SDT_PROBE("route", "message", "int, int, char *", (uint64_t)type, (uint64_t)-error,
              sdt_pointer(interface));
}

static const char *type_str(enum routing_message type)
{
    switch (type) {
    case RTM_ADD:
        return "RTM_ADD";
    case RTM_DELETE:
        return "RTM_DELETE";
    case RTM_NEWADDR:
        return "RTM_NEWADDR";
    case RTM_DELADDR:
        return "RTM_DELADDR";
    case RTM_IFINFO:
        return "RTM_IFINFO";
    }
    return "unknown";
}

static void read_messages(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    (void)oid;
    uint32_t end = __atomic_load_n(&messages_made, __ATOMIC_RELAXED);
    for (uint32_t i = end < MESSAGES ? 0 : end - MESSAGES; i < end; i++) {
        const struct message *message = &messages[i % MESSAGES];
        text_print(sink, "%s\t%s\t%d\n", type_str((enum routing_message)message->type),
                   message->interface, message->error);
    }
}

SYSCTL_OID(
    messages, .name = "net.route.messages",
    .help =
        "The newest routing messages, one a line, fields separated by tabs: type, interface, error",
    .kind = SYSCTL_STRING, .read = read_messages);
