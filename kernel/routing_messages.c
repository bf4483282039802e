/* Routing messages: what routing sockets would have been told, the newest MESSAGES. */
#include "kernel/network.h"
#include "kernel/sdt.h"
#include "kernel/spinlock.h"
#include "kernel/sysctl.h"

enum {
    MESSAGES = 16
};

struct message {
    int type, error;
    const char *interface;
};

struct messages {
    uint32_t made;
    struct message newest[MESSAGES];
};
static struct spinlock messages_lock;
static struct messages messages; /* under that lock */

__attribute__((noinline)) void rts_new_rtsmsg(int type, int error, const char *interface)
{
    uint32_t flags = spinlock_take(&messages_lock);
    messages.newest[messages.made++ % MESSAGES] = (struct message){type, error, interface};
    spinlock_release(&messages_lock, flags);
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
    uint32_t flags = spinlock_take(&messages_lock);
    const struct messages now = messages;
    spinlock_release(&messages_lock, flags);
    for (uint32_t i = now.made < MESSAGES ? 0 : now.made - MESSAGES; i < now.made; i++) {
        const struct message *message = &now.newest[i % MESSAGES];
        text_print(sink, "%s\t%s\t%d\n", type_str((enum routing_message)message->type),
                   message->interface, message->error);
    }
}

SYSCTL_OID(
    messages, .name = "net.route.messages",
    .help =
        "The newest routing messages, one a line, fields separated by tabs: type, interface, error",
    .kind = SYSCTL_STRING, .read = read_messages);
