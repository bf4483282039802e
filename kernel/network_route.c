/* Routes: one to the net of each interface whose address is used, and one to everything else, by a router. */
#include "kernel/network.h"
#include "kernel/sysctl.h"
#include "kernel/user/system.h"

/* Address of the router; 0: there is none. */
static uint32_t router;

/* The router's own interface: there is one that could be. */
static bool knows_router(void)
{
    return router != 0 && network_interface_reaches(NETWORK_ETHERNET, router);
}

bool network_route_leads_to(uint32_t interface, bool is_beyond)
{
    return network_interface_works(interface) && (!is_beyond || knows_router());
}

int system_route_add(uint32_t gateway)
{
    if (router != 0)
        return SYSTEM_EEXIST;
    if (gateway == 0 || !network_interface_reaches(NETWORK_ETHERNET, gateway))
        return SYSTEM_ENETUNREACH;
    router = gateway;
    rts_new_rtsmsg(RTM_ADD, SYSTEM_OK, network_interface_name(NETWORK_ETHERNET));
    return SYSTEM_OK;
}

int system_route_delete(void)
{
    if (router == 0)
        return SYSTEM_ESRCH;
    router = 0;
    rts_new_rtsmsg(RTM_DELETE, SYSTEM_OK, network_interface_name(NETWORK_ETHERNET));
    return SYSTEM_OK;
}

static void read_router(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    (void)oid;
    if (router != 0)
        text_print(sink, "%u.%u.%u.%u", router >> 24, router >> 16 & 0xff, router >> 8 & 0xff,
                   router & 0xff);
}

SYSCTL_OID(router, .name = "net.route.default",
           .help = "The router of the default route, if there is one", .kind = SYSCTL_STRING,
           .read = read_router);
