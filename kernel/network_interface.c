/* The interfaces of the simulated network, and how they come to their addresses.
 *
 * An address is in one of three states.  A thread of its own takes it from the second to the third, and
 * knows by the number of the proof whether it is still wanted:
 *
 *     none ── up, link ──▶ tentative ── asked net.arp_probes times, nobody has it ──▶ used
 *      ▲                       ▲                                                       │
 *      └── down ───────────────┴─────────── netmask or broadcast is set ───────────────┘
 *
 * The loopback's address is used at once, and so is any if nobody is to be asked. */
#include "boot/slice.h"
#include "kernel/jitter.h"
#include "kernel/network.h"
#include "kernel/sdt.h"
#include "kernel/sysctl.h"
#include "kernel/thread.h"
#include "kernel/tslog.h"
#include "kernel/tunables.h"
#include "kernel/user/system.h"
#include "kernel/wait_queue.h"

enum {
    CARRIER_MS = 250, /* from up to a link */
    MEDIUM_MS = 300,  /* to ask the transceiver, bit by bit over two wires, what it has agreed on */
    MEDIUM_MBIT = 1000,
    US = 1000, /* ns */
};

/* RFC 5227, 1.1: before the first probe PROBE_WAIT, behind each but the last PROBE_MIN to PROBE_MAX, then
 * ANNOUNCE_WAIT.  There these are seconds; here they are what a quick LAN allows, and all waits are alike. */
static const struct jitter_range probe_wait = {0, 200000}, probe_interval = {20000, 50000}; /* us */

enum address_state {
    ADDRESS_NONE,
    ADDRESS_TENTATIVE,
    ADDRESS_USED,
};

#define IPV4(a, b, c, d) ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (d))

static struct interface {
    const char *name;
    uint32_t address, netmask, broadcast;
    enum address_state state;
    uint32_t proof; /* the number of the newest one */
} interfaces[NETWORK_INTERFACES] = {
    [NETWORK_LOOPBACK] = {"lo0", IPV4(127, 0, 0, 1), IPV4(255, 0, 0, 0), IPV4(127, 255, 255, 255),
                          ADDRESS_NONE, 0},
    [NETWORK_ETHERNET] = {"em0", IPV4(10, 0, 2, 15), IPV4(255, 255, 255, 0), IPV4(10, 0, 2, 255),
                          ADDRESS_NONE, 0},
};
TSLOG_TOPIC(interfaces_topic, "interfaces");
static struct mutex interfaces_mutex = MUTEX_OF(interfaces_topic); /* over states and proofs */

const char *network_interface_name(uint32_t interface)
{
    return interfaces[interface].name;
}

bool network_interface_works(uint32_t interface)
{
    return __atomic_load_n(&interfaces[interface].state, __ATOMIC_RELAXED) == ADDRESS_USED;
}

bool network_interface_reaches(uint32_t interface, uint32_t address)
{
    const struct interface *at = &interfaces[interface];
    return ((at->address ^ address) & at->netmask) == 0;
}

static struct interface *interface_of(const char *name)
{
    for (uint32_t i = 0; i < NETWORK_INTERFACES; i++)
        if (slice_is(slice_of(interfaces[i].name), name))
            return &interfaces[i];
    return NULL;
}

static bool is_loopback(const struct interface *interface)
{
    return interface == &interfaces[NETWORK_LOOPBACK];
}

/* --- Proving an address --- */

static void enter(struct interface *interface, enum address_state state)
{
    __atomic_store_n(&interface->state, state, __ATOMIC_RELAXED);
}

/* Nobody has answered: the address is used, unless something else has happened to it meanwhile. */
static void end_proof(struct interface *interface, uint32_t proof)
{
    mutex_take(&interfaces_mutex);
    bool wanted = interface->proof == proof;
    if (wanted)
        enter(interface, ADDRESS_USED);
    mutex_release(&interfaces_mutex);
    if (wanted)
        rts_new_rtsmsg(RTM_NEWADDR, SYSTEM_OK, interface->name);
}

static bool is_wanted(const struct interface *interface, uint32_t proof)
{
    return __atomic_load_n(&interface->proof, __ATOMIC_RELAXED) == proof;
}

/* The argument is the interface's number and, above it, the proof's. */
static int prove(void *argument)
{
    uint32_t proof = (uint32_t)argument / NETWORK_INTERFACES;
    struct interface *interface = &interfaces[(uint32_t)argument % NETWORK_INTERFACES];
    (void)thread_sleep_ns((uint64_t)jitter_draw(probe_wait) * US);
    for (uint64_t i = 0; i < tunable(TUNABLE_ARP_PROBES) && is_wanted(interface, proof); i++) {
        SDT_PROBE("arp", "probe", "char *, uint32_t", sdt_pointer(interface->name), i + 1);
        (void)thread_sleep_ns((uint64_t)jitter_draw(probe_interval) * US);
    }
    end_proof(interface, proof);
    return 0;
}

