/* The simulated network: one interface, and hosts that answer after a while.
 *
 * What it is for: programs that wait for somebody else, as most of a boot does.  A datagram to a
 * host that is known comes back after the host's round-trip time; one to any other is lost. */
#include "kernel/scheduler.h"
#include "kernel/sdt.h"
#include "kernel/sysctl.h"
#include "kernel/system_call.h"
#include "kernel/thread.h"
#include "kernel/tslog.h"
#include "kernel/user/system.h"
#include "kernel/wait_queue.h"

enum {
    SOCKETS = 16,
    FIRST_DESCRIPTOR = 64, /* above those of files */
    DATAGRAM_SIZE = 64,    /* bytes that are kept of one */
    CARRIER_MS = 250,      /* from up to a link */
};

static const struct host {
    const char *name;
    uint32_t round_trip_ms;
} hosts[] = {{"localhost", 0}, {"gateway", 2}, {"nameserver", 8}, {"pool.ntp.org", 40}};

static const struct {
    const char *name, *address;
} interfaces[] = {{"lo0", "127.0.0.1"}, {"em0", "10.0.2.15"}};

static bool up[sizeof interfaces / sizeof interfaces[0]];

/* A socket holds the answer that is under way, at most one. */
static struct socket {
    uint32_t owner; /* pid; 0: free */
    uint64_t due;   /* moment of the answer; 0: none is under way */
    size_t length;
    uint8_t bytes[DATAGRAM_SIZE];
} sockets[SOCKETS];
TSLOG_TOPIC(sockets_topic, "sockets");
static struct mutex sockets_mutex = MUTEX_OF(sockets_topic);

/* Message types of route(4). */
enum {
    RTM_NEWADDR = 0xc,
    RTM_DELADDR = 0xd,
    RTM_IFINFO = 0xe,
};

enum {
    MESSAGES = 16
};

/* What routing sockets would have been told, the newest MESSAGES. */
static struct message {
    int type, error;
    const char *interface;
} messages[MESSAGES];
static uint32_t messages_made;

static bool is(const char *a, const char *b)
{
    size_t size = __builtin_strlen(a) + 1;
    return __builtin_strlen(b) + 1 == size && __builtin_memcmp(a, b, size) == 0;
}

/* Makes a routing message; its name is the one that tracing programs know it by. */
__attribute__((noinline)) static void rts_new_rtsmsg(int type, int error, const char *interface)
{
    uint32_t number = __atomic_fetch_add(&messages_made, 1, __ATOMIC_RELAXED);
    messages[number % MESSAGES] = (struct message){type, error, interface};
    SDT_PROBE("route", "message", "int, int, char *", (uint64_t)type, (uint64_t)-error,
              sdt_pointer(interface));
}

/* The link has changed; going up, the address has been found to be nobody else's. */
static void tell_of_interface(const char *interface, bool on, int error)
{
    rts_new_rtsmsg(RTM_IFINFO, error, interface);
    if (error == SYSTEM_OK)
        rts_new_rtsmsg(on ? RTM_NEWADDR : RTM_DELADDR, SYSTEM_OK, interface);
}

static int switch_interface(const char *name, bool on)
{
    for (uint32_t i = 0; i < sizeof interfaces / sizeof interfaces[0]; i++)
        if (is(interfaces[i].name, name)) {
            int error = on && i > 0 ? system_sleep_ms(CARRIER_MS) : SYSTEM_OK;
            up[i] = on && error == SYSTEM_OK;
            tell_of_interface(interfaces[i].name, on, error);
            return error;
        }
    return SYSTEM_ENXIO;
}

int system_network_up(const char *interface)
{
    return switch_interface(interface, true);
}

int system_network_down(const char *interface)
{
    return switch_interface(interface, false);
}

static void read_interfaces(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    (void)oid;
    for (uint32_t i = 0; i < sizeof interfaces / sizeof interfaces[0]; i++)
        text_print(sink, "%s\t%s\t%s\n", interfaces[i].name, up[i] ? "up" : "down",
                   interfaces[i].address);
}

