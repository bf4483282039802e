/* ifconfig(8), as far as it switches the simulated interfaces. */
#include "kernel/user/line_sink.h"
#include "kernel/user/program.h"
#include "kernel/user/system.h"
#include "kernel/user/usage.h"

PROGRAM(ifconfig, "ifconfig", "[INTERFACE [up | down]]", "shows the network, or switches it");

/* Looks for one, or for all. */
struct search {
    const char *name; /* NULL: all */
    bool found;
};

/* Fields of a line of net.interfaces. */
enum {
    NAME,
    STATE, /* "up" or "down" */
    ADDRESS,
    FIELDS
};

static void print_interface(void *context, char *line)
{
    struct search *search = context;
    char *field[FIELDS];
    if (!fields_cut(line, field, FIELDS))
        return;
    if (search->name != NULL && !text_equal(search->name, field[NAME]))
        return;
    bool up = text_equal(field[STATE], "up");
    search->found = true;
    system_print("%s: flags=%s\n", field[NAME], up ? "<UP,RUNNING>" : "<>");
    system_print("        inet %s\n        status: %s\n", field[ADDRESS],
                 up ? "active" : "no carrier");
}

static int no_such_interface(const char *name)
{
    enum system_stream before = system_speak(SYSTEM_ERRORS);
    system_print("ifconfig: interface ");
    print_text(name);
    system_print(" does not exist\n");
    (void)system_speak(before);
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

static int switch_interface(const char *name, bool up)
{
    int error = up ? system_network_up(name) : system_network_down(name);
    if (error == SYSTEM_ENXIO)
        return no_such_interface(name);
    return error == SYSTEM_OK ? EXIT_OK : complain("ifconfig", name, error);
}

static int ifconfig_main(int argc, char **argv)
{
    bool up = argc == 3 && text_equal(argv[2], "up");
    bool down = argc == 3 && text_equal(argv[2], "down");
    if (argc > 3 || (argc == 3 && !up && !down))
        return usage(&ifconfig_program);
    if (argc == 3)
        return switch_interface(argv[1], up);
    return show(argc == 2 ? argv[1] : NULL);
}
