/* Sockets of the simulated network, and the hosts that answer there.
 *
 * What it is for: programs that wait for somebody else, as most of a boot does.  A datagram to a
 * host that is known comes back after the host's round-trip time; one to any other is lost. */
#include "kernel/network.h"

#include "boot/slice.h"
#include "kernel/scheduler.h"
#include "kernel/sdt.h"
#include "kernel/thread.h"
#include "kernel/tslog.h"
#include "kernel/user/system.h"
#include "kernel/wait_queue.h"

enum {
    SOCKETS = 16,
    FIRST_DESCRIPTOR = 64, /* above those of files */
    DATAGRAM_SIZE = 64,    /* bytes that are kept of one */
};

static const struct host {
    const char *name;
    uint32_t interface; /* that leads there */
    bool is_beyond;     /* the router */
    uint32_t round_trip_ms;
} hosts[] = {
    {"localhost", NETWORK_LOOPBACK, false, 0},
    {"gateway", NETWORK_ETHERNET, false, 2},
    {"nameserver", NETWORK_ETHERNET, true, 8},
    {"pool.ntp.org", NETWORK_ETHERNET, true, 40},
};

/* A socket holds the answer that is under way, at most one. */
static struct socket {
    uint32_t owner; /* pid; 0: free */
    uint64_t due;   /* moment of the answer; 0: none is under way */
    size_t length;
    uint8_t bytes[DATAGRAM_SIZE];
} sockets[SOCKETS];
TSLOG_TOPIC(sockets_topic, "sockets");
static struct mutex sockets_mutex = MUTEX_OF(sockets_topic);

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
        if (slice_is(slice_of(hosts[i].name), name))
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
    if (!network_route_leads_to(host->interface, host->is_beyond))
        return SYSTEM_ENETUNREACH;
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