/* The number must fit beside the interface's. */
static uint32_t next_proof(const struct interface *interface)
{
    return (interface->proof + 1) % (UINT32_MAX / NETWORK_INTERFACES);
}

/* From here on the address is tentative, or used; whoever was proving it has lost. */
static int begin_proof(struct interface *interface)
{
    bool proves = !is_loopback(interface) && tunable(TUNABLE_ARP_PROBES) > 0;
    mutex_take(&interfaces_mutex);
    uint32_t proof = interface->proof = next_proof(interface);
    enter(interface, proves ? ADDRESS_TENTATIVE : ADDRESS_USED);
    mutex_release(&interfaces_mutex);
    if (!proves) {
        rts_new_rtsmsg(RTM_NEWADDR, SYSTEM_OK, interface->name);
        return SYSTEM_OK;
    }
    uint32_t argument = proof * NETWORK_INTERFACES + (uint32_t)(interface - interfaces);
    bool runs = thread_create("arp", prove, (void *)argument, true) != NULL;
    return runs ? SYSTEM_OK : SYSTEM_ENOMEM;
}

/* Takes the address away, whatever state it is in; false: it was not there. */
static bool take_address(struct interface *interface)
{
    mutex_take(&interfaces_mutex);
    bool had = interface->state != ADDRESS_NONE;
    interface->proof = next_proof(interface);
    enter(interface, ADDRESS_NONE);
    mutex_release(&interfaces_mutex);
    return had;
}

/* --- What ifconfig asks for --- */

/* A link has to be found first. */
int system_network_up(const char *name)
{
    struct interface *interface = interface_of(name);
    if (interface == NULL)
        return SYSTEM_ENXIO;
    int error = is_loopback(interface) ? SYSTEM_OK : system_sleep_ms(CARRIER_MS);
    rts_new_rtsmsg(RTM_IFINFO, error, interface->name);
    return error == SYSTEM_OK ? begin_proof(interface) : error;
}

int system_network_down(const char *name)
{
    struct interface *interface = interface_of(name);
    if (interface == NULL)
        return SYSTEM_ENXIO;
    (void)take_address(interface);
    rts_new_rtsmsg(RTM_IFINFO, SYSTEM_OK, interface->name);
    rts_new_rtsmsg(RTM_DELADDR, SYSTEM_OK, interface->name);
    return SYSTEM_OK;
}

/* The address is taken away and given again, whether or not anything changes. */
int system_network_address(const char *name, const struct system_network_address *address)
{
    struct interface *interface = interface_of(name);
    if (interface == NULL)
        return SYSTEM_ENXIO;
    bool had = take_address(interface);
    interface->netmask = address->netmask;
    interface->broadcast = address->broadcast;
    if (!had)
        return SYSTEM_OK;
    rts_new_rtsmsg(RTM_DELADDR, SYSTEM_OK, interface->name);
    return begin_proof(interface);
}

int system_network_medium(const char *name)
{
    const struct interface *interface = interface_of(name);
    if (interface == NULL || is_loopback(interface))
        return SYSTEM_ENXIO;
    int error = system_sleep_ms(MEDIUM_MS);
    return error == SYSTEM_OK ? MEDIUM_MBIT : error;
}

/* --- What is told --- */

static const char *state_str(enum address_state state)
{
    switch (state) {
    case ADDRESS_NONE:
        return "down";
    case ADDRESS_TENTATIVE:
        return "tentative";
    case ADDRESS_USED:
        return "up";
    }
    return "unknown";
}

static void print_address(const struct text_sink *sink, uint32_t address)
{
    text_print(sink, "\t%u.%u.%u.%u", address >> 24, address >> 16 & 0xff, address >> 8 & 0xff,
               address & 0xff);
}

static void read_interfaces(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    (void)oid;
    for (uint32_t i = 0; i < NETWORK_INTERFACES; i++) {
        const struct interface *interface = &interfaces[i];
        text_print(sink, "%s\t%s", interface->name, state_str(interface->state));
        print_address(sink, interface->address);
        print_address(sink, interface->netmask);
        print_address(sink, interface->broadcast);
        text_print(sink, "\n");
    }
}

SYSCTL_OID(interfaces, .name = "net.interfaces",
           .help = "Interfaces, one a line, fields separated by tabs: name; up, tentative or down; "
                   "address, netmask, broadcast address",
           .kind = SYSCTL_STRING, .read = read_interfaces);
