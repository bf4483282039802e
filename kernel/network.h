/* The simulated network: sockets, two interfaces, the routes that lead through them, and what is told of both.
 *
 * An address is not used before it is known that nobody else has it.  Where others could (RFC 5227), it is
 * tentative while they are asked, `net.arp_probes` times; whoever has set it does not wait for that.  Who sends
 * meanwhile has no route. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* The numbers of interfaces. */
enum {
    NETWORK_LOOPBACK,
    NETWORK_ETHERNET,
    NETWORK_INTERFACES,
};

/* Message types of route(4). */
enum routing_message {
    RTM_ADD = 0x1,
    RTM_DELETE = 0x2,
    RTM_NEWADDR = 0xc,
    RTM_DELADDR = 0xd,
    RTM_IFINFO = 0xe,
};

/* Closes a socket; EBADF: it is none.  Context: thread. */
int network_close(int descriptor);

/* Makes a routing message; its name is the one that tracing programs know it by.  Context: thread. */
void rts_new_rtsmsg(int type, int error, const char *interface);

/* "lo0" or "em0", for ever. */
const char *network_interface_name(uint32_t interface);

/* Whether the interface is up and its address is used. */
bool network_interface_works(uint32_t interface);

/* Whether an address is on the interface's own net. */
bool network_interface_reaches(uint32_t interface, uint32_t address);

/* Whether something that is sent to a host on that interface's net, or beyond its router, finds a route. */
bool network_route_leads_to(uint32_t interface, bool is_beyond);
