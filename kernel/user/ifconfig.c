/* ifconfig(8), as far as there is something to show and to set of the simulated interfaces.  It does not wait
 * until an address that it has set may be used. */
#include "kernel/user/numbers.h"
#include "kernel/user/program.h"
#include "kernel/user/sysctl_text.h"
#include "kernel/user/system.h"
#include "kernel/user/usage.h"
#include "kernel/user/user_text.h"

PROGRAM(ifconfig, "ifconfig", "[-a | INTERFACE [up | down | netmask MASK broadcast ADDRESS]]",
        "shows the network, or switches and sets it");

/* Looks for one, or for all. */
struct search {
    const char *name; /* NULL: all */
    bool found;
};

/* Fields of a line of net.interfaces. */
enum {
    NAME,
    STATE, /* "up", "tentative" or "down" */
    ADDRESS,
    NETMASK,
    BROADCAST,
    FIELDS
};

/* The transceiver is only asked where there is a link. */
static void print_medium(const char *name)
{
    int speed = system_network_medium(name);
    if (speed > 0)
        system_print("        media: Ethernet autoselect (%d Mbit/s)\n", speed);
}

static void print_fields(char *const field[FIELDS])
{
    bool down = text_equal(field[STATE], "down");
    system_print("%s: flags=%s\n", field[NAME], down ? "<>" : "<UP,RUNNING>");
    system_print("        inet %s netmask %s broadcast %s%s\n", field[ADDRESS], field[NETMASK],
                 field[BROADCAST], text_equal(field[STATE], "tentative") ? " tentative" : "");
    if (!down)
        print_medium(field[NAME]);
    system_print("        status: %s\n", down ? "no carrier" : "active");
}

static void print_interface(void *context, char *line)
{
    struct search *search = context;
    char *field[FIELDS];
    if (!fields_cut(line, field, FIELDS))
        return;
    if (search->name != NULL && !text_equal(search->name, field[NAME]))
        return;
    search->found = true;
    print_fields(field);
}

static int no_such_interface(const char *name)
{
    tell_error("ifconfig: interface %s does not exist", name);
    return EXIT_FAILED;
}

static int show(const char *name)
{
    struct search search = {.name = name};
    int error = sysctl_lines("net.interfaces", print_interface, &search);
    if (error != SYSTEM_OK)
        return complain("ifconfig", "net.interfaces", error);
    return name == NULL || search.found ? EXIT_OK : no_such_interface(name);
}

static int told(const char *name, int error)
{
    if (error == SYSTEM_ENXIO)
        return no_such_interface(name);
    return error == SYSTEM_OK ? EXIT_OK : complain("ifconfig", name, error);
}

/* INTERFACE netmask MASK broadcast ADDRESS. */
static int set_address(char **argv)
{
    struct system_network_address address;
    if (!text_equal(argv[2], "netmask") || !ipv4_parse(argv[3], &address.netmask) ||
        !text_equal(argv[4], "broadcast") || !ipv4_parse(argv[5], &address.broadcast))
        return usage(&ifconfig_program);
    return told(argv[1], system_network_address(argv[1], &address));
}

static int ifconfig_main(int argc, char **argv)
{
    bool all = argc == 1 || (argc == 2 && text_equal(argv[1], "-a"));
    if (all)
        return show(NULL);
    if (argc == 2 && argv[1][0] != '-')
        return show(argv[1]);
    if (argc == 3 && text_equal(argv[2], "up"))
        return told(argv[1], system_network_up(argv[1]));
    if (argc == 3 && text_equal(argv[2], "down"))
        return told(argv[1], system_network_down(argv[1]));
    return argc == 6 ? set_address(argv) : usage(&ifconfig_program);
}
