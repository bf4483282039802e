/* Routes: one to the net of each interface whose address is used, and one to everything else, by a router. */
#include "kernel/network.h"
#include "kernel/sysctl.h"
#include "kernel/user/system.h"

/* Address of the router; 0: there is none.  Given and taken in one step, so that of two who add only one has. */
static uint32_t router;

static uint32_t the_router(void)
{
    return __atomic_load_n(&router, __ATOMIC_RELAXED);
}

/* The router's own interface: there is one that could be. */
static bool knows_router(void)
{
    uint32_t gateway = the_router();
    return gateway != 0 && network_interface_reaches(NETWORK_ETHERNET, gateway);
}

bool network_route_leads_to(uint32_t interface, bool is_beyond)
{
    return network_interface_works(interface) && (!is_beyond || knows_router());
}

int system_route_add(uint32_t gateway)
{
    uint32_t none = 0;
    if (the_router() != 0)
        return SYSTEM_EEXIST;
    if (gateway == 0 || !network_interface_reaches(NETWORK_ETHERNET, gateway))
        return SYSTEM_ENETUNREACH;
    if (!__atomic_compare_exchange_n(&router, &none, gateway, false, __ATOMIC_RELAXED,
                                     __ATOMIC_RELAXED))
        return SYSTEM_EEXIST;
    rts_new_rtsmsg(RTM_ADD, SYSTEM_OK, network_interface_name(NETWORK_ETHERNET));
    return SYSTEM_OK;
}

int system_route_delete(void)
{
    if (__atomic_exchange_n(&router, 0, __ATOMIC_RELAXED) == 0)
        return SYSTEM_ESRCH;
    rts_new_rtsmsg(RTM_DELETE, SYSTEM_OK, network_interface_name(NETWORK_ETHERNET));
    return SYSTEM_OK;
}

static void read_router(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    (void)oid;
    uint32_t gateway = the_router();
    if (gateway != 0)
        text_print(sink, "%u.%u.%u.%u", gateway >> 24, gateway >> 16 & 0xff, gateway >> 8 & 0xff,
                   gateway & 0xff);
}

SYSCTL_OID(router, .name = "net.route.default",
           .help = "The router of the default route, if there is one", .kind = SYSCTL_STRING,
           .read = read_router);