SYSCTL_OID(interfaces, .name = "net.interfaces",
           .help = "Interfaces, one a line, fields separated by tabs: name, up or down, address",
           .kind = SYSCTL_STRING, .flags = SYSTEM_SYSCTL_READ, .read = read_interfaces);

static const char *type_str(int type)
{
    return type == RTM_NEWADDR ? "RTM_NEWADDR" : type == RTM_DELADDR ? "RTM_DELADDR" : "RTM_IFINFO";
}

static void read_messages(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    (void)oid;
    uint32_t end = __atomic_load_n(&messages_made, __ATOMIC_RELAXED);
    for (uint32_t i = end < MESSAGES ? 0 : end - MESSAGES; i < end; i++)
        text_print(sink, "%s\t%s\t%d\n", type_str(messages[i % MESSAGES].type),
                   messages[i % MESSAGES].interface, messages[i % MESSAGES].error);
}

SYSCTL_OID(
    messages, .name = "net.route.messages",
    .help =
        "The newest routing messages, one a line, fields separated by tabs: type, interface, error",
    .kind = SYSCTL_STRING, .flags = SYSTEM_SYSCTL_READ, .read = read_messages);

static struct socket *socket_of(int descriptor)
{
    int place = descriptor - FIRST_DESCRIPTOR;
    if (place < 0 || place >= SOCKETS || sockets[place].owner != thread_current()->pid)
        return NULL;
    return &sockets[place];
}

/* A socket whose process is gone is free, too. */
int system_socket(void)
{
    int descriptor = SYSTEM_EMFILE;
    mutex_take(&sockets_mutex);
    for (int i = 0; i < SOCKETS && descriptor < 0; i++)
        if (sockets[i].owner == 0 || thread_find(sockets[i].owner) == NULL) {
            sockets[i] = (struct socket){.owner = thread_current()->pid};
            descriptor = FIRST_DESCRIPTOR + i;
        }
    mutex_release(&sockets_mutex);
    return descriptor;
}

int network_close(int descriptor)
{
    struct socket *socket = socket_of(descriptor);
    if (socket == NULL)
        return SYSTEM_EBADF;
    socket->owner = 0;
    return SYSTEM_OK;
}

static const struct host *find_host(const char *name)
{
    for (uint32_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++)
        if (is(hosts[i].name, name) && up[i > 0])
            return &hosts[i];
    return NULL;
}

int system_send(int descriptor, const char *name, const void *bytes, size_t length)
{
    struct socket *socket = socket_of(descriptor);
    if (socket == NULL)
        return SYSTEM_EBADF;
    const struct host *host = find_host(name);
    if (host == NULL)
        return (int)length; /* gone, as datagrams go */
    SDT_PROBE("ip", "send", "size_t, char *", length, sdt_pointer(name));
    socket->length = length < DATAGRAM_SIZE ? length : DATAGRAM_SIZE;
    __builtin_memcpy(socket->bytes, bytes, socket->length);
    socket->due = scheduler_moment((uint64_t)host->round_trip_ms * 1000000);
    return (int)length;
}

int system_receive(int descriptor, void *bytes, size_t size, uint64_t ms)
{
    struct socket *socket = socket_of(descriptor);
    if (socket == NULL)
        return SYSTEM_EBADF;
    for (uint64_t waited = 0; socket->due == 0 || scheduler_now() < socket->due; waited++) {
        if (waited >= ms)
            return SYSTEM_ETIMEDOUT;
        int error = system_sleep_ms(1);
        if (error != SYSTEM_OK)
            return error;
    }
    socket->due = 0;
    size_t length = socket->length < size ? socket->length : size;
    __builtin_memcpy(bytes, socket->bytes, length);
    SDT_PROBE("ip", "receive", "size_t", length);
    return (int)length;
}
