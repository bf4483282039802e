/* route(8), as far as there are routes: one by default, through a router on the simulated network. */
#include "kernel/user/numbers.h"
#include "kernel/user/program.h"
#include "kernel/user/system.h"
#include "kernel/user/usage.h"
#include "kernel/user/user_text.h"

PROGRAM(route, "route", "[-q] add default GATEWAY | [-q] delete default",
        "sets the default route, or takes it away; -q: says nothing of it");

static int add(const char *gateway, bool quiet)
{
    uint32_t address;
    if (!ipv4_parse(gateway, &address))
        return usage(&route_program);
    int error = system_route_add(address);
    if (error != SYSTEM_OK)
        return complain("route", gateway, error);
    if (!quiet)
        system_print("add net default: gateway %s\n", gateway);
    return EXIT_OK;
}

static int delete (bool quiet)
{
    int error = system_route_delete();
    if (error != SYSTEM_OK)
        return complain("route", "default", error);
    if (!quiet)
        system_print("delete net default\n");
    return EXIT_OK;
}

static int route_main(int argc, char **argv)
{
    bool quiet = argc > 1 && text_equal(argv[1], "-q");
    argv += quiet;
    argc -= quiet;
    if (argc == 4 && text_equal(argv[1], "add") && text_equal(argv[2], "default"))
        return add(argv[3], quiet);
    if (argc == 3 && text_equal(argv[1], "delete") && text_equal(argv[2], "default"))
        return delete (quiet);
    return usage(&route_program);
}
